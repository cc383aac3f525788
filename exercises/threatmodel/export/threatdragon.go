package export

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/threatmodel"
)

// The part of Threat Dragon's file that this program writes and reads. The names
// are the tool's; where it spells something in one way only, a test holds it.
type tdFile struct {
	Version string    `json:"version"`
	Summary tdSummary `json:"summary"`
	Detail  tdDetail  `json:"detail"`
}

type tdSummary struct {
	Title       string `json:"title"`
	Owner       string `json:"owner"`
	Description string `json:"description"`
	ID          int    `json:"id"`
}

type tdDetail struct {
	Contributors []tdContributor `json:"contributors"`
	Diagrams     []tdDiagram     `json:"diagrams"`
	DiagramTop   int             `json:"diagramTop"`
	Reviewer     string          `json:"reviewer"`
	ThreatTop    int             `json:"threatTop"`
}

type tdContributor struct {
	Name string `json:"name"`
}

type tdDiagram struct {
	ID          int      `json:"id"`
	Title       string   `json:"title"`
	DiagramType string   `json:"diagramType"`
	Placeholder string   `json:"placeholder"`
	Thumbnail   string   `json:"thumbnail"`
	Version     string   `json:"version"`
	Description string   `json:"description"`
	Cells       []tdCell `json:"cells"`
}

type tdCell struct {
	ID        string    `json:"id"`
	Shape     string    `json:"shape"`
	ZIndex    int       `json:"zIndex"`
	Position  *tdPoint  `json:"position,omitempty"`
	Size      *tdSize   `json:"size,omitempty"`
	Attrs     *tdAttrs  `json:"attrs,omitempty"`
	Source    *tdEnd    `json:"source,omitempty"`
	Target    *tdEnd    `json:"target,omitempty"`
	Connector any       `json:"connector,omitempty"` // a name, or an object in older files
	Vertices  []tdPoint `json:"vertices,omitempty"`
	Labels    []any     `json:"labels,omitempty"` // texts, or objects in older files
	Data      tdData    `json:"data"`
}

type tdPoint struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

type tdSize struct {
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

type tdText struct {
	Text string `json:"text"`
}

type tdAttrs struct {
	Text  *tdText `json:"text,omitempty"`
	Label *tdText `json:"label,omitempty"`
}

type tdEnd struct {
	Cell string `json:"cell,omitempty"`
}

type tdData struct {
	Type             string     `json:"type"`
	Name             string     `json:"name"`
	Description      string     `json:"description"`
	IsTrustBoundary  bool       `json:"isTrustBoundary"`
	OutOfScope       bool       `json:"outOfScope"`
	ReasonOutOfScope string     `json:"reasonOutOfScope"`
	HasOpenThreats   bool       `json:"hasOpenThreats"`
	IsBidirectional  bool       `json:"isBidirectional,omitempty"`
	IsEncrypted      bool       `json:"isEncrypted,omitempty"`
	IsPublicNetwork  bool       `json:"isPublicNetwork,omitempty"`
	Protocol         string     `json:"protocol,omitempty"`
	IsALog           bool       `json:"isALog,omitempty"`
	StoresCreds      bool       `json:"storesCredentials,omitempty"`
	HandlesCards     bool       `json:"handlesCardPayment,omitempty"`
	Threats          []tdThreat `json:"threats"`
}

type tdThreat struct {
	ID          string `json:"id"`
	Number      int    `json:"number"`
	Title       string `json:"title"`
	Type        string `json:"type"`
	Severity    string `json:"severity"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Mitigation  string `json:"mitigation"`
	ModelType   string `json:"modelType"`
	New         bool   `json:"new"`
	Score       string `json:"score"`
}

// tdShapes are the tool's shape and type for each kind of component.
var tdShapes = map[string][2]string{
	"process": {"process", "tm.Process"}, "store": {"store", "tm.Store"},
	"actor": {"actor", "tm.Actor"}, "external": {"actor", "tm.Actor"},
}

// noPlaceID is the cell that holds threats without a place.
var noPlaceID = uuid("no place")

// tdVersion is the version of Threat Dragon whose format this is.
const tdVersion = "2.2.0"

// ThreatDragon writes a model as a file of OWASP Threat Dragon, version 2. The
// tool has no place for assets, scope and assumptions: they are in the
// description. Time and name stand at the head of a threat's mitigation.
func ThreatDragon(m *threatmodel.Model) ([]byte, error) {
	p := planOf(m)
	threats := map[string][]tdThreat{}
	for i, t := range m.Prioritised() {
		place := t.Place
		if m.PlaceName(place) == "" {
			place = ""
		}
		threats[place] = append(threats[place], tdThreatOf(t, i+1))
	}
	var cells []tdCell
	for _, z := range m.Zones {
		r := p.zones[z.ID]
		cells = append(cells, tdCell{
			ID: uuid("zone", z.ID), Shape: "trust-boundary-box", ZIndex: -1, Position: &tdPoint{float64(r.x), float64(r.y)}, Size: &tdSize{float64(r.w), float64(r.h)},
			Attrs: &tdAttrs{Label: &tdText{line(z.Name)}}, Data: tdData{Type: "tm.BoundaryBox", Name: line(z.Name), IsTrustBoundary: true, Threats: []tdThreat{}},
		})
	}
	for _, c := range m.Components {
		cells = append(cells, tdNode(c, p.nodes[c.ID], threats[c.ID]))
	}
	if len(threats[""]) > 0 { // so that none is lost
		c := threatmodel.Component{Name: "No place yet", Kind: "process", About: "Threats for which no place is chosen."}
		cell := tdNode(c, rect{40, p.h, nodeWidth, nodeHeight}, threats[""])
		cell.ID = noPlaceID
		cells = append(cells, cell)
	}
	for _, f := range m.Flows {
		cells = append(cells, tdFlow(m, f, threats[fmt.Sprint(f.N)]))
	}
	if cells == nil {
		cells = []tdCell{}
	}
	contributors := []tdContributor{}
	for _, n := range []string{m.Team.Facilitator, m.Team.Scribe, m.Team.Attackers} {
		if n != "" {
			contributors = append(contributors, tdContributor{line(n)})
		}
	}
	file := tdFile{
		Version: tdVersion,
		Summary: tdSummary{Title: orThe(line(m.Title), "Threat model"), Owner: line(m.Team.Owner), Description: describe(m)},
		Detail: tdDetail{
			Contributors: contributors, Reviewer: "", DiagramTop: 1, ThreatTop: len(m.Threats),
			Diagrams: []tdDiagram{{
				ID: 0, Title: orThe(line(m.Title), "Diagram"), DiagramType: "STRIDE", Placeholder: "New STRIDE diagram description",
				Thumbnail: "./public/content/images/thumbnail.stride.jpg", Version: tdVersion, Cells: cells,
			}},
		},
	}
	return marshal(file)
}

// marshal writes JSON for people, without the escapes of JSON in a web page.
func marshal(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return []byte(b.String()), nil
}

func tdNode(c threatmodel.Component, r rect, threats []tdThreat) tdCell {
	s := tdShapes[c.Kind]
	name := strings.ToLower(c.Name)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
	}
	d := tdData{Type: s[1], Name: line(c.Name), Description: exercises.Clean(c.About), HasOpenThreats: tdOpen(threats), Threats: orEmpty(threats)}
	if c.Kind == "store" {
		d.IsALog, d.StoresCreds = has("log", "audit"), has("secret", "credential", "vault", "password", "keys")
	}
	if c.Kind == "process" {
		d.HandlesCards = has("card", "payment", "billing")
	}
	return tdCell{
		ID: uuid("part", c.ID), Shape: s[0], ZIndex: 1, Position: &tdPoint{float64(r.x), float64(r.y)}, Size: &tdSize{float64(r.w), float64(r.h)},
		Attrs: &tdAttrs{Text: &tdText{line(c.Name)}}, Data: d,
	}
}

func tdFlow(m *threatmodel.Model, f threatmodel.Flow, threats []tdThreat) tdCell {
	label := strings.TrimSpace(fmt.Sprintf("%d %s", f.N, line(f.Protocol)))
	p, _ := m.System().Place(fmt.Sprint(f.N))
	return tdCell{
		ID: uuid("flow", fmt.Sprint(f.N)), Shape: "flow", ZIndex: 10, Source: &tdEnd{uuid("part", f.From)}, Target: &tdEnd{uuid("part", f.To)},
		Connector: "smooth", Vertices: []tdPoint{}, Labels: []any{label},
		Data: tdData{
			Type: "tm.Flow", Name: label, Description: line(f.Carries), IsBidirectional: f.Both, IsEncrypted: f.Encrypted(), Protocol: line(f.Protocol),
			IsPublicNetwork: strings.Contains(strings.ToLower(p.Crosses), "internet") || strings.Contains(p.Crosses, "Outside"),
			HasOpenThreats:  tdOpen(threats), Threats: orEmpty(threats),
		},
	}
}

func orEmpty(t []tdThreat) []tdThreat {
	if t == nil {
		return []tdThreat{}
	}
	return t
}

func tdOpen(t []tdThreat) bool {
	return slices.ContainsFunc(t, func(t tdThreat) bool { return t.Status == "Open" })
}

func tdThreatOf(t threatmodel.Threat, n int) tdThreat {
	severity := "TBD"
	if w := t.Severity(); w != "" {
		severity = strings.ToUpper(w[:1]) + w[1:]
	}
	score := ""
	if t.Score() > 0 {
		score = fmt.Sprint(t.Score())
	}
	return tdThreat{
		ID: uuid("threat", t.ID), Number: n, Title: orThe(t.Title(), "A threat without words"), Type: grading.LetterNames[t.Letter], Severity: severity,
		Status: tdStatus(t), Description: exercises.Clean(t.Text), Mitigation: mitigationOf(t), ModelType: "STRIDE", Score: score,
	}
}

// tdStatus is the tool's word for what became of a threat: it stays open until
// something was done.
func tdStatus(t threatmodel.Threat) string {
	switch {
	case t.Decision == "accept":
		return "Accepted"
	case t.Decision == "transfer":
		return "Transferred"
	case t.Decision == "mitigate" && t.Done:
		return "Mitigated"
	case t.Decision == "eliminate" && t.Done:
		return "Eliminated"
	}
	return "Open"
}

// mitigationOf is the decision with time and name at its head, then the plan
// and the reason: importing reads the head again.
func mitigationOf(t threatmodel.Threat) string {
	var head, out []string
	for _, f := range [][2]string{{"Decision", t.Decision}, {"When", t.When}, {"Date", t.Date}, {"Who", t.Owner}} {
		if f[1] != "" {
			head = append(head, f[0]+": "+line(f[1]))
		}
	}
	if len(head) > 0 {
		out = append(out, strings.Join(head, "; "))
	}
	for _, s := range []string{t.Plan, t.Reason} {
		if s = exercises.Clean(s); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

// describe tells what other tools have no place for.
func describe(m *threatmodel.Model) string {
	out := []string{exercises.Clean(m.Feature)}
	list := func(head string, n int, item func(int) string) {
		if n == 0 {
			return
		}
		out = append(out, "", head)
		for i := range n {
			out = append(out, "- "+line(item(i)))
		}
	}
	list("Assets", len(m.Assets), func(i int) string {
		a := m.Assets[i]
		return strings.TrimSpace(a.Name + ". " + a.Class + " " + a.Owner)
	})
	list("Scope", len(m.Scope), func(i int) string {
		s := m.Scope[i]
		return side(s) + ": " + s.What + ". " + s.Why
	})
	list("Assumptions", len(m.Assumptions), func(i int) string { return m.Assumptions[i].Text + ". " + m.Assumptions[i].Who })
	list("Open questions", len(m.Questions), func(i int) string { return m.Questions[i].Text + ". " + m.Questions[i].Who })
	if m.Review != "" {
		out = append(out, "", "Review", exercises.Clean(m.Review))
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

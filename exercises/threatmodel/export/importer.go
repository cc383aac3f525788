package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/threatmodel"
)

// maxImport is the most bytes of a file that is imported.
const maxImport = 10 << 20

// Import makes a model of a file of Threat Dragon (version 2) or an Open Threat
// Model (JSON or YAML), far enough to go on from its diagram. The sentences say
// what could not be taken along. An error says why the file is neither.
func Import(data []byte) (*threatmodel.Model, []string, error) {
	if len(data) > maxImport {
		return nil, nil, fmt.Errorf("the file has %d MB; files of up to 10 MB can be imported", len(data)>>20)
	}
	i := &importer{m: threatmodel.New(""), parts: map[string]string{}, threats: map[string]int{}}
	var probe struct {
		OTM    string          `json:"otmVersion"`
		Detail json.RawMessage `json:"detail"`
	}
	var err error
	switch trimmed := bytes.TrimSpace(data); {
	case len(trimmed) > 0 && trimmed[0] == '{':
		if err := json.Unmarshal(trimmed, &probe); err != nil {
			return nil, nil, fmt.Errorf("the file begins like JSON and is none: %w", err)
		}
		switch {
		case probe.OTM != "":
			var f otmFile
			if err = json.Unmarshal(trimmed, &f); err == nil {
				i.otm(f)
			}
		case len(probe.Detail) > 0:
			var f tdFile
			if err = json.Unmarshal(trimmed, &f); err == nil {
				i.threatDragon(f)
			}
		default:
			return nil, nil, errNeither
		}
	case bytes.Contains(data, []byte("otmVersion")):
		var f otmFile
		if err = decodeYAML(data, &f); err == nil {
			i.otm(f)
		}
	default:
		return nil, nil, errNeither
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the file has a part that is not as its format says: %w", err)
	}
	if i.m.Title == "" {
		i.m.Title = "An imported model"
	}
	b, err := threatmodel.Format(i.m)
	if err != nil {
		return nil, nil, err
	}
	m, err := threatmodel.Parse("the imported model", b) // holds every rule of a model's file
	if err != nil {
		return nil, nil, fmt.Errorf("the file cannot become a threat model: %w", err)
	}
	return m, i.notes, nil
}

var errNeither = errors.New("this is neither a file of Threat Dragon 2 (JSON with a part “detail”) nor an Open Threat Model (with “otmVersion”)")

// decodeYAML turns a panic of the decoder over odd YAML into an error.
func decodeYAML(data []byte, v any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("this YAML cannot be understood")
		}
	}()
	return yaml.Unmarshal(data, v)
}

// An importer builds a model. Ids of the file become ids of the model.
type importer struct {
	m       *threatmodel.Model
	parts   map[string]string // the file's id → the component's
	threats map[string]int    // the file's id → index of the threat
	notes   []string
}

func (i *importer) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(i.notes, s) && len(i.notes) < 20 {
		i.notes = append(i.notes, s)
	}
}

// component adds a part, in the zone with the name.
func (i *importer) component(id, name, kind, zone, about string) {
	c := i.m.AddComponent(threatmodel.Component{Name: orThe(line(name), "A part"), Kind: kind, About: exercises.Clean(about)})
	if zone != "" {
		i.m.SetZone(c.ID, line(zone))
	}
	i.parts[id] = c.ID
}

var leadingNumber = regexp.MustCompile(`^(\d{1,4})\s*`)

// flow adds a flow; a number at the head of its label stays its number where it is free.
func (i *importer) flow(from, to, label, carries string, both bool) (n int, ok bool) {
	a, ok1 := i.parts[from]
	b, ok2 := i.parts[to]
	if !ok1 || !ok2 {
		i.note("Flows that do not join two parts are left out.")
		return 0, false
	}
	label = line(label)
	want := 0
	if g := leadingNumber.FindStringSubmatch(label); g != nil {
		want, _ = strconv.Atoi(g[1])
		label = label[len(g[0]):]
	}
	f := i.m.AddFlow(threatmodel.Flow{From: a, To: b, Both: both, Protocol: label, Carries: line(carries)})
	if _, taken := i.m.Flow(strconv.Itoa(want)); want > 0 && !taken {
		i.m.Flows[len(i.m.Flows)-1].N = want
		return want, true
	}
	return f.N, true
}

func (i *importer) threat(title, text, typ, place string) *threatmodel.Threat {
	t := threatmodel.Threat{Text: orThe(strings.TrimSpace(exercises.Clean(text)), line(title)), Place: place}
	for l, name := range grading.LetterNames {
		if strings.EqualFold(name, strings.TrimSpace(typ)) {
			t.Letter = l
		}
	}
	return i.m.AddThreat(t)
}

// head reads the decision, time and name that this program wrote before a plan.
func head(t *threatmodel.Threat, mitigation string) {
	first, rest, _ := strings.Cut(exercises.Clean(mitigation), "\n")
	read := false
	for _, f := range strings.Split(first, "; ") {
		name, value, _ := strings.Cut(f, ": ")
		switch {
		case name == "Decision" && slices.Contains(threatmodel.Decisions, value):
			t.Decision, read = value, true
		case !read:
		case name == "When" && slices.Contains(threatmodel.Times, value):
			t.When = value
		case name == "Date" && threatmodel.IsDate(value):
			t.Date = value
		case name == "Who":
			t.Owner = value
		}
	}
	if !read {
		rest = exercises.Clean(mitigation)
	}
	t.Plan = strings.TrimSpace(rest)
}

// rate puts a threat into the middle of what a word says.
func rate(t *threatmodel.Threat, severity string) {
	switch strings.ToLower(severity) {
	case "low":
		t.Likelihood, t.Impact = 1, 2
	case "medium":
		t.Likelihood, t.Impact = 2, 2
	case "high":
		t.Likelihood, t.Impact = 2, 3
	case "critical":
		t.Likelihood, t.Impact = 3, 3
	}
}

func (i *importer) threatDragon(f tdFile) {
	i.m.Title, i.m.Feature = line(f.Summary.Title), exercises.Clean(f.Summary.Description)
	i.m.Team.Owner = line(f.Summary.Owner)
	if len(f.Detail.Diagrams) > 1 {
		i.note("The file has %d diagrams; all of their parts are in one now.", len(f.Detail.Diagrams))
	}
	for _, d := range f.Detail.Diagrams {
		var zones []tdCell
		for _, c := range d.Cells {
			if c.Data.Type == "tm.BoundaryBox" && c.Position != nil && c.Size != nil {
				zones = append(zones, c)
			}
		}
		for _, c := range d.Cells {
			if c.ID == noPlaceID {
				i.tdThreats(c, "")
			} else if kind := map[string]string{"tm.Process": "process", "tm.Store": "store", "tm.Actor": "actor"}[c.Data.Type]; kind != "" {
				i.component(c.ID, tdName(c), kind, zoneAround(c, zones), c.Data.Description)
				i.tdThreats(c, i.parts[c.ID])
			} else if c.Data.Type == "tm.Boundary" {
				i.note("Trust boundaries that are curves are left out: say which part is in which zone, such as: api in Production.")
			} else if c.Data.Type == "tm.Text" {
				i.note("Notes in the drawing are left out.")
			}
		}
		for _, c := range d.Cells {
			if c.Data.Type != "tm.Flow" || c.Source == nil || c.Target == nil {
				if c.Data.Type == "tm.Flow" {
					i.note("Flows that do not join two parts are left out.")
				}
				continue
			}
			if n, ok := i.flow(c.Source.Cell, c.Target.Cell, tdName(c), c.Data.Description, c.Data.IsBidirectional); ok {
				i.tdThreats(c, strconv.Itoa(n))
			}
		}
	}
}

func (i *importer) tdThreats(c tdCell, place string) {
	for _, x := range c.Data.Threats {
		t := i.threat(x.Title, x.Description, x.Type, place)
		rate(t, x.Severity)
		head(t, x.Mitigation)
		switch x.Status {
		case "Accepted":
			t.Decision = "accept"
		case "Transferred":
			t.Decision = "transfer"
		case "Mitigated":
			t.Decision, t.Done = "mitigate", true
		case "Eliminated", "Avoided":
			t.Decision, t.Done = "eliminate", true
		case "NotApplicable":
			i.note("Threats that do not apply are here without a decision.")
		}
	}
}

// tdName is a cell's name, wherever its version of the tool keeps it.
func tdName(c tdCell) string {
	if c.Data.Name != "" {
		return c.Data.Name
	}
	if c.Attrs != nil && c.Attrs.Text != nil && c.Attrs.Text.Text != "" {
		return c.Attrs.Text.Text
	}
	if c.Attrs != nil && c.Attrs.Label != nil && c.Attrs.Label.Text != "" {
		return c.Attrs.Label.Text
	}
	if len(c.Labels) > 0 {
		if s, ok := c.Labels[0].(string); ok {
			return s
		}
	}
	return ""
}

// zoneAround is the name of the smallest box in which a cell stands.
func zoneAround(c tdCell, zones []tdCell) string {
	if c.Position == nil || c.Size == nil {
		return ""
	}
	x, y := c.Position.X+c.Size.Width/2, c.Position.Y+c.Size.Height/2
	name, least := "", 0.0
	for _, z := range zones {
		area := z.Size.Width * z.Size.Height
		if x >= z.Position.X && x <= z.Position.X+z.Size.Width && y >= z.Position.Y && y <= z.Position.Y+z.Size.Height && (name == "" || area < least) {
			name, least = orThe(line(tdName(z)), "A zone"), area
		}
	}
	return name
}

func (i *importer) otm(f otmFile) {
	i.m.Title, i.m.Feature, i.m.Team.Owner = line(f.Project.Name), exercises.Clean(f.Project.Description), line(f.Project.Owner)
	zones := map[string]string{}
	for _, z := range f.TrustZones {
		zones[z.ID] = orThe(line(z.Name), z.ID)
	}
	for _, a := range f.Assets {
		i.m.AddAsset(threatmodel.Asset{Name: orThe(line(a.Name), "An asset")})
	}
	parent := map[string]otmParent{}
	for _, c := range f.Components {
		parent[c.ID] = c.Parent
	}
	for _, c := range f.Components {
		kind := "process"
		for _, k := range slices.Sorted(maps.Keys(otmTypes)) {
			if otmTypes[k] == c.Type {
				kind = k
			}
		}
		if t := strings.ToLower(c.Type); kind == "process" && (strings.Contains(t, "storage") || strings.Contains(t, "database") || strings.Contains(t, "-db")) {
			kind = "store"
		}
		p := c.Parent
		for n := 0; p.TrustZone == "" && p.Component != "" && n < len(f.Components); n++ { // a part within a part
			p = parent[p.Component]
		}
		i.component(c.ID, c.Name, kind, zones[p.TrustZone], c.Description)
	}
	known, plans := map[string]otmThreat{}, map[string]otmMitigation{}
	for _, t := range f.Threats {
		known[t.ID] = t
	}
	for _, x := range f.Mitigations {
		plans[x.ID] = x
	}
	placed := map[string]bool{}
	states := func(list []otmState, place string) {
		for _, s := range list {
			if x, ok := known[s.Threat]; ok {
				placed[s.Threat] = true
				i.otmThreat(x, s, plans, place)
			}
		}
	}
	for _, x := range f.Dataflows {
		if n, ok := i.flow(x.Source, x.Destination, x.Name, x.Description, x.Bidirectional); ok {
			states(x.Threats, strconv.Itoa(n))
		}
	}
	for _, c := range f.Components {
		states(c.Threats, i.parts[c.ID])
	}
	for _, x := range f.Threats {
		if placed[x.ID] {
			continue
		}
		s := otmState{Threat: x.ID}
		for _, p := range f.Mitigations { // the format joins the two only at a place
			if strings.HasSuffix(p.ID, "-"+x.ID) {
				s.Mitigations = []otmMitigating{{p.ID, ""}}
			}
		}
		i.otmThreat(x, s, plans, "")
	}
}

func (i *importer) otmThreat(x otmThreat, s otmState, plans map[string]otmMitigation, place string) {
	typ := ""
	if len(x.Categories) > 0 {
		typ = x.Categories[0]
	}
	t := i.threat(x.Name, x.Description, typ, place)
	third := func(p *int) int {
		if p == nil || *p <= 0 {
			return 0
		}
		return min(3, (*p+32)/33)
	}
	t.Likelihood, t.Impact = third(x.Risk.Likelihood), third(x.Risk.Impact)
	for _, w := range s.Mitigations {
		if p, ok := plans[w.Mitigation]; ok {
			head(t, p.Description)
			t.Done = w.State == "implemented"
		}
	}
	if s.State == "accepted" && t.Decision == "" {
		t.Decision = "accept"
	}
	if s.State == "mitigated" && t.Decision == "" {
		t.Decision, t.Done = "mitigate", true
	}
}

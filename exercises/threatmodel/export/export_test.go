package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"

	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/threatmodel"
)

func guide(t testing.TB) *threatmodel.Guide {
	t.Helper()
	g, err := threatmodel.ShippedGuide()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// full is a model with everything in it.
func full() *threatmodel.Model {
	m := threatmodel.New("Card export")
	m.Feature = "Owners export their cards.\nSupport may do it for them."
	m.Team = threatmodel.Team{Facilitator: "Ada", Owner: "Bo", Scribe: "Cy", Attackers: "Di, Ed"}
	for _, l := range []string{"owner -> web: HTTPS cards, token", "web -> api: plain HTTP cards", "api <-> cards database: SQL over TLS cards", "api -> audit log: syslog outcome", "bank (external) -> api: HTTPS rates"} {
		if _, err := m.Enter(l); err != nil {
			panic(err)
		}
	}
	m.AddAsset(threatmodel.Asset{Name: "card numbers", Class: "restricted", Owner: "billing"})
	m.Scope = []threatmodel.Scoped{{What: "the export"}, {What: "the mobile app", Out: true, Why: "another team"}}
	m.Assumptions = []threatmodel.Assumption{{Text: "The network inside is ours", Who: "Bo"}}
	m.Questions = []threatmodel.Question{{Text: "Who reads the log?"}}
	m.Review = "We saw flow 2 late."
	for i, place := range []string{"1", "2", "api", "cards-database", "audit-log", ""} {
		t := threatmodel.Threat{Text: fmt.Sprintf("Somebody does harm number %d at this place. And more.", i), Letter: string(grading.Letters[i]), Place: place, Asset: "card-numbers"}
		if i < 5 {
			t.Likelihood, t.Impact = 1+i%3, 1+(i+1)%3
		}
		if i < 4 {
			t.Decision, t.When, t.Owner, t.Plan, t.Reason = threatmodel.Decisions[i], threatmodel.Times[i], "Ada", "do it", "because"
			t.Done = i == 1
		}
		if t.When == "revisit" {
			t.Date = "2027-01-31"
		}
		m.AddThreat(t)
	}
	m.Look("1", "D")
	return m
}

const nasty = "\"]|x| --> y; end %% {{<script>alert(1)</script>}} `code` [a](javascript:x) ![i](http://e.example/i.png) | \\ $& #1 @all =1+1 \x1b[31m\u202e\u2066 \u200b 👩‍👩‍👧 שלום مرحبا 漢字 <b>"

// hostile is a model whose every text is an attack.
func hostile() *threatmodel.Model {
	m := threatmodel.New(nasty)
	long := strings.Repeat("very long ", 1000)
	m.Feature, m.Review = nasty+"\n# head\n| a | b |\n```\n~~~", long
	m.Team = threatmodel.Team{Owner: nasty, Facilitator: "end"}
	a := m.AddComponent(threatmodel.Component{Name: nasty, About: nasty})
	b := m.AddComponent(threatmodel.Component{Name: "end", Kind: "store", About: "```"})
	c := m.AddComponent(threatmodel.Component{Name: long, Kind: "external"})
	d := m.AddComponent(threatmodel.Component{Name: "=cmd|' /C calc'!A0", Kind: "actor"})
	m.SetZone(b.ID, nasty)
	m.SetZone(c.ID, "end")
	m.AddFlow(threatmodel.Flow{From: a.ID, To: b.ID, Protocol: nasty, Carries: nasty})
	m.AddFlow(threatmodel.Flow{From: b.ID, To: c.ID, Both: true, Protocol: long})
	m.AddFlow(threatmodel.Flow{From: d.ID, To: a.ID, Protocol: "`"})
	m.AddAsset(threatmodel.Asset{Name: nasty, Owner: "-1+1"})
	m.Scope = []threatmodel.Scoped{{What: nasty, Out: true, Why: nasty}}
	m.Assumptions = []threatmodel.Assumption{{Text: nasty, Who: nasty}}
	for i, text := range []string{nasty, long, "=HYPERLINK(1)", "+1", "-1", "@x", "1. list", "- item", "\ttab\r\nline", "###"} {
		m.AddThreat(threatmodel.Threat{Text: text, Letter: string(grading.Letters[i%6]), Place: []string{a.ID, b.ID, "1", "2", ""}[i%5], Plan: nasty, Reason: nasty, Owner: nasty, Decision: threatmodel.Decisions[i%4], Likelihood: 3, Impact: 3, When: "release"})
	}
	return m
}

// large is a model of 60 places and 300 threats.
func large() *threatmodel.Model {
	m := threatmodel.New("Large")
	for i := range 30 {
		c := m.AddComponent(threatmodel.Component{Name: fmt.Sprint("Part ", i), Kind: threatmodel.Kinds[i%4]})
		m.SetZone(c.ID, fmt.Sprint("Zone ", i%5))
	}
	for i := range 30 {
		m.AddFlow(threatmodel.Flow{From: m.Components[i].ID, To: m.Components[(i*7+3)%30].ID, Protocol: "HTTPS"})
	}
	places := m.Places()
	for i := range 300 {
		m.AddThreat(threatmodel.Threat{Text: fmt.Sprintf("Somebody does thing %d to the data.", i), Letter: string(grading.Letters[i%6]), Place: places[i%len(places)], Likelihood: 1 + i%3, Impact: 1 + i/3%3})
	}
	return m
}

func models() map[string]*threatmodel.Model {
	return map[string]*threatmodel.Model{"full": full(), "empty": threatmodel.New("Nothing yet"), "hostile": hostile(), "large": large()}
}

// Every format of every model: the same bytes twice, and nothing that turns a
// terminal or the direction of writing.
func TestSameBytesAndCleanText(t *testing.T) {
	g := guide(t)
	for name, m := range models() {
		for _, f := range Formats {
			if name == "large" && (f[0] == "md" || f[0] == "html") && testing.Short() {
				continue
			}
			a, err := Write(context.Background(), f[0], m, g)
			if err != nil {
				t.Errorf("%s as %s: %v", name, f[0], err)
				continue
			}
			b, err := Write(context.Background(), f[0], m.Clone(), g)
			if err != nil || !bytes.Equal(a, b) {
				t.Errorf("%s as %s differs the second time (%v)", name, f[0], err)
			}
			for _, r := range string(a) {
				if r != '\n' && r != '\u200d' && !(r == '\r' && f[0] == "csv") && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)) {
					t.Errorf("%s as %s holds %U", name, f[0], r)
					break
				}
			}
		}
	}
	if _, err := Write(context.Background(), "pdf", full(), g); err == nil || !strings.Contains(err.Error(), "threatdragon") {
		t.Errorf("an unknown format gives %v", err)
	}
}

func TestCSV(t *testing.T) {
	for name, m := range models() {
		b, err := CSV(m, guide(t))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil || len(rows) != 1+len(m.Threats) {
			t.Fatalf("%s: %d rows for %d threats, %v", name, len(rows), len(m.Threats), err)
		}
		if want := "Diagram,Place,Asset,Title,STRIDE,Likelihood,Impact,Severity,Decision,Reason,When,Owner,Mitigation"; strings.Join(rows[0], ",") != want {
			t.Errorf("the head is %v", rows[0])
		}
		for _, r := range rows[1:] {
			for _, c := range r {
				if c != "" && strings.ContainsRune("=+-@", rune(c[0])) {
					t.Errorf("%s: a spreadsheet would execute %q", name, c)
				}
			}
		}
	}
}

var mermaidLine = regexp.MustCompile(`^(flowchart TB|  subgraph z\d+ \["[^"]*"\]|    c\d+(\["[^"]*"\]|\("[^"]*"\)|\[\("[^"]*"\)\]|\[\["[^"]*"\]\])|  end|  c\d+ (-->|<-->)\|"[^"]*"\| c\d+)$`)

// No name can become syntax: every line has the form that we wrote.
func TestMermaidIsOurs(t *testing.T) {
	for name, m := range models() {
		text := Mermaid(m)
		nodes, flows := 0, 0
		for l := range strings.Lines(text) {
			l = strings.TrimSuffix(l, "\n")
			if !mermaidLine.MatchString(l) {
				t.Errorf("%s: %q", name, l)
			}
			if strings.HasPrefix(l, "    c") {
				nodes++
			}
			if strings.Contains(l, "-->|") {
				flows++
			}
		}
		if nodes != len(m.Components) || flows != len(m.Flows) {
			t.Errorf("%s: %d nodes and %d flows of %d and %d", name, nodes, flows, len(m.Components), len(m.Flows))
		}
	}
}

// What people wrote is text in the rendered page, and nothing else.
func TestMarkdownRendersAsText(t *testing.T) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	for name, m := range models() {
		var b bytes.Buffer
		if err := md.Convert(Markdown(m, guide(t), ""), &b); err != nil {
			t.Fatal(err)
		}
		counts, text := tags(t, b.String())
		for _, bad := range []string{"a", "img", "script", "em", "del", "blockquote", "ol"} {
			if counts[bad] > 0 {
				t.Errorf("%s: %d <%s>", name, counts[bad], bad)
			}
		}
		if counts["h3"] != len(m.Threats) {
			t.Errorf("%s: %d headings for %d threats", name, counts["h3"], len(m.Threats))
		}
		if name == "hostile" && !strings.Contains(text, "<script>alert(1)</script>") {
			t.Error("the text that looks like a script is not there as text")
		}
	}
}

func TestHTMLIsText(t *testing.T) {
	for name, m := range models() {
		b, err := HTML(m, guide(t), "")
		if err != nil {
			t.Fatal(err)
		}
		counts, text := tags(t, string(b))
		if counts["script"]+counts["a"]+counts["img"]+counts["b"] > 9 || counts["script"] > 0 || counts["a"] > 0 || counts["img"] > 0 {
			t.Errorf("%s: %v", name, counts)
		}
		if counts["h3"] != len(m.Threats) {
			t.Errorf("%s: %d headings for %d threats", name, counts["h3"], len(m.Threats))
		}
		if name == "hostile" && !strings.Contains(text, "<script>alert(1)</script>") {
			t.Error("the text that looks like a script is not there as text")
		}
	}
}

// tags counts the elements of a page and collects its text.
func tags(t *testing.T, page string) (map[string]int, string) {
	t.Helper()
	counts, text := map[string]int{}, strings.Builder{}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return counts, text.String()
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			counts[string(name)]++
		case html.TextToken:
			text.WriteString(z.Token().Data)
		}
	}
}

// The structure that Threat Dragon needs, learned by loading files into it.
func TestThreatDragon(t *testing.T) {
	statuses := []string{"NotApplicable", "Open", "Mitigated", "Accepted", "Transferred", "Avoided", "Eliminated"}
	types := map[string]string{"actor": "tm.Actor", "process": "tm.Process", "store": "tm.Store", "flow": "tm.Flow", "trust-boundary-box": "tm.BoundaryBox"}
	for name, m := range models() {
		b, err := ThreatDragon(m)
		if err != nil {
			t.Fatal(err)
		}
		var raw map[string]map[string]any
		_ = json.Unmarshal(b, &raw) // version is a string: the rest is read
		for _, k := range []string{"contributors", "diagrams", "diagramTop", "reviewer", "threatTop"} {
			if _, ok := raw["detail"][k]; !ok || raw["detail"][k] == nil {
				t.Errorf("%s: detail.%s is missing", name, k)
			}
		}
		var f tdFile
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		if len(f.Version) > 10 || f.Summary.Title == "" {
			t.Errorf("%s: version %q, title %q", name, f.Version, f.Summary.Title)
		}
		cells, seen, threats, open := map[string]tdCell{}, map[int]bool{}, 0, 0
		for _, c := range f.Detail.Diagrams[0].Cells {
			if _, twice := cells[c.ID]; twice {
				t.Errorf("%s: two cells %s", name, c.ID)
			}
			cells[c.ID] = c
		}
		for _, c := range f.Detail.Diagrams[0].Cells {
			if types[c.Shape] != c.Data.Type || c.Data.Name == "" && name != "hostile" {
				t.Errorf("%s: shape %q with type %q, name %q", name, c.Shape, c.Data.Type, c.Data.Name)
			}
			if c.Shape == "flow" {
				_, ok1 := cells[c.Source.Cell]
				_, ok2 := cells[c.Target.Cell]
				if !ok1 || !ok2 || c.Connector != "smooth" || len(c.Labels) != 1 {
					t.Errorf("%s: the flow %v dangles", name, c)
				}
			} else if c.Position == nil || c.Size == nil {
				t.Errorf("%s: %s has no place", name, c.Data.Name)
			}
			if c.Shape == "trust-boundary-box" && c.ZIndex >= 0 {
				t.Errorf("%s: a box with zIndex %d", name, c.ZIndex)
			}
			isOpen := false
			for _, x := range c.Data.Threats {
				threats++
				seen[x.Number] = true
				if !slices.Contains(statuses, x.Status) || !slices.Contains([]string{"TBD", "Low", "Medium", "High", "Critical"}, x.Severity) || x.ModelType != "STRIDE" || x.Title == "" {
					t.Errorf("%s: %+v", name, x)
				}
				if x.Type == "" || !slices.Contains([]string{"Spoofing", "Tampering", "Repudiation", "Information disclosure", "Denial of service", "Elevation of privilege"}, x.Type) {
					t.Errorf("%s: type %q", name, x.Type)
				}
				isOpen = isOpen || x.Status == "Open"
				if x.Status == "Open" {
					open++
				}
			}
			if c.Data.HasOpenThreats != isOpen {
				t.Errorf("%s: %s says hasOpenThreats %t", name, c.Data.Name, c.Data.HasOpenThreats)
			}
		}
		wantOpen := 0
		for _, x := range m.Threats {
			if x.Decision == "" || (x.Decision == "mitigate" || x.Decision == "eliminate") && !x.Done {
				wantOpen++
			}
		}
		if threats != len(m.Threats) || len(seen) != len(m.Threats) || open != wantOpen || f.Detail.ThreatTop < len(m.Threats) {
			t.Errorf("%s: %d threats, %d numbers, %d open, top %d; want %d and %d open", name, threats, len(seen), open, f.Detail.ThreatTop, len(m.Threats), wantOpen)
		}
	}
}

// Parts stand in their zone, beside one another, and off the lines of others.
func TestPlan(t *testing.T) {
	for name, m := range models() {
		p := planOf(m)
		for _, c := range m.Components {
			r, z := p.nodes[c.ID], p.zones[c.Zone]
			if !z.holds(r.x, r.y) || !z.holds(r.x+r.w, r.y+r.h) {
				t.Errorf("%s: %s at %v stands outside of its zone %v", name, c.Name, r, z)
			}
			for _, o := range m.Components {
				q := p.nodes[o.ID]
				if o.ID != c.ID && r.x < q.x+q.w && q.x < r.x+r.w && r.y < q.y+q.h && q.y < r.y+r.h {
					t.Errorf("%s: %s and %s overlap", name, c.Name, o.Name)
				}
			}
			if name != "large" && p.conflicts(m, c.ID, r) > 0 {
				t.Errorf("%s: a line runs through %s", name, c.Name)
			}
		}
	}
}

func TestOTM(t *testing.T) {
	for name, m := range models() {
		b, err := OTM(m)
		if err != nil {
			t.Fatal(err)
		}
		var f otmFile
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		if f.Version != "0.2.0" || f.Project.Name == "" || f.Project.ID == "" {
			t.Errorf("%s: %+v", name, f.Project)
		}
		zones, parts := map[string]bool{}, map[string]bool{}
		for _, z := range f.TrustZones {
			zones[z.ID] = true
			if z.Risk.TrustRating == nil || len(z.Representations) == 0 {
				t.Errorf("%s: the zone %+v", name, z)
			}
		}
		placed := 0
		for _, c := range f.Components {
			parts[c.ID] = true
			if !zones[c.Parent.TrustZone] || c.Description == "" || c.Type == "" {
				t.Errorf("%s: the component %+v", name, c)
			}
			placed += len(c.Threats)
		}
		for _, x := range f.Dataflows {
			if !parts[x.Source] || !parts[x.Destination] {
				t.Errorf("%s: the flow %+v dangles", name, x)
			}
			placed += len(x.Threats)
		}
		want := 0
		for _, x := range m.Threats {
			if x.Place != "" {
				want++
			}
		}
		if len(f.Threats) != len(m.Threats) || placed != want || len(f.Assets) != len(m.Assets) {
			t.Errorf("%s: %d threats, %d placed, %d assets", name, len(f.Threats), placed, len(f.Assets))
		}
	}
}

// What was written for another tool comes back.
func TestRoundTrip(t *testing.T) {
	for name, m := range models() {
		for _, f := range []struct {
			name  string
			write func(*threatmodel.Model) ([]byte, error)
		}{{"threatdragon", ThreatDragon}, {"otm", OTM}} {
			b, err := f.write(m)
			if err != nil {
				t.Fatal(err)
			}
			back, notes, err := Import(b)
			if err != nil {
				t.Errorf("%s from %s: %v", name, f.name, err)
				continue
			}
			if len(notes) > 0 {
				t.Errorf("%s from %s: %q", name, f.name, notes)
			}
			if got, want := signature(back, f.name), signature(m, f.name); got != want {
				t.Errorf("%s came back from %s as\n%s\nand was\n%s", name, f.name, got, want)
			}
		}
	}
}

// signature is what two tools keep of a model.
func signature(m *threatmodel.Model, tool string) string {
	var parts, flows, threats []string
	b, _ := threatmodel.Format(m)
	m, _ = threatmodel.Parse("m", b) // cleaned
	name := map[string]string{}
	for _, c := range m.Components {
		kind := c.Kind
		if tool == "threatdragon" && kind == "external" {
			kind = "actor" // the tool has no other
		}
		name[c.ID] = c.Name
		parts = append(parts, fmt.Sprintf("%.40q %s in %.40q", c.Name, kind, m.System().ZoneName(c.Zone)))
	}
	for _, f := range m.Flows {
		flows = append(flows, fmt.Sprintf("%d %.40q %.40q %t %.60q", f.N, name[f.From], name[f.To], f.Both, f.Protocol))
	}
	for _, t := range m.Threats {
		place := t.Place
		if n, ok := name[place]; ok {
			place = n
		}
		threats = append(threats, fmt.Sprintf("%s %.40q %.60q %s %t", t.Letter, place, strings.Join(strings.Fields(t.Text), " "), t.Decision, t.Done))
	}
	for _, l := range [][]string{parts, flows, threats} {
		slices.Sort(l)
	}
	return strings.Join(slices.Concat(parts, flows, threats), "\n")
}

func FuzzImport(f *testing.F) {
	for _, m := range []*threatmodel.Model{full(), threatmodel.New("x")} {
		for _, write := range []func(*threatmodel.Model) ([]byte, error){ThreatDragon, OTM} {
			b, err := write(m)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Add([]byte("otmVersion: 0.2.0\nproject: {name: x, id: y}\ncomponents: [{id: a, name: b, parent: {component: a}}]\n"))
	f.Add([]byte(`{"detail":{"diagrams":[{"cells":[{"data":{"type":"tm.Flow"}},{"position":{},"data":{"type":"tm.Process"}}]}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, _, err := Import(b)
		if err != nil {
			return
		}
		for _, write := range []func(*threatmodel.Model) ([]byte, error){ThreatDragon, OTM} {
			if _, err := write(m); err != nil {
				t.Error(err)
			}
		}
	})
}

// A threat is told once, and a day that nobody has set is not left out in silence.
func TestThreatOnce(t *testing.T) {
	g, err := threatmodel.ShippedGuide()
	if err != nil {
		t.Fatal(err)
	}
	m := threatmodel.New("x")
	m.AddThreat(threatmodel.Threat{Text: "A thief reads the codes. They are spent within a day.", Decision: "mitigate", When: "revisit"})
	html, err := HTML(m, g, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"Markdown": string(Markdown(m, g, "")), "HTML": string(html)} {
		for _, want := range []string{"A thief reads the codes", "They are spent within a day.", "revisit on a date (none is set yet)"} {
			if n := strings.Count(strings.ReplaceAll(text, `\`, ""), want); n != 1 {
				t.Errorf("%s says %q %d times:\n%s", name, want, n, text)
			}
		}
	}
}

package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/threatmodel"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"paragraphs": func(s string) []string {
		var out []string
		for _, p := range strings.Split(exercises.Clean(s), "\n") {
			if p = strings.TrimSpace(p); p != "" {
				out = append(out, p)
			}
		}
		return out
	},
	"line": line,
}).Parse(pageText))

// HTML writes one page that needs nothing else: the diagram (an SVG that this
// program drew; "" leaves it out), the heat map, and all that Markdown holds.
func HTML(m *threatmodel.Model, g *threatmodel.Guide, svg string) ([]byte, error) {
	type threat struct {
		N                                                                             int
		Title, Letter, LetterName, Place, Asset, Rating, Severity, Decision, When, ID string
		Text, Plan, Reason, Owner                                                     string
	}
	type cell struct {
		Severity string
		N        int
	}
	type row struct {
		Name  string
		Cells []cell
	}
	type flow struct{ N, From, To, Protocol, Carries, Crosses string }
	data := struct {
		M        *threatmodel.Model
		SVG      template.HTML
		Team     [][2]string
		Heat     []row
		Impacts  []string
		Threats  []threat
		Zone     map[string]string
		Flows    []flow
		Letters  []string
		Coverage [][]string
	}{M: m, SVG: template.HTML(svg), Impacts: threatmodel.Impacts, Zone: map[string]string{}, Letters: strings.Split(grading.Letters, "")} // names in it are escaped
	for _, z := range m.Zones {
		data.Zone[z.ID] = z.Name
	}
	for _, r := range [][2]string{{"Facilitator", m.Team.Facilitator}, {"Owner", m.Team.Owner}, {"Scribe", m.Team.Scribe}, {"Attackers", m.Team.Attackers}} {
		if r[1] != "" {
			data.Team = append(data.Team, r)
		}
	}
	h := m.HeatMap()
	for l := 3; l >= 1; l-- {
		r := row{Name: threatmodel.Likelihoods[l-1]}
		for i := 1; i <= 3; i++ {
			r.Cells = append(r.Cells, cell{threatmodel.Severity(l, i), h[l][i]})
		}
		data.Heat = append(data.Heat, r)
	}
	for i, t := range m.Prioritised() {
		data.Threats = append(data.Threats, threat{
			N: i + 1, ID: t.ID, Title: orThe(t.Title(), "A threat without words"), Letter: t.Letter, LetterName: letterName(t.Letter), Place: placeOf(m, t), Asset: assetOf(m, t),
			Rating: ratingOf(t), Severity: t.Severity(), Decision: decisionOf(t), When: whenOf(t, g), Text: t.Beyond(), Plan: t.Plan, Reason: t.Reason, Owner: t.Owner,
		})
	}
	data.Coverage = coverageRows(m, "○", "·")
	for _, p := range m.System().Places() {
		if f, ok := m.Flow(p.ID); ok {
			from, _ := m.Component(f.From)
			to, _ := m.Component(f.To)
			name := to.Name
			if f.Both {
				name += " and back"
			}
			data.Flows = append(data.Flows, flow{p.ID, from.Name, name, f.Protocol, f.Carries, p.Crosses})
		}
	}
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("writing the page: %w", err)
	}
	return b.Bytes(), nil
}

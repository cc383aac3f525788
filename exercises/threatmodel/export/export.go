// Package export writes a threat model for people and for other tools:
// Markdown, a page of HTML, a table, OWASP Threat Dragon and the Open Threat
// Model. The same model is the same bytes every time, and no control character
// or mark of the writing direction in anybody's text reaches a file.
package export

import (
	"context"
	"fmt"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/drawing"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/threatmodel"
)

// Formats are the names of what a model can be written as, with what each is.
var Formats = [][2]string{
	{"md", "Markdown with a Mermaid diagram: for a design document or a wiki"},
	{"html", "one page that needs nothing else and prints well"},
	{"csv", "a table: for a tracker or a spreadsheet"},
	{"threatdragon", "OWASP Threat Dragon, version 2"},
	{"otm", "Open Threat Model 0.2.0: for IriusRisk and others"},
}

// Write writes a model in one of the Formats. Drawing the diagram takes up to a
// few seconds.
func Write(ctx context.Context, format string, m *threatmodel.Model, g *threatmodel.Guide) ([]byte, error) {
	switch format {
	case "md":
		text := ""
		if len(m.Components) > 0 {
			var err error
			if text, _, err = drawing.Text(ctx, m.System()); err != nil {
				return nil, err
			}
		}
		return Markdown(m, g, text), nil
	case "html":
		svg := ""
		if len(m.Components) > 0 {
			var err error
			if svg, err = drawing.SVG(ctx, m.System()); err != nil {
				return nil, err
			}
		}
		return HTML(m, g, svg)
	case "csv":
		return CSV(m, g)
	case "threatdragon":
		return ThreatDragon(m)
	case "otm":
		return OTM(m)
	}
	var names []string
	for _, f := range Formats {
		names = append(names, f[0])
	}
	return nil, fmt.Errorf("%q is no format; use one of: %s", format, strings.Join(names, ", "))
}

// line is text that stays on one line.
func line(s string) string { return exercises.CleanLine(s) }

// letterName is "I, Information disclosure", or "no letter".
func letterName(l string) string {
	if n := grading.LetterNames[l]; n != "" {
		return l + ", " + n
	}
	return "no letter"
}

// placeOf is a threat's place in words.
func placeOf(m *threatmodel.Model, t threatmodel.Threat) string {
	if p := m.PlaceName(t.Place); p != "" {
		return p
	}
	return "no place"
}

func assetOf(m *threatmodel.Model, t threatmodel.Threat) string {
	a, _ := m.Asset(t.Asset)
	return a.Name
}

// ratingOf is "high (2 × 3)", or "not rated".
func ratingOf(t threatmodel.Threat) string {
	if t.Score() == 0 {
		return "not rated"
	}
	return fmt.Sprintf("%s (%d × %d)", t.Severity(), t.Likelihood, t.Impact)
}

// whenOf is a time in the organisation's words, with its date.
func whenOf(t threatmodel.Threat, g *threatmodel.Guide) string {
	w := ""
	if t.When != "" {
		w = g.TimeName(t.When)
	}
	switch {
	case t.When != "revisit":
	case t.Date != "":
		w = "revisit on " + t.Date
	default:
		w += " (none is set yet)"
	}
	return w
}

// decisionOf is "mitigate", "mitigate, carried out" or "open".
func decisionOf(t threatmodel.Threat) string {
	switch {
	case t.Decision == "":
		return "open"
	case t.Done:
		return t.Decision + ", carried out"
	}
	return t.Decision
}

// coverageRows are the rows of the coverage grid: the place, and a cell for each
// letter. The words are for what was looked at, and for what was not.
func coverageRows(m *threatmodel.Model, looked, notYet string) [][]string {
	cov := m.Coverage()
	var rows [][]string
	for _, p := range m.Places() {
		cells := []string{m.PlaceName(p)}
		for _, l := range strings.Split(grading.Letters, "") {
			switch s, n := cov.At(p, l); s {
			case threatmodel.Found:
				cells = append(cells, fmt.Sprint(n))
			case threatmodel.LookedAt:
				cells = append(cells, looked)
			default:
				cells = append(cells, notYet)
			}
		}
		rows = append(rows, cells)
	}
	return rows
}

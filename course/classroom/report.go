package classroom

import (
	"bytes"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	texttemplate "text/template"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/scenarios"
)

// A Report is a board as it is written down after a class.
type Report struct {
	Board  *Board
	System *scenarios.System
	Date   string // of the class, as it is to be shown; "" for none
}

// Formats are the forms of a report.
var Formats = []string{"md", "html", "csv", "json"}

// Write writes the report in one of the Formats.
func (r Report) Write(format string) ([]byte, error) {
	switch format {
	case "md":
		return r.markdown()
	case "html":
		return r.html()
	case "csv":
		return r.csv()
	case "json":
		b, err := json.MarshalIndent(r.Board, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("writing the report: %w", err)
		}
		return append(b, '\n'), nil
	}
	return nil, fmt.Errorf("%q is no form of a report; use one of: %s", format, strings.Join(Formats, ", "))
}

//go:embed report.md report.html
var templates embed.FS

// view is what the templates see.
type view struct {
	Report
	Breadth []string
	Next    []string
	Letters []coverage
	Places  []coverage
}

type coverage struct {
	Name    string
	Share   Share
	Percent int
}

func (r Report) view() view {
	v := view{Report: r, Breadth: r.breadth(), Next: r.next()}
	for _, l := range strings.Split(grading.Letters, "") {
		if s, ok := r.Board.Letter[l]; ok {
			v.Letters = append(v.Letters, coverage{l + " " + grading.LetterNames[l], s, 100 * s.Found / s.All})
		}
	}
	for _, p := range r.System.Places() {
		if s, ok := r.Board.Place[p.ID]; ok {
			v.Places = append(v.Places, coverage{r.PlaceName(p.ID), s, 100 * s.Found / s.All})
		}
	}
	return v
}

// PlaceName names a place of the system, "" when there is none.
func (r Report) PlaceName(id string) string {
	p, ok := r.System.Place(id)
	switch {
	case !ok:
		return ""
	case p.Flow:
		return p.ID + " " + p.Name
	}
	return p.Name
}

// breadth says with the class's own numbers what its different eyes were worth.
func (r Report) breadth() []string {
	f, n := r.Board.Found, len(r.Board.Teams)
	out := []string{fmt.Sprintf("All together found %d of the %d threats in the key.", f.Room, f.All)}
	if n > 1 {
		out = append(out, fmt.Sprintf("The best team by itself found %d.", f.Team))
	}
	if f.Person > 0 {
		out = append(out, fmt.Sprintf("The best single person found %d.", f.Person))
	}
	if n > 1 && f.OnlyOne > 0 {
		out = append(out, fmt.Sprintf("%d of them %s named by one team only: ask how it came upon them.", f.OnlyOne, map[bool]string{true: "was", false: "were"}[f.OnlyOne == 1]))
	}
	return out
}

// next says what to teach next: the letter and the place with the most left.
func (r Report) next() []string {
	var out []string
	most := func(m map[string]Share) (best string) {
		left := 0
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if n := m[k].All - m[k].Found; n > left {
				best, left = k, n
			}
		}
		return best
	}
	if l := most(r.Board.Letter); l != "" {
		s := r.Board.Letter[l]
		out = append(out, fmt.Sprintf("%s, %s: %d of %d were not seen. Its lesson in Part 1 has the questions to ask.", l, grading.LetterNames[l], s.All-s.Found, s.All))
	}
	if p := most(r.Board.Place); p != "" {
		s := r.Board.Place[p]
		out = append(out, fmt.Sprintf("%s: %d of %d were not seen. Walk there once more, together.", r.PlaceName(p), s.All-s.Found, s.All))
	}
	return out
}

func (r Report) markdown() ([]byte, error) {
	t, err := texttemplate.New("report.md").Funcs(texttemplate.FuncMap{"text": exercises.Markdown, "mark": mark}).ParseFS(templates, "report.md")
	if err != nil {
		return nil, fmt.Errorf("preparing the report: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, r.view()); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return b.Bytes(), nil
}

func (r Report) html() ([]byte, error) {
	t, err := template.New("report.html").Funcs(template.FuncMap{"mark": mark}).ParseFS(templates, "report.html")
	if err != nil {
		return nil, fmt.Errorf("preparing the report: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, r.view()); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return b.Bytes(), nil
}

// mark is a team's cell in a row: its place in the top three, a mark when it
// was only written down, or nothing.
func mark(r Row, team int) string {
	switch {
	case r.Places[team] > 0:
		return fmt.Sprint(r.Places[team])
	case r.Listed[team]:
		return "listed"
	}
	return ""
}

// csv writes a row for every threat that any team wrote down.
func (r Report) csv() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{{"Team", "By", "Top", "Text", "STRIDE", "Place", "Severity", "In the key", "Severity in the key"}}
	for _, row := range r.Board.Rows {
		for _, t := range row.Told {
			top, in := "", ""
			if t.Top > 0 {
				top = fmt.Sprint(t.Top)
			}
			if row.Key != "" {
				in = row.Title
			}
			rows = append(rows, []string{t.Team, t.Threat.By, top, t.Threat.Text, t.Threat.Letter, r.PlaceName(t.Threat.Place), t.Threat.Severity, in, row.Severity})
		}
	}
	for _, row := range rows {
		for i, c := range row {
			row[i] = exercises.Cell(c)
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("writing the table: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

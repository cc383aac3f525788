package classroom

import (
	"bytes"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"

	"edu/threatlings/exercises/clean"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/scenarios"
)

// A Report is a board as it is written down after a class.
type Report struct {
	Board  *Board
	System *scenarios.System
	Date   string // of the class, as it is to be shown; "" for none
	// Class is the room in which it was held, nil for files of hand-ins; Now is
	// until when its last phase is reckoned.
	Class *Room
	Now   time.Time
}

// ReportOf is the report of a room. The error is ErrNoHandIn when nobody wrote
// anything.
func ReportOf(r *Room, m *Matcher, sys *scenarios.System, now time.Time) (Report, error) {
	b, err := NewBoard(r.HandIns(), m, r.Placed)
	if err != nil {
		return Report{}, err
	}
	return Report{Board: b, System: sys, Date: r.Made.Format("2 January 2006"), Class: r, Now: now}, nil
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
		b, err := json.MarshalIndent(r.data(), "", "  ")
		if err != nil {
			return nil, fmt.Errorf("writing the report: %w", err)
		}
		return append(b, '\n'), nil
	}
	return nil, fmt.Errorf("%q is no form of a report; use one of: %s", format, strings.Join(Formats, ", "))
}

//go:embed report.md report.html
var templates embed.FS

// data is the report for a program.
func (r Report) data() any {
	if r.Class == nil {
		return r.Board
	}
	minutes := map[Phase]float64{}
	for p, m := range r.Class.Minutes(r.Now) {
		minutes[p] = math.Round(m*10) / 10
	}
	return struct {
		*Board
		Code     string            `json:"code"`
		Present  []attendance      `json:"attendance"`
		Date     string            `json:"date"`
		Host     string            `json:"host,omitempty"`
		Scenario string            `json:"scenario"`
		Content  string            `json:"content"` // digest of the course
		People   int               `json:"people"`
		Minutes  map[Phase]float64 `json:"minutes"`
		Votes    map[string]int    `json:"votes"`
		Later    []Told            `json:"later,omitempty"`
	}{r.Board, r.Class.Code, r.attendance(), r.Class.Made.Format(time.RFC3339), r.Class.Host, r.Class.Scenario, r.Class.Digest, len(r.attendance()), minutes, r.Class.Tally(), r.later()}
}

// An attendance is one person who took part. Nobody has a name in an anonymous class.
type attendance struct {
	Name   string    `json:"name,omitempty"`
	Team   string    `json:"team"`
	Joined time.Time `json:"joined,omitzero"`
	Cards  int       `json:"cards"` // with words on them
}

func (r Report) attendance() []attendance {
	out := []attendance{}
	for _, s := range r.Class.Seats {
		n := r.Class.Sheets[s.ID].Written()
		if s.Removed && n == 0 {
			continue
		}
		a := attendance{s.Name, r.Class.Teams[s.Team].Name, s.Joined, n}
		if r.Class.Anonymous { // when somebody came can give them away too
			a.Name, a.Joined = "", time.Time{}
		}
		out = append(out, a)
	}
	return out
}

// later is what was written after a team had locked.
func (r Report) later() []Told {
	var out []Told
	for i, g := range r.Class.Teams {
		_, later := r.Class.HandIn(i)
		for _, t := range later {
			out = append(out, Told{Team: g.Name, Threat: t})
		}
	}
	return out
}

// facts are what is to be known of the class as such.
func (r Report) facts() []string {
	if r.Class == nil {
		return nil
	}
	c := r.Class
	var out []string
	if c.Host != "" {
		out = append(out, "Led by "+c.Host+".")
	}
	who := plural(len(r.attendance()), "person", "people") + " took part"
	if c.Anonymous {
		who += "; no names were kept"
	}
	out = append(out, who+".")
	var times []string
	for _, t := range r.times() {
		times = append(times, fmt.Sprintf("%s %.0f", t.Name, t.Minutes))
	}
	if len(times) > 0 {
		out = append(out, "Minutes: "+strings.Join(times, ", ")+".")
	}
	if c.Digest != "" {
		out = append(out, "The course's content: "+c.Digest[:min(16, len(c.Digest))]+".")
	}
	return out
}

// A ballot is a row of the board and its votes.
type ballot struct {
	Title   string
	Votes   int
	Percent int // of the most voted
}

func (r Report) ballots() []ballot {
	if r.Class == nil {
		return nil
	}
	tally, most := r.Class.Tally(), 0
	var out []ballot
	for _, row := range r.Board.Rows {
		if n := tally[row.ID]; n > 0 {
			out = append(out, ballot{Title: row.Title, Votes: n})
			most = max(most, n)
		}
	}
	slices.SortStableFunc(out, func(a, b ballot) int { return b.Votes - a.Votes })
	for i := range out {
		out[i].Percent = 100 * out[i].Votes / most
	}
	return out
}

// view is what the templates see.
type view struct {
	Report
	Facts   []string
	Ballots []ballot
	Later   []Told
	Breadth []string
	Next    []string
	Eyes    []coverage
	Times   []clocked
	Letters []coverage
	Places  []coverage
}

// A clocked phase is how long a phase took.
type clocked struct {
	Name    string
	Minutes float64
	Percent int // of the longest
}

// times are the phases that took half a minute and more.
func (r Report) times() []clocked {
	if r.Class == nil {
		return nil
	}
	minutes, most := r.Class.Minutes(r.Now), 0.0
	var out []clocked
	for _, p := range Phases {
		if m := math.Round(minutes[p]); m >= 1 {
			out = append(out, clocked{Name: phaseNames[p], Minutes: m})
			most = max(most, m)
		}
	}
	for i := range out {
		out[i].Percent = int(100 * out[i].Minutes / most)
	}
	return out
}

// phaseNames are the phases as a report calls them.
var phaseNames = map[Phase]string{
	Lobby: "arriving", Reading: "reading", Alone: "thinking alone", Gather: "the team's list", Choose: "choosing three", Locked: "all locked",
	Reveal: "all at once", Cluster: "what is the same", Discuss: "what first", Compare: "the key", Over: "the end",
}

type coverage struct {
	Name    string
	Share   Share
	Percent int
}

func (r Report) view() view {
	v := view{Report: r, Breadth: r.Breadth(), Next: r.next(), Facts: r.facts(), Ballots: r.ballots(), Times: r.times()}
	for _, e := range r.Board.Eyes() {
		v.Eyes = append(v.Eyes, coverage{e.Name, e.Share, 100 * e.Found / max(1, e.All)})
	}
	if r.Class != nil {
		v.Later = r.later()
	}
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

// Breadth says with the class's own numbers what its different eyes were worth.
func (r Report) Breadth() []string {
	f := r.Board.Found
	out := r.Overlap()
	if len(r.Board.Teams) > 1 {
		out = append(out, fmt.Sprintf("The best team by itself found %d.", f.Team))
	}
	if f.Person > 0 {
		out = append(out, fmt.Sprintf("The best single person found %d.", f.Person))
	}
	return out
}

// Overlap says how much all found together, and how much of it only one team.
func (r Report) Overlap() []string {
	f := r.Board.Found
	out := []string{fmt.Sprintf("All together found %d of the %d threats in the key.", f.Room, f.All)}
	if len(r.Board.Teams) > 1 && f.OnlyOne > 0 {
		out = append(out, fmt.Sprintf("Of these, %s named by one team alone: ask how it came upon them.", plural(f.OnlyOne, "was", "were")))
	}
	if f.Probably > 0 {
		out = append(out, fmt.Sprintf("Probably %d more: the grader is not sure of these, and they are not counted.", f.Probably))
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// An Eye is who looked, and how many threats of the key were found so.
type Eye struct {
	Name string
	Share
}

// Eyes are the best single person, each team and all together, so that a class
// sees what its different eyes were worth.
func (b *Board) Eyes() []Eye {
	var out []Eye
	if b.Found.Person > 0 {
		out = append(out, Eye{"Best single person", Share{b.Found.Person, b.Found.All}})
	}
	for _, t := range b.Teams {
		out = append(out, Eye{t.Name, Share{len(t.Keys), b.Found.All}})
	}
	if len(b.Teams) > 1 {
		out = append(out, Eye{"All together", Share{b.Found.Room, b.Found.All}})
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
	t, err := texttemplate.New("report.md").Funcs(texttemplate.FuncMap{"text": clean.Markdown, "mark": mark}).ParseFS(templates, "report.md")
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
	rows := [][]string{{"Team", "By", "Top", "Text", "STRIDE", "Place", "Severity", "In the key", "Severity in the key", "Votes"}}
	tally := map[string]int{}
	if r.Class != nil {
		tally = r.Class.Tally()
	}
	for _, row := range r.Board.Rows {
		votes := ""
		if n := tally[row.ID]; n > 0 {
			votes = fmt.Sprint(n)
		}
		for _, t := range row.Told {
			top, in := "", ""
			if t.Top > 0 {
				top = fmt.Sprint(t.Top)
			}
			if row.Key != "" {
				in = row.Title
			}
			if t.Probably {
				in = "probably: " + in
			}
			rows = append(rows, []string{t.Team, t.Threat.By, top, t.Threat.Text, t.Threat.Letter, r.PlaceName(t.Threat.Place), t.Threat.Severity, in, row.Severity, votes})
		}
	}
	if r.Class != nil {
		for _, t := range r.later() {
			rows = append(rows, []string{t.Team, t.Threat.By, "", t.Threat.Text, t.Threat.Letter, r.PlaceName(t.Threat.Place), t.Threat.Severity, "written after the lock", "", ""})
		}
	}
	for _, row := range rows {
		for i, c := range row {
			row[i] = clean.Cell(c)
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("writing the table: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

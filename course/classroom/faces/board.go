package faces

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course/classroom"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
)

// A boardView draws the board into lines. Until the key is shown, rows are
// called what the teams called them.
type boardView struct {
	st    *input.Styles
	sys   *scenarios.System
	board *classroom.Board
	room  *classroom.Room
	width int
	big   bool // for a wall: more room between the lines
	key   bool // the key is shown

	cursor int             // the row under the eye, -1 for none
	picked int             // of that row: the threat that would be taken out; -1 for none
	mine   map[string]bool // rows that this person voted for
	marked string          // the row that waits for another to be put into it
}

// tops draws the top threes of all teams, side by side where there is room: a
// block for each row of teams.
func (v boardView) tops() [][]string {
	n := len(v.board.Teams)
	cols := max(1, min(n, v.width/44))
	if n == 4 && cols == 3 {
		cols = 2
	}
	w := (v.width - 2*(cols-1)) / cols
	var out [][]string
	for from := 0; from < n; from += cols {
		var columns [][]string
		var block []string
		if from > 0 {
			block = []string{""}
		}
		height := 0
		for _, t := range v.board.Teams[from:min(n, from+cols)] {
			c := v.top(t, w)
			height = max(height, len(c))
			columns = append(columns, c)
		}
		for i := range height {
			var line []string
			for _, c := range columns {
				cell := ""
				if i < len(c) {
					cell = c[i]
				}
				line = append(line, fit(cell, w))
			}
			block = append(block, strings.TrimRight(strings.Join(line, "  "), " "))
		}
		out = append(out, block)
	}
	return out
}

func (v boardView) top(t classroom.Team, width int) []string {
	out := []string{v.st.Accent.Render(exercises.Isolate(t.Name)) + v.st.Quiet.Render("  "+plural(len(t.Threats), "threat", "threats")+" in all")}
	if len(t.Top) == 0 {
		return append(out, v.st.Quiet.Render("   chose none"))
	}
	for i, k := range t.Top {
		th := t.Threats[k]
		words := wrap(exercises.Isolate(th.Text), width-4)
		if most := 5; v.big && len(words) > most { // on a wall the others need their place too
			words = append(words[:most-1], fit(words[most-1]+" …", width-4))
		}
		for j, l := range words {
			lead := "   "
			if j == 0 {
				lead = v.st.Strong.Render(fmt.Sprintf("%d", i+1)) + "  "
			}
			out = append(out, lead+v.st.Text.Render(l))
		}
		if m := v.marks(th); m != "" {
			out = append(out, "   "+m)
		}
		if v.big {
			out = append(out, "")
		}
	}
	return out
}

// marks are a threat's letter and place.
func (v boardView) marks(t classroom.Threat) string {
	var parts []string
	if t.Letter != "" {
		parts = append(parts, v.st.Letter(t.Letter).Render(t.Letter))
	}
	if p := placeName(v.sys, t.Place); p != "" {
		parts = append(parts, v.st.Quiet.Render(p))
	}
	return strings.Join(parts, v.st.Quiet.Render(" · "))
}

// A grid is how the columns of the board stand.
type grid struct {
	heading []string // names the teams
	words   int      // columns for what a row is called
	cells   []int    // and for each team
	votes   bool
}

func (v boardView) grid() grid {
	g := grid{votes: v.room.Phase.From(classroom.Discuss)}
	names, legend := columns(v.board.Teams, v.width/3)
	head, right := "", 0
	for _, n := range names {
		w := max(3, ansi.StringWidth(n)+2)
		g.cells = append(g.cells, w)
		right += w
		head += v.st.Strong.Render(fit(exercises.Isolate(n), w))
	}
	if g.votes {
		right += 7
		head += v.st.Quiet.Render("  votes")
	}
	g.words = v.width - right - 3
	if legend != "" {
		g.heading = rendered(v.st.Quiet, "  ", legend, v.width)
	}
	g.heading = append(g.heading, "  "+fit("", g.words)+" "+strings.TrimRight(head, " "))
	return g
}

// rows draws the heading, which does not scroll, and a row for everything that
// was named. first and last are the lines of the row under the eye.
func (v boardView) rows() (heading, lines []string, first, last int) {
	g := v.grid()
	for i := range v.board.Rows {
		row, at := v.row(g, i)
		if i == v.cursor {
			first, last = len(lines)+at, len(lines)+len(row)-1
		}
		lines = append(lines, row...)
	}
	return g.heading, lines, first, last
}

// row draws one row, and says at which of its lines the eye is: a row may be
// higher than the window.
func (v boardView) row(g grid, i int) (lines []string, at int) {
	r := v.board.Rows[i]
	if v.big && i > 0 {
		lines = append(lines, "")
	}
	name := r.Words
	if v.key {
		name = r.Title
	}
	style, lead := v.st.Text, "  "
	if i == v.cursor {
		style, lead = v.st.Accent, v.st.Accent.Render("▸ ")
	}
	if r.ID == v.marked {
		lead = v.st.Warn.Render("+ ")
	}
	text := wrap(exercises.Isolate(name), g.words)
	if limit := 2; i != v.cursor && len(text) > limit {
		text = text[:limit]
		text[limit-1] = fit(text[limit-1]+" …", g.words)
	}
	for j, l := range text {
		line := "  " + style.Render(fit(l, g.words)) + " "
		if j == 0 {
			line = lead + style.Render(fit(l, g.words)) + " "
			for ti := range g.cells {
				line += v.cell(r, ti, g.cells[ti])
			}
			if g.votes {
				line += v.vote(r, v.room.Tally()[r.ID])
			}
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	if v.key {
		lines = append(lines, "  "+v.keyLine(r))
	}
	if i == v.cursor {
		told, from := v.told(r)
		if from > 0 {
			at = len(lines) + from
		}
		lines = append(lines, told...)
	}
	return lines, at
}

// columns are the names of teams above the board: whole where there is room,
// else as much as tells them apart, and a line that says what that means.
func columns(teams []classroom.Team, room int) (names []string, legend string) {
	all := 0
	for _, t := range teams {
		names = append(names, t.Name)
		all += max(3, ansi.StringWidth(t.Name)+2)
	}
	if all <= room {
		return names, ""
	}
	short := func(n int) ([]string, bool) {
		seen := map[string]bool{}
		var out []string
		for _, t := range teams {
			r := []rune(t.Name)
			s := strings.TrimSpace(string(r[:min(n, len(r))]))
			if n == 0 {
				s = fmt.Sprint(len(out) + 1)
			}
			seen[strings.ToLower(s)] = true
			out = append(out, s)
		}
		return out, len(seen) == len(teams)
	}
	names, _ = short(0)
	for n := 3; n > 0; n-- {
		if s, ok := short(n); ok {
			names = s // the shortest that will do
		}
	}
	var parts []string
	for i, t := range teams {
		parts = append(parts, exercises.Isolate(names[i])+" = "+exercises.Isolate(t.Name))
	}
	return names, strings.Join(parts, ", ")
}

func (v boardView) cell(r classroom.Row, team, width int) string {
	switch {
	case r.Places[team] > 0:
		return v.st.Strong.Render(fit(fmt.Sprint(r.Places[team]), width))
	case r.Listed[team]:
		return v.st.Quiet.Render(fit("·", width))
	}
	return strings.Repeat(" ", width)
}

func (v boardView) vote(r classroom.Row, n int) string {
	text := "   "
	if n > 0 {
		text = fmt.Sprintf("%3d", n)
	}
	if v.mine[r.ID] {
		return "  " + v.st.Good.Render(text+" ✓")
	}
	return "  " + v.st.Text.Render(text)
}

func (v boardView) keyLine(r classroom.Row) string {
	if r.Key == "" {
		return v.st.Quiet.Render("not in the key: that says nothing against it")
	}
	if r.Probably {
		return v.st.Quiet.Render("probably this one, ") + v.severity(r.Severity) + v.st.Quiet.Render(" in the key")
	}
	return v.severity(r.Severity) + v.st.Quiet.Render(" in the key")
}

func (v boardView) severity(s string) string {
	style := v.st.Text
	switch s {
	case "critical":
		style = v.st.Bad
	case "high":
		style = v.st.Warn
	}
	return style.Render(s)
}

// told is a row in the words of those who wrote it, and where among these lines
// the picked one begins.
func (v boardView) told(r classroom.Row) (out []string, at int) {
	for i, t := range r.Told {
		who := exercises.Isolate(t.Team)
		if t.Threat.By != "" {
			who += ", " + exercises.Isolate(t.Threat.By)
		}
		lead := "    "
		if i == v.picked && len(r.Told) > 1 {
			lead, at = "  "+v.st.Accent.Render("› "), len(out)
		}
		line := lead + v.st.Strong.Render(who) + "  " + v.marks(t.Threat)
		if t.Probably && (v.key || len(r.Told) > 1) {
			line += v.st.Quiet.Render("  (probably)")
		}
		out = append(out, line)
		out = append(out, rendered(v.st.Text, "      ", exercises.Isolate(t.Threat.Text), v.width-2)...)
	}
	return out, at
}

// eyes draws how much the best person, each team and all together saw.
func (v boardView) eyes() []string {
	eyes := v.board.Eyes()
	name := 0
	for _, e := range eyes {
		name = max(name, ansi.StringWidth(e.Name))
	}
	name = min(name, v.width*2/5)
	bar := min(40, v.width-name-12)
	var out []string
	for i, e := range eyes {
		n := bar * e.Found / max(1, e.All)
		style := v.st.Quiet
		if i == len(eyes)-1 {
			style = v.st.Accent
		}
		out = append(out, v.st.Text.Render(fit(exercises.Isolate(e.Name), name))+"  "+style.Render(strings.Repeat("█", n)+strings.Repeat("░", bar-n))+"  "+v.st.Strong.Render(fmt.Sprintf("%d of %d", e.Found, e.All)))
	}
	return out
}

// missed lists what nobody named, after how broad the view of the class was, in
// blocks. hints adds a question for each, which leads there.
func (v boardView) missed(report classroom.Report, hints bool) [][]string {
	broad := append(v.eyes(), "")
	for _, l := range report.Overlap() {
		broad = append(broad, hang(v.st.Text, "· ", l, v.width)...)
	}
	out := [][]string{broad}
	if len(v.board.Missed) == 0 {
		return append(out, []string{"", v.st.Good.Render("Nothing in the key was missed by all of you.")})
	}
	for i, m := range v.board.Missed {
		var block []string
		if i == 0 {
			block = []string{"", v.st.Strong.Render("Named by nobody")}
		}
		block = append(block, hang(v.st.Text, "· ", m.Title+" ("+m.Severity+")", v.width)...)
		if hints && m.Hint != "" {
			block = append(block, rendered(v.st.Quiet, "  ", m.Hint, v.width)...)
		}
		out = append(out, block)
	}
	return out
}

// hang is wrapped text whose first line has a mark before it.
func hang(st lipgloss.Style, mark, s string, width int) []string {
	var out []string
	n := len([]rune(mark))
	for i, l := range wrap(s, width-n) {
		lead := strings.Repeat(" ", n)
		if i == 0 {
			lead = mark
		}
		out = append(out, st.Render(lead+l))
	}
	return out
}

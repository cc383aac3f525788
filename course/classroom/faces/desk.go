package faces

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// quietFor is how long a team may change nothing until the desk says so.
const quietFor = 3 * time.Minute

// A pane of the desk.
type pane int

const (
	teamsPane pane = iota
	boardPane
	askPane    // questions to send to a team
	namePane   // a name for somebody
	missedPane // what of the key nobody has named
)

// A Desk is the face of whoever leads the class.
type Desk struct {
	base
	door *input.Text // until the word of the desk was said; nil then
	text *input.Text

	pane    pane
	cursor  int // of the rows of teams and people, or of the board
	off     int
	marked  string // the row of the board that goes into another
	picked  int    // of the row under the eye: the threat that s takes out
	asks    []ask
	askTeam int
	who     string // the seat that gets a name
	confirm string // what is done when the key is pressed again
	was     line   // where the cursor was when a pane was opened
}

// An ask is a question that leads to a threat which a team has not found.
type ask struct{ threat, text, severity string }

// NewDesk makes the desk. known says that whoever sits here need not say the word.
func NewDesk(o Options, known bool) *Desk {
	d := &Desk{base: newBase(o)}
	if !known {
		d.door = input.NewText(o.Dress.Styles, "", "the word of the desk").EnterSubmits()
	}
	return d
}

// Init begins to watch the room.
func (d *Desk) Init() tea.Cmd {
	begin, first := d.begin()
	if first && d.door != nil {
		return tea.Batch(begin, d.door.Focus())
	}
	return begin
}

func (d *Desk) SetSize(w, h int) { d.width, d.height = w, h }
func (d *Desk) Crumb() string    { return "Class " + d.room.Code + " › desk" }
func (d *Desk) Flush() error     { d.close(); return nil }
func (d *Desk) Typing() bool     { return d.door != nil || d.pane == namePane }

// Status is the phase and the timer.
func (d *Desk) Status() string {
	if c := d.clock(); c != "" {
		return d.title() + " · " + c
	}
	return d.title()
}

// Restyle draws with another theme.
func (d *Desk) Restyle(x tui.Dress) { d.o.Dress = x }

// Back leaves a list or the board.
func (d *Desk) Back() bool {
	if d.door != nil {
		return false
	}
	used := d.pane != teamsPane || d.marked != "" || d.confirm != ""
	d.said = ""
	if d.marked != "" || d.confirm != "" {
		d.marked, d.confirm = "", ""
		return true
	}
	if used {
		d.home()
	}
	return used
}

// home goes back to the teams, to where the cursor was.
func (d *Desk) home() {
	was := d.was
	d.to(teamsPane)
	d.keep(was)
}

func (d *Desk) to(p pane) {
	if d.pane == teamsPane {
		d.was = d.current()
	}

	d.pane, d.cursor, d.off, d.picked, d.marked, d.confirm = p, 0, 0, 0, "", ""
}

// Help lists the keys that work now.
func (d *Desk) Help() []key.Binding {
	switch {
	case d.door != nil:
		return []key.Binding{bind("enter", "open the desk")}
	case d.pane == askPane:
		return []key.Binding{bind("enter", "send"), bind("↑↓", "choose"), bind("esc", "no")}
	case d.pane == namePane:
		return []key.Binding{bind("enter", "take this name"), bind("esc", "no")}
	case d.pane == boardPane && d.marked != "":
		return []key.Binding{bind("enter", "into this row"), bind("↑↓", "choose"), bind("esc", "no")}
	case d.pane == boardPane:
		out := []key.Binding{bind("m", "merge"), bind("s", "take out"), bind("← →", "which")}
		if b, err := d.o.Table.Board(); err == nil && d.cursor < len(b.Rows) && unsure(b.Rows[d.cursor]) {
			out = append(out, bind("y", "it is this one"))
		}
		return append(out, bind("n", "next phase"), bind("b", "teams"), bind("↑↓", "row"))
	case d.pane == missedPane:
		return []key.Binding{bind("↑↓", "scroll"), bind("esc", "teams"), bind("n", "next phase"), bind("b", "board")}
	}
	next, back, more, none := bind("n", "next phase"), bind("p", "back"), bind("+", "2 minutes"), bind("0", "no timer")
	ask, rename, remove, team, open := bind("q", "question"), bind("r", "rename"), bind("x", "remove"), bind("t", "team"), bind("o", "new number")
	board, missed, report := bind("b", "board"), bind("m", "missed"), bind("w", "report")
	switch {
	case d.room.Phase == classroom.Over:
		return []key.Binding{report, board, missed, back}
	case d.room.Phase.From(classroom.Compare):
		return []key.Binding{next, back, missed, board, more, report, none, rename, remove, team, open}
	case d.room.Phase.From(classroom.Reveal):
		return []key.Binding{next, back, board, more, none, missed, report, rename, remove, team, open}
	case d.room.Phase == classroom.Lobby:
		return []key.Binding{next, team, rename, remove, open, more, none, board, missed, ask, report}
	}
	return []key.Binding{next, back, more, ask, none, board, rename, remove, team, open, missed, report}
}

// Update takes a message.
func (d *Desk) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case roomMsg:
		defer d.keep(d.current())
		d.moved(msg.room)
		return d.look()
	case tickMsg:
		return d.tick()
	case doneMsg:
		defer d.keep(d.current())
		return d.done(msg)
	case savedMsg:
		d.said = "The report is written: " + msg.where
		if msg.err != nil {
			d.said = sentence(msg.err)
		}
	case tea.MouseMsg:
		if k, ok := wheel(msg); ok && d.door == nil && d.pane != namePane {
			return d.key(k)
		}
	case tea.KeyMsg:
		d.said = ""
		if d.door != nil {
			return d.knock(msg)
		}
		return d.key(msg)
	}
	return nil
}

type savedMsg struct {
	where string
	err   error
}

// knock takes the word of the desk.
func (d *Desk) knock(k tea.KeyMsg) tea.Cmd {
	if k.String() != "enter" || k.Paste {
		return d.door.Update(k)
	}
	word := strings.ToUpper(strings.TrimSpace(d.door.Value()))
	d.door.SetValue("")
	if err := d.o.Guess("desk"); err != nil {
		d.said = sentence(err)
		return nil
	}
	if !d.room.IsDesk(word) {
		d.o.Wrong("desk")
		d.said = "That is not the word of this desk. Whoever hosts the class finds it under f1."
		return nil
	}
	d.door = nil
	return nil
}

// change is one by whoever leads the class.
func (d *Desk) change(c classroom.Change) tea.Cmd {
	c.Desk = true
	return d.do(c, nil)
}

func (d *Desk) key(k tea.KeyMsg) tea.Cmd {
	name := k.String()
	if d.pane == namePane {
		if name == "enter" && !k.Paste {
			cmd := d.change(classroom.Change{Kind: classroom.Renamed, Seat: d.who, Name: d.text.Value()})
			d.home()
			return cmd
		}
		return d.text.Update(k)
	}
	again := d.confirm == name
	d.confirm = ""
	switch name {
	case "n", "p":
		to := d.room.Phase.After(map[string]int{"n": 1, "p": -1}[name])
		if to == d.room.Phase {
			return nil
		}
		if !again { // one key too many must not move a class
			d.confirm = name
			d.said = fmt.Sprintf("%s once more: the class goes to “%s”.%s", name, stageOf(to).title, d.before(to))
			return nil
		}
		return d.change(classroom.Change{Kind: classroom.Moved, Phase: to})
	case "+", "=":
		left := max(0, d.room.Ends.Sub(d.o.Table.Now()))
		return d.change(classroom.Change{Kind: classroom.Timed, Seconds: int((left + 2*time.Minute).Seconds())})
	case "0":
		return d.change(classroom.Change{Kind: classroom.Timed})
	case "5":
		if m := stageOf(d.room.Phase).minutes; m > 0 {
			return d.change(classroom.Change{Kind: classroom.Timed, Seconds: 60 * m})
		}
	case "b":
		if d.pane == boardPane {
			d.home()
		} else {
			d.to(boardPane)
		}
		return nil
	case "w":
		save := d.o.Save
		return func() tea.Msg {
			where, err := save()
			return savedMsg{where, err}
		}
	case "down", "j", "pgdown", "up", "k", "pgup":
		by := map[string]int{"down": 1, "j": 1, "up": -1, "k": -1, "pgdown": 10, "pgup": -10}[name]
		d.cursor, d.picked = max(0, d.cursor+by), 0
		return nil
	}
	switch d.pane {
	case boardPane:
		return d.boardKey(name)
	case askPane:
		if name == "enter" && d.cursor < len(d.asks) {
			a := d.asks[d.cursor]
			team := d.askTeam
			d.home()
			return d.do(classroom.Change{Kind: classroom.Asked, Desk: true, Team: team, Threat: a.threat, Text: a.text}, func(err error) tea.Cmd {
				if err == nil {
					d.said = exercises.Isolate(d.room.Teams[team].Name) + " has the question on every screen."
				}
				return nil
			})
		}
		return nil
	}
	return d.teamsKey(name, again)
}

// before says what a move would cut short.
func (d *Desk) before(to classroom.Phase) string {
	if to != classroom.Locked && to != classroom.Reveal {
		return ""
	}
	n, all := d.room.LockedTeams()
	if n == all {
		return ""
	}
	return fmt.Sprintf(" %d of %d teams have locked; the others are locked as they are.", n, all)
}

// A line of the list is a team, or a person in it.
type line struct {
	team int
	seat classroom.Seat // ID is "" for the team's own line
}

func (d *Desk) lines() []line {
	var out []line
	for i := range d.room.Teams {
		out = append(out, line{team: i})
		for _, s := range d.room.Seats {
			if s.Team == i {
				out = append(out, line{i, s})
			}
		}
	}
	return out
}

func (d *Desk) current() line {
	l := d.lines()
	if d.pane != teamsPane {
		return l[0]
	}
	d.cursor = max(0, min(d.cursor, len(l)-1))
	return l[d.cursor]
}

// keep leaves the cursor on the person or the team where it was, although others
// come and go above: x must not close another seat than the one that was named.
func (d *Desk) keep(was line) {
	if d.pane != teamsPane {
		return
	}
	if i := slices.IndexFunc(d.lines(), func(l line) bool {
		return l.seat.ID == was.seat.ID && (was.seat.ID != "" || l.team == was.team)
	}); i >= 0 {
		d.cursor = i
	}
}

func (d *Desk) teamsKey(name string, again bool) tea.Cmd {
	cur := d.current()
	switch name {
	case "m":
		d.to(missedPane)
	case "q":
		d.asks = d.questions(cur.team)
		if len(d.asks) == 0 {
			d.said = exercises.Isolate(d.room.Teams[cur.team].Name) + " has something on every critical and high threat of the key."
			return nil
		}
		d.to(askPane)
		d.askTeam = cur.team
	case "r":
		if cur.seat.ID == "" {
			d.said = "Go to a person first; ↑↓."
			return nil
		}
		d.to(namePane)
		d.who = cur.seat.ID
		d.text = input.NewText(d.o.Dress.Styles, "", "a name").EnterSubmits()
		d.text.SetSize(40, 1)
		return d.text.Focus()
	case "x":
		if cur.seat.ID == "" {
			d.said = "Go to a person first; ↑↓."
			return nil
		}
		if !again && !cur.seat.Removed {
			d.confirm = "x"
			d.said = "x once more closes the seat of " + exercises.Isolate(cur.seat.Name) + ". What was written there is kept; x opens it again."
			return nil
		}
		return d.change(classroom.Change{Kind: classroom.Gone, Seat: cur.seat.ID, Off: cur.seat.Removed})
	case "o":
		if cur.seat.ID == "" {
			d.said = "Go to a person first; ↑↓."
			return nil
		}
		number, err := newNumber()
		if err != nil {
			d.said = sentence(err)
			return nil
		}
		return d.do(classroom.Change{Kind: classroom.Numbered, Desk: true, Seat: cur.seat.ID, Secret: number}, func(err error) tea.Cmd {
			if err == nil {
				d.said = "The number of " + exercises.Isolate(cur.seat.Name) + " is " + number + " now. With the name it opens the seat; tell nobody else."
			}
			return nil
		})
	case "t":
		if cur.seat.ID != "" {
			return d.change(classroom.Change{Kind: classroom.Teamed, Seat: cur.seat.ID, Team: (cur.team + 1) % len(d.room.Teams)})
		}
	}
	return nil
}

// questions are those of the key's hints which lead to critical and high threats
// that a team has not found: where to look, never the answer.
func (d *Desk) questions(team int) []ask {
	m, err := d.o.Table.Matcher()
	if err != nil {
		d.said = sentence(err)
		return nil
	}
	found := d.found(team)
	asked := map[string]int{}
	for _, q := range d.room.Teams[team].Asked {
		asked[q.Threat]++
	}
	var out []ask
	for _, want := range []string{"critical", "high"} {
		for _, t := range m.Threats() {
			if t.Severity.Rating != want || found[t.ID] || len(t.Hints) == 0 {
				continue
			}
			// the ladder: the next question each time, and never its last rungs
			step := min(asked[t.ID], max(0, len(t.Hints)-2))
			out = append(out, ask{t.ID, t.Hints[step], want})
		}
	}
	return out
}

// found are the key's threats that a team's list holds.
func (d *Desk) found(team int) map[string]bool {
	out := map[string]bool{}
	m, err := d.o.Table.Matcher()
	if err != nil {
		return out
	}
	for _, l := range d.room.List(team) {
		for _, c := range append([]classroom.Card{l.Card}, l.Folded...) {
			if id := m.Key(classroom.Threat{Text: c.Text, Letter: c.Letter, Place: c.Place, Severity: c.Severity}); id != "" {
				out[id] = true
			}
		}
	}
	return out
}

func (d *Desk) boardKey(name string) tea.Cmd {
	b, err := d.o.Table.Board()
	if err != nil || len(b.Rows) == 0 {
		return nil
	}
	d.cursor = max(0, min(d.cursor, len(b.Rows)-1))
	row := b.Rows[d.cursor]
	switch name {
	case "m":
		d.marked = row.ID
	case "enter":
		if d.marked == "" || d.marked == row.ID {
			return nil
		}
		var ids []string
		for _, r := range b.Rows {
			if r.ID == d.marked {
				ids = idsOf(r)
			}
		}
		d.marked = ""
		return d.put(append(ids, idsOf(row)...), row.ID)
	case "left", "h":
		d.picked = max(0, d.picked-1)
	case "right", "l":
		d.picked = min(d.picked+1, len(row.Told)-1)
	case "y":
		if !unsure(row) {
			d.said = "y says of a row that is probably one of the key's that it is so; this row needs no word."
			return nil
		}
		return d.put(idsOf(row), row.ID)
	case "s":
		t := row.Told[min(d.picked, len(row.Told)-1)]
		if len(row.Told) < 2 && !t.Probably {
			d.said = "One threat stands in this row: there is nothing to take out."
			return nil
		}
		d.picked = 0
		return d.put([]string{t.Threat.ID}, "own:"+t.Threat.ID)
	}
	return nil
}

// put lays threats into a row, and keeps the eye on it: the rows find a new order.
func (d *Desk) put(threats []string, into string) tea.Cmd {
	return d.do(classroom.Change{Kind: classroom.Put, Desk: true, Threats: threats, Into: into}, func(err error) tea.Cmd {
		b, boardErr := d.o.Table.Board()
		if err != nil || boardErr != nil || d.pane != boardPane {
			return nil
		}
		if i := slices.IndexFunc(b.Rows, func(r classroom.Row) bool { return r.ID == into }); i >= 0 {
			d.cursor = i
		}
		return nil
	})
}

// unsure reports whether something stands in a row by the grader's guess.
func unsure(r classroom.Row) bool {
	return slices.ContainsFunc(r.Told, func(t classroom.Told) bool { return t.Probably })
}

func idsOf(r classroom.Row) []string {
	var out []string
	for _, t := range r.Told {
		out = append(out, t.Threat.ID)
	}
	return out
}

// View draws the desk.
func (d *Desk) View() string {
	st := d.o.Dress.Styles
	w := d.width - 4
	if d.door != nil {
		d.door.SetSize(min(40, w), 1)
		lines := append(rendered(st.Text, "   ", "Whoever leads this class has the word of its desk.", w), "", "   "+st.Accent.Render("▸ ")+d.door.View(), "")
		if d.said != "" {
			lines = append(lines, rendered(st.Warn, "   ", d.said, w)...)
		}
		return strings.Join(lines, "\n")
	}
	head := d.head(w)
	rows := max(3, d.height-len(head))
	var body []string
	switch d.pane {
	case boardPane:
		body = d.boardLines(rows)
	case askPane:
		body = d.askLines(w, rows)
	case missedPane:
		body = d.missedLines(rows)
	case namePane:
		s, _ := d.room.Seat(d.who)
		body = append(rendered(st.Text, "  ", "A name for "+exercises.Isolate(s.Name)+":", w), "", "  "+st.Accent.Render("▸ ")+d.text.View())
	default:
		body = d.teamLines(w, rows)
	}
	return strings.Join(append(head, body...), "\n")
}

// as is the line to join with, for another face.
func as(face, join string) string { return strings.Replace(join, "ssh ", "ssh "+face+"+", 1) }

// Notes are on the help page: how somebody leads the class together with the host,
// and those of the lesson.
func (d *Desk) Notes() (out []string) {
	if d.door != nil {
		return nil
	}
	if d.o.Word != "" {
		out = append(out, "Whoever leads with you opens another desk: "+as("desk", d.o.Join)+" and the word "+d.o.Word+". Nobody else needs it.")
	}
	if d.o.Notes != "" {
		out = append(out, "From the lesson: "+d.o.Notes)
	}
	return out
}

// head is what to do in this phase, and what is next.
func (d *Desk) head(w int) []string {
	st := d.o.Dress.Styles
	s := stageOf(d.room.Phase)
	var out []string
	if d.said != "" {
		out = append(out, rendered(st.Warn, "  ", d.said, w)...)
		out = append(out, "")
	}
	if d.room.Phase == classroom.Lobby {
		out = append(out, "  "+st.Quiet.Render("to join: ")+st.Strong.Render(d.o.Join), "  "+st.Quiet.Render("the wall: "+as("wall", d.o.Join)))
		if d.o.Word != "" {
			out = append(out, rendered(st.Quiet, "  ", "another desk: "+as("desk", d.o.Join)+", word "+d.o.Word, w)...)
		}
	}
	if d.height >= 18 || d.pane == teamsPane { // a low window has its rows for what is worked on
		out = append(out, rendered(st.Text, "  ", s.leader, w)...)
	}
	next := d.room.Phase.After(1)
	if next != d.room.Phase {
		line := "Next: " + stageOf(next).title
		if s.minutes > 0 {
			line = fmt.Sprintf("About %s; 5 starts the timer. %s", plural(s.minutes, "minute", "minutes"), line)
		}
		if n := d.room.ReadyPeople(); n > 0 {
			here, _ := d.people()
			line = fmt.Sprintf("%d of %d are ready. %s", n, here, line)
		}
		out = append(out, rendered(st.Quiet, "  ", line, w)...)
	}
	return append(out, "")
}

func (d *Desk) teamLines(w, rows int) []string {
	st := d.o.Dress.Styles
	d.current() // within bounds
	now := d.o.Table.Now()
	var lines []string
	at := 0
	for i, l := range d.lines() {
		lead := "  "
		if i == d.cursor {
			lead, at = st.Accent.Render("▸ "), len(lines)
		}
		if l.seat.ID == "" {
			if i > 0 {
				lines = append(lines, "")
				if i == d.cursor {
					at++
				}
			}
			lines = append(lines, lead+st.Strong.Render(fit(exercises.Isolate(d.room.Teams[l.team].Name), 14))+d.teamState(l.team, now, w-18))
			continue
		}
		lines = append(lines, "  "+lead+d.personState(l.seat, now, w-6))
	}
	return window(lines, rows, at, at, &d.off)
}

// teamState says how far a team is, and whether it is stuck.
func (d *Desk) teamState(team int, now time.Time, w int) string {
	st := d.o.Dress.Styles
	g := d.room.Teams[team]
	if len(d.room.Members(team)) == 0 {
		return st.Quiet.Render("nobody")
	}
	parts := []string{plural(len(d.room.List(team)), "threat", "threats")}
	if n := len(d.found(team)); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of the key", n))
	}
	if n := len(g.Asked); n > 0 {
		parts = append(parts, plural(n, "question sent", "questions sent"))
	}
	out := st.Text.Render(strings.Join(parts, ", "))
	switch {
	case g.Locked:
		out += st.Good.Render("  ✓ locked")
	case len(g.Top) > 0:
		out += st.Quiet.Render(fmt.Sprintf("  %d chosen", len(g.Top)))
	}
	if q := d.room.Quiet(team, now); q > quietFor && d.room.Phase.From(classroom.Alone) && !d.room.Phase.From(classroom.Locked) {
		out += st.Warn.Render(fmt.Sprintf("  quiet for %d minutes: q asks", int(q.Minutes())))
	}
	return fit(out, w)
}

func (d *Desk) personState(s classroom.Seat, now time.Time, w int) string {
	st := d.o.Dress.Styles
	p := d.room.Phase
	state := plural(d.room.Sheets[s.ID].Written(), "card", "cards")
	if p == classroom.Discuss {
		state += ", " + plural(len(d.room.Votes[s.ID]), "vote", "votes")
	}
	switch {
	case s.Removed:
		state += ", seat closed"
	case !s.Here:
		state += ", away"
	case p.From(classroom.Reveal): // people look and talk
	case s.Ready == p:
		state += ", ready"
	case d.wrote(s) && now.Sub(s.Wrote) < 30*time.Second:
		state += ", writing"
	}
	return fit(st.Text.Render(fit(exercises.Isolate(s.Name), 17)+" ")+st.Quiet.Render(state), w)
}

// wrote reports whether somebody wrote in this phase.
func (d *Desk) wrote(s classroom.Seat) bool {
	from := d.room.Made
	if n := len(d.room.Steps); n > 0 {
		from = d.room.Steps[n-1].At
	}
	return s.Wrote.After(from)
}

func (d *Desk) missedLines(rows int) []string {
	st := d.o.Dress.Styles
	b, err := d.o.Table.Board()
	if err != nil {
		return rendered(st.Text, "  ", "Nobody has written anything down yet.", d.width-4)
	}
	v := boardView{st: st, sys: d.o.Work.Paper().System, board: b, room: d.room, width: min(d.width-4, 112)}
	lines := indent(slices.Concat(v.missed(classroom.Report{Board: b, System: v.sys}, true)...))
	d.cursor = max(0, min(d.cursor, len(lines)-rows))
	d.off = d.cursor
	return lines[d.off:min(len(lines), d.off+rows)]
}

func (d *Desk) askLines(w, rows int) []string {
	st := d.o.Dress.Styles
	head := append(rendered(st.Strong, "  ", "A question for "+exercises.Isolate(d.room.Teams[d.askTeam].Name)+", which leads to something that it has not found:", w), "")
	d.cursor = max(0, min(d.cursor, len(d.asks)-1))
	var lines []string
	var first, last int
	for i, a := range d.asks {
		lead, style := "  ", st.Text
		if i == d.cursor {
			lead, style, first = st.Accent.Render("▸ "), st.Accent, len(lines)
		}
		for j, l := range wrap(exercises.CleanLine(a.text)+" ("+a.severity+")", w-4) {
			if j > 0 {
				lead = "  "
			}
			lines = append(lines, "  "+lead+style.Render(l))
		}
		if i == d.cursor {
			last = len(lines) - 1
		}
	}
	return append(head, window(lines, max(3, rows-len(head)), first, last, &d.off)...)
}

func (d *Desk) boardLines(rows int) []string {
	st := d.o.Dress.Styles
	b, err := d.o.Table.Board()
	if err != nil {
		return rendered(st.Text, "  ", "The board is empty: nobody has written anything down.", d.width-4)
	}
	d.cursor = max(0, min(d.cursor, len(b.Rows)-1))
	v := boardView{st: st, sys: d.o.Work.Paper().System, board: b, room: d.room, width: min(d.width-4, 112), key: true, cursor: d.cursor, picked: d.picked, marked: d.marked}
	head, lines, first, last := v.rows()
	head = append([]string{"  " + st.Quiet.Render("Only you see the key's words until the comparison.")}, indent(head)...)
	return append(head, window(indent(lines), max(3, rows-len(head)), first, last, &d.off)...)
}

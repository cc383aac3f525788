package faces

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises"
)

// pageTime is how long a page stands on a wall.
const pageTime = 12 * time.Second

// A Wall is the face that a projector shows. It never shows what one person or
// one team has before all of them are revealed. What has no room is on further
// pages, which turn by themselves, for nobody sits at a wall: that is no motion to
// be spared, and whoever turns a page by hand stops it.
type Wall struct {
	base
	page    int
	held    bool   // turned by hand: it stays until there is something new
	words   string // what stands on the pages, without numbers
	turn    int    // the turn that is awaited: others come too late
	awaited bool
}

// turnMsg says that a page has stood long enough.
type turnMsg struct{ turn int }

// NewWall makes the face for a projector.
func NewWall(o Options) *Wall { return &Wall{base: newBase(o)} }

func (w *Wall) Init() tea.Cmd        { cmd, _ := w.begin(); return cmd }
func (w *Wall) SetSize(width, h int) { w.width, w.height = width, h }
func (w *Wall) Crumb() string        { return w.o.Work.Paper().System.Title }
func (w *Wall) Status() string       { return w.title() }
func (w *Wall) Typing() bool         { return false }
func (w *Wall) Flush() error         { w.close(); return nil }
func (w *Wall) Restyle(d tui.Dress)  { w.o.Dress = d }

// Back lets the pages turn by themselves again.
func (w *Wall) Back() bool {
	was := w.held
	w.held = false
	return was
}

// Help lists the keys that work now.
func (w *Wall) Help() []key.Binding {
	switch {
	case w.held:
		return []key.Binding{bind("← →", "page"), bind("esc", "turn by itself")}
	case w.awaited:
		return []key.Binding{bind("← →", "page")}
	}
	return nil
}

func (b *base) moved(r *classroom.Room)  { b.room = r }
func (b *base) people() (here, away int) { return count(b.room) }

func count(r *classroom.Room) (here, away int) {
	for _, s := range r.Seats {
		switch {
		case s.Removed:
		case s.Here:
			here++
		default:
			away++
		}
	}
	return here, away
}

// Update takes a message.
func (w *Wall) Update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case roomMsg:
		if msg.room.Phase != w.room.Phase {
			w.page, w.held = 0, false
			w.forget()
		}
		w.moved(msg.room)
		cmd = w.look()
	case tickMsg:
		cmd = w.tick()
	case turnMsg:
		if msg.turn == w.turn && w.awaited {
			w.page, w.awaited = w.page+1, false
			if w.page >= len(w.pages()) {
				w.page = 0
			}
		}
	case tea.MouseMsg:
		if k, ok := wheel(msg); ok {
			w.key(k.String())
		}
	case tea.KeyMsg:
		w.key(msg.String())
	}
	return tea.Batch(cmd, w.await())
}

// key turns the pages by hand.
func (w *Wall) key(k string) {
	by := map[string]int{"right": 1, "l": 1, "down": 1, "j": 1, "pgdown": 1, " ": 1, "left": -1, "h": -1, "up": -1, "k": -1, "pgup": -1}[k]
	if n := len(w.pages()); by != 0 && n > 1 {
		w.page, w.held = max(0, min(w.page+by, n-1)), true
		w.forget()
	}
}

// forget lets the turn that is awaited come too late.
func (w *Wall) forget() { w.turn, w.awaited = w.turn+1, false }

// await asks for the next turn, where there is a page to turn to. What is new on
// the pages ends the time in which they are held; a vote more is nothing new.
func (w *Wall) await() tea.Cmd {
	if words := wordsOf(w.sections()); words != w.words {
		w.words, w.held = words, false
	}
	n := len(w.pages())
	w.page = min(w.page, n-1)
	switch {
	case n < 2:
		w.held = false
		w.forget()
		return nil
	case w.held, w.awaited:
		return nil
	}
	w.turn, w.awaited = w.turn+1, true
	return w.o.Dress.After(pageTime, turnMsg{w.turn})
}

// wordsOf is what stands in sections, without the headings and all numbers.
func wordsOf(parts []section) string {
	var b strings.Builder
	for _, p := range parts {
		for _, l := range slices.Concat(p.blocks...) {
			b.WriteString(strings.TrimRight(numbers.ReplaceAllString(ansi.Strip(l), " "), " ") + "\n")
		}
	}
	return b.String()
}

var numbers = regexp.MustCompile("[0-9]")

func (w *Wall) rows() int { return max(1, w.height-2) }

func (w *Wall) pages() [][]string { return paginate(w.sections(), w.rows()) }

// View draws the wall.
func (w *Wall) View() string {
	pages := w.pages()
	at := min(w.page, len(pages)-1)
	lines := margin(pages[at])
	for len(lines) < w.rows() {
		lines = append(lines, "")
	}
	here, away := w.people()
	parts := []string{fmt.Sprintf("%d here", here)}
	if away > 0 {
		parts[0] += fmt.Sprintf(", %d away", away)
	}
	if len(pages) > 1 {
		parts = append([]string{fmt.Sprintf("page %d of %d", at+1, len(pages))}, parts...)
	}
	foot := strings.Join(parts, "  ·  ")
	if w.room.Phase != classroom.Lobby {
		foot = fitting(w.width-5, foot+"  ·  to join: "+w.o.Join, foot+"  ·  "+w.o.Join, strings.Join(append(parts, w.o.Join), " · "))
	}
	lines = append(lines, "", wallMargin+w.o.Dress.Styles.Quiet.Render(foot))
	return strings.Join(lines, "\n")
}

// fitting is the first of some texts that has room, or the last.
func fitting(width int, texts ...string) string {
	for _, t := range texts {
		if ansi.StringWidth(t) <= width {
			return t
		}
	}
	return texts[len(texts)-1]
}

// sections is all that the wall has to show now.
func (w *Wall) sections() []section {
	switch p := w.room.Phase; {
	case p == classroom.Lobby:
		return w.lobby()
	case p == classroom.Over:
		st := w.o.Dress.Styles
		out := section{head: []string{"", st.Strong.Render(w.center("Thank you.")), ""}}
		if b, err := w.o.Table.Board(); err == nil {
			out.blocks = [][]string{boardView{st: st, board: b, width: w.width - 8}.eyes()}
		}
		return []section{out}
	case p.From(classroom.Reveal):
		return w.boardOf(w.width - 8)
	}
	return w.task()
}

// center is a text in the middle of the wall; the margin comes to it.
func (w *Wall) center(s string) string {
	return strings.Repeat(" ", max(0, (w.width-ansi.StringWidth(s))/2-len(wallMargin))) + s
}

// lobby says how to join, on every page.
func (w *Wall) lobby() []section {
	st := w.o.Dress.Styles
	out := section{head: []string{st.Text.Render(w.center("Type this into a terminal:")), "", st.Strong.Render(w.center(w.o.Join)), ""}}
	host := []string{st.Quiet.Render(w.center("The server says that its key is")), st.Quiet.Render(w.center(w.o.Fingerprint)), ""}
	roster := w.roster(w.width - 8)
	if code := bigType(w.room.Code); len(out.head)+len(code)+1+len(host)+len(slices.Concat(roster...)) <= w.rows() { // the line above has the code too
		for i, l := range code {
			code[i] = st.Accent.Render(w.center(l))
		}
		out.blocks = append(out.blocks, append(code, ""))
	}
	out.blocks = append(append(out.blocks, host), roster...)
	return []section{out}
}

// task is what people do now, and how far they are.
func (w *Wall) task() []section {
	st := w.o.Dress.Styles
	stg := stageOf(w.room.Phase)
	width := w.width - 8
	out := section{head: append([]string{""}, rendered(st.Strong, "", stg.title, width)...)}
	out.head = append(append(out.head, ""), rendered(st.Text, "", stg.people, width)...)
	out.head = append(append(out.head, w.timer()...), "")
	if w.room.Phase.From(classroom.Choose) {
		n, all := w.room.LockedTeams()
		var locked []string
		for _, l := range bigType(fmt.Sprintf("%d/%d", n, all)) {
			locked = append(locked, st.Accent.Render(w.center(l)))
		}
		out.blocks = append(out.blocks, append(locked, st.Quiet.Render(w.center("teams have locked")), ""))
	} else if n := w.room.ReadyPeople(); n > 0 {
		here, _ := w.people()
		out.blocks = append(out.blocks, []string{st.Good.Render(fmt.Sprintf("%d of %d ready", n, here)), ""})
	}
	out.blocks = append(out.blocks, w.roster(width)...)
	return []section{out}
}

// timer is the time that is left, in big type.
func (w *Wall) timer() (lines []string) {
	if w.room.Ends.IsZero() {
		return nil
	}
	st := w.o.Dress.Styles
	left := max(0, w.room.Ends.Sub(w.o.Table.Now()).Round(time.Second))
	if left == 0 {
		return []string{"", st.Accent.Render(w.center("Time is up; take the time you need."))}
	}
	for _, l := range bigType(fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60)) {
		lines = append(lines, st.Accent.Render(w.center(l)))
	}
	return append([]string{""}, lines...)
}

// roster is who is in which team, and who is missing: a block for each team.
func (w *Wall) roster(width int) (out [][]string) {
	st := w.o.Dress.Styles
	for i, t := range w.room.Teams {
		members := w.room.Members(i)
		if len(members) == 0 {
			continue
		}
		var parts []string
		for _, m := range members {
			n := exercises.Isolate(m.Name)
			if !m.Here {
				n += " (away)"
			}
			parts = append(parts, n)
		}
		mark := "  "
		if t.Locked {
			mark = "✓ "
		}
		var team []string
		for j, l := range wrap(strings.Join(parts, ", "), width-18) {
			name := strings.Repeat(" ", 16)
			if j == 0 {
				name = st.Strong.Render(fit(mark+exercises.Isolate(t.Name), 16))
			}
			team = append(team, name+st.Text.Render(l))
		}
		out = append(out, team)
	}
	return out
}

func (w *Wall) boardOf(width int) []section {
	st := w.o.Dress.Styles
	b, err := w.o.Table.Board()
	if err != nil {
		return []section{{blocks: [][]string{rendered(st.Text, "", "Nobody has written anything down.", width)}}}
	}
	v := boardView{st: st, sys: w.o.Work.Paper().System, board: b, room: w.room, width: width, big: true, key: w.room.Phase.From(classroom.Compare), cursor: -1, picked: -1}
	draw := func() (parts []section) {
		if w.room.Phase == classroom.Reveal {
			return []section{{blocks: v.tops()}}
		}
		g := v.grid()
		rows := section{head: g.heading}
		for i := range b.Rows {
			lines, _ := v.row(g, i)
			rows.blocks = append(rows.blocks, lines)
		}
		if v.key {
			parts = append(parts, section{blocks: v.missed(classroom.Report{Board: b, System: v.sys}, false)})
			rows.head = append([]string{""}, rows.head...)
		}
		return append(parts, rows)
	}
	airy := draw()
	v.big = false
	if dense := draw(); len(paginate(dense, w.rows())) < len(paginate(airy, w.rows())) { // rather all of it than air between
		return dense
	}
	return airy
}

// A section is a part of what a wall has to show: blocks of lines, and a heading
// that stands above them on every page. Blank lines at its beginning, and at that
// of a block, keep it from what is above it on the page.
type section struct {
	head   []string
	blocks [][]string
}

// paginate lays sections out on pages of so many rows, at least one. No block is
// cut that has room on a page of its own.
func paginate(parts []section, rows int) [][]string {
	var out [][]string
	var page []string
	for _, p := range parts {
		if len(p.blocks) == 0 {
			p.blocks = [][]string{nil}
		}
		if len(p.head) > rows/2 { // it would leave no room for what it is above
			p.blocks = append([][]string{p.head}, p.blocks...)
			p.head = nil
		}
		heading := true // stands not on this page yet
		for _, b := range p.blocks {
			add := b
			if heading {
				add = slices.Concat(p.head, b)
			}
			if len(page) > 0 && len(page)+len(trimEnd(add)) > rows {
				out, page = append(out, page), nil
				add = slices.Concat(trimBegin(p.head), trimBegin(b))
			}
			page, heading = append(page, add...), false
			for len(trimEnd(page)) > rows {
				out, page = append(out, page[:rows:rows]), slices.Concat(trimBegin(p.head), page[rows:])
			}
		}
	}
	if len(page) > 0 || len(out) == 0 {
		out = append(out, page)
	}
	return out
}

// trimBegin and trimEnd leave blank lines out.
func trimBegin(lines []string) []string {
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	return lines
}

func trimEnd(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// wallMargin is what is free at the left of a wall.
const wallMargin = "    "

func margin(lines []string) []string {
	var out []string
	for _, l := range lines {
		if l != "" {
			l = wallMargin + l
		}
		out = append(out, l)
	}
	return out
}

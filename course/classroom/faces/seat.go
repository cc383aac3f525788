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
	"edu/threatlings/exercises/report"
)

// saveAfter is how long somebody must pause before what they type is saved.
const saveAfter = 400 * time.Millisecond

// A view is what a person in a seat looks at.
type view int

const (
	lobbyView  view = iota
	workView        // document, diagram, one's own cards
	teamView        // the team's list and its top three
	boardView_      // what all teams have
	keyView         // the key
	overView
)

// viewOf is what belongs to a phase.
func viewOf(p classroom.Phase) view {
	switch p {
	case classroom.Lobby:
		return lobbyView
	case classroom.Reading, classroom.Alone:
		return workView
	case classroom.Gather, classroom.Choose, classroom.Locked:
		return teamView
	case classroom.Reveal, classroom.Cluster, classroom.Discuss:
		return boardView_
	case classroom.Compare:
		return keyView
	}
	return overView
}

// A Seat is the face of one person in a class.
type Seat struct {
	base
	door *door // until the person sits
	id   string
	// number is the secret of somebody without a key, shown once.
	number string
	gone   string // why this window does nothing any more
	// wasRemoved says that gone is because the seat was closed.
	wasRemoved bool
	heard      int // questions to the team that were read

	view  view
	at    classroom.Phase // the phase that is on the screen
	work  input.Screen
	saved exercises.Answer // what the room has
	gen   int              // of the last change, for the pause
	state string           // "saved", or what went wrong

	team   teamList
	cursor int // of the board
	off    int
	drawn  int // height of what scrolls
}

type saveMsg struct{ gen int }

// NewSeat makes the face of somebody who came in.
func NewSeat(o Options) *Seat {
	s := &Seat{base: newBase(o)}
	s.team.seat = s
	if mine, ok := s.room.SeatOf(o.Who); ok {
		s.id = mine.ID
	} else {
		s.door = newDoor(s)
	}
	return s
}

// Init sits down whoever is known, and begins to watch the room.
func (s *Seat) Init() tea.Cmd {
	begin, first := s.begin()
	switch {
	case !first:
		return nil
	case s.door != nil:
		return tea.Batch(begin, s.door.init())
	}
	return tea.Batch(begin, s.sitDown())
}

// sitDown takes the seat for this window.
func (s *Seat) sitDown() tea.Cmd {
	s.door = nil
	s.at = s.room.Phase
	s.open()
	s.show(viewOf(s.at))
	return tea.Batch(s.do(classroom.Change{Kind: classroom.Present, Seat: s.id, Text: s.o.Session}, nil), s.work.Init())
}

// open makes the workspace from what the room has of this person.
func (s *Seat) open() {
	s.work = s.o.Work.Screen(input.Options{Styles: s.o.Dress.Styles, Markdown: s.o.Dress.Markdown, Draft: answerOf(s.room.Sheets[s.id])})
	s.saved = s.work.Answer()
	s.state = "saved"
}

// answerOf is a sheet as the report keeps it.
func answerOf(sh classroom.Sheet) exercises.Answer {
	var out report.Sheet
	for _, c := range sh.Cards {
		out.Cards = append(out.Cards, report.Card{Text: c.Text, Letter: c.Letter, Place: c.Place, Severity: c.Severity})
	}
	out.Worksheet = sh.Notes
	return out.Format()
}

func sheetOf(a exercises.Answer) *classroom.Sheet {
	in := report.Parse(a)
	out := classroom.Sheet{Notes: in.Worksheet}
	for _, c := range in.Cards {
		out.Cards = append(out.Cards, classroom.Card{Text: c.Text, Letter: c.Letter, Place: c.Place, Severity: c.Severity})
	}
	return &out
}

func (s *Seat) me() classroom.Seat {
	x, _ := s.room.Seat(s.id)
	return x
}

// show looks at something, and keeps what was typed.
func (s *Seat) show(v view) {
	s.view, s.cursor, s.off = v, 0, 0
	if v == teamView {
		s.team.cursor = 0
	}
	s.SetSize(s.width, s.height)
}

// SetSize gives the room between header and footer.
func (s *Seat) SetSize(w, h int) {
	s.width, s.height = w, h
	if s.work != nil {
		s.work.SetSize(w, max(6, h-s.bannerRows()))
	}
	if s.door != nil {
		s.door.setSize(w)
	}
}

// Update takes a message.
func (s *Seat) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case roomMsg:
		return tea.Batch(s.look(), s.changedTo(msg.room))
	case tickMsg:
		return s.tick()
	case doneMsg:
		if s.door == nil {
			defer s.team.keep(s.team.at())
		}
		return s.done(msg)
	case saveMsg:
		if msg.gen == s.gen {
			return s.save()
		}
		return nil
	case tea.KeyMsg:
		s.said = ""
		if s.gone != "" {
			return nil
		}
		return s.key(msg)
	case input.Submit:
		return s.ready()
	}
	if s.gone != "" || s.door != nil {
		return nil
	}
	if s.view == workView {
		if m, ok := msg.(tea.MouseMsg); ok {
			m.Y -= s.bannerRows()
			msg = m
		}
		return s.worked(s.work.Update(msg))
	}
	if m, ok := msg.(tea.MouseMsg); ok {
		if k, ok := wheel(m); ok {
			return s.key(k)
		}
	}
	return nil
}

// changedTo takes a new state of the room. Nobody who is typing is moved: the
// next phase waits behind a key.
func (s *Seat) changedTo(r *classroom.Room) tea.Cmd {
	if s.door != nil {
		s.room = r
		return nil
	}
	at := s.team.at()
	s.room = r
	s.team.keep(at)
	me := s.me()
	switch {
	case me.Removed:
		s.gone, s.wasRemoved = "Your seat was closed by whoever leads the class, who can let you in again. What you wrote is kept.", true
		return nil
	case me.Session != "" && me.Session != s.o.Session:
		s.gone = "You sit here in another window now. This one does nothing any more; ctrl+c closes it."
		return nil
	}
	s.gone = ""
	var back tea.Cmd
	if s.wasRemoved { // and is let in again
		s.wasRemoved = false
		back = s.do(classroom.Change{Kind: classroom.Present, Seat: s.id, Text: s.o.Session}, nil)
	}
	if r.Phase != s.at && !s.Typing() {
		return tea.Batch(back, s.goAlong())
	}
	return back
}

// waits reports whether the class has moved on and this person was typing.
func (s *Seat) waits() bool { return s.door == nil && s.room.Phase != s.at }

// goAlong shows what the class is doing.
func (s *Seat) goAlong() tea.Cmd {
	if s.at == classroom.Lobby {
		s.number = "" // it stood there all the time
	}
	s.at, s.said = s.room.Phase, ""
	s.show(viewOf(s.at))
	s.team.merging = ""
	return s.save()
}

func (s *Seat) key(k tea.KeyMsg) tea.Cmd {
	if s.door != nil {
		return s.door.key(k)
	}
	switch k.String() {
	case "ctrl+n":
		if s.waits() {
			return s.goAlong()
		}
		s.number, s.heard = "", len(s.asked()) // they were read
		s.SetSize(s.width, s.height)
		return nil
	case "ctrl+o":
		return s.other()
	}
	switch s.view {
	case lobbyView:
		return s.lobbyKey(k.String())
	case workView:
		return s.worked(s.work.Update(k))
	case teamView:
		return s.team.key(k.String())
	case boardView_:
		return s.boardKey(k.String())
	}
	s.scroll(k.String())
	return nil
}

// other looks at the next of what there is to see in this phase.
func (s *Seat) other() tea.Cmd {
	views := []view{workView}
	if s.at.From(classroom.Gather) {
		views = append(views, teamView)
	}
	if s.at.From(classroom.Reveal) {
		views = append(views, boardView_)
	}
	if s.at.From(classroom.Compare) {
		views = append(views, keyView)
	}
	i := slices.Index(views, s.view)
	s.show(views[(i+1)%len(views)])
	return s.save()
}

// worked notes a change of the sheet, to be saved at the next pause.
func (s *Seat) worked(cmd tea.Cmd) tea.Cmd {
	if slices.Equal(s.work.Answer(), s.saved) {
		return cmd
	}
	s.state = "…"
	s.gen++
	return tea.Batch(cmd, s.o.Dress.After(saveAfter, saveMsg{s.gen}))
}

// save writes the sheet into the room, when it is another one.
func (s *Seat) save() tea.Cmd {
	if s.work == nil {
		return nil
	}
	a := s.work.Answer()
	if slices.Equal(a, s.saved) {
		return nil
	}
	return s.do(classroom.Change{Kind: classroom.Wrote, Seat: s.id, Sheet: sheetOf(a)}, func(err error) tea.Cmd {
		if err != nil {
			s.state = "NOT SAVED"
			s.gen++ // it is tried again, for as long as it takes
			return s.o.Dress.After(3*time.Second, saveMsg{s.gen})
		}
		s.saved = a
		if slices.Equal(s.work.Answer(), a) {
			s.state = "saved"
		}
		return nil
	})
}

// Flush saves at once: the connection ends.
func (s *Seat) Flush() error {
	if s.door != nil || s.work == nil || s.gone != "" || slices.Equal(s.work.Answer(), s.saved) {
		return nil
	}
	a := s.work.Answer()
	if err := s.o.Table.Do(detached(s.o.Ctx), classroom.Change{Kind: classroom.Wrote, Seat: s.id, Sheet: sheetOf(a)}); err != nil {
		return err
	}
	s.saved = a
	return nil
}

// Leave is called when the connection has ended: the seat is empty, unless
// another window has it.
func (s *Seat) Leave() error {
	s.close()
	if s.door != nil || s.me().Session != s.o.Session {
		return nil
	}
	return s.o.Table.Do(detached(s.o.Ctx), classroom.Change{Kind: classroom.Present, Seat: s.id, Off: true, Text: s.o.Session})
}

// ready says that this person has done what the phase asks.
func (s *Seat) ready() tea.Cmd {
	was := s.me().Ready == s.room.Phase
	text := "Whoever leads the class sees that you are ready. You can go on writing."
	if was {
		text = "You are not ready any more."
	}
	return tea.Batch(s.save(), s.do(classroom.Change{Kind: classroom.Readied, Seat: s.id, Off: was}, func(err error) tea.Cmd {
		if err == nil {
			s.said = text
		}
		return nil
	}))
}

func (s *Seat) lobbyKey(k string) tea.Cmd {
	me := s.me()
	n := len(s.room.Teams)
	switch k {
	case "right", "l", "tab":
		return s.do(classroom.Change{Kind: classroom.Teamed, Seat: s.id, Team: (me.Team + 1) % n}, nil)
	case "left", "h", "shift+tab":
		return s.do(classroom.Change{Kind: classroom.Teamed, Seat: s.id, Team: (me.Team + n - 1) % n}, nil)
	case "n":
		if !s.room.Anonymous {
			s.door = newDoor(s)
			s.door.again = true
			s.door.setSize(s.width)
			return s.door.init()
		}
	}
	return nil
}

func (s *Seat) boardKey(k string) tea.Cmd {
	b, err := s.o.Table.Board()
	if err != nil || s.at == classroom.Reveal {
		s.scroll(k)
		return nil
	}
	switch k {
	case "down", "j":
		s.cursor = min(s.cursor+1, len(b.Rows)-1)
	case "up", "k":
		s.cursor = max(0, s.cursor-1)
	case " ", "enter":
		if s.room.Phase != classroom.Discuss || s.cursor >= len(b.Rows) {
			return nil
		}
		id := b.Rows[s.cursor].ID
		return s.doWith(func(r *classroom.Room) classroom.Change {
			votes := standing(r.Votes[s.id], b)
			if i := slices.Index(votes, id); i >= 0 {
				votes = slices.Delete(votes, i, i+1)
			} else {
				votes = append(votes, id)
			}
			return classroom.Change{Kind: classroom.Voted, Seat: s.id, Top: votes}
		}, nil)
	}
	return nil
}

// standing are votes for rows that are still on the board: one that was merged
// into another has no place where its vote could be taken back.
func standing(votes []string, b *classroom.Board) []string {
	var out []string
	for _, id := range votes {
		if slices.ContainsFunc(b.Rows, func(r classroom.Row) bool { return r.ID == id }) {
			out = append(out, id)
		}
	}
	return out
}

func (s *Seat) scroll(k string) {
	page := max(1, s.height-6)
	by := map[string]int{"down": 1, "j": 1, "up": -1, "k": -1, "pgdown": page, " ": page, "pgup": -page, "home": -1 << 20, "end": 1 << 20}[k]
	s.off = max(0, min(s.off+by, s.drawn-s.height+2))
}

// Crumb is who sits where.
func (s *Seat) Crumb() string {
	if s.door != nil {
		return "Class " + s.room.Code
	}
	me := s.me()
	return "Class " + s.room.Code + " › " + s.room.Teams[me.Team].Name + " › " + me.Name
}

// Status is the phase, the timer, and whether all is saved.
func (s *Seat) Status() string {
	var parts []string
	if s.door == nil {
		parts = append(parts, s.title())
	}
	if c := s.clock(); c != "" {
		parts = append(parts, c)
	}
	if s.door == nil && s.me().Ready == s.room.Phase && s.view == workView {
		parts = append(parts, "ready")
	}
	if s.door == nil && s.state != "" {
		parts = append(parts, s.state)
	}
	return strings.Join(parts, " · ")
}

// Typing reports whether letters are text.
func (s *Seat) Typing() bool {
	if s.door != nil {
		return true
	}
	if s.view != workView || s.work == nil {
		return false
	}
	t, ok := s.work.(interface{ Typing() bool })
	return ok && t.Typing()
}

// Back uses esc inside the workspace.
func (s *Seat) Back() bool {
	if s.door != nil {
		return s.door.back()
	}
	if s.team.merging != "" {
		s.team.merging = ""
		return true
	}
	return s.view == workView && s.work.Back()
}

// Restyle draws with another theme; what was typed stays.
func (s *Seat) Restyle(d tui.Dress) {
	s.o.Dress = d
	if s.work != nil {
		a := s.work.Answer()
		s.work = s.o.Work.Screen(input.Options{Styles: d.Styles, Markdown: d.Markdown, Draft: a})
		s.SetSize(s.width, s.height)
	}
}

// Help lists the keys that work now.
func (s *Seat) Help() []key.Binding {
	if s.gone != "" {
		return nil
	}
	if s.door != nil {
		return []key.Binding{bind("enter", "go on")}
	}
	var out []key.Binding
	if s.waits() {
		out = append(out, bind("ctrl+n", "go along"))
	}
	switch s.view {
	case lobbyView:
		out = append(out, bind("← →", "another team"))
		if !s.room.Anonymous {
			out = append(out, bind("n", "another name"))
		}
	case workView:
		out = append(out, s.work.Help()...)
	case teamView:
		out = append(out, s.team.help()...)
	case boardView_:
		if s.at == classroom.Reveal {
			out = append(out, bind("↑↓", "scroll"))
		} else {
			out = append(out, bind("↑↓", "row"))
		}
		if s.room.Phase == classroom.Discuss {
			out = append(out, bind("space", "vote"))
		}
	default:
		out = append(out, bind("↑↓", "scroll"))
	}
	if s.at.From(classroom.Gather) {
		out = append(out, bind("ctrl+o", "other view"))
	}
	return out
}

// banner is what stands above everything: where the class is, questions, errors.
func (s *Seat) banner() []string {
	st := s.o.Dress.Styles
	var out []string
	if s.waits() {
		out = append(out, rendered(st.Warn, " ", "The class has moved on: "+stageOf(s.room.Phase).title+". Finish your sentence; ctrl+n goes along. Nothing is lost.", s.width-1)...)
	}
	if s.said != "" {
		out = append(out, rendered(st.Warn, " ", s.said, s.width-1)...)
	}
	if s.number != "" && s.view != lobbyView {
		out = append(out, rendered(st.Accent, " ", "Your number is "+s.number+". With your name it opens this seat again, should the connection break. ctrl+n hides it.", s.width-1)...)
	}
	if q := s.asked(); len(q) > s.heard && !s.at.From(classroom.Reveal) {
		out = append(out, rendered(st.Accent, " ", "Asked of your team: "+q[len(q)-1].Text+" (ctrl+n hides it)", s.width-1)...)
	}
	if t := stageOf(s.at).short; t != "" && s.view == workView && len(out) == 0 && s.height >= 18 {
		out = append(out, rendered(st.Quiet, " ", t, s.width-1)...)
	}
	return out
}

// asked are the questions that were sent to the person's team.
func (s *Seat) asked() []classroom.Question { return s.room.Teams[s.me().Team].Asked }

func (s *Seat) bannerRows() int {
	if s.door != nil || s.id == "" {
		return 0
	}
	if n := len(s.banner()); n > 0 {
		return n + 1
	}
	return 0
}

// View draws the face.
func (s *Seat) View() string {
	st := s.o.Dress.Styles
	if s.gone != "" {
		return strings.Join(append([]string{""}, rendered(st.Warn, "   ", s.gone, min(76, s.width-4))...), "\n")
	}
	if s.door != nil {
		return strings.Join(s.door.view(), "\n")
	}
	lines := s.banner()
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	rows := s.height - len(lines)
	switch s.view {
	case lobbyView:
		lines = append(lines, s.lobby()...)
	case workView:
		s.work.SetSize(s.width, max(6, rows))
		lines = append(lines, strings.Split(s.work.View(), "\n")...)
	case teamView:
		lines = append(lines, s.team.view(s.width, rows)...)
	case boardView_:
		lines = append(lines, s.boardLines(rows)...)
	case keyView:
		lines = append(lines, s.scrolled(s.keyLines(), rows)...)
	case overView:
		lines = append(lines, s.scrolled(s.overLines(), rows)...)
	}
	return strings.Join(lines, "\n")
}

func (s *Seat) scrolled(lines []string, rows int) []string {
	s.drawn = len(lines)
	s.off = max(0, min(s.off, len(lines)-rows))
	return lines[s.off:min(len(lines), s.off+rows)]
}

func (s *Seat) lobby() []string {
	st := s.o.Dress.Styles
	me := s.me()
	w := min(76, s.width-4)
	lines := rendered(st.Strong, "   ", "Welcome, "+exercises.Isolate(me.Name)+".", w)
	lines = append(lines, rendered(st.Text, "   ", stageOf(classroom.Lobby).people, w)...)
	if s.number != "" {
		lines = append(lines, "")
		lines = append(lines, rendered(st.Accent, "   ", "Your number is "+s.number+". Should the connection break, come back with the same line, as "+exercises.Isolate(me.Name)+", with this number: your seat and your words wait.", w)...)
	}
	lines = append(lines, "")
	for i, t := range s.room.Teams {
		var names []string
		for _, p := range s.room.Members(i) {
			n := exercises.Isolate(p.Name)
			if !p.Here {
				n += " (away)"
			}
			names = append(names, n)
		}
		who := strings.Join(names, ", ")
		if who == "" {
			who = "nobody yet"
		}
		lead, style := "   ", st.Text
		if i == me.Team {
			lead, style = " "+st.Accent.Render("▸ "), st.Accent
		}
		for j, l := range wrap(who, w-16) {
			name := ""
			if j == 0 {
				name = exercises.Isolate(t.Name)
			} else {
				lead = "   "
			}
			lines = append(lines, lead+style.Render(fit(name, 14))+st.Text.Render(l))
		}
	}
	return lines
}

func (s *Seat) boardView(cursor int) (boardView, error) {
	b, err := s.o.Table.Board()
	mine := map[string]bool{}
	for _, id := range s.room.Votes[s.id] {
		mine[id] = true
	}
	return boardView{st: s.o.Dress.Styles, sys: s.o.Work.Paper().System, board: b, room: s.room, width: min(s.width-4, 112), key: s.at.From(classroom.Compare), cursor: cursor, picked: -1, mine: mine}, err
}

func indent(lines []string) []string {
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return lines
}

func (s *Seat) boardLines(rows int) []string {
	st := s.o.Dress.Styles
	v, err := s.boardView(s.cursor)
	if err != nil {
		return rendered(st.Warn, "   ", "The board is empty: "+exercises.CleanLine(err.Error())+".", s.width-4)
	}
	head := rendered(st.Quiet, "  ", stageOf(s.at).people, min(s.width-2, 112))
	if s.at == classroom.Reveal {
		return append(append(head, ""), s.scrolled(indent(slices.Concat(v.tops()...)), rows-len(head)-1)...)
	}
	if s.room.Phase == classroom.Discuss {
		head = append(head, "  "+st.Quiet.Render(fmt.Sprintf("%d of %d votes given", len(standing(s.room.Votes[s.id], v.board)), classroom.MaxVotes)))
	}
	top, lines, first, last := v.rows()
	head = append(append(head, ""), indent(top)...)
	return append(head, window(indent(lines), max(3, rows-len(head)), first, last, &s.off)...)
}

// keyLines show the class's board with the key, and the own team's part in it.
func (s *Seat) keyLines() []string {
	st := s.o.Dress.Styles
	v, err := s.boardView(-1)
	if err != nil {
		return rendered(st.Warn, "   ", "There is nothing to compare: "+exercises.CleanLine(err.Error())+".", s.width-4)
	}
	v.key = true
	lines := rendered(st.Quiet, "", stageOf(classroom.Compare).people, v.width)
	lines = append(lines, "")
	for _, t := range v.board.Teams {
		if t.Name == s.room.Teams[s.me().Team].Name {
			lines = append(lines, rendered(st.Strong, "", fmt.Sprintf("Your team, %s, named %d of the %d threats in the key.", exercises.Isolate(t.Name), len(t.Keys), v.board.Found.All), v.width)...)
			for _, r := range v.board.Rows {
				if slices.Contains(t.Keys, r.Key) {
					lines = append(lines, hang(st.Text, "✓ ", r.Title, v.width)...)
				}
			}
		}
	}
	lines = append(lines, "")
	lines = append(lines, slices.Concat(v.missed(classroom.Report{Board: v.board, System: v.sys}, false)...)...)
	lines = append(lines, "", st.Strong.Render("The board, with the key's words"))
	head, rows, _, _ := v.rows()
	return indent(append(append(lines, head...), rows...))
}

func (s *Seat) overLines() []string {
	st := s.o.Dress.Styles
	lines := append([]string{""}, rendered(st.Strong, "   ", stageOf(classroom.Over).people, min(76, s.width-4))...)
	lines = append(lines, "")
	lines = append(lines, rendered(st.Text, "   ", "The same course can be done alone, as far as you like: threatlings, or whatever line your company gives you. Part 3 leads a session on a feature of your own.", min(76, s.width-4))...)
	return append(append(lines, ""), rendered(st.Quiet, "   ", "ctrl+o shows your own cards, your team's and the board once more.", min(76, s.width-4))...)
}

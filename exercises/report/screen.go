package report

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
)

// wideFrom is the width from which the cards stand beside what is read.
const wideFrom = 110

// A pane is one part of the workspace.
type pane int

const (
	documentPane pane = iota
	diagramPane
	worksheetPane
	cardsPane
)

var paneNames = [...]string{"document", "diagram", "worksheet", "cards"}

// screen is the workspace: document, diagram and worksheet on one side, the
// cards on the other. Where there is no room for both, one at a time.
type screen struct {
	x      *Exercise
	o      input.Options
	width  int
	height int

	pane     pane // has the focus
	left     pane // what stands at the left when there is room
	returnTo bool // esc goes back to the cards, from which a key led here
	picking  bool // the diagram was opened to choose the place of a card

	doc    *input.Reader
	system *input.SystemView
	notes  *input.Text
	cards  deck
	status string // said once, after a key that could not do what was meant
	hits   []hit
}

// A hit is a piece of the view that can be clicked.
type hit struct {
	row, from, to int
	do            func() tea.Cmd
}

func newScreen(x *Exercise, o input.Options) *screen {
	sh := Parse(o.Draft).folded()
	sh.pad(x.Cards)
	s := &screen{
		x: x, o: o, left: documentPane,
		system: input.NewSystemView(x.scenario, o.Styles),
		notes:  input.NewText(o.Styles, sh.Worksheet, "assumptions, ideas, questions for the team"),
		cards:  newDeck(x, o.Styles, sh.Cards),
	}
	s.doc = input.NewReader(x.reading(), o.Markdown)
	s.system.Notes = s.placeNotes
	if sh.written() > 0 {
		s.pane = cardsPane
	}
	return s
}

// reading is the task and the design document, as one page.
func (x *Exercise) reading() string {
	return strings.TrimSpace(x.Shared.Prompt) + "\n\n" + strings.TrimSpace(x.minutes()+" "+x.mark()) + "\n\n" + x.scenario.Document
}

// mark says what passes, before anything is handed in. In a class nothing is graded.
func (x *Exercise) mark() string {
	if x.button != "" {
		return ""
	}
	return fmt.Sprintf("Your cards are graded out of 100; %d is the mark.", x.Pass)
}

func (s *screen) Init() tea.Cmd { return s.focus() }

// focus gives the keys to the one text field that is being written in, if any.
func (s *screen) focus() tea.Cmd {
	s.notes.Blur()
	s.cards.blur()
	switch s.pane {
	case worksheetPane:
		return s.notes.Focus()
	case cardsPane:
		return s.cards.focus()
	}
	return nil
}

func (s *screen) SetSize(w, h int) { s.width, s.height = w, max(6, h) }

// Focus is the whole view: a workspace scrolls inside itself.
func (s *screen) Focus() (int, int) { return 0, max(0, s.height-1) }

func (s *screen) wide() bool { return s.width >= wideFrom }

func (s *screen) Answer() exercises.Answer {
	return Sheet{Cards: s.cards.values(), Worksheet: s.notes.Value()}.Format()
}

// Back leads from the diagram or another pane back to the card that it was opened from.
func (s *screen) Back() bool {
	if !s.returnTo {
		return false
	}
	s.show(cardsPane)
	return true
}

// Typing reports whether letters are text now.
func (s *screen) Typing() bool {
	return s.pane == worksheetPane || s.pane == cardsPane && s.cards.current() != nil && s.cards.field == textField
}

func (s *screen) show(p pane) tea.Cmd {
	s.pane, s.returnTo, s.picking = p, false, false
	if p != cardsPane {
		s.left = p
	}
	return s.focus()
}

// jump opens a pane by its own key; the same key leads back to the cards.
func (s *screen) jump(p pane) tea.Cmd {
	if s.pane == p {
		return s.show(cardsPane)
	}
	fromCards, picking := s.pane == cardsPane, s.pane == cardsPane && p == diagramPane && s.cards.field == placeField
	cmd := s.show(p)
	s.returnTo, s.picking = fromCards, picking
	if c := s.cards.current(); picking && c != nil && c.place != "" {
		s.system.Go(c.place)
	}
	return cmd
}

// next goes from pane to pane.
func (s *screen) next(by int) tea.Cmd {
	if s.wide() {
		if s.pane == cardsPane {
			return s.show(s.left)
		}
		return s.show(cardsPane)
	}
	return s.show((s.pane + pane(by) + 4) % 4)
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		s.status = ""
		return s.key(msg)
	case tea.MouseMsg:
		return s.mouse(msg)
	}
	if s.pane == worksheetPane {
		return s.notes.Update(msg)
	}
	return s.cards.message(msg)
}

// key handles the keys of the workspace; none of them is printable, so that
// whatever is typed into a field is text.
func (s *screen) key(k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "ctrl+t":
		return s.jump(documentPane)
	case "ctrl+d":
		return s.jump(diagramPane)
	case "ctrl+w":
		return s.jump(worksheetPane)
	case "tab":
		return s.next(1)
	case "shift+tab":
		return s.next(-1)
	case "f5", "ctrl+s":
		return input.SubmitCmd
	}
	switch s.pane {
	case documentPane:
		s.doc.Key(k.String())
	case diagramPane:
		if k.String() == "enter" {
			return s.threatHere()
		}
		s.system.Update(k)
	case worksheetPane:
		if k.String() == "ctrl+x" {
			s.notes.DropRest()
			return nil
		}
		return s.notes.Update(k)
	case cardsPane:
		return s.cards.key(k)
	}
	return nil
}

// threatHere takes the lit place for the card that asked for one, or begins
// a card there.
func (s *screen) threatHere() tea.Cmd {
	id := s.system.Place().ID
	if s.picking && s.cards.current() != nil {
		s.cards.current().place = id
		return s.show(cardsPane)
	}
	i, ok := s.cards.free()
	if !ok {
		s.status = fmt.Sprintf("All %d cards are in use. Change the place of one on its own row, or empty one.", len(s.cards.cards))
		return nil
	}
	s.cards.cur, s.cards.field = i, textField
	s.cards.cards[i].place = id
	return s.show(cardsPane)
}

// placeNotes is what the caption of a place adds: the learner's cards there,
// and what enter does.
func (s *screen) placeNotes(p scenarios.Place) []string {
	var here []string
	for i, c := range s.cards.cards {
		if c.place == p.ID {
			here = append(here, fmt.Sprint(i+1))
		}
	}
	notes := []string{"your cards here: none yet"}
	if len(here) > 0 {
		notes[0] = "your cards here: " + strings.Join(here, ", ")
	}
	if s.status != "" {
		notes = append(notes, s.status)
	}
	return notes
}

func (s *screen) mouse(m tea.MouseMsg) tea.Cmd {
	if m.Action != tea.MouseActionPress {
		return nil
	}
	at := s.pane
	if s.wide() && m.X < s.leftWidth()+2 {
		at = s.left
	} else if s.wide() {
		at = cardsPane
	}
	switch m.Button {
	case tea.MouseButtonWheelUp, tea.MouseButtonWheelDown:
		by := 3
		if m.Button == tea.MouseButtonWheelUp {
			by = -3
		}
		switch at {
		case documentPane:
			s.doc.Scroll(by)
		case diagramPane:
			s.system.Update(m)
		}
	case tea.MouseButtonLeft:
		for _, h := range s.hits {
			if m.Y == h.row && m.X >= h.from && m.X < h.to {
				s.status = ""
				return h.do()
			}
		}
		if at != s.pane {
			cmd := s.show(at)
			if at == diagramPane {
				s.toSystem(m)
			}
			return cmd
		}
		if at == diagramPane {
			s.toSystem(m)
		}
	}
	return nil
}

// toSystem hands a click to the diagram, which begins below the tabs.
func (s *screen) toSystem(m tea.MouseMsg) {
	m.X--
	m.Y -= 2
	s.system.Update(m)
}

// Help lists the keys that work now.
func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	var out []key.Binding
	switch s.pane {
	case documentPane:
		out = append(out, b("↑↓", "scroll"))
	case diagramPane:
		out = append(out, s.system.Help()...)
		if s.picking {
			out = append(out, b("enter", "take this place"))
		} else {
			out = append(out, b("enter", "a threat here"))
		}
	case cardsPane:
		out = append(out, s.cards.help()...)
	}
	out = append(out, b("tab", "pane"))
	if s.pane != diagramPane {
		out = append(out, b("ctrl+d", "diagram"))
	}
	if s.pane != worksheetPane {
		out = append(out, b("ctrl+w", "worksheet"))
	}
	return append(out, b("f5", strings.ToLower(s.x.handIn())))
}

// leftWidth is the width of the left side: more where the drawing needs it.
func (s *screen) leftWidth() int {
	w := s.width * 45 / 100
	if s.left == diagramPane {
		w = max(w, s.system.Width())
	}
	return min(w, s.width-48)
}

func (s *screen) View() string {
	s.hits = s.hits[:0]
	st := s.o.Styles
	if !s.wide() {
		lines := append([]string{s.tabs(0, documentPane, diagramPane, worksheetPane, cardsPane), ""}, s.draw(s.pane, s.width-2, s.height-2, 1, 2)...)
		for i := 1; i < len(lines); i++ {
			lines[i] = " " + lines[i]
		}
		return clip(lines, s.width, s.height)
	}
	w := s.leftWidth()
	left := append([]string{s.tabs(0, documentPane, diagramPane, worksheetPane), ""}, s.draw(s.left, w, s.height-2, 1, 2)...)
	right := append([]string{s.tabs(w+3, cardsPane), ""}, s.draw(cardsPane, s.width-w-4, s.height-2, w+4, 2)...)
	lines := make([]string, s.height)
	for i := range lines {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i > 0 {
			l = " " + l
		}
		if i < len(right) {
			r = right[i]
		}
		l = ansi.Truncate(l, w+1, "")
		if i > 0 {
			r = " " + r
		}
		lines[i] = l + strings.Repeat(" ", max(0, w+2-ansi.StringWidth(l))) + st.Frame.Render("│") + r
	}
	return clip(lines, s.width, s.height)
}

// clip holds a view to its size.
func clip(lines []string, width, height int) string {
	if len(lines) > height {
		lines = lines[:height]
	}
	for i, l := range lines {
		if ansi.StringWidth(l) > width {
			lines[i] = ansi.Truncate(l, width, "")
		}
	}
	return strings.Join(lines, "\n")
}

// tabs draws the names of panes from a column on: what is shown stands in
// brackets, and what has the focus has a pointer before it.
func (s *screen) tabs(col int, panes ...pane) string {
	st := s.o.Styles
	var b strings.Builder
	for _, p := range panes {
		name, style := "  "+paneNames[p]+"  ", st.Quiet
		shown := p == s.pane || s.wide() && (p == s.left || p == cardsPane)
		if shown {
			name, style = " ["+paneNames[p]+"] ", st.Strong
		}
		if p == s.pane {
			name, style = "▸["+paneNames[p]+"] ", st.Accent
		}
		if p == documentPane && shown && s.doc.Seen() > 0 {
			name += fmt.Sprintf("%d%% ", s.doc.Seen())
		}
		if p == cardsPane {
			name += fmt.Sprintf("%d of %d ", s.cards.written(), len(s.cards.cards))
		}
		n := ansi.StringWidth(name)
		s.hits = append(s.hits, hit{0, col, col + n, func() tea.Cmd { return s.show(p) }})
		col += n
		b.WriteString(style.Render(name))
	}
	return b.String()
}

// draw draws one pane into a room of w columns and h rows, which begins at a
// column and row of the view.
func (s *screen) draw(p pane, w, h, col, row int) []string {
	st := s.o.Styles
	switch p {
	case documentPane:
		return s.doc.View(w, h)
	case diagramPane:
		s.system.SetSize(w, h)
		return strings.Split(s.system.View(), "\n")
	case worksheetPane:
		var lines []string
		for _, l := range strings.Split(ansi.Wordwrap("Your own notes. Nobody grades them; they stay with your answer.", w, " "), "\n") {
			lines = append(lines, st.Quiet.Render(l))
		}
		note := tooLong(s.notes, w)
		s.notes.SetSize(w, h-len(lines)-1-len(note))
		lines = append(append(lines, ""), strings.Split(s.notes.View(), "\n")...)
		for _, l := range note {
			lines = append(lines, st.Warn.Render(l))
		}
		return lines
	}
	lines, hits := s.cards.view(w, h, s.pane == cardsPane)
	for _, h := range hits {
		do := h.do
		s.hits = append(s.hits, hit{h.row + row, h.from + col, h.to + col, func() tea.Cmd {
			cmd := do()
			return tea.Batch(cmd, s.show(cardsPane))
		}})
	}
	return lines
}

// tooLong says that a text is too long to be handed in, in lines of w columns.
func tooLong(t *input.Text, w int) []string {
	v := t.Value()
	if len(v) <= exercises.MaxAnswer {
		return nil
	}
	n := len([]rune(v))
	if n <= exercises.MaxAnswer {
		return nil
	}
	text := fmt.Sprintf("%s of %s characters: shorten it to hand it in.", thousands(n), thousands(exercises.MaxAnswer))
	if t.Note() != "" {
		text += " The end is not shown; all of it is kept. ctrl+x drops what is not shown."
	}
	return strings.Split(ansi.Wordwrap(text, max(10, w), " "), "\n")
}

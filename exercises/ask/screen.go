package ask

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
)

// A view is what is open below the question.
type view int

const (
	nothing view = iota
	diagram
	document
)

// boxLines is the height of the field inside its frame.
const boxLines = 3

// screen is a field for the question; the diagram or the document can be
// opened below it. Printable keys are always text, arrows belong to what is open.
type screen struct {
	x       *Exercise
	o       input.Options
	text    *input.Text
	replies []reply // what was said to the grader; kept with the answer
	first   string  // the question that they belong to
	system  *input.SystemView
	doc     *input.Reader
	open    view
	width   int
	height  int
	shown   int // lines of the last view
	below   int // line at which what is open begins
}

func newScreen(x *Exercise, o input.Options) *screen {
	text, replies := parse(o.Draft)
	return &screen{
		x: x, o: o, first: text, replies: replies,
		text:   input.NewText(o.Styles, text, "your question, as you would say it in the room").EnterSubmits(),
		system: input.NewSystemView(x.scenario, o.Styles),
		doc:    input.NewReader(x.scenario.Document, o.Markdown),
	}
}

func (s *screen) Init() tea.Cmd     { return s.text.Focus() }
func (s *screen) SetSize(w, h int)  { s.width, s.height = w, h }
func (s *screen) Focus() (int, int) { return 0, max(0, s.shown-1) }

// Answer keeps the replies as long as the question is the one they belong to.
func (s *screen) Answer() exercises.Answer {
	v := s.text.Value()
	if v == "" && len(s.replies) == 0 {
		return nil
	}
	a := exercises.Answer{v}
	for _, r := range s.replies {
		if v == s.first {
			a = append(a, r.format())
		}
	}
	return a
}

func (s *screen) Back() bool {
	was := s.open
	s.open = nothing
	return was != nothing
}

// Paging reports whether the diagram or the document is open.
func (s *screen) Paging() bool { return s.open != nothing }

func (s *screen) toggle(v view) {
	if s.open == v {
		v = nothing
	}
	s.open = v
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return s.key(msg)
	case tea.MouseMsg:
		s.mouse(msg)
		return nil
	}
	return s.text.Update(msg)
}

func (s *screen) key(k tea.KeyMsg) tea.Cmd {
	switch name := k.String(); name {
	case "ctrl+d":
		s.toggle(diagram)
	case "ctrl+t":
		s.toggle(document)
	case "tab":
		s.open = (s.open + 1) % 3
	case "shift+tab":
		s.open = (s.open + 2) % 3
	case "ctrl+s", "f5":
		return input.SubmitCmd
	case "ctrl+x":
		s.text.DropRest()
	case "enter":
		if k.Paste {
			return s.text.Update(k)
		}
		if s.moreWanted() {
			return s.text.Update(tea.KeyMsg{Type: tea.KeyEnter, Alt: true})
		}
		return input.SubmitCmd
	case "up", "down", "left", "right", "pgup", "pgdown", "home", "end":
		if s.open == diagram && s.system.Update(k) || s.open == document && s.doc.Key(name) {
			return nil
		}
		return s.text.Update(k)
	default:
		return s.text.Update(k)
	}
	return nil
}

// moreWanted reports whether enter leads to the next of several questions: a
// line was written and is not the last that is asked for. On an empty line
// enter hands in.
func (s *screen) moreWanted() bool {
	lines := strings.Split(s.text.Value(), "\n")
	return len(lines) < s.x.Want && strings.TrimSpace(lines[len(lines)-1]) != ""
}

func (s *screen) mouse(m tea.MouseMsg) {
	m.Y -= s.below
	switch {
	case s.open == diagram && m.Y >= 0:
		s.system.Update(m)
	case s.open == document && m.Button == tea.MouseButtonWheelDown:
		s.doc.Scroll(3)
	case s.open == document && m.Button == tea.MouseButtonWheelUp:
		s.doc.Scroll(-3)
	}
}

// Help lists the keys that work now.
func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	out := []key.Binding{b("enter", "ask it")}
	if s.moreWanted() {
		out[0] = b("enter", "next question")
	}
	switch s.open {
	case diagram:
		return append(append(out, s.system.Help()...), b("ctrl+d", "close"), b("ctrl+t", "document"))
	case document:
		return append(out, b("↑↓", "scroll"), b("ctrl+t", "close"), b("ctrl+d", "diagram"))
	}
	return append(out, b("ctrl+d", "diagram"), b("ctrl+t", "document"), b("alt+enter", "new line"))
}

func (s *screen) View() string {
	st, w := s.o.Styles, s.width
	name := grading.LetterNames[s.x.Letter]
	lines := []string{st.Letter(s.x.Letter).Render(s.x.Letter) + st.Strong.Render("  "+name+" in "+s.x.scenario.System.Title)}
	s.text.SetSize(w-4, boxLines)
	rule := strings.Repeat("─", max(0, w-2))
	lines = append(lines, st.FrameFocus.Render("┌"+rule+"┐"))
	for _, l := range strings.Split(s.text.View(), "\n") {
		l = ansi.Truncate(l, w-4, "")
		lines = append(lines, st.FrameFocus.Render("│ ")+l+strings.Repeat(" ", max(0, w-4-ansi.StringWidth(l)))+st.FrameFocus.Render(" │"))
	}
	lines = append(lines, st.FrameFocus.Render("└"+rule+"┘"))
	if n := s.text.Note(); n != "" {
		for _, l := range strings.Split(ansi.Wordwrap(n, w, " "), "\n") {
			lines = append(lines, st.Warn.Render(l))
		}
	}
	for _, r := range s.replies {
		if s.text.Value() == s.first {
			lines = append(lines, st.Quiet.Render(ansi.Truncate("you added: "+exercises.CleanLine(r.text), w, "…")))
		}
	}
	s.below = len(lines) + 1
	switch room := max(8, s.height-s.below); s.open {
	case diagram:
		s.system.SetSize(w, room)
		lines = append(append(lines, ""), strings.Split(s.system.View(), "\n")...)
	case document:
		lines = append(append(lines, ""), s.doc.View(w, room)...)
	default:
		for _, l := range strings.Split(ansi.Wordwrap(wanted(s.x.Want)+"; ctrl+d shows the diagram, ctrl+t the document.", w, " "), "\n") {
			lines = append(lines, st.Quiet.Render(l))
		}
	}
	for i, l := range lines {
		lines[i] = ansi.Truncate(l, w, "")
	}
	s.shown = len(lines)
	return strings.Join(lines, "\n")
}

// wanted says how many questions are asked for.
func wanted(n int) string {
	if n == 1 {
		return "One question is enough"
	}
	return fmt.Sprintf("%d questions, enter after each", n)
}

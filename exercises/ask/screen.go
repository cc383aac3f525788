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
	aside   *input.ScenarioView
	width   int
	height  int
	shown   int // lines of the last view
	below   int // line at which what is open begins
}

func newScreen(x *Exercise, o input.Options) *screen {
	text, replies := parse(o.Draft)
	return &screen{
		x: x, o: o, first: text, replies: replies,
		text:  input.NewText(o.Styles, text, "your question, as you would say it in the room").EnterSubmits(),
		aside: input.NewScenarioView(x.scenario, o),
	}
}

func (s *screen) Init() tea.Cmd     { return s.text.Focus() }
func (s *screen) SetSize(w, h int)  { s.width, s.height = w, h }
func (s *screen) Focus() (int, int) { return 0, max(0, s.shown-1) }
func (s *screen) Back() bool        { return s.aside.Close() }

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

// Paging reports whether the diagram or the document is open.
func (s *screen) Paging() bool { return s.aside.IsOpen() }

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return s.key(msg)
	case tea.MouseMsg:
		msg.Y -= s.below
		s.aside.Mouse(msg)
		return nil
	}
	return s.text.Update(msg)
}

func (s *screen) key(k tea.KeyMsg) tea.Cmd {
	if s.aside.Key(k) {
		return nil
	}
	switch k.String() {
	case "tab":
		s.aside.Turn(1)
	case "shift+tab":
		s.aside.Turn(-1)
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

// Help lists the keys that work now.
func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	out := []key.Binding{b("enter", "ask it")}
	if s.moreWanted() {
		out[0] = b("enter", "next question")
	}
	out = append(out, s.aside.Help()...)
	if !s.aside.IsOpen() {
		out = append(out, b("alt+enter", "new line"))
	}
	return out
}

func (s *screen) View() string {
	st, w := s.o.Styles, s.width
	name := grading.LetterNames[s.x.Letter]
	lines := []string{st.Letter(s.x.Letter).Render(s.x.Letter) + st.Strong.Render("  "+name+" in "+s.x.scenario.System.Title)}
	s.text.SetSize(w-4, boxLines)
	lines = append(lines, s.text.Framed(st.FrameFocus, w)...)
	for _, r := range s.replies {
		if s.text.Value() == s.first {
			lines = append(lines, st.Quiet.Render(ansi.Truncate("you added: "+exercises.CleanLine(r.text), w, "…")))
		}
	}
	s.below = len(lines) + 1
	if s.aside.IsOpen() {
		lines = append(append(lines, ""), s.aside.Lines(w, max(8, s.height-s.below))...)
	} else {
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

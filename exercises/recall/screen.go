package recall

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// The height of the field inside its frame, and the rows from which there is room
// for it: the sentence that is asked about has to stay in sight.
const (
	boxLines   = 3
	fewLines   = 2
	roomyLines = 16
)

// screen is a field for the sentence, and under it how sure the learner is, when
// that is asked. The diagram or the document can be opened below them.
type screen struct {
	x      *Exercise
	o      input.Options
	text   *input.Text
	said   said   // the replies, which belong to first, and the certainty
	first  string // the text as it was
	onSure bool   // the keys are on how sure one is, and not in the text
	aside  *input.ScenarioView

	width, height int
	boxed         int // lines of the field in the last view
	shown         int // all lines of it
	sureAt        int // the line of the choices; -1 for none
	chips         [][2]int
	below         int // line at which what is open begins
}

func newScreen(x *Exercise, o input.Options) *screen {
	s := parse(o.Draft)
	return &screen{
		x: x, o: o, said: s, first: s.text, sureAt: -1,
		text:  input.NewText(o.Styles, s.text, "who does what, so that what").EnterSubmits(),
		aside: input.NewScenarioView(x.scenario, o),
	}
}

func (s *screen) Init() tea.Cmd    { return s.text.Focus() }
func (s *screen) SetSize(w, h int) { s.width, s.height = w, h }

// Focus is the field alone while it is written in, so that as much as possible of
// the prompt is above it.
func (s *screen) Focus() (first, last int) {
	if !s.aside.IsOpen() && !s.onSure {
		return 0, max(0, s.boxed-1)
	}
	return 0, max(0, s.shown-1)
}

// Answer keeps the replies as long as the text is the one they belong to.
func (s *screen) Answer() exercises.Answer {
	out := said{text: s.text.Value(), certainty: s.said.certainty}
	if out.text == s.first {
		out.replies = s.said.replies
	}
	return out.format()
}

// Back closes what is open, and then goes back into the text.
func (s *screen) Back() bool {
	if s.aside.Close() {
		return true
	}
	if s.onSure {
		s.write()
		return true
	}
	return false
}

func (s *screen) write() tea.Cmd {
	s.onSure = false
	return s.text.Focus()
}

// Paging reports whether the diagram or the document is open.
func (s *screen) Paging() bool { return s.aside.IsOpen() }

// Update handles a key, a click, or what belongs to the field.
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
	if s.aside.Key(k) {
		return nil
	}
	name := k.String()
	switch name {
	case "ctrl+s", "f5":
		return input.SubmitCmd
	case "tab", "shift+tab":
		if !s.x.certainty {
			return nil
		}
		if s.onSure {
			return s.write()
		}
		s.sure()
		return nil
	}
	if s.onSure {
		return s.sureKey(name)
	}
	switch {
	case name == "ctrl+x":
		s.text.DropRest()
		return nil
	case name == "enter" && !k.Paste && s.x.certainty && !s.text.Blank():
		s.sure()
		return nil
	case name == "enter" && !k.Paste:
		return input.SubmitCmd
	}
	return s.text.Update(k)
}

func (s *screen) sure() {
	s.onSure = true
	s.text.Blur()
}

// sureKey chooses how sure one is; choosing it again takes it back.
func (s *screen) sureKey(name string) tea.Cmd {
	at, last := certaintyIndex(s.said.certainty), len(Certainties)-1
	switch name {
	case "enter":
		return input.SubmitCmd
	case "up":
		return s.write()
	case "left", "h":
		s.said.certainty = Certainties[max(0, at-1)]
	case "right", "l":
		s.said.certainty = Certainties[min(last, at+1)]
	case "1", "2", "3":
		s.choose(int(name[0] - '1'))
	}
	return nil
}

func (s *screen) choose(i int) {
	if c := Certainties[i]; s.said.certainty != c {
		s.said.certainty = c
		return
	}
	s.said.certainty = ""
}

func (s *screen) mouse(m tea.MouseMsg) {
	pressed := m.Action == tea.MouseActionPress && m.Button == tea.MouseButtonLeft
	for i, c := range s.chips {
		if pressed && m.Y == s.sureAt && m.X >= c[0] && m.X < c[1] {
			s.sure()
			s.choose(i)
			return
		}
	}
	m.Y -= s.below
	s.aside.Mouse(m)
}

// Help lists the keys that work now.
func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	out := []key.Binding{b("enter", "hand in")}
	switch {
	case s.onSure:
		out = append(out, b("1-3", "choose"), b("tab", "write on"))
	case s.x.certainty:
		out[0] = b("enter", "done writing")
	}
	return append(out, s.aside.Help()...)
}

// View draws the field, how sure one is, and what is open.
func (s *screen) View() string {
	st, w := s.o.Styles, s.width
	frame := st.FrameFocus
	if s.onSure {
		frame = st.Frame
	}
	s.text.SetSize(w-4, boxLines)
	if s.height < roomyLines {
		s.text.SetSize(w-4, fewLines)
	}
	lines := s.text.Framed(frame, w)
	s.boxed = len(lines)
	for _, r := range s.said.replies {
		if s.text.Value() == s.first {
			lines = append(lines, st.Quiet.Render(ansi.Truncate("you added: "+exercises.CleanLine(r), w, "…")))
		}
	}
	lines = s.sureLines(lines)
	s.below = len(lines) + 1
	if s.aside.IsOpen() {
		lines = append(append(lines, ""), s.aside.Lines(w, max(8, s.height-s.below))...)
	} else {
		lines = append(lines, st.Quiet.Render("ctrl+d shows the diagram, ctrl+t the document."))
	}
	for i, l := range lines {
		lines[i] = ansi.Truncate(l, w, "")
	}
	s.shown = len(lines)
	return strings.Join(lines, "\n")
}

// sureLines adds the question how sure one is, and remembers where its choices stand.
func (s *screen) sureLines(lines []string) []string {
	s.sureAt, s.chips = -1, s.chips[:0]
	if !s.x.certainty {
		return lines
	}
	st := s.o.Styles
	lines = append(lines, st.Text.Render("How sure are you? It is never part of the mark."))
	s.sureAt = len(lines)
	line := "  "
	if s.onSure {
		line = st.Accent.Render("▸ ")
	}
	for i, word := range certaintyWords {
		chip, style := fmt.Sprintf("%d ( ) %s", i+1, word), st.Text
		if Certainties[i] == s.said.certainty {
			chip, style = fmt.Sprintf("%d (•) %s", i+1, word), st.Selected
		}
		from := ansi.StringWidth(line)
		line += style.Render(chip)
		s.chips = append(s.chips, [2]int{from, ansi.StringWidth(line)})
		line += "   "
	}
	return append(lines, line, "")
}

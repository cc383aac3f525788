package choice

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// screen is a list of options. Of one, enter chooses and hands in; a number
// only moves there, so that a slip of a finger is no answer. Nor is the enter of
// somebody who reads on: the cursor is nowhere until it is moved.
type screen struct {
	x      *Exercise
	o      input.Options
	on     map[string]bool
	cursor int // -1 for nowhere
	width  int
	focus  [2]int
	rows   []int
}

func newScreen(x *Exercise, o input.Options) *screen {
	s := &screen{x: x, o: o, on: map[string]bool{}}
	for _, id := range x.chosen(o.Draft) {
		s.on[id] = true
	}
	if x.Pick == "one" {
		s.cursor = -1
		for i, op := range x.Options {
			if s.on[op.ID] {
				s.cursor = i
			}
		}
	}
	return s
}

func (s *screen) Init() tea.Cmd     { return nil }
func (s *screen) SetSize(w, _ int)  { s.width = w }
func (s *screen) Focus() (int, int) { return s.focus[0], s.focus[1] }
func (s *screen) Back() bool        { return false }

func (s *screen) Answer() exercises.Answer {
	var a exercises.Answer
	for _, o := range s.x.Options {
		if s.on[o.ID] {
			a = append(a, o.ID)
		}
	}
	return a
}

func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	if s.x.Pick == "several" {
		return []key.Binding{b("↑↓", "move"), b("space", "mark"), b("enter", "hand in")}
	}
	if s.cursor < 0 {
		return []key.Binding{b("↑↓", "move"), b(fmt.Sprintf("1–%d", len(s.x.Options)), "move there")}
	}
	return []key.Binding{b("↑↓", "move"), b("enter", "choose this one")}
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	n := len(s.x.Options)
	switch msg := msg.(type) {
	case tea.KeyMsg:
		switch k := msg.String(); k {
		case "up", "k", "shift+tab":
			s.cursor = (max(0, s.cursor) + n - 1) % n
		case "down", "j", "tab":
			s.cursor = (s.cursor + 1) % n
		case " ", "x":
			if s.cursor < 0 {
				s.cursor = 0
				break
			}
			s.mark()
		case "enter", "ctrl+s":
			if s.x.Pick == "one" && s.cursor >= 0 {
				s.mark()
			}
			return input.SubmitCmd // which says so when nothing is chosen
		default:
			if len(k) == 1 && k[0] >= '1' && int(k[0]-'1') < n {
				s.cursor = int(k[0] - '1')
				if s.x.Pick == "several" {
					s.mark()
				}
			}
		}
	case tea.MouseMsg:
		if msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft && msg.Y >= 0 && msg.Y < len(s.rows) {
			s.cursor = s.rows[msg.Y]
			if s.x.Pick == "several" {
				s.mark()
			}
		}
	}
	return nil
}

// mark chooses the option under the cursor, or takes it back where several may be chosen.
func (s *screen) mark() {
	id := s.x.Options[s.cursor].ID
	if s.x.Pick == "one" {
		s.on = map[string]bool{id: true}
		return
	}
	s.on[id] = !s.on[id]
}

func (s *screen) View() string {
	st := s.o.Styles
	var lines []string
	s.rows, s.focus = s.rows[:0], [2]int{}
	for i, o := range s.x.Options {
		style, text, lead := st.Text, o.Text, fmt.Sprintf("  %d. ", i+1)
		switch {
		case s.x.Pick == "several" && s.on[o.ID]:
			lead += "[x] "
		case s.x.Pick == "several":
			lead += "[ ] "
		case s.on[o.ID]:
			text += " · your choice so far"
		}
		width := ansi.StringWidth(lead)
		if i == s.cursor {
			style = st.Accent
			lead = st.Accent.Render("▸" + strings.TrimPrefix(lead, " "))
			s.focus[0] = len(lines)
		}
		for k, l := range strings.Split(ansi.Wrap(text, s.width-width, " "), "\n") {
			if k > 0 {
				lead = strings.Repeat(" ", width)
			}
			lines = append(lines, lead+style.Render(l))
			s.rows = append(s.rows, i)
		}
		if i == s.cursor {
			s.focus[1] = len(lines) - 1
		}
	}
	return strings.Join(lines, "\n")
}

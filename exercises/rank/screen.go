package rank

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// screen moves the item under the cursor: with K and J, with shift and the
// arrows, or picked up with space and put down again.
type screen struct {
	x      *Exercise
	o      input.Options
	order  []string
	cursor int
	held   bool
	moved  bool // something was moved: until then there is no draft
	asked  bool // whether the order as it came is meant
	width  int
	focus  [2]int
	rows   []int // for each line, the item it belongs to
}

func newScreen(x *Exercise, o input.Options) *screen {
	return &screen{x: x, o: o, order: x.complete(o.Draft), moved: len(o.Draft) > 0}
}

func (s *screen) Init() tea.Cmd     { return nil }
func (s *screen) SetSize(w, _ int)  { s.width = w }
func (s *screen) Focus() (int, int) { return s.focus[0], s.focus[1] }

func (s *screen) Answer() exercises.Answer {
	if !s.moved {
		return nil
	}
	return slices.Clone(s.order)
}

func (s *screen) Back() bool {
	was := s.held
	s.held = false
	return was
}

func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	if s.held {
		return []key.Binding{b("↑↓", "move it"), b("enter", "put down")}
	}
	return []key.Binding{b("↑↓", "choose"), b("enter", "hand in"), b("space", "pick up"), b("J K", "move")}
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return s.key(msg.String())
	case tea.MouseMsg:
		if msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft && msg.Y >= 0 && msg.Y < len(s.rows) {
			s.cursor = s.rows[msg.Y]
		}
	}
	return nil
}

func (s *screen) key(k string) tea.Cmd {
	asked := s.asked
	s.asked = false
	switch k {
	case "up", "k":
		s.step(-1, s.held)
	case "down", "j":
		s.step(1, s.held)
	case "shift+up", "K":
		s.step(-1, true)
	case "shift+down", "J":
		s.step(1, true)
	case " ", "x":
		s.held = !s.held
	case "enter", "ctrl+s":
		switch {
		case s.held && k == "enter":
			s.held = false
			return nil
		case !s.moved && !asked:
			s.asked = true
			return nil
		}
		s.moved = true
		return input.SubmitCmd
	default:
		// A number puts the item under the cursor in that place.
		if len(k) == 1 && k[0] >= '1' && int(k[0]-'1') < len(s.order) {
			to := int(k[0] - '1')
			for s.cursor != to {
				s.step(sign(to-s.cursor), true)
			}
			s.moved = true
		}
	}
	return nil
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// step moves the cursor, and with carry the item under it.
func (s *screen) step(by int, carry bool) {
	to := s.cursor + by
	if to < 0 || to >= len(s.order) {
		return
	}
	if carry {
		s.order[s.cursor], s.order[to] = s.order[to], s.order[s.cursor]
		s.moved = true
	}
	s.cursor = to
}

func (s *screen) View() string {
	st := s.o.Styles
	var lines []string
	s.rows = s.rows[:0]
	add := func(i int, l string) {
		lines, s.rows = append(lines, l), append(s.rows, i)
	}
	for i, id := range s.order {
		style, mark := st.Text, "  "
		if i == s.cursor {
			style, mark = st.Accent, "▸ "
			if s.held {
				mark = "↕ "
			}
			s.focus[0] = len(lines)
		}
		for k, l := range strings.Split(ansi.Wrap(s.x.item(id).Text, s.width-5, " "), "\n") {
			lead := "     "
			if k == 0 {
				lead = style.Render(mark) + st.Strong.Render(fmt.Sprintf("%d. ", i+1))
			}
			add(i, lead+style.Render(l))
		}
		if i == s.cursor {
			s.focus[1] = len(lines) - 1
		}
	}
	add(s.cursor, "")
	hint, style := "First at the top. Space picks up, arrows move.", st.Quiet
	switch {
	case s.held:
		hint = "Picked up: the arrows move it, enter puts it down."
	case s.asked:
		hint, style = "! Nothing is moved yet. Enter again keeps this order.", st.Warn
	}
	add(s.cursor, style.Render(ansi.Truncate(hint, s.width, "…")))
	switch last := len(lines) - 1; {
	case s.asked:
		s.focus = [2]int{last, last}
	case s.cursor == len(s.order)-1:
		s.focus[1] = last
	}
	return strings.Join(lines, "\n")
}

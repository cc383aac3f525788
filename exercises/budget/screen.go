package budget

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

// screen is a shopping list with a running total. What the money left does not
// buy says so in words.
type screen struct {
	x      *Exercise
	o      input.Options
	on     map[string]bool
	empty  bool // nothing is to be bought, and that is the plan
	cursor int
	width  int
	note   string // why the last key did nothing
	focus  [2]int
	rows   []int
}

func newScreen(x *Exercise, o input.Options) *screen {
	s := &screen{x: x, o: o, on: map[string]bool{}, empty: slices.Contains(o.Draft, nothing)}
	for _, id := range x.bought(o.Draft) {
		s.on[id] = true
	}
	return s
}

func (s *screen) Init() tea.Cmd     { return nil }
func (s *screen) SetSize(w, _ int)  { s.width = w }
func (s *screen) Focus() (int, int) { return s.focus[0], s.focus[1] }
func (s *screen) Back() bool        { return false }

func (s *screen) Answer() exercises.Answer {
	var a exercises.Answer
	for _, c := range s.x.Controls {
		if s.on[c.ID] {
			a = append(a, c.ID)
		}
	}
	if len(a) == 0 && s.empty {
		return exercises.Answer{nothing}
	}
	return a
}

func (s *screen) left() int { return s.x.Money - s.x.cost(s.Answer()) }

func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	return []key.Binding{b("↑↓", "move"), b("space", "buy or put back"), b("enter", "spend it")}
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		s.note = ""
		switch k := msg.String(); k {
		case "up", "k":
			s.cursor = max(0, s.cursor-1)
		case "down", "j":
			s.cursor = min(len(s.x.Controls)-1, s.cursor+1)
		case " ", "x":
			s.toggle()
		case "enter", "ctrl+s":
			return s.enter()
		default:
			n := len(s.x.Controls)
			if len(k) == 1 && k[0] >= '1' && int(k[0]-'1') < n {
				s.cursor = int(k[0] - '1')
				s.toggle()
			}
		}
	case tea.MouseMsg:
		if msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft && msg.Y >= 0 && msg.Y < len(s.rows) && s.rows[msg.Y] >= 0 {
			s.cursor = s.rows[msg.Y]
			s.toggle()
		}
	}
	return nil
}

// enter hands in; spending nothing at all takes it twice.
func (s *screen) enter() tea.Cmd {
	if left := s.left(); left < 0 {
		s.note = fmt.Sprintf("The plan costs %s too much. Put something back, then hand it in.", s.x.money(-left))
		return nil
	}
	if s.Answer() == nil {
		s.empty = true
		s.note = "Nothing is bought. Space buys, enter once more spends nothing."
		return nil
	}
	return input.SubmitCmd
}

func (s *screen) toggle() {
	s.empty = false
	c := s.x.Controls[s.cursor]
	if !s.on[c.ID] && c.Cost > s.x.Money {
		s.note = fmt.Sprintf("That costs %s, and there is only %s in all: it cannot be bought.", s.x.money(c.Cost), s.x.money(s.x.Money))
		return
	}
	if left := max(0, s.left()); !s.on[c.ID] && c.Cost > left {
		s.note = fmt.Sprintf("That costs %s and there is %s left. Put something back first.", s.x.money(c.Cost), s.x.money(left))
		return
	}
	s.on[c.ID] = !s.on[c.ID]
}

func (s *screen) View() string {
	s.rows = s.rows[:0]
	var lines []string
	add := func(row int, l string) { lines, s.rows = append(lines, l), append(s.rows, row) }
	left := s.left()
	add(-1, s.total(left))
	add(-1, "")
	for i, c := range s.x.Controls {
		s.row(i, c, left, add, &lines)
	}
	if s.cursor == 0 {
		s.focus[0] = 0
	}
	return strings.Join(lines, "\n")
}

// total is the money in a bar and in words.
func (s *screen) total(left int) string {
	st := s.o.Styles
	all := max(8, min(30, s.width-40))
	words := fmt.Sprintf("%s left of %s", s.x.money(left), s.x.money(s.x.Money))
	if left < 0 {
		words = fmt.Sprintf("%s more than the %s there is", s.x.money(-left), s.x.money(s.x.Money))
	}
	spent := all * min(s.x.Money-left, s.x.Money) / s.x.Money
	return st.Accent.Render(strings.Repeat("█", spent)) + st.Frame.Render(strings.Repeat("░", all-spent)) +
		" " + st.Strong.Render(ansi.Truncate(words, s.width-all-1, "…"))
}

func (s *screen) row(i int, c Control, left int, add func(int, string), lines *[]string) {
	st := s.o.Styles
	box, style, price := "[ ] ", st.Text, s.x.money(c.Cost)
	switch {
	case s.on[c.ID]:
		box = "[x] "
	case c.Cost > s.x.Money:
		style, price = st.Quiet, price+", more than there is"
	case c.Cost > max(0, left):
		style, price = st.Quiet, price+", more than is left"
	case i == s.cursor && c.Cost > 0:
		price += ", leaves " + s.x.money(left-c.Cost)
	}
	lead := "  " + box
	if i == s.cursor {
		lead = st.Accent.Render("▸ ") + box
		style = st.Accent
		s.focus = [2]int{len(*lines), len(*lines)}
	}
	for k, l := range strings.Split(ansi.Wrap(c.Text+" · "+price, s.width-6, " "), "\n") {
		if k > 0 {
			lead = "      "
		}
		add(i, lead+style.Render(l))
	}
	if i == s.cursor {
		if s.note != "" {
			for _, l := range strings.Split(ansi.Wrap("! "+s.note, s.width-6, " "), "\n") {
				add(-1, "      "+st.Warn.Render(l))
			}
		}
		s.focus[1] = len(*lines) - 1
	}
}

package spot

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// screen walks from spot to spot; the one under the cursor is lit.
type screen struct {
	x      *Exercise
	o      input.Options
	on     map[string]bool
	cursor int
	width  int
	height int
	top    int // the first row of the picture in sight, where there is no room for all
	focus  [2]int
	rows   []int // sentences: the spot that each line belongs to
}

func newScreen(x *Exercise, o input.Options) *screen {
	s := &screen{x: x, o: o, on: map[string]bool{}}
	for _, id := range o.Draft {
		s.on[id] = true
	}
	return s
}

func (s *screen) Init() tea.Cmd     { return nil }
func (s *screen) SetSize(w, h int)  { s.width, s.height = w, h }
func (s *screen) Back() bool        { return false }
func (s *screen) Focus() (int, int) { return s.focus[0], s.focus[1] }

func (s *screen) Answer() exercises.Answer {
	var a exercises.Answer
	for _, p := range s.x.Spots {
		if s.on[p.ID] {
			a = append(a, p.ID)
		}
	}
	return a
}

func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	return []key.Binding{b("↑↓", "walk"), b("space", "mark"), b("enter", "hand in")}
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	n := len(s.x.Spots)
	toggle := func() { id := s.x.Spots[s.cursor].ID; s.on[id] = !s.on[id] }
	switch msg := msg.(type) {
	case tea.KeyMsg:
		switch msg.String() {
		case "down", "right", "j", "l", "tab":
			s.cursor = (s.cursor + 1) % n
		case "up", "left", "k", "h", "shift+tab":
			s.cursor = (s.cursor + n - 1) % n
		case " ", "x":
			toggle()
		case "enter", "ctrl+s":
			return input.SubmitCmd
		default:
			for i, p := range s.x.Spots {
				if msg.String() == p.Mark || p.Mark == "" && msg.String() == fmt.Sprint(i+1) {
					s.cursor = i
					toggle()
				}
			}
		}
	case tea.MouseMsg:
		if msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft {
			if i, ok := s.at(msg.X, msg.Y); ok {
				s.cursor = i
				toggle()
			}
		}
	}
	return nil
}

// at finds the spot at a column and line of the view.
func (s *screen) at(col, line int) (int, bool) {
	if s.x.Picture == "" {
		if line >= 0 && line < len(s.rows) && s.rows[line] >= 0 {
			return s.rows[line], true
		}
		return 0, false
	}
	rows := strings.Split(s.x.Picture, "\n")
	if line += s.top; line < s.top || line >= len(rows) {
		return 0, false
	}
	for i, p := range s.x.Spots {
		before, _, ok := strings.Cut(rows[line], "("+p.Mark+")")
		if from := ansi.StringWidth(before); ok && col >= from && col < from+3 {
			return i, true
		}
	}
	return 0, false
}

func (s *screen) View() string {
	if s.x.Picture == "" {
		return s.sentences()
	}
	st := s.o.Styles
	p := s.x.Spots[s.cursor]
	state := "[ ]"
	if s.on[p.ID] {
		state = "[x]"
	}
	var below []string
	for k, l := range strings.Split(ansi.Wrap(fmt.Sprintf("(%s) %s", p.Mark, p.Text), s.width-6, " "), "\n") {
		lead := "      "
		if k == 0 {
			lead = st.Accent.Render("▸ ") + state + " "
		}
		below = append(below, lead+st.Accent.Render(l))
	}
	var marked []string
	for _, p := range s.x.Spots {
		if s.on[p.ID] {
			marked = append(marked, "("+p.Mark+")")
		}
	}
	text := "Nothing marked yet."
	if len(marked) > 0 {
		text = "Marked: " + strings.Join(marked, " ")
	}
	below = append(below, "  "+st.Quiet.Render(ansi.Truncate(text, s.width-2, "…")))
	lines := s.picture(s.height - len(below))
	if len(lines)+1+len(below) <= s.height {
		lines = append(lines, "")
	}
	lines = append(lines, below...)
	s.focus = [2]int{0, len(lines) - 1}
	return strings.Join(lines, "\n")
}

// leastPicture is how many rows of a picture are shown in any case.
const leastPicture = 4

// picture draws the picture, or as much of it as there is room for round the spot
// under the cursor.
func (s *screen) picture(room int) []string {
	var lines []string
	at := 0
	for i, row := range strings.Split(s.x.Picture, "\n") {
		if strings.Contains(row, "("+s.x.Spots[s.cursor].Mark+")") {
			at = i
		}
		lines = append(lines, s.pictureRow(row))
	}
	rows := min(len(lines), max(room, leastPicture))
	s.top = input.Keep(s.top, at, at, rows, len(lines))
	return input.Window(lines, s.top, rows, "↑", "↓", s.o.Styles.Quiet)
}

// pictureRow draws one row: a marked spot reads [3], the one under the cursor is lit.
func (s *screen) pictureRow(row string) string {
	st := s.o.Styles
	var b strings.Builder
	for row != "" {
		at, spot := len(row), -1
		for i, p := range s.x.Spots {
			if k := strings.Index(row, "("+p.Mark+")"); k >= 0 && k < at {
				at, spot = k, i
			}
		}
		b.WriteString(st.Quiet.Render(row[:at]))
		if spot < 0 {
			break
		}
		p := s.x.Spots[spot]
		mark := "(" + p.Mark + ")"
		row = row[at+len(mark):]
		if s.on[p.ID] {
			mark = "[" + p.Mark + "]"
		}
		switch {
		case spot == s.cursor:
			mark = st.Selected.Render(mark)
		case s.on[p.ID]:
			mark = st.Accent.Render(mark)
		default:
			mark = st.Strong.Render(mark)
		}
		b.WriteString(mark)
	}
	return b.String()
}

func (s *screen) sentences() string {
	st := s.o.Styles
	var lines []string
	s.rows = s.rows[:0]
	for i, p := range s.x.Spots {
		box := "[ ] "
		if s.on[p.ID] {
			box = "[x] "
		}
		for k, l := range strings.Split(ansi.Wrap(exercises.Clean(p.Text), s.width-6, " "), "\n") {
			lead, style := "      ", st.Text
			if i == s.cursor {
				style = st.Accent
				if k == 0 {
					s.focus[0] = len(lines)
				}
				s.focus[1] = len(lines)
			}
			if k == 0 && i == s.cursor {
				lead = st.Accent.Render("▸ ") + box
			} else if k == 0 {
				lead = "  " + box
			}
			lines = append(lines, lead+style.Render(l))
			s.rows = append(s.rows, i)
		}
	}
	return strings.Join(lines, "\n")
}

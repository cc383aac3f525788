package reflect

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// screen has two stages: writing, then comparing.
type screen struct {
	x         *Exercise
	o         input.Options
	box       *input.Box
	met       []bool
	comparing bool
	// cursor goes through the four texts, then the criteria, then the button.
	cursor int
	width  int
	focus  [2]int
}

func newScreen(x *Exercise, o input.Options) *screen {
	text, met, done := x.parse(o.Draft)
	if o.Again { // from the writing on
		met, done = make([]bool, len(met)), false
	}
	return &screen{x: x, o: o, box: input.NewBox(o.Styles, text, "write here; enter begins a new line", "Compare with three others"), met: met, comparing: done}
}

func (s *screen) Init() tea.Cmd {
	if s.comparing {
		return nil
	}
	return s.box.Focus()
}

func (s *screen) SetSize(w, h int) {
	s.width = w
	s.box.SetSize(w, min(8, max(3, h-4)))
}

func (s *screen) Answer() exercises.Answer {
	if s.box.Text.Value() == "" && !s.comparing {
		return nil
	}
	return format(s.box.Text.Value(), s.met, s.comparing)
}

func (s *screen) Back() bool {
	if !s.comparing {
		return false
	}
	s.comparing, s.cursor = false, 0
	s.box.Focus()
	return true
}

func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	switch {
	case s.comparing && s.cursor <= len(s.x.Voices):
		return []key.Binding{b("enter", "read on"), b("↑↓", "move"), b("esc", "write on")}
	case s.comparing && s.cursor == s.button():
		return []key.Binding{b("enter", "keep"), b("↑↓", "move"), b("esc", "write on")}
	case s.comparing:
		return []key.Binding{b("space", "tick"), b("enter", "next"), b("↑↓", "move"), b("esc", "write on")}
	}
	return s.box.Help()
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyMsg); ok && s.comparing {
		return s.compareKey(k)
	}
	done, cmd := s.box.Update(msg)
	if done {
		return s.compare()
	}
	return cmd
}

func (s *screen) compare() tea.Cmd {
	if s.box.Text.Blank() {
		s.box.Focus()
		return input.SubmitCmd // which says what is missing
	}
	s.comparing, s.cursor = true, 0
	return nil
}

// button is where the cursor is on the button: behind the texts and the criteria.
func (s *screen) button() int { return 1 + len(s.x.Voices) + len(s.x.Criteria) }

func (s *screen) compareKey(k tea.KeyMsg) tea.Cmd {
	texts, n := len(s.x.Voices)+1, len(s.x.Criteria)
	tick := func(i int) {
		if i >= 0 && i < n {
			s.met[i] = !s.met[i]
			s.cursor = texts + i
		}
	}
	switch k.String() {
	case "up", "k", "shift+tab", "pgup":
		s.cursor = max(0, s.cursor-1)
	case "down", "j", "tab", "pgdown":
		s.cursor = min(s.button(), s.cursor+1)
	case " ", "x":
		if s.cursor < texts {
			s.cursor++
		} else {
			tick(s.cursor - texts)
		}
	case "enter": // all is read, and every box has been seen, before it is handed in
		if s.cursor == s.button() {
			return input.SubmitCmd
		}
		s.cursor++
	case "ctrl+s":
		return input.SubmitCmd
	default:
		if c := k.String(); len(c) == 1 && c[0] >= '1' {
			tick(int(c[0] - '1'))
		}
	}
	return nil
}

// manyRows is more than can stand on a small screen at once.
const manyRows = 10

func (s *screen) Focus() (int, int) { return s.focus[0], s.focus[1] }

func (s *screen) View() string {
	if s.comparing {
		return s.viewCompare()
	}
	lines := s.box.Lines()
	s.focus[0], s.focus[1] = s.box.Shown(lines)
	return strings.Join(lines, "\n")
}

// inline leaves the marks of emphasis out, line by line.
func inline(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, l := range lines {
		lines[i] = exercises.Inline(l)
	}
	return strings.Join(lines, "\n")
}

func (s *screen) viewCompare() string {
	st := s.o.Styles
	var lines []string
	texts := 0
	para := func(name, text string) {
		start, head := len(lines), "  "+st.Strong.Render(name)
		if texts == s.cursor {
			head = st.Accent.Render("▸ " + name)
		}
		lines = append(lines, head)
		for _, l := range strings.Split(ansi.Wrap(exercises.Clean(strings.TrimSpace(text)), s.width-2, " "), "\n") {
			lines = append(lines, "  "+st.Text.Render(l))
		}
		if texts == s.cursor {
			s.focus = [2]int{start, len(lines) - 1}
		}
		lines = append(lines, "")
		texts++
	}
	para("You", s.box.Text.Value())
	for _, v := range s.x.Voices {
		para(v.Name, inline(v.Text))
	}
	boxes := len(lines)
	lines = append(lines, st.Strong.Render("What do you find in your own text?"))
	for i, c := range s.x.Criteria {
		box := "[ ] "
		if s.met[i] {
			box = "[x] "
		}
		for k, l := range strings.Split(ansi.Wrap(c, s.width-8, " "), "\n") {
			lead := "      "
			if k == 0 {
				lead = "  " + box
			}
			if texts+i == s.cursor {
				if k == 0 {
					lead = st.Accent.Render("▸ ") + box
					s.focus[0] = len(lines)
				}
				s.focus[1] = len(lines)
				lines = append(lines, lead+st.Accent.Render(l))
			} else {
				lines = append(lines, lead+st.Text.Render(l))
			}
		}
	}
	button := "  " + st.Quiet.Render("[ Keep it and go on ]")
	if s.cursor == s.button() {
		s.focus = [2]int{len(lines) + 1, len(lines) + 1}
		button = st.Accent.Render("▸ ") + st.Selected.Render("[ Keep it and go on ]")
	}
	lines = append(lines, "", button)
	if all := len(lines) - boxes; s.cursor >= texts && all <= manyRows {
		s.focus = [2]int{boxes, len(lines) - 1}
	}
	return strings.Join(lines, "\n")
}

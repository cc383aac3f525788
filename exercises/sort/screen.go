package sorting

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// screen is a list of items. The one under the cursor opens and shows the
// groups; a number, a letter or ← → chooses one.
type screen struct {
	x      *Exercise
	o      input.Options
	in     map[string]string
	keys   string // the letters that the groups begin with, where they are keys
	cursor int
	width  int
	focus  [2]int
	rows   []int
}

func newScreen(x *Exercise, o input.Options) *screen {
	s := &screen{x: x, o: o, in: x.parse(o.Draft), keys: initials(x.Groups)}
	for i, it := range x.Items {
		if s.in[it.ID] == "" {
			s.cursor = i
			break
		}
	}
	return s
}

func (s *screen) Init() tea.Cmd            { return nil }
func (s *screen) SetSize(w, _ int)         { s.width = w }
func (s *screen) Focus() (int, int)        { return s.focus[0], s.focus[1] }
func (s *screen) Back() bool               { return false }
func (s *screen) Answer() exercises.Answer { return s.x.format(s.in) }

func (s *screen) Help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	choose := fmt.Sprintf("1–%d", len(s.x.Groups))
	if s.keys != "" {
		choose += ", letter"
	}
	return []key.Binding{b("↑↓", "item"), b(choose, "group"), b("enter", "hand in")}
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	n := len(s.x.Items)
	switch msg := msg.(type) {
	case tea.KeyMsg:
		switch k := msg.String(); k {
		case "up", "k", "shift+tab":
			s.cursor = max(0, s.cursor-1)
		case "down", "j", "tab":
			s.cursor = min(n-1, s.cursor+1)
		case "right", "l", " ":
			s.turn(1)
		case "left", "h":
			s.turn(-1)
		case "backspace", "delete":
			delete(s.in, s.x.Items[s.cursor].ID)
		case "enter", "ctrl+s":
			return s.enter()
		default:
			at := strings.Index(s.keys, strings.ToLower(k)) // -1 where letters are no keys
			if len(k) == 1 && k[0] >= '1' && int(k[0]-'1') < len(s.x.Groups) {
				at = int(k[0] - '1')
			}
			if len(k) == 1 && at >= 0 {
				s.in[s.x.Items[s.cursor].ID] = s.x.Groups[at].ID
				s.cursor = min(n-1, s.cursor+1)
			}
		}
	case tea.MouseMsg:
		if msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft && msg.Y >= 0 && msg.Y < len(s.rows) {
			s.cursor = s.rows[msg.Y]
		}
	}
	return nil
}

// initials are the first letters of groups, where each has another one and none
// is a key that moves.
func initials(groups []Group) string {
	out := ""
	for _, g := range groups {
		c := strings.ToLower(g.Name)[0]
		if c < 'a' || c > 'z' || strings.IndexByte("hjkl"+out, c) >= 0 {
			return ""
		}
		out += string(c)
	}
	return out
}

// enter hands in; while something has no group, it goes there instead.
func (s *screen) enter() tea.Cmd {
	for i, it := range s.x.Items {
		if s.in[it.ID] == "" {
			if s.cursor == i {
				return input.SubmitCmd // which says what is missing
			}
			s.cursor = i
			return nil
		}
	}
	return input.SubmitCmd
}

func (s *screen) turn(by int) {
	id, at := s.x.Items[s.cursor].ID, -1
	for i, g := range s.x.Groups {
		if g.ID == s.in[id] {
			at = i
		}
	}
	n := len(s.x.Groups)
	if at < 0 && by < 0 {
		at = 0
	}
	s.in[id] = s.x.Groups[(at+by+n)%n].ID
}

func (s *screen) View() string {
	st := s.o.Styles
	var lines []string
	s.rows = s.rows[:0]
	add := func(i int, l string) { lines, s.rows = append(lines, l), append(s.rows, i) }
	open := 0
	for i, it := range s.x.Items {
		group, chosen := s.x.group(s.in[it.ID])
		if !chosen {
			open++
		}
		if i == s.cursor {
			s.focus[0] = len(lines)
			s.current(it, group, func(l string) { add(i, l) })
			s.focus[1] = len(lines) - 1
			continue
		}
		// Closed: one line, with the group at its end.
		tag := "·"
		if chosen {
			tag = s.tag(group.Name, s.width-4-ansi.StringWidth(it.Text))
		}
		room := s.width - 4 - ansi.StringWidth(tag)
		text := ansi.Truncate(it.Text, room, "…")
		text += strings.Repeat(" ", max(0, room-ansi.StringWidth(text)))
		add(i, "  "+st.Text.Render(text)+"  "+st.Quiet.Render(tag))
	}
	state := fmt.Sprintf("%d still open", open)
	if open == 0 {
		state = "All have a group: enter hands in."
	}
	add(s.cursor, "")
	add(s.cursor, st.Quiet.Render(state))
	if s.cursor == len(s.x.Items)-1 {
		s.focus[1] = len(lines) - 1
	}
	return strings.Join(lines, "\n")
}

// tag is the name of a group in the room that an item leaves. Where that is not
// enough, the letter alone says it, or the beginning of the name.
func (s *screen) tag(name string, room int) string {
	switch first, _, more := strings.Cut(name, " "); {
	case ansi.StringWidth(name) <= room:
		return name
	case more && len(first) == 1 && s.keys != "":
		return first
	}
	return ansi.Truncate(name, max(20, room), "…")
}

// current draws the item under the cursor: its whole text, the groups, and
// what the chosen one means.
func (s *screen) current(it Item, group Group, add func(string)) {
	st := s.o.Styles
	for k, l := range strings.Split(ansi.Wrap(it.Text, s.width-2, " "), "\n") {
		lead := "  "
		if k == 0 {
			lead = st.Accent.Render("▸ ")
		}
		add(lead + st.Accent.Render(l))
	}
	line, width := "   ", 3
	for i, g := range s.x.Groups {
		chip := fmt.Sprintf(" %d %s ", i+1, g.Name)
		if g.ID == group.ID {
			chip = fmt.Sprintf("[%d %s]", i+1, g.Name)
		}
		if w := ansi.StringWidth(chip); width+w > s.width {
			add(line)
			line, width = "   ", 3
		}
		width += ansi.StringWidth(chip)
		if g.ID == group.ID {
			line += st.Selected.Render(chip)
		} else {
			line += st.Quiet.Render(chip)
		}
	}
	add(line)
	if group.ID == "" {
		add("    " + st.Quiet.Render(s.how()))
	}
	if group.About != "" {
		for _, l := range strings.Split(ansi.Wrap(group.Name+": "+group.About, s.width-4, " "), "\n") {
			add("    " + st.Quiet.Render(l))
		}
	}
}

// how says with which keys a group is chosen.
func (s *screen) how() string {
	if s.keys != "" {
		return "Press a number, a first letter, or ← →."
	}
	return "Press a number, or ← →."
}

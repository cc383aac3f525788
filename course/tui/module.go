package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course"
)

// moduleScreen lists the lessons of one part: go anywhere, forget one.
type moduleScreen struct {
	env           *env
	mod           *course.Module
	width, height int
	cursor, off   int
	asking        bool // "forget this lesson?" waits for y
}

func newModule(e *env, m *course.Module) *moduleScreen {
	s := &moduleScreen{env: e, mod: m}
	for i, st := range m.Steps {
		if !st.Optional && !st.Coming && e.Session.State(st) != course.Done {
			s.cursor = i
			break
		}
	}
	return s
}

func (s *moduleScreen) Init() tea.Cmd         { return nil }
func (s *moduleScreen) Restyle()              {}
func (s *moduleScreen) SetSize(w, height int) { s.width, s.height = w, height }
func (s *moduleScreen) Crumb() string         { return s.mod.Title }
func (s *moduleScreen) Status() string {
	done, all := s.env.Session.Count(s.mod)
	return fmt.Sprintf("%d of %d", done, all)
}

// From puts the cursor on the lesson that was left: it may be a later one than was
// opened here.
func (s *moduleScreen) From(left screen) {
	if l, ok := left.(*lesson); ok {
		if i := slices.Index(s.mod.Steps, l.step); i >= 0 {
			s.cursor = i
		}
	}
}

func (s *moduleScreen) Back() bool {
	was := s.asking
	s.asking = false
	return was
}

func (s *moduleScreen) Help() []key.Binding {
	if s.asking {
		return []key.Binding{key.NewBinding(key.WithKeys("y"), key.WithHelp("y", "forget it")), as(keys.back, "esc", "keep it")}
	}
	return []key.Binding{keys.up, as(keys.enter, "enter", "open"), keys.forget, as(keys.back, "esc", "map")}
}

func (s *moduleScreen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if s.asking {
			return s.answer(msg)
		}
		switch {
		case key.Matches(msg, keys.search):
			return push(newSearch(s.env))
		case key.Matches(msg, keys.up):
			s.cursor = max(0, s.cursor-1)
		case key.Matches(msg, keys.down):
			s.cursor = min(len(s.mod.Steps)-1, s.cursor+1)
		case key.Matches(msg, keys.top):
			s.cursor = 0
		case key.Matches(msg, keys.bottom):
			s.cursor = len(s.mod.Steps) - 1
		case key.Matches(msg, keys.enter, keys.next):
			return s.open()
		case key.Matches(msg, keys.prev):
			return pop
		case key.Matches(msg, keys.forget) && s.state() != course.New && s.state() != course.Coming:
			s.asking = true
		}
	case tea.MouseMsg:
		if msg.Action != tea.MouseActionPress {
			return nil
		}
		switch msg.Button {
		case tea.MouseButtonWheelUp:
			s.cursor = max(0, s.cursor-1)
		case tea.MouseButtonWheelDown:
			s.cursor = min(len(s.mod.Steps)-1, s.cursor+1)
		case tea.MouseButtonLeft:
			if i := msg.Y - len(s.head()) + s.off; msg.Y >= len(s.head()) && i < len(s.mod.Steps) {
				s.cursor = i
				return s.open()
			}
		}
	}
	return nil
}

func (s *moduleScreen) state() course.State { return s.env.Session.State(s.mod.Steps[s.cursor]) }

func (s *moduleScreen) open() tea.Cmd {
	st := s.mod.Steps[s.cursor]
	if st.Coming {
		return note("This lesson is still being written. The ones with a time beside them are there.")
	}
	return push(newLesson(s.env, st, s.env.Session.Resume(st)))
}

func (s *moduleScreen) answer(k tea.KeyMsg) tea.Cmd {
	s.asking = false
	if k.String() != "y" {
		return nil
	}
	st := s.mod.Steps[s.cursor]
	return func() tea.Msg {
		if err := s.env.Session.Forget(s.env.ctx, st.IDs()...); err != nil {
			return noteMsg{err.Error()}
		}
		return noteMsg{"Forgotten: " + st.Title + " is as new."}
	}
}

func (s *moduleScreen) head() []string {
	st := s.env.theme.styles
	var out []string
	texts := []string{s.mod.Summary}
	if s.mod.Minutes != "" {
		texts = append(texts, s.mod.Minutes+".")
	}
	if _, all := s.env.Session.Count(s.mod); all < len(s.mod.Steps) {
		texts[len(texts)-1] += " What is optional does not count."
	}
	for _, t := range texts {
		for _, l := range wrap(t, min(s.width-6, measure)) {
			out = append(out, "   "+st.Quiet.Render(l))
		}
	}
	return append(out, "")
}

// stateMarks differ in shape, so that they need no colour.
var stateMarks = map[course.State]string{course.New: "○", course.Begun: "◐", course.Done: "●", course.Coming: "·"}

func (s *moduleScreen) View() string {
	st := s.env.theme.styles
	lines := s.head()
	w := min(s.width-4, measure)
	tail := s.tail(w)
	rows := max(3, s.height-len(lines)-len(tail))
	s.off = scrollTo(s.off, s.cursor, s.cursor, rows, len(s.mod.Steps))
	for i := s.off; i < min(len(s.mod.Steps), s.off+rows); i++ {
		step := s.mod.Steps[i]
		state := s.env.Session.State(step)
		word := state.String()
		switch {
		case step.Optional && state == course.New:
			word = "optional"
		case s.below(step) != "":
			state, word = course.Begun, "not passed"
		}
		mark := st.Quiet.Render(stateMarks[state])
		if state == course.Done {
			mark = st.Good.Render(stateMarks[state])
		}
		right := fmt.Sprintf("%s %3d min", word, step.Minutes)
		if step.Coming {
			right = "coming"
		}
		title := fitApart(step.Title, max(10, w-4-ansi.StringWidth(right)))
		switch {
		case i == s.cursor:
			title = st.Accent.Render(title)
		case step.Coming:
			title = st.Quiet.Render(title)
		default:
			title = st.Text.Render(title)
		}
		lines = append(lines, cursorMark(st, i == s.cursor)+mark+" "+title+st.Quiet.Render(right))
	}
	if below := len(s.mod.Steps) - s.off - rows; below > 0 && len(tail) > 0 {
		tail[0] = "   " + st.Quiet.Render(fmt.Sprintf("↓ %d more", below))
	}
	for len(lines) < s.height-len(tail) && len(tail) > 0 && len(lines) < len(s.head())+len(s.mod.Steps)+1 {
		lines = append(lines, "")
	}
	return strings.Join(append(lines, tail...), "\n")
}

// tail describes the chosen lesson, or asks whether to forget it.
func (s *moduleScreen) tail(w int) []string {
	st := s.env.theme.styles
	step := s.mod.Steps[s.cursor]
	if s.asking {
		out := []string{""}
		for _, l := range wrap("Forget what you did in “"+step.Title+"”? y forgets, esc keeps it.", w) {
			out = append(out, "   "+st.Warn.Render(l))
		}
		for _, l := range wrap("It will look untouched. A backup (threatlings backup) keeps the rest.", w) {
			out = append(out, "   "+st.Quiet.Render(l))
		}
		return out
	}
	about := step.About
	if b := s.below(step); b != "" {
		about = b + ". A record says so until you do it again; your best report counts."
	}
	if about == "" {
		return nil
	}
	out := []string{""}
	for _, l := range wrap(about, w-2) {
		out = append(out, "   "+st.Quiet.Render(l))
	}
	return out
}

// below says that a report of a lesson has not reached its mark; "" where all have.
func (s *moduleScreen) below(step *course.Step) string {
	for _, b := range s.env.Session.Below(s.mod) {
		if b.Item.Step == step {
			return b.String()
		}
	}
	return ""
}

// scrollTo returns the offset nearest to off at which lines first to last of n
// stand within a window of rows.
func scrollTo(off, first, last, rows, n int) int {
	if last >= off+rows {
		off = last - rows + 1
	}
	if first < off {
		off = first
	}
	return max(0, min(off, n-rows))
}

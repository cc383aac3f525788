package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course"
)

// ending is the real end of a part: what was done, what can be done now, and
// where to go on.
type ending struct {
	env           *env
	mod           *course.Module
	next          *course.Step // first written lesson behind the part; nil at the end
	width, height int
}

func newEnding(e *env, m *course.Module, next *course.Step) *ending {
	return &ending{env: e, mod: m, next: next}
}

func (s *ending) Init() tea.Cmd    { return nil }
func (s *ending) Restyle()         {}
func (s *ending) SetSize(w, h int) { s.width, s.height = w, h }
func (s *ending) Crumb() string    { return s.mod.Title }
func (s *ending) Back() bool       { return false }
func (s *ending) Status() string {
	done, all := s.env.Session.Count(s.mod)
	return fmt.Sprintf("%d of %d", done, all)
}

func (s *ending) Help() []key.Binding {
	return []key.Binding{as(keys.enter, "enter", "go on"), as(keys.back, "esc", "map")}
}

func (s *ending) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyMsg); ok && key.Matches(k, keys.enter, keys.next) {
		if open := s.open(); open != nil {
			return fromMap(newLesson(s.env, open, s.env.Session.Resume(open)))
		}
		if s.next != nil {
			return fromMap(newLesson(s.env, s.next, s.env.Session.Resume(s.next)))
		}
		return fromMap(nil)
	}
	return nil
}

// open is the first lesson of the part that is not done.
func (s *ending) open() *course.Step {
	for _, st := range s.mod.Steps {
		if !st.Optional && !st.Coming && s.env.Session.State(st) != course.Done {
			return st
		}
	}
	return nil
}

func (s *ending) View() string {
	st := s.env.theme.styles
	w := min(s.width-6, measure)
	var lines []string
	say := func(style func(...string) string, text string) {
		for _, l := range wrap(text, w) {
			lines = append(lines, "   "+style(l))
		}
	}
	part, _, _ := strings.Cut(s.mod.Title, " · ")
	if open := s.open(); open != nil {
		say(st.Strong.Render, "This was the last page of "+part+".")
		lines = append(lines, "")
		say(st.Text.Render, "One thing is still open: “"+open.Title+"”. Enter goes there; nothing forces you.")
		return strings.Join(lines, "\n")
	}
	tasks, first := s.tally()
	lines = append(lines, "   "+s.env.theme.progress(1, 1, min(40, w)), "")
	say(st.Strong.Render, part+" is done.")
	lines = append(lines, "")
	say(st.Text.Render, fmt.Sprintf("You worked through %d exercises and had %d of the marked ones right at the first try. The others taught you more.", tasks, first))
	lines = append(lines, "")
	if len(s.mod.Able) > 0 {
		say(st.Accent.Render, "You can now")
		for _, a := range s.mod.Able {
			for i, l := range wrap(a, w-4) {
				lead := "  "
				if i == 0 {
					lead = st.Good.Render("✓") + " "
				}
				lines = append(lines, "   "+lead+st.Text.Render(l))
			}
		}
		lines = append(lines, "")
	}
	if s.next != nil {
		say(st.Quiet.Render, "Next: “"+s.next.Title+"”. People who let a few days pass remember more, and nobody stops you from going on now.")
	} else {
		say(st.Quiet.Render, "This is the end of the course. The map takes you anywhere to practise again.")
	}
	return strings.Join(lines, "\n")
}

// tally counts the exercises that were done, and those right at the first try.
func (s *ending) tally() (tasks, first int) {
	for _, step := range s.mod.Steps {
		if step.Coming {
			continue
		}
		for _, it := range step.Items() {
			p := s.env.Session.Item(it)
			if p.Attempts > 0 {
				tasks++
			}
			if p.FirstScore >= 0.999 {
				first++
			}
		}
	}
	return tasks, first
}

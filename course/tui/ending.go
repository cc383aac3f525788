package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
)

// ending is the real end of a part: what was done, what can be done now, and
// where to go on.
type ending struct {
	env           *env
	mod           *course.Module
	next          *course.Step // first written lesson behind the part; nil at the end
	width, height int
	off           int
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
	k, ok := msg.(tea.KeyMsg)
	switch {
	case !ok:
	case key.Matches(k, keys.up):
		s.off = max(0, s.off-1)
	case key.Matches(k, keys.down):
		s.off++ // View knows the end
	case key.Matches(k, keys.enter, keys.next):
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
	if open := s.allOpen(); len(open) > 0 {
		return open[0]
	}
	return nil
}

func (s *ending) allOpen() (open []*course.Step) {
	for _, st := range s.mod.Steps {
		if !st.Optional && !st.Coming && s.env.Session.State(st) != course.Done {
			open = append(open, st)
		}
	}
	return open
}

// View shows a window of the lines, where they are more than the rows.
func (s *ending) View() string {
	lines := s.lines()
	if len(lines) <= s.height {
		return strings.Join(lines, "\n")
	}
	s.off = max(0, min(s.off, len(lines)-s.height+1))
	shown := append([]string(nil), lines[s.off:s.off+s.height-1]...)
	if left := len(lines) - s.off - len(shown); left > 0 {
		shown = append(shown, "   "+s.env.theme.styles.Quiet.Render(fmt.Sprintf("… %d more lines: ↓", left)))
	}
	return strings.Join(shown, "\n")
}

func (s *ending) lines() []string {
	st := s.env.theme.styles
	w := min(s.width-6, measure)
	var lines []string
	say := func(style func(...string) string, text string) {
		for _, l := range wrap(text, w) {
			lines = append(lines, "   "+style(l))
		}
	}
	point := func(mark, text string) {
		for i, l := range wrap(text, w-4) {
			lead := "  "
			if i == 0 {
				lead = mark + " "
			}
			lines = append(lines, "   "+lead+st.Text.Render(l))
		}
	}
	part, _, _ := strings.Cut(s.mod.Title, " · ")
	if open := s.allOpen(); len(open) > 0 {
		say(st.Strong.Render, "This was the last page of "+part+".")
		lines = append(lines, "")
		still := "One lesson is still open: “" + open[0].Title + "”."
		if len(open) > 1 {
			still = fmt.Sprintf("%d lessons are still open, first of all “%s”.", len(open), open[0].Title)
		}
		say(st.Text.Render, still+" Enter goes there; nothing forces you.")
		return lines
	}
	tasks, marked, first := s.tally()
	lines = append(lines, "   "+s.env.theme.progress(1, 1, min(40, w)), "")
	say(st.Strong.Render, part+" is done.")
	lines = append(lines, "")
	say(st.Text.Render, fmt.Sprintf("You worked through %s. Of the %d that are marked you had %d right at the first try; the others taught you more.", plural(tasks, "exercise", "exercises"), marked, first))
	lines = append(lines, "")
	for _, b := range s.env.Session.Below(s.mod) {
		say(st.Warn.Render, "Not passed yet: "+b.String()+". A record says so until you do it again, from the list of this part; your best report counts.")
		lines = append(lines, "")
	}
	if len(s.mod.Able) > 0 {
		say(st.Accent.Render, "You can now")
		for _, a := range s.mod.Able {
			point(st.Good.Render("✓"), a)
		}
		lines = append(lines, "")
	}
	if s.next != nil {
		say(st.Quiet.Render, "Next: “"+s.next.Title+"”. Now or in a few days, as you like.")
		return lines
	}
	say(st.Accent.Render, "This is the end of the course. What comes next")
	if s.env.Live != nil {
		point("·", "A feature of your own: “Your threat models” on the map.")
	}
	point("·", "The refresher, on the map too: what you missed comes back, a few minutes at a time. The map says when.")
	point("·", "What you did, for others to see: threatlings records.")
	for _, m := range s.env.Session.Course.Modules {
		if m == s.mod {
			continue
		}
		if open := s.env.Session.Open(m); len(open) > 0 {
			point("·", "Still open: “"+open[0].Title+"”"+more(len(open)-1)+".")
		}
		for _, b := range s.env.Session.Below(m) {
			point("·", "Not passed yet: "+b.String()+".")
		}
	}
	return lines
}

// more says that there are others; "" where there are none.
func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// tally counts the exercises that were done, those of them that are marked, and
// those right at the first try.
func (s *ending) tally() (tasks, marked, first int) {
	for _, step := range s.mod.Steps {
		if step.Coming {
			continue
		}
		for _, it := range step.Items() {
			p := s.env.Session.Item(it)
			if p.Attempts == 0 {
				continue
			}
			tasks++
			if p.LastOutcome == string(exercises.Written) {
				continue
			}
			marked++
			if p.FirstScore >= 0.999 {
				first++
			}
		}
	}
	return tasks, marked, first
}

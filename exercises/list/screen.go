package list

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// screen is a box in which each line is one entry of the list.
type screen struct {
	x   *Exercise
	o   input.Options
	box *input.Box
}

func newScreen(x *Exercise, o input.Options) *screen {
	return &screen{x: x, o: o, box: input.NewBox(o.Styles, strings.Join(o.Draft, "\n"), "one thing on each line", "Hand in")}
}

func (s *screen) Init() tea.Cmd       { return s.box.Focus() }
func (s *screen) SetSize(w, h int)    { s.box.SetSize(w, min(10, max(3, h-5))) }
func (s *screen) Back() bool          { return false }
func (s *screen) Help() []key.Binding { return s.box.Help() }
func (s *screen) Focus() (first, last int) {
	_, last = s.box.Shown(s.box.Lines())
	return 0, last + 1 // below the count
}

func (s *screen) Answer() exercises.Answer {
	if s.box.Text.Value() == "" {
		return nil
	}
	return strings.Split(s.box.Text.Value(), "\n")
}

func (s *screen) Update(msg tea.Msg) tea.Cmd {
	done, cmd := s.box.Update(msg)
	if done {
		return input.SubmitCmd
	}
	return cmd
}

func (s *screen) View() string {
	n := 0
	for _, l := range s.Answer() {
		if strings.TrimSpace(l) != "" {
			n++
		}
	}
	return strings.Join(append([]string{s.o.Styles.Quiet.Render(fmt.Sprintf("%d on your list, %d are asked for", n, s.x.Want))}, s.box.Lines()...), "\n")
}

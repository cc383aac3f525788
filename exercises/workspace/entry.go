package workspace

import (
	"errors"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/threatmodel"
)

// An entryLine stands over a list: a line that is typed there is an entry. While
// the list has the keys no line is shown, and a letter that is no command begins
// one, so that nothing that somebody types is lost.
type entryLine struct {
	s      *Screen
	list   *list
	text   *input.Text
	typing bool
	add    func(m *threatmodel.Model, line string) (told string, err error)
}

func newEntryLine(s *Screen, l *list, example string, add func(*threatmodel.Model, string) (string, error)) *entryLine {
	e := &entryLine{s: s, list: l, text: input.NewText(s.o.Styles, "", example).EnterSubmits(), add: add}
	if l.n() == 0 {
		e.focus()
	}
	return e
}

func (e *entryLine) focus() tea.Cmd {
	e.typing = true
	return e.text.Focus()
}

func (e *entryLine) stop() {
	e.typing = false
	e.text.Blur()
}

func (e *entryLine) key(k tea.KeyMsg) (bool, tea.Cmd) {
	name := k.String()
	if e.typing {
		switch name {
		case "ctrl+n", "ctrl+p", "ctrl+t", "ctrl+d":
			return false, nil
		case "enter":
			if e.text.Blank() {
				e.stop()
			} else {
				e.enter()
			}
			return true, nil
		case "down":
			if e.list.n() > 0 {
				e.stop()
			}
			return true, nil
		case "up", "pgup", "pgdown":
			return true, nil
		}
		return true, e.text.Update(k)
	}
	switch {
	case name == "a" || name == "insert" || name == "up" && e.list.cur == 0 || name == "enter" && e.list.n() == 0:
		return true, e.focus()
	case name == "x":
		return e.list.key(k)
	case name == "u" || len(name) == 1 && strings.Contains("123456789[]", name):
		return false, nil // undo and the steps
	case k.Type == tea.KeyRunes:
		return true, tea.Batch(e.focus(), e.text.Update(k))
	}
	return e.list.key(k)
}

// enter adds what the line says, or each of several that were pasted. What is not
// understood stays there.
func (e *entryLine) enter() {
	s := e.s
	s.edit(func(m *threatmodel.Model) {
		lines := strings.Split(e.text.Value(), "\n")
		for i, line := range lines {
			if strings.TrimSpace(line) == "" {
				continue
			}
			told, err := "", errors.New("the list is full")
			if e.list.n() < threatmodel.MaxEntries {
				told, err = e.add(m, line)
			}
			if err != nil {
				s.sayBad(err)
				e.text.SetValue(strings.Join(lines[i:], "\n"))
				return
			}
			s.say("%s", told)
		}
		e.text.SetValue("")
	})
}

// lines are the entry line and what is below it, drawn by body.
func (e *entryLine) lines(width int, body []string) []string {
	st := e.s.o.Styles
	w := min(width, 90)
	line := "  " + st.Quiet.Render("a adds "+e.list.what)
	if e.typing || !e.text.Blank() {
		pointer := "  "
		if e.typing {
			pointer = st.Accent.Render("▸ ")
		}
		e.text.SetSize(w-4, 1)
		line = pointer + e.text.View()
	}
	if e.typing { // the pointer is here
		for i, r := range body {
			body[i] = strings.Replace(r, "▸", " ", 1)
		}
	}
	return append([]string{line, st.Frame.Render(strings.Repeat("─", w))}, body...)
}

func (e *entryLine) help() []key.Binding {
	if e.typing {
		return []key.Binding{bind("enter", "add"), bind("↓ esc", "list")}
	}
	out := []key.Binding{bind("a", "add"), bind("enter", "edit"), bind("x", "remove")}
	if e.list.swap != nil {
		out = append(out, bind("shift+↑↓", "move"))
	}
	return out
}

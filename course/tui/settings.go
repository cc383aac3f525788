package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
)

// settings changes what a person can choose. A change works at once and is
// kept at once.
type settings struct {
	env           *env
	now           course.Settings
	width, height int
	cursor        int
	name          textinput.Model
	naming        bool
	asking        bool // "start again?" waits for y
}

const (
	rowTheme = iota
	rowMotion
	rowMouse
	rowName
	rowRestart
	settingRows
)

func newSettings(e *env) *settings {
	s := &settings{env: e, now: e.Settings, name: newField(e, 60)}
	s.name.SetValue(e.Settings.Name)
	return s
}

// newField makes a field of one line, whose cursor blinks only when things may move.
func newField(e *env, limit int) textinput.Model {
	f := textinput.New()
	f.Prompt = ""
	f.CharLimit = limit
	if e.Settings.NoMotion {
		f.Cursor.SetMode(cursor.CursorStatic)
	}
	return f
}

func (s *settings) Init() tea.Cmd    { return nil }
func (s *settings) Restyle()         {}
func (s *settings) SetSize(w, h int) { s.width, s.height = w, h; s.name.Width = min(40, w-32) }
func (s *settings) Crumb() string    { return "Settings" }
func (s *settings) Status() string   { return "kept as you change them" }
func (s *settings) Typing() bool     { return s.naming }

func (s *settings) Back() bool {
	was := s.naming || s.asking
	if s.naming {
		s.name.SetValue(s.now.Name)
		s.name.Blur()
	}
	s.naming, s.asking = false, false
	return was
}

func (s *settings) Help() []key.Binding {
	switch {
	case s.naming:
		return []key.Binding{as(keys.enter, "enter", "keep"), as(keys.back, "esc", "leave as it was")}
	case s.asking:
		return []key.Binding{as(keys.enter, "y", "start again"), as(keys.back, "esc", "keep everything")}
	}
	return []key.Binding{keys.up, as(keys.enter, "enter or ← →", "change"), as(keys.back, "esc", "map")}
}

func (s *settings) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	switch {
	case !ok && s.naming:
		var cmd tea.Cmd
		s.name, cmd = s.name.Update(msg)
		return cmd
	case !ok:
		return nil
	case s.naming:
		return s.nameKey(k)
	case s.asking:
		s.asking = false
		if k.String() == "y" {
			return s.restart()
		}
		return nil
	}
	switch {
	case key.Matches(k, keys.up):
		s.cursor = max(0, s.cursor-1)
	case key.Matches(k, keys.down):
		s.cursor = min(settingRows-1, s.cursor+1)
	case key.Matches(k, keys.enter, keys.next), k.String() == " ":
		return s.change(1)
	case key.Matches(k, keys.prev):
		return s.change(-1)
	}
	return nil
}

func (s *settings) nameKey(k tea.KeyMsg) tea.Cmd {
	if k.String() != "enter" {
		var cmd tea.Cmd
		s.name, cmd = s.name.Update(k)
		return cmd
	}
	s.naming = false
	s.name.Blur()
	s.now.Name = exercises.CleanLine(s.name.Value())
	s.name.SetValue(s.now.Name)
	return s.keep()
}

func (s *settings) change(by int) tea.Cmd {
	switch s.cursor {
	case rowTheme:
		at := 0
		for i, t := range Themes {
			if t.Name == s.now.Theme {
				at = i
			}
		}
		s.now.Theme = Themes[(at+by+len(Themes))%len(Themes)].Name
	case rowMotion:
		s.now.NoMotion = !s.now.NoMotion
	case rowMouse:
		s.now.NoMouse = !s.now.NoMouse
		mouse := tea.EnableMouseCellMotion
		if s.now.NoMouse {
			mouse = tea.DisableMouse
		}
		return tea.Batch(s.keep(), func() tea.Msg { return mouse() })
	case rowName:
		s.naming = true
		return s.name.Focus()
	case rowRestart:
		s.asking = true
		return nil
	}
	return s.keep()
}

// keep makes the change work and writes it down.
func (s *settings) keep() tea.Cmd {
	now := s.now
	return tea.Batch(
		func() tea.Msg { return settingMsg{now} },
		func() tea.Msg {
			if err := s.env.Save(now); err != nil {
				return noteMsg{"It works now, and could not be kept: " + err.Error()}
			}
			return nil
		})
}

func (s *settings) restart() tea.Cmd {
	return func() tea.Msg {
		if err := s.env.Session.Restart(s.env.ctx); err != nil {
			return noteMsg{err.Error()}
		}
		return noteMsg{"The course is as new. What you did before stays in the log."}
	}
}

func (s *settings) View() string {
	st := s.env.theme.styles
	theme := Themes[0]
	for _, t := range Themes {
		if t.Name == s.now.Theme {
			theme = t
		}
	}
	name := s.now.Name
	if name == "" {
		name = "not given; it stays on this computer"
	}
	rows := [settingRows][2]string{
		{"Theme", theme.Name + ": " + theme.About},
		{"Motion", onOff(!s.now.NoMotion, "the cursor may blink", "nothing moves or blinks")},
		{"Mouse", onOff(!s.now.NoMouse, "wheel and clicks work", "left to the terminal, to mark text with")},
		{"Your name", name},
		{"Start again", "the whole course as new; asks first"},
	}
	lines := []string{""}
	for i, r := range rows {
		value := st.Text.Render(fit(r[1], min(s.width-18, 60)))
		if i == rowName && s.naming {
			value = s.name.View()
		}
		label := st.Strong.Render(fit(r[0], 14))
		if i == s.cursor {
			label = st.Accent.Render(fit(r[0], 14))
		}
		lines = append(lines, cursorMark(st, i == s.cursor)+label+value, "")
	}
	if s.asking {
		lines = append(lines, "   "+st.Warn.Render("Start the whole course again? y starts again, esc keeps everything."))
	} else if s.cursor == rowTheme {
		lines = append(lines, s.sample())
	}
	return strings.Join(lines, "\n")
}

// sample shows what the theme looks like.
func (s *settings) sample() string {
	st := s.env.theme.styles
	var letters []string
	for _, l := range strings.Split("STRIDE", "") {
		letters = append(letters, st.Letter(l).Render(l))
	}
	return fmt.Sprintf("   %s  %s  %s  %s  %s", strings.Join(letters, " "), st.Good.Render("✓ right"), st.Warn.Render("◐ partly"), st.Bad.Render("✗ not quite"), st.Quiet.Render("quiet"))
}

func onOff(on bool, yes, no string) string {
	if on {
		return "on: " + yes
	}
	return "off: " + no
}

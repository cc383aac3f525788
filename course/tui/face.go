package tui

import (
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises/input"
)

// A Face is a screen of another package that has the course's frame around it.
type Face interface {
	Init() tea.Cmd
	Update(tea.Msg) tea.Cmd
	View() string
	SetSize(width, height int)
	Crumb() string       // for the header, at the left
	Status() string      // at the right
	Help() []key.Binding // the keys that work now
	Back() bool          // esc was used inside
	Typing() bool        // letters are text now
	Flush() error        // save what is not saved
	Restyle(Dress)       // the theme is another one
}

// A Dress is what a Face draws with.
type Dress struct {
	Styles   *input.Styles
	Markdown func(md string, width int) string
	// After sends a message later.
	After func(time.Duration, tea.Msg) tea.Cmd
}

// Noted is a Face that has more to say on its help page than its keys.
type Noted interface{ Notes() []string }

// faced is a Face among the screens. Messages of its commands are addressed to
// it, so that they arrive whatever lies on top.
type faced struct {
	env  *env
	face Face
}

type facedMsg struct {
	f   *faced
	msg tea.Msg
}

func (m facedMsg) to() screen { return m.f }

func newFaced(e *env) *faced {
	f := &faced{env: e}
	f.face = e.Face(f.dress())
	return f
}

// dress is what the face draws with now. A message that comes later is addressed
// here already: a server sends it past the command that asked for it.
func (f *faced) dress() Dress {
	e, t := f.env, f.env.theme
	return Dress{
		t.styles,
		func(md string, width int) string { return e.Pages.render(md, width, t) },
		func(d time.Duration, msg tea.Msg) tea.Cmd { return e.After(d, facedMsg{f, msg}) },
	}
}

func (f *faced) wrap(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		switch msg := cmd().(type) {
		case nil:
			return nil
		case tea.BatchMsg:
			for i, c := range msg {
				msg[i] = f.wrap(c)
			}
			return msg
		case tea.QuitMsg, facedMsg:
			return msg
		default:
			return facedMsg{f, msg}
		}
	}
}

func (f *faced) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(facedMsg); ok {
		msg = m.msg
	}
	return f.wrap(f.face.Update(msg))
}

func (f *faced) Init() tea.Cmd       { return f.wrap(f.face.Init()) }
func (f *faced) View() string        { return f.face.View() }
func (f *faced) SetSize(w, h int)    { f.face.SetSize(w, h) }
func (f *faced) Crumb() string       { return f.face.Crumb() }
func (f *faced) Status() string      { return f.face.Status() }
func (f *faced) Help() []key.Binding { return f.face.Help() }
func (f *faced) Back() bool          { return f.face.Back() }
func (f *faced) Typing() bool        { return f.face.Typing() }
func (f *faced) Flush() error        { return f.face.Flush() }
func (f *faced) Restyle()            { f.face.Restyle(f.dress()) }

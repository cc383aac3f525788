package tui

import (
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/drawing"
	"edu/threatlings/exercises/workspace"
)

// live is a threat model on the screen: the workspace in the frame.
type live struct {
	env *env
	w   *course.Workshop
	ws  *workspace.Screen

	closed bool
}

// liveMsg is a message of a workspace, so that it arrives whatever lies on top.
type liveMsg struct {
	l   *live
	msg tea.Msg
}

func (m liveMsg) to() screen { return m.l }

func newLive(e *env, w *course.Workshop) *live {
	l := &live{env: e, w: w}
	l.ws = workspace.New(workspace.Options{
		Styles:   e.theme.styles,
		Markdown: func(md string, width int) string { return e.Pages.render(md, width, e.theme) },
		Model:    w.Model, Guide: w.Guide, Name: w.Name, Path: func() string { return w.File.Path }, Document: w.Document, Drawing: w.Drawing, Key: w.Key,
		At: w.File.Step(), Save: w.File.Save, KeepStep: w.File.KeepStep, Draw: drawing.Text, Now: e.Session.Now, After: e.After,
	})
	return l
}

func (l *live) Init() tea.Cmd {
	cmd := l.wrap(l.ws.Init())
	if len(l.w.Notices) > 0 {
		cmd = tea.Batch(cmd, note(strings.Join(l.w.Notices, " ")))
		l.w.Notices = nil
	}
	return cmd
}

// wrap addresses the messages of a command to this screen.
func (l *live) wrap(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i, c := range batch {
				batch[i] = l.wrap(c)
			}
			return batch
		}
		if workspace.Target(msg) == l.ws {
			return liveMsg{l, msg}
		}
		return msg
	}
}

func (l *live) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(liveMsg); ok {
		msg = m.msg
	}
	return l.wrap(l.ws.Update(msg))
}

func (l *live) View() string        { return l.ws.View() }
func (l *live) SetSize(w, h int)    { l.ws.SetSize(w, h) }
func (l *live) Crumb() string       { return "Live › " + l.ws.Model().Title }
func (l *live) Status() string      { return l.ws.Status() }
func (l *live) Help() []key.Binding { return l.ws.Help() }
func (l *live) Back() bool          { return l.ws.Back() }
func (l *live) AfterBack() tea.Cmd  { return l.wrap(l.ws.AfterBack()) }
func (l *live) Typing() bool        { return l.ws.Typing() }
func (l *live) Flush() error        { return l.ws.Flush() }
func (l *live) Restyle()            { l.ws.Restyle(l.env.theme.styles) }

// Close lets the model's file go. A screen that was closed is not closed again.
func (l *live) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	_, err := l.env.Live.Close(l.w)
	return err
}

// models lists the person's threat models, and begins new ones.
type models struct {
	env    *env
	width  int
	height int
	rows   []modelRow
	cursor int
	loaded bool
}

type modelRow struct {
	title, about string
	open         func() (*course.Workshop, error)
}

type modelsMsg struct {
	s    *models
	rows []modelRow
	err  error
}

func (m modelsMsg) to() screen { return m.s }

// workshopMsg brings a model that was opened, or why it was not.
type workshopMsg struct {
	s   *models
	w   *course.Workshop
	err error
}

func (m workshopMsg) to() screen { return m.s }

func newModels(e *env) *models { return &models{env: e} }

// Init reads the list: again whenever the person comes back.
func (m *models) Init() tea.Cmd {
	live := m.env.Live
	return func() tea.Msg {
		var rows []modelRow
		entries, err := live.Folder.List()
		for _, e := range entries {
			about := fmt.Sprintf("%s · %s", e.Title, plural(e.Threats, "threat", "threats"))
			if e.Err != nil {
				about = "cannot be read; enter says why"
			}
			rows = append(rows, modelRow{e.Name, about, func() (*course.Workshop, error) { return live.Open(e.Path) }})
		}
		rows = append(rows, modelRow{"Begin: a feature of your own", "with nothing but your head; or: threatlings live design.md", func() (*course.Workshop, error) { return live.Start() }})
		practices, perr := live.Practices()
		for _, p := range practices {
			rows = append(rows, modelRow{"Practise: " + p.Title, p.Summary, func() (*course.Workshop, error) { return live.StartPractice(p.ID) }})
		}
		return modelsMsg{m, rows, errors.Join(err, perr)}
	}
}

func (m *models) SetSize(w, h int) { m.width, m.height = w, h }
func (m *models) Crumb() string    { return "Your threat models" }
func (m *models) Status() string   { return "" }
func (m *models) Back() bool       { return false }
func (m *models) Restyle()         {}
func (m *models) Help() []key.Binding {
	return []key.Binding{keys.up, as(keys.enter, "enter", "open"), as(keys.back, "esc", "back")}
}

func (m *models) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case modelsMsg:
		m.rows, m.loaded = msg.rows, true
		m.cursor = max(0, min(m.cursor, len(m.rows)-1))
		if msg.err != nil {
			return failed(msg.err)
		}
	case workshopMsg:
		if msg.err != nil {
			return failed(msg.err)
		}
		return push(newLive(m.env, msg.w))
	case tea.KeyMsg:
		switch {
		case key.Matches(msg, keys.up):
			m.cursor = max(0, m.cursor-1)
		case key.Matches(msg, keys.down):
			m.cursor = max(0, min(len(m.rows)-1, m.cursor+1))
		case key.Matches(msg, keys.enter, keys.next):
			return m.open(m.cursor)
		}
	case tea.MouseMsg:
		if msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft && msg.Y >= 2 {
			if i := m.top() + (msg.Y-2)/2; i < len(m.rows) {
				m.cursor = i
				return m.open(i)
			}
		}
	}
	return nil
}

func (m *models) open(i int) tea.Cmd {
	if i >= len(m.rows) {
		return nil
	}
	open := m.rows[i].open
	return func() tea.Msg {
		w, err := open()
		return workshopMsg{m, w, err}
	}
}

// top is the first row in sight: each takes two lines.
func (m *models) top() int {
	return scrollTo(0, m.cursor, m.cursor, max(1, (m.height-2)/2), len(m.rows))
}

func (m *models) View() string {
	st := m.env.theme.styles
	w := min(m.width-6, measure)
	lines := []string{"   " + st.Quiet.Render(fit("A session on one feature: about an hour and a half, alone or as a team.", w)), ""}
	if !m.loaded {
		return strings.Join(append(lines, "   "+st.Quiet.Render("reading …")), "\n")
	}
	for i := m.top(); i < min(len(m.rows), m.top()+max(1, (m.height-2)/2)); i++ {
		r := m.rows[i]
		style := st.Strong
		if i == m.cursor {
			style = st.Accent
		}
		lines = append(lines, cursorMark(st, i == m.cursor)+style.Render(fit(exercises.CleanLine(r.title), w)), "     "+st.Quiet.Render(fit(exercises.CleanLine(r.about), w-2)))
	}
	if whole := wrap(exercises.CleanLine(m.rows[m.cursor].about), w); len(whole) > 1 && len(lines)+1+len(whole) <= m.height { // it was cut
		lines = append(lines, "")
		for _, l := range whole {
			lines = append(lines, "   "+st.Text.Render(l))
		}
	}
	return strings.Join(lines, "\n")
}

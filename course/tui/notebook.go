package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// notebook shows what the learner wrote and was told.
type notebook struct {
	env           *env
	width, height int
	lines         []string
	off           int
}

// notebookMsg brings the rendered text.
type notebookMsg struct {
	n     *notebook
	lines []string
}

func (m notebookMsg) to() screen { return m.n }

func newNotebook(e *env) *notebook { return &notebook{env: e} }

func (n *notebook) Init() tea.Cmd { return n.render() }
func (n *notebook) Restyle()      { n.lines = nil }
func (n *notebook) SetSize(w, h int) {
	n.width, n.height = w, h
	n.scroll(0)
}

func (n *notebook) render() tea.Cmd {
	w, th := min(n.width-2*leftMargin, measure), n.env.theme
	if w <= 0 {
		return nil
	}
	return func() tea.Msg {
		md := n.env.Session.Notebook(n.env.Settings.Name)
		return notebookMsg{n, strings.Split(n.env.Pages.render(md, w, th), "\n")}
	}
}

func (n *notebook) Crumb() string  { return "Your notebook" }
func (n *notebook) Status() string { return "" }
func (n *notebook) Back() bool     { return false }
func (n *notebook) Help() []key.Binding {
	return []key.Binding{as(keys.up, "↑↓", "scroll"), as(keys.search, "/", "search"), as(keys.back, "esc", "back")}
}

func (n *notebook) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case notebookMsg:
		n.lines = msg.lines
		n.scroll(0)
	case tea.KeyMsg:
		switch {
		case key.Matches(msg, keys.up):
			n.scroll(-1)
		case key.Matches(msg, keys.down):
			n.scroll(1)
		case key.Matches(msg, keys.pageUp):
			n.scroll(1 - n.rows())
		case key.Matches(msg, keys.pageDown, keys.enter), msg.String() == " ":
			n.scroll(n.rows() - 1)
		case key.Matches(msg, keys.top):
			n.off = 0
		case key.Matches(msg, keys.bottom):
			n.scroll(len(n.lines))
		case key.Matches(msg, keys.search):
			return push(newSearch(n.env))
		}
	case tea.MouseMsg:
		switch msg.Button {
		case tea.MouseButtonWheelUp:
			n.scroll(-3)
		case tea.MouseButtonWheelDown:
			n.scroll(3)
		}
	}
	return nil
}

func (n *notebook) rows() int { return max(1, n.height-1) }

func (n *notebook) scroll(by int) { n.off = max(0, min(n.off+by, len(n.lines)-n.rows())) }

func (n *notebook) View() string {
	st := n.env.theme.styles
	margin := strings.Repeat(" ", leftMargin)
	var out []string
	end := min(len(n.lines), n.off+n.rows())
	for _, l := range n.lines[min(n.off, end):end] {
		out = append(out, margin+l)
	}
	for len(out) < n.rows() {
		out = append(out, "")
	}
	say := "As a file: threatlings notebook my-notebook.html (or .md)"
	if end < len(n.lines) {
		say = fmt.Sprintf("… %d more lines. ", len(n.lines)-end) + say
	}
	return strings.Join(append(out, margin+st.Quiet.Render(say)), "\n")
}

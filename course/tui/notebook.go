package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
)

// notebook shows what the learner wrote and was told, chapter by chapter, and a list
// of the chapters to jump to.
type notebook struct {
	env           *env
	width, height int
	lines         []string
	chapters      []course.Chapter
	heads         []int // where each chapter begins in lines
	off           int
	contents      bool // the list is open
	cursor        int  // in it
}

// notebookMsg brings the rendered text.
type notebookMsg struct {
	n        *notebook
	lines    []string
	chapters []course.Chapter
	heads    []int
}

func (m notebookMsg) to() screen { return m.n }

func newNotebook(e *env) *notebook { return &notebook{env: e} }

func (n *notebook) Init() tea.Cmd { return n.render() }
func (n *notebook) Restyle()      { n.lines, n.heads = nil, nil }
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
		m := notebookMsg{n: n, chapters: n.env.Session.Chapters()}
		for _, c := range m.chapters {
			m.heads = append(m.heads, len(m.lines))
			m.lines = append(append(m.lines, strings.Split(renderMarkdown(c.Markdown(), w, th), "\n")...), "")
		}
		if len(m.chapters) == 0 {
			m.lines = []string{th.styles.Text.Render("Nothing is in it yet. What you answer and note lands here.")}
		}
		return m
	}
}

func (n *notebook) Crumb() string { return "Your notebook" }

// Status is the chapter at the top of the window.
func (n *notebook) Status() string {
	if at := n.at(); at >= 0 && !n.contents {
		return ansi.Truncate(n.chapters[at].Title, max(10, n.width-20), "…")
	}
	return ""
}

func (n *notebook) Back() bool {
	was := n.contents
	n.contents = false
	return was
}

func (n *notebook) Help() []key.Binding {
	if n.contents {
		return []key.Binding{as(keys.up, "↑↓", "choose"), as(keys.enter, "enter", "go there"), as(keys.back, "esc", "close")}
	}
	h := []key.Binding{as(keys.up, "↑↓", "scroll")}
	if len(n.heads) > 0 {
		h = append(h, as(keys.tab, "tab", "next chapter"), as(keys.contents, "c", "contents"))
	}
	return append(h, as(keys.search, "/", "search"), as(keys.back, "esc", "back"))
}

func (n *notebook) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case notebookMsg:
		n.lines, n.chapters, n.heads = msg.lines, msg.chapters, msg.heads
		n.scroll(0)
	case tea.KeyMsg:
		if n.contents {
			n.choose(msg)
			return nil
		}
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
		case key.Matches(msg, keys.tab):
			n.jump(n.at() + 1)
		case key.Matches(msg, keys.shiftTab):
			n.jump(n.at() - 1)
		case key.Matches(msg, keys.contents) && len(n.heads) > 0:
			n.contents, n.cursor = true, max(0, n.at())
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

// choose handles a key in the list of chapters.
func (n *notebook) choose(k tea.KeyMsg) {
	switch {
	case key.Matches(k, keys.up):
		n.cursor = max(0, n.cursor-1)
	case key.Matches(k, keys.down):
		n.cursor = min(len(n.heads)-1, n.cursor+1)
	case key.Matches(k, keys.top):
		n.cursor = 0
	case key.Matches(k, keys.bottom):
		n.cursor = len(n.heads) - 1
	case key.Matches(k, keys.enter, keys.next):
		n.contents = false
		n.jump(n.cursor)
	case key.Matches(k, keys.contents):
		n.contents = false
	}
}

// at is the chapter at the top of the window; -1 for none.
func (n *notebook) at() int {
	at := -1
	for i, h := range n.heads {
		if h <= n.off {
			at = i
		}
	}
	return at
}

func (n *notebook) jump(chapter int) {
	if chapter >= 0 && chapter < len(n.heads) {
		n.off = n.heads[chapter] // the last ones too stand at the top
	}
}

func (n *notebook) rows() int { return max(1, n.height-1) }

// scroll moves the window; where a chapter was jumped to, it may stand at the end.
func (n *notebook) scroll(by int) {
	n.off = max(0, min(n.off+by, max(n.off, len(n.lines)-n.rows()), len(n.lines)-1))
}

func (n *notebook) View() string {
	st := n.env.theme.styles
	margin := strings.Repeat(" ", leftMargin)
	if n.contents {
		var out []string
		off := scrollTo(0, n.cursor, n.cursor, n.height, len(n.chapters))
		for i, c := range n.chapters[off:min(len(n.chapters), off+n.height)] {
			title := strings.Repeat("  ", c.Level-2) + exercises.CleanLine(c.Title)
			style := st.Text
			if i+off == n.cursor {
				style = st.Accent
			}
			out = append(out, cursorMark(st, i+off == n.cursor)+style.Render(ansi.Truncate(title, n.width-2*leftMargin, "…")))
		}
		return strings.Join(out, "\n")
	}
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

package tui

import (
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"strings"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
)

// search finds pages, documents, terms and what the learner wrote, as it is typed.
type search struct {
	env           *env
	width, height int
	field         textinput.Model
	hits          []course.Hit
	nothing       string // why there is none
	cursor        int
}

// hitsMsg brings what was found for a query.
type hitsMsg struct {
	s     *search
	query string
	hits  []course.Hit
	none  string
}

func (m hitsMsg) to() screen { return m.s }

func newSearch(e *env) *search {
	s := &search{env: e, field: newField(e, 100)}
	s.field.Placeholder = "words to look for"
	s.field.Focus()
	return s
}

func (s *search) Init() tea.Cmd {
	find := s.find() // the course may have changed under an old search
	if s.env.Settings.NoMotion {
		return find
	}
	return tea.Batch(find, textinput.Blink)
}

func (s *search) find() tea.Cmd {
	q := s.field.Value()
	return func() tea.Msg {
		m := hitsMsg{s: s, query: q, hits: s.env.Session.Search(q)}
		if len(m.hits) == 0 && strings.TrimSpace(q) != "" {
			m.none = s.env.Session.NotFound(q)
		}
		return m
	}
}

func (s *search) SetSize(w, h int) { s.width, s.height = w, h; s.field.Width = w - 10 }
func (s *search) Crumb() string    { return "Search" }
func (s *search) Typing() bool     { return true }
func (s *search) Back() bool       { return false }
func (s *search) Status() string {
	if strings.TrimSpace(s.field.Value()) == "" {
		return ""
	}
	return plural(len(s.hits), "place", "places")
}

func (s *search) Help() []key.Binding {
	return []key.Binding{as(keys.up, "↑↓", "choose"), as(keys.enter, "enter", "open"), as(keys.back, "esc", "back")}
}

func (s *search) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case hitsMsg:
		if msg.query == s.field.Value() { // else a newer one is under way
			s.hits, s.nothing, s.cursor = msg.hits, msg.none, min(s.cursor, max(0, len(msg.hits)-1))
		}
		return nil
	case tea.KeyMsg:
		switch msg.String() {
		case "up":
			s.cursor = max(0, s.cursor-1)
			return nil
		case "down":
			s.cursor = max(0, min(len(s.hits)-1, s.cursor+1))
			return nil
		case "enter":
			return s.open()
		}
		before := s.field.Value()
		var cmd tea.Cmd
		if s.field, cmd = s.field.Update(msg); s.field.Value() != before {
			s.cursor = 0
			return tea.Batch(cmd, s.find())
		}
		return cmd
	case tea.MouseMsg:
		switch msg.Button {
		case tea.MouseButtonWheelUp:
			s.cursor = max(0, s.cursor-1)
		case tea.MouseButtonWheelDown:
			s.cursor = max(0, min(len(s.hits)-1, s.cursor+1))
		}
		return nil
	}
	var cmd tea.Cmd
	s.field, cmd = s.field.Update(msg)
	return cmd
}

func (s *search) open() tea.Cmd {
	if s.cursor >= len(s.hits) {
		return note("Nothing is chosen. Type a word of what you look for.")
	}
	h := s.hits[s.cursor]
	if h.Step == nil {
		return push(newGlossary(s.env, "", h.Term))
	}
	return push(newLesson(s.env, h.Step, h.Page))
}

func (s *search) View() string {
	st := s.env.theme.styles
	w := min(s.width-6, measure)
	lines := []string{"   " + st.Accent.Render("> ") + s.field.View(), ""}
	const each = 2 // lines a hit takes
	rows := max(1, (s.height-len(lines))/each)
	off := scrollTo(0, s.cursor, s.cursor, rows, len(s.hits))
	for i := off; i < min(len(s.hits), off+rows); i++ {
		h := s.hits[i]
		title := ansi.Truncate(exercises.CleanLine(h.Title), max(8, w-len(h.Kind)-2), "…")
		style := st.Strong
		if i == s.cursor {
			style = st.Accent
		}
		lines = append(lines, cursorMark(st, i == s.cursor)+style.Render(fit(title, max(0, w-len(h.Kind))))+st.Quiet.Render(h.Kind),
			"     "+st.Text.Render(ansi.Truncate(exercises.CleanLine(h.Excerpt), w-2, "…")))
	}
	if len(s.hits) == 0 {
		say := "Lessons, documents, the glossary, and everything that you wrote."
		if s.nothing != "" {
			say = s.nothing
		}
		for _, l := range wrap(say, w) {
			lines = append(lines, "   "+st.Quiet.Render(l))
		}
	}
	return strings.Join(lines, "\n")
}

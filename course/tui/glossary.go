package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/lessons"
)

// glossary shows the terms of the course: those of the page that it was opened
// from stand first. Typing narrows the list.
type glossary struct {
	env           *env
	here, all     []lessons.Term
	width, height int
	field         textinput.Model
	shown         []lessons.Term
	fromHere      int // how many of shown are of the page
	cursor        int
}

// newGlossary opens the glossary for a text, at the term with the name if there is one.
func newGlossary(e *env, text, name string) *glossary {
	c := e.Session.Course
	g := &glossary{env: e, here: c.TermsIn(text), all: c.Glossary(), field: newField(e, 60)}
	g.field.Placeholder = "type to find a term"
	g.field.Focus()
	g.filter()
	for i, t := range g.shown {
		if t.Name == name {
			g.cursor = i
			break
		}
	}
	return g
}

func (g *glossary) Init() tea.Cmd {
	if g.env.Settings.NoMotion {
		return nil
	}
	return textinput.Blink
}
func (g *glossary) SetSize(w, h int) { g.width, g.height = w, h; g.field.Width = w - 10 }
func (g *glossary) Crumb() string    { return "Glossary" }
func (g *glossary) Status() string   { return plural(len(g.all), "term", "terms") }
func (g *glossary) Typing() bool     { return true }
func (g *glossary) Back() bool {
	if g.field.Value() == "" {
		return false
	}
	g.field.SetValue("")
	g.filter()
	return true
}

func (g *glossary) Help() []key.Binding {
	return []key.Binding{as(keys.up, "↑↓", "term"), as(keys.back, "esc", "back")}
}

func (g *glossary) filter() {
	want := strings.ToLower(strings.TrimSpace(g.field.Value()))
	g.shown, g.cursor, g.fromHere = nil, 0, 0
	if want == "" {
		g.shown = append(append([]lessons.Term{}, g.here...), g.all...)
		g.fromHere = len(g.here)
		return
	}
	for _, t := range g.all {
		if strings.Contains(strings.ToLower(t.Name+" "+strings.Join(t.Also, " ")), want) {
			g.shown = append(g.shown, t)
		}
	}
	slices.SortStableFunc(g.shown, func(a, b lessons.Term) int { return rankTerm(a, want) - rankTerm(b, want) })
}

// rankTerm says how well a term fits: its name, the beginning of its name, another
// word for it, anything else.
func rankTerm(t lessons.Term, want string) int {
	name := strings.ToLower(t.Name)
	switch {
	case name == want:
		return 0
	case strings.HasPrefix(name, want):
		return 1
	case slices.ContainsFunc(t.Also, func(s string) bool { return strings.EqualFold(s, want) }):
		return 2
	}
	return 3
}

func (g *glossary) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		switch msg.String() {
		case "up":
			g.cursor = max(0, g.cursor-1)
			return nil
		case "down":
			g.cursor = max(0, min(len(g.shown)-1, g.cursor+1))
			return nil
		case "pgup":
			g.cursor = max(0, g.cursor-g.rows())
			return nil
		case "pgdown":
			g.cursor = max(0, min(len(g.shown)-1, g.cursor+g.rows()))
			return nil
		case "enter": // it opens elsewhere, and here it is open
			return nil
		}
		before := g.field.Value()
		var cmd tea.Cmd
		if g.field, cmd = g.field.Update(msg); g.field.Value() != before {
			g.filter()
		}
		return cmd
	case tea.MouseMsg:
		switch msg.Button {
		case tea.MouseButtonWheelUp:
			g.cursor = max(0, g.cursor-1)
		case tea.MouseButtonWheelDown:
			g.cursor = max(0, min(len(g.shown)-1, g.cursor+1))
		}
		return nil
	}
	var cmd tea.Cmd
	g.field, cmd = g.field.Update(msg)
	return cmd
}

func (g *glossary) rows() int { return max(1, g.height-2) }

func (g *glossary) View() string {
	st := g.env.theme.styles
	left := min(30, g.width/2-4)
	var list []string
	off := scrollTo(0, g.cursor, g.cursor, g.rows(), len(g.shown))
	for i := off; i < min(len(g.shown), off+g.rows()); i++ {
		name := ansi.Truncate(g.shown[i].Name, left-4, "…")
		switch {
		case i == g.cursor:
			name = st.Accent.Render(name)
		case i < g.fromHere:
			name = st.Strong.Render(name)
		default:
			name = st.Text.Render(name)
		}
		list = append(list, cursorMark(st, i == g.cursor)+name)
	}
	if len(g.shown) == 0 {
		list = append(list, "   "+st.Quiet.Render("no such term"))
	}
	var text []string
	if g.cursor < len(g.shown) {
		t := g.shown[g.cursor]
		w := min(g.width-left-4, measure)
		add := func(s string, style func(...string) string, margin string) {
			for _, l := range wrap(s, w-len(margin)) {
				text = append(text, margin+style(l))
			}
		}
		add(t.Name, st.Accent.Render, "")
		if len(t.Also) > 0 {
			add("also: "+strings.Join(t.Also, ", "), st.Quiet.Render, "")
		}
		text = append(text, "")
		add(t.Text, st.Text.Render, "")
		text = append(text, "")
		add(t.Example, st.Text.Render, "  ")
		if g.cursor < g.fromHere {
			text = append(text, "")
			add("This page uses it.", st.Quiet.Render, "")
		}
	}
	lines := append([]string{"   " + st.Accent.Render("> ") + g.field.View(), ""}, strings.Split(beside(list, text, left, g.rows()), "\n")...)
	return strings.Join(lines, "\n")
}

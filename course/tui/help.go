package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

func size(w, h int) string { return fmt.Sprintf("%d×%d", w, h) }

// helpScreen lists the keys that work on the screen below it, and those that
// work everywhere.
type helpScreen struct {
	env           *env
	under         screen
	width, height int
	off           int
}

func newHelp(e *env, under screen) *helpScreen { return &helpScreen{env: e, under: under} }

func (h *helpScreen) Init() tea.Cmd         { return nil }
func (h *helpScreen) Restyle()              {}
func (h *helpScreen) SetSize(w, height int) { h.width, h.height = w, height }
func (h *helpScreen) Crumb() string         { return "Help" }
func (h *helpScreen) Status() string        { return h.env.Version }
func (h *helpScreen) Back() bool            { return false }
func (h *helpScreen) Help() []key.Binding {
	return []key.Binding{as(keys.up, "↑↓", "scroll"), as(keys.back, "esc", "close")}
}

func (h *helpScreen) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyMsg); ok {
		switch {
		case key.Matches(k, keys.up):
			h.off = max(0, h.off-1)
		case key.Matches(k, keys.down):
			h.off++ // View knows where it ends
		case key.Matches(k, keys.pageUp):
			h.off = max(0, h.off-h.height+1)
		case key.Matches(k, keys.pageDown), k.String() == " ":
			h.off += h.height - 1
		case key.Matches(k, keys.enter), k.String() == "q":
			return pop
		}
	}
	return nil
}

var everywhere = [][2]string{
	{"esc", "back; from the map it stays"},
	{"ctrl+c", "leave at once; everything is saved"},
	{"f1 or ?", "this page (? is a letter where you type)"},
	{"f2 or ctrl+g", "the next hint, in an exercise"},
	{"ctrl+n ctrl+p", "the next and the previous page, from an exercise too"},
	{"↑ ↓ or k j", "choose, scroll"},
	{"pgup pgdn", "scroll a page, or what an exercise asks"},
	{"← → or h l", "page before, next page"},
	{"tab", "the next pane or tab"},
	{"/", "search, from the map, a part, a page of text or a result"},
	{"g or f3", "the glossary, with the terms of this page first"},
	{"b or f4", "set or take away a bookmark on this page"},
	{"n or f6", "a note on this page; on the map, your notebook"},
	{"c", "the contents of this part, from a page of text"},
	{"1 2 3", "open that part, from the map"},
}

func (h *helpScreen) lines() []string {
	st := h.env.theme.styles
	row := func(k, what string) []string {
		var out []string
		for i, l := range wrap(what, min(h.width-8, measure)-16) {
			lead := strings.Repeat(" ", 16)
			if i == 0 {
				lead = st.Strong.Render(fit(k, 16))
			}
			out = append(out, "   "+lead+st.Text.Render(l))
		}
		return out
	}
	out := []string{"   " + st.Accent.Render("On this screen")}
	for _, b := range h.under.Help() {
		out = append(out, row(b.Help().Key, b.Help().Desc)...)
	}
	out = append(out, "", "   "+st.Accent.Render("Everywhere"))
	global := everywhere
	if h.env.Face != nil {
		global = everywhere[1:3] // the course is not there, only its frame
	}
	for _, e := range global {
		out = append(out, row(e[0], e[1])...)
	}
	out = append(out, "", "   "+st.Accent.Render("Good to know"))
	good := []string{
		"Everything you do is saved as you do it, half-written answers too. Close the lid whenever you like.",
		"No clock runs against you, and every exercise can be done again.",
		"threatlings --plain is the same course line by line, for screen readers and pipes.",
	}
	if h.env.Face != nil {
		good = good[:1]
	}
	if f, ok := h.under.(*faced); ok {
		if n, ok := f.face.(Noted); ok {
			good = append(good, n.Notes()...)
		}
	}
	for _, p := range good {
		for i, l := range wrap(p, min(h.width-8, measure)-2) {
			lead := "  "
			if i == 0 {
				lead = "· "
			}
			out = append(out, "   "+lead+st.Text.Render(l))
		}
	}
	return out
}

func (h *helpScreen) View() string {
	lines := h.lines()
	h.off = max(0, min(h.off, len(lines)-h.height))
	end := min(len(lines), h.off+h.height)
	out := append([]string{}, lines[h.off:end]...)
	if end < len(lines) {
		out[len(out)-1] = "   " + h.env.theme.styles.Quiet.Render(ansi.Truncate(fmt.Sprintf("… %d more lines: ↓ or pgdn", len(lines)-end+1), h.width, ""))
	}
	return strings.Join(out, "\n")
}

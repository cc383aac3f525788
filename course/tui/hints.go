package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises/input"
)

// hints is the ladder of one exercise: hidden until asked for, one rung at a time.
type hints struct {
	open  []string
	all   int
	shown bool
}

type hintMsg struct {
	x    *exercise
	open []string
	err  error
}

func (m hintMsg) to() screen { return m.x.lesson }

// nextHint shows the panel; when it is shown already, it opens one rung more.
func (x *exercise) nextHint() tea.Cmd {
	if x.hints.all == 0 {
		return note("This one has no hints: there is no wrong answer to it.")
	}
	if !x.hints.shown && len(x.hints.open) > 0 {
		x.hints.shown = true
		return nil
	}
	return func() tea.Msg {
		open, err := x.env.Session.Hint(x.env.ctx, x.item)
		return hintMsg{x, open, err}
	}
}

// panel draws the hints in at most so many rows. The newest matters most: older ones
// that there is no room for are left out.
func (h *hints) panel(width, rows int, st *input.Styles) []string {
	if !h.shown || len(h.open) == 0 {
		return nil
	}
	inner := max(20, min(width, measure)-4)
	var text []string
	for i := len(h.open) - 1; i >= 0; i-- {
		var hint []string
		for k, l := range wrap(h.open[i], inner-3) {
			lead := "   "
			if k == 0 {
				lead = fmt.Sprintf("%d. ", i+1)
			}
			hint = append(hint, lead+l)
		}
		if len(text) > 0 && len(hint)+len(text) > rows-2 {
			break
		}
		text = append(hint, text...)
	}
	more := "esc closes"
	if len(h.open) < h.all {
		more = "f2 one more · esc closes"
	}
	title := fmt.Sprintf(" hint %d of %d ", len(h.open), h.all)
	bar := func(n int) string { return st.FrameFocus.Render(strings.Repeat("─", max(0, n))) }
	panel := []string{st.FrameFocus.Render("┌─") + st.Accent.Render(title) + bar(inner-len(title)) + st.FrameFocus.Render("─┐")}
	for _, l := range text {
		panel = append(panel, st.FrameFocus.Render("│ ")+st.Text.Render(fit(l, inner))+st.FrameFocus.Render(" │"))
	}
	tail := " " + more + " "
	return append(panel, st.FrameFocus.Render("└─")+st.Quiet.Render(tail)+bar(inner-len([]rune(tail)))+st.FrameFocus.Render("─┘"))
}

// over draws the panel over the last rows of a screen.
func (h *hints) over(lines []string, width, rows int, st *input.Styles) []string {
	panel := h.panel(width, rows-2, st)
	if panel == nil {
		return lines
	}
	for len(lines) < rows {
		lines = append(lines, "")
	}
	at := max(0, rows-len(panel))
	return append(append([]string{}, lines[:at]...), panel...)
}

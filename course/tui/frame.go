package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
)

// Rows of the frame around a screen.
const (
	headerHeight = 2
	footerHeight = 2
)

// View draws the whole window: every line as Finish makes it.
func (m *Model) View() string {
	lines := m.Lines()
	for i, l := range lines {
		lines[i] = m.Finish(l)
	}
	return strings.Join(lines, "\n")
}

// Finish makes a line of Lines what may be sent to a terminal: it is cut to the
// width and passes the squeeze, which also keeps control characters out.
func (m *Model) Finish(line string) string {
	if !m.tooSmall() && ansi.StringWidth(line) > m.width {
		line = ansi.Truncate(line, m.width, "…")
	}
	return squeeze(line)
}

// Lines are those of the window, as they were drawn. Whoever draws often finishes
// only those that have changed: that is half of the work. None means that there
// is nothing to draw yet.
func (m *Model) Lines() []string {
	switch {
	case !m.ready || m.width == 0:
		return nil
	case m.tooSmall():
		return []string{ansi.Truncate("This window is "+size(m.width, m.height)+"; "+size(minWidth, minHeight)+" is the least. Make it larger: everything is kept.", max(1, m.width*max(1, m.height)), "")}
	}
	body := strings.Split(m.top().View(), "\n")
	rows := m.height - headerHeight - footerHeight
	for len(body) < rows {
		body = append(body, "")
	}
	lines := append(make([]string, 0, m.height), m.header()...)
	lines = append(lines, body[:rows]...)
	return append(lines, m.footer()...)
}

func (m *Model) header() []string {
	t := m.env.theme
	right := exercises.CleanLine(m.top().Status())
	if _, own := m.top().(*live); own || m.env.Session == nil {
		// a threat model is kept in a file of its own, and a class in its room
	} else if ro, _ := m.env.Session.ReadOnly(); ro {
		right = "NOT SAVED · " + right
	}
	room := m.width - 2 - ansi.StringWidth(right) - 2
	left := ansi.Truncate(exercises.CleanLine(m.top().Crumb()), max(8, room), "…")
	gap := max(1, m.width-2-ansi.StringWidth(left)-ansi.StringWidth(right))
	return []string{" " + t.styles.Strong.Render(left) + strings.Repeat(" ", gap) + t.styles.Quiet.Render(right), ""}
}

// footer shows what went wrong, or the keys that work now: as many as fit.
func (m *Model) footer() []string {
	t := m.env.theme
	if m.note != "" {
		lines := strings.Split(ansi.Wordwrap(exercises.CleanLine(m.note), m.width-4, " "), "\n")
		out := []string{"", ""}
		if len(lines) == 1 {
			out[1] = " " + t.styles.Warn.Render("! "+lines[0])
			return out
		}
		out[0] = " " + t.styles.Warn.Render("! "+lines[0])
		out[1] = "   " + t.styles.Warn.Render(ansi.Truncate(strings.Join(lines[1:], " "), m.width-5, "…"))
		return out
	}
	var b strings.Builder
	used := 1
	b.WriteString(" ")
	bindings := append(m.top().Help(), keys.help)
	for i, k := range bindings {
		h := k.Help()
		w := ansi.StringWidth(h.Key) + 1 + ansi.StringWidth(h.Desc)
		// help is the way to all the others: keep room for it.
		reserve := 0
		if i < len(bindings)-1 {
			reserve = 10
		}
		if !k.Enabled() || used+w+reserve > m.width {
			continue
		}
		b.WriteString(t.binding(h.Key, h.Desc) + "   ")
		used += w + 3
	}
	return []string{"", strings.TrimRight(b.String(), " ")}
}

// fit cuts or pads a styled line to exactly width columns.
func fit(s string, width int) string {
	w := ansi.StringWidth(s)
	if w > width {
		return ansi.Truncate(s, width, "…")
	}
	return s + strings.Repeat(" ", width-w)
}

// wrap breaks plain text at words, and long words where they must.
func wrap(s string, width int) []string {
	return strings.Split(ansi.Wrap(s, max(1, width), " "), "\n")
}

// plural counts things.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

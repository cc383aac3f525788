package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
)

// Rows of the frame around a screen.
const (
	headerHeight = 2
	footerHeight = 2
)

// A frame is what was drawn last. Most of what is asked for again is the same, and
// a server draws for a thousand people: what has not changed is not made anew.
type frame struct {
	lines []string // of the whole window, made anew by each Lines

	body string // what the screen on top said last, and its lines
	rows []string

	crumb, status string // what the header was made of
	width         int
	theme         *theme
	head          string

	note        string // what the footer was made of
	keys, spare []key.Help
	foot        [footerHeight]string
}

// View draws the whole window: every line as Append makes it.
func (m *Model) View() string {
	var b []byte
	for i, l := range m.Lines() {
		if i > 0 {
			b = append(b, '\n')
		}
		b, _ = m.Append(b, l)
	}
	return string(b)
}

// Append appends to b what may be sent to a terminal for a line of Lines, and
// says how many columns it takes: it is cut to the width and passes the squeeze,
// which also keeps control characters out.
func (m *Model) Append(b []byte, line string) ([]byte, int) {
	start := len(b)
	b, columns := squeezeLine(b, line)
	if columns > m.width && !m.tooSmall() {
		b, columns = squeezeLine(b[:start], ansi.Truncate(line, m.width, "…"))
	}
	return b, columns
}

// Lines are those of the window, as they were drawn. Whoever draws often appends
// only those that have changed: that is half of the work. None means that there
// is nothing to draw yet. They are good until Lines is called again.
func (m *Model) Lines() []string {
	switch {
	case !m.ready || m.width == 0:
		return nil
	case m.tooSmall():
		lines := wrap("This window is "+size(m.width, m.height)+"; "+size(minWidth, minHeight)+" is the least. Make it larger: everything is kept.", m.width)
		return lines[:min(len(lines), max(1, m.height))]
	}
	f := &m.frame
	if body := m.top().View(); body != f.body || f.rows == nil {
		f.body, f.rows = body, appendLines(f.rows[:0], body)
	}
	m.header()
	m.footer()
	f.lines = append(f.lines[:0], f.head, "")
	rows := m.height - headerHeight - footerHeight
	f.lines = append(f.lines, f.rows[:min(rows, len(f.rows))]...)
	for len(f.lines) < headerHeight+rows {
		f.lines = append(f.lines, "")
	}
	f.lines = append(f.lines, f.foot[:]...)
	return f.lines
}

// appendLines appends the lines of a text.
func appendLines(to []string, text string) []string {
	for more := true; more; {
		var l string
		l, text, more = strings.Cut(text, "\n")
		to = append(to, l)
	}
	return to
}

// header says where the learner is.
func (m *Model) header() {
	f, t := &m.frame, m.env.theme
	crumb, status := m.top().Crumb(), m.top().Status()
	if _, own := m.top().(*live); own || m.env.Session == nil {
		// a threat model is kept in a file of its own, and a class in its room
	} else if ro, _ := m.env.Session.ReadOnly(); ro {
		status = "NOT SAVED · " + status
	}
	if crumb == f.crumb && status == f.status && m.width == f.width && t == f.theme && f.head != "" {
		return
	}
	f.crumb, f.status = crumb, status
	right := exercises.CleanLine(status)
	room := m.width - 2 - ansi.StringWidth(right) - 2
	left := ansi.Truncate(exercises.CleanLine(crumb), max(8, room), "…")
	gap := max(1, m.width-2-ansi.StringWidth(left)-ansi.StringWidth(right))
	parts := strings.Split(left, " › ")
	for i, p := range parts {
		parts[i] = exercises.Isolate(p)
	}
	left = strings.Join(parts, " › ")
	f.head = " " + t.strong.write(left) + strings.Repeat(" ", gap) + t.quiet.write(right)
}

// footer shows what went wrong, or the keys that work now: as many as fit. It is
// called after header, which has compared the width and the theme.
func (m *Model) footer() {
	f, t := &m.frame, m.env.theme
	now := f.spare[:0]
	for _, k := range m.top().Help() {
		if k.Enabled() {
			now = append(now, k.Help())
		}
	}
	now = append(now, keys.help.Help())
	same := m.width == f.width && t == f.theme && m.note == f.note && slices.Equal(now, f.keys)
	f.keys, f.spare = now, f.keys
	if same {
		return
	}
	f.width, f.theme, f.note = m.width, t, m.note
	f.foot = foot(t, f.keys, f.note, f.width)
}

// foot draws a footer.
func foot(t *theme, keys []key.Help, note string, width int) (out [footerHeight]string) {
	if note != "" {
		lines := strings.Split(ansi.Wordwrap(exercises.CleanLine(note), width-4, " "), "\n")
		if len(lines) == 1 {
			out[1] = " " + t.styles.Warn.Render("! "+lines[0])
			return out
		}
		out[0] = " " + t.styles.Warn.Render("! "+lines[0])
		out[1] = "   " + t.styles.Warn.Render(ansi.Truncate(strings.Join(lines[1:], " "), width-5, "…"))
		return out
	}
	var b strings.Builder
	used := 1
	b.WriteString(" ")
	for i, h := range keys {
		w := ansi.StringWidth(h.Key) + 1 + ansi.StringWidth(h.Desc)
		// help is the way to all the others: keep room for it.
		reserve := 0
		if i < len(keys)-1 {
			reserve = 10
		}
		if used+w+reserve > width {
			continue
		}
		b.WriteString(t.binding(h.Key, h.Desc) + "   ")
		used += w + 3
	}
	out[1] = strings.TrimRight(b.String(), " ")
	return out
}

// fit cuts or pads a styled line to exactly width columns.
func fit(s string, width int) string {
	w := ansi.StringWidth(s)
	if w > width {
		return ansi.Truncate(s, width, "…")
	}
	return s + strings.Repeat(" ", width-w)
}

// fitApart is fit, with two columns free before what comes next.
func fitApart(s string, width int) string {
	return fit(ansi.Truncate(s, max(0, width-2), "…"), width)
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

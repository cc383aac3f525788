package input

import "strings"

// A Reader is rendered Markdown that scrolls in a room. It keeps its place
// when the width changes.
type Reader struct {
	md     string
	render func(md string, width int) string

	lines []string
	width int
	rows  int
	off   int
}

// NewReader makes a Reader of a Markdown text; render is Options.Markdown.
func NewReader(md string, render func(md string, width int) string) *Reader {
	return &Reader{md: md, render: render}
}

// View returns the lines in sight, at most h.
func (d *Reader) View(w, h int) []string {
	if w != d.width {
		at := 0.0
		if len(d.lines) > 0 {
			at = float64(d.off) / float64(len(d.lines))
		}
		d.width = w
		d.lines = strings.Split(strings.Trim(d.render(d.md, w), "\n"), "\n")
		d.off = int(at * float64(len(d.lines)))
	}
	d.rows = max(1, h)
	d.Scroll(0)
	return d.lines[d.off:min(d.off+d.rows, len(d.lines))]
}

// Scroll goes down by so many lines, or up.
func (d *Reader) Scroll(by int) { d.off = max(0, min(d.off+by, len(d.lines)-d.rows)) }

// Seen is how much of the text stands above the lower edge, in percent.
func (d *Reader) Seen() int {
	if len(d.lines) == 0 {
		return 0
	}
	return 100 * min(d.off+d.rows, len(d.lines)) / len(d.lines)
}

// Key scrolls with the keys of a reader and reports whether it was one.
func (d *Reader) Key(k string) bool {
	switch k {
	case "down", "j":
		d.Scroll(1)
	case "up", "k":
		d.Scroll(-1)
	case "pgdown", " ":
		d.Scroll(max(1, d.rows-2))
	case "pgup", "b":
		d.Scroll(-max(1, d.rows-2))
	case "home", "g":
		d.Scroll(-len(d.lines))
	case "end", "G":
		d.Scroll(len(d.lines))
	default:
		return false
	}
	return true
}

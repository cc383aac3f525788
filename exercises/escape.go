package exercises

import (
	"fmt"
	"strings"
)

// Markdown is CleanLine for text that is put into a Markdown file and must stand
// for itself: what Markdown or HTML would take for markup becomes text, and no
// address or name becomes a link.
func Markdown(s string) string {
	var b strings.Builder
	s = CleanLine(s)
	for i, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_[]|~#$", r), i == 0 && strings.ContainsRune("-+=", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '@', r == ':' && strings.HasPrefix(s[i:], "://"): // no address becomes a link by itself
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	out := b.String()
	if i := strings.IndexFunc(out, func(r rune) bool { return r < '0' || r > '9' }); i > 0 && strings.ContainsRune(".)", rune(out[i])) {
		out = out[:i] + "\\" + out[i:] // "1." begins no list
	}
	return out
}

// Cell is CleanLine for a cell of a table that a spreadsheet may open: what it
// would take for a formula begins with an apostrophe.
func Cell(s string) string {
	s = CleanLine(s)
	if s != "" && strings.ContainsRune("=+-@|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

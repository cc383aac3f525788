// Package clean makes text that comes from outside the program fit for where it
// goes: a screen, one line, a Markdown file, a table. Every other package may import
// it, and it imports none.
package clean

import (
	"fmt"
	"strings"
	"unicode"
)

// Text removes what must not reach a screen or a file: control characters (escape
// sequences lose their escape), and invisible format characters such as those that
// turn the writing direction. Line feeds stay, a tab becomes a blank, and the
// zero-width joiner stays between two characters because emoji and several scripts
// need it.
func Text(s string) string {
	clean := true
	for _, r := range s {
		if r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar || r == '\u2028' || r == '\u2029') {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	prev := ' '
	for _, r := range s {
		switch {
		case r == '\n':
		case r == '\t':
			r = ' '
		case r == '\r', r == '\u2028', r == '\u2029':
			r = '\n'
		case r == '\u200d' && prev != ' ' && prev != '\n':
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			continue
		}
		b.WriteRune(r)
		prev = r
	}
	return b.String()
}

// Line is Text for what must stay on one line: runs of blanks and line feeds become
// one blank, and the ends are trimmed.
func Line(s string) string {
	if plain(s) {
		return s
	}
	return strings.Join(strings.Fields(Text(s)), " ")
}

// plain reports whether Line has nothing to do: most of what it is asked for is
// the program's own.
func plain(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return before != ' ' || s == ""
}

// Markdown is Line for text that is put into a Markdown file and must stand for
// itself: what Markdown or HTML would take for markup becomes text, and no address
// or name becomes a link.
func Markdown(s string) string {
	var b strings.Builder
	s = Line(s)
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
		case r == '@', r == ':' && strings.HasPrefix(s[i:], "://"), r == '.' && strings.HasSuffix(strings.ToLower(s[:i]), "www"):
			fmt.Fprintf(&b, "&#%d;", r) // no address becomes a link by itself
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

// Cell is Line for a cell of a table that a spreadsheet may open: what it would
// take for a formula gets an apostrophe in front. A program that splits at
// semicolons sees more cells than were written, so that each of these is looked at.
func Cell(s string) string {
	parts := strings.Split(Line(s), ";")
	for i, p := range parts {
		// The full-width signs begin a formula too where they are typed.
		bare := strings.TrimLeft(p, " \"")
		if bare != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(bare)[0]) {
			parts[i] = "'" + p
		}
	}
	return strings.Join(parts, ";")
}

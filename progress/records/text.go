package records

import (
	"fmt"
	"strings"
	"unicode"
)

// line is a text from outside, made fit for one line of a screen or a file: no
// control characters, no invisible ones (those that turn the direction of writing
// among them), and runs of blanks become one.
func line(s string) string {
	var b strings.Builder
	prev := ' '
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			r = ' '
		case r == '\u200d' && prev != ' ': // joins emoji, and letters of several scripts
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			continue
		}
		b.WriteRune(r)
		prev = r
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// markdown is line, with everything escaped that Markdown would take for its own.
func markdown(s string) string {
	var b strings.Builder
	s = line(s)
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
		case r == '.' && strings.HasSuffix(strings.ToLower(s[:i]), "www"):
			b.WriteString("&#46;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cell is line, for a cell of a table that a spreadsheet may open: what it would
// take for a formula gets an apostrophe in front. A program that splits at
// semicolons sees more cells than were written, so that each of these is looked at.
func cell(s string) string {
	parts := strings.Split(line(s), ";")
	for i, p := range parts {
		// The full-width signs begin a formula too where they are typed.
		bare := strings.TrimLeft(p, " \"")
		if bare != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(bare)[0]) {
			parts[i] = "'" + p
		}
	}
	return strings.Join(parts, ";")
}

// shellWord is a text as one word of a command line.
func shellWord(s string) string {
	s = line(s)
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") == "" && s[0] != '-' {
		return s
	}
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

package exercises

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// Clean removes what must not reach a screen or a file from text that comes
// from outside the program: control characters (escape sequences lose their
// escape), and invisible format characters such as those that turn the writing
// direction. Line feeds stay, a tab becomes a blank, and the zero-width joiner
// stays between two characters because emoji and several scripts need it.
func Clean(s string) string {
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

// CleanLine is Clean for text that must stay on one line: runs of blanks and
// line feeds become one blank, and the ends are trimmed.
func CleanLine(s string) string {
	if plain(s) {
		return s
	}
	return strings.Join(strings.Fields(Clean(s)), " ")
}

// Marks of an isolate: what stands between them is written in its own direction,
// and turns nothing around it. They take no column.
const (
	IsolateBegin = "\u2068"
	IsolateEnd   = "\u2069"
)

// Isolate is for text of a learner that stands within a line of the program's own.
// A terminal that writes Hebrew or Arabic from right to left takes the numbers and
// the columns behind it along; around such text come the marks of an isolate, and
// all other text stays as it is. The marks come last, for cleaning removes them and
// cutting may.
func Isolate(s string) string {
	if strings.IndexFunc(s, rightToLeft) < 0 {
		return s
	}
	return IsolateBegin + s + IsolateEnd
}

func rightToLeft(r rune) bool {
	if r < 0x590 { // before Hebrew there is none
		return false
	}
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}

// plain reports whether CleanLine has nothing to do: most of what it is asked for is
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

var (
	stars     = regexp.MustCompile(`\*{1,2}([^*\s](?:[^*]*[^*\s])?)\*{1,2}`)
	backticks = regexp.MustCompile("`([^`]+)`")
)

// Inline is CleanLine for a short text of the content that is drawn as it
// stands: the marks of Markdown emphasis and code are left out.
func Inline(s string) string {
	return backticks.ReplaceAllString(stars.ReplaceAllString(CleanLine(s), "$1"), "$1")
}

// Sentence ends a text with a full stop, unless it ends like a sentence already.
func Sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsRune(".?!:", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}

package exercises

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"edu/threatlings/exercises/clean"
)

// Clean and CleanLine are clean.Text and clean.Line, for everybody who has to do
// with exercises.
func Clean(s string) string     { return clean.Text(s) }
func CleanLine(s string) string { return clean.Line(s) }

var (
	stars     = regexp.MustCompile(`\*{1,2}([^*\s](?:[^*]*[^*\s])?)\*{1,2}`)
	backticks = regexp.MustCompile("`([^`]+)`")
)

// Inline is CleanLine for a short text of the content that is drawn as it
// stands: the marks of Markdown emphasis and code are left out.
func Inline(s string) string {
	return backticks.ReplaceAllString(stars.ReplaceAllString(CleanLine(s), "$1"), "$1")
}

// Sentence ends a text with a full stop, unless it ends like a sentence already,
// perhaps within quotation marks or brackets.
func Sentence(s string) string {
	s = strings.TrimSpace(s)
	said := strings.TrimRight(s, `"”’)`)
	if last, _ := utf8.DecodeLastRuneInString(said); said == "" || strings.ContainsRune(".?!:…", last) {
		return s
	}
	return s + "."
}

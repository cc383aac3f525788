package exercises

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

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

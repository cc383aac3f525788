package exercises

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Only text with letters from right to left is isolated, and cleaning takes the marks away.
func TestIsolate(t *testing.T) {
	for _, s := range []string{"", "a card", "é 漢字 👩‍💻 ① 12", "∑ ½", "नमस्ते ไทย"} {
		if got := Isolate(s); got != s {
			t.Errorf("%q becomes %q", s, got)
		}
	}
	for _, s := range []string{"שלום", "Ada مرحبا 3", "ܐ", "ߊ"} {
		if got := Isolate(s); got != IsolateBegin+s+IsolateEnd || Clean(got) != s {
			t.Errorf("%q becomes %q, and clean %q", s, got, Clean(got))
		}
	}
}

// What is taken for plain is what cleaning would leave as it is.
func TestPlainNeedsNoCleaning(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "b", " ", "  ", "\t", "\n", "\x1b", "é", "\u202e", "~", "\x7f", "1"}
	for range 20_000 {
		s := ""
		for range random.IntN(5) {
			s += pieces[random.IntN(len(pieces))]
		}
		slow := strings.Join(strings.Fields(Clean(s)), " ")
		if got := CleanLine(s); got != slow {
			t.Fatalf("%q becomes %q, and %q the long way", s, got, slow)
		}
	}
}

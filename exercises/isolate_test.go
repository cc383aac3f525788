package exercises

import "testing"

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

package clean

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// What is taken for plain is what cleaning would leave as it is.
func TestPlainNeedsNoCleaning(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "b", " ", "  ", "\t", "\n", "\x1b", "é", "\u202e", "~", "\x7f", "1"}
	for range 20_000 {
		s := ""
		for range random.IntN(5) {
			s += pieces[random.IntN(len(pieces))]
		}
		slow := strings.Join(strings.Fields(Text(s)), " ")
		if got := Line(s); got != slow {
			t.Fatalf("%q becomes %q, and %q the long way", s, got, slow)
		}
	}
}

// A name is text in a Markdown file, whatever it is made of.
func TestMarkdownStandsForItself(t *testing.T) {
	for s, want := range map[string]string{
		"plain words":          "plain words",
		"<b>*bold*</b> & more": `&lt;b&gt;\*bold\*&lt;/b&gt; &amp; more`,
		"[a](javascript:x)":    `\[a\](javascript:x)`,
		"a@b.example":          "a&#64;b.example",
		"https://a.example":    "https&#58;//a.example",
		"WWW.a.example":        "WWW&#46;a.example",
		"- no list":            `\- no list`,
		"1. no list":           `1\. no list`,
		"2027":                 "2027",
		"two\nlines\x1b[31m":   `two lines\[31m`,
	} {
		if got := Markdown(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}

func TestCellIsNoFormula(t *testing.T) {
	for s, want := range map[string]string{
		"plain; words": "plain; words", "=1+1": "'=1+1", "a;=1": "a;'=1", `"@x`: `'"@x`, "＝1": "'＝1", "": "",
	} {
		if got := Cell(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}

func FuzzCell(f *testing.F) {
	f.Add("=1")
	f.Add("a;=1")
	f.Add(" \t\u200b@x")
	f.Fuzz(func(t *testing.T, s string) {
		for _, sep := range []string{"\x00", ";"} {
			for _, p := range strings.Split(Cell(s), sep) {
				if p = strings.TrimSpace(p); p != "" && strings.ContainsRune("=+-@\t\r", rune(p[0])) {
					t.Errorf("%q is a formula in %q", p, Cell(s))
				}
			}
		}
	})
}

package tui

import (
	"strings"
	"testing"

	"github.com/hinshun/vt10x"
	"github.com/muesli/termenv"
)

// cells draws text in a terminal emulator and returns what stands in each cell.
func cells(t *testing.T, text string, cols, rows int) []vt10x.Glyph {
	t.Helper()
	term := vt10x.New(vt10x.WithSize(cols, rows))
	if _, err := term.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
	out := make([]vt10x.Glyph, 0, cols*rows)
	for y := 0; y < rows; y++ {
		for x := 0; x < cols; x++ {
			g := term.Cell(x, y)
			if g.Char == 0 {
				g.Char = ' '
			}
			if g.Char == ' ' {
				g.FG = 0 // the colour of a blank's ink is not seen
				g.Mode &^= 1<<2 | 1<<4
			}
			out = append(out, g)
		}
	}
	return out
}

func TestSqueezeLooksTheSame(t *testing.T) {
	page := renderRaw(t, sample, 60)
	got, want := cells(t, squeeze(page), 80, 60), cells(t, page, 80, 60)
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("cell %d,%d: %+v, want %+v", i%80, i/80, got[i], want[i])
		}
	}
	if len(squeeze(page))*4 > len(page) {
		t.Errorf("%d bytes squeezed to %d: glamour's padding is still there", len(page), len(squeeze(page)))
	}
}

const sample = "## A heading\n\nSome **bold**, some *italic*, some `code` and a longer paragraph that wraps around the end of its line.\n\n- one\n- two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```text\nfenced  text\n```\n"

func renderRaw(t *testing.T, md string, width int) string {
	t.Helper()
	out, err := rawMarkdown(md, width, newTheme("dark", true, termenv.TrueColor))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSqueezeLetsOnlyColoursThrough(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"plain":             {"abc", "abc"},
		"title":             {"a\x1b]0;owned\x07b", "ab"},
		"cursor":            {"a\x1b[2Jb\x1b[5;5Hc", "abc"},
		"bell and tab":      {"a\x07\tb", "ab"},
		"c1":                {"a\u009b31mb", "a31mb"},
		"private sgr":       {"a\x1b[>4;1mb", "ab"},
		"query":             {"\x1b[c\x1b[6nq", "q"},
		"colour stays":      {"\x1b[31mr\x1b[0m", "\x1b[31mr\x1b[0m"},
		"neighbours merge":  {"\x1b[31ma\x1b[0m\x1b[31mb\x1b[0m", "\x1b[31mab\x1b[0m"},
		"trailing blanks":   {"a\x1b[31m   \x1b[0m", "a"},
		"background stays":  {"\x1b[41m  \x1b[0m", "\x1b[41m  \x1b[0m"},
		"unfinished escape": {"a\x1b[3", "a"},
		"isolate":           {"1  \u2068א\u2069 \x1b[1m2\x1b[0m", "1  \u2068א\u2069 \x1b[1m2\x1b[0m"},
		"dcs":               {"a\x1bPq#0\x1b\\b", "ab"},
	} {
		if got := squeeze(tt.in); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// FuzzSqueeze: no bytes let a control character through but the line feed and
// the escape of a colour.
func FuzzSqueeze(f *testing.F) {
	f.Add("a\x1b]0;x\x07\x1b[31mb\x1b[38;2;1;2;3mc\n\u009b1mé\u200d")
	f.Fuzz(func(t *testing.T, s string) {
		rest := squeeze(s)
		for i := 0; i < len(rest); i++ {
			if c := rest[i]; c == 0x1b {
				end := strings.IndexByte(rest[i:], 'm')
				if end < 0 || strings.Trim(rest[i+1:i+end], "[0123456789;") != "" {
					t.Fatalf("%q became %q", s, rest)
				}
				i += end
			} else if c < 0x20 && c != '\n' || c == 0x7f {
				t.Fatalf("%q became %q", s, rest)
			}
		}
	})
}

func BenchmarkSqueeze(b *testing.B) {
	page, err := rawMarkdown(strings.Repeat(sample, 20), 76, newTheme("dark", true, termenv.TrueColor))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		squeeze(page)
	}
}

package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"edu/threatlings/lessons"
)

// A word of the glossary opens where it stands, and closes again.
func TestTermsWhereTheyStand(t *testing.T) {
	for _, cols := range []int{60, 80, 120} {
		p := newPlayer(t, cols, 24, func(o *Options) { o.Open = "reading" })
		if strings.Contains(p.plain(), "talks to your system") {
			t.Fatal("open before it was asked for")
		}
		p.keys("tab tab")
		if s := strings.Join(strings.Fields(p.plain()), " "); !strings.Contains(s, "Actor Somebody or something outside") || !strings.Contains(s, "esc close") {
			t.Errorf("at %d columns the term is not explained:\n%s", cols, p.plain())
		}
		p.keys("shift+tab")
		if s := p.plain(); strings.Contains(s, "talks to your system") || !strings.Contains(s, "page 1 of") {
			t.Errorf("one back:\n%s", s)
		}
		p.keys("esc")
		if s := p.plain(); !strings.Contains(s, "go on") || !strings.Contains(s, "page 1 of") {
			t.Errorf("esc closes the term alone:\n%s", s)
		}
	}
}

func TestSpots(t *testing.T) {
	terms := []lessons.Term{{Name: "flow"}, {Name: "data flow diagram", Also: []string{"DFD"}}, {Name: "asset"}, {Name: "zone"}}
	lines := []string{"A \x1b[1mData flow\x1b[0m diagram, an overflow,", "two Assets; 漢字 flows. An asset. Zoned."}
	var got []string
	for _, s := range spots(lines, terms) {
		got = append(got, s.term.Name+"="+ansi.Cut(ansi.Strip(lines[s.line]), s.col, s.col+s.width))
	}
	if want := "data flow diagram=Data flow diagram asset=Assets flow=flows"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Lists hang, quotations keep their bar, and a style goes on over the end of a line.
func TestRenderedLinesHang(t *testing.T) {
	th := newTheme("dark", true, termenv.TrueColor)
	md := "- **Actor**: somebody outside that you do not control. A customer.\n\n12. Twelve is a number with two digits, and a long line.\n\n> A quotation that is longer than a line, **and bold at the very end**.\n\n| a | b |\n|---|---|\n| only | who sees to that, and who does not |\n"
	text := renderMarkdown(md, 30, th)
	for _, want := range []string{"· Actor: somebody outside that\n  you do not control. A\n  customer.", "12. Twelve is a number with\n    two digits, and a long\n    line.", "│ A quotation that is longer\n│ than a line, and bold at the\n│ very end."} {
		if !strings.Contains(trimRight(ansi.Strip(text)), want) {
			t.Errorf("%q is not in\n%s", want, ansi.Strip(text))
		}
	}
	for _, l := range strings.Split(text, "\n") {
		if ansi.StringWidth(l) > 30 {
			t.Errorf("%q is too wide", l)
		}
		if strings.Contains(l, "\x1b") && !strings.HasSuffix(l, "m") && strings.LastIndex(l, "\x1b[0m") < strings.LastIndex(l, "\x1b[38") {
			t.Errorf("%q leaves a style open", l)
		}
	}
	if !strings.Contains(text, "│ \x1b[38;2;163;169;181;1mvery end") && !strings.Contains(text, "\x1b[1mvery end") && !strings.Contains(text, "1mvery end") {
		t.Errorf("the style is lost at the end of a line:\n%q", text)
	}
}

func trimRight(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

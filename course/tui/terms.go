package tui

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/lessons"
)

// A spot is a term where it stands on a page: the first time that the page uses it.
type spot struct {
	line, col, width int
	term             lessons.Term
}

// spots finds the terms of a rendered page. A term that is broken over two lines
// is found where it stands whole, or only in the glossary.
func spots(lines []string, terms []lessons.Term) []spot {
	var out []spot
	taken := map[string]bool{}
	for i, l := range lines {
		plain := []rune(ansi.Strip(l))
		for at := 0; at < len(plain); at++ {
			if at > 0 && inWord(plain[at-1]) {
				continue
			}
			if !unicode.IsLetter(plain[at]) {
				continue
			}
			t, n, ok := termAt(plain[at:], terms)
			if !ok || taken[t.Name] {
				continue
			}
			taken[t.Name] = true
			out = append(out, spot{i, ansi.StringWidth(string(plain[:at])), ansi.StringWidth(string(plain[at : at+n])), t})
			at += n - 1
		}
	}
	return out
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' }

// termAt is the longest term that a line begins with, as whole words, and how
// many characters it takes.
func termAt(line []rune, terms []lessons.Term) (found lessons.Term, n int, ok bool) {
	for _, t := range terms {
		for _, name := range append([]string{t.Name}, t.Also...) {
			for _, form := range []string{name + "s", name} {
				f := []rune(form)
				if len(f) > n && len(line) >= len(f) && strings.EqualFold(string(line[:len(f)]), form) && (len(line) == len(f) || !inWord(line[len(f)])) {
					found, n, ok = t, len(f), true
				}
			}
		}
	}
	return found, n, ok
}

// underlined draws a line with its terms underlined, and the one that is open reversed.
func (l *lesson) underlined(i int) string {
	line := l.lines[i]
	for k := len(l.terms) - 1; k >= 0; k-- { // from the right, so that columns stay
		s := l.terms[k]
		if s.line != i {
			continue
		}
		style := l.env.theme.styles.Text.Underline(true)
		if k == l.term {
			style = l.env.theme.styles.Selected
		}
		word := ansi.Strip(ansi.Cut(line, s.col, s.col+s.width))
		line = ansi.Cut(line, 0, s.col) + style.Render(word) + ansi.Cut(line, s.col+s.width, ansi.StringWidth(line))
	}
	return line
}

// nextTerm opens the next term of the page, or the one before.
func (l *lesson) nextTerm(by int) {
	n := len(l.terms)
	if n == 0 {
		return
	}
	if l.term < 0 && by < 0 {
		l.term = 0
	}
	l.term = (l.term + by + n) % n
	room := l.rows() - len(l.meaning())
	if at := l.terms[l.term].line; at < l.off || at >= l.off+room {
		l.off = max(0, min(at-1, len(l.lines)-1))
	}
}

// meaning is what the open term means, for the foot of the page.
func (l *lesson) meaning() []string {
	if l.term < 0 || l.term >= len(l.terms) {
		return nil
	}
	st, t, w := l.env.theme.styles, l.terms[l.term].term, l.textWidth()
	out := []string{st.Frame.Render(strings.Repeat("─", w)), st.Accent.Render(t.Name)}
	for _, x := range wrap(t.Text, w) {
		out = append(out, st.Text.Render(x))
	}
	if t.Example != "" {
		for _, x := range wrap("Example: "+t.Example, w) {
			out = append(out, st.Quiet.Render(x))
		}
	}
	return out[:min(len(out), max(3, l.rows()/2))]
}

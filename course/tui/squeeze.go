package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// squeeze rewrites styled text so that it looks the same and is small: neighbours
// of one look share one escape sequence, and blanks at a line's end that show
// nothing go. glamour and lipgloss write a pair of sequences for every blank.
//
// It is also a gate: of all control sequences only SGR (colours and weight)
// pass, and of the control characters only the line feed.
func squeeze(s string) string {
	var b strings.Builder
	b.Grow(len(s)/4 + 64)
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		squeezeLine(&b, line)
	}
	return b.String()
}

func squeezeLine(b *strings.Builder, line string) {
	var want, have look
	blanks := 0 // pending blanks that show nothing but themselves
	var state byte
	for len(line) > 0 {
		seq, width, n, next := ansi.DecodeSequence(line, state, nil)
		state = next
		line = line[n:]
		if width == 0 {
			if params, ok := sgr(seq); ok {
				want.apply(params)
			} else if printable(seq) {
				b.WriteString(seq) // a combining mark that stands alone
			}
			continue
		}
		if !printable(seq) {
			continue
		}
		if seq == " " && !want.showsOnBlank() {
			blanks++
			continue
		}
		if blanks > 0 {
			if have.showsOnBlank() {
				b.WriteString("\x1b[0m")
				have = look{}
			}
			writeBlanks(b, blanks)
			blanks = 0
		}
		if want != have {
			want.write(b, have)
			have = want
		}
		b.WriteString(seq)
	}
	if have != (look{}) {
		b.WriteString("\x1b[0m")
	}
}

// printable reports whether a piece of text is whole UTF-8 without control characters.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

func writeBlanks(b *strings.Builder, n int) {
	for ; n > 0; n-- {
		b.WriteByte(' ')
	}
}

// sgr returns the parameters of an SGR sequence made of digits and semicolons.
func sgr(seq string) (string, bool) {
	body, ok := strings.CutPrefix(seq, "\x1b[")
	if !ok {
		return "", false
	}
	body, ok = strings.CutSuffix(body, "m")
	if !ok || strings.Trim(body, "0123456789;") != "" {
		return "", false
	}
	return body, true
}

// look is the state that SGR sequences set.
type look struct {
	fg, bg                                            string
	bold, faint, italic, underline, reverse, crossOut bool
}

func (l look) showsOnBlank() bool { return l.bg != "" || l.underline || l.reverse || l.crossOut }

func (l *look) apply(params string) {
	p := strings.Split(params, ";")
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case "", "0":
			*l = look{}
		case "1":
			l.bold = true
		case "2":
			l.faint = true
		case "3":
			l.italic = true
		case "4":
			l.underline = true
		case "7":
			l.reverse = true
		case "9":
			l.crossOut = true
		case "22":
			l.bold, l.faint = false, false
		case "23":
			l.italic = false
		case "24":
			l.underline = false
		case "27":
			l.reverse = false
		case "29":
			l.crossOut = false
		case "39":
			l.fg = ""
		case "49":
			l.bg = ""
		case "38", "48":
			n := 2
			if i+1 < len(p) && p[i+1] == "2" {
				n = 4
			}
			end := min(i+n+1, len(p))
			c := strings.Join(p[i:end], ";")
			if p[i] == "38" {
				l.fg = c
			} else {
				l.bg = c
			}
			i = end - 1
		default:
			l.colour(p[i])
		}
	}
}

// colour applies one of the sixteen colours.
func (l *look) colour(p string) {
	switch {
	case len(p) == 2 && p[0] == '3', len(p) == 2 && p[0] == '9':
		l.fg = p
	case len(p) == 2 && p[0] == '4', len(p) == 3 && p[:2] == "10":
		l.bg = p
	}
}

// write emits the shortest sequence that leads from look have to l.
func (l look) write(b *strings.Builder, have look) {
	var p []string
	lost := have.bold && !l.bold || have.faint && !l.faint || have.italic && !l.italic || have.underline && !l.underline ||
		have.reverse && !l.reverse || have.crossOut && !l.crossOut || have.fg != "" && l.fg == "" || have.bg != "" && l.bg == ""
	if lost {
		p, have = append(p, "0"), look{}
	}
	on := func(now, before bool, code string) {
		if now && !before {
			p = append(p, code)
		}
	}
	on(l.bold, have.bold, "1")
	on(l.faint, have.faint, "2")
	on(l.italic, have.italic, "3")
	on(l.underline, have.underline, "4")
	on(l.reverse, have.reverse, "7")
	on(l.crossOut, have.crossOut, "9")
	if l.fg != have.fg {
		p = append(p, l.fg)
	}
	if l.bg != have.bg {
		p = append(p, l.bg)
	}
	b.WriteString("\x1b[" + strings.Join(p, ";") + "m")
}

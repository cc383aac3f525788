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
	b := make([]byte, 0, len(s)/4+64)
	for more := true; more; {
		var line string
		line, s, more = strings.Cut(s, "\n")
		b, _ = squeezeLine(b, line)
		if more {
			b = append(b, '\n')
		}
	}
	return string(b)
}

// squeezeLine appends a line to b, and says how many columns it takes.
func squeezeLine(b []byte, line string) ([]byte, int) {
	var want, have look
	columns, blanks := 0, 0 // pending blanks that show nothing but themselves
	var state byte
	for len(line) > 0 {
		seq, width, n, next := ansi.DecodeSequence(line, state, nil)
		state = next
		line = line[n:]
		if width == 0 {
			if params, ok := sgr(seq); ok {
				want.apply(params)
			}
		}
		if !printable(seq) { // a mark of no width is: it stays behind the blanks before it
			continue
		}
		if seq == " " && !want.showsOnBlank() {
			blanks++
			continue
		}
		if blanks > 0 {
			if have.showsOnBlank() {
				b = append(b, "\x1b[0m"...)
				have = look{}
			}
			columns += blanks
			for ; blanks > 0; blanks-- {
				b = append(b, ' ')
			}
		}
		if want != have {
			b = want.append(b, have)
			have = want
		}
		b = append(b, seq...)
		columns += width
	}
	if have != (look{}) {
		b = append(b, "\x1b[0m"...)
	}
	return b, columns
}

// printable reports whether a piece of text is whole UTF-8 without control characters.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
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
	for more := true; more; {
		var p string
		p, params, more = strings.Cut(params, ";")
		switch p {
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
			var c string
			c, params, more = extended(p, params, more)
			if p == "38" {
				l.fg = c
			} else {
				l.bg = c
			}
		default:
			l.colour(p)
		}
	}
}

// extended is a colour that takes several parameters: p, then 5 and one of 256, or
// 2 and three of red, green and blue. It returns the colour and what comes after it.
func extended(p, params string, more bool) (colour, rest string, after bool) {
	if !more {
		return p, "", false
	}
	n := 2
	if kind, _, _ := strings.Cut(params, ";"); kind == "2" {
		n = 4
	}
	end := 0
	for ; n > 0 && end < len(params); n-- {
		if i := strings.IndexByte(params[end:], ';'); i < 0 {
			end = len(params)
		} else if end += i; n > 1 {
			end++
		}
	}
	if end == len(params) {
		return p + ";" + params, "", false
	}
	return p + ";" + params[:end], params[end+1:], true
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

// append appends the shortest sequence that leads from look have to l.
func (l look) append(b []byte, have look) []byte {
	b = append(b, "\x1b["...)
	start := len(b)
	add := func(code string) {
		if len(b) > start {
			b = append(b, ';')
		}
		b = append(b, code...)
	}
	lost := have.bold && !l.bold || have.faint && !l.faint || have.italic && !l.italic || have.underline && !l.underline ||
		have.reverse && !l.reverse || have.crossOut && !l.crossOut || have.fg != "" && l.fg == "" || have.bg != "" && l.bg == ""
	if lost {
		add("0")
		have = look{}
	}
	on := func(now, before bool, code string) {
		if now && !before {
			add(code)
		}
	}
	on(l.bold, have.bold, "1")
	on(l.faint, have.faint, "2")
	on(l.italic, have.italic, "3")
	on(l.underline, have.underline, "4")
	on(l.reverse, have.reverse, "7")
	on(l.crossOut, have.crossOut, "9")
	if l.fg != have.fg {
		add(l.fg)
	}
	if l.bg != have.bg {
		add(l.bg)
	}
	return append(b, 'm')
}

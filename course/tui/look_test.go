package tui

import (
	"testing"

	"github.com/muesli/termenv"
)

func TestTheAnswerIsTakenOutOfTheKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		reads []string
		keys  string
		told  []bool
	}{
		"whole":                 {[]string{"\x1b]11;rgb:ffff/ffff/ffff\x07"}, "", []bool{false}},
		"dark with ST":          {[]string{"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"}, "", []bool{true}},
		"between keys":          {[]string{"ab\x1b]11;rgb:00/00/00\x07cd"}, "abcd", []bool{true}},
		"in two pieces":         {[]string{"a\x1b]11;rgb:ffff/ff", "ff/ffff\x07b"}, "ab", []bool{false}},
		"cut in its start":      {[]string{"\x1b]1", "1;rgb:0000/0000/0000\x07"}, "", []bool{true}},
		"escape alone":          {[]string{"\x1b"}, "\x1b", nil},
		"an arrow key":          {[]string{"\x1b[A"}, "\x1b[A", nil},
		"nonsense is no answer": {[]string{"\x1b]11;what\x07x"}, "x", nil},
		"endless":               {[]string{"\x1b]11;" + string(make([]byte, 80))}, "\x1b]11;" + string(make([]byte, 80)), nil},
	} {
		var told []bool
		in := &terminalInput{tell: func(d bool) { told = append(told, d) }}
		var keys []byte
		for _, r := range tt.reads {
			keys = append(keys, in.filter([]byte(r))...)
		}
		if string(keys) != tt.keys {
			t.Errorf("%s: keys %q, want %q", name, keys, tt.keys)
		}
		if len(told) != len(tt.told) || len(told) > 0 && told[0] != tt.told[0] {
			t.Errorf("%s: told %v, want %v", name, told, tt.told)
		}
	}
}

func TestLookOf(t *testing.T) {
	for name, tt := range map[string]struct {
		env      map[string]string
		noColour bool
		want     Look
	}{
		"usual":      {map[string]string{"TERM": "xterm-256color"}, false, Look{termenv.ANSI256, true, true}},
		"true":       {map[string]string{"TERM": "xterm", "COLORTERM": "truecolor"}, false, Look{termenv.TrueColor, true, true}},
		"NO_COLOR":   {map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, false, Look{termenv.Ascii, true, false}},
		"empty no":   {map[string]string{"TERM": "xterm", "NO_COLOR": ""}, false, Look{termenv.ANSI256, true, true}},
		"flag":       {map[string]string{"TERM": "xterm"}, true, Look{termenv.Ascii, true, false}},
		"fgbg light": {map[string]string{"TERM": "xterm", "COLORFGBG": "0;15"}, false, Look{termenv.ANSI256, false, false}},
		"fgbg dark":  {map[string]string{"TERM": "xterm", "COLORFGBG": "15;default;0"}, false, Look{termenv.ANSI256, true, false}},
	} {
		if got := LookOf(func(k string) string { return tt.env[k] }, tt.noColour); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

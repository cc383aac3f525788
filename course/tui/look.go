package tui

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
)

// Look is what is known of a terminal when a session begins.
type Look struct {
	Profile termenv.Profile // how many colours
	Dark    bool            // the background, or the guess
	Ask     bool            // the terminal has been asked and may answer
}

func (l Look) theme(name string, pages *Pages) *theme {
	if name == "" {
		name = "auto"
	}
	return pages.theme(name, l.Dark, l.Profile)
}

// LookOf decides from the environment alone. noColour is the flag --no-color.
// Ask is set when the background can only be had by asking.
func LookOf(getenv func(string) string, noColour bool) Look {
	l := Look{Profile: termenv.ANSI256, Dark: true, Ask: true}
	term := getenv("TERM")
	switch {
	case noColour || getenv("NO_COLOR") != "" || term == "dumb" || term == "":
		l.Profile = termenv.Ascii
	case getenv("COLORTERM") == "truecolor" || getenv("COLORTERM") == "24bit" || strings.HasSuffix(term, "-direct"):
		l.Profile = termenv.TrueColor
	case term == "linux" || term == "ansi" || strings.HasSuffix(term, "-16color"):
		l.Profile = termenv.ANSI
	}
	// COLORFGBG is "foreground;background" in the sixteen colours; 7 and 9 to 15 are light.
	if fields := strings.Split(getenv("COLORFGBG"), ";"); len(fields) > 1 {
		if bg, err := strconv.Atoi(fields[len(fields)-1]); err == nil {
			l.Dark, l.Ask = bg < 7 || bg == 8, false
		}
	}
	if l.Profile == termenv.Ascii {
		l.Ask = false
	}
	return l
}

// backgroundWait is how long the first frame waits for the terminal's answer.
const backgroundWait = 40 * time.Millisecond

type backgroundMsg struct{ dark, timeout bool }

// backgroundQuery asks a terminal for its background colour (OSC 11).
const backgroundQuery = "\x1b]11;?\x07"

// A terminalInput is the terminal with its answer to backgroundQuery taken out
// of the keys, however late and in however many pieces it comes. It is a
// *os.File in all else, which is what Bubble Tea needs to set the raw mode.
type terminalInput struct {
	*os.File
	tell    func(dark bool)
	pending []byte // the beginning of what may become the answer
}

const answerStart = "\x1b]11;"

// Read returns keys only. The answer, when it is whole, is told.
func (t *terminalInput) Read(p []byte) (int, error) {
	for {
		n, err := t.File.Read(p[:max(1, len(p)-len(t.pending))])
		keys := t.filter(p[:n])
		if len(keys) > 0 || err != nil {
			return copy(p, keys), err
		}
	}
}

func (t *terminalInput) filter(in []byte) []byte {
	data := append(t.pending, in...)
	t.pending = nil
	start := bytes.Index(data, []byte(answerStart))
	if start < 0 {
		// A tail of at least ESC ] 1 can only be the beginning of the answer.
		for k := len(answerStart) - 1; k >= 3; k-- {
			if bytes.HasSuffix(data, []byte(answerStart[:k])) {
				t.pending = append(t.pending, data[len(data)-k:]...)
				return data[:len(data)-k]
			}
		}
		return data
	}
	body := data[start+len(answerStart):]
	end, width := bytes.IndexByte(body, 0x07), 1
	if st := bytes.Index(body, []byte("\x1b\\")); st >= 0 && (end < 0 || st < end) {
		end, width = st, 2
	}
	if end < 0 {
		if len(body) > 64 { // no terminal answers that long: let it pass
			return data
		}
		t.pending = append(t.pending, data[start:]...)
		return data[:start]
	}
	if dark, ok := darkColour(string(body[:end])); ok {
		t.tell(dark)
	}
	return append(data[:start:start], body[end+width:]...)
}

// darkColour reads an answer such as rgb:1e1e/1e1e/1e1e.
func darkColour(s string) (dark, ok bool) {
	_, rgb, found := strings.Cut(s, ":")
	parts := strings.Split(rgb, "/")
	if !found || len(parts) < 3 {
		return false, false
	}
	var lum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(parts[i], 16, 64)
		if err != nil || len(parts[i]) == 0 || len(parts[i]) > 4 {
			return false, false
		}
		full := float64(uint64(1)<<(4*len(parts[i])) - 1)
		lum += weight * float64(v) / full
	}
	return lum < 0.5, true
}

// Keys is the terminal's input for a program: its keys, without the answer about
// the background, which is told to the program that current returns.
func Keys(in *os.File, l Look, current func() *tea.Program) io.Reader {
	if !l.Ask {
		return in
	}
	return &terminalInput{File: in, tell: func(dark bool) {
		if p := current(); p != nil {
			go p.Send(backgroundMsg{dark: dark}) // Send waits for the loop, and the loop may wait for keys
		}
	}}
}

// ask asks for the background once the terminal is in raw mode, so that the
// answer is not echoed.
func (l Look) ask(out io.Writer) tea.Cmd {
	return func() tea.Msg {
		if _, err := io.WriteString(out, backgroundQuery); err != nil {
			return backgroundMsg{dark: true, timeout: true}
		}
		return nil
	}
}

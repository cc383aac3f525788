// Package inputtest drives the two faces of a kind in tests: a screen with a
// string of keys, the line mode with a script, and both against golden files.
package inputtest

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Options are options with styles that show nothing, so that what is on the
// screen is said without colour, or is not said.
func Options(draft ...string) input.Options {
	s := lipgloss.NewStyle()
	return input.Options{
		Styles: &input.Styles{
			Text: s, Quiet: s, Strong: s, Accent: s, Selected: s, Good: s, Bad: s, Warn: s, Frame: s, FrameFocus: s,
			Letter: func(string) lipgloss.Style { return s },
		},
		Draft:    draft,
		Markdown: func(md string, width int) string { return ansi.Wrap(md, width, " ") },
	}
}

// Decode decodes the YAML as the file lesson.md, whose first line is the
// YAML's first line, and fails the test when it has a fault.
func Decode(t testing.TB, k input.Kind, yaml string) exercises.Exercise {
	t.Helper()
	ex, err := k.Decode(Source(k, yaml))
	if err != nil {
		t.Fatal(err)
	}
	return ex
}

// Source is what Decode decodes.
func Source(k input.Kind, yaml string) exercises.Source {
	return exercises.Source{Kind: k.Name, YAML: []byte(yaml), File: "lesson.md", Line: 1}
}

// Screen makes the full-screen face, drawn once at the width and 24 rows.
func Screen(k input.Kind, ex exercises.Exercise, width int, draft ...string) input.Screen {
	s := k.Screen(ex, Options(draft...))
	s.Init()
	s.SetSize(width, 24)
	s.View()
	return s
}

var named = map[string]tea.KeyMsg{
	"up": {Type: tea.KeyUp}, "down": {Type: tea.KeyDown}, "left": {Type: tea.KeyLeft}, "right": {Type: tea.KeyRight},
	"shift+up": {Type: tea.KeyShiftUp}, "shift+down": {Type: tea.KeyShiftDown}, "home": {Type: tea.KeyHome}, "end": {Type: tea.KeyEnd},
	"enter": {Type: tea.KeyEnter}, "alt+enter": {Type: tea.KeyEnter, Alt: true}, "tab": {Type: tea.KeyTab}, "shift+tab": {Type: tea.KeyShiftTab},
	"backspace": {Type: tea.KeyBackspace}, "delete": {Type: tea.KeyDelete}, "ctrl+s": {Type: tea.KeyCtrlS},
}

var keyPattern = regexp.MustCompile(`(?s)<[a-z+]+>|.`)

// Press sends keys: characters as they are, others by name as in "j<down> <enter>".
// "<esc>" asks Back, as the outer screen does. It draws after each, and
// reports how often the screen handed in.
func Press(t testing.TB, s input.Screen, keys string) (handedIn int) {
	t.Helper()
	for _, k := range keyPattern.FindAllString(keys, -1) {
		msg, ok := named[strings.Trim(k, "<>")]
		switch {
		case k == "<esc>":
			s.Back()
			continue
		case ok && len(k) > 1:
		case k == " ":
			msg = tea.KeyMsg{Type: tea.KeySpace, Runes: []rune(k)}
		case len([]rune(k)) == 1:
			msg = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
		default:
			t.Fatalf("there is no key %s", k)
		}
		if submits(s.Update(msg)) {
			handedIn++
		}
		s.View()
	}
	return handedIn
}

func submits(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	_, is := cmd().(input.Submit)
	return is
}

// Click presses the left button on the first place where the screen shows the
// text, and reports whether that handed in.
func Click(t testing.TB, s input.Screen, text string) bool {
	t.Helper()
	view := s.View()
	for y, l := range strings.Split(view, "\n") {
		if before, _, ok := strings.Cut(ansi.Strip(l), text); ok {
			return submits(s.Update(tea.MouseMsg{X: ansi.StringWidth(before), Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft}))
		}
	}
	t.Fatalf("%q is not in sight:\n%s", text, view)
	return false
}

// Focused returns the lines of the view that must stay in sight, and fails the
// test when they are not lines of it.
func Focused(t testing.TB, s input.Screen) string {
	t.Helper()
	lines := strings.Split(s.View(), "\n")
	first, last := s.Focus()
	if first < 0 || last < first || last >= len(lines) {
		t.Fatalf("lines %d to %d of %d are to stay in sight", first, last, len(lines))
	}
	return strings.Join(lines[first:last+1], "\n")
}

// Widths draws the screen that each call of make gives at 60, 80 and 120
// columns and compares the drawings with testdata/golden/name-60.txt and so on.
func Widths(t *testing.T, name string, make func(width int) input.Screen) {
	t.Helper()
	for width, suffix := range map[int]string{60: "-60", 80: "-80", 120: "-120"} {
		s := make(width)
		view := s.View()
		for i, l := range strings.Split(view, "\n") {
			if w := ansi.StringWidth(l); w > width {
				t.Errorf("%s: line %d is %d columns wide: %s", name+suffix, i+1, w, l)
			}
		}
		Focused(t, s)
		Golden(t, name+suffix, view)
	}
}

// Golden compares text with testdata/golden/name.txt; go test -update writes it.
func Golden(t testing.TB, name, got string) {
	t.Helper()
	var lines []string
	for _, l := range strings.Split(strings.TrimRight(got, "\n"), "\n") {
		lines = append(lines, strings.TrimRight(l, " "))
	}
	got = strings.Join(lines, "\n") + "\n"
	file := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; see it with -update and git diff. It is now:\n%s", file, got)
	}
}

// A Talk is a conversation in the line mode that has ended.
type Talk struct {
	Answer exercises.Answer
	Err    error
	Kept   []exercises.Answer // every draft that was kept, in order
	Out    string             // what was printed
}

// Ask plays the line mode with the lines typed, from a draft. The input ends
// behind the last line. What is printed must suit the line mode (see Plain).
func Ask(t testing.TB, k input.Kind, ex exercises.Exercise, draft exercises.Answer, typed ...string) Talk {
	t.Helper()
	var out bytes.Buffer
	p := input.NewPrompter(strings.NewReader(strings.Join(append(typed, ""), "\n")), &out)
	var talk Talk
	p.Keep = func(a exercises.Answer) { talk.Kept = append(talk.Kept, slices.Clone(a)) }
	talk.Answer, talk.Err = k.Ask(context.Background(), ex, p, draft)
	talk.Out = out.String()
	Plain(t, talk.Out)
	return talk
}

// Plain fails the test at the first character that does not belong into the
// line mode: a control, box-drawing, block, arrow, braille or emoji character.
func Plain(t testing.TB, text string) {
	t.Helper()
	for i, l := range strings.Split(text, "\n") {
		for _, r := range l {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r >= 0x2190 && r <= 0x2bff || r >= 0x1f000 {
				t.Fatalf("line %d holds %q, which is not for the line mode: %s", i+1, r, l)
			}
		}
	}
}

package report

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

var update = flag.Bool("update", false, "write the golden files anew")

const kioskYAML = `id: kiosk.report
title: Ticket Kiosk
minutes: 20
prompt: |
  Read the design. Report the **three** threats that matter most.
hints: [Look at what crosses into the office., Who may read the store?]
explain: Cards are worth stealing.
notes: Ask which one they would fix first.
scenario: kiosk
cards: 3
pass: 70
read: 5
find: 10
choose: 5
`

func exercise(t testing.TB) *Exercise {
	t.Helper()
	ex, err := decode(source(kioskYAML))
	if err != nil {
		t.Fatal(err)
	}
	return ex.(*Exercise)
}

func source(yaml string) exercises.Source {
	return exercises.Source{Kind: "report", YAML: []byte(yaml), File: "lesson.md", Line: 1, FS: os.DirFS("testdata")}
}

func options(draft ...string) input.Options {
	s := lipgloss.NewStyle()
	return input.Options{
		Styles: &input.Styles{Text: s, Quiet: s, Strong: s, Accent: s, Selected: s, Good: s, Bad: s, Warn: s, Frame: s, FrameFocus: s,
			Letter: func(string) lipgloss.Style { return s }},
		Draft:    draft,
		Markdown: func(md string, w int) string { return ansi.Wrap(md, w, " ") },
	}
}

// press sends keys: single characters, or names such as <ctrl+d> and <enter>.
func press(t testing.TB, s input.Screen, keys string) (submitted bool) {
	t.Helper()
	named := map[string]tea.KeyType{
		"enter": tea.KeyEnter, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"ctrl+d": tea.KeyCtrlD, "ctrl+t": tea.KeyCtrlT, "ctrl+w": tea.KeyCtrlW, "ctrl+s": tea.KeyCtrlS, "f5": tea.KeyF5, "ctrl+up": tea.KeyCtrlUp, "ctrl+down": tea.KeyCtrlDown,
		"backspace": tea.KeyBackspace, "pgdown": tea.KeyPgDown, "end": tea.KeyEnd, "ctrl+x": tea.KeyCtrlX,
	}
	for keys != "" {
		var msg tea.KeyMsg
		if name, rest, ok := strings.Cut(keys[1:], ">"); ok && keys[0] == '<' {
			k, known := named[name]
			if !known {
				t.Fatalf("no key <%s>", name)
			}
			msg, keys = tea.KeyMsg{Type: k}, rest
		} else {
			r := []rune(keys)[0]
			keys = keys[len(string(r)):]
			msg = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
			if r == ' ' {
				msg.Type = tea.KeySpace
			}
		}
		cmd := s.Update(msg)
		s.View()
		if cmd != nil {
			if _, ok := cmd().(input.Submit); ok {
				submitted = true
			}
		}
	}
	return submitted
}

func workspace(t testing.TB, w, h int, draft ...string) *screen {
	t.Helper()
	s := newScreen(exercise(t), options(draft...))
	s.Init()
	s.SetSize(w, h)
	s.View()
	return s
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown field":  {"cards: 3", "cards: 3\ncolour: red", "colour"},
		"no scenario":    {"scenario: kiosk", "scenario: nowhere", `"nowhere"`},
		"bad pass":       {"pass: 70", "pass: 170", "points of 100"},
		"too many cards": {"cards: 3", "cards: 30", "1 to 12"},
		"one hint":       {", Who may read the store?]", "]", "hints"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(source(strings.Replace(kioskYAML, c.from, c.to, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one with %s", err, c.want)
			}
		})
	}
}

func TestFormat(t *testing.T) {
	sh := Sheet{Cards: []Card{
		{Text: "Anyone can test stolen cards", Letter: "I", Place: "4", Severity: "critical", Replies: []string{"with a free account"}},
		{},
		{Text: "later", Place: "store"},
	}, Worksheet: "two\nlines"}
	want := exercises.Answer{"I/4/critical Anyone can test stolen cards", "+ with a free account", "-/-/- ", "-/store/- later", "# two\nlines"}
	if got := sh.Format(); !reflect.DeepEqual(got, want) {
		t.Fatalf("Format is %q", got)
	}
	if got := Parse(want); !reflect.DeepEqual(got, sh) {
		t.Errorf("Parse is %#v", got)
	}
	if got := Parse(exercises.Answer{"just a thought"}); !reflect.DeepEqual(got.Cards, []Card{{Text: "just a thought"}}) {
		t.Errorf("a card without marks is %#v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("I/4/low x", "+ y", "# z\n/-/")
	f.Add("👩‍💻\n\nשלום", "", "  ")
	f.Fuzz(func(t *testing.T, text, reply, notes string) {
		sh := Sheet{Cards: []Card{{Text: text, Letter: "S", Place: "store", Severity: "low", Replies: []string{reply}}, {Text: text}}, Worksheet: notes}
		if text == "" {
			sh.Cards = sh.Cards[:1]
		}
		if got := Parse(sh.Format()); !reflect.DeepEqual(got, sh) {
			t.Errorf("%q came back as %#v", sh.Format(), got)
		}
	})
}

func TestGradeIncomplete(t *testing.T) {
	x := exercise(t)
	for name, c := range map[string]struct {
		a    exercises.Answer
		want string
	}{
		"nothing":    {nil, "No card has any text"},
		"only notes": {exercises.Answer{"# thoughts"}, "No card has any text"},
		"too many":   {exercises.Answer{"a", "b", "c", "d"}, "4 cards and 3"},
		"too long":   {exercises.Answer{"a", strings.Repeat("x", 12345)}, "Card 2 has 12,345 characters and at most 10,000"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := x.Grade(context.Background(), c.a)
			var inc *exercises.Incomplete
			if !errors.As(err, &inc) || !strings.Contains(inc.Need, c.want) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
}

func golden(t *testing.T, name, got string, width int) {
	t.Helper()
	for i, l := range strings.Split(got, "\n") {
		if w := ansi.StringWidth(l); width > 0 && w > width {
			t.Errorf("line %d is %d columns wide, more than %d: %s", i+1, w, width, l)
		}
	}
	file := filepath.Join("testdata", "golden", name+".txt")
	var trimmed []string
	for _, l := range strings.Split(got, "\n") {
		trimmed = append(trimmed, strings.TrimRight(l, " "))
	}
	got = strings.Join(trimmed, "\n")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; see it with -update and git diff. It is now:\n%s", file, got)
	}
}

var goldenDraft = []string{
	"I/1/high Anyone in the hall can listen to the plain HTTP and read card numbers",
	"-/-/- ", "R/store/medium 名前を読んだ人は否認できる 👩‍💻 שלום", "# Is the hall's network ours?",
}

func TestGoldens(t *testing.T) {
	sizes := map[string][2]int{"60x16": {60, 16}, "80x20": {80, 20}, "120x36": {120, 36}}
	panes := map[string]string{"cards": "", "document": "<ctrl+t>", "diagram": "<ctrl+d><right>", "worksheet": "<ctrl+w>"}
	for size, wh := range sizes {
		for name, keys := range panes {
			t.Run(name+size, func(t *testing.T) {
				s := workspace(t, wh[0], wh[1], goldenDraft...)
				press(t, s, keys)
				golden(t, name+"-"+size, s.View(), wh[0])
			})
		}
	}
}

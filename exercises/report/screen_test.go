package report

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

func TestKeys(t *testing.T) {
	for name, c := range map[string]struct {
		draft     []string
		width     int
		keys      string
		want      []string
		submitted bool
	}{
		"write, choose, hand in by the button": {
			keys: "<shift+tab>Sniff it?<enter>i<enter>1<enter>h<enter><down><down><down><down><down><down><down><down><enter>", want: []string{"I/1/high Sniff it?"}, submitted: true},
		"letters in a text are text":      {keys: "<shift+tab>JKjk?q/n1", want: []string{"-/-/- JKjk?q/n1"}},
		"letters in the worksheet too":    {keys: "<ctrl+w>njk1?", want: []string{"# njk1?"}},
		"arrows choose":                   {keys: "<shift+tab>x<enter><right><right><enter><right><enter><right><right><left>", want: []string{"T/1/low x"}},
		"backspace takes a choice back":   {keys: "<shift+tab>x<enter>e<backspace>", want: []string{"-/-/- x"}},
		"J moves a card down":             {keys: "<shift+tab>first<enter>sJ", want: []string{"-/-/- ", "S/-/- first"}},
		"ctrl+up moves it up":             {draft: []string{"a", "b"}, keys: "<down><down><down><down><ctrl+up>", want: []string{"-/-/- b", "-/-/- a"}},
		"enter on a place begins a card":  {keys: "<ctrl+d><right><enter>see it", want: []string{"-/2/- see it"}},
		"the diagram chooses for a card":  {draft: []string{"a"}, keys: "<down><down><ctrl+d><right><right><enter>", want: []string{"-/kiosk/- a"}},
		"a full deck keeps its places":    {draft: []string{"S/1/low a", "S/1/low b", "S/1/low c"}, keys: "<ctrl+d><right><enter>", want: []string{"S/1/low a", "S/1/low b", "S/1/low c"}},
		"f5 hands in from anywhere":       {draft: []string{"a"}, keys: "<ctrl+t><f5>", want: []string{"-/-/- a"}, submitted: true},
		"ctrl+s in a text hands in":       {draft: []string{"a"}, keys: "!<ctrl+s>", want: []string{"-/-/- a!"}, submitted: true},
		"replies become text":             {draft: []string{"I/1/low a", "+ b"}, keys: "", want: []string{"I/1/low a\nb"}},
		"the document scrolls, no letter": {keys: "<down>jjJx<pgdown>", want: nil},
		"wide: tab goes to the cards":     {width: 120, keys: "<tab>x<tab>y", want: []string{"-/-/- x"}},
		"untouched is no draft":           {keys: "<tab><tab><tab><tab>", want: nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := workspace(t, max(80, c.width), 20, c.draft...)
			if got := press(t, s, c.keys); got != c.submitted {
				t.Errorf("handed in: %v", got)
			}
			if got := s.Answer(); !reflect.DeepEqual([]string(got), c.want) {
				t.Errorf("the answer is %q, want %q", got, c.want)
			}
		})
	}
}

func TestEscLeadsBackToTheCard(t *testing.T) {
	s := workspace(t, 80, 20, "a")
	press(t, s, "<ctrl+d>")
	if !s.Back() || s.pane != cardsPane {
		t.Error("esc in the diagram that was opened from a card must lead back to it")
	}
	if s.Back() {
		t.Error("a second esc must leave")
	}
	press(t, s, "<ctrl+w><ctrl+w>")
	if s.pane != cardsPane {
		t.Error("the key of the worksheet must lead back too")
	}
}

func TestFullDeckSaysSo(t *testing.T) {
	s := workspace(t, 80, 24, "S/1/low a", "S/1/low b", "S/1/low c")
	press(t, s, "<ctrl+d><enter>")
	if v := s.View(); !strings.Contains(v, "All 3 cards are in use") || !strings.Contains(v, "your cards here: 1, 2, 3") {
		t.Error(v)
	}
}

func TestClicks(t *testing.T) {
	s := workspace(t, 80, 20, "a")
	click := func(find string) {
		t.Helper()
		for y, l := range strings.Split(s.View(), "\n") {
			if before, _, ok := strings.Cut(l, find); ok {
				s.Update(tea.MouseMsg{X: ansi.StringWidth(before), Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
				return
			}
		}
		t.Fatalf("%q is not in sight:\n%s", find, s.View())
	}
	click(" E ")
	click("high")
	click("2  (empty)")
	press(t, s, "second")
	if got := s.Answer(); !reflect.DeepEqual(got, exercises.Answer{"E/-/high a", "-/-/- second"}) {
		t.Errorf("the answer is %q", got)
	}
	click("diagram")
	click("Ticket Service │")
	if got := s.system.Place().ID; got != "service" {
		t.Errorf("a click on a component lit %q", got)
	}
}

func TestLargePaste(t *testing.T) {
	s := workspace(t, 80, 24, "a")
	text := strings.Repeat("card numbers 名前 ", 80_000)
	start := time.Now()
	s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
	v := s.View()
	press(t, s, "<down>")
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("the screen stood still for %v", d)
	}
	if !strings.Contains(v, "of 10,000 characters: shorten it") {
		t.Error("nothing says that it is too long")
	}
	if got := Parse(s.Answer()).Cards[0].Text; len(got) != len(text)+1 {
		t.Errorf("%d bytes of %d are kept", len(got), len(text)+1)
	}
	for _, l := range strings.Split(s.View(), "\n") {
		if ansi.StringWidth(l) > 80 {
			t.Errorf("too wide: %q", l)
		}
	}
}

// frame holds if every framed line ends in the same column, whatever is written.
func TestFrameHolds(t *testing.T) {
	for _, text := range []string{"名前を読んだ人は否認できる", "👩‍💻👨‍👩‍👧‍👦🏳️‍🌈 families", "שלום עולם مرحبا", "e\u0301\u0301\u0301 combining", strings.Repeat("字", 200)} {
		for _, w := range []int{60, 80, 120} {
			s := workspace(t, w, 24, text)
			edge := -1
			for _, l := range strings.Split(s.View(), "\n") {
				l = strings.TrimRight(l, " ")
				if ansi.StringWidth(l) > w {
					t.Errorf("%q at %d: too wide", text, w)
				}
				if strings.Contains(l, "│ ") && strings.HasSuffix(l, "│") || strings.HasSuffix(l, "┐") {
					if edge >= 0 && ansi.StringWidth(l) != edge {
						t.Errorf("%q at %d: a frame line ends at %d and not %d: %s", text, w, ansi.StringWidth(l), edge, l)
					}
					edge = ansi.StringWidth(l)
				}
			}
		}
	}
}

// In a class the numbers of twelve cards end in one column, and nothing says that
// the first card counts most.
func TestCardsOfAClass(t *testing.T) {
	for _, w := range []int{60, 80, 120} {
		s := newScreen(exercise(t).ForClass(12, "Read.", "Ready"), options("I/1/high a"))
		s.SetSize(w, 40)
		v := s.View() + "\n"
		if strings.Contains(v, "first") || !strings.Contains(v, "[ Ready ]  1 of 12 written\n") {
			t.Errorf("%d columns: the button says something else:\n%s", w, v)
		}
		end := -1
		for n := 2; n <= 12; n++ {
			empty := fmt.Sprintf(" %d  (empty)", n)
			for _, l := range strings.Split(v, "\n") {
				before, _, ok := strings.Cut(l, empty)
				if !ok {
					continue
				}
				at := ansi.StringWidth(before) + len(empty)
				if end >= 0 && at != end {
					t.Errorf("%d columns: card %d ends in column %d and not in %d", w, n, at, end)
				}
				end = at
			}
		}
		if end < 0 {
			t.Errorf("%d columns: no card is empty:\n%s", w, v)
		}
	}
}

func TestEverySizeDraws(t *testing.T) {
	s := workspace(t, 80, 24, goldenDraft...)
	for _, p := range []string{"<ctrl+t>", "<ctrl+d>", "<ctrl+w>", "<tab>"} {
		press(t, s, p)
		for w := 20; w <= 200; w += 15 {
			for h := 3; h < 60; h += 7 {
				s.SetSize(w, h)
				lines := strings.Split(s.View(), "\n")
				if len(lines) > max(6, h) {
					t.Fatalf("%d lines at %dx%d", len(lines), w, h)
				}
				for _, l := range lines {
					if ansi.StringWidth(l) > w {
						t.Fatalf("%d columns at %dx%d: %s", ansi.StringWidth(l), w, h, l)
					}
				}
			}
		}
	}
}

func play(t *testing.T, script string, draft ...string) (exercises.Answer, string, []exercises.Answer, error) {
	t.Helper()
	var out bytes.Buffer
	var kept []exercises.Answer
	in := &echo{lines: strings.SplitAfter(script, "\n"), out: &out}
	p := input.NewPrompter(in, &out)
	p.Keep = func(a exercises.Answer) { kept = append(kept, a) }
	a, err := ask(context.Background(), exercise(t), p, draft)
	for _, r := range out.String() {
		if r == '\x1b' || r >= 0x2190 && r <= 0x2bff {
			t.Fatalf("%q is not for the line mode:\n%s", r, out.String())
		}
	}
	return a, out.String(), kept, err
}

// echo is a terminal: a line is read when it is asked for, and shown.
type echo struct {
	lines []string
	out   *bytes.Buffer
}

func (e *echo) Read(b []byte) (int, error) {
	if len(e.lines) == 0 || e.lines[0] == "" {
		return 0, context.Canceled
	}
	n := copy(b, e.lines[0])
	e.out.WriteString(e.lines[0])
	e.lines = e.lines[1:]
	return n, nil
}

func TestTranscript(t *testing.T) {
	a, out, kept, err := play(t, strings.Join([]string{
		"d", "2", // a part of the document
		"w", "1", // the whole diagram
		"Anyone in the hall can listen", "4", "1", "3",
		"n", "Is the hall ours?",
		"A colleague copies the store", "4", "nine", "5", "4",
		"",               // card 3 stays empty
		"3 3 1", "2 1 3", // a wrong order, a right one
		"1", ""}, "\n"))
	if err != nil {
		t.Fatal(err, out)
	}
	want := exercises.Answer{"I/store/critical A colleague copies the store", "I/1/high Anyone in the hall can listen", "# Is the hall ours?"}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("the answer is %q", a)
	}
	if len(kept) < 9 || !reflect.DeepEqual(kept[len(kept)-1], want) {
		t.Errorf("kept %d times, last %q", len(kept), kept[len(kept)-1])
	}
	golden(t, "transcript", out, 0)
}

func TestLineModeTakesUpADraft(t *testing.T) {
	a, out, _, err := play(t, "\n1\nnew words\n2\n1\n1\n\n\n1\n", "I/1/high first", "-/-/- second")
	if err != nil {
		t.Fatal(err, out)
	}
	if want := (exercises.Answer{"I/1/high first", "T/1/low new words"}); !reflect.DeepEqual(a, want) {
		t.Errorf("the answer is %q\n%s", a, out)
	}
}

// In the questions about a card: letters by themselves, a note with its text, a
// way back to the sentence, and no slip of the finger for a threat.
func TestLineModeUnderstands(t *testing.T) {
	a, out, _, err := play(t, strings.Join([]string{
		"1", "n", "who pays?", "2", "",
		"A colleague copies it", "I", "rewrite",
		"A colleague copies the store", "d", "5", "crit",
		"n and who looks at the hall?",
		"Somebody floods the kiosk", "D", "1", "low",
		"21", "213", "1", ""}, "\n"))
	if err != nil {
		t.Fatal(err, out)
	}
	want := exercises.Answer{"D/store/critical A colleague copies the store", "-/-/- ", "D/1/low Somebody floods the kiosk", "# who pays?\nand who looks at the hall?"}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("the answer is %q\n%s", a, out)
	}
}

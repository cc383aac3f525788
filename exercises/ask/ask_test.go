package ask

import (
	"bytes"
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

const kioskYAML = `id: kiosk.ask
title: One question for I
minutes: 3
prompt: Ask one question for **I** about the kiosk.
hints: [Who can listen?, Look at the first flow.]
explain: What crosses in clear is read.
notes: Let three people ask.
letter: I
system: kiosk
want: 1
questions:
  - id: who-listens
    text: Who can read the card number on its way from the kiosk to the service?
    examples: [Who can listen on the hall's network?, is the connection encrypted, somebody could sniff the traffic of the kiosk, The HTTP is not encrypted., can I see the card number on the wire, eavesdrop the network between kiosk and service, a guy with a laptop reads the card numbers in the hall, why no TLS between kiosk and service]
    reason: Plain HTTP in a public hall is read by whoever is there.
  - id: who-reads-store
    text: Who in the office may read the ticket store, and do they need to?
    examples: [who has access to the store, everybody can read the database, can a colleague copy all the card numbers from the store, insiders read the store, do all employees need to see the tickets database, is there access control on the store, office people look at stored cards, staff dumps the ticket store]
    reason: Everybody may, and nobody needs to.
near:
  - {id: flood, letter: D, text: What happens when somebody asks for ten thousand tickets at once?, examples: [can I flood the service, too many requests crash it, what if it is overloaded, denial of service by many tickets], reason: "A good question, and it belongs to denial of service."}
`

func exercise(t testing.TB, edit ...string) *Exercise {
	t.Helper()
	ex, err := decode(source(strings.NewReplacer(edit...).Replace(kioskYAML)))
	if err != nil {
		t.Fatal(err)
	}
	return ex.(*Exercise)
}

func source(yaml string) exercises.Source {
	return exercises.Source{Kind: "ask", YAML: []byte(yaml), File: "lesson.md", Line: 1, FS: os.DirFS("../report/testdata")}
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown field":    {"want: 1", "want: 1\ncolour: red", "colour"},
		"no such system":   {"system: kiosk", "system: nowhere", `"nowhere"`},
		"no such letter":   {"letter: I", "letter: X", "S, T, R, I, D, E"},
		"wants too many":   {"want: 1", "want: 3", "want is 3"},
		"too few examples": {"is the connection encrypted, ", "", "7 examples"},
		"the same id":      {"id: who-reads-store", "id: who-listens", "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(source(strings.Replace(kioskYAML, c.from, c.to, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one with %s", err, c.want)
			}
		})
	}
}

func TestSamples(t *testing.T) {
	for _, want := range []string{"want: 1", "want: 2"} {
		x := exercise(t, "want: 1", want)
		for _, s := range x.Samples() {
			res, err := x.Grade(context.Background(), s.Answer)
			if err != nil {
				t.Fatal(err)
			}
			if s.Full != (res.Score >= 0.999) {
				t.Errorf("%s, %s scores %v: %+v", want, s.Name, res.Score, res)
			}
		}
	}
}

func TestGrade(t *testing.T) {
	x := exercise(t)
	for name, c := range map[string]struct {
		text  string
		mark  exercises.Mark
		score float64
	}{
		"an example":     {"Who can listen on the hall's network?", exercises.Good, 1},
		"near":           {"denial of service by many tickets", exercises.Plain, .5},
		"something else": {"Which colour does the machine have?", exercises.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := x.Grade(context.Background(), exercises.Answer{c.text})
			if err != nil {
				t.Fatal(err)
			}
			if it := res.Items[0]; it.Mark != c.mark || res.Score != c.score || it.Reason == "" || it.Yours != c.text {
				t.Errorf("score %v, item %+v", res.Score, it)
			}
			if len(res.More) != 1 {
				t.Errorf("the key's other questions are not shown: %+v", res.More)
			}
		})
	}
	_, err := x.Grade(context.Background(), exercises.Answer{"  "})
	var inc *exercises.Incomplete
	if !errors.As(err, &inc) {
		t.Errorf("an empty question gives %v", err)
	}
}

// Who does not know is told so kindly, at once or when asked back, and what is too
// short to mean anything is asked back about.
func TestNotKnowingIsHonest(t *testing.T) {
	x := exercise(t)
	for _, c := range []struct {
		answer exercises.Answer
		mark   exercises.Mark
		says   string
	}{
		{exercises.Answer{"no idea"}, exercises.Unknown, "That is honest. "},
		{exercises.Answer{"kiosk network", "+ i dont know"}, exercises.Unknown, "That is honest"},
		{exercises.Answer{"kiosk network"}, exercises.Unsure, "can mean many things"},
	} {
		res, err := x.Grade(context.Background(), c.answer)
		if err != nil {
			t.Fatal(err)
		}
		if it := res.Items[0]; it.Mark != c.mark || !strings.Contains(it.Reason, c.says) || res.Score != 0 || (res.Outcome == exercises.Asked) != (c.mark == exercises.Unsure) {
			t.Errorf("%q: %+v", c.answer, res)
		}
	}
}

func TestReply(t *testing.T) {
	x := exercise(t)
	a := x.Reply(exercises.Answer{"Who can?"}, 0, "listen on the hall's network")
	if want := (exercises.Answer{"Who can?", "+ listen on the hall's network"}); !reflect.DeepEqual(a, want) {
		t.Fatalf("the answer is %q", a)
	}
	res, err := x.Grade(context.Background(), a)
	if err != nil || res.Outcome == exercises.Asked {
		t.Errorf("after a reply the question is judged for good: %+v %v", res, err)
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("Who can listen?", "+ me")
	f.Add("\x00\xff", "名前 👩‍💻")
	x := exercise(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		res, err := x.Grade(context.Background(), exercises.Answer{a, b})
		if err != nil {
			return
		}
		if res.Score < 0 || res.Score > 1 || res.Summary == "" || len(res.Items) == 0 || (res.Outcome == exercises.Asked) != (res.Items[0].Question != "") {
			t.Errorf("%q %q gives %+v", a, b, res)
		}
	})
}

func face(t *testing.T, w, h int, draft ...string) *screen {
	t.Helper()
	st := lipgloss.NewStyle()
	s := newScreen(exercise(t), input.Options{
		Styles: &input.Styles{Text: st, Quiet: st, Strong: st, Accent: st, Selected: st, Good: st, Bad: st, Warn: st, Frame: st, FrameFocus: st,
			Letter: func(string) lipgloss.Style { return st }},
		Draft:    draft,
		Markdown: func(md string, w int) string { return ansi.Wrap(md, w, " ") },
	})
	s.Init()
	s.SetSize(w, h)
	s.View()
	return s
}

func keys(s *screen, text string, named ...tea.KeyType) (submitted bool) {
	for _, r := range text {
		k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
		if r == ' ' {
			k.Type = tea.KeySpace
		}
		s.Update(k)
	}
	for _, n := range named {
		if cmd := s.Update(tea.KeyMsg{Type: n}); cmd != nil {
			_, is := cmd().(input.Submit)
			submitted = submitted || is
		}
	}
	return submitted
}

func TestScreenKeys(t *testing.T) {
	s := face(t, 80, 24)
	if s.Answer() != nil {
		t.Error("nothing typed is no draft")
	}
	second, _ := s.x.scenario.System.Place("2")
	keys(s, "njp? d1", tea.KeyCtrlD)
	if name := input.PlaceName(second); strings.Contains(s.View(), name) {
		t.Errorf("%q is told already", name)
	}
	keys(s, "", tea.KeyRight)
	if name := input.PlaceName(second); !strings.Contains(s.View(), name) {
		t.Errorf("the arrow walks the open diagram, not to %q", name)
	}
	keys(s, " still text")
	if got := s.Answer(); !reflect.DeepEqual(got, exercises.Answer{"njp? d1 still text"}) {
		t.Errorf("the answer is %q", got)
	}
	if !s.Back() || s.aside.IsOpen() || s.Back() {
		t.Error("esc closes the diagram, and then leaves")
	}
	if !keys(s, "", tea.KeyEnter) {
		t.Error("enter hands in")
	}
	s.Update(tea.KeyMsg{Type: tea.KeyEnter, Alt: true})
	keys(s, "b")
	if got := s.Answer()[0]; !strings.HasSuffix(got, "text\nb") {
		t.Errorf("alt+enter begins a line: %q", got)
	}
}

func TestEnterLeadsToTheNextQuestion(t *testing.T) {
	s := face(t, 80, 24)
	s.x = exercise(t, "want: 1", "want: 2")
	if keys(s, "one", tea.KeyEnter) {
		t.Error("two are asked for, and one was handed in")
	}
	if !keys(s, "two", tea.KeyEnter) {
		t.Error("both are there, and they were not handed in")
	}
	if got := s.Answer(); !reflect.DeepEqual(got, exercises.Answer{"one\ntwo"}) {
		t.Errorf("the answer is %q", got)
	}
	s = face(t, 80, 24)
	s.x = exercise(t, "want: 1", "want: 2")
	if keys(s, "one", tea.KeyEnter); !keys(s, "", tea.KeyEnter) {
		t.Error("enter on an empty line hands in")
	}
}

func TestScreenKeepsReplies(t *testing.T) {
	s := face(t, 80, 24, "Who?", "+ the guard")
	if got := s.Answer(); !reflect.DeepEqual(got, exercises.Answer{"Who?", "+ the guard"}) {
		t.Errorf("the answer is %q", got)
	}
}

func TestGoldens(t *testing.T) {
	for size, wh := range map[string][2]int{"60x20": {60, 20}, "80x24": {80, 24}, "120x40": {120, 40}} {
		for name, k := range map[string][]tea.KeyType{"closed": nil, "diagram": {tea.KeyCtrlD, tea.KeyRight}, "document": {tea.KeyCtrlT}} {
			t.Run(name+size, func(t *testing.T) {
				s := face(t, wh[0], wh[1], "Who can 名前 read it? 👩‍💻")
				keys(s, "", k...)
				golden(t, name+"-"+size, s.View(), wh[0])
			})
		}
	}
}

func golden(t *testing.T, name, got string, width int) {
	t.Helper()
	var lines []string
	for i, l := range strings.Split(got, "\n") {
		if w := ansi.StringWidth(l); width > 0 && w > width {
			t.Errorf("line %d is %d columns wide: %s", i+1, w, l)
		}
		lines = append(lines, strings.TrimRight(l, " "))
	}
	got = strings.Join(lines, "\n")
	file := filepath.Join("testdata", "golden", name+".txt")
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

func TestTranscript(t *testing.T) {
	var out bytes.Buffer
	p := input.NewPrompter(strings.NewReader("w\n2\n\nWho can listen?\n"), &out)
	p.Commands = []input.Command{{Word: "h", Help: "h gives a hint", Run: func() error { return nil }}}
	var kept exercises.Answer
	p.Keep = func(a exercises.Answer) { kept = a }
	a, err := talk(context.Background(), exercise(t), p, nil)
	if err != nil {
		t.Fatal(err, out.String())
	}
	if want := (exercises.Answer{"Who can listen?"}); !reflect.DeepEqual(a, want) || !reflect.DeepEqual(kept, want) {
		t.Errorf("answer %q, kept %q", a, kept)
	}
	if len(p.Commands) != 1 {
		t.Error("the caller's commands are not restored")
	}
	golden(t, "transcript", out.String(), 0)
}

// A remedy or a promise is turned back into a question before it counts; a
// question counts whether its mark is there or not, and so does a threat.
func TestToldIsNotAsked(t *testing.T) {
	x := exercise(t)
	for text, asked := range map[string]bool{
		"You should encrypt the hall's network so that nobody can listen.":  true,
		"Nobody can listen on the hall's network, because it is encrypted.": true,
		"who can listen on the hall's network":                              false,
		"Somebody in the street listens on the hall's network.":             false,
	} {
		res, err := x.Grade(context.Background(), exercises.Answer{text})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Outcome == exercises.Asked; got != asked {
			t.Errorf("%q: outcome %v, %+v", text, res.Outcome, res.Items[0])
		}
	}
}

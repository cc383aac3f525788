package reflect_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/input/inputtest"
	"edu/threatlings/exercises/reflect"
)

const groceries = `id: groceries
title: Then and now
minutes: 1
prompt: What changed?
voices:
  - {name: Ines, text: I went at *seven*.}
  - {name: Bo, text: I let it be delivered.}
  - {name: Wen, text: I changed nothing.}
criteria: [I named a worry, I named a price]
`

func exercise(t testing.TB) exercises.Exercise {
	return inputtest.Decode(t, reflect.Kind(), groceries)
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"two voices":    {"  - {name: Bo, text: I let it be delivered.}\n", "", "exactly three people"},
		"a silent one":  {"text: I changed nothing.", `text: ""`, "a name and a text"},
		"one criterion": {"[I named a worry, I named a price]", "[one]", "two to four"},
		"no prompt":     {"prompt: What changed?", `prompt: ""`, "has no prompt"},
	} {
		_, err := reflect.Kind().Decode(inputtest.Source(reflect.Kind(), strings.Replace(groceries, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "lesson.md:") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestGradeIsTheLearners(t *testing.T) {
	res, err := exercise(t).Grade(context.Background(), exercises.Answer{"I *stopped*\ngoing", "met 2"})
	if err != nil || res.Outcome != exercises.Written || res.Score != 0.5 {
		t.Fatalf("%+v, %v", res, err)
	}
	if text := res.More[0].Text; !strings.Contains(text, `I \*stopped\*`) || !strings.Contains(text, "**Wen**") {
		t.Errorf("the comparison reads %q", text)
	}
	for _, a := range []exercises.Answer{nil, {""}, {"text"}, {"text", "met 9"}, {"", "met 1"}} {
		_, err := exercise(t).Grade(context.Background(), a)
		var inc *exercises.Incomplete
		if !errors.As(err, &inc) {
			t.Errorf("%q gives %v", a, err)
		}
	}
	if res, err := exercise(t).Grade(context.Background(), exercises.Answer{"text", "compared"}); err != nil || res.Score != 0 || !strings.HasPrefix(res.Summary, "Kept. You ticked none of the 2") {
		t.Errorf("nothing met: %+v, %v", res, err)
	}
}

func TestWriteCompareAndBack(t *testing.T) {
	s := inputtest.Screen(reflect.Kind(), exercise(t), 80)
	s.Init()
	if n := inputtest.Press(t, s, "masks<tab><enter>"); n != 0 {
		t.Fatal("handed in before it was compared")
	}
	if !strings.Contains(s.View(), "I went at seven") {
		t.Fatalf("no voices:\n%s", s.View())
	}
	if n := inputtest.Press(t, s, "1<enter><enter><enter>"); n != 1 || strings.Join(s.Answer(), "|") != "masks|met 1" {
		t.Errorf("handed in %d times: %q", n, s.Answer())
	}
	if !s.Back() || s.Back() {
		t.Error("esc goes back to the text once, and then leaves")
	}
	if got := s.Answer(); len(got) == 0 || got[0] != "masks" {
		t.Errorf("the text is %q", got)
	}
}

func TestEnterReadsOnThroughTheVoices(t *testing.T) {
	s := inputtest.Screen(reflect.Kind(), exercise(t), 80, "masks", "compared")
	if n := inputtest.Press(t, s, "<enter><enter><enter><enter>"); n != 0 {
		t.Error("handed in while there was something to read")
	}
	if sight := inputtest.Focused(t, s); !strings.Contains(sight, "▸ [ ] I named a worry") || !strings.Contains(sight, "[ ] I named a price") {
		t.Errorf("the boxes are not in sight together:\n%s", sight)
	}
	if n := inputtest.Press(t, s, "<enter><enter>"); n != 0 {
		t.Error("handed in before the last box")
	}
	if n := inputtest.Press(t, s, "<enter>"); n != 1 {
		t.Error("not handed in at the end")
	}
}

func TestNothingWrittenIsSaid(t *testing.T) {
	s := inputtest.Screen(reflect.Kind(), exercise(t), 80)
	s.Init()
	if n := inputtest.Press(t, s, "<enter><tab><enter>"); n != 1 || strings.Contains(s.View(), "I went at") {
		t.Errorf("handed in %d times: Grade says what is missing\n%s", n, s.View())
	}
	_, err := exercise(t).Grade(context.Background(), s.Answer())
	var inc *exercises.Incomplete
	if !errors.As(err, &inc) || !strings.Contains(inc.Need, "Write a line or two first") {
		t.Error(err)
	}
}

func TestLettersOnTheButtonAreText(t *testing.T) {
	s := inputtest.Screen(reflect.Kind(), exercise(t), 80, "")
	s.Init()
	inputtest.Press(t, s, "soap<tab>kept: no x")
	if got := s.Answer(); len(got) != 1 || got[0] != "soapkept: no x" {
		t.Errorf("the text is %q", got)
	}
}

// Who tries again writes again, and judges what is written then.
func TestAgainWrites(t *testing.T) {
	o := inputtest.Options("masks", "met 2")
	o.Again = true
	s := reflect.Kind().Screen(exercise(t), o)
	s.Init()
	s.SetSize(80, 24)
	inputtest.Press(t, s, "!")
	if got := strings.Join(s.Answer(), "|"); got != "masks!" {
		t.Errorf("the answer is %q", got)
	}
}

func TestGoldens(t *testing.T) {
	inputtest.Widths(t, "write", func(w int) input.Screen {
		return inputtest.Screen(reflect.Kind(), exercise(t), w, "名前 🙂 שלום")
	})
	inputtest.Widths(t, "compare", func(w int) input.Screen {
		return inputtest.Screen(reflect.Kind(), exercise(t), w, "masks", "met 2")
	})
}

func TestLines(t *testing.T) {
	talk := inputtest.Ask(t, reflect.Kind(), exercise(t), nil, "", "masks", "2 1")
	if strings.Join(talk.Answer, "|") != "masks|met 1|met 2" {
		t.Errorf("%q\n%s", talk.Answer, talk.Out)
	}
	talk = inputtest.Ask(t, reflect.Kind(), exercise(t), exercises.Answer{"masks"}, "", "")
	if strings.Join(talk.Answer, "|") != "masks|compared" {
		t.Errorf("from a draft: %q\n%s", talk.Answer, talk.Out)
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("masks\x00met 1")
	ex := exercise(f)
	f.Fuzz(func(t *testing.T, answer string) {
		res, err := ex.Grade(context.Background(), strings.Split(answer, "\x00"))
		if err == nil && (res.Score < 0 || res.Score > 1 || res.Summary == "" || res.Outcome != exercises.Written) {
			t.Errorf("%q gives %+v", answer, res)
		}
	})
}

package list_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/input/inputtest"
	"edu/threatlings/exercises/list"
)

const assets = `id: assets
title: What is it worth?
minutes: 1
prompt: List two.
hints: [one, two]
want: 2
entries:
  - {id: people, text: The people, examples: [family, the kids, guests], reason: People first.}
  - {id: papers, text: Documents, examples: [passports, insurance papers, the will], reason: Small keys to large things.}
  - {id: calm, text: Peace of mind, examples: [sleeping well, feeling safe, quiet], reason: The quiet ones count.}
near:
  - {id: thief, text: The thief, examples: [burglars, a robber, the intruder], reason: That is who you worry about.}
`

func exercise(t testing.TB) exercises.Exercise { return inputtest.Decode(t, list.Kind(), assets) }

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"want too much": {"want: 2", "want: 9", "at most the 3 entries"},
		"few examples":  {"examples: [family, the kids, guests]", "examples: [family]", "at least 3 ways"},
		"same id":       {"id: papers", "id: people", "there twice"},
		"no reason":     {"reason: People first.", `reason: ""`, "an id, a text and a reason"},
	} {
		_, err := list.Kind().Decode(inputtest.Source(list.Kind(), strings.Replace(assets, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "lesson.md:") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestGrade(t *testing.T) {
	for _, c := range []struct {
		answer string
		score  float64
		marks  string
	}{
		{"The people|Documents", 1, "good good"},
		{"the kids|PASSPORTS|feeling safe", 1, "good good good"},
		{"family|the kids", 0.5, "good plain"}, // the same thing twice counts once
		{"burglars|the will", 0.5, "bad good"},
		{"xyzzy", 0, "unknown"},
		{" |family|", 0.5, "good"},
	} {
		res, err := exercise(t).Grade(context.Background(), strings.Split(c.answer, "|"))
		var marks []string
		for _, it := range res.Items {
			marks = append(marks, string(it.Mark))
		}
		if err != nil || res.Score != c.score || strings.Join(marks, " ") != c.marks {
			t.Errorf("%q scores %v with %q (%v), want %v with %q", c.answer, res.Score, marks, err, c.score, c.marks)
		}
	}
	for _, a := range []exercises.Answer{nil, {" "}, make(exercises.Answer, 300)} {
		_, err := exercise(t).Grade(context.Background(), a)
		var inc *exercises.Incomplete
		if !errors.As(err, &inc) {
			t.Errorf("%q gives %v", a, err)
		}
	}
}

func TestSamplesHold(t *testing.T) {
	for _, s := range exercise(t).Samples() {
		if res, err := exercise(t).Grade(context.Background(), s.Answer); err != nil || s.Full != (res.Score > 0.999) {
			t.Errorf("%s scores %v, %v", s.Name, res.Score, err)
		}
	}
}

func TestKeys(t *testing.T) {
	s := inputtest.Screen(list.Kind(), exercise(t), 80, "family")
	s.Init()
	if n := inputtest.Press(t, s, "<enter>q j1<tab><enter>"); n != 1 {
		t.Errorf("handed in %d times", n)
	}
	if got := strings.Join(s.Answer(), "|"); got != "family|q j1" {
		t.Errorf("the answer is %q: letters are text here", got)
	}
}

func TestGoldens(t *testing.T) {
	inputtest.Widths(t, "list", func(w int) input.Screen {
		return inputtest.Screen(list.Kind(), exercise(t), w, "family", "名前 🙂")
	})
}

func TestLines(t *testing.T) {
	talk := inputtest.Ask(t, list.Kind(), exercise(t), exercises.Answer{"old"}, "clear", "family", "the will", "")
	if strings.Join(talk.Answer, "|") != "family|the will" {
		t.Errorf("%q\n%s", talk.Answer, talk.Out)
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("family\nthe will")
	ex := exercise(f)
	f.Fuzz(func(t *testing.T, answer string) {
		res, err := ex.Grade(context.Background(), strings.Split(answer, "\n"))
		if err == nil && (res.Score < 0 || res.Score > 1 || res.Summary == "") {
			t.Errorf("%q gives %+v", answer, res)
		}
	})
}

package spot_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/input/inputtest"
	"edu/threatlings/exercises/spot"
)

const plan = `id: plan
title: Where?
minutes: 1
prompt: Mark the ways in.
hints: [one, two]
picture: |
  ┌── (1) ──┐
  │   (2)   │
  └── (a) ──┘
spots:
  - {id: window, mark: "1", text: the window, right: true, reason: It opens.}
  - {id: shelf, mark: "2", text: the shelf, right: false, reason: It is a shelf.}
  - {id: door, mark: a, text: the door, right: true, reason: It opens too.}
`

func exercise(t testing.TB) exercises.Exercise { return inputtest.Decode(t, spot.Kind(), plan) }

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"mark twice":     {"│   (2)   │", "│ (2) (2) │", "must stand in the drawing exactly once"},
		"mark not drawn": {"(a) ──", "(b) ──", "must stand in the drawing exactly once"},
		"long mark":      {`mark: a`, `mark: ab`, "needs a mark of one character"},
		"all right":      {"right: false", "right: true", "some must be and some must not"},
		"no reason":      {"reason: It is a shelf.", `reason: ""`, "right or wrong"},
		"same id":        {"id: shelf", "id: window", "there twice"},
		"too wide":       {"┌── (1) ──┐", "┌── (1) " + strings.Repeat("─", 60) + "┐", "columns wide"},
		"one hint":       {"[one, two]", "[one]", "at least 2"},
		"unknown field":  {"minutes: 1", "minuts: 1", "unknown field"},
	} {
		_, err := spot.Kind().Decode(inputtest.Source(spot.Kind(), strings.Replace(plan, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "lesson.md:") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestGrade(t *testing.T) {
	for answer, want := range map[string]float64{"window door": 1, "window": 0.5, "window door shelf": 0.5, "shelf": 0, "window gone": 0.5} {
		res, err := exercise(t).Grade(context.Background(), strings.Fields(answer))
		if err != nil || res.Score != want || len(res.Items) != 3 {
			t.Errorf("%q scores %v (%v), want %v", answer, res.Score, err, want)
		}
	}
	for _, answer := range []string{"", "gone"} {
		_, err := exercise(t).Grade(context.Background(), strings.Fields(answer))
		var inc *exercises.Incomplete
		if !errors.As(err, &inc) {
			t.Errorf("%q gives %v", answer, err)
		}
	}
}

func TestKeys(t *testing.T) {
	for name, c := range map[string]struct {
		draft, keys, want string
		handed            int
	}{
		"marks by name":         {"", "1a", "window door", 0},
		"walk and mark":         {"", "<down> <down> ", "shelf door", 0},
		"round the end":         {"", "<up> ", "door", 0},
		"taken back":            {"window", "1", "", 0},
		"handed in":             {"window", "<enter>", "window", 1},
		"an old draft":          {"gone door", "", "door", 0},
		"other keys do nothing": {"", "qz9", "", 0},
	} {
		s := inputtest.Screen(spot.Kind(), exercise(t), 80, strings.Fields(c.draft)...)
		if got := inputtest.Press(t, s, c.keys); got != c.handed {
			t.Errorf("%s: handed in %d times", name, got)
		}
		if got := strings.Join(s.Answer(), " "); got != c.want {
			t.Errorf("%s: the answer is %q, want %q", name, got, c.want)
		}
	}
}

func TestClick(t *testing.T) {
	s := inputtest.Screen(spot.Kind(), exercise(t), 60)
	inputtest.Click(t, s, "(a)")
	if strings.Join(s.Answer(), " ") != "door" {
		t.Errorf("a click on the door marks %q", s.Answer())
	}
}

func TestGoldens(t *testing.T) {
	inputtest.Widths(t, "plan", func(w int) input.Screen {
		s := inputtest.Screen(spot.Kind(), exercise(t), w)
		inputtest.Press(t, s, "1<down>")
		s.View()
		return s
	})
	sentences := strings.NewReplacer("picture: |\n  ┌── (1) ──┐\n  │   (2)   │\n  └── (a) ──┘\n", "", `mark: "1", `, "", `mark: "2", `, "", "mark: a, ", "", "the shelf", strings.Repeat("a long sentence ", 8)).Replace(plan)
	inputtest.Widths(t, "sentences", func(w int) input.Screen {
		s := inputtest.Screen(spot.Kind(), inputtest.Decode(t, spot.Kind(), sentences), w)
		inputtest.Press(t, s, "2")
		s.View()
		return s
	})
}

func TestLines(t *testing.T) {
	talk := inputtest.Ask(t, spot.Kind(), exercise(t), exercises.Answer{"shelf"}, "9", "1 3")
	if strings.Join(talk.Answer, " ") != "window door" || !strings.Contains(talk.Out, "You had marked: 2") {
		t.Errorf("%q\n%s", talk.Answer, talk.Out)
	}
}

// In the line mode the marks of a drawing are its numbers, and the drawing is
// told in words where the author has written them.
func TestLinesTellTheDrawing(t *testing.T) {
	yaml := strings.NewReplacer(`mark: "1", `, `mark: "2", `, `mark: "2", `, `mark: "1", `, "picture:", "words: A square with the window on top.\npicture:").Replace(plan)
	talk := inputtest.Ask(t, spot.Kind(), inputtest.Decode(t, spot.Kind(), yaml), nil, "2")
	if strings.Join(talk.Answer, " ") != "window" || !strings.Contains(talk.Out, "The drawing, in words. A square with the window on top.") || !strings.Contains(talk.Out, "3. (a) ") {
		t.Errorf("%q\n%s", talk.Answer, talk.Out)
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("window\x00door")
	ex := exercise(f)
	f.Fuzz(func(t *testing.T, answer string) {
		res, err := ex.Grade(context.Background(), strings.Split(answer, "\x00"))
		if err == nil && (res.Score < 0 || res.Score > 1 || res.Summary == "") {
			t.Errorf("%q gives %+v", answer, res)
		}
	})
}

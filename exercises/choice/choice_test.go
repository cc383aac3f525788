package choice_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/choice"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/input/inputtest"
)

const several = `id: road.several
title: Which are controls?
minutes: 2
prompt: Which of these are **controls**?
pick: several
options:
  - {id: helmet, text: A helmet, right: true, reason: It lowers the harm.}
  - {id: rain, text: The *rain* of November, reason: Rain happens. It is a circumstance.}
  - {id: lock, text: Two locks on the bicycle instead of one and a habit of fetching it before the sun goes down and the station empties, right: true, reason: It costs the thief time.}
  - {id: bike, text: 自転車 the bicycle itself 🚲, reason: That is what you want to keep.}
hints: [A control is something you do., A helmet is one.]
explain: Controls cost something and lower a risk.
notes: Ask for more of them.
`

// one has two right options, either of which is right alone.
var one = strings.NewReplacer("pick: several\n", "pick: one\n", "road.several", "road.one").Replace(several)

// poll asks for an opinion.
var poll = strings.NewReplacer("rain, text", "rain, right: true, text", "itself 🚲,", "itself 🚲, right: true,").Replace(one)

func exercise(t testing.TB, yaml string) exercises.Exercise {
	t.Helper()
	return inputtest.Decode(t, choice.Kind(), yaml)
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown field":    {"pick: several", "pick: several\ncolour: red", "lesson.md:6: "},
		"a stray tag":      {"hints: [", "hints: !", "lesson.md:1: this YAML cannot be understood"},
		"unknown pick":     {"pick: several", "pick: some", `lesson.md:5: pick is "some"`},
		"no title":         {"title: Which are controls?", `title: ""`, "lesson.md:2: the exercise has no title"},
		"one hint":         {", A helmet is one.", "", "lesson.md:11: there are 1 hints"},
		"no reason":        {"It lowers the harm.", `""`, `lesson.md:7: option "helmet" has no reason`},
		"a blank reason":   {"Rain happens. It is a circumstance.", `" "`, `lesson.md:8: option "rain" has no reason`},
		"no text":          {"A helmet, right", `"", right`, `lesson.md:7: option "helmet" has no text`},
		"no id":            {"id: helmet", `id: ""`, "lesson.md:7: option 1 has no id"},
		"the same id":      {"id: lock", "id: rain", `lesson.md:9: the id "rain" is there twice`},
		"none is right":    {"right: true, ", "", "no option is right"},
		"all of several":   {several, strings.Replace(poll, "pick: one", "pick: several", 1), "every option is right"},
		"a repeated field": {"reason: It lowers", "right: true, reason: It lowers", "lesson.md:7: "},
		"one option": {several[strings.Index(several, "  - {id: rain"):strings.Index(several, "hints")], "",
			"there are 1 options; give 2 to 9"},
	} {
		t.Run(name, func(t *testing.T) {
			yaml := strings.ReplaceAll(several, c.from, c.to)
			_, err := choice.Kind().Decode(inputtest.Source(choice.Kind(), yaml))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %s", err, c.want)
			}
			var f *exercises.Fault
			if !errors.As(err, &f) {
				t.Errorf("%T is no fault", err)
			}
		})
	}
}

func TestDecodeNamesEveryFault(t *testing.T) {
	yaml := strings.NewReplacer("It lowers the harm.", `""`, "It costs the thief time.", `""`).Replace(several)
	_, err := choice.Kind().Decode(inputtest.Source(choice.Kind(), yaml))
	if err == nil || strings.Count(err.Error(), "has no reason") != 2 {
		t.Errorf("two reasons are missing, and the error is %v", err)
	}
}

func TestSamples(t *testing.T) {
	for name, yaml := range map[string]string{"several": several, "one": one, "poll": poll} {
		ex := exercise(t, yaml)
		full := 0
		for _, s := range ex.Samples() {
			res, err := ex.Grade(context.Background(), s.Answer)
			if err != nil {
				t.Fatal(err)
			}
			if s.Full {
				full++
			}
			if s.Full != (res.Score >= 0.999) {
				t.Errorf("%s: %s scores %v", name, s.Name, res.Score)
			}
		}
		if full == 0 {
			t.Errorf("%s has no full sample", name)
		}
	}
}

func TestGrade(t *testing.T) {
	for name, c := range map[string]struct {
		yaml    string
		answer  exercises.Answer
		score   float64
		outcome exercises.Outcome
		marks   string // in the order shown
		summary string
	}{
		"several, all":          {several, exercises.Answer{"lock", "helmet"}, 1, exercises.Right, "helmet=good lock=good rain=plain bike=plain", "All 2, and nothing else."},
		"several, one left out": {several, exercises.Answer{"lock"}, .5, exercises.Partly, "lock=good helmet=missed rain=plain bike=plain", "1 of 2."},
		"several, one too many": {several, exercises.Answer{"lock", "helmet", "rain"}, .5, exercises.Partly, "helmet=good lock=good rain=bad bike=plain", "1 more that"},
		"several, everything":   {several, exercises.Answer{"lock", "helmet", "rain", "bike"}, 0, exercises.Wrong, "helmet=good lock=good rain=bad bike=bad", "2 more"},
		"several, no right one": {several, exercises.Answer{"rain"}, 0, exercises.Wrong, "rain=bad helmet=missed lock=missed bike=plain", "0 of 2"},
		"twice is once":         {several, exercises.Answer{"lock", "lock"}, .5, exercises.Partly, "lock=good helmet=missed rain=plain bike=plain", "1 of 2"},
		"one, the first":        {one, exercises.Answer{"helmet"}, 1, exercises.Right, "helmet=good rain=plain lock=plain bike=plain", "Yes."},
		"one, the other":        {one, exercises.Answer{"lock"}, 1, exercises.Right, "lock=good helmet=plain rain=plain bike=plain", "Yes."},
		"one, not right":        {one, exercises.Answer{"bike"}, 0, exercises.Wrong, "bike=bad helmet=missed lock=missed rain=plain", "Not this one."},
		"poll":                  {poll, exercises.Answer{"bike"}, 1, exercises.Written, "bike=plain helmet=plain rain=plain lock=plain", "no wrong answer"},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := exercise(t, c.yaml).Grade(context.Background(), c.answer)
			if err != nil {
				t.Fatal(err)
			}
			var marks []string
			for _, it := range res.Items {
				marks = append(marks, it.ID+"="+string(it.Mark))
				if it.Reason == "" || it.Label == "" {
					t.Errorf("%s has no reason or no label", it.ID)
				}
			}
			if got := strings.Join(marks, " "); got != c.marks {
				t.Errorf("marks are %s\nwant      %s", got, c.marks)
			}
			if res.Score != c.score || res.Outcome != c.outcome || !strings.Contains(res.Summary, c.summary) || res.Explain == "" {
				t.Errorf("score %v, %s: %s", res.Score, res.Outcome, res.Summary)
			}
		})
	}
}

func TestGradeIncomplete(t *testing.T) {
	for name, c := range map[string]struct {
		yaml   string
		answer exercises.Answer
		want   string
	}{
		"nothing":            {several, nil, "Nothing is chosen yet"},
		"two where one":      {one, exercises.Answer{"lock", "helmet"}, "one is asked for"},
		"an old option":      {several, exercises.Answer{"lock", "bell"}, "changed since"},
		"only an old option": {one, exercises.Answer{"bell"}, "changed since"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := exercise(t, c.yaml).Grade(context.Background(), c.answer)
			var inc *exercises.Incomplete
			if !errors.As(err, &inc) || !strings.Contains(inc.Need, c.want) {
				t.Errorf("error is %v, want %s", err, c.want)
			}
		})
	}
}

// Every order comes up, each seed has its own, and an answer means the same in all.
func TestShuffled(t *testing.T) {
	ex := exercise(t, one).(*choice.Exercise)
	seen := map[string]bool{}
	for seed := range uint64(500) {
		y := ex.Shuffled(seed).(*choice.Exercise)
		var order []string
		for _, o := range y.Options {
			order = append(order, o.ID)
		}
		seen[strings.Join(order, " ")] = true
		if !reflect.DeepEqual(y, ex.Shuffled(seed)) {
			t.Fatalf("seed %d has two orders", seed)
		}
		for _, s := range ex.Samples() {
			if res, err := y.Grade(context.Background(), s.Answer); err != nil || s.Full != (res.Score >= 0.999) {
				t.Errorf("%s scores %v (%v) in the order %s", s.Name, res.Score, err, order)
			}
		}
	}
	if len(seen) != 24 {
		t.Errorf("%d orders of four options came up", len(seen))
	}
	if ex.Options[0].ID != "helmet" {
		t.Error("the exercise itself was changed")
	}
	kept := exercise(t, strings.Replace(one, "pick: one", "pick: one\nordered: true", 1)).(*choice.Exercise)
	for seed := range uint64(20) {
		if !reflect.DeepEqual(kept.Shuffled(seed), exercises.Exercise(kept)) {
			t.Fatal("an order that says something was changed")
		}
	}
}

func TestEmphasisIsNotDrawn(t *testing.T) {
	ex := exercise(t, several)
	if v := inputtest.Screen(choice.Kind(), ex, 80).View(); !strings.Contains(v, "The rain of November") {
		t.Error(v)
	}
	res, err := ex.Grade(context.Background(), exercises.Answer{"rain"})
	if err != nil || res.Items[0].Label != "The rain of November" {
		t.Errorf("the label is %q (%v)", res.Items[0].Label, err)
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("lock", "helmet", true)
	f.Add("lock", "\x00\xff", false)
	f.Add("", "lock", false)
	both := map[bool]exercises.Exercise{true: exercise(f, one), false: exercise(f, several)}
	f.Fuzz(func(t *testing.T, a, b string, single bool) {
		res, err := both[single].Grade(context.Background(), exercises.Answer{a, b})
		if err != nil {
			var inc *exercises.Incomplete
			if !errors.As(err, &inc) || inc.Need == "" {
				t.Errorf("%q %q gives %v", a, b, err)
			}
			return
		}
		if res.Score < 0 || res.Score > 1 || res.Summary == "" || len(res.Items) != 4 {
			t.Errorf("%q %q gives %+v", a, b, res)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(several)
	f.Add(one)
	f.Add("options: [{}, {}]")
	f.Fuzz(func(t *testing.T, yaml string) {
		ex, err := choice.Kind().Decode(inputtest.Source(choice.Kind(), yaml))
		if err != nil {
			return
		}
		for _, s := range ex.Samples() {
			if res, err := ex.Grade(context.Background(), s.Answer); err != nil || s.Full != (res.Score >= 0.999) {
				t.Errorf("%s scores %v (%v) in %q", s.Name, res.Score, err, yaml)
			}
		}
		inputtest.Screen(choice.Kind(), ex, 60)
	})
}

func TestKeys(t *testing.T) {
	for name, c := range map[string]struct {
		yaml    string
		draft   []string
		keys    string
		want    exercises.Answer
		handed  int
		focused string
	}{
		"the cursor is nowhere":         {one, nil, "", nil, 0, "  1. A helmet"},
		"enter alone chooses nothing":   {one, nil, "<enter>", nil, 1, "  1. A helmet"},
		"enter chooses":                 {one, nil, "<down><down><down><enter>", exercises.Answer{"lock"}, 1, "▸ 3. Two locks"},
		"j and k":                       {one, nil, "jjjjk<enter>", exercises.Answer{"lock"}, 1, "▸ 3. Two locks"},
		"a number only moves":           {one, nil, "4", nil, 0, "▸ 4. 自転車"},
		"a number that is none":         {one, nil, "9", nil, 0, "  1. A helmet"},
		"up from the top is the bottom": {one, nil, "<up>", nil, 0, "▸ 4. 自転車"},
		"space shows the choice":        {one, nil, "jj ", exercises.Answer{"rain"}, 0, "your choice so far"},
		"the first space only moves":    {one, nil, " ", nil, 0, "▸ 1. A helmet"},
		"a draft is where one was":      {one, []string{"lock", "bell"}, "", exercises.Answer{"lock"}, 0, "▸ 3. Two locks"},
		"space marks and takes back":    {several, nil, " j  j ", exercises.Answer{"helmet", "lock"}, 0, "▸ 3. [x] Two locks"},
		"a number marks":                {several, nil, "31<enter>", exercises.Answer{"helmet", "lock"}, 1, "▸ 1. [x] A helmet"},
		"enter does not mark":           {several, nil, "<enter>", nil, 1, "▸ 1. [ ] A helmet"},
		"a draft is marked":             {several, []string{"lock", "bell"}, "", exercises.Answer{"lock"}, 0, "▸ 1. [ ] A helmet"},
	} {
		t.Run(name, func(t *testing.T) {
			s := inputtest.Screen(choice.Kind(), exercise(t, c.yaml), 80, c.draft...)
			if got := inputtest.Press(t, s, c.keys); got != c.handed {
				t.Errorf("handed in %d times", got)
			}
			if got := s.Answer(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("the answer is %q, want %q", got, c.want)
			}
			if got := inputtest.Focused(t, s); !strings.Contains(got, c.focused) {
				t.Errorf("in sight is %q, want %q", got, c.focused)
			}
			if len(s.Help()) < 2 || s.Back() {
				t.Error("the help is short, or esc was taken")
			}
		})
	}
}

func TestClick(t *testing.T) {
	s := inputtest.Screen(choice.Kind(), exercise(t, one), 60)
	if inputtest.Click(t, s, "down and the") || s.Answer() != nil {
		t.Error("a click only moves where one is asked for")
	}
	if got := inputtest.Focused(t, s); !strings.HasPrefix(got, "▸ 3.") {
		t.Errorf("a click on the second line of an option leads to %q", got)
	}
	s = inputtest.Screen(choice.Kind(), exercise(t, several), 60)
	inputtest.Click(t, s, "the bicycle itself")
	if got := s.Answer(); !reflect.DeepEqual(got, exercises.Answer{"bike"}) {
		t.Errorf("the answer is %q", got)
	}
}

func TestGoldens(t *testing.T) {
	for name, yaml := range map[string]string{"one": one, "several": several} {
		inputtest.Widths(t, name, func(w int) input.Screen {
			s := inputtest.Screen(choice.Kind(), exercise(t, yaml), w, "lock")
			inputtest.Press(t, s, "<down>")
			return s
		})
	}
}

func TestLineMode(t *testing.T) {
	for name, c := range map[string]struct {
		yaml  string
		draft exercises.Answer
		typed []string
		want  exercises.Answer
		kept  int
	}{
		"one":              {one, nil, []string{"twenty", "", "1 3", "3"}, exercises.Answer{"lock"}, 1},
		"one, again":       {one, exercises.Answer{"bike"}, []string{"", "1"}, exercises.Answer{"helmet"}, 1},
		"several":          {several, nil, []string{"", "5", "3, 1"}, exercises.Answer{"lock", "helmet"}, 1},
		"several, kept":    {several, exercises.Answer{"lock", "bell"}, []string{""}, exercises.Answer{"lock"}, 1},
		"several, changed": {several, exercises.Answer{"lock"}, []string{"1"}, exercises.Answer{"helmet"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			talk := inputtest.Ask(t, choice.Kind(), exercise(t, c.yaml), c.draft, c.typed...)
			if talk.Err != nil || !reflect.DeepEqual(talk.Answer, c.want) {
				t.Errorf("the answer is %q (%v), want %q\n%s", talk.Answer, talk.Err, c.want, talk.Out)
			}
			if len(talk.Kept) != c.kept || !reflect.DeepEqual(talk.Kept[len(talk.Kept)-1], c.want) {
				t.Errorf("kept %q", talk.Kept)
			}
			inputtest.Golden(t, "line-"+strings.NewReplacer(", ", "-", " ", "-").Replace(name), talk.Out)
		})
	}
}

func TestLineModeEnds(t *testing.T) {
	if talk := inputtest.Ask(t, choice.Kind(), exercise(t, one), nil); !errors.Is(talk.Err, input.ErrLeave) {
		t.Errorf("the end of the input gives %v", talk.Err)
	}
}

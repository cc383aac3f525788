package rank_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/input/inputtest"
	"edu/threatlings/exercises/rank"
)

const house = `id: house.order
title: What worries you most?
minutes: 3
prompt: Put the **worst** first.
items:
  - {id: garage, text: The *garage* opens to a recorded signal, reason: It takes a gadget., first: You looked behind it., last: You counted the skill.}
  - {id: guard, text: 保安 can be bribed 💂, reason: Then every door opens.}
  - {id: locks, text: The locks at all four doors are the cheapest that the shop had on the day when they were bought, reason: It leaves no trace.}
  - {id: windows, text: The windows do not lock, reason: It takes no tool.}
orders:
  - {order: [windows, locks, garage, guard], name: The busy thief, reason: Easiest first.}
  - {order: [guard, windows, locks, garage], name: The worst first, reason: The guard has every key.}
hints: [Imagine the evening., Now the morning after.]
explain: Speak of how likely and how bad.
notes: Collect first places.
`

func exercise(t testing.TB) exercises.Exercise {
	t.Helper()
	return inputtest.Decode(t, rank.Kind(), house)
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown field":       {"minutes: 3", "minutes: 3\ncolour: red", "lesson.md:4: "},
		"no minutes":          {"minutes: 3", "minutes: 0", "lesson.md:3: minutes is 0"},
		"no id":               {"{id: guard", `{id: ""`, "lesson.md:7: item 2 has no id"},
		"the same id":         {"{id: guard", "{id: garage", `lesson.md:7: the id "garage" is there twice`},
		"no text":             {"The windows do not lock", `""`, `lesson.md:9: item "windows" has no text`},
		"no reason":           {"It leaves no trace.", `" "`, `lesson.md:8: item "locks" has no reason`},
		"order leaves one":    {"[windows, locks, garage, guard]", "[windows, locks, garage]", "lesson.md:11: order 1 must name each item once"},
		"order names twice":   {"[windows, locks, garage, guard]", "[windows, locks, garage, garage]", "order 1 must name each item once: garage, guard, locks, windows"},
		"order names another": {"[guard, windows,", "[dog, windows,", "lesson.md:12: order 2 must name each item once"},
		"order without name":  {"name: The busy thief", `name: ""`, "lesson.md:11: order 1 needs a name and a reason"},
		"order without why":   {"Easiest first.", `""`, "lesson.md:11: order 1 needs a name and a reason"},
		"no order":            {house[strings.Index(house, "orders:"):strings.Index(house, "hints:")], "", "there is no order that holds"},
		"two items":           {house[strings.Index(house, "  - {id: locks"):strings.Index(house, "orders:")], "", "lesson.md:6: there are 2 items"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rank.Kind().Decode(inputtest.Source(rank.Kind(), strings.Replace(house, c.from, c.to, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %s", err, c.want)
			}
			var f *exercises.Fault
			if !errors.As(err, &f) || f.File != "lesson.md" || f.Line < 1 {
				t.Errorf("%v does not say where", err)
			}
		})
	}
}

func TestSamples(t *testing.T) {
	ex := exercise(t)
	below := 0
	for _, s := range ex.Samples() {
		res, err := ex.Grade(context.Background(), s.Answer)
		if err != nil {
			t.Fatal(err)
		}
		if s.Full != (res.Score >= 0.999) {
			t.Errorf("%s scores %v", s.Name, res.Score)
		}
		if !s.Full {
			below++
		}
	}
	if below != 1 {
		t.Errorf("%d samples must score below 1, want one", below)
	}
}

func TestGrade(t *testing.T) {
	for name, c := range map[string]struct {
		answer  string
		score   float64
		outcome exercises.Outcome
		summary string
		marks   string
	}{
		"an order that holds":     {"windows locks garage guard", 1, exercises.Right, "“The busy thief”", "good good good good"},
		"another":                 {"guard windows locks garage", 1, exercises.Right, "“The worst first”", "good good good good"},
		"one pair":                {"locks windows garage guard", 1 - 1.0/6, exercises.Partly, "One pair stands the other way round than in an order that holds: “The busy thief”", "bad also good good"},
		"nearer to the second":    {"guard locks windows garage", 1 - 1.0/6, exercises.Partly, "“The worst first”", "good also bad good"},
		"the first one reversed":  {"guard garage locks windows", 1 - 3.0/6, exercises.Partly, "“The worst first”; 3 pairs stand the other way round", "good bad good bad"},
		"the second one reversed": {"garage locks windows guard", 1 - 3.0/6, exercises.Partly, "“The busy thief”; 3 pairs stand the other way round", "bad good bad good"},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := exercise(t).Grade(context.Background(), strings.Fields(c.answer))
			if err != nil {
				t.Fatal(err)
			}
			var marks []string
			for _, it := range res.Items {
				marks = append(marks, string(it.Mark))
				if it.Reason == "" {
					t.Errorf("%s has no reason", it.ID)
				}
				if (it.Mark == exercises.Bad) != (it.Expected != "") {
					t.Errorf("%s: a place is named just where it differs: %+v", it.ID, it)
				}
			}
			if math.Abs(res.Score-c.score) > 1e-9 || res.Outcome != c.outcome || !strings.Contains(res.Summary, c.summary) || res.Explain == "" {
				t.Errorf("score %v, %s: %s", res.Score, res.Outcome, res.Summary)
			}
			if got := strings.Join(marks, " "); got != c.marks {
				t.Errorf("marks are %s, want %s", got, c.marks)
			}
			if len(res.More) != 1 || !strings.Contains(res.More[0].Text, "The busy thief") || !strings.Contains(res.More[0].Text, "The worst first") {
				t.Errorf("the orders that hold are not all shown: %+v", res.More)
			}
		})
	}
}

func TestFirstAndLastAreRemarkedOn(t *testing.T) {
	for answer, want := range map[string]string{
		"garage locks windows guard": "It takes a gadget. You looked behind it.",
		"guard windows locks garage": "It takes a gadget. You counted the skill.",
		"windows garage locks guard": "It takes a gadget.",
	} {
		res, err := exercise(t).Grade(context.Background(), strings.Fields(answer))
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range res.Items {
			if it.ID == "garage" && it.Reason != want {
				t.Errorf("%s: %q, want %q", answer, it.Reason, want)
			}
		}
	}
}

func TestGradeIncomplete(t *testing.T) {
	for _, answer := range []string{"", "windows", "windows locks garage", "windows locks garage garage", "windows locks garage dog", "windows locks garage guard dog"} {
		_, err := exercise(t).Grade(context.Background(), strings.Fields(answer))
		var inc *exercises.Incomplete
		if !errors.As(err, &inc) || !strings.Contains(inc.Need, "Put all 4 in an order") {
			t.Errorf("%q gives %v", answer, err)
		}
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("windows locks garage guard")
	f.Add("guard \x00\xff 名前 guard")
	ex := exercise(f)
	f.Fuzz(func(t *testing.T, answer string) {
		res, err := ex.Grade(context.Background(), strings.Fields(answer))
		if err != nil {
			var inc *exercises.Incomplete
			if !errors.As(err, &inc) || inc.Need == "" {
				t.Errorf("%q gives %v", answer, err)
			}
			return
		}
		if res.Score < 0 || res.Score > 1 || res.Summary == "" || len(res.Items) != 4 {
			t.Errorf("%q gives %+v", answer, res)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(house)
	f.Add("items: [{}, {}]\ngroups: [{}]\norders: [{}]\ncontrols: [{}, {}]\nworries: [{}]")
	f.Fuzz(func(t *testing.T, yaml string) {
		ex, err := rank.Kind().Decode(inputtest.Source(rank.Kind(), yaml))
		if err != nil {
			return
		}
		for _, s := range ex.Samples() {
			if res, err := ex.Grade(context.Background(), s.Answer); err != nil || s.Full != (res.Score >= 0.999) {
				t.Errorf("%s scores %v (%v) in %q", s.Name, res.Score, err, yaml)
			}
		}
		inputtest.Screen(rank.Kind(), ex, 60)
	})
}

func TestKeys(t *testing.T) {
	for name, c := range map[string]struct {
		draft   string
		keys    string
		want    string
		handed  int
		focused string
	}{
		"untouched is no draft":        {"", "jjkk", "", 0, "▸ 1. The garage"},
		"J moves it down":              {"", "J", "guard garage locks windows", 0, "▸ 2. The garage"},
		"K moves it up":                {"", "jjK", "garage locks guard windows", 0, "▸ 2. The locks"},
		"shift and arrows":             {"", "<shift+down><shift+down><shift+up>", "guard garage locks windows", 0, "▸ 2. The garage"},
		"picked up, the arrows move":   {"", " <down><down>", "guard locks garage windows", 0, "↕ 3. The garage"},
		"put down, they choose":        {"", " j j", "guard garage locks windows", 0, "▸ 3. The locks"},
		"esc puts it down":             {"", " j<esc>j", "guard garage locks windows", 0, "▸ 3. The locks"},
		"a number is a place":          {"", "4", "guard locks windows garage", 0, "▸ 4. The garage"},
		"a number upwards":             {"", "jjj1", "windows garage guard locks", 0, "▸ 1. The windows"},
		"no place beyond the ends":     {"", "KKjjjjJJ", "", 0, "▸ 4. The windows"},
		"no place with that number":    {"", "9", "", 0, "▸ 1. The garage"},
		"enter hands the order in":     {"", "J<enter>", "guard garage locks windows", 1, "▸ 2. The garage"},
		"enter asks first":             {"", "<enter>", "", 0, "Nothing is moved yet"},
		"enter takes the order listed": {"", "<enter><enter>", "garage guard locks windows", 1, "▸ 1. The garage"},
		"a key between, and it asks":   {"", "<enter>j<enter>", "", 0, "Nothing is moved yet"},
		"enter puts down":              {"", " <down><enter><down>", "guard garage locks windows", 0, "▸ 3. The locks"},
		"a draft, some of it old":      {"dog windows", "", "windows garage guard locks", 0, "▸ 1. The windows"},
	} {
		t.Run(name, func(t *testing.T) {
			s := inputtest.Screen(rank.Kind(), exercise(t), 80, strings.Fields(c.draft)...)
			if got := inputtest.Press(t, s, c.keys); got != c.handed {
				t.Errorf("handed in %d times", got)
			}
			if got := strings.Join(s.Answer(), " "); got != c.want {
				t.Errorf("the answer is %q, want %q", got, c.want)
			}
			if got := inputtest.Focused(t, s); !strings.Contains(got, c.focused) {
				t.Errorf("in sight is %q, want %q", got, c.focused)
			}
		})
	}
}

func TestEscLeavesWhenNothingIsHeld(t *testing.T) {
	s := inputtest.Screen(rank.Kind(), exercise(t), 80)
	if s.Back() {
		t.Error("nothing is picked up, and esc was taken")
	}
	inputtest.Press(t, s, " ")
	if !slices.ContainsFunc(s.Help(), func(b key.Binding) bool { return b.Help().Desc == "put down" }) {
		t.Error("with one picked up, the help does not say how to put it down")
	}
	if !s.Back() || s.Back() {
		t.Error("esc puts down what is held, and then leaves")
	}
}

func TestClick(t *testing.T) {
	s := inputtest.Screen(rank.Kind(), exercise(t), 60)
	inputtest.Click(t, s, "the day when they")
	if got := inputtest.Focused(t, s); !strings.HasPrefix(got, "▸ 3. The locks") {
		t.Errorf("a click on the second line of an item leads to %q", got)
	}
}

func TestGoldens(t *testing.T) {
	for name, keys := range map[string]string{"fresh": "", "held": "jj K"} {
		inputtest.Widths(t, name, func(w int) input.Screen {
			s := inputtest.Screen(rank.Kind(), exercise(t), w)
			inputtest.Press(t, s, keys)
			return s
		})
	}
}

func TestLineMode(t *testing.T) {
	for name, c := range map[string]struct {
		draft string
		typed []string
		want  string
		kept  []string
	}{
		"glued":     {"", []string{"9", "", "4312"}, "windows locks garage guard", []string{"windows locks garage guard"}},
		"fresh":     {"", []string{"4 3 1", "4 3 1 5", "4,3,1,2"}, "windows locks garage guard", []string{"windows locks garage", "windows locks garage guard"}},
		"as listed": {"", []string{"", "yes"}, "garage guard locks windows", []string{"garage guard locks windows"}},
		"resumed":   {"windows dog locks", []string{"", "", "", "y"}, "windows locks garage guard", []string{"windows locks garage guard"}},
	} {
		t.Run(name, func(t *testing.T) {
			talk := inputtest.Ask(t, rank.Kind(), exercise(t), strings.Fields(c.draft), c.typed...)
			if talk.Err != nil || strings.Join(talk.Answer, " ") != c.want {
				t.Errorf("the answer is %q (%v), want %q\n%s", talk.Answer, talk.Err, c.want, talk.Out)
			}
			var kept []string
			for _, k := range talk.Kept {
				kept = append(kept, strings.Join(k, " "))
			}
			if !reflect.DeepEqual(kept, c.kept) {
				t.Errorf("kept %q, want %q", kept, c.kept)
			}
			inputtest.Golden(t, "line-"+strings.ReplaceAll(name, " ", "-"), talk.Out)
		})
	}
}

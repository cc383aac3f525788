package budget_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/budget"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/input/inputtest"
)

const house = `id: budget.house
title: Spend it
minutes: 2
prompt: What do you do with the **money**?
money: 900
unit: "$"
worries:
  - {id: windows, text: Somebody climbs in at a *window*, weight: 5, open: The study is cold., closed: There are scratches on the paint.}
  - {id: doors, text: Somebody opens a door, weight: 4, open: The passport is gone., closed: Somebody goes home wet.}
  - {id: tools, text: The tools are taken, weight: 1, open: They go for a ride., closed: You sleep through it.}
controls:
  - {id: door, text: A new garage door, cost: 1150, closes: [tools], reason: More than there is.}
  - {id: locks, text: Four good locks, cost: 560, closes: [doors], reason: Most of the money.}
  - {id: cameras, text: 相机 that send their pictures to your telephone at every hour of the day and of the night 📷, cost: 380, closes: [], reason: They stop nobody.}
  - {id: latches, text: Free the window latches, cost: 0, closes: [windows], reason: A habit.}
  - {id: move, text: Carry the tools into the cellar, cost: 0, closes: [tools], needs: [locks], reason: You lean on the locks.}
hints: [Begin with what costs nothing., The door cannot be had.]
explain: The plan that scores best is our reckoning.
notes: Ask who moved the tools.
`

func exercise(t testing.TB, edit ...string) exercises.Exercise {
	t.Helper()
	return inputtest.Decode(t, budget.Kind(), strings.NewReplacer(edit...).Replace(house))
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown field":     {"minutes: 2", "minutes: 2\ncolour: red", "lesson.md:4: "},
		"one hint":          {", The door cannot be had.", "", "lesson.md:17: there are 1 hints"},
		"no money":          {"money: 900", "money: 0", "lesson.md:5: money is 0"},
		"too much money":    {"money: 900", "money: 900000000000", "lesson.md:5: money is 900000000000"},
		"no unit":           {`unit: "$"`, `unit: ""`, "lesson.md:6: there is no unit"},
		"worry without id":  {"{id: windows", `{id: ""`, "lesson.md:8: worry 1 has no id"},
		"worry twice":       {"{id: doors", "{id: windows", `lesson.md:9: the id "windows" is there twice`},
		"worry without":     {"Somebody opens a door", `""`, `lesson.md:9: worry "doors" has no text`},
		"weight too high":   {"weight: 5", "weight: 6", `lesson.md:8: worry "windows" has the weight 6`},
		"no weight":         {"weight: 1, ", "", `lesson.md:10: worry "tools" has the weight 0`},
		"no open story":     {"The study is cold.", `""`, `lesson.md:8: worry "windows" needs both stories`},
		"no closed story":   {"You sleep through it.", `" "`, `lesson.md:10: worry "tools" needs both stories`},
		"control without":   {"{id: locks", `{id: ""`, "lesson.md:13: control 2 has no id"},
		"control twice":     {"{id: locks", "{id: door", `lesson.md:13: the id "door" is there twice`},
		"control nothing":   {"{id: cameras", "{id: nothing", `lesson.md:14: the id "nothing" stands for an empty plan`},
		"no text":           {"Four good locks", `""`, `lesson.md:13: control "locks" has no text`},
		"no reason":         {"Most of the money.", `""`, `lesson.md:13: control "locks" has no reason`},
		"negative":          {"cost: 560", "cost: -1", `lesson.md:13: control "locks" costs -1`},
		"too dear":          {"cost: 560", "cost: 900000000000", `lesson.md:13: control "locks" costs 900000000000`},
		"closes no worry":   {"closes: [doors]", "closes: [gates]", `lesson.md:13: control "locks" closes "gates", which is no worry`},
		"needs no control":  {"needs: [locks]", "needs: [keys]", `lesson.md:16: control "move" needs "keys", which is no other control`},
		"needs itself":      {"needs: [locks]", "needs: [move]", `lesson.md:16: control "move" needs "move", which is no other control`},
		"nothing is closed": {"closes: [windows]", "closes: []", "no plan within the money closes any worry"},
		"one control":       {house[strings.Index(house, "  - {id: locks"):strings.Index(house, "hints:")], "", "there are 1 controls; give 2 to 10"},
		"one worry":         {house[strings.Index(house, "  - {id: doors"):strings.Index(house, "controls:")], "", "there are 1 worries; give 2 to 8"},
	} {
		t.Run(name, func(t *testing.T) {
			yaml := house
			if name == "nothing is closed" { // what little could be bought closes nothing
				yaml = strings.Replace(yaml, "money: 900", "money: 5", 1)
			}
			_, err := budget.Kind().Decode(inputtest.Source(budget.Kind(), strings.Replace(yaml, c.from, c.to, 1)))
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
	samples := ex.Samples()
	for _, s := range samples {
		res, err := ex.Grade(context.Background(), s.Answer)
		if err != nil {
			t.Fatal(err)
		}
		if s.Full != (res.Score >= 0.999) {
			t.Errorf("%s scores %v", s.Name, res.Score)
		}
	}
	if want := (exercises.Answer{"locks", "latches", "move"}); !reflect.DeepEqual(samples[0].Answer, want) {
		t.Errorf("the best plan is %q, want %q", samples[0].Answer, want)
	}
}

func TestGrade(t *testing.T) {
	for name, c := range map[string]struct {
		answer  string
		score   float64
		outcome exercises.Outcome
		summary string
		stories string // open or closed, for windows, doors and tools
		better  bool
	}{
		"the best plan":        {"move locks latches", 1, exercises.Right, "You spent $560 of $900, and $340 is left. It deals with 3 of 3 worries.", "closed closed closed", false},
		"one is left":          {"locks latches", .9, exercises.Partly, "deals with 2 of 3 worries. This is what happens next.", "closed closed open", true},
		"needs are not bought": {"move latches", .5, exercises.Partly, "You spent $0 of $900", "closed open open", true},
		"of no use":            {"cameras", 0, exercises.Wrong, "You spent $380 of $900, and $520 is left.", "open open open", true},
		"nothing":              {"nothing", 0, exercises.Wrong, "deals with 0 of 3 worries.", "open open open", true},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := exercise(t).Grade(context.Background(), strings.Fields(c.answer))
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(res.Score-c.score) > 1e-9 || res.Outcome != c.outcome || !strings.Contains(res.Summary, c.summary) || res.Explain == "" {
				t.Errorf("score %v, %s: %s", res.Score, res.Outcome, res.Summary)
			}
			told := map[string]string{
				"The study is cold.": "open", "The passport is gone.": "open", "They go for a ride.": "open",
				"There are scratches on the paint.": "closed", "Somebody goes home wet.": "closed", "You sleep through it.": "closed",
			}
			var stories []string
			for _, it := range res.Items {
				stories = append(stories, told[it.Reason])
				if (told[it.Reason] == "closed") != (it.Mark == exercises.Good) || (it.Yours != "") != (it.Mark == exercises.Good) {
					t.Errorf("the mark does not go with the story: %+v", it)
				}
			}
			if got := strings.Join(stories, " "); got != c.stories {
				t.Errorf("the stories are %s, want %s", got, c.stories)
			}
			if better := len(res.More) == 2; better != c.better {
				t.Errorf("a plan that does more is shown: %v", better)
			}
		})
	}
}

func TestBestForTheMoney(t *testing.T) {
	res, err := exercise(t, "money: 900", "money: 500").Grade(context.Background(), exercises.Answer{"latches"})
	if err != nil || res.Score != 1 || !strings.Contains(res.Summary, "No plan for this money does more.") {
		t.Errorf("%v: %+v", err, res)
	}
}

func TestEveryControlHasItsReason(t *testing.T) {
	res, err := exercise(t).Grade(context.Background(), exercises.Answer{"move", "latches"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"**A new garage door** ($1,150, left). More than there is.",
		"**Free the window latches** ($0, bought). A habit.",
		"**Carry the tools into the cellar** ($0, bought, and not of use alone). You lean on the locks.",
	} {
		if !strings.Contains(res.More[0].Text, want) {
			t.Errorf("%q is not in:\n%s", want, res.More[0].Text)
		}
	}
	if got := res.More[1].Text; !strings.Contains(got, "For $560") || !strings.Contains(got, "- Four good locks ($560)") {
		t.Error(got)
	}
}

func TestUnits(t *testing.T) {
	res, err := exercise(t, `unit: "$"`, "unit: days").Grade(context.Background(), exercises.Answer{"locks"})
	if err != nil || !strings.Contains(res.Summary, "You spent 560 days of 900 days") {
		t.Error(err, res.Summary)
	}
}

func TestGradeIncomplete(t *testing.T) {
	for answer, want := range map[string]string{
		"":                        "Nothing is chosen yet",
		"locks cameras":           "That costs $940 and there is $900: $40 too much.",
		"door":                    "$250 too much",
		"locks alarm":             "changed since",
		"alarm":                   "changed since",
		"door locks cameras \x00": "changed since",
	} {
		_, err := exercise(t).Grade(context.Background(), strings.Fields(answer))
		var inc *exercises.Incomplete
		if !errors.As(err, &inc) || !strings.Contains(inc.Need, want) {
			t.Errorf("%q gives %v, want %s", answer, err, want)
		}
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("move locks latches")
	f.Add("nothing locks \x00\xff 名前")
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
		if res.Score < 0 || res.Score > 1 || res.Summary == "" || len(res.Items) != 3 {
			t.Errorf("%q gives %+v", answer, res)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(house)
	f.Add("items: [{}, {}]\ngroups: [{}]\norders: [{}]\ncontrols: [{}, {}]\nworries: [{}]")
	f.Fuzz(func(t *testing.T, yaml string) {
		ex, err := budget.Kind().Decode(inputtest.Source(budget.Kind(), yaml))
		if err != nil {
			return
		}
		for _, s := range ex.Samples() {
			if res, err := ex.Grade(context.Background(), s.Answer); err != nil || s.Full != (res.Score >= 0.999) {
				t.Errorf("%s scores %v (%v) in %q", s.Name, res.Score, err, yaml)
			}
		}
		inputtest.Screen(budget.Kind(), ex, 60)
	})
}

func TestKeys(t *testing.T) {
	for name, c := range map[string]struct {
		draft   string
		keys    string
		want    string
		handed  int
		focused string
		view    string
	}{
		"untouched is no draft":    {"", "jk", "", 0, "▸ [ ] A new garage door", "$900 left of $900"},
		"space buys":               {"", "j ", "locks", 0, "▸ [x] Four good locks", "$340 left of $900"},
		"and puts back":            {"", "j  ", "", 0, "▸ [ ] Four good locks · $560, leaves $340", "$900 left of $900"},
		"a number buys":            {"", "24", "locks latches", 0, "▸ [x] Free the window", "$340 left"},
		"more than there is":       {"", " ", "", 0, "it cannot be bought", "That costs $1,150, and there is only $900 in all: it cannot be bought."},
		"more than is left":        {"", "23", "locks", 0, "more than is left", "That costs $380 and there is $340 left."},
		"enter hands in":           {"", "2<enter>", "locks", 1, "▸ [x] Four", ""},
		"one enter buys nothing":   {"", "<enter>", "nothing", 0, "▸ [ ] A new", "enter once more spends nothing."},
		"two enters spend nothing": {"", "<enter><enter>", "nothing", 1, "▸ [ ] A new", ""},
		"buying ends that":         {"", "<enter>22", "", 0, "▸ [ ] Four", ""},
		"nothing as a draft":       {"nothing", "<enter>", "nothing", 1, "▸ [ ] A new", ""},
		"a draft, some of it old":  {"alarm locks", "", "locks", 0, "▸ [ ] A new", "$340 left"},
		"a draft over the money":   {"locks cameras", "<enter>4", "locks cameras latches", 0, "▸ [x] Free", "$40 more than the $900 there is"},
		"it cannot be handed in":   {"locks cameras", "<enter>", "locks cameras", 0, "▸ [ ] A new", "The plan costs $40 too much."},
		"until something goes":     {"locks cameras", "3<enter>", "locks", 1, "▸ [ ] 相机", "$340 left of $900"},
		"the cursor stays inside":  {"", "kkkjjjjjjjjj", "", 0, "▸ [ ] Carry the tools", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := inputtest.Screen(budget.Kind(), exercise(t), 80, strings.Fields(c.draft)...)
			if got := inputtest.Press(t, s, c.keys); got != c.handed {
				t.Errorf("handed in %d times", got)
			}
			if got := strings.Join(s.Answer(), " "); got != c.want {
				t.Errorf("the answer is %q, want %q", got, c.want)
			}
			if got := inputtest.Focused(t, s); !strings.Contains(got, c.focused) {
				t.Errorf("in sight is %q, want %q", got, c.focused)
			}
			if v := s.View(); !strings.Contains(v, c.view) {
				t.Errorf("%q is not in:\n%s", c.view, v)
			}
			if len(s.Help()) < 3 || s.Back() {
				t.Error("the help is short, or esc was taken")
			}
		})
	}
}

func TestClick(t *testing.T) {
	s := inputtest.Screen(budget.Kind(), exercise(t), 60)
	inputtest.Click(t, s, "every hour of the day")
	if got := s.Answer(); !reflect.DeepEqual(got, exercises.Answer{"cameras"}) {
		t.Errorf("the answer is %q", got)
	}
	inputtest.Click(t, s, "left of $900")
	if got := s.Answer(); !reflect.DeepEqual(got, exercises.Answer{"cameras"}) {
		t.Errorf("a click on the total gives %q", got)
	}
}

func TestGoldens(t *testing.T) {
	for name, c := range map[string]struct{ draft, keys string }{
		"fresh": {"", "j"}, "begun": {"latches", "23"}, "over": {"locks cameras", "<enter>"},
	} {
		inputtest.Widths(t, name, func(w int) input.Screen {
			s := inputtest.Screen(budget.Kind(), exercise(t), w, strings.Fields(c.draft)...)
			inputtest.Press(t, s, c.keys)
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
		"fresh":       {"", []string{"", "2 3", "2 4"}, "locks latches", []string{"locks cameras", "locks latches"}},
		"nothing":     {"", []string{"6"}, "nothing", []string{"nothing"}},
		"resumed":     {"latches alarm", []string{""}, "latches", []string{"latches"}},
		"started new": {"latches", []string{"2 4 5"}, "locks latches move", []string{"locks latches move"}},
	} {
		t.Run(name, func(t *testing.T) {
			talk := inputtest.Ask(t, budget.Kind(), exercise(t), strings.Fields(c.draft), c.typed...)
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

package sorting_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/input/inputtest"
	sorting "edu/threatlings/exercises/sort"
)

const shop = `id: groceries.sort
title: Sort the morning
minutes: 3
prompt: Put each of them into the group where it fits best.
groups:
  - {id: asset, name: Asset, about: something you want to keep}
  - {id: threat, name: Threat, about: something that can go wrong and that you would rather not have happen at all}
  - {id: control, name: Control, about: something you do about it}
items:
  - {id: wallet, text: The wallet, group: asset, reason: It is what you want to keep.}
  - id: masks
    text: Wearing a *mask* when the shop is full and somebody behind you coughs into the vegetables
    group: control
    reason: It lowers a risk.
    also: {asset: "Masks were scarce, and so worth keeping."}
    not: {threat: Nothing goes wrong by it.}
  - {id: thief, text: 小偷 takes it 🥷, group: threat, reason: That can go wrong.}
hints: [Ask what you would miss., The wallet is an asset.]
explain: Some of them fit two groups.
notes: Ask who disagrees.
`

func exercise(t testing.TB) exercises.Exercise {
	t.Helper()
	return inputtest.Decode(t, sorting.Kind(), shop)
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown field":      {"minutes: 3", "minutes: 3\ncolour: red", "lesson.md:4: "},
		"no prompt":          {"prompt: Put each of them into the group where it fits best.", `prompt: ""`, "lesson.md:4: the exercise has no prompt"},
		"one hint":           {", The wallet is an asset.", "", "lesson.md:18: there are 1 hints"},
		"group without id":   {"{id: asset, name", `{id: "", name`, `lesson.md:6: group 1 has the id ""`},
		"group with =":       {"{id: asset, name", "{id: a=b, name", `lesson.md:6: group 1 has the id "a=b"`},
		"group twice":        {"{id: threat, name", "{id: asset, name", `lesson.md:7: the id "asset" is there twice`},
		"group without name": {"name: Control", `name: ""`, `lesson.md:8: group "control" has no name`},
		"item without id":    {"{id: wallet", `{id: ""`, `lesson.md:10: item 1 has the id ""`},
		"item twice":         {"{id: thief", "{id: wallet", `lesson.md:17: the id "wallet" is there twice`},
		"item without text":  {"The wallet, group", `"", group`, `lesson.md:10: item "wallet" has no text`},
		"no reason":          {"It lowers a risk.", `" "`, `lesson.md:11: item "masks" has no reason`},
		"unknown group":      {"group: control", "group: habit", `item "masks" belongs to "habit", which is no group`},
		"also unknown":       {"also: {asset", "also: {habit", `also "habit" must be another group`},
		"also its own":       {"also: {asset", "also: {control", `also "control" must be another group`},
		"also without why":   {`"Masks were scarce, and so worth keeping."`, `""`, `also "asset" must be another group`},
		"not unknown":        {"not: {threat", "not: {habit", `not "habit" must be a group that does not fit`},
		"not and also":       {"not: {threat", "not: {asset", `not "asset" must be a group that does not fit`},
		"one group": {shop[strings.Index(shop, "  - {id: threat"):strings.Index(shop, "items:")], "",
			"there are 1 groups; give 2 to 6"},
		"one item": {shop[strings.Index(shop, "  - id: masks"):strings.Index(shop, "hints:")], "",
			"there are 1 items; give 2 to 20"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sorting.Kind().Decode(inputtest.Source(sorting.Kind(), strings.Replace(shop, c.from, c.to, 1)))
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
		answer  exercises.Answer
		score   float64
		outcome exercises.Outcome
		marks   string
	}{
		"all first choices":  {exercises.Answer{"thief=threat", "wallet=asset", "masks=control"}, 1, exercises.Right, "wallet=good masks=good thief=good"},
		"another that holds": {exercises.Answer{"wallet=asset", "masks=asset", "thief=threat"}, 1, exercises.Right, "masks=also wallet=good thief=good"},
		"one is not":         {exercises.Answer{"wallet=asset", "masks=threat", "thief=threat"}, 2.0 / 3, exercises.Partly, "masks=bad wallet=good thief=good"},
		"none is":            {exercises.Answer{"wallet=control", "masks=threat", "thief=asset"}, 0, exercises.Wrong, "wallet=bad masks=bad thief=bad"},
		"the last word":      {exercises.Answer{"wallet=control", "masks=control", "thief=threat", "wallet=asset"}, 1, exercises.Right, "wallet=good masks=good thief=good"},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := exercise(t).Grade(context.Background(), c.answer)
			if err != nil {
				t.Fatal(err)
			}
			var marks []string
			for _, it := range res.Items {
				marks = append(marks, it.ID+"="+string(it.Mark))
				if it.Reason == "" || it.Yours == "" {
					t.Errorf("%s lacks its reason or what was said", it.ID)
				}
			}
			if got := strings.Join(marks, " "); got != c.marks {
				t.Errorf("marks are %s, want %s", got, c.marks)
			}
			if res.Score != c.score || res.Outcome != c.outcome || res.Summary == "" || res.Explain == "" {
				t.Errorf("score %v, %s: %s", res.Score, res.Outcome, res.Summary)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	for group, want := range map[string]struct{ reason, expected, detail string }{
		"control": {"It lowers a risk.", "", "Asset. Masks were scarce"},
		"asset":   {"Masks were scarce, and so worth keeping.", "", "Control. It lowers a risk."},
		"threat":  {"Nothing goes wrong by it. It lowers a risk.", "Control", ""},
	} {
		res, err := exercise(t).Grade(context.Background(), exercises.Answer{"wallet=asset", "masks=" + group, "thief=threat"})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range res.Items {
			if it.ID != "masks" {
				continue
			}
			detail := ""
			if len(it.Details) > 0 {
				detail = it.Details[0].Text
			}
			if it.Reason != want.reason || it.Expected != want.expected || !strings.HasPrefix(detail, want.detail) || (want.detail == "") != (detail == "") {
				t.Errorf("masks as %s: %+v", group, it)
			}
		}
	}
}

func TestGradeIncomplete(t *testing.T) {
	for name, c := range map[string]struct {
		answer exercises.Answer
		want   string
	}{
		"nothing":          {nil, "3 items have no group yet"},
		"two are open":     {exercises.Answer{"wallet=asset"}, "Two items have no group yet: Wearing a mask when the shop…, and: 小偷 takes it"},
		"one is open":      {exercises.Answer{"wallet=asset", "masks=control"}, "One item has no group yet: 小偷 takes it"},
		"an old group":     {exercises.Answer{"wallet=asset", "masks=control", "thief=danger"}, "One item has no group yet"},
		"an old item":      {exercises.Answer{"wallet=asset", "masks=control", "thief=threat", "list=asset"}, "changed since"},
		"an old item left": {exercises.Answer{"wallet=asset", "masks=control", "thief=threat", "wallet=danger"}, "changed since"},
		"no group at all":  {exercises.Answer{"wallet=asset", "masks=control", "thief=threat", "bread"}, "changed since"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := exercise(t).Grade(context.Background(), c.answer)
			var inc *exercises.Incomplete
			if !errors.As(err, &inc) || !strings.Contains(inc.Need, c.want) {
				t.Errorf("error is %v, want %s", err, c.want)
			}
		})
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("wallet=asset", "masks=control", "thief=threat")
	f.Add("=", "a=b=c", "\x00\xff")
	ex := exercise(f)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		res, err := ex.Grade(context.Background(), exercises.Answer{a, b, c})
		if err != nil {
			var inc *exercises.Incomplete
			if !errors.As(err, &inc) || inc.Need == "" {
				t.Errorf("%q %q %q gives %v", a, b, c, err)
			}
			return
		}
		if res.Score < 0 || res.Score > 1 || res.Summary == "" || len(res.Items) != 3 {
			t.Errorf("%q %q %q gives %+v", a, b, c, res)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(shop)
	f.Add("items: [{}, {}]\ngroups: [{}]\norders: [{}]\ncontrols: [{}, {}]\nworries: [{}]")
	f.Fuzz(func(t *testing.T, yaml string) {
		ex, err := sorting.Kind().Decode(inputtest.Source(sorting.Kind(), yaml))
		if err != nil {
			return
		}
		for _, s := range ex.Samples() {
			if res, err := ex.Grade(context.Background(), s.Answer); err != nil || s.Full != (res.Score >= 0.999) {
				t.Errorf("%s scores %v (%v) in %q", s.Name, res.Score, err, yaml)
			}
		}
		inputtest.Screen(sorting.Kind(), ex, 60)
	})
}

func TestKeys(t *testing.T) {
	for name, c := range map[string]struct {
		draft   []string
		keys    string
		want    exercises.Answer
		handed  int
		focused string
	}{
		"numbers go down the list":         {nil, "132", exercises.Answer{"wallet=asset", "masks=control", "thief=threat"}, 0, "[2 Threat]"},
		"a number that is none":            {nil, "4", nil, 0, "▸ The wallet"},
		"first letters do as well":         {nil, "aCt", exercises.Answer{"wallet=asset", "masks=control", "thief=threat"}, 0, "[2 Threat]"},
		"a letter that is none":            {nil, "z", nil, 0, "▸ The wallet"},
		"right turns":                      {nil, "<right><right>", exercises.Answer{"wallet=threat"}, 0, "Threat: something that can"},
		"right turns round":                {nil, "llll", exercises.Answer{"wallet=asset"}, 0, "[1 Asset]"},
		"left from nothing is the last":    {nil, "h", exercises.Answer{"wallet=control"}, 0, "[3 Control]"},
		"backspace takes it back":          {nil, "1k<backspace>", nil, 0, "Press a number"},
		"the cursor stays in the list":     {nil, "kkjjjjjj1", exercises.Answer{"thief=asset"}, 0, "▸ 小偷"},
		"enter goes to what is open":       {[]string{"wallet=asset"}, "k<enter>", exercises.Answer{"wallet=asset"}, 0, "▸ Wearing a mask"},
		"enter there asks what is missing": {[]string{"wallet=asset"}, "<enter>", exercises.Answer{"wallet=asset"}, 1, "▸ Wearing a mask"},
		"enter hands in when all is done":  {nil, "132<enter>", exercises.Answer{"wallet=asset", "masks=control", "thief=threat"}, 1, "▸ 小偷"},
		"a draft, some of it old":          {[]string{"list=asset", "masks=danger", "thief=threat"}, "", exercises.Answer{"thief=threat"}, 0, "▸ The wallet"},
	} {
		t.Run(name, func(t *testing.T) {
			s := inputtest.Screen(sorting.Kind(), exercise(t), 80, c.draft...)
			if got := inputtest.Press(t, s, c.keys); got != c.handed {
				t.Errorf("handed in %d times", got)
			}
			if got := s.Answer(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("the answer is %q, want %q", got, c.want)
			}
			if got := inputtest.Focused(t, s); !strings.Contains(got, c.focused) {
				t.Errorf("in sight is %q, want %q", got, c.focused)
			}
			if len(s.Help()) < 3 || s.Back() {
				t.Error("the help is short, or esc was taken")
			}
		})
	}
}

// Letters are keys only where each group has its own and none of them moves.
func TestLettersThatAreNoKeys(t *testing.T) {
	for from, to := range map[string]string{"name: Threat": "name: Accident", "name: Control": "name: Lock"} {
		s := inputtest.Screen(sorting.Kind(), inputtest.Decode(t, sorting.Kind(), strings.Replace(shop, from, to, 1)), 80)
		if inputtest.Press(t, s, "a"); s.Answer() != nil || strings.Contains(s.View(), "letter") {
			t.Errorf("with %s the letter a gives %q", to, s.Answer())
		}
	}
}

// A group that does not fit beside its item is called by its letter; beside a short
// item it has all the room that is left.
func TestClosedItemsStayReadable(t *testing.T) {
	yaml := strings.NewReplacer("name: Asset", "name: A Asset or anything else that one wants to keep", "name: Control", "name: C Control").Replace(shop)
	s := inputtest.Screen(sorting.Kind(), inputtest.Decode(t, sorting.Kind(), yaml), 80, "wallet=asset", "masks=asset")
	for _, want := range []string{
		"  The wallet                     A Asset or anything else that one wants to keep\n",
		"  Wearing a mask when the shop is full and somebody behind you coughs into t…  A\n",
	} {
		if !strings.Contains(s.View(), want) {
			t.Errorf("%q is not in:\n%s", want, s.View())
		}
	}
}

func TestClick(t *testing.T) {
	s := inputtest.Screen(sorting.Kind(), exercise(t), 60)
	inputtest.Click(t, s, "takes it")
	if got := inputtest.Focused(t, s); !strings.HasPrefix(got, "▸ 小偷") {
		t.Errorf("the click leads to %q", got)
	}
	if s.Answer() != nil {
		t.Error("a click on an item sorted it")
	}
}

func TestGoldens(t *testing.T) {
	for name, keys := range map[string]string{"fresh": "", "begun": "13k"} {
		inputtest.Widths(t, name, func(w int) input.Screen {
			s := inputtest.Screen(sorting.Kind(), exercise(t), w)
			inputtest.Press(t, s, keys)
			return s
		})
	}
}

func TestLineMode(t *testing.T) {
	for name, c := range map[string]struct {
		draft exercises.Answer
		typed []string
		want  exercises.Answer
		kept  int
	}{
		"fresh":   {nil, []string{"1", "pet", "9", "con", "", "2", ""}, exercises.Answer{"wallet=asset", "masks=control", "thief=threat"}, 3},
		"resumed": {exercises.Answer{"masks=asset", "list=asset"}, []string{"1", "2", ""}, exercises.Answer{"wallet=asset", "masks=asset", "thief=threat"}, 2},
		"undone":  {nil, []string{"u", "1", "2", "undo", "3", "1", "u", "2", "u", "threat", ""}, exercises.Answer{"wallet=asset", "masks=control", "thief=threat"}, 9},
		"changed": {exercises.Answer{"wallet=asset", "masks=asset", "thief=threat"}, []string{"7", "2", "3", ""}, exercises.Answer{"wallet=asset", "masks=control", "thief=threat"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			talk := inputtest.Ask(t, sorting.Kind(), exercise(t), c.draft, c.typed...)
			if talk.Err != nil || !reflect.DeepEqual(talk.Answer, c.want) {
				t.Errorf("the answer is %q (%v), want %q\n%s", talk.Answer, talk.Err, c.want, talk.Out)
			}
			if len(talk.Kept) != c.kept || !reflect.DeepEqual(talk.Kept[c.kept-1], c.want) {
				t.Errorf("kept %q", talk.Kept)
			}
			inputtest.Golden(t, "line-"+name, talk.Out)
		})
	}
}

// A letter of STRIDE is an answer where the groups are the letters, also when a
// command has the same one.
func TestLineModeTakesLetters(t *testing.T) {
	yaml := strings.NewReplacer("id: asset", "id: D", "id: threat", "id: T", "id: control", "id: E", "group: asset", "group: D", "group: threat", "group: T", "group: control", "group: E", "{asset:", "{D:", "{threat:", "{T:", "{control:", "{E:").Replace(shop)
	ex := inputtest.Decode(t, sorting.Kind(), yaml)
	var out strings.Builder
	p := input.NewPrompter(strings.NewReader("d\nE\nt\n\n"), &out)
	p.Commands = []input.Command{{Word: "d", Run: func() error { t.Error("d ran a command"); return nil }}}
	a, err := sorting.Kind().Ask(t.Context(), ex, p, nil)
	if want := (exercises.Answer{"wallet=D", "masks=E", "thief=T"}); err != nil || !reflect.DeepEqual(a, want) {
		t.Errorf("the answer is %q (%v), want %q\n%s", a, err, want, out.String())
	}
}

func TestLineModeKeepsEveryLine(t *testing.T) {
	talk := inputtest.Ask(t, sorting.Kind(), exercise(t), nil, "1", "3")
	if !errors.Is(talk.Err, input.ErrLeave) {
		t.Errorf("the end of the input gives %v", talk.Err)
	}
	if want := []exercises.Answer{{"wallet=asset"}, {"wallet=asset", "masks=control"}}; !reflect.DeepEqual(talk.Kept, want) {
		t.Errorf("kept %q, want %q", talk.Kept, want)
	}
}

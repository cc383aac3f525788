package recall_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/input/inputtest"
	"edu/threatlings/exercises/recall"
	"edu/threatlings/exercises/scenarios"
)

// billing is the scenario that the tests ask about, with its index.
var billing = sync.OnceValues(func() (*scenarios.Scenario, func() *grading.Index) {
	s, err := scenarios.Load(os.DirFS(".."), "billing")
	if err != nil {
		panic(err)
	}
	k, err := s.Key()
	if err != nil {
		panic(err)
	}
	return s, sync.OnceValue(func() *grading.Index { return grading.NewIndex(k) })
})

func about(t testing.TB, threat string, certainty bool) *recall.Exercise {
	t.Helper()
	s, index := billing()
	th, ok := index().Threat(threat)
	if !ok {
		t.Fatal("no threat", threat)
	}
	return recall.New("missed.billing."+threat, s, th, index, certainty)
}

const (
	drain      = "Can I make 120 calls a minute and drain the company's account on validation fees?"
	snapshots  = "The disk is encrypted but the copy is not!! Somebody who gets in the bucket by one wrong permission takes home full card list, every night a fresh one."
	tooVague   = "Hackers could hack it"
	nothingOf  = "Rain floods the basement of the office and the chairs get wet"
	isHandled  = "SQL injection in the card holder name"
	noPassword = "nobody knows afterwards what happened in the paymnt data"
)

func TestGrade(t *testing.T) {
	for _, tt := range []struct {
		name    string
		threat  string
		answer  exercises.Answer
		outcome exercises.Outcome
		score   float64
		says    string
	}{
		{"the threat", "fee-drain", exercises.Answer{drain}, exercises.Right, 1, "that is it"},
		{"how sure one is changes nothing", "fee-drain", exercises.Answer{drain, "~ guess"}, exercises.Right, 1, "that is it"},
		{"another one of the key", "fee-drain", exercises.Answer{snapshots}, exercises.Asked, 0, "One question"},
		{"another one, and then the threat", "fee-drain", exercises.Answer{snapshots, "+ " + drain}, exercises.Right, 1, "second answer"},
		{"another one, and then nothing of it", "fee-drain", exercises.Answer{snapshots, "+ " + nothingOf}, exercises.Partly, 0.5, "Right too"},
		{"another one twice", "fee-drain", exercises.Answer{snapshots, "+ " + snapshots}, exercises.Partly, 0.5, "Right too"},
		{"vague", "fee-drain", exercises.Answer{tooVague}, exercises.Asked, 0, "One question"},
		{"vague, and then the threat", "fee-drain", exercises.Answer{tooVague, "+ " + drain}, exercises.Right, 1, "second answer"},
		{"vague twice", "fee-drain", exercises.Answer{tooVague, "+ " + tooVague}, exercises.Wrong, 0, "Not what my list has"},
		{"vague, and then another one", "fee-drain", exercises.Answer{tooVague, "+ " + snapshots}, exercises.Partly, 0.5, "Right too"},
		{"not in the key", "fee-drain", exercises.Answer{nothingOf}, exercises.Wrong, 0, "Not what my list has"},
		{"not known", "fee-drain", exercises.Answer{"i dont remember", "~ guess"}, exercises.Wrong, 0, "That is honest"},
		{"vague, and then not known", "fee-drain", exercises.Answer{tooVague, "+ dunno"}, exercises.Wrong, 0, "That is honest"},
		{"handled", "fee-drain", exercises.Answer{isHandled}, exercises.Wrong, 0, "deals with that"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := about(t, tt.threat, true).Grade(context.Background(), tt.answer)
			if err != nil || res.Outcome != tt.outcome || res.Score != tt.score || !strings.Contains(res.Summary, tt.says) {
				t.Errorf("%s %v %q (%v), want %s %v %q", res.Outcome, res.Score, res.Summary, err, tt.outcome, tt.score, tt.says)
			}
			given := res.Explain != ""
			if given == (tt.outcome == exercises.Asked) {
				t.Errorf("the key is told: %v, while the outcome is %s", given, res.Outcome)
			}
			if asks := res.Items[0].Question != ""; asks != (tt.outcome == exercises.Asked) {
				t.Errorf("there is a question: %v, while the outcome is %s", asks, res.Outcome)
			}
		})
	}
}

// What waits for a reply gives nothing of the threat away that is asked for.
func TestAQuestionGivesNothingAway(t *testing.T) {
	x := about(t, "fee-drain", false)
	for _, text := range []string{tooVague, snapshots, noPassword} {
		res, err := x.Grade(t.Context(), exercises.Answer{text})
		if err != nil || res.Outcome != exercises.Asked {
			t.Fatalf("%q: %s, %v", text, res.Outcome, err)
		}
		it := res.Items[0]
		all := it.Label + it.Reason + it.Question + it.ID + res.Summary + res.Explain
		for _, d := range it.Details {
			all += d.Text
		}
		if strings.Contains(all, x.Threat().Title) || strings.Contains(all, x.Threat().ID) {
			t.Errorf("%q gives it away: %s", text, all)
		}
	}
}

func TestTheResultExplains(t *testing.T) {
	x := about(t, "fee-drain", false)
	res, err := x.Grade(t.Context(), exercises.Answer{nothingOf})
	if err != nil {
		t.Fatal(err)
	}
	th := x.Threat()
	for _, want := range []string{th.Description, th.Severity.Rating, th.Severity.Why, th.Mitigation[0], "④", th.FixBy, "Denial of service"} {
		if !strings.Contains(res.Explain, want) {
			t.Errorf("%q is not explained in:\n%s", want, res.Explain)
		}
	}
	if res.Items[0].Details[0].Text != "“"+nothingOf+"”" {
		t.Errorf("the learner's words: %+v", res.Items[0].Details)
	}
}

// Every threat of every key is recognised in the key's own words, and a complaint is not.
func TestSamplesHold(t *testing.T) {
	for _, name := range []string{"billing", "report-links", "ship-it"} {
		s, err := scenarios.Load(os.DirFS(".."), name)
		if err != nil {
			t.Fatal(err)
		}
		k, err := s.Key()
		if err != nil {
			t.Fatal(err)
		}
		index := sync.OnceValue(func() *grading.Index { return grading.NewIndex(k) })
		for _, th := range k.Threats {
			x := recall.New("x", s, th, index, false)
			if strings.Contains(x.About().Prompt, th.Title) || x.About().Prompt == "" || len(x.About().Hints) != 4 {
				t.Errorf("%s %s: %q with %d hints", name, th.ID, x.About().Prompt, len(x.About().Hints))
			}
			for _, sample := range x.Samples() {
				res, err := x.Grade(t.Context(), sample.Answer)
				if err != nil || sample.Full != (res.Score == 1) {
					t.Errorf("%s %s: %s scores %v, %v", name, th.ID, sample.Name, res.Score, err)
				}
			}
		}
	}
}

func TestNothingWritten(t *testing.T) {
	x := about(t, "fee-drain", true)
	for _, a := range []exercises.Answer{nil, {""}, {" \n"}, {"", "~ sure"}, {"", "+ " + drain}, {strings.Repeat("x", exercises.MaxAnswer+1)}} {
		_, err := x.Grade(t.Context(), a)
		var inc *exercises.Incomplete
		if !errors.As(err, &inc) {
			t.Errorf("%d entries give %v", len(a), err)
		}
	}
}

func TestCertaintyOf(t *testing.T) {
	for want, a := range map[string]exercises.Answer{
		"":       {"~ sure"}, // the text itself, however it begins
		"sure":   {"text", "~ sure"},
		"guess":  {"text", "+ more", "~ guess"},
		"fairly": {"text", "~ nonsense", "~ fairly"},
	} {
		if got := recall.Certainty(a); got != want {
			t.Errorf("%q: %q, want %q", a, got, want)
		}
	}
	x := about(t, "fee-drain", true)
	if a := x.Reply(exercises.Answer{"text", "~ sure"}, 0, "more\x1b[31m"); !slices.Equal(a, exercises.Answer{"text", "+ more[31m", "~ sure"}) {
		t.Errorf("the reply makes %q", a)
	}
}

func TestKeys(t *testing.T) {
	s := inputtest.Screen(recall.Kind(), about(t, "fee-drain", true), 80)
	s.Init()
	if n := inputtest.Press(t, s, "12 j?<enter>"); n != 0 {
		t.Error("it was handed in before it was asked how sure")
	}
	if n := inputtest.Press(t, s, "12<enter>"); n != 1 || !slices.Equal(s.Answer(), exercises.Answer{"12 j?", "~ fairly"}) {
		t.Errorf("%d times, %q", n, s.Answer())
	}
	inputtest.Press(t, s, "2") // again: taken back
	if !slices.Equal(s.Answer(), exercises.Answer{"12 j?"}) {
		t.Errorf("%q", s.Answer())
	}
	inputtest.Press(t, s, "<right><right><right><esc>!<tab><left>")
	if !slices.Equal(s.Answer(), exercises.Answer{"12 j?!", "~ fairly"}) {
		t.Errorf("%q", s.Answer())
	}
	inputtest.Click(t, s, "( ) sure")
	if !slices.Equal(s.Answer(), exercises.Answer{"12 j?!", "~ sure"}) {
		t.Errorf("clicked: %q", s.Answer())
	}
	if n := inputtest.Press(t, s, "<ctrl+s>"); n != 1 {
		t.Error("ctrl+s does not hand in")
	}

	s = inputtest.Screen(recall.Kind(), about(t, "fee-drain", false), 80, "old", "+ more")
	s.Init()
	if n := inputtest.Press(t, s, "<tab><enter>"); n != 1 || !slices.Equal(s.Answer(), exercises.Answer{"old", "+ more"}) {
		t.Errorf("%d times, %q", n, s.Answer())
	}
	inputtest.Press(t, s, "!")
	if !slices.Equal(s.Answer(), exercises.Answer{"old!"}) {
		t.Errorf("a reply stays behind another text: %q", s.Answer())
	}
}

func TestGoldens(t *testing.T) {
	inputtest.Widths(t, "recall", func(w int) input.Screen {
		return inputtest.Screen(recall.Kind(), about(t, "fee-drain", false), w, "名前 🙂", "+ more of it")
	})
	inputtest.Widths(t, "sure", func(w int) input.Screen {
		s := inputtest.Screen(recall.Kind(), about(t, "fee-drain", true), w, "Somebody", "~ guess")
		s.Init()
		inputtest.Press(t, s, "<tab>")
		return s
	})
}

func TestLines(t *testing.T) {
	x := about(t, "fee-drain", true)
	talk := inputtest.Ask(t, recall.Kind(), x, nil, "", drain, "9", "3")
	if talk.Err != nil || !slices.Equal(talk.Answer, exercises.Answer{drain, "~ guess"}) || len(talk.Kept) != 2 {
		t.Errorf("%q, %d kept, %v\n%s", talk.Answer, len(talk.Kept), talk.Err, talk.Out)
	}
	talk = inputtest.Ask(t, recall.Kind(), x, talk.Answer, "", "4")
	if !slices.Equal(talk.Answer, exercises.Answer{drain}) {
		t.Errorf("%q\n%s", talk.Answer, talk.Out)
	}
	talk = inputtest.Ask(t, recall.Kind(), about(t, "fee-drain", false), exercises.Answer{"old", "+ more"}, "d", "1", "new")
	if !slices.Equal(talk.Answer, exercises.Answer{"new"}) || !strings.Contains(talk.Out, "You wrote: old") {
		t.Errorf("%q\n%s", talk.Answer, talk.Out)
	}
	talk = inputtest.Ask(t, recall.Kind(), x, nil, drain)
	if !errors.Is(talk.Err, input.ErrLeave) || len(talk.Kept) != 1 {
		t.Errorf("left in the middle: %v, %q", talk.Err, talk.Kept)
	}
}

func FuzzGrade(f *testing.F) {
	f.Add(drain + "\n+ more\n~ sure")
	f.Add("\n\n~ sure")
	x := about(f, "fee-drain", true)
	f.Fuzz(func(t *testing.T, answer string) {
		res, err := x.Grade(context.Background(), strings.Split(answer, "\n"))
		if err == nil && (res.Score < 0 || res.Score > 1 || res.Summary == "" || res.Outcome == exercises.Asked && res.Explain != "") {
			t.Errorf("%q gives %+v", answer, res)
		}
	})
}

package report

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"edu/threatlings/exercises"
)

func grade(t testing.TB, a ...string) exercises.Result {
	t.Helper()
	res, err := exercise(t).Grade(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestSamples(t *testing.T) {
	x := exercise(t)
	if len(x.Samples()) < 2 {
		t.Fatal("there must be a full and a poor sample")
	}
	for _, s := range x.Samples() {
		res, err := x.Grade(context.Background(), s.Answer)
		if err != nil {
			t.Fatal(err)
		}
		if s.Full != (res.Score >= 0.999) {
			t.Errorf("%s scores %v: %s %+v", s.Name, res.Score, res.Summary, res.Items)
		}
	}
}

func section(res exercises.Result, title string) string {
	for _, s := range res.More {
		if strings.HasPrefix(s.Title, title) {
			return s.Text
		}
	}
	return ""
}

func detail(it exercises.Item, label string) string {
	for _, f := range it.Details {
		if f.Label == label {
			return f.Text
		}
	}
	return ""
}

func TestGradeCreditsAndExplains(t *testing.T) {
	res := grade(t,
		"E/store/high any colleague in the office can copy all card numbers from the ticket store",
		"S/2/low anyone on the hall's network can read the card numbers because the kiosk uses plain HTTP")
	if res.Outcome != exercises.Partly || !strings.Contains(res.Summary, "of 100") || !strings.Contains(res.Summary, "70 is the mark") || !strings.Contains(res.Summary, "2 of 3 cards") {
		t.Errorf("outcome %s, summary %q", res.Outcome, res.Summary)
	}
	if len(res.Items) != 2 || res.Items[0].ID != "open-store" || res.Items[0].Mark != exercises.Good || res.Items[1].ID != "plain-hop" {
		t.Fatalf("items are %+v", res.Items)
	}
	if e := res.Items[0].Expected; e != "" {
		t.Errorf("a defensible letter and a fair severity cost nothing, but expected is %q", e)
	}
	if e := res.Items[1].Expected; e != "I · ① Kiosk ↔ Ticket Service · high" {
		t.Errorf("expected is %q", e)
	}
	for label, want := range map[string]string{
		"you wrote": "any colleague", "clue": "Everybody in the office may read the store.", "the key": "curious or bribed",
		"letter": "can be defended", "place": "where it happens", "severity": "fair reading",
	} {
		if got := detail(res.Items[0], label); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", label, got, want)
		}
	}
	total := 0.0
	for _, b := range res.Bars {
		if b.Value < 0 || b.Value > b.Max {
			t.Errorf("bar %+v", b)
		}
		total += b.Value
	}
	if math.Abs(total-100*res.Score) > 0.5 || math.Round(100*res.Score)/100 != res.Score {
		t.Errorf("the bars make %v and the score is %v", total, res.Score)
	}
	var where exercises.Section
	for _, m := range res.More {
		if m.Title == "Where the rest was" {
			where = m
		}
	}
	for _, want := range []exercises.Bar{{Label: "I Information disclosure", Value: 1, Max: 1}, {Label: "E Elevation of privilege", Value: 1, Max: 1}, {Label: "R Repudiation", Max: 1}, {Label: "① Kiosk ↔ Ticket Service", Value: 1, Max: 1}, {Label: "Ticket Store", Value: 1, Max: 2}} {
		if !slices.Contains(where.Bars, want) {
			t.Errorf("%+v is not in:\n%+v", want, where.Bars)
		}
	}
	if !strings.Contains(where.Text, "② Ticket Service → Ticket Store") {
		t.Errorf("it does not say where nothing is: %s", where.Text)
	}
	if missed := section(res, "What you missed"); !strings.Contains(missed, "Nobody can tell") || strings.Contains(missed, "cross the hall") || !strings.Contains(missed, "one reviewer's list") {
		t.Errorf("missed:\n%s", missed)
	}
	if section(res, "One change") == "" || section(res, "A strong three") == "" || section(res, "Next step") == "" {
		t.Errorf("sections are %+v", res.More)
	}
}

func TestGradeHandledAndTwice(t *testing.T) {
	res := grade(t, "T/2/high SQL injection in the name field",
		"I/store/critical any colleague in the office can copy all card numbers from the ticket store",
		"I/store/critical Everybody in the office can read the stored card numbers in the ticket store")
	if it := res.Items[0]; it.Mark != exercises.Handled || !strings.Contains(detail(it, "the design"), "All queries are parameterised.") {
		t.Errorf("a handled worry is %+v", it)
	}
	if it := res.Items[2]; it.Mark != exercises.Plain || !strings.Contains(it.Reason, "card 2") {
		t.Errorf("the same threat twice is %+v", it)
	}
}

func TestGradeAsksOnceAndGivesNothingAway(t *testing.T) {
	x := exercise(t)
	a := exercises.Answer{"-/-/- \x00", "S/1/low Hackers could hack it", "# notes"}
	res, err := x.Grade(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	if res.Outcome != exercises.Asked || len(res.Items) != 1 || res.Items[0].Question == "" || res.Items[0].Mark != exercises.Unsure || res.Items[0].ID != "" || len(res.More) > 0 {
		t.Fatalf("result is %+v", res)
	}
	a = x.Reply(a, 0, "Anyone on the network of the hall reads card numbers because the kiosk uses plain HTTP")
	if want := "+ Anyone on"; len(a) != 4 || !strings.HasPrefix(a[2], want) {
		t.Fatalf("the reply is not behind its card: %q", a)
	}
	if res, err = x.Grade(context.Background(), a); err != nil || res.Outcome == exercises.Asked {
		t.Fatalf("after a reply the card is judged for good: %+v %v", res, err)
	}
	if it := res.Items[0]; it.Mark != exercises.Good || it.ID != "plain-hop" || !strings.Contains(it.Reason, "reply") {
		t.Errorf("a good reply earns the credit: %+v", it)
	}
	res = grade(t, "S/1/low Hackers could hack it", "+ it is just bad")
	if it := res.Items[0]; res.Outcome == exercises.Asked || it.Mark != exercises.Unknown || !strings.Contains(it.Reason, "may still be right") {
		t.Errorf("a poor reply ends the questions kindly: %+v", it)
	}
}

// Somebody who does not know what follows is told what the key has, and that it is
// honest. It earns nothing: repeating the document must not pay.
func TestNotKnowingIsHonest(t *testing.T) {
	const fact = "E/store/high Everybody in the office may read the store."
	res := grade(t, fact)
	if q := res.Items[0].Question; q == "" || strings.Contains(q, "document says so") {
		t.Fatalf("it asks %q", q)
	}
	res = grade(t, fact, "+ i dont know")
	it := res.Items[0]
	if it.Mark != exercises.Unknown || it.Word != "half of it" || it.ID != "open-store" || res.Score != 0 ||
		!strings.Contains(it.Reason, "it is in my key, and the harm is missing") || !strings.Contains(it.Reason, "curious or bribed") {
		t.Errorf("%v %+v", res.Score, it)
	}
	for _, a := range [][]string{{"S/1/low Hackers could hack it", "+ no idea"}, {"S/1/low I don't know"}} {
		res := grade(t, a...)
		if it := res.Items[0]; res.Outcome == exercises.Asked || it.Mark != exercises.Unknown || it.ID != "" || !strings.HasPrefix(it.Reason, "That is honest") {
			t.Errorf("%q gives %+v", a, it)
		}
	}
}

// What was said to the grader's question stands with the card.
func TestTheReplyIsShown(t *testing.T) {
	res := grade(t, "E/store/high Hackers could hack it", "+ a colleague copies all card numbers from the store")
	if y := res.Items[0].Yours; !strings.Contains(y, "you added: “a colleague copies") {
		t.Errorf("it says %q", y)
	}
}

// Whether it is passed is said, also with what the learner marked; and that one card
// which the key does not know decides it.
func TestPassedIsSaid(t *testing.T) {
	two := []string{"I/store/critical any colleague in the office can copy all card numbers from the ticket store",
		"I/1/high anyone on the hall's network can read the card numbers because the kiosk uses plain HTTP"}
	third := "D/2/low a hurricane floods the cellar and the chairs get wet"
	for _, c := range []struct {
		cards []string
		want  string
	}{
		{append(two[:2:2], third), "not passed yet: 70 is the mark. One card is not in my key, and with it you would have passed"},
		{append(two[:2:2], third, "! chairs matter"), ", passed; the record keeps "},
		{append(two[:1:1], third, "! chairs matter"), ", not passed yet; the record keeps "},
	} {
		if res := grade(t, c.cards...); !strings.Contains(res.Summary, c.want) {
			t.Errorf("%q\nsays %q, want %q", c.cards, res.Summary, c.want)
		}
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("I/1/high Hackers", "+ why", "# x")
	f.Add("", "\x00\xff", "S/S/S S")
	f.Add("T/store/low 名前 👩‍💻", "SQL injection", "+ ")
	x := exercise(f)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		res, err := x.Grade(context.Background(), exercises.Answer{a, b, c})
		if err != nil {
			return
		}
		if math.IsNaN(res.Score) || res.Score < 0 || res.Score > 1 || res.Summary == "" || res.Outcome == "" || len(res.Items) == 0 {
			t.Errorf("%q %q %q gives %+v", a, b, c, res)
		}
		for _, it := range res.Items {
			if it.Mark == "" || it.Reason == "" || (it.Question != "") != (it.Mark == exercises.Unsure) {
				t.Errorf("item %+v", it)
			}
		}
	})
}

// A reply makes its own card the second of two that are the same, never another.
func TestReplyMakesNoOtherCardTheSame(t *testing.T) {
	const threat = "any colleague in the office can copy all card numbers from the ticket store"
	res := grade(t, "E/store/high Hackers could hack it", "+ "+threat, "E/store/high "+threat)
	if len(res.Items) != 2 || res.Items[1].Mark != exercises.Good || res.Items[0].Mark != exercises.Plain {
		t.Fatalf("%+v", res.Items)
	}
	if detail(res.Items[0], "the key") != "" || detail(res.Items[1], "the key") == "" {
		t.Error("what the key says is there twice, or not at all")
	}
}

// How the words met is for whoever asks; nobody is told a sentence of the key's
// as if it were the card's.
func TestHowItWasReadIsKeptApart(t *testing.T) {
	res := grade(t, "E/store/high any colleague in the office can copy all card numbers from the ticket store")
	var plain, how []string
	for _, d := range res.Items[0].Details {
		if d.How {
			how = append(how, d.Label)
		} else {
			plain = append(plain, d.Label)
		}
	}
	for _, l := range []string{"nearest wording", "how words met", "runner-up", "parts recognised", "your card", "understood as"} {
		if slices.Contains(plain, l) {
			t.Errorf("%q is shown to everybody: %q", l, plain)
		}
	}
	if len(how) == 0 {
		t.Error("nothing is said about how it was read")
	}
}

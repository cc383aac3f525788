package insights_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"edu/threatlings/course"
	"edu/threatlings/course/insights"
	"edu/threatlings/exercises"
	"edu/threatlings/progress"
)

func TestPlantedWeaknessesComeFirst(t *testing.T) {
	if testing.Short() {
		t.Skip("two hundred learners take a while")
	}
	b := class(t)
	r := insightsOf(t, b)
	if r.Learners != 200 || len(r.Advice) == 0 || len(r.Advice) > insights.MostAdvice {
		t.Fatalf("%d learners, %d suggestions", r.Learners, len(r.Advice))
	}
	var about []string
	for _, a := range r.Advice {
		about = append(about, a.About)
		if a.What == "" || a.Evidence == "" || a.File == "" {
			t.Errorf("%+v has no evidence, or says not where to look", a)
		}
	}
	planted := []string{"billing/" + neverFound, misled, badKey}
	for _, p := range planted {
		if !slices.Contains(about[:3], p) {
			t.Errorf("%s is not among the first three: %q", p, about)
		}
	}
	if !slices.Contains(about, muchSlower) {
		t.Errorf("%s is not told to be slow: %q", muchSlower, about)
	}
	for _, a := range r.Advice {
		if strings.Contains(a.What, "the right one?") && a.About != badKey {
			t.Errorf("a sound key is called wrong: %+v", a)
		}
	}
	for _, e := range r.Exercises {
		switch e.ID {
		case badKey:
			if e.Discrimination == nil || e.Discrimination.High >= 0 || e.Discrimination.N != 200 {
				t.Errorf("%+v", e.Discrimination)
			}
		case misled:
			if len(e.Misleads) == 0 || e.Misleads[0].ID != "worst-first" || e.Misleads[0].Rate.Low < 0.5 || e.Misleads[0].Rate.Of != 200 {
				t.Errorf("%+v", e.Misleads)
			}
			if len(e.Missed) == 0 || e.Missed[0].ID != "plan" || e.Missed[0].Rate.N != e.Right.Of-e.Right.N {
				t.Errorf("%+v, %+v", e.Missed, e.Right)
			}
		case muchSlower:
			if e.Minutes < 5 || e.Timed != 200 || e.Stated != 2 {
				t.Errorf("%v minutes of %d, promised %d", e.Minutes, e.Timed, e.Stated)
			}
		}
	}
	for _, s := range r.Scenarios {
		if s.ID == "billing" && !slices.Equal(s.Nobody, []string{neverFound}) {
			t.Errorf("nobody found %q", s.Nobody)
		}
	}
	if again := insightsOf(t, b); fmt.Sprintf("%+v", again.Advice) != fmt.Sprintf("%+v", r.Advice) {
		t.Error("the same answers do not give the same advice")
	}
}

// What four people did is told of none of them: every number that is left is how
// many there were.
func TestFewAreNotBrokenDown(t *testing.T) {
	r := insightsOf(t, some(t, insights.Fewest-1, true))
	if len(r.Advice) > 0 || len(r.Exercises) == 0 || len(r.Scenarios) != 2 || len(r.Feedback) == 0 {
		t.Fatalf("%d suggestions, %d exercises, %d scenarios, %d opinions", len(r.Advice), len(r.Exercises), len(r.Scenarios), len(r.Feedback))
	}
	for _, e := range r.Exercises {
		told := insights.Exercise{ID: e.ID, Title: e.Title, Kind: e.Kind, Lesson: e.Lesson, File: e.File, Learners: e.Learners, TooFew: true, Stated: e.Stated}
		if fmt.Sprintf("%+v", e) != fmt.Sprintf("%+v", told) {
			t.Errorf("%+v", e)
		}
	}
	for _, s := range r.Scenarios {
		told := insights.Scenario{ID: s.ID, Title: s.Title, Exercise: s.Exercise, File: s.File, Learners: s.Learners, TooFew: true}
		if fmt.Sprintf("%+v", s) != fmt.Sprintf("%+v", told) {
			t.Errorf("%+v", s)
		}
	}
	for _, f := range r.Feedback {
		if !f.TooFew || f.Options != nil || f.Texts != nil {
			t.Errorf("%+v", f)
		}
	}
	for _, form := range []string{"md", "html"} {
		b, err := r.Write(form)
		if err != nil || !strings.Contains(string(b), "fewer than 5") || strings.Contains(string(b), "My own thoughts") {
			t.Errorf("%s: %v\n%s", form, err, b)
		}
	}
}

// One who knows what was written finds nothing of it, and nothing of when or by whom.
func TestExportSaysNothingOfThePerson(t *testing.T) {
	c := load(t)
	p := newPupil(t, 7)
	it := func(id string) *course.Item {
		it, ok := c.Item(id)
		if !ok {
			t.Fatalf("there is no %s", id)
		}
		return it
	}
	secret := "Ada Lovelace of Larkspur"
	p.event(progress.Event{Kind: progress.Noted, Item: "house", Answer: []string{secret}})
	p.submit(it("recap.unclear"), exercises.Answer{secret, "compared"}, 1)
	p.submit(it("house.assets"), exercises.Answer{secret, "the piano"}, 1)
	p.submit(it("spoofing.ask"), exercises.Answer{secret + "?"}, 1)
	p.submit(it("reading.suspicious"), append(exercises.Answer{secret}, chosen(t, it("reading.suspicious"))...), 1)
	rep := exercises.Answer{"I/" + strings.ReplaceAll(secret, " ", "-") + "/critical " + secret, "# worksheet of " + secret}
	p.submit(it("billing.top-three"), rep, 3)
	p.submit(it("billing.top-three"), append(slices.Clone(rep), "+ says "+secret, "! "+secret+" disagrees"), 3)
	p.event(progress.Event{Kind: progress.Submitted, Item: secret, Version: secret, Outcome: "right"})

	b := export(t, false, p.log)
	for _, never := range []string{"Ada", "Lovelace", "Larkspur", "2026-03", `"id":"0`} {
		if strings.Contains(string(b), never) {
			t.Errorf("the export says %q:\n%s", never, b)
		}
	}
	if !strings.Contains(string(b), `"week":"2026-W10"`) {
		t.Errorf("the week is missing:\n%s", b)
	}
	with := string(export(t, true, p.log))
	for _, asked := range []string{secret, "the piano", "says " + secret, secret + " disagrees"} {
		if !strings.Contains(with, asked) {
			t.Errorf("with free text it does not say %q:\n%s", asked, with)
		}
	}
	if strings.Contains(with, "worksheet") {
		t.Error("the worksheet is nobody's business")
	}
	one, two := insights.NewExport(c, cards), insights.NewExport(c, cards)
	var numbers []int64
	for _, x := range []*insights.Export{one, two} {
		if err := x.Add(p.log); err != nil {
			t.Fatal(err)
		}
		b, err := x.Write()
		if err != nil {
			t.Fatal(err)
		}
		f, err := insights.Read("x", strings.NewReader(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, f.Answers[0].Learner)
	}
	if numbers[0] == numbers[1] {
		t.Error("two exports of one learner have the same number")
	}
	if one.Elsewhere != 1 {
		t.Errorf("%d are to what the course does not have", one.Elsewhere)
	}
}

// Nothing that a learner typed passes for a choice, and a choice is graded as the
// whole answer was.
func TestChosenIsTheAuthors(t *testing.T) {
	kinds := map[string]bool{}
	for _, s := range load(t).Steps() {
		for _, it := range s.Items() {
			ex, err := it.Exercise()
			if err != nil {
				t.Fatal(err)
			}
			x, ok := ex.(exercises.Chooser)
			if !ok {
				continue
			}
			kinds[it.Kind] = true
			samples := ex.Samples()
			if it.Kind == "reflect" {
				if got := x.Chosen(exercises.Answer{"Ada", "met 2", "Ada", "met 99"}); !slices.Equal(got, []string{"met 2"}) {
					t.Errorf("%s: %q", it.ID, got)
				}
				continue
			}
			for _, s := range samples {
				want, err := ex.Grade(t.Context(), s.Answer)
				if err != nil {
					t.Fatal(err)
				}
				chosen := x.Chosen(append(exercises.Answer{"Ada"}, append(slices.Clone(s.Answer), "Ada=Lovelace")...))
				got, err := ex.Grade(t.Context(), chosen)
				if err != nil || got.Score != want.Score || strings.Contains(strings.Join(chosen, " "), "Ada") {
					t.Errorf("%s, %s: %q scores %v and not %v, %v", it.ID, s.Name, chosen, got.Score, want.Score, err)
				}
			}
		}
	}
	if len(kinds) < 6 {
		t.Errorf("only these kinds were looked at: %v", kinds)
	}
}

// Three cards a person cannot name sixteen threats: that nobody of five reports a
// lesser one says nothing, and of a grave one it is worth a word.
func TestFewReportsOverlookOnlyGraveThreats(t *testing.T) {
	it, _ := load(t).Item("billing.top-three")
	overlooked := func(n int) (about []string) {
		var logs [][]progress.Event
		for i := range n {
			p := newPupil(t, uint64(i))
			p.submit(it, chosen(t, it), 30)
			logs = append(logs, p.log)
		}
		r := insightsOf(t, export(t, false, logs...))
		for _, a := range r.Advice {
			if strings.HasPrefix(a.What, "Nobody of") {
				about = append(about, a.About)
			}
		}
		return about
	}
	few := overlooked(5)
	if slices.Contains(few, "billing/fail-open") || !slices.Contains(few, "billing/plaintext-hop") {
		t.Errorf("of five: %q", few)
	}
	if many := overlooked(40); !slices.Contains(many, "billing/fail-open") {
		t.Errorf("of forty: %q", many)
	}
}

// chosen is a full answer.
func chosen(t testing.TB, it *course.Item) exercises.Answer {
	ex, err := it.Exercise()
	if err != nil {
		t.Fatal(err)
	}
	return ex.Samples()[0].Answer
}

func read(t testing.TB, b []byte) []insights.Answer {
	t.Helper()
	f, err := insights.Read("answers.jsonl", strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f.Answers
}

// A reply and a disagreement are no new attempt; writing anew is.
func TestAttempts(t *testing.T) {
	c := load(t)
	it, _ := c.Item("billing.top-three")
	p := newPupil(t, 1)
	card := "-/-/- The cards in the database"
	steps := []struct {
		answer  exercises.Answer
		attempt int
		verdict insights.Verdict
		asked   bool
	}{
		{exercises.Answer{card}, 1, insights.Vague, true},
		{exercises.Answer{card, "+ Whoever gets into the billing database reads all card numbers with the CVV and sells them"}, 1, insights.AskedCredited, true},
		{exercises.Answer{card, "+ Whoever gets into the billing database reads all card numbers with the CVV and sells them", "! it was clear before"}, 1, insights.AskedCredited, true},
		{exercises.Answer{"I/billing-db/critical Whoever gets into the billing database reads all card numbers with the CVV and sells them"}, 2, insights.Credited, false},
		{exercises.Answer{"D/1/low My cat sits on the purple keyboard and plays the piano all day long", "+ it really does", "+ none of these"}, 3, insights.NotInKey, true},
	}
	for _, s := range steps {
		p.submit(it, s.answer, 10)
	}
	p.event(progress.Event{Kind: progress.Hinted, Item: it.ID, Hint: 2})
	p.event(progress.Event{Kind: progress.Forgot, Item: it.ID})
	p.submit(it, steps[3].answer, 10)
	got := read(t, export(t, false, p.log))
	for i, s := range steps {
		a := got[i]
		if a.Attempt != s.attempt || a.N != i+1 || len(a.Cards) != 1 || a.Cards[0].Verdict != s.verdict || a.Cards[0].Asked != s.asked {
			t.Errorf("step %d: %+v", i+1, a)
		}
	}
	if c := got[2].Cards[0]; !c.Disputed || c.SelfMarked {
		t.Errorf("a disputed card that was credited: %+v", c)
	}
	if last := got[5]; last.Attempt != 4 || last.Hints != 2 || *last.Minutes != 60 {
		t.Errorf("after it was forgotten: %+v, %d minutes", last, *last.Minutes)
	}
}

// Five learners disagree about one card, and a sixth has an older version.
func TestDisputesAndOldVersions(t *testing.T) {
	c := load(t)
	it, _ := c.Item("billing.top-three")
	var logs [][]progress.Event
	for i := range 6 {
		p := newPupil(t, uint64(i))
		p.submit(it, exercises.Answer{"D/1/low My cat sits on the purple keyboard and plays the piano all day long", "+ it really does", "+ none of these", "! <script>alert(1)</script> the cat is real"}, 10)
		if i == 5 {
			p.log[len(p.log)-1].Version = "0123456789ab"
		}
		logs = append(logs, p.log)
	}
	r := insightsOf(t, export(t, true, logs...))
	s := r.Scenarios[0]
	if s.Learners != 5 || s.Stale != 1 || s.NotInKey.N != 5 || len(s.Disputes) != 1 {
		t.Fatalf("%+v", s)
	}
	if d := s.Disputes[0]; d.Learners != 5 || d.ID != "" || len(d.Said) != 5 || !strings.Contains(d.Said[0].Reason, "the cat is real") {
		t.Errorf("%+v", d)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "older version") }) {
		t.Errorf("%q", r.Notes)
	}
	for _, form := range []string{"md", "html"} {
		b, err := r.Write(form)
		if err != nil || strings.Contains(string(b), "<script") || !strings.Contains(string(b), "the cat is real") {
			t.Errorf("%s: %v", form, err)
		}
	}
}

func TestFeedback(t *testing.T) {
	r := insightsOf(t, some(t, 6, true))
	by := map[string]insights.Feedback{}
	for _, f := range r.Feedback {
		by[f.ID] = f
	}
	lead := by["recap.lead"]
	sum := 0
	for _, o := range lead.Options {
		sum += o.Rate.N
	}
	if len(lead.Options) != 5 || sum != 6 || lead.Options[0].ID != "not-me" {
		t.Errorf("%+v", lead)
	}
	unclear := by["recap.unclear"]
	if len(unclear.Texts) != 6 || !strings.HasPrefix(unclear.Texts[0], "My own thoughts") || len(unclear.Options) != 3 || unclear.Options[0].Rate.N != 6 {
		t.Errorf("%+v", unclear)
	}
	for _, e := range r.Exercises {
		if (e.ID == "recap.lead" || e.ID == "recap.unclear") && (e.Scored || e.Discrimination != nil) {
			t.Errorf("an opinion has no right and wrong: %+v", e)
		}
	}
	without := insightsOf(t, some(t, 6, false))
	for _, f := range without.Feedback {
		if len(f.Texts) > 0 {
			t.Errorf("texts that nobody exported: %+v", f)
		}
	}
}

// Overlapping files count once, and answers to another course are refused.
func TestFilesAreMerged(t *testing.T) {
	b := some(t, 5, false)
	once, twice := insightsOf(t, b), insightsOf(t, b, b)
	if once.Learners != twice.Learners || once.Answers != twice.Answers || len(twice.Notes) != 1 || !strings.Contains(twice.Notes[0], "twice") {
		t.Errorf("%d, %d answers, %q", once.Answers, twice.Answers, twice.Notes)
	}
	f, err := insights.Read("x", strings.NewReader(`{"what":"export","format":1,"course":"knitting","free_text":false}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := insights.New(t.Context(), load(t), []insights.File{f}); err == nil || !strings.Contains(err.Error(), `"knitting"`) {
		t.Errorf("%v", err)
	}
}

// Whoever exports again some weeks later has a new number, and counts once.
func TestSecondExportOfOneLearner(t *testing.T) {
	var logs [][]progress.Event
	for i := range 5 {
		logs = append(logs, walked(t, uint64(i)))
	}
	early := logs[2][:len(logs[2])/2]
	r := insightsOf(t, export(t, false, append(logs, early)...))
	if r.Learners != 5 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "handed in two exports") {
		t.Errorf("%d learners, %q", r.Learners, r.Notes)
	}
	if again := insightsOf(t, export(t, false, logs...)); again.Answers != r.Answers {
		t.Errorf("%d answers, and %d with the older export", again.Answers, r.Answers)
	}
	short := logs[2][:8] // four answers may be the same by chance
	if r := insightsOf(t, export(t, false, append(logs, short)...)); r.Learners != 6 {
		t.Errorf("%d learners", r.Learners)
	}
}

func TestForms(t *testing.T) {
	r := insightsOf(t, some(t, 12, true))
	for _, form := range insights.Formats {
		b, err := r.Write(form)
		if err != nil {
			t.Fatal(err)
		}
		switch form {
		case "json":
			var back insights.Report
			if err := json.Unmarshal(b, &back); err != nil || back.Learners != 12 || len(back.Exercises) != len(r.Exercises) {
				t.Errorf("%v", err)
			}
		case "html":
			wellFormed(t, string(b))
			for _, must := range []string{"<svg role=\"img\"", "default-src 'none'"} {
				if !strings.Contains(string(b), must) {
					t.Errorf("the page has no %s", must)
				}
			}
		case "md":
			table(t, string(b))
		}
	}
	if _, err := r.Write("pdf"); err == nil || !strings.Contains(err.Error(), "md, html, json") {
		t.Errorf("%v", err)
	}
}

// wellFormed reports elements that are not closed in order, and whatever loads or
// runs something.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(page))
	var open []string
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		switch tok.Type {
		case html.StartTagToken:
			if tok.Data == "script" || tok.Data == "img" || tok.Data == "link" || tok.Data == "iframe" {
				t.Errorf("the page holds %s", tok)
			}
			for _, a := range tok.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "href" || a.Key == "src" || strings.Contains(a.Val, "ZgotmplZ") {
					t.Errorf("the page holds %s", tok)
				}
			}
			if tok.Data != "meta" && tok.Data != "br" {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Fatalf("</%s> closes %q", tok.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("not closed: %q", open)
	}
}

// table reports rows of a Markdown table that have another number of cells than
// the row above.
func table(t *testing.T, md string) {
	t.Helper()
	cells := 0
	for _, l := range strings.Split(md, "\n") {
		if !strings.HasPrefix(l, "|") {
			cells = 0
			continue
		}
		n := strings.Count(strings.ReplaceAll(l, `\|`, ""), "|")
		if cells > 0 && n != cells {
			t.Errorf("%d bars after rows with %d: %s", n, cells, l)
		}
		cells = n
	}
}

func TestMinutesAndWeek(t *testing.T) {
	c := load(t)
	it, _ := c.Item("recap.four-days")
	p := newPupil(t, 3)
	p.now = time.Date(2027, 1, 3, 23, 59, 0, 0, time.UTC) // a Sunday of the old year's last week
	p.submit(it, exercises.Answer{"plan"}, 2)
	never := p.log[1:] // without the visit
	got := read(t, export(t, false, p.log, never))
	if got[0].Week != "2027-W01" || *got[0].Minutes != 2 {
		t.Errorf("%+v", got[0])
	}
	if got[1].Minutes != nil {
		t.Errorf("minutes since no visit: %d", *got[1].Minutes)
	}
}

package refresher

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/choice"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/recall"
	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/progress"
	"edu/threatlings/progress/refresh"
)

var start = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// shipped is the course, loaded once: it never changes.
var shipped = sync.OnceValues(func() (*course.Course, error) { return course.Load(course.Embedded(), kinds.Decoder{}) })

// A learner has a store and a clock of their own.
type learner struct {
	t     *testing.T
	s     *course.Session
	store progress.Store
	now   time.Time
	live  *course.Live
}

func newLearner(t *testing.T) *learner {
	t.Helper()
	l := &learner{t: t, store: progress.NewMemory(), now: start}
	l.begin()
	return l
}

// begin starts the program again, as after a kill.
func (l *learner) begin() {
	l.t.Helper()
	c, err := shipped()
	if err != nil {
		l.t.Fatal(err)
	}
	if l.s, err = course.NewSession(l.t.Context(), c, l.store); err != nil {
		l.t.Fatal(err)
	}
	l.s.Now = func() time.Time { return l.now }
}

func (l *learner) refresher() *Refresher {
	l.t.Helper()
	r, err := Of(l.t.Context(), l.s, l.live)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *learner) sitting(more bool) *course.Step {
	l.t.Helper()
	step, err := l.refresher().Sitting(more)
	if err != nil {
		l.t.Fatal(err)
	}
	return step
}

// submit hands an exercise of the course in.
func (l *learner) submit(id string, a ...string) exercises.Result {
	l.t.Helper()
	it, ok := l.s.Course.Item(id)
	if !ok {
		l.t.Fatal("no exercise", id)
	}
	return l.hand(it, a...)
}

func (l *learner) hand(it *course.Item, a ...string) exercises.Result {
	l.t.Helper()
	res, err := l.s.Submit(l.t.Context(), it, a)
	if err != nil {
		l.t.Fatal(err)
	}
	return res
}

// known is an answer to an exercise of a sitting that is right.
func (l *learner) known(it *course.Item) string {
	l.t.Helper()
	ex, err := it.Exercise()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, s := range ex.Samples() {
		if s.Full {
			return s.Answer[0]
		}
	}
	l.t.Fatal("no right answer to", it.ID)
	return ""
}

// wrong is an answer to an exercise of the course that is not right.
func (l *learner) wrong(id string) []string {
	l.t.Helper()
	it, _ := l.s.Course.Item(id)
	ex, err := it.Exercise()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, s := range ex.Samples() {
		if !s.Full {
			return s.Answer
		}
	}
	l.t.Fatal("no wrong answer to", id)
	return nil
}

// cardTesting is a report that names one threat of billing, and two things that it has not.
var cardTesting = []string{
	"I/4/critical Criminals use our free endpoint to find out which stolen credit cards are still valid",
	"T/1/high SQL injection in the card holder name",
	"D/owner/low Rain floods the basement of the office and the chairs get wet", "+ chairs", "+ 4",
}

func ids(step *course.Step) (out []string) {
	if step == nil {
		return nil
	}
	for _, it := range step.Items() {
		out = append(out, it.ID)
	}
	return out
}

func (l *learner) reviews() (out []progress.Event) {
	l.t.Helper()
	events, err := l.s.Events(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == progress.Reviewed && e.Review != nil {
			out = append(out, e)
		}
	}
	return out
}

func TestANewcomerHasNothing(t *testing.T) {
	l := newLearner(t)
	for _, more := range []bool{false, true} {
		if step := l.sitting(more); step != nil {
			t.Errorf("more %v: %v", more, ids(step))
		}
	}
	if o := l.refresher().Outlook(); !o.Nothing() || o.Due() != 0 || o.Live {
		t.Errorf("%+v", o)
	}
}

func TestMissesComeMostSevereFirstAndADayLater(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	r := l.refresher()
	if o := r.Outlook(); o.Due() != 0 || !o.Next.Equal(start.Add(refresh.Session)) || o.Fresh != "" || o.Nothing() {
		t.Errorf("at once: %+v", o)
	}
	if o := r.Outlook(); o.Ahead || l.sitting(true) != nil || !strings.HasSuffix(o.Wait(l.now), Day(start.Add(refresh.Session), l.now)+".") {
		t.Errorf("there is nothing to practise either: %+v, %q", o, o.Wait(l.now))
	}
	if len(r.items) != 15 {
		t.Errorf("%d threats were missed", len(r.items))
	}
	if _, ok := r.items["missed.billing.card-testing"]; ok {
		t.Error("what was named is asked")
	}
	l.now = start.Add(day)
	o := l.refresher().Outlook()
	if !o.Ahead || o.Missed != refresh.NewASession || o.New != o.Missed || o.Letters != 0 || o.Fresh != "Ship It" {
		t.Errorf("a day later: %+v", o)
	}
	got := ids(l.sitting(false))
	want := []string{
		"missed.billing.stored-cards", "missed.billing.cross-workspace", // critical
		"missed.billing.plaintext-hop", "missed.billing.no-role-check", "missed.billing.token-theft", "missed.billing.fee-drain",
		"fresh.ship-it",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWhatAnyReportNamedIsNotMissed(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	l.submit("billing.top-three", "D/4/high Can I make 120 calls a minute and drain the company's account on validation fees?")
	items := l.refresher().items
	for _, id := range []string{"card-testing", "fee-drain"} {
		if _, ok := items["missed.billing."+id]; ok {
			t.Error(id, "was named and is asked")
		}
	}
	// One that is only asked about is not handed in yet.
	m := newLearner(t)
	m.submit("billing.top-three", "I/7/high nobody knows afterwards what happened in the paymnt data")
	if n := len(m.refresher().items); n != 0 {
		t.Errorf("%d items before anything was judged", n)
	}
}

func TestForgettingAndStartingAgain(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	l.now = start.Add(day)
	step := l.sitting(false)
	l.hand(step.Items()[0], "Rain floods the basement of the office and the chairs get wet")
	if err := l.s.Forget(t.Context(), "billing.top-three"); err != nil {
		t.Fatal(err)
	}
	if o := l.refresher().Outlook(); !o.Nothing() {
		t.Errorf("forgotten: %+v", o)
	}
	l.submit("billing.top-three", cardTesting...)
	if c := l.card(step.Items()[0].ID); c.New || c.Failed != 1 {
		t.Errorf("handed in again, it has lost its review: %+v", c)
	}
	if err := l.s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := l.refresher(); !r.Outlook().Nothing() || len(r.reviews) != 0 {
		t.Errorf("started again: %+v", r.Outlook())
	}
}

func (l *learner) card(id string) refresh.Card {
	l.t.Helper()
	for _, c := range l.refresher().deck.Cards() {
		if c.ID == id {
			return c
		}
	}
	l.t.Fatal("no card", id)
	return refresh.Card{}
}

func TestLettersThatWereWrongComeFirst(t *testing.T) {
	l := newLearner(t)
	l.submit("tampering.twice", l.wrong("tampering.twice")...)
	l.now = l.now.Add(time.Hour)
	it, _ := l.s.Course.Item("spoofing.ask")
	l.submit("spoofing.ask", l.known(it))
	l.submit("groceries.then-and-now", "We stayed at home.", "met 1") // no lesson of a letter
	l.now = start.Add(day)
	if got := ids(l.sitting(false)); !slices.Equal(got, []string{"letter.tampering.twice", "letter.spoofing.ask"}) {
		t.Errorf("%q", got)
	}
	if o := l.refresher().Outlook(); o.Letters != 2 || o.Fresh != "" {
		t.Errorf("%+v", o)
	}
	step := l.sitting(false)
	if step.Items()[1].Kind != "ask" || step.Items()[1].Version != it.Version {
		t.Errorf("%+v", step.Items()[1])
	}
	before := l.s.Item(it)
	l.hand(step.Items()[1], l.known(it))
	if after := l.s.Item(it); after.Attempts != before.Attempts {
		t.Error("a question of the refresher counts in the course")
	}
	if r := l.reviews(); len(r) != 1 || r[0].Item != "letter.spoofing.ask" || !r[0].Review.Right || r[0].Review.Rating != "good" {
		t.Errorf("%+v", r)
	}
}

// Whoever is asked again cannot go by the place of an option; within one sitting and
// until the next review it stays.
func TestOptionsComeInAnotherOrder(t *testing.T) {
	l := newLearner(t)
	l.submit("tampering.twice", l.wrong("tampering.twice")...)
	orders := map[string]bool{}
	for n := 1; n <= 6; n++ {
		l.now = l.now.Add(200 * day)
		var last string
		for range 2 {
			it := l.sitting(false).Items()[0]
			ex, err := it.Exercise()
			if err != nil {
				t.Fatal(err)
			}
			var order []string
			for _, o := range ex.(*choice.Exercise).Options {
				order = append(order, o.ID)
			}
			if now := strings.Join(order, " "); last != "" && now != last {
				t.Errorf("the order was %s, and is %s before it was answered", last, now)
			}
			last = strings.Join(order, " ")
		}
		orders[last] = true
		it := l.sitting(false).Items()[0]
		if res := l.hand(it, l.known(it)); res.Score != 1 {
			t.Errorf("the right option scores %v", res.Score)
		}
	}
	if len(orders) < 3 {
		t.Errorf("six times it came in %d orders", len(orders))
	}
}

func TestAFreshScenarioIsLastAndOnceAndThenAsked(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	l.now = start.Add(day)
	step := l.sitting(false)
	items := step.Items()
	fresh := items[len(items)-1]
	if fresh.ID != "fresh.ship-it" || fresh.Kind != "report" {
		t.Fatalf("%q", ids(step))
	}
	next, err := step.Sitting.After(t.Context())
	if err != nil || next == nil || slices.Contains(ids(next), fresh.ID) {
		t.Errorf("practising on: %q, %v", ids(next), err)
	}
	l.hand(fresh, "I/2/critical A stranger opens a proposal whose job file mails our secrets to him, and nobody has to approve anything first.")
	if r := l.reviews(); len(r) != 1 || r[0].Review.Right || len(r[0].Credited) != 1 {
		t.Errorf("%+v", r)
	}
	items2 := l.refresher().items
	if _, ok := items2["missed.ship-it.moved-tag"]; !ok {
		t.Error("what was not named in the fresh scenario is not asked")
	}
	if _, ok := items2["missed.ship-it.secrets-to-strangers"]; ok {
		t.Error("what was named there is asked")
	}
	l.now = l.now.Add(day)
	if o := l.refresher().Outlook(); o.Fresh != "Report Links" {
		t.Errorf("after Ship It comes %q", o.Fresh)
	}
}

// Over months an item that is known comes back later and later, and one that
// slipped a day after.
func TestMonths(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	const known, slips = "missed.billing.stored-cards", "missed.billing.cross-workspace"
	gaps := map[string][]int{}
	last := map[string]time.Time{}
	for range 400 {
		l.now = l.now.Add(day)
		step := l.sitting(false)
		for _, id := range []string{known, slips} {
			i := slices.Index(ids(step), id)
			if i < 0 {
				continue
			}
			if at, ok := last[id]; ok {
				gaps[id] = append(gaps[id], int(l.now.Sub(at)/day))
			}
			last[id] = l.now
			if id == known {
				l.hand(step.Items()[i], l.known(step.Items()[i]))
			} else {
				l.hand(step.Items()[i], "Rain floods the basement of the office and the chairs get wet")
			}
		}
	}
	if got := fmt.Sprint(gaps[known]); got != "[3 11 35 101 180]" {
		t.Errorf("known: after %v days", got)
	}
	if g := gaps[slips]; len(g) < 100 || slices.Max(g) > 1 {
		t.Errorf("slipped: after %v days", g)
	}
}

func TestOneReviewASitting(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	l.now = start.Add(day)
	step := l.sitting(false)
	it := step.Items()[0]
	l.hand(it, "Rain floods the basement of the office and the chairs get wet")
	l.hand(it, l.known(it)) // again, with the key read
	again, err := step.Sitting.After(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range again.Items() {
		if other.ID == it.ID {
			l.hand(other, l.known(other))
			if text := again.Pages[len(again.Pages)-1].Text(); !strings.Contains(text, "practised; its date stays") {
				t.Errorf("practice is told so:\n%s", text)
			}
		}
	}
	if r := l.reviews(); len(r) != 1 || r[0].Review.Right || r[0].Review.Rating != "again" {
		t.Errorf("%d reviews: %+v", len(r), r)
	}
	events, _ := l.s.Submissions(t.Context())
	if n := len(events); n < 3 {
		t.Errorf("%d answers are kept", n)
	}
	l.now = l.now.Add(day)
	l.hand(l.find(it.ID), l.known(it))
	if r := l.reviews(); len(r) != 2 || !r[1].Review.Right {
		t.Errorf("the next day: %+v", r)
	}
}

func (l *learner) find(id string) *course.Item {
	l.t.Helper()
	for _, it := range l.sitting(false).Items() {
		if it.ID == id {
			return it
		}
	}
	l.t.Fatal(id, "is not due")
	return nil
}

func TestAnAnswerThatWasAskedAboutIsASecondTry(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	l.now = start.Add(day)
	it := l.find("missed.billing.fee-drain")
	res := l.hand(it, "Hackers could hack it", "~ sure")
	if res.Outcome != exercises.Asked || len(l.reviews()) != 0 {
		t.Fatalf("%s, %d reviews", res.Outcome, len(l.reviews()))
	}
	// The program is killed here: what was written is there again.
	l.begin()
	it = l.find("missed.billing.fee-drain")
	d, err := l.s.Draft(t.Context(), it)
	if err != nil || !slices.Equal(d, exercises.Answer{"Hackers could hack it", "~ sure"}) {
		t.Errorf("the draft is %q, %v", d, err)
	}
	l.hand(it, d...)
	l.hand(it, append(d, "+ "+"Can I make 120 calls a minute and drain the company's account on validation fees?")...)
	r := l.reviews()
	if len(r) != 1 || !r[0].Review.Right || r[0].Review.Tries != 2 || r[0].Review.Rating != "hard" || r[0].Review.Certainty != "sure" {
		t.Fatalf("%+v", r)
	}
	if d, err := l.s.Draft(t.Context(), it); err != nil || len(d) != 0 {
		t.Errorf("the draft stays: %q, %v", d, err)
	}
}

func TestHintsCountUntilTheNextReview(t *testing.T) {
	for hints, want := range []string{"good", "hard", "hard", "hard", "again"} {
		l := newLearner(t)
		l.submit("billing.top-three", cardTesting...)
		l.now = start.Add(day)
		it := l.find("missed.billing.fee-drain")
		for range hints {
			if _, err := l.s.Hint(t.Context(), it); err != nil {
				t.Fatal(err)
			}
		}
		if hints == 4 {
			if _, err := l.s.Hint(t.Context(), it); !errors.Is(err, course.ErrNoHint) {
				t.Errorf("a fifth hint: %v", err)
			}
		}
		l.begin() // what was seen stays seen
		it = l.find(it.ID)
		if open, all := l.s.Hints(it); len(open) != hints || all != 4 {
			t.Errorf("%d of %d hints are open, %d were", len(open), all, hints)
		}
		l.hand(it, l.known(it))
		if r := l.reviews()[0].Review; r.Rating != want || r.Hints != hints || r.LastHint != (hints == 4) {
			t.Errorf("with %d hints: %+v", hints, r)
		}
		l.now = l.now.Add(20 * day)
		l.begin()
		if open, _ := l.s.Hints(l.find(it.ID)); len(open) != 0 {
			t.Errorf("the hints of last time are open: %q", open)
		}
	}
}

// A sitting leaves the course as it is: where one goes on, what is done, what counts.
func TestTheCourseIsNotMoved(t *testing.T) {
	l := newLearner(t)
	house, _ := l.s.Course.Step("house")
	for _, page := range []int{1, 2} {
		if err := l.s.Visit(t.Context(), house, page); err != nil {
			t.Fatal(err)
		}
	}
	l.submit("billing.top-three", cardTesting...)
	l.now = start.Add(day)
	step := l.sitting(false)
	if s := l.s.State(step); s != course.New {
		t.Errorf("the sitting is %s", s)
	}
	for page := range step.Pages {
		if err := l.s.Visit(t.Context(), step, page); err != nil {
			t.Fatal(err)
		}
	}
	l.hand(step.Items()[0], l.known(step.Items()[0]))
	if s := l.s.State(step); s != course.Begun {
		t.Errorf("the sitting is %s", s)
	}
	for range 2 {
		if at, page, ok := l.s.Next(); !ok || at.ID != "house" || page != 2 {
			t.Errorf("it goes on with %s, page %d", at.ID, page)
		}
		l.begin()
	}
	events, err := l.s.Events(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Item == step.ID || e.Kind == progress.Finished {
			t.Errorf("%+v", e)
		}
	}
}

func TestPagesSayWhatComesAndHowItWent(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	it, _ := l.s.Course.Item("spoofing.ask")
	l.submit("spoofing.ask", l.known(it))
	l.now = start.Add(day)
	step := l.sitting(false)
	has := func(page int, texts ...string) {
		t.Helper()
		text := step.Pages[page].Text()
		for _, want := range texts {
			if !strings.Contains(text, want) {
				t.Errorf("page %d lacks %q:\n%s", page+1, want, text)
			}
		}
	}
	last := len(step.Pages) - 1
	has(0, "6 short questions", "5 threats that you did not name", "1 question of the six letters", "You met these in the course", "**Ship It**", "45 minutes")
	has(last, "6 questions left for another day", "**Ship It**: there whenever you like", "practise more")
	l.hand(step.Items()[0], l.known(step.Items()[0]))
	l.hand(step.Items()[2], "Rain floods the basement of the office and the chairs get wet")
	has(last, "remembered. Back in 3 days.", "slipped. Back tomorrow.")
	if strings.Contains(step.Pages[last].Text(), "How sure") {
		t.Error("two answers are told as calibration")
	}
	l.now = l.now.Add(2 * day)
	step = l.sitting(true)
	has(0, "They come now because")
}

func TestCertaintyIsAskedNowAndThenAndTold(t *testing.T) {
	l := newLearner(t)
	l.submit("billing.top-three", cardTesting...)
	for range 8 {
		l.now = l.now.Add(day)
		step := l.sitting(false)
		if step == nil {
			continue
		}
		for i, it := range step.Items() {
			if it.Kind != recall.KindName {
				continue
			}
			if i == 0 || i == 2 || i == 5 {
				l.hand(it, l.known(it), "~ sure")
			} else {
				l.hand(it, l.known(it))
			}
		}
		last := step.Pages[len(step.Pages)-1].Text()
		certain := l.refresher().Outlook().Certain
		if told := strings.Contains(last, "when sure, "); told != (certain >= 5) {
			t.Errorf("after %d answers it is told: %v\n%s", certain, told, last)
		}
	}
	if o := l.refresher().Outlook(); o.Certain < 5 || o.Calibration.Sure.Right != o.Calibration.Sure.Asked {
		t.Errorf("%+v", o)
	}
	for i, want := range []bool{true, false, true, false, false, true, false, false, true, false} {
		if asksCertainty(i) != want {
			t.Errorf("question %d asks how sure: %v", i+1, !want)
		}
	}
}

// A month after the last lesson a second live model is proposed: three times, or
// until there is one.
func TestASecondLiveModelIsProposed(t *testing.T) {
	finished := func(t *testing.T) *learner {
		l := newLearner(t)
		l.live = l.s.Course.Live(threatmodel.OpenFolder(t.TempDir()))
		l.submit("billing.top-three", cardTesting...)
		steps := l.s.Course.Steps()
		last := steps[len(steps)-1]
		for _, it := range last.Items() {
			ex, err := it.Exercise()
			if err != nil {
				t.Fatal(err)
			}
			a := exercises.Answer{"Two sentences of my own.", "met 1"} // to one that is only compared
			if samples := ex.Samples(); len(samples) > 0 {
				a = samples[0].Answer
			}
			l.hand(it, a...)
		}
		return l
	}
	l := finished(t)
	if l.now = start.AddDate(0, 1, -1); l.refresher().Outlook().Live {
		t.Error("it is proposed before a month has passed")
	}
	for n := 1; n <= 4; n++ {
		l.now = start.AddDate(0, 1, n)
		if got := l.refresher().Outlook().Live; got != (n <= 3) {
			t.Errorf("time %d: proposed %v", n, got)
		}
		step := l.sitting(true)
		page := len(step.Pages) - 1
		if told := strings.Contains(step.Pages[page].Text(), "threatlings live"); told != (n <= 3) {
			t.Errorf("time %d: told %v", n, told)
		}
		for range 2 { // coming back to the page is no second proposal
			if err := l.s.Visit(t.Context(), step, page); err != nil {
				t.Fatal(err)
			}
		}
	}

	m := finished(t)
	m.now = start.AddDate(0, 2, 0)
	if !m.refresher().Outlook().Live {
		t.Fatal("it is not proposed")
	}
	w, err := m.live.Start()
	if err == nil {
		_, err = m.live.Close(w)
	}
	if err != nil {
		t.Fatal(err)
	}
	entries, err := m.live.Folder.List()
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d models, %v", len(entries), err)
	}
	touch := func(at time.Time) {
		if err := os.Chtimes(entries[0].Path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if touch(start.Add(-day)); !m.refresher().Outlook().Live {
		t.Error("the model of the course itself counts as a second one")
	}
	if touch(start.Add(40 * day)); m.refresher().Outlook().Live {
		t.Error("it is proposed though there is one")
	}
	m.live = nil
	if m.refresher().Outlook().Live {
		t.Error("it is proposed where no model can be kept")
	}
}

func TestWhenInWords(t *testing.T) {
	noon := time.Date(2027, 12, 3, 12, 0, 0, 0, time.Local)
	for want, o := range map[string]Outlook{
		"3 due":                  {Missed: 2, Letters: 1, Next: noon},
		"next tomorrow at 12:00": {Next: noon.Add(day)},
		"next on 5 December":     {Next: noon.Add(2 * day)},
		"next today at 13:00":    {Next: noon.Add(time.Hour)},
		"next on 2 January 2028": {Next: noon.Add(30 * day)},
		"Ship It, if you like":   {Fresh: "Ship It"},
	} {
		if got := o.When(noon); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Whatever stands in the log, nothing is asked twice in a sitting, a fresh scenario
// stands last, and the pages can be written.
func TestEveryLogMakesASitting(t *testing.T) {
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	of := func(from ...string) string { return from[rng.IntN(len(from))] }
	for range 60 {
		l := newLearner(t)
		at := start
		var events []progress.Event
		for range 40 {
			at = at.Add(time.Duration(rng.IntN(200)-40) * time.Hour)
			score := float64(rng.IntN(3)) / 2
			e := progress.Event{
				ID: progress.NewID(), Time: at, Course: c.ID,
				Kind:  of(progress.Submitted, progress.Submitted, progress.Reviewed, progress.Reviewed, progress.Reviewed, progress.Hinted, progress.Forgot, progress.Finished, progress.Proposed, "a later kind"),
				Item:  of("billing.top-three", "report-links.top-three", "spoofing.ask", "tampering.twice", "missed.billing.fee-drain", "missed.billing.no-such", "letter.spoofing.ask", "fresh.ship-it", "fresh.no-such", ""),
				Score: &score, Outcome: of("right", "partly", "wrong", "asked", ""), Hint: rng.IntN(6), Credited: []string{of("fee-drain", "card-testing", "no-such")},
			}
			if rng.IntN(2) == 0 {
				e.Review = &progress.Review{Right: rng.IntN(2) == 0, Rating: of("again", "good", "nonsense", ""), Tries: rng.IntN(3), Certainty: of("", "sure", "nonsense")}
			}
			events = append(events, e)
		}
		if err := l.store.Append(t.Context(), events...); err != nil {
			t.Fatal(err)
		}
		l.now = at
		l.begin()
		for _, more := range []bool{false, true} {
			step := l.sitting(more)
			if step == nil {
				continue
			}
			seen := map[string]bool{}
			for i, id := range ids(step) {
				if seen[id] || strings.HasPrefix(id, freshID) && i != len(step.Items())-1 {
					t.Errorf("%q", ids(step))
				}
				seen[id] = true
			}
			if n := len(step.Items()); n == 0 || n > Questions+1 {
				t.Errorf("%d questions", n)
			}
			if step.Pages[0].Text() == "" || step.Pages[len(step.Pages)-1].Text() == "" {
				t.Error("a page is empty")
			}
		}
	}
}

func TestReadOnlyAsksAndKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	store, _, err := progress.OpenFile(dir, progress.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := newLearner(t)
	l.store = store
	l.begin()
	l.submit("billing.top-three", cardTesting...)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	looking, _, err := progress.OpenFile(dir, progress.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer looking.Close()
	l.store = looking
	l.begin()
	l.now = start.Add(day)
	step := l.sitting(false)
	it := step.Items()[0]
	if _, err := l.s.Submit(t.Context(), it, exercises.Answer{l.known(it)}); !errors.Is(err, progress.ErrReadOnly) {
		t.Errorf("handing in gives %v", err)
	}
	if _, _, ok := l.s.LastResult(it); ok || l.s.State(step) != course.New {
		t.Error("what could not be saved counts")
	}
	if err := l.s.SaveDraft(t.Context(), it, exercises.Answer{"x"}); !errors.Is(err, progress.ErrReadOnly) {
		t.Errorf("a draft gives %v", err)
	}
}

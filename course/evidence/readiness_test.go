package evidence_test

import (
	"strings"
	"testing"
	"time"

	"edu/threatlings/course/evidence"
	"edu/threatlings/progress"
)

// ids are the threats of a scenario of some severities, all but the last few of each.
func (d *diary) ids(scenario string, but map[string]int) []string {
	d.t.Helper()
	s, err := d.c.Scenario(scenario)
	if err != nil {
		d.t.Fatal(err)
	}
	key, err := s.Key()
	if err != nil {
		d.t.Fatal(err)
	}
	all := map[string][]string{}
	for _, th := range key.Threats {
		all[th.Severity.Rating] = append(all[th.Severity.Rating], th.ID)
	}
	var out []string
	for severity, left := range but {
		out = append(out, all[severity][:len(all[severity])-left]...)
	}
	return out
}

func (d *diary) ready() evidence.Readiness {
	d.t.Helper()
	r, err := evidence.Ready(d.c, d.events)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

var (
	// billing has 3, 6 and 6 of these severities, ship-it 2, 7 and 6, report-links 2, 9 and 5.
	enough = map[string]map[string]int{
		"billing":      {"critical": 0, "high": 2, "medium": 2},
		"ship-it":      {"critical": 0, "high": 2, "medium": 2},
		"report-links": {"critical": 0, "high": 3, "medium": 1},
	}
)

func (d *diary) take(scenario string, but map[string]int) {
	d.submit("readiness."+scenario, 1, d.ids(scenario, but)...)
}

func TestLead(t *testing.T) {
	d := newDiary(t)
	if r := d.ready(); r.Level != evidence.NotYet || r.Parts != 3 {
		t.Errorf("%+v", r)
	}
	for _, m := range d.c.Modules {
		d.finish(m, 0.1)
	}
	if r := d.ready(); r.Level != evidence.Lead || r.PartsDone != 3 {
		t.Errorf("%+v", r)
	}
}

func TestReviewOnlyAndSecurityOptional(t *testing.T) {
	d := newDiary(t)
	d.take("billing", enough["billing"])
	if r := d.ready(); r.Level != evidence.NotYet || r.ReviewOnly != 1 {
		t.Errorf("one scenario: %+v", r)
	}
	d.take("ship-it", enough["ship-it"])
	if r := d.ready(); r.Level != evidence.ReviewOnly || r.SecurityOptional != 2 {
		t.Errorf("two scenarios: %+v", r)
	}
	first := d.events[0].Time
	for at, want := range map[time.Time]evidence.Level{
		first.AddDate(0, 0, 90):                   evidence.SecurityOptional,
		first.AddDate(0, 0, 90).Add(-time.Second): evidence.ReviewOnly,
	} {
		e := *d
		e.events = append([]progress.Event(nil), d.events...)
		e.at = at.Add(-time.Minute)
		e.take("report-links", enough["report-links"])
		if r := e.ready(); r.Level != want || r.SecurityOptional != 3 {
			t.Errorf("three, the last after %v: %s, want %s", at.Sub(first), r.Level, want)
		}
	}
}

// One threat less of each severity, and it is not enough.
func TestJustNotEnough(t *testing.T) {
	for _, c := range []struct {
		severity     string
		narrow, wide bool
	}{{"critical", false, false}, {"high", false, false}, {"medium", true, false}} {
		but := map[string]int{"critical": 0, "high": 2, "medium": 2}
		but[c.severity]++
		d := newDiary(t)
		d.take("billing", but)
		for _, f := range d.ready().Scenarios {
			if f.Scenario == "billing" && (f.Narrow() != c.narrow || f.Wide() != c.wide) {
				t.Errorf("one %s less: narrow %t, wide %t: %+v", c.severity, f.Narrow(), f.Wide(), f)
			}
		}
	}
}

// What gives the key away, and what does not.
func TestOnlyTheFirstHandInAloneCounts(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*diary)
		why    evidence.Why
		narrow bool
	}{
		"nothing before":                    {func(*diary) {}, evidence.Counts, true},
		"an earlier hand-in of three cards": {func(d *diary) { d.submit("billing.top-three", 0.5, "stored-cards") }, evidence.Counts, false},
		"an earlier one that was forgotten": {func(d *diary) {
			d.submit("billing.top-three", 0.5, "stored-cards")
			d.add(progress.Event{Kind: progress.Forgot, Item: "billing.top-three"})
		}, evidence.Counts, false},
		"a hint":            {func(d *diary) { d.add(progress.Event{Kind: progress.Hinted, Item: "billing.top-three", Hint: 1}) }, evidence.HintUsed, false},
		"the warning":       {func(d *diary) { d.add(progress.Event{Kind: progress.Hinted, Item: "readiness.billing", Hint: 1}) }, evidence.Counts, true},
		"the hint behind":   {func(d *diary) { d.add(progress.Event{Kind: progress.Hinted, Item: "readiness.billing", Hint: 2}) }, evidence.HintUsed, false},
		"a hint elsewhere":  {func(d *diary) { d.add(progress.Event{Kind: progress.Hinted, Item: "report-links.top-three", Hint: 1}) }, evidence.Counts, true},
		"the debrief":       {func(d *diary) { d.visit("debrief", 0) }, evidence.KeyShown, false},
		"the lesson before": {func(d *diary) { d.visit(d.c.Modules[1].Steps[0].ID, 0) }, evidence.Counts, true},
		"a question back": {func(d *diary) {
			d.add(progress.Event{Kind: progress.Submitted, Item: "readiness.billing", Outcome: "asked"})
		}, evidence.Counts, true},
		"another course": {func(d *diary) {
			d.add(progress.Event{Kind: progress.Hinted, Item: "billing.top-three", Hint: 1})
			d.events[0].Course = "another"
		}, evidence.Counts, true},
	} {
		d := newDiary(t)
		c.before(d)
		d.take("billing", enough["billing"])
		for _, f := range d.ready().Scenarios {
			if f.Scenario == "billing" && (f.Why != c.why || f.Narrow() != c.narrow) {
				t.Errorf("%s: %q, narrow %t: %+v", name, f.Why, f.Narrow(), f)
			}
		}
	}
}

// A threat counts once, and what is in no key counts nothing.
func TestCreditedOnce(t *testing.T) {
	d := newDiary(t)
	d.submit("readiness.billing", 1, "stored-cards", "stored-cards", "no-such-threat")
	for _, f := range d.ready().Scenarios {
		if f.Scenario == "billing" && (f.Found["critical"] != 1 || len(f.Found) != 1) {
			t.Errorf("%+v", f.Found)
		}
	}
}

func TestReadinessInWords(t *testing.T) {
	take := func(id string) string { return "take " + id }
	d := newDiary(t)
	if got := d.ready().Text(take); !strings.Contains(got, "on the way") || !strings.Contains(got, "finish the 3 parts that are left") || !strings.Contains(got, "take billing") {
		t.Error(got)
	}
	for _, m := range d.c.Modules {
		d.finish(m, 0.5)
	}
	got := d.ready().Text(take)
	for _, want := range []string{"ready to lead with security in the room", "Parts finished: 3 of 3", "0 of 3 critical", "take ship-it",
		"That many cards, 3, cannot show a level: it takes 3 critical and 4 high threats.", "One alone does not reach it"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	d.take("ship-it", enough["ship-it"])
	if got := d.ready().Text(take); !strings.Contains(got, "It counts for every level.") || !strings.Contains(got, "Ask for a fresh one") {
		t.Error(got)
	}
}

func TestCountsSayNothingOfAnybody(t *testing.T) {
	d := newDiary(t)
	if got, err := evidence.CountsOf(d.c, nil); err != nil || got != nil {
		t.Errorf("nobody: %v, %v", got, err)
	}
	d.submit("before.lockers", 0.4)
	d.submit("after.rooms", 0.8)
	for _, m := range d.c.Modules {
		d.finish(m, 0.6) // not passed, where there is something to pass
	}
	got, err := evidence.CountsOf(d.c, d.events)
	if err != nil {
		t.Fatal(err)
	}
	both := evidence.Sum(append(append([]evidence.Count(nil), got...), got...))
	for _, c := range []struct {
		what, name string
		want       int
	}{
		{evidence.People, "", 2}, {evidence.DonePart, "part-1", 2}, {evidence.DonePart, "part-2", 0}, {evidence.DonePart, evidence.WholeCourse, 0},
		{evidence.ReadyAt, string(evidence.Lead), 2}, {evidence.GuessesBefore, "", 8}, {evidence.GuessesAfter, "", 16}, {evidence.GuessPeople, "", 2},
	} {
		if n := evidence.Total(both, c.what, c.name); n != c.want {
			t.Errorf("%s %s: %d, want %d", c.what, c.name, n, c.want)
		}
	}
	for _, c := range both {
		if c.Month != "2027-01" {
			t.Errorf("%+v", c)
		}
	}
}

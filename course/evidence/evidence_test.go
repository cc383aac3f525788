package evidence_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/course/evidence"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/progress"
	"edu/threatlings/progress/records"
)

var load = sync.OnceValues(func() (*course.Course, error) { return course.Load(course.Embedded(), kinds.Decoder{}) })

func theCourse(t testing.TB) *course.Course {
	t.Helper()
	c, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A diary makes events, each a minute after the one before.
type diary struct {
	t      testing.TB
	c      *course.Course
	at     time.Time
	events []progress.Event
}

func newDiary(t testing.TB) *diary {
	return &diary{t: t, c: theCourse(t), at: time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)}
}

func (d *diary) add(e progress.Event) {
	d.at = d.at.Add(time.Minute)
	e.ID, e.Time, e.Course = progress.NewID(), d.at, d.c.ID
	d.events = append(d.events, e)
}

func (d *diary) visit(step string, page int) {
	d.add(progress.Event{Kind: progress.Visited, Item: step, Page: page})
}

func (d *diary) submit(item string, score float64, credited ...string) {
	d.add(progress.Event{Kind: progress.Submitted, Item: item, Score: &score, Outcome: "partly", Credited: credited, Answer: []string{"an answer"}})
}

// finish does every lesson of a part that counts.
func (d *diary) finish(m *course.Module, score float64) {
	for _, st := range m.Steps {
		if st.Optional {
			continue
		}
		d.visit(st.ID, len(st.Pages)-1)
		for _, it := range st.Items() {
			d.submit(it.ID, score)
		}
	}
}

func (d *diary) parts() []evidence.Part {
	d.t.Helper()
	parts, err := evidence.Parts(d.c, d.events)
	if err != nil {
		d.t.Fatal(err)
	}
	return parts
}

func TestPartsOfAWholeCourse(t *testing.T) {
	d := newDiary(t)
	for i, m := range d.c.Modules {
		d.finish(m, 0.9)
		parts := d.parts()
		whole := parts[len(parts)-1]
		if len(parts) != i+2 || whole.Module != "" || whole.Done() != (i == len(d.c.Modules)-1) {
			t.Fatalf("after %s: %d parts, and the whole is done: %t", m.ID, len(parts), whole.Done())
		}
		p := parts[i]
		if p.Module != m.ID || !p.Done() || !p.Completed.Equal(d.at) || p.Registration != evidence.First || len(p.Objectives) == 0 {
			t.Errorf("%+v", p)
		}
	}
	parts := d.parts()
	if one := parts[0]; one.Score != nil || one.PassMark != nil {
		t.Errorf("Part 1 has nothing to pass, and has %v of %v", one.Score, one.PassMark)
	}
	if two := parts[1]; two.Score == nil || *two.Score != 0.9 || *two.PassMark != 0.7 {
		t.Errorf("Part 2: %v of %v", two.Score, two.PassMark)
	}
	for _, p := range parts {
		r, err := evidence.Record(d.c, p, evidence.Holder{Person: records.Account{HomePage: records.LocalHome, Name: "u-1"}, Program: "test"})
		if err != nil || r.Evidence != records.SelfReported || r.Content != d.c.Digest() {
			t.Errorf("%v: %s, %v", p.Module, r.Evidence, err)
		}
	}
}

func TestOneOpenLessonKeepsAPartOpen(t *testing.T) {
	d := newDiary(t)
	m := d.c.Modules[0]
	d.finish(m, 1)
	last := m.Steps[len(m.Steps)-1]
	d.events = slices.DeleteFunc(d.events, func(e progress.Event) bool {
		return slices.Contains(last.IDs(), e.Item)
	})
	if p := d.parts()[0]; p.Done() {
		t.Errorf("done without %s: %+v", last.ID, p)
	}
}

// A gap of ten minutes counts, a longer one does not, and what comes after the end
// does not either.
func TestActiveTimeIsALowerBound(t *testing.T) {
	d := newDiary(t)
	m := d.c.Modules[0]
	d.finish(m, 1)
	n := len(d.events)
	if got, want := d.parts()[0].Active, time.Duration(n-1)*time.Minute; got != want {
		t.Errorf("%v, want %v", got, want)
	}
	d.submit(m.Steps[0].Items()[0].ID, 1)
	if got, want := d.parts()[0].Active, time.Duration(n-1)*time.Minute; got != want {
		t.Errorf("after the end: %v, want %v", got, want)
	}
	for gap, want := range map[time.Duration]time.Duration{evidence.Pause: evidence.Pause, evidence.Pause + time.Second: 0} {
		d := newDiary(t)
		d.visit(m.Steps[0].ID, 0)
		d.at = d.at.Add(gap - time.Minute)
		d.visit(m.Steps[0].ID, 1)
		if got := d.parts()[0].Active; got != want {
			t.Errorf("a gap of %v counts %v, want %v", gap, got, want)
		}
	}
}

// A report that was failed is passed when the mark is reached, and not before.
func TestPassedLater(t *testing.T) {
	d := newDiary(t)
	m := d.c.Modules[1]
	d.finish(m, 0.69)
	if p := d.parts()[0]; !p.Done() || p.Passed() || len(p.Below) != 1 || p.Below[0].String() != "Report your top three: 69 of 100, and 70 is the mark" {
		t.Fatalf("%+v", p)
	}
	d.at = d.at.AddDate(0, 0, 3)
	d.submit("billing.top-three", 0.7)
	passed := d.at
	d.submit("billing.top-three", 0.2)
	if p := d.parts()[0]; !p.Passed() || *p.Score != 0.7 || !p.Completed.Equal(passed) {
		t.Errorf("%+v", p)
	}
}

// A score counts as it was told, in whole points.
func TestAScoreCountsAsItWasTold(t *testing.T) {
	d := newDiary(t)
	d.finish(d.c.Modules[1], 0.6951)
	if p := d.parts()[0]; !p.Passed() || *p.Score != 0.7 || len(p.Below) > 0 {
		t.Errorf("%+v", p)
	}
}

func TestARegistrationStartsFromNothing(t *testing.T) {
	d := newDiary(t)
	m := d.c.Modules[0]
	d.finish(m, 1)
	e, err := course.Registration(d.c, " refresher\x1b 2027 ", d.at)
	if err != nil {
		t.Fatal(err)
	}
	d.add(e)
	d.visit(m.Steps[0].ID, 0)
	parts := d.parts()
	if len(parts) != 4 || parts[0].Registration != evidence.First || !parts[0].Done() || parts[2].Registration != "refresher 2027" || parts[2].Done() {
		t.Fatalf("%+v", parts)
	}
	d.finish(m, 1)
	if p := d.parts()[2]; !p.Done() {
		t.Errorf("%+v", p)
	}
	for _, bad := range []string{"", " \x00", strings.Repeat("x", 101)} {
		if _, err := course.Registration(d.c, bad, d.at); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestForgettingTakesNothingBack(t *testing.T) {
	d := newDiary(t)
	m := d.c.Modules[0]
	d.finish(m, 1)
	d.add(progress.Event{Kind: progress.Restarted})
	if p := d.parts()[0]; !p.Done() {
		t.Errorf("%+v", p)
	}
}

func TestAttempts(t *testing.T) {
	d := newDiary(t)
	score := 1.0
	submit := func(item string, answer ...string) {
		d.add(progress.Event{Kind: progress.Submitted, Item: item, Score: &score, Outcome: "right", Answer: answer})
	}
	byKind := map[string]string{}
	for _, st := range d.c.Steps() {
		for _, it := range st.Items() {
			byKind[it.Kind] = it.ID
		}
	}
	submit(byKind["choice"], "a-b")
	submit(byKind["choice"], "words that no author wrote")
	submit(byKind["sort"], "cards=restricted")
	submit(byKind["reflect"], "mine")
	submit(byKind["report"], "I/4/high my own words")
	d.add(progress.Event{Kind: progress.Submitted, Item: byKind["report"], Outcome: "asked", Answer: []string{"not judged"}})
	d.add(progress.Event{Kind: progress.Submitted, Item: "no-such-item", Outcome: "right"})
	who := evidence.Holder{Person: records.Account{HomePage: records.LocalHome, Name: "u-1"}}
	got := evidence.Attempts(d.c, d.events, who)
	if len(got) != 5 {
		t.Fatalf("%d attempts", len(got))
	}
	for i, want := range []struct {
		interaction       string
		fixed, simulation bool
	}{{"choice", true, false}, {"choice", false, false}, {"matching", true, false}, {"long-fill-in", false, false}, {"", false, true}} {
		if a := got[i]; a.Interaction != want.interaction || a.Fixed != want.fixed || a.Simulation != want.simulation {
			t.Errorf("%d: %+v", i, a)
		}
	}
	ss, err := records.Statements(nil, got, records.Vocabulary{Base: "https://example.org/x"})
	if err != nil {
		t.Fatal(err)
	}
	all := string(records.WriteXAPI(ss))
	for _, own := range []string{"my own words", "mine", "no author wrote"} {
		if strings.Contains(all, own) {
			t.Errorf("%q left the computer unasked", own)
		}
	}
	if !strings.Contains(all, "cards[.]restricted") {
		t.Error(all)
	}
}

func TestGain(t *testing.T) {
	d := newDiary(t)
	d.submit("before.lockers", 0.4)
	if _, _, ok := evidence.Gain(d.events); ok {
		t.Error("without the second check")
	}
	d.submit("before.lockers", 1) // later ones know the answers
	d.submit("after.rooms", 0.8)
	if before, after, ok := evidence.Gain(d.events); before != 4 || after != 8 || !ok {
		t.Errorf("%d, %d, %t", before, after, ok)
	}
}

// An organisation of a thousand is read at once: what one person costs is little.
func BenchmarkCountsOf(b *testing.B) {
	d := newDiary(b)
	for _, m := range d.c.Modules {
		d.finish(m, 0.9)
	}
	if _, err := evidence.CountsOf(d.c, d.events); err != nil { // the keys are read once
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := evidence.CountsOf(d.c, d.events); err != nil {
			b.Fatal(err)
		}
	}
}

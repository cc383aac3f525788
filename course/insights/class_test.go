package insights_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/course/insights"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/choice"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/reflect"
	"edu/threatlings/exercises/report"
	sorting "edu/threatlings/exercises/sort"
	"edu/threatlings/progress"
)

// The weaknesses that are planted in the simulated class, where the course has none.
const (
	neverFound = "snapshots"       // a grave threat of billing
	misled     = "recap.four-days" // one of its wrong options draws most people
	badKey     = "recap.birthdate" // those who are good at everything else get it wrong
	muchSlower = "house.assets"
)

var shipped = sync.OnceValues(func() (*course.Course, error) { return course.Load(course.Embedded(), kinds.Decoder{}) })

func load(t testing.TB) *course.Course {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func cards(a exercises.Answer) []insights.Card {
	var out []insights.Card
	for _, c := range report.Written(a) {
		out = append(out, insights.Card{Letter: c.Letter, Place: c.Place, Severity: c.Severity, Text: c.Text, Replies: c.Replies, Disputed: c.Disputed != "", Reason: c.Disputed})
	}
	return out
}

// A pupil is a simulated learner.
type pupil struct {
	t       testing.TB
	c       *course.Course
	r       *rand.Rand
	ability float64 // 0 to 1
	now     time.Time
	log     []progress.Event
}

func newPupil(t testing.TB, seed uint64) *pupil {
	r := rand.New(rand.NewPCG(seed, 1))
	return &pupil{t: t, c: load(t), r: r, ability: r.Float64(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

func (p *pupil) event(e progress.Event) {
	e.ID, e.Time, e.Course = progress.NewID(), p.now, p.c.ID
	p.log = append(p.log, e)
}

// submit hands in as a session does, after so many minutes on the page.
func (p *pupil) submit(it *course.Item, a exercises.Answer, minutes int) exercises.Result {
	p.t.Helper()
	p.event(progress.Event{Kind: progress.Visited, Item: it.Step.ID, Page: it.Page})
	p.now = p.now.Add(time.Duration(minutes) * time.Minute)
	ex, err := it.Exercise()
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := ex.Grade(p.t.Context(), a)
	if err != nil {
		p.t.Fatalf("%s, %q: %v", it.ID, a, err)
	}
	raw, err := json.Marshal(res)
	if err != nil {
		p.t.Fatal(err)
	}
	p.event(progress.Event{Kind: progress.Submitted, Item: it.ID, Version: it.Version, Answer: a, Score: &res.Score, Outcome: string(res.Outcome), Result: raw})
	return res
}

// takes reports whether somebody of this ability does a thing right that most do.
func (p *pupil) takes() bool { return p.r.Float64() < 0.4+0.5*p.ability }

// answer is what the pupil answers, and in how many minutes.
func (p *pupil) answer(it *course.Item, ex exercises.Exercise) (exercises.Answer, int) {
	minutes := max(1, ex.About().Minutes+p.r.IntN(2)-p.r.IntN(2))
	right := func() exercises.Answer {
		for _, s := range ex.Samples() {
			if s.Full {
				return slices.Clone(s.Answer)
			}
		}
		return exercises.Answer{"I write a line about it.", "compared"}
	}()
	switch x := ex.(type) {
	case *reflect.Exercise:
		return exercises.Answer{fmt.Sprintf("My own thoughts, number %d.", p.r.IntN(1000)), "met 1"}, minutes
	case *choice.Exercise:
		if x.Poll() {
			return exercises.Answer{x.Options[p.r.IntN(len(x.Options))].ID}, minutes
		}
		wrong := x.Options[slices.IndexFunc(x.Options, func(o choice.Option) bool { return !o.Right })].ID
		switch {
		case it.ID == misled && p.r.Float64() < 0.7:
			return exercises.Answer{wrong}, minutes
		case it.ID == badKey && p.r.Float64() < 0.05+0.9*p.ability:
			return exercises.Answer{wrong}, minutes
		case it.ID == misled, it.ID == badKey, p.takes():
			return right, minutes
		case x.Pick == "several" && len(right) > 1:
			i := p.r.IntN(len(right))
			return slices.Delete(right, i, i+1), minutes
		}
		return exercises.Answer{x.Options[p.r.IntN(len(x.Options))].ID}, minutes
	case *sorting.Exercise:
		if !p.takes() {
			i := p.r.IntN(len(right))
			item, _, _ := strings.Cut(right[i], "=")
			right[i] = item + "=" + x.Groups[p.r.IntN(len(x.Groups))].ID
		}
	}
	if it.ID == muchSlower {
		minutes *= 5
	}
	return right, minutes
}

var keys sync.Map // of a scenario; reading one is slow

func key(ex *report.Exercise) (*grading.Key, error) {
	read, _ := keys.LoadOrStore(ex.Scenario, sync.OnceValues(ex.Paper().Key))
	return read.(func() (*grading.Key, error))()
}

// report is a report of three threats that somebody would think of, in other
// people's words. What is planted nobody thinks of.
func (p *pupil) report(ex *report.Exercise) (a exercises.Answer, replies []string) {
	k, err := key(ex)
	if err != nil {
		p.t.Fatal(err)
	}
	var deck []grading.Threat // the grave ones are likelier
	for _, t := range k.Threats {
		for range 1 + slices.Index(grading.Severities, t.Severity.Rating) {
			if t.ID != neverFound {
				deck = append(deck, t)
			}
		}
	}
	told := map[string]bool{}
	for len(a) < 3 {
		t := deck[p.r.IntN(len(deck))]
		if told[t.ID] {
			continue
		}
		told[t.ID] = true
		letter := t.Stride.Accept[0]
		if !p.takes() {
			letter = string(grading.Letters[p.r.IntN(6)])
		}
		place := t.Place.Accept[p.r.IntN(len(t.Place.Accept))]
		replies = append(replies, exercises.CleanLine(t.Description))
		a = append(a, fmt.Sprintf("%s/%s/%s %s", letter, place, t.Severity.Rating, t.Examples[p.r.IntN(len(t.Examples))]))
	}
	return a, replies
}

// discuss hands a report in and replies to the questions about it, as most do.
func (p *pupil) discuss(it *course.Item, ex *report.Exercise) {
	a, replies := p.report(ex)
	res := p.submit(it, a, 40)
	if res.Outcome != exercises.Asked || p.r.IntN(10) == 0 {
		return
	}
	for i := range res.Items {
		if res.Items[i].Question != "" {
			a = ex.Reply(a, i, replies[i])
		}
	}
	p.submit(it, a, 5)
}

// walk takes the pupil through the course.
func (p *pupil) walk() []progress.Event {
	for _, s := range p.c.Steps() {
		for _, it := range s.Items() {
			ex, err := it.Exercise()
			if err != nil {
				p.t.Fatal(err)
			}
			if x, ok := ex.(*report.Exercise); ok {
				if it.ID == "billing.top-three" || p.r.IntN(4) == 0 { // the matcher is slow
					p.discuss(it, x)
				}
				continue
			}
			if it.Kind == "ask" && p.r.IntN(10) > 0 {
				continue // the same
			}
			a, minutes := p.answer(it, ex)
			p.submit(it, a, minutes)
		}
	}
	return p.log
}

var walks sync.Map // of a seed

// walked is what the pupil of a seed did; nobody changes it.
func walked(t testing.TB, seed uint64) []progress.Event {
	if log, ok := walks.Load(seed); ok {
		return log.([]progress.Event)
	}
	log := newPupil(t, seed).walk()
	walks.Store(seed, log)
	return log
}

// export is what a learner's log becomes; the numbers count from 1.
func export(t testing.TB, freeText bool, logs ...[]progress.Event) []byte {
	t.Helper()
	x := insights.NewExport(load(t), cards)
	x.FreeText = freeText
	n := int64(0)
	x.Number = func() (int64, error) { n++; return n, nil }
	for _, l := range logs {
		if err := x.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	b, err := x.Write()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// class is the simulated class of 200.
func class(t testing.TB) []byte { return some(t, 200, false) }

// some are n learners who did the whole course.
func some(t testing.TB, n int, freeText bool) []byte {
	var logs [][]progress.Event
	for i := range n {
		logs = append(logs, walked(t, uint64(i)))
	}
	return export(t, freeText, logs...)
}

func insightsOf(t testing.TB, exports ...[]byte) *insights.Report {
	t.Helper()
	var files []insights.File
	for i, b := range exports {
		f, err := insights.Read(fmt.Sprintf("%d.jsonl", i), strings.NewReader(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	r, err := insights.New(t.Context(), load(t), files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

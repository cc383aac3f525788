// Package evidence reads what a learner's events show: which parts were done,
// when, with what result, and whether somebody finds threats on their own.
//
// It exists beside the session because it looks back over everything that ever
// happened, where a session knows only how things stand. It is pure: the same
// course and the same events give the same answer.
package evidence

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/progress"
	"edu/threatlings/progress/records"
)

// First is the registration of whoever never named one.
const First = "first"

// Pause is the longest gap between two events that counts as time spent.
const Pause = 10 * time.Minute

// reporter is an exercise with an answer key and a pass mark: a report.
type reporter interface {
	exercises.Exercise
	PassMark() float64
	Key() (*grading.Key, error)
	ScenarioID() string
	Most() int // cards
}

// A Part is what one registration shows of a part of the course, or of all of it.
type Part struct {
	Registration string
	Module       string // "" for the whole course
	Title        string // "" for the whole course
	Started      time.Time
	// Completed is when the last lesson was done; where there is something to
	// pass, and it was passed later, when that was. Zero while lessons are open.
	Completed time.Time
	// Active is the sum of the gaps between one event and the next of at most
	// Pause, each given to the part in which it began, until Completed. Longer
	// gaps count nothing, because nobody knows what they were: so it is a lower
	// bound, and thirty minutes of thinking before a card is handed in are not
	// in it.
	Active     time.Duration
	Attempts   int      // answers that were judged; a question back is none
	Score      *float64 // 0 to 1, the best one; nil where there is nothing to pass
	PassMark   *float64 // 0 to 1; nil where there is nothing to pass
	Objectives []records.Objective
	Below      []course.Below // reports that have not reached their mark
}

// Done reports whether every lesson was done.
func (p Part) Done() bool { return !p.Completed.IsZero() }

// Parts derives what events show: for each registration in the order of their
// beginning the parts that were begun, and then the whole course.
//
// A registration begins with a Registered event, and until the first one it is
// First. Each starts from nothing: what was done in an earlier one does not count
// again. A lesson counts from the first moment in which it was done; forgetting it
// afterwards, to practise, takes nothing back. Optional lessons do not count, and
// a lesson that is still to be written keeps its part open.
//
// Score and pass mark are those of the part's reports, in whole points as they were
// told: of several, of the one that is furthest below its mark. The error is that of an exercise that cannot
// be read.
func Parts(c *course.Course, events []progress.Event) ([]Part, error) {
	var names []string
	of := map[string]*enrolment{}
	at := First
	var before progress.Event
	for _, e := range events {
		if e.Course != "" && e.Course != c.ID {
			continue
		}
		if e.Kind == progress.Registered && len(e.Answer) > 0 {
			at, before = e.Answer[0], progress.Event{}
			continue
		}
		if of[at] == nil {
			names = append(names, at)
			of[at] = &enrolment{c: c, sum: progress.Summarize(nil), parts: map[string]*tally{}, done: map[string]bool{}}
		}
		of[at].add(before, e)
		before = e
	}
	var out []Part
	for _, n := range names {
		ps, err := of[n].result(n)
		if err != nil {
			return nil, err
		}
		out = append(out, ps...)
	}
	return out, nil
}

// tally is what is known of one part so far.
type tally struct {
	started, completed time.Time
	active             []interval
	attempts           int
	best               map[string]float64   // by report
	passed             map[string]time.Time // by report: when its mark was first reached
}

type interval struct {
	to  time.Time
	len time.Duration
}

// enrolment is one registration while its events are read.
type enrolment struct {
	c     *course.Course
	sum   progress.Summary
	parts map[string]*tally // by module, "" for the course
	done  map[string]bool   // by lesson
}

// stepOf is the lesson to which an event belongs, or nil.
func stepOf(c *course.Course, e progress.Event) *course.Step {
	if st, ok := c.Step(e.Item); ok {
		return st
	}
	if it, ok := c.Item(e.Item); ok {
		return it.Step
	}
	return nil
}

func (n *enrolment) tally(module string) *tally {
	if n.parts[module] == nil {
		n.parts[module] = &tally{best: map[string]float64{}, passed: map[string]time.Time{}}
	}
	return n.parts[module]
}

func (n *enrolment) add(before, e progress.Event) {
	n.sum.Add(e)
	if b := stepOf(n.c, before); b != nil {
		if gap := e.Time.Sub(before.Time); gap > 0 && gap <= Pause {
			for _, m := range []string{b.Module.ID, ""} {
				t := n.tally(m)
				t.active = append(t.active, interval{e.Time, gap})
			}
		}
	}
	st := stepOf(n.c, e)
	if st == nil {
		return
	}
	judged := e.Kind == progress.Submitted && e.Outcome != string(exercises.Asked)
	for _, m := range []string{st.Module.ID, ""} {
		t := n.tally(m)
		if t.started.IsZero() {
			t.started = e.Time
		}
		if !judged {
			continue
		}
		t.attempts++
		if e.Score != nil {
			best, tried := t.best[e.Item]
			if !tried || *e.Score > best {
				t.best[e.Item] = *e.Score
			}
			if x := report(n.c, e.Item); x != nil && course.Reaches(*e.Score, x.PassMark()) && t.passed[e.Item].IsZero() {
				t.passed[e.Item] = e.Time
			}
		}
	}
	if !n.done[st.ID] && course.StateOf(n.sum, st) == course.Done {
		n.done[st.ID] = true
		n.close(st.Module.ID, e.Time, st.Module)
		n.close("", e.Time, n.c.Modules...)
	}
}

// close notes that a part is complete when all its lessons are.
func (n *enrolment) close(module string, at time.Time, of ...*course.Module) {
	for _, m := range of {
		for _, st := range m.Steps {
			if !st.Optional && !n.done[st.ID] {
				return
			}
		}
	}
	if t := n.tally(module); t.completed.IsZero() {
		t.completed = at
	}
}

// report is the report with an id, or nil.
func report(c *course.Course, id string) reporter {
	it, ok := c.Item(id)
	if !ok || it.Kind != "report" {
		return nil
	}
	ex, err := it.Exercise()
	if err != nil {
		return nil // result says so
	}
	x, _ := ex.(reporter)
	return x
}

func (n *enrolment) result(registration string) ([]Part, error) {
	var out []Part
	one := func(module, title string, of []*course.Module) error {
		t := n.parts[module]
		if t == nil || t.started.IsZero() {
			return nil
		}
		p := Part{Registration: registration, Module: module, Title: title, Started: t.started, Completed: t.completed, Attempts: t.attempts}
		reports := 0
		for _, m := range of {
			for _, st := range m.Steps {
				if st.Optional {
					continue
				}
				for i, o := range st.Objectives {
					p.Objectives = append(p.Objectives, records.Objective{ID: fmt.Sprintf("%s.%d", st.ID, i+1), Text: o})
				}
				for _, it := range st.Items() {
					if it.Kind != "report" {
						continue
					}
					if _, err := it.Exercise(); err != nil {
						return err
					}
					x := report(n.c, it.ID)
					if x == nil {
						continue
					}
					reports++
					best, tried := t.best[it.ID]
					if !tried {
						continue
					}
					score, mark := float64(course.Points(min(1, best)))/100, x.PassMark()
					if !course.Reaches(best, mark) {
						p.Below = append(p.Below, course.Below{Item: it, Score: score, Mark: mark})
					}
					if p.Score == nil || score-mark < *p.Score-*p.PassMark {
						p.Score, p.PassMark = &score, &mark
					}
				}
			}
		}
		if p.Done() && len(t.passed) == reports {
			for _, at := range t.passed {
				if at.After(p.Completed) {
					p.Completed = at
				}
			}
		}
		for _, a := range t.active {
			if !p.Done() || !a.to.After(p.Completed) {
				p.Active += a.len
			}
		}
		out = append(out, p)
		return nil
	}
	for _, m := range n.c.Modules {
		if err := one(m.ID, m.Title, []*course.Module{m}); err != nil {
			return nil, err
		}
	}
	return out, one("", "", n.c.Modules)
}

// A Holder is whose records are made, and by what.
type Holder struct {
	Person  records.Account
	Program string // version of the program
}

// Record is a part that is done as a completion record, self-reported. Validity
// and id are worked out. The content's digest is the present one: the log does
// not say which it was on the day.
func Record(c *course.Course, p Part, h Holder) (records.Record, error) {
	return records.New(records.Record{
		Enrolment:   records.Enrolment{Person: h.Person, Course: c.ID, Module: p.Module, Registration: p.Registration},
		CourseTitle: c.Title, CourseVersion: c.Version, ModuleTitle: p.Title,
		Content: c.Digest(), Program: h.Program, Mode: records.SelfPaced,
		Started: p.Started, Completed: p.Completed, ActiveMinutes: int(p.Active / time.Minute), Attempts: p.Attempts,
		Score: p.Score, PassMark: p.PassMark, Objectives: p.Objectives, Frameworks: records.Frameworks(),
	})
}

// Records are the records of all parts that are done.
func Records(c *course.Course, events []progress.Event, h Holder) ([]records.Record, error) {
	parts, err := Parts(c, events)
	if err != nil {
		return nil, err
	}
	var out []records.Record
	for _, p := range parts {
		if !p.Done() {
			continue
		}
		r, err := Record(c, p, h)
		if err != nil {
			return nil, fmt.Errorf("making the record of %s: %w", titleOf(c, p), err)
		}
		out = append(out, r)
	}
	return out, nil
}

func titleOf(c *course.Course, p Part) string {
	if p.Module == "" {
		return c.Title
	}
	return p.Title
}

// itemID is what an author's id looks like.
var itemID = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// Attempts are the answers that were judged, for xAPI. Only what consists of the
// author's ids is marked as fixed; whatever else a learner wrote is free text.
func Attempts(c *course.Course, events []progress.Event, h Holder) []records.Attempt {
	var out []records.Attempt
	at := First
	for _, e := range events {
		if e.Course != "" && e.Course != c.ID {
			continue
		}
		if e.Kind == progress.Registered && len(e.Answer) > 0 {
			at = e.Answer[0]
		}
		it, ok := c.Item(e.Item)
		if !ok || e.Kind != progress.Submitted || e.Outcome == string(exercises.Asked) {
			continue
		}
		a := records.Attempt{
			ID:        e.ID,
			Enrolment: records.Enrolment{Person: h.Person, Course: c.ID, Module: it.Step.Module.ID, Registration: at},
			Item:      it.ID, Title: it.Title, Time: e.Time, Response: slices.Clone(e.Answer),
		}
		switch it.Kind {
		case "choice", "spot", "budget":
			a.Interaction, a.Fixed = "choice", allIDs(a.Response)
		case "rank":
			a.Interaction, a.Fixed = "sequencing", allIDs(a.Response)
		case "sort":
			a.Interaction, a.Fixed = "matching", true
			for i, r := range a.Response {
				item, group, ok := strings.Cut(r, "=")
				a.Fixed = a.Fixed && ok && allIDs([]string{item, group})
				a.Response[i] = item + "[.]" + group
			}
		case "report":
			a.Simulation = true
		default:
			a.Interaction = "long-fill-in"
		}
		out = append(out, a)
	}
	return out
}

func allIDs(parts []string) bool {
	return !slices.ContainsFunc(parts, func(s string) bool { return !itemID.MatchString(s) })
}

// The check before Part 1 and its twin after Part 2: ten worries each.
const (
	checkBefore = "before.lockers"
	checkAfter  = "after.rooms"
	checkItems  = 10
)

// Gain is how many of the ten worries of the check before Part 1, and of its twin
// after Part 2, were sorted rightly at the very first try: later ones know the
// answers. ok is false until both were done.
func Gain(events []progress.Event) (before, after int, ok bool) {
	first := func(id string) (int, bool) {
		for _, e := range events {
			if e.Kind == progress.Submitted && e.Item == id && e.Score != nil {
				return int(math.Round(checkItems * *e.Score)), true
			}
		}
		return 0, false
	}
	before, one := first(checkBefore)
	after, two := first(checkAfter)
	return before, after, one && two
}

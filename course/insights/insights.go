// Package insights is the course author's view: how the exercises and the keys
// perform, from the answers of many learners who have no names.
//
// An Export writes such answers, Read reads them, and New lays them beside the
// course. Everything here is about the content. Nobody is named or ranked, and
// nothing is broken down for fewer than Fewest learners.
package insights

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/scenarios"
)

// Fewest is how many learners it takes before anything is broken down: of fewer,
// counts would say who it was.
const Fewest = 5

// papered is an exercise about a scenario with a key: a report.
type papered interface {
	exercises.Exercise
	Paper() *scenarios.Scenario
}

// A Report is what many learners' answers say about the course.
type Report struct {
	Course    string     `json:"course"`
	Title     string     `json:"title"`
	Digest    string     `json:"digest"` // of the course's content that the answers were laid beside
	Learners  int        `json:"learners"`
	Answers   int        `json:"answers"`
	FirstWeek string     `json:"first_week,omitempty"` // ISO 8601
	LastWeek  string     `json:"last_week,omitempty"`
	Notes     []string   `json:"notes,omitempty"` // what was left out, and why
	Advice    []Advice   `json:"advice"`          // at most MostAdvice, the worst first
	Exercises []Exercise `json:"exercises"`
	Scenarios []Scenario `json:"scenarios,omitempty"`
	Feedback  []Feedback `json:"feedback,omitempty"`
}

// A tried is all that one learner handed in to one exercise.
type tried struct {
	learner  int64
	first    Answer // how the first attempt ended
	last     Answer
	ends     []Answer // how each attempt ended
	attempts int
}

// A class is everybody's answers to a course.
type class struct {
	course *course.Course
	by     map[string][]tried // by exercise, learners in the order of their numbers
}

// New lays answers beside the course. An error says that they are to another
// course, or that an exercise of this one cannot be read.
func New(ctx context.Context, c *course.Course, files []File) (*Report, error) {
	r := &Report{Course: c.ID, Title: c.Title, Digest: c.Digest(), Exercises: []Exercise{}}
	answers, err := r.merge(c, files)
	if err != nil {
		return nil, err
	}
	k := group(c, answers)
	scores := k.scores()
	for _, s := range c.Steps() {
		for _, it := range s.Items() {
			t := k.by[it.ID]
			if len(t) == 0 {
				continue
			}
			ex, err := it.Exercise()
			if err != nil {
				return nil, fmt.Errorf("reading the exercise %s: %w", it.ID, err)
			}
			e, err := newExercise(ctx, it, ex, t, scores)
			if err != nil {
				return nil, err
			}
			r.Exercises = append(r.Exercises, e)
			if p, ok := ex.(papered); ok {
				sc, err := newScenario(it, p, t)
				if err != nil {
					return nil, err
				}
				r.Scenarios = append(r.Scenarios, sc)
			}
			if isFeedback(it, ex) {
				f, err := newFeedback(ctx, it, ex, t)
				if err != nil {
					return nil, err
				}
				r.Feedback = append(r.Feedback, f)
			}
		}
	}
	r.noteStale()
	r.Advice = r.advise()
	return r, nil
}

// merge puts files together. A line that is there twice counts once: files
// overlap where somebody gave one twice.
func (r *Report) merge(c *course.Course, files []File) ([]Answer, error) {
	type place struct {
		learner int64
		n       int
	}
	seen := map[place]bool{}
	learners := map[int64]bool{}
	var out []Answer
	var newer, twice, elsewhere int
	for _, f := range files {
		if f.Course != c.ID {
			return nil, fmt.Errorf("the answers are to the course %q, and this one is %q; --course FOLDER names another", f.Course, c.ID)
		}
		newer += f.Newer
		for _, a := range f.Answers {
			at := place{a.Learner, a.N}
			if seen[at] {
				twice++
				continue
			}
			seen[at], learners[a.Learner] = true, true
			it, ok := c.Item(a.Item)
			if !ok || it.Kind != a.Kind {
				elsewhere++
				continue
			}
			if r.FirstWeek == "" || a.Week < r.FirstWeek {
				r.FirstWeek = a.Week
			}
			r.LastWeek = max(r.LastWeek, a.Week)
			out = append(out, a)
		}
	}
	out, older := withoutOlder(out)
	r.Learners, r.Answers = len(learners)-older, len(out)
	note := func(n int, one, many string) {
		if n > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("%d %s", n, plural(n, one, many)))
		}
	}
	note(newer, "line was written by a newer program and was passed over.", "lines were written by a newer program and were passed over.")
	note(twice, "answer was there twice and counts once.", "answers were there twice and count once.")
	note(older, "learner handed in two exports; the older one was left out.", "learners handed in two exports; the older ones were left out.")
	note(elsewhere, "answer is to an exercise that this course does not have, and was left out.", "answers are to exercises that this course does not have, and were left out.")
	if r.Learners < Fewest {
		r.Notes = append(r.Notes, fmt.Sprintf("With fewer than %d learners nothing is broken down: it would say who it was.", Fewest))
	}
	return out, nil
}

// telltale is how many answers must be the same, to the minute, before one
// learner's are taken for the beginning of another's.
const telltale = 10

// withoutOlder leaves out those whose answers are just the beginning of somebody
// else's: a person who exports again gets a new number, and must not count
// twice. It says how many they were.
func withoutOlder(answers []Answer) (out []Answer, older int) {
	type sequence struct {
		learner int64
		n       int
		text    strings.Builder
	}
	by := map[int64]*sequence{}
	for _, a := range answers { // a file has a learner's in order
		s := by[a.Learner]
		if s == nil {
			s = &sequence{learner: a.Learner}
			by[a.Learner] = s
		}
		s.n++
		minutes := -1
		if a.Minutes != nil {
			minutes = *a.Minutes
		}
		fmt.Fprintf(&s.text, "%s %s %d %d %d %s %v %q %q\n", a.Item, a.Version, a.Attempt, a.Hints, minutes, a.Week, a.Score, a.Chosen, a.Found)
	}
	all := slices.SortedFunc(maps.Values(by), func(a, b *sequence) int {
		return cmp.Or(strings.Compare(a.text.String(), b.text.String()), cmp.Compare(a.learner, b.learner))
	})
	drop := map[int64]bool{}
	for i := range max(0, len(all)-1) { // a beginning is sorted before what goes on
		if s := all[i]; s.n >= telltale && strings.HasPrefix(all[i+1].text.String(), s.text.String()) {
			drop[s.learner] = true
		}
	}
	return slices.DeleteFunc(answers, func(a Answer) bool { return drop[a.Learner] }), len(drop)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func group(c *course.Course, answers []Answer) class {
	slices.SortStableFunc(answers, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(a.Learner, b.Learner), cmp.Compare(a.N, b.N))
	})
	k := class{course: c, by: map[string][]tried{}}
	for _, a := range answers {
		ts := k.by[a.Item]
		if len(ts) == 0 || ts[len(ts)-1].learner != a.Learner {
			ts = append(ts, tried{learner: a.Learner})
		}
		t := &ts[len(ts)-1]
		if a.Attempt == 1 {
			t.first = a
		}
		if n := len(t.ends); n > 0 && t.ends[n-1].Attempt == a.Attempt {
			t.ends[n-1] = a
		} else {
			t.ends = append(t.ends, a)
		}
		t.last, t.attempts = a, max(t.attempts, a.Attempt)
		k.by[a.Item] = ts
	}
	return k
}

// split parts those whose first attempt was at the exercise as it stands now
// from those who had another version before them.
func split(it *course.Item, ts []tried) (now []tried, stale int) {
	for _, t := range ts {
		if t.first.Version != it.Version {
			stale++
			continue
		}
		now = append(now, t)
	}
	return now, stale
}

// scores are everybody's first scores, by learner and exercise: of what has a
// score, in its present version, with no question left open.
func (k class) scores() map[int64]map[string]float64 {
	out := map[int64]map[string]float64{}
	for _, id := range slices.Sorted(maps.Keys(k.by)) {
		it, _ := k.course.Item(id)
		now, _ := split(it, k.by[id])
		for _, t := range now {
			if !scored(t.first) {
				continue
			}
			if out[t.learner] == nil {
				out[t.learner] = map[string]float64{}
			}
			out[t.learner][id] = t.first.Score
		}
	}
	return out
}

// scored reports whether an answer was judged by the author's key.
func scored(a Answer) bool {
	return a.Outcome != string(exercises.Written) && a.Outcome != string(exercises.Asked)
}

func (r *Report) noteStale() {
	n, items := 0, 0
	for _, e := range r.Exercises {
		if e.Stale > 0 {
			n += e.Stale
			items++
		}
	}
	if n > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d first %s (in %d %s) were to an older version of the exercise. They are counted apart and enter into nothing.",
			n, plural(n, "attempt", "attempts"), items, plural(items, "exercise", "exercises")))
	}
}

// A Part is something that the author wrote, such as an option, and the share of
// those who chose it, missed it or found it.
type Part struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Rate Rate   `json:"rate"`
}

// tally counts parts by id and remembers their texts.
type tally struct {
	n    map[string]int
	text map[string]string
}

func newTally() tally { return tally{map[string]int{}, map[string]string{}} }

func (t tally) add(id, text string) {
	t.n[id]++
	t.text[id] = text
}

// parts are the counts as shares of so many, the largest first.
func (t tally) parts(of int) []Part {
	var out []Part
	for _, id := range slices.Sorted(maps.Keys(t.n)) {
		out = append(out, Part{ID: id, Text: t.text[id], Rate: rate(t.n[id], of)})
	}
	slices.SortStableFunc(out, func(a, b Part) int { return b.Rate.N - a.Rate.N })
	return out
}

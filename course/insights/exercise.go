package insights

import (
	"context"
	"fmt"
	"regexp"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
)

// fewestPairs is how many learners a discrimination needs: of fewer, chance is
// most of it.
const fewestPairs = 10

// An Exercise is how one exercise performs. Where nothing else is said, it is
// about the first attempt of those who had its present version before them.
type Exercise struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Kind   string `json:"kind"`
	Lesson string `json:"lesson"`
	File   string `json:"file"` // and the line: lessons/….md:31

	Learners int  `json:"learners"`          // whose first attempt was at the present version
	Stale    int  `json:"stale,omitempty"`   // whose first attempt was at an older one
	TooFew   bool `json:"too_few,omitempty"` // fewer than Fewest: nothing below is filled in
	Scored   bool `json:"scored"`            // it has a right and a wrong

	// Mean is the mean of the scores, 0 to 1: the difficulty index P of classical
	// test theory, which is high for an easy item.
	Mean float64 `json:"difficulty"`
	// Right is who had full marks; nil for a report, which is no matter of right or
	// wrong. Nobody and Everybody say that it is 0 or all.
	Right     *Rate `json:"right,omitempty"`
	Nobody    bool  `json:"nobody_right,omitempty"`
	Everybody bool  `json:"everybody_right,omitempty"`
	Open      int   `json:"open,omitempty"` // who never answered the grader's question
	// Discrimination is the corrected item-rest correlation: of the score with the
	// learner's mean on the other exercises. It is the point-biserial correlation
	// where the exercise is only right or wrong. nil for fewer than ten learners, or
	// where nothing varies.
	Discrimination *Correlation `json:"discrimination,omitempty"`

	Tries   float64 `json:"tries"`  // mean number of attempts
	Hints   float64 `json:"hints"`  // mean number of hints that were open
	Hinted  *Rate   `json:"hinted"` // who had opened any
	Minutes float64 `json:"minutes,omitempty"`
	Timed   int     `json:"timed"`  // of how many the minutes are known: from the first visit to handing in
	Stated  int     `json:"stated"` // the minutes that the author promises

	Misleads []Part `json:"misleads,omitempty"` // what is wrong and was chosen
	Missed   []Part `json:"missed,omitempty"`   // what is right and was not
	Found    []Part `json:"found,omitempty"`    // of what can be said in free text, what was
	// Unrecognised is who wrote something that the key does not know; nil where
	// nothing is written.
	Unrecognised *Rate `json:"unrecognised,omitempty"`
}

// mostParts is how many options of an exercise are told, the most frequent first.
const mostParts = 4

func newExercise(ctx context.Context, it *course.Item, ex exercises.Exercise, ts []tried, scores map[int64]map[string]float64) (Exercise, error) {
	now, stale := split(it, ts)
	e := Exercise{
		ID: it.ID, Title: it.Title, Kind: it.Kind, Lesson: it.Step.Title, File: fmt.Sprintf("%s:%d", it.Step.File, it.Step.Pages[it.Page].Line),
		Learners: len(now), Stale: stale, Stated: ex.About().Minutes, TooFew: len(now) < Fewest,
	}
	if e.TooFew {
		return e, nil
	}
	_, isReport := ex.(papered)
	var marks, tries, hints []float64
	var minutes []int
	right, hinted := 0, 0
	for _, t := range now {
		tries, hints = append(tries, float64(t.attempts)), append(hints, float64(t.first.Hints))
		if t.first.Hints > 0 {
			hinted++
		}
		if t.first.Minutes != nil {
			minutes = append(minutes, *t.first.Minutes)
		}
		switch {
		case t.first.Outcome == string(exercises.Asked):
			e.Open++
		case scored(t.first):
			marks = append(marks, t.first.Score)
			if t.first.Outcome == string(exercises.Right) {
				right++
			}
		}
	}
	e.Tries, e.Hints, e.Hinted = mean(tries), mean(hints), ptr(rate(hinted, len(now)))
	if len(minutes) >= Fewest {
		e.Minutes, e.Timed = median(minutes), len(minutes)
	}
	if len(marks) < Fewest {
		return e, nil
	}
	e.Scored, e.Mean = true, mean(marks)
	if !isReport {
		e.Right = ptr(rate(right, len(marks)))
		e.Nobody, e.Everybody = right == 0, right == len(marks)
	}
	e.Discrimination = discrimination(it.ID, scores)
	if isReport {
		return e, nil // its parts are the scenario's
	}
	return e, e.parts(ctx, ex, now)
}

func ptr[T any](v T) *T { return &v }

// discrimination is that of one exercise over all learners who did it and at
// least one other.
func discrimination(id string, scores map[int64]map[string]float64) *Correlation {
	var xs, ys []float64
	for _, l := range sortedKeys(scores) {
		x, ok := scores[l][id]
		if !ok || len(scores[l]) < 2 {
			continue
		}
		sum := 0.0
		for _, other := range sortedKeys(scores[l]) { // the sum of floats depends on the order
			if other != id {
				sum += scores[l][other]
			}
		}
		xs, ys = append(xs, x), append(ys, sum/float64(len(scores[l])-1))
	}
	if len(xs) < fewestPairs {
		return nil
	}
	if c, ok := correlation(xs, ys); ok {
		return &c
	}
	return nil
}

// position is what a ranked item's label begins with.
var position = regexp.MustCompile(`^\d+\. `)

// parts says what misleads and what is missed, or what is found.
func (e *Exercise) parts(ctx context.Context, ex exercises.Exercise, now []tried) error {
	if _, ok := ex.(exercises.Chooser); !ok {
		return e.foundParts(ctx, ex, now)
	}
	misleads, missed, of := newTally(), newTally(), 0
	for _, t := range now {
		res, err := ex.Grade(ctx, t.first.Chosen)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			continue // somebody edited the line: its version says that it must fit
		}
		of++
		for _, i := range res.Items {
			text := exercises.Inline(position.ReplaceAllString(i.Label, ""))
			switch {
			case i.Mark == exercises.Bad && e.Kind == "sort":
				misleads.add(i.ID+"="+i.Yours, fmt.Sprintf("%s → %s", text, i.Yours))
			case i.Mark == exercises.Bad:
				misleads.add(i.ID, text)
			case i.Mark == exercises.Missed:
				missed.add(i.ID, text)
			}
		}
	}
	if of < Fewest {
		return nil
	}
	e.Misleads, e.Missed = first(misleads.parts(of)), first(missed.parts(of))
	return nil
}

func first(ps []Part) []Part { return ps[:min(mostParts, len(ps))] }

// foundParts says which entries of the key people come upon. What there is to be
// found, the exercise's own samples tell.
func (e *Exercise) foundParts(ctx context.Context, ex exercises.Exercise, now []tried) error {
	found, of, unknown := newTally(), 0, 0
	for _, s := range ex.Samples() {
		if !s.Full {
			continue
		}
		res, err := ex.Grade(ctx, s.Answer)
		if err != nil {
			return fmt.Errorf("grading %s of %s: %w", s.Name, e.ID, err)
		}
		for _, i := range res.Items {
			if i.Mark == exercises.Good && i.ID != "" {
				text := i.Yours
				if text == "" {
					text = i.Label
				}
				found.n[i.ID], found.text[i.ID] = 0, exercises.Inline(text)
			}
		}
	}
	for _, t := range now {
		if !scored(t.first) {
			continue
		}
		of++
		if t.first.Unknown > 0 {
			unknown++
		}
		for _, id := range t.first.Found {
			if _, ok := found.text[id]; ok {
				found.n[id]++
			}
		}
	}
	e.Found, e.Unrecognised = found.parts(of), ptr(rate(unknown, of))
	return nil
}

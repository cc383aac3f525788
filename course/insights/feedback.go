package insights

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
)

// A Feedback is what learners say when they are asked for an opinion: their last
// answer to the present version.
type Feedback struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Lesson   string   `json:"lesson"`
	Learners int      `json:"learners"`
	TooFew   bool     `json:"too_few,omitempty"` // fewer than Fewest: nothing below is filled in
	Options  []Part   `json:"options,omitempty"` // in the author's order
	Texts    []string `json:"texts,omitempty"`   // when texts were exported
	More     int      `json:"more,omitempty"`    // texts that are not listed
}

// isFeedback reports whether an exercise asks what the learner thinks: a choice in
// which all is right, or a reflection whose id has feedback or unclear among its
// words.
func isFeedback(it *course.Item, ex exercises.Exercise) bool {
	if p, ok := ex.(interface{ Poll() bool }); ok && p.Poll() {
		return true
	}
	words := strings.FieldsFunc(it.ID, func(r rune) bool { return r == '.' || r == '-' })
	return (it.Kind == "reflect" || it.Kind == "choice") && (slices.Contains(words, "feedback") || slices.Contains(words, "unclear"))
}

func newFeedback(ctx context.Context, it *course.Item, ex exercises.Exercise, ts []tried) (Feedback, error) {
	f := Feedback{ID: it.ID, Title: it.Title, Lesson: it.Step.Title}
	var last []Answer
	for _, t := range ts {
		if t.last.Version == it.Version {
			last = append(last, t.last)
		}
	}
	if f.Learners = len(last); f.Learners < Fewest {
		f.TooFew = true
		return f, nil
	}
	all, err := options(ctx, it, ex)
	if err != nil {
		return f, err
	}
	for _, o := range all {
		n := 0
		for _, a := range last {
			if slices.Contains(a.Chosen, o.ID) {
				n++
			}
		}
		o.Rate = rate(n, len(last))
		f.Options = append(f.Options, o)
	}
	for _, a := range last {
		f.Texts = append(f.Texts, a.Texts...)
	}
	f.More = max(0, len(f.Texts)-mostTexts)
	f.Texts = f.Texts[:len(f.Texts)-f.More]
	return f, nil
}

// options are what can be chosen in an opinion. The result of any answer names
// all of it.
func options(ctx context.Context, it *course.Item, ex exercises.Exercise) ([]Part, error) {
	answer := exercises.Answer{"-", "compared"} // of a reflection
	for _, s := range ex.Samples() {
		answer = s.Answer
		break
	}
	res, err := ex.Grade(ctx, answer)
	if err != nil {
		return nil, fmt.Errorf("reading what can be chosen in %s: %w", it.ID, err)
	}
	var out []Part
	for n, i := range res.Items {
		id := i.ID
		if it.Kind == "reflect" {
			id = fmt.Sprintf("met %d", n+1)
		}
		out = append(out, Part{ID: id, Text: exercises.Inline(i.Label)})
	}
	return out, nil
}

// Package spot is the exercise of marking places: on a drawing, or sentences of
// a document.
package spot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Exercise is a spot exercise. Its answer is the ids of the marked spots.
type Exercise struct {
	Shared  exercises.About `yaml:",inline"`
	Picture string          `yaml:"picture"` // a drawing with the marks (1) … (9) (a) …; without one the spots are sentences
	Words   string          `yaml:"words"`   // the drawing in words, for the line mode; optional
	Spots   []Spot          `yaml:"spots"`
}

// A Spot is one place that can be marked.
type Spot struct {
	ID     string `yaml:"id"`
	Mark   string `yaml:"mark"` // one character, which stands in parentheses in the picture
	Text   string `yaml:"text"`
	Right  bool   `yaml:"right"`
	Reason string `yaml:"reason"`
}

// Size of the largest drawing, in columns and rows.
const (
	maxColumns = 56
	maxRows    = 16
)

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "spot",
		Decode: decode,
		Screen: func(ex exercises.Exercise, o input.Options) input.Screen { return newScreen(ex.(*Exercise), o) },
		Ask:    ask,
	}
}

func decode(src exercises.Source) (exercises.Exercise, error) {
	var x Exercise
	if err := src.Unmarshal(&x); err != nil {
		return nil, err
	}
	errs := src.CheckAbout(&x.Shared, 2)
	if n := len(x.Spots); n < 3 || n > 24 {
		errs = append(errs, src.Fault("$.spots", "there are %d spots; give 3 to 24", n))
	}
	x.Picture = strings.Trim(x.Picture, "\n")
	rows := strings.Split(x.Picture, "\n")
	if len(rows) > maxRows {
		errs = append(errs, src.Fault("$.picture", "the drawing has %d rows and at most %d fit", len(rows), maxRows))
	}
	for _, r := range rows {
		if w := uniseg.StringWidth(r); w > maxColumns {
			errs = append(errs, src.Fault("$.picture", "the drawing is %d columns wide and at most %d fit", w, maxColumns))
			break
		}
	}
	seen, right := map[string]bool{}, 0
	for i, s := range x.Spots {
		at := fmt.Sprintf("$.spots[%d]", i)
		switch {
		case s.ID == "" || s.Text == "" || s.Reason == "":
			errs = append(errs, src.Fault(at, "a spot needs an id, a text and a reason, right or wrong"))
		case seen[s.ID]:
			errs = append(errs, src.Fault(at, "the id %q is there twice", s.ID))
		case x.Picture != "" && len([]rune(s.Mark)) != 1:
			errs = append(errs, src.Fault(at, "spot %s needs a mark of one character", s.ID))
		case x.Picture != "" && strings.Count(x.Picture, "("+s.Mark+")") != 1:
			errs = append(errs, src.Fault(at, "the mark (%s) must stand in the drawing exactly once", s.Mark))
		case x.Picture == "" && s.Mark != "":
			errs = append(errs, src.Fault(at, "there is no drawing for the mark %q; add one, or take the mark away", s.Mark))
		}
		seen[s.ID] = true
		if s.Right {
			right++
		}
	}
	if right == 0 || right == len(x.Spots) {
		errs = append(errs, src.Fault("$.spots", "%d of %d spots are right; some must be and some must not", right, len(x.Spots)))
	}
	return &x, errors.Join(errs...)
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Chosen are the ids of the spots that an answer names.
func (x *Exercise) Chosen(a exercises.Answer) []string {
	var out []string
	for _, s := range x.Spots {
		if slices.Contains(a, s.ID) {
			out = append(out, s.ID)
		}
	}
	return out
}

// Samples are the right spots, and all spots.
func (x *Exercise) Samples() []exercises.Sample {
	var right, all exercises.Answer
	for _, s := range x.Spots {
		all = append(all, s.ID)
		if s.Right {
			right = append(right, s.ID)
		}
	}
	return []exercises.Sample{
		{Name: "the right spots", Answer: right, Full: true},
		{Name: "all spots", Answer: all},
	}
}

// Grade takes a share for each right spot that was marked, and takes one away
// for each wrong one, down to nothing.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	var res exercises.Result
	if x.marked(a) == 0 {
		return res, exercises.Incompletef("Nothing is marked yet. Mark at least one place, and hand in again.")
	}
	right, hit, wrong := 0, 0, 0
	for _, s := range x.Spots {
		on := slices.Contains(a, s.ID)
		it := exercises.Item{Label: x.label(s), Reason: s.Reason, ID: s.ID}
		switch {
		case s.Right && on:
			it.Mark = exercises.Good
			hit++
		case s.Right:
			it.Mark = exercises.Missed
		case on:
			it.Mark = exercises.Bad
			wrong++
		default:
			it.Mark = exercises.Plain
		}
		if s.Right {
			right++
		}
		res.Items = append(res.Items, it)
	}
	res.Score = max(0, float64(hit-wrong)/float64(right))
	res.Outcome = exercises.OutcomeOf(res.Score)
	res.Explain = x.Shared.Explain
	switch {
	case hit == right && wrong == 0:
		res.Summary = fmt.Sprintf("All %d, and nothing else.", right)
	case wrong == 0:
		res.Summary = fmt.Sprintf("%d of %d, and nothing marked in vain. See what you walked past.", hit, right)
	default:
		res.Summary = fmt.Sprintf("%d of %d, and %d marked that the author would not have. The reasons are below.", hit, right, wrong)
	}
	return res, nil
}

// marked counts the spots that an answer names.
func (x *Exercise) marked(a exercises.Answer) int {
	n := 0
	for _, s := range x.Spots {
		if slices.Contains(a, s.ID) {
			n++
		}
	}
	return n
}

func (x *Exercise) label(s Spot) string {
	if s.Mark != "" {
		return "(" + s.Mark + ") " + s.Text
	}
	return s.Text
}

// listed are the spots as the line mode numbers them: in the order of their
// marks, so that where the marks of a drawing are 1, 2, 3 … they are the numbers.
func (x *Exercise) listed() []Spot {
	out := slices.Clone(x.Spots)
	slices.SortStableFunc(out, func(a, b Spot) int { return strings.Compare(a.Mark, b.Mark) })
	return out
}

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	spots := x.listed()
	var options []string
	for i, s := range spots {
		text := s.Text
		if s.Mark != "" && s.Mark != fmt.Sprint(i+1) {
			text = x.label(s)
		}
		options = append(options, text)
	}
	switch {
	case x.Words != "":
		p.Say("The drawing, in words. %s", x.Words)
	case x.Picture != "":
		p.Say("There is a drawing, and these are the numbers in it.")
	}
	if x.marked(draft) > 0 {
		var before []string
		for i, s := range spots {
			if slices.Contains(draft, s.ID) {
				before = append(before, fmt.Sprint(i+1))
			}
		}
		p.Say("You had marked: %s. Type them again, or others.", strings.Join(before, " "))
	}
	picked, err := p.ChooseSeveral("Which of these do you mark? Type the numbers with blanks between them.", options, false)
	if err != nil {
		return nil, err
	}
	var a exercises.Answer
	for _, i := range picked {
		a = append(a, spots[i].ID)
	}
	p.Keep(a)
	return a, nil
}

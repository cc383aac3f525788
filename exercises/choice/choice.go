// Package choice is the exercise of choosing one or several of a few options,
// each of which has a reason, right or wrong.
package choice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Exercise is a choice exercise. Its answer is the ids of the chosen options.
type Exercise struct {
	Shared  exercises.About `yaml:",inline"`
	Pick    string          `yaml:"pick"` // one (the default) or several
	Options []Option        `yaml:"options"`
}

// An Option is one thing to choose.
type Option struct {
	ID     string `yaml:"id"`
	Text   string `yaml:"text"`
	Right  bool   `yaml:"right"`
	Reason string `yaml:"reason"` // why it is right or wrong; it teaches something
}

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "choice",
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
	bad := func(at, format string, args ...any) { errs = append(errs, src.Fault(at, format, args...)) }
	if x.Pick == "" {
		x.Pick = "one"
	}
	if x.Pick != "one" && x.Pick != "several" {
		bad("$.pick", "pick is %q; write one or several", x.Pick)
	}
	if n := len(x.Options); n < 2 || n > 9 {
		bad("$.options", "there are %d options; give 2 to 9", n)
	}
	seen, right := map[string]bool{}, 0
	for i, o := range x.Options {
		at := fmt.Sprintf("$.options[%d]", i)
		if o.ID == "" || o.Text == "" {
			bad(at, "an option needs an id and a text")
		}
		if o.Reason == "" {
			bad(at, "option %q has no reason; say why it is right or wrong", o.ID)
		}
		if seen[o.ID] {
			bad(at, "the id %q is there twice", o.ID)
		}
		seen[o.ID] = true
		if o.Right {
			right++
		}
	}
	switch {
	case right == 0:
		bad("$.options", "no option is right; mark at least one with right: true")
	case right == len(x.Options) && x.Pick == "several":
		bad("$.options", "every option is right; mark some as wrong, or ask for one as an opinion")
	}
	return &x, errors.Join(errs...)
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Poll reports whether the exercise asks for an opinion: every option is right.
func (x *Exercise) Poll() bool {
	return !slices.ContainsFunc(x.Options, func(o Option) bool { return !o.Right })
}

// Samples are the right options; and each wrong one, or all options together.
func (x *Exercise) Samples() []exercises.Sample {
	var out []exercises.Sample
	var right, all exercises.Answer
	for _, o := range x.Options {
		all = append(all, o.ID)
		if o.Right {
			right = append(right, o.ID)
		}
		if x.Pick == "one" {
			out = append(out, exercises.Sample{Name: fmt.Sprintf("option %q", o.ID), Answer: exercises.Answer{o.ID}, Full: o.Right})
		}
	}
	if x.Pick == "several" {
		out = append(out, exercises.Sample{Name: "the right options", Answer: right, Full: true}, exercises.Sample{Name: "all options", Answer: all})
	}
	// A right one first: whoever wants one full answer takes the first.
	slices.SortStableFunc(out, func(a, b exercises.Sample) int {
		if a.Full == b.Full {
			return 0
		}
		if a.Full {
			return -1
		}
		return 1
	})
	return out
}

// Grade of one: right or not. Of several: a share for each right one, and one
// taken away for each wrong one, down to nothing.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	chosen := x.chosen(a)
	switch {
	case len(chosen) == 0:
		return exercises.Result{}, exercises.Incompletef("Nothing is chosen yet. Choose one, even if you are not sure: a miss costs nothing.")
	case x.Pick == "one" && len(chosen) > 1:
		return exercises.Result{}, exercises.Incompletef("%d are chosen, and one is asked for.", len(chosen))
	}
	right, hit, wrong := 0, 0, 0
	res := exercises.Result{Explain: x.Shared.Explain}
	for _, o := range x.Options {
		on := slices.Contains(chosen, o.ID)
		it := exercises.Item{Label: o.Text, ID: o.ID, Reason: o.Reason, Mark: exercises.Plain}
		if o.Right {
			right++
		}
		switch {
		case x.Poll() && on:
			it.Yours = "your choice"
		case on && o.Right:
			hit++
			it.Mark = exercises.Good
		case on:
			wrong++
			it.Mark, it.Yours = exercises.Bad, "your choice"
		case o.Right && !x.Poll() && (x.Pick == "several" || hit == 0):
			it.Mark = exercises.Missed
		}
		res.Items = append(res.Items, it)
	}
	if x.Poll() {
		res.Score, res.Outcome, res.Summary = 1, exercises.Written, "Kept. There is no wrong answer to this one; here is what goes with yours."
		return res, nil
	}
	if x.Pick == "one" {
		right = 1
	}
	res.Score = max(0, float64(hit-wrong)/float64(right))
	res.Outcome = exercises.OutcomeOf(res.Score)
	res.Summary = x.summary(hit, wrong, right)
	// What was chosen is read first.
	slices.SortStableFunc(res.Items, func(a, b exercises.Item) int { return order(a.Mark) - order(b.Mark) })
	return res, nil
}

func order(m exercises.Mark) int {
	return slices.Index([]exercises.Mark{exercises.Good, exercises.Bad, exercises.Missed, exercises.Plain}, m)
}

func (x *Exercise) summary(hit, wrong, right int) string {
	switch {
	case x.Pick == "one" && hit == 1:
		return "Yes. The others have their reasons too."
	case x.Pick == "one":
		return "Not this one. Your choice comes first below, with its reason."
	case hit == right && wrong == 0:
		return fmt.Sprintf("All %d, and nothing else.", right)
	case wrong == 0:
		return fmt.Sprintf("%d of %d. What you left out is the most interesting part.", hit, right)
	case hit == right:
		return fmt.Sprintf("All %d, and %d more that the author would leave out.", right, wrong)
	default:
		return fmt.Sprintf("%d of %d, and %d that the author would leave out. The reasons are below.", hit, right, wrong)
	}
}

// chosen are the ids of an answer that there are, each once.
func (x *Exercise) chosen(a exercises.Answer) []string {
	var out []string
	for _, o := range x.Options {
		if slices.Contains(a, o.ID) {
			out = append(out, o.ID)
		}
	}
	return out
}

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	var texts []string
	for _, o := range x.Options {
		texts = append(texts, o.Text)
	}
	if x.Pick == "one" {
		i, err := p.Choose("Choose one. Type its number.", texts)
		if err != nil {
			return nil, err
		}
		return exercises.Answer{x.Options[i].ID}, nil
	}
	if before := x.chosen(draft); len(before) > 0 {
		var nums []string
		for i, o := range x.Options {
			if slices.Contains(before, o.ID) {
				nums = append(nums, fmt.Sprint(i+1))
			}
		}
		p.Say("You had chosen: %s. Type them again, or others.", strings.Join(nums, " "))
	}
	picked, err := p.ChooseSeveral("Choose all that fit. Type the numbers with blanks between them.", texts, false)
	if err != nil {
		return nil, err
	}
	var a exercises.Answer
	for _, i := range picked {
		a = append(a, x.Options[i].ID)
	}
	p.Keep(a)
	return a, nil
}

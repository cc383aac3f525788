// Package choice is the exercise of choosing one or several of a few options,
// each of which has a reason, right or wrong.
package choice

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Exercise is a choice exercise. Its answer is the ids of the chosen options.
type Exercise struct {
	Shared  exercises.About `yaml:",inline"`
	Pick    string          `yaml:"pick"`    // one (the default) or several
	Ordered bool            `yaml:"ordered"` // the order of the options says something
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
	errs = append(errs, x.checkOptions(src)...)
	right := 0
	for _, o := range x.Options {
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

// checkOptions also makes the texts ready to be drawn.
func (x *Exercise) checkOptions(src exercises.Source) (errs []error) {
	seen := map[string]bool{}
	for i := range x.Options {
		o := &x.Options[i]
		o.Text = exercises.Inline(o.Text)
		bad := func(format string, args ...any) {
			errs = append(errs, src.Fault(fmt.Sprintf("$.options[%d]", i), format, args...))
		}
		switch {
		case o.ID == "":
			bad("option %d has no id; give it one and never change it", i+1)
		case seen[o.ID]:
			bad("the id %q is there twice; give each option its own", o.ID)
		}
		seen[o.ID] = true
		if o.Text == "" {
			bad("option %q has no text; say what is chosen", o.ID)
		}
		if strings.TrimSpace(o.Reason) == "" {
			bad("option %q has no reason; say why it is right or wrong", o.ID)
		}
	}
	return errs
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Chosen are the ids of the options that an answer names.
func (x *Exercise) Chosen(a exercises.Answer) []string { return x.chosen(a) }

// Shuffled is the exercise with its options in another order, unless that says something.
func (x *Exercise) Shuffled(seed uint64) exercises.Exercise {
	if x.Ordered {
		return x
	}
	y := *x
	y.Options = slices.Clone(x.Options)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(y.Options), func(i, k int) { y.Options[i], y.Options[k] = y.Options[k], y.Options[i] })
	return &y
}

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
	changed := slices.ContainsFunc(a, func(id string) bool { return !slices.Contains(x.ids(), id) })
	switch {
	case changed:
		return exercises.Result{}, exercises.Incompletef("This exercise has changed since you answered, and one of your choices is no longer there. Choose again.")
	case len(chosen) == 0:
		return exercises.Result{}, exercises.Incompletef("Nothing is chosen yet. Choose one, even if you are not sure: a miss costs nothing.")
	case x.Pick == "one" && len(chosen) > 1:
		return exercises.Result{}, exercises.Incompletef("%d are chosen, and one is asked for.", len(chosen))
	}
	right, hit := 0, 0
	for _, o := range x.Options {
		if o.Right {
			right++
			if slices.Contains(chosen, o.ID) {
				hit++
			}
		}
	}
	wrong := len(chosen) - hit
	if x.Pick == "one" {
		right = 1
	}
	res := exercises.Result{Items: x.items(chosen, hit < right), Explain: x.Shared.Explain}
	if x.Poll() {
		res.Score, res.Outcome, res.Summary = 1, exercises.Written, "Kept. There is no wrong answer to this one; here is what goes with yours."
		return res, nil
	}
	res.Score = max(0, float64(hit-wrong)/float64(right))
	res.Outcome = exercises.OutcomeOf(res.Score)
	res.Summary = x.summary(hit, wrong, right)
	return res, nil
}

// items are all options with their reasons: what was chosen is read first,
// then what was missed.
func (x *Exercise) items(chosen []string, missing bool) []exercises.Item {
	var out []exercises.Item
	for _, o := range x.Options {
		on := slices.Contains(chosen, o.ID)
		it := exercises.Item{Label: o.Text, ID: o.ID, Reason: o.Reason, Mark: exercises.Plain}
		if on {
			it.Yours = "your choice"
		}
		switch {
		case x.Poll():
		case on && o.Right:
			it.Mark, it.Yours = exercises.Good, ""
		case on:
			it.Mark = exercises.Bad
		case o.Right && missing:
			it.Mark = exercises.Missed
			if x.Pick == "one" {
				it.Word = "right would have been"
			}
		}
		out = append(out, it)
	}
	slices.SortStableFunc(out, func(a, b exercises.Item) int { return order(a) - order(b) })
	return out
}

func order(it exercises.Item) int {
	if it.Mark == exercises.Plain && it.Yours != "" {
		return 0
	}
	return slices.Index([]exercises.Mark{exercises.Good, exercises.Bad, exercises.Missed, exercises.Plain}, it.Mark)
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

func (x *Exercise) ids() []string {
	var out []string
	for _, o := range x.Options {
		out = append(out, o.ID)
	}
	return out
}

// chosen are the ids of an answer that there are, each once.
func (x *Exercise) chosen(a exercises.Answer) []string {
	var out []string
	for _, id := range x.ids() {
		if slices.Contains(a, id) {
			out = append(out, id)
		}
	}
	return out
}

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	var texts, before []string
	kept := exercises.Answer(x.chosen(draft))
	for i, o := range x.Options {
		texts = append(texts, o.Text)
		if slices.Contains(kept, o.ID) {
			before = append(before, strconv.Itoa(i+1))
		}
	}
	had := ""
	if len(kept) > 0 {
		had = fmt.Sprintf("You had chosen %s. ", strings.Join(before, " "))
	}
	if x.Pick == "one" {
		i, err := p.Choose(had+"Choose one. Type its number.", texts)
		if err != nil {
			return nil, err
		}
		kept = exercises.Answer{x.Options[i].ID}
		p.Keep(kept)
		return kept, nil
	}
	question := had + "Choose all that fit. Type the numbers with blanks between them."
	if len(kept) > 0 {
		question += " Press enter to keep what you had."
	}
	picked, err := p.ChooseSeveral(question, texts, len(kept) > 0)
	if err != nil {
		return nil, err
	}
	if len(picked) > 0 {
		kept = nil
	}
	for _, i := range picked {
		kept = append(kept, x.Options[i].ID)
	}
	p.Keep(kept)
	return kept, nil
}

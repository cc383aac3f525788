// Package list is the exercise with a list in free text, matched against a key:
// what is worth protecting here?
package list

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
)

// Exercise is a list exercise. Its answer has one entry a line.
type Exercise struct {
	Shared  exercises.About `yaml:",inline"`
	Want    int             `yaml:"want"`    // how many different entries make full marks
	Entries []Entry         `yaml:"entries"` // what counts
	Near    []Entry         `yaml:"near"`    // what is understood and does not count, and why

	matcher func() *grading.Phrases
}

// An Entry is one thing that a learner may name.
type Entry struct {
	ID       string   `yaml:"id"`
	Text     string   `yaml:"text"`
	Examples []string `yaml:"examples"` // how people put it
	Reason   string   `yaml:"reason"`
}

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "list",
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
	if x.Want < 1 || x.Want > len(x.Entries) {
		errs = append(errs, src.Fault("$.want", "want is %d; it must be at least 1 and at most the %d entries there are", x.Want, len(x.Entries)))
	}
	seen := map[string]bool{}
	check := func(list string, es []Entry) {
		for i, e := range es {
			at := fmt.Sprintf("$.%s[%d]", list, i)
			if e.ID == "" || e.Text == "" || e.Reason == "" {
				errs = append(errs, src.Fault(at, "an entry needs an id, a text and a reason"))
			}
			if seen[e.ID] {
				errs = append(errs, src.Fault(at, "the id %q is there twice", e.ID))
			}
			seen[e.ID] = true
			if len(e.Examples) < 3 {
				errs = append(errs, src.Fault(at, "%s has %d examples; give at least 3 ways in which people put it", e.ID, len(e.Examples)))
			}
		}
	}
	check("entries", x.Entries)
	check("near", x.Near)
	x.matcher = sync.OnceValue(func() *grading.Phrases {
		var es []grading.Entry
		for _, e := range append(append([]Entry{}, x.Entries...), x.Near...) {
			es = append(es, grading.Entry{ID: e.ID, Text: e.Text, Examples: e.Examples})
		}
		return grading.NewPhrases(es)
	})
	return &x, errors.Join(errs...)
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Samples are the author's own texts: each entry must be recognised, nothing
// of what is near may count.
func (x *Exercise) Samples() []exercises.Sample {
	var full, near exercises.Answer
	for _, e := range x.Entries {
		full = append(full, e.Text)
	}
	for _, e := range x.Near {
		near = append(near, e.Text)
	}
	out := []exercises.Sample{{Name: "the key's own words", Answer: full, Full: true}}
	if len(near) > 0 {
		out = append(out, exercises.Sample{Name: "what is only near", Answer: near})
	}
	return out
}

func (x *Exercise) entry(id string) (Entry, bool) {
	for _, e := range x.Entries {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

func (x *Exercise) near(id string) (Entry, bool) {
	for _, e := range x.Near {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

// Grade counts the different entries that were named. What is not recognised
// costs nothing.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	if err := exercises.CheckLength(a); err != nil {
		return exercises.Result{}, err
	}
	if len(a) > 200 {
		return exercises.Result{}, exercises.Incompletef("That list has %d lines and at most 200 are read. Keep the ones that matter most to you.", len(a))
	}
	if a.Empty() {
		return exercises.Result{}, exercises.Incompletef("Write one thing on each line, then hand the list in. One is enough to begin.")
	}
	var res exercises.Result
	found := map[string]bool{}
	for _, line := range a {
		line = exercises.CleanLine(line)
		if line == "" {
			continue
		}
		res.Items = append(res.Items, x.judge(line, found))
	}
	n := min(len(found), x.Want)
	res.Score = float64(n) / float64(x.Want)
	res.Outcome = exercises.OutcomeOf(res.Score)
	res.Explain = x.Shared.Explain
	res.Bars = []exercises.Bar{{Label: "found", Value: float64(n), Max: float64(x.Want)}}
	switch {
	case len(found) > x.Want:
		res.Summary = fmt.Sprintf("%d different ones, and %d would have been enough.", len(found), x.Want)
	case n == x.Want:
		res.Summary = fmt.Sprintf("%d different ones: all that was asked for.", n)
	case n == 0:
		res.Summary = "I recognised none of these. That may be my list, and not yours: compare them below."
	default:
		res.Summary = fmt.Sprintf("%d of the %d asked for. The list below has some that people rarely think of.", n, x.Want)
	}
	var rest strings.Builder
	for _, e := range x.Entries {
		if !found[e.ID] {
			fmt.Fprintf(&rest, "- **%s.** %s\n", strings.TrimRight(e.Text, "."), e.Reason)
		}
	}
	if rest.Len() > 0 {
		res.More = []exercises.Section{{Title: "What else there is", Text: rest.String()}}
	}
	return res, nil
}

// judge reads one line and notes in found what it names.
func (x *Exercise) judge(line string, found map[string]bool) exercises.Item {
	v := x.matcher().Match(line)
	it := exercises.Item{Label: line, Mark: exercises.Unknown, Reason: "Not in my list, and it may still be right: would you miss it if it were gone?"}
	if v.Status == grading.PhraseNone {
		return it
	}
	if e, ok := x.entry(v.ID); ok {
		it.Mark, it.ID, it.Reason = exercises.Good, e.ID, e.Reason
		if !strings.EqualFold(e.Text, line) {
			it.Expected = ""
			it.Details = []exercises.Field{{Label: "my list", Text: e.Text}}
		}
		if found[e.ID] {
			it.Mark, it.Reason = exercises.Plain, "The same as one above, in other words. It counts once."
		}
		found[e.ID] = true
		return it
	}
	if e, ok := x.near(v.ID); ok {
		it.Mark, it.Reason = exercises.Bad, e.Reason
	}
	return it
}

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	a := append(exercises.Answer{}, draft...)
	if !a.Empty() {
		p.Say("You have so far:")
		for _, l := range a {
			p.Say("  - %s", l)
		}
		p.Say("Go on, or type clear to begin anew.")
	}
	p.Say("Type one thing on each line. An empty line hands the list in.")
	for {
		line, err := p.Text(fmt.Sprintf("Thing %d (%d are asked for):", len(a)+1, x.Want), 2)
		if err != nil {
			return nil, err
		}
		switch {
		case strings.EqualFold(line, "clear"):
			a = nil
		case line == "":
			return a, nil
		default:
			a = append(a, line)
		}
		p.Keep(a)
	}
}

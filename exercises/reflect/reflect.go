// Package reflect is the exercise without a right answer: write your own, then
// compare it with three other people's and mark it yourself.
package reflect

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Exercise is a reflect exercise. Its answer is the text, then one entry
// "met N" for each criterion (from 1) that the learner finds met, or "compared"
// alone when none is: without one of these the comparing is still to be done.
type Exercise struct {
	Shared   exercises.About `yaml:",inline"`
	Voices   []Voice         `yaml:"voices"`   // three very different people
	Criteria []string        `yaml:"criteria"` // what to look for in one's own text
}

// A Voice is somebody's answer.
type Voice struct {
	Name string `yaml:"name"`
	Text string `yaml:"text"`
}

const compared = "compared"

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "reflect",
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
	errs := src.CheckAbout(&x.Shared, 0)
	if len(x.Voices) != 3 {
		errs = append(errs, src.Fault("$.voices", "there are %d voices; give exactly three people, as different as they come", len(x.Voices)))
	}
	for i, v := range x.Voices {
		if v.Name == "" || strings.TrimSpace(v.Text) == "" {
			errs = append(errs, src.Fault(fmt.Sprintf("$.voices[%d]", i), "a voice needs a name and a text"))
		}
	}
	if len(x.Criteria) < 2 || len(x.Criteria) > 4 {
		errs = append(errs, src.Fault("$.criteria", "there are %d criteria; give two to four that a learner can tick", len(x.Criteria)))
	}
	return &x, errors.Join(errs...)
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Chosen is "met N" for each criterion that the learner found met; the text is not
// among them.
func (x *Exercise) Chosen(a exercises.Answer) []string {
	_, met, done := x.parse(a)
	return format("", met, done)[1:]
}

// Samples is empty: nothing here is right or wrong.
func (x *Exercise) Samples() []exercises.Sample { return nil }

// Wrote is the text; the ticks are in the result.
func (x *Exercise) Wrote(a exercises.Answer) []string { return a[:min(1, len(a))] }

// parse splits an answer. done is false while the comparing is to be done.
func (x *Exercise) parse(a exercises.Answer) (text string, met []bool, done bool) {
	met = make([]bool, len(x.Criteria))
	if len(a) > 0 {
		text = a[0]
	}
	for _, e := range a[min(1, len(a)):] {
		n, ok := strings.CutPrefix(e, "met ")
		if k, err := strconv.Atoi(n); ok && err == nil && k >= 1 && k <= len(met) {
			met[k-1], done = true, true
		}
		done = done || e == compared
	}
	return text, met, done
}

func format(text string, met []bool, done bool) exercises.Answer {
	a := exercises.Answer{text}
	for i, m := range met {
		if m {
			a = append(a, fmt.Sprintf("met %d", i+1))
		}
	}
	if done && len(a) == 1 {
		a = append(a, compared)
	}
	return a
}

// Grade records what the learner found: the outcome is always Written, and the
// score is the part of the criteria that the learner ticked.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	if err := exercises.CheckLength(a); err != nil {
		return exercises.Result{}, err
	}
	text, met, done := x.parse(a)
	if strings.TrimSpace(text) == "" {
		return exercises.Result{}, exercises.Incompletef("Write a line or two first. Nobody else reads it.")
	}
	if !done {
		return exercises.Result{}, exercises.Incompletef("Compare your text with the three others first, and tick what you find in yours.")
	}
	res := exercises.Result{Outcome: exercises.Written, Explain: x.Shared.Explain}
	n := 0
	for i, c := range x.Criteria {
		it := exercises.Item{Label: c, Mark: exercises.Plain, Reason: "You did not find this in your text."}
		if met[i] {
			n++
			it.Mark, it.Reason = exercises.Good, "You found this in your text."
		}
		res.Items = append(res.Items, it)
	}
	res.Score = float64(n) / float64(len(met))
	switch n {
	case len(met):
		res.Summary = fmt.Sprintf("Kept. You found all %d things to look for in your text. Only you mark this one.", n)
	case 0:
		res.Summary = fmt.Sprintf("Kept. You ticked none of the %d things to look for. Only you mark this one, and a second look is worth it.", len(met))
	default:
		res.Summary = fmt.Sprintf("Kept. You found %d of the %d things to look for in your text. Only you mark this one; the others are worth a second look.", n, len(met))
	}
	var others strings.Builder
	fmt.Fprintf(&others, "**You**\n\n> %s\n\n", strings.ReplaceAll(escape(text), "\n", "\n> "))
	for _, v := range x.Voices {
		fmt.Fprintf(&others, "**%s**\n\n%s\n\n", v.Name, v.Text)
	}
	res.More = []exercises.Section{{Title: "The others", Text: others.String()}}
	return res, nil
}

// escape keeps a learner's text from being read as Markdown, and its lines, which
// clean.Markdown makes one of.
func escape(s string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "#", "\\#", "<", "\\<", "[", "\\[", "|", "\\|", "&", "\\&").Replace(exercises.Clean(s))
}

// leastText is how many letters are no slip of the finger.
const leastText = 3

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	text, met, _ := x.parse(draft)
	if text != "" {
		p.Say("You wrote: %s", text)
		line, err := p.Text("Press enter to keep it, or write it anew.", leastText)
		if err != nil {
			return nil, err
		}
		if line != "" {
			text = line
		}
	}
	for text == "" {
		line, err := p.Text("Write your answer, on one line.", leastText)
		if err != nil {
			return nil, err
		}
		text = line
	}
	p.Keep(format(text, met, false))
	p.Say("Read your own text again. Three other people's follow.")
	picked, err := p.ChooseSeveral("Which of these do you find in your own text? Type the numbers, or press enter for none.", x.Criteria, true)
	if err != nil {
		return nil, err
	}
	met = make([]bool, len(x.Criteria))
	for _, i := range picked {
		met[i] = true
	}
	return format(text, met, true), nil
}

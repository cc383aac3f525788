// Package report is the exercise of the whole course: read a design, walk its
// diagram, and report the three threats that matter most, in one's own words.
package report

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
)

// Exercise is a report on one scenario. Its answer is a Sheet.
type Exercise struct {
	Shared   exercises.About `yaml:",inline"`
	Scenario string          `yaml:"scenario"` // folder of the scenario
	Cards    int             `yaml:"cards"`    // how many threats are asked for
	Pass     int             `yaml:"pass"`     // points of 100, said beforehand
	Read     int             `yaml:"read"`     // suggested minutes, shown and never enforced
	Find     int             `yaml:"find"`
	Choose   int             `yaml:"choose"`

	scenario *scenarios.Scenario
	button   string // "Hand in", if it is empty
	key      func() (*answerKey, error)
}

// An answerKey is the author's list, prepared for matching once.
type answerKey struct {
	*grading.Key
	index *grading.Index
}

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "report",
		Decode: decode,
		Screen: func(ex exercises.Exercise, o input.Options) input.Screen { return newScreen(ex.(*Exercise), o) },
		Ask:    ask,
		Whole:  true,
	}
}

func decode(src exercises.Source) (exercises.Exercise, error) {
	var x Exercise
	if err := src.Unmarshal(&x); err != nil {
		return nil, err
	}
	errs := src.CheckAbout(&x.Shared, 2)
	need := func(ok bool, at, format string, args ...any) {
		if !ok {
			errs = append(errs, src.Fault(at, format, args...))
		}
	}
	need(x.Cards >= 1 && x.Cards <= MostCards, "$.cards", "cards is %d; ask for 1 to %d threats, three as a rule", x.Cards, MostCards)
	need(x.Pass >= 1 && x.Pass <= 100, "$.pass", "pass is %d; give the mark in points of 100, 70 as a rule", x.Pass)
	need(x.Read >= 0 && x.Find >= 0 && x.Choose >= 0, "$", "read, find and choose are minutes and cannot be negative")
	if src.FS == nil {
		return nil, errors.Join(append(errs, src.Fault("$.scenario", "there is no content to look for the scenario %q in", x.Scenario))...)
	}
	s, err := scenarios.Load(src.FS, x.Scenario)
	if err != nil {
		return nil, errors.Join(append(errs, src.Fault("$.scenario", "the scenario %q cannot be read: %v", x.Scenario, err))...)
	}
	need(len(s.System.Flows) > 0, "$.scenario", "the system of %q has no flows to walk; add some", x.Scenario)
	if _, err := fs.Stat(src.FS, s.File("key.yaml")); err != nil {
		need(false, "$.scenario", "the scenario %q has no key.yaml to grade with; write one, or use another scenario", x.Scenario)
	}
	x.scenario = s
	x.key = sync.OnceValues(func() (*answerKey, error) {
		k, err := s.Key()
		if err != nil {
			return nil, fmt.Errorf("reading the answer key of %s: %w", x.Scenario, err)
		}
		return &answerKey{k, grading.NewIndex(k)}, nil
	})
	return &x, errors.Join(errs...)
}

// Of is a report on a scenario that stands in no lesson: three cards, as the
// lessons have them. The index is made of the key when it is needed.
func Of(s *scenarios.Scenario, k *grading.Key, index func() *grading.Index, shared exercises.About) *Exercise {
	shared.Kind = Kind().Name
	return &Exercise{
		Shared: shared, Scenario: s.ID, Cards: 3, Pass: 70, Read: 10, Find: 30, Choose: 5,
		scenario: s, key: func() (*answerKey, error) { return &answerKey{k, index()}, nil },
	}
}

// ForClass is the exercise as one person of a class has it: many cards, none of
// which is handed in alone. The prompt says what to do with them, and the button
// that it is done.
func (x *Exercise) ForClass(cards int, prompt, button string) *Exercise {
	y := *x
	y.Cards, y.Shared.Prompt, y.button = cards, prompt, button
	y.Read, y.Find, y.Choose = 0, 0, 0
	return &y
}

// Most is how many cards can be handed in.
func (x *Exercise) Most() int { return x.Cards }

// PassMark is the score that passes, from 0 to 1.
func (x *Exercise) PassMark() float64 { return float64(x.Pass) / 100 }

// Key is the author's list for the scenario.
func (x *Exercise) Key() (*grading.Key, error) {
	k, err := x.key()
	if err != nil {
		return nil, err
	}
	return k.Key, nil
}

// ScenarioID is the folder of the scenario.
func (x *Exercise) ScenarioID() string { return x.Scenario }

// MostCards is the most threats that a report may ask for.
const MostCards = 12

// Screen is the full-screen face of the exercise.
func (x *Exercise) Screen(o input.Options) input.Screen { return newScreen(x, o) }

// Paper is the design document and its diagram.
func (x *Exercise) Paper() *scenarios.Scenario { return x.scenario }

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Document returns the design document.
func (x *Exercise) Document() (title, markdown string) {
	return x.scenario.System.Title, x.scenario.Document
}

// Samples are the gravest threats in the key's own words, and three complaints
// that name nothing.
func (x *Exercise) Samples() []exercises.Sample {
	k, err := x.key()
	if err != nil {
		return nil // Check reports the key's faults itself
	}
	var best, vague Sheet
	for _, t := range gravest(k.Key)[:min(x.Cards, len(k.Threats))] {
		best.Cards = append(best.Cards, Card{Text: t.Title + ". " + t.Description, Letter: first(t.Stride.Accept), Place: first(t.Place.Accept), Severity: t.Severity.Rating})
	}
	for range x.Cards {
		vague.Cards = append(vague.Cards, Card{Text: "Hackers could hack it", Letter: "S", Place: "1", Severity: "critical"})
	}
	return []exercises.Sample{
		{Name: "the gravest threats in the key's words", Answer: best.Format(), Full: true},
		{Name: "complaints that name nothing", Answer: vague.Format()},
	}
}

// Reply adds the learner's reply to the grader's question about a card.
func (x *Exercise) Reply(a exercises.Answer, item int, text string) exercises.Answer {
	return change(a, item, func(c *Card) { c.Replies = append(c.Replies, exercises.Clean(text)) })
}

// Dispute notes that the learner disagrees with the grading of a card.
func (x *Exercise) Dispute(a exercises.Answer, item int, why string) exercises.Answer {
	return change(a, item, func(c *Card) { c.Disputed = exercises.CleanLine(why) })
}

// change changes the card that an item is about: the items are the cards with text.
func change(a exercises.Answer, item int, to func(*Card)) exercises.Answer {
	sh := Parse(a)
	n := 0
	for i := range sh.Cards {
		if sh.Cards[i].cleaned().blank() {
			continue
		}
		if n == item {
			to(&sh.Cards[i])
		}
		n++
	}
	return sh.Format()
}

// gravest lists the key's threats from the most to the least severe.
func gravest(k *grading.Key) []grading.Threat {
	out := slices.Clone(k.Threats)
	slices.SortStableFunc(out, func(a, b grading.Threat) int {
		return slices.Index(grading.Severities, b.Severity.Rating) - slices.Index(grading.Severities, a.Severity.Rating)
	})
	return out
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

package course

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"

	"edu/threatlings/exercises"
	"edu/threatlings/lessons"
)

// FreshPrefix stands before the id of a scenario in the id of the exercise in
// which somebody shows what they find in it. No lesson may use it.
const FreshPrefix = "readiness."

// SittingPrefix stands before the id of a scenario in the id of the report on it
// that the refresher offers.
const SittingPrefix = "fresh."

// FreshCards is how many threats can be reported there: all that readiness asks
// for in the largest key that the program ships, and no more than a screen holds.
const FreshCards = 12

// freshLesson is the lesson in which a scenario stands alone. Two hints are there
// because every report has some, and the first one only says what the second costs.
const freshLesson = `id: %[1]s
title: "%[2]s: all that you find"
minutes: 60
scenario: %[3]s
cards: %[4]d
pass: 70
read: 10
find: 45
choose: 5
prompt: |
  Read the document, walk its diagram, and report **every threat that you find**, one a card: who does what to which asset, over which flow, so that what harm. Begin with the gravest ones; there are %[4]d cards, and an empty one costs nothing.

  Only your first hand-in counts towards readiness, because what it shows you afterwards is the answer. Work alone, and take no hint: with one it is practice, which is fine too. threatlings readiness then says what it means.
hints:
  - This one only warns. The next one helps a little, and with it the scenario no longer counts towards readiness.
  - Follow each thing of value through the numbers, and ask at every one who could be there who should not. Then go through the six letters at each number. At which pairs have you not looked yet?
`

// ErrNoScenario says that there is no scenario of that id with a key.
var ErrNoScenario = errors.New("there is no scenario of that name with an answer key")

// Scenarios are the ids of all scenarios with a key, in alphabetical order.
func (c *Course) Scenarios() []string {
	names, err := fs.Glob(c.fsys, "scenarios/*/key.yaml")
	if err != nil {
		return nil // the pattern is a good one
	}
	var out []string
	for _, n := range names {
		out = append(out, path.Base(path.Dir(n)))
	}
	sort.Strings(out)
	return out
}

// Fresh is a course of one exercise: a report with FreshCards cards on a scenario.
// Its events belong to this course. The exercise is opened by its id, FreshPrefix
// and the scenario's.
func (c *Course) Fresh(scenario string) (*Course, error) {
	if _, err := fs.Stat(c.fsys, "scenarios/"+scenario+"/key.yaml"); !fs.ValidPath(scenario) || strings.Contains(scenario, "/") || err != nil {
		return nil, fmt.Errorf("%w: %q; there are %s", ErrNoScenario, exercises.CleanLine(scenario), strings.Join(c.Scenarios(), ", "))
	}
	s, err := c.Scenario(scenario)
	if err != nil {
		return nil, err
	}
	title := strings.ReplaceAll(exercises.CleanLine(s.System.Title), `"`, "'")
	id := FreshPrefix + scenario
	f := &Course{
		ID: c.ID, Title: c.Title, Version: c.Version,
		fsys: c.fsys, decoder: c.decoder, digest: c.digest, glossary: c.glossary, keyed: c.keyed,
		steps: map[string]*Step{}, items: map[string]*Item{},
	}
	f.findable = sync.OnceValue(f.readFindable)
	m := &Module{ID: "readiness", Title: "What you find alone", Summary: "One document, nobody beside you, and no hint.", Minutes: "About 60 minutes."}
	step := &Step{Title: title, Module: m, File: "readiness/" + scenario}
	m.Steps, f.Modules = []*Step{step}, []*Module{m}
	yaml := fmt.Sprintf(freshLesson, id, strings.ReplaceAll(title, `\`, `\\`), scenario, FreshCards)
	return f, f.addLesson(step, &lessons.Lesson{
		ID: strings.TrimSuffix(FreshPrefix, ".") + "-" + scenario, Title: title, Minutes: 60, File: step.File,
		Pages: []lessons.Page{{Fence: &lessons.Fence{Kind: "report", YAML: []byte(yaml), Line: 1}}},
	})
}

// Fresh is a session of the same learner with the course of one exercise.
func (s *Session) Fresh(ctx context.Context, scenario string) (*Session, error) {
	f, err := s.Course.Fresh(scenario)
	if err != nil {
		return nil, err
	}
	out, err := NewSession(ctx, f, s.store)
	if err != nil {
		return nil, err
	}
	out.Now = s.Now
	return out, nil
}

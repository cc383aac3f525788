package course

import (
	"context"
	"fmt"
	"sync"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/scenarios"
	"edu/threatlings/progress"
)

// A Sitting is behind a step that is no lesson: it is made for once, of exercises
// that are asked again (see package refresher). A Session asks it what to record,
// so that nothing done in it changes how far the course is. Implementations are
// safe for concurrent use and do not call the Session back, but in After.
type Sitting interface {
	// Review says how well an exercise was remembered, from an answer that was
	// judged for good; nil when this answer is no review but practice.
	Review(it *Item, a exercises.Answer, res exercises.Result) *progress.Review
	// Recorded says that an event of this sitting is in the store.
	Recorded(progress.Event)
	// Judged says that an answer was graded, and that all of it is saved.
	Judged(it *Item, a exercises.Answer, res exercises.Result)
	// Result is what Judged was told last of an exercise; ok is false when it was not.
	Result(it *Item) (res exercises.Result, a exercises.Answer, ok bool)
	// Hints is how many hints of an exercise are open.
	Hints(it *Item) int
	// Visited is what to record when a page is on the screen; nil is nothing.
	Visited(page int) *progress.Event
	// State is how far the sitting is.
	State() State
	// After is what to go on with behind the last page; nil is nothing.
	After(ctx context.Context) (*Step, error)
}

// NewStep makes a step of a sitting. It stands in a part of its own, which is not
// the course's.
func NewStep(id, part, title string, minutes int, s Sitting) *Step {
	step := &Step{ID: id, Title: title, Minutes: minutes, Sitting: s}
	step.Module = &Module{ID: id, Title: part, Steps: []*Step{step}}
	return step
}

// AddText adds a page whose text is made when it is shown.
func (s *Step) AddText(text func() string) {
	s.Pages = append(s.Pages, Page{text: text})
}

// AddItem adds a page with an exercise that is ready. Version is that of its content.
func (s *Step) AddItem(id, title, version string, ex exercises.Exercise) *Item {
	it := &Item{
		ID: id, Title: title, Kind: ex.About().Kind, Version: version, Step: s, Page: len(s.Pages),
		decode: func() (exercises.Exercise, error) { return ex, nil },
	}
	s.Pages = append(s.Pages, Page{Item: it})
	return it
}

// A Keyed is a scenario with what its author knows of it. It is immutable and
// shared by all sessions.
type Keyed struct {
	*scenarios.Scenario
	Answers *grading.Key
	// Index is the key made ready for matching, when it is first needed.
	Index func() *grading.Index
}

// Keyed reads a scenario and its key, once.
func (c *Course) Keyed(id string) (*Keyed, error) {
	read, _ := c.keyed.LoadOrStore(id, sync.OnceValues(func() (*Keyed, error) {
		s, err := c.Scenario(id)
		if err != nil {
			return nil, err
		}
		k, err := s.Key()
		if err != nil {
			return nil, fmt.Errorf("reading the answer key of %s: %w", id, err)
		}
		return &Keyed{s, k, sync.OnceValue(func() *grading.Index { return grading.NewIndex(k) })}, nil
	}))
	return read.(func() (*Keyed, error))()
}

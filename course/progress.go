package course

import (
	"fmt"
	"math"
	"slices"
	"time"

	"edu/threatlings/exercises"
	"edu/threatlings/progress"
)

// State is how far a lesson or an exercise is.
type State int

// The states.
const (
	New State = iota
	Begun
	Done
	Coming
)

// String is the state in a word.
func (s State) String() string { return [...]string{"new", "begun", "done", "coming"}[s] }

// state is StateOf for this learner. The caller holds mu.
func (s *Session) state(step *Step) State { return StateOf(s.sum, step) }

// StateOf says how far a lesson is. It is Done when every exercise of it was
// handed in (the grader not waiting for a reply), or, in a lesson without
// exercises, its last page was seen.
func StateOf(sum progress.Summary, step *Step) State {
	if step.Coming {
		return Coming
	}
	if step.Sitting != nil {
		return step.Sitting.State()
	}
	seen := sum.Pages[step.ID]
	items := step.Items()
	done, begun := 0, len(seen) > 1 // one page is a look
	for _, it := range items {
		switch p := sum.Items[it.ID]; {
		case itemDone(p):
			done++
			begun = true
		case p.Attempts > 0 || p.Hints > 0:
			begun = true
		}
	}
	switch {
	case len(items) > 0 && done == len(items), len(items) == 0 && seen[len(step.Pages)-1]:
		return Done
	case begun:
		return Begun
	default:
		return New
	}
}

func itemDone(p progress.Item) bool {
	return p.Attempts > 0 && p.LastOutcome != string(exercises.Asked)
}

// State says how far a lesson is.
func (s *Session) State(step *Step) State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state(step)
}

// ItemState says how far an exercise is.
func (s *Session) ItemState(it *Item) State {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch p := s.sum.Items[it.ID]; {
	case itemDone(p):
		return Done
	case p.Attempts > 0 || p.Hints > 0:
		return Begun
	default:
		return New
	}
}

// Count is how many of a part's lessons are done, coming ones included in all.
func (s *Session) Count(m *Module) (done, all int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range m.Steps {
		if st.Optional {
			continue
		}
		all++
		if s.state(st) == Done {
			done++
		}
	}
	return done, all
}

// Open are a part's lessons that are not done, optional and coming ones left out.
func (s *Session) Open(m *Module) []*Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*Step
	for _, st := range m.Steps {
		if !st.Optional && !st.Coming && s.state(st) != Done {
			out = append(out, st)
		}
	}
	return out
}

// A place is where the learner last answered or read on; nil at first.
type place struct {
	step *Step
	page int
}

// placeAfter is the place once an event has happened that the summary does not
// know yet. Opening a page is only a look, and so is all that is done in a lesson
// that was read to its end; whoever turns the page, or goes on into the next
// lesson, reads on. The caller holds mu.
func (s *Session) placeAfter(e progress.Event) place {
	to := s.place
	switch e.Kind {
	case progress.Visited:
		step, ok := s.Course.Step(e.Item)
		if !ok {
			return s.place
		}
		from, _ := s.Course.Step(s.sum.Last.Item)
		turned := from == step && e.Page != s.sum.Last.Page
		wentOn := from != nil && from != step && s.sum.Last.Page == len(from.Pages)-1 && s.Course.After(from) == step
		if !turned && !wentOn {
			return s.place
		}
		if step.Optional && !slices.ContainsFunc(step.Items(), func(it *Item) bool { return s.sum.Items[it.ID].Attempts > 0 }) {
			return s.place // leafing through what is only offered
		}
		to = place{step, e.Page}
	case progress.Submitted:
		it, ok := s.Course.Item(e.Item)
		if !ok || it.Step.ID != s.sum.Last.Item { // in a sitting, or by a script
			return s.place
		}
		to = place{it.Step, it.Page}
	case progress.Forgot:
		if s.place.step != nil && s.place.step.ID == e.Item {
			s.place.page = 0
		}
		return s.place
	case progress.Restarted:
		return place{}
	}
	if to.step == nil || s.read(to.step) {
		return s.place
	}
	return to
}

// read reports whether a lesson is done up to its last page, and that one was seen.
// The caller holds mu.
func (s *Session) read(step *Step) bool {
	last := len(step.Pages) - 1
	return s.state(step) == Done && (step.Pages[last].Item != nil || s.sum.Pages[step.ID][last])
}

// Points is a score of 0 to 1 as it is told: of 100.
func Points(score float64) int { return int(math.Round(100 * score)) }

// Reaches reports whether a score passes: in whole points, so that nobody is told
// "70 of 100" and has failed a mark of 70.
func Reaches(score, mark float64) bool { return Points(score) >= Points(mark) }

// A Below is a report that was judged and has not reached its mark. A record of its
// part says "failed" until it does.
type Below struct {
	Item        *Item
	Score, Mark float64 // the best score, and what passes; 0 to 1
}

// String says it in words.
func (b Below) String() string {
	return fmt.Sprintf("%s: %d of 100, and %d is the mark", b.Item.Title, Points(b.Score), Points(b.Mark))
}

// Below are the reports of a part that have not reached their mark, those of
// optional lessons left out.
func (s *Session) Below(m *Module) []Below {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Below
	for _, st := range m.Steps {
		if st.Optional {
			continue
		}
		for _, it := range st.Items() {
			p := s.sum.Items[it.ID]
			if it.Kind != "report" || !itemDone(p) {
				continue
			}
			ex, err := it.Exercise()
			if err != nil {
				continue // opening it says why
			}
			if x, ok := ex.(interface{ PassMark() float64 }); ok && !Reaches(p.BestScore, x.PassMark()) {
				out = append(out, Below{it, p.BestScore, x.PassMark()})
			}
		}
	}
	return out
}

// done reports whether all of a part that counts is done: nobody is asked then to go
// on with what would have spared it. The caller holds mu.
func (s *Session) done(m *Module) bool {
	return !slices.ContainsFunc(m.Steps, func(st *Step) bool { return !st.Optional && s.state(st) != Done })
}

// Offers are the optional lessons right before one that is not begun: what may be
// done first, or in its place.
func (s *Session) Offers(step *Step) []*Step {
	if step == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*Step
	for _, st := range step.Module.Steps {
		switch {
		case st == step && s.state(st) == New:
			return out
		case !st.Optional:
			out = nil
		case !st.Coming && s.state(st) != Done:
			out = append(out, st)
		}
	}
	return nil
}

// Next is where to go on: the page where the learner last answered or read on,
// or, when that lesson is behind them, the first one after it that is not done.
// ok is false when everything that is written is done.
func (s *Session) Next() (step *Step, page int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	steps := s.Course.Steps()
	at := 0
	if st := s.place.step; st != nil {
		if !s.read(st) && (!st.Optional || !s.done(st.Module)) {
			return st, min(s.place.page, len(st.Pages)-1), true
		}
		at = slices.Index(steps, st) + 1
	}
	for k := range steps {
		if st := steps[(at+k)%len(steps)]; s.state(st) != Done && !st.Optional {
			return st, s.resume(st), true
		}
	}
	return nil, 0, false
}

// Resume is the page of a lesson to open: where the learner was in it, or the
// first when it is done or new.
func (s *Session) Resume(step *Step) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resume(step)
}

func (s *Session) resume(step *Step) int {
	if s.state(step) == Done {
		return 0
	}
	if s.place.step == step {
		return min(s.place.page, len(step.Pages)-1)
	}
	furthest := 0
	for p := range s.sum.Pages[step.ID] {
		furthest = max(furthest, p)
	}
	return min(furthest, len(step.Pages)-1)
}

// LastSeen is when the learner was last here; zero at first.
func (s *Session) LastSeen() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum.Last.Time
}

// Item returns what is known of one exercise.
func (s *Session) Item(it *Item) progress.Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum.Items[it.ID]
}

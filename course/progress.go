package course

import (
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
	done, begun := 0, len(seen) > 0
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

// Next is where to go on: the page where the learner was last, or, when that
// lesson is done, the first lesson behind it that is not. ok is false when
// everything that is written is done.
func (s *Session) Next() (step *Step, page int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	steps := s.Course.Steps()
	at := 0
	for i, st := range steps {
		if st.ID != s.sum.Last.Item {
			continue
		}
		if s.state(st) != Done || s.sum.Last.Page < len(st.Pages)-1 {
			return st, min(s.sum.Last.Page, len(st.Pages)-1), true
		}
		at = i + 1
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
	if s.sum.Last.Item == step.ID {
		return min(s.sum.Last.Page, len(step.Pages)-1)
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

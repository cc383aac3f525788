package progress

import (
	"encoding/json"
	"time"
)

// A Summary is what the events say, read from the first to the last.
type Summary struct {
	Items    map[string]Item         // by exercise
	Pages    map[string]map[int]bool // by lesson: the pages that were seen
	Finished map[string]bool         // by lesson
	Last     Position                // where the learner was last

	Bookmarks map[Place]bool
	Notes     map[Place]string
}

// A Place is a page of a lesson.
type Place struct {
	Item string
	Page int
}

// An Item is what is known of one exercise since it was last forgotten.
type Item struct {
	Attempts    int
	Hints       int // how many hints are open
	FirstScore  float64
	LastScore   float64
	BestScore   float64
	LastOutcome string
	LastAnswer  []string
	LastResult  json.RawMessage
	BestAnswer  []string // those of BestScore
	BestResult  json.RawMessage
	Version     string    // of the content, at the last attempt
	First       time.Time // of the first attempt
	Last        time.Time // of the last attempt
}

// A Position is a page of a lesson, and when the learner was there.
type Position struct {
	Item string
	Page int
	Time time.Time // of the last event of any kind
}

// Summarize reads events. It is pure; unknown kinds are passed over.
func Summarize(events []Event) Summary {
	s := newSummary()
	for _, e := range events {
		s.Add(e)
	}
	return s
}

func newSummary() Summary {
	return Summary{Items: map[string]Item{}, Pages: map[string]map[int]bool{}, Finished: map[string]bool{}, Bookmarks: map[Place]bool{}, Notes: map[Place]string{}}
}

// Add reads one event more.
func (s *Summary) Add(e Event) {
	if e.Time.After(s.Last.Time) {
		s.Last.Time = e.Time
	}
	switch e.Kind {
	case Visited:
		s.Last.Item, s.Last.Page = e.Item, e.Page
		if s.Pages[e.Item] == nil {
			s.Pages[e.Item] = map[int]bool{}
		}
		s.Pages[e.Item][e.Page] = true
	case Submitted:
		it := s.Items[e.Item]
		if it.Attempts++; it.Attempts == 1 {
			it.First = e.Time
		}
		if e.Score != nil {
			it.LastScore = *e.Score
			if it.Attempts == 1 || it.LastScore > it.BestScore {
				it.BestScore, it.BestAnswer, it.BestResult = it.LastScore, e.Answer, e.Result
			}
			if it.Attempts == 1 {
				it.FirstScore = it.LastScore
			}
		}
		it.LastOutcome, it.LastAnswer, it.LastResult = e.Outcome, e.Answer, e.Result
		it.Version, it.Last = e.Version, e.Time
		s.Items[e.Item] = it
	case Hinted:
		it := s.Items[e.Item]
		it.Hints = max(it.Hints, e.Hint)
		s.Items[e.Item] = it
	case Bookmarked:
		if at := (Place{e.Item, e.Page}); e.Off {
			delete(s.Bookmarks, at)
		} else {
			s.Bookmarks[at] = true
		}
	case Noted:
		if at := (Place{e.Item, e.Page}); len(e.Answer) == 0 {
			delete(s.Notes, at)
		} else {
			s.Notes[at] = e.Answer[0]
		}
	case Finished:
		s.Finished[e.Item] = true
	case Forgot:
		delete(s.Items, e.Item)
		delete(s.Pages, e.Item)
		delete(s.Finished, e.Item)
		if s.Last.Item == e.Item {
			s.Last.Page = 0
		}
	case Restarted:
		last, marks, notes := s.Last.Time, s.Bookmarks, s.Notes // what was written beside the course stays
		*s = newSummary()
		s.Last.Time, s.Bookmarks, s.Notes = last, marks, notes
	}
}

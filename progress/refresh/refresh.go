// Package refresh decides what a learner is asked again, and when, so that what
// the course taught is still there when a design is on the table months later.
//
// The intervals are those of FSRS. Everything is derived from the log of
// reviews: there is no other state, and nothing here reads a clock or a file.
package refresh

import "time"

// Certainty is how sure a learner was before the answer was shown. It is asked
// now and then. It moves the next date and is shown back as Calibration; it is
// never part of a mark.
type Certainty string

// The certainties. Anything else counts as not asked.
const (
	NotAsked Certainty = ""
	Sure     Certainty = "sure"
	Fairly   Certainty = "fairly"
	Guess    Certainty = "guess"
)

// Rating is how well an item was remembered. It is kept as a word, so that the
// log can be read.
type Rating string

// The ratings, from the worst to the best. Again is the only one for a failure.
const (
	Again Rating = "again"
	Hard  Rating = "hard"
	Good  Rating = "good"
	Easy  Rating = "easy"
)

// A Review is one answer to one item. Reviews are only ever added.
type Review struct {
	ID        string    `json:"id"` // of the item
	At        time.Time `json:"at"`
	Right     bool      `json:"right"`
	Hints     bool      `json:"hints,omitempty"`     // a hint was open
	LastHint  bool      `json:"lastHint,omitempty"`  // the last one was, which gives the answer away
	Tries     int       `json:"tries,omitempty"`     // 1 for the first try; 0 counts as 1
	Certainty Certainty `json:"certainty,omitempty"` // before the answer was shown

	// Rating is what Rate said at the time. A log is scheduled by it, so that a
	// later change of the rule moves nobody's dates. When it is missing or not
	// known, Rate is asked again. A failure is Again whatever stands here.
	Rating Rating `json:"rating,omitempty"`
}

// easyAt is the answer in an unbroken row of right ones that may be Easy: the
// third, and no other. FSRS lets an interval grow about
// three times as fast for it, and a sure learner is not always a right one.
const easyAt = 3

// Rate says how well an item was remembered. Row is how many answers to it
// before this one were right without a break (Card.Row).
//
// Wrong, or right only because the last hint gave it away, is Again; right with
// a hint, after the first try or by a guess is Hard; right alone is Good, and
// Easy when it is also sure and the third in a row.
func Rate(r Review, row int) Rating {
	switch {
	case !r.Right || r.LastHint:
		return Again
	case r.Hints || r.Tries > 1 || r.Certainty == Guess:
		return Hard
	case r.Certainty == Sure && row+1 == easyAt:
		return Easy
	}
	return Good
}

// rating is what a review counts as: the recorded rating, as far as it can be
// believed.
func (r Review) rating(row int) Rating {
	fresh := Rate(r, row)
	if fresh == Again {
		return Again
	}
	switch r.Rating {
	case Again, Hard, Good, Easy:
		return r.Rating
	}
	return fresh
}

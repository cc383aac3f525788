package refresh

import (
	"fmt"
	"strings"
)

// A Share is how many of some answers were right.
type Share struct {
	Right, Asked int
}

// Of is the share that was right, from 0 to 1, and false when nothing was asked.
func (s Share) Of() (float64, bool) {
	if s.Asked == 0 {
		return 0, false
	}
	return float64(s.Right) / float64(s.Asked), true
}

// Calibration tells how often somebody was right when sure, fairly sure and
// guessing. It is for the learner alone and never part of a mark: a certainty
// that costs something is no longer an honest one.
type Calibration struct {
	Sure, Fairly, Guess Share
}

// Calibrate counts the reviews that have a certainty. Right means right at the
// first try and without the last hint: what somebody was certain about.
func Calibrate(reviews []Review) Calibration {
	var c Calibration
	for _, r := range reviews {
		var s *Share
		switch r.Certainty {
		case Sure:
			s = &c.Sure
		case Fairly:
			s = &c.Fairly
		case Guess:
			s = &c.Guess
		default:
			continue
		}
		s.Asked++
		if r.Right && !r.LastHint && r.Tries <= 1 {
			s.Right++
		}
	}
	return c
}

// When Sentence says more than the counts. Choices: with ten answers chance alone
// moves a share by more than a tenth.
const (
	enough    = 10   // answers with one certainty
	expectAt  = 0.75 // less of what one is sure of is too little
	surpassAt = 0.75 // more of what one guesses is no guessing
)

// Sentence says it to a person, in a sentence or two.
func (c Calibration) Sentence() string {
	var parts []string
	for _, p := range []struct {
		when string
		s    Share
	}{{"sure", c.Sure}, {"fairly sure", c.Fairly}, {"guessing", c.Guess}} {
		if p.s.Asked > 0 {
			parts = append(parts, fmt.Sprintf("when %s, %d of %d times", p.when, p.s.Right, p.s.Asked))
		}
	}
	if len(parts) == 0 {
		return "You have not said yet how sure you are."
	}
	said := "You were right " + strings.Join(parts, "; ") + "."
	sure, _ := c.Sure.Of()
	guess, _ := c.Guess.Of()
	switch {
	case c.Sure.Asked >= enough && sure < expectAt:
		return said + " You are surer than you are right: when you feel sure, look for the sentence that shows it."
	case c.Guess.Asked >= enough && guess > surpassAt:
		return said + " You know more than you think: speak up sooner."
	case c.Sure.Asked < enough:
		return said + " That is too little to tell whether you can trust the feeling."
	}
	return said + " When you feel sure, you can mostly trust it."
}

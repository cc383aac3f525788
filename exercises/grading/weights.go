package grading

import (
	"math"
	"sort"
)

// The global weights. They are the same for every threat of every key: a key is
// improved with phrasings, never with weights. TestFit fits them; see there for
// what on.
//
// A candidate's strength is the weighted sum of its features. It ranks the
// candidates of one text.
const (
	weightWord    = 1.09
	weightSecond  = 1.37
	weightChar    = 1.00
	weightCentre  = 4.72
	weightLetters = 5.04
	weightCover   = 1.17
	weightBM25    = 3.85
	weightPlace   = 1.46
	weightLetter  = 1.14
)

// One logistic function turns the strength of a candidate, its lead before the
// next one, and how much was said of it at all into a probability.
const (
	sureBias     = -4.32
	sureStrength = 0.38
	sureLead     = 0.36
	sureBM25     = 2.87
)

// The same for the short texts of a Phrases. TestFitPhrases fits them.
const (
	phraseSureBias     = 0.56
	phraseSureStrength = 0.06
	phraseSureLead     = 0.16
	phraseSureBM25     = 0.49

	phraseCreditFrom = 0.75
	// Below these a text is about something else.
	phraseLeastCover = 0.2
	phraseLeastWord  = 0.15
	phraseLeastChar  = 0.35
)

// Where probabilities become verdicts.
const (
	creditFrom  = 0.6
	bareFrom    = 0.25 // no credit when letter and place must make up for the words
	askFrom     = 0.06
	tellFrom    = 0.45 // that something is handled or out of scope: no credit hangs on it
	tellBelow   = 0.3  // unless a threat is this probable as well
	secondFrom  = 0.85
	manyThreats = 3    // others in one card
	tellingIDF  = 1.8  // a word in more than a fifth of the phrases tells nothing
	factFrom    = 0.55 // likeness with a sentence of the document
	factCover   = 0.7  // how much of what is said that sentence says
)

// vector is the features in the order of their weights.
func (f features) vector() [9]float64 {
	return [9]float64{f.word, f.second, f.char, f.centre, f.letters, f.cover, f.bm25, f.place, f.letter}
}

// strength ranks candidates, whatever comes of it.
func (f features) strength() float64 {
	ws := [9]float64{weightWord, weightSecond, weightChar, weightCentre, weightLetters, weightCover, weightBM25, weightPlace, weightLetter}
	sum := 0.0
	for i, x := range f.vector() {
		sum += ws[i] * x
	}
	return sum
}

// scored is a candidate with what speaks for it.
type scored struct {
	cand     *candidate
	f        features
	strength float64
	lead     float64 // of strength, before the best other
	p        float64
}

// doubts is what makes one sure or not, in the order of the weights above.
func (s *scored) doubts() [3]float64 { return [3]float64{s.strength, s.lead, s.f.bm25} }

// cardSureness and phraseSureness are bias, strength, lead and BM25.
func cardSureness() [4]float64 {
	return [4]float64{sureBias, sureStrength, sureLead, sureBM25}
}

func phraseSureness() [4]float64 {
	return [4]float64{phraseSureBias, phraseSureStrength, phraseSureLead, phraseSureBM25}
}

// weigh sorts candidates and sets the lead and the probability of each.
func weigh(all []scored, w [4]float64) {
	sort.SliceStable(all, func(i, k int) bool { return all[i].strength > all[k].strength })
	for i := range all {
		s := &all[i]
		switch {
		case i > 0:
			s.lead = s.strength - all[0].strength
		case len(all) > 1:
			s.lead = s.strength - all[1].strength
		default:
			s.lead = s.strength
		}
		s.lead = math.Max(-mostLead, math.Min(mostLead, s.lead))
		d := s.doubts()
		s.p = logistic(w[0] + w[1]*d[0] + w[2]*d[1] + w[3]*d[2])
	}
}

// mostLead is the lead beyond which a larger one says nothing more.
const mostLead = 5

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

package grading

import (
	"math"
	"sort"
)

// Weights are global: the same for every threat of every key. A key is improved
// with phrasings, never with weights. The calibrate command fits them, and a
// test fails when the shipped ones drift from what it finds.
type Weights struct {
	// Rank weighs what makes a candidate strong, in the order of features.vector.
	Rank [rankTerms]float64
	// Sure makes a probability that credit is deserved of what speaks for the
	// strongest threat, in the order of scored.doubts, behind a constant.
	Sure [1 + sureTerms]float64
	// Told is the same for what earns no credit, such as a handled worry.
	Told [1 + toldTerms]float64
	// Phrase is the same for the short texts of a Phrases.
	Phrase [1 + toldTerms]float64
}

const (
	rankTerms = 9
	sureTerms = 9
	toldTerms = 3
)

// Names of the terms, in order, for whoever prints weights.
var (
	RankNames = [rankTerms]string{"word", "second", "char", "centre", "letters", "cover", "bm25", "place", "letter"}
	SureNames = [1 + sureTerms]string{"constant", "strength", "lead", "ahead", "bm25", "cover", "manner", "fact", "facets", "met"}
	ToldNames = [1 + toldTerms]string{"constant", "strength", "lead", "bm25"}
)

// Below these a short text is about something else.
const (
	phraseCreditFrom = 0.75
	phraseLeastCover = 0.2
	phraseLeastWord  = 0.15
	phraseLeastChar  = 0.35
)

// Where probabilities become verdicts.
const (
	creditFrom = 0.55
	// What says nearly what a sentence of the document says, and less nearly what
	// any phrasing of the threat says, must be put as a threat without any doubt.
	factFrom, factAhead, factManner, quotedFrom = 0.7, 0.12, 2.5, 0.85
	// No credit for what is put rather like a remedy, a fact or a denial than like a
	// threat, however well its words fit: log-odds of being put as a threat.
	creditManner = 0.0
	bareFrom     = 0.25
	askFrom      = 0.08
	offerFrom    = 0.15 // after a vague reply, to offer statements
	tellFrom     = 0.2  // that something is handled or out of scope: no credit hangs on it
	tellBelow    = 0.3  // unless a threat is this probable as well
	secondFrom   = 0.85
	manyThreats  = 3   // others in one card
	tellingIDF   = 1.8 // a word in more than a fifth of the phrases tells nothing
	mannerFrom   = 0.5 // to ask about the kind of statement
)

// vector is the features in the order of their weights.
func (f features) vector() [rankTerms]float64 {
	return [rankTerms]float64{f.word, f.second, f.char, f.centre, f.letters, f.cover, f.bm25, f.place, f.letter}
}

// strength ranks candidates, whatever comes of it.
func (f features) strength(w *Weights) float64 {
	sum := 0.0
	for i, x := range f.vector() {
		sum += w.Rank[i] * x
	}
	return sum
}

// scored is a candidate with what speaks for it.
type scored struct {
	cand     *candidate
	f        features
	strength float64
	lead     float64 // of strength, before the best other of its sort
	ahead    float64 // of strength, before the best of the other sort
	about    about
	p        float64
}

// about is what is known of a text itself, whatever candidate it stands beside.
type about struct {
	manner float64 // log-odds that it is put as a threat
	fact   float64 // likeness with what the document says by itself
	quoted float64 // how much of its words stand in one paragraph of the document
}

// doubts is what makes one sure of a threat or not, in the order of Weights.Sure.
func (s *scored) doubts() [sureTerms]float64 {
	return [sureTerms]float64{s.strength, s.lead, s.ahead, s.f.bm25, s.f.cover, s.about.manner, s.about.fact - s.f.word, s.f.facets, s.f.met}
}

func (s *scored) fewDoubts() [toldTerms]float64 {
	return [toldTerms]float64{s.strength, s.lead, s.f.bm25}
}

// lead sorts candidates of one sort and sets how far each is before the best other.
func lead(all []scored) {
	sort.SliceStable(all, func(i, k int) bool { return all[i].strength > all[k].strength })
	for i := range all {
		s := &all[i]
		switch {
		case i > 0:
			s.lead = s.strength - all[0].strength
		case len(all) > 1:
			s.lead = s.strength - all[1].strength
		default:
			s.lead = mostLead
		}
		s.lead = within(s.lead, mostLead)
	}
}

// mostLead is the lead beyond which a larger one says nothing more.
const mostLead = 5

// mostManner is the same for the log-odds of a manner.
const mostManner = 4

func within(x, most float64) float64 { return math.Max(-most, math.Min(most, x)) }

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func (w *Weights) sure(s *scored) float64 {
	z := w.Sure[0]
	for i, x := range s.doubts() {
		z += w.Sure[i+1] * x
	}
	return logistic(z)
}

func few(w [1 + toldTerms]float64, s *scored) float64 {
	z := w[0]
	for i, x := range s.fewDoubts() {
		z += w[i+1] * x
	}
	return logistic(z)
}

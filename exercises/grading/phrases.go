package grading

import "math"

// An Entry is something that a short text can mean, with ways to put it.
type Entry struct {
	ID       string
	Text     string
	Examples []string
}

// Phrases matches short texts (an item of a list, a question) against entries.
// It is made once and safe for concurrent use.
type Phrases struct{ corpus *corpus }

// PhraseStatus says how sure a match is.
type PhraseStatus string

// The statuses of a PhraseVerdict.
const (
	PhraseCredited PhraseStatus = "credited" // recognised
	PhraseAsked    PhraseStatus = "asked"    // perhaps: ask before it is judged
	PhraseNone     PhraseStatus = "none"     // not recognised
)

// A PhraseVerdict is what a text was taken for.
type PhraseVerdict struct {
	ID     string // of the likeliest entry; "" when nothing is alike
	P      float64
	Status PhraseStatus
	Yours  string // the learner's words that met the entry
	Key    string // the phrase of the entry that they met
}

// Weights and thresholds for short texts, fitted by leaving each example of
// the shipped lessons out in turn (see TestPhrasesLeaveOneOut).
const (
	phraseBias   = -0.28
	phraseRank   = 0.29
	phraseCover  = 1.09
	phraseMargin = 0.41 // by how much the best is ahead of the next

	phraseCredit = 0.62
	// Below both of these a text is about something else.
	phraseLeastCover = 0.2
	phraseLeastWord  = 0.15
)

// NewPhrases indexes entries.
func NewPhrases(entries []Entry) *Phrases {
	var raws []rawCandidate
	for _, e := range entries {
		raws = append(raws, rawCandidate{id: e.ID, texts: append([]string{e.Text}, e.Examples...)})
	}
	return &Phrases{newCorpus(raws)}
}

// Match says which entry a text means, if any.
func (p *Phrases) Match(text string) PhraseVerdict {
	c := p.corpus
	ss := read(text)
	c.mend(ss)
	ts := content(ss)
	words, chars := c.wordVector(ts), c.charVector(text)
	best, next, at := features{}, 0.0, -1
	for i := range c.candidates {
		f := c.compare(words, chars, ts, &c.candidates[i])
		switch s := f.rank(); {
		case f.word == 0 && f.char < 0.35:
		case at < 0 || s > best.rank():
			if at >= 0 {
				next = best.rank()
			}
			best, at = f, i
		case s > next:
			next = s
		}
	}
	if at < 0 {
		return PhraseVerdict{Status: PhraseNone}
	}
	cand := c.candidates[at]
	margin := math.Min(1, best.rank()-next)
	v := PhraseVerdict{
		ID:  cand.id,
		P:   logistic(phraseBias + phraseRank*best.rank() + phraseCover*best.cover + phraseMargin*margin),
		Key: cand.phrases[best.at].text,
	}
	v.Yours = join(c.shared(ts, cand.phrases[best.at]))
	switch {
	case best.cover < phraseLeastCover && best.word < phraseLeastWord:
		v.Status, v.ID = PhraseNone, ""
	case v.P >= phraseCredit:
		v.Status = PhraseCredited
	default:
		v.Status = PhraseAsked
	}
	return v
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

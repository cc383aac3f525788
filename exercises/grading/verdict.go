package grading

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// A Card is a threat in a learner's words.
type Card struct {
	Text     string
	Letter   string   // a STRIDE letter, or ""
	Place    string   // a flow number or component id, or ""
	Severity string   // one of Severities, or ""
	Replies  []string // to the grader's questions
}

// Status is what became of a card.
type Status string

// The statuses of a Verdict. All but the first four lead to a question.
const (
	Credited      Status = "credited"
	StatusHandled Status = "handled"      // the design deals with it already
	OutOfScope    Status = "out of scope" // true, and not this feature's
	AlsoValid     Status = "also valid"   // right, and not in this key

	NotInKey Status = "not in my key" // nothing alike; the learner may still be right

	Asked          Status = "asked"           // perhaps one of the key's: a part is missing
	Vague          Status = "vague"           // only words that fit everything
	Stuffed        Status = "stuffed"         // words without sentences, or many threats at once
	ControlClaimed Status = "control claimed" // says that something is secure
	NoHarm         Status = "no harm named"   // a fact of the document, and nothing that follows from it
	FixOnly        Status = "fix only"        // a remedy without the threat
	Empty          Status = "empty"
)

// A Verdict is how a card was judged, and why.
type Verdict struct {
	Status        Status
	ID            string  // what in the key it was taken for; "" for none
	Title         string  // of that
	P             float64 // how sure, 0 to 1
	Question      string  // to be asked in place, when there is one
	Say           string  // one kind sentence or two
	AfterQuestion bool    // there was a reply
	Second        string  // id of another threat read in another sentence
	Candidates    []Candidate
	Explanation   Explanation
}

// A Candidate is what a card may have meant.
type Candidate struct {
	ID string
	P  float64
}

// An Explanation says how a verdict came about.
type Explanation struct {
	Met      []Met    // the learner's words and the key's
	Hit      []string // of weakness, attack, harm: what the card speaks of
	Missing  []string // what it leaves out
	RunnerUp string   // what else it could have been, and why it was not taken
	Gate     Status   // the gate that fired; "" for none
}

// A Met is a pair of words that met.
type Met struct {
	Yours string
	Key   string
	How   string // "same word", "same stem", "typing error mended"
}

// An Index is a key made ready for matching. It is made once and safe for
// concurrent use.
type Index struct {
	key    *Key
	corpus *corpus
	facts  *corpus
	kinds  map[string]Status // of every id
	places map[string]bool   // stems that name places: they tell candidates apart less than they seem to
}

// NewIndex prepares a key.
func NewIndex(k *Key) *Index {
	x := &Index{key: k, kinds: map[string]Status{}}
	var raws []rawCandidate
	for _, t := range k.Threats {
		texts := append([]string{t.Title, t.Description}, t.Examples...)
		texts = slices.Concat(texts, t.Facets.Weakness, t.Facets.Attack, t.Facets.Harm)
		var against []string
		for _, c := range t.CounterExamples {
			against = append(against, c.Text)
		}
		raws = append(raws, rawCandidate{t.ID, texts, against})
		x.kinds[t.ID] = Credited
	}
	for status, hs := range map[Status][]Handled{StatusHandled: k.Handled, OutOfScope: k.OutOfScope, AlsoValid: k.AlsoValid} {
		for _, h := range hs {
			x.kinds[h.ID] = status
		}
	}
	for _, h := range slices.Concat(k.Handled, k.OutOfScope, k.AlsoValid) {
		raws = append(raws, rawCandidate{h.ID, append([]string{h.Title}, h.Examples...), nil})
	}
	x.corpus = newCorpus(raws)
	var facts []rawCandidate
	for i, f := range k.Facts {
		facts = append(facts, rawCandidate{fmt.Sprint(i), []string{f.Text}, nil})
	}
	x.facts = newCorpus(facts)
	return x
}

// Match judges one card against a key. Use NewIndex to judge many.
func Match(k *Key, c Card) Verdict { return NewIndex(k).Match(c) }

// The weights of the one logistic function that turns likeness into a
// probability, the same for every threat of every key. They were fitted by
// leaving each example of the billing key out in turn and drawing counter-examples
// and handled worries as the other side (see TestKeyLeaveOneOut for what they reach).
const (
	biasWeight    = -2.9
	rankWeight    = 1.35
	coverWeight   = 1.9
	marginWeight  = 2.6
	againstWeight = -1.3
	placePrior    = 0.30 // added to the rank of candidates at the card's place
	letterPrior   = 0.12

	creditFrom = 0.5
	askFrom    = 0.06
)

// scored is a candidate with its features.
type scored struct {
	cand *candidate
	f    features
	rank float64
}

// Match judges one card. It never fails and gives the same verdict every time.
func (x *Index) Match(c Card) Verdict {
	text := strings.TrimSpace(strings.Join(append([]string{c.Text}, c.Replies...), ". "))
	v := Verdict{AfterQuestion: len(c.Replies) > 0}
	ss := read(text)
	mended := x.corpus.mend(ss)
	ts := content(ss)
	if len(ss) == 0 {
		v.Status, v.Say = Empty, "There is nothing to read yet."
		return v
	}
	if gate, question := x.textGate(ss, ts); gate != "" {
		return x.stopped(v, gate, question)
	}
	all := x.score(text, ts, c)
	for _, s := range all[:min(3, len(all))] {
		v.Candidates = append(v.Candidates, Candidate{s.cand.id, x.probability(s, all)})
	}
	if len(all) == 0 {
		return x.unknown(v, ts)
	}
	best := all[0]
	v.P = x.probability(best, all)
	if gate, question := x.meaningGate(ss, ts, text, v.P); gate != "" {
		return x.stopped(v, gate, question)
	}
	if v.P < askFrom {
		return x.unknown(v, ts)
	}
	v.ID, v.Title = best.cand.id, x.title(best.cand.id)
	v.Explanation = x.explain(best, all, ts, mended)
	switch kind := x.kinds[v.ID]; {
	case v.P < creditFrom && kind != Credited:
		// Nothing is lost by saying so: no credit hangs on it.
		if v.P < 0.3 {
			v.ID, v.Title = "", ""
			return x.unknown(v, ts)
		}
		x.say(&v, kind)
	case v.P < creditFrom:
		v.Status, v.Question = Asked, x.askMissing(v, ts)
		v.Say = "I may see what you mean, and would like to be sure."
	default:
		x.say(&v, kind)
		v.Second = x.second(ss, c, v.ID)
		if v.Second != "" {
			v.Say += " I read a second threat in it; give that one a card of its own."
		}
	}
	return v
}

// score compares the card with every candidate, best first. The whole text
// counts, and so does its best sentence: small talk around it must not drown it.
func (x *Index) score(text string, ts []token, c Card) []scored {
	var parts []sentence
	if ss := read(text); len(ss) > 1 {
		parts = ss
		for _, s := range parts {
			x.corpus.mend([]sentence{s})
		}
	}
	words, chars := x.corpus.wordVector(ts), x.corpus.charVector(text)
	type piece struct {
		words, chars vector
		ts           []token
	}
	pieces := []piece{{words, chars, ts}}
	if len(parts) <= 40 { // a longer text is judged as a whole
		for _, s := range parts {
			if pts := content([]sentence{s}); len(pts) > 2 {
				pieces = append(pieces, piece{x.corpus.wordVector(pts), x.corpus.charVector(join(pts)), pts})
			}
		}
	}
	var out []scored
	for i := range x.corpus.candidates {
		cand := &x.corpus.candidates[i]
		var best features
		for k, p := range pieces {
			f := x.corpus.compare(p.words, p.chars, p.ts, cand)
			if k > 0 {
				f.cover *= 0.9 // what is left out of a sentence was said too
			}
			if k == 0 || f.rank() > best.rank() {
				best = f
			}
		}
		if best.word == 0 {
			continue
		}
		out = append(out, scored{cand, best, best.rank() + x.prior(cand.id, c)})
	}
	sort.SliceStable(out, func(i, k int) bool { return out[i].rank > out[k].rank })
	return out
}

// prior is what letter and place add: they help to choose, and never decide.
func (x *Index) prior(id string, c Card) float64 {
	t, ok := x.Threat(id)
	if !ok {
		return 0
	}
	p := 0.0
	switch {
	case slices.Contains(t.Place.Accept, c.Place):
		p += placePrior
	case slices.Contains(t.Place.Also, c.Place):
		p += placePrior / 2
	}
	switch {
	case slices.Contains(t.Stride.Accept, c.Letter):
		p += letterPrior
	case slices.Contains(t.Stride.Also, c.Letter):
		p += letterPrior / 2
	}
	return p
}

func (x *Index) probability(s scored, all []scored) float64 {
	next := 0.0
	for _, o := range all {
		if o.cand.id != s.cand.id {
			next = math.Max(next, o.rank)
		}
	}
	margin := math.Max(-0.6, math.Min(1, s.rank-next))
	return logistic(biasWeight + rankWeight*s.f.rank() + coverWeight*s.f.cover + marginWeight*margin + againstWeight*math.Max(0, s.f.against-s.f.word))
}

// Threat returns the threat of the key with the id.
func (x *Index) Threat(id string) (Threat, bool) {
	for _, t := range x.key.Threats {
		if t.ID == id {
			return t, true
		}
	}
	return Threat{}, false
}

func (x *Index) other(id string) (Handled, bool) {
	for _, h := range slices.Concat(x.key.Handled, x.key.OutOfScope, x.key.AlsoValid) {
		if h.ID == id {
			return h, true
		}
	}
	return Handled{}, false
}

func (x *Index) title(id string) string {
	if t, ok := x.Threat(id); ok {
		return t.Title
	}
	h, _ := x.other(id)
	return h.Title
}

// say settles a verdict that something in the key was recognised.
func (x *Index) say(v *Verdict, kind Status) {
	v.Status = kind
	h, _ := x.other(v.ID)
	switch kind {
	case Credited:
		v.Say = "Yes. This is one of the threats in my key."
	case StatusHandled:
		v.Say = fmt.Sprintf("The design deals with this: “%s” %s Is anything left over beside it?", h.Quote, h.Reason)
	case OutOfScope:
		v.Say = "True, and not part of this feature. " + h.Reason
	case AlsoValid:
		v.Say = "You are right, and it is not in my key. " + h.Reason
	}
}

func (x *Index) unknown(v Verdict, _ []token) Verdict {
	v.Status = NotInKey
	v.Say = "This is not in my key, and you may still be right: my key is one reviewer's list. Ask yourself: does the document allow it, does somebody gain by it, and would it hurt? Your text is kept."
	return v
}

func (x *Index) stopped(v Verdict, gate Status, question string) Verdict {
	v.Status, v.Question, v.Explanation.Gate = gate, question, gate
	v.Say = "I have a question before I judge it."
	if v.AfterQuestion {
		v.Status, v.Question = NotInKey, ""
		return x.unknown(v, nil)
	}
	return v
}

// second is a threat of the key that another sentence names just as surely.
func (x *Index) second(ss []sentence, c Card, first string) string {
	if len(ss) < 2 || len(ss) > 40 {
		return ""
	}
	for _, s := range ss {
		ts := content([]sentence{s})
		if len(ts) < 4 {
			continue
		}
		all := x.score(join(ts), ts, Card{})
		if len(all) == 0 || all[0].cand.id == first || x.kinds[all[0].cand.id] != Credited {
			continue
		}
		if x.probability(all[0], all) >= 0.85 {
			return all[0].cand.id
		}
	}
	return ""
}

package grading

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Index is a key made ready for matching. It is made once and safe for
// concurrent use.
type Index struct {
	key     *Key
	corpus  *corpus
	facts   *corpus // what the document says, true and harmless by itself
	threats map[string]*Threat
	others  map[string]other
	places  map[string]bool // stems of the names of places
}

// An other is an entry of the key that earns no credit.
type other struct {
	*Handled
	status Status
}

// NewIndex prepares a key, which must not change afterwards.
func NewIndex(k *Key) *Index { return newIndex(k, texts{}) }

func newIndex(k *Key, read texts) *Index {
	x := &Index{key: k, threats: map[string]*Threat{}, others: map[string]other{}, places: map[string]bool{}}
	for i := range k.Threats {
		t := &k.Threats[i]
		x.threats[t.ID] = t
		for _, p := range slices.Concat(t.Place.Accept, t.Place.Also) {
			for _, tok := range content(readText(p)) {
				x.places[tok.stem] = true
			}
		}
	}
	add := func(hs []Handled, s Status) {
		for i := range hs {
			x.others[hs[i].ID] = other{&hs[i], s}
		}
	}
	add(k.Handled, StatusHandled)
	add(k.OutOfScope, OutOfScope)
	add(k.AlsoValid, AlsoValid)
	x.corpus = newCorpus(x.raws(), x.places, read)
	x.facts = newCorpus(x.rawFacts(), nil, read)
	return x
}

// raws are the texts of every entry. A counter-example counts against a threat
// by speaking for what it is instead.
func (x *Index) raws() []rawCandidate {
	var out []rawCandidate
	is := map[string][]string{}
	for _, t := range x.key.Threats {
		for _, c := range t.CounterExamples {
			is[c.Is] = append(is[c.Is], c.Text)
		}
		out = append(out, rawCandidate{t.ID, slices.Concat([]string{t.Title, t.Description}, t.Examples, t.Facets.Weakness, t.Facets.Attack, t.Facets.Harm)})
	}
	for _, h := range slices.Concat(x.key.Handled, x.key.OutOfScope, x.key.AlsoValid) {
		out = append(out, rawCandidate{h.ID, append([]string{h.Title}, h.Examples...)})
	}
	for i := range out {
		out[i].texts = append(out[i].texts, is[out[i].id]...)
	}
	return out
}

// rawFacts are the sentences of the document that the key knows.
func (x *Index) rawFacts() []rawCandidate {
	var texts []string
	for _, f := range x.key.Facts {
		texts = append(texts, f.Text)
	}
	for _, t := range x.key.Threats {
		if t.Evidence.Quote != "" {
			texts = append(texts, t.Evidence.Quote)
		}
		for _, c := range t.CounterExamples {
			if c.Is == "none:fact" {
				texts = append(texts, c.Text)
			}
		}
	}
	for _, h := range slices.Concat(x.key.Handled, x.key.OutOfScope, x.key.AlsoValid) {
		if h.Quote != "" {
			texts = append(texts, h.Quote)
		}
	}
	var out []rawCandidate
	for i, t := range texts {
		out = append(out, rawCandidate{id: strconv.Itoa(i), texts: []string{t}})
	}
	return out
}

// Match judges one card against a key. Use NewIndex to judge many.
func Match(k *Key, c Card) Verdict { return NewIndex(k).Match(c) }

// A reading is a card's text made ready.
type reading struct {
	text   string // normalised
	ss     []sentence
	ts     []token // what carries meaning
	mended map[string]string
}

func (x *Index) read(c Card) reading {
	r := reading{text: normalise(strings.Join(append([]string{c.Text}, c.Replies...), "\n"))}
	r.ss = readNormal(r.text)
	r.mended = x.corpus.mend(r.ss)
	r.ts = content(r.ss)
	return r
}

// Match judges one card. It never fails and gives the same verdict every time.
func (x *Index) Match(c Card) Verdict {
	v := Verdict{AfterQuestion: len(c.Replies) > 0}
	r := x.read(c)
	if len(r.ss) == 0 {
		v.Status, v.Say = Empty, "There is nothing to read yet."
		return v
	}
	if stuffed(r) {
		return x.stopped(v, Stuffed, "I read many words and no sentence. Who does what here, and what follows from it? One sentence is enough.")
	}
	parts := x.compare(r)
	all := x.judge(together(parts), c)
	for _, s := range all[:min(3, len(all))] {
		v.Candidates = append(v.Candidates, Candidate{s.cand.id, s.p})
	}
	vague := !x.telling(r.ts)
	if len(all) == 0 || all[0].p < askFrom {
		if vague {
			return x.stopped(v, Vague, askVague(r))
		}
		return x.unknown(v)
	}
	best := all[0]
	v.P = best.p
	if denies(r.text) {
		return x.stopped(v, ControlClaimed, "Do you mean that this can happen here, or that it cannot? Say what in the document lets it happen, or what prevents it.")
	}
	next := x.threatAfter(all)
	if x.threats[best.cand.id] == nil && best.p >= tellFrom && next < tellBelow {
		v.ID, v.Title = best.cand.id, x.title(best.cand.id)
		v.Explanation = x.explain(best, all, r, c)
		return x.tell(v)
	}
	if vague {
		return x.stopped(v, Vague, askVague(r))
	}
	if gate, question := x.meaningGate(r, best); gate != "" {
		return x.stopped(v, gate, question)
	}
	return x.settle(v, c, r, all, parts)
}

// settle gives the verdict on a card that is alike something in the key.
func (x *Index) settle(v Verdict, c Card, r reading, all []scored, parts [][]features) Verdict {
	best := all[0]
	v.ID, v.Title = best.cand.id, x.title(best.cand.id)
	v.Explanation = x.explain(best, all, r, c)
	t, isThreat := x.threats[v.ID]
	switch {
	case isThreat && v.P >= creditFrom && x.steady(v.ID, c, parts):
		return x.credit(v, t, x.seconds(parts, v.ID))
	case !isThreat && x.threatAfter(all) < askFrom:
		v.ID, v.Title = "", ""
		return x.unknown(v)
	case !isThreat: // perhaps the threat that comes next is meant
		v.ID = ""
		v.Explanation.Missing = facetNames
	}
	// Nothing that is shown may give the key away before the reply.
	v.Title = ""
	v.Explanation = Explanation{Met: v.Explanation.Met, Hit: v.Explanation.Hit, Missing: v.Explanation.Missing}
	v.Status, v.Question = Asked, x.askMissing(v.Explanation)
	v.Say = "I may see what you mean, and would like to be sure."
	return v
}

// steady reports whether the credit for a threat rests on the words. A letter or
// a place helps to be sure, and to choose what to ask about. A letter never
// moves credit from one threat to another, and both together never make up for
// words that say next to nothing.
func (x *Index) steady(id string, c Card, parts [][]features) bool {
	row := together(parts)
	if x.judge(row, Card{Place: c.Place})[0].cand.id != id {
		return false
	}
	bare := x.judge(row, Card{})
	i := slices.IndexFunc(bare, func(s scored) bool { return s.cand.id == id })
	return i >= 0 && bare[i].p >= bareFrom
}

// threatAfter is how probable the likeliest threat is.
func (x *Index) threatAfter(all []scored) float64 {
	for _, s := range all {
		if x.threats[s.cand.id] != nil {
			return s.p
		}
	}
	return 0
}

func (x *Index) credit(v Verdict, t *Threat, others []string) Verdict {
	if len(others) >= manyThreats {
		return x.stopped(v, Stuffed, "I read several threats in one card. Which of them do you mean here? Keep that one, and give the others cards of their own.")
	}
	v.Status, v.Say = Credited, "Yes. This is one of the threats in my key."
	if len(others) > 0 {
		v.Second = others[0]
		v.Say += " I read a second threat in it; give that one a card of its own."
	}
	return v
}

// compare looks at the whole text, and at each of its sentences where there are
// several, beside every candidate. The first row is the whole.
func (x *Index) compare(r reading) [][]features {
	pieces := [][]token{r.ts}
	if len(r.ss) > 1 && len(r.ss) <= maxSentences {
		for _, s := range r.ss {
			if ts := content([]sentence{s}); len(ts) > 2 {
				pieces = append(pieces, ts)
			}
		}
	}
	q := x.corpus.newQuery()
	var out [][]features
	for _, ts := range pieces {
		q.set(x.corpus, ts)
		row := make([]features, len(x.corpus.candidates))
		for i := range row {
			row[i] = x.corpus.compare(q, &x.corpus.candidates[i])
		}
		out = append(out, row)
	}
	return out
}

// maxSentences is the most sentences that are looked at one by one; a longer
// text is judged as a whole.
const maxSentences = 30

// together is the best row for each candidate: small talk around a sentence
// must not drown it.
func together(parts [][]features) []features {
	best := slices.Clone(parts[0])
	for _, row := range parts[1:] {
		for i, f := range row {
			f.cover *= 0.9 // what stands in the other sentences was said too
			if f.strength() > best[i].strength() {
				best[i] = f
			}
		}
	}
	return best
}

// judge says how probable each candidate is, likeliest first.
func (x *Index) judge(row []features, c Card) []scored {
	out := make([]scored, 0, len(row))
	for i, f := range row {
		if f.word == 0 {
			continue
		}
		s := scored{cand: &x.corpus.candidates[i], f: f}
		s.f.place, s.f.letter = x.prior(s.cand.id, c)
		s.strength = s.f.strength()
		out = append(out, s)
	}
	weigh(out, cardSureness())
	return out
}

// prior is how well place and letter fit a candidate: 1 for the key's own
// choice, a half for a defensible one.
func (x *Index) prior(id string, c Card) (place, letter float64) {
	t := x.threats[id]
	if t == nil {
		return 0, 0
	}
	of := map[Fit]float64{FitFirst: 1, FitAlso: 0.5}
	return of[fit(t.Place, c.Place)], of[fit(t.Stride, c.Letter)]
}

func fit(a Accept, choice string) Fit {
	switch {
	case choice == "":
		return FitNone
	case slices.Contains(a.Accept, choice):
		return FitFirst
	case slices.Contains(a.Also, choice):
		return FitAlso
	}
	return FitOther
}

// seconds are other threats that single sentences name for sure.
func (x *Index) seconds(parts [][]features, first string) []string {
	var out []string
	for _, row := range parts[1:] {
		all := x.judge(row, Card{})
		if len(all) == 0 || all[0].p < secondFrom {
			continue
		}
		if id := all[0].cand.id; id != first && x.threats[id] != nil && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Threat returns the threat of the key with the id.
func (x *Index) Threat(id string) (Threat, bool) {
	if t := x.threats[id]; t != nil {
		return *t, true
	}
	return Threat{}, false
}

func (x *Index) title(id string) string {
	if t := x.threats[id]; t != nil {
		return t.Title
	}
	return x.others[id].Title
}

// tell settles a verdict that something was recognised which earns no credit.
func (x *Index) tell(v Verdict) Verdict {
	o := x.others[v.ID]
	v.Status = o.status
	switch v.Status {
	case StatusHandled:
		v.Say = fmt.Sprintf("The design deals with this: “%s” %s Is anything left over beside it?", o.Quote, o.Reason)
	case OutOfScope:
		v.Say = "True, and not part of this feature. " + o.Reason
	case AlsoValid:
		v.Say = "You are right, and it is not in my key. " + o.Reason
	}
	return v
}

func (x *Index) unknown(v Verdict) Verdict {
	v.Status = NotInKey
	v.Say = "This is not in my key, and you may still be right: my key is one reviewer's list. Ask yourself: does the document allow it, does somebody gain by it, and would it hurt? Your text is kept."
	return v
}

// stopped is the verdict of a gate: a question first, and after a reply that
// does not answer it no judgement.
func (x *Index) stopped(v Verdict, gate Status, question string) Verdict {
	v.Explanation.Gate = gate
	v.ID, v.Title = "", ""
	if v.AfterQuestion {
		return x.unknown(v)
	}
	v.Status, v.Question = gate, question
	v.Say = "I have a question before I judge it."
	return v
}

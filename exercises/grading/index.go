package grading

import (
	"fmt"
	"math"
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
	facets  map[string][][]facetPhrase
	paras   []map[string]bool // the stems of each paragraph of the document
	weights *Weights
	manners mannerModel
}

// An other is an entry of the key that earns no credit.
type other struct {
	*Handled
	status Status
}

// NewIndex prepares a key, which must not change afterwards.
func NewIndex(k *Key) *Index { return newIndex(k, texts{}, &Shipped, shippedManners()) }

func newIndex(k *Key, read texts, w *Weights, m mannerModel) *Index {
	x := &Index{
		key: k, threats: map[string]*Threat{}, others: map[string]other{}, places: map[string]bool{}, facets: map[string][][]facetPhrase{},
		weights: w, manners: m,
	}
	for i := range k.Threats {
		t := &k.Threats[i]
		x.threats[t.ID] = t
		x.facets[t.ID] = facetPhrases(t.Facets, read)
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
	for line := range strings.Lines(k.Document) {
		if ts := read.of(line).content; len(ts) > 0 {
			x.paras = append(x.paras, stemsOf(ts))
		}
	}
	x.corpus = newCorpus(x.raws(), x.places, read, true)
	x.facts = newCorpus(x.rawFacts(), nil, read, false)
	return x
}

// Kind says what an id of the key is: Credited for a threat, StatusHandled,
// OutOfScope or AlsoValid for what earns nothing, and "" for no id at all.
func (x *Index) Kind(id string) Status {
	if x.threats[id] != nil {
		return Credited
	}
	return x.others[id].status
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

// rawFacts are the sentences of the document, and what the key says is one.
func (x *Index) rawFacts() []rawCandidate {
	texts := sentences(x.key.Document)
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
	ts     []token         // what carries meaning
	stems  map[string]bool // of ts
	listed bool            // the card or a reply is a list of key words
	mended map[string]string
	about  about
	kinds  [manners]float64 // how probable each manner is
	cues   []string
}

func (x *Index) read(c Card) reading {
	parts := []string{normalise(c.Text)}
	said := [][]sentence{readNormal(parts[0])}
	for _, reply := range c.words() {
		parts = append(parts, normalise(reply))
		said = append(said, readNormal(parts[len(parts)-1]))
	}
	r := reading{text: parts[0], ss: said[0], listed: slices.ContainsFunc(said, listed)} // each by itself: two telegrams are no list
	more := addsWords(said[0], said[1:])                                                 // saying it again makes nothing surer
	if more {
		r.text = normalise(c.Text + "\n" + strings.Join(c.words(), "\n"))
		r.ss = readNormal(r.text)
	}
	r.mended = x.corpus.mend(r.ss)
	r.ts = content(r.ss)
	r.stems = stemsOf(r.ts)
	r.cues = cues(r.ss, strings.Contains(r.text, "?"))
	r.kinds = x.manners.probabilities(r.cues)
	if more { // what the card does not say as a threat, the reply may, and the other way round
		for i, ss := range said {
			if kinds := x.manners.probabilities(cues(ss, strings.Contains(parts[i], "?"))); kinds[mannerThreat] > r.kinds[mannerThreat] {
				r.kinds = kinds
			}
		}
	}
	if len(r.ss) > 1 && r.kinds[mannerFact] > r.kinds[mannerThreat] { // facts, and what follows from them
		for _, one := range r.ss {
			if kinds := x.manners.probabilities(cues([]sentence{one}, false)); kinds[mannerThreat] > r.kinds[mannerThreat] {
				r.kinds = kinds
			}
		}
	}
	p := r.kinds[mannerThreat]
	r.about = about{manner: within(math.Log(p/(1-p)), mostManner), fact: x.factLike(r.ts), quoted: x.quoted(r.ts)}
	return r
}

// addsWords reports whether replies say something that the card does not.
func addsWords(card []sentence, replies [][]sentence) bool {
	have := stemsOf(content(card))
	return slices.ContainsFunc(replies, func(reply []sentence) bool {
		return slices.ContainsFunc(content(reply), func(t token) bool { return !have[t.stem] })
	})
}

// words are the replies that are words and no choice among statements.
func (c Card) words() []string { return c.Replies[:min(1, len(c.Replies))] }

// A ranking is what a card may mean, likeliest first.
type ranking struct {
	threats []scored
	others  []scored // what earns no credit
}

// best is the strongest candidate of either sort.
func (k ranking) best() scored {
	if len(k.threats) == 0 || len(k.others) > 0 && k.others[0].strength > k.threats[0].strength {
		return k.others[0]
	}
	return k.threats[0]
}

func (k ranking) empty() bool { return len(k.threats)+len(k.others) == 0 }

// threat is how probable the likeliest threat is.
func (k ranking) threat() float64 {
	if len(k.threats) == 0 {
		return 0
	}
	return k.threats[0].p
}

// candidatesShown is how many candidates a verdict names.
const candidatesShown = 3

// Match judges one card. It never fails and gives the same verdict every time.
func (x *Index) Match(c Card) Verdict {
	v := x.match(c)
	if v.Status == NotInKey && v.AfterQuestion {
		return x.spared(v, c)
	}
	return v
}

// spared is the verdict on a card whose reply made nothing of it. A reply that
// misses the question takes away nothing that the card itself says: where that
// came near a threat, the learner may choose.
func (x *Index) spared(v Verdict, c Card) Verdict {
	bare, first := c, c
	bare.Replies, first.Replies = nil, c.Replies[:1]
	if len(c.Replies) > 1 && x.match(first).Status != NotInKey { // there was a choice, and it was judged
		return v
	}
	if s := x.match(bare).Status; s != Asked && s != Vague {
		return v
	}
	r := x.read(bare)
	k := x.judge(x.together(x.compare(r)), r, bare)
	if k.threat() < offerFrom {
		return v
	}
	near := Verdict{Status: Asked, AfterQuestion: true, P: k.threat(), Say: "I may see what you mean, and would like to be sure."}
	for _, s := range k.threats[:min(candidatesShown, len(k.threats))] {
		near.Candidates = append(near.Candidates, Candidate{s.cand.id, s.p})
	}
	return x.offer(near, c, r, k)
}

func (x *Index) match(c Card) Verdict {
	v := Verdict{AfterQuestion: len(c.Replies) > 0}
	r := x.read(c)
	if len(r.ss) == 0 {
		v.Status, v.Say = Empty, "There is nothing to read yet."
		return v
	}
	if r.listed {
		return x.stopped(v, Stuffed, "I read many words and no sentence. Who does what here, and what follows from it? One sentence is enough.")
	}
	parts := x.compare(r)
	k := x.judge(x.together(parts), r, c)
	for _, s := range k.threats[:min(candidatesShown, len(k.threats))] {
		v.Candidates = append(v.Candidates, Candidate{s.cand.id, s.p})
	}
	v.Explanation.Reads = x.readsLike(r)
	v.P = k.threat()
	if denies(r.text) {
		return x.stopped(v, ControlClaimed, "Do you mean that this can happen here, or that it cannot? Say what in the document lets it happen, or what prevents it.")
	}
	vague := !x.telling(r.ts)
	switch {
	case k.empty():
	case v.P >= creditFrom && !vague && r.about.manner >= creditManner && !factual(k.threats[0]) && x.spokenOf(r) && x.steady(k.threats[0].cand.id, r, c, parts):
		return x.credit(v, c, r, k, parts)
	case len(k.others) > 0 && k.others[0].p >= tellFrom && v.P < tellBelow && k.best().cand == k.others[0].cand:
		return x.told(v, c, r, k)
	}
	if len(c.Replies) > 0 && vague && v.P >= offerFrom { // its few words came near: let the learner choose
		vague = false
	}
	if x.elsewhere(k) && v.P < askFrom {
		return x.told(v, c, r, k)
	}
	if len(k.threats) > 0 && factual(k.threats[0]) {
		return x.stopped(v, NoHarm, "That is close to what the document says. What could somebody do with it, and what would follow?")
	}
	if gate, question := x.gate(r, vague); gate != "" && (vague || !k.empty() && k.best().p >= askFrom) {
		return x.stopped(v, gate, question)
	}
	if v.P < askFrom {
		return x.unknown(v)
	}
	return x.ask(v, c, r, k)
}

// told settles a verdict that the best of what earns no credit is meant.
func (x *Index) told(v Verdict, c Card, r reading, k ranking) Verdict {
	best := k.others[0]
	v.ID, v.Title, v.P = best.cand.id, x.title(best.cand.id), best.p
	v.Explanation = x.explain(best, k, r, c)
	return x.tell(v)
}

// elsewhere reports whether a text is likest to what is out of scope. The document
// says nothing of that but that it belongs elsewhere, so nothing is asked about it.
func (x *Index) elsewhere(k ranking) bool {
	return len(k.others) > 0 && k.best().cand == k.others[0].cand && k.others[0].p >= askFrom && x.Kind(k.others[0].cand.id) == OutOfScope
}

// factual reports whether a text is rather the document's than a threat.
func factual(s scored) bool {
	near := s.about.fact >= factFrom && s.about.fact-s.f.word >= factAhead
	return (near || s.about.quoted >= quotedFrom) && s.about.manner < factManner
}

// spokenOf reports whether most of what a text says is spoken of in the key or in
// the document at all. A parrot with a catapult that steals a card may be meant
// well; it is asked about first.
func (x *Index) spokenOf(r reading) bool {
	known := 0
	for stem := range r.stems {
		_, key := x.corpus.words[stem]
		_, doc := x.facts.words[stem]
		if key || doc {
			known++
		}
	}
	return 2*known > len(r.stems)
}

// credit settles a verdict that one of the threats was recognised.
func (x *Index) credit(v Verdict, c Card, r reading, k ranking, parts [][]features) Verdict {
	best := k.threats[0]
	others := x.seconds(parts, r, best.cand.id)
	if len(others) >= manyThreats {
		return x.stopped(v, Stuffed, "I read several threats in one card. Which of them do you mean here? Keep that one, and give the others cards of their own.")
	}
	v.ID, v.Title = best.cand.id, x.title(best.cand.id)
	v.Explanation = x.explain(best, k, r, c)
	v.Status, v.Say = Credited, "Yes. This is one of the threats in my key."
	if len(others) > 0 {
		v.Second = others[0]
		v.Say += " You touch two threats: give the second its own card."
	}
	return v
}

// ask settles a verdict that a threat may be meant: with a question for what is
// missing, and after a reply with statements to choose from. Nothing that is
// shown gives the key away.
func (x *Index) ask(v Verdict, c Card, r reading, k ranking) Verdict {
	e := x.explain(k.threats[0], k, r, c)
	v.Explanation = Explanation{Met: e.Met, Hit: e.Hit, Missing: e.Missing, Reads: e.Reads}
	v.Status, v.Question = Asked, x.askMissing(v.Explanation, k.threats[0].cand.id, r)
	v.Say = "I may see what you mean, and would like to be sure."
	if len(c.Replies) > 0 {
		return x.offer(v, c, r, k)
	}
	return v
}

// steady reports whether the credit for a threat rests on the words. A letter or
// a place helps to be sure, and to choose what to ask about. A letter never
// moves credit from one threat to another, and both together never make up for
// words that say next to nothing.
func (x *Index) steady(id string, r reading, c Card, parts [][]features) bool {
	row := x.together(parts)
	if x.judge(row, r, Card{Place: c.Place}).threats[0].cand.id != id {
		return false
	}
	bare := x.judge(row, r, Card{}).threats
	i := slices.IndexFunc(bare, func(s scored) bool { return s.cand.id == id })
	return i >= 0 && bare[i].p >= bareFrom
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
func (x *Index) together(parts [][]features) []features {
	best := slices.Clone(parts[0])
	for _, row := range parts[1:] {
		for i, f := range row {
			f.cover *= 0.9 // what stands in the other sentences was said too
			if f.strength(x.weights) > best[i].strength(x.weights) {
				best[i] = f
			}
		}
	}
	return best
}

// judge ranks what a card may mean, and says how probable each is.
func (x *Index) judge(row []features, r reading, c Card) ranking {
	k := x.rank(row, r, c)
	for i := range k.threats {
		k.threats[i].p = x.weights.sure(&k.threats[i])
	}
	for i := range k.others {
		s := &k.others[i]
		s.lead = math.Min(s.lead, s.ahead) // no other of either sort may be as strong
		s.p = few(x.weights.Told, s)
	}
	return k
}

// rank is judge without the probabilities.
func (x *Index) rank(row []features, r reading, c Card) (k ranking) {
	for i, f := range row {
		s := scored{cand: &x.corpus.candidates[i], f: f, about: r.about}
		s.f.place, s.f.letter = x.prior(s.cand.id, c)
		s.strength = s.f.strength(x.weights)
		if t := x.threats[s.cand.id]; t != nil {
			s.f.facets = x.speaksOf(s.cand.id, r.stems)
			k.threats = append(k.threats, s)
		} else {
			k.others = append(k.others, s)
		}
	}
	lead(k.threats)
	lead(k.others)
	ahead(k.threats, k.others)
	ahead(k.others, k.threats)
	return k
}

// ahead sets how far each is before the best of the other sort.
func ahead(all, others []scored) {
	for i := range all {
		all[i].ahead = mostLead
		if len(others) > 0 {
			all[i].ahead = within(all[i].strength-others[0].strength, mostLead)
		}
	}
}

// prior is how well place and letter fit a candidate: 1 for the key's own
// choice, a half for a defensible one.
func (x *Index) prior(id string, c Card) (place, letter float64) {
	if t := x.threats[id]; t != nil {
		return fit(t.Place, c.Place).worth(), fit(t.Stride, c.Letter).worth()
	}
	o := x.others[id]
	return fit(Accept{Accept: o.Place}, c.Place).worth(), fit(Accept{Accept: o.Stride}, c.Letter).worth()
}

func (f Fit) worth() float64 {
	switch f {
	case FitFirst:
		return 1
	case FitAlso:
		return 0.5
	}
	return 0
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
func (x *Index) seconds(parts [][]features, r reading, first string) []string {
	var out []string
	for _, row := range parts[1:] {
		k := x.judge(row, r, Card{})
		if k.threat() < secondFrom {
			continue
		}
		if id := k.threats[0].cand.id; id != first && !slices.Contains(out, id) {
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

package grading

import (
	"slices"
	"strings"
)

// An Entry is something that a short text can mean, with ways to put it.
type Entry struct {
	ID       string
	Text     string
	Examples []string
}

// Phrases matches short texts (an item of a list, a question) against entries.
// It is made once and safe for concurrent use.
type Phrases struct {
	corpus *corpus
	exact  map[string]Entry // by the words of a text or an example: "us" and "the will" are all function words
}

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

// NewPhrases indexes entries.
func NewPhrases(entries []Entry) *Phrases { return newPhrases(entries, texts{}) }

func newPhrases(entries []Entry, read texts) *Phrases {
	var raws []rawCandidate
	exact := map[string]Entry{}
	for _, e := range entries {
		texts := append([]string{e.Text}, e.Examples...)
		raws = append(raws, rawCandidate{e.ID, texts})
		for _, t := range texts {
			if k := read.of(t).words; exact[k].ID == "" {
				exact[k] = e
			}
		}
	}
	return &Phrases{newCorpus(raws, nil, read, true), exact}
}

// wordsOf is all the words of a text, as they stand.
func wordsOf(ss []sentence) string {
	var ws []string
	for _, s := range ss {
		ws = append(ws, join(s))
	}
	return strings.Join(ws, " ")
}

// Match says which entry a text means, if any.
func (p *Phrases) Match(text string) PhraseVerdict {
	ss := readText(text)
	words := wordsOf(ss)
	if e, ok := p.exact[words]; ok && words != "" {
		return PhraseVerdict{ID: e.ID, P: 1, Status: PhraseCredited, Yours: text, Key: e.Text}
	}
	ts, all := p.judge(ss)
	if len(all) == 0 {
		return PhraseVerdict{Status: PhraseNone}
	}
	best := all[0]
	met := best.cand.phrases[best.f.at]
	v := PhraseVerdict{ID: best.cand.id, P: best.p, Key: met.text, Yours: join(p.corpus.shared(ts, met))}
	switch {
	case best.f.cover < phraseLeastCover && best.f.word < phraseLeastWord:
		v.Status, v.ID = PhraseNone, ""
	case v.P >= phraseCreditFrom:
		v.Status = PhraseCredited
	default:
		v.Status = PhraseAsked
	}
	return v
}

// ContentWords are the words of a text that carry meaning, as they stand.
func ContentWords(text string) []string {
	var out []string
	for _, t := range content(readText(text)) {
		out = append(out, t.raw)
	}
	return out
}

// Harmful reports whether a text speaks of a deed that does harm or of somebody
// who does it.
func Harmful(text string) bool {
	return slices.ContainsFunc(content(readText(text)), func(t token) bool { return deeds[t.stem] || people[t.stem] })
}

// judge ranks the entries that are alike a text at all.
func (p *Phrases) judge(ss []sentence) ([]token, []scored) {
	p.corpus.mend(ss)
	ts := content(ss)
	q := p.corpus.newQuery()
	q.set(p.corpus, ts)
	var all []scored
	for i := range p.corpus.candidates {
		s := scored{cand: &p.corpus.candidates[i]}
		s.f = p.corpus.compare(q, s.cand)
		s.strength = s.f.strength(&Shipped)
		if s.f.word > 0 || s.f.char >= phraseLeastChar {
			all = append(all, s)
		}
	}
	lead(all)
	for i := range all {
		all[i].p = few(Shipped.Phrase, &all[i])
	}
	return ts, all
}

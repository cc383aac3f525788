package grading

import (
	"fmt"
	"slices"
	"strings"
)

// facetNames in the order in which a threat is told.
var facetNames = []string{"weakness", "attack", "harm"}

func (f Facets) byName(name string) []string {
	return map[string][]string{"weakness": f.Weakness, "attack": f.Attack, "harm": f.Harm}[name]
}

// explain says which words met, which parts of the threat the card speaks of,
// how its choices fit, and what else it could have been.
func (x *Index) explain(best scored, k ranking, r reading, c Card) Explanation {
	e := Explanation{Phrase: best.cand.phrases[best.f.at].text, Met: x.met(best, r), Reads: x.readsLike(r)}
	t := x.threats[best.cand.id]
	if t == nil {
		return e
	}
	for i, name := range facetNames {
		if speaksOfOne(r.stems, x.facets[t.ID][i]) {
			e.Hit = append(e.Hit, name)
		} else {
			e.Missing = append(e.Missing, name)
		}
	}
	e.Letter = Judgement{c.Letter, fit(t.Stride, c.Letter), t.Stride.Accept, t.Stride.Why}
	e.Place = Judgement{c.Place, fit(t.Place, c.Place), t.Place.Accept, t.Place.Why}
	rated := Accept{Accept: []string{t.Severity.Rating}, Also: t.Severity.Tolerate}
	e.Severity = Judgement{c.Severity, fit(rated, c.Severity), rated.Accept, t.Severity.Why}
	e.RunnerUp = x.runnerUp(best, k.threats, t)
	return e
}

// met pairs the learner's words with those of the phrase that they met best.
func (x *Index) met(best scored, r reading) []Met {
	p := best.cand.phrases[best.f.at]
	var words []token
	for _, s := range readText(p.text) {
		words = append(words, s...)
	}
	var out []Met
	for _, t := range x.corpus.shared(r.ts, p) {
		m := Met{Yours: t.raw, Key: t.stem, How: "same stem"}
		if i := slices.IndexFunc(words, func(w token) bool { return w.stem == t.stem }); i >= 0 {
			m.Key = words[i].raw
		}
		if slices.ContainsFunc(words, func(w token) bool { return w.raw == t.raw }) {
			m.Key, m.How = t.raw, "same word"
		}
		if to, ok := r.mended[t.raw]; ok {
			m.Key, m.How = to, "typing error mended"
		}
		out = append(out, m)
	}
	return out
}

// runnerUp says why the next threat was not taken, when it came near.
func (x *Index) runnerUp(best scored, threats []scored, t *Threat) string {
	for _, o := range threats {
		if o.cand == best.cand {
			continue
		}
		if o.strength < 0.6*best.strength {
			return ""
		}
		if q := t.Confusable[o.cand.id]; q != "" {
			return fmt.Sprintf("“%s” is close. What separates them: %s", x.title(o.cand.id), q)
		}
		return fmt.Sprintf("“%s” has fewer of your words.", x.title(o.cand.id))
	}
	return ""
}

// A facetPhrase is the stems of one phrase of a facet that tell something.
type facetPhrase []string

// facetPhrases are the phrases of each facet, in the order of facetNames.
func facetPhrases(f Facets, read texts) [][]facetPhrase {
	var out [][]facetPhrase
	for _, name := range facetNames {
		var ps []facetPhrase
		for _, text := range f.byName(name) {
			var p facetPhrase
			for _, t := range read.of(text).content {
				if !generic[t.raw] {
					p = append(p, t.stem)
				}
			}
			if len(p) > 0 {
				ps = append(ps, p)
			}
		}
		out = append(out, ps)
	}
	return out
}

func stemsOf(ts []token) map[string]bool {
	have := make(map[string]bool, len(ts))
	for _, t := range ts {
		have[t.stem] = true
	}
	return have
}

// speaksOfOne reports whether at least half of the words of one of the phrases are there.
func speaksOfOne(have map[string]bool, ps []facetPhrase) bool {
	return slices.ContainsFunc(ps, func(p facetPhrase) bool {
		met := 0
		for _, stem := range p {
			if have[stem] {
				met++
			}
		}
		return 2*met >= len(p)
	})
}

// speaksOf is the share of a threat's facets that a text with the stems speaks of.
func (x *Index) speaksOf(id string, have map[string]bool) float64 {
	n := 0
	for _, ps := range x.facets[id] {
		if speaksOfOne(have, ps) {
			n++
		}
	}
	return float64(n) / float64(len(facetNames))
}

// readsLike says which kind of statement a text looks like, when that is no threat.
func (x *Index) readsLike(r reading) string {
	k := mannerThreat
	for i, p := range r.kinds {
		if p > r.kinds[k] {
			k = manner(i)
		}
	}
	if k == mannerThreat {
		return ""
	}
	say := map[manner]string{mannerFix: "a remedy", mannerDenial: "a claim that it cannot happen", mannerFact: "a fact", mannerVague: "something that fits any system"}[k]
	if words := x.manners.telling(r.cues, k); len(words) > 0 {
		say += ", because of “" + strings.Join(words, "”, “") + "”"
	}
	return say
}

// leastQuotedBack and mostQuotedBack bound how many words are given back to the learner:
// a single one says nothing about what was understood.
const (
	leastQuotedBack = 2
	mostQuotedBack  = 4
)

// askMissing asks for the part of the threat that the card leaves out, in the
// learner's own words. It never names what the key says, and gives those words
// back that say a part of the threat with the id.
func (x *Index) askMissing(e Explanation, id string, r reading) string {
	about := "I read your card twice."
	if yours := x.tellingWords(id, r); len(yours) >= leastQuotedBack {
		about = "You speak of " + inWords(yours[:min(mostQuotedBack, len(yours))]) + "."
	}
	says := func(sets ...map[string]bool) bool {
		return slices.ContainsFunc(r.ts, func(t token) bool {
			return slices.ContainsFunc(sets, func(set map[string]bool) bool { return set[t.stem] })
		})
	}
	missing := func(name string) bool { return slices.Contains(e.Missing, name) }
	// What is said in other words than the key's is not asked for.
	told := map[string]bool{"attack": says(people) && says(deeds), "harm": says(hurts, gains)}
	if told["attack"] || told["harm"] {
		e.Missing = slices.DeleteFunc(slices.Clone(e.Missing), func(name string) bool { return told[name] })
	}
	switch {
	case missing("attack") && missing("weakness"):
		return about + " Who does what with that, and what in the design lets them?"
	case missing("weakness"):
		return about + " What in the design lets them do that?"
	case missing("attack"):
		return about + " Who would do what with that, step by step?"
	case missing("harm"):
		return about + " And then: who is hurt, and how?"
	}
	return about + " Can you say it once more, with who does it and what in the document lets them?"
}

// tellingWords are the learner's words, quoted, that stand in the phrases of a
// threat's facets which the text speaks of.
func (x *Index) tellingWords(id string, r reading) []string {
	in := map[string]bool{}
	for _, ps := range x.facets[id] {
		for _, p := range ps {
			if speaksOfOne(r.stems, []facetPhrase{p}) {
				for _, stem := range p {
					in[stem] = true
				}
			}
		}
	}
	var out []string
	for _, t := range r.ts {
		if q := "“" + t.raw + "”"; in[t.stem] && !generic[t.raw] && !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	return out
}

func inWords(ws []string) string {
	if len(ws) == 1 {
		return ws[0]
	}
	return strings.Join(ws[:len(ws)-1], ", ") + " and " + ws[len(ws)-1]
}

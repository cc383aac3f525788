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
// and what else it could have been.
func (x *Index) explain(best scored, all []scored, ts []token, mended map[string]string) Explanation {
	var e Explanation
	p := best.cand.phrases[best.f.at]
	spelt := map[string]bool{}
	for _, s := range read(p.text) {
		for _, t := range s {
			spelt[t.raw] = true
		}
	}
	for _, t := range x.corpus.shared(ts, p) {
		how := "same stem"
		if _, ok := mended[t.raw]; ok {
			how = "typing error mended"
		} else if spelt[t.raw] {
			how = "same word"
		}
		e.Met = append(e.Met, Met{Yours: t.raw, Key: keyWord(p.text, t), How: how})
	}
	if t, ok := x.Threat(best.cand.id); ok {
		for _, name := range facetNames {
			if x.speaksOf(ts, t.Facets.byName(name)) {
				e.Hit = append(e.Hit, name)
			} else {
				e.Missing = append(e.Missing, name)
			}
		}
	}
	for _, o := range all {
		if o.cand.id == best.cand.id || x.kinds[o.cand.id] != Credited {
			continue
		}
		if o.rank > 0.6*best.rank {
			e.RunnerUp = fmt.Sprintf("“%s” has fewer of your words.", x.title(o.cand.id))
			if t, ok := x.Threat(best.cand.id); ok && t.Confusable[o.cand.id] != "" {
				e.RunnerUp = fmt.Sprintf("“%s” is close. What separates them: %s", x.title(o.cand.id), t.Confusable[o.cand.id])
			}
		}
		break
	}
	return e
}

// keyWord is the word of a phrase that has the token's stem.
func keyWord(text string, t token) string {
	for _, s := range read(text) {
		for _, k := range s {
			if k.stem == t.stem {
				return k.raw
			}
		}
	}
	return t.stem
}

// speaksOf reports whether a text shares a telling word with one of the phrases.
func (x *Index) speaksOf(ts []token, phrases []string) bool {
	have := map[string]bool{}
	for _, t := range ts {
		have[t.stem] = true
	}
	for _, p := range phrases {
		met, of := 0, 0
		for _, t := range content(read(p)) {
			if generic[t.raw] {
				continue
			}
			of++
			if have[t.stem] {
				met++
			}
		}
		if of > 0 && 2*met >= of {
			return true
		}
	}
	return false
}

// askMissing asks for the part of the threat that the card leaves out, in the
// learner's own words. It never names what the key says.
func (x *Index) askMissing(v Verdict, ts []token) string {
	var yours []string
	for _, m := range v.Explanation.Met {
		if !generic[m.Yours] {
			yours = append(yours, m.Yours)
		}
	}
	about := "I read your card twice."
	if n := len(yours); n > 0 {
		about = fmt.Sprintf("You speak of %s.", quoteList(yours[:min(3, n)]))
	}
	missing := func(name string) bool { return slices.Contains(v.Explanation.Missing, name) }
	switch {
	case missing("attack") && missing("weakness"):
		return about + " Who gets at it, and what in the design lets them?"
	case missing("weakness"):
		return about + " What in the design lets them do that?"
	case missing("attack"):
		return about + " Who would do what with that, step by step?"
	case missing("harm"):
		return about + " And then: who is hurt, and how?"
	}
	return about + " Can you say it once more, with who does it and what in the document lets them?"
}

func quoteList(ws []string) string {
	for i, w := range ws {
		ws[i] = "“" + w + "”"
	}
	if len(ws) == 1 {
		return ws[0]
	}
	return strings.Join(ws[:len(ws)-1], ", ") + " and " + ws[len(ws)-1]
}

package grading

import (
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The manner of a text is what kind of statement it is, whatever it is about: a
// threat says what goes wrong, a remedy what to do, a denial why nothing can
// happen, and a fact only how things are. It shows in small words, their order
// and the verbs that go with them, so it can be learned on other systems than
// the one at hand; what the words of the key say is the business of a corpus.
type manner int

const (
	mannerThreat manner = iota
	mannerFix
	mannerDenial
	mannerFact
	mannerVague
	manners
)

// mannerNames are the labels of training data, in the order of the manners.
var mannerNames = [manners]string{"threat", "fix", "negated", "fact", "vague"}

// A mannerModel weighs cues for each manner: a logistic regression. It is the
// same for every key. Calibrate writes it.
type mannerModel map[string][manners]float64

//go:embed manner.tsv
var mannerFile string

// shippedManners is the model in manner.tsv: a cue and five weights a line.
var shippedManners = sync.OnceValue(func() mannerModel {
	m, err := parseManners(mannerFile)
	if err != nil {
		panic("grading: manner.tsv: " + err.Error()) // a test reads it too
	}
	return m
})

func parseManners(s string) (mannerModel, error) {
	m := mannerModel{}
	for line := range strings.Lines(s) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		var w [manners]float64
		for i := range min(len(f)-1, len(w)) {
			x, err := strconv.ParseFloat(f[i+1], 64)
			if err != nil {
				return nil, err
			}
			w[i] = x
		}
		m[f[0]] = w
	}
	return m, nil
}

// probabilities says how likely each manner is for a text with the cues.
func (m mannerModel) probabilities(cues []string) [manners]float64 {
	var z [manners]float64
	for _, c := range cues {
		w := m[c]
		for k := range z {
			z[k] += w[k]
		}
	}
	return softmax5(z)
}

func softmax5(z [manners]float64) [manners]float64 {
	most, sum := slices.Max(z[:]), 0.0
	for k := range z {
		z[k] = math.Exp(z[k] - most)
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
	return z
}

// cues are the signs of a text's manner: its words, pairs of neighbours, how
// each sentence begins, and its shape. A word that only this system uses has no
// weight, so nothing is lost by naming it.
func cues(ss []sentence, question bool) []string {
	seen := map[string]bool{"(bias)": true}
	words := 0
	for _, s := range ss {
		before := "^"
		for i, t := range s {
			words++
			w := shape(t)
			seen[t.raw] = true
			for _, c := range classes {
				if c.words[t.raw] || c.stems[t.stem] {
					seen[c.name] = true
				}
			}
			seen[before+" "+w] = true
			if i == 0 {
				seen["^"+t.raw] = true
			}
			before = w
		}
		seen[before+" $"] = true
	}
	if question {
		seen["?"] = true
	}
	switch {
	case words <= 6:
		seen["(short)"] = true
	case words <= 12:
		seen["(middling)"] = true
	case words > 25:
		seen["(long)"] = true
	}
	out := make([]string, 0, len(seen))
	for c := range seen {
		out = append(out, c)
	}
	slices.Sort(out) // the sum of floats depends on the order
	return out
}

// classes are cues that many words give.
var classes = []struct {
	name         string
	words, stems map[string]bool
}{
	{name: "(deed)", stems: deeds},
	{name: "(hurt)", stems: hurts},
	{name: "(people)", stems: people},
	{name: "(anyone)", words: anyone},
	{name: "(control)", stems: controls},
	{name: "(possible)", words: possible},
	{name: "(remedy)", words: remedies},
	{name: "(not)", words: negations},
}

// shape is a small word itself, and of others how they end.
func shape(t token) string {
	if t.stop || negations[t.raw] || remedies[t.raw] {
		return t.raw
	}
	for _, end := range []string{"ed", "ing", "s", "ly"} {
		if len(t.raw) > len(end)+2 && strings.HasSuffix(t.raw, end) {
			return "-" + end
		}
	}
	return "_"
}

// telling are the cues that speak most for one manner against a threat, as the
// learner wrote them.
func (m mannerModel) telling(cues []string, k manner) []string {
	type cue struct {
		word string
		much float64
	}
	var all []cue
	for _, c := range cues {
		if w := m[c]; !strings.ContainsAny(c, "^$_-( ?") && w[k]-w[mannerThreat] > 0.1 {
			all = append(all, cue{c, w[k] - w[mannerThreat]})
		}
	}
	slices.SortStableFunc(all, func(a, b cue) int {
		switch {
		case a.much > b.much:
			return -1
		case a.much < b.much:
			return 1
		}
		return strings.Compare(a.word, b.word)
	})
	var out []string
	for _, c := range all[:min(3, len(all))] {
		out = append(out, c.word)
	}
	return out
}

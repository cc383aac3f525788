package grading

import (
	"math"
	"sort"
	"strings"
)

// A vector is a sparse vector of unit length.
type vector map[int]float64

func (v vector) dot(w vector) float64 {
	if len(w) < len(v) {
		v, w = w, v
	}
	sum := 0.0
	for i, x := range v {
		sum += x * w[i]
	}
	return sum
}

// A phrase is one text of a candidate, such as an example.
type phrase struct {
	text  string
	words vector
	chars vector
}

// A candidate is something that a text can mean.
type candidate struct {
	id      string
	phrases []phrase
	against []phrase     // counter-examples
	centre  phrase       // the mean of all phrases
	has     map[int]bool // every stem that its phrases use
}

// A corpus is all candidates of a key and the words they are written in. It is
// built once and then only read.
type corpus struct {
	words      map[string]int // stem → number
	idf        []float64      // by number
	grams      map[string]int
	gramIDF    []float64
	spelt      map[string]string // word of the key → its stem, for mending typos
	candidates []candidate
	maxIDF     float64
}

// raw is a candidate before it is indexed.
type rawCandidate struct {
	id      string
	texts   []string
	against []string
}

func newCorpus(raws []rawCandidate) *corpus {
	c := &corpus{words: map[string]int{}, grams: map[string]int{}, spelt: map[string]string{}}
	var df, gramDF []int
	docs := 0
	count := func(text string) {
		docs++
		seen := map[int]bool{}
		for _, t := range content(read(text)) {
			n, ok := c.words[t.stem]
			if !ok {
				n = len(c.words)
				c.words[t.stem] = n
				df = append(df, 0)
			}
			c.spelt[t.raw] = t.stem
			if !seen[n] {
				seen[n] = true
				df[n]++
			}
		}
		seenGram := map[int]bool{}
		for _, g := range grams(text) {
			n, ok := c.grams[g]
			if !ok {
				n = len(c.grams)
				c.grams[g] = n
				gramDF = append(gramDF, 0)
			}
			if !seenGram[n] {
				seenGram[n] = true
				gramDF[n]++
			}
		}
	}
	for _, r := range raws {
		for _, t := range r.texts {
			count(t)
		}
	}
	c.idf, c.gramIDF = idfs(df, docs), idfs(gramDF, docs)
	c.maxIDF = math.Log(1 + float64(docs))
	for _, r := range raws {
		cand := candidate{id: r.id, has: map[int]bool{}}
		for _, t := range r.texts {
			p := c.phrase(t)
			if len(p.words) == 0 {
				continue
			}
			cand.phrases = append(cand.phrases, p)
			for n := range p.words {
				cand.has[n] = true
			}
		}
		cand.centre = centre(cand.phrases)
		for _, t := range r.against {
			cand.against = append(cand.against, c.phrase(t))
		}
		c.candidates = append(c.candidates, cand)
	}
	return c
}

// centre is the mean of phrases: what they have in common weighs most.
func centre(ps []phrase) phrase {
	m := phrase{words: vector{}, chars: vector{}}
	for _, p := range ps {
		for n, x := range p.words {
			m.words[n] += x
		}
		for n, x := range p.chars {
			m.chars[n] += x
		}
	}
	for _, v := range []vector{m.words, m.chars} {
		sum := 0.0
		for _, x := range v {
			sum += x * x
		}
		v.unit(sum)
	}
	return m
}

func idfs(df []int, docs int) []float64 {
	out := make([]float64, len(df))
	for i, d := range df {
		out[i] = math.Log(1 + float64(docs)/float64(max(1, d)))
	}
	return out
}

func (c *corpus) phrase(text string) phrase {
	ss := read(text)
	return phrase{text: text, words: c.wordVector(content(ss)), chars: c.charVector(text)}
}

// wordVector weighs stems by rarity. A stem that the key does not know keeps
// its length in the vector's norm: a text about something else is far from everything.
func (c *corpus) wordVector(ts []token) vector {
	v, unknown := vector{}, map[string]bool{}
	for _, t := range ts {
		if n, ok := c.words[t.stem]; ok {
			v[n] += weight(t) * c.idf[n]
		} else {
			unknown[t.stem] = true
		}
	}
	sum := 0.0
	for n, x := range v {
		x = math.Sqrt(x) * math.Sqrt(c.idf[n]) // repeating a word says little more
		v[n] = x
		sum += x * x
	}
	// Words that the key does not know are usually small talk: they count half.
	sum += float64(len(unknown)) * (c.maxIDF * 0.5) * (c.maxIDF * 0.5) * 0.5
	return v.unit(sum)
}

// weight makes generic words such as "attacker" count less.
func weight(t token) float64 {
	if generic[t.raw] {
		return 0.25
	}
	return 1
}

func (v vector) unit(sum float64) vector {
	if sum == 0 {
		return v
	}
	norm := math.Sqrt(sum)
	for n := range v {
		v[n] /= norm
	}
	return v
}

func (c *corpus) charVector(text string) vector {
	v := vector{}
	for _, g := range grams(text) {
		if n, ok := c.grams[g]; ok {
			v[n]++
		}
	}
	sum := 0.0
	for n, x := range v {
		x = math.Sqrt(x) * c.gramIDF[n]
		v[n] = x
		sum += x * x
	}
	return v.unit(sum)
}

// grams are the sequences of three and four letters of the words that carry meaning.
func grams(text string) []string {
	var out []string
	for _, t := range content(read(text)) {
		w := []rune("_" + t.stem + "_")
		for n := 3; n <= 4; n++ {
			for i := 0; i+n <= len(w); i++ {
				out = append(out, string(w[i:i+n]))
			}
		}
	}
	return out
}

// mend corrects typing errors towards words of the key: only in words that
// neither the key nor the list of function words knows, one edit from five
// letters and two from eight, and never into a negation.
func (c *corpus) mend(ss []sentence) (mended map[string]string) {
	for _, s := range ss {
		for i, t := range s {
			if _, known := c.words[t.stem]; known || t.stop || generic[t.raw] || common[t.raw] || len([]rune(t.raw)) < 5 {
				continue
			}
			k := 1
			if len([]rune(t.raw)) >= 8 {
				k = 2
			}
			if w, ok := c.closest(t.raw, k); ok {
				if mended == nil {
					mended = map[string]string{}
				}
				mended[t.raw] = w
				s[i] = token{raw: t.raw, stem: c.spelt[w]}
			}
		}
	}
	return mended
}

func (c *corpus) closest(w string, k int) (string, bool) {
	first := []rune(w)[0]
	for edits := 1; edits <= k; edits++ {
		var found []string
		for have := range c.spelt {
			// Nearly nobody mistypes the first letter, and looking at one letter only is quick.
			if len(have) >= 4 && []rune(have)[0] == first && near(w, have, edits) {
				found = append(found, have)
			}
		}
		if len(found) > 0 {
			sort.Strings(found)
			return found[0], true
		}
	}
	return "", false
}

// common words are right as they are, however close they are to a word of a key.
var common = set(`about after again against almost along already another anyway around asked because become before being below between beyond build building called caller calls cannot certain change check clear close could course create daily decide delete different during early easily either email enough entire event every exactly example expect false field final first found front given going great green group guess happen heard hence hours house human image inside instead itself judge known large later learn least leave level light limit little local longer lower makes maybe means might money month morning needs never night nobody north notice number often older order other outside owner paper party people phone place plain plane point power press price quick quite rather reach ready really reason right river round scale scare sends sense serve seven several shall share sharp sheet shift short should shows since sleep small smart sorry sound south space speak spend staff stage stand start state still stone store story stuff style sugar table taken takes teach thank their there these thing think those three throw times today together tomorrow total touch tower track trade train trial trust truth twice under until upper using usual value video visit voice waste watch water weather week where which while white whole whose women world worry worse worst would write wrong young yours cares carts cars cord lead leads wards tokes taken broken spoken fraud brand`)

// features is how a text looks beside one candidate. Each lies between 0 and 1.
type features struct {
	word    float64 // likeness of words with the best phrase
	second  float64 // the same with the second best: one phrase can be a coincidence
	char    float64 // likeness of letters with the phrase most alike
	centre  float64 // likeness of words with the mean of all phrases
	letters float64 // likeness of letters with that mean
	cover   float64 // the part of what is said that the candidate speaks of, by weight
	against float64 // likeness with the best counter-example
	at      int     // the best phrase
}

// rank orders candidates: the sum of what speaks for one, whatever comes of it.
func (f features) rank() float64 {
	return f.word + 0.5*f.second + f.char + f.centre + f.letters + 0.5*f.cover
}

// compare looks at a text beside a candidate.
func (c *corpus) compare(words, chars vector, ts []token, cand *candidate) features {
	var f features
	for i, p := range cand.phrases {
		switch d := words.dot(p.words); {
		case d > f.word:
			f.second, f.word, f.at = f.word, d, i
		case d > f.second:
			f.second = d
		}
		f.char = math.Max(f.char, chars.dot(p.chars))
	}
	f.centre, f.letters = words.dot(cand.centre.words), chars.dot(cand.centre.chars)
	for _, p := range cand.against {
		f.against = math.Max(f.against, words.dot(p.words))
	}
	said, met := 0.0, 0.0
	seen := map[string]bool{}
	for _, t := range ts {
		if seen[t.stem] {
			continue
		}
		seen[t.stem] = true
		n, ok := c.words[t.stem]
		w := c.maxIDF * 0.5
		if ok {
			w = c.idf[n]
		}
		w *= weight(t)
		said += w
		if ok && cand.has[n] {
			met += w
		}
	}
	if said > 0 {
		f.cover = met / said
	}
	return f
}

// words returns the content words of a text that a phrase shares, as the
// learner wrote them, in order.
func (c *corpus) shared(ts []token, p phrase) []token {
	var out []token
	seen := map[string]bool{}
	for _, t := range ts {
		if n, ok := c.words[t.stem]; ok && p.words[n] > 0 && !seen[t.stem] {
			seen[t.stem] = true
			out = append(out, t)
		}
	}
	return out
}

func join(ts []token) string {
	var ws []string
	for _, t := range ts {
		ws = append(ws, t.raw)
	}
	return strings.Join(ws, " ")
}

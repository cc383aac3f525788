package grading

import (
	"math"
	"slices"
	"sort"
	"strings"
)

// An entry is one number of a sparse vector.
type entry struct {
	at int
	x  float64
}

// A vector is sparse, sorted by place, and of unit length.
type vector []entry

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
	centre  phrase // the mean of all phrases
	bm25    vector // what each of its stems adds to the BM25 score; not of unit length
}

// A corpus is all candidates of a key and the words they are written in. It is
// built once and then only read.
type corpus struct {
	words      map[string]int // stem → number
	idf        []float64      // by number
	grams      map[string]int
	gramIDF    []float64
	spelt      map[rune][]spelling // for mending typing errors, by first letter
	faint      map[string]bool     // stems that count less, such as the names of places
	candidates []candidate
	maxIDF     float64
}

// A spelling is a word of the key as it is written there.
type spelling struct{ word, stem string }

// rawCandidate is a candidate before it is indexed.
type rawCandidate struct {
	id    string
	texts []string
}

// texts are texts that were read before: reading is the slow part of indexing.
type texts map[string][]token

func (m texts) of(text string) []token {
	ts, ok := m[text]
	if !ok {
		ts = content(readText(text))
		m[text] = ts
	}
	return ts
}

// newCorpus indexes candidates. Stems in faint tell candidates apart less than
// their rarity says.
func newCorpus(raws []rawCandidate, faint map[string]bool, read texts) *corpus {
	c := &corpus{words: map[string]int{}, grams: map[string]int{}, spelt: map[rune][]spelling{}, faint: faint}
	var df, gramDF []int
	docs := 0
	for _, r := range raws {
		for _, t := range r.texts {
			docs++
			df = c.count(read.of(t), df)
			gramDF = countGrams(c.grams, read.of(t), gramDF)
		}
	}
	c.idf, c.gramIDF = idfs(df, docs), idfs(gramDF, docs)
	c.maxIDF = math.Log(1 + float64(docs))
	for _, list := range c.spelt {
		slices.SortFunc(list, func(a, b spelling) int { return strings.Compare(a.word, b.word) })
	}
	for _, r := range raws {
		c.candidates = append(c.candidates, c.candidate(r, read))
	}
	c.weighBM25(raws, read)
	return c
}

// count notes the stems and spellings of one text.
func (c *corpus) count(ts []token, df []int) []int {
	seen := map[int]bool{}
	for _, t := range ts {
		n, ok := c.words[t.stem]
		if !ok {
			n = len(c.words)
			c.words[t.stem] = n
			df = append(df, 0)
		}
		first := []rune(t.raw)[0]
		if s := (spelling{t.raw, t.stem}); len(t.raw) >= 4 && shorthand[t.raw] == "" && !slices.Contains(c.spelt[first], s) {
			c.spelt[first] = append(c.spelt[first], s)
		}
		if !seen[n] {
			seen[n] = true
			df[n]++
		}
	}
	return df
}

func countGrams(numbers map[string]int, ts []token, df []int) []int {
	seen := map[int]bool{}
	for _, t := range ts {
		for _, g := range gramsOf(t.stem) {
			n, ok := numbers[g]
			if !ok {
				n = len(numbers)
				numbers[g] = n
				df = append(df, 0)
			}
			if !seen[n] {
				seen[n] = true
				df[n]++
			}
		}
	}
	return df
}

func (c *corpus) candidate(r rawCandidate, read texts) candidate {
	cand := candidate{id: r.id}
	for _, t := range r.texts {
		if p := c.phrase(t, read.of(t)); len(p.words) > 0 {
			cand.phrases = append(cand.phrases, p)
		}
	}
	cand.centre = centre(cand.phrases)
	return cand
}

// weighBM25 weighs each stem of each candidate, taking all of its texts as one
// document, with the usual constants.
func (c *corpus) weighBM25(raws []rawCandidate, read texts) {
	const k1, b = 1.2, 0.75
	counts, lengths, total := make([]map[int]int, len(raws)), make([]int, len(raws)), 0
	for i, r := range raws {
		counts[i] = map[int]int{}
		for _, t := range r.texts {
			for _, tok := range read.of(t) {
				counts[i][c.words[tok.stem]]++
				lengths[i]++
				total++
			}
		}
	}
	mean := float64(total) / float64(max(1, len(raws)))
	for i := range raws {
		for n, tf := range counts[i] {
			f := float64(tf)
			c.candidates[i].bm25 = append(c.candidates[i].bm25, entry{n, c.idf[n] * f * (k1 + 1) / (f + k1*(1-b+b*float64(lengths[i])/mean))})
		}
		c.candidates[i].bm25.sort()
	}
}

// centre is the mean of phrases: what they have in common weighs most.
func centre(ps []phrase) phrase {
	words, chars := map[int]float64{}, map[int]float64{}
	for _, p := range ps {
		for _, e := range p.words {
			words[e.at] += e.x
		}
		for _, e := range p.chars {
			chars[e.at] += e.x
		}
	}
	return phrase{words: unit(words, 0), chars: unit(chars, 0)}
}

// unit makes a vector of unit length; rest is the squared length of what it
// cannot show.
func unit(m map[int]float64, rest float64) vector {
	v := make(vector, 0, len(m))
	for n, x := range m {
		v = append(v, entry{n, x})
	}
	v.sort() // before adding: the sum of floats depends on the order
	sum := rest
	for _, e := range v {
		sum += e.x * e.x
	}
	if norm := math.Sqrt(sum); norm > 0 {
		for i := range v {
			v[i].x /= norm
		}
	}
	return v
}

func (v vector) sort() { sort.Slice(v, func(i, k int) bool { return v[i].at < v[k].at }) }

func idfs(df []int, docs int) []float64 {
	out := make([]float64, len(df))
	for i, d := range df {
		out[i] = math.Log(1 + float64(docs)/float64(max(1, d)))
	}
	return out
}

func (c *corpus) phrase(text string, ts []token) phrase {
	return phrase{text: text, words: c.wordVector(ts), chars: c.charVector(ts)}
}

// unknownShare is how much a word that the key does not know counts beside its
// rarest word. Most are small talk; some mean that the text is about something else.
const unknownShare = 0.5

// wordVector weighs stems by rarity. A stem that the key does not know keeps
// its length in the vector's norm: a text about something else is far from everything.
func (c *corpus) wordVector(ts []token) vector {
	v, unknown := map[int]float64{}, map[string]bool{}
	for _, t := range ts {
		if n, ok := c.words[t.stem]; ok {
			v[n] += c.weight(t) * c.idf[n]
		} else {
			unknown[t.stem] = true
		}
	}
	for n, x := range v {
		v[n] = math.Sqrt(x) * math.Sqrt(c.idf[n]) // repeating a word says little more
	}
	strange := c.maxIDF * unknownShare
	return unit(v, float64(len(unknown))*strange*strange*0.5)
}

// weight makes generic words such as "attacker", and the names of places, count less.
func (c *corpus) weight(t token) float64 {
	switch {
	case generic[t.raw]:
		return 0.25
	case c.faint[t.stem]:
		return 0.7
	}
	return 1
}

func (c *corpus) charVector(ts []token) vector {
	times := map[string]float64{}
	for _, t := range ts {
		times[t.stem]++
	}
	v, unknown := map[int]float64{}, map[string]bool{}
	for stem, k := range times {
		for _, g := range gramsOf(stem) {
			if n, ok := c.grams[g]; ok {
				v[n] += k
			} else {
				unknown[g] = true
			}
		}
	}
	for n, x := range v {
		v[n] = math.Sqrt(x) * c.gramIDF[n]
	}
	strange := c.maxIDF * unknownShare
	return unit(v, float64(len(unknown))*strange*strange)
}

// gramsOf are the sequences of three and four letters of a stem.
func gramsOf(stem string) []string {
	var at []int // where each letter begins
	w := "_" + stem + "_"
	for i := range w {
		at = append(at, i)
	}
	at = append(at, len(w))
	var out []string
	for n := 3; n <= 4; n++ {
		for i := 0; i+n < len(at); i++ {
			out = append(out, w[at[i]:at[i+n]])
		}
	}
	return out
}

// A query is a text made ready to be compared: its vectors spelt out in full,
// which makes comparing with hundreds of phrases quick.
type query struct {
	words, chars []float64
	sparse       [2]vector // to wipe words and chars
	said         []word    // the different words that the key knows
	total        float64   // the weight of all different words
}

// A word of a query is a stem that the corpus knows.
type word struct {
	at          int
	weight, idf float64
}

func (c *corpus) newQuery() *query {
	return &query{words: make([]float64, len(c.idf)), chars: make([]float64, len(c.gramIDF))}
}

// set makes q the query of the tokens.
func (q *query) set(c *corpus, ts []token) {
	for i, dense := range [][]float64{q.words, q.chars} {
		for _, e := range q.sparse[i] {
			dense[e.at] = 0
		}
	}
	q.sparse = [2]vector{c.wordVector(ts), c.charVector(ts)}
	q.say(c, ts)
	for i, dense := range [][]float64{q.words, q.chars} {
		for _, e := range q.sparse[i] {
			dense[e.at] = e.x
		}
	}
}

// say notes the different words of a text.
func (q *query) say(c *corpus, ts []token) {
	q.said, q.total = q.said[:0], 0
	seen := make(map[string]bool, len(ts))
	for _, t := range ts {
		if seen[t.stem] {
			continue
		}
		seen[t.stem] = true
		n, ok := c.words[t.stem]
		if !ok {
			q.total += c.weight(t) * c.maxIDF * unknownShare
			continue
		}
		w := word{n, c.weight(t), c.idf[n]}
		q.said = append(q.said, w)
		q.total += w.weight * w.idf
	}
}

func (v vector) dot(dense []float64) float64 {
	sum := 0.0
	for _, e := range v {
		sum += e.x * dense[e.at]
	}
	return sum
}

// features is how a text looks beside one candidate. Each lies between 0 and 1.
type features struct {
	word    float64 // likeness of words with the best phrase
	second  float64 // the same with the second best: one phrase can be a coincidence
	char    float64 // likeness of letters with the phrase most alike
	centre  float64 // likeness of words with the mean of all phrases
	letters float64 // likeness of letters with that mean
	cover   float64 // the part of what is said that the candidate speaks of, by weight
	bm25    float64 // how much was said that the candidate speaks of, levelling off
	place   float64 // 1 when the card stands at the key's place, a half at a defensible one
	letter  float64 // the same for the letter
	met     float64 // how many telling words it shares with the candidate, levelling off
	facets  float64 // the share of weakness, attack and harm that is spoken of
	at      int     // the best phrase
}

// bm25Half is the BM25 score that counts as half: about two telling words.
const bm25Half = 12

// metHalf is how many shared words count as half.
const metHalf = 2

// compare looks at a text beside a candidate.
func (c *corpus) compare(q *query, cand *candidate) features {
	var f features
	for i, p := range cand.phrases {
		switch d := p.words.dot(q.words); {
		case d > f.word:
			f.second, f.word, f.at = f.word, d, i
		case d > f.second:
			f.second = d
		}
		f.char = math.Max(f.char, p.chars.dot(q.chars))
	}
	f.centre, f.letters = cand.centre.words.dot(q.words), cand.centre.chars.dot(q.chars)
	f.cover, f.bm25, f.met = q.overlap(cand)
	return f
}

// overlap weighs the words of a text that a candidate uses, once each.
func (q *query) overlap(cand *candidate) (cover, bm25, words float64) {
	met, score, n := 0.0, 0.0, 0.0
	for _, s := range q.said {
		i, ok := sort.Find(len(cand.bm25), func(i int) int { return s.at - cand.bm25[i].at })
		if ok {
			if s.weight > 0.5 { // not a generic one
				n++
			}
			met += s.weight * s.idf
			score += s.weight * cand.bm25[i].x
		}
	}
	if q.total == 0 {
		return 0, 0, 0
	}
	return met / q.total, score / (score + bm25Half), n / (n + metHalf)
}

// shared returns the content words of a text that a phrase shares, as the
// learner wrote them, in order.
func (c *corpus) shared(ts []token, p phrase) []token {
	has := map[int]bool{}
	for _, e := range p.words {
		has[e.at] = true
	}
	var out []token
	seen := map[string]bool{}
	for _, t := range ts {
		if n, ok := c.words[t.stem]; ok && has[n] && !seen[t.stem] {
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

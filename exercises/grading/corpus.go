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
	row   int // its number in the corpus
}

// A candidate is something that a text can mean.
type candidate struct {
	id      string
	phrases []phrase
	centre  int    // the row of the mean of all phrases
	bm25    vector // what each of its stems adds to the BM25 score; not of unit length
}

// A corpus is all candidates of a key and the words they are written in. It is
// built once and then only read.
type corpus struct {
	words      map[string]int // stem → number
	idf        []float64      // by number
	wordIn     []vector       // by number: the rows in which it stands
	grams      map[string]int
	gramIDF    []float64
	gramIn     []vector
	gramsIn    map[string][]int // stem → the numbers of its sequences of letters; nil where only words are compared
	rows       int
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
type texts map[string]readBefore

type readBefore struct {
	words   string // all of them, as they stand
	content []token
}

func (m texts) of(text string) readBefore {
	t, ok := m[text]
	if !ok {
		ss := readText(text)
		t = readBefore{wordsOf(ss), content(ss)}
		m[text] = t
	}
	return t
}

// newCorpus indexes candidates. Stems in faint tell candidates apart less than
// their rarity says. Without letters only words are compared.
func newCorpus(raws []rawCandidate, faint map[string]bool, read texts, letters bool) *corpus {
	c := &corpus{words: map[string]int{}, grams: map[string]int{}, spelt: map[rune][]spelling{}, faint: faint}
	if letters {
		c.gramsIn = map[string][]int{}
	}
	var df, gramDF []frequency
	docs := 0
	for _, r := range raws {
		for _, t := range r.texts {
			docs++
			df = c.count(read.of(t).content, docs, df)
			if letters {
				gramDF = c.countGrams(read.of(t).content, docs, gramDF)
			}
		}
	}
	c.idf, c.gramIDF = idfs(df, docs), idfs(gramDF, docs)
	c.maxIDF = math.Log(1 + float64(docs))
	for _, list := range c.spelt {
		slices.SortFunc(list, func(a, b spelling) int { return strings.Compare(a.word, b.word) })
	}
	var words, chars []vector // by row
	enter := func(w, l vector) int {
		words, chars = append(words, w), append(chars, l)
		return len(words) - 1
	}
	sum, word, char := c.newTally(), c.newTally(), c.newTally()
	for _, r := range raws {
		cand := candidate{id: r.id}
		for _, text := range r.texts {
			ts := read.of(text).content
			w, l := c.wordVector(ts, sum), c.charVector(ts, sum)
			if len(w) == 0 {
				continue
			}
			word.addAll(w)
			char.addAll(l)
			cand.phrases = append(cand.phrases, phrase{text, w, enter(w, l)})
		}
		cand.centre = enter(word.unit(0), char.unit(0)) // what they have in common weighs most
		c.candidates = append(c.candidates, cand)
	}
	c.rows, c.wordIn, c.gramIn = len(words), turned(words, len(c.idf)), turned(chars, len(c.gramIDF))
	c.weighBM25(raws, read)
	return c
}

// turned makes of rows of numbers, for each number, the rows in which it stands.
// A text is compared with all rows at once by them, and has few of the numbers.
func turned(rows []vector, numbers int) []vector {
	times, total := make([]int, numbers), 0
	for _, v := range rows {
		for _, e := range v {
			times[e.at]++
		}
		total += len(v)
	}
	all, out := make(vector, total), make([]vector, numbers)
	for n, k := range times {
		out[n], all = all[:0:k], all[k:]
	}
	for i, v := range rows {
		for _, e := range v {
			out[e.at] = append(out[e.at], entry{i, e.x})
		}
	}
	return out
}

// A frequency is how many texts have something, and the last that did.
type frequency struct{ texts, last int }

func (f *frequency) meet(text int) {
	if f.last != text {
		f.last = text
		f.texts++
	}
}

// count notes the stems and spellings of one text.
func (c *corpus) count(ts []token, text int, df []frequency) []frequency {
	for _, t := range ts {
		n, ok := c.words[t.stem]
		if !ok {
			n = len(c.words)
			c.words[t.stem] = n
			df = append(df, frequency{})
		}
		first := []rune(t.raw)[0]
		if s := (spelling{t.raw, t.stem}); len(t.raw) >= 4 && shorthand[t.raw] == "" && !slices.Contains(c.spelt[first], s) {
			c.spelt[first] = append(c.spelt[first], s)
		}
		df[n].meet(text)
	}
	return df
}

func (c *corpus) countGrams(ts []token, text int, df []frequency) []frequency {
	for _, t := range ts {
		ns, ok := c.gramsIn[t.stem]
		if !ok {
			for _, g := range gramsOf(t.stem) {
				n, ok := c.grams[g]
				if !ok {
					n = len(c.grams)
					c.grams[g] = n
					df = append(df, frequency{})
				}
				ns = append(ns, n)
			}
			c.gramsIn[t.stem] = ns
		}
		for _, n := range ns {
			df[n].meet(text)
		}
	}
	return df
}

// weighBM25 weighs each stem of each candidate, taking all of its texts as one
// document, with the usual constants.
func (c *corpus) weighBM25(raws []rawCandidate, read texts) {
	const k1, b = 1.2, 0.75
	counts, lengths, total := make([]map[int]int, len(raws)), make([]int, len(raws)), 0
	for i, r := range raws {
		counts[i] = map[int]int{}
		for _, t := range r.texts {
			for _, tok := range read.of(t).content {
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

// A tally adds numbers up by place.
type tally struct {
	x  []float64
	at []int // the places of what is not 0
}

func (c *corpus) newTally() *tally {
	return &tally{x: make([]float64, max(len(c.idf), len(c.gramIDF)))}
}

func (t *tally) add(at int, x float64) {
	if t.x[at] == 0 {
		t.at = append(t.at, at)
	}
	t.x[at] += x
}

func (t *tally) addAll(v vector) {
	for _, e := range v {
		t.add(e.at, e.x)
	}
}

// unit makes a vector of unit length of what was added up, and empties the
// tally; rest is the squared length of what the vector cannot show.
func (t *tally) unit(rest float64) vector {
	slices.Sort(t.at) // before adding: the sum of floats depends on the order
	v, sum := make(vector, len(t.at)), rest
	for i, at := range t.at {
		v[i] = entry{at, t.x[at]}
		sum += v[i].x * v[i].x
		t.x[at] = 0
	}
	t.at = t.at[:0]
	if norm := math.Sqrt(sum); norm > 0 {
		for i := range v {
			v[i].x /= norm
		}
	}
	return v
}

func (v vector) sort() { slices.SortFunc(v, func(a, b entry) int { return a.at - b.at }) }

func idfs(df []frequency, docs int) []float64 {
	out := make([]float64, len(df))
	for i, d := range df {
		out[i] = math.Log(1 + float64(docs)/float64(d.texts))
	}
	return out
}

// unknownShare is how much a word that the key does not know counts beside its
// rarest word. Most are small talk; some mean that the text is about something else.
const unknownShare = 0.5

// wordVector weighs stems by rarity. A stem that the key does not know keeps
// its length in the vector's norm: a text about something else is far from everything.
func (c *corpus) wordVector(ts []token, sum *tally) vector {
	unknown := map[string]bool{}
	for _, t := range ts {
		if n, ok := c.words[t.stem]; ok {
			sum.add(n, c.weight(t)*c.idf[n])
		} else {
			unknown[t.stem] = true
		}
	}
	for _, n := range sum.at {
		sum.x[n] = math.Sqrt(sum.x[n]) * math.Sqrt(c.idf[n]) // repeating a word says little more
	}
	strange := c.maxIDF * unknownShare
	return sum.unit(float64(len(unknown)) * strange * strange * 0.5)
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

func (c *corpus) charVector(ts []token, sum *tally) vector {
	if c.gramsIn == nil {
		return nil
	}
	unknown := map[string]bool{}
	for _, t := range ts {
		if ns, ok := c.gramsIn[t.stem]; ok {
			for _, n := range ns {
				sum.add(n, 1)
			}
			continue
		}
		for _, g := range gramsOf(t.stem) {
			if n, ok := c.grams[g]; ok {
				sum.add(n, 1)
			} else {
				unknown[g] = true
			}
		}
	}
	for _, n := range sum.at {
		sum.x[n] = math.Sqrt(sum.x[n]) * c.gramIDF[n]
	}
	strange := c.maxIDF * unknownShare
	return sum.unit(float64(len(unknown)) * strange * strange)
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

// A query is a text made ready to be compared: its likeness with every phrase.
type query struct {
	words, chars []float64 // by row
	sum          *tally
	said         []word  // the different words that the key knows
	total        float64 // the weight of all different words
}

// A word of a query is a stem that the corpus knows.
type word struct {
	at          int
	weight, idf float64
}

func (c *corpus) newQuery() *query {
	return &query{words: make([]float64, c.rows), chars: make([]float64, c.rows), sum: c.newTally()}
}

// set makes q the query of the tokens.
func (q *query) set(c *corpus, ts []token) {
	c.wordVector(ts, q.sum).like(c.wordIn, q.words)
	c.charVector(ts, q.sum).like(c.gramIn, q.chars)
	q.say(c, ts)
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

// like sets the likeness of a vector with each row.
func (v vector) like(in []vector, rows []float64) {
	clear(rows)
	for _, e := range v {
		for _, r := range in[e.at] {
			rows[r.at] += e.x * r.x
		}
	}
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
		switch d := q.words[p.row]; {
		case d > f.word:
			f.second, f.word, f.at = f.word, d, i
		case d > f.second:
			f.second = d
		}
		f.char = math.Max(f.char, q.chars[p.row])
	}
	f.centre, f.letters = q.words[cand.centre], q.chars[cand.centre]
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

package grading

// maxMended is the most different words of a text that are looked at for
// typing errors: more of them is no text with typing errors in it.
const maxMended = 80

// mend corrects typing errors towards words of the key, in place: only in words
// that neither the key nor the lists of ordinary words know, one edit from five
// letters and two from eight, and never into a negation, which is a stop word
// and so no word of the key. It returns what was mended, and into what.
func (c *corpus) mend(ss []sentence) map[string]string {
	mended, stems, tried := map[string]string{}, map[string]string{}, map[string]bool{}
	for _, s := range ss {
		for i, t := range s {
			if _, known := c.words[t.stem]; known || t.stop || generic[t.raw] || common[t.raw] {
				continue
			}
			if !tried[t.raw] && len(tried) < maxMended {
				tried[t.raw] = true
				if to, ok := c.closest(t.raw); ok {
					mended[t.raw], stems[t.raw] = to.word, to.stem
				}
			}
			if stem, ok := stems[t.raw]; ok {
				s[i].stem = stem
			}
		}
	}
	return mended
}

// closest is the word of the key that w most likely stands for. Nearly nobody
// mistypes the first letter, and looking at one letter only is quick.
func (c *corpus) closest(w string) (spelling, bool) {
	rs := []rune(w)
	if len(rs) < 5 || len(rs) > 40 {
		return spelling{}, false
	}
	edits := 1
	if len(rs) >= 8 {
		edits = 2
	}
	for k := 1; k <= edits; k++ {
		for _, have := range c.spelt[rs[0]] { // in order of the alphabet
			if near(w, have.word, k) {
				return have, true
			}
		}
	}
	return spelling{}, false
}

// Near reports whether two words are at most k edits apart.
func Near(a, b string, k int) bool { return near(a, b, k) }

// near reports whether two words are at most k edits apart (insertion,
// deletion, substitution, or two neighbours swapped).
func near(a, b string, k int) bool {
	if len(a)-len(b) > 4*k || len(b)-len(a) > 4*k { // a letter is at most four bytes
		return false
	}
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > k || len(y)-len(x) > k {
		return false
	}
	prev2, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		best := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
			best = min(best, cur[j])
		}
		if best > k {
			return false
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(y)] <= k
}

// common words are right as they are, however close they are to a word of a key.
var common = set(`about after again against almost along already another anyway around asked because become before being below between beyond build building called caller calls cannot certain change check clear close could course create daily decide delete different during early easily either email enough entire event every exactly example expect false field final first found front given going great green group guess happen heard hence hours house human image inside instead itself judge known large later learn least leave level light limit little local longer lower makes maybe means might money month morning needs never night nobody north notice number often older order other outside owner paper party people phone place plain plane point power press price quick quite rather reach ready really reason right river round scale scare sends sense serve seven several shall share sharp sheet shift short should shows since sleep small smart sorry sound south space speak spend staff stage stand start state still stone store story stuff style sugar table taken takes teach thank their there these thing think those three throw times today together tomorrow total touch tower track trade train trial trust truth twice under until upper using usual value video visit voice waste watch water weather week where which while white whole whose women world worry worse worst would write wrong young yours cares carts cars cord lead leads wards tokes taken broken spoken fraud brand`)

package grading

import (
	"slices"
	"sort"
)

// Points are the parts of the score of a top three.
type Points struct {
	Found  float64 // of 60: 20 for each different threat of the key
	Chosen float64 // of 25: how severe they are beside the best three of the key, and their order
	Named  float64 // of 15: letter 3 and severity 2 for each threat found
}

// Total is the score, of 100.
func (p Points) Total() float64 { return p.Found + p.Chosen + p.Named }

// The shares of the parts, for each of three cards where it applies.
const (
	foundEach    = 20
	chosenMost   = 22 // for the severities
	orderMost    = 3  // for their order
	letterEach   = 3
	severityEach = 2
	cardsScored  = 3
)

// Score adds up a report. A threat counts once, credit after a question counts
// in full, and what is handled or not in the key costs nothing.
func Score(k *Key, cards []Card, verdicts []Verdict) Points {
	threats := map[string]Threat{}
	var best []int
	for _, t := range k.Threats {
		threats[t.ID] = t
		best = append(best, slices.Index(Severities, t.Severity.Rating)+1)
	}
	sort.Sort(sort.Reverse(sort.IntSlice(best)))
	most := 0
	for _, s := range best[:min(cardsScored, len(best))] {
		most += s
	}
	var p Points
	var ranks []int
	seen := map[string]bool{}
	for i, v := range verdicts[:min(len(verdicts), len(cards))] {
		t, ok := threats[v.ID]
		if v.Status != Credited || !ok || seen[v.ID] || len(ranks) == cardsScored {
			continue
		}
		seen[v.ID] = true
		ranks = append(ranks, slices.Index(Severities, t.Severity.Rating)+1)
		p.Found += foundEach
		if c := cards[i]; slices.Contains(t.Stride.Accept, c.Letter) || slices.Contains(t.Stride.Also, c.Letter) {
			p.Named += letterEach
		}
		if c := cards[i]; c.Severity == t.Severity.Rating || slices.Contains(t.Severity.Tolerate, c.Severity) {
			p.Named += severityEach
		}
	}
	if most == 0 || len(ranks) == 0 {
		return p
	}
	sum, ordered := 0, 0
	for i, r := range ranks {
		sum += r
		if i > 0 && ranks[i-1] >= r {
			ordered++
		}
	}
	p.Chosen = chosenMost * min(1, float64(sum)/float64(most))
	p.Chosen += orderMost * float64(ordered) / float64(cardsScored-1)
	return p
}

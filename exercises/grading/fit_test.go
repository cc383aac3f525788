package grading

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var fitting = flag.Bool("fit", false, "fit the global weights and print them (half a minute)")

// An example is the candidates of one answer, of which one is meant, or none.
type example struct {
	all   []features
	right int // -1 for none
	much  float64
}

// TestFit fits the weights on every phrasing of the billing key, left out of
// the index in turn, and on the answers of testdata/billing-fit.tsv. The key's
// phrasings have no letter and no place: each is taken four times, with the
// key's choice, a defensible one, none, and a random one. Answers that a gate
// must stop (vague, negated, facts, fixes, stuffed) are left out.
func TestFit(t *testing.T) {
	if !*fitting {
		t.Skip("only with -fit")
	}
	chance := rand.New(rand.NewPCG(1, 2))
	var examples []example
	take := func(x *Index, a labelled, much float64) {
		e := example{right: -1, much: much}
		for _, s := range x.judge(together(x.compare(x.read(a.card))), a.card) {
			if slices.Contains(strings.Split(a.gold, "+"), s.cand.id) {
				e.right = len(e.all)
			}
			e.all = append(e.all, s.f)
		}
		examples = append(examples, e)
	}
	leftOut(t, func(x *Index, a labelled) {
		for _, c := range choices(x, a.gold, chance) {
			c.Text = a.card.Text
			take(x, labelled{a.gold, c}, 0.25)
		}
	})
	x := NewIndex(billingKey(t))
	for _, a := range answers(t, "billing-fit.tsv") {
		kind := strings.TrimPrefix(a.gold, "none:")
		if kind == a.gold || kind == "off" {
			take(x, a, 1)
		}
	}
	w := fitRank(examples)
	for i, name := range []string{"Word", "Second", "Char", "Centre", "Letters", "Cover", "BM25", "Place", "Letter"} {
		t.Logf("weight%-8s %.2f", name, w[i])
	}
	for i, b := range fitSure(examples, w) {
		t.Logf("sure%-8s %.2f", []string{"Bias", "Strength", "Lead", "BM25"}[i], b)
	}
}

// choices are four ways to choose a letter and a place for an answer.
func choices(x *Index, gold string, chance *rand.Rand) []Card {
	any := func(list []string) string { return list[chance.IntN(len(list))] }
	places := []string{"1", "2", "4", "5", "6", "7", "billing-db", "billing-service", "gateway", "billing-logs", "backups"}
	wrong := func() Card {
		return Card{Letter: any(strings.Split(Letters, "")), Place: any(places)}
	}
	th := x.threats[gold]
	if th == nil {
		return []Card{wrong(), wrong(), wrong(), {}}
	}
	return []Card{
		{Letter: any(th.Stride.Accept), Place: any(th.Place.Accept)},
		{Letter: any(slices.Concat(th.Stride.Accept, th.Stride.Also)), Place: any(slices.Concat(th.Place.Accept, th.Place.Also))},
		{}, wrong(),
	}
}

const (
	fitSteps  = 1500
	fitRate   = 1.0
	fitShrink = 0.002
)

// fitRank makes the right candidate the strongest (a conditional logit, by plain
// gradient descent with a little shrinking). A weight never gets the sign that
// makes no sense: what speaks for a candidate does not count against it.
func fitRank(examples []example) (w [9]float64) {
	total := 0.0
	for _, e := range examples {
		if e.right >= 0 {
			total += e.much
		}
	}
	for range fitSteps {
		var g [9]float64
		for _, e := range examples {
			if e.right < 0 {
				continue
			}
			for i, p := range softmax(e.all, w) {
				if i == e.right {
					p--
				}
				for k, x := range e.all[i].vector() {
					g[k] += p * x * e.much / total
				}
			}
		}
		for k := range w {
			w[k] -= fitRate * (g[k] + fitShrink*w[k])
			w[k] = max(0, w[k])
		}
	}
	return w
}

func strengthWith(f features, w [9]float64) float64 {
	sum := 0.0
	for k, x := range f.vector() {
		sum += w[k] * x
	}
	return sum
}

func softmax(all []features, w [9]float64) []float64 {
	out, sum := make([]float64, len(all)), 0.0
	for i, f := range all {
		out[i] = math.Exp(strengthWith(f, w))
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// fitSure makes the strongest candidate of every answer probable exactly when
// it is right.
func fitSure(examples []example, w [9]float64) [4]float64 {
	var rows []row
	for _, e := range examples {
		var all []scored
		for i, f := range e.all {
			all = append(all, scored{cand: &candidate{id: strconv.Itoa(i)}, f: f, strength: strengthWith(f, w)})
		}
		if len(all) > 0 {
			weigh(all, cardSureness())
			rows = append(rows, newRow(all[0], all[0].cand.id == strconv.Itoa(e.right), e.much))
		}
	}
	return fitLogistic(rows)
}

// A row is what makes one sure of an answer, and whether one may be.
type row struct {
	x       [4]float64
	y, much float64
}

func newRow(s scored, right bool, much float64) row {
	d := s.doubts()
	r := row{x: [4]float64{1, d[0], d[1], d[2]}, much: much}
	if right {
		r.y = 1
	}
	return r
}

func fitLogistic(rows []row) (b [4]float64) {
	total := 0.0
	for _, r := range rows {
		total += r.much
	}
	for range 20 * fitSteps {
		var g [4]float64
		for _, r := range rows {
			z := 0.0
			for k, x := range r.x {
				z += b[k] * x
			}
			for k, x := range r.x {
				g[k] += (logistic(z) - r.y) * x * r.much / total
			}
		}
		for k := range b {
			b[k] -= 0.1 * g[k]
			if k > 0 {
				b[k] = max(0, b[k]-0.1*0.0005*b[k])
			}
		}
	}
	return b
}

// TestFitPhrases fits how sure a Phrases is, on each example of the free-text
// keys of the shipped lessons, left out in turn. What must be right is whether a
// text belongs to the key or only near it.
func TestFitPhrases(t *testing.T) {
	if !*fitting {
		t.Skip("only with -fit")
	}
	var rows []row
	loo(t, func(want string, p *Phrases, text, _ string) {
		if _, all := p.judge(text); len(all) > 0 {
			rows = append(rows, newRow(all[0], isNear(all[0].cand.id) == isNear(want), 1))
		}
	})
	for i, b := range fitLogistic(rows) {
		t.Logf("phraseSure%-8s %.2f", []string{"Bias", "Strength", "Lead", "BM25"}[i], b)
	}
}

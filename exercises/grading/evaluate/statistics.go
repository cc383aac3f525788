package evaluate

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// A decision is what a card should have earned, either of gold or nothing, and
// what it did earn: an id, or "" for nothing.
type decision struct {
	gold []string
	got  string
}

// want is the label that is compared with got: that of several which was meant.
func (d decision) want() string {
	switch {
	case len(d.gold) == 0:
		return ""
	case slices.Contains(d.gold, d.got):
		return d.got
	}
	return d.gold[0]
}

// quality compares decisions with labels. Credit for the wrong threat is wrong.
func quality(ds []decision) Quality {
	right, got, want := tally(ds)
	q := Quality{Precision: NewRate(right, got), Recall: NewRate(right, want)}
	q.F1.Value, q.Kappa.Value = f1(ds), kappa(ds)
	const times = 1000
	chance := rand.New(rand.NewPCG(1, uint64(len(ds)))) // the same interval every time
	var f1s, kappas []float64
	for range times {
		again := make([]decision, len(ds))
		for i := range again {
			again[i] = ds[chance.IntN(len(ds))]
		}
		f1s, kappas = append(f1s, f1(again)), append(kappas, kappa(again))
	}
	q.F1.Low, q.F1.High = middle(f1s)
	q.Kappa.Low, q.Kappa.High = middle(kappas)
	return q
}

// middle is what 95% of the values lie between.
func middle(xs []float64) (low, high float64) {
	slices.Sort(xs)
	return xs[len(xs)*25/1000], xs[len(xs)*975/1000]
}

func tally(ds []decision) (right, got, want int) {
	for _, d := range ds {
		if d.got != "" {
			got++
		}
		if len(d.gold) > 0 {
			want++
			if d.got == d.want() {
				right++
			}
		}
	}
	return right, got, want
}

func f1(ds []decision) float64 {
	right, got, want := tally(ds)
	if got+want == 0 {
		return 0
	}
	return 2 * float64(right) / float64(got+want)
}

// kappa is Cohen's, with every threat and "nothing" as categories.
func kappa(ds []decision) float64 {
	if len(ds) == 0 {
		return 0
	}
	n, agree := float64(len(ds)), 0.0
	a, b := map[string]float64{}, map[string]float64{}
	for _, d := range ds {
		w := d.want()
		if w == d.got {
			agree++
		}
		a[w]++
		b[d.got]++
	}
	return cohen(agree/n, a, b, n)
}

func cohen(agree float64, a, b map[string]float64, n float64) float64 {
	chance := 0.0
	for _, k := range slices.Sorted(maps.Keys(a)) { // the sum of floats depends on the order
		chance += a[k] / n * b[k] / n
	}
	if chance == 1 {
		return 1
	}
	return (agree - chance) / (1 - chance)
}

// Agreement is Cohen's kappa between two people's labels of the same answers.
// It returns 0 for none.
func Agreement(a, b []string) float64 {
	if len(a) == 0 || len(a) != len(b) {
		return 0
	}
	n, agree := float64(len(a)), 0.0
	as, bs := map[string]float64{}, map[string]float64{}
	for i := range a {
		if a[i] == b[i] {
			agree++
		}
		as[a[i]]++
		bs[b[i]]++
	}
	return cohen(agree/n, as, bs, n)
}

func wilson(hits, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	n := float64(of)
	p := float64(hits) / n
	mid, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return math.Max(0, (mid-half)/(1+z*z/n)), math.Min(1, (mid+half)/(1+z*z/n))
}

package insights

import (
	"math"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 5e-4 }

// The textbook's numbers.
func TestStatistics(t *testing.T) {
	// Point-biserial by its own formula, (M1−M0)/s · √(n1·n0/n²), with the standard deviation of all n.
	item, rest := []float64{1, 1, 1, 0, 0, 1, 0, 1, 0, 0}, []float64{.9, .8, .7, .4, .5, .6, .3, .9, .6, .2}
	m1, m0 := (.9+.8+.7+.6+.9)/5, (.4+.5+.3+.6+.2)/5
	m, s := mean(rest), 0.0
	for _, x := range rest {
		s += (x - m) * (x - m)
	}
	want := (m1 - m0) / math.Sqrt(s/10) * 0.5
	c, ok := correlation(item, rest)
	if !ok || !near(c.R, want) || c.N != 10 || c.Low >= c.R || c.High <= c.R {
		t.Errorf("%+v, want %v", c, want)
	}
	// Fisher's interval of r = .5 with 28 pairs: tanh(.5493 ± 1.96/5).
	half := Correlation{R: 0.5, N: 28}
	if lo := math.Tanh(math.Atanh(half.R) - 1.96/5); !near(lo, 0.156) {
		t.Errorf("%v", lo)
	}
	for _, bad := range [][2][]float64{{{1, 1, 1, 1}, {1, 2, 3, 4}}, {{1, 0, 1}, {1, 2, 3}}, {{1, 0, 1, 0}, {2, 2, 2, 2}}} {
		if c, ok := correlation(bad[0], bad[1]); ok {
			t.Errorf("%v: %+v", bad, c)
		}
	}
	if c, ok := correlation([]float64{1, 2, 3, 4, 5}, []float64{2, 4, 6, 8, 10}); !ok || c.R != 1 || math.IsNaN(c.Low+c.High) {
		t.Errorf("%+v", c)
	}
	if r := rate(5, 10); !near(r.Low, 0.2366) || !near(r.High, 0.7634) || r.Share != 0.5 {
		t.Errorf("%+v", r)
	}
	if r := rate(0, 0); r.Share != 0 || r.Low != 0 || r.High != 1 {
		t.Errorf("%+v", r)
	}
	if median([]int{9, 1, 5}) != 5 || median([]int{1, 2, 9, 4}) != 3 || median(nil) != 0 {
		t.Error("the median is not in the middle")
	}
}

// What is only just below nothing among one is nothing remarkable among a hundred.
func TestManyTestsNeedMore(t *testing.T) {
	c := Correlation{R: -0.16, N: 200}
	if !c.below(1) || c.below(100) {
		t.Errorf("alone %t, among a hundred %t", c.below(1), c.below(100))
	}
	if strong := (Correlation{R: -0.5, N: 200}); !strong.below(100) {
		t.Error("a strong one is strong among many")
	}
	if (Correlation{R: 0.5, N: 200}).below(1) {
		t.Error("0.5 is not below nothing")
	}
}

package insights

import (
	"math"
	"slices"

	"edu/threatlings/exercises/grading/evaluate"
)

// A Rate is a share with Wilson's 95% interval (see evaluate.NewRate).
type Rate struct {
	N     int     `json:"n"`
	Of    int     `json:"of"`
	Share float64 `json:"share"` // 0 of nothing is 0
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

func rate(n, of int) Rate {
	r := evaluate.NewRate(n, of)
	return Rate{N: n, Of: of, Share: r.Value(), Low: r.Low, High: r.High}
}

// A Correlation is a coefficient from −1 to 1 with its 95% interval.
type Correlation struct {
	R    float64 `json:"r"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	N    int     `json:"n"`
}

// correlation is Pearson's product-moment correlation, which is the
// point-biserial correlation where the xs are 0 or 1 only. Its interval is that
// of Fisher's z transformation (R. A. Fisher, On the probable error of a
// coefficient of correlation, 1921). There is none where either does not vary, or
// for fewer than four pairs.
func correlation(xs, ys []float64) (Correlation, bool) {
	n := len(xs)
	if n < 4 || n != len(ys) {
		return Correlation{}, false
	}
	mx, my := mean(xs), mean(ys)
	var sxy, sxx, syy float64
	for i := range xs {
		sxy += (xs[i] - mx) * (ys[i] - my)
		sxx += (xs[i] - mx) * (xs[i] - mx)
		syy += (ys[i] - my) * (ys[i] - my)
	}
	const nothing = 1e-12 // what rounding leaves of no variation
	if sxx < nothing || syy < nothing {
		return Correlation{}, false
	}
	r := max(-1, min(1, sxy/math.Sqrt(sxx*syy)))
	const z95, nearOne = 1.959963984540054, 1 - 1e-9 // the transformation of 1 is infinite
	z, half := math.Atanh(max(-nearOne, min(nearOne, r))), z95/math.Sqrt(float64(n-3))
	return Correlation{R: r, Low: math.Tanh(z - half), High: math.Tanh(z + half), N: n}, true
}

// below reports whether the coefficient is less than 0 when as many were looked at
// as tests says: its interval is widened by Bonferroni's correction, so that
// among many exercises none is called wrong by chance.
func (c Correlation) below(tests int) bool {
	z := math.Sqrt2 * math.Erfinv(1-0.05/float64(max(1, tests)))
	return math.Atanh(max(-1, c.R))+z/math.Sqrt(float64(c.N-3)) < 0
}

// mean is the arithmetic mean; of nothing it is 0.
func mean(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// median is the middle value, or the mean of the two in the middle; of nothing
// it is 0.
func median(xs []int) float64 {
	if len(xs) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(xs))
	n := len(s)
	return float64(s[(n-1)/2]+s[n/2]) / 2
}

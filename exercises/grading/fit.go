package grading

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// A Labelled is a card and what a person says of it.
type Labelled struct {
	Gold []string // ids of the key, any of which earns the credit; empty when it deserves none
	Trap string   // why it deserves none: vague, handled, off, negated, stuffed, fact or fix
	Card Card
}

// A Training is a key with labelled answers to learn from.
type Training struct {
	Key     *Key
	Answers []Labelled
}

// A Statement is a sentence about some system and its manner: threat, fix,
// negated, fact or vague.
type Statement struct{ System, Kind, Text string }

// FitManners learns what kinds of statement look like. A cue must be seen in
// several systems, or it would speak of what a system does.
func FitManners(statements []Statement) (Manners, error) {
	var rows []mannerRow
	in := map[string]map[string]bool{} // cue → systems
	times := map[string]int{}
	for _, s := range statements {
		k := slices.Index(mannerNames[:], s.Kind)
		if k < 0 {
			return Manners{}, fmt.Errorf("%q is no kind of statement; use one of %s", s.Kind, strings.Join(mannerNames[:], ", "))
		}
		text := normalise(s.Text)
		r := mannerRow{cues: cues(readNormal(text), strings.Contains(text, "?")), is: manner(k)}
		rows = append(rows, r)
		for _, c := range r.cues {
			if in[c] == nil {
				in[c] = map[string]bool{}
			}
			in[c][s.System] = true
			times[c]++
		}
	}
	number := map[string]int{}
	var names []string
	for _, c := range slices.Sorted(maps.Keys(in)) {
		if len(in[c]) >= cueSystems && times[c] >= cueTimes {
			number[c] = len(names)
			names = append(names, c)
		}
	}
	return Manners{fitMannerRows(rows, names, number)}, nil
}

const (
	cueSystems = 3
	cueTimes   = 4
)

// Manners is what was learned of kinds of statement.
type Manners struct{ model mannerModel }

// ShippedManners are those in force.
func ShippedManners() Manners { return Manners{shippedManners()} }

// String writes the model as manner.tsv has it.
func (m Manners) String() string {
	var b strings.Builder
	for _, c := range slices.Sorted(maps.Keys(m.model)) {
		b.WriteString(c)
		for _, w := range m.model[c] {
			fmt.Fprintf(&b, "\t%.2f", w)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Kind is the likeliest kind of a statement.
func (m Manners) Kind(text string) string {
	n := normalise(text)
	p := m.model.probabilities(cues(readNormal(n), strings.Contains(n, "?")))
	return mannerNames[slices.Index(p[:], slices.Max(p[:]))]
}

type mannerRow struct {
	cues []string
	is   manner
}

// fitMannerRows fits a multinomial logistic regression by gradient descent,
// with shrinking (an L2 and an L1 penalty) so that a cue that says little says nothing.
func fitMannerRows(rows []mannerRow, names []string, number map[string]int) mannerModel {
	const steps, rate, ridge, lasso = 400, 2.0, 0.0015, 0.0003
	w := make([][manners]float64, len(names))
	numbered := make([][]int, len(rows))
	var many [manners]float64
	for i, r := range rows {
		for _, c := range r.cues {
			if n, ok := number[c]; ok {
				numbered[i] = append(numbered[i], n)
			}
		}
		many[r.is]++
	}
	total := 0.0
	much := make([]float64, len(rows)) // rare kinds count more, by the root
	for i, r := range rows {
		much[i] = math.Sqrt(float64(len(rows)) / float64(manners) / many[r.is])
		total += much[i]
	}
	g := make([][manners]float64, len(names))
	for step := range steps {
		clear(g)
		for i, r := range rows {
			var z [manners]float64
			for _, n := range numbered[i] {
				for k, x := range &w[n] {
					z[k] += x
				}
			}
			p := softmax5(z)
			p[r.is]--
			for k := range p {
				p[k] = p[k] * much[i] / total
			}
			for _, n := range numbered[i] {
				at := &g[n]
				for k := range at {
					at[k] += p[k]
				}
			}
		}
		pace := rate / (1 + float64(step)/150)
		for n := range w {
			for k := range w[n] {
				x := w[n][k] - pace*(g[n][k]+ridge*w[n][k])
				w[n][k] = math.Copysign(math.Max(0, math.Abs(x)-pace*lasso), x)
			}
		}
	}
	m := mannerModel{}
	for n, name := range names {
		if w[n] != [manners]float64{} {
			for k := range w[n] {
				w[n][k] = math.Round(w[n][k]*100) / 100
			}
			m[name] = w[n]
		}
	}
	return m
}

// An example is what may be meant by one answer, of which one is, or none.
type example struct {
	threats, others []features
	right           int // among the threats; -1 for none
	rightOther      int // among the others
	about           about
	much            float64
	answer          bool // an answer of a person, not a phrasing of the key
}

// Calibrate fits the weights on labelled answers, and on every phrasing of their keys,
// left out of the index in turn. A phrasing has no letter and no place: it is
// taken with the key's choice, a defensible one, none and a random one. The
// manners, one for each training, must not have been learned from its answers.
// What is said of other systems deserves no credit here. Terms named in without
// get no weight: to see what they are good for.
func Calibrate(trainings []Training, unseen []Manners, elsewhere []Statement, without ...string) Weights {
	w := Shipped
	var examples []example
	for i, t := range trainings {
		examples = append(examples, examplesOf(t, unseen[i], elsewhere)...)
	}
	w.Rank = fitRank(examples, without)
	w.Sure, w.Told = fitSure(examples, &w, without)
	return w
}

// falseCreditCosts is how much worse credit for nothing is than a question too many.
const falseCreditCosts = 2

func examplesOf(t Training, m Manners, elsewhere []Statement) []example {
	chance := rand.New(rand.NewPCG(1, 2))
	var out []example
	take := func(x *Index, a Labelled, ids []string, much float64, answer bool) {
		r := x.read(a.Card)
		row := x.together(x.compare(r))
		e := example{right: -1, rightOther: -1, about: r.about, much: much, answer: answer}
		k := x.rank(row, r, a.Card)
		for _, s := range k.threats {
			if slices.Contains(ids, s.cand.id) {
				e.right = len(e.threats)
			}
			e.threats = append(e.threats, s.f)
		}
		for _, s := range k.others {
			if slices.Contains(ids, s.cand.id) {
				e.rightOther = len(e.others)
			}
			e.others = append(e.others, s.f)
		}
		if len(e.threats)+len(e.others) > 0 {
			out = append(out, e)
		}
	}
	leftOut(t.Key, m, func(x *Index, id, text string) {
		for _, c := range choices(x, id, chance) {
			c.Text = text
			take(x, Labelled{Card: c}, []string{id}, 0.25, false)
		}
	})
	x := newIndex(t.Key, texts{}, &Shipped, m.model)
	for _, a := range t.Answers {
		much := 1.0
		if len(a.Gold) == 0 {
			much = falseCreditCosts
		}
		take(x, a, a.Gold, much, true)
	}
	for _, s := range elsewhere {
		c := choices(x, "", chance)[0]
		c.Text = s.Text
		take(x, Labelled{Card: c}, nil, 0.5, false)
	}
	return out
}

// leftOut gives each phrasing of the key, with an index that has never seen it.
// One phrasing of every entry is left out at a time: an index for each single
// one would say the same and take half a minute.
func leftOut(key *Key, m Manners, each func(x *Index, id, text string)) {
	type phrasing struct{ id, text string }
	read := texts{}
	for n := 0; ; n++ {
		k, out := *key, []phrasing(nil)
		without := func(list []string, id string) []string {
			if n >= len(list) {
				return list
			}
			out = append(out, phrasing{id, list[n]})
			return slices.Delete(slices.Clone(list), n, n+1)
		}
		k.Threats = slices.Clone(k.Threats)
		for i := range k.Threats {
			t := &k.Threats[i]
			t.Examples = without(t.Examples, t.ID)
			if n < len(t.CounterExamples) {
				if c := t.CounterExamples[n]; !strings.HasPrefix(c.Is, "none:") { // an entry of the key
					out = append(out, phrasing{c.Is, c.Text})
				}
				t.CounterExamples = slices.Delete(slices.Clone(t.CounterExamples), n, n+1)
			}
		}
		for _, hs := range []*[]Handled{&k.Handled, &k.OutOfScope, &k.AlsoValid} {
			*hs = slices.Clone(*hs)
			for i := range *hs {
				(*hs)[i].Examples = without((*hs)[i].Examples, (*hs)[i].ID)
			}
		}
		if len(out) == 0 {
			return
		}
		x := newIndex(&k, read, &Shipped, m.model)
		for _, p := range out {
			each(x, p.id, p.text)
		}
	}
}

// choices are four ways to choose a letter and a place for an answer.
func choices(x *Index, id string, chance *rand.Rand) []Card {
	any := func(list []string) string {
		if len(list) == 0 {
			return ""
		}
		return list[chance.IntN(len(list))]
	}
	var places []string
	for _, t := range x.key.Threats {
		places = append(places, t.Place.Accept...)
	}
	wrong := func() Card {
		return Card{Letter: any(strings.Split(Letters, "")), Place: any(places)}
	}
	th := x.threats[id]
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
	fitSteps    = 500
	fitRate     = 0.4
	fitMomentum = 0.9
	fitShrink   = 0.002
)

// fitRank makes the right candidate the strongest of all (a conditional logit,
// by gradient descent with momentum and a little shrinking). A weight never gets the
// sign that makes no sense: what speaks for a candidate does not count against it.
func fitRank(examples []example, without []string) (w [rankTerms]float64) {
	type ranked struct {
		all   [][rankTerms]float64
		right int
		much  float64
	}
	var rows []ranked
	total := 0.0
	for _, e := range examples {
		r := ranked{right: e.right, much: e.much}
		if e.right < 0 && e.rightOther < 0 {
			continue
		}
		if e.right < 0 {
			r.right = len(e.threats) + e.rightOther
		}
		for _, f := range slices.Concat(e.threats, e.others) {
			r.all = append(r.all, f.vector())
		}
		rows = append(rows, r)
		total += e.much
	}
	p := make([]float64, 0, 64)
	var speed [rankTerms]float64
	for range fitSteps {
		var g [rankTerms]float64
		for _, r := range rows {
			p = p[:0]
			sum := 0.0
			for _, f := range r.all {
				z := 0.0
				for k, x := range f {
					z += w[k] * x
				}
				z = math.Exp(z)
				p, sum = append(p, z), sum+z
			}
			for i, f := range r.all {
				d := p[i] / sum
				if i == r.right {
					d--
				}
				d *= r.much / total
				for k, x := range f {
					g[k] += d * x
				}
			}
		}
		for k := range w {
			speed[k] = fitMomentum*speed[k] - fitRate*(g[k]+fitShrink*w[k])
			if w[k] += speed[k]; w[k] < 0 || slices.Contains(without, RankNames[k]) {
				w[k], speed[k] = 0, 0
			}
		}
	}
	return w
}

// A row is what makes one sure of an answer, and whether one may be.
type row struct {
	x       []float64
	y, much float64
}

// fitSure makes the strongest threat of an answer probable exactly when it is
// right, and likewise the strongest of what earns no credit.
func fitSure(examples []example, w *Weights, without []string) (sure [1 + sureTerms]float64, told [1 + toldTerms]float64) {
	var rows, toldRows []row
	for _, e := range examples {
		score := func(fs []features) []scored {
			var out []scored
			for i, f := range fs {
				out = append(out, scored{cand: &candidate{}, f: f, strength: f.strength(w), about: e.about})
				out[i].f.at = i // which one it was
			}
			lead(out)
			return out
		}
		threats, others := score(e.threats), score(e.others)
		ahead(threats, others)
		ahead(others, threats)
		if len(threats) > 0 {
			d := threats[0].doubts()
			rows = append(rows, newRow(d[:], threats[0].f.at == e.right, e.much))
		}
		if len(others) > 0 {
			s := others[0]
			s.lead = math.Min(s.lead, s.ahead)
			d := s.fewDoubts()
			toldRows = append(toldRows, newRow(d[:], s.f.at == e.rightOther, e.much))
		}
	}
	copy(sure[:], fitLogistic(rows, SureNames[:], without))
	copy(told[:], fitLogistic(toldRows, ToldNames[:], without))
	return sure, told
}

func newRow(x []float64, right bool, much float64) row {
	r := row{x: append([]float64{1}, x...), much: much}
	if right {
		r.y = 1
	}
	return r
}

// fitLogistic fits a logistic regression by Newton's method, with a little
// shrinking of all but the constant. A term never gets the sign that makes no
// sense: it is left out and the rest fitted again.
func fitLogistic(rows []row, names, without []string) []float64 {
	if len(rows) == 0 {
		return nil
	}
	n := len(rows[0].x)
	out := make([]bool, n)
	for k, name := range names {
		out[k] = slices.Contains(without, name)
	}
	for {
		b := newton(rows, out)
		worst, much := -1, -1e-6
		for k := 1; k < n; k++ {
			x := b[k]
			if names[k] == "fact" { // it speaks against credit
				x = -x
			}
			if x < much {
				worst, much = k, x
			}
		}
		if worst < 0 {
			return b
		}
		out[worst] = true
	}
}

func newton(rows []row, out []bool) []float64 {
	n := len(out)
	b := make([]float64, n)
	total := 0.0
	for _, r := range rows {
		total += r.much
	}
	for range 30 {
		g, h := make([]float64, n), make([][]float64, n)
		for k := range h {
			h[k] = make([]float64, n)
		}
		for _, r := range rows {
			z := 0.0
			for k, x := range r.x {
				z += b[k] * x
			}
			p := logistic(z)
			for k, x := range r.x {
				g[k] += (p - r.y) * x * r.much / total
				for l, y := range r.x {
					h[k][l] += p * (1 - p) * x * y * r.much / total
				}
			}
		}
		for k := range n {
			shrink := 1e-9
			if k > 0 {
				shrink = 0.002
			}
			if out[k] {
				g[k], shrink = 0, 1e9
			} else {
				g[k] += shrink * b[k]
			}
			h[k][k] += shrink
		}
		step := solve(h, g)
		for k := range b {
			if !out[k] {
				b[k] -= step[k]
			}
		}
	}
	return b
}

// solve solves a small system of linear equations by elimination.
func solve(a [][]float64, y []float64) []float64 {
	n := len(y)
	for i := range n {
		p := i
		for k := i + 1; k < n; k++ {
			if math.Abs(a[k][i]) > math.Abs(a[p][i]) {
				p = k
			}
		}
		a[i], a[p], y[i], y[p] = a[p], a[i], y[p], y[i]
		for k := i + 1; k < n; k++ {
			f := a[k][i] / a[i][i]
			for l := i; l < n; l++ {
				a[k][l] -= f * a[i][l]
			}
			y[k] -= f * y[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = y[i]
		for k := i + 1; k < n; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

// FitPhrases fits how sure a Phrases is on each phrase of sets of entries, left
// out in turn. What must be right is what same says of two entries.
func FitPhrases(sets [][]Entry, same func(a, b string) bool) [1 + toldTerms]float64 {
	var rows []row
	for _, entries := range sets {
		read := texts{}
		for i, e := range entries {
			for n, text := range e.Examples {
				rest := slices.Clone(entries)
				rest[i].Examples = slices.Delete(slices.Clone(e.Examples), n, n+1)
				if _, all := newPhrases(rest, read).judge(readText(text)); len(all) > 0 {
					d := all[0].fewDoubts()
					rows = append(rows, newRow(d[:], same(all[0].cand.id, e.ID), 1))
				}
			}
		}
	}
	var w [1 + toldTerms]float64
	copy(w[:], fitLogistic(rows, ToldNames[:], nil))
	return w
}

// Rounded is the weights as they are shipped: to two decimals.
func (w Weights) Rounded() Weights {
	for _, s := range [][]float64{w.Rank[:], w.Sure[:], w.Told[:], w.Phrase[:]} {
		for i := range s {
			s[i] = math.Round(s[i]*100) / 100
		}
	}
	return w
}

// Drift is the largest difference between two sets of weights.
func (w Weights) Drift(o Weights) float64 {
	most := 0.0
	for _, s := range [][2][]float64{{w.Rank[:], o.Rank[:]}, {w.Sure[:], o.Sure[:]}, {w.Told[:], o.Told[:]}, {w.Phrase[:], o.Phrase[:]}} {
		for i := range s[0] {
			most = max(most, math.Abs(s[0][i]-s[1][i]))
		}
	}
	return most
}

// With is an index of the key that uses other weights and manners than the
// shipped ones: to see what they would do to a scenario that they have not seen.
func With(k *Key, w Weights, m Manners) *Index { return newIndex(k, texts{}, &w, m.model) }

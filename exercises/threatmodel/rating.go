package threatmodel

import (
	"cmp"
	"slices"

	"edu/threatlings/exercises/grading"
)

// Likelihoods and Impacts are the words for 1, 2 and 3, as the lesson on
// prioritising teaches them.
var (
	Likelihoods = []string{"needs a lot of luck", "needs some effort", "anybody, any day"}
	Impacts     = []string{"a nuisance", "it hurts", "it is in the papers"}
)

// Score is likelihood × impact, from 1 to 9; 0 when the threat is not rated.
func (t Threat) Score() int { return t.Likelihood * t.Impact }

// Severity is the word for a likelihood and an impact: the table of the lesson
// on prioritising. It is "" when one of them is missing.
func Severity(likelihood, impact int) string {
	switch s := likelihood * impact; {
	case s == 0:
		return ""
	case s <= 2:
		return "low"
	case s <= 4:
		return "medium"
	case s <= 6:
		return "high"
	default:
		return "critical"
	}
}

// Severity is the word for the threat's rating, "" when it is not rated.
func (t Threat) Severity() string { return Severity(t.Likelihood, t.Impact) }

// SeverityRank is 1 for low to 4 for critical, and 0 for anything else.
func SeverityRank(word string) int { return slices.Index(grading.Severities, word) + 1 }

// Prioritised are the threats, worst first. Those of equal score stand in the
// order of the model, which is the author's.
func (m *Model) Prioritised() []Threat {
	out := slices.Clone(m.Threats)
	slices.SortStableFunc(out, func(a, b Threat) int { return cmp.Compare(b.Score(), a.Score()) })
	return out
}

// Move puts a threat one place up (-1) or down (+1) among those of its score:
// ties are broken by hand. It reports whether there was anything to move past.
func (m *Model) Move(id string, by int) bool {
	order := m.Prioritised()
	i := slices.IndexFunc(order, func(t Threat) bool { return t.ID == id })
	k := i + by
	if i < 0 || k < 0 || k >= len(order) || order[i].Score() != order[k].Score() {
		return false
	}
	a := slices.IndexFunc(m.Threats, func(t Threat) bool { return t.ID == id })
	b := slices.IndexFunc(m.Threats, func(t Threat) bool { return t.ID == order[k].ID })
	m.Threats[a], m.Threats[b] = m.Threats[b], m.Threats[a]
	return true
}

// A HeatMap counts threats by likelihood and impact, each from 1 to 3.
type HeatMap [4][4]int

// HeatMap counts the rated threats.
func (m *Model) HeatMap() (h HeatMap) {
	for _, t := range m.Threats {
		if t.Score() > 0 {
			h[t.Likelihood][t.Impact]++
		}
	}
	return h
}

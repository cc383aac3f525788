package threatmodel

import (
	"slices"
	"strings"

	"edu/threatlings/exercises/grading"
)

// A State of a cell of the coverage grid.
type State int

// The states: somebody found something, looked and found nothing, or has not
// looked yet.
const (
	NotYet State = iota
	LookedAt
	Found
)

// Places are the ids of all places in the order in which the diagram is
// walked: the flows by number, then the components.
func (m *Model) Places() []string {
	var out []string
	for _, p := range m.System().Places() {
		out = append(out, p.ID)
	}
	return out
}

// A Coverage is a model's grid of places × letters.
type Coverage struct {
	found  map[string]int // place + letter → threats
	looked map[string]bool
}

// Coverage counts what was found and looked at.
func (m *Model) Coverage() Coverage {
	c := Coverage{map[string]int{}, map[string]bool{}}
	for _, t := range m.Threats {
		if t.Letter != "" && t.Place != "" {
			c.found[t.Place+t.Letter]++
		}
	}
	for _, l := range m.Looked {
		for _, r := range l.Letters {
			c.looked[l.Place+string(r)] = true
		}
	}
	return c
}

// At is the state of a cell, with the number of threats found there.
func (c Coverage) At(place, letter string) (State, int) {
	switch n := c.found[place+letter]; {
	case n > 0:
		return Found, n
	case c.looked[place+letter]:
		return LookedAt, 0
	}
	return NotYet, 0
}

// Unseen counts the cells of a place that nobody has looked at.
func (c Coverage) Unseen(place string) (n int) {
	for _, l := range strings.Split(grading.Letters, "") {
		if s, _ := c.At(place, l); s == NotYet {
			n++
		}
	}
	return n
}

// Look notes that somebody looked at a place with a letter in mind and found
// nothing, or takes that back. It reports whether it is noted now.
func (m *Model) Look(place, letter string) bool {
	i := slices.IndexFunc(m.Looked, func(l Looked) bool { return l.Place == place })
	if i < 0 {
		m.Looked = append(m.Looked, Looked{place, letter})
		return true
	}
	had := strings.Contains(m.Looked[i].Letters, letter)
	now := ""
	for _, l := range strings.Split(grading.Letters, "") {
		if l == letter && !had || l != letter && strings.Contains(m.Looked[i].Letters, l) {
			now += l
		}
	}
	if m.Looked[i].Letters = now; now == "" {
		m.Looked = slices.Delete(m.Looked, i, i+1)
	}
	return !had
}

package grading

import (
	"strings"

	"github.com/kljensen/snowball/english"
)

// Likeness is how much two texts say the same, from 0 to 1: the share of their
// telling words that they have in common. It knows no key.
func Likeness(a, b string) float64 {
	x, y := telling(a), telling(b)
	both := 0
	for w := range x {
		if y[w] {
			both++
		}
	}
	if all := len(x) + len(y) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 0
}

// telling are the stems of a text's longer words that are about something.
func telling(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < '0' || r > '9' && r < 'a' || r > 'z' && r < 0x80 }) {
		if len(w) > 3 && !emptyWords[w] {
			out[english.Stem(w, false)] = true
		}
	}
	return out
}

// emptyWords stand in every threat.
var emptyWords = map[string]bool{
	"that": true, "this": true, "with": true, "from": true, "they": true, "them": true, "their": true, "then": true, "when": true, "which": true,
	"somebody": true, "someone": true, "anybody": true, "anyone": true, "could": true, "would": true, "have": true, "into": true, "because": true, "attacker": true,
}

// Likely is the id of the key's threat that a card was taken for: for sure, or
// likelier than not where the grader would have to ask; "" for none.
func (v Verdict) Likely() string {
	switch {
	case v.Status == Credited:
		return v.ID
	case v.Status == Asked && len(v.Candidates) > 0 && v.Candidates[0].P >= .5:
		return v.Candidates[0].ID
	}
	return ""
}

// How sure the grader must be to call a card perhaps a threat of the key. On the
// labelled answers for tuning, with letter and place and without, it lays 30 more
// cards beside their threat and 12 where they do not belong, so that in all 42 of
// 768 are laid wrongly; a test of package classroom holds that these stay few.
const (
	perhapsFrom  = .45 // where it would ask what is meant
	perhapsGated = .85 // where it would ask whether it is a threat at all
)

// Perhaps is the id of the key's threat that a card is perhaps about, to lay
// like beside like: less sure than Likely, never for credit. "" is none.
func (v Verdict) Perhaps() string {
	if id := v.Likely(); id != "" || len(v.Candidates) == 0 {
		return id
	}
	from := 2.0
	switch v.Status {
	case Asked:
		from = perhapsFrom
	case ControlClaimed, NoHarm:
		from = perhapsGated
	}
	if c := v.Candidates[0]; c.P >= from {
		return c.ID
	}
	return ""
}

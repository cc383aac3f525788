package threatmodel

import (
	"slices"
	"strings"

	"edu/threatlings/exercises/grading"
)

// A Comparison is a model of a practice feature beside the author's key.
type Comparison struct {
	Found   []Match // threats of the key that the model has, in the key's order
	Missed  []Match // those it has not, by place
	Handled []Other // what the design deals with already, or is out of scope
	Unknown []Other // what the key does not know
}

// A Match is a threat of the key, with the model's own beside it when there is one.
type Match struct {
	ID, Title, Place     string
	KeySeverity, KeyWhen string
	Quote                string // the sentence that gives it away
	Plan                 string // what the key would do
	Yours                string // title of the model's threat; "" when it was missed
	Severity, When       string // the model's
}

// An Other is a threat of the model that is none of the key's.
type Other struct {
	Yours string
	Why   string
}

// Compare matches each threat of a model with the key. A threat about which the
// grader would have to ask counts when it is likelier than not.
func Compare(m *Model, key *grading.Key) Comparison {
	var c Comparison
	index := grading.NewIndex(key)
	found := map[string]Threat{}
	for _, t := range m.Threats {
		v := index.Match(grading.Card{Text: t.Text, Letter: t.Letter, Place: t.Place, Severity: t.Severity()})
		id := v.Likely()
		switch {
		case id != "":
		case v.Status == grading.StatusHandled || v.Status == grading.OutOfScope || v.Status == grading.AlsoValid:
			c.Handled = append(c.Handled, Other{t.Title(), v.Say})
			continue
		default:
			c.Unknown = append(c.Unknown, Other{t.Title(), ""})
			continue
		}
		if old, ok := found[id]; !ok || old.Score() < t.Score() {
			found[id] = t
		}
	}
	for _, k := range key.Threats {
		match := Match{ID: k.ID, Title: k.Title, KeySeverity: k.Severity.Rating, KeyWhen: k.FixBy, Quote: k.Evidence.Quote, Plan: strings.Join(k.Mitigation, "; ")}
		if len(k.Place.Accept) > 0 {
			match.Place = m.PlaceName(k.Place.Accept[0])
		}
		if t, ok := found[k.ID]; ok {
			match.Yours, match.Severity, match.When = t.Title(), t.Severity(), t.When
			c.Found = append(c.Found, match)
		} else {
			c.Missed = append(c.Missed, match)
		}
	}
	slices.SortStableFunc(c.Missed, func(a, b Match) int { return strings.Compare(a.Place, b.Place) })
	return c
}

package grading

import (
	"math"
	"testing"
)

func TestScore(t *testing.T) {
	k := &Key{}
	for id, rating := range map[string]string{"a": "critical", "b": "critical", "c": "high", "d": "low"} {
		k.Threats = append(k.Threats, Threat{ID: id, Stride: Accept{Accept: []string{"I"}, Also: []string{"S"}}, Severity: Severity{Rating: rating, Tolerate: []string{"medium"}}})
	}
	card := func(id, letter, severity string) (Card, Verdict) {
		return Card{Letter: letter, Severity: severity}, Verdict{Status: Credited, ID: id}
	}
	type in struct{ id, letter, severity string }
	for name, c := range map[string]struct {
		in   []in
		want Points
	}{
		"the best three, in order":        {[]in{{"a", "I", "critical"}, {"b", "S", "medium"}, {"c", "I", "high"}}, Points{60, 25, 15}},
		"the same, upside down":           {[]in{{"c", "I", "high"}, {"a", "I", "critical"}, {"b", "I", "critical"}}, Points{60, 23.5, 15}},
		"one, with nothing chosen":        {[]in{{"a", "", ""}}, Points{20, 22 * 4.0 / 11, 0}},
		"a duplicate earns once":          {[]in{{"a", "I", "critical"}, {"a", "I", "critical"}}, Points{20, 22 * 4.0 / 11, 5}},
		"the lightest":                    {[]in{{"d", "T", "low"}}, Points{20, 22 * 1.0 / 11, 2}},
		"what is not in the key":          {[]in{{"x", "I", "high"}}, Points{}},
		"no card":                         {nil, Points{}},
		"a fourth card is not counted":    {[]in{{"a", "", ""}, {"b", "", ""}, {"c", "", ""}, {"d", "I", "low"}}, Points{60, 25, 0}},
		"a wrong letter costs three of 5": {[]in{{"a", "R", "critical"}}, Points{20, 22 * 4.0 / 11, 2}},
	} {
		var cards []Card
		var verdicts []Verdict
		for _, i := range c.in {
			card, v := card(i.id, i.letter, i.severity)
			cards, verdicts = append(cards, card), append(verdicts, v)
		}
		got := Score(k, cards, verdicts)
		if math.Abs(got.Found-c.want.Found)+math.Abs(got.Chosen-c.want.Chosen)+math.Abs(got.Named-c.want.Named) > 1e-9 {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Only credit counts: handled, asked and unknown cards neither earn nor cost.
func TestScoreOnlyCreditCounts(t *testing.T) {
	k := &Key{Threats: []Threat{{ID: "a", Severity: Severity{Rating: "high"}}}}
	cards := []Card{{}, {}, {}, {}}
	vs := []Verdict{{Status: StatusHandled, ID: "a"}, {Status: Asked, ID: "a"}, {Status: NotInKey}, {Status: Credited, ID: "a", AfterQuestion: true}}
	if p := Score(k, cards, vs); p.Found != 20 || p.Chosen != 22 {
		t.Errorf("%+v", p)
	}
}

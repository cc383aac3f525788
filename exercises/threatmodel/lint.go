package threatmodel

import (
	"fmt"
	"strings"

	"edu/threatlings/exercises/grading"
)

// A Remark is what a friendly reader says of a threat.
type Remark struct {
	Code string // asset, fix, denial, fact, vague, place, duplicate
	Text string
}

// Remarks read one threat of the model. They never forbid anything.
func (m *Model) Remarks(t Threat) []Remark {
	if strings.TrimSpace(t.Text) == "" {
		return nil
	}
	var out []Remark
	say := func(code, format string, args ...any) {
		out = append(out, Remark{code, fmt.Sprintf(format, args...)})
	}
	switch kind, short := grading.ShippedManners().Kind(t.Text), len(strings.Fields(t.Text)) < 5; {
	case short && kind == "fix":
		say("fix", "Very short, and it reads like a remedy. Write what happens without it: who does what, so that what? The remedy has its place under Decisions.")
	case short:
		say("vague", "Very short. In three weeks nobody knows what you meant: who does what, so that what?")
	case kind == "fix":
		say("fix", "This reads like a remedy. Write what happens without it; the remedy has its place under Decisions.")
	case kind == "negated":
		say("denial", "This says why it cannot happen. If you rely on that, it is an assumption: write it there.")
	case kind == "fact":
		say("fact", "This says how things are. Who does what with that, so that what harm?")
	case kind == "vague":
		say("vague", "This would be true of any system. Which part of yours, and how?")
	}
	if t.Asset == "" && len(m.Assets) > 0 && !m.namesAsset(t.Text) {
		say("asset", "Which asset is it about? None of yours is named.")
	}
	if m.PlaceName(t.Place) == "" && len(m.Components) > 0 {
		say("place", "Where does it happen? Choose a place.")
	}
	if o, ok := m.alike(t); ok {
		say("duplicate", "Much like another one: %q. One threat twice, or two?", o.Title())
	}
	return out
}

func (m *Model) namesAsset(text string) bool {
	text = strings.ToLower(text)
	for _, a := range m.Assets {
		if name := strings.ToLower(strings.TrimSuffix(a.Name, "s")); name != "" && strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// alike finds another threat that says nearly the same: half of all its telling
// words, or a third at the same place with the same letter.
func (m *Model) alike(t Threat) (Threat, bool) {
	for _, o := range m.Threats {
		if o.ID == t.ID {
			continue
		}
		least := 1. / 2
		if o.Place == t.Place && o.Letter == t.Letter && t.Place != "" {
			least = 1. / 3
		}
		if grading.Likeness(o.Text, t.Text) >= least {
			return o, true
		}
	}
	return Threat{}, false
}

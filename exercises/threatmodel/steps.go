package threatmodel

import (
	"fmt"
	"strconv"
	"strings"
)

// A Step is one screen of a session.
type Step int

// The steps, in the order in which a session walks them; one may go back and
// forth at any time.
const (
	FeatureStep Step = iota
	SystemStep
	AssetsStep
	ScopeStep
	AssumptionsStep
	ThreatsStep
	PriorityStep
	DecisionsStep
	ReviewStep
	StepCount
)

// A StepInfo tells a step in words.
type StepInfo struct {
	Name    string
	Minutes int    // of an hour and a half; a hint, never a limit
	Ask     string // what the facilitator asks the room
}

// Steps are told in order.
var Steps = [StepCount]StepInfo{
	{"Feature", 5, "What are we working on? Two sentences that somebody from another team understands."},
	{"System", 15, "Which parts are there, what flows between them, and where does trust end?"},
	{"Assets", 5, "What would somebody want, or miss the most? Whose is it?"},
	{"Scope", 5, "What do we look at today, what do we leave out, and why?"},
	{"Assumptions", 5, "What do we take for true, and who finds out whether it is?"},
	{"Threats", 30, "What can go wrong? Place by place, letter by letter. Write the thought down before you say it."},
	{"Priority", 10, "How likely, how bad, and which of them first?"},
	{"Decisions", 10, "What are we going to do about it: mitigate, eliminate, transfer or accept? Who, and by when?"},
	{"Review", 5, "Did we do a good job? What is missing, and what would you show your team?"},
}

// Done reports whether a step holds what it is for.
func (m *Model) Done(s Step) bool {
	switch s {
	case FeatureStep:
		return m.Feature != "" && m.Title != ""
	case SystemStep:
		return len(m.Components) > 1 && len(m.Flows) > 0
	case AssetsStep:
		return len(m.Assets) > 0
	case ScopeStep:
		return len(m.Scope) > 0
	case AssumptionsStep:
		return len(m.Assumptions) > 0
	case ThreatsStep: // something has words, nothing has none, and no place was left out
		return len(m.Threats) > 0 && m.count(func(t Threat) bool { return strings.TrimSpace(t.Text) == "" }) == 0 && m.leftOut() == 0
	case PriorityStep:
		return len(m.Threats) > 0 && m.count(func(t Threat) bool { return t.Score() == 0 }) == 0
	case DecisionsStep:
		return len(m.Threats) > 0 && m.count(func(t Threat) bool { return !t.Decided() }) == 0
	case ReviewStep:
		return strings.TrimSpace(m.Review) != ""
	}
	return false
}

// leftOut counts the places at which nothing was found and nobody has looked.
func (m *Model) leftOut() (n int) {
	seen := map[string]bool{}
	for _, t := range m.Threats {
		seen[t.Place] = true
	}
	for _, l := range m.Looked {
		seen[l.Place] = true
	}
	for _, f := range m.Flows {
		if !seen[strconv.Itoa(f.N)] {
			n++
		}
	}
	for _, c := range m.Components {
		if !seen[c.ID] {
			n++
		}
	}
	return n
}

func (m *Model) count(is func(Threat) bool) (n int) {
	for _, t := range m.Threats {
		if is(t) {
			n++
		}
	}
	return n
}

// Decided reports whether a threat has a decision with all that it needs: who
// accepts or transfers says why and signs; what is mitigated or eliminated has a
// plan; and everything has a time, what is accepted one to look again.
func (t Threat) Decided() bool { return t.Decision != "" && len(t.Lacks()) == 0 }

// Lacks says in words what a decision still needs.
func (t Threat) Lacks() []string {
	var out []string
	need := func(ok bool, what string) {
		if !ok {
			out = append(out, what)
		}
	}
	switch t.Decision {
	case "":
		return []string{"a decision"}
	case "accept", "transfer":
		need(t.Reason != "", "a reason")
		need(t.Owner != "", "a name")
	default:
		need(t.Plan != "", "what will be done")
	}
	need(t.When != "", "a time")
	need(t.When != "revisit" || t.Date != "", "a date")
	return out
}

// A Check is a line of the review's list.
type Check struct {
	Text string
	OK   bool
	Step Step // where it is mended
}

// Checks is what a careful reader would ask of the model before it goes out, and
// what the organisation's policy asks.
func (m *Model) Checks(g *Guide) []Check {
	var out []Check
	add := func(s Step, missing int, ok, bad string) {
		if missing == 0 {
			out = append(out, Check{ok, true, s})
			return
		}
		if strings.Contains(bad, "%d") {
			bad = fmt.Sprintf(bad, missing)
		}
		out = append(out, Check{bad, false, s})
	}
	flag := func(b bool) int {
		if b {
			return 0
		}
		return 1
	}
	cov, unseen, places := m.Coverage(), 0, map[string]bool{}
	for _, p := range m.Places() {
		unseen += cov.Unseen(p)
		places[p] = true
	}
	unprotected := 0
	for _, a := range m.Assets {
		if m.count(func(t Threat) bool { return t.Asset == a.ID }) == 0 {
			unprotected++
		}
	}
	add(FeatureStep, flag(m.Done(FeatureStep)), "The feature is told in two sentences.", "Nobody from another team can tell yet what the feature is.")
	add(SystemStep, flag(m.Done(SystemStep)), "The system is drawn.", "The system is not drawn: two parts and an arrow are the least.")
	add(SystemStep, flag(len(m.Zones) > 1), "A trust boundary is drawn.", "There is no trust boundary: everything stands in one zone.")
	add(AssetsStep, flag(m.Done(AssetsStep)), "The assets have names.", "No asset has a name. What would somebody want?")
	add(ScopeStep, flag(m.scoped()), "What is left out has a reason.", "Scope: say what you left out, and why.")
	add(AssumptionsStep, flag(m.Done(AssumptionsStep)), "Assumptions are written down.", "No assumption is written down. There are always some.")
	add(AssumptionsStep, m.unconfirmed(), "Each assumption has somebody who finds out.", "Assumptions without a name beside them: %d.")
	if len(places) > 0 {
		add(ThreatsStep, unseen, "Every place was looked at with all six letters.", "Squares of the grid at which nobody has looked: %d.")
	}
	add(ThreatsStep, m.count(func(t Threat) bool { return !places[t.Place] }), "Each threat has a place.", "Threats without a place: %d.")
	if len(m.Assets) > 0 {
		add(ThreatsStep, unprotected, "Each asset occurs in a threat.", "Assets that no threat names: %d.")
	}
	add(PriorityStep, m.count(func(t Threat) bool { return t.Score() == 0 }), "Each threat is rated.", "Threats that are not rated: %d.")
	add(DecisionsStep, m.count(func(t Threat) bool { return !t.Decided() }), "Each threat has a decision, with what it needs.", "Threats whose decision lacks something: %d.")
	if late := m.count(g.Late); late > 0 {
		add(DecisionsStep, late, "", "Threats that wait longer than the policy says: %d.")
	}
	add(ReviewStep, flag(m.Done(ReviewStep)), "You looked back at your own work.", "Did you do a good job? Answer that here.")
	return out
}

func (m *Model) scoped() bool {
	for _, s := range m.Scope {
		if s.Out && s.Why == "" {
			return false
		}
	}
	return len(m.Scope) > 0
}

func (m *Model) unconfirmed() (n int) {
	for _, a := range m.Assumptions {
		if a.Who == "" {
			n++
		}
	}
	return n
}

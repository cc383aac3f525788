package evidence

import (
	"fmt"
	"strings"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/progress"
)

// A Level says how much help a team of people like this one needs from security.
type Level string

// The levels of readiness. They follow the phases in which a team takes threat
// modeling over: training, observation, review, security optional.
const (
	NotYet           Level = "not-yet"
	Lead             Level = "lead-with-security" // lead a session with security in the room
	ReviewOnly       Level = "review-only"        // security reviews what was found
	SecurityOptional Level = "security-optional"  // security comes when asked
)

// Levels are all levels, the least first.
var Levels = []Level{NotYet, Lead, ReviewOnly, SecurityOptional}

// String is the level in words.
func (l Level) String() string {
	switch l {
	case Lead:
		return "ready to lead with security in the room"
	case ReviewOnly:
		return "ready for review only"
	case SecurityOptional:
		return "security optional"
	}
	return "on the way"
}

// What a level asks for.
const (
	reviewScenarios   = 2
	optionalScenarios = 3
	apart             = 90 * 24 * time.Hour // from the first scenario to the last
)

// severities are those that count, the gravest first.
var severities = []string{"critical", "high", "medium"}

// Why a scenario shows nothing of what somebody finds alone.
type Why string

// The reasons.
const (
	Counts   Why = ""         // it does count
	Untried  Why = "untried"  // it can still be taken
	HintUsed Why = "hint"     // a hint was opened before the first hand-in
	KeyShown Why = "revealed" // a lesson that discusses it was opened before
)

// A Finding is what somebody found in one scenario on their own.
type Finding struct {
	Scenario string         `json:"scenario"`
	Title    string         `json:"title"`
	Why      Why            `json:"why,omitempty"` // why it does not count
	At       *time.Time     `json:"at,omitempty"`  // of the hand-in
	Found    map[string]int `json:"found"`         // by severity
	All      map[string]int `json:"all"`           // by severity: how many the key has
	// Cards is how many there were room for, where it was a report of the course.
	Cards int `json:"cards,omitempty"`
}

// want is how many of a severity the levels ask for: all of the critical ones, and
// two thirds of the others.
func (f Finding) want(severity string) int {
	if severity == "critical" {
		return f.All[severity]
	}
	return (2*f.All[severity] + 2) / 3
}

func (f Finding) enough(severity string) bool { return f.Found[severity] >= f.want(severity) }

// Narrow reports whether all critical and two thirds of the high threats were found.
func (f Finding) Narrow() bool {
	return f.Why == Counts && f.All["critical"]+f.All["high"] > 0 && f.enough("critical") && f.enough("high")
}

// Wide is Narrow with two thirds of the medium threats as well.
func (f Finding) Wide() bool { return f.Narrow() && f.enough("medium") }

// Readiness is what somebody has shown, and what is missing.
type Readiness struct {
	Level     Level     `json:"level"`
	PartsDone int       `json:"parts_done"`
	Parts     int       `json:"parts"`
	Scenarios []Finding `json:"scenarios"`
	// ReviewOnly and SecurityOptional are in how many scenarios what these levels
	// ask for was found, Days from the first to the last of the latter.
	ReviewOnly       int `json:"scenarios_for_review_only"`
	SecurityOptional int `json:"scenarios_for_security_optional"`
	Days             int `json:"days"`
}

// Ready derives readiness from events, over every scenario that has a key.
//
// Only the first hand-in of a scenario that was judged counts, with whatever
// threats were credited in it, and only when no hint of that scenario was opened
// and no later lesson of the part that discusses it: each of them tells what there
// is to be found, and finding it again would be memory. A question that the grader
// asks back tells nothing, so that the answer to it is still the first hand-in.
// Forgetting an exercise does not make its scenario fresh again. A report of three
// cards cannot show enough; course.Fresh has twelve. What somebody saw in a class,
// or beside the key of a live session, leaves no event and is not known here.
//
// The levels: Lead is every part finished. ReviewOnly is all critical and at least
// two thirds of the high threats in two scenarios. SecurityOptional is the same and
// two thirds of the medium ones, in three, the last at least 90 days after the
// first. They stand by themselves: who finds everything without having taken a
// part does not wait for it.
func Ready(c *course.Course, events []progress.Event) (Readiness, error) {
	r := Readiness{Level: NotYet, Parts: len(c.Modules)}
	parts, err := Parts(c, events)
	if err != nil {
		return r, err
	}
	done := map[string]bool{}
	for _, p := range parts {
		if p.Module != "" && p.Done() {
			done[p.Module] = true
		}
	}
	r.PartsDone = len(done)
	for _, id := range c.Scenarios() {
		s, err := c.Keyed(id)
		if err != nil {
			return r, err
		}
		r.Scenarios = append(r.Scenarios, finding(c, s, events))
	}
	var first, last time.Time
	for _, f := range r.Scenarios {
		if f.Narrow() {
			r.ReviewOnly++
		}
		if !f.Wide() {
			continue
		}
		r.SecurityOptional++
		if first.IsZero() || f.At.Before(first) {
			first = *f.At
		}
		if f.At.After(last) {
			last = *f.At
		}
	}
	r.Days = int(last.Sub(first) / (24 * time.Hour))
	if r.PartsDone == r.Parts && r.Parts > 0 {
		r.Level = Lead
	}
	if r.ReviewOnly >= reviewScenarios {
		r.Level = ReviewOnly
	}
	if r.SecurityOptional >= optionalScenarios && last.Sub(first) >= apart {
		r.Level = SecurityOptional
	}
	return r, nil
}

// finding reads what events show of one scenario.
func finding(c *course.Course, s *course.Keyed, events []progress.Event) Finding {
	f := Finding{Scenario: s.ID, Title: s.System.Title, Why: Untried, Found: map[string]int{}, All: map[string]int{}}
	severity := map[string]string{}
	for _, t := range s.Answers.Threats {
		severity[t.ID] = t.Severity.Rating
		f.All[t.Severity.Rating]++
	}
	items, tells := about(c, s.ID)
	for _, e := range events {
		if e.Course != "" && e.Course != c.ID {
			continue
		}
		switch {
		case e.Kind == progress.Hinted && items[e.Item]:
			if e.Item == course.FreshPrefix+s.ID && e.Hint == 1 {
				continue // it only warns
			}
			f.Why = HintUsed
		case e.Kind == progress.Visited && tells[e.Item]:
			f.Why = KeyShown
		case (e.Kind == progress.Submitted || e.Kind == progress.Reviewed) && items[e.Item] && e.Outcome != string(exercises.Asked):
			f.Why, f.At = Counts, &e.Time
			if x := report(c, e.Item); x != nil {
				f.Cards = x.Most()
			}
			for _, id := range e.Credited {
				if s := severity[id]; s != "" {
					f.Found[s]++
					delete(severity, id) // it counts once
				}
			}
		}
		if f.Why != Untried {
			break
		}
	}
	return f
}

// about is the reports on a scenario, and the lessons behind them in their part.
func about(c *course.Course, scenario string) (items, tells map[string]bool) {
	items, tells = map[string]bool{course.FreshPrefix + scenario: true, course.SittingPrefix + scenario: true}, map[string]bool{}
	for _, m := range c.Modules {
		behind := false
		for _, st := range m.Steps {
			if behind && !st.Coming {
				tells[st.ID] = true
			}
			for _, it := range st.Items() {
				if x := report(c, it.ID); x != nil && x.ScenarioID() == scenario {
					items[it.ID], behind = true, true
				}
			}
		}
	}
	return items, tells
}

// Text is readiness for the person whose it is: what is there, and the next step.
// take is the command with which a scenario is taken here.
func (r Readiness) Text(take func(scenario string) string) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("You are: %s.\n", r.Level)
	say("Parts finished: %d of %d.", r.PartsDone, r.Parts)
	var fresh []string
	for _, f := range r.Scenarios {
		title := exercises.CleanLine(f.Title)
		switch f.Why {
		case Untried:
			fresh = append(fresh, f.Scenario)
			say("%s (%s): not tried yet.", title, f.Scenario)
			continue
		case HintUsed:
			say("%s (%s): good practice, but a hint helped, so it shows nothing about working alone.", title, f.Scenario)
			continue
		case KeyShown:
			say("%s (%s): you have read about it, so it can no longer show what you find.", title, f.Scenario)
			continue
		}
		var found []string
		for _, s := range severities {
			found = append(found, fmt.Sprintf("%d of %d %s", f.Found[s], f.All[s], s))
		}
		say("%s (%s), %s, alone: %s.%s", title, f.Scenario, f.At.Format(time.DateOnly), strings.Join(found, ", "), f.missing())
	}
	say("\n%s", r.next(fresh, take))
	return b.String()
}

// missing says what a scenario lacks for the next level.
func (f Finding) missing() string {
	var need []string
	critical, high := f.want("critical"), f.want("high")
	if f.Cards > 0 && critical+high > f.Cards {
		return fmt.Sprintf(" That many cards, %d, cannot show a level: it takes %d critical and %d high threats.", f.Cards, critical, high)
	}
	for _, s := range severities {
		if n := f.want(s) - f.Found[s]; n > 0 {
			need = append(need, fmt.Sprintf("%d more %s", n, s))
		}
	}
	switch {
	case len(need) == 0:
		return " It counts for every level."
	case f.Narrow():
		return " It counts for review only; security optional asks for " + strings.Join(need, " and ") + "."
	}
	return " For a level it would have taken " + strings.Join(need, " and ") + "."
}

// next is the next step, in kind words.
func (r Readiness) next(fresh []string, take func(string) string) string {
	switch {
	case r.Level == SecurityOptional:
		return "You find what matters alone, and still do after months. Next: help somebody else to get there."
	case r.Level == NotYet:
		left := r.Parts - r.PartsDone
		text := fmt.Sprintf("Next: finish the %d %s left. After that you are ready to lead a session with security in the room.", left, plural(left, "part that is", "parts that are"))
		if len(fresh) > 0 {
			// The course's own reports have three cards, and use a document up.
			text += " When you come to a document in the course, hand in all that you find first, on twelve cards; then it counts here, and the lesson goes on as before: " + take(fresh[0]) + "."
		}
		return text
	case r.Level == ReviewOnly && r.SecurityOptional >= optionalScenarios:
		return "Next: time. The last document must come at least 90 days after the first, to show that it stays with you."
	}
	goal := fmt.Sprintf("all critical and two thirds of the high threats in %d documents that you do alone (now %d)", reviewScenarios, r.ReviewOnly)
	if r.Level == ReviewOnly {
		goal = fmt.Sprintf("two thirds of the medium threats too, in %d documents, the last at least 90 days after the first (now %d)", optionalScenarios, r.SecurityOptional)
	}
	if len(fresh) == 0 {
		return "Next: " + goal + ". You know every document here by now. Ask for a fresh one: your organisation can add its own to the course."
	}
	text := "Next: " + goal + ". A document that you do not know: " + take(fresh[len(fresh)-1]) +
		". It has twelve cards and only the first hand-in counts; take it before you meet the document in the course."
	if r.ReviewOnly+len(fresh) < reviewScenarios {
		text += " One alone does not reach it; your organisation can add its own to the course."
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

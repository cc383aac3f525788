package insights

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MostAdvice is how many suggestions a report makes: more than that nobody does.
const MostAdvice = 10

// An Advice is something for the author to look at, with its evidence.
type Advice struct {
	About    string `json:"about"` // id of an exercise, or scenario/threat
	File     string `json:"file"`  // where to look
	What     string `json:"what"`
	Evidence string `json:"evidence"`

	weight float64 // how bad it is; see the constants
}

// What weighs how much: the most that a suggestion of a kind can weigh, on a
// scale of the course's own. A marked answer that seems wrong teaches the wrong
// thing, so it stands above all. Most are multiplied by how sure the finding is.
const (
	weighKey       = 100.0 // those who do well elsewhere get it wrong
	weighNobody    = 85.0  // nobody has an exercise right
	weighOption    = 85.0  // one wrong option draws most people
	weighDispute   = 80.0  // many disagree with a grading
	weighHandled   = 60.0  // what is handled is reported again and again
	weighUnknown   = 60.0  // the key does not understand what people write
	weighLetter    = 50.0
	weighRating    = 45.0
	weighPlace     = 45.0 // nobody looks at a place
	weighTime      = 30.0
	weighAsked     = 25.0
	weighEverybody = 10.0
)

// weighMissed is for a threat that nobody, or hardly anybody, reports.
var weighMissed = map[string]float64{"critical": 98, "high": 85, "medium": 50, "low": 15}

// When something is worth a word, as shares. They are choices, not measurements.
const (
	hardly       = 0.10 // a grave threat that surely fewer than this report
	oftenOption  = 0.25 // a wrong option that surely more than this choose
	oftenHandled = 0.15
	oftenUnknown = 0.30
	oftenLetter  = 0.20 // of those who found a threat, one wrong letter
	oftenRating  = 0.30
	oftenAsked   = 0.50
	fewDisputes  = 3   // learners
	slow         = 2.0 // times the minutes that are promised
	sureOfAll    = 20  // learners before "everybody was right" says anything
)

// advise says what to do, the worst first. Of one exercise, and of one threat, it
// says the worst thing only.
func (r *Report) advise() []Advice {
	var all []Advice
	tests := 0
	for _, e := range r.Exercises {
		if e.Discrimination != nil {
			tests++
		}
	}
	for _, e := range r.Exercises {
		all = append(all, e.advice(tests)...)
	}
	for _, s := range r.Scenarios {
		all = append(all, s.advice()...)
	}
	slices.SortStableFunc(all, func(a, b Advice) int { return cmp.Compare(b.weight, a.weight) })
	said := map[string]bool{}
	out := []Advice{}
	for _, a := range all {
		if said[a.About] || len(out) == MostAdvice {
			continue
		}
		said[a.About] = true
		out = append(out, a)
	}
	return out
}

// advice takes how many exercises have a discrimination.
func (e Exercise) advice(tests int) []Advice {
	if e.TooFew {
		return nil
	}
	var out []Advice
	say := func(weight float64, evidence, what string, args ...any) {
		out = append(out, Advice{About: e.ID, File: e.File, What: fmt.Sprintf(what, args...), Evidence: evidence, weight: weight})
	}
	worst := ""
	if len(e.Misleads) > 0 {
		p := e.Misleads[0]
		worst = fmt.Sprintf("%s chose “%s” (%s)", ofAll(p.Rate), p.Text, interval(p.Rate))
	}
	if d := e.Discrimination; d != nil && d.below(tests) {
		evidence := fmt.Sprintf("Discrimination %s (%s to %s, %d learners)", signed(d.R), signed(d.Low), signed(d.High), d.N)
		if worst != "" {
			evidence += ". " + worst
		}
		say(weighKey*(0.9-0.1*d.High), evidence+".", "Is the answer that is marked right in “%s” the right one? Those who do well elsewhere get it wrong more often than the others.", e.Title)
	}
	if e.Nobody {
		evidence := fmt.Sprintf("%s had full marks at the first try, and the mean is %s", ofAll(*e.Right), percent(e.Mean))
		if worst != "" {
			evidence += ". " + worst
		}
		say(weighNobody*(1-e.Right.High), evidence+".", "Nobody of %d had “%s” right. Is it taught before it is asked, and can the prompt be read in another way?", e.Right.Of, e.Title)
	}
	if e.Everybody && e.Right.Of >= sureOfAll {
		say(weighEverybody*e.Right.Low, fmt.Sprintf("%s had full marks at the first try.", ofAll(*e.Right)), "Everybody had “%s” right at once. Does it still ask something? A wrong option that tempts would help.", e.Title)
	}
	if len(e.Misleads) > 0 && e.Misleads[0].Rate.Low > oftenOption {
		p := e.Misleads[0]
		weight := weighOption * p.Rate.Low
		if p.Rate.Low > e.Right.High { // surely more than are right
			weight = weighOption * (0.8 + 0.2*p.Rate.Low)
		}
		say(weight, fmt.Sprintf("%s chose it (%s); %s had full marks.", ofAll(p.Rate), interval(p.Rate), ofAll(*e.Right)), "“%s” misleads in “%s”. Does the lesson say the difference, or can that option be defended?", p.Text, e.Title)
	}
	if u := e.Unrecognised; u != nil && u.Low > oftenUnknown {
		say(weighUnknown*u.Low, fmt.Sprintf("%s wrote something that was not recognised (%s).", ofAll(*u), interval(*u)), "What people write in “%s” is often not known. Collect it with --free-text and add it as examples.", e.Title)
	}
	if promised := float64(max(1, e.Stated)); e.Minutes >= slow*promised && e.Minutes >= promised+2 {
		say(weighTime*min(1, e.Minutes/promised/(2*slow)), fmt.Sprintf("The median of %d learners is %s minutes.", e.Timed, number(e.Minutes)), "“%s” promises %d minutes and takes longer. Say so, or make it shorter.", e.Title, e.Stated)
	}
	return out
}

func (s Scenario) advice() []Advice {
	if s.TooFew {
		return nil
	}
	var out []Advice
	say := func(about string, weight float64, evidence, what string, args ...any) {
		out = append(out, Advice{About: s.ID + "/" + about, File: s.File, What: fmt.Sprintf(what, args...), Evidence: evidence, weight: weight})
	}
	// As many would find a threat if people reported any at random: a threat that is
	// not grave is only surely overlooked when fewer do.
	chance := float64(s.Cards) / float64(s.Learners) / float64(max(1, len(s.Threats)))
	explained := map[string]bool{} // places that a threat which nobody found speaks of
	for _, t := range s.Threats {
		grave := t.Severity == "critical" || t.Severity == "high"
		clue := fmt.Sprintf("“%s” (%s, at %s).", t.Clue, t.Severity, t.Place)
		if slices.ContainsFunc(t.places, func(p string) bool { return slices.Contains(s.Unseen, p) }) {
			clue += " Nobody looked there."
		}
		switch {
		case t.Found.N == 0 && (grave || t.Found.High < chance):
			for _, p := range t.places {
				explained[p] = true
			}
			say(t.ID, weighMissed[t.Severity]*(1-t.Found.High), clue, "Nobody of %d found %s: is the sentence that gives it away findable? And does the lesson for %s ask for it?", t.Found.Of, t.ID, strings.Join(t.Letters, " or "))
		case grave && t.Found.High < hardly:
			say(t.ID, weighMissed[t.Severity]*(1-t.Found.High)*0.7, clue, "Only %s found %s: is the sentence that gives it away findable?", ofAll(t.Found), t.ID)
		}
		if len(t.Wrong) > 0 && t.Wrong[0].Rate.Low > oftenLetter {
			w := t.Wrong[0]
			say(t.ID, weighLetter*w.Rate.Low, fmt.Sprintf("%s of those who found it chose that letter (%s).", ofAll(w.Rate), interval(w.Rate)), "Should the key take %s for %s as well? It takes %s.", w.Text, t.ID, strings.Join(t.Letters, " or "))
		}
		for _, x := range []struct {
			rate *Rate
			how  string
		}{{t.Over, "higher"}, {t.Under, "lower"}} {
			if x.rate != nil && x.rate.Low > oftenRating {
				say(t.ID, weighRating*x.rate.Low, fmt.Sprintf("%s of those who found it rated it %s (%s).", ofAll(*x.rate), x.how, interval(*x.rate)), "People rate %s %s than the key, which says %s. Does the document say how likely it is and what it costs?", t.ID, x.how, t.Severity)
			}
		}
	}
	for _, id := range s.Unseen {
		for _, p := range s.Places {
			if p.ID == id && !explained[id] {
				say("place "+id, weighPlace*(1-p.Rate.High), fmt.Sprintf("%s had a card there.", ofAll(p.Rate)), "Nobody looks at %s, and the key has something there that people place elsewhere. Does the diagram say what it is?", p.Text)
			}
		}
	}
	for _, h := range s.Handled {
		if h.Rate.Low > oftenHandled {
			say(h.ID, weighHandled*h.Rate.Low, fmt.Sprintf("%s reported it (%s).", ofAll(h.Rate), interval(h.Rate)), "“%s” is reported again and again, and the design deals with it. Is the sentence that says so too quiet, or does it deal with less than the key believes?", h.Text)
		}
	}
	if s.NotInKey.Low > oftenUnknown {
		say("not in key", weighUnknown*s.NotInKey.Low, fmt.Sprintf("%s cards (%s).", ofAll(s.NotInKey), interval(s.NotInKey)), "The key of “%s” does not know much of what people report. Collect it with --free-text, and add examples or threats.", s.Title)
	}
	if s.Asked.Low > oftenAsked {
		say("asked", weighAsked*s.Asked.Low, fmt.Sprintf("%s cards (%s); %s of them were credited then.", ofAll(s.Asked), interval(s.Asked), ofAll(s.AfterQuestion)), "The grader asks about most cards of “%s”. More examples in other voices make it surer.", s.Title)
	}
	for _, d := range s.Disputes {
		if r := rate(d.Learners, s.Learners); d.Learners >= fewDisputes {
			about := d.ID
			if about == "" {
				about = "disputes"
			}
			say(about, weighDispute*(0.3+0.7*r.Low), fmt.Sprintf("%s disagreed.", ofAll(r)), "Look at the contested gradings of “%s”: are they examples that the key should have?", d.Title)
		}
	}
	return out
}

// ofAll is a rate as a count: 12 of 40.
func ofAll(r Rate) string { return fmt.Sprintf("%d of %d", r.N, r.Of) }

// interval is Wilson's interval in words.
func interval(r Rate) string {
	return fmt.Sprintf("%s, 95%% interval %s to %s", percent(r.Share), percent(r.Low), percent(r.High))
}

func percent(x float64) string { return fmt.Sprintf("%.0f%%", 100*x) }

// signed is a coefficient with a proper minus.
func signed(x float64) string { return strings.Replace(fmt.Sprintf("%.2f", x), "-", "−", 1) }

// number is a number with at most one decimal.
func number(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") }

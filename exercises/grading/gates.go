package grading

import (
	"fmt"
	"strings"
)

// Gates are reasons not to judge a text yet. Each has a name and a question;
// none of them is a silent zero.

var (
	negations = set(`not no never nobody noone none neither nor without impossible unlikely lacks lack lacking missing isnt doesnt off`)
	// controls are words that claim protection.
	controls = set(`encrypt encrypts encrypted encryption validate validates validated validation verify verifies verified verification authenticate authenticates authenticated authorised authorized
limit limits limited restrict restricted restricts rotate rotated rotates scrub scrubbed scrubs sanitise sanitised sanitized sanitize escape escaped escapes parameterised parameterized allowlisted whitelisted signed hashed masked audited monitored secured protected checked checks safe secure`)
	// harms are words that somebody does something with, or that something bad follows.
	harms = set(`steal steals stolen stealing read reads reading see sees seen alter alters altered change changes changed changing modify modifies replace replaces replaced swap swaps delete deletes deleted deleting erase erases erased remove removes wipe wipes fake fakes faked forge forges forged pretend pretends impersonate impersonates pose poses
guess guesses guessing test tests testing try tries trying feed feeds feeding flood floods flooding overload overloads drain drains draining spend exhaust exhausts crash crashes block blocks deny denies denied denying leak leaks leaked leaking expose exposes exposed sniff sniffs intercept intercepts eavesdrop listen listens capture captures copy copies copied dump dumps
download downloads export exports sell sells sold abuse abuses bypass bypasses skip skips circumvent lose loses lost attacker attackers thief thieves insider insiders fraud fraudster criminal criminals cost costs pay pays bill fine fines damage hurt learn learns find finds discover discovers hide hides cover inject injects injection reach reaches grab grabs take takes taken overwrite overwrites attach attaches enter enters unnoticed anyone anybody trick tricks fool fools swamp swamps prove blame`)
	// fixes begin a sentence that is a remedy.
	fixes = set(`use add encrypt implement enable introduce enforce require limit restrict rotate remove stop validate verify check sign hash mask tokenise tokenize delete purge turn switch set put move store log monitor audit apply configure install deploy ensure consider should`)
)

// textGate looks at the text alone, before it is compared.
func (x *Index) textGate(ss []sentence, ts []token) (Status, string) {
	words, stop, distinct := 0, 0, map[string]bool{}
	for _, s := range ss {
		for _, t := range s {
			words++
			if t.stop {
				stop++
			} else {
				distinct[t.stem] = true
			}
		}
	}
	if words >= 12 && (float64(stop)/float64(words) < 0.08 || float64(len(distinct)) < 0.3*float64(len(ts))) {
		return Stuffed, "I read many words and no sentence. Who does what here, and what follows from it? One sentence is enough."
	}
	for _, t := range ts {
		if !generic[t.raw] && !isLetterName(t.raw) && !x.isPlaceWord(t) {
			return "", ""
		}
	}
	said := join(ts)
	if len(said) > 60 {
		said = said[:60] + "…"
	}
	if said == "" {
		return Vague, "Can you say more? Who does what, to which asset, and what in the design lets them?"
	}
	return Vague, fmt.Sprintf("You write “%s”. Who would that be, what exactly would they do, and which sentence of the document lets them?", said)
}

func isLetterName(w string) bool {
	for _, name := range LetterNames {
		for _, part := range strings.Fields(strings.ToLower(name)) {
			if w == part {
				return true
			}
		}
	}
	return false
}

// isPlaceWord reports whether a word is nothing but the name of a place.
func (x *Index) isPlaceWord(t token) bool {
	for _, th := range x.key.Threats {
		for _, p := range append(append([]string{}, th.Place.Accept...), th.Place.Also...) {
			for _, part := range strings.Split(p, "-") {
				if t.raw == part {
					return true
				}
			}
		}
	}
	return false
}

// meaningGate looks at what kind of statement the text is. p is how sure the
// comparison is: a text that says plainly what goes wrong is not held up.
func (x *Index) meaningGate(ss []sentence, ts []token, text string, p float64) (Status, string) {
	if denies(normalise(text)) {
		return ControlClaimed, "Do you mean that this can happen here, or that it cannot? Say what in the document lets it happen, or what prevents it."
	}
	harm := false
	for _, s := range ss {
		for _, t := range s {
			harm = harm || harms[t.raw]
		}
	}
	if harm {
		return "", ""
	}
	if fixFirst(ss) {
		return FixOnly, "That is a remedy. What goes wrong without it: who does what, and who is hurt?"
	}
	if claimsControl(ss) {
		return ControlClaimed, "Is that present in the document, or missing? And what can somebody do because of it?"
	}
	if x.isFact(ts, text) {
		return NoHarm, "True, the document says so. What could somebody do with that, and what would follow?"
	}
	return "", ""
}

// denies reports whether a text says of a threat that it is none.
func denies(s string) bool {
	for _, d := range []string{
		"it is not true", "not true that", "it is false", "is not possible", "not possible to", "it is impossible", "impossible to", "impossible for", "impossible that",
		"can not happen", "could not happen", "is not a threat", "is no threat", "not a problem", "no problem with", "is not a risk", "no risk", "is not at risk", "attackers can not", "attacker can not", "there is no way",
	} {
		if strings.Contains(s, d) {
			return true
		}
	}
	// "Nobody can read it" denies a threat; "nobody can tell who read it" is one.
	for _, who := range []string{"nobody can ", "nobody could ", "no one can ", "no one could ", "no attacker can ", "no attacker could "} {
		if _, rest, ok := strings.Cut(s, who); ok {
			verb := strings.Fields(strings.TrimPrefix(strings.TrimPrefix(rest, "ever "), "possibly ") + " .")[0]
			if harms[verb] && !knows[verb] {
				return true
			}
		}
	}
	return false
}

// knows are verbs of finding out: where nobody can do that, something is missing.
var knows = set(`see find learn prove discover`)

func fixFirst(ss []sentence) bool {
	for _, s := range ss {
		first := ""
		for _, t := range s {
			if !t.stop || t.raw == "should" {
				first = t.raw
				break
			}
		}
		lead := s[0].raw
		we := len(s) > 1 && (lead == "we" || lead == "you" || lead == "they") && (s[1].raw == "should" || s[1].raw == "must" || s[1].raw == "need")
		if !we && !(fixes[first] && (s[0].raw == first || lead == "please" || lead == "just" || lead == "let")) {
			return false
		}
	}
	return true
}

// claimsControl reports whether the text names a protection without denying it.
func claimsControl(ss []sentence) bool {
	for _, s := range ss {
		control, negated := false, false
		for _, t := range s {
			control = control || controls[t.raw]
			negated = negated || negations[t.raw] || strings.HasPrefix(t.raw, "un") && controls[t.raw[2:]]
		}
		if control && !negated {
			return true
		}
	}
	return false
}

func (x *Index) isFact(ts []token, text string) bool {
	if len(x.facts.candidates) == 0 {
		return false
	}
	words, chars := x.facts.wordVector(ts), x.facts.charVector(text)
	for i := range x.facts.candidates {
		if f := x.facts.compare(words, chars, ts, &x.facts.candidates[i]); f.word > 0.6 && f.cover > 0.6 {
			return true
		}
	}
	return false
}

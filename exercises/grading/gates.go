package grading

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kljensen/snowball/english"
)

// Gates are reasons not to judge a text yet. Each has a name and a question;
// none of them is a silent zero.

// stems makes a set of the stems of words.
func stems(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[english.Stem(w, false)] = true
	}
	return m
}

var (
	letterNames = set(strings.ToLower("Spoofing Tampering Repudiation Information disclosure Denial of service Elevation privilege"))
	negations   = set(`not no never nobody noone none neither nor without impossible unlikely lacks lack lacking missing off`)
	// controls are stems of words that claim protection.
	controls = stems(`encrypted encryption validate verify authenticate authorised authorized limit restrict rotate scrub sanitise sanitize escape parameterised allowlisted signed hashed masked audited monitored secured protected check safe secure approve expire`)
	// harms are stems of deeds and of people who do them: with one of these a text says what goes wrong.
	harms = stems(`steal stolen read see saw alter change modify replace swap delete erase remove wipe fake forge pretend impersonate pose play poison
guess test try feed flood overload overwhelm swamp drain spend exhaust crash fall block deny leak expose sniff intercept eavesdrop listen capture collect copy dump download export sell abuse misuse bypass skip circumvent avoid lose
attacker hacker thief insider intruder fraud fraudster criminal carder gang competitor stranger outsider spy bot botnet impostor man cost pay fine damage hurt learn find discover hide cover inject reach grab take takeover overwrite attach enter trick fool blame dispute vanish
someone somebody anyone anybody whoever nobody everyone everybody they i you he she rogue malicious bribe curious snoop browse look cheat ruin slow phish hijack spoof tamper vandal break broke walk sign register rewrite clean evil disgruntled compromise hack able loop run brute intern employee contractor former spiteful angry greedy`)
	// possible are words with which a text says what could happen.
	possible = set(`can could may might would`)
	// remedies are words with which a remedy begins.
	remedies = set(`use add encrypt implement enable introduce enforce require limit restrict rotate remove stop validate verify check sign hash mask tokenise tokenize delete purge turn switch set put move store log monitor audit apply configure install deploy ensure consider should make keep force give let`)
	// unable are stems of what it is a weakness, not a comfort, to be unable to do.
	unable = stems(`tell say know prove see find identify trace detect notice prevent stop catch check verify distinguish learn show recover restore blame hold trust track`)
)

// stuffed reports whether a text is a list of key words.
func stuffed(r reading) bool {
	words, stop, distinct := 0, 0, map[string]bool{}
	for _, s := range r.ss {
		for _, t := range s {
			words++
			if t.stop {
				stop++
			} else {
				distinct[t.stem] = true
			}
		}
	}
	// People write about two function words in five; a list of key words has next to none.
	few := float64(stop) < 0.08*float64(words) || words >= 15 && float64(stop) < 0.14*float64(words)
	return words >= 12 && (few || float64(len(distinct)) < 0.3*float64(len(r.ts)))
}

// askVague asks for everything that a vague text leaves open.
func askVague(r reading) string {
	said := cutAt(join(r.ts), 60)
	if said == "" {
		return "Can you say more? Who does what, to which asset, and what in the design lets them?"
	}
	return fmt.Sprintf("You write “%s”. Who would that be, what exactly would they do, and which sentence of the document lets them?", said)
}

// telling reports whether two words are left when those are taken away that fit
// everything: generic ones, names of letters and places, and what half of the
// key is about. A single one can be a coincidence.
func (x *Index) telling(ts []token) bool {
	left := map[string]bool{}
	for _, t := range ts {
		n, known := x.corpus.words[t.stem]
		if !generic[t.raw] && !letterNames[t.raw] && !x.places[t.stem] && (!known || x.corpus.idf[n] >= tellingIDF) {
			left[t.stem] = true
		}
	}
	return len(left) > 1
}

// cutAt shortens a text to n letters.
func cutAt(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// meaningGate looks at what kind of statement the text is.
func (x *Index) meaningGate(r reading, best scored) (Status, string) {
	bad := func(t token) bool { return harms[t.stem] || possible[t.raw] }
	if fixFirst(r.ss) && !slices.ContainsFunc(r.ss, func(s sentence) bool {
		return slices.ContainsFunc(s[1:], func(t token) bool { return bad(t) && !remedies[t.raw] })
	}) {
		return FixOnly, "Is that a remedy, or what an attacker would do? Say what goes wrong: who does what, and who is hurt?"
	}
	switch {
	case x.isFact(r.ts, best.f):
		return NoHarm, "True, the document says so. What could somebody do with that, and what would follow?"
	case speaksOf(r.ss, bad) || negated(r.ss): // a deed, or a weakness: that something is not there
		return "", ""
	case speaksOf(r.ss, func(t token) bool { return controls[t.stem] }):
		return ControlClaimed, "Is that present in the document, or missing? And what can somebody do because of it?"
	}
	return NoHarm, "What could somebody do because of that, and who would be hurt?"
}

func speaksOf(ss []sentence, of func(token) bool) bool {
	return slices.ContainsFunc(ss, func(s sentence) bool { return slices.ContainsFunc(s, of) })
}

func negated(ss []sentence) bool {
	return speaksOf(ss, func(t token) bool {
		return negations[t.raw] || strings.HasPrefix(t.raw, "un") && controls[english.Stem(t.raw[2:], false)]
	})
}

// denies reports whether a normalised text says of a threat that it is none.
func denies(s string) bool {
	for _, d := range []string{
		"not true that", "is not true", "it is false", "not the case", "can not happen", "could not happen", "will not happen", "not a threat", "no threat",
		"not a problem", "no problem with", "not a risk", "no risk", "not at risk", "not vulnerable", "is useless",
		"is impossible that", "not possible that", "no way that", "unlikely that", "is impossible because", "is impossible since",
	} {
		if strings.Contains(s, d) {
			return true
		}
	}
	// "Nobody can read it" denies a threat; "nobody can tell who read it" is one.
	for _, d := range []string{
		"nobody can ", "nobody could ", "nobody is able to ", "no one can ", "no one could ", "no one is able to ", "noone can ", "no attacker can ", "no attacker could ", "no stranger can ", "no outsider can ",
		"is impossible to ", "is impossible for ", "not possible to ", "not possible for ", "no way to ", "no way for ", "unable to ",
		"attackers can not ", "attacker can not ", "hackers can not ", "hacker can not ", "attackers could not ", "attacker could not ", "stranger can not ", "strangers can not ", "outsiders can not ", "insiders can not ",
	} {
		for rest, ok := s, true; ok; {
			if _, rest, ok = strings.Cut(rest, d); ok && comforts(rest) {
				return true
			}
		}
	}
	return false
}

// comforts reports whether what follows "nobody can" is a comfort: it is when
// the next words are a bad deed, and not about telling, proving or preventing.
func comforts(rest string) bool {
	ss := readNormal(rest[:min(200, len(rest))])
	if len(ss) == 0 {
		return false
	}
	next := ss[0][:min(6, len(ss[0]))]
	return slices.ContainsFunc(next, func(t token) bool { return harms[t.stem] }) &&
		!slices.ContainsFunc(next, func(t token) bool { return unable[t.stem] })
}

// fixFirst reports whether every sentence is a remedy.
func fixFirst(ss []sentence) bool {
	for _, s := range ss {
		lead, next := s[0], token{}
		if len(s) > 1 {
			next = s[1]
		}
		people := lead.raw == "we" || lead.raw == "you" || lead.raw == "they" || lead.raw == "please" || lead.raw == "just"
		ought := next.raw == "should" || next.raw == "must" || next.raw == "need" || next.raw == "better"
		if !remedies[lead.raw] && !(people && (ought || remedies[next.raw])) {
			return false
		}
	}
	return true
}

// isFact reports whether a text says what a sentence of the document says and
// little else, and is more like that sentence than like any way to put a threat.
func (x *Index) isFact(ts []token, best features) bool {
	q := x.facts.newQuery()
	q.set(x.facts, ts)
	for i := range x.facts.candidates {
		f := x.facts.compare(q, &x.facts.candidates[i])
		if f.word >= factFrom && f.cover >= factCover && f.word > best.word {
			return true
		}
	}
	return false
}

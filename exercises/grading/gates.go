package grading

import (
	"fmt"
	"maps"
	"math"
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
	// deeds are stems of what goes wrong.
	deeds = stems(`steal stolen stole theft read see saw alter change modify replace swap delete erase remove wipe fake forge pretend impersonate pose poison
guess try feed flood overload overwhelm swamp drain spend exhaust crash fall block deny leak expose sniff intercept eavesdrop listen capture collect copy dump download export sell abuse misuse bypass skip circumvent avoid lose lost
inject reach grab take taken takeover overwrite attach trick fool blame dispute vanish cheat ruin slow phish hijack spoof tamper vandal break broke rewrite hack brute loop scrape harvest hammer knock squeeze lift walk pull siphon exfiltrate snoop browse peek
post publish ride jam record replay smuggle slip swallow burn blackmail bribe lock pile scare forge disguise claim`)
	// hurts are stems of what follows from it.
	hurts = stems(`cost pay fine damage hurt harm lose lost money bill angry lawsuit sue court press trust reputation blind down unavailable outage useless worthless broke empty full suspend suffer pain embarrassing trouble never nobody worse`)
	// gains are stems of what the one who does it has of it.
	gains = stems(`sell buy shop spend rob blackmail kick fire`)
	// people are stems of those who do it.
	people = stems(`attacker hacker thief insider intruder fraud fraudster criminal carder gang competitor rival stranger outsider spy bot botnet impostor crook burglar kid teenager cousin guy neighbour partner ex colleague intern employee contractor staff engineer admin member guest
rogue malicious curious disgruntled compromised former spiteful greedy evil bored jealous tired`)
	// anyone are words for whoever it may be.
	anyone = set(`someone somebody anyone anybody whoever nobody everyone everybody they he she who`)
	// harms is any of these: with one of them a text says what goes wrong.
	harms = union(deeds, people, stems(`someone somebody anyone anybody whoever nobody everyone everybody they i you he she learn find discover hide cover enter sign register clean able run test play look touch open`))
	// possible are words with which a text says what could happen.
	possible = set(`can could may might would`)
	// remedies are words with which a remedy begins.
	remedies = set(`use add encrypt implement enable introduce enforce require limit restrict rotate remove stop validate verify check sign hash mask tokenise tokenize delete purge turn switch set put move store log monitor audit apply configure install deploy ensure consider should make keep force give let`)
	// unable are stems of what it is a weakness, not a comfort, to be unable to do.
	unable = stems(`tell say know prove see find identify trace detect notice prevent stop catch check verify distinguish learn show recover restore blame hold trust track`)
)

func union(sets ...map[string]bool) map[string]bool {
	m := map[string]bool{}
	for _, s := range sets {
		maps.Copy(m, s)
	}
	return m
}

// listed reports whether a text is a list of key words.
func listed(ss []sentence) bool {
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
	// People write about two function words in five; a list of key words has next to none.
	few := float64(stop) < 0.08*float64(words) || words >= 15 && float64(stop) < 0.14*float64(words)
	return words >= 12 && (few || float64(len(distinct)) < 0.3*float64(words-stop))
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

// gate asks about what kind of statement the text is, when it is put like
// something else than a threat.
func (x *Index) gate(r reading, vague bool) (Status, string) {
	ask := map[manner]struct {
		gate     Status
		question string
	}{
		mannerFix:    {FixOnly, "Is that a remedy, or what an attacker would do? Say what goes wrong: who does what, and who is hurt?"},
		mannerDenial: {ControlClaimed, "Is that present in the document, or missing? And what can somebody do because of it?"},
		mannerFact:   {NoHarm, "That says how things are. What could somebody do with it, and what would follow?"},
	}
	for k, q := range ask {
		if r.kinds[k] >= mannerFrom {
			return q.gate, q.question
		}
	}
	if vague || r.kinds[mannerVague] >= mannerFrom {
		return Vague, askVague(r)
	}
	return "", ""
}

// denies reports whether a normalised text says of a threat that it is none.
func denies(s string) bool {
	for _, d := range []string{
		"not true that", "is not true", "it is false", "not the case", "can not happen", "could not happen", "will not happen", "not a threat", "no threat",
		"not a problem", "no problem with", "not a risk", "no risk", "not at risk", "not vulnerable", "is useless",
		"non issue", "non-issue", "no danger", "nothing to worry", "nothing to fear", "is harmless", "no need to worry", "is impossible that", "not possible that", "no way that", "unlikely that", "is impossible because", "is impossible since",
	} {
		if strings.Contains(s, d) {
			return true
		}
	}
	if reasoned(s) {
		return true
	}
	// "Nobody can read it" denies a threat; "nobody can tell who read it" is one.
	for _, d := range []string{
		"nobody can ", "nobody could ", "nobody is able to ", "no one can ", "no one could ", "no one is able to ", "noone can ", "nobody can ever ", "no one can ever ", "noone can ever ", "nobody will ever ", "no attacker can ", "no attacker could ", "no stranger can ", "no outsider can ",
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

// reasoned reports whether a text says that somebody cannot do a bad deed, and why
// not: "an engineer can not hide it because every call is written down".
func reasoned(s string) bool {
	for _, sentence := range strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '!' || r == ';' }) {
		words := " " + strings.Join(strings.Fields(strings.ReplaceAll(sentence, ",", " ")), " ") + " "
		for _, d := range []string{" can not ", " could not ", " will not be able to ", " is not able to ", " are not able to "} {
			_, rest, ok := strings.Cut(words, d)
			if !ok || !comforts(rest) {
				continue
			}
			for _, why := range []string{" because ", " since ", " thanks to ", " due to ", " so ", " as the ", " as it ", " as all ", " as every "} {
				if strings.Contains(words, why) {
					return true
				}
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

// factLike is how like a text is to what the document says by itself: as near to
// one sentence of it as words go, and saying little else.
func (x *Index) factLike(ts []token) float64 {
	like, most := make([]float64, x.facts.rows), 0.0
	x.facts.wordVector(ts, x.facts.newTally()).like(x.facts.wordIn, like)
	for _, f := range x.facts.candidates {
		most = math.Max(most, like[f.centre])
	}
	return most
}

// quoted is the largest part of a text's words that stand in one paragraph of
// the document: whoever repeats it uses no words of their own.
func (x *Index) quoted(ts []token) float64 {
	said := map[string]bool{}
	for _, t := range ts {
		if !generic[t.raw] {
			said[t.stem] = true
		}
	}
	most := 0
	for _, p := range x.paras {
		n := 0
		for stem := range said {
			if p[stem] {
				n++
			}
		}
		most = max(most, n)
	}
	if len(said) < leastQuoted {
		return 0
	}
	return float64(most) / float64(len(said))
}

// leastQuoted is how many words make a quotation.
const leastQuoted = 3

// sentences are the sentences of a document in Markdown.
func sentences(markdown string) []string {
	var out []string
	for line := range strings.Lines(markdown) {
		line = strings.TrimLeft(strings.TrimSpace(line), "#>-*0123456789. ")
		if line == "" || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "```") {
			continue
		}
		for s := range strings.SplitSeq(strings.NewReplacer("? ", ". ", "! ", ". ").Replace(line), ". ") {
			if len(content(readText(s))) > 2 {
				out = append(out, s)
			}
		}
	}
	return out
}

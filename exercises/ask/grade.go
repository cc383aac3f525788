package ask

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// What a question is worth: one that belongs to another letter is half of what
// was asked for, because finding it is the same skill.
const nearScore = 0.5

// Grade matches the question against the key. One asked back about earns
// nothing yet; one that is not recognised is kept and compared.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	if err := exercises.CheckLength(a); err != nil {
		return exercises.Result{}, err
	}
	if a.Empty() {
		return exercises.Result{}, exercises.Incompletef("Write one question first, as you would say it in the room. Half a sentence is enough.")
	}
	text, replies := parse(a)
	pieces := x.pieces(exercises.Clean(text))
	j := judged{x: x, items: make([]exercises.Item, len(pieces)), near: nowhere, found: map[string]bool{}}
	// A reply says more about its own question. The others are judged first, so
	// that none of them is called the same as what a reply made of another.
	for _, replied := range []bool{false, true} {
		for i, q := range pieces {
			said := ""
			for _, r := range replies {
				if r.to == i {
					said += "\n" + exercises.Clean(r.text)
				}
			}
			if (said != "") == replied {
				j.items[i] = j.judge(q, said, label(i, len(pieces)))
			}
		}
	}
	return j.result(), nil
}

func label(i, of int) string {
	if of == 1 {
		return "Your question"
	}
	return fmt.Sprintf("Question %d", i+1)
}

// pieces are what is matched: the whole text, or each line where several
// questions are asked for.
func (x *Exercise) pieces(text string) []string {
	if x.Want == 1 {
		return []string{text}
	}
	var out []string
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}

type judged struct {
	x     *Exercise
	items []exercises.Item
	found map[string]bool
	near  closeness // of the best question that does not count
	asked bool
	open  bool // somebody says that they do not know
}

// closeness says what a good text is that is no question for this letter.
type closeness int

const (
	nowhere   closeness = iota
	remedy              // an answer already
	wide                // the right direction, and no place
	elsewhere           // a question for another letter
)

func (q Question) closeness() closeness {
	switch {
	case q.Letter != "":
		return elsewhere
	case strings.HasPrefix(q.ID, "fix"):
		return remedy
	}
	return wide
}

func (j *judged) judge(text, said, label string) exercises.Item {
	v, whole := j.x.matcher().Match(text+said), text+said
	if own := j.x.matcher().Match(said); own.Status == grading.PhraseCredited && (own.P >= v.P || v.Status != grading.PhraseCredited || fragment(text)) {
		v, whole = own, said // the reply alone is the clearer
	}
	it := exercises.Item{Label: label, Mark: exercises.Unknown, Yours: exercises.CleanLine(text)}
	if added := exercises.CleanLine(said); added != "" {
		it.Yours += "; you added: " + added
	}
	q, key := find(j.x.Questions, v.ID)
	n, near := find(j.x.Near, v.ID)
	sure := v.Status == grading.PhraseCredited
	if sure && (key || near) && v.P < 1 && thin(v.Yours, whole) {
		sure, v.Status = false, grading.PhraseAsked // nothing but words that fit everything
	}
	if sure && (key || near) && v.P < 1 && (!j.x.names(v.Yours) || near && !mostly(v.Yours, whole)) {
		sure, v.Status = false, grading.PhraseAsked // it may say something else with a word of the key's in it
	}
	replied := said != ""
	letter := j.x.elsewhere(whole, v)
	switch {
	case grading.Unknowing(said), !replied && grading.Unknowing(text):
		j.open = true
		it.Word, it.Reason = "left open", "That is honest. Take one of mine along: it would find something here."
		if bare := j.x.matcher().Match(text); bare.P >= likelyFrom {
			if q, ok := find(j.x.Questions, bare.ID); ok {
				it.Reason = "That is honest, and you were near one of mine: " + q.Text
			}
		}
	case !replied && (v.P < 1 && fragment(text) || (key || near) && len(strings.Fields(text)) == 1):
		j.asked = true
		it.Mark, it.Reason = exercises.Unsure, "A word or two can mean many things."
		it.Question = "Say it as a question: who, what, where?"
	case letter != "":
		j.near = max(j.near, elsewhere)
		it.Mark, it.Word = exercises.Plain, "for another letter"
		it.Reason = "It finds something here, and has a turn of its own."
		it.Expected = fmt.Sprintf("a question for %s, %s", letter, grading.LetterNames[letter])
	case sure && key && !replied && claims(text):
		j.asked = true
		it.Mark, it.Reason = exercises.Unsure, "That is an answer already: a remedy, or a promise. The rule here is to ask, so that the owner finds it."
		it.Question = "Turn it round. Which question would make somebody look there?"
	case sure && key:
		it.Mark, it.ID, it.Reason = exercises.Good, q.ID, q.Reason
		it.Details = []exercises.Field{{Label: "my list", Text: q.Text}}
		if j.found[q.ID] {
			it.Mark, it.Reason = exercises.Plain, "The same question as another of yours, in other words. It counts once."
		}
		j.found[q.ID] = true
	case sure && near:
		j.near = max(j.near, n.closeness())
		it.Mark, it.Reason = exercises.Plain, n.Reason
		switch {
		case n.closeness() == wide:
			it.Word = "too wide"
		case n.closeness() == remedy:
			it.Word = "a remedy"
		case n.Letter != j.x.Letter:
			it.Word = "for another letter"
			it.Expected = fmt.Sprintf("a question for %s, %s", n.Letter, grading.LetterNames[n.Letter])
		}
	case (key || near) && v.Status == grading.PhraseAsked && !replied:
		j.asked = true
		it.Mark, it.Reason = exercises.Unsure, "I think that I see where you are going, and I want to be sure."
		it.Question = askBack(j.x.Letter)
	default:
		it.Word = "not in my list"
		it.Reason = "Would the answer to it change what the team builds? Then it is a good question. Compare it with mine below."
	}
	return it
}

// likelyFrom is how probable a question of the key must be for somebody who does not
// know more to be told that they were near it.
const likelyFrom = 0.5

// elsewhere is the letter under which a text is a question of the key for the same
// system, where it says more of what is asked there than here; else "".
func (x *Exercise) elsewhere(text string, here grading.PhraseVerdict) string {
	o := x.siblings().Match(text)
	if o.Status != grading.PhraseCredited || here.P == 1 || thin(o.Yours, text) || !x.names(o.Yours) || !mostly(o.Yours, text) {
		return ""
	}
	met := len(strings.Fields(o.Yours))
	if o.P < 1 && met < leastMet || here.Status != grading.PhraseNone && met <= len(strings.Fields(here.Yours)) {
		return ""
	}
	letter, _, _ := strings.Cut(o.ID, " ")
	return letter
}

// leastMet is how many words must meet a question for another letter: one can be
// anywhere.
const leastMet = 2

// fragment reports whether a text is so short that nobody can say what it asks: a
// question, also a short one, is none.
func fragment(text string) bool {
	n := len(grading.ContentWords(text))
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	asks := strings.Contains(text, "?") || len(words) > 0 && slices.Contains(asking, words[0])
	return n == 0 || n < leastSaid && !asks
}

// leastSaid is how many telling words make sense without being put as a question.
const leastSaid = 3

// claims reports whether a text tells instead of asking: what to do, or why
// nothing can happen. A threat told as a statement is as good as a question, and
// so is the name of a weakness.
func claims(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
	if strings.Contains(text, "?") || len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return slices.Contains(open, w) }) {
		return false
	}
	has := func(list []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	switch {
	case slices.Contains(asking, words[0]):
		return false
	case slices.ContainsFunc(demanding, func(p string) bool { return strings.HasPrefix(text, p+" ") }):
		return true
	case has(comforting) && grading.ShippedManners().Kind(text) == "negated":
		return true
	}
	return (slices.Contains(remedies, words[0]) || has(duties)) && len(words) > 1 && !grading.Harmful(text)
}

var (
	// demanding begins a remedy.
	demanding = []string{"you should", "you must", "you need to", "we should", "we must", "we need to", "please", "make sure", "ensure"}
	// duties are in one, wherever they stand.
	duties = strings.Fields("should must shall")
	// remedies are what one begins with as an order.
	remedies = strings.Fields("use add encrypt implement enable introduce enforce require limit restrict rotate validate verify hash mask sign tokenise tokenize put set turn switch store audit apply configure install deploy")
	// comforting are in a promise that nothing can happen.
	comforting = strings.Fields("no not never nobody none cannot can't impossible always because")
	// asking are the words with which a question begins when its mark is forgotten.
	asking = strings.Fields("who whom whose what which when where why how can could may might is are was were do does did has have will would should if suppose imagine")
	// open are words of a question wherever they stand.
	open = strings.Fields("who whom whose what which why how")
)

// names reports whether one of the words that met says more than the name of a
// part of the system.
func (x *Exercise) names(met string) bool {
	return slices.ContainsFunc(strings.Fields(met), func(w string) bool { return !slices.Contains(x.parts, w) })
}

// mostly reports whether half of what a text says met the key.
func mostly(met, text string) bool {
	return 2*len(strings.Fields(met)) >= len(grading.ContentWords(text))
}

// thin reports whether the words that met are about nothing in particular: a
// question has to share more with the key than "bad" or "the customer".
func thin(met, text string) bool {
	vague := false
	for i, w := range strings.Fields(strings.ToLower(met)) {
		if i == 0 {
			vague = grading.ShippedManners().Kind(text) == "vague"
		}
		if !slices.Contains(anything, w) && !(vague && slices.Contains(nearlyAnything, w)) {
			return false
		}
	}
	return true
}

var (
	anything       = strings.Fields("bad evil wrong attack attacks attacked attacker attackers hacker hackers harm harmed problem problems risk risks danger dangerous nothing something find finds found happen happens know knows known people person customer customers company test tested trouble safe secure security threat threats")
	nearlyAnything = strings.Fields("time times user users data system systems thing things way ways work works")
)

// askBack asks for what a vague question for a letter leaves out, and gives
// none of the key away.
func askBack(letter string) string {
	what := map[string]string{
		"S": "Who could pretend to be whom here, and at which step?",
		"T": "What exactly could be changed, by whom, and where on its way?",
		"R": "Who could later deny what, and which record would be missing?",
		"I": "Who would get to see what, and where does it leak out?",
		"D": "What would stop working, and what would somebody have to do for that?",
		"E": "Who could do what that they should not, and what fails to stop them?",
	}
	return what[letter] + " Say it in your own words."
}

func find(qs []Question, id string) (Question, bool) {
	for _, q := range qs {
		if q.ID == id && id != "" {
			return q, true
		}
	}
	return Question{}, false
}

func (j *judged) result() exercises.Result {
	x := j.x
	res := exercises.Result{Items: j.items}
	n := min(len(j.found), x.Want)
	res.Score = float64(n) / float64(x.Want)
	if n == 0 && j.near != nowhere {
		res.Score = nearScore
	}
	res.Outcome = exercises.OutcomeOf(res.Score)
	letter := fmt.Sprintf("%s, %s", x.Letter, grading.LetterNames[x.Letter])
	switch {
	case n == x.Want && n > 1:
		res.Summary = "Those questions find something."
	case n == x.Want:
		res.Summary = "That question finds something."
	case j.asked:
		res.Outcome = exercises.Asked
		res.Summary = "One question back to you: answer it in your own words."
		return res // the explanation and the key's questions would answer it
	case n > 0:
		res.Summary = fmt.Sprintf("%d of the %d questions asked for. There is more to find here: try again.", n, x.Want)
	case j.near == elsewhere:
		res.Summary = fmt.Sprintf("A good question that belongs elsewhere: half the marks. Try one more for %s.", letter)
	case j.near == wide:
		res.Summary = fmt.Sprintf("The right direction, and too wide: half the marks. Try a narrower one for %s.", letter)
	case j.near == remedy:
		res.Summary = fmt.Sprintf("A remedy, and no question yet: half the marks. Try the question behind it, for %s.", letter)
	default:
		res.Summary = "Not in my list, and you may still be right: no marks, and nothing against your question."
		if j.open {
			res.Summary = "That is honest. Here is what finds something."
		}
	}
	res.Explain = x.Shared.Explain
	if text := x.others(j.found); text != "" {
		res.More = []exercises.Section{{Title: "Questions that find something", Text: text}}
	}
	return res
}

// others lists the key's questions that were not asked.
func (x *Exercise) others(found map[string]bool) string {
	var b strings.Builder
	for _, q := range x.Questions {
		if !found[q.ID] {
			fmt.Fprintf(&b, "- **%s** %s\n", q.Text, q.Reason)
		}
	}
	return b.String()
}

package ask

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
	text = exercises.Clean(text)
	j := judged{x: x, found: map[string]bool{}}
	for _, q := range x.pieces(text) {
		for _, r := range replies {
			q += "\n" + exercises.Clean(r)
		}
		j.judge(q, len(replies) > 0)
	}
	return j.result(), nil
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
	near  bool
	asked bool
}

func (j *judged) judge(text string, replied bool) {
	v := j.x.matcher().Match(text)
	it := exercises.Item{Label: "Your question", Mark: exercises.Unknown, Yours: exercises.CleanLine(text)}
	q, key := find(j.x.Questions, v.ID)
	n, near := find(j.x.Near, v.ID)
	sure := v.Status == grading.PhraseCredited
	if sure && (key || near) && v.P < 1 && thin(v.Yours, text) {
		sure, v.Status = false, grading.PhraseAsked // nothing but words that fit everything
	}
	switch {
	case sure && key && !replied && claims(text):
		j.asked = true
		it.Mark, it.Reason = exercises.Unsure, "That is an answer already: a remedy, or a promise. The rule here is to ask, so that the owner finds it."
		it.Question = "Turn it round. Which question would make somebody look there?"
	case sure && key:
		it.Mark, it.ID, it.Reason = exercises.Good, q.ID, q.Reason
		it.Details = []exercises.Field{{Label: "my list", Text: q.Text}}
		if j.found[q.ID] {
			it.Mark, it.Reason = exercises.Plain, "The same question as one above, in other words. It counts once."
		}
		j.found[q.ID] = true
	case sure && near:
		j.near = true
		it.Mark, it.Reason = exercises.Plain, n.Reason
		if n.Letter != "" {
			it.Expected = fmt.Sprintf("a question for %s, %s", j.x.Letter, grading.LetterNames[j.x.Letter])
		}
	case (key || near) && v.Status == grading.PhraseAsked && !replied:
		j.asked = true
		it.Mark, it.Reason = exercises.Unsure, "I think that I see where you are going, and I want to be sure."
		it.Question = askBack(j.x.Letter)
	default:
		it.Reason = "Not in my list, and you may still be right. Would the answer to it change what the team builds? Then it is a good question. Compare it with mine below."
	}
	j.items = append(j.items, it)
}

// claims reports whether a text tells instead of asking: what to do, or why
// nothing can happen. A threat told as a statement is as good as a question.
func claims(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	first, _, _ := strings.Cut(text, " ")
	if strings.Contains(text, "?") || slices.Contains(asking, first) {
		return false
	}
	for _, p := range demanding {
		if strings.HasPrefix(text, p+" ") {
			return true
		}
	}
	switch grading.ShippedManners().Kind(text) {
	case "fix", "negated", "fact":
		return true
	}
	return false
}

// demanding begins a remedy.
var demanding = []string{"you should", "you must", "you need to", "we should", "we must", "we need to", "please", "make sure", "ensure"}

// asking are the words with which a question begins when its mark is forgotten.
var asking = strings.Fields("who whom whose what which when where why how can could may might is are was were do does did has have will would should if suppose imagine")

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
	res := exercises.Result{Items: j.items, Explain: x.Shared.Explain}
	n := min(len(j.found), x.Want)
	res.Score = float64(n) / float64(x.Want)
	if n == 0 && j.near {
		res.Score = nearScore
	}
	res.Outcome = exercises.OutcomeOf(res.Score)
	switch {
	case n == x.Want:
		res.Summary = "That question finds something."
	case j.asked:
		res.Outcome = exercises.Asked
		res.Summary = "One question back to you: answer it in your own words."
		return res // the key's questions would answer it
	case n > 0:
		res.Summary = fmt.Sprintf("%d of the %d questions asked for. There is more to find here.", n, x.Want)
	case j.near:
		res.Summary = fmt.Sprintf("A good question that belongs elsewhere: half the marks. Try one more for %s, %s.", x.Letter, grading.LetterNames[x.Letter])
	default:
		res.Summary = "I did not recognise it, so I cannot give marks; that says nothing against your question. Compare it with the ones below, or put it in other words."
	}
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

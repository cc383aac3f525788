package recall

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// rightToo is the score of another threat of the key, or of a true one that is
// not in it: it is there, and it is not what was asked for.
const rightToo = 0.5

// Grade matches the answer against the key. It asks back once: what an answer
// leaves out, or what else there is when it names another threat.
func (x *Exercise) Grade(ctx context.Context, a exercises.Answer) (exercises.Result, error) {
	if err := exercises.CheckLength(a); err != nil {
		return exercises.Result{}, err
	}
	s := parse(a)
	s.text = exercises.Clean(s.text)
	for i, r := range s.replies {
		s.replies[i] = exercises.Clean(r)
	}
	if strings.TrimSpace(s.text) == "" {
		return exercises.Result{}, exercises.Incompletef("Write what comes to your mind first. Half a sentence is enough, and a guess is welcome.")
	}
	if err := ctx.Err(); err != nil {
		return exercises.Result{}, fmt.Errorf("grading %s: %w", x.shared.ID, err)
	}
	v := x.match(s.text)
	if grading.Unknowing(s.last()) {
		return x.admitted(s, v), nil
	}
	switch {
	case x.is(v):
		return x.settled(s, v), nil
	case len(s.replies) > 0:
		return x.settled(s, x.second(s, v)), nil
	case isRightToo(v):
		return x.ask(s, rightTooSay(v), "What I ask for now is something else, and the sentence above gives it away. What is it?"), nil
	case v.Question != "":
		return x.ask(s, v.Say, v.Question), nil
	}
	return x.settled(s, v), nil
}

// match judges one text. The place was given to the learner, and so it is to the grader.
func (x *Exercise) match(text string, replies ...string) grading.Verdict {
	c := grading.Card{Text: text, Replies: replies}
	if len(x.threat.Place.Accept) > 0 {
		c.Place = x.threat.Place.Accept[0]
	}
	return x.index().Match(c)
}

// is reports whether a verdict names the threat that is asked for, be it beside another.
func (x *Exercise) is(v grading.Verdict) bool {
	return v.Status == grading.Credited && (v.ID == x.threat.ID || v.Second == x.threat.ID)
}

// second is the verdict after the grader had asked back: of the reply by itself,
// or of both together, whichever says more.
func (x *Exercise) second(s said, first grading.Verdict) grading.Verdict {
	reply := s.replies[len(s.replies)-1]
	alone := x.match(reply)
	if x.is(alone) || isRightToo(first) { // two threats in one text would be too many
		if !x.is(alone) && !isRightToo(alone) {
			return first
		}
		return alone
	}
	both := x.match(s.text, reply)
	if x.is(both) || isRightToo(both) || !isRightToo(alone) {
		return both
	}
	return alone
}

// isRightToo reports whether a verdict is of something true that was not asked for.
func isRightToo(v grading.Verdict) bool {
	return v.Status == grading.Credited || v.Status == grading.AlsoValid
}

func rightTooSay(v grading.Verdict) string {
	if v.Status == grading.AlsoValid {
		return v.Say
	}
	return fmt.Sprintf("Right too: “%s”.", strings.TrimRight(v.Title, "."))
}

// ask is the result while the grader waits for a reply. Nothing in it gives the key away.
func (x *Exercise) ask(s said, say, question string) exercises.Result {
	return exercises.Result{
		Outcome: exercises.Asked,
		Summary: "One question before I judge: answer it in your own words.",
		Items: []exercises.Item{{
			Label: "Your answer", Mark: exercises.Unsure, Reason: say, Question: question,
			Details: x.wrote(s, nil),
		}},
	}
}

// settled is the result of an answer that was judged for good.
func (x *Exercise) settled(s said, v grading.Verdict) exercises.Result {
	it := exercises.Item{Label: "Your answer", Mark: exercises.Unknown, Reason: v.Say}
	res := exercises.Result{Explain: x.explain()}
	var yours []string
	switch {
	case x.is(v):
		res.Score = 1
		it.Mark, it.ID = exercises.Good, x.threat.ID
		it.Reason = "You named the threat that my list has here."
		res.Summary = "Yes, that is it."
		if len(s.replies) > 0 {
			res.Summary = "Yes, that is it: your second answer made it clear."
		}
		yours = words(v)
	case isRightToo(v):
		res.Score = rightToo
		it.Mark, it.ID = exercises.Also, v.ID
		it.Reason = rightTooSay(v)
		res.Summary = "Right too, and not the one that I asked for. It counts as nearly remembered; the one that was meant is below."
		yours = words(v)
	case v.Status == grading.StatusHandled:
		it.Mark = exercises.Handled
		res.Summary = "The design deals with that. What is left open here is below."
	case v.Status == grading.OutOfScope:
		it.Mark = exercises.Plain
		res.Summary = "True, and not part of this feature. What is meant here is below."
	default:
		it.Reason = "I could not match it with my list, and you may still be right: my list is one reviewer's. Lay it beside mine."
		res.Summary = "Not what my list has here. It is below, and it comes back soon."
	}
	it.Details = x.wrote(s, yours)
	if p := v.Explanation.Phrase; p != "" && it.ID != "" {
		it.Details = append(it.Details, exercises.Field{Label: "understood as", Text: quoted(p), Marked: keys(v)})
	}
	res.Outcome = exercises.OutcomeOf(res.Score)
	res.Items = []exercises.Item{it}
	return res
}

// nearFrom is how probable the threat must be for somebody who does not know more to
// be told that they were near it. No credit hangs on it.
const nearFrom = 0.5

// admitted is the result of an answer whose writer does not know, or knows no more.
// What was said before they said so is v.
func (x *Exercise) admitted(s said, v grading.Verdict) exercises.Result {
	it := exercises.Item{Label: "Your answer", Mark: exercises.Unknown, Word: "left open", Reason: "That is honest, and what a refresher is for."}
	if i := slices.IndexFunc(v.Candidates, func(c grading.Candidate) bool { return c.ID == x.threat.ID && c.P >= nearFrom }); i >= 0 {
		it.Word, it.Reason = "half of it", "That is honest, and half of it is there: you were near what my list has."
	}
	it.Details = x.wrote(s, nil)
	return exercises.Result{
		Outcome: exercises.Wrong, Summary: "That is honest. It is below, and it comes back soon.",
		Items: []exercises.Item{it}, Explain: x.explain(),
	}
}

// wrote is what the learner said, with the words that met the key's standing out.
func (x *Exercise) wrote(s said, marked []string) []exercises.Field {
	out := []exercises.Field{{Label: "you wrote", Text: quoted(s.text), Marked: marked}}
	for _, r := range s.replies {
		out = append(out, exercises.Field{Label: "you added", Text: quoted(r), Marked: marked})
	}
	if i := certaintyIndex(s.certainty); i >= 0 {
		out = append(out, exercises.Field{Label: "how sure", Text: certaintyWords[i]})
	}
	return out
}

func words(v grading.Verdict) (out []string) {
	for _, m := range v.Explanation.Met {
		out = append(out, m.Yours)
	}
	return out
}

func keys(v grading.Verdict) (out []string) {
	for _, m := range v.Explanation.Met {
		out = append(out, m.Key)
	}
	return out
}

// explain is what the author of the key says of the threat, as Markdown.
func (x *Exercise) explain() string {
	t := x.threat
	var b strings.Builder
	fmt.Fprintf(&b, "**%s.** %s\n\n", strings.TrimRight(t.Title, "."), strings.TrimSpace(t.Description))
	var letters, places []string
	for _, l := range t.Stride.Accept {
		letters = append(letters, grading.LetterNames[l])
	}
	for _, p := range t.Place.Accept {
		places = append(places, x.placeName(p))
	}
	point := func(label, text string) {
		if text = strings.TrimSpace(text); text != "" {
			fmt.Fprintf(&b, "- **%s:** %s\n", label, text)
		}
	}
	point("Where", strings.Join(places, " or "))
	point("Letter", strings.Join(letters, " or "))
	point("How bad", strings.TrimSpace(t.Severity.Rating+". "+t.Severity.Why))
	point("What helps", strings.Join(t.Mitigation, " · "))
	point("When", t.FixBy)
	return b.String()
}

func quoted(s string) string {
	if s = exercises.CleanLine(s); s == "" {
		return ""
	}
	return "“" + s + "”"
}

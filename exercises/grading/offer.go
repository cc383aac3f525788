package grading

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// A learner whom the grader did not understand twice may choose a statement.
// Choosing must not pay for those who have nothing in mind: the statements tell
// near things apart and never name a weakness that was not spoken of, one of
// them is a decoy, the first earns nothing, and only words that came near a
// threat lead here at all.

// statementsOffered is how many threats a learner may choose from, beside the decoy.
const statementsOffered = 2

// noneOfThese stands last.
const noneOfThese = "None of these. It is something else."

// A statement is what can be chosen.
type statement struct {
	id   string // the threat it stands for; "" for none
	text string
}

// offer asks which statement is meant, or judges the choice.
func (x *Index) offer(v Verdict, c Card, r reading, k ranking) Verdict {
	list := x.statements(r, k)
	if len(list) < statementsOffered+1 {
		return x.unknown(v)
	}
	if len(c.Replies) > 1 {
		return x.chosen(v, c, r, k, list)
	}
	v.Choices = nil
	for _, s := range list {
		v.Choices = append(v.Choices, s.text)
	}
	v.Question = "I am still not sure. Which comes nearest to what you mean? A number is enough."
	return v
}

// statements are what can be chosen. Their order says nothing about which is
// likelier, and the first is never one that earns credit.
func (x *Index) statements(r reading, k ranking) []statement {
	var list []statement
	for _, s := range k.threats {
		if t := x.threats[s.cand.id]; t.Statement != "" && len(list) < statementsOffered {
			list = append(list, statement{t.ID, t.Statement})
		}
	}
	decoy := statement{}
	for i := len(k.threats) - 1; i >= 0 && decoy.text == ""; i-- { // the least alike
		if t := x.threats[k.threats[i].cand.id]; t.Statement != "" && !slices.ContainsFunc(list, func(s statement) bool { return s.id == t.ID }) {
			decoy.text = t.Statement
		}
	}
	if decoy.text == "" {
		return nil
	}
	h := fnv.New32a()
	h.Write([]byte(r.text)) // never fails
	if h.Sum32()%2 == 1 {
		slices.Reverse(list)
	}
	return append([]statement{decoy}, append(list, statement{text: noneOfThese})...)
}

// chosen judges the choice of a statement.
func (x *Index) chosen(v Verdict, c Card, r reading, k ranking, list []statement) Verdict {
	n, err := strconv.Atoi(strings.Trim(strings.TrimSpace(c.Replies[1]), ".)"))
	if err != nil || n < 1 || n > len(list) || list[n-1].id == "" {
		return x.unknown(v)
	}
	i := slices.IndexFunc(k.threats, func(s scored) bool { return s.cand.id == list[n-1].id })
	best := k.threats[i]
	v.Status, v.Question, v.ID, v.Title, v.P = Credited, "", best.cand.id, x.title(best.cand.id), best.p
	v.Explanation = x.explain(best, k, r, c)
	v.Say = fmt.Sprintf("Yes, by the statement that you chose: “%s” Your own words were hard for me to place; who, what and so that make them clear to others too.", list[n-1].text)
	return v
}

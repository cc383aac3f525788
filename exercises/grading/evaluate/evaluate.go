// Package evaluate measures how well the grader judges answers that people have
// labelled: what it credits, what it asks about, and what it should not have
// credited. Every rate comes with its interval.
package evaluate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"edu/threatlings/exercises/grading"
)

// An Answer is a card with the judgement of a person.
type Answer struct {
	Line int // in its file, from 1
	grading.Labelled
}

// Traps are the kinds of answer that deserve no credit.
var Traps = []string{"vague", "handled", "off", "negated", "stuffed", "fact", "fix"}

// Read reads labelled answers, a line each: gold, letter, place and text with
// tabs between them. Blank lines and lines that begin with # are passed over.
// The index says which ids and places there are; what is unknown to it is
// passed over with a warning.
func Read(file, content string, x *grading.Index, isPlace func(string) bool) (answers []Answer, warnings []string, err error) {
	warn := func(n int, format string, args ...any) {
		warnings = append(warnings, fmt.Sprintf("%s:%d: ", file, n)+fmt.Sprintf(format, args...))
	}
	for i, line := range strings.Split(strings.TrimPrefix(content, "\uFEFF"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, "\t", 4)
		if len(f) != 4 {
			return nil, nil, fmt.Errorf("%s:%d: a line is gold, letter, place and text with tabs between them, and this one has %d of the four", file, i+1, len(f))
		}
		a := Answer{Line: i + 1}
		a.Card = grading.Card{Letter: strings.ToUpper(f[1]), Place: f[2], Text: f[3]}
		if a.Card.Letter == "-" {
			a.Card.Letter = ""
		}
		if a.Card.Place == "-" {
			a.Card.Place = ""
		}
		if l := a.Card.Letter; l != "" && (len(l) != 1 || !strings.Contains(grading.Letters, l)) {
			warn(i+1, "%q is no letter of STRIDE; graded without one", l)
			a.Card.Letter = ""
		}
		if p := a.Card.Place; p != "" && !isPlace(p) {
			warn(i+1, "%q is no place of this scenario; graded without one", p)
			a.Card.Place = ""
		}
		if f[0] == "?" {
			warn(i+1, "not labelled yet; passed over")
			continue
		}
		if a.Gold, a.Trap, err = gold(f[0], x); err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
		answers = append(answers, a)
	}
	return answers, warnings, nil
}

// gold reads a label.
func gold(label string, x *grading.Index) (ids []string, trap string, err error) {
	if rest, ok := strings.CutPrefix(label, "none:"); ok {
		trap, _, _ = strings.Cut(rest, ":") // none:handled:<id>
		if !slices.Contains(Traps, trap) {
			return nil, "", fmt.Errorf("%q is no label; use ids of the key joined with +, or none:%s", label, strings.Join(Traps, ", none:"))
		}
		return nil, trap, nil
	}
	for _, id := range strings.Split(label, "+") {
		switch x.Kind(id) {
		case grading.Credited:
			ids = append(ids, id)
		case grading.StatusHandled:
			trap = "handled"
		case grading.OutOfScope, grading.AlsoValid: // right, and no credit hangs on it
			trap = "off"
		default:
			return nil, "", fmt.Errorf("the key has no entry %q", id)
		}
	}
	if len(ids) > 0 {
		trap = ""
	}
	return ids, trap, nil
}

// A Rate is a share with its interval.
type Rate struct {
	Hits, Of  int
	Low, High float64 // Wilson's interval, 95%
}

// Value is the share; 0 of nothing is 0.
func (r Rate) Value() float64 {
	if r.Of == 0 {
		return 0
	}
	return float64(r.Hits) / float64(r.Of)
}

// NewRate makes a rate with Wilson's 95% interval (E. B. Wilson, Probable
// inference, the law of succession, and statistical inference, 1927).
func NewRate(hits, of int) Rate {
	r := Rate{Hits: hits, Of: of, High: 1}
	r.Low, r.High = wilson(hits, of)
	return r
}

// A Quality is how decisions agree with the labels.
type Quality struct {
	Precision, Recall Rate
	F1, Kappa         Measure
}

// A Measure is a number that is no share, with its 95% bootstrap interval.
type Measure struct{ Value, Low, High float64 }

// A Report is what was measured.
type Report struct {
	N                     int
	Top1, Top3            Rate // the right id among the answers that deserve credit
	Auto                  Quality
	Asked                 Rate
	AskedGoldInCandidates Rate
	TurnedAway            Rate // answers that deserve credit and got neither it nor a question
	HandledTold           Rate // answers about what is handled that were shown how
	// After the question: an honest learner's reply makes clear what was meant,
	// so that an asked card earns its credit when the right id is a candidate.
	After Quality
	// AlwaysFirst is a learner who answers every question with the same text and
	// then takes the first statement that is offered.
	AlwaysFirst Quality
	FalseCredit map[string]Rate // by trap, and "overall"
	Latency     Latency
	Cases       []Case
}

// Latency is how long a card takes, in microseconds.
type Latency struct{ P50, P99 float64 }

// A Case is one answer and what became of it.
type Case struct {
	Answer
	Verdict grading.Verdict
	Took    time.Duration
}

// Credits is the id that the case earned at once, or "".
func (c Case) Credits() string {
	if c.Verdict.Status == grading.Credited {
		return c.Verdict.ID
	}
	return ""
}

// Rank is the place of a right id among the candidates, from 1; 0 for none.
func (c Case) Rank() int {
	return 1 + slices.IndexFunc(c.Verdict.Candidates, func(k grading.Candidate) bool { return slices.Contains(c.Gold, k.ID) })
}

// Right reports whether what happened is right as it stands: credit where it is
// due, and none where it is not.
func (c Case) Right() bool {
	if len(c.Gold) == 0 {
		return c.Credits() == ""
	}
	return slices.Contains(c.Gold, c.Credits())
}

// Evaluate grades the answers.
func Evaluate(x *grading.Index, answers []Answer) Report {
	r := Report{N: len(answers), FalseCredit: map[string]Rate{}}
	var auto, after, first []decision
	for _, a := range answers {
		start := time.Now()
		v := x.Match(a.Card)
		c := Case{Answer: a, Verdict: v, Took: time.Since(start)}
		r.Cases = append(r.Cases, c)
		auto = append(auto, decision{a.Gold, c.Credits()})
		after = append(after, decision{a.Gold, honest(c)})
		first = append(first, decision{a.Gold, alwaysFirst(x, c)})
	}
	r.Auto, r.After, r.AlwaysFirst = quality(auto), quality(after), quality(first)
	r.count()
	r.Latency = latency(r.Cases)
	return r
}

// honest is what a case earns when its learner answers the question as well as
// the text was meant.
func honest(c Case) string {
	if n := c.Rank(); c.Credits() == "" && c.Verdict.Question != "" && n > 0 {
		return c.Verdict.Candidates[n-1].ID
	}
	return c.Credits()
}

// alwaysFirst is what a case earns when its learner says the same again, and then "1".
func alwaysFirst(x *grading.Index, c Case) string {
	v := c.Verdict
	for _, reply := range []string{c.Card.Text, "1"} {
		if v.Status == grading.Credited || v.Question == "" {
			break
		}
		c.Card.Replies = append(slices.Clone(c.Card.Replies), reply)
		v = x.Match(c.Card)
	}
	if v.Status == grading.Credited {
		return v.ID
	}
	return ""
}

// count adds up the rates.
func (r *Report) count() {
	worth, first, three, asked, askedWorth, askedIn, away, told := 0, 0, 0, 0, 0, 0, 0, 0
	of, credited := map[string]int{}, map[string]int{}
	for _, c := range r.Cases {
		if c.Verdict.Question != "" {
			asked++
		}
		if c.Trap == "handled" && c.Verdict.Status == grading.StatusHandled {
			told++
		}
		if c.Trap != "" {
			for _, k := range []string{c.Trap, "overall"} {
				of[k]++
				if c.Credits() != "" {
					credited[k]++
				}
			}
			continue
		}
		worth++
		rank := c.Rank()
		if rank == 1 {
			first++
		}
		if rank > 0 && rank <= 3 {
			three++
		}
		switch {
		case c.Verdict.Question != "":
			askedWorth++
			if rank > 0 {
				askedIn++
			}
		case c.Credits() == "":
			away++
		}
	}
	r.Top1, r.Top3 = NewRate(first, worth), NewRate(three, worth)
	r.Asked, r.AskedGoldInCandidates = NewRate(asked, r.N), NewRate(askedIn, askedWorth)
	r.TurnedAway, r.HandledTold = NewRate(away, worth), NewRate(told, of["handled"])
	for _, k := range append([]string{"overall"}, Traps...) {
		r.FalseCredit[k] = NewRate(credited[k], of[k])
	}
}

func latency(cases []Case) Latency {
	if len(cases) == 0 {
		return Latency{}
	}
	var ds []time.Duration
	for _, c := range cases {
		ds = append(ds, c.Took)
	}
	slices.Sort(ds)
	at := func(p float64) float64 {
		return float64(ds[min(len(ds)-1, int(p*float64(len(ds))))].Nanoseconds()) / 1000
	}
	return Latency{at(0.5), at(0.99)}
}

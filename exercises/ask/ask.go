// Package ask is the exercise of asking the right question: one letter of
// STRIDE, one small system, and a question in one's own words that would find
// something.
package ask

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
)

// Exercise is an ask exercise. Its answer is the question, or several of them
// a line each, and behind it the replies to what the grader asked back: "+ …" to
// the first question, "+2 …" to the second.
type Exercise struct {
	Shared    exercises.About `yaml:",inline"`
	Letter    string          `yaml:"letter"`    // of STRIDE
	System    string          `yaml:"system"`    // folder of the scenario
	Want      int             `yaml:"want"`      // how many different key questions make full marks
	Questions []Question      `yaml:"questions"` // what finds something
	Near      []Question      `yaml:"near"`      // good questions that belong elsewhere

	scenario *scenarios.Scenario
	parts    []string // the words in the names of the system's parts
	matcher  func() *grading.Phrases
	siblings func() *grading.Phrases // the questions for the other letters of the same system
}

// A Question is one question of the key, in the author's words and in others'.
type Question struct {
	ID string `yaml:"id"`
	// Letter is, of one that is near, the letter it belongs to. One without a letter
	// is a remedy where its id begins with fix, and else too wide.
	Letter   string   `yaml:"letter"`
	Text     string   `yaml:"text"`
	Examples []string `yaml:"examples"`
	Reason   string   `yaml:"reason"`
}

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "ask",
		Decode: decode,
		Screen: func(ex exercises.Exercise, o input.Options) input.Screen { return newScreen(ex.(*Exercise), o) },
		Ask:    talk,
	}
}

func decode(src exercises.Source) (exercises.Exercise, error) {
	var x Exercise
	if err := src.Unmarshal(&x); err != nil {
		return nil, err
	}
	errs := src.CheckAbout(&x.Shared, 2)
	need := func(ok bool, at, format string, args ...any) {
		if !ok {
			errs = append(errs, src.Fault(at, format, args...))
		}
	}
	need(isLetter(x.Letter), "$.letter", "letter is %q; use one of S, T, R, I, D, E", x.Letter)
	need(x.Want >= 1 && x.Want <= len(x.Questions), "$.want", "want is %d; it must be at least 1 and at most the %d questions there are", x.Want, len(x.Questions))
	seen := map[string]bool{}
	check := func(list string, qs []Question, examples int) {
		for i, q := range qs {
			at := fmt.Sprintf("$.%s[%d]", list, i)
			need(q.ID != "" && q.Text != "" && q.Reason != "", at, "a question needs an id, a text and a reason")
			need(!seen[q.ID], at, "the id %q is there twice", q.ID)
			seen[q.ID] = true
			need(len(q.Examples) >= examples, at, "%s has %d examples; give at least %d ways in which people put it", q.ID, len(q.Examples), examples)
			need(q.Letter == "" || list == "near" && isLetter(q.Letter), at, "%s has the letter %q; only a question that is near has one, of S, T, R, I, D, E", q.ID, q.Letter)
		}
	}
	check("questions", x.Questions, 8)
	check("near", x.Near, 4)
	if src.FS == nil {
		return nil, errors.Join(append(errs, src.Fault("$.system", "there is no content to look for the system %q in", x.System))...)
	}
	s, err := scenarios.Load(src.FS, x.System)
	if err != nil {
		return nil, errors.Join(append(errs, src.Fault("$.system", "the system %q cannot be read: %v", x.System, err))...)
	}
	x.scenario = s
	for _, c := range s.System.Components {
		x.parts = append(x.parts, grading.ContentWords(c.Name)...)
	}
	x.siblings = sync.OnceValue(func() *grading.Phrases { return grading.NewPhrases(nil) })
	x.matcher = sync.OnceValue(func() *grading.Phrases {
		var es []grading.Entry
		for _, q := range append(append([]Question{}, x.Questions...), x.Near...) {
			es = append(es, grading.Entry{ID: q.ID, Text: q.Text, Examples: q.Examples})
		}
		return grading.NewPhrases(es)
	})
	return &x, errors.Join(errs...)
}

// Meet lets the exercise know a question that belongs to another one on the same
// system, under another letter.
func (x *Exercise) Meet(others func() []exercises.Exercise) {
	x.siblings = sync.OnceValue(func() *grading.Phrases {
		var es []grading.Entry
		for _, ex := range others() {
			o, ok := ex.(*Exercise)
			if !ok || o.System != x.System || o.Letter == x.Letter {
				continue
			}
			for _, q := range o.Questions {
				es = append(es, grading.Entry{ID: o.Letter + " " + q.ID, Text: q.Text, Examples: q.Examples})
			}
		}
		return grading.NewPhrases(es)
	})
}

func isLetter(s string) bool { return len(s) == 1 && strings.Contains(grading.Letters, s) }

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Document returns the document that is asked about.
func (x *Exercise) Document() (title, markdown string) {
	return x.scenario.System.Title, x.scenario.Document
}

// Samples are the author's own questions.
func (x *Exercise) Samples() []exercises.Sample {
	var out []exercises.Sample
	var texts []string
	for _, q := range x.Questions {
		texts = append(texts, q.Text)
		if x.Want == 1 {
			out = append(out, exercises.Sample{Name: "the question " + q.ID, Answer: exercises.Answer{q.Text}, Full: true})
		}
	}
	if x.Want > 1 {
		out = append(out, exercises.Sample{Name: "all the key's questions", Answer: exercises.Answer{strings.Join(texts, "\n")}, Full: true})
	}
	for _, q := range x.Near {
		out = append(out, exercises.Sample{Name: "what is only near: " + q.ID, Answer: exercises.Answer{q.Text}})
	}
	return out
}

// Reply adds the learner's reply to what the grader asked back about a question.
func (x *Exercise) Reply(a exercises.Answer, item int, text string) exercises.Answer {
	return append(append(exercises.Answer{}, a...), reply{item, exercises.Clean(text)}.format())
}

// A reply is what was said when the grader asked back.
type reply struct {
	to   int // index of the question
	text string
}

func (r reply) format() string {
	if r.to == 0 {
		return "+ " + r.text
	}
	return fmt.Sprintf("+%d %s", r.to+1, r.text)
}

func parseReply(s string) (reply, bool) {
	mark, text, ok := strings.Cut(s, " ")
	number, plus := strings.CutPrefix(mark, "+")
	switch n, err := strconv.Atoi(number); {
	case !ok || !plus:
	case number == "":
		return reply{0, text}, true
	case err == nil && n > 1:
		return reply{n - 1, text}, true
	}
	return reply{}, false
}

// Wrote is the question, and what was said when the grader asked back.
func (x *Exercise) Wrote(a exercises.Answer) []string {
	text, replies := parse(a)
	out := []string{text}
	for _, r := range replies {
		out = append(out, "Asked back: "+r.text)
	}
	return out
}

// parse splits an answer into the question and the replies.
func parse(a exercises.Answer) (text string, replies []reply) {
	for i, s := range a {
		r, ok := parseReply(s)
		switch {
		case i == 0:
			text = s
		case ok:
			replies = append(replies, r)
		default:
			text += "\n" + s
		}
	}
	return text, replies
}

// Package recall is the exercise of the refresher: one sentence of a design
// document, and the question what can go wrong here. It is made of a scenario and
// one threat of its key, and stands in no lesson.
package recall

import (
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
)

// KindName is the name of the kind.
const KindName = "recall"

// Exercise asks for one threat. Its answer is what the learner wrote, and behind
// it what was added when the grader asked back ("+ …") and how sure the learner
// was ("~ sure").
type Exercise struct {
	shared    exercises.About
	scenario  *scenarios.Scenario
	threat    grading.Threat
	index     func() *grading.Index
	certainty bool
}

// New makes the exercise with an id. The index of the scenario's key is made when
// it is needed. Certainty asks how sure the learner is, beside the answer.
func New(id string, s *scenarios.Scenario, t grading.Threat, index func() *grading.Index, certainty bool) *Exercise {
	x := &Exercise{scenario: s, threat: t, index: index, certainty: certainty}
	x.shared = exercises.About{
		ID: id, Kind: KindName, Minutes: 1, Hints: t.Hints,
		Title:  s.System.Title,
		Prompt: x.prompt(),
	}
	if at := x.place(); at != "" {
		x.shared.Title += ", at " + at
	}
	return x
}

// prompt gives the scenario in its own words, and then the clue, so that the clue
// is still in sight above the field of a small window.
func (x *Exercise) prompt() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(x.scenario.System.Summary))
	at := x.place()
	if at != "" {
		at = " about " + at
	}
	if q := strings.TrimSpace(x.threat.Evidence.Quote); q != "" {
		fmt.Fprintf(&b, "The design says%s:\n\n> %s\n\n", at, strings.Join(strings.Fields(q), " "))
	} else {
		fmt.Fprintf(&b, "The diagram shows%s:\n\n> %s\n\n", at, strings.Join(strings.Fields(x.threat.Evidence.Diagram), " "))
	}
	b.WriteString("**What can go wrong here?** Who does what, so that what?")
	return b.String()
}

// place is where the author sees the threat first; "" when the key does not say.
func (x *Exercise) place() string {
	if len(x.threat.Place.Accept) == 0 {
		return ""
	}
	return x.placeName(x.threat.Place.Accept[0])
}

func (x *Exercise) placeName(id string) string {
	if p, ok := x.scenario.System.Place(id); ok {
		return input.PlaceName(p)
	}
	return id
}

// Kind is the kind for the list of kinds. It decodes nothing: the exercise is made by New.
func Kind() input.Kind {
	return input.Kind{
		Name:   KindName,
		Screen: func(ex exercises.Exercise, o input.Options) input.Screen { return newScreen(ex.(*Exercise), o) },
		Ask:    talk,
	}
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.shared }

// Threat is what the exercise asks for.
func (x *Exercise) Threat() grading.Threat { return x.threat }

// Document returns the design document that the sentence is of.
func (x *Exercise) Document() (title, markdown string) {
	return x.scenario.System.Title, x.scenario.Document
}

// Samples are the threat in the key's own words, and a complaint that names nothing.
func (x *Exercise) Samples() []exercises.Sample {
	return []exercises.Sample{
		{Name: "the key's words", Answer: exercises.Answer{x.threat.Title + ". " + x.threat.Description}, Full: true},
		{Name: "a complaint that names nothing", Answer: exercises.Answer{"Hackers could hack it"}},
	}
}

// Reply adds what the learner says to the grader's question.
func (x *Exercise) Reply(a exercises.Answer, _ int, text string) exercises.Answer {
	said := parse(a)
	said.replies = append(said.replies, exercises.Clean(text))
	return said.format()
}

// The certainties that a learner may choose, as an answer holds them.
var Certainties = []string{"sure", "fairly", "guess"}

// certaintyWords are the Certainties as they are shown.
var certaintyWords = []string{"sure", "fairly sure", "a guess"}

// Certainty is how sure the learner was, one of Certainties, or "".
func Certainty(a exercises.Answer) string { return parse(a).certainty }

// What an entry of the answer begins with when it is not the text.
const (
	replyMark     = "+ "
	certaintyMark = "~ "
)

// said is an answer taken apart.
type said struct {
	text      string
	replies   []string
	certainty string
}

// last is the last thing that was said.
func (s said) last() string {
	if n := len(s.replies); n > 0 {
		return s.replies[n-1]
	}
	return s.text
}

func parse(a exercises.Answer) said {
	var s said
	for i, e := range a {
		switch {
		case i == 0:
			s.text = e
		case strings.HasPrefix(e, replyMark):
			s.replies = append(s.replies, strings.TrimPrefix(e, replyMark))
		case strings.HasPrefix(e, certaintyMark):
			if c := strings.TrimPrefix(e, certaintyMark); slices.Contains(Certainties, c) {
				s.certainty = c
			}
		}
	}
	return s
}

func (s said) format() exercises.Answer {
	if s.text == "" && len(s.replies) == 0 && s.certainty == "" {
		return nil
	}
	a := exercises.Answer{s.text}
	for _, r := range s.replies {
		a = append(a, replyMark+r)
	}
	if s.certainty != "" {
		a = append(a, certaintyMark+s.certainty)
	}
	return a
}

// Package exercises says what every kind of exercise is: a question with an
// id, an answer that can be stored and replayed, and a result with reasons.
//
// A kind (choice, sort, report …) lives in a folder of its own below this one
// and imports this package; this package imports none of them and no terminal
// library, so that a server, a test or another front end can grade too.
package exercises

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// MaxAnswer is the most characters (runes) that one entry of an Answer may
// hold. It is far more than any exercise asks for and small enough to be
// graded, drawn and stored within a key press.
const MaxAnswer = 10_000

// An Answer is what a learner submits, as a kind encodes it: it can be stored,
// replayed and typed on a command line. An unfinished answer (a draft) has the
// same form, so that what was typed is never lost.
type Answer []string

// An Exercise is one thing to do. Implementations are immutable after they
// have been decoded and safe for use by several goroutines.
type Exercise interface {
	// About holds what every exercise has: id, prompt, hints, …
	About() *About
	// Grade judges an answer. A wrong answer is a low score, never an error; an
	// error means that it could not be judged, and nothing is recorded. An
	// *Incomplete error says what is still missing, in words for the learner.
	Grade(context.Context, Answer) (Result, error)
	// Samples are answers whose score is known. A kind derives them from what
	// the author marked (a right answer that must score full, a wrong one that
	// must not), and course.Check grades every one.
	Samples() []Sample
}

// A Replier is an Exercise that may ask back: Result.Items[i].Question is then
// not empty, and Reply adds the learner's reply to the answer, which is
// submitted again.
type Replier interface {
	Exercise
	Reply(a Answer, item int, text string) Answer
}

// A Sibling is an Exercise that judges better when it knows the others of its kind
// in the course. It meets them once, before it is used.
type Sibling interface {
	Exercise
	Meet(others func() []Exercise)
}

// A Disputer is an Exercise whose grading of an item a learner may dispute: the
// answer then says so, with the reason, and is submitted again. What the learner
// thinks of it is shown beside the grading and never in its place.
type Disputer interface {
	Exercise
	Dispute(a Answer, item int, why string) Answer
}

// A Chooser is an Exercise that is answered with ids of the author's: options,
// an order, groups. Chosen are those that an answer names, as the kind encodes
// them; nothing that a learner typed is among them.
type Chooser interface {
	Exercise
	Chosen(Answer) []string
}

// A Writer is an Exercise in whose answers there is more than what the learner
// wrote. Wrote is that alone, with what goes along said in words.
type Writer interface {
	Exercise
	Wrote(Answer) []string
}

// A Shuffler is an Exercise whose options may stand in another order: whoever is asked
// again would know the place of the right one. Answers name options by their ids.
type Shuffler interface {
	Exercise
	// Shuffled is the same exercise in an order that the seed says.
	Shuffled(seed uint64) Exercise
}

// Documented is an Exercise about a document that is to be read, as Markdown.
type Documented interface {
	Exercise
	Document() (title, markdown string)
}

// About is the part of an exercise that all kinds share.
type About struct {
	ID      string   `yaml:"id"`      // the author's, unique in the course, stable for ever
	Title   string   `yaml:"title"`   // a few words, for lists
	Minutes int      `yaml:"minutes"` // how long a newcomer needs, in minutes
	Prompt  string   `yaml:"prompt"`  // Markdown: what to do
	Hints   []string `yaml:"hints"`   // a ladder: each says a little more than the one before
	Explain string   `yaml:"explain"` // Markdown shown after every answer, also a right one
	Notes   string   `yaml:"notes"`   // for an instructor: what to ask, what people usually say

	Kind string `yaml:"-"` // "choice", "sort", …; set by the decoder
}

// Outcome is the judgement of a whole answer in one word.
type Outcome string

// The outcomes of a Result.
const (
	Right   Outcome = "right"   // full marks, or so near that nothing is left to learn
	Partly  Outcome = "partly"  // something is right, something is not
	Wrong   Outcome = "wrong"   // nothing that earns credit; never said unkindly
	Asked   Outcome = "asked"   // the grader has a question before it can judge
	Written Outcome = "written" // compared and marked by the learner; never counted as right or wrong
)

// A Result is the judgement of an answer with its reasons. It holds all that a
// screen or the line mode shows: neither knows the kinds.
type Result struct {
	Score   float64   `json:"score"`             // 0 to 1; 1 is full marks
	Outcome Outcome   `json:"outcome"`           // see the constants
	Summary string    `json:"summary"`           // one plain sentence: how it went
	Bars    []Bar     `json:"bars,omitempty"`    // partial scores
	Items   []Item    `json:"items,omitempty"`   // one for each option, card or entry, with its reason
	Explain string    `json:"explain,omitempty"` // Markdown: the reasoning, shown after success too
	More    []Section `json:"more,omitempty"`    // further reading about this answer: what was missed, sample answers
}

// Judged reports whether the grader knew what to say of any part of the answer. Where
// it did not, nothing is wrong either.
func (r Result) Judged() bool {
	return len(r.Items) == 0 || slices.ContainsFunc(r.Items, func(it Item) bool { return it.Mark != Unknown && it.Mark != Plain })
}

// A Bar is one part of a score.
type Bar struct {
	Label string  `json:"label"` // "" for a gap between groups of bars
	Value float64 `json:"value"` // 0 ≤ Value ≤ Max
	Max   float64 `json:"max"`
}

// Mark says how one item was judged.
type Mark string

// The marks of an Item.
const (
	Good    Mark = "good"    // right
	Also    Mark = "also"    // not the first choice of the author, but defensible: no loss
	Bad     Mark = "bad"     // not right
	Missed  Mark = "missed"  // right, and the learner did not say so
	Handled Mark = "handled" // true, and the design already deals with it
	Unsure  Mark = "unsure"  // the grader asks before it judges
	Unknown Mark = "unknown" // not in the key; the learner may still be right
	Plain   Mark = "plain"   // not judged
)

// An Item is one judged part of an answer.
type Item struct {
	Label    string  `json:"label"`              // what it is about, in a few words
	Mark     Mark    `json:"mark"`               // how it was judged
	Word     string  `json:"word,omitempty"`     // what the mark is called here, where "right" or "left out" would be odd
	Yours    string  `json:"yours,omitempty"`    // what the learner said
	Expected string  `json:"expected,omitempty"` // what the author would have said, where it differs
	Reason   string  `json:"reason"`             // why, in plain sentences
	Details  []Field `json:"details,omitempty"`  // shown when the item is opened
	Question string  `json:"question,omitempty"` // what the grader asks (Mark is Unsure)
	// Choices are statements that the reply may name by number.
	Choices []string `json:"choices,omitempty"`
	ID      string   `json:"id,omitempty"` // the id in the key that was recognised
	// Status is what the grader called it, such as "vague"; for statistics, and "" where the mark says all.
	Status string `json:"status,omitempty"`
}

// A Field is one labelled line of an item's details.
type Field struct {
	Label  string   `json:"label"`
	Text   string   `json:"text"`
	Marked []string `json:"marked,omitempty"` // words of Text that stand out
	How    bool     `json:"how,omitempty"`    // how the matching came about: for whoever asks, not for everybody
}

// A Section is a titled piece of Markdown that belongs to a result.
type Section struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Bars  []Bar  `json:"bars,omitempty"` // drawn above the text
}

// A Sample is an answer with the score that it must get.
type Sample struct {
	Name   string // for messages: "the marked options", "order 2", …
	Answer Answer
	Full   bool // true: must score 1; false: must score below 1
}

// An Incomplete error says that an answer cannot be judged yet and what to do.
type Incomplete struct{ Need string }

func (e *Incomplete) Error() string { return e.Need }

// Incompletef makes an *Incomplete from a sentence for the learner.
func Incompletef(format string, args ...any) error {
	return &Incomplete{Need: fmt.Sprintf(format, args...)}
}

// CheckLength returns an *Incomplete error when an entry of a is longer than
// MaxAnswer. Kinds that take free text call it first in Grade.
func CheckLength(a Answer) error {
	for _, s := range a {
		if len(s) <= MaxAnswer { // bytes bound runes
			continue
		}
		if n := len([]rune(s)); n > MaxAnswer {
			return Incompletef("That answer has %d characters and at most %d can be graded. Shorten it and hand it in again; what you wrote is kept.", n, MaxAnswer)
		}
	}
	return nil
}

// OutcomeOf is the outcome for a plain score: full, none, or something between.
func OutcomeOf(score float64) Outcome {
	switch {
	case score >= 0.999:
		return Right
	case score <= 0.001:
		return Wrong
	default:
		return Partly
	}
}

// Empty reports whether nothing but blanks was answered.
func (a Answer) Empty() bool {
	for _, s := range a {
		if strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}

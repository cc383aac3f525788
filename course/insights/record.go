package insights

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// What a line of a file is. Lines of other kinds are passed over: a newer program
// wrote them.
const (
	lineExport = "export" // a Head
	lineAnswer = "answer" // an Answer
)

// format is the version of the lines that this program writes and reads.
const format = 1

// A Head is the first line of every export.
type Head struct {
	What     string `json:"what"`
	Format   int    `json:"format"`
	Course   string `json:"course"`
	FreeText bool   `json:"free_text"` // what people wrote is in the file
}

// An Answer is one submission of somebody who has no name here.
type Answer struct {
	What    string  `json:"what"`
	Learner int64   `json:"learner"` // a random number for this export
	N       int     `json:"n"`       // which of the learner's submissions it is, from 1
	Item    string  `json:"item"`    // id of the exercise
	Version string  `json:"version"` // content hash of the exercise
	Kind    string  `json:"kind"`
	Attempt int     `json:"attempt"` // from 1; a reply to a question and a disagreement belong to the attempt before
	Hints   int     `json:"hints"`   // how many hints had been opened
	Minutes *int    `json:"minutes,omitempty"`
	Week    string  `json:"week"` // ISO 8601, such as 2026-W07
	Score   float64 `json:"score"`
	Outcome string  `json:"outcome"`

	Chosen  []string `json:"chosen,omitempty"`  // the author's ids: options, an order, item=group
	Found   []string `json:"found,omitempty"`   // ids of the key that were recognised in free text
	Unknown int      `json:"unknown,omitempty"` // entries of free text that were not recognised
	Cards   []Card   `json:"cards,omitempty"`   // of a report
	Texts   []string `json:"texts,omitempty"`   // free text, when it was asked for
}

// A Card is one reported threat and what became of it.
type Card struct {
	Letter     string  `json:"letter,omitempty"`
	Place      string  `json:"place,omitempty"`
	Severity   string  `json:"severity,omitempty"`
	ID         string  `json:"id,omitempty"` // what in the key was recognised
	Verdict    Verdict `json:"verdict"`
	Asked      bool    `json:"asked,omitempty"` // the grader asked about it
	Disputed   bool    `json:"disputed,omitempty"`
	SelfMarked bool    `json:"self_marked,omitempty"` // disputed, and it had earned nothing
	// Free text, when it was asked for.
	Text    string   `json:"text,omitempty"`
	Replies []string `json:"replies,omitempty"`
	Reason  string   `json:"reason,omitempty"` // why the learner disagrees
}

// A Verdict is what a card was told in the end.
type Verdict string

// The verdicts.
const (
	Credited      Verdict = "credited"
	AskedCredited Verdict = "asked, then credited"
	Handled       Verdict = "handled"
	AlsoValid     Verdict = "also valid"
	OutOfScope    Verdict = "out of scope"
	Duplicate     Verdict = "duplicate"
	Vague         Verdict = "vague"
	Open          Verdict = "question open" // the learner did not answer the grader's question
	NotInKey      Verdict = "not in key"
)

var verdicts = []Verdict{Credited, AskedCredited, Handled, AlsoValid, OutOfScope, Duplicate, Vague, Open, NotInKey}

// credited reports whether the card earned its credit.
func (c Card) credited() bool { return c.Verdict == Credited || c.Verdict == AskedCredited }

// Limits of what a line may hold. They are far above what an export writes.
const (
	maxLine    = 1 << 20 // bytes
	maxEntries = 500
	maxID      = 100
	maxCount   = 1_000_000
)

var (
	idForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	weekForm = regexp.MustCompile(`^[0-9]{4}-W[0-5][0-9]$`)
)

func isID(s string) bool { return len(s) <= maxID && idForm.MatchString(s) }

// check says what is wrong with an answer that somebody may have edited, and
// cleans its texts.
func (a *Answer) check() error {
	bad := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf(format, args...)
	}
	err := errors.Join(
		bad(a.Learner > 0, "learner is %d; it is a number from 1 on", a.Learner),
		bad(a.N > 0 && a.N <= maxCount, "n is %d; it counts from 1", a.N),
		bad(isID(a.Item), "item is no id of an exercise"),
		bad(isID(a.Version), "version is no content hash"),
		bad(isID(a.Kind), "kind is no kind of exercise"),
		bad(a.Attempt > 0 && a.Attempt <= maxCount, "attempt is %d; it counts from 1", a.Attempt),
		bad(a.Hints >= 0 && a.Hints <= maxEntries, "hints is %d", a.Hints),
		bad(a.Minutes == nil || *a.Minutes >= 0, "minutes is less than nothing"),
		bad(weekForm.MatchString(a.Week), "week must look like 2026-W07"),
		bad(a.Score >= 0 && a.Score <= 1, "score is %v; it goes from 0 to 1", a.Score),
		bad(slices.Contains(outcomes, exercises.Outcome(a.Outcome)), "there is no such outcome"),
		bad(a.Unknown >= 0 && a.Unknown <= maxCount, "unknown is %d", a.Unknown),
		bad(len(a.Chosen) <= maxEntries && len(a.Found) <= maxEntries && len(a.Cards) <= maxEntries && len(a.Texts) <= maxEntries, "a list has more than %d entries", maxEntries),
	)
	cleanLines(a.Chosen)
	cleanLines(a.Found)
	cleanLines(a.Texts)
	for i := range a.Cards {
		c := &a.Cards[i]
		err = errors.Join(err,
			bad(c.Letter == "" || len(c.Letter) == 1 && strings.Contains(grading.Letters, c.Letter), "card %d has a letter that is none of STRIDE", i+1),
			bad(c.Severity == "" || slices.Contains(grading.Severities, c.Severity), "card %d has a severity that there is not", i+1),
			bad(c.Place == "" || isID(c.Place), "card %d has a place that is no id", i+1),
			bad(c.ID == "" || isID(c.ID), "card %d has an id that is none", i+1),
			bad(slices.Contains(verdicts, c.Verdict), "card %d has a verdict that there is not", i+1),
		)
		c.Text, c.Reason = exercises.CleanLine(c.Text), exercises.CleanLine(c.Reason)
		cleanLines(c.Replies)
	}
	return err
}

func cleanLines(s []string) {
	for i := range s {
		s[i] = exercises.CleanLine(s[i])
	}
}

var outcomes = []exercises.Outcome{exercises.Right, exercises.Partly, exercises.Wrong, exercises.Asked, exercises.Written}

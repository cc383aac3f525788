package insights

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/progress"
)

// An Export turns what learners handed in into lines that say nothing of who
// they are: no name, no id of a person, no day, and no free text unless it is
// asked for. Make it with NewExport.
type Export struct {
	// FreeText takes what people wrote along, as they wrote it: they may have
	// named themselves or others in it.
	FreeText bool
	// Number is a new number for a learner; tests set their own.
	Number func() (int64, error)

	// Elsewhere counts submissions to exercises that this course does not have:
	// they are left out. TooLong counts those whose texts do not fit on a line and
	// were left out.
	Elsewhere, TooLong int

	course   *course.Course
	cards    func(exercises.Answer) []Card
	learners []exported
}

type exported struct {
	number  int64
	answers []Answer
}

// NewExport makes an export of answers to a course. Cards reads an answer to a
// report: the cards that were judged, in the order of the result's items, with
// what the learner wrote and chose.
func NewExport(c *course.Course, cards func(exercises.Answer) []Card) *Export {
	return &Export{course: c, cards: cards, Number: randomNumber}
}

// randomNumber is one of 2^53, so that two learners of a large company share one
// by no chance worth a word, and every program reads it as it is.
func randomNumber() (int64, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, fmt.Errorf("drawing a number for a learner: %w", err)
	}
	return int64(binary.LittleEndian.Uint64(b[:])>>11) + 1, nil
}

// Add adds everything that one learner did, the oldest first. Events of other
// courses are passed over.
func (x *Export) Add(events []progress.Event) error {
	n, err := x.Number()
	if err != nil {
		return err
	}
	l := learner{x: x, number: n, seen: map[string]time.Time{}, hints: map[string]int{}, last: map[string]attempt{}}
	for _, e := range events {
		if e.Course == "" || e.Course == x.course.ID {
			l.add(e)
		}
	}
	if len(l.answers) > 0 {
		x.learners = append(x.learners, exported{n, l.answers})
	}
	return nil
}

// Count is how many learners and answers there are.
func (x *Export) Count() (learners, answers int) {
	for _, l := range x.learners {
		answers += len(l.answers)
	}
	return len(x.learners), answers
}

// Write writes the lines. The learners stand in the order of their numbers: not
// even the order in which they were added says anything.
func (x *Export) Write() ([]byte, error) {
	out, err := json.Marshal(Head{What: lineExport, Format: format, Course: x.course.ID, FreeText: x.FreeText})
	if err != nil {
		return nil, fmt.Errorf("writing the export: %w", err)
	}
	out = append(out, '\n')
	slices.SortFunc(x.learners, func(a, b exported) int { return cmp.Compare(a.number, b.number) })
	x.TooLong = 0
	for _, l := range x.learners {
		for _, a := range l.answers {
			b, err := json.Marshal(a)
			if err == nil && len(b) >= maxLine {
				x.TooLong++
				b, err = json.Marshal(a.withoutTexts())
			}
			if err != nil {
				return nil, fmt.Errorf("writing an answer to %s: %w", a.Item, err)
			}
			out = append(append(out, b...), '\n')
		}
	}
	return out, nil
}

func (a Answer) withoutTexts() Answer {
	a.Texts, a.Cards = nil, slices.Clone(a.Cards)
	for i := range a.Cards {
		a.Cards[i].Text, a.Cards[i].Replies, a.Cards[i].Reason = "", nil, ""
	}
	return a
}

// A learner is what is known of one while the events are read.
type learner struct {
	x       *Export
	number  int64
	answers []Answer
	seen    map[string]time.Time // by exercise: its page's first visit
	hints   map[string]int
	last    map[string]attempt
}

type attempt struct {
	n     int
	asked bool   // the grader waits for a reply
	cards []Card // of a report
}

func (l *learner) add(e progress.Event) {
	switch e.Kind {
	case progress.Visited:
		step, ok := l.x.course.Step(e.Item)
		if !ok || e.Page < 0 || e.Page >= len(step.Pages) || step.Pages[e.Page].Item == nil {
			return
		}
		id := step.Pages[e.Page].Item.ID
		if _, again := l.seen[id]; !again {
			l.seen[id] = e.Time
		}
	case progress.Hinted:
		l.hints[e.Item] = max(l.hints[e.Item], e.Hint)
	case progress.Submitted:
		it, ok := l.x.course.Item(e.Item)
		if !ok {
			l.x.Elsewhere++
			return
		}
		ex, err := it.Exercise()
		if err != nil {
			l.x.Elsewhere++ // its author is told by threatlings check
			return
		}
		l.answers = append(l.answers, l.answer(e, it, ex))
	}
}

func (l *learner) answer(e progress.Event, it *course.Item, ex exercises.Exercise) Answer {
	a := Answer{
		What: lineAnswer, Learner: l.number, N: len(l.answers) + 1,
		Item: it.ID, Version: e.Version, Kind: it.Kind, Hints: min(l.hints[it.ID], maxEntries),
		Week: week(e.Time), Outcome: e.Outcome,
	}
	if !isID(a.Version) { // of a very old log
		a.Version = "unknown"
	}
	if e.Score != nil {
		a.Score = min(1, max(0, *e.Score))
	}
	if t, ok := l.seen[it.ID]; ok && !e.Time.Before(t) {
		m := int(math.Round(e.Time.Sub(t).Minutes()))
		a.Minutes = &m
	}
	var res exercises.Result
	if json.Unmarshal(e.Result, &res) != nil {
		res = exercises.Result{} // a newer program's: what it says of each part is left out
	}
	chooser, chooses := ex.(exercises.Chooser)
	paper, reports := ex.(papered)
	switch {
	case chooses:
		a.Chosen = chooser.Chosen(e.Answer)
	case reports:
		a.Cards = judged(l.x.cards(e.Answer), res.Items, paper)
	default:
		for _, i := range res.Items {
			switch {
			case i.Mark == exercises.Good && isID(i.ID):
				a.Found = append(a.Found, i.ID)
			case i.Mark == exercises.Unknown:
				a.Unknown++
			}
		}
	}
	before := l.last[it.ID]
	a.Attempt = before.n
	if !before.asked && (len(a.Cards) == 0 || !sameCards(before.cards, a.Cards)) {
		a.Attempt++
	}
	l.last[it.ID] = attempt{a.Attempt, a.Outcome == string(exercises.Asked), a.Cards}
	if !l.x.FreeText {
		return a.withoutTexts()
	}
	switch {
	case chooses && it.Kind == "reflect": // the one kind that has both
		a.Texts = cleaned(e.Answer[:min(1, len(e.Answer))])
	case !chooses && !reports:
		a.Texts = cleaned(e.Answer[:min(maxEntries, len(e.Answer))])
	}
	return a
}

func cleaned(in []string) []string {
	var out []string
	for _, s := range in {
		if s = exercises.CleanLine(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// sameCards reports whether the cards are those of the submission before: the
// learner replied, or disagreed.
func sameCards(before, now []Card) bool {
	return slices.EqualFunc(before, now, func(a, b Card) bool {
		return a.Letter == b.Letter && a.Place == b.Place && a.Severity == b.Severity && a.Text == b.Text
	})
}

// judged says for each card what became of it, as the learner was told.
func judged(cards []Card, items []exercises.Item, paper papered) []Card {
	credited := map[string]bool{}
	for i := range cards {
		c := &cards[i]
		if _, ok := paper.Paper().System.Place(c.Place); !ok {
			c.Place = ""
		}
		c.Text, c.Reason, c.Replies = exercises.CleanLine(c.Text), exercises.CleanLine(c.Reason), cleaned(c.Replies)
		c.Verdict, c.Asked = NotInKey, len(c.Replies) > 0
		if i >= len(items) {
			continue
		}
		it := items[i]
		if isID(it.ID) {
			c.ID = it.ID
		}
		switch it.Mark {
		case exercises.Good:
			c.Verdict = Credited
			if c.Asked {
				c.Verdict = AskedCredited
			}
			credited[c.ID] = true
		case exercises.Handled:
			c.Verdict = Handled
		case exercises.Also:
			c.Verdict = AlsoValid
		case exercises.Plain:
			c.Verdict = OutOfScope
			if credited[c.ID] {
				c.Verdict = Duplicate
			}
		case exercises.Unsure:
			c.Verdict, c.Asked = Open, true
		}
		if it.Status == string(grading.Vague) && (c.Verdict == Open || c.Verdict == NotInKey) {
			c.Verdict = Vague
		}
		c.SelfMarked = c.Disputed && it.Mark != exercises.Good
	}
	return cards
}

// week is all that is told of a date.
func week(t time.Time) string {
	y, w := t.UTC().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", max(0, min(9999, y)), w)
}

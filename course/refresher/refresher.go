// Package refresher makes the refresher of one learner: it finds in the log what
// is worth asking again, and makes a sitting of about ten minutes of it.
//
// When something is asked is decided by package refresh. Here is what: the threats
// that the learner did not name in a report, the questions of the six letters, and
// one scenario at a time that the learner has not seen. Everything is derived from
// the log, and the clock is the session's.
package refresher

import (
	"context"
	"fmt"
	"slices"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/progress"
	"edu/threatlings/progress/refresh"
)

// Questions is how many questions a sitting has at most. At a minute each, with
// the reading of what the key says, it takes about ten.
const Questions = 10

// An item is something that can be asked.
type item struct {
	refresh.Item
	title string // before it is answered: it gives nothing away
	named string // afterwards
	ready time.Time
	make  func(certainty bool) (ex exercises.Exercise, version string, err error)
}

// A Refresher is what there is to ask one learner, at the time when it was made.
type Refresher struct {
	session *course.Session
	live    *course.Live

	now     time.Time
	deck    *refresh.Deck // of misses and letters; what was done a moment ago is not in it
	items   map[string]item
	fresh   *item     // the scenario to offer; nil for none
	soonest time.Time // when the first of what was done a moment ago comes; zero for none
	reviews []refresh.Review
	hints   map[string]int // open since an item was last reviewed
	propose bool           // a second live model
}

// Of derives the refresher of a session's learner. Live is where the learner's
// threat models are kept; nil is nowhere.
func Of(ctx context.Context, s *course.Session, live *course.Live) (*Refresher, error) {
	events, err := s.Events(ctx)
	if err != nil {
		return nil, err
	}
	h := read(events)
	r := &Refresher{session: s, live: live, now: s.Now(), reviews: h.reviews, hints: h.hints, items: map[string]item{}}
	all, err := itemsOf(s.Course, h)
	if err != nil {
		return nil, err
	}
	if r.fresh, err = freshOf(s.Course, h); err != nil {
		return nil, err
	}
	if r.fresh != nil && r.fresh.ready.After(r.now) {
		r.fresh = nil
	}
	var ready []refresh.Item
	for _, it := range all {
		r.items[it.ID] = it
		if h.reviewed(it.ID) || !it.ready.After(r.now) {
			ready = append(ready, it.Item)
		} else {
			r.soonest = earlier(r.soonest, it.ready)
		}
	}
	r.deck = refresh.NewDeck(h.reviews, ready)
	if r.propose, err = r.proposes(h); err != nil {
		return nil, err
	}
	return r, nil
}

// earlier is the earlier of two times; a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// An Outlook says what is due, and what comes then.
type Outlook struct {
	Missed      int                 // due threats that were not named in a report
	Letters     int                 // due questions of a letter
	New         int                 // how many of them are asked for the first time
	Next        time.Time           // when the next ones come; zero when nothing will
	Ahead       bool                // something can be practised now, due or not
	Fresh       string              // the title of a scenario that is offered; "" for none
	Live        bool                // a second threat model of one's own is proposed
	Calibration refresh.Calibration // of all answers with a certainty
	Certain     int                 // how many those are
}

// Due is how many questions are due.
func (o Outlook) Due() int { return o.Missed + o.Letters }

// Nothing reports that there is nothing to refresh yet, now or later.
func (o Outlook) Nothing() bool { return o.Due() == 0 && o.Next.IsZero() && o.Fresh == "" }

// When says in a few words what is due, or else when the next comes: "6 due",
// "next on 4 December".
func (o Outlook) When(now time.Time) string {
	switch {
	case o.Due() > 0:
		return fmt.Sprintf("%d due", o.Due())
	case !o.Next.IsZero():
		return "next " + Day(o.Next, now)
	}
	return o.Fresh + ", if you like"
}

// Wait says that nothing can be asked yet, not even for practice, and from when on.
func (o Outlook) Wait(now time.Time) string {
	if o.Next.IsZero() {
		return "There is nothing to ask yet."
	}
	return fmt.Sprintf("There is nothing to ask yet: what you just did would only be repeated. It is worth asking %s.", Day(o.Next, now))
}

// Day says when something comes as people do: "today at 21:40", "tomorrow at 9:05",
// "on 4 December", with the year where it is another one.
func Day(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	is := func(day time.Time) bool { return t.Year() == day.Year() && t.YearDay() == day.YearDay() }
	switch {
	case is(now):
		return "today at " + t.Format("15:04")
	case is(now.AddDate(0, 0, 1)):
		return "tomorrow at " + t.Format("15:04")
	case t.Year() != now.Year():
		return "on " + t.Format("2 January 2006")
	}
	return "on " + t.Format("2 January")
}

// Outlook looks ahead.
func (r *Refresher) Outlook() Outlook {
	o := Outlook{Live: r.propose, Calibration: refresh.Calibrate(r.reviews)}
	o.Certain = certain(o.Calibration)
	if r.fresh != nil {
		o.Fresh = r.fresh.title
	}
	o.Ahead = r.fresh != nil || len(r.deck.Next(1, r.now, true)) > 0
	cards := r.deck.Cards()
	due := r.deck.Next(len(cards), r.now, false)
	for _, c := range due {
		switch c.Kind {
		case refresh.Missed:
			o.Missed++
		case refresh.Letter:
			o.Letters++
		}
		if c.New {
			o.New++
		}
	}
	o.Next = r.soonest
	for _, c := range cards {
		if slices.ContainsFunc(due, func(d refresh.Card) bool { return d.ID == c.ID }) {
			continue
		}
		if c.New { // there are enough new ones for today
			o.Next = earlier(o.Next, r.now.AddDate(0, 0, 1))
			continue
		}
		o.Next = earlier(o.Next, c.Due)
	}
	return o
}

func certain(c refresh.Calibration) int { return c.Sure.Asked + c.Fairly.Asked + c.Guess.Asked }

// Sitting makes a sitting of what is due, with a fresh scenario at its end when
// there is one. More adds what is not due yet. It is nil when there is nothing to ask.
func (r *Refresher) Sitting(more bool) (*course.Step, error) {
	return r.sitting(more, r.fresh)
}

func (r *Refresher) sitting(more bool, fresh *item) (*course.Step, error) {
	cards := r.deck.Next(Questions, r.now, more)
	if len(cards) == 0 && (!more || fresh == nil) {
		return nil, nil
	}
	s := &sitting{
		Refresher: r, more: more, results: map[string]judged{}, asked: map[string]bool{}, last: map[string]time.Time{},
		before: r.Outlook(),
	}
	for _, rev := range r.reviews {
		s.last[rev.ID] = rev.At
	}
	minutes := 0
	var pages []madeItem
	for i, c := range cards {
		it := r.items[c.ID]
		ex, version, err := it.make(asksCertainty(i))
		if err != nil {
			return nil, fmt.Errorf("making the question %s: %w", it.ID, err)
		}
		minutes += ex.About().Minutes
		pages = append(pages, madeItem{it, version, ex})
	}
	if fresh != nil {
		ex, version, err := fresh.make(false)
		if err != nil {
			return nil, fmt.Errorf("making the exercise %s: %w", fresh.ID, err)
		}
		s.fresh, s.freshMinutes = fresh, ex.About().Minutes
		pages = append(pages, madeItem{*fresh, version, ex})
	} else {
		s.fresh = nil
	}
	s.minutes = minutes
	step := course.NewStep("refresher", "Refresher", "Today", max(1, minutes), s)
	step.AddText(s.opening)
	for _, p := range pages {
		s.asks = append(s.asks, p.item)
		step.AddItem(p.ID, p.title, p.version, p.ex)
	}
	step.AddText(s.closing)
	s.lastPage = len(step.Pages) - 1
	return step, nil
}

// madeItem is an item with its exercise.
type madeItem struct {
	item
	version string
	ex      exercises.Exercise
}

// asksCertainty reports whether a sitting's question, counted from 0, asks how sure
// one is: the first, and every third one. Asked always, it would be a bother.
func asksCertainty(i int) bool { return i == 0 || (i+1)%3 == 0 }

// Proposal of a second live model: a month after the course, three times at most.
const (
	proposeAfterMonths = 1
	proposals          = 3
	proposedLive       = "live" // the item of a progress.Proposed
)

// proposes reports whether a second live model is proposed: a month after the last
// lesson was done, until a model is worked on or it was said often enough.
func (r *Refresher) proposes(h history) (bool, error) {
	done, ok := r.finished(h)
	if !ok || r.now.Before(done.AddDate(0, proposeAfterMonths, 0)) || h.proposed[proposedLive] >= proposals {
		return false, nil
	}
	if r.live == nil {
		return false, nil // nowhere to make one
	}
	models, err := r.live.Folder.List()
	if err != nil {
		return false, err
	}
	for _, m := range models {
		if m.Changed.After(done) {
			return false, nil
		}
	}
	return true, nil
}

// finished is when the course's last lesson was done; ok is false when it is not.
func (r *Refresher) finished(h history) (at time.Time, ok bool) {
	steps := r.session.Course.Steps()
	for i := len(steps) - 1; i >= 0; i-- {
		step := steps[i]
		if step.Optional {
			continue
		}
		if r.session.State(step) != course.Done {
			return time.Time{}, false
		}
		if at, ok := h.finished[step.ID]; ok {
			return at, true
		}
		for _, it := range step.Items() { // left before its last page was turned
			if last := h.sum.Items[it.ID].First; last.After(at) {
				at = last
			}
		}
		return at, !at.IsZero()
	}
	return time.Time{}, false
}

// reviewOf is the review of an event as package refresh knows it.
func reviewOf(e progress.Event) refresh.Review {
	v := e.Review
	return refresh.Review{
		ID: e.Item, At: e.Time, Right: v.Right, Rating: refresh.Rating(v.Rating), Tries: v.Tries,
		Hints: v.Hints > 0, LastHint: v.LastHint, Certainty: refresh.Certainty(v.Certainty),
	}
}

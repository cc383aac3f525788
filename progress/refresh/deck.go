package refresh

import (
	"cmp"
	"slices"
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v3"
)

const (
	// Retention is the chance of a right answer at which an item comes back.
	Retention = 0.9

	// LongestDays is the longest interval. What security training taught was
	// still measurable after four to five months and gone after six (Reinheimer
	// and others, "An investigation of phishing awareness and education over
	// time", SOUPS 2020).
	LongestDays = 180

	// NewASession is how many items at most are asked for the first time in one
	// session: each of them comes back within days, and a pile of new ones today
	// is a pile of due ones next week. A choice: with 15 the first visits of a
	// simulated year are full, and from the third month on no more is kept.
	NewASession = 6

	// Session is the time that counts as one sitting, and how early an item may
	// be called due: whoever comes every Monday, today at nine and last week at
	// five in the afternoon, is not sent away for eight hours.
	Session = 12 * time.Hour
)

// Kind is what an item asks.
type Kind string

// The kinds, in the order in which they take turns. Others come after them.
const (
	Missed Kind = "missed" // a threat that the learner did not find
	Letter Kind = "letter" // a question of one letter of STRIDE
	Fresh  Kind = "fresh"  // a scenario that the learner has not seen: transfer, not memory
)

// An Item can be asked. Its id is the author's and never changes.
type Item struct {
	ID   string
	Kind Kind
}

// A Card is an item and what its reviews make of it.
type Card struct {
	Item
	New     bool      // it was never asked; all that follows is zero
	Due     time.Time // UTC; always after Last
	Last    time.Time // of the last review, UTC
	Days    int       // the interval: from 1 to LongestDays
	Reviews int
	Failed  int // how many of them were Again
	Row     int // how many of the latest were not
}

// A Deck is the items of one learner and when they are due. Reading it is safe
// for concurrent use, adding to it is not.
type Deck struct {
	items  []Item // each id once
	memory map[string]*memory
}

// memory is what the reviews of one item add up to.
type memory struct {
	fsrs    fsrs.Card
	first   time.Time
	reviews int
	failed  int
	row     int
}

// NewDeck derives a deck from the reviews in the order of the log, and the items
// that there are now, in the order in which they are to be introduced. Reviews
// of other items stay without effect until the item is there again. The second
// of two items with one id is left out.
func NewDeck(reviews []Review, items []Item) *Deck {
	d := &Deck{memory: map[string]*memory{}}
	known := map[string]bool{}
	for _, it := range items {
		if !known[it.ID] {
			known[it.ID] = true
			d.items = append(d.items, it)
		}
	}
	for _, r := range reviews {
		d.Add(r)
	}
	return d
}

// Add takes one review more, as if it had stood at the end of the log.
func (d *Deck) Add(r Review) {
	at := r.At.UTC().Round(0)
	m := d.memory[r.ID]
	if m == nil {
		m = &memory{fsrs: fsrs.NewCard(), first: at}
		d.memory[r.ID] = m
	}
	rating := r.rating(m.row)
	m.fsrs = schedule(m.fsrs, at, rating)
	m.reviews++
	m.row++
	if rating == Again {
		m.failed++
		m.row = 0
	}
}

// parameters are FSRS's own, with whole days only: its short-term steps would
// bring a good answer back after ten minutes.
func parameters() fsrs.Parameters {
	p := fsrs.DefaultParam()
	p.RequestRetention = Retention
	p.MaximumInterval = LongestDays
	p.EnableShortTerm = false
	p.EnableFuzz = false
	return p
}

// schedule is what a review makes of a card.
func schedule(c fsrs.Card, at time.Time, r Rating) fsrs.Card {
	// The clock was set back. FSRS would count the days as a huge number.
	if at.Before(c.LastReview) {
		c.LastReview = at
	}
	grade := fsrs.Good
	switch r {
	case Again:
		grade = fsrs.Again
	case Hard:
		grade = fsrs.Hard
	case Easy:
		grade = fsrs.Easy
	}
	c = fsrs.NewFSRS(parameters()).Next(c, at, grade).Card
	// FSRS keeps the ratings a day apart after it has applied the maximum, and so
	// passes it by up to three days.
	if c.ScheduledDays > LongestDays {
		c.ScheduledDays = LongestDays
		c.Due = at.Add(LongestDays * 24 * time.Hour)
	}
	return c
}

// Cards returns every item with what is known of it, in the order of the items.
func (d *Deck) Cards() []Card {
	cards := make([]Card, len(d.items))
	for i, it := range d.items {
		cards[i] = d.card(it)
	}
	return cards
}

// Rate is Rate with what the deck knows of the item: what to record.
func (d *Deck) Rate(r Review) Rating {
	if m := d.memory[r.ID]; m != nil {
		return Rate(r, m.row)
	}
	return Rate(r, 0)
}

func (d *Deck) card(it Item) Card {
	m := d.memory[it.ID]
	if m == nil {
		return Card{Item: it, New: true}
	}
	return Card{
		Item:    it,
		Due:     m.fsrs.Due,
		Last:    m.fsrs.LastReview,
		Days:    int(m.fsrs.ScheduledDays),
		Reviews: m.reviews,
		Failed:  m.failed,
		Row:     m.row,
	}
}

// due reports whether a card is to be asked: its date has come or comes within
// this sitting. A review in the future was written while the clock was wrong;
// without this the card would not come back for as long as it was wrong by.
func (c Card) due(now time.Time) bool {
	soon := now.Add(Session)
	return !c.New && (!c.Due.After(soon) || c.Last.After(soon))
}

// Due returns the cards that are due, the most overdue first; those that are so
// equally in the order of the items. New cards are not among them.
func (d *Deck) Due(now time.Time) []Card {
	due := slices.DeleteFunc(d.Cards(), func(c Card) bool { return !c.due(now) })
	slices.SortStableFunc(due, byDue)
	return due
}

func byDue(a, b Card) int { return a.Due.Compare(b.Due) }

// Next returns up to n cards to ask now: what is due, then new ones, never more
// than NewASession of them in a sitting; the kinds take turns. When that is less
// than n and the learner wants more, cards follow whose date is still to come,
// so that whoever wants to practise always can. n may be less than what is due:
// the rest stays due, and nothing is lost by it.
func (d *Deck) Next(n int, now time.Time, more bool) []Card {
	n = max(n, 0)
	var fresh, ahead []Card
	introduced := 0
	for _, c := range d.Cards() {
		switch {
		case c.New:
			fresh = append(fresh, c)
			continue
		case !c.due(now):
			ahead = append(ahead, c)
		}
		if ago := now.Sub(d.memory[c.ID].first); ago >= 0 && ago < Session {
			introduced++
		}
	}
	next := first(n, takeTurns(d.Due(now)))
	next = append(next, first(min(n-len(next), NewASession-introduced), takeTurns(fresh))...)
	next = takeTurns(next)
	if !more {
		return next
	}
	// What was asked in this sitting comes last: it would only be repeated.
	slices.SortStableFunc(ahead, func(a, b Card) int {
		return cmp.Or(cmp.Compare(sitting(a, now), sitting(b, now)), byDue(a, b))
	})
	return append(next, takeTurns(first(n-len(next), ahead))...)
}

// sitting is 1 for a card that was asked in this sitting, and 0 for others.
func sitting(c Card, now time.Time) int {
	if now.Sub(c.Last) < Session {
		return 1
	}
	return 0
}

func first(n int, cards []Card) []Card {
	return cards[:max(0, min(n, len(cards)))]
}

// takeTurns puts the cards so that the kinds take turns, own misses first. Among
// cards of one kind the order stays. Mixed practice is harder than one kind
// after the other, and lasts longer (Rohrer and Taylor, "The shuffling of
// mathematics problems improves learning", 2007).
func takeTurns(cards []Card) []Card {
	kinds := []Kind{Missed, Letter, Fresh}
	rows := make([][]Card, len(kinds)+1)
	for _, c := range cards {
		i := slices.Index(kinds, c.Kind)
		if i < 0 {
			i = len(kinds)
		}
		rows[i] = append(rows[i], c)
	}
	mixed := make([]Card, 0, len(cards))
	for len(mixed) < len(cards) {
		for i, row := range rows {
			if len(row) > 0 {
				mixed = append(mixed, row[0])
				rows[i] = row[1:]
			}
		}
	}
	return mixed
}

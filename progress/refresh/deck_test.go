package refresh

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v3"
)

const day = 24 * time.Hour

var start = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

// rated is a review with a rating, and facts that go with it.
func rated(id string, at time.Time, r Rating) Review {
	return Review{ID: id, At: at, Right: r != Again, Rating: r}
}

// ids joins what a list of cards asks.
func ids(cards []Card) string {
	s := ""
	for _, c := range cards {
		s += c.ID + " "
	}
	return s
}

func only(t *testing.T, d *Deck) Card {
	t.Helper()
	cards := d.Cards()
	if len(cards) != 1 {
		t.Fatalf("%d cards", len(cards))
	}
	return cards[0]
}

// Every sequence of up to five ratings has the intervals that go-fsrs gives for
// it, called directly, whether the learner comes when the card is due, on the
// same day, early or late. The maximum alone is ours: go-fsrs passes it.
func TestIntervalsAreThoseOfFSRS(t *testing.T) {
	p := fsrs.DefaultParam()
	p.EnableShortTerm = false
	p.RequestRetention = 0.9
	p.MaximumInterval = 180
	direct := fsrs.NewFSRS(p)
	ratings := []Rating{Again, Hard, Good, Easy}
	theirs := []fsrs.Rating{fsrs.Again, fsrs.Hard, fsrs.Good, fsrs.Easy}
	comes := map[string]func(due, last time.Time) time.Time{
		"due":      func(due, _ time.Time) time.Time { return due },
		"same day": func(_, last time.Time) time.Time { return last.Add(time.Hour) },
		"early":    func(due, last time.Time) time.Time { return last.Add(due.Sub(last) / 2) },
		"late":     func(due, _ time.Time) time.Time { return due.Add(9 * day) },
	}
	for name, when := range comes {
		t.Run(name, func(t *testing.T) {
			sequences, passed := 0, 0
			var try func(log []Review, card fsrs.Card, at time.Time)
			try = func(log []Review, card fsrs.Card, at time.Time) {
				if len(log) == 5 {
					return
				}
				for i, r := range ratings {
					sequences++
					longer := append(slices.Clone(log), rated("a", at, r))
					want := direct.Repeat(card, at)[theirs[i]].Card
					if want.ScheduledDays > 180 {
						passed++
						want.ScheduledDays = 180
						want.Due = at.AddDate(0, 0, 180)
					}
					got := only(t, NewDeck(longer, []Item{{ID: "a"}}))
					if got.Days != int(want.ScheduledDays) || !got.Due.Equal(want.Due) {
						t.Fatalf("%v: %d days, due %v; go-fsrs: %d, %v", longer, got.Days, got.Due, want.ScheduledDays, want.Due)
					}
					try(longer, want, when(got.Due, got.Last))
				}
			}
			try(nil, fsrs.NewCard(), start)
			if want := 4 + 16 + 64 + 256 + 1024; sequences != want {
				t.Errorf("%d sequences, want %d", sequences, want)
			}
			if name == "due" && passed == 0 {
				t.Error("go-fsrs kept its own maximum: is the cap still needed?")
			}
		})
	}
}

// The figures themselves, so that another version of go-fsrs or other weights
// do not move everybody's dates unseen.
func TestIntervals(t *testing.T) {
	for _, tt := range []struct {
		ratings []Rating
		want    []int
	}{
		{[]Rating{Good, Good, Good, Good, Good, Good}, []int{3, 11, 35, 101, 180, 180}},
		{[]Rating{Again, Good, Good, Again}, []int{1, 3, 7, 2}},
		{[]Rating{Hard, Hard, Hard}, []int{2, 2, 3}},
	} {
		var log []Review
		at := start
		var got []int
		for _, r := range tt.ratings {
			log = append(log, rated("a", at, r))
			c := only(t, NewDeck(log, []Item{{ID: "a"}}))
			got = append(got, c.Days)
			at = c.Due
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.ratings, got, tt.want)
		}
	}
}

// history makes a log from bytes: two of them a review.
func history(data []byte, items []Item) []Review {
	var log []Review
	at := start
	for ; len(data) >= 2; data = data[2:] {
		a, b := data[0], data[1]
		gap := time.Duration(b&0x3f) * 7 * time.Hour
		switch b >> 6 {
		case 1:
			gap *= 20 // years pass
		case 2:
			gap = -gap // the clock was set back
		}
		at = at.Add(gap)
		log = append(log, Review{
			ID:        items[int(a&3)%len(items)].ID,
			At:        at,
			Right:     a&4 != 0,
			Hints:     a&8 != 0,
			LastHint:  a&24 == 24,
			Tries:     int(a >> 5 & 1),
			Certainty: []Certainty{NotAsked, Sure, Fairly, Guess}[a>>6],
			Rating:    []Rating{"", "", Easy, "nonsense"}[b>>4&3],
		})
	}
	return log
}

// sound checks what holds for every log.
func sound(t *testing.T, log []Review, items []Item) {
	t.Helper()
	d := NewDeck(nil, items)
	for i, r := range log {
		before := cardOf(d, r.ID)
		d.Add(r)
		after := cardOf(d, r.ID)
		if !after.Due.After(r.At) {
			t.Fatalf("review %d %+v: due %v, which is not after it", i, r, after.Due)
		}
		if after.Days < 1 || after.Days > 180 || after.Due.Sub(r.At) != time.Duration(after.Days)*day {
			t.Fatalf("review %d %+v: %d days, due %v", i, r, after.Days, after.Due)
		}
		failed := !r.Right || r.LastHint
		if failed && !before.New && after.Days > before.Days {
			t.Fatalf("review %d %+v: a failure made %d days of %d", i, r, after.Days, before.Days)
		}
		if failed && (after.Row != 0 || after.Failed != before.Failed+1) {
			t.Fatalf("review %d %+v: a failure is not counted: %+v", i, r, after)
		}
		now := r.At
		for _, more := range []bool{false, true} {
			next := d.Next(3, now, more)
			if len(next) > 3 {
				t.Fatalf("%d cards, asked for 3", len(next))
			}
			if more && len(next) == 0 {
				t.Fatalf("review %d: nothing to practise", i)
			}
			seen := map[string]bool{}
			for _, c := range next {
				if seen[c.ID] {
					t.Fatalf("%s twice in %s", c.ID, ids(next))
				}
				seen[c.ID] = true
			}
		}
	}
	replayed := NewDeck(log, items)
	if !reflect.DeepEqual(replayed.Cards(), d.Cards()) {
		t.Fatalf("replayed %+v, at the time %+v", replayed.Cards(), d.Cards())
	}
}

func cardOf(d *Deck, id string) Card {
	for _, c := range d.Cards() {
		if c.ID == id {
			return c
		}
	}
	return Card{}
}

var few = []Item{{"m1", Missed}, {"l1", Letter}, {"f1", Fresh}, {"x1", "a later kind"}}

func TestEveryLogIsSound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		data := make([]byte, 80)
		for i := range data {
			data[i] = byte(rng.UintN(256))
		}
		sound(t, history(data, few), few)
	}
}

func FuzzDeck(f *testing.F) {
	f.Add([]byte{4, 1, 4, 60, 0, 60, 4, 0})
	f.Add([]byte{0x44, 10, 0x44, 0x5f, 0x44, 0x7f, 0x44, 0x7f, 0, 0x90})
	f.Fuzz(func(t *testing.T, data []byte) {
		sound(t, history(data[:min(len(data), 400)], few), few)
	})
}

// A log that went through a file, with times in another zone, makes the same deck.
func TestReplayOfASavedLog(t *testing.T) {
	log := history([]byte("a log of several reviews, as good as any other"), few)
	for i := range log {
		log[i].At = log[i].At.In(time.FixedZone("away", 9*3600))
	}
	saved, err := json.Marshal(log)
	if err != nil {
		t.Fatal(err)
	}
	var read []Review
	if err := json.Unmarshal(saved, &read); err != nil {
		t.Fatal(err)
	}
	a, b := NewDeck(log, few), NewDeck(read, few)
	if !reflect.DeepEqual(a.Cards(), b.Cards()) {
		t.Errorf("%+v\n%+v", a.Cards(), b.Cards())
	}
	now := start.Add(100 * day)
	if !reflect.DeepEqual(a.Next(9, now, true), b.Next(9, now, true)) {
		t.Error("the next cards differ")
	}
}

func many(kind Kind, n int) []Item {
	var items []Item
	for i := range n {
		items = append(items, Item{ID: fmt.Sprintf("%c%d", kind[0], i), Kind: kind})
	}
	return items
}

func TestDueIsMostOverdueFirst(t *testing.T) {
	items := many(Missed, 5)
	log := []Review{
		rated("m4", start, Good), // due after 3 days
		rated("m3", start, Again),
		rated("m2", start, Good),
		rated("m1", start.Add(-time.Hour), Good),
	}
	d := NewDeck(log, items)
	if got := ids(d.Due(start)); got != "" {
		t.Errorf("due at once: %s", got)
	}
	if got := ids(d.Due(start.Add(1 * day))); got != "m3 " {
		t.Errorf("after a day: %s", got)
	}
	if got, want := ids(d.Due(start.Add(30*day))), "m3 m1 m2 m4 "; got != want {
		t.Errorf("after a month %s, want %s", got, want)
	}
	// Equally overdue cards keep the items' order, whatever the log's is.
	slices.Reverse(log)
	if got, want := ids(NewDeck(log, items).Due(start.Add(30*day))), "m3 m1 m2 m4 "; got != want {
		t.Errorf("from the log in another order %s, want %s", got, want)
	}
}

// A weekly visitor who is a few hours earlier than last time finds what is due.
func TestDueWithinTheSitting(t *testing.T) {
	d := NewDeck([]Review{rated("m0", start, Good)}, many(Missed, 1))
	due := start.Add(3 * day)
	if len(d.Due(due.Add(-Session))) != 1 {
		t.Error("twelve hours early, it is not due")
	}
	if len(d.Due(due.Add(-Session-time.Second))) != 0 {
		t.Error("more than twelve hours early, it is due")
	}
}

func TestNextLetsTheKindsTakeTurns(t *testing.T) {
	items := slices.Concat(many(Fresh, 4), many(Letter, 4), many(Missed, 4))
	d := NewDeck(nil, items)
	if got, want := ids(d.Next(20, start, false)), "m0 l0 f0 m1 l1 f1 "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := ids(d.Next(2, start, false)), "m0 l0 "; got != want {
		t.Errorf("two of them: %s, want %s", got, want)
	}
	// What is due comes before what is new.
	d = NewDeck([]Review{rated("f3", start, Good), rated("f2", start, Good)}, items)
	if got, want := ids(d.Next(3, start.Add(9*day), false)), "m0 f2 f3 "; got != want {
		t.Errorf("with two due: %s, want %s", got, want)
	}
}

func TestNewItemsInASession(t *testing.T) {
	d := NewDeck(nil, many(Letter, 20))
	now := start
	for range 10 { // asks for more again and again
		for _, c := range d.Next(4, now, true) {
			d.Add(rated(c.ID, now, Good))
			now = now.Add(time.Minute)
		}
	}
	asked := func() (n int) {
		for _, c := range d.Cards() {
			if !c.New {
				n++
			}
		}
		return n
	}
	if asked() != NewASession {
		t.Errorf("%d new items in one sitting", asked())
	}
	now = now.Add(day)
	for _, c := range d.Next(30, now, false) {
		d.Add(rated(c.ID, now, Good))
	}
	if asked() != 2*NewASession {
		t.Errorf("%d after the second sitting", asked())
	}
}

func TestMoreAndLess(t *testing.T) {
	items := many(Letter, 3)
	d := NewDeck([]Review{
		rated("l0", start.Add(-2*day), Easy),
		rated("l1", start.Add(-2*day), Good),
		rated("l2", start, Again),
	}, items)
	if got := ids(d.Next(10, start, false)); got != "" {
		t.Errorf("nothing is due, and there is %s", got)
	}
	// The soonest first; what was asked a minute ago last.
	if got, want := ids(d.Next(10, start, true)), "l1 l0 l2 "; got != want {
		t.Errorf("more: %s, want %s", got, want)
	}
	if got := d.Next(0, start, true); len(got) != 0 {
		t.Errorf("none asked for: %v", got)
	}
	if got := d.Next(-1, start, true); len(got) != 0 {
		t.Errorf("less than none asked for: %v", got)
	}
	// Less than is due: the rest stays due.
	later := start.Add(90 * day)
	first := d.Next(1, later, false)
	d.Add(rated(first[0].ID, later, Good))
	if got := len(d.Due(later)); got != 2 {
		t.Errorf("%d due after one of three", got)
	}
	if got := NewDeck(nil, nil).Next(5, start, true); len(got) != 0 {
		t.Errorf("an empty deck asks %v", got)
	}
}

func TestReviewsOfUnknownItems(t *testing.T) {
	log := []Review{rated("gone", start, Good), rated("l0", start, Good)}
	d := NewDeck(log, append(many(Letter, 2), many(Letter, 1)...))
	if got, want := ids(d.Cards()), "l0 l1 "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	back := NewDeck(log, []Item{{"gone", Fresh}})
	if c := only(t, back); c.New || c.Days != 3 {
		t.Errorf("an item that is there again has lost its reviews: %+v", c)
	}
}

// A review that was written while the clock was years ahead does not take the
// card away for years, and the next one puts it right.
func TestClockThatWasWrong(t *testing.T) {
	d := NewDeck([]Review{rated("l0", start.AddDate(9, 0, 0), Good)}, many(Letter, 1))
	if len(d.Due(start)) != 1 {
		t.Error("the card is not due")
	}
	d.Add(rated("l0", start, Good))
	if c := only(t, d); c.Due.After(start.Add(30 * day)) {
		t.Errorf("due %v", c.Due)
	}
}

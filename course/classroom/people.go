package classroom

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// What a room knows of people beyond its end: who took part, for a record, and how
// somebody leaves it without a trace.

// An Attendance is one person's part in a class.
type Attendance struct {
	Seat, Name, Team string
	// Person is an id that the room made from the key with which somebody came. The
	// key itself, or a fingerprint of it, is not kept: Room.SeatOf tells whose it is
	// to whoever knows the fingerprint already.
	Person     string
	From, To   time.Time
	Minutes    int  // from when they sat down, or the reading began, to the comparison
	WroteCards bool // at least one card
}

// Attended is everybody who came with a key and was not sent away, when the class
// has reached the comparison with the key; done is false until then. Nobody of an
// anonymous class is in it: no key was kept.
func (r *Room) Attended() (people []Attendance, done bool) {
	began, ended := time.Time{}, time.Time{}
	for _, s := range r.Steps {
		if began.IsZero() && s.To.From(Reading) {
			began = s.At
		}
		if ended.IsZero() && s.To.From(Compare) {
			ended = s.At
		}
	}
	if ended.IsZero() {
		return nil, false
	}
	for _, s := range r.Seats {
		if !s.Key || s.Removed || s.Joined.After(ended) {
			continue
		}
		a := Attendance{Seat: s.ID, Name: s.Name, Team: r.Teams[s.Team].Name, Person: r.secrets[s.ID][:32], From: s.Joined, To: ended}
		if began.After(a.From) {
			a.From = began
		}
		a.Minutes = int(a.To.Sub(a.From).Minutes())
		for _, c := range r.Sheets[s.ID].Cards {
			a.WroteCards = a.WroteCards || c.Text != ""
		}
		people = append(people, a)
	}
	return people, true
}

// Without is what becomes of a room's entries when whoever has a key leaves it
// without a trace: the entries that change, each with its old number. Their name
// becomes that of a guest, what they wrote is gone, and the seat opens to nobody.
// What others wrote, and what was folded into it or chosen, stays. There is none
// when the person never sat there.
func Without(code string, entries []Entry, who string) ([]Entry, error) {
	r, err := Replay(code, entries)
	if err != nil {
		return nil, err
	}
	seat, ok := r.SeatOf(who)
	if !ok {
		return nil, nil
	}
	theirs := func(card string) bool { return strings.HasPrefix(card, seat.ID+".") }
	var out []Entry
	for _, e := range entries {
		var c Change
		if err := json.Unmarshal(e.Data, &c); err != nil {
			return nil, fmt.Errorf("reading entry %d of the room %s: %w", e.Seq, code, err)
		}
		changed := false
		if c.Seat == seat.ID {
			switch c.Kind {
			case Sat, Renamed:
				c.Name, c.Who, c.Secret, c.Text = "Guest "+seat.ID[1:], "", "", ""
				changed = true
			case Wrote:
				blank := Sheet{Made: c.Sheet.made()}
				for _, k := range c.Sheet.cards() {
					blank.Cards = append(blank.Cards, Card{ID: k.ID})
				}
				c.Sheet, changed = &blank, true
			}
		}
		for _, cards := range c.Froze {
			for id := range cards {
				if theirs(id) {
					cards[id] = Card{ID: id}
					changed = true
				}
			}
		}
		if !changed {
			continue
		}
		if e.Data, err = json.Marshal(c); err != nil {
			return nil, fmt.Errorf("writing entry %d of the room %s: %w", e.Seq, code, err)
		}
		out = append(out, e)
	}
	return out, nil
}

func (s *Sheet) made() int {
	if s == nil {
		return 0
	}
	return s.Made
}

func (s *Sheet) cards() []Card {
	if s == nil {
		return nil
	}
	return s.Cards
}

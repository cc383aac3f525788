package classroom

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"edu/threatlings/exercises/grading"
)

// A Phase is a part of a class. Only whoever leads the class moves from one to
// another, forth and back; no clock does.
type Phase string

// The phases, in their order.
const (
	Lobby   Phase = "lobby"   // people arrive and find their teams
	Reading Phase = "read"    // everybody reads the design document
	Alone   Phase = "alone"   // everybody writes threats down, silently
	Gather  Phase = "team"    // each team reads what its people wrote, and folds what is the same
	Choose  Phase = "top"     // each team chooses its top three, and locks it
	Locked  Phase = "lock"    // every team has locked
	Reveal  Phase = "reveal"  // the top threes of all teams, at once
	Cluster Phase = "cluster" // what is the same stands together
	Discuss Phase = "discuss" // everybody votes what to fix first
	Compare Phase = "compare" // the key
	Over    Phase = "end"     // the report is written; nothing changes any more
)

// Phases are all phases in their order.
var Phases = []Phase{Lobby, Reading, Alone, Gather, Choose, Locked, Reveal, Cluster, Discuss, Compare, Over}

// From reports whether a phase is another one or behind it.
func (p Phase) From(other Phase) bool {
	return slices.Index(Phases, p) >= slices.Index(Phases, other)
}

// After is the phase so many steps on, within the phases there are.
func (p Phase) After(n int) Phase {
	return Phases[max(0, min(slices.Index(Phases, p)+n, len(Phases)-1))]
}

// Limits of a room.
const (
	MaxSeats = 60
	MaxTeams = 12
	MaxCards = 12 // of one person
	MaxTop   = 3  // of a team
	MaxVotes = 3  // of a person
	maxPage  = 20_000
)

// A Room is a class at one moment. It is a value: a change makes another room,
// and whoever holds this one may read it for as long as they like.
type Room struct {
	Code      string
	Seq       int64 // of the last entry that was read
	Scenario  string
	Digest    string // of the course's content, for the report
	Host      string // who leads the class, as they want to be called
	Made      time.Time
	Anonymous bool // no name and no key of a person is kept
	desk      string

	Phase Phase
	Steps []Step    // every move from one phase to another
	Ends  time.Time // of the timer; zero when none is shown

	Teams  []Group
	Seats  []Seat
	Sheets map[string]Sheet  // by seat
	Folded map[string]string // a threat and the one in its team that says the same
	Placed map[string]string // a threat and the row of the board into which it was put by hand
	Votes  map[string][]string

	secrets map[string]string // by seat: what proves that somebody sat there before
}

// A Step is a move to a phase.
type Step struct {
	To Phase     `json:"to"`
	At time.Time `json:"at"`
}

// A Group is a team in a room.
type Group struct {
	Name   string
	Top    []string // ids of threats, the worst first
	Locked bool
	Froze  map[string]Card // when it locked: what stood on its cards
	Asked  []Question
}

// A Question is one that whoever leads the class sent to a team.
type Question struct {
	Threat string    `json:"threat"` // of the key, to which it leads; never shown to the team
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// A Seat is one person in a room.
type Seat struct {
	ID      string
	Name    string
	Key     bool // came with a key, which opens the seat again
	Team    int  // index in Teams
	Here    bool
	Session string // the connection that has the seat: the newest
	Removed bool
	Named   bool // by whoever leads the class: the person cannot change it
	Joined  time.Time
	Wrote   time.Time // when the sheet changed last
	Ready   Phase     // the phase in which the person said to be ready

	renamed []time.Time
}

// A Sheet is what one person wrote: the cards as they lie, blank ones too.
type Sheet struct {
	Cards []Card `json:"cards"`
	Notes string `json:"notes,omitempty"` // for the person alone
	Made  int    `json:"made"`            // how many ids were given
}

// Written counts the cards with words on them.
func (s Sheet) Written() (n int) {
	for _, c := range s.Cards {
		if c.Text != "" {
			n++
		}
	}
	return n
}

// A Card is one threat of a person. Its id stays when the words change.
type Card struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Letter   string `json:"letter,omitempty"`
	Place    string `json:"place,omitempty"`
	Severity string `json:"severity,omitempty"`
}

// A Listed threat is one in the list of a team.
type Listed struct {
	Card
	Seat   string
	Folded []Card // those that say the same
}

// ErrNot says that a change is not possible; its text is for the person.
type ErrNot struct{ Why string }

func (e *ErrNot) Error() string { return e.Why }

func not(format string, args ...any) error { return &ErrNot{fmt.Sprintf(format, args...)} }

// Replay makes a room from its entries.
func Replay(code string, entries []Entry) (*Room, error) {
	r := &Room{Code: code, Phase: Lobby}
	return r.Add(entries)
}

// Add is the room after more entries. Changes of a kind that this program does
// not know are passed over: a newer one wrote them.
func (r *Room) Add(entries []Entry) (*Room, error) {
	for _, e := range entries {
		var c Change
		if err := json.Unmarshal(e.Data, &c); err != nil {
			return nil, fmt.Errorf("reading entry %d of the room %s: %w", e.Seq, r.Code, err)
		}
		r = r.with(c)
		r.Seq = e.Seq
	}
	return r, nil
}

// Next is the room after a change, and the entry to be written for it. The
// error is an *ErrNot when the change is not possible now.
func (r *Room) Next(c Change) (*Room, Entry, error) {
	if err := r.check(&c); err != nil {
		return nil, Entry{}, err
	}
	b, err := json.Marshal(c)
	if err != nil {
		return nil, Entry{}, fmt.Errorf("writing a change of the room down: %w", err)
	}
	n := r.with(c)
	n.Seq++
	return n, Entry{Seq: n.Seq, Key: c.key(), Data: b}, nil
}

// Seat returns a seat by its id.
func (r *Room) Seat(id string) (Seat, bool) {
	i := r.seat(id)
	if i < 0 {
		return Seat{}, false
	}
	return r.Seats[i], true
}

func (r *Room) seat(id string) int {
	return slices.IndexFunc(r.Seats, func(s Seat) bool { return s.ID == id })
}

// Members are the seats of a team, without those that were removed.
func (r *Room) Members(team int) []Seat {
	var out []Seat
	for _, s := range r.Seats {
		if s.Team == team && !s.Removed {
			out = append(out, s)
		}
	}
	return out
}

// List is what a team wrote down: of each of its people, card by card. What was
// folded into another threat stands under that one.
func (r *Room) List(team int) []Listed {
	var out []Listed
	at := map[string]int{}
	each := func(do func(seat string, c Card)) {
		for _, s := range r.Seats {
			if s.Team != team {
				continue // the cards of somebody who was removed stay
			}
			for _, c := range r.Sheets[s.ID].Cards {
				if c.Text != "" {
					do(s.ID, c)
				}
			}
		}
	}
	each(func(seat string, c Card) {
		if r.Folded[c.ID] == "" {
			at[c.ID] = len(out)
			out = append(out, Listed{Card: c, Seat: seat})
		}
	})
	each(func(seat string, c Card) {
		into := r.Folded[c.ID]
		if into == "" {
			return
		}
		if i, ok := at[into]; ok {
			out[i].Folded = append(out[i].Folded, c)
		} else { // what it was folded into is gone or in another team now
			out = append(out, Listed{Card: c, Seat: seat})
		}
	})
	return out
}

// Card returns a threat by its id, and who wrote it.
func (r *Room) Card(id string) (Card, string, bool) {
	for seat, s := range r.Sheets {
		for _, c := range s.Cards {
			if c.ID == id {
				return c, seat, true
			}
		}
	}
	return Card{}, "", false
}

// HandIn is what a team has handed in: what stood on its cards when it locked,
// or stands there now. later are the threats that were written after that.
func (r *Room) HandIn(team int) (h HandIn, later []Threat) {
	g := r.Teams[team]
	h = HandIn{Scenario: r.Scenario, Team: g.Name}
	for _, s := range r.Members(team) {
		if !r.Anonymous {
			h.Members = append(h.Members, s.Name)
		}
	}
	index := map[string]int{}
	for _, s := range r.Seats {
		if s.Team != team {
			continue
		}
		by := s.Name
		if r.Anonymous {
			by = ""
		}
		threat := func(c Card) Threat {
			return Threat{ID: c.ID, Text: c.Text, Letter: c.Letter, Place: c.Place, Severity: c.Severity, By: by, Same: r.Folded[c.ID]}
		}
		for _, c := range r.Sheets[s.ID].Cards {
			froze, was := g.Froze[c.ID]
			if g.Locked && c.Text != "" && froze.Text != c.Text {
				later = append(later, threat(c))
			}
			if g.Locked {
				c = froze
			}
			if c.Text == "" || g.Locked && !was {
				continue
			}
			index[c.ID] = len(h.Threats)
			h.Threats = append(h.Threats, threat(c))
		}
	}
	for _, id := range g.Top {
		if i, ok := index[id]; ok {
			h.Top = append(h.Top, i)
		}
	}
	return h, later
}

// HandIns are those of all teams in which somebody is or was.
func (r *Room) HandIns() []HandIn {
	var out []HandIn
	for i := range r.Teams {
		if h, _ := r.HandIn(i); len(h.Threats) > 0 || len(r.Members(i)) > 0 {
			out = append(out, h)
		}
	}
	return out
}

// LockedTeams counts the teams with people in them, and those that have locked.
func (r *Room) LockedTeams() (locked, all int) {
	for i, g := range r.Teams {
		if len(r.Members(i)) > 0 {
			all++
			if g.Locked {
				locked++
			}
		}
	}
	return locked, all
}

// ReadyPeople counts those who are here and have said to be ready in this phase.
func (r *Room) ReadyPeople() (n int) {
	for _, s := range r.Seats {
		if s.Here && !s.Removed && s.Ready == r.Phase {
			n++
		}
	}
	return n
}

// Tally counts the votes for each row of the board.
func (r *Room) Tally() map[string]int {
	out := map[string]int{}
	for _, rows := range r.Votes {
		for _, id := range rows {
			out[id]++
		}
	}
	return out
}

// Quiet is how long nobody in a team has changed anything, from when the phase began.
func (r *Room) Quiet(team int, now time.Time) time.Duration {
	last := r.Made
	if n := len(r.Steps); n > 0 {
		last = r.Steps[n-1].At
	}
	for _, s := range r.Members(team) {
		if s.Wrote.After(last) {
			last = s.Wrote
		}
	}
	return max(0, now.Sub(last))
}

// Minutes are those spent in each phase, until now.
func (r *Room) Minutes(now time.Time) map[Phase]float64 {
	out := map[Phase]float64{}
	at, from := Lobby, r.Made
	for _, s := range r.Steps {
		out[at] += s.At.Sub(from).Minutes()
		at, from = s.To, s.At
	}
	if at != Over {
		out[at] += now.Sub(from).Minutes()
	}
	return out
}

// smallest is the team with the fewest people, the first of several.
func (r *Room) smallest() int {
	best := 0
	for i := range r.Teams {
		if len(r.Members(i)) < len(r.Members(best)) {
			best = i
		}
	}
	return best
}

// cloned is a map that can be changed without anybody noticing.
func cloned[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

// validCard reports what is wrong with a card.
func validCard(c *Card) error {
	if len([]rune(c.Text)) > maxPage {
		return errors.New("a card is too long")
	}
	if len(c.Letter) > 1 || !slices.Contains([]string{"", "S", "T", "R", "I", "D", "E"}, c.Letter) {
		c.Letter = ""
	}
	if c.Severity != "" && !slices.Contains(grading.Severities, c.Severity) {
		c.Severity = ""
	}
	return nil
}

// Last is when the room was last changed by hand: made, moved, or written in.
func (r *Room) Last() time.Time {
	last := r.Made
	if n := len(r.Steps); n > 0 {
		last = r.Steps[n-1].At
	}
	for _, s := range r.Seats {
		for _, at := range []time.Time{s.Joined, s.Wrote} {
			if at.After(last) {
				last = at
			}
		}
	}
	return last
}

// Package progress keeps what a learner did: an append-only log of events, and
// the drafts of what is not handed in yet. Everything else is derived.
//
// It knows nothing of lessons or exercises: ids, versions and answers are text.
package progress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Kinds of event. A store keeps events of other kinds too: a newer program
// wrote them, and this one passes over them.
const (
	Visited   = "visited"   // Item is a lesson, Page where the learner is in it, from 0
	Submitted = "submitted" // Item is an exercise, with Answer, Score, Outcome and Result
	Hinted    = "hinted"    // Item is an exercise, Hint the number of the hint, from 1
	Finished  = "finished"  // Item is a lesson
	Forgot    = "forgot"    // Item is as new from here on
	Restarted = "restarted" // everything is as new from here on

	Reviewed = "reviewed" // Item is one of the refresher, answered like Submitted, with Review unless it was practice
	Proposed = "proposed" // Item is something that was proposed to the learner

	Bookmarked = "bookmarked" // Item is a lesson, Page its page; Off takes the bookmark away
	Noted      = "noted"      // the same, with the text as the only Answer; none takes the note away

	Registered = "registered" // what follows counts for the registration that is the only Answer
)

// An Event is something that happened. Events are never changed or removed.
type Event struct {
	ID       string          `json:"id"`   // UUID, ordered by time
	Time     time.Time       `json:"time"` // UTC
	Kind     string          `json:"kind"`
	Course   string          `json:"course,omitempty"`
	Item     string          `json:"item,omitempty"`    // the author's id
	Version  string          `json:"version,omitempty"` // content hash of the item
	Page     int             `json:"page,omitempty"`
	Hint     int             `json:"hint,omitempty"`
	Off      bool            `json:"off,omitempty"`
	Answer   []string        `json:"answer,omitempty"`
	Score    *float64        `json:"score,omitempty"` // 0 to 1
	Outcome  string          `json:"outcome,omitempty"`
	Credited []string        `json:"credited,omitempty"` // ids of a key that were recognised
	Result   json.RawMessage `json:"result,omitempty"`   // as the learner saw it
	Review   *Review         `json:"review,omitempty"`   // of Reviewed; nil is practice

	raw json.RawMessage // the line it was read from, fields of newer programs included
}

// A Review says how well an item of the refresher was remembered. Together the
// reviews of an item decide when it is asked again (see package refresh).
type Review struct {
	Right     bool   `json:"right"`
	Rating    string `json:"rating"`              // what it counts as, by the rule of the time
	Hints     int    `json:"hints,omitempty"`     // how many were open
	LastHint  bool   `json:"lastHint,omitempty"`  // the one that gives the answer away was open
	Tries     int    `json:"tries,omitempty"`     // 2 when the grader had asked back
	Certainty string `json:"certainty,omitempty"` // what the learner said before the answer was shown
}

// NewID makes an id for an event.
func NewID() string {
	id, err := uuid.NewV7()
	if err != nil { // no randomness to be had: a random-free id would collide
		panic("progress: making an event id: " + err.Error())
	}
	return id.String()
}

// Encode writes an event as one line of JSON, for a store. It refuses an event
// without a kind, which could not be told from rubbish when read again.
func Encode(e Event) ([]byte, error) {
	if err := checkKinds([]Event{e}); err != nil {
		return nil, err
	}
	if e.raw != nil {
		return e.raw, nil
	}
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("writing an event down: %w", err)
	}
	return b, nil
}

// Decode reads what Encode wrote. The event keeps b, which must not be changed.
func Decode(b []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(b, &e); err != nil {
		return Event{}, fmt.Errorf("reading an event: %w", err)
	}
	if e.Kind == "" {
		return Event{}, errors.New("reading an event: it has no kind")
	}
	e.raw = b
	return e, nil
}

// ErrReadOnly is what writing to a read-only store returns.
var ErrReadOnly = errors.New("nothing can be saved: progress is open for reading only")

// A Store keeps events and drafts of one learner. All methods are safe for
// concurrent use. The contract is tested by package storetest.
type Store interface {
	// Append writes events in order, and others' never between them. When it
	// returns nil they are durable; when it returns an error none of them is
	// kept. A crash in its middle may leave the first few of several, never a
	// part of one. It does not give up half-way when the context ends. Every
	// event has a kind. What an event points to must not be changed afterwards.
	Append(context.Context, ...Event) error
	// Events returns all events in the order in which they were appended. The
	// slice is the caller's, what the events point to is not. An event that was
	// read from a store and is appended to another one, unchanged, keeps the
	// fields that this program does not know.
	Events(context.Context) ([]Event, error)
	// SaveDraft replaces the draft of an item. It is durable when it returns
	// nil; a failure leaves the draft that was there before.
	SaveDraft(ctx context.Context, item string, draft []string) error
	// Draft returns the draft of an item, and whether there is one.
	Draft(ctx context.Context, item string) (draft []string, ok bool, err error)
	// DropDraft removes the draft of an item, durably. There need not be one.
	DropDraft(ctx context.Context, item string) error
	// ReadOnly reports whether writing returns an error that is ErrReadOnly, and why, in a sentence.
	ReadOnly() (bool, string)
	// Close gives back what the store holds. It may be called again.
	Close() error
}

// checkKinds refuses events that could not be told from rubbish when read again.
func checkKinds(events []Event) error {
	for _, e := range events {
		if e.Kind == "" {
			return fmt.Errorf("event %q has no kind; nothing was saved", e.ID)
		}
	}
	return nil
}

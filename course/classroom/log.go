package classroom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// An Entry is one line of a room's log.
type Entry struct {
	Seq  int64  // from 1 on
	Key  string // an entry takes the place of an earlier one with its key; "" replaces nothing
	Data []byte
}

// A Log keeps the entries of rooms. Several programs may write one log. All
// methods are safe for concurrent use. The contract is tested by package logtest.
type Log interface {
	// Create makes an empty room. ErrTaken says that there is one of that code.
	Create(ctx context.Context, room string) error
	// Append adds an entry, durably. Its Seq is the number behind the last one:
	// ErrBehind says that somebody else was faster, and nothing is written.
	Append(ctx context.Context, room string, e Entry) error
	// Read returns the entries behind a number, in order: what was replaced is
	// not among them. ErrNoRoom says that there is no such room.
	Read(ctx context.Context, room string, after int64) ([]Entry, error)
	// Rooms lists the codes of all rooms, in alphabetical order.
	Rooms(ctx context.Context) ([]string, error)
	// Remove forgets a room and all that was written in it. There need not be one.
	Remove(ctx context.Context, room string) error
}

// What a Log says no with.
var (
	ErrTaken  = errors.New("there is a room of that code")
	ErrBehind = errors.New("somebody else wrote in the room just now")
	ErrNoRoom = errors.New("there is no room of that code")
)

// A Memory is a log that forgets everything at the end.
type Memory struct {
	mu    sync.Mutex
	rooms map[string]*memoryRoom
}

type memoryRoom struct {
	last    int64
	entries []Entry
}

// NewMemory makes an empty log.
func NewMemory() *Memory { return &Memory{rooms: map[string]*memoryRoom{}} }

// Create implements Log.
func (m *Memory) Create(_ context.Context, room string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rooms[room] != nil {
		return fmt.Errorf("making the room %s: %w", room, ErrTaken)
	}
	m.rooms[room] = &memoryRoom{}
	return nil
}

// Append implements Log.
func (m *Memory) Append(_ context.Context, room string, e Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rooms[room]
	switch {
	case r == nil:
		return fmt.Errorf("writing in the room %s: %w", room, ErrNoRoom)
	case e.Seq != r.last+1:
		return fmt.Errorf("writing in the room %s: %w", room, ErrBehind)
	}
	r.last = e.Seq
	if e.Key != "" {
		r.entries = slices.DeleteFunc(r.entries, func(o Entry) bool { return o.Key == e.Key })
	}
	e.Data = slices.Clone(e.Data)
	r.entries = append(r.entries, e)
	return nil
}

// Read implements Log.
func (m *Memory) Read(_ context.Context, room string, after int64) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rooms[room]
	if r == nil {
		return nil, fmt.Errorf("reading the room %s: %w", room, ErrNoRoom)
	}
	var out []Entry
	for _, e := range r.entries {
		if e.Seq > after {
			e.Data = slices.Clone(e.Data)
			out = append(out, e)
		}
	}
	return out, nil
}

// Rooms implements Log.
func (m *Memory) Rooms(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []string{}
	for code := range m.rooms {
		out = append(out, code)
	}
	slices.Sort(out)
	return out, nil
}

// Remove implements Log.
func (m *Memory) Remove(_ context.Context, room string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.rooms, room)
	return nil
}

// Package host keeps the rooms of classes open: every change is in the log
// before anybody sees it, and everybody who looks at a room is told of it. A
// program that is killed and started again goes on where it was.
package host

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"sync"
	"time"

	"edu/threatlings/course/classroom"
)

// alphabet holds no letters and digits that look or sound alike.
const alphabet = "ACDEFHJKLMNPQRTUVWXY3479"

// codeLength gives 24^5, about eight million codes.
const codeLength = 5

// Lifetime is how long after its last change a room can still be entered. Its
// report can be written for as long as the log is kept.
const Lifetime = 24 * time.Hour

// Options is what a Host is made from.
type Options struct {
	Log classroom.Log
	// Poll is how often a log that others write too is looked at; 0 is never.
	Poll time.Duration
	// Matcher returns the prepared key of a scenario.
	Matcher func(scenario string) (*classroom.Matcher, error)
	Now     func() time.Time // nil is time.Now
	Errors  *slog.Logger     // what goes wrong in the background
}

// A Host holds the rooms that somebody is in. It is safe for concurrent use.
type Host struct {
	o  Options
	mu sync.Mutex
	in map[string]*Table
}

// New makes a host. Its watch over a shared log ends with the context.
func New(ctx context.Context, o Options) *Host {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Errors == nil {
		o.Errors = slog.New(slog.DiscardHandler)
	}
	h := &Host{o: o, in: map[string]*Table{}}
	if o.Poll > 0 {
		go h.watch(ctx)
	}
	return h
}

// Now is the host's clock.
func (h *Host) Now() time.Time { return h.o.Now() }

func (h *Host) watch(ctx context.Context) {
	t := time.NewTicker(h.o.Poll)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		for _, t := range h.open() {
			if err := t.catchUp(ctx); err != nil && ctx.Err() == nil {
				h.o.Errors.Error("reading a room", "err", err)
			}
		}
	}
}

func (h *Host) open() []*Table {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*Table
	for _, t := range h.in {
		out = append(out, t)
	}
	return out
}

// Create makes a room and returns its code, and the word that opens its desk.
func (h *Host) Create(ctx context.Context, class classroom.Class) (code, desk string, err error) {
	for range 20 {
		if code, err = random(codeLength); err != nil {
			return "", "", err
		}
		if err = h.o.Log.Create(ctx, code); err == nil {
			break
		}
		if !errors.Is(err, classroom.ErrTaken) {
			return "", "", err
		}
	}
	if err != nil {
		return "", "", err
	}
	if desk, err = random(2 * codeLength); err != nil {
		return "", "", err
	}
	t := &Table{host: h, room: &classroom.Room{Code: code, Phase: classroom.Lobby}}
	if err := t.Do(ctx, classroom.Change{Kind: classroom.Opened, Desk: true, Class: &class, Secret: desk}); err != nil {
		return "", "", errors.Join(err, h.o.Log.Remove(ctx, code))
	}
	return code, desk, nil
}

func random(n int) (string, error) {
	var b strings.Builder
	for range n {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", fmt.Errorf("making a code: %w", err)
		}
		b.WriteByte(alphabet[i.Int64()])
	}
	return b.String(), nil
}

// Code is what somebody typed as a code, in its one spelling; "" when it is none.
func Code(s string) string {
	s = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(s))
	if len(s) != codeLength || strings.Trim(s, alphabet) != "" {
		return ""
	}
	return s
}

// Open opens a room by its code. The error is classroom.ErrNoRoom when there
// is none, or none any more.
func (h *Host) Open(ctx context.Context, code string) (*Table, error) {
	t, err := h.Read(ctx, code)
	if err != nil {
		return nil, err
	}
	if h.o.Now().Sub(t.Room().Last()) > Lifetime {
		return nil, fmt.Errorf("opening the room %s: %w", code, classroom.ErrNoRoom)
	}
	return t, nil
}

// Read is Open for a room of any age.
func (h *Host) Read(ctx context.Context, code string) (*Table, error) {
	h.mu.Lock()
	t := h.in[code]
	if t == nil {
		t = &Table{host: h, room: &classroom.Room{Code: code, Phase: classroom.Lobby}}
		h.in[code] = t
	}
	h.mu.Unlock()
	if err := t.catchUp(ctx); err != nil {
		h.mu.Lock()
		if t.Room().Seq == 0 { // a wrong guess leaves nothing behind
			delete(h.in, code)
		}
		h.mu.Unlock()
		return nil, err
	}
	return t, nil
}

// Latest is the code of the room that was changed last, "" when there is none
// that can be entered.
func (h *Host) Latest(ctx context.Context) (string, error) {
	codes, err := h.o.Log.Rooms(ctx)
	if err != nil {
		return "", err
	}
	var best string
	var last time.Time
	for _, c := range codes {
		t, err := h.Read(ctx, c)
		if err != nil {
			return "", err
		}
		if r := t.Room(); r.Last().After(last) {
			best, last = c, r.Last()
		}
	}
	if h.o.Now().Sub(last) > Lifetime {
		return "", nil
	}
	return best, nil
}

// A Table is an open room.
type Table struct {
	host *Host

	write sync.Mutex // one change at a time
	mu    sync.Mutex
	room  *classroom.Room
	eyes  map[chan struct{}]bool

	board   *classroom.Board
	boardAt int64
	boardOK bool
}

// Room is the room now.
func (t *Table) Room() *classroom.Room {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.room
}

// Now is the host's clock.
func (t *Table) Now() time.Time { return t.host.Now() }

// Do makes a change. It is in the log when Do returns nil. An *classroom.ErrNot
// says in a sentence why it is not possible.
func (t *Table) Do(ctx context.Context, c classroom.Change) error {
	return t.DoWith(ctx, func(*classroom.Room) classroom.Change { return c })
}

// DoWith is Do for a change that depends on what the room is: of two people who
// change one list at the same moment, the second changes what the first made.
// change may be called more than once.
func (t *Table) DoWith(ctx context.Context, change func(*classroom.Room) classroom.Change) error {
	t.write.Lock()
	defer t.write.Unlock()
	for {
		c := change(t.Room())
		c.At = t.host.Now()
		next, e, err := t.Room().Next(c)
		if err != nil {
			return err
		}
		err = t.host.o.Log.Append(ctx, next.Code, e)
		if err == nil {
			t.show(next)
			return nil
		}
		if !errors.Is(err, classroom.ErrBehind) {
			return err
		}
		if err := t.read(ctx); err != nil { // another server was faster
			return err
		}
	}
}

// catchUp reads what others wrote.
func (t *Table) catchUp(ctx context.Context) error {
	t.write.Lock()
	defer t.write.Unlock()
	return t.read(ctx)
}

func (t *Table) read(ctx context.Context) error {
	r := t.Room()
	entries, err := t.host.o.Log.Read(ctx, r.Code, r.Seq)
	if err != nil {
		return err
	}
	if len(entries) == 0 && r.Seq > 0 {
		return nil
	}
	if r.Seq == 0 {
		if len(entries) == 0 { // it is being made just now
			return fmt.Errorf("reading the room %s: %w", r.Code, classroom.ErrNoRoom)
		}
	}
	if r, err = r.Add(entries); err != nil {
		return err
	}
	t.show(r)
	return nil
}

func (t *Table) show(r *classroom.Room) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.room = r
	for eye := range t.eyes {
		select {
		case eye <- struct{}{}:
		default: // it has not looked since the last change
		}
	}
}

// Watch returns a channel that gets something after changes; close ends that.
func (t *Table) Watch() (changed <-chan struct{}, close func()) {
	eye := make(chan struct{}, 1)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.eyes == nil {
		t.eyes = map[chan struct{}]bool{}
	}
	t.eyes[eye] = true
	return eye, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.eyes, eye)
	}
}

// Board compares what the teams have now. It is reckoned once for each state of
// the room, and must not be changed.
func (t *Table) Board() (*classroom.Board, error) {
	r := t.Room()
	t.mu.Lock()
	if t.boardOK && t.boardAt == r.Seq {
		defer t.mu.Unlock()
		return t.board, nil
	}
	t.mu.Unlock()
	m, err := t.host.o.Matcher(r.Scenario)
	if err != nil {
		return nil, err
	}
	b, err := classroom.NewBoard(r.HandIns(), m, r.Placed)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.board, t.boardAt, t.boardOK = b, r.Seq, true
	return b, nil
}

// Matcher is the prepared key of the room.
func (t *Table) Matcher() (*classroom.Matcher, error) { return t.host.o.Matcher(t.Room().Scenario) }

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/ssh"
	"github.com/google/uuid"

	"edu/threatlings/course"
	"edu/threatlings/course/classroom"
	"edu/threatlings/course/classroom/faces"
	"edu/threatlings/course/classroom/host"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises/report"
	"edu/threatlings/exercises/scenarios"
)

// What may stand before the code of a class in a user name, with a +.
const (
	asPlain = "plain" // line by line
	asWall  = "wall"  // for a projector
	asDesk  = "desk"  // for whoever leads
	// asReady stands alone, and says what somebody finds on their own; or before a
	// scenario in which they show it.
	asReady = "ready"
)

// learnUser is the user name of those who take the course alone. It would be
// well formed as a code.
const learnUser = "learn"

// visit is what a client asked for with its user name.
type visit struct {
	plain, wall, desk bool
	code              string // of a class, "" for the course
	sure              bool   // it cannot have been meant as anything but a code
	ready             bool   // readiness: to be told it, or to show it in scenario
	scenario          string
}

func visitOf(user string) visit {
	var v visit
	parts := strings.Split(user, "+")
	for _, p := range parts[:len(parts)-1] {
		switch strings.ToLower(p) {
		case asPlain:
			v.plain = true
		case asWall:
			v.wall = true
		case asDesk:
			v.desk = true
		case asReady:
			v.ready, v.scenario = true, strings.ToLower(parts[len(parts)-1])
		}
	}
	if v.ready = v.ready || strings.EqualFold(parts[len(parts)-1], asReady); v.ready {
		return v
	}
	last := parts[len(parts)-1]
	if strings.EqualFold(last, asPlain) {
		v.plain = true
		return v
	}
	if v.code = host.Code(last); strings.EqualFold(last, learnUser) {
		v.code = ""
	}
	// karen is a name, and K7QDX or k7qdx is not
	v.sure = v.code != "" && (v.wall || v.desk || last == strings.ToUpper(last) || strings.ContainsAny(last, "0123456789"))
	return v
}

// misses counts wrong guesses, so that codes and numbers cannot be tried out.
type misses struct {
	mu  sync.Mutex
	now func() time.Time
	at  map[string][]time.Time
}

// Limits of guessing. Codes are about eight million, and numbers ten thousand:
// at these rates a year of guessing from one address finds one code of eight in a
// thousand rooms, and a number within a class of three hours with a chance of 1 in 55.
const (
	missTime  = 10 * time.Minute
	missCodes = 10 // wrong codes from an address within missTime
	missSeat  = 5  // wrong numbers for a seat, or words for a desk
)

func newMisses(now func() time.Time) *misses { return &misses{now: now, at: map[string][]time.Time{}} }

// over reports whether somebody guessed wrong too often.
func (m *misses) over(who string, most int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.recent(who)) >= most
}

func (m *misses) recent(who string) []time.Time {
	from := m.now().Add(-missTime)
	at := m.at[who]
	for len(at) > 0 && at[0].Before(from) {
		at = at[1:]
	}
	if len(at) == 0 {
		delete(m.at, who)
		return nil
	}
	m.at[who] = at
	return at
}

// miss notes a wrong guess.
func (m *misses) miss(who string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[who] = append(m.recent(who), m.now())
	if len(m.at) > 10_000 { // old ones of addresses that never came again
		for w := range m.at {
			m.recent(w)
		}
	}
}

// A room is what the server knows of a class beside its log.
type room struct {
	table *host.Table
	work  *report.Exercise
	notes string
}

// errNoClass says that there is no class of a code, or that somebody guesses.
var errNoClass = errors.New("there is no class of that code here; ask whoever leads it to show it once more. Codes end a day after the last word was written")

var errGuesses = errors.New("too many wrong codes came from your address; wait some minutes")

// class opens the class that somebody asked for; nil when none was meant.
func (x *seat) class(ctx context.Context, v visit) (*room, error) {
	if v.code == "" {
		return nil, nil
	}
	from := "code " + address(x.sess)
	if x.s.misses.over(from, missCodes) {
		if v.sure {
			return nil, errGuesses
		}
		return nil, nil
	}
	t, err := x.s.Rooms.Open(ctx, v.code)
	if errors.Is(err, classroom.ErrNoRoom) {
		x.s.misses.miss(from)
		if v.sure {
			return nil, errNoClass
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return x.s.room(t)
}

func address(sess ssh.Session) string {
	h, _, err := net.SplitHostPort(sess.RemoteAddr().String())
	if err != nil {
		return sess.RemoteAddr().String()
	}
	return h
}

func (s *Server) room(t *host.Table) (*room, error) {
	x, step, err := Work(s.o.Course, t.Room().Scenario)
	if err != nil {
		return nil, err
	}
	return &room{t, x, step.Notes}, nil
}

// classPrompt is what stands before the design document in a class.
const classPrompt = `Read the design document, and walk its diagram (ctrl+d). Then write down what can go wrong: **one threat a card**, who does what to which asset, so that what.

Everybody in your team writes alone at first. Later you see each other's cards, and choose three.`

// Work is the exercise that a class does on a scenario, and its lesson.
func Work(c *course.Course, scenario string) (*report.Exercise, *course.Step, error) {
	for _, step := range c.Steps() {
		for _, it := range step.Items() {
			if it.Kind != "report" {
				continue
			}
			ex, err := it.Exercise()
			if err != nil {
				return nil, nil, err
			}
			if x, ok := ex.(*report.Exercise); ok && x.Scenario == scenario {
				return x.ForClass(classroom.MaxCards, classPrompt, "Ready"), step, nil
			}
		}
	}
	return nil, nil, fmt.Errorf("the course has no report of threats on %q; a class needs one", scenario)
}

// matchers prepares the keys of scenarios once each.
func matchers(c *course.Course) func(string) (*classroom.Matcher, error) {
	var mu sync.Mutex
	done := map[string]*classroom.Matcher{}
	return func(scenario string) (*classroom.Matcher, error) {
		mu.Lock()
		defer mu.Unlock()
		if m := done[scenario]; m != nil {
			return m, nil
		}
		var s *scenarios.Scenario
		s, err := c.Scenario(scenario)
		if err != nil {
			return nil, err
		}
		key, err := s.Key()
		if err != nil {
			return nil, fmt.Errorf("reading the answer key of %s: %w", scenario, err)
		}
		m := classroom.NewMatcher(key)
		done[scenario] = m
		return m, nil
	}
}

// faceOptions is what a face of this connection is made from.
func (x *seat) faceOptions(ctx context.Context, r *room) faces.Options {
	guessed := func(seat string) string { return "seat " + r.table.Room().Code + " " + seat }
	return faces.Options{
		Ctx: ctx, Table: r.table, Work: r.work, Who: x.learner(), Session: uuid.NewString(),
		Join: x.s.Join(r.table.Room().Code), Fingerprint: x.s.Fingerprint(), Notes: r.notes,
		Guess: func(seat string) error {
			if x.s.misses.over(guessed(seat), missSeat) {
				return &classroom.ErrNot{Why: "Too many wrong ones. Wait some minutes, or ask whoever leads the class."}
			}
			return nil
		},
		Wrong: func(seat string) { x.s.misses.miss(guessed(seat)) },
		Save: func() (string, error) {
			return "", &classroom.ErrNot{Why: "The report is written where the server runs: threatlings class report " + r.table.Room().Code}
		},
	}
}

// attend returns what shows the face of a class that somebody asked for.
func (x *seat) attend(ctx context.Context, v visit, r *room, pty ssh.Pty, hasPty bool) (show func() error) {
	fo := x.faceOptions(ctx, r)
	if !hasPty || pty.Term == "dumb" || v.plain {
		return func() error {
			return x.inLines(hasPty, func(in io.Reader, out io.Writer) error { return faces.Lines(fo, in, out) })
		}
	}
	var leave func() error
	o := tui.Options{
		Pages: x.s.pages, Version: x.s.o.Version,
		Face: func(d tui.Dress) tui.Face {
			fo.Dress = d
			switch {
			case v.wall:
				return faces.NewWall(fo)
			case v.desk:
				return faces.NewDesk(fo, false)
			}
			f := faces.NewSeat(fo)
			leave = f.Leave
			return f
		},
	}
	x.atEnd(func() error {
		if leave == nil {
			return nil
		}
		return leave()
	})
	return x.screens(ctx, o, pty)
}

// Join is the line that people type to come into a class.
func (s *Server) Join(code string) string {
	h, port, err := net.SplitHostPort(s.o.Address)
	if err != nil {
		return "ssh " + code + "@" + s.o.Address
	}
	if port == "22" {
		return "ssh " + code + "@" + h
	}
	return "ssh " + code + "@" + h + " -p " + port
}

// Table opens a class for whoever runs the server.
func (s *Server) Table(ctx context.Context, code string) (*host.Table, faces.Options, error) {
	t, err := s.Rooms.Read(ctx, code)
	if err != nil {
		return nil, faces.Options{}, err
	}
	r, err := s.room(t)
	if err != nil {
		return nil, faces.Options{}, err
	}
	return t, faces.Options{
		Ctx: ctx, Table: t, Work: r.work, Session: uuid.NewString(), Join: s.Join(code), Fingerprint: s.Fingerprint(), Notes: r.notes,
		Guess: func(string) error { return nil }, Wrong: func(string) {},
	}, nil
}

// Package server gives the course to anyone who connects with the ssh that they
// have: each person their own progress, under the fingerprint of their key.
//
// A connection gets a terminal with the course in it and nothing else: no
// command, no file transfer, no forwarding of anything. Nothing reads the
// server's own terminal.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/charmbracelet/ssh"
	"github.com/charmbracelet/wish"
	gossh "golang.org/x/crypto/ssh"

	"edu/threatlings/course"
	"edu/threatlings/course/classroom/host"
	"edu/threatlings/course/server/database"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises/input"
)

// Options is what a server is made from.
type Options struct {
	Course *course.Course
	Kinds  func(name string) (input.Kind, bool)
	// Dir is where the host key is kept, and what no database holds.
	Dir string
	// Database is an address as of package database; "" is a file in Dir.
	Database string
	// Address is where people reach the server, host:port, as it is shown to them.
	Address string
	Now     func() time.Time // nil is time.Now
	Version string
	Log     *slog.Logger
	// Seats is the most connections at once, Each the most from one address, and
	// Rate the most that come from one address in a minute.
	Seats, Each, Rate int
	// Idle is how long a connection may say nothing.
	Idle time.Duration
	// Slow is how long a connection may take none of what it is sent, and how long
	// it may take to say who it is and to open a terminal.
	Slow time.Duration
}

// Shared reports whether other servers may use the same database.
func (o Options) Shared() bool { return database.Shared(o.Database) }

// Place is the address of the database: what Database says, or the file in Dir.
func (o Options) Place() string {
	if o.Database != "" {
		return o.Database
	}
	return filepath.Join(o.Dir, databaseFile)
}

// Defaults of Options.
const (
	defaultSeats = 500
	defaultEach  = 60 // a whole class may sit behind one address
	defaultRate  = 240
	defaultIdle  = time.Hour
	defaultSlow  = 30 * time.Second
)

// A Server is the course over SSH.
type Server struct {
	o     Options
	ssh   *ssh.Server
	pages *tui.Pages
	gate  *gate
	db    *database.DB
	// Rooms are the classes of this server.
	Rooms  *host.Host
	misses *misses
	crew   *crew
	// decoders say what is typed.
	decoders *decoders
	end      context.CancelFunc

	mu       sync.Mutex
	running  map[*seat]struct{}
	listener net.Listener
	stopping bool
	done     sync.WaitGroup
}

// databaseFile is the default of Options.Database within Dir.
const databaseFile = "course.db"

// poll is how often a server looks for what another one wrote in its rooms. A
// board may be a second behind.
const poll = 300 * time.Millisecond

// New makes a server; its host key is made when there is none. Stop it, whether
// it served or not.
func New(o Options) (*Server, error) {
	if o.Seats == 0 {
		o.Seats = defaultSeats
	}
	if o.Each == 0 {
		o.Each = defaultEach
	}
	if o.Rate == 0 {
		o.Rate = defaultRate
	}
	if o.Slow == 0 {
		o.Slow = defaultSlow
	}
	if o.Idle == 0 {
		o.Idle = defaultIdle
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(filepath.Join(o.Dir, learnersDir), 0o700); err != nil {
		return nil, fmt.Errorf("making the server's folder: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Database = o.Place()
	s := &Server{o: o, pages: tui.NewPages(), gate: newGate(o.Seats, o.Each, o.Rate, o.Now), running: map[*seat]struct{}{}, misses: newMisses(o.Now)}
	ctx, end := context.WithCancel(context.Background())
	s.end = end
	var err error
	if s.db, err = database.Open(ctx, o.Database); err != nil {
		end()
		return nil, err
	}
	rooms := host.Options{Log: s.db.Rooms(), Matcher: matchers(o.Course), Now: o.Now, Errors: o.Log}
	if database.Shared(o.Database) {
		rooms.Poll = poll
	}
	s.Rooms = host.New(ctx, rooms)
	s.crew = newCrew(16 * runtime.GOMAXPROCS(0))
	s.decoders = &decoders{ctx: ctx, keep: 4 * runtime.GOMAXPROCS(0)}
	go keepSmall(ctx, &s.crew.hold, &s.crew.runs)
	s.ssh, err = wish.NewServer(
		wish.WithHostKeyPath(filepath.Join(o.Dir, hostKeyFile)),
		wish.WithIdleTimeout(o.Idle),
		wish.WithVersion("threatlings"),
		// A key is welcome and none is needed: who has none looks around as a guest.
		wish.WithPublicKeyAuth(func(ssh.Context, ssh.PublicKey) bool { return true }),
		wish.WithKeyboardInteractiveAuth(func(ssh.Context, gossh.KeyboardInteractiveChallenge) bool { return true }),
		wish.WithMiddleware(s.serve),
	)
	if err != nil {
		end()
		return nil, errors.Join(fmt.Errorf("preparing the server: %w", err), s.db.Close())
	}
	s.ssh.ConnCallback = func(ctx ssh.Context, conn net.Conn) net.Conn {
		ctx.SetValue(ctxLate, time.AfterFunc(o.Slow, func() { _ = conn.Close() })) // it may have gone
		return held{conn, &s.crew.hold}
	}
	s.ssh.ChannelHandlers = map[string]ssh.ChannelHandler{"session": onlyShell}
	s.ssh.RequestHandlers = map[string]ssh.RequestHandler{}
	s.ssh.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
	return s, nil
}

// Names in the server's folder.
const (
	hostKeyFile = "host_key"
	learnersDir = "learners"
)

// Fingerprint is that of the host key, for people to compare.
func (s *Server) Fingerprint() string {
	for _, k := range s.ssh.HostSigners {
		return gossh.FingerprintSHA256(k.PublicKey())
	}
	return ""
}

// Serve takes connections until Stop, or an error of the listener.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	s.listener = l
	stopping := s.stopping
	s.mu.Unlock()
	if stopping {
		return l.Close()
	}
	err := s.ssh.Serve(&limited{l, s.gate, s.o.Log})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping || errors.Is(err, ssh.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("taking connections: %w", err)
}

// Stop ends every seat in order: what is on its screen is saved. It waits for
// that until the context ends.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	if s.listener != nil {
		_ = s.listener.Close() // it may have been closed
	}
	for x := range s.running {
		x.stop()
	}
	s.mu.Unlock()
	saved := make(chan struct{})
	go func() {
		s.done.Wait()
		close(saved)
	}()
	select {
	case <-saved:
	case <-ctx.Done():
	}
	err := s.ssh.Close()
	select { // whoever was waited for in vain is cut off now, and what they wrote is saved
	case <-saved:
	case <-time.After(byeWait):
	}
	s.end()
	s.crew.stop()
	if errors.Is(err, ssh.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("closing the server: %w", err)
	}
	return errors.Join(err, s.db.Close())
}

// serve is one connection from its first screen to its last.
func (s *Server) serve(ssh.Handler) ssh.Handler {
	return func(sess ssh.Session) {
		if late, ok := sess.Context().Value(ctxLate).(*time.Timer); ok {
			late.Stop()
		}
		x := newSeat(s, sess)
		s.mu.Lock()
		if s.stopping {
			s.mu.Unlock()
			return
		}
		s.running[x] = struct{}{}
		s.done.Add(1)
		s.mu.Unlock()
		x.run()
	}
}

// left says that a seat has ended.
func (s *Server) left(x *seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, x)
	s.done.Done()
}

// refused are the requests of a session that get a plain no.
var refused = map[string]bool{
	"exec": true, "subsystem": true, "auth-agent-req@openssh.com": true, "x11-req": true, "env": true,
}

// onlyShell lets a session have a terminal and a shell, which is the course.
func onlyShell(srv *ssh.Server, conn *gossh.ServerConn, ch gossh.NewChannel, ctx ssh.Context) {
	ctx.Lock()
	had := ctx.Value(ctxSession) != nil
	ctx.SetValue(ctxSession, true)
	ctx.Unlock()
	if had {
		_ = ch.Reject(gossh.ResourceShortage, "one session for each connection")
		return
	}
	begun := make(chan (<-chan *gossh.Request), 1)
	pass := make(chan *gossh.Request)
	go ssh.DefaultSessionHandler(srv, conn, guarded{ch, ctx, begun, pass}, ctx)
	guard(<-begun, pass, windowsOf(ctx))
}

// guard passes on what a session may ask for until it has its shell. Refused
// requests it answers itself, and it hears of windows. It ends with the session.
func guard(in <-chan *gossh.Request, pass chan<- *gossh.Request, ws *windows) {
	begun := false
	for r := range in {
		switch {
		case r.Type == "window-change":
			answer(r, ws.change(r.Payload))
		case begun || refused[r.Type]:
			answer(r, false)
		default:
			begun = r.Type == "shell"
			if pass <- r; begun {
				close(pass) // whoever waits for more is not needed any more
			}
		}
	}
	if !begun {
		close(pass)
	}
}

func answer(r *gossh.Request, ok bool) {
	if r.WantReply {
		_ = r.Reply(ok, nil) // the client may be gone
	}
}

type ctxKey int

// Keys of a connection's context.
const (
	ctxSession ctxKey = iota // it has its session
	ctxLate                  // the timer that closes it unless a terminal is opened
	ctxChannel               // the channel of its session
	ctxWindows               // the windows of its terminal
)

// windowsOf are the windows of a connection's terminal.
func windowsOf(ctx ssh.Context) *windows {
	if ws, ok := ctx.Value(ctxWindows).(*windows); ok {
		return ws
	}
	ws := &windows{}
	ctx.SetValue(ctxWindows, ws)
	return ws
}

// guarded is a channel of which a session hears only what is passed.
type guarded struct {
	gossh.NewChannel
	ctx   ssh.Context
	begun chan<- (<-chan *gossh.Request)
	pass  <-chan *gossh.Request
}

// Accept accepts the channel.
func (g guarded) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	ch, in, err := g.NewChannel.Accept()
	if err != nil {
		none := make(chan *gossh.Request)
		close(none)
		g.begun <- none
		return nil, nil, err
	}
	g.ctx.SetValue(ctxChannel, ch)
	g.begun <- in
	return ch, g.pass, nil
}

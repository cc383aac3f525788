package server

import (
	"context"
	"database/sql"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"edu/threatlings/course"
	"edu/threatlings/course/server/sshtest"
	"edu/threatlings/exercises/kinds"
)

var loadCourse = sync.OnceValues(func() (*course.Course, error) { return course.Load(course.Embedded(), kinds.Decoder{}) })

// A site is a server on loopback.
type site struct {
	t    testing.TB
	s    *Server
	addr string
	dir  string
	done chan error
}

func start(t testing.TB, dir string, change func(*Options)) *site {
	t.Helper()
	c, err := loadCourse()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Course: c, Kinds: kinds.Get, Dir: dir, Version: "test"}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &site{t: t, s: s, addr: l.Addr().String(), dir: dir, done: make(chan error, 1)}
	go func() { h.done <- s.Serve(l) }()
	t.Cleanup(h.stop)
	return h
}

func (h *site) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := h.s.Stop(ctx); err != nil {
		h.t.Error(err)
	}
	if err := <-h.done; err != nil {
		h.t.Error(err)
	}
	h.done <- nil // it may be stopped again
}

// dial connects with a key, or as a guest without one.
func (h *site) dial(user string, key ssh.Signer) (*ssh.Client, error) {
	return sshtest.Dial(h.addr, user, key)
}

// session connects and opens a session, with nothing in it yet.
func (h *site) session(user string) (*ssh.Client, *ssh.Session) {
	h.t.Helper()
	conn, err := h.dial(user, sshtest.Key(h.t))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	sess, err := conn.NewSession()
	if err != nil {
		h.t.Fatal(err)
	}
	return conn, sess
}

// sit connects and opens a terminal; without a terminal when term is "".
func (h *site) sit(user, term string, key ssh.Signer) *sshtest.Client {
	h.t.Helper()
	return sshtest.Sit(h.t, h.addr, user, term, key, 80, 24)
}

// Somebody begins, the connection drops, the server is stopped and started, and
// every keystroke is there; somebody else has a course of their own.
func TestProgressBelongsToTheKey(t *testing.T) {
	dir, ada, bo := t.TempDir(), sshtest.Key(t), sshtest.Key(t)
	h := start(t, dir, nil)
	a := h.sit("learn", "xterm-256color", ada)
	a.Shows("Begin")
	a.Send("\r")
	a.Shows("Good morning")
	a.Send("\r")
	a.Shows("Looked at the sky")
	a.Drop() // the train enters a tunnel
	a.Ends()
	h.stop()

	h = start(t, dir, nil)
	a = h.sit("somebody-else-says-the-name", "xterm-256color", ada)
	a.Shows("Continue")
	a.Send("\r")
	a.Shows("page 2 of")
	b := h.sit("learn", "xterm-256color", bo)
	b.Shows("Begin")
	again := h.sit("learn", "xterm-256color", ada)
	again.Shows("Continue")
	a.Send("\x10") // one person, two windows: the newest writes, for the other may be a broken line
	a.Shows("NOT SAVED")
}

// The host key is made once, so that nobody is told of a stranger.
func TestHostKeyStays(t *testing.T) {
	dir := t.TempDir()
	one := start(t, dir, nil)
	first := one.s.Fingerprint()
	one.stop()
	if two := start(t, dir, nil).s.Fingerprint(); first == "" || two != first {
		t.Errorf("%q, then %q", first, two)
	}
	st, err := os.Stat(filepath.Join(dir, hostKeyFile))
	if err != nil || st.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", st, err)
	}
}

func TestGuestIsTold(t *testing.T) {
	h := start(t, t.TempDir(), nil)
	g := h.sit("learn", "xterm-256color", nil)
	g.Shows("look around as a guest")
	g.Send("\r")
	g.Shows("Good morning")
	g.Drop()
	g.Ends()
	h.stop()
	if entries, err := os.ReadDir(filepath.Join(h.dir, learnersDir)); err != nil || len(entries) != 0 {
		t.Errorf("something was kept: %v, %v", entries, err)
	}
	if n := count(t, h.dir, "learners") + count(t, h.dir, "events") + count(t, h.dir, "drafts"); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
}

// count is how many rows a table of a stopped server has.
func count(t *testing.T, dir, table string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Without a terminal, with a dumb one, or by name: the course line by line.
func TestLineMode(t *testing.T) {
	h := start(t, t.TempDir(), nil)
	for name, c := range map[string]*sshtest.Client{
		"no terminal": h.sit("learn", "", sshtest.Key(t)),
		"dumb":        h.sit("learn", "dumb", sshtest.Key(t)),
		"by name":     h.sit("plain+learn", "xterm", sshtest.Key(t)),
	} {
		c.Says("Line mode: every question")
		c.Send("?\n")
		c.Says("q leaves; everything is saved")
		c.Send("q\n")
		c.Says("Goodbye. Everything is saved.")
		c.Ends()
		if name == "no terminal" && strings.Contains(c.Said(), "\x1b") {
			t.Errorf("%s: an escape sequence in %q", name, c.Said())
		}
	}
}

// Whoever wants to know what they find alone is told, also beside an open window,
// and shows it in a document that they choose.
func TestReadiness(t *testing.T) {
	h := start(t, t.TempDir(), func(o *Options) { o.Address = "course.example:2222" })
	ada := sshtest.Key(t)
	window := h.sit("plain+learn", "", ada)
	window.Says("Line mode")
	r := h.sit("ready", "", ada)
	r.Says("You are: on the way")
	r.Ends()
	window.Send("b\n")
	window.Says("This is the first page")
	window.Send("q\n")
	window.Says("Everything is saved")
	a := h.sit("ready+ship-it", "xterm-256color", ada)
	a.Shows("Ship It")
	a.Shows("every threat that you find")
	a.Drop()
	l := h.sit("plain+ready+billing", "", ada)
	l.Says("Card 1 of 12")
	l.Drop()
	no := h.sit("ready+nowhere", "", ada)
	no.Says("There is no scenario of that name")
	no.Ends()
}

// A learner's id can be worked out from the file of the public key.
func TestLearnerOf(t *testing.T) {
	key := sshtest.Key(t)
	id, err := LearnerOf(append([]byte("# hers\n"), ssh.MarshalAuthorizedKey(key.PublicKey())...))
	if err != nil || id != learnerOf(key.PublicKey()) || len(id) != 32 {
		t.Errorf("%q, %v", id, err)
	}
	if _, err := LearnerOf([]byte("no key")); err == nil {
		t.Error("no key was taken for one")
	}
}

// An attacker's client gets a plain no.
func TestNothingButTheCourse(t *testing.T) {
	h := start(t, t.TempDir(), nil)
	conn, sess := h.session("root")
	for _, r := range []struct {
		name string
		data []byte
	}{
		{"exec", ssh.Marshal(struct{ Command string }{"cat /etc/passwd"})},
		{"subsystem", ssh.Marshal(struct{ Name string }{"sftp"})},
		{"auth-agent-req@openssh.com", nil},
		{"x11-req", ssh.Marshal(struct {
			One         bool
			Proto, Auth string
			Screen      uint32
		}{false, "MIT-MAGIC-COOKIE-1", "00", 0})},
		{"env", ssh.Marshal(struct{ Name, Value string }{"LD_PRELOAD", "/tmp/x.so"})},
	} {
		if ok, err := sess.SendRequest(r.name, true, r.data); err != nil || ok {
			t.Errorf("%s: %t, %v", r.name, ok, err)
		}
	}
	if _, err := conn.NewSession(); err == nil {
		t.Error("a second session on one connection")
	}
	if c, err := conn.Dial("tcp", h.addr); err == nil {
		_ = c.Close()
		t.Error("a port was forwarded")
	}
	if l, err := conn.Listen("tcp", "127.0.0.1:0"); err == nil {
		_ = l.Close()
		t.Error("a port was listened on")
	}
	if _, _, err := conn.OpenChannel("direct-streamlocal@openssh.com", nil); err == nil {
		t.Error("a socket was forwarded")
	}
	if ok, _, err := conn.SendRequest("tcpip-forward", true, nil); err != nil || ok {
		t.Errorf("tcpip-forward: %t, %v", ok, err)
	}
}

// There is room for so many; who leaves makes room.
func TestSeats(t *testing.T) {
	h := start(t, t.TempDir(), func(o *Options) { o.Seats, o.Each = 3, 2 })
	one, err := h.dial("learn", sshtest.Key(t))
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.dial("learn", sshtest.Key(t))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := h.dial("learn", sshtest.Key(t)); err == nil {
		_ = c.Close()
		t.Error("a third one from one address")
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	limit := time.Now().Add(10 * time.Second)
	for { // the server notices the end in its own time
		c, err := h.dial("learn", sshtest.Key(t))
		if err == nil {
			_ = c.Close()
			break
		}
		if time.Now().After(limit) {
			t.Fatal("the seat stays taken:", err)
		}
	}
	_ = two.Close()
}

// What is typed when the server stops is saved.
func TestStopSaves(t *testing.T) {
	dir, key := t.TempDir(), sshtest.Key(t)
	h := start(t, dir, nil)
	c := h.sit("learn", "xterm", key)
	c.Shows("Begin")
	c.Send("\r")
	c.Shows("Good morning")
	c.Send("n")
	c.Shows("What do you want to remember?")
	c.Send("mind the step")
	c.Shows("mind the step")
	lines := h.sit("learn", "", sshtest.Key(t))
	lines.Says("Line mode")
	h.stop()
	c.Ends()
	c.Says(leave + stopWord)
	lines.Says(stopWord)
	h = start(t, dir, nil)
	c = h.sit("learn", "xterm", key)
	c.Shows("Continue")
	c.Send("\r")
	c.Shows("Good morning")
	c.Send("n")
	c.Shows("mind the step")
}

// A connection has one session, however many it asks for at once.
func TestOneSession(t *testing.T) {
	h := start(t, t.TempDir(), nil)
	for range 5 {
		c, err := h.dial("learn", sshtest.Key(t))
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var got atomic.Int64
		for range 20 {
			wg.Go(func() {
				if _, err := c.NewSession(); err == nil {
					got.Add(1)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 {
			t.Errorf("%d sessions on one connection", got.Load())
		}
		_ = c.Close()
	}
}

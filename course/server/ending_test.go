package server

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	cssh "github.com/charmbracelet/ssh"
	"golang.org/x/crypto/ssh"

	"edu/threatlings/course/server/sshtest"
)

// A stuck client takes nothing.
type stuck struct {
	once   sync.Once
	in, on chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	s.once.Do(func() { close(s.in) })
	<-s.on
	return len(b), nil
}

// While a client takes nothing, sizes of its window do not pile up.
func TestWindowsDoNotPileUp(t *testing.T) {
	out := &stuck{in: make(chan struct{}), on: make(chan struct{})}
	c := newCrew(2)
	defer c.stop()
	p := newProgram(c, &diary{}, newPainter(out, time.Hour, func() {}), false, func(error) {})
	w := &windows{}
	size := func(n int) []byte {
		b := make([]byte, 16)
		binary.BigEndian.PutUint32(b, uint32(n))
		binary.BigEndian.PutUint32(b[4:], 10)
		return b
	}
	w.listen(cssh.Window{Width: 40, Height: 10}, func(w cssh.Window) { p.Send(tea.WindowSizeMsg{Width: w.Width, Height: w.Height}) })
	<-out.in
	for i := range 10_000 {
		w.change(size(40 + i%2))
	}
	p.mu.Lock()
	n, last := len(p.todo), p.todo[len(p.todo)-1]
	p.mu.Unlock()
	close(out.on)
	if n > 2 || last != (tea.WindowSizeMsg{Width: 41, Height: 10}) {
		t.Errorf("%d messages wait, the last is %v", n, last)
	}
	p.Close()
}

// Commands of one seat do not pile up: who types faster than they are done waits.
func TestCommandsDoNotPileUp(t *testing.T) {
	var out terminal
	var going, most atomic.Int64
	wait := make(chan struct{})
	p, _ := (&diary{each: func(string) tea.Cmd {
		return func() tea.Msg {
			n := going.Add(1)
			most.Store(max(most.Load(), n))
			<-wait
			going.Add(-1)
			return nil
		}
	}}).run(t, &out)
	typed := make(chan struct{})
	go func() {
		defer close(typed)
		for range 500 {
			p.Type([]tea.Msg{"key"})
		}
	}()
	for going.Load() < mostGoing {
		runtime.Gosched()
	}
	close(wait)
	<-typed
	if n := most.Load(); n > mostGoing+1 {
		t.Errorf("%d commands at once", n)
	}
	p.Close()
}

// Of what somebody has sent and not waited for, little is read when they have gone.
func TestLittleIsReadAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newPaced(ctx, strings.NewReader(strings.Repeat("x", 1<<20)))
	b := make([]byte, 255)
	if n, err := p.Read(b); n != 255 || err != nil {
		t.Fatal(n, err)
	}
	cancel()
	more, err := 0, error(nil)
	for n := 0; err == nil; more += n {
		n, err = p.Read(b)
	}
	if !errors.Is(err, io.EOF) || more < lastWords || more > lastWords+len(b) {
		t.Errorf("%d bytes more are read, %v", more, err)
	}
}

// What the ending of a broken seat panics with stays in it.
func TestAnEndingPanics(t *testing.T) {
	c := newCrew(2)
	defer c.stop()
	over := 0
	p := newProgram(c, &diary{each: func(string) tea.Cmd { panic("a screen") }}, newPainter(io.Discard, time.Hour, func() {}), false, func(error) {
		over++
		panic(errors.New("what it holds cannot be saved: it is half changed"))
	})
	p.Send("go")
	for {
		p.mu.Lock()
		ended := p.done && !p.busy
		p.mu.Unlock()
		if ended {
			break
		}
		runtime.Gosched()
	}
	if p.Close() || over != 1 {
		t.Errorf("it was over %d times", over)
	}
	if err := contained(func() error { panic("a store") }); err == nil || !strings.Contains(err.Error(), "a store") {
		t.Errorf("a panic in an ending is %v", err)
	}
}

// An asleep connection is that of a client that is suspended.
type asleep struct {
	net.Conn
	awake chan struct{}
	on    atomic.Bool
}

func (a *asleep) Read(b []byte) (int, error) {
	n, err := a.Conn.Read(b)
	if a.on.Load() {
		<-a.awake
	}
	return n, err
}

// A client that is suspended keeps a stopping server no longer than byeWait, and
// so does one that takes nothing while a frame is being sent.
func TestNobodyHoldsAStop(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for clients")
	}
	stops := func(name string, h *site) {
		t.Helper()
		began := time.Now()
		if h.stop(); time.Since(began) > byeWait+2*time.Second {
			t.Errorf("%s: it took %v to stop", name, time.Since(began))
		}
	}
	for term, says := range map[string]string{"": "Line mode", "xterm": "Begin"} {
		h := start(t, t.TempDir(), nil)
		raw, err := net.Dial("tcp", h.addr)
		if err != nil {
			t.Fatal(err)
		}
		a := &asleep{Conn: raw, awake: make(chan struct{})}
		conn, chans, reqs, err := ssh.NewClientConn(a, h.addr, &ssh.ClientConfig{User: "learn", Auth: []ssh.AuthMethod{ssh.PublicKeys(sshtest.Key(t))}, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
		if err != nil {
			t.Fatal(err)
		}
		sess, err := ssh.NewClient(conn, chans, reqs).NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if term != "" {
			if err := sess.RequestPty(term, 24, 80, ssh.TerminalModes{}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := sess.StdinPipe(); err != nil {
			t.Fatal(err)
		}
		out, err := sess.StdoutPipe()
		if err == nil {
			err = sess.Shell()
		}
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for b := make([]byte, 4096); !strings.Contains(text, says); {
			n, err := out.Read(b)
			if text += string(b[:n]); err != nil {
				t.Fatal(err, text)
			}
		}
		a.on.Store(true)
		stops("suspended, "+says, h)
		close(a.awake)
		_ = raw.Close()
	}
	h := start(t, t.TempDir(), nil)
	c := sshtest.Sit(t, h.addr, "learn", "xterm-256color", sshtest.Key(t), 250, 250)
	c.Shows("Begin")
	c.Stall()
	for i := range 500 { // more than a connection holds
		if c.Resize(250-i%2*20, 250) != nil {
			break
		}
	}
	stops("stalled", h)
}

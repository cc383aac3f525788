package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/ssh"
	"golang.org/x/term"

	"edu/threatlings/course"
	"edu/threatlings/course/plain"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/progress"
)

// A seat is one connection.
type seat struct {
	s    *Server
	sess ssh.Session

	mu      sync.Mutex
	program *tea.Program
	stopped bool
}

func newSeat(s *Server, sess ssh.Session) *seat { return &seat{s: s, sess: sess} }

// learner is a name for the key with which somebody came; "" for a guest.
func (x *seat) learner() string {
	k := x.sess.PublicKey()
	if k == nil {
		return ""
	}
	sum := sha256.Sum256(k.Marshal())
	return hex.EncodeToString(sum[:16])
}

// who is a name for the log: never what the client typed.
func (x *seat) who() string {
	if l := x.learner(); l != "" {
		return l[:8]
	}
	return "guest"
}

// stop ends the seat in order.
func (x *seat) stop() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stopped = true
	if x.program != nil {
		x.program.Quit()
		return
	}
	_ = x.sess.Close() // the line mode ends with its input
}

func (x *seat) run() (err error) {
	ctx, cancel := context.WithCancel(x.sess.Context())
	defer cancel()
	store, dir, notices, err := x.open()
	if err != nil {
		fmt.Fprintf(x.sess.Stderr(), "The course cannot be opened: %v\r\n", err)
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	session, err := course.NewSession(ctx, x.s.o.Course, store)
	if err != nil {
		return err
	}
	pty, windows, hasPty := x.sess.Pty()
	if !hasPty || pty.Term == "dumb" || strings.HasPrefix(x.sess.User(), "plain") {
		return x.lines(ctx, session, notices, hasPty)
	}
	return x.screens(ctx, session, dir, notices, pty, windows)
}

// open opens the progress of whoever has the key; a guest's is forgotten.
func (x *seat) open() (progress.Store, string, []string, error) {
	id := x.learner()
	if id == "" {
		return progress.NewMemory(), "", []string{"You came without a key, so you look around as a guest: nothing is kept when you leave. ssh-keygen makes a key, and then this is yours."}, nil
	}
	dir := filepath.Join(x.s.o.Dir, learnersDir, id)
	store, notices, err := progress.OpenFile(dir, progress.Options{})
	if err != nil {
		return nil, "", nil, err
	}
	return store, dir, notices, nil
}

// lines holds the course line by line. A client that asked for a terminal shows
// nothing by itself, so its letters are echoed.
func (x *seat) lines(ctx context.Context, session *course.Session, notices []string, echo bool) error {
	var in io.Reader = x.sess
	var out io.Writer = x.sess
	if echo {
		t := term.NewTerminal(x.sess, "")
		in, out = &lineReader{t: t}, t
	}
	return plain.Run(ctx, plain.Options{Session: session, Kinds: x.s.o.Kinds, In: in, Out: out, Notices: notices})
}

// lineReader reads a terminal line by line.
type lineReader struct {
	t    *term.Terminal
	rest []byte
}

// Read returns what was typed, with the end of each line.
func (r *lineReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		l, err := r.t.ReadLine()
		if err != nil {
			return 0, err
		}
		r.rest = append([]byte(l), '\n')
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (x *seat) screens(ctx context.Context, session *course.Session, dir string, notices []string, pty ssh.Pty, windows <-chan ssh.Window) error {
	look := tui.LookOf(func(k string) string {
		if k == "TERM" {
			return pty.Term // nothing else is known of the terminal
		}
		return ""
	}, false)
	look.Ask = false // it would cost a round trip before the first frame
	settings, err := readSettings(dir)
	if err != nil {
		notices = append(notices, "Your settings are not understood, so the usual ones are used.")
	}
	settings.NoMotion = true
	o := tui.Options{
		Session: session, Kinds: x.s.o.Kinds, Pages: x.s.pages, Settings: settings, Look: look, Out: x.sess, Notices: notices, Version: x.s.o.Version,
		Save: func(s course.Settings) error { return writeSettings(dir, s) },
	}
	if dir != "" {
		o.Live = x.s.o.Course.Live(threatmodel.OpenFolder(dir))
	}
	model := tui.New(ctx, o)
	opts := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithAltScreen(), tea.WithInput(newJoined(ctx, x.sess)), tea.WithOutput(x.sess),
		tea.WithoutSignalHandler(), tea.WithEnvironment([]string{"TERM=" + pty.Term}),
	}
	if !settings.NoMouse {
		opts = append(opts, tea.WithMouseCellMotion())
	}
	p := tea.NewProgram(model, opts...)
	x.mu.Lock()
	x.program = p
	stopped := x.stopped
	x.mu.Unlock()
	if stopped {
		return nil
	}
	go func() {
		p.Send(tea.WindowSizeMsg{Width: pty.Window.Width, Height: pty.Window.Height})
		for {
			select {
			case w, ok := <-windows:
				if !ok {
					return
				}
				p.Send(tea.WindowSizeMsg{Width: w.Width, Height: w.Height})
			case <-ctx.Done():
				p.Quit()
				return
			}
		}
	}()
	_, err = p.Run()
	if errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, context.Canceled) {
		err = nil // the connection is gone; what was typed is saved below
	}
	return errors.Join(err, model.Flush(), model.Close())
}

package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"edu/threatlings/course"
	"edu/threatlings/course/evidence"
	"edu/threatlings/course/plain"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/progress"
)

// A seat is one connection.
type seat struct {
	s     *Server
	sess  ssh.Session
	began time.Time
	// ending is what is to be done at the end, the last first.
	ending []func() error
	ended  sync.Once
	over   chan struct{} // closed when that is done

	mu      sync.Mutex
	program *program
	stopped bool
}

func newSeat(s *Server, sess ssh.Session) *seat {
	return &seat{s: s, sess: sess, began: time.Now(), over: make(chan struct{})}
}

// learner is a name for the key with which somebody came; "" for a guest.
func (x *seat) learner() string {
	k := x.sess.PublicKey()
	if k == nil {
		return ""
	}
	return learnerOf(k)
}

func learnerOf(k gossh.PublicKey) string {
	sum := sha256.Sum256(k.Marshal())
	return hex.EncodeToString(sum[:16])
}

// LearnerOf is the id under which a server keeps whoever has a key, from the line
// of the public key's file.
func LearnerOf(publicKey []byte) (string, error) {
	k, _, _, _, err := gossh.ParseAuthorizedKey(publicKey)
	if err != nil {
		return "", fmt.Errorf("reading the public key: %w", err)
	}
	return learnerOf(k), nil
}

// hangUp closes the connection of a client that does not listen. Closing the
// session alone would wait for it.
func (x *seat) hangUp() {
	if c, ok := x.sess.Context().Value(ssh.ContextKeyConn).(io.Closer); ok {
		_ = c.Close() // it may have gone
	}
}

// channel is where frames are written: the session's own channel, because the
// session looks for line ends in all that is written, and a frame has none.
func (x *seat) channel() io.Writer {
	if ch, ok := x.sess.Context().Value(ctxChannel).(io.Writer); ok {
		return ch
	}
	return x.sess
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
	time.AfterFunc(byeWait, x.hangUp)
	if x.program != nil {
		x.program.Send(tea.Quit())
		return
	}
	go func() { // a client that takes nothing keeps the server waiting no longer than others
		_, _ = io.WriteString(x.sess, "\r\n"+stopWord) // it may be gone
		_ = x.sess.Close()                             // the line mode ends with its input
	}()
}

// stopWord is the last that people see of a server that stops.
const stopWord = "The server stops here. What you wrote is saved.\r\n"

// isStopped reports whether the server ends the seat.
func (x *seat) isStopped() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.stopped
}

// run gives somebody what they came for, until they leave.
func (x *seat) run() {
	x.finish(contained(func() error {
		show, err := x.prepare()
		if show != nil {
			err = show()
		}
		return err
	}))
}

// contained does something, of which a panic ends nothing but this seat.
func contained(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a seat panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return do()
}

// byeWait is how long a client may take to hang up when there is nothing more to see.
const byeWait = 2 * time.Second

// finish ends the seat, once: what it holds is saved, and the client is told.
func (x *seat) finish(err error) {
	if errors.Is(err, io.EOF) {
		err = nil // they have left
	}
	x.ended.Do(func() {
		for _, end := range slices.Backward(x.ending) {
			err = errors.Join(err, contained(end))
		}
		x.s.o.Log.Info("left", "who", x.who(), "minutes", int(time.Since(x.began).Minutes()), "err", err)
		code := 0
		if err != nil {
			code = 1
		}
		time.AfterFunc(byeWait, x.hangUp)
		_ = x.sess.Exit(code) // the client may be gone
		x.s.left(x)
		close(x.over)
	})
}

// atEnd has something done when the seat ends, before what was asked for earlier.
func (x *seat) atEnd(do func() error) { x.ending = append(x.ending, do) }

// prepare makes ready what somebody came for; nil when there is nothing to show.
// It is a function of its own because its stack would stay for the evening.
func (x *seat) prepare() (show func() error, err error) {
	ctx, cancel := context.WithCancel(x.sess.Context())
	x.atEnd(func() error { cancel(); return nil })
	pty, _, hasPty := x.sess.Pty()
	v := visitOf(x.sess.User())
	class, err := x.class(ctx, v)
	if err != nil {
		x.refuse(err)
		return nil, nil
	}
	if class != nil {
		return x.attend(ctx, v, class, pty, hasPty), nil
	}
	if v.ready && v.scenario == "" {
		return func() error { return x.readiness(ctx) }, nil
	}
	store, notices, err := x.open(ctx)
	if err != nil {
		x.refuse(fmt.Errorf("the course cannot be opened: %w", err))
		return nil, err
	}
	x.atEnd(store.Close)
	session, err := course.NewSession(ctx, x.s.o.Course, store)
	if err != nil {
		return nil, err
	}
	open := ""
	if v.ready {
		if session, err = session.Fresh(ctx, v.scenario); err != nil {
			x.refuse(err)
			return nil, nil
		}
		open = course.FreshPrefix + v.scenario
	}
	if !hasPty || pty.Term == "dumb" || v.plain {
		return func() error {
			return x.inLines(hasPty, func(in io.Reader, out io.Writer) error {
				return plain.Run(ctx, plain.Options{Session: session, Kinds: x.s.o.Kinds, In: in, Out: out, Notices: notices, Open: open})
			})
		}, nil
	}
	o := tui.Options{Session: session, Kinds: x.s.o.Kinds, Pages: x.s.pages, Notices: notices, Version: x.s.o.Version, Open: open}
	if id := x.learner(); id != "" {
		o.Live = x.s.o.Course.Live(threatmodel.OpenFolder(filepath.Join(x.s.o.Dir, learnersDir, id)))
	}
	return x.screens(ctx, o, pty), nil
}

// readiness says what the person finds alone, and ends. It takes nothing out of the
// hands of a window in which they have the course open.
func (x *seat) readiness(ctx context.Context) error {
	var events []progress.Event
	if id := x.learner(); id != "" {
		var err error
		if events, err = x.s.db.Events(ctx, id); err != nil {
			return err
		}
	}
	r, err := evidence.Ready(x.s.o.Course, x.s.o.Course.Of(events))
	if err != nil {
		return err
	}
	text := r.Text(func(id string) string { return x.s.Join(asReady + "+" + id) })
	_, err = io.WriteString(x.sess, strings.ReplaceAll(text, "\n", "\r\n"))
	return err
}

// refuse says why there is nothing to see, and ends.
func (x *seat) refuse(err error) {
	text := exercises.CleanLine(err.Error())
	_, _ = fmt.Fprintf(x.sess, "%s%s.\r\n", strings.ToUpper(text[:1]), strings.TrimRight(text[1:], ".")) // the client may be gone
}

// open opens the progress of whoever has the key; a guest's is forgotten.
func (x *seat) open(ctx context.Context) (progress.Store, []string, error) {
	id := x.learner()
	if id == "" {
		return progress.NewMemory(), []string{"You came without a key, so you look around as a guest: nothing is kept when you leave. ssh-keygen makes a key, and then this is yours."}, nil
	}
	store, err := x.s.db.Learner(ctx, id)
	return store, nil, err
}

// inLines holds a conversation line by line. A client that asked for a terminal
// shows nothing by itself, so its letters are echoed.
func (x *seat) inLines(echo bool, talk func(io.Reader, io.Writer) error) error {
	in := newPaced(x.sess.Context(), x.sess)
	if !echo {
		return talk(in, x.sess)
	}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, x.sess}, "")
	return talk(&lineReader{t: t}, t)
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

// screens makes full screens, and returns what shows them until the connection ends.
func (x *seat) screens(ctx context.Context, o tui.Options, pty ssh.Pty) (show func() error) {
	o.Look = tui.LookOf(func(k string) string {
		if k == "TERM" {
			return pty.Term // nothing else is known of the terminal
		}
		return ""
	}, false)
	o.Look.Ask = false // it would cost a round trip before the first frame
	settings, err := x.settings(ctx)
	if err != nil {
		o.Notices = append(o.Notices, "Your settings are not understood, so the usual ones are used.")
	}
	settings.NoMotion = true
	o.Settings, o.Out = settings, x.sess
	o.Save = func(s course.Settings) error { return x.saveSettings(ctx, s) }
	var p *program
	o.After = func(d time.Duration, m tea.Msg) tea.Cmd {
		time.AfterFunc(d, func() { p.Send(m) }) // no goroutine sits and waits for it
		return nil
	}
	model := tui.New(ctx, o)
	paint := newPainter(x.channel(), x.s.o.Slow, x.hangUp)
	p = newProgram(x.s.crew, model, paint, !settings.NoMouse, x.finish)
	x.atEnd(func() error {
		paint.end()
		err := errors.Join(model.Flush(), model.Close())
		if err == nil && x.isStopped() {
			paint.write([]byte(stopWord))
		}
		return err
	})
	window := pty.Window
	return func() error {
		x.mu.Lock()
		x.program = p
		x.mu.Unlock()
		if x.isStopped() {
			return nil
		}
		windowsOf(x.sess.Context()).listen(window, func(w ssh.Window) { p.Send(tea.WindowSizeMsg{Width: w.Width, Height: w.Height}) })
		for typed := (&keys{r: newPaced(ctx, x.sess), decode: x.s.decoders.decode}); ; {
			msgs, err := typed.next()
			p.Type(msgs)
			if err == nil {
				continue
			}
			if errors.Is(err, io.EOF) { // a wall has nobody who types, and goes on
				select {
				case <-ctx.Done():
				case <-x.over:
				}
			}
			p.Close()
			return nil
		}
	}
}

package server

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// paintWait is how long a change waits for what its commands find out before it is
// drawn: they are often done at once. It is also the least time between two frames,
// however fast somebody types.
const paintWait = 2 * time.Millisecond

// mostGoing is how many commands of one program are done at once before more is
// typed: some of them cost more than the key that asks for them.
const mostGoing = 32

// A program runs the model of one connection, as Bubble Tea's programs do, but
// without goroutines of its own: the crew does what there is to do, one message
// after the other. A tea.Program keeps three goroutines, which is nothing for one
// person; for thousands they are much of what garbage collection has to look at.
//
// It draws when something has changed, and not sixty times a second whether or not.
type program struct {
	crew  *crew
	model drawn
	paint *painter
	mouse bool // the terminal is asked for its mouse
	// over is called once, when the model has quit, with nil, or has panicked.
	over func(error)

	mu    sync.Mutex
	free  sync.Cond // busy is false again
	todo  []tea.Msg
	busy  bool // somebody is at work
	done  bool
	going int // commands that are being done

	// What follows is for whoever is at work.
	changed bool        // since it was drawn
	asked   bool        // commands are on their way: the change waits for them
	drawn   time.Time   // when it was drawn last
	soon    *time.Timer // for paintWait; stopped while nothing waits
	waiting bool        // it is not stopped, or its message is on its way
}

// drawn is a model that draws line by line.
type drawn interface {
	tea.Model
	liner
}

type (
	initMsg  struct{} // the model begins
	paintMsg struct{} // it is time to draw
	// brokenMsg says that a command panicked.
	brokenMsg struct{ why string }
)

// newProgram makes a program, which begins with its first message.
func newProgram(c *crew, m drawn, p *painter, mouse bool, over func(error)) *program {
	x := &program{crew: c, model: m, paint: p, mouse: mouse, over: over, todo: []tea.Msg{initMsg{}}}
	x.free.L = &x.mu
	x.soon = time.AfterFunc(time.Hour, func() { x.Send(paintMsg{}) })
	x.soon.Stop()
	return x
}

// Send gives the model a message, soon. After the end it does nothing.
func (x *program) Send(msg tea.Msg) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.done {
		return
	}
	if _, size := msg.(tea.WindowSizeMsg); size { // only the last one counts
		x.todo = slices.DeleteFunc(x.todo, func(m tea.Msg) bool { _, old := m.(tea.WindowSizeMsg); return old })
	}
	x.todo = append(x.todo, msg)
	if !x.busy {
		x.busy = true
		x.crew.start(x.work)
	}
}

// Type gives the model what somebody typed, and returns when it is done, so that
// nobody types faster than their screen is drawn.
func (x *program) Type(msgs []tea.Msg) {
	if len(msgs) == 0 {
		return
	}
	x.mu.Lock()
	for x.busy || x.going >= mostGoing && !x.done {
		x.free.Wait()
	}
	if x.done {
		x.mu.Unlock()
		return
	}
	x.todo = append(x.todo, msgs...)
	x.busy = true
	x.mu.Unlock()
	x.crew.run(x.work)
}

// Close ends the program when the connection has gone. It waits for whoever is at
// work, and reports whether the model was still running.
func (x *program) Close() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.busy {
		x.free.Wait()
	}
	running := !x.done
	x.done, x.todo = true, nil
	x.soon.Stop()
	return running
}

// work does what there is to do.
func (x *program) work() {
	defer func() {
		if r := recover(); r != nil {
			x.end(fmt.Errorf("a screen panicked: %v\n%s", r, debug.Stack()))
		}
	}()
	for {
		msg, some := x.take()
		switch {
		case !some && x.changed && !x.asked && time.Since(x.drawn) >= paintWait:
			x.draw()
		case !some:
			if x.rest() {
				return
			}
		case msg == tea.Quit():
			x.end(nil)
			return
		default:
			x.step(msg)
		}
	}
}

// take takes the next message, if there is one.
func (x *program) take() (tea.Msg, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.todo) == 0 {
		return nil, false
	}
	msg := x.todo[0]
	x.todo[0] = nil
	if x.todo = x.todo[1:]; len(x.todo) == 0 {
		x.todo = nil
	}
	return msg, true
}

// rest ends the work, unless there is more to do.
func (x *program) rest() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.todo) > 0 {
		return false
	}
	if x.changed && !x.waiting {
		x.waiting = true
		x.soon.Reset(paintWait)
	}
	x.busy = false
	x.free.Broadcast()
	return true
}

// end ends the program from within.
func (x *program) end(err error) {
	x.mu.Lock()
	x.done, x.todo = true, nil
	x.soon.Stop()
	x.mu.Unlock()
	// A fault in the end of one program is no reason to end the others.
	_ = contained(func() error { x.over(err); return nil })
	x.mu.Lock()
	x.busy = false
	x.free.Broadcast()
	x.mu.Unlock()
}

// step has the model do one thing.
func (x *program) step(msg tea.Msg) {
	switch m := msg.(type) {
	case nil:
		return
	case initMsg:
		x.paint.begin(x.mouse)
	case paintMsg:
		x.waiting, x.asked = false, false
		return
	case brokenMsg:
		panic(errors.New(m.why))
	case tea.WindowSizeMsg:
		x.paint.resize(m.Width)
	default:
		// Bubble Tea does these two for its own programs.
		if msg == tea.EnableMouseCellMotion() {
			x.paint.mouse(true)
		} else if msg == tea.DisableMouse() {
			x.paint.mouse(false)
		}
	}
	if cmd := x.update(msg); cmd != nil {
		x.asked = true
		x.perform(cmd)
	}
	x.changed = true
}

func (x *program) update(msg tea.Msg) tea.Cmd {
	x.crew.begin()
	defer x.crew.end()
	if _, first := msg.(initMsg); first {
		return x.model.Init()
	}
	next, cmd := x.model.Update(msg)
	x.model = next.(drawn) // it returns itself
	return cmd
}

// draw sends what has changed.
func (x *program) draw() {
	x.changed, x.drawn = false, time.Now()
	frame := x.frame()
	x.paint.write(*frame) // it waits for the client, and keeps nobody waiting
	putFrame(frame)
}

func (x *program) frame() *[]byte {
	x.crew.begin()
	defer x.crew.end()
	frame := takeFrame()
	*frame = x.paint.draw((*frame)[:0], x.model)
	return frame
}

// perform has a command done, and tells the model what it says.
func (x *program) perform(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	x.mu.Lock()
	x.going++
	x.mu.Unlock()
	x.crew.start(func() {
		defer func() {
			x.mu.Lock()
			x.going--
			x.free.Broadcast()
			x.mu.Unlock()
		}()
		defer func() {
			if r := recover(); r != nil {
				x.Send(brokenMsg{fmt.Sprintf("%v\n%s", r, debug.Stack())})
			}
		}()
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				x.perform(c)
			}
		default:
			x.Send(msg)
		}
	})
}

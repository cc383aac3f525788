package server

import (
	"fmt"
	"hash/maphash"
	"io"
	"runtime/debug"
	"strconv"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// paintWait is how long a change waits for others before it is drawn: a key is
// often followed at once by what a command found out.
const paintWait = 2 * time.Millisecond

// A painter stands between Bubble Tea and a connection and draws frames. Bubble
// Tea's own renderer looks sixty times a second whether there is something to
// draw, and keeps the last frame twice: with a thousand seats that is a sixth of
// all work. A painter draws when something has changed, once for all that comes
// within paintWait, and keeps a hash of each line.
//
// It is the model of a program without a renderer. What the model does is done by
// the crew, and its commands too: the program's own goroutines do next to nothing.
type painter struct {
	model drawn
	crew  *crew
	out   io.Writer
	// send gives the program a message, later: it is called from another goroutine.
	send func(tea.Msg)

	msg            tea.Msg // what update is about
	update, redraw func()  // for the crew
	soon           *time.Timer
	slow           *time.Timer

	// patience is how long the client may take none of what it is sent.
	patience time.Duration

	width   int
	lines   []uint64 // hashes of what stands on the screen
	frame   *[]byte  // one that is made and not sent yet
	waiting bool     // a paintMsg is on its way
	painted bool     // this message was one
	err     error    // the connection is broken; nothing is drawn any more
}

// newPainter makes a painter. When the client takes nothing of what it is sent for
// as long as patience, slow is called, and what was typed is saved.
func newPainter(model drawn, c *crew, out io.Writer, send func(tea.Msg), patience time.Duration, slow func()) *painter {
	p := &painter{model: model, crew: c, out: out, send: send, patience: patience}
	p.soon = time.AfterFunc(time.Hour, func() { send(paintMsg{}) })
	p.soon.Stop()
	p.slow = time.AfterFunc(time.Hour, slow)
	p.slow.Stop()
	p.update = func() {
		next, cmd := p.model.Update(p.msg)
		p.model = next.(drawn) // it returns itself
		p.perform(cmd)
	}
	p.redraw = func() {
		p.frame = takeFrame()
		*p.frame = p.draw((*p.frame)[:0])
	}
	return p
}

// drawn is a model that draws line by line.
type drawn interface {
	tea.Model
	// Lines are those of the screen; none means that there is nothing to draw yet.
	// They are good until Lines is called again.
	Lines() []string
	// Append appends to b what is sent to the terminal for a line, and says how
	// many columns it takes.
	Append(b []byte, line string) ([]byte, int)
}

// paintMsg says that it is time to draw.
type paintMsg struct{}

// brokenMsg says that a command panicked.
type brokenMsg struct{ why string }

// lineHash makes the hashes of lines. Two lines with one hash would be a line
// that is not drawn: once in 2^64.
var lineHash = maphash.MakeSeed()

// Sequences that begin and end a full screen.
const (
	enter   = ansi.SetModeAltScreenSaveCursor + ansi.EraseEntireScreen + ansi.CursorHomePosition + ansi.HideCursor + ansi.SetModeBracketedPaste
	leave   = ansi.ResetModeBracketedPaste + ansi.ShowCursor + ansi.ResetModeAltScreenSaveCursor
	mouseOn = ansi.SetModeMouseButtonEvent + ansi.SetModeMouseExtSgr
	// A terminal that was never asked for its mouse does no harm being told to let go of it.
	mouseOff = ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseExtSgr
)

// begin opens the screen, before the program runs.
func (p *painter) begin(mouse bool) {
	p.write([]byte(enter))
	if mouse {
		p.write([]byte(mouseOn))
	}
}

// end gives the terminal back, after the program ran.
func (p *painter) end() { p.write([]byte(mouseOff + leave)) }

// Init implements tea.Model.
func (p *painter) Init() tea.Cmd {
	p.crew.run(func() { p.perform(p.model.Init()) })
	return nil
}

// perform has a command done, and gives the program what it says.
func (p *painter) perform(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	p.crew.start(func() {
		defer func() {
			if r := recover(); r != nil {
				p.send(brokenMsg{fmt.Sprintf("%v\n%s", r, debug.Stack())})
			}
		}()
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				p.perform(c)
			}
		default:
			p.send(msg)
		}
	})
}

// Update implements tea.Model.
func (p *painter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case paintMsg:
		p.waiting, p.painted = false, true
		p.paint()
		return p, nil
	case brokenMsg:
		panic(m.why) // Bubble Tea ends the program, and this alone
	case tea.WindowSizeMsg:
		p.width, p.lines = m.Width, nil // whatever the terminal made of its old lines
	case nil:
	default:
		// Without a renderer Bubble Tea does nothing about these two.
		if msg == tea.EnableMouseCellMotion() {
			p.write([]byte(mouseOn))
		} else if msg == tea.DisableMouse() {
			p.write([]byte(mouseOff))
		}
	}
	p.msg = msg
	p.crew.run(p.update)
	p.msg = nil
	return p, nil
}

// View implements tea.Model. Bubble Tea calls it after every message: what has
// changed will be drawn soon.
func (p *painter) View() string {
	if p.painted { // nothing has changed since
		p.painted = false
	} else if !p.waiting {
		p.waiting = true
		p.soon.Reset(paintWait)
	}
	return ""
}

// paint draws the lines that have changed.
func (p *painter) paint() {
	if p.width == 0 || p.err != nil {
		return
	}
	p.crew.run(p.redraw)
	p.write(*p.frame)
	putFrame(p.frame)
	p.frame = nil
}

// frames are buffers in which frames are made: some for those that are made at the
// moment, and not one for each seat. Garbage collection leaves them alone.
var frames = make(chan *[]byte, 16)

func takeFrame() *[]byte {
	select {
	case b := <-frames:
		return b
	default:
		return new([]byte)
	}
}

func putFrame(b *[]byte) {
	select {
	case frames <- b:
	default:
	}
}

// draw appends to b what brings the terminal from the last frame to this one.
func (p *painter) draw(b []byte) []byte {
	lines := p.model.Lines()
	if len(lines) == 0 {
		return b
	}
	fresh := p.lines == nil
	if fresh {
		b = append(b, ansi.EraseEntireScreen...)
	}
	n := 0
	for _, line := range lines {
		h := maphash.String(lineHash, line)
		if n < len(p.lines) && p.lines[n] == h {
			n++
			continue
		}
		if n < len(p.lines) {
			p.lines[n] = h
		} else {
			p.lines = append(p.lines, h)
		}
		n++
		b = append(strconv.AppendInt(append(b, "\x1b["...), int64(n), 10), 'H')
		start, columns := len(b), 0
		if b, columns = p.model.Append(b, line); columns > p.width {
			line = ansi.Truncate(string(b[start:]), p.width, "")
			b, columns = append(b[:start], line...), ansi.StringWidth(line)
		}
		if !fresh && columns < p.width {
			b = append(b, ansi.EraseLineRight...)
		}
	}
	if n < len(p.lines) {
		p.lines = p.lines[:n]
		b = append(append(b, ansi.CursorPosition(1, n+1)...), ansi.EraseScreenBelow...)
	}
	return b
}

func (p *painter) write(b []byte) {
	if p.err != nil || len(b) == 0 {
		return
	}
	p.slow.Reset(p.patience)
	_, p.err = p.out.Write(b)
	p.slow.Stop()
}

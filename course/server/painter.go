package server

import (
	"hash/maphash"
	"io"
	"strconv"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// A painter draws frames on a connection. Bubble Tea's own renderer looks sixty
// times a second whether there is something to draw, and keeps the last frame
// twice: with a thousand seats that is a sixth of all work. A painter draws when it
// is told to, and keeps a hash of each line.
type painter struct {
	out  io.Writer
	slow *time.Timer // runs while something is being sent
	// patience is how long the client may take none of what it is sent.
	patience time.Duration

	width int
	lines []uint64 // hashes of what stands on the screen
	err   error    // the connection is broken; nothing is drawn any more
}

// newPainter makes a painter. When the client takes nothing of what it is sent for
// as long as patience, slow is called.
func newPainter(out io.Writer, patience time.Duration, slow func()) *painter {
	p := &painter{out: out, patience: patience}
	p.slow = time.AfterFunc(time.Hour, slow)
	p.slow.Stop()
	return p
}

// A liner draws line by line.
type liner interface {
	// Lines are those of the screen; none means that there is nothing to draw yet.
	// They are good until Lines is called again.
	Lines() []string
	// Append appends to b what is sent to the terminal for a line, and says how
	// many columns it takes.
	Append(b []byte, line string) ([]byte, int)
}

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

// begin opens the screen.
func (p *painter) begin(mouse bool) {
	p.write([]byte(enter))
	if mouse {
		p.mouse(true)
	}
}

// end gives the terminal back.
func (p *painter) end() { p.write([]byte(mouseOff + leave)) }

// mouse asks the terminal for its mouse, or lets it go.
func (p *painter) mouse(on bool) {
	if on {
		p.write([]byte(mouseOn))
	} else {
		p.write([]byte(mouseOff))
	}
}

// resize has everything drawn anew, whatever the terminal made of its old lines.
func (p *painter) resize(width int) { p.width, p.lines = width, nil }

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
func (p *painter) draw(b []byte, from liner) []byte {
	if p.width == 0 || p.err != nil {
		return b
	}
	lines := from.Lines()
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
		if b, columns = from.Append(b, line); columns > p.width {
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

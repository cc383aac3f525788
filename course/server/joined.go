package server

import (
	"bytes"
	"io"
	"time"
	"unicode/utf8"
)

// joinWait is how long the rest of a key is waited for.
const joinWait = 10 * time.Millisecond

// joined is a connection's input in which no key is torn: an escape sequence or
// a character that comes in two packets is handed on as one, because Bubble Tea
// misreads halves. A lone escape key passes after joinWait.
//
// Most keys come whole, so that it needs no goroutine while nothing is torn.
type joined struct {
	r    io.Reader
	rest []byte     // read, and not handed on yet
	err  error      // comes after rest
	late chan chunk // a read that took longer than the rest of a key is waited for
}

// A chunk is what one read brought.
type chunk struct {
	b   []byte
	err error
}

func newJoined(r io.Reader) *joined { return &joined{r: r} }

// Read returns whole keys.
func (j *joined) Read(p []byte) (int, error) {
	if len(j.rest) == 0 && j.err == nil {
		if j.late == nil {
			n, err := j.r.Read(p)
			if !torn(p[:n]) {
				j.err = err
				if n > 0 {
					return n, nil
				}
				return 0, err
			}
			j.take(chunk{bytes.Clone(p[:n]), err})
		} else {
			j.take(<-j.late)
		}
		for torn(j.rest) && len(j.rest) < 1<<16 && j.err == nil && j.more() {
		}
	}
	if len(j.rest) == 0 {
		return 0, j.err
	}
	n := copy(p, j.rest)
	j.rest = j.rest[n:]
	return n, nil
}

// take puts what a read brought behind the rest.
func (j *joined) take(c chunk) {
	j.late = nil
	j.rest, j.err = append(j.rest, c.b...), c.err
}

// more waits a moment for the rest of a key, and reports whether something came.
func (j *joined) more() bool {
	late := make(chan chunk, 1)
	go func() {
		b := make([]byte, 256)
		n, err := j.r.Read(b)
		late <- chunk{b[:n], err}
	}()
	j.late = late
	t := time.NewTimer(joinWait)
	defer t.Stop()
	select {
	case c := <-late:
		j.take(c)
		return true
	case <-t.C:
		return false
	}
}

// torn reports whether the end of b is the beginning of a key: an unfinished
// escape sequence or character.
func torn(b []byte) bool {
	if i := bytes.LastIndexByte(b, 0x1b); i >= 0 && len(b)-i < 32 {
		switch seq := b[i+1:]; {
		case len(seq) == 0:
			return true
		case seq[0] == 'O':
			return len(seq) == 1
		case seq[0] == '[':
			for _, c := range seq[1:] {
				if c >= 0x40 && c <= 0x7e {
					return false
				}
			}
			return true
		}
	}
	for k := 1; k <= min(3, len(b)); k++ {
		if c := b[len(b)-k]; utf8.RuneStart(c) {
			return c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-k:])
		}
	}
	return false
}

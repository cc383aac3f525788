package server

import (
	"bytes"
	"context"
	"io"
	"time"
	"unicode/utf8"
)

// joinWait is how long the rest of a key is waited for.
const joinWait = 10 * time.Millisecond

// joined is a connection's input in which no key is torn: an escape sequence or
// a character that comes in two packets is handed on as one, because Bubble Tea
// misreads halves. A lone escape key passes after joinWait.
type joined struct {
	chunks chan []byte
	err    error // read after chunks is closed
	rest   []byte
}

func newJoined(ctx context.Context, r io.Reader) *joined {
	j := &joined{chunks: make(chan []byte)}
	go func() {
		defer close(j.chunks)
		buf := make([]byte, 2048)
		for {
			n, err := r.Read(buf)
			if n > 0 {
				select {
				case j.chunks <- bytes.Clone(buf[:n]):
				case <-ctx.Done():
					j.err = io.EOF
					return
				}
			}
			if err != nil {
				j.err = err
				return
			}
		}
	}()
	return j
}

// Read returns whole keys.
func (j *joined) Read(p []byte) (int, error) {
	if len(j.rest) == 0 {
		c, ok := <-j.chunks
		if !ok {
			return 0, j.end()
		}
		j.rest = c
		for torn(j.rest) && len(j.rest) < 1<<16 {
			more, ok := j.next()
			if !ok {
				break
			}
			j.rest = append(j.rest[:len(j.rest):len(j.rest)], more...)
		}
	}
	n := copy(p, j.rest)
	j.rest = j.rest[n:]
	return n, nil
}

func (j *joined) end() error {
	if j.err == nil {
		return io.EOF
	}
	return j.err
}

func (j *joined) next() ([]byte, bool) {
	t := time.NewTimer(joinWait)
	defer t.Stop()
	select {
	case c, ok := <-j.chunks:
		return c, ok
	case <-t.C:
		return nil, false
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

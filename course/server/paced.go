package server

import (
	"context"
	"io"
	"time"
)

// A connection may send inputBurst bytes at once, which is more than anybody
// writes in an evening, and then inputRate bytes a second.
const (
	inputBurst = 512 << 10
	inputRate  = 16 << 10
)

// paced is what a connection sends, no faster than that. What is more waits at
// the client: nothing is dropped, and nobody else waits for it.
type paced struct {
	io.Reader
	ctx  context.Context
	left float64 // bytes that may be read now; below 0 somebody waits
	at   time.Time
	last int // bytes that were read since the connection has gone
}

// lastWords is how much of what came before the end of a connection is still read.
const lastWords = 4 << 10

func newPaced(ctx context.Context, r io.Reader) *paced {
	return &paced{Reader: r, ctx: ctx, left: inputBurst, at: time.Now()}
}

// Read reads what came, and waits when it was too much.
func (p *paced) Read(b []byte) (int, error) {
	if p.ctx.Err() != nil && p.last >= lastWords {
		return 0, io.EOF
	}
	n, err := p.Reader.Read(b)
	if p.ctx.Err() != nil {
		p.last += n
	}
	now := time.Now()
	p.left = min(inputBurst, p.left+now.Sub(p.at).Seconds()*inputRate) - float64(n)
	p.at = now
	if p.left < 0 {
		t := time.NewTimer(time.Duration(-p.left / inputRate * float64(time.Second)))
		defer t.Stop()
		select {
		case <-t.C:
		case <-p.ctx.Done():
		}
	}
	return n, err
}

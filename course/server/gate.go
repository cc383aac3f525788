package server

import (
	"log/slog"
	"net"
	"sync"
	"time"
)

// A gate counts who is inside: so many in all, and so many from one address. It
// also counts who comes: so many a minute from one address, for each handshake
// costs the server more than the client.
type gate struct {
	mu              sync.Mutex
	all, each, rate int
	now             func() time.Time
	inside          int
	from            map[string]int
	came            map[string]coming
}

// coming is how many connections an address has left, and when that was so.
type coming struct {
	left float64
	at   time.Time
}

// mostComing is how many addresses are remembered; those that have all of their
// connections left are forgotten first.
const mostComing = 10_000

func newGate(all, each, rate int, now func() time.Time) *gate {
	return &gate{all: all, each: each, rate: rate, now: now, from: map[string]int{}, came: map[string]coming{}}
}

func (g *gate) enter(host string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.paced(host) || g.inside >= g.all || g.from[host] >= g.each {
		return false
	}
	g.inside++
	g.from[host]++
	return true
}

// paced takes one of the connections that an address has left. A minute's worth
// may come at once: a class does.
func (g *gate) paced(host string) bool {
	now := g.now()
	left := func(c coming) float64 {
		return min(float64(g.rate), c.left+now.Sub(c.at).Minutes()*float64(g.rate))
	}
	c, ok := g.came[host]
	if !ok {
		if len(g.came) >= mostComing {
			for h, c := range g.came {
				if left(c) >= float64(g.rate) {
					delete(g.came, h)
				}
			}
			if len(g.came) >= mostComing { // a flood from everywhere: nobody is remembered
				clear(g.came)
			}
		}
		c = coming{float64(g.rate), now}
	}
	c = coming{left(c), now}
	if c.left < 1 {
		g.came[host] = c
		return false
	}
	c.left--
	g.came[host] = c
	return true
}

func (g *gate) leave(host string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.from[host]--; g.from[host] <= 0 {
		delete(g.from, host)
	}
}

// limited closes connections for which there is no room, before anything is read.
type limited struct {
	net.Listener
	gate *gate
	log  *slog.Logger
}

// Accept waits for a connection for which there is room.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host, _, err := net.SplitHostPort(c.RemoteAddr().String())
		if err != nil {
			host = c.RemoteAddr().String()
		}
		if l.gate.enter(host) {
			return &counted{Conn: c, leave: func() { l.gate.leave(host) }}, nil
		}
		l.log.Warn("no room", "from", host)
		_ = c.Close() // there is nothing to say to it
	}
}

// counted leaves the gate when it is closed.
type counted struct {
	net.Conn
	once  sync.Once
	leave func()
}

// Close closes the connection once.
func (c *counted) Close() error {
	err := net.ErrClosed
	c.once.Do(func() {
		c.leave()
		err = c.Conn.Close()
	})
	return err
}

package server

import (
	"log/slog"
	"net"
	"sync"
)

// A gate counts who is inside: so many in all, and so many from one address.
type gate struct {
	mu        sync.Mutex
	all, each int
	inside    int
	from      map[string]int
}

func newGate(all, each int) *gate { return &gate{all: all, each: each, from: map[string]int{}} }

func (g *gate) enter(host string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside >= g.all || g.from[host] >= g.each {
		return false
	}
	g.inside++
	g.from[host]++
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

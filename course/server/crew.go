package server

import "sync"

// A crew runs short work on goroutines that it keeps. Drawing a screen needs a
// deep stack for a millisecond: a thousand seats that drew on goroutines of their
// own would each keep such a stack for the rest of the evening.
type crew struct {
	keep int // how many idle goroutines stay
	mu   sync.Mutex
	idle []chan task
	done bool
}

type task struct {
	do   func()
	back chan any // what it panicked with, or nil
}

func newCrew(keep int) *crew { return &crew{keep: keep} }

// run runs do and returns when it has ended. It panics as do does, on the
// caller's goroutine. Work that waits holds nobody up: others get a new goroutine.
func (c *crew) run(do func()) {
	t := task{do, make(chan any, 1)}
	c.mu.Lock()
	var w chan task
	if n := len(c.idle); n > 0 {
		w, c.idle = c.idle[n-1], c.idle[:n-1]
	}
	c.mu.Unlock()
	if w == nil {
		w = make(chan task, 1)
		go c.work(w)
	}
	w <- t
	if p := <-t.back; p != nil {
		panic(p)
	}
}

func (c *crew) work(w chan task) {
	for t := range w {
		p := panicked(t.do)
		c.mu.Lock()
		stay := !c.done && len(c.idle) < c.keep
		if stay {
			c.idle = append(c.idle, w)
		}
		c.mu.Unlock()
		t.back <- p
		if !stay {
			return
		}
	}
}

// panicked returns what do panicked with.
func panicked(do func()) (p any) {
	defer func() { p = recover() }()
	do()
	return nil
}

// stop lets the idle goroutines go; whoever still works goes afterwards.
func (c *crew) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = true
	for _, w := range c.idle {
		close(w)
	}
	c.idle = nil
}

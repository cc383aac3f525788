package server

import "sync"

// A crew runs short work on goroutines that it keeps. Drawing a screen needs a
// deep stack for a millisecond: a thousand seats that drew on goroutines of their
// own would each keep such a stack for the rest of the evening.
type crew struct {
	keep int // how many idle goroutines stay
	mu   sync.Mutex
	idle []*worker
	done bool
}

// A worker is one of the crew's goroutines.
type worker struct {
	do   chan func()
	back chan any // what it panicked with, or nil
}

func newCrew(keep int) *crew { return &crew{keep: keep} }

// run runs do and returns when it has ended. It panics as do does, on the
// caller's goroutine. Work that waits holds nobody up: others get a new goroutine.
func (c *crew) run(do func()) {
	c.mu.Lock()
	var w *worker
	if n := len(c.idle); n > 0 {
		w, c.idle = c.idle[n-1], c.idle[:n-1]
	}
	c.mu.Unlock()
	if w == nil {
		w = &worker{make(chan func(), 1), make(chan any, 1)}
		go w.work()
	}
	w.do <- do
	p := <-w.back
	c.mu.Lock()
	stay := !c.done && len(c.idle) < c.keep
	if stay {
		c.idle = append(c.idle, w)
	}
	c.mu.Unlock()
	if !stay {
		close(w.do)
	}
	if p != nil {
		panic(p)
	}
}

func (w *worker) work() {
	for do := range w.do {
		w.back <- panicked(do)
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
		close(w.do)
	}
	c.idle = nil
}

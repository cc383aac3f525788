package server

import (
	"sync"
	"sync/atomic"
)

// A crew runs short work on goroutines that it keeps. Drawing a screen needs a
// deep stack for a millisecond: a thousand seats that drew on goroutines of their
// own would each keep such a stack for the rest of the evening.
//
// It does the work of commands as well. A goroutine that allocates for the first
// time while garbage is collected must help with 64 kB of that, so that a
// thousand seats with some goroutines each would do nothing else meanwhile.
//
// Work must not panic. Work that waits holds nobody up: others get a new goroutine.
type crew struct {
	hold sync.RWMutex // for reading while a screen changes or is drawn
	runs atomic.Int64 // how often that was so
	keep int          // how many idle goroutines stay
	mu   sync.Mutex
	idle []*worker
	done bool
}

// A worker is one of the crew's goroutines.
type worker struct {
	do   chan task
	back chan struct{} // the work that somebody waits for is done
}

type task struct {
	do   func()
	wait bool // somebody waits at back, and sends the worker to rest
}

func newCrew(keep int) *crew { return &crew{keep: keep} }

// run runs do and returns when it has ended.
func (c *crew) run(do func()) {
	w := c.worker()
	w.do <- task{do, true}
	<-w.back
	c.rest(w)
}

// start has do run, and does not wait for it.
func (c *crew) start(do func()) { c.worker().do <- task{do, false} }

// begin waits while garbage is collected; end says that it may be again. Between
// them nothing waits for long.
func (c *crew) begin() {
	c.hold.RLock()
	c.runs.Add(1)
}

func (c *crew) end() { c.hold.RUnlock() }

func (c *crew) worker() *worker {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.idle); n > 0 {
		w := c.idle[n-1]
		c.idle = c.idle[:n-1]
		return w
	}
	w := &worker{make(chan task, 1), make(chan struct{}, 1)}
	go func() {
		for t := range w.do {
			t.do()
			if t.wait {
				w.back <- struct{}{}
			} else {
				c.rest(w)
			}
		}
	}()
	return w
}

// rest lets a worker wait for more work, or go.
func (c *crew) rest(w *worker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done || len(c.idle) >= c.keep {
		close(w.do)
		return
	}
	c.idle = append(c.idle, w)
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

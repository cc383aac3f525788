package server

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// While garbage is collected nothing is drawn, and afterwards everything.
func TestCollectHoldsTheCrew(t *testing.T) {
	c := newCrew(2)
	defer c.stop()
	before := read(cycles)
	collect(&c.hold, runtime.GC)
	if read(cycles) <= before {
		t.Error("nothing was collected")
	}
	c.hold.Lock()
	drawn := make(chan struct{})
	go c.run(func() {
		c.begin()
		defer c.end()
		close(drawn)
	})
	select {
	case <-drawn:
		t.Error("somebody draws meanwhile")
	case <-time.After(20 * time.Millisecond):
	}
	c.hold.Unlock()
	<-drawn
}

// Whoever waits for something while a screen changes keeps nobody else waiting.
func TestCollectPassesWhoeverIsStuck(t *testing.T) {
	c := newCrew(2)
	defer c.stop()
	in, out := make(chan struct{}), make(chan struct{})
	go c.run(func() {
		c.begin()
		defer c.end()
		close(in)
		<-out
	})
	<-in
	before, done := read(cycles), make(chan struct{})
	go func() {
		collect(&c.hold, runtime.GC)
		close(done)
	}()
	for drawn := 0; ; drawn++ {
		c.begin()
		c.end()
		select {
		case <-done:
			close(out)
			if read(cycles) <= before || drawn == 0 {
				t.Errorf("%d frames were drawn, and %d collections made", drawn, read(cycles)-before)
			}
			return
		default:
		}
	}
}

// Garbage is collected when the heap has grown to 3.5 times of what is in use, or to
// 1.4 times while it is quiet, and is large enough for that to matter.
func TestDue(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		heap, live  uint64
		quiet, want bool
	}{
		{20 * mb, 2 * mb, false, false},
		{69 * mb, 20 * mb, false, false},
		{71 * mb, 20 * mb, false, true},
		{20 * mb, 2 * mb, true, false},
		{63 * mb, 50 * mb, true, false},
		{63 * mb, 40 * mb, true, true},
	} {
		if due(c.heap, c.live, c.quiet) != c.want {
			t.Errorf("%+v", c)
		}
	}
}

// What the heap will need again is not given back.
func TestSpare(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		idle, live uint64
		want       bool
	}{{30 * mb, mb, false}, {33 * mb, mb, true}, {175 * mb, 70 * mb, false}, {246 * mb, 70 * mb, true}} {
		if spare(c.idle, c.live) != c.want {
			t.Errorf("%+v", c)
		}
	}
}

// A server that is stopped leaves Go's own collection as it was.
func TestKeepSmallEnds(t *testing.T) {
	old := debug.SetGCPercent(123)
	defer debug.SetGCPercent(old)
	h := start(t, t.TempDir(), nil)
	h.sit("learn", "xterm", nil).Shows("Begin")
	h.stop()
	for range 1000 {
		now := debug.SetGCPercent(123)
		if now == 123 {
			return
		}
		debug.SetGCPercent(now)
		time.Sleep(time.Millisecond)
	}
	t.Error("Go still collects as the server wanted it")
}

package server

import (
	"context"
	"net"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// Many seats share one process. Go collects garbage while everybody works, and
// whoever allocates meanwhile must help: thousands of goroutines that allocate a
// little each do nothing else then, and a key waits for longer than all of it
// takes. When the screens wait for it, it is over in half the time. So a server
// says itself when garbage is collected, and holds everybody meanwhile: with two
// thousand seats that is 0.05 to 0.1 s some four times a minute. When it is too
// late with that, Go does as it always does.
const (
	growth    = 2.5      // how much of what is in use may come to it before garbage is collected
	lull      = 0.4      // and how much when nobody does anything at the moment
	leastHeap = 32 << 20 // bytes; below them a collection is not felt
	goPercent = 1000     // when Go collects by itself
	lookEvery = 50 * time.Millisecond
	tidyEvery = 30 * time.Second
)

// What runtime/metrics calls the bytes of the heap, those that were in use after
// the last collection, those that are kept for later, and how many collections
// there were.
const (
	heapBytes = "/memory/classes/heap/objects:bytes"
	liveBytes = "/gc/heap/live:bytes"
	idleBytes = "/memory/classes/heap/free:bytes"
	cycles    = "/gc/cycles/total:gc-cycles"
)

// due reports whether garbage is to be collected: early when nobody would notice.
func due(heap, live uint64, quiet bool) bool {
	more := growth
	if quiet {
		more = lull
	}
	return float64(heap) > max(leastHeap, (1+more)*float64(live))
}

// spare reports whether more memory is idle than the heap will need when it grows
// again: people have left.
func spare(idle, live uint64) bool { return float64(idle) > max(leastHeap, (1+growth)*float64(live)) }

// keepSmall keeps the process small until the context ends. It holds hold for
// writing while garbage is collected. work counts what was done.
func keepSmall(ctx context.Context, hold *sync.RWMutex, work *atomic.Int64) {
	old := debug.SetGCPercent(goPercent)
	defer debug.SetGCPercent(old)
	look, tidy := time.NewTicker(lookEvery), time.NewTicker(tidyEvery)
	defer look.Stop()
	defer tidy.Stop()
	var before int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			done := work.Load()
			if due(read(heapBytes), read(liveBytes), done == before) {
				collect(hold, runtime.GC)
			}
			before = done
		case <-tidy.C:
			if spare(read(idleBytes), read(liveBytes)) {
				collect(hold, debug.FreeOSMemory)
			}
		}
	}
}

func read(name string) uint64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// Somebody who waits for a database that does not answer must not keep everybody
// else waiting to be held: after so many tries garbage is collected beside them.
const (
	tries    = 100
	tryAgain = 500 * time.Microsecond
)

// taken reports whether everybody is held.
func taken(hold *sync.RWMutex) bool {
	for range tries {
		if hold.TryLock() {
			return true
		}
		time.Sleep(tryAgain)
	}
	return false
}

// collect collects garbage, with runtime.GC or what does more, and holds everybody
// until it is found. Taking it away disturbs nobody.
func collect(hold *sync.RWMutex, gc func()) {
	before := read(cycles)
	if !taken(hold) {
		gc()
		return
	}
	all := make(chan struct{})
	go func() {
		gc()
		close(all)
	}()
	t := time.NewTicker(2 * time.Millisecond)
	defer t.Stop()
	for found := false; !found; {
		select {
		case <-all:
			found = true
		case <-t.C:
			found = read(cycles) > before
		}
	}
	hold.Unlock()
	<-all
}

// held is a connection that says nothing while everybody is held: reading alone
// would make its goroutines help with the garbage.
type held struct {
	net.Conn
	hold *sync.RWMutex
}

// Read reads, and waits with what it read while everybody is held.
func (c held) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.hold.RLock()
	defer c.hold.RUnlock()
	return n, err
}

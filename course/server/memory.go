package server

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

// Many seats share one process, and most of them are quiet most of the time.
// Memory is what limits how many there can be, so a server collects garbage
// earlier than Go does by itself, and gives back what it does not need.
const (
	gcPercent  = 170 // Go's own is 100
	tidyEvery  = 30 * time.Second
	idleFactor = 1 // idle memory is given back above 1/idleFactor of what is in use: it stops everybody for a moment
)

// keepSmall keeps the process small until the context ends.
func keepSmall(ctx context.Context) {
	old := debug.SetGCPercent(gcPercent)
	defer debug.SetGCPercent(old)
	t := time.NewTicker(tidyEvery)
	defer t.Stop()
	var m runtime.MemStats
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		runtime.ReadMemStats(&m)
		if m.HeapIdle-m.HeapReleased > m.HeapInuse/idleFactor {
			debug.FreeOSMemory()
		}
	}
}

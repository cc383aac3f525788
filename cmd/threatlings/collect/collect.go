// Package collect postpones garbage collection until the first screen stands.
//
// The packages that the program links build tables of some 15 MB before main
// runs, none of which is garbage; collecting while they grow costs a sixth of
// the time to the first frame. Go initialises packages that are ready in the
// order of their import paths, so this one, which imports nothing but the
// standard library and sorts before github.com, is in time.
package collect

import (
	"runtime/debug"
	"sync"
)

var before = debug.SetGCPercent(-1)

// Done switches garbage collection on, as it was. Calling it again does nothing.
var Done = sync.OnceFunc(func() { debug.SetGCPercent(before) })

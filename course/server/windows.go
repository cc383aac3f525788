package server

import (
	"sync"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// windows hands the sizes of a terminal on, in the order in which they come. The
// session would do it through a channel, and with a goroutine that waits for it.
type windows struct {
	mu   sync.Mutex
	last *ssh.Window // nil before the first change
	tell func(ssh.Window)
}

// mostCells is the most columns, and the most lines, that are drawn, whatever a
// client says: they are drawn for it.
const mostCells = 1000

// change takes a request of the client's (RFC 4254, 6.7).
func (w *windows) change(payload []byte) bool {
	var to struct{ Width, Height, PixelWidth, PixelHeight uint32 }
	if gossh.Unmarshal(payload, &to) != nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = &ssh.Window{Width: int(to.Width), Height: int(to.Height)}
	if w.tell != nil {
		w.tell(bounded(*w.last))
	}
	return true
}

func bounded(w ssh.Window) ssh.Window {
	return ssh.Window{Width: min(w.Width, mostCells), Height: min(w.Height, mostCells)}
}

// listen tells of the window that there is, and of each one after it.
func (w *windows) listen(first ssh.Window, tell func(ssh.Window)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last != nil {
		first = *w.last
	}
	w.tell = tell
	tell(bounded(first))
}

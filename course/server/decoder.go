package server

import (
	"context"
	"io"
	"sync"

	tea "github.com/charmbracelet/bubbletea"
)

// decoders say which keys bytes are. Only Bubble Tea's programs know that, so a few
// programs that do nothing else are kept for all connections.
type decoders struct {
	ctx  context.Context // they go when it ends
	keep int             // how many idle ones stay

	mu   sync.Mutex
	idle []*decoder
}

// A decoder is the model of such a program, and its input.
type decoder struct {
	ctx     context.Context
	program *tea.Program
	in      chan []byte
	begun   bool // it has been asked before
	said    []tea.Msg
	out     chan []tea.Msg
}

// decode returns the messages for what was typed: whole keys, fewer bytes than
// Bubble Tea reads at once, and no beginning of a paste, for which it would wait.
// There are none when the decoders have gone.
func (ds *decoders) decode(typed []byte) []tea.Msg {
	d := ds.take()
	select {
	case d.in <- typed:
	case <-ds.ctx.Done():
		return nil
	}
	select {
	case msgs := <-d.out:
		ds.rest(d)
		return msgs
	case <-ds.ctx.Done():
		return nil
	}
}

func (ds *decoders) take() *decoder {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if n := len(ds.idle); n > 0 {
		d := ds.idle[n-1]
		ds.idle = ds.idle[:n-1]
		return d
	}
	ctx, cancel := context.WithCancel(ds.ctx)
	d := &decoder{ctx: ctx, in: make(chan []byte), out: make(chan []tea.Msg, 1)}
	d.program = tea.NewProgram(d, tea.WithContext(ctx), tea.WithInput(d), tea.WithoutRenderer(), tea.WithoutSignalHandler())
	go func() {
		defer cancel()
		_, _ = d.program.Run() // it ends with its input or its context
	}()
	return d
}

// rest keeps a decoder for the next one who types, or lets it go.
func (ds *decoders) rest(d *decoder) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if len(ds.idle) >= ds.keep {
		d.program.Kill()
		close(d.in)
		return
	}
	ds.idle = append(ds.idle, d)
}

// decodedMsg says that everything that was typed has been said.
type decodedMsg struct{}

// Read implements io.Reader. The program asks for more when it has handed on the
// last of what it had.
func (d *decoder) Read(p []byte) (int, error) {
	if d.begun {
		d.program.Send(decodedMsg{})
	}
	d.begun = true
	select {
	case b, ok := <-d.in:
		if !ok {
			return 0, io.EOF
		}
		return copy(p, b), nil
	case <-d.ctx.Done():
		return 0, io.EOF
	}
}

// Init implements tea.Model.
func (d *decoder) Init() tea.Cmd { return nil }

// View implements tea.Model.
func (d *decoder) View() string { return "" }

// Update implements tea.Model.
func (d *decoder) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(decodedMsg); ok {
		d.out <- d.said
		d.said = nil
		return d, nil
	}
	d.said = append(d.said, msg)
	return d, nil
}

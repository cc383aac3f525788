package server

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// a diary is a model that shows what it was told, and does what it is told to.
type diary struct {
	mu   sync.Mutex
	told []string
	each func(string) tea.Cmd
}

func (d *diary) Init() tea.Cmd                              { d.told = append(d.told, "init"); return nil }
func (d *diary) View() string                               { return "" }
func (d *diary) Lines() []string                            { return append([]string{"told"}, d.told...) }
func (d *diary) Append(b []byte, line string) ([]byte, int) { return page("").Append(b, line) }
func (d *diary) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	s, ok := msg.(string)
	if !ok {
		return d, nil
	}
	if !d.mu.TryLock() {
		panic("two at once")
	}
	defer d.mu.Unlock()
	d.told = append(d.told, s)
	if d.each == nil {
		return d, nil
	}
	return d, d.each(s)
}

// A terminal keeps what it is sent.
type terminal struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *terminal) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(b)
}

func (s *terminal) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// shows waits until something has been drawn.
func (s *terminal) shows(t *testing.T, what string) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); !strings.Contains(s.String(), what); runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatalf("%q is not drawn, but %q", what, s.String())
		}
	}
}

// run begins a program whose end comes to the channel, and which draws on out.
func (d *diary) run(t *testing.T, out *terminal) (*program, chan error) {
	t.Helper()
	over := make(chan error, 2)
	c := newCrew(2)
	t.Cleanup(c.stop)
	p := newProgram(c, d, newPainter(out, time.Hour, func() {}), false, func(err error) { over <- err })
	p.Send(tea.WindowSizeMsg{Width: 40, Height: 10})
	return p, over
}

// Messages come one after the other, those of one sender in their order, and after
// what was typed it is drawn.
func TestProgramKeepsTheOrder(t *testing.T) {
	var out terminal
	d := &diary{}
	p, over := d.run(t, &out)
	var wg sync.WaitGroup
	for who := range 4 {
		wg.Go(func() {
			for i := range 50 {
				p.Send(fmt.Sprintf("%d:%03d", who, i))
			}
		})
	}
	for i := range 50 {
		p.Type([]tea.Msg{fmt.Sprintf("t:%03d", i), fmt.Sprintf("t:%03d+", i)})
	}
	wg.Wait()
	p.Type([]tea.Msg{"last"})
	out.shows(t, "last")
	if !p.Close() || p.Close() {
		t.Error("it was running, and is not any more")
	}
	p.Send("late")
	p.Type([]tea.Msg{"too late"})
	if d.told[0] != "init" || d.told[len(d.told)-1] != "last" || len(d.told) != 1+4*50+2*50+1 {
		t.Errorf("told %d, the last %q", len(d.told), d.told[len(d.told)-1])
	}
	before := map[byte]string{}
	for _, s := range d.told[1 : len(d.told)-1] {
		if s <= before[s[0]] {
			t.Errorf("%s came after %s", s, before[s[0]])
		}
		before[s[0]] = s
	}
	if len(over) > 0 {
		t.Error("whoever closes a program knows that it is over")
	}
}

// Commands are done, those in a batch too, and the model hears what they say before
// it is drawn.
func TestProgramPerforms(t *testing.T) {
	var out terminal
	say := func(m tea.Msg) tea.Cmd { return func() tea.Msg { return m } }
	d := &diary{each: func(s string) tea.Cmd {
		switch s {
		case "go":
			return tea.Batch(say("a"), nil, say(nil), tea.Batch(say("b"), say("c")))
		case "bye":
			return tea.Quit
		}
		return nil
	}}
	p, over := d.run(t, &out)
	p.Type([]tea.Msg{"go"})
	for n := 0; n < 5; {
		p.Type([]tea.Msg{3}) // no more than a look
		p.mu.Lock()
		if n = len(d.told); p.busy {
			n = 0
		}
		p.mu.Unlock()
	}
	p.Type([]tea.Msg{"bye"})
	if err := <-over; err != nil || p.Close() {
		t.Errorf("it quit with %v", err)
	}
	if told := strings.Join(d.told, " "); len(d.told) != 6 || !strings.HasPrefix(told, "init go ") || !strings.HasSuffix(told, " bye") {
		t.Errorf("told %s", told)
	}
}

// However fast somebody types, frames keep their distance.
func TestProgramsPace(t *testing.T) {
	var out terminal
	p, _ := (&diary{}).run(t, &out)
	frames, last := 0, ""
	began := time.Now()
	for i := range 2000 {
		p.Type([]tea.Msg{fmt.Sprint("key ", i, ".")})
		if now := out.String(); now != last {
			frames, last = frames+1, now
		}
	}
	if most := int(time.Since(began)/paintWait) + 2; frames > most {
		t.Errorf("%d frames, and %d were time for", frames, most)
	}
	out.shows(t, "key 1999.")
}

// What panics ends its own program and says where it was.
func TestProgramPanics(t *testing.T) {
	for name, each := range map[string]func(string) tea.Cmd{
		"a screen":  func(string) tea.Cmd { panic("a screen") },
		"a command": func(string) tea.Cmd { return func() tea.Msg { panic("a command") } },
	} {
		var out terminal
		p, over := (&diary{each: each}).run(t, &out)
		p.Send("go")
		if err := <-over; err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "program_test.go") {
			t.Errorf("%s: %v", name, err)
		}
		if p.Close() {
			t.Errorf("%s: it goes on", name)
		}
		if len(over) > 0 {
			t.Errorf("%s: it is over twice", name)
		}
	}
}

// A mouse is asked for when the model wants it.
func TestProgramsMouse(t *testing.T) {
	var out terminal
	p, _ := (&diary{}).run(t, &out)
	p.Type([]tea.Msg{tea.EnableMouseCellMotion()})
	on := strings.Contains(out.String(), mouseOn)
	p.Type([]tea.Msg{tea.DisableMouse()})
	if !on || !strings.Contains(out.String(), mouseOff) {
		t.Errorf("the terminal was sent %q", out.String())
	}
}

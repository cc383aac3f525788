package server

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/hinshun/vt10x"
)

// page is a model that shows a text.
type page string

func (p page) Init() tea.Cmd { return nil }
func (p page) View() string  { return string(p) }
func (p page) Lines() []string {
	if p == "" {
		return nil
	}
	return strings.Split(string(p), "\n")
}
func (p page) Append(b []byte, line string) ([]byte, int) {
	return append(b, line...), ansi.StringWidth(line)
}
func (p page) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if next, ok := msg.(page); ok {
		return next, nil
	}
	return p, nil
}

func newTestPainter(out *bytes.Buffer) *painter {
	return newPainter(page(""), newCrew(2), out, func(tea.Msg) {}, time.Hour, func() {})
}

// Whatever frames follow one another, in whatever window, the terminal shows the last.
func TestPainterShowsTheFrame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("a threat is who does what to which asset 日本 so that what harm — ünd")
	for range 200 {
		var out bytes.Buffer
		p := newTestPainter(&out)
		p.begin(true)
		w, h := 20+random.IntN(60), 3+random.IntN(20)
		vt := vt10x.New(vt10x.WithSize(w, h))
		p.Update(tea.WindowSizeMsg{Width: w, Height: h})
		var lines []string
		for range 8 {
			if random.IntN(6) == 0 {
				w, h = 20+random.IntN(60), 3+random.IntN(20)
				vt.Resize(w, h)
				p.Update(tea.WindowSizeMsg{Width: w, Height: h})
			}
			if random.IntN(3) == 0 || len(lines) > h {
				lines = nil
			}
			for len(lines) < h && random.IntN(5) > 0 {
				lines = append(lines, "")
			}
			for i := range lines {
				if random.IntN(2) == 0 {
					lines[i] = ""
					for range random.IntN(6) {
						lines[i] += words[random.IntN(len(words))] + " "
					}
					if r := []rune(lines[i]); len(r) > w/2 { // a wide letter takes two columns
						lines[i] = string(r[:w/2])
					}
				}
			}
			p.Update(page(strings.Join(lines, "\n")))
			p.Update(paintMsg{})
			if _, err := vt.Write(out.Bytes()); err != nil {
				t.Fatal(err)
			}
			out.Reset()
			if len(lines) == 0 || strings.Join(lines, "\n") == "" {
				continue // an empty view is none: nothing is drawn
			}
			shown := strings.Split(vt.String(), "\n")
			for i := range h {
				want := ""
				if i < len(lines) {
					want = strings.TrimRight(lines[i], " ")
				}
				if got := strings.TrimRight(shown[i], " "); got != want {
					t.Fatalf("%d×%d, line %d shows %q and not %q", w, h, i, got, want)
				}
			}
		}
	}
}

// What has not changed is not sent again, and a broken connection ends the drawing.
func TestPainterSendsWhatChanged(t *testing.T) {
	var out bytes.Buffer
	p := newTestPainter(&out)
	p.Update(tea.WindowSizeMsg{Width: 40, Height: 5})
	show := func(s string) string {
		out.Reset()
		p.Update(page(s))
		p.Update(paintMsg{})
		return out.String()
	}
	show("one\ntwo\nthree")
	if again := show("one\ntwo\nthree"); again != "" {
		t.Errorf("the same again is %q", again)
	}
	if got := show("one\n2\nthree"); strings.Contains(got, "one") || !strings.Contains(got, "2") {
		t.Errorf("another second line is %q", got)
	}
	p.err = errors.New("gone")
	if got := show("four"); got != "" {
		t.Errorf("after the end comes %q", got)
	}
}

// The crew does commands, those in a batch too, and tells the program what they say;
// one that panics ends its own program.
func TestPainterPerforms(t *testing.T) {
	var out bytes.Buffer
	said := make(chan tea.Msg, 10)
	p := newPainter(page(""), newCrew(1), &out, func(m tea.Msg) { said <- m }, time.Hour, func() {})
	say := func(m tea.Msg) tea.Cmd { return func() tea.Msg { return m } }
	p.perform(tea.Batch(say(page("a")), nil, say(nil), tea.Batch(say(page("b")), say(page("c"))), func() tea.Msg { panic("a command") }))
	got := map[page]bool{}
	broken := ""
	for range 4 {
		switch m := (<-said).(type) {
		case page:
			got[m] = true
		case brokenMsg:
			broken = m.why
		}
	}
	if !got["a"] || !got["b"] || !got["c"] || !strings.Contains(broken, "a command") || !strings.Contains(broken, "painter_test.go") {
		t.Errorf("said %v, broke %q", got, broken)
	}
	defer func() {
		if p := recover(); p != broken {
			t.Errorf("the program hears of %v", p)
		}
	}()
	p.Update(brokenMsg{broken})
}

// A panic in a screen belongs to its seat: Bubble Tea catches it there.
func TestCrewPanicsAtTheCaller(t *testing.T) {
	c := newCrew(1)
	defer c.stop()
	caught := func() (p any) {
		defer func() { p = recover() }()
		c.run(func() { panic("a screen") })
		return nil
	}()
	done := false
	c.run(func() { done = true })
	if caught != "a screen" || !done {
		t.Errorf("caught %v, then %t", caught, done)
	}
}

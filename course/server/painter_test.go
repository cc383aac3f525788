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

func newTestPainter(out *bytes.Buffer) *painter { return newPainter(out, time.Hour, func() {}) }

// show draws a page.
func (p *painter) show(s string) { p.write(p.draw(nil, page(s))) }

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
		p.resize(w)
		var lines []string
		for range 8 {
			if random.IntN(6) == 0 {
				w, h = 20+random.IntN(60), 3+random.IntN(20)
				vt.Resize(w, h)
				p.resize(w)
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
			p.show(strings.Join(lines, "\n"))
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
	p.resize(40)
	show := func(s string) string {
		out.Reset()
		p.show(s)
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

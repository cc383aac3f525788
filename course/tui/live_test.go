package tui

import (
	"os"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises/threatmodel"
)

// A threat model is saved when it is time to, also while another screen lies over it.
func TestAModelUnderHelpIsSaved(t *testing.T) {
	var file string
	began := false
	p := newPlayer(t, 80, 24, func(o *Options) {
		o.Live = o.Session.Course.Live(threatmodel.OpenFolder(t.TempDir()))
		w, err := o.Live.Start()
		if err != nil {
			t.Fatal(err)
		}
		o.Workshop, file = w, w.File.Path
		o.After = func(_ time.Duration, msg tea.Msg) tea.Cmd {
			return func() tea.Msg {
				if !began {
					return nil // the clock, which never ends
				}
				return msg
			}
		}
	})
	began = true
	p.holds = func(msg tea.Msg) bool { _, forModel := msg.(liveMsg); return forModel }
	saved := func(text string) {
		t.Helper()
		if _, over := p.m.top().(*helpScreen); !over {
			t.Fatalf("help is not open over\n%s", p.plain())
		}
		p.release()
		if b, err := os.ReadFile(file); err != nil || !strings.Contains(string(b), "what: "+text+"\n") {
			t.Errorf("%q is not in %s, %v", text, b, err)
		}
	}
	p.keys("4 a s h o p f1")
	saved("shop")
	p.keys("esc").types("window").keys("esc f1")
	saved("shopwindow")
	if err := p.m.Close(); err != nil {
		t.Fatal(err)
	}
}

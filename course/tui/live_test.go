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
	var later []tea.Msg // for the model, until wait
	var run func(tea.Cmd)
	run = func(cmd tea.Cmd) {
		if cmd == nil {
			return
		}
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				run(c)
			}
		case liveMsg:
			later = append(later, msg)
		default:
			_, cmd := p.m.Update(msg)
			run(cmd)
		}
	}
	keys := func(keys ...tea.KeyMsg) {
		for _, k := range keys {
			run(func() tea.Msg { return k })
		}
	}
	letters := func(s string) (out []tea.KeyMsg) {
		for _, r := range s {
			out = append(out, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
		return out
	}
	saved := func(text string) {
		t.Helper()
		if _, over := p.m.top().(*helpScreen); !over {
			t.Fatalf("help is not open over\n%s", p.plain())
		}
		for len(later) > 0 {
			_, cmd := p.m.Update(later[0])
			later = later[1:]
			run(cmd)
		}
		if b, err := os.ReadFile(file); err != nil || !strings.Contains(string(b), "what: "+text+"\n") {
			t.Errorf("%q is not in %s, %v", text, b, err)
		}
	}
	help, back := tea.KeyMsg{Type: tea.KeyF1}, tea.KeyMsg{Type: tea.KeyEsc}
	keys(append(letters("4ashop"), help)...)
	saved("shop")
	keys(append(append([]tea.KeyMsg{back}, letters("window")...), back, help)...)
	saved("shopwindow")
	if err := p.m.Close(); err != nil {
		t.Fatal(err)
	}
}

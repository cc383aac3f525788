package input

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"
)

// A field that is written in costs a server a few kilobytes, not the 240 that a
// text area reserves.
func TestTextIsLean(t *testing.T) {
	const fields = 200
	held := make([]*Text, fields)
	var before, after runtime.MemStats
	st := &Styles{}
	NewText(st, "", "")
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range held {
		held[i] = NewText(st, "some words", "")
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / fields; each > 5_000 {
		t.Errorf("a field costs %d bytes", each)
	}
	runtime.KeepAlive(held)
}

// Fields that share text areas stay apart, whoever is asked when.
func TestFieldsStayApart(t *testing.T) {
	st := &Styles{}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			x := NewText(st, "", "write")
			x.SetSize(20+i, 3+i%4)
			if i%2 == 0 {
				x.Focus()
			}
			want := ""
			for k := range 200 {
				letter := string(rune('a' + (i+k)%26))
				x.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(letter)})
				if i%2 == 0 {
					want += letter
				}
				if shown := strings.ReplaceAll(x.View(), "\n", ""); x.Value() != want || x.Focused() != (i%2 == 0) || want != "" && !strings.Contains(shown, letter) {
					t.Errorf("field %d holds %q and not %q, and shows %q", i, x.Value(), want, shown)
					return
				}
			}
		})
	}
	wg.Wait()
}

// A later bubbles may keep a text's own elsewhere: then fields cost what they cost.
func TestTextAreaIsKnown(t *testing.T) {
	if own().kept == nil {
		t.Errorf("a text area has not all of %v: fields share nothing", ownFields)
	}
}

// A lean field grows as far as any.
func TestTextGrows(t *testing.T) {
	x := NewText(&Styles{}, "", "")
	x.SetSize(40, 5)
	x.Focus()
	want := ""
	for range 300 {
		x.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("ab")})
		x.Update(tea.KeyMsg{Type: tea.KeyEnter})
		want += "ab\n"
	}
	if x.Value() != want {
		t.Errorf("%d lines of %d", strings.Count(x.Value(), "\n"), 300)
	}
	x.SetValue("one\ntwo")
	x.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Repeat("line\n", 500)), Paste: true})
	if got := strings.Count(x.Value(), "\n"); got != 501 {
		t.Errorf("%d lines after a paste", got)
	}
}

// A long text that is opened again shows where one stopped writing.
func TestTextShowsTheEnd(t *testing.T) {
	x := NewText(&Styles{}, strings.Repeat("Mind the gap.\n", 100)+"and the step", "")
	x.SetSize(40, 5)
	x.Focus()
	if !strings.Contains(x.View(), "and the step") {
		t.Errorf("it shows\n%s", x.View())
	}
}

// Letters take a shorter way into the text; it looks as if they had not.
func TestLettersAsTheTextAreaTakesThem(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	keys := []tea.KeyMsg{{Type: tea.KeyBackspace}, {Type: tea.KeyLeft}, {Type: tea.KeyRight}, {Type: tea.KeyHome}, {Type: tea.KeyUp}, {Type: tea.KeyCtrlW}, {Type: tea.KeyEnter}, {Type: tea.KeyCtrlU}}
	letters := []rune("aüß日e ́👩 xyz ")
	for range 60 {
		fast, slow := NewText(&Styles{}, "", "write"), NewText(&Styles{}, "", "write")
		w, h := 8+random.IntN(30), 2+random.IntN(6)
		for _, x := range []*Text{fast, slow} {
			x.SetSize(w, h)
			x.Focus()
		}
		for range 120 {
			k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{letters[random.IntN(len(letters))]}}
			if random.IntN(5) == 0 {
				k = keys[random.IntN(len(keys))]
			}
			fast.Update(k)
			slow.changed()
			slow.with(func(a *textarea.Model) { *a, _ = a.Update(k) })
			if fast.Value() != slow.Value() || fast.View() != slow.View() || fast.Line() != slow.Line() {
				t.Fatalf("%dx%d, %v:\n%q\n%q\n%s\n%s", w, h, k, fast.Value(), slow.Value(), fast.View(), slow.View())
			}
		}
	}
}

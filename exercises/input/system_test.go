package input_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
)

func kiosk(t *testing.T) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Load(os.DirFS("../report/testdata"), "kiosk")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func plainStyles() *input.Styles {
	s := lipgloss.NewStyle()
	return &input.Styles{Text: s, Quiet: s, Strong: s, Accent: s, Selected: s, Good: s, Bad: s, Warn: s, Frame: s, FrameFocus: s, Letter: func(string) lipgloss.Style { return s }}
}

func TestSystemViewWalks(t *testing.T) {
	v := input.NewSystemView(kiosk(t), plainStyles())
	v.SetSize(60, 0)
	right := tea.KeyMsg{Type: tea.KeyRight}
	for _, want := range []string{"1", "2", "kiosk", "service", "store", "1"} {
		if got := v.Place().ID; got != want {
			t.Errorf("stands on %s, want %s", got, want)
		}
		v.Update(right)
	}
	v.Go("store")
	view := v.View()
	for _, want := range []string{"║ Ticket Store ║", "▸ Ticket Store", "a data store in Office"} {
		if !strings.Contains(view, want) {
			t.Errorf("%q is not in:\n%s", want, view)
		}
	}
	v.Go("2")
	view = v.View()
	for _, want := range []string{"▸② TLS", "carries: name, card number", "crosses: no trust boundary"} {
		if !strings.Contains(view, want) {
			t.Errorf("%q is not in:\n%s", want, view)
		}
	}
	v.Go("1")
	if view = v.View(); !strings.Contains(view, "crosses: from Hall into Office") {
		t.Error(view)
	}
	if v.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("x")}) {
		t.Error("x is no key of the diagram")
	}
}

func TestSystemViewKeepsTheLitPlaceInSight(t *testing.T) {
	v := input.NewSystemView(kiosk(t), plainStyles())
	for _, size := range [][2]int{{12, 11}, {30, 10}, {60, 12}, {110, 5}, {110, 30}} {
		v.SetSize(size[0], size[1])
		for range 5 {
			v.Update(tea.KeyMsg{Type: tea.KeyRight})
			lines := strings.Split(v.View(), "\n")
			if len(lines) > size[1] {
				t.Errorf("%d lines in %v", len(lines), size)
			}
			for _, l := range lines {
				if ansi.StringWidth(l) > size[0] {
					t.Errorf("%d columns in %v: %s", ansi.StringWidth(l), size, l)
				}
			}
			if lit := strings.Join(lines, "\n"); !strings.ContainsAny(lit, "║═▸╔") {
				t.Errorf("nothing is lit in %v:\n%s", size, lit)
			}
		}
	}
}

func TestSystemViewClick(t *testing.T) {
	v := input.NewSystemView(kiosk(t), plainStyles())
	v.SetSize(60, 0)
	v.View()
	v.Update(tea.MouseMsg{X: 8, Y: 2, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
	if got := v.Place().ID; got != "kiosk" {
		t.Errorf("a click on the kiosk lit %s", got)
	}
	v.Update(tea.MouseMsg{X: 13, Y: 5, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
	if got := v.Place().ID; got != "1" {
		t.Errorf("a click on the flow's label lit %s", got)
	}
}

func TestReadOutHasNoBoxes(t *testing.T) {
	var out bytes.Buffer
	p := input.NewPrompter(strings.NewReader(""), &out)
	input.ReadOut(p, kiosk(t).System)
	got := out.String()
	for _, want := range []string{"Flow 1. From Kiosk to Ticket Service and back, by HTTP.", "It crosses a trust boundary: from Hall into Office.", "It crosses no trust boundary.", "Ticket Store, a data store in Office."} {
		if !strings.Contains(strings.ReplaceAll(got, "\n", " "), want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
	for _, r := range got {
		if r > 0x2000 {
			t.Errorf("%q is not for the line mode", r)
		}
	}
}

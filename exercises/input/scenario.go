package input

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises/scenarios"
)

// A ScenarioView is a scenario's diagram and document, either of which can be
// opened below a field: ctrl+d and ctrl+t do it, printable keys stay text, and
// arrows belong to what is open. It is for a screen what WithScenario is for the
// line mode.
type ScenarioView struct {
	system *SystemView
	doc    *Reader
	open   int
}

// What is open of a ScenarioView.
const (
	noneOpen = iota
	diagramOpen
	documentOpen
	openStates // how many there are
)

// NewScenarioView makes a view of which nothing is open.
func NewScenarioView(s *scenarios.Scenario, o Options) *ScenarioView {
	return &ScenarioView{system: NewSystemView(s, o.Styles), doc: NewReader(s.Document, o.Markdown)}
}

// IsOpen reports whether the diagram or the document is open.
func (v *ScenarioView) IsOpen() bool { return v.open != noneOpen }

// Close closes what is open, and reports whether anything was.
func (v *ScenarioView) Close() bool {
	was := v.IsOpen()
	v.open = noneOpen
	return was
}

// Turn goes by so many from nothing to the diagram, the document, and round again.
func (v *ScenarioView) Turn(by int) { v.open = (v.open + by + openStates) % openStates }

func (v *ScenarioView) toggle(what int) {
	if v.open == what {
		what = noneOpen
	}
	v.open = what
}

// Key opens and closes, and walks or scrolls what is open. It reports whether the
// key was for it.
func (v *ScenarioView) Key(k tea.KeyMsg) bool {
	switch name := k.String(); name {
	case "ctrl+d":
		v.toggle(diagramOpen)
		return true
	case "ctrl+t":
		v.toggle(documentOpen)
		return true
	case "up", "down", "left", "right", "pgup", "pgdown", "home", "end":
		return v.open == diagramOpen && v.system.Update(k) || v.open == documentOpen && v.doc.Key(name)
	}
	return false
}

// Mouse handles what the mouse does, with coordinates relative to what is open.
func (v *ScenarioView) Mouse(m tea.MouseMsg) {
	switch {
	case v.open == diagramOpen && m.Y >= 0:
		v.system.Update(m)
	case v.open == documentOpen && m.Button == tea.MouseButtonWheelDown:
		v.doc.Scroll(3)
	case v.open == documentOpen && m.Button == tea.MouseButtonWheelUp:
		v.doc.Scroll(-3)
	}
}

// Help lists the keys that work now.
func (v *ScenarioView) Help() []key.Binding {
	bind := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	switch v.open {
	case diagramOpen:
		return append(v.system.Help(), bind("ctrl+d", "close"), bind("ctrl+t", "document"))
	case documentOpen:
		return []key.Binding{bind("↑↓", "scroll"), bind("ctrl+t", "close"), bind("ctrl+d", "diagram")}
	}
	return []key.Binding{bind("ctrl+d", "diagram"), bind("ctrl+t", "document")}
}

// Lines draws what is open; nothing has none.
func (v *ScenarioView) Lines(width, height int) []string {
	switch v.open {
	case diagramOpen:
		v.system.SetSize(width, height)
		return strings.Split(v.system.View(), "\n")
	case documentOpen:
		return v.doc.View(width, height)
	}
	return nil
}

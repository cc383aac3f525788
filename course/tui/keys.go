package tui

import "github.com/charmbracelet/bubbles/key"

// keys are the global keys. None is printable but ?, which a text field takes
// for itself, and none is one that tmux or a screen reader needs.
var keys = struct {
	quit, back, help, hint                    key.Binding
	up, down, pageUp, pageDown, top, bottom   key.Binding
	next, prev, enter, skip, before, contents key.Binding
	tab, shiftTab, again, forget, disagree    key.Binding
	words                                     key.Binding
	search, glossary, bookmark, note          key.Binding
}{
	quit:     key.NewBinding(key.WithKeys("ctrl+c"), key.WithHelp("ctrl+c", "leave")),
	back:     key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "back")),
	help:     key.NewBinding(key.WithKeys("f1"), key.WithHelp("f1", "help")),
	hint:     key.NewBinding(key.WithKeys("f2", "ctrl+g"), key.WithHelp("f2", "hint")),
	up:       key.NewBinding(key.WithKeys("up", "k"), key.WithHelp("↑↓", "choose")),
	down:     key.NewBinding(key.WithKeys("down", "j"), key.WithHelp("↓", "down")),
	pageUp:   key.NewBinding(key.WithKeys("pgup"), key.WithHelp("pgup", "up")),
	pageDown: key.NewBinding(key.WithKeys("pgdown"), key.WithHelp("pgdn", "down")),
	top:      key.NewBinding(key.WithKeys("home"), key.WithHelp("home", "top")),
	bottom:   key.NewBinding(key.WithKeys("end", "G"), key.WithHelp("end", "end")),
	next:     key.NewBinding(key.WithKeys("right", "l"), key.WithHelp("→", "next page")),
	prev:     key.NewBinding(key.WithKeys("left", "h"), key.WithHelp("← →", "page")),
	enter:    key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "go on")),
	skip:     key.NewBinding(key.WithKeys("ctrl+n"), key.WithHelp("ctrl+n", "next page")),
	before:   key.NewBinding(key.WithKeys("ctrl+p"), key.WithHelp("ctrl+p", "page before")),
	contents: key.NewBinding(key.WithKeys("c"), key.WithHelp("c", "contents")),
	tab:      key.NewBinding(key.WithKeys("tab"), key.WithHelp("tab", "next tab")),
	shiftTab: key.NewBinding(key.WithKeys("shift+tab"), key.WithHelp("shift+tab", "tab before")),
	again:    key.NewBinding(key.WithKeys("r"), key.WithHelp("r", "try again")),
	search:   key.NewBinding(key.WithKeys("/"), key.WithHelp("/", "search")),
	glossary: key.NewBinding(key.WithKeys("g", "f3"), key.WithHelp("g", "glossary")),
	bookmark: key.NewBinding(key.WithKeys("b", "f4"), key.WithHelp("b", "bookmark")),
	note:     key.NewBinding(key.WithKeys("n", "f6"), key.WithHelp("n", "note")),
	disagree: key.NewBinding(key.WithKeys("d"), key.WithHelp("d", "disagree")),
	words:    key.NewBinding(key.WithKeys("w"), key.WithHelp("w", "how it was read")),
	forget:   key.NewBinding(key.WithKeys("x"), key.WithHelp("x", "forget")),
}

// as is a binding with other words for the footer.
func as(b key.Binding, keyName, what string) key.Binding {
	b.SetHelp(keyName, what)
	return b
}

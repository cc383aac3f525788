// Package early keeps Bubble Tea from asking the terminal for its background
// colour before main runs.
//
// Bubble Tea v1 asks in its package initialisation and waits five seconds for a
// terminal that does not answer. It does not ask when lipgloss has been told
// already. Go initialises packages that are ready in the order of their import
// paths, so a package that imports nothing but lipgloss and whose path sorts
// before github.com/charmbracelet/bubbletea is in time. That is why the module
// is called edu/threatlings. The background is found later, in a bounded way:
// see background.go of package tui.
package early

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }

package input_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"

	"edu/threatlings/exercises/input"
)

func TestWindow(t *testing.T) {
	lines := strings.Split("abcdefgh", "")
	for name, c := range map[string]struct {
		off, rows int
		want      string
	}{
		"all":            {0, 8, "a|b|c|d|e|f|g|h"},
		"more room":      {3, 20, "a|b|c|d|e|f|g|h"},
		"the beginning":  {0, 4, "a|b|c|… 5 more lines: down"},
		"the middle":     {2, 4, "… 3 more lines: up|d|e|… 3 more lines: down"},
		"the end":        {4, 4, "… 5 more lines: up|f|g|h"},
		"beyond the end": {9, 4, "… 5 more lines: up|f|g|h"},
		"one row":        {0, 1, "… 8 more lines: down"},
		"none":           {0, 0, ""},
	} {
		got := strings.Join(input.Window(lines, c.off, c.rows, "up", "down", lipgloss.NewStyle()), "|")
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Whatever is to be kept in sight is there, and the place does not move without need.
func TestKeepIsInTheWindow(t *testing.T) {
	lines := strings.Split("abcdefghijkl", "")
	for rows := 5; rows <= len(lines); rows++ {
		for off := 0; off <= len(lines)-rows; off++ {
			for first := range lines {
				for last := first; last < min(len(lines), first+rows-2); last++ {
					at := input.Keep(off, first, last, rows, len(lines))
					seen := strings.Join(input.Window(lines, at, rows, "", "", lipgloss.NewStyle()), "")
					if want := strings.Join(lines[first:last+1], ""); !strings.Contains(seen, want) {
						t.Errorf("%d rows from %d show %q, and not %q", rows, at, seen, want)
					}
					if input.Keep(at, first, last, rows, len(lines)) != at {
						t.Errorf("%d rows from %d move again", rows, at)
					}
				}
			}
		}
	}
}

package input

import (
	"fmt"

	"github.com/charmbracelet/lipgloss"
)

// Window shows rows of lines, from off on. Where lines are cut, one that stands for
// them says how many there are and which key leads to them.
func Window(lines []string, off, rows int, up, down string, style lipgloss.Style) []string {
	off = max(0, min(off, len(lines)-rows))
	end := min(len(lines), off+rows)
	out := append(make([]string, 0, rows), lines[off:end]...)
	if len(out) == 0 {
		return out
	}
	if off > 0 {
		out[0] = style.Render(fmt.Sprintf("… %d more lines: %s", off+1, up))
	}
	if n := len(lines) - end; n > 0 {
		out[len(out)-1] = style.Render(fmt.Sprintf("… %d more lines: %s", n+1, down))
	}
	return out
}

// Keep is the place nearest to off from which a Window shows the lines first to last,
// none of them cut or under the line that says so; where there is no room for all, it
// shows the first of them.
func Keep(off, first, last, rows, n int) int {
	if last = min(last+1, n-1); last >= off+rows {
		off = last - rows + 1
	}
	if first = max(0, first-1); first < off {
		off = first
	}
	return max(0, min(off, n-rows))
}

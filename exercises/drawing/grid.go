package drawing

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"edu/threatlings/exercises/scenarios"
)

// A grid is a drawing as cells, and whose each cell is.
type grid struct {
	cells [][]rune
	owner [][]rune
}

type point struct{ row, col int }

// The four ways out of a cell, as bits.
const (
	up = 1 << iota
	right
	down
	left
)

var steps = map[int]point{up: {-1, 0}, right: {0, 1}, down: {1, 0}, left: {0, -1}}

// opposite is the way back.
func opposite(way int) int {
	if way <= right {
		return way << 2
	}
	return way >> 2
}

// ways says to which sides a character of a line leads. The dashed lines
// around trust zones lead nowhere: no flow runs along them.
func ways(r rune) int {
	switch r {
	case '│', '▲', '▼', '║':
		return up | down
	case '─', '◄', '►', '◀', '▶', '═':
		return left | right
	case '┌', '╭':
		return right | down
	case '┐', '╮':
		return left | down
	case '└', '╰':
		return up | right
	case '┘', '╯':
		return up | left
	case '├':
		return up | down | right
	case '┤':
		return up | down | left
	case '┬':
		return left | right | down
	case '┴':
		return left | right | up
	case '┼', '╪', '╫':
		return up | down | left | right
	}
	return 0
}

func newGrid(drawing string) *grid {
	g := &grid{}
	for _, l := range strings.Split(strings.TrimRight(drawing, "\n"), "\n") {
		row := []rune(l)
		g.cells = append(g.cells, row)
		g.owner = append(g.owner, []rune(strings.Repeat(".", len(row))))
	}
	return g
}

func (g *grid) String() string {
	var b strings.Builder
	for _, row := range g.cells {
		b.WriteString(string(row) + "\n")
	}
	return b.String()
}

func (g *grid) at(p point) rune {
	if p.row < 0 || p.row >= len(g.cells) || p.col < 0 || p.col >= len(g.cells[p.row]) {
		return ' '
	}
	return g.cells[p.row][p.col]
}

// box finds the rectangle around a component's name and marks it as taken
// with '#'. A name may be broken into several lines: its first word decides.
func (g *grid) box(name string) (top, bottom point, ok bool) {
	for i, row := range g.cells {
		for k := range row {
			if !g.reads(point{i, k}, name) || g.owner[i][k] != '.' {
				continue
			}
			if top, bottom, ok = g.around(point{i, k}); ok {
				g.mark(top, bottom, '#')
				return top, bottom, true
			}
		}
	}
	return top, bottom, false
}

// reads reports whether a name, or its first line, begins at p.
func (g *grid) reads(p point, name string) bool {
	for k, r := range []rune(name) {
		if g.at(point{p.row, p.col + k}) == r {
			continue
		}
		words := []rune(name)[:k]
		rest := point{p.row + 1, p.col - 2}
		return r != ' ' && k > 3 && words[k-1] == ' ' && g.lineHas(rest, p.col+k+2, string([]rune(name)[k:]))
	}
	return true
}

// lineHas reports whether text stands in a row from p on, before column end.
func (g *grid) lineHas(p point, end int, text string) bool {
	if p.row >= len(g.cells) {
		return false
	}
	row := g.cells[p.row]
	return strings.Contains(string(row[min(max(0, p.col), len(row)):min(end, len(row))]), text)
}

// around finds the frame in which p stands.
func (g *grid) around(p point) (top, bottom point, ok bool) {
	find := func(way int) (point, bool) {
		for q := p; q.row >= 0 && q.row < len(g.cells) && q.col >= 0 && q.col < len(g.cells[q.row]); q = (point{q.row + steps[way].row, q.col + steps[way].col}) {
			side := up | down
			if way == up || way == down {
				side = left | right
			}
			if ways(g.at(q))&side == side || isHead(g.at(q)) && g.framed(q, way) {
				return q, true
			}
		}
		return p, false
	}
	l, ok1 := find(left)
	r, ok2 := find(right)
	t, ok3 := find(up)
	b, ok4 := find(down)
	return point{t.row, l.col}, point{b.row, r.col}, ok1 && ok2 && ok3 && ok4
}

func (g *grid) mark(top, bottom point, owner rune) {
	for i := top.row; i <= bottom.row; i++ {
		for k := top.col; k <= bottom.col && k < len(g.owner[i]); k++ {
			g.owner[i][k] = owner
		}
	}
}

// label finds the number of a flow: circled, or digits that stand alone beside
// a line and outside every component. It returns the first of its columns and
// how many there are.
func (g *grid) label(n int) (from point, width int, ok bool) {
	for i, row := range g.cells {
		for k, r := range row {
			if n < 10 && r == '①'+rune(n-1) && g.owner[i][k] == '.' {
				return point{i, k}, 1, true
			}
		}
	}
	digits := []rune(strconv.Itoa(n))
	for i, row := range g.cells {
		for k := range row {
			if p := (point{i, k}); g.standsAlone(p, digits) {
				return p, len(digits), true
			}
		}
	}
	return point{}, 0, false
}

// standsAlone reports whether digits begin at p, are no part of a word, belong
// to nobody, and touch a line.
func (g *grid) standsAlone(p point, digits []rune) bool {
	touches := false
	for k, d := range digits {
		q := point{p.row, p.col + k}
		if g.at(q) != d || g.owner[q.row][q.col] != '.' {
			return false
		}
		touches = touches || g.touchesLine(q)
	}
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return touches && !word(g.at(point{p.row, p.col - 1})) && !word(g.at(point{p.row, p.col + len(digits)}))
}

// circle puts a circled digit for the plain one of a flow.
func (g *grid) circle(n int) {
	if p, _, ok := g.label(n); ok {
		g.cells[p.row][p.col] = '①' + rune(n-1)
	}
}

// replace puts a name where its stand-in is, centred where it is narrower.
func (g *grid) replace(standIn, name string) {
	from := []rune(standIn)
	pad := max(0, len(from)-uniseg.StringWidth(name))
	to := []rune(strings.Repeat(" ", pad/2) + name + strings.Repeat(" ", pad-pad/2))
	for i, row := range g.cells {
		for k := 0; k+len(from) <= len(row); k++ {
			if slices.Equal(row[k:k+len(from)], from) {
				g.cells[i] = slices.Replace(row, k, k+len(from), to...)
				return
			}
		}
	}
}

func (g *grid) touchesLine(p point) bool {
	for way, d := range steps {
		if ways(g.at(point{p.row + d.row, p.col + d.col}))&opposite(way) != 0 {
			return true
		}
	}
	return false
}

// trace gives a flow its number's cell, the words beside it, and the line that
// runs through it, up to the components at its ends. An arrowhead that stands
// in a component's frame is the flow's.
func (g *grid) trace(from point, width int, owner rune) {
	last := point{from.row, from.col + width - 1}
	open := []point{}
	for k := range width {
		q := point{from.row, from.col + k}
		g.owner[q.row][q.col] = owner
		open = append(open, q)
	}
	open = append(open, point{last.row, g.words(last, owner)})
	if left := (point{from.row, from.col - 1}); g.at(left) == ' ' {
		open = append(open, left)
	}
	for len(open) > 0 {
		p := open[0]
		open = open[1:]
		out := ways(g.at(p))
		if out == 0 {
			out = up | right | down | left
		}
		for way, d := range steps {
			q := point{p.row + d.row, p.col + d.col}
			if out&way == 0 || ways(g.at(q))&opposite(way) == 0 {
				continue
			}
			head := isHead(g.at(q))
			if taken := g.owner[q.row][q.col]; taken == owner || taken != '.' && !head {
				continue
			}
			g.owner[q.row][q.col] = owner
			if head && g.framed(q, way) {
				continue
			}
			open = append(open, q)
		}
	}
}

func isHead(r rune) bool { return strings.ContainsRune("▲▼◄►◀▶", r) }

// framed reports whether an arrowhead stands in a line across its way: the
// frame of what it points to.
func (g *grid) framed(p point, way int) bool {
	across := []int{left, right}
	if way == left || way == right {
		across = []int{up, down}
	}
	for _, a := range across {
		d := steps[a]
		if ways(g.at(point{p.row + d.row, p.col + d.col}))&opposite(a) == 0 {
			return false
		}
	}
	return true
}

// words gives a flow what is written behind its number, such as "① HTTPS", up
// to two blanks or a line, and returns the column at which its line may go on.
func (g *grid) words(p point, owner rune) int {
	if g.at(point{p.row, p.col + 1}) != ' ' {
		return p.col
	}
	for k := p.col + 2; ; k++ {
		r := g.at(point{p.row, k})
		if r == ' ' && g.at(point{p.row, k + 1}) == ' ' || ways(r) != 0 || k >= len(g.owner[p.row]) || g.owner[p.row][k] != '.' {
			return k - 1
		}
		g.owner[p.row][k] = owner
	}
}

// Places says for each cell of a drawing whose it is. The drawing may have been
// touched up by hand: a component is found by its name in a frame, a flow by its
// number on a line.
func Places(drawing string, sys *scenarios.System) (string, error) {
	g := newGrid(drawing)
	if lost, err := g.places(sys); err != nil || len(lost) > 0 {
		return "", errors.Join(append(lost, err)...)
	}
	return g.owners(), nil
}

// places gives each place its cells. Flows whose number is not in the drawing are
// returned as errors; a component that is not is one by itself.
func (g *grid) places(sys *scenarios.System) (lost []error, err error) {
	for _, p := range sys.Places() {
		if p.Flow {
			continue
		}
		top, bottom, ok := g.box(p.Name)
		if !ok {
			return nil, fmt.Errorf("%q has no frame in the drawing; write its name in one", p.Name)
		}
		g.mark(top, bottom, p.Cell)
	}
	for _, p := range sys.Places() {
		if !p.Flow {
			continue
		}
		n, _ := strconv.Atoi(p.ID)
		at, width, ok := g.label(n)
		if !ok {
			lost = append(lost, fmt.Errorf("flow %d has no number in the drawing; put one on its line", n))
			continue
		}
		g.trace(at, width, p.Cell)
	}
	return lost, nil
}

// owners says for each cell whose it is.
func (g *grid) owners() string {
	var b strings.Builder
	for _, row := range g.owner {
		b.WriteString(string(row) + "\n")
	}
	return b.String()
}

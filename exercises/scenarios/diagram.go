package scenarios

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/rivo/uniseg"

	"edu/threatlings/exercises"
)

// A Diagram is a system drawn in text, with the place that each cell belongs to.
type Diagram struct {
	cells [][]string // grapheme clusters by column; a wide one has an empty cell behind it
	owner [][]rune   // same shape; '.' is nobody's
}

// A Run is a piece of one drawn line that belongs to one place.
type Run struct {
	Text string
	Cell rune // Place.Cell, or '.'
}

// Width is the number of columns of the widest line.
func (d *Diagram) Width() int {
	w := 0
	for _, l := range d.cells {
		w = max(w, len(l))
	}
	return w
}

// Height is the number of lines.
func (d *Diagram) Height() int { return len(d.cells) }

// Line returns line i as runs, so that a screen can light those of a place.
func (d *Diagram) Line(i int) []Run {
	var out []Run
	for k, c := range d.cells[i] {
		o := d.owner[i][k]
		if n := len(out); n > 0 && out[n-1].Cell == o {
			out[n-1].Text += c
			continue
		}
		out = append(out, Run{c, o})
	}
	return out
}

// At is the place drawn at a column and line, '.' when there is none: for a click.
func (d *Diagram) At(col, line int) rune {
	if line < 0 || line >= len(d.owner) || col < 0 || col >= len(d.owner[line]) {
		return '.'
	}
	return d.owner[line][col]
}

// Lines returns the first and last line on which a place is drawn, and false
// when it is not drawn.
func (d *Diagram) Lines(cell rune) (first, last int, ok bool) {
	first = -1
	for i, l := range d.owner {
		for _, o := range l {
			if o == cell {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
	}
	return first, last, first >= 0
}

func (s *Scenario) loadDiagram() (*Diagram, error) {
	txt, err := fs.ReadFile(s.fsys, s.File("diagram.txt"))
	if errors.Is(err, fs.ErrNotExist) {
		return &Diagram{}, nil
	}
	if err != nil {
		return nil, &exercises.Fault{File: s.File("diagram.txt"), What: "the drawing cannot be read: " + err.Error()}
	}
	m, err := fs.ReadFile(s.fsys, s.File("diagram.map"))
	if err != nil {
		return nil, &exercises.Fault{File: s.File("diagram.map"), What: "the drawing has no map of its places; make one with the command draw"}
	}
	return ParseDiagram(string(txt), string(m)), nil
}

// ParseDiagram joins a drawing and its map. Cells that the map lacks are nobody's.
func ParseDiagram(txt, places string) *Diagram {
	d := &Diagram{}
	owners := strings.Split(strings.TrimRight(places, "\n"), "\n")
	for i, line := range strings.Split(strings.TrimRight(txt, "\n"), "\n") {
		var cells []string
		for g := uniseg.NewGraphemes(exercises.Clean(line)); g.Next(); {
			cells = append(cells, g.Str())
			for w := g.Width(); w > 1; w-- {
				cells = append(cells, "") // a wide character takes two columns
			}
		}
		owner := make([]rune, len(cells))
		var row []rune
		if i < len(owners) {
			row = []rune(owners[i])
		}
		for k := range owner {
			owner[k] = '.'
			if k < len(row) {
				owner[k] = row[k]
			}
		}
		d.cells, d.owner = append(d.cells, cells), append(d.owner, owner)
	}
	return d
}

package drawing

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"math"
	"slices"
	"strings"

	"oss.terrastruct.com/d2/lib/log"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/scenarios"
)

// A Box is where a zone or a component stands, in pixels.
type Box struct {
	ID         string
	X, Y, W, H float64
}

// A Line is the way of a flow from its source to its target.
type Line struct {
	N      int
	Points [][2]float64
}

// A Layout is a system laid out, in the order of the system's lists.
type Layout struct {
	Zones, Components []Box
	Lines             []Line
	W, H              float64
}

// Lay lays a system out.
func Lay(ctx context.Context, sys *scenarios.System) (*Layout, error) {
	diagram, err := compile(log.With(ctx, slog.New(slog.NewTextHandler(io.Discard, nil))), sys)
	if err != nil {
		return nil, err
	}
	l := &Layout{}
	left, top := math.Inf(1), math.Inf(1)
	for _, s := range diagram.Shapes {
		left, top = min(left, float64(s.Pos.X)), min(top, float64(s.Pos.Y))
	}
	const margin = 12
	for _, s := range diagram.Shapes {
		b := Box{X: float64(s.Pos.X) - left + margin, Y: float64(s.Pos.Y) - top + margin, W: float64(s.Width), H: float64(s.Height)}
		var z, c int
		if n, _ := fmt.Sscanf(s.ID, "z%d.c%d", &z, &c); n == 2 && c < len(sys.Components) {
			b.ID = sys.Components[c].ID
			l.Components = append(l.Components, b)
		} else if n == 1 && z < len(sys.Zones) {
			b.ID = sys.Zones[z].ID
			l.Zones = append(l.Zones, b)
		}
		l.W, l.H = max(l.W, b.X+b.W+margin), max(l.H, b.Y+b.H+margin)
	}
	for _, c := range diagram.Connections {
		line := Line{}
		if _, err := fmt.Sscan(c.Label, &line.N); err != nil {
			return nil, fmt.Errorf("laying the diagram out: the label %q is no number", c.Label)
		}
		for _, p := range c.Route {
			x, y := math.Round(p.X-left+margin), math.Round(p.Y-top+margin)
			line.Points = append(line.Points, [2]float64{x, y})
			l.W, l.H = max(l.W, x+margin), max(l.H, y+margin)
		}
		l.Lines = append(l.Lines, line)
	}
	place := func(list []Box, id func(int) string, n int) {
		order := map[string]int{}
		for i := range n {
			order[id(i)] = i
		}
		slices.SortFunc(list, func(a, b Box) int { return cmp.Compare(order[a.ID], order[b.ID]) })
	}
	place(l.Zones, func(i int) string { return sys.Zones[i].ID }, len(sys.Zones))
	place(l.Components, func(i int) string { return sys.Components[i].ID }, len(sys.Components))
	slices.SortFunc(l.Lines, func(a, b Line) int { return cmp.Compare(a.N, b.N) })
	return l, nil
}

// SVG draws a system as a picture that needs nothing else: names are text,
// components differ by shape, and colours come from the page (currentColor).
func SVG(ctx context.Context, sys *scenarios.System) (string, error) {
	l, err := Lay(ctx, sys)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	title := html.EscapeString(exercises.CleanLine(sys.Title))
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" role="img" aria-label="Diagram of %s" font-family="system-ui, sans-serif" font-size="14" fill="none" stroke="currentColor" stroke-width="1.5">`+"\n", l.W, l.H, l.W, title)
	b.WriteString(`<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="currentColor" stroke="none"/></marker></defs>` + "\n")
	label := func(x, y float64, anchor, weight, text string) {
		fmt.Fprintf(&b, `<text x="%.0f" y="%.0f" text-anchor="%s" font-weight="%s" fill="currentColor" stroke="none">%s</text>`+"\n", x, y, anchor, weight, html.EscapeString(text))
	}
	for _, z := range l.Zones {
		fmt.Fprintf(&b, `<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="6" stroke-dasharray="6 5" stroke-opacity=".6"/>`+"\n", z.X, z.Y, z.W, z.H)
	}
	flows := map[int]scenarios.Flow{}
	for _, f := range sys.Flows {
		flows[f.N] = f
	}
	for _, line := range l.Lines {
		var points []string
		for _, p := range line.Points {
			points = append(points, fmt.Sprintf("%.0f,%.0f", p[0], p[1]))
		}
		start := ""
		if flows[line.N].Both {
			start = ` marker-start="url(#head)"`
		}
		fmt.Fprintf(&b, `<polyline points="%s" marker-end="url(#head)"%s/>`+"\n", strings.Join(points, " "), start)
	}
	for i, z := range l.Zones { // over the lines, on a ground of their own
		fmt.Fprintf(&b, `<text x="%.0f" y="%.0f" font-weight="600" fill="currentColor" stroke="Canvas" stroke-width="5" paint-order="stroke">%s</text>`+"\n", z.X+10, z.Y+20, html.EscapeString(shown(sys.Zones[i].Name)))
	}
	for i, c := range l.Components {
		x, y, w, h := c.X, c.Y, c.W, c.H
		switch sys.Components[i].Kind {
		case "store": // open at the sides, as in a data flow diagram
			fmt.Fprintf(&b, `<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" fill="Canvas" stroke="none"/><path d="M%.0f %.0f h%.0f M%.0f %.0f h%.0f"/>`+"\n", x, y, w, h, x, y, w, x, y+h, w)
		case "process":
			fmt.Fprintf(&b, `<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="%.0f" fill="Canvas"/>`+"\n", x, y, w, h, h/2)
		case "external":
			fmt.Fprintf(&b, `<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" fill="Canvas"/><rect x="%.0f" y="%.0f" width="%.0f" height="%.0f"/>`+"\n", x, y, w, h, x+4, y+4, w-8, h-8)
		default:
			fmt.Fprintf(&b, `<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" fill="Canvas"/>`+"\n", x, y, w, h)
		}
		label(x+w/2, y+h/2+5, "middle", "400", shown(sys.Components[i].Name))
	}
	for _, line := range l.Lines {
		x, y := middle(line.Points)
		text := fmt.Sprint(line.N)
		fmt.Fprintf(&b, `<circle cx="%.0f" cy="%.0f" r="%d" fill="Canvas"/>`+"\n", x, y, 8+3*len(text)-2)
		label(x, y+5, "middle", "600", text)
	}
	b.WriteString("</svg>\n")
	return b.String(), nil
}

// middle is the point halfway along a line.
func middle(points [][2]float64) (x, y float64) {
	if len(points) == 0 {
		return 0, 0
	}
	all := 0.0
	for i := 1; i < len(points); i++ {
		all += math.Hypot(points[i][0]-points[i-1][0], points[i][1]-points[i-1][1])
	}
	left := all / 2
	for i := 1; i < len(points); i++ {
		d := math.Hypot(points[i][0]-points[i-1][0], points[i][1]-points[i-1][1])
		if d >= left && d > 0 {
			f := left / d
			return points[i-1][0] + f*(points[i][0]-points[i-1][0]), points[i-1][1] + f*(points[i][1]-points[i-1][1])
		}
		left -= d
	}
	return points[0][0], points[0][1]
}

// Package drawing lays a system out and draws it, in text for a terminal and as
// shapes for a picture. The layout engine (d2 with ELK) is large and takes from
// half a second to several: draw in the background, and never at start-up.
package drawing

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
	"oss.terrastruct.com/d2/d2graph"
	"oss.terrastruct.com/d2/d2layouts/d2elklayout"
	"oss.terrastruct.com/d2/d2lib"
	"oss.terrastruct.com/d2/d2renderers/d2ascii"
	"oss.terrastruct.com/d2/d2renderers/d2ascii/charset"
	"oss.terrastruct.com/d2/d2renderers/d2svg"
	"oss.terrastruct.com/d2/d2target"
	"oss.terrastruct.com/d2/lib/log"
	"oss.terrastruct.com/d2/lib/textmeasure"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/scenarios"
)

// Text draws a system in text. The second text says for each column of the
// drawing whose it is, as scenarios.ParseDiagram wants it. Where many lines
// cross, the engine may draw over the number of a flow: it is then in neither.
func Text(ctx context.Context, sys *scenarios.System) (drawing, places string, err error) {
	ctx = log.With(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)))
	diagram, err := compile(ctx, sys)
	if err != nil {
		return "", "", err
	}
	out, err := d2ascii.NewASCIIartist().Render(ctx, diagram, &d2ascii.RenderOpts{Charset: charset.Unicode})
	if err != nil {
		return "", "", fmt.Errorf("drawing the diagram: %w", err)
	}
	plain := standIns(sys)
	g := newGrid(circled(trim(string(out)), plain))
	if _, err := g.places(plain); err != nil {
		return "", "", err
	}
	places = g.owners()
	g.name(sys)
	return g.String(), places, nil
}

// compile lays a system out.
func compile(ctx context.Context, sys *scenarios.System) (*d2target.Diagram, error) {
	ruler, err := textmeasure.NewRuler()
	if err != nil {
		return nil, fmt.Errorf("preparing to measure text: %w", err)
	}
	opts := d2elklayout.DefaultOpts
	opts.NodeSpacing, opts.EdgeNodeSpacing = 40, 20
	opts.Padding = "[top=40,left=20,bottom=40,right=20]"
	diagram, _, err := d2lib.Compile(ctx, source(sys), &d2lib.CompileOptions{
		Ruler: ruler,
		LayoutResolver: func(string) (d2graph.LayoutGraph, error) {
			return func(ctx context.Context, g *d2graph.Graph) error { return d2elklayout.Layout(ctx, g, &opts) }, nil
		},
	}, &d2svg.RenderOpts{})
	if err != nil {
		return nil, fmt.Errorf("laying the diagram out: %w", err)
	}
	return diagram, nil
}

// The engine is given stand-ins of the same width instead of names: it counts
// bytes, and names may hold anything.
const (
	zoneStandIn      = 'Z'
	componentStandIn = 'C'
)

// nameWidth is the most columns of a name in a drawing.
const nameWidth = 26

// standIn is a word of the width of a name that stands for the nth of its kind.
func standIn(kind rune, n int, name string) string {
	s := string(kind) + strconv.Itoa(n) + "q"
	return s + strings.Repeat("x", max(0, uniseg.StringWidth(shown(name))-len(s)))
}

// shown is a name as it is drawn.
func shown(name string) string {
	name = exercises.CleanLine(name)
	if uniseg.StringWidth(name) <= nameWidth {
		return name
	}
	var b strings.Builder
	w := 0
	for g := uniseg.NewGraphemes(name); g.Next() && w+g.Width() < nameWidth; w += g.Width() {
		b.WriteString(g.Str())
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// standIns is the system with stand-ins for its names.
func standIns(sys *scenarios.System) *scenarios.System {
	out := &scenarios.System{Flows: sys.Flows}
	for i, z := range sys.Zones {
		out.Zones = append(out.Zones, scenarios.Zone{ID: z.ID, Name: standIn(zoneStandIn, i, z.Name)})
	}
	for i, c := range sys.Components {
		c.Name = standIn(componentStandIn, i, c.Name)
		out.Components = append(out.Components, c)
	}
	return out
}

// source is the system in d2's language, with stand-ins for ids and names. Flows
// are labelled with plain digits.
func source(sys *scenarios.System) string {
	var b strings.Builder
	b.WriteString("direction: down\n")
	at := map[string]string{}
	for i, z := range sys.Zones {
		fmt.Fprintf(&b, "z%d: %s {\n", i, standIn(zoneStandIn, i, z.Name))
		for k, c := range sys.Components {
			if c.Zone == z.ID {
				fmt.Fprintf(&b, "  c%d: %s\n", k, standIn(componentStandIn, k, c.Name))
				at[c.ID] = fmt.Sprintf("z%d.c%d", i, k)
			}
		}
		b.WriteString("}\n")
	}
	for _, f := range sys.Flows {
		arrow := "->"
		if f.Both {
			arrow = "<->"
		}
		fmt.Fprintf(&b, "%s %s %s: \"%d\"\n", at[f.From], arrow, at[f.To], f.N)
	}
	return b.String()
}

// trim removes the empty margin around a drawing.
func trim(s string) string {
	var lines []string
	margin := -1
	for _, l := range strings.Split(s, "\n") {
		l = strings.TrimRight(l, " ")
		if l == "" {
			continue
		}
		if lead := len(l) - len(strings.TrimLeft(l, " ")); margin < 0 || lead < margin {
			margin = lead
		}
		lines = append(lines, l)
	}
	for i, l := range lines {
		lines[i] = l[max(0, margin):]
	}
	return strings.Join(lines, "\n") + "\n"
}

// circled is a drawing with a circled digit for the plain one of each flow.
func circled(drawing string, sys *scenarios.System) string {
	g := newGrid(drawing)
	for _, c := range sys.Components {
		g.box(c.Name) // so that digits in frames are not taken for flows
	}
	for _, f := range sys.Flows {
		if f.N < 10 {
			g.circle(f.N)
		}
	}
	return g.String()
}

// name puts the names where their stand-ins are.
func (g *grid) name(sys *scenarios.System) {
	for i, z := range sys.Zones {
		g.replace(standIn(zoneStandIn, i, z.Name), shown(z.Name))
	}
	for i, c := range sys.Components {
		g.replace(standIn(componentStandIn, i, c.Name), shown(c.Name))
	}
}

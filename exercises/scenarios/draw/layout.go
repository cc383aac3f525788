package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"oss.terrastruct.com/d2/d2graph"
	"oss.terrastruct.com/d2/d2layouts/d2elklayout"
	"oss.terrastruct.com/d2/d2lib"
	"oss.terrastruct.com/d2/d2renderers/d2ascii"
	"oss.terrastruct.com/d2/d2renderers/d2ascii/charset"
	"oss.terrastruct.com/d2/d2renderers/d2svg"
	"oss.terrastruct.com/d2/lib/log"
	"oss.terrastruct.com/d2/lib/textmeasure"

	"edu/threatlings/exercises/scenarios"
)

// layout draws a system in text.
func layout(ctx context.Context, sys *scenarios.System) (string, error) {
	ctx = log.With(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)))
	ruler, err := textmeasure.NewRuler()
	if err != nil {
		return "", fmt.Errorf("preparing to measure text: %w", err)
	}
	opts := d2elklayout.DefaultOpts
	opts.NodeSpacing, opts.EdgeNodeSpacing = 40, 20
	opts.Padding = "[top=40,left=20,bottom=20,right=20]"
	diagram, _, err := d2lib.Compile(ctx, source(sys), &d2lib.CompileOptions{
		Ruler: ruler,
		LayoutResolver: func(string) (d2graph.LayoutGraph, error) {
			return func(ctx context.Context, g *d2graph.Graph) error { return d2elklayout.Layout(ctx, g, &opts) }, nil
		},
	}, &d2svg.RenderOpts{})
	if err != nil {
		return "", err
	}
	out, err := d2ascii.NewASCIIartist().Render(ctx, diagram, &d2ascii.RenderOpts{Charset: charset.Unicode})
	if err != nil {
		return "", err
	}
	return circle(trim(string(out)), sys), nil
}

// source is the system in d2's language. Flows are labelled with plain digits
// because the renderer counts bytes.
func source(sys *scenarios.System) string {
	var b strings.Builder
	b.WriteString("direction: down\n")
	at := map[string]string{}
	for _, z := range sys.Zones {
		fmt.Fprintf(&b, "%s: %q {\n", z.ID, z.Name)
		for _, c := range sys.Components {
			if c.Zone == z.ID {
				fmt.Fprintf(&b, "  %s: %q\n", c.ID, c.Name)
				at[c.ID] = z.ID + "." + c.ID
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

// circle puts a circled digit for the plain one of each flow.
func circle(drawing string, sys *scenarios.System) string {
	g := newGrid(drawing)
	for _, c := range sys.Components {
		g.box(c.Name) // so that digits in names are not taken for flows
	}
	for _, f := range sys.Flows {
		if p, ok := g.label(f.N); ok && f.N < 10 {
			g.cells[p.row][p.col] = '①' + rune(f.N-1)
		}
	}
	return g.String()
}

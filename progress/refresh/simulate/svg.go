package main

import (
	"fmt"
	"html"
	"strings"

	"edu/threatlings/progress/refresh"
)

// A picture is an SVG in the making. Coordinates are pixels from the top left.
type picture struct{ strings.Builder }

func (p *picture) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(p, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", class, x, y, w, h)
}

func (p *picture) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(p, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", class, x1, y1, x2, y2)
}

func (p *picture) text(class string, x, y float64, s string) {
	fmt.Fprintf(p, `<text class="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, x, y, html.EscapeString(s))
}

// curve joins points, given as x, y, x, y.
func (p *picture) curve(class string, points []float64) {
	fmt.Fprintf(p, `<polyline class="%s" points="`, class)
	for i := 0; i+1 < len(points); i += 2 {
		fmt.Fprintf(p, "%.1f,%.1f ", points[i], points[i+1])
	}
	p.WriteString("\"/>\n")
}

// Colours of Okabe and Ito, which people who confuse colours can tell apart,
// darker on white and lighter on black. Lines differ in their dashes too, and
// each stands beside its name.
const style = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.head { font-size: 15px; font-weight: 600; }
.right { text-anchor: end; }
.middle { text-anchor: middle; }
.paper { fill: #ffffff; }
.grid { stroke: #d0d7de; stroke-width: 1; }
.missed { fill: #0072b2; } .letter { fill: #e69f00; } .fresh { fill: #009e73; }
polyline { fill: none; stroke-width: 2.5; }
.with { stroke: #0072b2; } .chance { stroke: #8a6100; stroke-dasharray: 2 4; } .without { stroke: #c04a00; stroke-dasharray: 8 4; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.paper { fill: #0d1117; }
.grid { stroke: #30363d; }
.missed { fill: #56b4e9; }
.with { stroke: #56b4e9; } .chance { stroke: #f0c850; } .without { stroke: #ff9a5c; }
}
</style>
`

// The measures of the plot, in pixels.
const (
	width, height = 800.0, 590.0
	left, right   = 60.0, 690.0 // of the axes; names stand to the right
	barsTop       = 50.0
	barsBottom    = 240.0
	keptTop       = 320.0
	keptBottom    = 540.0
	week          = (right - left) / weeks
	mostItems     = 15.0 // at the top of the bars
)

// plot draws the year: above what is asked each week, below what is recalled.
func (res Result) plot() string {
	p := &picture{}
	fmt.Fprintf(p, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="t d">`+"\n", width, height, width, height)
	p.WriteString("<title id=\"t\">A simulated year with the refresher</title>\n")
	fmt.Fprintf(p, "<desc id=\"d\">%s</desc>\n", html.EscapeString(res.summary()))
	p.WriteString(style)
	p.rect("paper", 0, 0, width, height)

	p.text("head", left, 28, "Items asked in a week, mean of all learners")
	atItems := func(n float64) float64 { return barsBottom - n/mostItems*(barsBottom-barsTop) }
	for n := 0; n <= int(mostItems); n += 5 {
		p.line("grid", left, atItems(float64(n)), right, atItems(float64(n)))
		p.text("right", left-8, atItems(float64(n))+4, fmt.Sprint(n))
	}
	for i, w := range res.Weeks {
		sum, x := 0.0, left+float64(i)*week
		for _, k := range []refresh.Kind{refresh.Missed, refresh.Letter, refresh.Fresh} {
			n := w.Asked[k]
			p.rect(string(k), x+1, atItems(sum+n), week-2, atItems(sum)-atItems(sum+n))
			sum += n
		}
	}
	for i, k := range []struct{ class, name string }{{"fresh", "fresh scenarios"}, {"letter", "letters"}, {"missed", "own misses"}} {
		y := barsTop + 10 + 24*float64(i)
		p.rect(k.class, right-130, y, 12, 12)
		p.text("", right-112, y+11, k.name)
	}
	res.weeksBelow(p, barsBottom)

	p.text("head", left, keptTop-22, "Share of what was taught that is recalled")
	atShare := func(s float64) float64 { return keptBottom - s*(keptBottom-keptTop) }
	for s := 0; s <= 100; s += 25 {
		p.line("grid", left, atShare(float64(s)/100), right, atShare(float64(s)/100))
		p.text("right", left-8, atShare(float64(s)/100)+4, fmt.Sprintf("%d %%", s))
	}
	for _, c := range []struct {
		class, name string
		of          func(Week) float64
		down        float64 // moves the name away from its neighbour's
	}{
		{"with", "refresher", func(w Week) float64 { return w.With }, 0},
		{"chance", "by chance", func(w Week) float64 { return w.Shuffled }, 8},
		{"without", "nothing", func(w Week) float64 { return w.Without }, 0},
	} {
		var points []float64
		for i, w := range res.Weeks {
			points = append(points, left+(float64(i)+0.5)*week, atShare(c.of(w)))
		}
		p.curve(c.class, points)
		p.text("", right+8, points[len(points)-1]+4+c.down, c.name)
	}
	res.weeksBelow(p, keptBottom)
	p.text("right", right, keptBottom+40, "weeks after the course")
	p.WriteString("</svg>\n")
	return p.String()
}

// weeksBelow writes the numbers of weeks under an axis.
func (res Result) weeksBelow(p *picture, y float64) {
	for _, n := range []int{1, 4, 13, 26, 39, 52} {
		p.text("middle", left+(float64(n)-0.5)*week, y+20, fmt.Sprint(n))
	}
}

package export

import (
	"crypto/sha256"
	"fmt"

	"edu/threatlings/exercises/threatmodel"
)

// A rect is where something stands in a drawing of another tool, in pixels.
type rect struct{ x, y, w, h int }

func (r rect) centre() (x, y int) { return r.x + r.w/2, r.y + r.h/2 }

func (r rect) holds(x, y int) bool { return x >= r.x && x <= r.x+r.w && y >= r.y && y <= r.y+r.h }

// Sizes of a plan.
const (
	nodeWidth, nodeHeight = 160, 80
	gapX, gapY            = 90, 90
	zoneHead, zonePad     = 50, 40
	slotsAcross           = 6
)

// A plan is where zones and components stand in tools that draw a flow as a
// straight line: no component is put on the line between two others, as long as
// there is room for that.
type plan struct {
	zones, nodes map[string]rect
	w, h         int
}

func planOf(m *threatmodel.Model) plan {
	p := plan{zones: map[string]rect{}, nodes: map[string]rect{}}
	y := 40
	for _, z := range m.Zones {
		var ids []string
		for _, c := range m.Components {
			if c.Zone == z.ID {
				ids = append(ids, c.ID)
			}
		}
		rows := (len(ids)+2)/3 + 1 // slots to spare
		if len(ids) < 3 {
			rows = 1
		}
		right, bottom := 0, 0
		for _, id := range ids {
			best, least := rect{}, 1<<30
			for s := range rows * slotsAcross {
				r := rect{40 + zonePad + (s%slotsAcross)*(nodeWidth+gapX), y + zoneHead + s/slotsAcross*(nodeHeight+gapY), nodeWidth, nodeHeight}
				if s/slotsAcross%2 == 1 { // rows are staggered
					r.x += (nodeWidth + gapX) / 2
				}
				if p.taken(r) {
					continue
				}
				if n := p.conflicts(m, id, r); n < least {
					best, least = r, n
				}
				if least == 0 {
					break
				}
			}
			p.nodes[id] = best
			right, bottom = max(right, best.x+best.w), max(bottom, best.y+best.h)
		}
		box := rect{40, y, max(300, right+zonePad-40), max(140, bottom+zonePad-y)}
		p.zones[z.ID] = box
		p.w = max(p.w, box.x+box.w+40)
		y = box.y + box.h + gapY
	}
	p.h = y
	return p
}

func (p plan) taken(r rect) bool {
	for _, o := range p.nodes {
		if r == o {
			return true
		}
	}
	return false
}

// conflicts counts the lines that would run through a component at r, and the
// components through which its own lines would run.
func (p plan) conflicts(m *threatmodel.Model, id string, r rect) (n int) {
	for _, f := range m.Flows {
		at := func(end string) (rect, bool) {
			if end == id {
				return r, true
			}
			o, ok := p.nodes[end]
			return o, ok
		}
		a, ok1 := at(f.From)
		b, ok2 := at(f.To)
		if !ok1 || !ok2 {
			continue
		}
		if f.From != id && f.To != id {
			if crosses(a, b, r) {
				n++
			}
			continue
		}
		for other, o := range p.nodes {
			if other != f.From && other != f.To && crosses(a, b, o) {
				n++
			}
		}
	}
	return n
}

// crosses reports whether the line between the centres of a and b runs through r.
func crosses(a, b, r rect) bool {
	ax, ay := a.centre()
	bx, by := b.centre()
	const steps = 64
	for i := range steps + 1 {
		if r.holds(ax+(bx-ax)*i/steps, ay+(by-ay)*i/steps) {
			return true
		}
	}
	return false
}

// uuid is an id made of what it is for, so that the same model has the same ids.
func uuid(what ...string) string {
	h := sha256.New()
	for _, w := range what {
		fmt.Fprintf(h, "%d:%s;", len(w), w)
	}
	s := h.Sum(nil)
	s[6], s[8] = s[6]&0x0f|0x80, s[8]&0x3f|0x80 // version 8: made by our own rule
	return fmt.Sprintf("%x-%x-%x-%x-%x", s[:4], s[4:6], s[6:8], s[8:10], s[10:16])
}

package workspace

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
	"edu/threatlings/exercises/threatmodel"
)

// systemStep draws the system: a line for quick entry, the list of what is
// there, and the diagram.
type systemStep struct {
	*entryLine
	drawing bool // the diagram is shown instead of the list, where there is no room for both
}

func newSystem(s *Screen) view {
	v := &systemStep{}
	l := &list{s: s, what: "a part or a flow"}
	l.n = func() int { return len(s.m.Flows) + len(s.m.Components) }
	l.row = func(i, w int) string {
		st := s.o.Styles
		if i < len(s.m.Flows) {
			f := s.m.Flows[i]
			return columns(w, []int{5}, st.Strong.Render(mark(f.N)), st.Text.Render(s.m.FlowEntry(f)))
		}
		c := s.m.Components[i-len(s.m.Flows)]
		return columns(w, []int{5, 26}, "", st.Text.Render(c.Name), st.Quiet.Render(c.Kind+" in "+s.m.System().ZoneName(c.Zone)))
	}
	l.plain = func(i int) string {
		if i < len(s.m.Flows) {
			return fmt.Sprintf("Flow %d: %s", s.m.Flows[i].N, s.m.FlowEntry(s.m.Flows[i]))
		}
		c := s.m.Components[i-len(s.m.Flows)]
		return c.Name + ", " + c.Kind + " in " + s.m.System().ZoneName(c.Zone)
	}
	l.remove = func(i int) string { return s.m.RemovePlace(v.place(i)) }
	l.blank = func(i int) bool { return false }
	l.form = v.form
	v.entryLine = newEntryLine(s, l, threatmodel.EntryHelp[0][0], (*threatmodel.Model).Enter)
	return v
}

// mark is a flow's number as the diagram shows it.
func mark(n int) string {
	return input.PlaceMark(scenarios.Place{ID: strconv.Itoa(n), Flow: true})
}

// place is the id of a row's place.
func (v *systemStep) place(i int) string {
	m := v.s.m
	if i < len(m.Flows) {
		return strconv.Itoa(m.Flows[i].N)
	}
	return m.Components[i-len(m.Flows)].ID
}

func (v *systemStep) form(i int) *form {
	s, m := v.s, v.s.m
	var parts []option
	for _, c := range m.Components {
		parts = append(parts, option{c.ID, c.Name})
	}
	if i < len(m.Flows) {
		f := m.Flows[i]
		both := ""
		if f.Both {
			both = "both"
		}
		return &form{title: fmt.Sprintf("Flow %d", f.N), fields: []*field{
			choice("From", f.From, parts, func(t string) { s.m.Flows[i].From = t }),
			choice("To", f.To, parts, func(t string) { s.m.Flows[i].To = t }),
			choice("Data goes", both, []option{{"", "one way"}, {"both", "both ways"}}, func(t string) { s.m.Flows[i].Both = t == "both" }),
			s.text("Protocol", f.Protocol, "HTTPS, plain HTTP, SQL over TLS …", 1, func(t string) { s.m.Flows[i].Protocol = t }),
			s.text("Carries", f.Carries, "card data, token", 1, func(t string) { s.m.Flows[i].Carries = t }),
		}}
	}
	k := i - len(m.Flows)
	c := m.Components[k]
	zone := s.text("Trust zone", s.m.System().ZoneName(c.Zone), "Production", 1, func(t string) {
		if t != "" {
			s.m.SetZone(c.ID, t)
		}
	})
	zone.hint = "Within a zone things trust each other. An arrow between two zones crosses a boundary."
	return &form{title: "A part of the system", fields: []*field{
		s.text("Name", c.Name, "", 1, func(t string) {
			if t != "" {
				s.m.Components[k].Name = t
			}
		}),
		choice("Kind", c.Kind, []option{{"process", "process"}, {"store", "store"}, {"actor", "actor"}, {"external", "external"}}, func(t string) { s.m.Components[k].Kind = t }),
		zone,
		s.text("About", c.About, "what it does, in a sentence", 2, func(t string) { s.m.Components[k].About = t }),
	}}
}

func (v *systemStep) key(k tea.KeyMsg) (bool, tea.Cmd) {
	switch name := k.String(); {
	case name == "tab" || name == "ctrl+d":
		v.drawing = !v.drawing
		return true, nil
	case v.typing: // the line has the keys
	case name == "left":
		return v.list.key(tea.KeyMsg{Type: tea.KeyUp})
	case name == "right":
		return v.list.key(tea.KeyMsg{Type: tea.KeyDown})
	}
	return v.entryLine.key(k)
}

func (v *systemStep) lines(width, height int) []string {
	s, st := v.s, v.s.o.Styles
	room := height - 2
	var body []string
	switch {
	case v.list.n() == 0:
		for _, h := range threatmodel.EntryHelp {
			body = append(body, "  "+st.Text.Render(fit(h[0], 32))+st.Quiet.Render(h[1]))
		}
	case v.beside(width):
		w := max(46, min(width-s.diagram.Width()-3, 60))
		body = beside(v.rows(w, room), s.picture(width-w-3, room), w, " "+st.Frame.Render("│")+" ")
	case v.drawing:
		body = s.picture(width, room)
	default:
		body = v.rows(width, room)
	}
	return v.entryLine.lines(width, body)
}

// beside reports whether there is room for the list and the diagram.
func (v *systemStep) beside(width int) bool {
	return v.s.diagram != nil && width >= 96 && width >= min(v.s.diagram.Width(), 70)+49
}

// rows are the list, and what is said below it.
func (v *systemStep) rows(width, height int) []string {
	st := v.s.o.Styles
	rows := v.list.lines(width, height-1)
	for len(rows) < height-1 {
		rows = append(rows, "")
	}
	help := "api in Production · cache is a store"
	if !v.beside(v.s.width - 4) {
		help += " · tab shows the diagram"
	}
	return append(rows, st.Quiet.Render(ansi.Truncate(help, width, "…")))
}

func (v *systemStep) help() []key.Binding {
	out := v.entryLine.help()
	if v.drawing {
		return append(out, bind("← →", "walk"), bind("tab", "list"))
	}
	return append(out, bind("tab", "diagram"))
}

// picture is the diagram as it is, into a room; a place of the list is lit.
func (s *Screen) picture(width, height int) []string {
	st := s.o.Styles
	switch {
	case s.drawFail != "":
		return []string{st.Warn.Render("The diagram cannot be drawn: " + s.drawFail)}
	case len(s.m.Components) == 0:
		return []string{st.Quiet.Render("The diagram is drawn as soon as there is a part.")}
	case s.diagram == nil:
		return []string{st.Quiet.Render("drawing …")}
	case s.drawn != s.systemKey():
		lines := s.walkLines(width, height-1)
		return append([]string{st.Quiet.Render("drawing …")}, lines...)
	}
	return s.walkLines(width, height)
}

// walkLines draws the diagram with the place of the list's cursor lit.
func (s *Screen) walkLines(width, height int) []string {
	view := s.systemView()
	if sys, ok := s.views[threatmodel.SystemStep].(*systemStep); ok && s.step == threatmodel.SystemStep && sys.list.n() > 0 {
		sys.list.clamp()
		view.Go(sys.place(sys.list.cur))
	}
	view.SetSize(width, height)
	return strings.Split(view.View(), "\n")
}

// systemView is a view of the diagram. What was drawn may be older than the
// model: places that are not in it are told in words alone.
func (s *Screen) systemView() *input.SystemView {
	d := s.diagram
	if d == nil {
		d = &scenarios.Diagram{}
	}
	v := input.NewSystemView(&scenarios.Scenario{System: s.m.System(), Diagram: d}, s.o.Styles)
	v.Notes = s.placeNotes
	return v
}

// placeNotes is what the caption of a place adds.
func (s *Screen) placeNotes(p scenarios.Place) []string {
	var here []string
	for _, t := range s.m.Threats {
		if t.Place == p.ID {
			here = append(here, t.Title())
		}
	}
	if len(here) == 0 {
		return nil
	}
	out := []string{plural(len(here), "threat", "threats") + " here: " + here[0]}
	for _, t := range here[1:min(3, len(here))] {
		out = append(out, "· "+t)
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// systemKey tells systems apart by what the diagram shows of them.
func (s *Screen) systemKey() string {
	var b strings.Builder
	for _, z := range s.m.Zones {
		fmt.Fprintf(&b, "%q %q;", z.ID, z.Name)
	}
	for _, c := range s.m.Components {
		fmt.Fprintf(&b, "%q %q %q;", c.ID, c.Name, c.Zone)
	}
	for _, f := range s.m.Flows {
		fmt.Fprintf(&b, "%d %q %q %t;", f.N, f.From, f.To, f.Both)
	}
	return b.String()
}

// drawLater begins a drawing soon, unless the diagram is the model's.
func (s *Screen) drawLater() tea.Cmd {
	k := s.systemKey()
	if s.drawDue || s.drawing != "" || k == s.drawn || len(s.m.Components) == 0 || s.o.Draw == nil {
		return nil
	}
	s.drawDue = true
	return s.o.After(drawDelay, drawMsg{s})
}

// drawMost is how long a drawing may take before it is given up.
const drawMost = 30 * time.Second

func (s *Screen) draw() tea.Cmd {
	k, sys, draw := s.systemKey(), s.m.System(), s.o.Draw
	if k == s.drawn || len(sys.Components) == 0 {
		return nil
	}
	s.drawing = k
	return func() (msg tea.Msg) {
		ctx, cancel := context.WithTimeout(context.Background(), drawMost)
		defer cancel()
		defer func() { // a fault of the layout engine costs the picture, not the work
			if r := recover(); r != nil {
				msg = drawnMsg{s: s, system: k, err: fmt.Errorf("the layout engine failed: %v", r)}
			}
		}()
		text, places, err := draw(ctx, sys)
		return drawnMsg{s, k, text, places, err}
	}
}

// take shows a finished drawing, and begins the next one if the model has gone on.
func (s *Screen) take(d drawnMsg) tea.Cmd {
	s.drawing, s.drawn, s.drawFail = "", d.system, ""
	if d.err != nil {
		s.drawFail = d.err.Error()
	} else {
		s.diagram = scenarios.ParseDiagram(d.text, d.places)
	}
	return s.drawLater()
}

// walk is the diagram over any step.
type walk struct {
	s    *Screen
	view *input.SystemView
}

func newWalk(s *Screen) overlay {
	w := &walk{s, s.systemView()}
	if t, ok := s.views[threatmodel.ThreatsStep].(*threatsStep); ok && s.step == threatmodel.ThreatsStep && len(s.m.Places()) > 0 {
		w.view.Go(t.place())
	}
	return w
}

func (w *walk) title() string { return "The diagram" }
func (w *walk) lines(width, height int) []string {
	if len(w.s.m.Components) == 0 {
		return []string{w.s.o.Styles.Quiet.Render("There is no part yet. The step System begins one.")}
	}
	w.view.SetSize(width, height)
	return strings.Split(w.view.View(), "\n")
}

func (w *walk) key(k tea.KeyMsg) (bool, tea.Cmd) {
	if len(w.s.m.Components) == 0 {
		return false, nil
	}
	if k.String() == "enter" { // a threat here
		id := w.view.Place().ID
		w.s.goTo(threatmodel.ThreatsStep)
		t := w.s.views[threatmodel.ThreatsStep].(*threatsStep)
		t.row = max(0, slices.Index(w.s.m.Places(), id))
		return true, nil
	}
	return w.view.Update(k), nil
}
func (w *walk) help() []key.Binding {
	return append(w.view.Help(), bind("enter", "look for threats here"))
}

// reading is the design document over any step.
type reading struct {
	s   *Screen
	doc *input.Reader
}

func newReading(s *Screen) overlay {
	md := s.o.Document
	if md == "" {
		md = "There is no design document. Name its file at the step *Feature*, and open the model again."
	}
	return &reading{s, input.NewReader(md, s.o.Markdown)}
}

func (r *reading) title() string { return "The design document" }
func (r *reading) lines(width, height int) []string {
	return slices.Clone(r.doc.View(min(width, 76), height))
}
func (r *reading) key(k tea.KeyMsg) (bool, tea.Cmd) { return r.doc.Key(k.String()), nil }
func (r *reading) help() []key.Binding              { return []key.Binding{bind("↑↓", "scroll")} }

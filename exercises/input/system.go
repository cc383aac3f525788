package input

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/scenarios"
)

// besideFrom is the width from which the caption stands beside the drawing.
const besideFrom = 100

// A SystemView is a system's diagram that can be walked from place to place.
// The place under the eye is drawn in double lines or with a pointer before its
// number, and told in a caption, so that nothing depends on colour.
type SystemView struct {
	// Notes adds lines to the caption of a place, such as the learner's cards there.
	Notes func(scenarios.Place) []string

	sys     *scenarios.System
	diagram *scenarios.Diagram
	places  []scenarios.Place
	styles  *Styles
	cur     int
	width   int
	height  int
	top     int // first line of the drawing in sight
	shift   int // first column of the drawing in sight
}

// NewSystemView makes a view that stands on the first place.
func NewSystemView(s *scenarios.Scenario, st *Styles) *SystemView {
	return &SystemView{sys: s.System, diagram: s.Diagram, places: s.System.Places(), styles: st, Notes: func(scenarios.Place) []string { return nil }}
}

// SetSize gives the columns and rows. With height 0 all of it is drawn.
func (v *SystemView) SetSize(width, height int) { v.width, v.height = width, height }

// Width is the columns that the drawing needs.
func (v *SystemView) Width() int { return v.diagram.Width() }

// Place is the place that is lit.
func (v *SystemView) Place() scenarios.Place { return v.places[v.cur] }

// Go lights the place with the id, if there is one.
func (v *SystemView) Go(id string) {
	for i, p := range v.places {
		if p.ID == id {
			v.cur = i
		}
	}
}

// Help lists the keys of the view.
func (v *SystemView) Help() []key.Binding {
	return []key.Binding{key.NewBinding(key.WithKeys("left", "right"), key.WithHelp("← →", "walk"))}
}

// Update walks: arrows, n and p, a number for a flow, a click for what was
// clicked. It reports whether the message was for it.
func (v *SystemView) Update(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return v.key(msg.String())
	case tea.MouseMsg:
		return v.mouse(msg)
	}
	return false
}

func (v *SystemView) key(k string) bool {
	n := len(v.places)
	switch k {
	case "right", "down", "n", "l", "j":
		v.cur = (v.cur + 1) % n
	case "left", "up", "p", "h", "k":
		v.cur = (v.cur + n - 1) % n
	case "home":
		v.cur = 0
	case "end":
		v.cur = n - 1
	default:
		if len(k) != 1 || k[0] < '1' || k[0] > '9' {
			return false
		}
		v.Go(k)
	}
	return true
}

func (v *SystemView) mouse(m tea.MouseMsg) bool {
	switch {
	case m.Button == tea.MouseButtonWheelDown:
		return v.key("right")
	case m.Button == tea.MouseButtonWheelUp:
		return v.key("left")
	case m.Action != tea.MouseActionPress || m.Button != tea.MouseButtonLeft:
		return false
	}
	if m.Y < 0 || m.Y >= v.drawn(len(v.caption(v.captionWidth()))) {
		return false
	}
	cell := v.diagram.At(m.X+v.shift, m.Y+v.top)
	for i, p := range v.places {
		if p.Cell == cell {
			v.cur = i
			return true
		}
	}
	return false
}

func (v *SystemView) beside() bool { return v.width >= besideFrom }

func (v *SystemView) captionWidth() int {
	if v.beside() {
		return min(60, v.width-v.diagram.Width()-4)
	}
	return v.width
}

// drawn is the number of lines that the drawing gets.
func (v *SystemView) drawn(caption int) int {
	switch all := v.diagram.Height(); {
	case v.height <= 0:
		return all
	case v.beside():
		return min(all, v.height)
	default:
		return min(all, max(3, v.height-caption-1))
	}
}

// View draws the diagram with its caption.
func (v *SystemView) View() string {
	caption := v.caption(v.captionWidth())
	rows := v.drawn(len(caption))
	v.follow(rows)
	var lines []string
	for i := v.top; i < min(v.top+rows, v.diagram.Height()); i++ {
		lines = append(lines, v.line(i))
	}
	if !v.beside() {
		lines = append(append(lines, ""), caption...)
	} else {
		for i, c := range caption {
			if i >= len(lines) {
				lines = append(lines, "")
			}
			lines[i] += strings.Repeat(" ", max(0, v.diagram.Width()+4-ansi.StringWidth(lines[i]))) + c
		}
	}
	if v.height > 0 && len(lines) > v.height {
		lines = lines[:v.height]
	}
	return strings.Join(lines, "\n")
}

// follow scrolls so that the lit place is in sight, with a line around it
// where there is room.
func (v *SystemView) follow(rows int) {
	first, last, ok := v.diagram.Lines(v.Place().Cell)
	if !ok {
		return
	}
	if last-first >= rows { // a long line: its upper end
		last = first + rows - 1
	}
	v.top = scrolled(v.top, rows, v.diagram.Height(), first-1, last+1)
	from, to := v.diagram.Width(), 0
	for i := first; i <= last; i++ {
		col := 0
		for _, r := range v.diagram.Line(i) {
			end := col + ansi.StringWidth(r.Text)
			if r.Cell == v.Place().Cell {
				from, to = min(from, col), max(to, end)
			}
			col = end
		}
	}
	v.shift = scrolled(v.shift, v.width, v.diagram.Width(), from, to-1)
}

// scrolled is the nearest scroll position at which first and last are in sight.
func scrolled(top, size, all, first, last int) int {
	if last >= top+size {
		top = last - size + 1
	}
	if first < top {
		top = first
	}
	return max(0, min(top, all-size))
}

// line draws one line of the diagram.
func (v *SystemView) line(i int) string {
	var b strings.Builder
	mark := PlaceMark(v.Place())
	runs := v.diagram.Line(i)
	for k, r := range runs {
		if k+1 < len(runs) && mark != "" && runs[k+1].Cell == v.Place().Cell && strings.HasPrefix(runs[k+1].Text, mark) {
			// a pointer before the number: a short flow has no line to double
			b.WriteString(plainUnless(v.styles.Quiet, ansi.Truncate(r.Text, ansi.StringWidth(r.Text)-1, "")) + v.styles.Accent.Render("▸"))
			continue
		}
		switch {
		case r.Cell == v.Place().Cell:
			b.WriteString(v.styles.Accent.Render(doubled.Replace(r.Text)))
		case r.Cell == '.':
			b.WriteString(plainUnless(v.styles.Quiet, r.Text))
		default:
			b.WriteString(v.styles.Text.Render(r.Text))
		}
	}
	return ansi.Cut(b.String(), v.shift, v.shift+v.width)
}

// plainUnless leaves blanks without a style: escape sequences cost bytes.
func plainUnless(st lipgloss.Style, s string) string {
	if strings.TrimSpace(s) == "" {
		return s
	}
	return st.Render(s)
}

var doubled = strings.NewReplacer("│", "║", "─", "═", "┌", "╔", "┐", "╗", "└", "╚", "┘", "╝", "├", "╠", "┤", "╣", "┬", "╦", "┴", "╩", "┼", "╬")

// caption tells the lit place in words.
func (v *SystemView) caption(width int) []string {
	p, st := v.Place(), v.styles
	var lines []string
	add := func(style lipgloss.Style, lead, text string) {
		for i, l := range strings.Split(ansi.Wrap(text, max(10, width-2), " "), "\n") {
			if i > 0 {
				lead = "  "
			}
			lines = append(lines, style.Render(lead+l))
		}
	}
	add(st.Accent, "▸ ", PlaceName(p))
	if c, ok := v.sys.Component(p.ID); ok {
		add(st.Quiet, "  ", kindWords(c.Kind)+" in "+v.sys.ZoneName(c.Zone))
	}
	if p.Flow {
		add(st.Text, "  ", p.Protocol)
		add(st.Text, "  ", "carries: "+strings.Join(p.Carries, ", "))
		add(st.Strong, "  ", "crosses: "+Crossing(p))
	}
	if p.About != "" {
		add(st.Quiet, "  ", p.About)
	}
	for _, n := range v.Notes(p) {
		add(st.Text, "  ", n)
	}
	return lines
}

// PlaceName is a place's name with its number, such as "② Gateway API → Billing Service".
func PlaceName(p scenarios.Place) string {
	if n := PlaceMark(p); n != "" {
		return n + " " + p.Name
	}
	return p.Name
}

// PlaceMark is the circled number of a flow, "" for a component.
func PlaceMark(p scenarios.Place) string {
	switch {
	case !p.Flow:
		return ""
	case len(p.ID) == 1 && p.ID[0] >= '1' && p.ID[0] <= '9':
		return string('①' + rune(p.ID[0]-'1'))
	}
	return "(" + p.ID + ")"
}

// Crossing says in words which trust boundary a flow crosses.
func Crossing(p scenarios.Place) string {
	if p.Crosses == "" {
		return "no trust boundary"
	}
	return p.Crosses
}

// ReadOut tells a whole system in sentences, for the line mode.
func ReadOut(p *Prompter, sys *scenarios.System) {
	if sys.Summary != "" {
		p.Say("%s. %s", strings.TrimRight(sys.Title, "."), sys.Summary)
	}
	p.Say("The parts:")
	for _, c := range sys.Components {
		p.Say("%s, %s in %s. %s", c.Name, kindWords(c.Kind), sys.ZoneName(c.Zone), c.About)
	}
	p.Say("What flows between them:")
	for _, f := range sys.Flows {
		p.Say("%s", FlowSentence(sys, f))
	}
}

// FlowSentence tells one flow in words.
func FlowSentence(sys *scenarios.System, f scenarios.Flow) string {
	from, _ := sys.Component(f.From)
	to, _ := sys.Component(f.To)
	back := ""
	if f.Both {
		back = " and back"
	}
	crosses := "It crosses no trust boundary."
	if from.Zone != to.Zone {
		crosses = fmt.Sprintf("It crosses a trust boundary: from %s into %s.", sys.ZoneName(from.Zone), sys.ZoneName(to.Zone))
	}
	carries := ""
	if len(f.Carries) > 0 {
		carries = " Carries: " + strings.Join(f.Carries, ", ") + "."
	}
	return strings.TrimSpace(fmt.Sprintf("Flow %d. From %s to %s%s%s.%s %s %s", f.N, from.Name, to.Name, back, by(f.Protocol), carries, crosses, f.About))
}

// by says with which protocol a flow goes, in a way that reads as a sentence.
func by(protocol string) string {
	without, no := strings.CutPrefix(protocol, "no ")
	switch {
	case protocol == "":
		return ""
	case no:
		return ", without " + without
	case strings.HasPrefix(protocol, "inside "):
		return ", " + protocol
	}
	return ", by " + protocol
}

func kindWords(kind string) string {
	switch kind {
	case "actor":
		return "a person or program"
	case "store":
		return "a data store"
	case "external":
		return "an outside service"
	default:
		return "a process"
	}
}

package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
)

// A field is a row of the card that is open.
type field int

const (
	textField field = iota
	letterField
	placeField
	severityField
)

// An editor is one card being written.
type editor struct {
	text                    *input.Text
	letter, place, severity string
}

// A deck is the cards in their order. The one with the cursor is open; behind
// the last one is the button that hands in.
type deck struct {
	x      *Exercise
	st     *input.Styles
	places []scenarios.Place
	cards  []*editor
	cur    int // len(cards): the button
	field  field
	top    int // first line in sight
}

func newDeck(x *Exercise, st *input.Styles, cards []Card) deck {
	d := deck{x: x, st: st, places: x.scenario.System.Places()}
	for _, c := range cards {
		t := input.NewText(st, c.Text, "a sentence or two").EnterSubmits()
		d.cards = append(d.cards, &editor{t, c.Letter, c.Place, c.Severity})
	}
	return d
}

func (d *deck) values() []Card {
	var out []Card
	for _, e := range d.cards {
		out = append(out, Card{Text: e.text.Value(), Letter: e.letter, Place: e.place, Severity: e.severity})
	}
	return out
}

func (d *deck) written() int {
	n := 0
	for _, e := range d.cards {
		if !e.text.Blank() {
			n++
		}
	}
	return n
}

// current is the open card, nil on the button.
func (d *deck) current() *editor {
	if d.cur < len(d.cards) {
		return d.cards[d.cur]
	}
	return nil
}

// free is the first card on which nothing stands.
func (d *deck) free() (int, bool) {
	i := slices.IndexFunc(d.cards, func(e *editor) bool { return e.text.Blank() && e.place == "" })
	return i, i >= 0
}

func (d *deck) blur() {
	for _, e := range d.cards {
		e.text.Blur()
	}
}

func (d *deck) focus() tea.Cmd {
	d.blur()
	if e := d.current(); e != nil && d.field == textField {
		return e.text.Focus()
	}
	return nil
}

// message passes what is no key on to the field that is being written in.
func (d *deck) message(msg tea.Msg) tea.Cmd {
	if e := d.current(); e != nil && d.field == textField {
		return e.text.Update(msg)
	}
	return nil
}

func (d *deck) key(k tea.KeyMsg) tea.Cmd {
	e, name := d.current(), k.String()
	switch {
	case name == "ctrl+up":
		return d.move(-1)
	case name == "ctrl+down":
		return d.move(1)
	case e == nil:
		switch name {
		case "enter", " ":
			return input.SubmitCmd
		case "up", "k":
			return d.step(-1)
		}
	case d.field == textField:
		return d.textKey(e, k)
	case name == "down", name == "enter", name == "j":
		return d.step(1)
	case name == "up", name == "k":
		return d.step(-1)
	case name == "J":
		return d.move(1)
	case name == "K":
		return d.move(-1)
	default:
		d.chipKey(e, name)
	}
	return nil
}

// textKey handles a key in the text of a card. Enter leads on to the letter;
// every printable key is text.
func (d *deck) textKey(e *editor, k tea.KeyMsg) tea.Cmd {
	switch name := k.String(); {
	case name == "enter" && !k.Paste, name == "down" && e.text.AtBottom():
		return d.step(1)
	case name == "up" && e.text.AtTop():
		return d.step(-1)
	case name == "ctrl+x":
		e.text.DropRest()
		return nil
	}
	return e.text.Update(k)
}

// chipKey chooses on the rows of letter, place and severity.
func (d *deck) chipKey(e *editor, k string) {
	var options []string
	var value *string
	switch d.field {
	case letterField:
		options, value = strings.Split(grading.Letters, ""), &e.letter
		if up := strings.ToUpper(k); len(k) == 1 && strings.Contains(grading.Letters, up) {
			*value = up
			return
		}
	case placeField:
		for _, p := range d.places {
			options = append(options, p.ID)
		}
		value = &e.place
		if slices.Contains(options, k) {
			*value = k
			return
		}
	default:
		options, value = grading.Severities, &e.severity
		for i, o := range options {
			if k == o[:1] && k != "l" || k == fmt.Sprint(i+1) {
				*value = o
				return
			}
		}
	}
	i := slices.Index(options, *value)
	switch k {
	case "right", "l", " ":
		*value = options[(i+1)%len(options)]
	case "left":
		*value = options[(max(i, 0)+len(options)-1)%len(options)]
	case "backspace", "delete", "-":
		*value = ""
	}
}

// step goes from row to row and from card to card.
func (d *deck) step(by int) tea.Cmd {
	switch at := int(d.field) + by; {
	case d.current() == nil && by < 0:
		d.cur, d.field = len(d.cards)-1, severityField
	case at > int(severityField):
		d.cur, d.field = d.cur+1, textField
	case at < 0 && d.cur > 0:
		d.cur, d.field = d.cur-1, severityField
	case at >= 0:
		d.field = field(at)
	}
	return d.focus()
}

// move changes the place of the open card in the order.
func (d *deck) move(by int) tea.Cmd {
	to := d.cur + by
	if d.current() == nil || to < 0 || to >= len(d.cards) {
		return nil
	}
	d.cards[d.cur], d.cards[to] = d.cards[to], d.cards[d.cur]
	d.cur = to
	return d.focus()
}

func (d *deck) help() []key.Binding {
	b := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	switch {
	case d.current() == nil:
		return []key.Binding{b("enter", strings.ToLower(d.x.handIn())), b("↑", "back")}
	case d.field == textField:
		return []key.Binding{b("enter", "on to the letter"), b("alt+enter", "new line")}
	}
	return []key.Binding{b("← →", "choose"), b("↑↓", "row"), b("J K", "move the card")}
}

// view draws the cards into w columns and h rows and tells what can be clicked.
func (d *deck) view(w, h int, focused bool) ([]string, []hit) {
	p := painter{d: d, w: w, focused: focused}
	for i, e := range d.cards {
		if i == min(d.cur, len(d.cards)-1) {
			p.open(i, e, max(3, min(8, h-11-len(d.cards)-len(tooLong(e.text, w-4)))))
		} else {
			p.closed(i, e)
		}
	}
	p.button()
	d.top = max(0, min(d.top, len(p.lines)-h))
	if p.last >= d.top+h {
		d.top = p.last - h + 1
	}
	if p.first < d.top {
		d.top = p.first
	}
	var hits []hit
	for _, x := range p.hits {
		if x.row -= d.top; x.row >= 0 && x.row < h {
			hits = append(hits, x)
		}
	}
	return p.lines[d.top:min(len(p.lines), d.top+h)], hits
}

// A painter draws a deck line by line.
type painter struct {
	d           *deck
	w           int
	focused     bool
	lines       []string
	hits        []hit
	first, last int // the lines of the row with the cursor
}

func (p *painter) add(l string) { p.lines = append(p.lines, l) }

// click makes columns of the next line to be added clickable.
func (p *painter) click(from, to int, do func()) {
	p.hits = append(p.hits, hit{len(p.lines), from, to, func() tea.Cmd { do(); return nil }})
}

func (p *painter) goTo(i int, f field) func() {
	return func() { p.d.cur, p.d.field = i, f }
}

// on reports whether the cursor is on a row of card i.
func (p *painter) on(i int, f field) bool {
	return p.focused && p.d.cur == i && p.d.field == f
}

// closed draws a card in one line.
func (p *painter) closed(i int, e *editor) {
	st := p.d.st
	marks := ""
	for _, m := range []string{e.letter, input.PlaceMark(p.place(e.place)), e.severity} {
		if m != "" {
			marks += "  " + m
		}
	}
	number := p.number(i)
	room := max(8, p.w-3-len(number)-ansi.StringWidth(marks))
	text := ansi.Truncate(orEmpty(shortened(e.text.Value(), room)), room, "…")
	p.click(0, p.w, p.goTo(i, textField))
	pad := strings.Repeat(" ", max(0, room-ansi.StringWidth(text)))
	style := st.Text
	if e.text.Blank() {
		style = st.Quiet
	}
	p.add(st.Quiet.Render(" "+number+"  ") + style.Render(exercises.Isolate(text)) + pad + st.Quiet.Render(marks))
}

// number is that of a card, as wide as that of the last one.
func (p *painter) number(i int) string {
	last := strconv.Itoa(len(p.d.cards))
	return fmt.Sprintf("%*d", len(last), i+1)
}

// shortened keeps a paste of any size from being looked at wholly at each key.
func shortened(s string, n int) string {
	if len(s) > 16*n {
		s = strings.ToValidUTF8(s[:16*n], "")
	}
	return s
}

func (p *painter) place(id string) scenarios.Place {
	for _, x := range p.d.places {
		if x.ID == id {
			return x
		}
	}
	return scenarios.Place{}
}

// open draws a card with all its rows.
func (p *painter) open(i int, e *editor, rows int) {
	st := p.d.st
	if i > 0 {
		p.add("")
	}
	head, frame := st.Strong, st.Frame
	if p.on(i, textField) {
		head, frame = st.Accent, st.FrameFocus
		p.first = len(p.lines)
	}
	title := p.number(i) + "  Who does what to which asset, so that what?"
	p.click(0, p.w, p.goTo(i, textField))
	p.add(p.pointer(i, textField) + head.Render(ansi.Truncate(title, p.w-2, "…")))
	e.text.SetSize(p.w-6, rows)
	rule := strings.Repeat("─", max(0, p.w-4))
	p.add("  " + frame.Render("┌"+rule+"┐"))
	for _, l := range strings.Split(e.text.View(), "\n") {
		l = ansi.Truncate(l, p.w-6, "")
		p.click(0, p.w, p.goTo(i, textField))
		p.add("  " + frame.Render("│ ") + l + strings.Repeat(" ", max(0, p.w-6-ansi.StringWidth(l))) + frame.Render(" │"))
	}
	p.add("  " + frame.Render("└"+rule+"┘"))
	for _, l := range tooLong(e.text, p.w-4) {
		p.add("  " + st.Warn.Render(l))
	}
	p.last = max(p.last, len(p.lines)-1)
	p.letters(i, e)
	p.placeRow(i, e)
	p.severities(i, e)
	if i < len(p.d.cards)-1 {
		p.add("")
	}
}

func (p *painter) pointer(i int, f field) string {
	if p.on(i, f) {
		return p.d.st.Accent.Render("▸ ")
	}
	return "  "
}

// row begins a row of chips and returns its start and the column behind it.
func (p *painter) row(i int, f field, name string) (string, int) {
	style := p.d.st.Quiet
	if p.on(i, f) {
		style = p.d.st.Accent
		p.first, p.last = len(p.lines), len(p.lines)
	}
	return p.pointer(i, f) + style.Render(fmt.Sprintf("%-9s", name)), 11
}

func (p *painter) letters(i int, e *editor) {
	st := p.d.st
	line, col := p.row(i, letterField, "letter")
	for _, l := range strings.Split(grading.Letters, "") {
		p.click(col, col+3, func() { p.goTo(i, letterField)(); e.letter = l })
		if l == e.letter {
			line += st.Selected.Render("[" + l + "]")
		} else {
			line += " " + st.Letter(l).Render(l) + " "
		}
		col += 3
	}
	name := grading.LetterNames[e.letter]
	if name == "" {
		name = "which of the six?"
	}
	p.click(0, p.w, p.goTo(i, letterField))
	p.add(line + st.Quiet.Render(ansi.Truncate("  "+name, max(0, p.w-col), "…")))
}

func (p *painter) placeRow(i int, e *editor) {
	st := p.d.st
	line, col := p.row(i, placeField, "place")
	name, style := "where? ← → chooses, ctrl+d shows", st.Quiet
	if e.place != "" {
		name, style = input.PlaceName(p.place(e.place)), st.Strong
		if p.place(e.place).ID == "" {
			name = e.place
		}
	}
	p.click(0, p.w, p.goTo(i, placeField))
	p.add(line + style.Render(ansi.Truncate(" "+exercises.CleanLine(name), max(0, p.w-col), "…")))
}

func (p *painter) severities(i int, e *editor) {
	st := p.d.st
	line, col := p.row(i, severityField, "severity")
	for _, s := range grading.Severities {
		n := len(s) + 2
		p.click(col, col+n, func() { p.goTo(i, severityField)(); e.severity = s })
		if s == e.severity {
			line += st.Selected.Render("[" + s + "]")
		} else {
			line += st.Text.Render(" " + s + " ")
		}
		col += n
	}
	p.click(0, p.w, p.goTo(i, severityField))
	p.add(line)
}

// button draws the row that hands in.
func (p *painter) button() {
	st, d := p.d.st, p.d
	p.add("")
	said := fmt.Sprintf("  %d of %d written", d.written(), len(d.cards))
	if d.x.button == "" { // what is handed in has an order; in a class a team gives it one later
		said += ", card 1 first"
	}
	label := "[ " + d.x.handIn() + " ]"
	p.click(2, 2+len(label), func() { d.cur = len(d.cards) })
	if p.focused && d.current() == nil {
		p.first, p.last = len(p.lines), len(p.lines)
		p.add(st.Accent.Render("▸ ") + st.Selected.Render(label) + st.Quiet.Render(said))
		return
	}
	p.add("  " + st.Text.Render(label) + st.Quiet.Render(said))
}

// handIn is what the button says.
func (x *Exercise) handIn() string {
	if x.button != "" {
		return x.button
	}
	return "Hand in"
}

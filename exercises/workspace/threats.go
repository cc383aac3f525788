package workspace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
	"edu/threatlings/exercises/threatmodel"
)

var letters = strings.Split(grading.Letters, "")

// threatsStep looks for threats: a grid of places × letters with the questions
// for the square under the cursor, and the list of what was found.
type threatsStep struct {
	s        *Screen
	row, col int
	top      int
	list     bool // the list of all threats instead of the grid
	all      *list
	draws    int
	drawn    string // the question that was drawn; "" after a move
}

func newThreats(s *Screen) view {
	v := &threatsStep{s: s}
	l := &list{s: s, what: "a threat", empty: "No threat yet. tab leads to the grid: choose a place and a letter, and its questions help. Or press a and write one down."}
	l.n = func() int { return len(s.m.Threats) }
	l.row = func(i, w int) string {
		st := s.o.Styles
		t := s.m.Threats[i]
		return columns(w, []int{2, 6}, s.letter(t.Letter), st.Strong.Render(placeMark(t.Place)), st.Text.Render(t.Title()))
	}
	l.plain = func(i int) string {
		t := s.m.Threats[i]
		return said(grading.LetterNames[t.Letter], "no letter") + " at " + said(s.m.PlaceName(t.Place), "no place") + ": " + t.Title()
	}
	l.detail = func(i, w int) []string { return s.told(s.m.Threats[i], w) }
	l.add = func() { s.m.AddThreat(threatmodel.Threat{}) }
	l.named = func(i int) { s.m.NameThreat(i) }
	l.blank = func(i int) bool { return strings.TrimSpace(s.m.Threats[i].Text) == "" }
	l.remove = func(i int) string { removeFrom(&s.m.Threats, i); return "" }
	l.swap = func(i, k int) { swapIn(&s.m.Threats)(i, k) }
	l.form = v.form
	v.all = l
	return v
}

func (s *Screen) letter(l string) string {
	if l == "" {
		return s.o.Styles.Quiet.Render("-")
	}
	return s.o.Styles.Letter(l).Render(l)
}

// placeMark is short for a place: a flow's number, or nothing.
func placeMark(id string) string {
	p := scenarios.Place{ID: id, Flow: id != "" && strings.Trim(id, "0123456789") == ""}
	return input.PlaceMark(p)
}

// told is a threat in full, with what a friendly reader says of it.
func (s *Screen) told(t threatmodel.Threat, width int) []string {
	st := s.o.Styles
	var out []string
	text := wrap(t.Text, width)
	for _, l := range text[:min(4, len(text))] {
		out = append(out, st.Text.Render(l))
	}
	where := s.m.PlaceName(t.Place)
	if a, ok := s.m.Asset(t.Asset); ok {
		where = strings.TrimPrefix(where+" · asset: "+a.Name, " · ")
	}
	if where != "" {
		out = append(out, st.Quiet.Render(fit(where, width)))
	}
	return append(out, s.remarks(t, width)...)
}

func (s *Screen) remarks(t threatmodel.Threat, width int) []string {
	var out []string
	for _, r := range s.m.Remarks(t) {
		for i, l := range wrap(r.Text, width-2) {
			lead := "? "
			if i > 0 {
				lead = "  "
			}
			out = append(out, s.o.Styles.Warn.Render(lead+l))
		}
	}
	return out
}

func (v *threatsStep) form(i int) *form {
	s, m := v.s, v.s.m
	id := m.Threats[i].ID
	at := func() *threatmodel.Threat { return s.m.Threat(id) }
	t := m.Threats[i]
	var letterOptions, places, assets []option
	letterOptions = append(letterOptions, option{"", "-"})
	for _, l := range letters {
		letterOptions = append(letterOptions, option{l, l})
	}
	places, assets = append(places, option{"", "no place yet"}), append(assets, option{"", "none of them"})
	for _, p := range m.System().Places() {
		places = append(places, option{p.ID, input.PlaceName(p)})
	}
	for _, a := range m.Assets {
		assets = append(assets, option{a.ID, a.Name})
	}
	letter := choice("Letter", t.Letter, letterOptions, func(l string) { at().Letter = l })
	letter.hint = "Spoofing, Tampering, Repudiation, Information disclosure, Denial of service, Elevation of privilege"
	place := choice("Place", t.Place, places, func(p string) { at().Place = p })
	place.hint = "← → walks; the first letters of a name, or a flow's number, find it"
	f := &form{title: "A threat: who does what to which asset, so that what?", fields: []*field{
		s.text("Threat", t.Text, "a sentence or two", 4, func(text string) { at().Text = text }),
		letter, place,
		choice("Asset", t.Asset, assets, func(a string) { at().Asset = a }),
	}}
	f.below = func(w int) []string {
		x := *at()
		out := s.remarks(x, w)
		for _, q := range s.o.Guide.Questions(s.m, x.Place, x.Letter) {
			for k, l := range wrap(q, w-2) {
				lead := "· "
				if k > 0 {
					lead = "  "
				}
				out = append(out, s.o.Styles.Quiet.Render(lead+l))
			}
		}
		return out
	}
	return f
}

// place is the place of the grid's row.
func (v *threatsStep) place() string {
	p := v.s.m.Places()
	v.row = max(0, min(v.row, len(p)-1))
	if len(p) == 0 {
		return ""
	}
	return p[v.row]
}

func (v *threatsStep) key(k tea.KeyMsg) (bool, tea.Cmd) {
	s := v.s
	if k.String() == "tab" || k.String() == "t" {
		v.list = !v.list
		return true, nil
	}
	if v.list || len(s.m.Places()) == 0 {
		return v.all.key(k)
	}
	n := len(s.m.Places())
	drawn := v.drawn
	v.drawn = ""
	switch k.String() {
	case "up", "k":
		v.row = max(0, v.row-1)
	case "down", "j":
		v.row = min(n-1, v.row+1)
	case "left", "h":
		v.col = max(0, v.col-1)
	case "right", "l":
		v.col = min(len(letters)-1, v.col+1)
	case "home", "g":
		v.row = 0
	case "end", "G":
		v.row = n - 1
	case "a", "enter", "insert":
		return true, v.addHere()
	case "e":
		return true, v.editHere()
	case " ", "o":
		place, letter := v.place(), letters[v.col]
		if state, _ := s.m.Coverage().At(place, letter); state == threatmodel.Found {
			s.say("Something was found here; e opens it.")
			return true, nil
		}
		s.edit(func(m *threatmodel.Model) {
			if m.Look(place, letter) {
				s.say("Looked, and nothing. That is worth knowing.")
			} else {
				s.say("Not looked yet.")
			}
		})
	case "p":
		place, letter, q, ok := s.o.Guide.Draw(s.m, v.draws)
		if !ok {
			s.say("Every square was looked at. That is rare, and good.")
			return true, nil
		}
		v.draws++
		v.row, v.col, v.drawn = max(0, slices.Index(s.m.Places(), place)), slices.Index(letters, letter), q
	case "S", "T", "R", "I", "D", "E":
		v.col = slices.Index(letters, k.String())
	default:
		v.drawn = drawn
		return false, nil
	}
	return true, nil
}

func (v *threatsStep) addHere() tea.Cmd {
	s := v.s
	if len(s.m.Threats) >= threatmodel.MaxEntries {
		s.say("The list is full.")
		return nil
	}
	place, letter := v.place(), letters[v.col]
	cmd := v.all.addOne()
	t := &s.m.Threats[len(s.m.Threats)-1]
	t.Place, t.Letter = place, letter
	i, done := len(s.m.Threats)-1, s.form.done
	s.form = v.form(i)
	s.form.done = done
	return tea.Batch(cmd, s.open(s.form))
}

// editHere opens the threat of the square, or the list where there are several.
func (v *threatsStep) editHere() tea.Cmd {
	place, letter := v.place(), letters[v.col]
	var here []int
	for i, t := range v.s.m.Threats {
		if t.Place == place && t.Letter == letter {
			here = append(here, i)
		}
	}
	if len(here) == 0 {
		return v.addHere()
	}
	v.all.cur = here[0]
	if len(here) > 1 {
		v.list = true
		return nil
	}
	return v.all.edit(here[0])
}

func (v *threatsStep) lines(width, height int) []string {
	if v.list || len(v.s.m.Places()) == 0 {
		return v.all.lines(width, height)
	}
	if width >= wideFrom-4 {
		w := max(52, min(width-53, 76))
		return beside(v.grid(w, height), v.lens(min(width-w-3, 70), height), w, " "+v.s.o.Styles.Frame.Render("│")+" ")
	}
	lensHeight := 7
	if height < 14 { // in a small window most of it is the grid's
		lensHeight = 4
	}
	below := v.lens(min(width, 76), lensHeight)
	for len(below) < lensHeight && len(v.s.m.Places()) > 6 {
		below = append(below, "") // so that the grid stands still
	}
	rows := min(height-1-len(below), len(v.s.m.Places())+2)
	return append(append(v.grid(min(width, 76), rows), ""), below...)
}

// grid draws places × letters. Each state has a sign of its own.
func (v *threatsStep) grid(width, height int) []string {
	s, st := v.s, v.s.o.Styles
	places, cov := s.m.System().Places(), s.m.Coverage()
	v.place() // holds the cursor to the grid
	name := width - 4*len(letters) - 2
	head := strings.Repeat(" ", name+2)
	for i, l := range letters {
		style := st.Letter(l)
		if i == v.col {
			l = "▾" + l
		} else {
			l = " " + l
		}
		head += " " + style.Render(l) + " "
	}
	out := []string{head}
	room := max(1, height-2)
	v.top = follow(v.top, room, len(places), v.row, v.row)
	for i := v.top; i < min(len(places), v.top+room); i++ {
		p := places[i]
		line := "  "
		label := st.Text
		if i == v.row {
			line, label = st.Accent.Render("▸ "), st.Accent
		}
		line += label.Render(fit(input.PlaceName(p), name))
		for k, l := range letters {
			state, n := cov.At(p.ID, l)
			cell := "·"
			style := st.Quiet
			switch state {
			case threatmodel.LookedAt:
				cell, style = "○", st.Good
			case threatmodel.Found:
				cell, style = fmt.Sprint(min(n, 99)), st.Letter(l)
			}
			if i == v.row && k == v.col {
				line += st.Selected.Render(fmt.Sprintf("[%s]", cell)) + strings.Repeat(" ", max(0, 2-len([]rune(cell))))
			} else {
				line += style.Render(fit(" "+cell, 4))
			}
		}
		out = append(out, line)
	}
	more := ""
	if rest := len(places) - v.top - room; rest > 0 {
		more = fmt.Sprintf(" · %d more ↓", rest)
	}
	return append(out, st.Quiet.Render("  · not looked   ○ nothing   a number: found"+more))
}

// lens asks the questions for the square under the cursor, and shows what was
// found there.
func (v *threatsStep) lens(width, height int) []string {
	s, st := v.s, v.s.o.Styles
	place, letter := v.place(), letters[v.col]
	p, _ := s.m.System().Place(place)
	out := []string{st.Letter(letter).Render(letter) + " " + st.Strong.Render(grading.LetterNames[letter]) + st.Quiet.Render(" at ") + st.Strong.Render(fit(input.PlaceName(p), max(8, width-len(grading.LetterNames[letter])-6)))}
	if f, ok := s.m.Flow(place); ok && height > 4 { // in a small window the questions come first
		say := strings.TrimSpace(f.Protocol + " " + f.Carries)
		out = append(out, st.Quiet.Render(fit(strings.TrimPrefix(say+" · crosses "+input.Crossing(p), " · "), width)))
	}
	var questions []string
	if v.drawn != "" {
		questions = []string{v.drawn}
	} else {
		questions = s.o.Guide.Questions(s.m, place, letter)
	}
	var found []string
	for _, t := range s.m.Threats {
		if t.Place == place && t.Letter == letter {
			text := []string{fit(t.Title(), width-2)}
			if height > 10 { // room for all of it
				text = wrap(t.Text, width-2)
			}
			for k, l := range text {
				lead := "! "
				if k > 0 {
					lead = "  "
				}
				found = append(found, st.Letter(letter).Render(lead)+st.Text.Render(l))
			}
		}
	}
	for i, q := range questions {
		lines := wrap(q, width-2)
		room := height - len(out) - len(found)
		if i == 0 && room > 0 && len(lines) > room { // one question at least, if only its beginning
			lines = []string{fit(q, width-2)}
		}
		if len(lines) > room {
			break
		}
		for k, l := range lines {
			lead := "· "
			if k > 0 {
				lead = "  "
			}
			out = append(out, st.Text.Render(lead+l))
		}
	}
	return append(out, found[:min(len(found), max(0, height-len(out)))]...)
}

func (v *threatsStep) help() []key.Binding {
	if v.list {
		return append(v.all.help(), bind("tab", "grid"))
	}
	return []key.Binding{bind("enter", "threat here"), bind("space", "looked, nothing"), bind("p", "draw a question"), bind("e", "edit"), bind("tab", "list")}
}

package workspace

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"edu/threatlings/exercises/threatmodel"
)

// cursor walks the threats in the order of their priority and stays with its
// threat when the order changes.
type cursor struct {
	id  string
	top int
}

func (c *cursor) at(order []threatmodel.Threat) int {
	for i, t := range order {
		if t.ID == c.id {
			return i
		}
	}
	if len(order) > 0 {
		c.id = order[0].ID
	}
	return 0
}

// move handles the keys that walk.
func (c *cursor) move(k string, order []threatmodel.Threat) bool {
	i := c.at(order)
	switch k {
	case "up", "k":
		i--
	case "down", "j":
		i++
	case "home", "g":
		i = 0
	case "end", "G":
		i = len(order) - 1
	case "pgup":
		i -= 8
	case "pgdown":
		i += 8
	default:
		return false
	}
	if len(order) > 0 {
		c.id = order[max(0, min(i, len(order)-1))].ID
	}
	return true
}

// severity is a word in a colour that it also says.
func (s *Screen) severity(word string) string {
	st := s.o.Styles
	style := st.Quiet
	switch word {
	case "critical", "high":
		style = st.Bad
	case "medium":
		style = st.Warn
	case "low":
		style = st.Good
	}
	if word == "" {
		return st.Quiet.Render("not rated")
	}
	return style.Render(word)
}

// priorityStep rates: how likely, how bad.
type priorityStep struct {
	s *Screen
	c cursor
}

func newPriority(s *Screen) view { return &priorityStep{s: s} }

const noThreats = "There is no threat yet. The step Threats finds some."

func (v *priorityStep) key(k tea.KeyMsg) (bool, tea.Cmd) {
	s := v.s
	order := s.m.Prioritised()
	if v.c.move(k.String(), order) || len(order) == 0 {
		return v.c.move(k.String(), order), nil
	}
	id := order[v.c.at(order)].ID
	rate := func(do func(t *threatmodel.Threat)) (bool, tea.Cmd) {
		s.edit(func(m *threatmodel.Model) { do(m.Threat(id)) })
		return true, nil
	}
	switch k.String() {
	case "l", "L", "right", "left":
		by := 1
		if k.String() == "L" || k.String() == "left" {
			by = -1
		}
		return rate(func(t *threatmodel.Threat) { t.Likelihood = turn(t.Likelihood, by) })
	case "i", "I", "b", "B":
		by := 1
		if k.String() == "I" || k.String() == "B" {
			by = -1
		}
		return rate(func(t *threatmodel.Threat) { t.Impact = turn(t.Impact, by) })
	case "J", "shift+down", "K", "shift+up":
		by := 1
		if k.String() == "K" || k.String() == "shift+up" {
			by = -1
		}
		moved := false
		s.edit(func(m *threatmodel.Model) { moved = m.Move(id, by) })
		if !moved {
			s.say("By hand only ties are broken: its neighbour there has another score.")
		}
		return true, nil
	case "enter", "e":
		t := order[v.c.at(order)]
		rate := func(list []string) []option {
			out := []option{{"0", "?"}}
			for i, w := range list {
				out = append(out, option{fmt.Sprint(i + 1), w})
			}
			return out
		}
		number := func(s string) int { return int(s[0] - '0') }
		return true, s.open(&form{title: t.Title(), fields: []*field{
			choice("How likely?", fmt.Sprint(t.Likelihood), rate(threatmodel.Likelihoods), func(x string) { s.m.Threat(id).Likelihood = number(x) }),
			choice("How bad?", fmt.Sprint(t.Impact), rate(threatmodel.Impacts), func(x string) { s.m.Threat(id).Impact = number(x) }),
			s.text("Because", t.Reason, "what would have to be true for one step more?", 3, func(x string) { s.m.Threat(id).Reason = x }),
		}})
	}
	return false, nil
}

// turn goes round 1, 2, 3.
func turn(n, by int) int {
	n += by
	switch {
	case n > 3:
		return 1
	case n < 1:
		return 3
	}
	return n
}

func (v *priorityStep) lines(width, height int) []string {
	s, st := v.s, v.s.o.Styles
	order := s.m.Prioritised()
	if len(order) == 0 {
		return []string{st.Text.Render(noThreats)}
	}
	cur := v.c.at(order)
	heat := s.heat(order[cur])
	wide := width >= 116
	if wide {
		heat = append(append(heat, ""), s.told(order[cur], 56)...)
		if r := order[cur].Reason; r != "" {
			for _, l := range wrap("because "+r, 56) {
				heat = append(heat, st.Quiet.Render(l))
			}
		}
	}
	room, w := height, width
	if wide {
		w = width - 60
	} else {
		room = max(3, height-len(heat)-1)
	}
	out := s.window(&v.c.top, room, len(order), cur, func(i int) string {
		t := order[i]
		score := "-"
		if t.Score() > 0 {
			score = fmt.Sprint(t.Score())
		}
		return columns(w-2, []int{3, 3, 10}, st.Strong.Render(score), s.letter(t.Letter), s.severity(t.Severity()), st.Text.Render(t.Title()))
	})
	if !wide {
		for len(out) < room {
			out = append(out, "")
		}
		return append(append(out, ""), heat...)
	}
	return beside(out, heat, w, "  ")
}

// heat draws likelihood × impact: how many threats there are in each square,
// its word, and a pointer at the square of one threat.
func (s *Screen) heat(t threatmodel.Threat) []string {
	st := s.o.Styles
	h := s.m.HeatMap()
	out := []string{st.Quiet.Render("how likely ↑")}
	for l := 3; l >= 1; l-- {
		line := st.Quiet.Render(fmt.Sprint(l) + " ")
		for i := 1; i <= 3; i++ {
			word := threatmodel.Severity(l, i)
			count := "  "
			if h[l][i] > 0 {
				count = fmt.Sprintf("%2d", min(h[l][i], 99))
			}
			cell := fit(count+" "+word, 13)
			style := heatStyle(st.Good, st.Warn, st.Bad, word)
			if l == t.Likelihood && i == t.Impact {
				line += st.Selected.Render(cell)
			} else {
				line += style.Render(cell)
			}
		}
		out = append(out, line+st.Quiet.Render("  "+likelihoodWords[l-1]))
	}
	bad := "  "
	for i, w := range impactWords {
		bad += fit(fmt.Sprintf(" %d %s", i+1, w), 13)
	}
	return append(out, st.Quiet.Render(bad+" how bad →"))
}

// Short words for the scales, at the edge of the heat map.
var (
	likelihoodWords = []string{"luck", "effort", "any day"}
	impactWords     = []string{"nuisance", "hurts", "papers"}
)

func heatStyle(good, warn, bad lipgloss.Style, word string) lipgloss.Style {
	switch word {
	case "low":
		return good
	case "medium":
		return warn
	}
	return bad
}

func (v *priorityStep) help() []key.Binding {
	return []key.Binding{bind("← →", "how likely"), bind("b B", "how bad"), bind("enter", "in words"), bind("J K", "break a tie")}
}

// decisionsStep decides: what, who, by when.
type decisionsStep struct {
	s *Screen
	c cursor
}

func newDecisions(s *Screen) view { return &decisionsStep{s: s} }

var decisionAbout = map[string]string{
	"mitigate":  "make it less likely or less bad",
	"eliminate": "take away what makes it possible",
	"transfer":  "let somebody else carry it: a provider, an insurance. Needs a reason and a name.",
	"accept":    "live with it, knowing. Needs a reason and a name.",
}

func (v *decisionsStep) key(k tea.KeyMsg) (bool, tea.Cmd) {
	s := v.s
	order := s.m.Prioritised()
	if v.c.move(k.String(), order) {
		return true, nil
	}
	if len(order) == 0 {
		return false, nil
	}
	id := order[v.c.at(order)].ID
	switch k.String() {
	case "enter", "e", "a", "right":
		return true, s.open(v.form(id))
	case "d":
		s.edit(func(m *threatmodel.Model) { t := m.Threat(id); t.Done = !t.Done })
		return true, nil
	}
	return false, nil
}

func (v *decisionsStep) form(id string) *form {
	s := v.s
	at := func() *threatmodel.Threat { return s.m.Threat(id) }
	t := *at()
	var times []option
	times = append(times, option{"", "?"})
	for _, w := range threatmodel.Times {
		times = append(times, option{w, s.o.Guide.TimeName(w)})
	}
	when := choice("When", t.When, times, func(x string) { at().When = x })
	decision := choice("Decision", t.Decision, words("?", threatmodel.Decisions), func(x string) {
		at().Decision = x
		if w := s.o.Guide.Propose(*at()); at().When == "" && w != "" && x != "" { // a proposal, to be changed
			at().When = w
			when.choose(w)
		}
	})
	when.hint = "Our policy: " + s.o.Guide.Policy()
	when.digit = "revisit"
	date := s.text("Date", t.Date, "2027-01-31", 1, func(x string) {
		if at().Date = ""; threatmodel.IsDate(x) {
			at().Date = x
		}
	})
	wrong := func() string { // what is to be said of the date
		switch d := date.value(); {
		case d == "" || date.hidden():
			return ""
		case !threatmodel.IsDate(d):
			return fmt.Sprintf("%s is no day of the calendar. A date is written as 2027-01-31.", d)
		case d < s.o.Now().Format(time.DateOnly):
			return d + " has passed already."
		}
		return ""
	}
	date.hidden = func() bool { return at().When != "revisit" }
	plan := s.text("Plan", t.Plan, "what will be done", 3, func(x string) { at().Plan = x })
	plan.hidden = func() bool { return at().Decision == "accept" }
	done := ""
	if t.Done {
		done = "yes"
	}
	f := &form{title: t.Title(), fields: []*field{
		decision, plan,
		s.text("Because", t.Reason, "why this decision", 2, func(x string) { at().Reason = x }),
		s.text("Who", t.Owner, "stands for it", 1, func(x string) { at().Owner = x }),
		when, date,
		choice("Carried out", done, []option{{"", "not yet"}, {"yes", "yes"}}, func(x string) { at().Done = x == "yes" }),
	}}
	f.done = func() {
		if w := wrong(); w != "" {
			s.sayBad(errors.New(w))
		}
	}
	f.below = func(w int) []string {
		st := s.o.Styles
		var out []string
		add := func(style lipgloss.Style, text string) {
			for _, l := range wrap(text, w) {
				out = append(out, style.Render(l))
			}
		}
		if about := decisionAbout[at().Decision]; about != "" {
			add(st.Quiet, at().Decision+": "+about)
		}
		if w := wrong(); w != "" {
			add(st.Warn, w)
		}
		if lacks := at().Lacks(); len(lacks) > 0 {
			add(st.Warn, "It still needs "+strings.Join(lacks, " and ")+".")
		}
		if s.o.Guide.Late(*at()) {
			add(st.Warn, "Later than the policy says for what is "+at().Severity()+": "+s.o.Guide.TimeName(s.o.Guide.Propose(*at()))+".")
		}
		return out
	}
	return f
}

func (v *decisionsStep) lines(width, height int) []string {
	s, st := v.s, v.s.o.Styles
	order := s.m.Prioritised()
	if len(order) == 0 {
		return []string{st.Text.Render(noThreats)}
	}
	cur := v.c.at(order)
	detail := v.detail(order[cur], min(width, 96))
	room := max(2, height-len(detail)-1)
	out := s.window(&v.c.top, room, len(order), cur, func(i int) string {
		t := order[i]
		state := st.Quiet.Render("open")
		switch {
		case t.Done:
			state = st.Good.Render("✓ " + t.Decision)
		case t.Decided():
			state = st.Text.Render(t.Decision)
		case t.Decision != "":
			state = st.Warn.Render(t.Decision + " ?")
		}
		when := s.o.Guide.TimeName(t.When)
		if t.When == "revisit" && t.Date != "" {
			when = "revisit " + t.Date
		}
		return columns(width-2, []int{10, 13, max(18, width-2-10-13-20)}, s.severity(t.Severity()), state, st.Text.Render(t.Title()), st.Quiet.Render(when))
	})
	for len(out) < room {
		out = append(out, "")
	}
	return append(append(out, ""), detail...)
}

func (v *decisionsStep) detail(t threatmodel.Threat, width int) []string {
	st := v.s.o.Styles
	var out []string
	text := wrap(t.Text, width)
	for _, l := range text[:min(3, len(text))] {
		out = append(out, st.Text.Render(l))
	}
	for _, r := range [][2]string{{"plan", t.Plan}, {"because", t.Reason}, {"who", t.Owner}} {
		if r[1] != "" {
			out = append(out, st.Quiet.Render(fit(r[0], 9))+st.Text.Render(fit(strings.ReplaceAll(r[1], "\n", " "), width-9)))
		}
	}
	if lacks := t.Lacks(); len(lacks) > 0 {
		out = append(out, st.Warn.Render("needs "+strings.Join(lacks, " and ")))
	}
	if v.s.o.Guide.Late(t) {
		out = append(out, st.Warn.Render("later than the policy says: "+v.s.o.Guide.TimeName(v.s.o.Guide.Propose(t))))
	}
	return out
}

func (v *decisionsStep) help() []key.Binding {
	return []key.Binding{bind("enter", "decide"), bind("d", "carried out")}
}

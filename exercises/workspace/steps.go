package workspace

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/threatmodel"
)

// featureStep says what is being worked on, and by whom.
type featureStep struct{ s *Screen }

func newFeature(s *Screen) view { return featureStep{s} }

var fourQuestions = []string{"What are we working on?", "What can go wrong?", "What are we going to do about it?", "Did we do a good job?"}

func (v featureStep) lines(width, height int) []string {
	st, m := v.s.o.Styles, v.s.m
	w := min(width, 76)
	out := []string{st.Strong.Render(m.Title)}
	feature := m.Feature
	if feature == "" {
		feature = "Nothing is written yet. Press enter."
	}
	for _, l := range wrap(feature, w) {
		out = append(out, st.Text.Render(l))
	}
	out = append(out, "")
	for _, r := range [][2]string{
		{"Facilitator", m.Team.Facilitator}, {"Owner", m.Team.Owner}, {"Scribe", m.Team.Scribe}, {"Attackers", m.Team.Attackers}, {"Document", m.Document}, {"Kept in", v.s.o.Path()},
	} {
		if r[1] == "" {
			continue
		}
		for i, l := range strings.Split(ansi.Hardwrap(r[1], w-labelWidth, true), "\n") { // a path has no blanks
			if i > 0 {
				r[0] = ""
			}
			out = append(out, st.Quiet.Render(fit(r[0], labelWidth))+st.Text.Render(l))
		}
	}
	questions := []string{"", st.Quiet.Render("The four questions of every session")}
	for i, q := range fourQuestions {
		questions = append(questions, "  "+st.Text.Render(string(rune('1'+i))+". "+q))
	}
	agenda, all := []string{}, 0
	for _, step := range threatmodel.Steps {
		agenda = append(agenda, fmt.Sprintf("%s %d", strings.ToLower(step.Name), step.Minutes))
		all += step.Minutes
	}
	times := []string{""}
	for _, l := range wrap(fmt.Sprintf("About %d minutes: %s. Nothing is timed.", all, strings.Join(agenda, ", ")), w) {
		times = append(times, st.Quiet.Render(l))
	}
	keys := []string{""}
	if v.s.o.Document != "" {
		keys = append(keys, st.Accent.Render("▸ ")+st.Text.Render("ctrl+t")+st.Quiet.Render(" reads the design document   ")+st.Text.Render("ctrl+d")+st.Quiet.Render(" walks the diagram"))
	}
	keys = append(keys, st.Accent.Render("▸ ")+st.Text.Render("enter")+st.Quiet.Render(" writes on   ")+st.Text.Render("2")+st.Quiet.Render(" goes on to the system"))
	for _, part := range [][]string{questions, times} { // where there is room for them
		if len(out)+len(part)+len(keys) <= height {
			out = append(out, part...)
		}
	}
	return append(out, keys...)
}

func (v featureStep) key(k tea.KeyMsg) (bool, tea.Cmd) {
	switch k.String() {
	case "enter", "e", "a":
		return true, v.edit()
	}
	return false, nil
}

func (v featureStep) edit() tea.Cmd {
	s := v.s
	m := s.m
	role := func(label, value, placeholder string, keep func(string)) *field {
		return s.text(label, value, placeholder, 1, keep)
	}
	owner := role("Owner", m.Team.Owner, "knows the feature, answers questions", func(t string) { s.m.Team.Owner = t })
	owner.hint = "Alone? Leave the roles empty."
	first := 0
	if m.Title != "" && m.Title != threatmodel.Nameless && m.Feature == "" {
		first = 1 // where there is something to write
	}
	return s.open(&form{title: "The feature", cur: first, fields: []*field{
		s.text("Title", m.Title, "what you call it", 1, func(t string) { s.m.Title = t }),
		s.text("Feature", m.Feature, "Who uses it for what? What is new?", 4, func(t string) { s.m.Feature = t }),
		owner,
		role("Facilitator", m.Team.Facilitator, "asks, keeps the time, tells nothing", func(t string) { s.m.Team.Facilitator = t }),
		role("Scribe", m.Team.Scribe, "writes it down here", func(t string) { s.m.Team.Scribe = t }),
		role("Attackers", m.Team.Attackers, "everybody else", func(t string) { s.m.Team.Attackers = t }),
		role("Document", m.Document, "path of the design document", func(t string) { s.m.Document = t }),
	}})
}

func (v featureStep) help() []key.Binding { return []key.Binding{bind("enter", "write")} }

// assetsStep takes an asset a line.
type assetsStep struct{ *entryLine }

func (v *assetsStep) lines(width, height int) []string {
	return v.entryLine.lines(width, v.list.lines(width, height-2))
}

func newAssets(s *Screen) view {
	l := &list{s: s, what: "an asset", empty: "No asset yet. Think of data first: what would somebody pay for, what would hurt if everybody read it, changed it, or could not get at it? Then of money, trust, and time. One on each line; its class (public, confidential, restricted, secret) and whose it is may follow, after commas."}
	l.n = func() int { return len(s.m.Assets) }
	l.row = func(i, w int) string {
		st := s.o.Styles
		a := s.m.Assets[i]
		return columns(w, []int{40, 16}, st.Text.Render(a.Name), st.Strong.Render(a.Class), st.Quiet.Render(a.Owner))
	}
	l.blank = func(i int) bool { return s.m.Assets[i].Name == "" }
	l.remove = func(i int) string { return s.m.RemoveAsset(s.m.Assets[i].ID) }
	l.swap = func(i, k int) { swapIn(&s.m.Assets)(i, k) }
	l.form = func(i int) *form {
		a := s.m.Assets[i]
		class := choice("Class", a.Class, words("no data", threatmodel.Classes), func(t string) { s.m.Assets[i].Class = t })
		class.hint = "Public may be read by all; confidential by us; restricted by those who need it; secret opens doors, such as keys."
		return &form{title: "An asset", fields: []*field{
			s.text("Name", a.Name, "card numbers, API tokens, our money …", 1, func(t string) { s.m.Assets[i].Name = t }),
			class,
			s.text("Owner", a.Owner, "who decides about it", 1, func(t string) { s.m.Assets[i].Owner = t }),
		}}
	}
	return &assetsStep{newEntryLine(s, l, "card numbers, restricted, Ada", (*threatmodel.Model).EnterAsset)}
}

func newScope(s *Screen) view {
	l := &list{s: s, what: "a line of scope", empty: "Nothing is said yet about what you look at and what you leave out. What is left out needs a reason: “another team owns it”, “it is a session of its own”. Whoever reads it later will ask."}
	l.n = func() int { return len(s.m.Scope) }
	l.row = func(i, w int) string {
		st := s.o.Styles
		x := s.m.Scope[i]
		side := st.Good.Render("in ")
		if x.Out {
			side = st.Warn.Render("out")
		}
		return columns(w, []int{5, 34}, side, st.Text.Render(x.What), st.Quiet.Render(x.Why))
	}
	l.add = func() { s.m.Scope = append(s.m.Scope, threatmodel.Scoped{}) }
	l.blank = func(i int) bool { return s.m.Scope[i].What == "" }
	l.remove = func(i int) string { removeFrom(&s.m.Scope, i); return "" }
	l.swap = func(i, k int) { swapIn(&s.m.Scope)(i, k) }
	l.form = func(i int) *form {
		x := s.m.Scope[i]
		side := ""
		if x.Out {
			side = "out"
		}
		return &form{title: "Scope", fields: []*field{
			s.text("What", x.What, "the new endpoint, the mobile app, last year's export …", 1, func(t string) { s.m.Scope[i].What = t }),
			choice("We", side, []option{{"", "look at it"}, {"out", "leave it out"}}, func(t string) { s.m.Scope[i].Out = t == "out" }),
			s.text("Because", x.Why, "a reason", 1, func(t string) { s.m.Scope[i].Why = t }),
		}}
	}
	return l
}

// newAssumptions holds what is taken for true, and what is still open.
func newAssumptions(s *Screen) view {
	l := &list{s: s, what: "an assumption or a question", empty: "No assumption yet. “The network inside is ours alone.” “The library checks that.” Write down each of them with somebody who finds out. A question that nobody in the room can answer belongs here too."}
	l.n = func() int { return len(s.m.Assumptions) + len(s.m.Questions) }
	assumption := func(i int) bool { return i < len(s.m.Assumptions) }
	entry := func(i int) (text, who *string) {
		if assumption(i) {
			a := &s.m.Assumptions[i]
			return &a.Text, &a.Who
		}
		q := &s.m.Questions[i-len(s.m.Assumptions)]
		return &q.Text, &q.Who
	}
	l.row = func(i, w int) string {
		st := s.o.Styles
		text, who := entry(i)
		kind := st.Strong.Render("we assume")
		if !assumption(i) {
			kind = st.Warn.Render("open")
		}
		name := *who
		if name == "" {
			name = "nobody yet"
		}
		return columns(w, []int{11, max(20, w-11-20)}, kind, st.Text.Render(*text), st.Quiet.Render(name))
	}
	l.add = func() { s.m.Questions = append(s.m.Questions, threatmodel.Question{}) }
	l.blank = func(i int) bool { text, _ := entry(i); return *text == "" }
	l.remove = func(i int) string {
		if assumption(i) {
			removeFrom(&s.m.Assumptions, i)
		} else {
			removeFrom(&s.m.Questions, i-len(s.m.Assumptions))
		}
		return ""
	}
	l.form = func(i int) *form {
		text, who := entry(i)
		kind := "question"
		if assumption(i) {
			kind = "assumption"
		}
		at := i // moves with the entry from one list to the other
		return &form{title: "An assumption or an open question", fields: []*field{
			s.text("Text", *text, "what you take for true, or do not know", 2, func(t string) { p, _ := entry(at); *p = strings.ReplaceAll(t, "\n", " ") }),
			choice("It is", kind, []option{{"assumption", "an assumption"}, {"question", "an open question"}}, func(t string) {
				p, w := entry(at)
				text, who := *p, *w
				l.remove(at)
				if t == "assumption" {
					s.m.Assumptions = append(s.m.Assumptions, threatmodel.Assumption{Text: text, Who: who})
					at = len(s.m.Assumptions) - 1
				} else {
					s.m.Questions = append(s.m.Questions, threatmodel.Question{Text: text, Who: who})
					at = l.n() - 1
				}
				l.cur = at
			}),
			s.text("Who", *who, "finds out", 1, func(t string) { _, w := entry(at); *w = t }),
		}}
	}
	return assumptionsView{l}
}

// assumptionsView adds an assumption with a, a question with o.
type assumptionsView struct{ *list }

func (v assumptionsView) key(k tea.KeyMsg) (bool, tea.Cmd) {
	switch k.String() {
	case "a", "insert":
		return true, v.first(true)
	case "o":
		return true, v.first(false)
	case "enter":
		if v.n() == 0 {
			return true, v.first(true)
		}
	}
	return v.list.key(k)
}

func (v assumptionsView) first(assumption bool) tea.Cmd {
	m := v.s.m
	v.s.begin()
	if assumption {
		m.Assumptions = append(m.Assumptions, threatmodel.Assumption{})
		v.cur = len(m.Assumptions) - 1
	} else {
		m.Questions = append(m.Questions, threatmodel.Question{})
		v.cur = v.n() - 1
	}
	return v.edit(v.cur)
}

func (v assumptionsView) help() []key.Binding {
	return []key.Binding{bind("a", "assumption"), bind("o", "open question"), bind("enter", "edit"), bind("x", "remove")}
}

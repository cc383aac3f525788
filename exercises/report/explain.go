package report

import (
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
)

// details is what a card shows when it is opened.
func (g *graded) details(i int, it exercises.Item) []exercises.Field {
	c, v := g.cards[i], g.verdicts[i]
	var out []exercises.Field
	add := func(label, format string, args ...any) {
		if text := strings.TrimSpace(fmt.Sprintf(format, args...)); text != "" {
			out = append(out, exercises.Field{Label: label, Text: text})
		}
	}
	yours, _ := pairs(v)
	add("you wrote", "%s", quoted(c.Text))
	out[len(out)-1].Marked = yours
	for _, r := range c.Replies {
		add("you added", "%s", quoted(r))
		out[len(out)-1].Marked = yours
	}
	if it.Question != "" || it.Mark == exercises.Plain && g.counted(it.ID) { // the rest would answer the question, or stands with the other card
		return out
	}
	if t, ok := g.threat(it.ID); ok {
		add("the key", "%s", t.Description)
		add("clue", "%s", clue(t))
		add("letter", "%s", g.letterVerdict(c, t))
		add("place", "%s", g.placeVerdict(c, t))
		add("severity", "%s", severityVerdict(c, t))
	}
	if h, ok := g.handled(it.ID); ok {
		add("the design", "%s", quoted(h.Quote))
		if t, ok := g.threat(h.Leftover); ok {
			add("left over", "Something beside it is not dealt with. Look again around %s.", g.x.placeNames(t.Place.Accept))
		}
	}
	return append(out, g.explained(v, it)...)
}

// counted reports whether another card counts for a threat of the key.
func (g *graded) counted(id string) bool {
	return id != "" && slices.ContainsFunc(g.items, func(o exercises.Item) bool { return o.ID == id && o.Mark == exercises.Good })
}

// pairs are the words of the learner and those of the key that they met.
func pairs(v grading.Verdict) (yours, keys []string) {
	for _, m := range v.Explanation.Met {
		yours, keys = append(yours, m.Yours), append(keys, m.Key)
	}
	return yours, keys
}

// explained is what the card leaves out, where the grader had to ask for it;
// and, for whoever wants to know, how the matching came about: the wording that
// the card came nearest to, the words that met and are not the same, and what
// else it could have been.
func (g *graded) explained(v grading.Verdict, it exercises.Item) []exercises.Field {
	var out []exercises.Field
	how := func(label, text string, marked ...string) {
		if text != "" {
			out = append(out, exercises.Field{Label: label, Text: text, Marked: marked, How: true})
		}
	}
	e := v.Explanation
	if v.AfterQuestion && len(e.Hit) > 0 && len(e.Missing) > 0 {
		out = append(out, exercises.Field{Label: "your card", Text: "It could say more about the " + strings.Join(e.Missing, " and the ") + "."})
	}
	if t, ok := g.threat(it.ID); it.ID != "" && (!ok || e.Phrase != t.Description && e.Phrase != t.Title) {
		_, keys := pairs(v)
		how("nearest wording", quoted(e.Phrase), keys...)
	}
	var met []string
	for _, m := range e.Met {
		if m.Yours != m.Key {
			met = append(met, fmt.Sprintf("%s met %s (%s)", quoted(m.Yours), quoted(m.Key), m.How))
		}
	}
	how("how words met", strings.Join(met, "; "))
	if len(e.Hit) > 0 {
		how("parts recognised", strings.Join(e.Hit, ", "))
	}
	how("runner-up", e.RunnerUp)
	return out
}

func quoted(s string) string {
	if s = exercises.CleanLine(s); s == "" {
		return ""
	}
	return "“" + s + "”"
}

// clue is what in the document or the diagram gives a threat away.
func clue(t grading.Threat) string {
	if t.Evidence.Quote != "" {
		return quoted(t.Evidence.Quote)
	}
	return t.Evidence.Diagram
}

func (g *graded) handled(id string) (grading.Handled, bool) {
	for _, h := range slices.Concat(g.key.Handled, g.key.OutOfScope, g.key.AlsoValid) {
		if id != "" && h.ID == id {
			return h, true
		}
	}
	return grading.Handled{}, false
}

func (g *graded) letterVerdict(c Card, t grading.Threat) string {
	names := func(ls []string) string {
		var out []string
		for _, l := range ls {
			out = append(out, l+" "+grading.LetterNames[l])
		}
		return strings.Join(out, " or ")
	}
	switch {
	case slices.Contains(t.Stride.Accept, c.Letter):
		return c.Letter + " fits. " + t.Stride.Why
	case slices.Contains(t.Stride.Also, c.Letter):
		return fmt.Sprintf("%s can be defended and costs nothing; the author thinks of %s first. %s", c.Letter, names(t.Stride.Accept), t.Stride.Why)
	case c.Letter == "":
		return fmt.Sprintf("None chosen; the author says %s. %s", names(t.Stride.Accept), t.Stride.Why)
	}
	return fmt.Sprintf("You chose %s; the author says %s. %s", names([]string{c.Letter}), names(t.Stride.Accept), t.Stride.Why)
}

func (g *graded) placeVerdict(c Card, t grading.Threat) string {
	yours := g.x.placeName(c.Place)
	switch {
	case slices.Contains(t.Place.Accept, c.Place):
		return yours + " is where it happens."
	case slices.Contains(t.Place.Also, c.Place):
		return fmt.Sprintf("%s can be defended; the author looks at %s first. %s", yours, g.x.placeNames(t.Place.Accept), t.Place.Why)
	case c.Place == "":
		return fmt.Sprintf("None chosen; it happens at %s. %s", g.x.placeNames(t.Place.Accept), t.Place.Why)
	}
	return fmt.Sprintf("You chose %s; the author looks at %s. %s", yours, g.x.placeNames(t.Place.Accept), t.Place.Why)
}

func severityVerdict(c Card, t grading.Threat) string {
	s := t.Severity
	why := fmt.Sprintf("Likelihood %s, impact %s. %s", s.Likelihood, s.Impact, s.Why)
	switch {
	case c.Severity == s.Rating:
		return s.Rating + " fits. " + why
	case slices.Contains(s.Tolerate, c.Severity):
		return fmt.Sprintf("%s is a fair reading; the author says %s. %s", c.Severity, s.Rating, why)
	case c.Severity == "":
		return fmt.Sprintf("None chosen; the author says %s. %s", s.Rating, why)
	}
	return fmt.Sprintf("You said %s, the author says %s. %s", c.Severity, s.Rating, why)
}

// more is the reading after a report: the rest of the key, and other people's.
func (g *graded) more() []exercises.Section {
	found := map[string]bool{}
	for _, it := range g.items {
		if it.Mark == exercises.Good {
			found[it.ID] = true
		}
	}
	out := []exercises.Section{
		{Title: "Next step", Text: g.tryNext(found)},
		g.whereabouts(),
	}
	if text := g.missed(found); text != "" {
		out = append(out, exercises.Section{Title: "What you missed", Text: text})
	}
	var changes strings.Builder
	for _, r := range g.key.Remedies {
		changes.WriteString(g.remedy(r) + "\n")
	}
	if changes.Len() > 0 {
		out = append(out, exercises.Section{Title: "One change, several threats", Text: changes.String()})
	}
	for _, s := range g.key.Samples {
		out = append(out, exercises.Section{Title: "A strong three: " + s.Name, Text: g.sample(s)})
	}
	return out
}

// whereabouts shows what was found of what there is, by letter and by place. A
// threat counts once, so that the numbers add up: what was found at the card's own
// letter and place where they fit, and all else at those that the author names first.
func (g *graded) whereabouts() exercises.Section {
	all, hit := map[string]float64{}, map[string]float64{}
	for _, t := range g.key.Threats {
		letter, place := first(t.Stride.Accept), first(t.Place.Accept)
		i := slices.IndexFunc(g.items, func(it exercises.Item) bool { return it.Mark == exercises.Good && it.ID == t.ID })
		if i >= 0 && accepts(t.Stride, g.cards[i].Letter) {
			letter = g.cards[i].Letter
		}
		if i >= 0 && accepts(t.Place, g.cards[i].Place) {
			place = g.cards[i].Place
		}
		for _, at := range []string{letter, place} {
			all[at]++
			if i >= 0 {
				hit[at]++
			}
		}
	}
	s := exercises.Section{Title: "Where the rest was"}
	for _, l := range strings.Split(grading.Letters, "") {
		if all[l] > 0 {
			s.Bars = append(s.Bars, exercises.Bar{Label: l + " " + grading.LetterNames[l], Value: hit[l], Max: all[l]})
		}
	}
	s.Bars = append(s.Bars, exercises.Bar{})
	var empty []string
	for _, p := range g.x.scenario.System.Places() {
		if all[p.ID] == 0 {
			empty = append(empty, input.PlaceName(p))
			continue
		}
		s.Bars = append(s.Bars, exercises.Bar{Label: input.PlaceName(p), Value: hit[p.ID], Max: all[p.ID]})
	}
	s.Text = "Each threat counts once: yours where you saw it, if that fits, and the others at the letter and the place that the author names first."
	if len(empty) > 0 {
		s.Text += " Nothing to find first at: " + strings.Join(empty, "; ") + "."
	}
	return s
}

func (g *graded) missed(found map[string]bool) string {
	var b strings.Builder
	for _, t := range gravest(g.key) {
		if found[t.ID] {
			continue
		}
		fmt.Fprintf(&b, "**%s** (%s, %s, %s)\n\n", strings.TrimRight(t.Title, "."), strings.Join(t.Stride.Accept, " or "), t.Severity.Rating, g.x.placeName(first(t.Place.Accept)))
		if c := clue(t); c != "" {
			fmt.Fprintf(&b, "> %s\n\n", c)
		}
		if m := strings.Join(t.Mitigation, " · "); m != "" {
			fmt.Fprintf(&b, "What helps: %s\n\n", m)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "This is one reviewer's list. You may see what it does not.\n\n" + b.String()
}

func (g *graded) remedy(r grading.SharedRemedy) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nIt removes:\n\n", r.Text)
	for _, id := range r.Removes {
		name := id
		if t, ok := g.threat(id); ok {
			name = t.Title
		}
		fmt.Fprintf(&b, "- %s\n", name)
	}
	return b.String()
}

func (g *graded) sample(s grading.SampleGroup) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%s*\n\n", strings.TrimSpace(s.About))
	for i, c := range s.Cards {
		fmt.Fprintf(&b, "%d. %s (%s, %s, %s)\n", i+1, strings.TrimSpace(c.Text), c.Letter, g.x.placeName(c.Place), c.Severity)
	}
	return b.String()
}

// tryNext is one piece of advice, the one that this report calls for most.
func (g *graded) tryNext(found map[string]bool) string {
	letters := map[string]bool{}
	for _, c := range g.cards {
		letters[c.Letter] = true
	}
	for _, it := range g.items {
		switch it.Mark {
		case exercises.Handled:
			return "Before you write a card, look for the sentence that already deals with it. What is left when the control works? That is often the better card."
		case exercises.Unknown, exercises.Unsure:
			return "Write each card in one breath: **who** does **what** to **which asset**, and **so that what**? Then name the sentence of the design that lets them."
		}
	}
	for _, t := range gravest(g.key) {
		if !found[t.ID] && t.Severity.Rating == "critical" {
			return fmt.Sprintf("Something critical is still there. Stand at %s on the diagram and ask the question for the letter %s.", g.x.placeName(first(t.Place.Accept)), first(t.Stride.Accept))
		}
	}
	if len(g.cards) > 1 && len(letters) == 1 {
		return "All your cards have the same letter. Walk the diagram once more with the five others: one question for each letter at each arrow."
	}
	return "Walk the diagram from the last place to the first. People find most at the start and grow tired: the end is where the others did not look."
}

package export

import (
	"fmt"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/clean"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/threatmodel"
)

// Markdown writes everything that a model holds. The diagram in text stands
// beside the Mermaid one; "" leaves it out.
func Markdown(m *threatmodel.Model, g *threatmodel.Guide, diagram string) []byte {
	d := &document{}
	d.p("# Threat model: %s", clean.Markdown(m.Title))
	d.text(m.Feature)
	d.team(m)
	if len(m.Components) > 0 {
		d.p("## The system")
		d.b.WriteString("```mermaid\n" + Mermaid(m) + "```\n\n")
		if diagram != "" {
			d.b.WriteString("```text\n" + fenceless(diagram) + "```\n\n")
		}
		d.table([]string{"Part", "Kind", "Trust zone", "What it does"}, func(row func(...string)) {
			for _, c := range m.Components {
				row(c.Name, c.Kind, m.System().ZoneName(c.Zone), c.About)
			}
		})
		if len(m.Flows) > 0 {
			d.table([]string{"Flow", "From", "To", "Protocol", "Carries", "Crosses"}, func(row func(...string)) {
				for _, p := range m.System().Places() {
					if f, ok := m.Flow(p.ID); ok {
						from, _ := m.Component(f.From)
						to, _ := m.Component(f.To)
						arrow := ""
						if f.Both {
							arrow = " and back"
						}
						row(p.ID, from.Name, to.Name+arrow, f.Protocol, f.Carries, p.Crosses)
					}
				}
			})
		}
	}
	if len(m.Assets) > 0 {
		d.p("## Assets")
		d.table([]string{"Asset", "Class", "Owner"}, func(row func(...string)) {
			for _, a := range m.Assets {
				row(a.Name, a.Class, a.Owner)
			}
		})
	}
	if len(m.Scope) > 0 {
		d.p("## Scope")
		d.table([]string{"What", "In or out", "Because"}, func(row func(...string)) {
			for _, s := range m.Scope {
				row(s.What, side(s), s.Why)
			}
		})
	}
	d.list("## Assumptions", len(m.Assumptions), func(i int) (string, string) { return m.Assumptions[i].Text, m.Assumptions[i].Who })
	d.threats(m, g)
	d.coverage(m)
	d.accepted(m, g)
	d.list("## Open questions", len(m.Questions), func(i int) (string, string) { return m.Questions[i].Text, m.Questions[i].Who })
	if m.Review != "" {
		d.p("## Did we do a good job?")
		d.text(m.Review)
	}
	return []byte(strings.TrimRight(d.b.String(), "\n") + "\n")
}

func side(s threatmodel.Scoped) string {
	if s.Out {
		return "out"
	}
	return "in"
}

// A document is Markdown that is being written.
type document struct{ b strings.Builder }

func (d *document) p(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n\n", args...) }

// text is somebody's own text: their paragraphs stay, their markup does not work.
func (d *document) text(s string) {
	for _, para := range strings.Split(exercises.Clean(s), "\n") {
		if para = strings.TrimSpace(para); para != "" {
			d.p("%s", clean.Markdown(para))
		}
	}
}

func (d *document) team(m *threatmodel.Model) {
	var out []string
	for _, r := range [][2]string{{"facilitator", m.Team.Facilitator}, {"owner", m.Team.Owner}, {"scribe", m.Team.Scribe}, {"attackers", m.Team.Attackers}} {
		if r[1] != "" {
			out = append(out, r[0]+": "+clean.Markdown(r[1]))
		}
	}
	if len(out) > 0 {
		d.p("Team: %s.", strings.Join(out, "; "))
	}
}

func (d *document) table(head []string, rows func(row func(...string))) {
	d.b.WriteString("| " + strings.Join(head, " | ") + " |\n|" + strings.Repeat(" --- |", len(head)) + "\n")
	rows(func(cells ...string) {
		for i, c := range cells {
			cells[i] = clean.Markdown(c)
		}
		d.b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	})
	d.b.WriteString("\n")
}

func (d *document) list(head string, n int, item func(int) (text, who string)) {
	if n == 0 {
		return
	}
	d.p("%s", head)
	for i := range n {
		text, who := item(i)
		if who == "" {
			who = "nobody yet"
		}
		fmt.Fprintf(&d.b, "- %s (%s)\n", clean.Markdown(text), clean.Markdown(who))
	}
	d.b.WriteString("\n")
}

func (d *document) threats(m *threatmodel.Model, g *threatmodel.Guide) {
	d.p("## Threats")
	if len(m.Threats) == 0 {
		d.p("None yet.")
		return
	}
	h := m.HeatMap()
	head := []string{"How likely"}
	for i, w := range threatmodel.Impacts {
		head = append(head, fmt.Sprintf("%d %s", i+1, w))
	}
	d.table(head, func(row func(...string)) {
		for l := 3; l >= 1; l-- {
			row(fmt.Sprintf("%d %s", l, threatmodel.Likelihoods[l-1]), fmt.Sprint(h[l][1]), fmt.Sprint(h[l][2]), fmt.Sprint(h[l][3]))
		}
	})
	for i, t := range m.Prioritised() {
		d.p("### %d. %s", i+1, clean.Markdown(orThe(t.Title(), "A threat without words")))
		d.text(t.Beyond())
		d.field("Letter", letterName(t.Letter))
		d.field("Place", placeOf(m, t))
		d.field("Asset", assetOf(m, t))
		d.field("Rating", ratingOf(t))
		d.field("Decision", decisionOf(t))
		d.field("Plan", t.Plan)
		d.field("Because", t.Reason)
		d.field("When", whenOf(t, g))
		d.field("Who", t.Owner)
		d.b.WriteString("\n")
	}
}

func orThe(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (d *document) field(name, value string) {
	if value = line(value); value != "" {
		fmt.Fprintf(&d.b, "- **%s:** %s\n", name, clean.Markdown(value))
	}
}

func (d *document) coverage(m *threatmodel.Model) {
	places := m.System().Places()
	if len(places) == 0 {
		return
	}
	d.p("## Where we looked")
	d.table(append([]string{"Place"}, strings.Split(grading.Letters, "")...), func(row func(...string)) {
		for _, cells := range coverageRows(m, "nothing", "") {
			row(cells...)
		}
	})
}

// accepted lists what the team lives with: the first thing that somebody will
// ask for in a year.
func (d *document) accepted(m *threatmodel.Model, g *threatmodel.Guide) {
	n := 0
	for _, t := range m.Prioritised() {
		if t.Decision != "accept" && t.Decision != "transfer" {
			continue
		}
		if n++; n == 1 {
			d.p("## Accepted and transferred")
		}
		fmt.Fprintf(&d.b, "- %s: %s. Because: %s. Who: %s. %s\n", clean.Markdown(t.Title()), t.Decision, clean.Markdown(orThe(strings.TrimRight(line(t.Reason), "."), "no reason given")), clean.Markdown(orThe(t.Owner, "nobody")), clean.Markdown(whenOf(t, g)))
	}
	if n > 0 {
		d.b.WriteString("\n")
	}
}

// fenceless keeps a drawing from ending its fence.
func fenceless(s string) string { return strings.ReplaceAll(exercises.Clean(s), "```", "'''") }

// Package sorting is the exercise of putting items into groups, where some
// honestly fit two.
package sorting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Exercise is a sort exercise. Its answer has an entry "item=group" for each item.
type Exercise struct {
	Shared exercises.About `yaml:",inline"`
	Groups []Group         `yaml:"groups"`
	Items  []Item          `yaml:"items"`
}

// A Group is where items go.
type Group struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	About string `yaml:"about"`
}

// An Item is one thing to sort.
type Item struct {
	ID     string            `yaml:"id"`
	Text   string            `yaml:"text"`
	Group  string            `yaml:"group"`  // the author's first choice
	Also   map[string]string `yaml:"also"`   // other groups that can be defended, and why
	Reason string            `yaml:"reason"` // why it belongs to its group
	Not    map[string]string `yaml:"not"`    // tempting groups, and why not
}

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "sort",
		Decode: decode,
		Screen: func(ex exercises.Exercise, o input.Options) input.Screen { return newScreen(ex.(*Exercise), o) },
		Ask:    ask,
	}
}

func decode(src exercises.Source) (exercises.Exercise, error) {
	var x Exercise
	if err := src.Unmarshal(&x); err != nil {
		return nil, err
	}
	errs := src.CheckAbout(&x.Shared, 2)
	bad := func(at, format string, args ...any) { errs = append(errs, src.Fault(at, format, args...)) }
	if n := len(x.Groups); n < 2 || n > 6 {
		bad("$.groups", "there are %d groups; give 2 to 6", n)
	}
	if n := len(x.Items); n < 2 || n > 20 {
		bad("$.items", "there are %d items; give 2 to 20", n)
	}
	groups := map[string]bool{}
	for i, g := range x.Groups {
		if g.ID == "" || g.Name == "" || strings.Contains(g.ID, "=") || groups[g.ID] {
			bad(fmt.Sprintf("$.groups[%d]", i), "a group needs an id of its own and a name")
		}
		groups[g.ID] = true
	}
	seen := map[string]bool{}
	for i, it := range x.Items {
		at := fmt.Sprintf("$.items[%d]", i)
		if it.ID == "" || it.Text == "" || it.Reason == "" || strings.Contains(it.ID, "=") || seen[it.ID] {
			bad(at, "an item needs an id of its own, a text and a reason")
		}
		seen[it.ID] = true
		if !groups[it.Group] {
			bad(at, "item %s belongs to %q, which is no group", it.ID, it.Group)
		}
		for g, why := range it.Also {
			if !groups[g] || g == it.Group || why == "" {
				bad(at, "item %s: also %q must be another group, with a word about why", it.ID, g)
			}
		}
		for g, why := range it.Not {
			if !groups[g] || g == it.Group || it.Also[g] != "" || why == "" {
				bad(at, "item %s: not %q must be a group that does not fit, with the reason", it.ID, g)
			}
		}
	}
	return &x, errors.Join(errs...)
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Samples are the author's first choices, every defensible other choice, and
// everything in one group.
func (x *Exercise) Samples() []exercises.Sample {
	var first, other, one exercises.Answer
	right := true
	for _, it := range x.Items {
		first = append(first, it.ID+"="+it.Group)
		g := it.Group
		for _, o := range x.Groups {
			if it.Also[o.ID] != "" {
				g = o.ID
			}
		}
		other = append(other, it.ID+"="+g)
		one = append(one, it.ID+"="+x.Groups[0].ID)
		right = right && (it.Group == x.Groups[0].ID || it.Also[x.Groups[0].ID] != "")
	}
	out := []exercises.Sample{{Name: "the first choices", Answer: first, Full: true}, {Name: "the other choices", Answer: other, Full: true}}
	if !right {
		out = append(out, exercises.Sample{Name: "everything in one group", Answer: one})
	}
	return out
}

// parse reads an answer as group by item; what there is no longer is left out.
func (x *Exercise) parse(a exercises.Answer) map[string]string {
	out := map[string]string{}
	for _, e := range a {
		item, group, ok := strings.Cut(e, "=")
		if !ok || !slices.ContainsFunc(x.Items, func(i Item) bool { return i.ID == item }) {
			continue
		}
		if _, ok := x.group(group); ok {
			out[item] = group
		}
	}
	return out
}

func (x *Exercise) format(in map[string]string) exercises.Answer {
	var a exercises.Answer
	for _, it := range x.Items {
		if g := in[it.ID]; g != "" {
			a = append(a, it.ID+"="+g)
		}
	}
	return a
}

func (x *Exercise) group(id string) (Group, bool) {
	for _, g := range x.Groups {
		if g.ID == id {
			return g, true
		}
	}
	return Group{}, false
}

// Grade gives each item its part: full for any group that can be defended.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	in := x.parse(a)
	if open := len(x.Items) - len(in); open > 0 {
		what := fmt.Sprintf("%d items have", open)
		if open == 1 {
			what = "One item has"
		}
		return exercises.Result{}, exercises.Incompletef("%s no group yet. Guess where you are not sure: the reasons come afterwards.", what)
	}
	res := exercises.Result{Explain: x.Shared.Explain}
	right := 0
	for _, it := range x.Items {
		out := x.judge(it, in[it.ID])
		if out.Mark != exercises.Bad {
			right++
		}
		res.Items = append(res.Items, out)
	}
	// What went wrong is read first: that is where there is something to learn.
	slices.SortStableFunc(res.Items, func(p, q exercises.Item) int { return order(p.Mark) - order(q.Mark) })
	n := len(x.Items)
	res.Score = float64(right) / float64(n)
	res.Outcome = exercises.OutcomeOf(res.Score)
	switch {
	case right == n:
		res.Summary = fmt.Sprintf("All %d. Some of them can be argued about; see the reasons.", n)
	case n-right <= 2:
		res.Summary = fmt.Sprintf("%d of %d. What is left is worth a second look.", right, n)
	default:
		res.Summary = fmt.Sprintf("%d of %d. Start with the first reason below; it usually explains the next ones.", right, n)
	}
	return res, nil
}

func order(m exercises.Mark) int {
	return slices.Index([]exercises.Mark{exercises.Bad, exercises.Also, exercises.Good}, m)
}

func (x *Exercise) judge(it Item, group string) exercises.Item {
	chosen, _ := x.group(group)
	first, _ := x.group(it.Group)
	out := exercises.Item{Label: it.Text, ID: it.ID, Yours: chosen.Name, Mark: exercises.Good, Reason: it.Reason}
	switch why := it.Also[group]; {
	case group == it.Group:
		for _, g := range x.Groups {
			if w := it.Also[g.ID]; w != "" {
				out.Details = append(out.Details, exercises.Field{Label: "fits too", Text: g.Name + ". " + w})
			}
		}
	case why != "":
		out.Mark, out.Reason = exercises.Also, why
		out.Details = []exercises.Field{{Label: "also", Text: first.Name + ". " + it.Reason}}
	default:
		out.Mark, out.Expected = exercises.Bad, first.Name
		if why := it.Not[group]; why != "" {
			out.Reason = why + " " + it.Reason
		}
	}
	return out
}

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	in := x.parse(draft)
	var names []string
	for _, g := range x.Groups {
		n := g.Name
		if g.About != "" {
			n += ": " + g.About
		}
		names = append(names, n)
	}
	p.Say("The groups:")
	for i, n := range names {
		p.Say("  %d. %s", i+1, n)
	}
	if n := len(in); n > 0 {
		p.Say("You have sorted %d already. Press enter to keep a choice.", n)
	}
	for i, it := range x.Items {
		for {
			question := fmt.Sprintf("%d of %d: %s Which group, 1 to %d?", i+1, len(x.Items), it.Text, len(x.Groups))
			if g, ok := x.group(in[it.ID]); ok {
				question += " You chose " + g.Name + "."
			}
			line, err := p.Line(question)
			if err != nil {
				return nil, err
			}
			if line == "" && in[it.ID] != "" {
				break
			}
			if len(line) == 1 && line[0] >= '1' && int(line[0]-'1') < len(x.Groups) {
				in[it.ID] = x.Groups[line[0]-'1'].ID
				p.Keep(x.format(in))
				break
			}
			p.Say("Type one number from 1 to %d.", len(x.Groups))
		}
	}
	return x.format(in), nil
}

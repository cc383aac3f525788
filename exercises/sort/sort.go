// Package sorting is the exercise of putting items into groups, where some
// honestly fit two.
package sorting

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
	errs = append(errs, x.checkGroups(src)...)
	errs = append(errs, x.checkItems(src)...)
	return &x, errors.Join(errs...)
}

// checkGroups also makes the texts ready to be drawn.
func (x *Exercise) checkGroups(src exercises.Source) (errs []error) {
	seen := map[string]bool{}
	for i := range x.Groups {
		g := &x.Groups[i]
		g.Name, g.About = exercises.Inline(g.Name), exercises.Inline(g.About)
		bad := func(format string, args ...any) {
			errs = append(errs, src.Fault(fmt.Sprintf("$.groups[%d]", i), format, args...))
		}
		switch {
		case g.ID == "" || strings.Contains(g.ID, "="):
			bad("group %d has the id %q; give it one without =, and never change it", i+1, g.ID)
		case seen[g.ID]:
			bad("the id %q is there twice; give each group its own", g.ID)
		}
		seen[g.ID] = true
		if g.Name == "" {
			bad("group %q has no name; one or two words are enough", g.ID)
		}
	}
	return errs
}

// checkItems also makes the texts ready to be drawn.
func (x *Exercise) checkItems(src exercises.Source) (errs []error) {
	seen := map[string]bool{}
	for i := range x.Items {
		it, at := &x.Items[i], fmt.Sprintf("$.items[%d]", i)
		it.Text = exercises.Inline(it.Text)
		bad := func(format string, args ...any) { errs = append(errs, src.Fault(at, format, args...)) }
		switch {
		case it.ID == "" || strings.Contains(it.ID, "="):
			bad("item %d has the id %q; give it one without =, and never change it", i+1, it.ID)
		case seen[it.ID]:
			bad("the id %q is there twice; give each item its own", it.ID)
		}
		seen[it.ID] = true
		if it.Text == "" {
			bad("item %q has no text; say what is sorted", it.ID)
		}
		if strings.TrimSpace(it.Reason) == "" {
			bad("item %q has no reason; say why it belongs to its group", it.ID)
		}
		if _, ok := x.group(it.Group); !ok {
			bad("item %q belongs to %q, which is no group; name the id of one", it.ID, it.Group)
		}
		for _, g := range slices.Sorted(maps.Keys(it.Also)) {
			if _, ok := x.group(g); !ok || g == it.Group || strings.TrimSpace(it.Also[g]) == "" {
				bad("item %q: also %q must be another group, with a word about why", it.ID, g)
			}
		}
		for _, g := range slices.Sorted(maps.Keys(it.Not)) {
			if _, ok := x.group(g); !ok || g == it.Group || it.Also[g] != "" || strings.TrimSpace(it.Not[g]) == "" {
				bad("item %q: not %q must be a group that does not fit, with the reason", it.ID, g)
			}
		}
	}
	return errs
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Chosen is "item=group" for each item that an answer puts into a group.
func (x *Exercise) Chosen(a exercises.Answer) []string { return x.format(x.parse(a)) }

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
	if err := x.open(a, in); err != nil {
		return exercises.Result{}, err
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

// open returns an *Incomplete error when an item has no group yet, or the
// answer is one to an older version.
func (x *Exercise) open(a exercises.Answer, in map[string]string) error {
	var open []string
	for _, it := range x.Items {
		if in[it.ID] == "" {
			open = append(open, it.Text)
		}
	}
	switch {
	case len(open) == 1:
		return exercises.Incompletef("One item has no group yet: %s. Guess if you are not sure: the reasons come afterwards.", short(open[0]))
	case len(open) == 2:
		return exercises.Incompletef("Two items have no group yet: %s, and: %s. Guess where you are not sure: the reasons come afterwards.", short(open[0]), short(open[1]))
	case len(open) > 2:
		return exercises.Incompletef("%d items have no group yet. Guess where you are not sure: the reasons come afterwards.", len(open))
	}
	for _, e := range a {
		item, group, _ := strings.Cut(e, "=")
		if _, ok := x.group(group); !ok || in[item] == "" {
			return exercises.Incompletef("This exercise has changed since you sorted. Look through the items and hand them in again.")
		}
	}
	return nil
}

// short is the beginning of a text, to say which one is meant.
func short(text string) string {
	words := strings.Fields(text)
	if len(words) > 6 {
		return strings.Join(words[:6], " ") + "…"
	}
	return strings.TrimRight(text, ".")
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
				out.Details = append(out.Details, exercises.Field{Label: "fits too", Text: exercises.Sentence(g.Name) + " " + w})
			}
		}
	case why != "":
		out.Mark, out.Reason = exercises.Also, why
		out.Details = []exercises.Field{{Label: "also", Text: exercises.Sentence(first.Name) + " " + it.Reason}}
	default:
		out.Mark, out.Expected = exercises.Bad, first.Name
		if why := it.Not[group]; why != "" {
			out.Reason = why + " " + it.Reason
		}
	}
	return out
}

// errUndo ends a question: the learner takes the item before it back.
var errUndo = errors.New("undo")

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	in := x.parse(draft)
	before := p.Commands
	defer func() { p.Commands = before }()
	p.Commands = append([]input.Command{{Word: "u", Also: []string{"undo"}, Help: "u takes the last item back", Run: func() error { return errUndo }}}, before...)
	p.Say("The groups:")
	for i, g := range x.Groups {
		about := ""
		if g.About != "" {
			about = ": " + g.About
		}
		p.Say("  %d. %s%s", i+1, g.Name, about)
	}
	if len(in) > 0 {
		p.Say("You have sorted %d of %d already:", len(in), len(x.Items))
		x.sayGroups(p, in)
	}
	if err := x.askAll(p, in); err != nil {
		return nil, err
	}
	return x.format(in), nil
}

// askAll asks for the groups that are missing, and then for what is to change.
func (x *Exercise) askAll(p *input.Prompter, in map[string]string) error {
	var asked []int // in this order
	undo := func() {
		if len(asked) == 0 {
			p.Say("There is nothing to take back.")
			return
		}
		last := asked[len(asked)-1]
		asked = asked[:len(asked)-1]
		delete(in, x.Items[last].ID)
		p.Keep(x.format(in))
	}
	for {
		var err error
		i := slices.IndexFunc(x.Items, func(it Item) bool { return in[it.ID] == "" })
		if i < 0 {
			i, err = x.askChange(p)
			if err == nil && i < 0 {
				return nil
			}
		}
		if err == nil {
			err = x.askGroup(p, i, in, len(asked) < spelledOut)
		}
		switch {
		case errors.Is(err, errUndo):
			undo()
		case err != nil:
			return err
		default:
			asked = append(slices.DeleteFunc(asked, func(k int) bool { return k == i }), i)
		}
	}
}

// spelledOut is how many times the names of the groups are said with the question.
const spelledOut = 2

// askChange asks which item goes elsewhere; -1 hands in.
func (x *Exercise) askChange(p *input.Prompter) (int, error) {
	for {
		line, err := p.Line("Every item has a group. Press enter to hand them in, or type the number of an item to change it.")
		if err != nil || line == "" {
			return -1, err
		}
		if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(x.Items) {
			return n - 1, nil
		}
		p.Say("The items have the numbers 1 to %d.", len(x.Items))
	}
}

// sayGroups tells which items have a group.
func (x *Exercise) sayGroups(p *input.Prompter, in map[string]string) {
	for i, it := range x.Items {
		if g, ok := x.group(in[it.ID]); ok {
			p.Say("  Item %d, %s: %s", i+1, strings.TrimRight(it.Text, "."), g.Name)
		}
	}
}

// askGroup asks for the group of one item and keeps it. The groups are named in
// the question, or only counted.
func (x *Exercise) askGroup(p *input.Prompter, i int, in map[string]string, spelled bool) error {
	var names, ids, listed []string
	for n, g := range x.Groups {
		names, ids = append(names, g.Name), append(ids, g.ID)
		listed = append(listed, fmt.Sprintf("%d %s", n+1, g.Name))
	}
	long, short := "Group? "+strings.Join(listed, ", "), fmt.Sprintf("Group 1-%d?", len(names))
	it := x.Items[i]
	p.Say("Item %d of %d: %s", i+1, len(x.Items), it.Text)
	if spelled {
		p.Say("%s", long)
	} else {
		p.Say("%s", short)
	}
	k, _, err := p.Pick(names, letters(ids), false, func(bool) {
		p.Say("Item %d of %d: %s", i+1, len(x.Items), it.Text)
		p.Say("%s", long)
	})
	if err != nil {
		return err
	}
	in[it.ID] = x.Groups[k].ID
	p.Keep(x.format(in))
	return nil
}

// letters are the ids of groups when each is a capital letter, as those of STRIDE are.
func letters(ids []string) []string {
	for _, id := range ids {
		if len(id) != 1 || id[0] < 'A' || id[0] > 'Z' {
			return nil
		}
	}
	return ids
}

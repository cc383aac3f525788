// Package rank is the exercise of putting things in order, where more than one
// order can be defended.
package rank

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Exercise is a rank exercise. Its answer is the ids of all items, first one first.
type Exercise struct {
	Shared exercises.About `yaml:",inline"`
	Items  []Item          `yaml:"items"`
	Orders []Order         `yaml:"orders"` // each can be defended; the nearest one counts
}

// An Item is one thing to rank.
type Item struct {
	ID     string `yaml:"id"`
	Text   string `yaml:"text"`
	Reason string `yaml:"reason"`
	First  string `yaml:"first"` // what putting it first says; optional
	Last   string `yaml:"last"`  // what putting it last says; optional
}

// An Order is one that holds, and why.
type Order struct {
	Order  []string `yaml:"order"`
	Name   string   `yaml:"name"`
	Reason string   `yaml:"reason"`
}

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "rank",
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
	if n := len(x.Items); n < 3 || n > 6 {
		errs = append(errs, src.Fault("$.items", "there are %d items; 3 to 6 can be ranked with some thought", n))
	}
	errs = append(errs, x.checkItems(src)...)
	errs = append(errs, x.checkOrders(src)...)
	return &x, errors.Join(errs...)
}

// checkItems also makes the texts ready to be drawn.
func (x *Exercise) checkItems(src exercises.Source) (errs []error) {
	seen := map[string]bool{}
	for i := range x.Items {
		it, at := &x.Items[i], fmt.Sprintf("$.items[%d]", i)
		it.Text = exercises.Inline(it.Text)
		bad := func(format string, args ...any) { errs = append(errs, src.Fault(at, format, args...)) }
		switch {
		case it.ID == "":
			bad("item %d has no id; give it one and never change it", i+1)
		case seen[it.ID]:
			bad("the id %q is there twice; give each item its own", it.ID)
		}
		seen[it.ID] = true
		if it.Text == "" {
			bad("item %q has no text; say what is ranked", it.ID)
		}
		if strings.TrimSpace(it.Reason) == "" {
			bad("item %q has no reason; say how likely it is and how bad", it.ID)
		}
	}
	return errs
}

func (x *Exercise) checkOrders(src exercises.Source) (errs []error) {
	if len(x.Orders) == 0 {
		errs = append(errs, src.Fault("$.orders", "there is no order that holds; give at least one"))
	}
	for i := range x.Orders {
		o, at := &x.Orders[i], fmt.Sprintf("$.orders[%d]", i)
		o.Name = exercises.Inline(o.Name)
		if !x.permutation(o.Order) {
			errs = append(errs, src.Fault(at+".order", "order %d must name each item once: %s", i+1, strings.Join(x.ids(), ", ")))
		}
		if o.Name == "" || strings.TrimSpace(o.Reason) == "" {
			errs = append(errs, src.Fault(at, "order %d needs a name and a reason; say what somebody thinks who chooses it", i+1))
		}
	}
	return errs
}

func (x *Exercise) ids() []string {
	var out []string
	for _, it := range x.Items {
		out = append(out, it.ID)
	}
	return out
}

func (x *Exercise) permutation(ids []string) bool {
	a, b := slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(x.ids()))
	return slices.Equal(a, b)
}

func (x *Exercise) item(id string) Item {
	for _, it := range x.Items {
		if it.ID == id {
			return it
		}
	}
	return Item{}
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Chosen are the ids of the items in the order of an answer.
func (x *Exercise) Chosen(a exercises.Answer) []string {
	var out []string
	for _, id := range a {
		if slices.Contains(x.ids(), id) && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Samples are the orders that hold, and the reverse of the first, unless that
// holds as well.
func (x *Exercise) Samples() []exercises.Sample {
	var out []exercises.Sample
	for _, o := range x.Orders {
		out = append(out, exercises.Sample{Name: "the order “" + o.Name + "”", Answer: slices.Clone(o.Order), Full: true})
	}
	if len(x.Orders) > 0 {
		back := slices.Clone(x.Orders[0].Order)
		slices.Reverse(back)
		if _, d := x.nearest(back); d > 0 {
			out = append(out, exercises.Sample{Name: "the first order upside down", Answer: back})
		}
	}
	return out
}

// complete puts what a draft or an old answer names first, and the rest behind
// it in the author's order, so that it is always a whole ranking.
func (x *Exercise) complete(a exercises.Answer) []string {
	var out []string
	for _, id := range append(slices.Clone(a), x.ids()...) {
		if slices.Contains(x.ids(), id) && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// nearest is the order that holds with the fewest pairs the other way round.
func (x *Exercise) nearest(ids []string) (Order, int) {
	best, least := Order{}, -1
	for _, o := range x.Orders {
		if d := swapped(ids, o.Order); least < 0 || d < least {
			best, least = o, d
		}
	}
	return best, least
}

// places finds an order that holds and has an item in a place.
func (x *Exercise) places(id string, at int) (Order, bool) {
	for _, o := range x.Orders {
		if o.Order[at] == id {
			return o, true
		}
	}
	return Order{}, false
}

// swapped counts the pairs that stand the other way round (Kendall's distance).
func swapped(a, b []string) int {
	n := 0
	for i := range a {
		for k := i + 1; k < len(a); k++ {
			if slices.Index(b, a[i]) > slices.Index(b, a[k]) {
				n++
			}
		}
	}
	return n
}

// Grade gives full marks for any order that holds, and for others a part by
// the distance to the nearest.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	if !x.permutation(a) {
		return exercises.Result{}, exercises.Incompletef("Put all %d in an order, then hand it in.", len(x.Items))
	}
	near, d := x.nearest(a)
	n := len(x.Items)
	res := exercises.Result{Score: 1 - float64(d)/float64(n*(n-1)/2), Explain: x.Shared.Explain}
	res.Outcome = exercises.OutcomeOf(res.Score)
	switch d {
	case 0:
		res.Summary = fmt.Sprintf("Your order holds: “%s”. %s", near.Name, near.Reason)
	case 1:
		res.Summary = fmt.Sprintf("One pair stands the other way round than in an order that holds: “%s”. %s", near.Name, near.Reason)
	default:
		res.Summary = fmt.Sprintf("The nearest order that holds is “%s”; %d pairs stand the other way round in it. %s", near.Name, d, near.Reason)
	}
	for i, id := range a {
		it := x.item(id)
		at := slices.Index(near.Order, id)
		out := exercises.Item{Label: fmt.Sprintf("%d. %s", i+1, it.Text), ID: id, Reason: it.Reason, Mark: exercises.Good}
		if at != i {
			if o, ok := x.places(id, i); ok {
				out.Mark, out.Word = exercises.Also, fmt.Sprintf("has this place in “%s”", o.Name)
			} else {
				out.Mark, out.Expected = exercises.Bad, fmt.Sprintf("place %d in “%s”", at+1, near.Name)
			}
		}
		if i == 0 && it.First != "" {
			out.Reason += " " + it.First
		}
		if i == n-1 && it.Last != "" {
			out.Reason += " " + it.Last
		}
		res.Items = append(res.Items, out)
	}
	title := "Orders that hold"
	if len(x.Orders) == 1 {
		title = "The order"
	}
	res.More = []exercises.Section{{Title: title, Text: x.others(a)}}
	return res, nil
}

// fewOrders are so few that they are written out.
const fewOrders = 2

// others tells the orders that hold. More than a few are given in the numbers
// that the items have in the learner's own order.
func (x *Exercise) others(yours []string) string {
	var b strings.Builder
	if len(x.Orders) > fewOrders {
		b.WriteString("The numbers are those of your own order, above.\n\n")
	}
	for _, o := range x.Orders {
		if len(x.Orders) > fewOrders {
			var nums []string
			for _, id := range o.Order {
				nums = append(nums, strconv.Itoa(slices.Index(yours, id)+1))
			}
			fmt.Fprintf(&b, "- **%s** (%s) %s\n", exercises.Sentence(o.Name), strings.Join(nums, " "), o.Reason)
			continue
		}
		fmt.Fprintf(&b, "**%s** %s\n\n", exercises.Sentence(o.Name), o.Reason)
		for i, id := range o.Order {
			fmt.Fprintf(&b, "%d. %s\n", i+1, x.item(id).Text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	order := x.complete(draft)
	var texts []string
	for _, id := range order {
		texts = append(texts, x.item(id).Text)
	}
	if !draft.Empty() {
		p.Say("This is your order so far.")
	}
	for {
		picked, err := p.ChooseSeveral(fmt.Sprintf("Type all %d numbers in your order, the first one first.", len(order)), texts, true)
		if err != nil {
			return nil, err
		}
		if len(picked) == 0 {
			line, err := p.Line("Do you want to keep the order as it is listed? Type yes, or press enter to look at it again.")
			if err != nil {
				return nil, err
			}
			if line == "" || !strings.HasPrefix("yes", strings.ToLower(line)) {
				continue
			}
			p.Keep(order)
			return order, nil
		}
		var a exercises.Answer
		for _, i := range picked {
			a = append(a, order[i])
		}
		p.Keep(a)
		if len(a) == len(order) {
			return a, nil
		}
		p.Say("That names %d of %d, and each one needs a place. Type them all, on one line.", len(a), len(order))
	}
}

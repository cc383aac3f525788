// Package budget is the exercise of spending a limited sum on controls. Its
// result tells what happens next, not just a mark.
package budget

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Exercise is a budget exercise. Its answer is the ids of the controls that
// were bought; buying nothing is the answer "nothing".
type Exercise struct {
	Shared   exercises.About `yaml:",inline"`
	Money    int             `yaml:"money"`
	Unit     string          `yaml:"unit"` // such as $
	Worries  []Worry         `yaml:"worries"`
	Controls []Control       `yaml:"controls"`

	best     int      // the most weight that the money closes
	bestPlan []string // a cheapest plan that closes it
}

// A Worry is something that can go wrong.
type Worry struct {
	ID     string `yaml:"id"`
	Text   string `yaml:"text"`
	Weight int    `yaml:"weight"` // how much it matters, 1 to 5
	Open   string `yaml:"open"`   // what happens when nothing is done
	Closed string `yaml:"closed"` // what happens when something is
}

// A Control is something that money can buy.
type Control struct {
	ID     string   `yaml:"id"`
	Text   string   `yaml:"text"`
	Cost   int      `yaml:"cost"`
	Closes []string `yaml:"closes"` // worries
	Needs  []string `yaml:"needs"`  // controls without which it closes nothing
	Reason string   `yaml:"reason"` // what you get and what you give up
}

const nothing = "nothing"

// Kind is the kind for the list of kinds.
func Kind() input.Kind {
	return input.Kind{
		Name:   "budget",
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
	if x.Money <= 0 || x.Unit == "" {
		bad("$.money", "say how much money there is, and its unit")
	}
	if n := len(x.Worries); n < 2 || n > 8 {
		bad("$.worries", "there are %d worries; give 2 to 8", n)
	}
	if n := len(x.Controls); n < 2 || n > 10 {
		bad("$.controls", "there are %d controls; give 2 to 10", n)
		return &x, errors.Join(errs...)
	}
	worries, controls := map[string]bool{}, map[string]bool{}
	for i, w := range x.Worries {
		at := fmt.Sprintf("$.worries[%d]", i)
		if w.ID == "" || w.Text == "" || w.Open == "" || w.Closed == "" || w.Weight < 1 || w.Weight > 5 || worries[w.ID] {
			bad(at, "a worry needs an id of its own, a text, a weight from 1 to 5, and what happens when it stays open and when it is closed")
		}
		worries[w.ID] = true
	}
	for i, c := range x.Controls {
		at := fmt.Sprintf("$.controls[%d]", i)
		if c.ID == "" || c.ID == nothing || c.Text == "" || c.Reason == "" || c.Cost < 0 || controls[c.ID] {
			bad(at, "a control needs an id of its own, a text, a cost and a reason")
		}
		controls[c.ID] = true
		for _, w := range c.Closes {
			if !worries[w] {
				bad(at+".closes", "control %s closes %q, which is no worry", c.ID, w)
			}
		}
	}
	for i, c := range x.Controls {
		for _, n := range c.Needs {
			if !controls[n] || n == c.ID {
				bad(fmt.Sprintf("$.controls[%d].needs", i), "control %s needs %q, which is no other control", c.ID, n)
			}
		}
	}
	x.plan()
	if x.best == 0 {
		bad("$.controls", "no plan within the money closes any worry")
	}
	return &x, errors.Join(errs...)
}

// plan tries all plans, of which there are at most 1,024.
func (x *Exercise) plan() {
	leastCost := -1
	for set := range 1 << len(x.Controls) {
		var ids []string
		for i, c := range x.Controls {
			if set&(1<<i) != 0 {
				ids = append(ids, c.ID)
			}
		}
		cost, weight := x.cost(ids), x.closedWeight(ids)
		if cost <= x.Money && (weight > x.best || weight == x.best && cost < leastCost) {
			x.best, x.bestPlan, leastCost = weight, ids, cost
		}
	}
}

func (x *Exercise) cost(ids []string) int {
	sum := 0
	for _, c := range x.Controls {
		if slices.Contains(ids, c.ID) {
			sum += c.Cost
		}
	}
	return sum
}

// closes reports whether a worry is dealt with by what was bought, and by what.
func (x *Exercise) closes(ids []string, worry string) (Control, bool) {
	for _, c := range x.Controls {
		if slices.Contains(ids, c.ID) && slices.Contains(c.Closes, worry) && x.works(ids, c) {
			return c, true
		}
	}
	return Control{}, false
}

// works reports whether everything that a control needs was bought too.
func (x *Exercise) works(ids []string, c Control) bool {
	for _, n := range c.Needs {
		if !slices.Contains(ids, n) {
			return false
		}
	}
	return true
}

func (x *Exercise) closedWeight(ids []string) int {
	sum := 0
	for _, w := range x.Worries {
		if _, ok := x.closes(ids, w.ID); ok {
			sum += w.Weight
		}
	}
	return sum
}

// About returns what all exercises share.
func (x *Exercise) About() *exercises.About { return &x.Shared }

// Samples are the best plan, and doing nothing.
func (x *Exercise) Samples() []exercises.Sample {
	return []exercises.Sample{
		{Name: "the best plan that the money buys", Answer: slices.Clone(x.bestPlan), Full: true},
		{Name: "buying nothing", Answer: exercises.Answer{nothing}},
	}
}

func (x *Exercise) money(n int) string { return fmt.Sprintf("%s%d", x.Unit, n) }

func (x *Exercise) control(id string) (Control, bool) {
	for _, c := range x.Controls {
		if c.ID == id {
			return c, true
		}
	}
	return Control{}, false
}

// bought are the controls of an answer that there are.
func (x *Exercise) bought(a exercises.Answer) []string {
	var out []string
	for _, c := range x.Controls {
		if slices.Contains(a, c.ID) {
			out = append(out, c.ID)
		}
	}
	return out
}

// Grade tells the consequences. The score is the weight of the worries that
// were closed, beside the most that the money closes.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	ids := x.bought(a)
	if len(ids) == 0 && !slices.Contains(a, nothing) {
		return exercises.Result{}, exercises.Incompletef("Nothing is chosen yet. Some of it costs nothing at all.")
	}
	cost := x.cost(ids)
	if cost > x.Money {
		return exercises.Result{}, exercises.Incompletef("That costs %s and there is %s: %s too much. Leave something out.", x.money(cost), x.money(x.Money), x.money(cost-x.Money))
	}
	weight := x.closedWeight(ids)
	res := exercises.Result{Score: float64(weight) / float64(x.best), Explain: x.Shared.Explain}
	res.Outcome = exercises.OutcomeOf(res.Score)
	closed := 0
	for _, w := range x.Worries {
		it := exercises.Item{Label: w.Text, ID: w.ID, Mark: exercises.Missed, Reason: w.Open}
		if c, ok := x.closes(ids, w.ID); ok {
			closed++
			it.Mark, it.Reason, it.Yours = exercises.Good, w.Closed, c.Text
		}
		res.Items = append(res.Items, it)
	}
	res.Summary = fmt.Sprintf("You spent %s of %s and dealt with %d of %d worries. This is what happens next.", x.money(cost), x.money(x.Money), closed, len(x.Worries))
	var reasons strings.Builder
	for _, c := range x.Controls {
		state := "left"
		if slices.Contains(ids, c.ID) {
			state = "bought"
			if !x.works(ids, c) {
				state = "bought, and not of use alone"
			}
		}
		fmt.Fprintf(&reasons, "- **%s** (%s, %s). %s\n", strings.TrimRight(c.Text, "."), x.money(c.Cost), state, c.Reason)
	}
	res.More = []exercises.Section{{Title: "What each one buys", Text: reasons.String()}}
	if weight < x.best {
		var names []string
		for _, id := range x.bestPlan {
			c, _ := x.control(id)
			names = append(names, strings.ToLower(c.Text[:1])+c.Text[1:])
		}
		res.More = append(res.More, exercises.Section{Title: "A plan that does more", Text: fmt.Sprintf("For %s: %s. Try it, and see what it gives up.", x.money(x.cost(x.bestPlan)), strings.Join(names, "; "))})
	}
	return res, nil
}

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	p.Say("There is %s to spend.", x.money(x.Money))
	var options []string
	for _, c := range x.Controls {
		o := fmt.Sprintf("%s (%s)", c.Text, x.money(c.Cost))
		if c.Cost > x.Money {
			o += ", more than there is"
		}
		options = append(options, o)
	}
	if ids := x.bought(draft); len(ids) > 0 {
		var nums []string
		for i, c := range x.Controls {
			if slices.Contains(ids, c.ID) {
				nums = append(nums, fmt.Sprint(i+1))
			}
		}
		p.Say("You had chosen: %s. Type them again, or others.", strings.Join(nums, " "))
	}
	for {
		picked, err := p.ChooseSeveral("Which do you buy? Type the numbers, or press enter to buy nothing.", options, true)
		if err != nil {
			return nil, err
		}
		a := exercises.Answer{}
		for _, i := range picked {
			a = append(a, x.Controls[i].ID)
		}
		if len(a) == 0 {
			a = exercises.Answer{nothing}
		}
		p.Keep(a)
		if cost := x.cost(a); cost > x.Money {
			p.Say("That costs %s: %s too much. Leave something out.", x.money(cost), x.money(cost-x.Money))
			continue
		}
		return a, nil
	}
}

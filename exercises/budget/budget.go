// Package budget is the exercise of spending a limited sum on controls. Its
// result tells what happens next, not just a mark.
package budget

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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

// nothing is the answer of somebody who buys nothing.
const nothing = "nothing"

// most is the largest sum: ten of them can be added up.
const most = 100_000_000

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
	if x.Money <= 0 || x.Money > most {
		bad("$.money", "money is %d; give a sum from 1 to %d", x.Money, most)
	}
	if x.Unit == "" {
		bad("$.unit", "there is no unit; write one such as $ or days")
	}
	if n := len(x.Worries); n < 2 || n > 8 {
		bad("$.worries", "there are %d worries; give 2 to 8", n)
	}
	if n := len(x.Controls); n < 2 || n > 10 {
		bad("$.controls", "there are %d controls; give 2 to 10", n)
		return &x, errors.Join(errs...)
	}
	errs = append(errs, x.checkWorries(src)...)
	errs = append(errs, x.checkControls(src)...)
	x.plan()
	if x.best == 0 && len(errs) == 0 {
		bad("$.controls", "no plan within the money closes any worry; make one cheaper or give more money")
	}
	return &x, errors.Join(errs...)
}

// checkWorries also makes the texts ready to be drawn.
func (x *Exercise) checkWorries(src exercises.Source) (errs []error) {
	seen := map[string]bool{}
	for i := range x.Worries {
		w, at := &x.Worries[i], fmt.Sprintf("$.worries[%d]", i)
		w.Text = exercises.Inline(w.Text)
		bad := func(format string, args ...any) { errs = append(errs, src.Fault(at, format, args...)) }
		switch {
		case w.ID == "":
			bad("worry %d has no id; give it one and never change it", i+1)
		case seen[w.ID]:
			bad("the id %q is there twice; give each worry its own", w.ID)
		}
		seen[w.ID] = true
		if w.Text == "" {
			bad("worry %q has no text; say what can go wrong", w.ID)
		}
		if w.Weight < 1 || w.Weight > 5 {
			bad("worry %q has the weight %d; say how much it matters, from 1 to 5", w.ID, w.Weight)
		}
		if strings.TrimSpace(w.Open) == "" || strings.TrimSpace(w.Closed) == "" {
			bad("worry %q needs both stories; say in open and in closed what happens then", w.ID)
		}
	}
	return errs
}

// checkControls also makes the texts ready to be drawn.
func (x *Exercise) checkControls(src exercises.Source) (errs []error) {
	seen := map[string]bool{}
	for i := range x.Controls {
		c, at := &x.Controls[i], fmt.Sprintf("$.controls[%d]", i)
		c.Text = exercises.Inline(c.Text)
		bad := func(at, format string, args ...any) { errs = append(errs, src.Fault(at, format, args...)) }
		switch {
		case c.ID == "":
			bad(at, "control %d has no id; give it one and never change it", i+1)
		case c.ID == nothing:
			bad(at, "the id %q stands for an empty plan; give the control another", c.ID)
		case seen[c.ID]:
			bad(at, "the id %q is there twice; give each control its own", c.ID)
		}
		seen[c.ID] = true
		if c.Text == "" {
			bad(at, "control %q has no text; say what is bought", c.ID)
		}
		if strings.TrimSpace(c.Reason) == "" {
			bad(at, "control %q has no reason; say what you get and what you give up", c.ID)
		}
		if c.Cost < 0 || c.Cost > most {
			bad(at+".cost", "control %q costs %d; give a sum from 0 to %d", c.ID, c.Cost, most)
		}
		for _, w := range c.Closes {
			if !slices.ContainsFunc(x.Worries, func(v Worry) bool { return v.ID == w }) {
				bad(at+".closes", "control %q closes %q, which is no worry; name the id of one", c.ID, w)
			}
		}
		for _, n := range c.Needs {
			if _, ok := x.control(n); !ok || n == c.ID {
				bad(at+".needs", "control %q needs %q, which is no other control; name the id of one", c.ID, n)
			}
		}
	}
	return errs
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

// Chosen are the ids of the controls that an answer buys, or "nothing" alone.
func (x *Exercise) Chosen(a exercises.Answer) []string {
	if out := x.bought(a); len(out) > 0 || !slices.Contains(a, nothing) {
		return out
	}
	return []string{nothing}
}

// Samples are the best plan, and doing nothing.
func (x *Exercise) Samples() []exercises.Sample {
	return []exercises.Sample{
		{Name: "the best plan that the money buys", Answer: slices.Clone(x.bestPlan), Full: true},
		{Name: "buying nothing", Answer: exercises.Answer{nothing}},
	}
}

// money writes a sum as $1,150, or as 1,150 days where the unit is a word.
func (x *Exercise) money(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	if first, _ := utf8.DecodeRuneInString(x.Unit); unicode.IsLetter(first) {
		return digits + " " + x.Unit
	}
	return x.Unit + digits
}

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

// current returns an *Incomplete error when an answer names what the exercise
// does not have, as one of an older version may.
func (x *Exercise) current(a exercises.Answer) error {
	for _, id := range a {
		if _, ok := x.control(id); !ok && id != nothing {
			return exercises.Incompletef("This exercise has changed since you chose: something in your plan is no longer for sale. Look through your plan and hand it in again.")
		}
	}
	return nil
}

// Grade tells the consequences. The score is the weight of the worries that
// were closed, beside the most that the money closes.
func (x *Exercise) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	if err := x.current(a); err != nil {
		return exercises.Result{}, err
	}
	ids := x.bought(a)
	if len(ids) == 0 && !slices.Contains(a, nothing) {
		return exercises.Result{}, exercises.Incompletef("Nothing is chosen yet. Choose what you would buy, even if it is only one thing.")
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
		it := exercises.Item{Label: w.Text, ID: w.ID, Mark: exercises.Missed, Word: "still open", Reason: w.Open}
		if c, ok := x.closes(ids, w.ID); ok {
			closed++
			it.Mark, it.Word, it.Reason, it.Yours = exercises.Good, "dealt with", w.Closed, c.Text
		}
		res.Items = append(res.Items, it)
	}
	res.Summary = x.summary(cost, closed, weight == x.best)
	res.More = []exercises.Section{{Title: "What each one buys", Text: x.reasons(ids)}}
	if weight < x.best {
		res.More = append(res.More, exercises.Section{Title: "A plan that does more", Text: x.better()})
	}
	return res, nil
}

func (x *Exercise) summary(cost, closed int, best bool) string {
	left := fmt.Sprintf("%s is left", x.money(x.Money-cost))
	if cost == x.Money {
		left = "nothing is left"
	}
	s := fmt.Sprintf("You spent %s of %s, and %s. It deals with %d of %d worries.", x.money(cost), x.money(x.Money), left, closed, len(x.Worries))
	switch {
	case closed == len(x.Worries):
	case best:
		s += " No plan for this money does more."
	default:
		s += " This is what happens next."
	}
	return s
}

func (x *Exercise) reasons(bought []string) string {
	var b strings.Builder
	for _, c := range x.Controls {
		state := "left"
		if slices.Contains(bought, c.ID) {
			state = "bought"
			if !x.works(bought, c) {
				state = "bought, and not of use alone"
			}
		}
		fmt.Fprintf(&b, "- **%s** (%s, %s). %s\n", strings.TrimRight(c.Text, "."), x.money(c.Cost), state, c.Reason)
	}
	return b.String()
}

// better describes a cheapest plan among the best.
func (x *Exercise) better() string {
	var b strings.Builder
	fmt.Fprintf(&b, "For %s:\n\n", x.money(x.cost(x.bestPlan)))
	for _, id := range x.bestPlan {
		c, _ := x.control(id)
		fmt.Fprintf(&b, "- %s (%s)\n", strings.TrimRight(c.Text, "."), x.money(c.Cost))
	}
	b.WriteString("\nDo it again to try that one, and see what it gives up.\n")
	return b.String()
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
	options = append(options, "Nothing at all")
	plan := exercises.Answer(x.bought(draft))
	if len(plan) > 0 {
		p.Say("Your plan so far: %s. It costs %s.", x.numbers(plan), x.money(x.cost(plan)))
	}
	for {
		question := "Which do you buy? Type the numbers with blanks between them."
		keeps := len(plan) > 0 && x.cost(plan) <= x.Money
		if keeps {
			question += " Press enter to keep your plan."
		}
		picked, err := p.ChooseSeveral(question, options, keeps)
		if err != nil {
			return nil, err
		}
		if len(picked) > 0 {
			plan = nil
		}
		for _, i := range picked {
			if i < len(x.Controls) {
				plan = append(plan, x.Controls[i].ID)
			}
		}
		if len(plan) == 0 {
			plan = exercises.Answer{nothing}
		}
		p.Keep(plan)
		cost := x.cost(plan)
		if cost <= x.Money {
			return plan, nil
		}
		p.Say("That costs %s and there is %s: %s too much. Leave something out.", x.money(cost), x.money(x.Money), x.money(cost-x.Money))
	}
}

// numbers are the numbers under which a plan's controls are listed.
func (x *Exercise) numbers(plan []string) string {
	var nums []string
	for i, c := range x.Controls {
		if slices.Contains(plan, c.ID) {
			nums = append(nums, strconv.Itoa(i+1))
		}
	}
	return strings.Join(nums, " ")
}

// Package plain is the whole course line by line: for screen readers, pipes,
// dumb terminals and scripts. Same content, grading and records as the screens.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"edu/threatlings/course"
	"edu/threatlings/course/refresher"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Options is what a conversation is made from.
type Options struct {
	Session *course.Session
	Kinds   func(name string) (input.Kind, bool)
	In      io.Reader
	Out     io.Writer
	Notices []string // said once, at the start
	Open    string   // the lesson or exercise to begin with; "" begins where the learner was
	// Step is a step to begin with that is no lesson: a sitting of the refresher.
	Step *course.Step
	// Live is where the learner's threat models are kept; nil is nowhere.
	Live *course.Live
}

// talk is one conversation.
type talk struct {
	Options
	ctx context.Context
	p   *input.Prompter
}

// A jump leaves a lesson for somewhere else. It travels as an error through
// the conversation of an exercise, whose answer so far has been kept.
type jump struct {
	step *course.Step
	page int
	menu bool // to the list of lessons
}

func (jump) Error() string { return "going elsewhere" }

// Run holds the conversation until the learner leaves or the input ends.
func Run(ctx context.Context, o Options) error {
	t := &talk{Options: o, ctx: ctx, p: input.NewPrompter(o.In, o.Out)}
	for _, n := range o.Notices {
		t.p.Say("%s", n)
	}
	err := t.run()
	if errors.Is(err, input.ErrLeave) {
		if ro, _ := t.Session.ReadOnly(); ro {
			t.p.Say("Goodbye. Nothing was saved.")
		} else {
			t.p.Say("Goodbye. Everything is saved.")
		}
		err = nil
	}
	return errors.Join(err, t.p.Err())
}

func (t *talk) run() error {
	s := t.Session
	t.p.Say("threatlings: %s. Line mode: every question takes one line.", s.Course.Title)
	t.p.Say("At any question: m lists the lessons, b goes a page back, n goes a page on, q leaves, ? says what else can be typed.")
	if ro, why := s.ReadOnly(); ro {
		t.p.Say("%s", why)
	}
	step, page, err := t.start()
	for {
		var j jump
		switch {
		case err == nil && step == nil:
			return nil
		case err == nil:
			err = t.lesson(step, page)
		case errors.As(err, &j) && j.menu:
			step, page, err = t.menu()
		case errors.As(err, &j):
			step, page, err = j.step, j.page, nil
		default:
			return err
		}
	}
}

func (t *talk) start() (*course.Step, int, error) {
	s := t.Session
	if t.Step != nil {
		return t.Step, 0, nil
	}
	if t.Open != "" {
		if st, ok := s.Course.Step(t.Open); ok {
			return st, s.Resume(st), nil
		}
		if it, ok := s.Course.Item(t.Open); ok {
			return it.Step, it.Page, nil
		}
		return nil, 0, fmt.Errorf("there is no lesson or exercise %q; threatlings status lists them", exercises.CleanLine(t.Open))
	}
	if r := t.refresher(); r != nil && r.Outlook().Due() > 0 {
		t.p.Say("Refresher: %s. Type m and then r for it, or go on with the course.", r.Outlook().When(s.Now()))
	}
	if step, page, ok := s.Next(); ok {
		return step, page, nil
	}
	t.p.Say("Everything that is written is done. Choose a lesson to read or practise again.")
	return t.menu()
}

// commands are the one-word inputs that work everywhere in a lesson.
func (t *talk) commands(step *course.Step, page int) []input.Command {
	go_ := func(to int) func() error {
		return func() error {
			if to < 0 {
				t.p.Say("This is the first page of the lesson.")
				return nil
			}
			if to >= len(step.Pages) {
				return t.after(step)
			}
			return jump{step: step, page: to}
		}
	}
	return []input.Command{
		{Word: "m", Help: "m lists the lessons", Run: func() error { return jump{menu: true} }},
		{Word: "b", Help: "b goes a page back", Run: go_(page - 1)},
		{Word: "n", Help: "n goes a page on", Run: go_(page + 1)},
		{Word: "q", Help: "q leaves; everything is saved", Run: func() error { return input.ErrLeave }},
		{Word: "?", Help: "? says what can be typed", Run: t.help},
	}
}

func (t *talk) help() error {
	for _, c := range t.p.Commands {
		t.p.Say("  %s", c.Help)
	}
	return nil
}

// refresher is what there is to refresh; nil when it cannot be looked up, which is said.
func (t *talk) refresher() *refresher.Refresher {
	r, err := refresher.Of(t.ctx, t.Session, t.Live)
	if err != nil {
		t.p.Say("What there is to refresh cannot be looked up: %s", err.Error())
		return nil
	}
	return r
}

// refresh is the command for a sitting of the refresher, of what is due or of
// practice when nothing is. There is none where there is nothing to refresh.
func (t *talk) refresh() []input.Command {
	r := t.refresher()
	if r == nil || r.Outlook().Nothing() {
		return nil
	}
	o := r.Outlook()
	t.p.Say("Refresher: %s. Type r for it.", o.When(t.Session.Now()))
	return []input.Command{{Word: "r", Help: "r opens the refresher", Run: func() error {
		step, err := r.Sitting(o.Due() == 0)
		if err != nil {
			return err
		}
		if step == nil {
			t.p.Say("There is nothing to ask yet. What you just did is worth asking from tomorrow on.")
			return nil
		}
		return jump{step: step}
	}}}
}

// menu lists all lessons and asks for one.
func (t *talk) menu() (*course.Step, int, error) {
	s := t.Session
	t.p.Commands = []input.Command{
		{Word: "q", Help: "q leaves; everything is saved", Run: func() error { return input.ErrLeave }},
		{Word: "?", Help: "? says what can be typed", Run: t.help},
	}
	var steps []*course.Step
	n := 0
	for _, m := range s.Course.Modules {
		done, all := s.Count(m)
		t.p.Say("%s: %d of %d done.", m.Title, done, all)
		for _, st := range m.Steps {
			if st.Coming {
				t.p.Say("  -  %s (coming)", st.Title)
				continue
			}
			n++
			steps = append(steps, st)
			t.p.Say("  %d. %s (%s, %d minutes)", n, st.Title, s.State(st), st.Minutes)
		}
	}
	t.p.Commands = append(t.p.Commands, t.refresh()...)
	for {
		line, err := t.p.Line("Which lesson? Type its number.")
		if err != nil {
			return nil, 0, err
		}
		var k int
		if _, err := fmt.Sscanf(line, "%d", &k); err == nil && k >= 1 && k <= len(steps) {
			return steps[k-1], s.Resume(steps[k-1]), nil
		}
		t.p.Say("Type a number from 1 to %d.", len(steps))
	}
}

// after goes on behind the last page of a lesson.
func (t *talk) after(step *course.Step) error {
	if step.Sitting != nil {
		next, err := step.Sitting.After(t.ctx)
		if err != nil {
			return err
		}
		if next == nil {
			return jump{menu: true}
		}
		return jump{step: next}
	}
	next := t.Session.Course.After(step)
	if next == nil || next.Module != step.Module {
		t.ending(step.Module)
	}
	if next == nil {
		t.p.Say("This is all that is written so far.")
		return jump{menu: true}
	}
	return jump{step: next, page: t.Session.Resume(next)}
}

func (t *talk) ending(m *course.Module) {
	done, all := t.Session.Count(m)
	t.p.Say("This was the last page of %s. %d of %d lessons are done.", m.Title, done, all)
	if done == all && len(m.Able) > 0 {
		t.p.Say("You can now:")
		for _, a := range m.Able {
			t.p.Say("  - %s", a)
		}
	}
}

// lesson goes through a lesson from a page on. It ends with a jump or an error.
func (t *talk) lesson(step *course.Step, page int) error {
	if page == 0 {
		t.p.Say("\n%s, %s. About %d minutes, %d pages.", step.Module.Title, step.Title, step.Minutes, len(step.Pages))
	}
	for ; page < len(step.Pages); page++ {
		t.p.Commands = t.commands(step, page)
		if ro, _ := t.Session.ReadOnly(); !ro {
			if err := t.Session.Visit(t.ctx, step, page); err != nil {
				return err
			}
		}
		p := step.Pages[page]
		if p.Item != nil {
			if err := t.exercise(step, page, p.Item); err != nil {
				return err
			}
			continue
		}
		if step.Sitting == nil {
			t.p.Commands = append(t.p.Commands, t.study(step, page)...)
		}
		t.p.Say("\nPage %d of %d.", page+1, len(step.Pages))
		t.text(p.Text())
		if _, err := t.p.Line("Press enter to go on."); err != nil {
			return err
		}
	}
	return t.after(step)
}

// exercise asks, hands in, and says how it went.
func (t *talk) exercise(step *course.Step, page int, it *course.Item) error {
	s := t.Session
	kind, ok := t.Kinds(it.Kind)
	if !ok {
		t.p.Say("The exercise %q is of a kind that this version of the program does not know. It is passed over; update the program to do it.", it.Title)
		return nil
	}
	ex, err := it.Exercise()
	if err != nil {
		return fmt.Errorf("opening the exercise %s: %w", it.ID, err)
	}
	n, of := numberOf(step, it)
	t.p.Say("\nExercise %d of %d: %s.", n, of, ex.About().Title)
	draft, err := s.Draft(t.ctx, it)
	if err != nil {
		return err
	}
	if res, _, done := s.LastResult(it); done && draft.Empty() && res.Outcome != exercises.Asked {
		t.p.Say("You have done this one. %s", res.Summary)
		line, err := t.p.Line("Press enter to go on, or type again to do it again.")
		if err != nil {
			return err
		}
		if !strings.HasPrefix(strings.ToLower(line), "a") {
			return nil
		}
	}
	t.text(ex.About().Prompt)
	t.p.Commands = append(t.commands(step, page), t.hintCommand(it, len(ex.About().Hints))...)
	if len(ex.About().Hints) > 0 {
		t.p.Say("h gives a hint.")
	}
	if step.Sitting != nil { // n belongs to some exercises
		leave := func() error { return jump{step: step, page: page + 1} } // the last page is text
		t.p.Commands = append(t.p.Commands, input.Command{Word: "s", Help: "s leaves it for another day", Run: leave})
		t.p.Say("s leaves it for another day.")
	}
	return t.answer(kind, ex, it, draft)
}

// answer asks until an answer could be judged, and goes on with the grader's questions.
func (t *talk) answer(kind input.Kind, ex exercises.Exercise, it *course.Item, draft exercises.Answer) error {
	var saveErr error
	t.p.Keep = func(d exercises.Answer) {
		if ro, _ := t.Session.ReadOnly(); !ro {
			saveErr = t.Session.SaveDraft(t.ctx, it, d)
		}
	}
	defer func() { t.p.Keep = func(exercises.Answer) {} }()
	for {
		a, err := kind.Ask(t.ctx, ex, t.p, draft)
		if err := errors.Join(err, saveErr); err != nil {
			return err
		}
		err = t.handIn(ex, it, a)
		var inc *exercises.Incomplete
		if !errors.As(err, &inc) {
			return err
		}
		t.p.Say("%s", inc.Need)
		t.p.Keep(a)
		draft = a
	}
}

func (t *talk) handIn(ex exercises.Exercise, it *course.Item, a exercises.Answer) error {
	for {
		if ro, why := t.Session.ReadOnly(); ro {
			t.p.Say("This cannot be handed in: %s", why)
			return nil
		}
		res, err := t.Session.Submit(t.ctx, it, a)
		if err != nil {
			return err
		}
		t.result(res)
		asked := -1
		rep, ok := ex.(exercises.Replier)
		for i, item := range res.Items {
			if ok && item.Question != "" {
				asked = i
				break
			}
		}
		if asked < 0 {
			disputed, again, err := t.dispute(ex, a, res)
			if err != nil || !again {
				return err
			}
			a = disputed
			continue
		}
		for i, c := range res.Items[asked].Choices {
			t.p.Say("%d. %s", i+1, c)
		}
		line, err := t.p.Line("Question: " + res.Items[asked].Question)
		if err != nil {
			return err
		}
		if line == "" {
			t.p.Say("Left for later.")
			return nil
		}
		a = rep.Reply(a, asked, line)
	}
}

// dispute lets the learner go on, or disagree with what the grader says of one
// item first: then the answer that says so is to be handed in.
func (t *talk) dispute(ex exercises.Exercise, a exercises.Answer, res exercises.Result) (exercises.Answer, bool, error) {
	d, ok := ex.(exercises.Disputer)
	if !ok {
		_, err := t.p.Line("Press enter to go on.")
		return nil, false, err
	}
	for {
		line, err := t.p.Line("Press enter to go on. If you disagree with what is said of a card, type d and its number, such as d 2.")
		if err != nil || line == "" {
			return nil, false, err
		}
		n := 0
		if _, err := fmt.Sscanf(strings.ToLower(line), "d %d", &n); err != nil || n < 1 || n > len(res.Items) {
			t.p.Say("There are %d cards: d 1 is the first.", len(res.Items))
			continue
		}
		why, err := t.p.Line("What is in it that the grader did not see? It is kept for the author of the list, and the card is yours to judge.")
		if err != nil || why == "" {
			return nil, false, err
		}
		return d.Dispute(a, n-1, why), true, nil
	}
}

func (t *talk) hintCommand(it *course.Item, hints int) []input.Command {
	if hints == 0 {
		return nil
	}
	return []input.Command{{Word: "h", Help: "h gives a hint", Run: func() error {
		open, err := t.Session.Hint(t.ctx, it)
		if errors.Is(err, course.ErrNoHint) {
			t.p.Say("That was the last hint: %s", open[len(open)-1])
			return nil
		}
		if err != nil {
			t.p.Say("%s", err.Error())
			return nil
		}
		t.p.Say("Hint %d of %d: %s", len(open), hints, open[len(open)-1])
		return nil
	}}}
}

func numberOf(step *course.Step, it *course.Item) (n, of int) {
	for i, o := range step.Items() {
		of++
		if o == it {
			n = i + 1
		}
	}
	return n, of
}

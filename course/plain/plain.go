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
		t.offer(step)
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
		{Word: "m", Also: []string{"menu"}, Help: "m lists the lessons", Run: func() error { return jump{menu: true} }},
		{Word: "b", Also: []string{"back"}, Help: "b goes a page back", Run: go_(page - 1)},
		{Word: "n", Also: []string{"next"}, Help: "n goes a page on", Run: go_(page + 1)},
		t.quit(),
		{Word: "?", Also: []string{"help"}, Help: "? says what can be typed", Run: t.help},
	}
}

func (t *talk) quit() input.Command {
	return input.Command{Word: "q", Also: []string{"quit", "exit"}, Help: "q leaves; everything is saved", Run: func() error { return input.ErrLeave }}
}

// help lists the commands. Where two have the same word, the first is run and
// the other cannot be typed.
func (t *talk) help() error {
	seen := map[string]bool{}
	for _, c := range t.p.Commands {
		if !seen[c.Word] {
			t.p.Say("  %s", c.Help)
		}
		seen[c.Word] = true
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
			t.p.Say("%s", o.Wait(t.Session.Now()))
			return nil
		}
		return jump{step: step}
	}}}
}

// menu lists all lessons and asks for one.
func (t *talk) menu() (*course.Step, int, error) {
	s := t.Session
	t.p.Commands = []input.Command{
		t.quit(),
		{Word: "?", Also: []string{"help"}, Help: "? says what can be typed", Run: t.help},
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
			t.p.Say("  %d. %s (%s%s, %d minutes)", n, st.Title, s.State(st), optional(st), st.Minutes)
		}
	}
	t.p.Commands = append(t.p.Commands, t.refresh()...)
	t.p.Say("A threat model of your own: leave with q, and type threatlings live.")
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

// optional says of a lesson that it need not be done.
func optional(st *course.Step) string {
	if st.Optional {
		return ", optional"
	}
	return ""
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
		t.farewell()
		return jump{menu: true}
	}
	if next.Module != step.Module {
		t.offer(next)
	}
	return jump{step: next, page: t.Session.Resume(next)}
}

// offer says what may be done before a lesson, or instead of its part.
func (t *talk) offer(next *course.Step) {
	for _, st := range t.Session.Offers(next) {
		t.p.Say("First, if you like: %s To choose it, type m.", exercises.Sentence(st.Title))
	}
}

// farewell ends the course.
func (t *talk) farewell() {
	left := 0
	for _, m := range t.Session.Course.Modules {
		done, all := t.Session.Count(m)
		left += all - done
	}
	if left > 0 {
		t.p.Say("\nThis is the end of the course, and a few lessons are still open. The list says which; take them in any order.")
		return
	}
	t.p.Say("\nThis is the end of the course, and you have done all of it. Thank you for your time. The best next step is a feature that you know: take two colleagues and an hour, and draw it. You can come back to any lesson whenever you like.")
}

func (t *talk) ending(m *course.Module) {
	done, all := t.Session.Count(m)
	t.p.Say("This was the last page of %s. %d of %d lessons are done.", m.Title, done, all)
	if open := t.Session.Open(m); len(open) > 0 {
		var titles []string
		for _, st := range open {
			titles = append(titles, st.Title)
		}
		t.p.Say("Still open: %s.", strings.Join(titles, "; "))
	}
	for _, b := range t.Session.Below(m) {
		t.p.Say("Not passed yet: %s. A record says so until you do it again; your best report counts.", b)
	}
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
		t.p.Say("\n%s, %s About %d minutes, %d pages.", step.Module.Title, exercises.Sentence(step.Title), step.Minutes, len(step.Pages))
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
		if _, err := t.p.Enter("Press enter to go on."); err != nil {
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
	t.p.Say("\nExercise %d of %d: %s", n, of, exercises.Sentence(ex.About().Title))
	t.p.Commands = append(t.commands(step, page), t.hintCommand(it, len(ex.About().Hints))...)
	draft, err := s.Draft(t.ctx, it)
	if err != nil {
		return err
	}
	res, last, done := s.LastResult(it)
	if done && draft.Empty() {
		again, err := t.back(ex, it, res, last)
		if err != nil || !again {
			return err
		}
	}
	if step.Sitting != nil { // n belongs to some exercises
		leave := func() error { return jump{step: step, page: page + 1} } // the last page is text
		t.p.Commands = append(t.p.Commands, input.Command{Word: "s", Help: "s leaves it for another day", Run: leave})
	}
	for {
		t.text(ex.About().Prompt)
		if len(ex.About().Hints) > 0 {
			t.p.Say("h gives a hint.")
		}
		if step.Sitting != nil {
			t.p.Say("s leaves it for another day.")
		}
		again, err := t.answer(kind, ex, it, draft)
		if err != nil || !again {
			return err
		}
		draft = nil
		if _, last, done := s.LastResult(it); done && kind.Whole {
			draft = last // so much was written that it is changed, not written anew
		}
	}
}

// back comes back to an exercise that was handed in: to the grader's question
// where one is open, or to the result. again means to do it anew.
func (t *talk) back(ex exercises.Exercise, it *course.Item, res exercises.Result, a exercises.Answer) (again bool, err error) {
	if res.Outcome == exercises.Asked {
		t.p.Say("You have handed this in, and a question is open. Answer it, or type the word again to begin anew.")
		return t.talkAbout(ex, it, res, a)
	}
	t.p.Say("You have done this one. %s", res.Summary)
	for {
		word, err := t.p.Enter("Press enter to go on, type result to read the result, or type the word again to do it once more.", "again", "result")
		if err != nil || word != "result" {
			return word == "again", err
		}
		t.result(res)
		if long(res) {
			if err := t.more(res); err != nil {
				return false, err
			}
		}
	}
}

// answer asks until an answer could be judged, and goes on with the grader's questions.
func (t *talk) answer(kind input.Kind, ex exercises.Exercise, it *course.Item, draft exercises.Answer) (again bool, err error) {
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
			return false, err
		}
		again, err = t.handIn(ex, it, a)
		var inc *exercises.Incomplete
		if !errors.As(err, &inc) {
			return again, err
		}
		t.p.Say("%s", inc.Need)
		t.p.Keep(a)
		draft = a
	}
}

// handIn hands an answer in and says how it went.
func (t *talk) handIn(ex exercises.Exercise, it *course.Item, a exercises.Answer) (again bool, err error) {
	if ro, why := t.Session.ReadOnly(); ro {
		t.p.Say("This cannot be handed in: %s", why)
		return false, nil
	}
	res, err := t.Session.Submit(t.ctx, it, a)
	if err != nil {
		return false, err
	}
	if res.Outcome == exercises.Asked {
		t.p.Say("\n%s", res.Summary)
	} else {
		t.result(res)
	}
	return t.talkAbout(ex, it, res, a)
}

// talkAbout asks what the grader asks, or lets the learner go on, do it again,
// or disagree.
func (t *talk) talkAbout(ex exercises.Exercise, it *course.Item, res exercises.Result, a exercises.Answer) (again bool, err error) {
	rep, ok := ex.(exercises.Replier)
	if res.Outcome != exercises.Asked || !ok {
		return t.settled(ex, it, res, a)
	}
	replied := false
	defer func() { // what was said to one question is kept when the next is left
		if replied {
			_, subErr := t.Session.Submit(t.ctx, it, a)
			err = errors.Join(err, subErr)
		}
	}()
	for i, item := range res.Items {
		if item.Question == "" {
			t.p.Say("%s", heading(item))
			continue
		}
		t.p.Say("About %s.", about(item, res))
		for n, c := range item.Choices {
			t.p.Say("%d. %s", n+1, c)
		}
		line, err := t.p.Line(strings.TrimSpace(asking(item) + " Question: " + item.Question))
		if err != nil {
			return false, err
		}
		switch {
		case strings.EqualFold(line, "again"):
			return true, nil
		case line == "":
			t.p.Say("Left for later.")
			return false, nil
		}
		a, replied = rep.Reply(a, i, line), true
	}
	replied = false
	return t.handIn(ex, it, a)
}

// about names what a question is about: the learner's own words tell it best.
func about(it exercises.Item, res exercises.Result) string {
	said := it.Yours
	for _, d := range it.Details {
		if d.Label == "you wrote" {
			said = d.Text
		}
	}
	label := strings.ToLower(it.Label[:1]) + it.Label[1:]
	if len(res.Items) == 1 && said == "" {
		return label
	}
	return fmt.Sprintf("%s, %s", label, strings.TrimRight(quote(said), "."))
}

func quote(s string) string { return "\"" + strings.Trim(exercises.CleanLine(s), "“”\"") + "\"" }

func asking(it exercises.Item) string { return exercises.Sentence(it.Reason) }

// settled lets the learner go on after a result, do the exercise again, or
// disagree with what the grader says of one item: that is handed in, too.
func (t *talk) settled(ex exercises.Exercise, it *course.Item, res exercises.Result, a exercises.Answer) (again bool, err error) {
	d, disputable := ex.(exercises.Disputer)
	question, words := "Press enter to go on, ", []string{"again"}
	if long(res) {
		question += "type more to read everything, "
		words = append(words, "more")
	}
	if hows(res) {
		question += "type details for how your words were read, "
		words = append(words, "details")
	}
	question += "or type the word again to do it once more."
	if disputable {
		question += " If you disagree with what is said of a card, type d and its number, such as d 2."
	}
	card := 0
	if disputable {
		before := t.p.Commands
		defer func() { t.p.Commands = before }()
		t.p.Commands = append([]input.Command{{Word: "d", Help: "d and a number disagrees with what is said of a card",
			Run: func() error { t.p.Say("There are %d cards: d 1 is the first.", len(res.Items)); return nil },
			With: func(text string) error {
				n := 0
				if _, err := fmt.Sscan(text, &n); err != nil || n < 1 || n > len(res.Items) {
					t.p.Say("There are %d cards: d 1 is the first.", len(res.Items))
					return nil
				}
				card = n
				return errDispute
			}}}, before...)
	}
	for {
		word, err := t.p.Enter(question, words...)
		if word == "more" {
			err = t.more(res)
		}
		switch {
		case errors.Is(err, errDispute):
			why, err := t.p.Line("What is in it that the grader did not see? It is kept for the author of the list, and the card is yours to judge.")
			if err != nil || why == "" {
				return false, err
			}
			a = d.Dispute(a, card-1, why)
			if res, err = t.Session.Submit(t.ctx, it, a); err != nil {
				return false, err
			}
			t.p.Say("\n%s", res.Summary)
			t.item(res.Items[card-1], false)
		case err != nil:
			return false, err
		case word == "more":
		case word == "details":
			t.details(res)
		default:
			return word == "again", nil
		}
	}
}

// errDispute ends the waiting for enter: the learner disagrees.
var errDispute = errors.New("the learner disagrees")

func (t *talk) hintCommand(it *course.Item, hints int) []input.Command {
	if hints == 0 {
		return nil
	}
	return []input.Command{{Word: "h", Also: []string{"hint"}, Help: "h gives a hint", Run: func() error {
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

package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/progress"
)

// openItem opens an exercise by its id.
func openItem(t *testing.T, cols, rows int, id string) *player {
	t.Helper()
	return newPlayer(t, cols, rows, func(o *Options) { o.Open = id })
}

func TestExerciseScreensAtEverySize(t *testing.T) {
	for _, size := range sizes {
		for name, play := range map[string]func(*player){
			"choice":        func(*player) {},
			"choice-hint":   func(p *player) { p.keys("f2 f2") },
			"choice-result": func(p *player) { p.keys("down down enter") },
		} {
			t.Run(fmt.Sprintf("%s-%d", name, size[0]), func(t *testing.T) {
				p := openItem(t, size[0], size[1], "tampering.twice")
				play(p)
				p.golden(fmt.Sprintf("%s-%d", name, size[0]))
			})
		}
	}
}

func TestWideCharactersKeepTheFrame(t *testing.T) {
	text := "名前を盗む 🙂👩‍💻 שלום עולם é ﷽ "
	for _, size := range sizes {
		for _, id := range []string{"groceries.then-and-now", "house.assets", "spoofing.ask"} {
			p := openItem(t, size[0], size[1], id)
			for range 12 {
				p.types(text)
				_ = p.plain() // measures every line
			}
		}
	}
}

func TestADraftIsSavedAndComesBack(t *testing.T) {
	p := openItem(t, 80, 24, "groceries.then-and-now")
	p.types("half a sentence").shows("saved ")
	q := newPlayerOf(t, p.m.env.Session.Course, p.store, 80, 24, func(o *Options) { o.Open = "groceries.then-and-now" })
	q.shows("half a sentence")
}

func TestLeavingSavesWhatNoTimerHas(t *testing.T) {
	for name, leave := range map[string]string{"esc": "esc", "quit": "ctrl+c", "next page": "ctrl+n"} {
		p := newPlayer(t, 80, 24, func(o *Options) {
			o.Open = "groceries.then-and-now"
			o.After = func(time.Duration, tea.Msg) tea.Cmd { return nil } // the timer never comes
		})
		p.types("x y").keys(leave)
		if d, err := p.m.env.Session.Draft(t.Context(), mustItem(t, p, "groceries.then-and-now")); err != nil || len(d) == 0 || d[0] != "x y" {
			t.Errorf("%s: the draft is %q, %v", name, d, err)
		}
	}
}

// A draft whose time comes while an answer is being read is saved afterwards.
func TestADraftWaitsForTheReader(t *testing.T) {
	var later []tea.Msg
	p := newPlayer(t, 80, 24, func(o *Options) {
		o.Open = "groceries.then-and-now"
		o.After = func(_ time.Duration, msg tea.Msg) tea.Cmd {
			return func() tea.Msg { later = append(later, msg); return nil }
		}
	})
	wait := func() {
		due := later
		later = nil
		for _, msg := range due {
			p.send(msg)
		}
	}
	p.types("x y")
	read := p.m.top().(*lesson).ex.submit(nil) // of which something is missing
	wait()
	p.run(read)
	wait()
	if d, err := p.m.env.Session.Draft(t.Context(), mustItem(t, p, "groceries.then-and-now")); err != nil || len(d) == 0 || d[0] != "x y" {
		t.Errorf("the draft is %q, %v", d, err)
	}
}

func mustItem(t *testing.T, p *player, id string) *course.Item {
	t.Helper()
	it, ok := p.m.env.Session.Course.Item(id)
	if !ok {
		t.Fatal("no exercise", id)
	}
	return it
}

// failing is a store whose disk is full.
type failing struct{ *progress.Memory }

var errFull = errors.New("the disk is full: free some space")

func (failing) Append(context.Context, ...progress.Event) error   { return errFull }
func (failing) SaveDraft(context.Context, string, []string) error { return errFull }

func TestAFullDiskKeepsTheAnswerOnTheScreen(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	p := newPlayerOf(t, c, failing{progress.NewMemory()}, 80, 24, func(o *Options) { o.Open = "groceries.then-and-now" })
	p.types("kept")
	p.shows("kept").shows("the disk is full")
	p.keys("ctrl+c").shows("the disk is full").shows("kept")
	if p.quit {
		t.Error("it left with something unsaved")
	}
}

func TestGradedByHandingIn(t *testing.T) {
	p := openItem(t, 80, 24, "tampering.twice")
	p.keys("enter").shows("Nothing is chosen yet")
	p.keys("down down enter").shows("✓ Yes").shows("enter go on")
	if s := p.m.env.Session.State(mustItem(t, p, "tampering.twice").Step); s != course.Begun {
		t.Errorf("the lesson is %v", s)
	}
	p.keys("r").shows("Which change would have stopped it?")
	p.keys("up enter").shows("✗ Not this one")
}

func TestTheGradersQuestionIsAnsweredInPlace(t *testing.T) {
	p := openItem(t, 80, 24, "billing.top-three")
	p.send(tea.KeyMsg{Type: tea.KeyShiftTab})
	p.types("Hackers could hack it").keys("ctrl+s")
	p.shows("You write “").shows("answer in a few words")
	p.types("?").shows("?") // a question mark is text here
	p.keys("backspace").types("a member of any workspace names another workspace in the body and replaces its card").keys("enter")
	p.shows("Card 1").shows("of 100")
}

// rows are the lines of the screen between the frames, without what is beside them.
func (p *player) rows() []string {
	p.t.Helper()
	var out []string
	for _, l := range strings.Split(p.plain(), "\n")[headerHeight+2:] {
		out = append(out, strings.TrimSpace(l))
	}
	return out
}

// Each exercise of the course opens with the first word of what it asks; all of that
// can be scrolled to, and what the keys are on is always in sight.
func TestAllOfAnExerciseCanBeReached(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	plain := func(lines []string) (out []string) {
		for _, l := range lines {
			if l = strings.TrimSpace(ansi.Strip(l)); l != "" {
				out = append(out, l)
			}
		}
		return out
	}
	for _, size := range [][2]int{{60, 20}, {80, 24}} {
		p := newPlayerOf(t, c, progress.NewMemory(), size[0], size[1], nil)
		for _, step := range c.Steps() {
			for page := range step.Pages {
				if it := step.Pages[page].Item; it == nil || it.Kind == "report" {
					continue
				}
				l := newLesson(p.m.env, step, page)
				p.send(pushMsg{l})
				id, prompt := fmt.Sprintf("%s at %d×%d", l.ex.item.ID, size[0], size[1]), plain(l.ex.prompt())
				if rows := p.rows(); !slices.Contains(rows, prompt[0]) {
					t.Errorf("%s does not open with %q:\n%s", id, prompt[0], p.plain())
				}
				unseen := slices.Clone(prompt)
				look := func() {
					rows := p.rows()
					unseen = slices.DeleteFunc(unseen, func(x string) bool { return slices.Contains(rows, x) })
				}
				for range len(prompt) {
					look()
					p.keys("pgdown")
				}
				if look(); len(unseen) > 0 {
					t.Errorf("%s: pgdn does not lead to %q", id, unseen)
				}
				switch l.ex.item.Kind {
				case "choice", "sort", "rank", "budget", "spot":
					end := false
					for range 24 {
						p.keys("down")
						rows, face := p.rows(), strings.Split(l.ex.face.View(), "\n")
						first, last := l.ex.face.Focus()
						for _, x := range plain(face[first : last+1]) {
							if !slices.Contains(rows, x) {
								t.Errorf("%s: the keys are on %q, which is not in sight:\n%s", id, x, p.plain())
							}
						}
						end = end || slices.Contains(rows, plain(face[len(face)-1:])[0])
					}
					if !end {
						t.Errorf("%s: ↓ does not lead to the end:\n%s", id, p.plain())
					}
				}
				p.keys("esc")
			}
		}
	}
}

// What is opened below a question takes its place; the way back to it is said.
func TestADrawingTakesThePlaceOfThePrompt(t *testing.T) {
	p := openItem(t, 120, 40, "spoofing.ask").shows("Meet the Add User API")
	p.send(tea.KeyMsg{Type: tea.KeyCtrlD})
	p.shows("… 9 more lines: esc").shows("User Database").shows("crosses: from The internet")
	p.keys("esc").shows("Meet the Add User API")
}

// A hint takes its room from the prompt: what the keys are on stays in sight.
func TestAHintDoesNotCoverTheCursor(t *testing.T) {
	p := openItem(t, 60, 20, "house.ways-in")
	p.keys("f2 down").shows("hint 1 of").shows("▸ [ ] (2)")
	p.keys("up").shows("▸ [ ] (1)")
}

func TestAPartHasAnEnding(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	var last *course.Step
	for _, st := range p.m.env.Session.Course.Modules[0].Steps {
		if !st.Coming {
			last = st
		}
	}
	p.send(pushMsg{newLesson(p.m.env, last, len(last.Pages)-1)})
	p.keys("ctrl+n").shows("This was the last page of Part 1").shows("15 lessons are still open")
	if strings.Contains(p.plain(), "is done") {
		t.Error("a part that was not done is called done")
	}
	p.keys("esc").shows("Part 1")
}

// threeCards is a report with a card that is found, one that is handled, and one
// that nobody could know.
var threeCards = exercises.Answer{
	"I/4/critical Criminals use our free endpoint to find out which stolen credit cards are still valid",
	"T/1/high SQL injection in the card holder name",
	"D/owner/low Rain floods the basement of the office and the chairs get wet", "+ chairs", "+ 4",
}

// reported opens a report that was handed in.
func reported(t *testing.T, size [2]int, a exercises.Answer) *player {
	t.Helper()
	return newPlayer(t, size[0], size[1], func(o *Options) {
		o.Open = "billing.top-three"
		it, ok := o.Session.Course.Item(o.Open)
		if !ok {
			t.Fatal("no report")
		}
		if _, err := o.Session.Submit(t.Context(), it, a); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReportedScreensAtEverySize(t *testing.T) {
	asked := exercises.Answer{"I/7/high nobody knows afterwards what happened in the paymnt data"}
	for _, size := range sizes {
		for name, p := range map[string]func() *player{
			"report":            func() *player { return reported(t, size, threeCards) },
			"report-why":        func() *player { return reported(t, size, threeCards).keys("enter") },
			"report-where":      func() *player { return reported(t, size, threeCards).keys("tab tab") },
			"report-disagree":   func() *player { return reported(t, size, threeCards).keys("down down d") },
			"report-question":   func() *player { return reported(t, size, asked) },
			"report-statements": func() *player { return reported(t, size, append(asked, "+ it is somewhere in there")) },
		} {
			t.Run(fmt.Sprintf("%s-%d", name, size[0]), func(t *testing.T) { p().golden(fmt.Sprintf("%s-%d", name, size[0])) })
		}
	}
}

// Enter leads through the reasons and then on; esc leads out of a disagreement.
func TestALearnerMayDisagree(t *testing.T) {
	p := reported(t, [2]int{80, 24}, threeCards)
	p.keys("down down d").shows("You disagree").shows("what did the grader miss?")
	p.keys("enter").shows("Say in a few words")
	p.keys("esc").shows("try again")
	p.keys("d").types("Chairs are assets").keys("enter")
	p.shows("With what you marked yourself").shows("by your own mark")
	p.keys("down down").shows("yours to judge").shows("“Chairs are assets”")
	it := mustItem(t, p, "billing.top-three")
	_, a, ok := p.m.env.Session.LastResult(it)
	if !ok || a[len(a)-1] != "! Chairs are assets" {
		t.Errorf("the log holds %q", a)
	}
	p.keys("r").shows("Hand in") // trying again starts from the cards, without the disagreement
}

// What was begun to be said about a result is there again, whether the program was
// left or killed, until it is sent.
func TestARemarkSurvivesItsProgram(t *testing.T) {
	size := [2]int{80, 24}
	for name, c := range map[string]struct {
		answer exercises.Answer
		keys   string
		sent   string
	}{
		"a reply":        {exercises.Answer{"I/7/high nobody knows afterwards what happened in the paymnt data"}, "", "+ half a reply"},
		"a disagreement": {threeCards, "down down d", "! half a reply"},
	} {
		for _, timer := range []bool{true, false} {
			t.Run(fmt.Sprint(name, timer), func(t *testing.T) {
				p := reported(t, size, c.answer)
				if !timer {
					p.m.env.After = func(time.Duration, tea.Msg) tea.Cmd { return nil }
				}
				p.keys(c.keys).types("half a").shows("> half a")
				if timer {
					p.shows("saved ") // and the program is killed
				} else {
					p.keys("ctrl+c")
				}
				q := newPlayerOf(t, p.m.env.Session.Course, p.store, size[0], size[1], func(o *Options) { o.Open = "billing.top-three" })
				q.shows("> half a").types(" reply").keys("enter")
				it := mustItem(t, q, "billing.top-three")
				_, a, _ := q.m.env.Session.LastResult(it)
				if a[len(a)-1] != c.sent {
					t.Errorf("the log holds %q", a)
				}
				if m := q.m.env.Session.Remark(t.Context(), it, c.answer); m.Text != "" {
					t.Errorf("what was sent is still a draft: %+v", m)
				}
			})
		}
	}
}

// Somebody who has nothing in mind and takes the first statement gains nothing.
func TestTheFirstStatementEarnsNothing(t *testing.T) {
	p := reported(t, [2]int{80, 24}, exercises.Answer{"I/7/high nobody knows afterwards what happened in the paymnt data"})
	p.types("it is somewhere in there").keys("enter").shows("Which comes nearest").shows("None of these")
	p.types("1").keys("enter").shows("not in my key").shows("0 of 60")
}

func TestBookmarkNoteAndNotebook(t *testing.T) {
	p := newPlayer(t, 80, 24, func(o *Options) { o.Open = "house" })
	p.keys("b").shows("Bookmarked").shows("bookmark · page 1")
	p.keys("n").shows("What do you want to remember?")
	p.types("the stair? outside").shows("saved")
	p.keys("esc").shows("note · ")
	p.keys("esc n").shows("Bookmark: page 1").shows("the stair? outside").shows("threatlings notebook")
	p.keys("esc").shows("0 answers, 1 note, 1 bookmark")
	p.keys("up up up enter").keys("b").shows("Bookmarked")
}

// A note that was never closed, because the program was killed, is there again.
func TestANoteSurvivesItsProgram(t *testing.T) {
	p := newPlayer(t, 80, 24, func(o *Options) { o.Open = "house" })
	p.keys("n").types("half a thought")
	q := newPlayerOf(t, p.m.env.Session.Course, p.store, 80, 24, func(o *Options) { o.Open = "house" })
	q.keys("n").shows("half a thought")
	q.keys("ctrl+c")
	house, _ := q.m.env.Session.Course.Step("house")
	if !q.quit || q.m.env.Session.Note(house, 0) != "half a thought" {
		t.Error("leaving lost the note")
	}
}

func TestGlossaryAndSearchScreens(t *testing.T) {
	for _, size := range sizes {
		p := newPlayer(t, size[0], size[1], func(o *Options) { o.Open = "reading" })
		p.keys("g")
		p.golden(fmt.Sprintf("glossary-%d", size[0]))
		p.types("bound").shows("Trust boundary")
		p.keys("esc").types("threat").shows("▸ Threat ").keys("enter").shows("▸ Threat ").keys("esc").types("bound")
		p.keys("esc esc /").types("egress proxy")
		p.golden(fmt.Sprintf("search-%d", size[0]))
		p.keys("enter").shows("Part 2")
	}
}

// Letters are text in an exercise; the function keys still work there.
func TestStudyKeysInAnExercise(t *testing.T) {
	p := openItem(t, 80, 24, "groceries.then-and-now")
	p.types("bgn/").shows("bgn/")
	p.send(tea.KeyMsg{Type: tea.KeyF6})
	p.shows("What do you want to remember?").keys("esc").shows("bgn/")
	p.send(tea.KeyMsg{Type: tea.KeyF3})
	p.shows("type to find a term")
}

// How the words were read is there for whoever asks, and not before.
func TestHowItWasReadIsAskedFor(t *testing.T) {
	p := reported(t, [2]int{100, 70}, threeCards)
	p.shows("w shows how your words were read")
	if strings.Contains(p.plain(), "nearest wording") {
		t.Errorf("shown before it was asked for:\n%s", p.plain())
	}
	p.keys("w").shows("nearest wording")
	p.keys("w").shows("w shows how your words were read")
}

// Whoever leaves a note does not wait for the disk, and what is typed meanwhile
// belongs to the screen below; a note that cannot be kept stays where it is.
func TestLeavingANote(t *testing.T) {
	p := newPlayer(t, 80, 24, func(o *Options) { o.Open = "house" })
	p.keys("n").types("mind the stair")
	n := p.m.top().(*noteScreen)
	p.m.Update(tea.KeyMsg{Type: tea.KeyEsc}) // its command has not run yet
	p.shows("saving")
	p.m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("b")})
	if n.area.Value() != "mind the stair" {
		t.Errorf("the note is %q", n.area.Value())
	}
	p.send(takenMsg{n, n.take("mind the stair")})
	p.shows("bookmark · note · page 1")

	p.keys("n").types("!")
	n = p.m.top().(*noteScreen)
	p.m.Update(tea.KeyMsg{Type: tea.KeyEsc})
	p.m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("?")})
	p.send(takenMsg{n, errors.New("the disk is full")})
	p.shows("mind the stair!?")
}

// submitted opens an exercise that was handed in.
func submitted(t *testing.T, id string, a exercises.Answer) *player {
	t.Helper()
	return newPlayer(t, 80, 24, func(o *Options) {
		o.Open = id
		it, ok := o.Session.Course.Item(id)
		if !ok {
			t.Fatal("no exercise", id)
		}
		if _, err := o.Session.Submit(t.Context(), it, a); err != nil {
			t.Fatal(err)
		}
	})
}

// right is an answer with full marks.
func right(t *testing.T, id string) exercises.Answer {
	t.Helper()
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	it, _ := c.Item(id)
	ex, err := it.Exercise()
	if err != nil {
		t.Fatal(err)
	}
	return ex.Samples()[0].Answer
}

// Enter leads down through the reasons of a sorted list and on, as on every page.
func TestEnterGoesOnFromAResult(t *testing.T) {
	p := submitted(t, "groceries.habits", right(t, "groceries.habits"))
	p.shows("enter go on").shows("fits too")
	if strings.Contains(p.plain(), "tab") {
		t.Errorf("there are no tabs:\n%s", p.plain())
	}
	page := p.m.top().(*lesson).page
	for range 6 {
		p.keys("enter")
	}
	if p.m.top().(*lesson).page == page {
		t.Errorf("six times enter, and still on the result:\n%s", p.plain())
	}
}

// On a result nothing is typed: the letters that work on a page of text work there.
func TestStudyKeysOnAResult(t *testing.T) {
	p := submitted(t, "tampering.twice", right(t, "tampering.twice")).shows("n note")
	p.keys("b").shows("Bookmarked").shows("bookmark · page")
	p.keys("n").types("ask Bob").keys("esc").shows("note · page").shows("try again")
	p.keys("g").shows("type to find a term").keys("esc")
	p.keys("/").types("bound").shows("bound")
}

// Somebody who tries a text again writes again; esc is in the footer once.
func TestTryingATextAgainIsWriting(t *testing.T) {
	p := submitted(t, "groceries.then-and-now", exercises.Answer{"masks", "met 1"})
	p.keys("r").types(" and soap").shows("masks and soap").shows("Compare with three others")
	p.keys("tab enter").shows("esc write on")
	if n := strings.Count(p.plain(), " esc "); n != 1 {
		t.Errorf("esc has %d meanings:\n%s", n, p.plain())
	}
}

// An empty text is not compared, and that is said.
func TestAnEmptyTextIsSaid(t *testing.T) {
	p := openItem(t, 80, 24, "groceries.then-and-now")
	p.keys("tab enter").shows("! Write a line or two first").keys("x").shows("│ x").shows("tab done writing")
}

// While somebody writes, the task stands still: the button below the field can wait.
func TestTheTaskStandsStill(t *testing.T) {
	p := openItem(t, 60, 20, "writing.mend")
	task := func() string { s, _, _ := strings.Cut(p.plain(), "┌"); return s[strings.Index(s, "\n"):] }
	before := task()
	if p.keys("a"); task() != before {
		t.Errorf("the task moves from\n%s\nto\n%s", before, task())
	}
}

// A key that opens something and is pressed twice at once opens it once.
func TestANoteIsOpenedOnce(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	l := newLesson(p.m.env, p.m.env.Session.Course.Modules[0].Steps[0], 0)
	p.send(pushMsg{l})
	n := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("n")}
	first, _ := l.studyKey(n)
	second, _ := l.studyKey(n)
	p.run(first)
	p.run(second)
	p.keys("esc")
	if p.m.top() != screen(l) {
		t.Errorf("there is another below:\n%s", p.plain())
	}
}

// What is handed in while the connection ends is handed in, or is still a draft.
func TestHandingInAtTheEnd(t *testing.T) {
	const id = "billing.top-three"
	first := newPlayer(t, 80, 24, nil)
	if err := first.m.env.Session.SaveDraft(t.Context(), mustItem(t, first, id), threeCards); err != nil {
		t.Fatal(err)
	}
	p := newPlayerOf(t, first.m.env.Session.Course, first.store, 80, 24, func(o *Options) {
		o.Open = id
		o.After = func(time.Duration, tea.Msg) tea.Cmd { return nil } // the timer has not come yet
	})
	ctx, cancel := context.WithCancel(t.Context())
	p.m.env.ctx = ctx
	_, cmd := p.m.Update(input.Submit{}) // what enter leads to; the crew begins with cmd
	if err := p.m.Flush(); err != nil {  // the connection ends
		t.Fatal(err)
	}
	cancel()
	var late func(tea.Cmd)
	late = func(c tea.Cmd) {
		if c == nil {
			return
		}
		if b, ok := c().(tea.BatchMsg); ok {
			for _, c := range b {
				late(c)
			}
		}
	}
	late(cmd)
	d, err := p.m.env.Session.Draft(t.Context(), mustItem(t, p, id))
	events, err2 := p.store.Events(t.Context())
	for _, e := range events {
		if e.Kind == progress.Submitted {
			return
		}
	}
	t.Errorf("it is not handed in; the draft is %q (%v, %v)", d, err, err2)
}

// Enter leads through all of a report's result, what was missed too, before the page is turned.
func TestEnterReadsTheWholeResult(t *testing.T) {
	p := reported(t, [2]int{80, 24}, threeCards)
	missed := false
	for range 200 {
		if missed = strings.Contains(p.keys("enter").plain(), "What you missed"); missed {
			return
		}
	}
	t.Errorf("enter leads past what was missed:\n%s", p.plain())
}

package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
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
			"choice-result": func(p *player) { p.keys("down enter") },
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
	p.keys("down enter").shows("✓ Yes").shows("enter go on")
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

func TestAPartHasAnEnding(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	var last *course.Step
	for _, st := range p.m.env.Session.Course.Modules[0].Steps {
		if !st.Coming {
			last = st
		}
	}
	p.send(pushMsg{newLesson(p.m.env, last, len(last.Pages)-1)})
	p.keys("ctrl+n").shows("This was the last page of Part 1").shows("still open")
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
	p.keys("enter").keys("b").shows("bookmark")
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

package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/threatmodel"
)

func TestTheMapOffersWhatMayComeFirst(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	p.keys("down").shows("▸ or first   Before you begin: ten guesses")
	p.keys("enter").shows("What do you see already?")
	p.keys("esc").shows("▸ or first   Before you begin") // a look: it begins as before
	p.shows("Continue   You already do this").shows("or first   In a hurry? Test out")
	p.keys("1").shows("What is optional does not count.").shows("In a hurry? Test out                                    optional  10 min")
	p.keys("enter enter esc")
	if s := p.plain(); strings.Contains(s, "or first") {
		t.Errorf("who has begun is still offered to begin otherwise:\n%s", s)
	}
}

// Coming back, the cursor stands where one was.
func TestTheCursorComesBackToWhereOneWas(t *testing.T) {
	p := newPlayer(t, 80, 24, func(o *Options) { o.Open = "voices" })
	p.keys("esc").shows("▸ Part 2")
	p.keys("1 enter").shows("page 1 of").keys("ctrl+n ctrl+n ctrl+n ctrl+n").shows("A bag of groceries").keys("esc").shows("▸ ○ A bag of groceries")
	p.keys("esc up up up enter").shows("A bag of groceries").keys("esc").shows("▸ Continue   A bag of groceries")
}

func TestBackFromTheFirstPageOfALesson(t *testing.T) {
	p := newPlayer(t, 80, 24, func(o *Options) { o.Open = "groceries" })
	p.keys("left").shows("Part 1 › You already do this").shows("let us go shopping").keys("right").shows("A bag of groceries")
	p.keys("left ctrl+p ctrl+p ctrl+p ctrl+p").shows("This is the first page")
	q := newPlayer(t, 80, 24, func(o *Options) { o.Open = "assets" })
	q.keys("ctrl+p").shows("Part 1 › Look how far you can see")
}

func TestNothingIsCutInANarrowWindow(t *testing.T) {
	p := newPlayer(t, 60, 20, nil)
	p.shows("Introduction to threat mod…  ──")
	p.keys("2").shows("minutes.")
	if got := fitApart("A title of any length", 10); got != "A title…  " {
		t.Errorf("a title runs into what follows: %q", got)
	}
	p.keys("enter right esc x").shows("y forgets, esc keeps it.").shows("keeps the rest.")
	p.send(tea.WindowSizeMsg{Width: 50, Height: 15})
	for _, l := range strings.Split(strings.TrimSpace(p.plain()), "\n") {
		if len([]rune(l)) > 50 {
			t.Errorf("cut: %q", l)
		}
	}
	p.shows("everything is kept.")
}

// A report below its mark fails a record, so that every screen on which something
// is done says so, what it takes, and leads there.
func TestABelowMarkIsSaid(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	s := p.m.env.Session
	last := s.Course.Modules[2].Steps[len(s.Course.Modules[2].Steps)-1]
	for _, step := range s.Course.Steps() {
		if err := s.Visit(t.Context(), step, len(step.Pages)-1); err != nil {
			t.Fatal(err)
		}
		if step.Optional {
			continue
		}
		for _, it := range step.Items() {
			ex, err := it.Exercise()
			if err != nil {
				t.Fatal(err)
			}
			a := exercises.Answer{"a line", "met 1"} // of a reflect page
			for _, sample := range ex.Samples() {
				if sample.Full {
					a = sample.Answer
				}
			}
			if it.ID == "report-links.top-three" {
				a = threeCards[1:2]
			}
			if _, err := s.Submit(t.Context(), it, a); err != nil {
				t.Fatal(it.ID, err)
			}
		}
	}
	p.send(pushMsg{newLesson(p.m.env, last, len(last.Pages)-1)})
	p.keys("ctrl+n").shows("Part 3 is done").shows("Not passed yet: Report Links").shows("0 of 100, and 70 is the").shows("What comes next").shows("threatlings records")
	p.keys("enter").shows("▸ Once more  Report Links").shows("and 70 is the mark")
	p.keys("3").shows("not passed").keys("esc")
	p.keys("up up up enter").shows("Part 3 › The session itself").keys("esc")

	it, _ := s.Course.Item("report-links.top-three")
	ex, err := it.Exercise()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(t.Context(), it, ex.Samples()[0].Answer); err != nil {
		t.Fatal(err)
	}
	p.m.env.Live = s.Course.Live(threatmodel.OpenFolder(t.TempDir()))
	p.keys("enter").keys("esc").shows("What next  A threat model of your own")
	p.send(pushMsg{newLesson(p.m.env, last, len(last.Pages)-1)})
	p.keys("ctrl+n").shows("Part 3 is done").shows("A feature of your own")
	if strings.Contains(p.plain(), "Not passed") {
		t.Error("what was passed is called not passed")
	}
}

// The notebook begins with one's own words, and its chapters can be jumped to.
func TestTheNotebookHasChapters(t *testing.T) {
	p := newPlayer(t, 80, 24, func(o *Options) {
		for id, a := range map[string]exercises.Answer{"house.assets": {"the cat"}, "spoofing.ask": {"How does the help desk know who is calling?"}} {
			it, ok := o.Session.Course.Item(id)
			if !ok {
				t.Fatal("no exercise", id)
			}
			if _, err := o.Session.Submit(t.Context(), it, a); err != nil {
				t.Fatal(err)
			}
		}
	})
	p.keys("n").shows("In your own words").shows("the cat").shows("help desk know")
	p.keys("tab").shows("Part 1 · Introduction").keys("tab").shows("The inherited house").shows("What would you hate to lose?")
	p.keys("c").shows("In your own words").shows("▸   The inherited house").keys("down enter").shows("S: Is that really you?").shows("You wrote")
	p.keys("shift+tab").shows("What would you hate to lose?").keys("c esc").shows("What would you hate to lose?").keys("esc").shows("▸ Continue")
}

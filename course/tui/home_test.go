package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestTheMapOffersWhatMayComeFirst(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	p.keys("down").shows("▸ or first   Before you begin: ten guesses")
	p.keys("enter").shows("What do you see already?")
	p.keys("esc").shows("▸ or first   Before you begin") // a look: it begins as before
	p.shows("Begin      You already do this").shows("or first   In a hurry? Test out")
	p.keys("1").shows("0 of 15, and 2 optional").shows("In a hurry? Test out                                      optional  10 min")
	p.keys("enter enter esc")
	if s := p.plain(); strings.Contains(s, "or first") {
		t.Errorf("who has begun is still offered to begin otherwise:\n%s", s)
	}
}

// Coming back, the cursor stands where one was.
func TestTheCursorComesBackToWhereOneWas(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	p.keys("2").keys("enter right").shows("Part 2 › Assets").keys("esc").shows("▸ ○")
	p.keys("esc").shows("▸ Part 2")
	p.keys("1 enter").shows("page 1 of").keys("right right").shows("A bag of groceries").keys("esc").shows("▸ ○ A bag of groceries")
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
	p.keys("2").shows("minutes.").shows("…  new")
	p.keys("enter right esc x").shows("y forgets, esc keeps it.").shows("keeps the rest.")
	p.send(tea.WindowSizeMsg{Width: 50, Height: 15})
	for _, l := range strings.Split(strings.TrimSpace(p.plain()), "\n") {
		if len([]rune(l)) > 50 {
			t.Errorf("cut: %q", l)
		}
	}
	p.shows("everything is kept.")
}

package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"edu/threatlings/course/refresher"
	"edu/threatlings/exercises"
	"edu/threatlings/progress"
)

// A clock stands still until it is set.
type clock struct{ now time.Time }

func (c *clock) look() time.Time { return c.now }

// refreshing is somebody who handed in a report, and a letter, and comes back
// some days later.
func refreshing(t *testing.T, size [2]int, days int) (*player, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	p := newPlayer(t, size[0], size[1], func(o *Options) {
		o.Session.Now = c.look
		for id, a := range map[string]exercises.Answer{"billing.top-three": threeCards, "spoofing.ask": {"How does the help desk know who is calling?"}} {
			it, ok := o.Session.Course.Item(id)
			if !ok {
				t.Fatal("no exercise", id)
			}
			if _, err := o.Session.Submit(t.Context(), it, a); err != nil {
				t.Fatal(err)
			}
		}
		c.now = c.now.AddDate(0, 0, days)
	})
	return p, c
}

// toTheRefresher opens the sitting from the map.
func toTheRefresher(p *player) *player {
	p.t.Helper()
	for range p.m.stack[0].(*home).parts + len(p.m.env.Session.Course.Modules) {
		p.keys("down")
	}
	return p.keys("enter")
}

const aDrain = "Can I make 120 calls a minute and drain the company's account on validation fees?"

func TestRefresherScreensAtEverySize(t *testing.T) {
	for _, size := range sizes {
		for name, play := range map[string]func(*player){
			"home":     func(*player) {},
			"opening":  func(p *player) { toTheRefresher(p) },
			"question": func(p *player) { toTheRefresher(p).keys("ctrl+n").types("They read it").keys("enter 2") },
			"asked":    func(p *player) { toTheRefresher(p).keys("ctrl+n").types("Hackers could hack it").keys("enter enter") },
			"result": func(p *player) {
				toTheRefresher(p).keys("ctrl+n").types("Somebody who reaches the database reads all cards with their CVV").keys("enter 1 enter")
			},
			"closing": func(p *player) {
				toTheRefresher(p).keys("ctrl+n").types("Somebody who reaches the database reads all cards with their CVV").keys("enter 1 enter")
				p.keys("ctrl+n ctrl+n ctrl+n").types("Rain floods the basement of the office and the chairs get wet").keys("enter")
				p.keys("ctrl+n ctrl+n ctrl+n ctrl+n")
			},
		} {
			t.Run(fmt.Sprintf("%s-%d", name, size[0]), func(t *testing.T) {
				p, _ := refreshing(t, size, 1)
				play(p)
				p.golden(fmt.Sprintf("refresh-%s-%d", name, size[0]))
			})
		}
	}
}

func TestTheMapSaysWhatIsDue(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	if strings.Contains(p.plain(), "Refresher") {
		t.Error("a newcomer has something to refresh")
	}
	p, _ = refreshing(t, [2]int{80, 24}, 0)
	when := refresher.Day(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	p.shows("Refresher                 next " + when)
	toTheRefresher(p).shows("There is nothing to ask yet").shows("worth asking " + when)
	p, _ = refreshing(t, [2]int{80, 24}, 1)
	p.shows("Refresher                 6 due")
}

// The row comes when the log was read; the cursor does not jump from what it is on.
func TestTheRowDoesNotMoveTheCursor(t *testing.T) {
	p, _ := refreshing(t, [2]int{80, 24}, 1)
	h := p.m.stack[0].(*home)
	for range 9 {
		p.keys("down")
	}
	p.shows("▸ Settings")
	gone := outlookMsg{h: h}
	p.send(gone)
	p.shows("▸ Settings")
	p.send(outlookMsg{h: h, o: refresher.Outlook{Missed: 2}})
	p.shows("▸ Settings").shows("2 due")
}

func TestASittingFromTheMapToItsEndAndOn(t *testing.T) {
	p, _ := refreshing(t, [2]int{80, 24}, 1)
	toTheRefresher(p).shows("6 short questions").shows("Refresher › Today")
	p.keys("b").shows("belong to a lesson").keys("c").shows("6 short questions")
	p.keys("enter").shows("What can go wrong here?").shows("How sure are you?")
	p.types("Hackers could hack it").keys("enter 3 enter").shows("answer in a few words")
	p.types("a thief who reaches the database reads every card number with its CVV").keys("enter").shows("second answer")
	p.keys("ctrl+n").types("?").shows("?") // the question of the letter
	p.keys("ctrl+p").shows("second answer").keys("r").shows("How sure are you?")
	p.keys("ctrl+n ctrl+n ctrl+n ctrl+n ctrl+n ctrl+n ctrl+n").shows("How it went").shows("not easily. Back in 2 days").shows("5 questions left for another day")
	p.keys("enter").shows("about") // practising on
	p.keys("esc").shows("5 due")
	if at, _, ok := p.m.env.Session.Next(); !ok || at.ID != "welcome" {
		t.Errorf("the course goes on with %v", at)
	}
}

// A program that is killed in the middle of a sentence loses none of it.
func TestAQuestionSurvivesItsProgram(t *testing.T) {
	p, c := refreshing(t, [2]int{80, 24}, 1)
	toTheRefresher(p).keys("ctrl+n").types("half a thought").shows("saved ")
	q := newPlayerOf(t, p.m.env.Session.Course, p.store, 80, 24, func(o *Options) { o.Session.Now = c.look })
	toTheRefresher(q).keys("enter").shows("half a thought")
	q.keys("enter 1").keys("ctrl+c")
	r := newPlayerOf(t, p.m.env.Session.Course, p.store, 80, 24, func(o *Options) { o.Session.Now = c.look })
	toTheRefresher(r).keys("enter").shows("1 (•) sure")
}

func TestTheRefresherReadsOnly(t *testing.T) {
	p, c := refreshing(t, [2]int{80, 24}, 1)
	store := readOnly{p.store}
	q := newPlayerOf(t, p.m.env.Session.Course, store, 80, 24, func(o *Options) { o.Session.Now = c.look })
	toTheRefresher(q).shows("NOT SAVED").keys("enter").types(aDrain).keys("enter enter").shows("Nothing can be handed in now")
	q.keys("esc esc").shows("6 due")
}

type readOnly struct{ progress.Store }

func (readOnly) ReadOnly() (bool, string) { return true, "Somebody else has it." }

// The command threatlings refresh begins with a sitting, and esc leads to the map.
func TestBeginningWithASitting(t *testing.T) {
	p, c := refreshing(t, [2]int{80, 24}, 1)
	q := newPlayerOf(t, p.m.env.Session.Course, p.store, 80, 24, func(o *Options) {
		o.Session.Now = c.look
		r, err := refresher.Of(t.Context(), o.Session, nil)
		if err != nil {
			t.Fatal(err)
		}
		if o.Step, err = r.Sitting(false); err != nil {
			t.Fatal(err)
		}
	})
	q.shows("6 short questions").keys("esc").shows("6 due").keys("ctrl+c")
	if !q.quit {
		t.Error("it does not leave")
	}
}

// What cannot be looked up is said, and the map stays of use.
func TestALogThatCannotBeRead(t *testing.T) {
	p, _ := refreshing(t, [2]int{80, 24}, 1)
	h := p.m.stack[0].(*home)
	p.send(outlookMsg{h: h, err: errFull})
	p.shows("looking for what to refresh").shows("Settings")
}

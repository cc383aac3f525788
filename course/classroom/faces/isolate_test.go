package faces

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/bidi"

	"edu/threatlings/course/classroom"
	"edu/threatlings/exercises"
)

// isolated looks for letters from right to left that stand outside an isolate, or
// in one that begins before the text or is not ended.
func (p *person) isolated() {
	p.x.t.Helper()
	for _, l := range strings.Split(p.plain(), "\n") {
		depth, before := 0, ' '
		for _, r := range l {
			c, _ := bidi.LookupRune(r)
			switch {
			case string(r) == exercises.IsolateBegin:
				depth++
			case string(r) == exercises.IsolateEnd:
				depth--
			case depth == 0 && (c.Class() == bidi.R || c.Class() == bidi.AL):
				p.x.t.Fatalf("%q stands outside an isolate:\n%s", r, l)
			case r == ' ' && string(before) == exercises.IsolateBegin:
				p.x.t.Fatalf("the margin is in the isolate:\n%s", l)
			}
			before = r
		}
		if depth != 0 {
			p.x.t.Fatalf("an isolate is not ended:\n%s", l)
		}
	}
}

// Hebrew and Arabic turn nothing around them, on no face and in no phase: the marks
// of an isolate are around them, on each line anew.
func TestRightToLeftIsIsolated(t *testing.T) {
	atEverySize(t, func(t *testing.T, cols, rows int) {
		c := newTryClass(t, classroom.Class{Scenario: "billing", Teams: []string{"נמר", "قط"}}, cols, rows)
		long := strings.Repeat("מי שקורא את מסד הנתונים רואה את כל הכרטיסים ", 4)
		c.wrote("דוד בן גוריון הראשון של תל אביב", long, "a viewer changes the card של מישהו אחר")
		c.do(classroom.Change{Kind: classroom.Teamed, Desk: true, Seat: "s1", Team: 0})
		sara, desk, wall := c.seat("SHA256:sara").types("سارة").keys("enter"), c.desk(), c.wall()
		c.move(classroom.Alone)
		desk.keys("down")
		sara.toCards()
		sara.types("المهاجم يقرأ كل أرقام البطاقات").keys("enter down down down")
		for i, p := range classroom.Phases[3:] {
			c.move(p)
			sara.keys("ctrl+n").isolated()
			sara.keys("down").isolated()
			desk.isolated()
			desk.keys([]string{"x", "o", "r", "q", "b", "b right", "b down m", "m"}[i]).isolated()
			desk.keys("esc esc esc down")
			wall.isolated()
			wall.keys("right").isolated()
		}
		if s := wall.plain() + desk.plain() + sara.plain(); !strings.Contains(s, exercises.IsolateBegin) {
			t.Errorf("nothing was looked at:\n%s", s)
		}
	})
}

// A numeral behind a name in Hebrew stands behind it, in its column.
func TestAnIsolateTakesNoColumn(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	c.wrote("Ada")
	c.wrote("דוד")
	var at []int
	for _, l := range strings.Split(c.desk().plain(), "\n") {
		if before, _, ok := strings.Cut(l, "0 cards"); ok {
			at = append(at, ansi.StringWidth(before))
		}
	}
	if len(at) != 2 || at[0] != at[1] {
		t.Errorf("the cards stand in the columns %v", at)
	}
}

func TestABrokenIsolate(t *testing.T) {
	on, off := exercises.IsolateBegin, exercises.IsolateEnd
	got := strings.Join(wrap("by "+on+"אאאא בבבב גגגג"+off+", here", 8), "|")
	if want := "by " + on + "אאאא" + off + "|" + on + "בבבב" + off + "|" + on + "גגגג" + off + ",|here"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := fit(on+"אאאאאא"+off, 4), on+"אאא…"+off; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

package classroom

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// A tryRoom is a room under test: every change goes through the log's entries.
type tryRoom struct {
	t       testing.TB
	r       *Room
	entries []Entry
	now     time.Time
}

func newTry(t testing.TB, anonymous bool) *tryRoom {
	x := &tryRoom{t: t, r: &Room{Code: "TRY77", Phase: Lobby}, now: time.Date(2027, 1, 31, 9, 0, 0, 0, time.UTC)}
	x.must(Change{Kind: Opened, Desk: true, Secret: "desk", Class: &Class{Scenario: "billing", Host: "Ada", Teams: []string{"Lynx", "Otter"}, Anonymous: anonymous}})
	return x
}

func (x *tryRoom) do(c Change) error {
	x.now = x.now.Add(time.Second)
	c.At = x.now
	next, e, err := x.r.Next(c)
	if err != nil {
		return err
	}
	if e.Key != "" {
		x.entries = slices.DeleteFunc(x.entries, func(o Entry) bool { return o.Key == e.Key })
	}
	x.entries = append(x.entries, e)
	x.r = next
	return nil
}

func (x *tryRoom) must(c Change) {
	x.t.Helper()
	if err := x.do(c); err != nil {
		x.t.Fatalf("%+v: %v", c, err)
	}
}

func (x *tryRoom) refused(c Change, want string) {
	x.t.Helper()
	var no *ErrNot
	if err := x.do(c); !errors.As(err, &no) || !strings.Contains(err.Error(), want) {
		x.t.Errorf("%+v gives %v, want %q", c, err, want)
	}
}

func (x *tryRoom) sit(names ...string) {
	x.t.Helper()
	for _, n := range names {
		x.must(Change{Kind: Sat, Name: n, Secret: "1234"})
	}
}

func (x *tryRoom) move(p Phase) { x.t.Helper(); x.must(Change{Kind: Moved, Desk: true, Phase: p}) }

func (x *tryRoom) write(seat string, texts ...string) {
	x.t.Helper()
	s := Sheet{}
	for _, t := range texts {
		s.Cards = append(s.Cards, Card{Text: t, Letter: "S", Place: "1"})
	}
	x.must(Change{Kind: Wrote, Seat: seat, Sheet: &s})
}

// replayed holds that the log makes the same room again.
func (x *tryRoom) replayed() {
	x.t.Helper()
	again, err := Replay(x.r.Code, x.entries)
	if err != nil {
		x.t.Fatal(err)
	}
	strip := func(r Room) Room {
		r.Seats = slices.Clone(r.Seats)
		if len(r.Teams) == 0 {
			r.Teams = nil
		}
		return r
	}
	if a, b := strip(*x.r), strip(*again); !reflect.DeepEqual(a, b) {
		x.t.Fatalf("the log makes\n%+v\nand not\n%+v", b, a)
	}
}

func TestClass(t *testing.T) {
	x := newTry(t, false)
	x.sit("Ada", "Bo", "Cy", "Di")
	if a, b := len(x.r.Members(0)), len(x.r.Members(1)); a != 2 || b != 2 {
		t.Errorf("teams of %d and %d", a, b)
	}
	x.must(Change{Kind: Teamed, Seat: "s2", Team: 0})
	x.move(Reading)
	x.refused(Change{Kind: Teamed, Seat: "s2", Team: 1}, "has begun")
	x.move(Alone)
	x.write("s1", "a thief reads the cards", "", "somebody sends too much")
	x.write("s2", "a thief  reads cards", "nobody can say who it was")
	x.write("s4", "other team")
	x.move(Gather)
	list := x.r.List(0)
	if len(list) != 4 || list[0].ID != "s1.1" || list[3].Seat != "s2" {
		t.Fatalf("%+v", list)
	}
	x.must(Change{Kind: Fold, Seat: "s1", Team: 0, Threat: "s2.1", Into: "s1.1"})
	x.refused(Change{Kind: Fold, Seat: "s4", Team: 0, Threat: "s1.3", Into: "s1.1"}, "another team")
	x.refused(Change{Kind: Fold, Seat: "s4", Team: 1, Threat: "s1.3", Into: "s4.1"}, "not in the team's list")
	if list = x.r.List(0); len(list) != 3 || len(list[0].Folded) != 1 || list[0].Folded[0].ID != "s2.1" {
		t.Fatalf("%+v", list)
	}
	x.refused(Change{Kind: Topped, Seat: "s1", Team: 0, Top: []string{"s1.1", "s1.1"}}, "three places"[6:])
	x.refused(Change{Kind: Lock, Seat: "s1", Team: 0}, "Choose your top three first")
	x.move(Choose)
	x.must(Change{Kind: Topped, Seat: "s2", Team: 0, Top: []string{"s2.2", "s1.1"}})
	x.must(Change{Kind: Lock, Seat: "s1", Team: 0})
	x.refused(Change{Kind: Topped, Seat: "s2", Team: 0, Top: []string{"s1.1"}}, "has locked")
	// who goes on typing after the lock loses nothing, and changes nothing
	x.write("s1", "a thief reads the cards. More words", "", "somebody sends too much", "late idea")
	h, later := x.r.HandIn(0)
	if len(h.Threats) != 4 || h.Threats[0].Text != "a thief reads the cards" || h.Threats[2].Same != "s1.1" || !slices.Equal(h.Top, []int{3, 0}) {
		t.Errorf("%+v", h)
	}
	if len(later) != 2 || later[1].Text != "late idea" {
		t.Errorf("later: %+v", later)
	}
	if l, all := x.r.LockedTeams(); l != 1 || all != 2 {
		t.Errorf("%d of %d have locked", l, all)
	}
	x.move(Reveal)
	if !x.r.Teams[1].Locked || x.r.Teams[1].Froze["s4.1"].Text != "other team" {
		t.Errorf("%+v", x.r.Teams[1])
	}
	x.refused(Change{Kind: Lock, Seat: "s1", Team: 0, Off: true}, "on the board")
	x.must(Change{Kind: Put, Desk: true, Threats: []string{"s4.1"}, Into: "stored-cards"})
	x.refused(Change{Kind: Voted, Seat: "s1", Top: []string{"a"}}, "while the board is discussed")
	x.move(Discuss)
	x.must(Change{Kind: Voted, Seat: "s1", Top: []string{"a", "b"}})
	x.must(Change{Kind: Voted, Seat: "s1", Top: []string{"b"}})
	x.must(Change{Kind: Voted, Seat: "s2", Top: []string{"b"}})
	x.refused(Change{Kind: Voted, Seat: "s2", Top: []string{"b", "b"}}, "3 votes")
	if n := x.r.Tally(); n["b"] != 2 || n["a"] != 0 {
		t.Errorf("%v", n)
	}
	_, key := billing(t)
	b, err := NewBoard(x.r.HandIns(), NewMatcher(key), x.r.Placed)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(b.Rows, func(r Row) bool { return r.ID == "stored-cards" })
	if i < 0 || !slices.ContainsFunc(b.Rows[i].Told, func(t Told) bool { return t.Threat.ID == "s4.1" }) {
		t.Errorf("what was put by hand is not there: %+v", b.Rows)
	}
	x.move(Over)
	x.refused(Change{Kind: Voted, Seat: "s1"}, "class is over")
	x.write("s1", "still typing")
	x.replayed()
}

// A card keeps its id when it moves or when its words change, so that the
// team's choice stays the team's choice.
func TestCardsKeepTheirIDs(t *testing.T) {
	x := newTry(t, false)
	x.sit("Ada")
	ids := func() (out []string) {
		for _, c := range x.r.Sheets["s1"].Cards {
			out = append(out, c.ID+" "+c.Text)
		}
		return out
	}
	for _, step := range []struct{ write, want []string }{
		{[]string{"one", "two", "", ""}, []string{"s1.1 one", "s1.2 two", "s1.3 ", "s1.4 "}},
		{[]string{"two", "one", "", ""}, []string{"s1.2 two", "s1.1 one", "s1.3 ", "s1.4 "}},
		{[]string{"two", "one more word", "", ""}, []string{"s1.2 two", "s1.1 one more word", "s1.3 ", "s1.4 "}},
		{[]string{"two", "", "", "four"}, []string{"s1.2 two", "s1.1 ", "s1.3 ", "s1.4 four"}},
		{[]string{"two", "two", "", "four", "five"}, []string{"s1.2 two", "s1.1 two", "s1.3 ", "s1.4 four", "s1.5 five"}},
	} {
		x.write("s1", step.write...)
		if got := ids(); !slices.Equal(got, step.want) {
			t.Fatalf("%q gives %q, want %q", step.write, got, step.want)
		}
	}
	x.replayed()
}

// Two people who want one name keep nobody from working.
func TestNames(t *testing.T) {
	x := newTry(t, false)
	x.sit("Ada", "Bo")
	for _, same := range []string{"ada", "Ａｄａ", "A da", "ADA\u200b\x1b[31m"[:6]} {
		x.refused(Change{Kind: Sat, Name: same}, "already")
		x.refused(Change{Kind: Renamed, Seat: "s2", Name: same}, "already")
	}
	x.refused(Change{Kind: Sat, Name: " \x1b\u202e "}, "type a name")
	for i := range renames {
		x.must(Change{Kind: Renamed, Seat: "s2", Name: fmt.Sprint("Bo ", i)})
	}
	x.refused(Change{Kind: Renamed, Seat: "s2", Name: "Bob"}, "In some minutes")
	x.now = x.now.Add(renameTime)
	x.must(Change{Kind: Renamed, Seat: "s2", Name: "Bob"})
	x.must(Change{Kind: Renamed, Desk: true, Seat: "s2", Name: "Robert"})
	x.refused(Change{Kind: Renamed, Seat: "s2", Name: "Bob"}, "has named you")
	x.must(Change{Kind: Sat, Name: strings.Repeat("é", 100)})
	if s, _ := x.r.Seat("s3"); len([]rune(s.Name)) != maxName {
		t.Errorf("a name of %d characters", len([]rune(s.Name)))
	}
	x.must(Change{Kind: Gone, Desk: true, Seat: "s2"})
	x.refused(Change{Kind: Renamed, Seat: "s2", Name: "x"}, "was closed")
	x.refused(Change{Kind: Gone, Seat: "s1"}, "Only whoever leads")
	x.replayed()
}

// Nobody's name or key is in the log of a class where nobody has one.
func TestAnonymous(t *testing.T) {
	x := newTry(t, true)
	x.must(Change{Kind: Sat, Name: "Wilhelmina", Who: "SHA256:wilhelmina"})
	x.write("s1", "a thief")
	x.refused(Change{Kind: Renamed, Seat: "s1", Name: "Wilhelmina"}, "nobody has a name")
	for _, e := range x.entries {
		if strings.Contains(strings.ToLower(string(e.Data)), "wilhelmina") {
			t.Errorf("%s", e.Data)
		}
	}
	if _, ok := x.r.SeatOf("SHA256:wilhelmina"); ok {
		t.Error("the key is known")
	}
	h, _ := x.r.HandIn(0)
	if len(h.Members) != 0 || h.Threats[0].By != "" {
		t.Errorf("%+v", h)
	}
}

// Whoever forgot the number, or lost the key, is let in by whoever leads the class.
func TestANewNumber(t *testing.T) {
	x := newTry(t, false)
	x.must(Change{Kind: Sat, Name: "Ada", Who: "SHA256:ada"})
	x.must(Change{Kind: Sat, Name: "Bo", Secret: "4711"})
	x.refused(Change{Kind: Numbered, Seat: "s2", Secret: "1234"}, "Only whoever leads")
	x.refused(Change{Kind: Numbered, Desk: true, Seat: "s9", Secret: "1234"}, "no such seat")
	for _, seat := range []string{"s1", "s2"} {
		x.must(Change{Kind: Numbered, Desk: true, Seat: seat, Secret: "1234"})
		s, _ := x.r.Seat(seat)
		if !x.r.Opens(s, "1234") || x.r.Opens(s, "4711") {
			t.Errorf("%s does not open with the new number alone", s.Name)
		}
	}
	if _, ok := x.r.SeatOf("SHA256:ada"); ok {
		t.Error("the key that was lost opens the seat")
	}
	x.replayed()
}

func TestSecrets(t *testing.T) {
	x := newTry(t, false)
	x.must(Change{Kind: Sat, Name: "Ada", Who: "SHA256:ada"})
	x.must(Change{Kind: Sat, Name: "Bo", Secret: "4711"})
	ada, bo := x.r.Seats[0], x.r.Seats[1]
	if s, ok := x.r.SeatOf("SHA256:ada"); !ok || s.ID != ada.ID {
		t.Error("Ada's key does not open her seat")
	}
	for _, who := range []string{"", "SHA256:eve", "4711"} {
		if _, ok := x.r.SeatOf(who); ok {
			t.Errorf("%q opens a seat", who)
		}
	}
	if !x.r.Opens(bo, "4711") || x.r.Opens(bo, "4712") || x.r.Opens(bo, "") || x.r.Opens(ada, "4711") || x.r.Opens(ada, "SHA256:ada") || x.r.Opens(ada, "") {
		t.Error("the wrong secret opens a seat, or the right one does not")
	}
	if !x.r.IsDesk("desk") || x.r.IsDesk("") || x.r.IsDesk("4711") {
		t.Error("the desk")
	}
	for _, e := range x.entries {
		if s := string(e.Data); strings.Contains(s, "4711") || strings.Contains(s, "SHA256:ada") {
			t.Errorf("a secret is in the log: %s", s)
		}
	}
}

// Whatever people do, in whatever order: nothing that was written is lost, the
// log makes the same room again, and the board can be reckoned.
func TestAnything(t *testing.T) {
	_, key := billing(t)
	m := NewMatcher(key)
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		x := newTry(t, seed%3 == 0)
		wrote := map[string]string{}
		for i := range 400 {
			seat := fmt.Sprintf("s%d", 1+rnd.IntN(8))
			pick := func() string {
				if l := x.r.List(rnd.IntN(2)); len(l) > 0 {
					return l[rnd.IntN(len(l))].ID
				}
				return "s1.1"
			}
			c := Change{Seat: seat, Team: rnd.IntN(2), Desk: rnd.IntN(4) == 0, Off: rnd.IntN(3) == 0}
			switch rnd.IntN(14) {
			case 0, 1:
				c = Change{Kind: Sat, Name: fmt.Sprint("N", rnd.IntN(20))}
			case 2:
				c.Kind, c.Phase = Moved, Phases[rnd.IntN(len(Phases)-1)]
			case 3, 4, 5:
				c.Kind, c.Sheet = Wrote, &Sheet{}
				for range 1 + rnd.IntN(3) {
					c.Sheet.Cards = append(c.Sheet.Cards, Card{Text: fmt.Sprintf("threat %d of %s", i, seat), Letter: "X", Severity: "huge"})
				}
			case 6:
				c.Kind, c.Threat, c.Into = Fold, pick(), pick()
			case 7:
				c.Kind, c.Top = Topped, []string{pick(), pick()}
			case 8:
				c.Kind = Lock
			case 9:
				c.Kind, c.Threats, c.Into = Put, []string{pick()}, "own:x"
			case 10:
				c.Kind, c.Top = Voted, []string{"own:x"}
			case 11:
				c.Kind = []string{Gone, Present, Readied}[rnd.IntN(3)]
			case 12:
				c.Kind, c.Name = Renamed, fmt.Sprint("N", rnd.IntN(20))
			case 13:
				c.Kind = Teamed
			}
			err := x.do(c)
			var no *ErrNot
			if err != nil && !errors.As(err, &no) {
				t.Fatalf("seed %d, %+v: %v", seed, c, err)
			}
			if c.Kind == Wrote && err == nil {
				wrote[seat] = c.Sheet.Cards[0].Text
			}
		}
		x.replayed()
		for seat, text := range wrote {
			if x.r.Sheets[seat].Cards[0].Text != text {
				t.Errorf("seed %d: %s wrote %q, and the room has %+v", seed, seat, text, x.r.Sheets[seat])
			}
			s, _ := x.r.Seat(seat)
			h, later := x.r.HandIn(s.Team)
			if !slices.ContainsFunc(append(h.Threats, later...), func(t Threat) bool { return t.Text == text }) {
				t.Errorf("seed %d: %q of %s is nowhere in what its team handed in", seed, text, seat)
			}
		}
		if hs := x.r.HandIns(); len(hs) > 0 {
			if _, err := NewBoard(hs, m, x.r.Placed); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
}

// A newer program's changes are passed over, and rubbish is an error, never a crash.
func FuzzReplay(f *testing.F) {
	x := newTry(f, false)
	x.sit("Ada")
	x.write("s1", "a thief")
	for _, e := range x.entries {
		f.Add(e.Data)
	}
	f.Add([]byte(`{"kind":"from the future","team":99}`))
	_, key := billing(f)
	m := NewMatcher(key)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Replay("TRY77", append(slices.Clone(x.entries), Entry{Seq: 99, Data: b}))
		if err != nil {
			return
		}
		for i := range r.Teams {
			r.List(i)
			r.HandIn(i)
		}
		r.Tally()
		if hs := r.HandIns(); len(hs) > 0 && r.Scenario == "billing" {
			if _, err := NewBoard(hs, m, r.Placed); err != nil {
				t.Error(err)
			}
		}
	})
}

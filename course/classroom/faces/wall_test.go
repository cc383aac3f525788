package faces

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/tui"
)

// turning is a wall whose turns a test sends.
func (x *tryClass) turning() (wall *person, turns *[]turnMsg) {
	turns = new([]turnMsg)
	wall = x.face("", func(o Options) tui.Face {
		after := o.Dress.After
		o.Dress.After = func(d time.Duration, msg tea.Msg) tea.Cmd {
			if m, ok := msg.(turnMsg); ok {
				*turns = append(*turns, m)
			}
			return after(d, msg)
		}
		return NewWall(o)
	})
	return wall, turns
}

// wrote lets a new person write threats, from the outside.
func (x *tryClass) wrote(name string, texts ...string) {
	x.t.Helper()
	x.do(classroom.Change{Kind: classroom.Sat, Name: name, Text: name})
	seats := x.table.Room().Seats
	var s classroom.Sheet
	for _, t := range texts {
		s.Cards = append(s.Cards, classroom.Card{Text: t})
	}
	x.do(classroom.Change{Kind: classroom.Wrote, Seat: seats[len(seats)-1].ID, Sheet: &s})
}

// everybody is a class of two teams that has much to say.
func everybody(t *testing.T, cols, rows int) *tryClass {
	c := newTryClass(t, twoTeams(), cols, rows)
	c.move(classroom.Alone)
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"Ada", "Bo", "Cy"} {
		var texts []string
		for len(texts) < classroom.MaxCards-len(written[name]) {
			text := "parrots" // and words that nobody else has: each is a row of its own
			for range 7 {
				text += " "
				for range 6 {
					text += string(rune('a' + random.IntN(26)))
				}
			}
			texts = append(texts, text)
		}
		c.wrote(name, append(texts, written[name]...)...)
	}
	return c
}

// Everything that a wall has to show comes before the eyes of the room, although
// nobody touches a key; the names of the teams stand above every part of the board.
func TestAWallTurnsItsPages(t *testing.T) {
	atEverySize(t, func(t *testing.T, cols, rows int) {
		c := everybody(t, cols, rows)
		wall, turns := c.turning()
		for _, p := range []classroom.Phase{classroom.Cluster, classroom.Compare} {
			c.move(p)
			first, n := wall.body(), 0
			if _, err := fmt.Sscanf(first[strings.LastIndex(first, "page "):], "page 1 of %d", &n); err != nil || n < 2 {
				t.Fatalf("no page is counted (%v):\n%s", err, first)
			}
			var all strings.Builder
			for i := range n {
				page := wall.shows(fmt.Sprintf("page %d of %d", i+1, n)).body()
				if strings.Contains(page, "parrot") && !strings.Contains(page, "Lynx  Otter") {
					t.Errorf("no team is named on page %d:\n%s", i+1, page)
				}
				all.WriteString(page)
				wall.send((*turns)[len(*turns)-1])
			}
			if wall.body() != first {
				t.Errorf("the first page does not come after the last:\n%s", wall.plain())
			}
			if got := len(*turns); got != n+1 {
				t.Errorf("%d turns were asked for on %d pages", got, n)
			}
			*turns = nil
			said := strings.Join(strings.Fields(all.String()), " ")
			b, err := c.table.Board()
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Rows {
				if words := strings.Join(strings.Fields(r.Words)[:4], " "); p == classroom.Cluster && !strings.Contains(said, words) {
					t.Errorf("%q stands on no page", words)
				}
			}
			for _, m := range b.Missed {
				if words := strings.Join(strings.Fields(m.Title)[:4], " "); p == classroom.Compare && !strings.Contains(said, words) {
					t.Errorf("%q stands on no page", words)
				}
			}
		}
	})
}

// A wall on which all has room waits for no turn.
func TestAWallOfOnePageStands(t *testing.T) {
	c := newTryClass(t, twoTeams(), 120, 60)
	wall, turns := c.turning()
	c.wrote("Ada", written["Ada"]...)
	for _, p := range classroom.Phases[1:] {
		c.move(p)
		wall.send(tickMsg{})
		wall.keys("right down pgdown")
		if s := wall.plain(); len(*turns) > 0 || strings.Contains(s, "page") {
			t.Errorf("%s: %d turns:\n%s", p, len(*turns), s)
		}
	}
}

// Whoever turns a page by hand holds it, until there is something new to see or
// until they let go. A vote is nothing new, and neither is a second.
func TestAPageIsHeld(t *testing.T) {
	c := everybody(t, 80, 24)
	wall, turns := c.turning()
	last := func() turnMsg { return (*turns)[len(*turns)-1] }
	c.move(classroom.Discuss)
	wall.shows("page 1 of").keys("right").shows("page 2 of")
	wall.send(last())
	wall.send(tickMsg{})
	wall.shows("page 2 of").keys("left right").shows("page 2 of").shows("esc turn by itself")

	b, err := c.table.Board()
	if err != nil {
		t.Fatal(err)
	}
	asked := len(*turns)
	c.do(classroom.Change{Kind: classroom.Voted, Seat: "s1", Top: []string{b.Rows[0].ID}})
	if len(*turns) != asked {
		t.Error("a vote takes the page out of somebody's hand")
	}
	c.do(classroom.Change{Kind: classroom.Put, Desk: true, Threats: []string{b.Rows[0].Told[0].Threat.ID}, Into: b.Rows[1].ID})
	if len(*turns) != asked+1 {
		t.Fatalf("another row, and %d turns more", len(*turns)-asked)
	}
	wall.shows("page 2 of").send(last())
	wall.shows("page 3 of").keys("left esc").send(tickMsg{})
	wall.shows("page 2 of").send(last())
	wall.shows("page 3 of")

	old := last()
	c.move(classroom.Compare)
	wall.shows("page 1 of").send(old)
	wall.shows("page 1 of")
}

func TestPaginate(t *testing.T) {
	lines := func(s string) []string {
		if s == "" {
			return nil
		}
		return strings.Split(s, ",")
	}
	for _, x := range []struct {
		parts string // sections by |, the heading before :, blocks by ;
		rows  int
		want  string // pages by |
	}{
		{"a;b;c", 3, "a,b,c"},
		{"a;b;c", 2, "a,b|c"},
		{"H:a;b;c", 3, "H,a,b|H,c"},
		{"H:a;,b,b;c", 4, "H,a|H,b,b,c"},
		{"a;a|,H:b", 3, "a,a|H,b"},
		{"a|,H:b", 4, "a,,H,b"},
		{"H,H,H:a;b", 4, "H,H,H,a|b"},
		{"H,H:a,b,c,d", 4, "H,H,a,b|H,H,c,d"},
		{"H:", 4, "H"},
		{"", 4, ""},
	} {
		var parts []section
		for _, p := range strings.Split(x.parts, "|") {
			var s section
			head, blocks, ok := strings.Cut(p, ":")
			if !ok {
				head, blocks = "", p
			}
			s.head = lines(head)
			for _, b := range strings.Split(blocks, ";") {
				if b != "" {
					s.blocks = append(s.blocks, lines(b))
				}
			}
			parts = append(parts, s)
		}
		var got []string
		for _, p := range paginate(parts, x.rows) {
			got = append(got, strings.Join(p, ","))
		}
		if want := strings.Split(x.want, "|"); !slices.Equal(got, want) {
			t.Errorf("%q in %d rows: %q, want %q", x.parts, x.rows, got, want)
		}
	}
}

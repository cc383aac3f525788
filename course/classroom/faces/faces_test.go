package faces

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"edu/threatlings/course"
	"edu/threatlings/course/classroom"
	"edu/threatlings/course/classroom/host"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/report"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// A class under test: a room in memory whose clock stands still until it is moved.
type tryClass struct {
	t     *testing.T
	now   time.Time
	table *host.Table
	work  *report.Exercise
	size  [2]int
	faces []*person
	later []tea.Msg // what comes after a second or more, when a test sends it
}

var pages = tui.NewPages()

func newTryClass(t *testing.T, class classroom.Class, cols, rows int) *tryClass {
	t.Helper()
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	x := &tryClass{t: t, now: time.Date(2027, 1, 31, 9, 0, 0, 0, time.UTC), size: [2]int{cols, rows}}
	for _, step := range c.Steps() {
		for _, it := range step.Items() {
			ex, err := it.Exercise()
			if err != nil {
				t.Fatal(err)
			}
			if r, ok := ex.(*report.Exercise); ok && r.Scenario == class.Scenario {
				x.work = r.ForClass(classroom.MaxCards, "Read the design document, then write **one threat a card**.", "Ready")
			}
		}
	}
	s, err := c.Scenario(class.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.Key()
	if err != nil {
		t.Fatal(err)
	}
	log := classroom.NewMemory()
	made := &classroom.Room{Code: "K7QDX", Phase: classroom.Lobby}
	_, opened, err := made.Next(classroom.Change{Kind: classroom.Opened, Desk: true, At: x.now, Class: &class, Secret: "DESKDESKDE"})
	if err := errors.Join(err, log.Create(t.Context(), made.Code), log.Append(t.Context(), made.Code, opened)); err != nil {
		t.Fatal(err)
	}
	m := classroom.NewMatcher(key)
	h := host.New(t.Context(), host.Options{Log: log, Now: func() time.Time { return x.now }, Matcher: func(string) (*classroom.Matcher, error) { return m, nil }})
	if x.table, err = h.Open(t.Context(), made.Code); err != nil {
		t.Fatal(err)
	}
	return x
}

// ended is a context in which nobody waits for a change: people look when they
// are told to, so that every screen is the same in every run.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func (x *tryClass) options(who string) Options {
	return Options{
		Ctx: ended(), Table: x.table, Work: x.work, Who: who, Session: fmt.Sprint("session ", len(x.faces)),
		Join: "ssh K7QDX@course.example -p 2222", Fingerprint: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
		Guess: func(string) error { return nil }, Wrong: func(string) {},
		Notes: "Ask who would pay.",
		Save:  func() (string, error) { return "class-K7QDX.{md,html,csv,json}", nil },
	}
}

// A person looks at a face in the course's own frame.
type person struct {
	x    *tryClass
	m    *tui.Model
	quit bool
}

func (x *tryClass) face(who string, make func(Options) tui.Face) *person {
	x.t.Helper()
	o := x.options(who)
	p := &person{x: x}
	p.m = tui.New(context.Background(), tui.Options{
		Pages: pages, Look: tui.Look{Profile: termenv.TrueColor, Dark: true}, Settings: course.Settings{NoMotion: true}, Version: "test",
		Face: func(d tui.Dress) tui.Face { o.Dress = d; return make(o) },
		After: func(d time.Duration, msg tea.Msg) tea.Cmd {
			if d >= time.Second { // the clock is moved by hand
				x.later = append(x.later, msg)
				return nil
			}
			return func() tea.Msg { return msg }
		},
	})
	x.faces = append(x.faces, p)
	p.run(p.m.Init())
	p.send(tea.WindowSizeMsg{Width: x.size[0], Height: x.size[1]})
	x.look()
	return p
}

func (x *tryClass) seat(who string) *person {
	return x.face(who, func(o Options) tui.Face { return NewSeat(o) })
}

func (x *tryClass) wall() *person {
	return x.face("", func(o Options) tui.Face { return NewWall(o) })
}

func (x *tryClass) desk() *person {
	return x.face("", func(o Options) tui.Face { return NewDesk(o, true) })
}

// sits is somebody who has said their name.
func (x *tryClass) sits(name string) *person {
	p := x.seat("SHA256:" + name)
	return p.types(name).keys("enter").shows("Welcome, " + name)
}

// look shows everybody the room as it is now.
func (x *tryClass) look() {
	for _, p := range x.faces {
		p.send(roomMsg{x.table.Room()})
	}
}

// move lets the class go on, from the outside.
func (x *tryClass) move(to classroom.Phase) {
	x.t.Helper()
	x.do(classroom.Change{Kind: classroom.Moved, Desk: true, Phase: to})
}

func (x *tryClass) do(c classroom.Change) {
	x.t.Helper()
	if err := x.table.Do(x.t.Context(), c); err != nil {
		x.t.Fatalf("%+v: %v", c, err)
	}
	x.look()
}

func (p *person) send(msg tea.Msg) {
	_, cmd := p.m.Update(msg)
	p.run(cmd)
}

func (p *person) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			p.run(c)
		}
	case tea.QuitMsg:
		p.quit = true
	default:
		p.send(msg)
	}
}

var named = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "pgdown": tea.KeyPgDown,
	"tab": tea.KeyTab, "f1": tea.KeyF1, "f5": tea.KeyF5, "ctrl+n": tea.KeyCtrlN, "ctrl+o": tea.KeyCtrlO, "ctrl+d": tea.KeyCtrlD, "ctrl+c": tea.KeyCtrlC,
}

// keys presses keys, separated by blanks; afterwards everybody looks.
func (p *person) keys(keys string) *person {
	p.x.t.Helper()
	for _, k := range strings.Fields(keys) {
		switch kt, ok := named[k]; {
		case k == "space":
			p.send(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
		case ok:
			p.send(tea.KeyMsg{Type: kt})
		default:
			p.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)})
		}
	}
	p.x.look()
	return p
}

// types types a text, one key at a time.
func (p *person) types(text string) *person {
	for _, r := range text {
		k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
		if r == ' ' {
			k.Type = tea.KeySpace
		}
		p.send(k)
	}
	p.x.now = p.x.now.Add(time.Second)
	p.x.look()
	return p
}

// digits are the secret of somebody without a key: another one in every run.
var digits = regexp.MustCompile(`(number is )\d{4}`)

// plain is the screen without looks. Every frame is measured on the way.
func (p *person) plain() string {
	p.x.t.Helper()
	lines := strings.Split(p.m.View(), "\n")
	if len(lines) != p.x.size[1] {
		p.x.t.Errorf("the frame has %d rows of %d", len(lines), p.x.size[1])
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > p.x.size[0] {
			p.x.t.Errorf("row %d is %d columns wide of %d: %q", i+1, w, p.x.size[0], ansi.Strip(l))
		}
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return digits.ReplaceAllString(strings.Join(lines, "\n")+"\n", "${1}0000")
}

// body is the screen without the keys at its foot.
func (p *person) body() string {
	p.x.t.Helper()
	lines := strings.Split(p.plain(), "\n")
	return strings.Join(lines[:len(lines)-2], "\n")
}

func (p *person) shows(text string) *person {
	p.x.t.Helper()
	if s := p.plain(); !strings.Contains(s, text) {
		p.x.t.Fatalf("the screen does not show %q:\n%s", text, s)
	}
	return p
}

// golden compares the screen with testdata/name-columns.txt.
func (p *person) golden(name string) *person {
	p.x.t.Helper()
	golden(p.x.t, fmt.Sprintf("%s-%d", name, p.x.size[0]), p.plain())
	return p
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; if it should be so: go test ./course/classroom/faces -update\n%s", name, got)
	}
}

var sizes = [][2]int{{60, 20}, {80, 24}, {120, 40}}

func atEverySize(t *testing.T, do func(t *testing.T, cols, rows int)) {
	for _, s := range sizes {
		t.Run(fmt.Sprint(s[0]), func(t *testing.T) { do(t, s[0], s[1]) })
	}
}

// written are the threats of the three people, in their words.
var written = map[string][]string{
	"Ada": {
		"Someone who gets into the database reads every card number, and the codes on the back too",
		"A viewer and not only the owner can change the card since no role is checked",
		"Thousands of paid checks a day run up our bill at CardNet",
	},
	"Bo": {
		"Criminals try stolen cards and our answers tell them which still work",
		"An engineer deletes log lines so nobody sees what he did",
	},
	"Cy": {
		"Whoever breaks into the database has every card number and security code",
		"A rival who owns the office parrot has it read card numbers aloud to visitors 🦜",
	},
}

// A whole class, as everybody sees it.
func TestAClass(t *testing.T) {
	atEverySize(t, func(t *testing.T, cols, rows int) {
		x := newTryClass(t, classroom.Class{Scenario: "billing", Host: "Odalys", Teams: []string{"Lynx", "Lemur", "Heron"}}, cols, rows)
		wall, desk := x.wall(), x.desk()
		wall.golden("wall-lobby-empty")
		x.seat("").golden("seat-door").types("Eve").keys("enter").golden("seat-number")
		x.do(classroom.Change{Kind: classroom.Gone, Desk: true, Seat: "s1"})
		ada, bo, cy := x.sits("Ada"), x.sits("Bo"), x.sits("Cy")
		bo.keys("right right right right right")
		cy.keys("left")
		ada.golden("seat-lobby").keys("n").golden("seat-rename").keys("esc")
		wall.golden("wall-lobby")
		desk.golden("desk-lobby").keys("n").golden("desk-next").keys("n")

		wall.golden("wall-reading")
		ada.golden("seat-reading")
		bo.keys("f5").golden("seat-ready")
		desk.keys("5")
		x.now = x.now.Add(90 * time.Second)
		wall.golden("wall-reading-timer")
		desk.golden("desk-reading").keys("+ n n")

		ada.keys("ctrl+d esc tab").golden("seat-alone-empty")
		for _, p := range []*person{ada, bo, cy} {
			p.toCards()
		}
		ada.write("Ada", "I", "D")
		bo.write("Bo", "I", "R")
		cy.write("Cy", "I", "")
		ada.golden("seat-alone")
		wall.golden("wall-alone")
		desk.golden("desk-alone").keys("q").golden("desk-question").keys("enter").golden("desk-asked")
		ada.golden("seat-asked")
		desk.keys("down down down r").types("Adah").golden("desk-rename").keys("enter")

		desk.keys("n n")
		ada.golden("seat-moved-on")
		for _, p := range []*person{ada, bo, cy} {
			p.keys("ctrl+n")
		}
		ada.golden("seat-team").keys("down down m").golden("seat-team-same").keys("up up enter").golden("seat-team-folded").keys("ctrl+o").golden("seat-team-cards").keys("ctrl+o u down")
		desk.keys("n n")
		wall.golden("wall-choose-none")
		bo.keys("2 down 1 down 3").golden("seat-choose").keys("l").golden("seat-lock")
		cy.keys("1")
		wall.golden("wall-choose")
		desk.golden("desk-choose").keys("n").golden("desk-cut-short").keys("n")
		wall.golden("wall-locked")
		ada.golden("seat-locked")
		desk.golden("desk-locked").keys("n n")
		wall.golden("wall-reveal")
		ada.golden("seat-reveal")
		desk.golden("desk-reveal").keys("n n")
		wall.golden("wall-cluster")
		ada.golden("seat-cluster").keys("down").golden("seat-cluster-second")
		desk.keys("b").golden("desk-board").keys("down m").golden("desk-merge").keys("down enter").golden("desk-merged").keys("right s").golden("desk-split").keys("esc n n")
		ada.keys("space down space down")
		bo.keys("space")
		ada.golden("seat-votes")
		wall.golden("wall-votes")
		desk.golden("desk-votes").keys("n n")
		wall.golden("wall-key")
		ada.golden("seat-key").keys("pgdown").golden("seat-key-below")
		desk.golden("desk-key").keys("m").golden("desk-missed").keys("esc n n w").golden("desk-end")
		wall.golden("wall-end")
		ada.golden("seat-end").keys("f1").golden("seat-help").keys("esc")
		desk.keys("f1").golden("desk-help")
	})
}

// toCards goes to the pane in which cards are written.
func (p *person) toCards() {
	p.x.t.Helper()
	for range 4 {
		if strings.Contains(p.plain(), "▸[cards]") {
			return
		}
		p.keys("tab")
	}
	p.x.t.Fatalf("no way to the cards:\n%s", p.plain())
}

// write writes the person's threats, each on a card of its own with a letter.
func (p *person) write(who string, letters ...string) {
	p.x.t.Helper()
	for i, text := range written[who] {
		if i > 0 {
			p.keys("down")
		}
		p.types(text).keys("enter")
		if i < len(letters) && letters[i] != "" {
			p.keys(letters[i])
		}
		p.keys("down down")
	}
}

func twoTeams() classroom.Class {
	return classroom.Class{Scenario: "billing", Teams: []string{"Lynx", "Otter"}}
}

// Help lies above the class: what was typed a moment ago, and where, stays.
func TestHelpLeavesEverything(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	ada := c.sits("Ada")
	c.move(classroom.Alone)
	ada.toCards()
	ada.types("a thief reads the cards")
	seats := len(c.table.Room().Seats)
	before := ada.plain()
	ada.keys("f1").shows("On this screen").keys("f1")
	if after := ada.plain(); after != before || len(c.table.Room().Seats) != seats {
		t.Errorf("help changed the screen:\n%s", after)
	}
	c.move(classroom.Gather)
	ada.keys("f1 f1").shows("The class has moved on").shows("a thief reads the cards")
}

// On a server a message that comes later goes past the command that asked for it. It
// finds its face below the help page: the clock goes on, and what was typed is saved.
func TestHelpLeavesTheClockRunning(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	ada := c.sits("Ada")
	ada.keys("f1")
	tick := c.later
	c.later = nil
	for _, msg := range tick {
		ada.send(msg)
	}
	if len(c.later) == 0 {
		t.Error("no second follows the one that passed under the help page")
	}
}

// Whoever leads with the host finds the word of the desk where the host sits; a
// desk that was opened with it does not show it again.
func TestTheWordForAnotherDesk(t *testing.T) {
	for _, size := range sizes {
		c := newTryClass(t, twoTeams(), size[0], size[1])
		hosts := c.face("", func(o Options) tui.Face {
			o.Word = "DESKDESKDE"
			return NewDesk(o, true)
		})
		hosts.golden("desk-host").shows("DESKDESKDE").keys("n n")
		if strings.Contains(hosts.plain(), "DESK") {
			t.Errorf("the word stands there after the lobby:\n%s", hosts.plain())
		}
		hosts.keys("f1")
		for range 30 {
			hosts.keys("down")
		}
		hosts.shows("DESKDESKDE")
		second := c.face("", func(o Options) tui.Face { return NewDesk(o, false) })
		second.types("deskdeskde").keys("enter").shows("Silence. Answer").keys("f1 down down down down down down down down down down down")
		if strings.Contains(second.plain(), "opens another desk") {
			t.Errorf("an opened desk tells the word:\n%s", second.plain())
		}
	}
}

// Somebody whose seat was closed and opened again is here again, in the same window.
func TestLetInAgain(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	ada, desk := c.sits("Ada"), c.desk()
	desk.keys("down x x").shows("seat closed")
	ada.shows("Your seat was closed").keys("esc enter x")
	desk.keys("x")
	c.look()
	ada.shows("Welcome, Ada")
	if s, _ := c.table.Room().Seat("s1"); !s.Here || s.Removed {
		t.Errorf("%+v", s)
	}
}

// Whoever forgot the number gets another one from the desk.
func TestANewNumberOpensTheSeat(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	c.seat("").types("Ada").keys("enter").shows("Welcome, Ada")
	again := c.seat("").types("ada").keys("enter").shows("sits here already").types("12345").keys("enter").shows("not the number")
	desk := c.desk().keys("down o")
	told := regexp.MustCompile(`is (\d{4}) now`).FindStringSubmatch(desk.m.View())
	if told == nil {
		t.Fatalf("the desk does not tell the number:\n%s", desk.plain())
	}
	again.types(told[1]).keys("enter").shows("Welcome, Ada")
}

// In a class without names a number still opens the seat that somebody had.
func TestAnonymousSeatsOpenAgain(t *testing.T) {
	class := twoTeams()
	class.Anonymous = true
	c := newTryClass(t, class, 80, 24)
	first := c.seat("SHA256:ada").golden("seat-door-anonymous").keys("enter").shows("Welcome, Guest 1")
	told := regexp.MustCompile(`number is (\d{4})`).FindStringSubmatch(ansi.Strip(first.m.View()))
	if told == nil {
		t.Fatalf("nobody is told a number:\n%s", first.plain())
	}
	c.seat("").types("Wilhelmina").keys("enter").shows("no such guest")
	c.seat("").types("guest 1").keys("enter").shows("sits here already").types(told[1]).keys("enter").shows("Welcome, Guest 1")
	first.shows("in another window")
	if n := len(c.table.Room().Seats); n != 1 {
		t.Errorf("%d seats", n)
	}
}

// The cursor of the desk stays on its person while others come: the key that
// closes a seat closes the one that was named.
func TestTheDeskKeepsItsPerson(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	c.sits("Ada")
	c.sits("Bo")
	desk := c.desk().keys("down down down x").shows("closes the seat of Bo")
	c.sits("Cy") // stands above Bo
	desk.keys("x")
	for _, s := range c.table.Room().Seats {
		if s.Removed != (s.Name == "Bo") {
			t.Errorf("%s: removed %v", s.Name, s.Removed)
		}
	}
	desk.keys("t").shows("▸ Bo").keys("r").types("Bob").keys("enter").shows("▸ Bob")
}

// The cursor of a team's list stays on its threat while others fold what stands above.
func TestTheListKeepsItsThreat(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	ada := c.sits("Ada")
	c.wrote("Bo", "one parrot", "two parrots", "three parrots", "four parrots")
	c.do(classroom.Change{Kind: classroom.Teamed, Desk: true, Seat: "s2", Team: 0})
	c.move(classroom.Choose)
	list := c.table.Room().List(0)
	ada.keys("down down").shows("▸     three parrots")
	c.do(classroom.Change{Kind: classroom.Fold, Seat: "s2", Team: 0, Threat: list[0].ID, Into: list[1].ID})
	ada.shows("▸     three parrots").keys("1").shows("▸ [1] three parrots")
}

// A vote for a row that was merged into another is free again.
func TestAMergedRowGivesItsVoteBack(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	ada, desk := c.sits("Ada"), c.desk()
	c.move(classroom.Alone)
	ada.toCards()
	ada.write("Ada")
	c.move(classroom.Discuss)
	ada.keys("ctrl+n space down space down space").shows("3 of 3 votes given")
	desk.keys("b m down enter")
	ada.shows("2 of 3 votes given").keys("up up").shows("2 of 3")
	for range 2 {
		ada.keys("space")
	}
	ada.shows("2 of 3 votes given")
}

// A timer that has run out says so kindly and moves nobody.
func TestTheTimerRunsOut(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	ada, wall, desk := c.sits("Ada"), c.wall(), c.desk()
	c.move(classroom.Alone)
	ada.toCards()
	ada.types("a thief")
	desk.keys("+")
	c.now = c.now.Add(3 * time.Minute)
	ada.types(" reads the cards").shows("time is up; take the time you need").shows("a thief reads the cards")
	desk.shows("time is up")
	wall.golden("wall-time-is-up")
	desk.keys("+").shows("2:00 left").keys("0")
	if s := ada.plain(); strings.Contains(s, "left") {
		t.Errorf("a timer that was taken away is shown:\n%s", s)
	}
}

// Teams of one initial are told apart above the board, and long names are explained.
func TestColumns(t *testing.T) {
	teams := func(names ...string) (out []classroom.Team) {
		for _, n := range names {
			out = append(out, classroom.Team{Name: n})
		}
		return out
	}
	for _, x := range []struct {
		teams  []classroom.Team
		room   int
		names  []string
		legend string
	}{
		{teams("Lynx", "Lemur"), 20, []string{"Lynx", "Lemur"}, ""},
		{teams("Lynx", "Otter"), 8, []string{"L", "O"}, "L = Lynx, O = Otter"},
		{teams("Lynx", "Lemur"), 8, []string{"Ly", "Le"}, "Ly = Lynx, Le = Lemur"},
		{teams("Team one", "Team two"), 8, []string{"1", "2"}, "1 = Team one, 2 = Team two"},
		{teams("名前の長いチーム", "名簿"), 8, []string{"名前", "名簿"}, "名前 = 名前の長いチーム, 名簿 = 名簿"},
	} {
		names, legend := columns(x.teams, x.room)
		if !slices.Equal(names, x.names) || legend != x.legend {
			t.Errorf("%v in %d columns: %q, %q", x.teams, x.room, names, legend)
		}
	}
}

// Esc leads out of everything and never out of the class; no text of anybody
// breaks a frame, in the smallest window and in a large one.
func TestEscAndStrangeTexts(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {200, 60}} {
		c := newTryClass(t, twoTeams(), size[0], size[1])
		ada, desk, wall := c.sits("Ada 🦊"), c.desk(), c.wall()
		c.move(classroom.Alone)
		ada.toCards()
		for i, text := range []string{"👩‍👩‍👧 家族 reads the card 🦜", "משתמש קורא את כל הכרטיסים", strings.Repeat("a very long threat without an end ", 20), strings.Repeat("x", 300)} {
			if i > 0 {
				ada.keys("down")
			}
			ada.types(text).keys("enter down down")
		}
		for _, p := range classroom.Phases[3:] {
			c.move(p)
			ada.keys("ctrl+n")
			for _, keys := range []string{"esc", "down", "m", "esc", "ctrl+o", "esc", "ctrl+o", "esc", "f1", "esc"} {
				ada.keys(keys)
				_ = ada.plain()
			}
			for _, keys := range []string{"q", "esc", "b", "m", "esc", "right", "esc", "m", "pgdown", "esc", "down", "r", "esc", "f1", "esc"} {
				desk.keys(keys)
				_ = desk.plain()
			}
			desk.keys("esc esc")
			_ = wall.plain()
			desk.shows("Lynx  ")
			ada.shows("Class K7QDX")
		}
	}
}

// What was refused in one phase does not stand above the next one.
func TestARefusalEndsWithItsPhase(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	ada := c.sits("Ada")
	c.move(classroom.Locked)
	ada.keys("l").shows("All teams have locked.")
	c.move(classroom.Reveal)
	if s := ada.plain(); strings.Contains(s, "All teams have locked.") {
		t.Errorf("still there:\n%s", s)
	}
}

// The wheel moves what the arrows move, on every face.
func TestTheWheel(t *testing.T) {
	c := newTryClass(t, twoTeams(), 80, 24)
	ada, desk, wall := c.sits("Ada"), c.desk(), c.wall()
	c.move(classroom.Alone)
	ada.toCards()
	ada.write("Ada")
	c.move(classroom.Compare)
	ada.keys("ctrl+n")
	for _, p := range []*person{ada, desk, wall} {
		before := p.body()
		p.send(tea.MouseMsg{Action: tea.MouseActionPress, Button: tea.MouseButtonWheelDown})
		if p.body() == before {
			t.Errorf("the wheel does nothing:\n%s", before)
		}
		p.send(tea.MouseMsg{Action: tea.MouseActionPress, Button: tea.MouseButtonWheelUp})
		if after := p.body(); after != before {
			t.Errorf("up and down is somewhere else:\n%s", after)
		}
	}
}

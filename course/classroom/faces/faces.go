// Package faces shows one room to three kinds of people: those who sit in it,
// whoever leads the class, and the wall of the room. A face draws what the room
// is and asks for changes; the room decides.
package faces

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/classroom/host"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/report"
	"edu/threatlings/exercises/scenarios"
)

// Options is what every face is made from.
type Options struct {
	Ctx   context.Context
	Table *host.Table
	Dress tui.Dress
	// Work is the exercise that the class does.
	Work *report.Exercise
	// Who is the fingerprint of the person's key, or "".
	Who string
	// Session names this connection, so that the newest of one person holds the seat.
	Session string
	// Join is what people type to come in, such as ssh K7QD@host -p 2222;
	// Fingerprint is that of the host's key.
	Join, Fingerprint string
	// Guess is asked before a secret is tried, and told whether it was right: it
	// says no to whoever tries too often.
	Guess func(seat string) error
	Wrong func(seat string)
	// Notes are for whoever leads: those of the lesson.
	Notes string
	// Word opens another desk. Only the desk of the host has it; "" is unknown.
	Word string
	// Save writes the report and says where; only the desk has it.
	Save func() (string, error)
}

// A stage is what people are told in a phase.
type stage struct {
	phase   classroom.Phase
	title   string
	people  string // what to do now
	short   string // the same above the workspace; "" for none
	leader  string // what to say, and what people usually do
	minutes int    // suggested; 0 where the talk decides
}

var stages = []stage{
	{classroom.Lobby, "Arriving", "Find your team: ← → changes it. The class begins when everybody is here.", "",
		"Tell people the line to type. Teams of three to five work best; mix those who know the system with those who do not. Say what will happen: read, think alone, list, choose three, compare.", 5},
	{classroom.Reading, "Reading", "Read the document and its diagram. Where you stumble, something is.", "Read in silence; ctrl+d is the diagram. Where you stumble, something is.",
		"Silence. Answer questions of understanding; what the document leaves open is an assumption: let them write it on their worksheet.", 10},
	{classroom.Alone, "Thinking alone", "Write every threat that you see on a card: who does what, to which asset, so that what. Alone and in silence: what you see, others do not.", "Alone and in silence: one threat a card. shift+tab goes to your cards.",
		"No talking yet: the first voice would become everybody's. Watch who is stuck: q sends a team a question. Do not tell the answer.", 15},
	{classroom.Gather, "The team's list", "Read what the others in your team wrote. Fold together what is the same; ask about what you do not understand. Nobody has to defend a card.", "",
		"Let each team read its cards aloud, the quietest person first. The same thing twice is folded with m; the words of both stay.", 15},
	{classroom.Choose, "Choosing three", "Agree on the three that matter most: likely, and bad. Keys 1, 2 and 3 give a threat its place; l locks.", "",
		"Ask each team for the reason of its first place. Three, not four: leaving out is the exercise. The number of teams that have locked is on the wall.", 5},
	{classroom.Locked, "All locked", "Your three are locked. In a moment everybody sees everybody's.", "",
		"Nobody has seen another team's three yet. Let each team guess how many of its own another team has too.", 1},
	{classroom.Reveal, "All at once", "These are the top threes of all teams.", "",
		"Let them read. Then each team says in one minute why its first place is first. Ask: how did you come upon it?", 8},
	{classroom.Cluster, "What is the same", "What means the same stands in one row. A number is a team's place; a dot means that it was only listed.", "",
		"Go through the rows. When two rows are one: m on the first, enter on the other. When one is two: s takes a threat out, ← → chooses which. Rows that one team has alone are the case for many eyes.", 8},
	{classroom.Discuss, "What first?", "You have three votes: space gives one to a row, and takes it back. What would you fix first?", "",
		"Ask for reasons before people vote: likely? bad? cheap to fix? Does one remedy remove several rows?", 10},
	{classroom.Compare, "The key", "This is one reviewer's list. What the class found and it does not have may be the best of all.", "",
		"Show what nobody found, and ask where in the document it stands. The key is one list by one reviewer: say so. Then ask each person for one thing to do differently at the next document.", 10},
	{classroom.Over, "The end", "The class is over. Thank you. What you wrote is in the report.", "",
		"The report is written with w. Send it to the class; what was found belongs to those who found it.", 0},
}

func stageOf(p classroom.Phase) stage {
	for _, s := range stages {
		if s.phase == p {
			return s
		}
	}
	return stages[0]
}

// number is where in the class a phase is: 3 of 10.
func number(p classroom.Phase) string {
	for i, s := range stages {
		if s.phase == p && p != classroom.Over {
			return fmt.Sprintf("%d of %d", i+1, len(stages)-1)
		}
	}
	return ""
}

type (
	roomMsg struct{ room *classroom.Room } // the room changed
	tickMsg struct{}                       // a second has passed
	doneMsg struct {                       // a change was made, or not
		then func(error) tea.Cmd
		err  error
	}
)

// A base is what all faces share: the room, its watch, and the clock.
type base struct {
	o       Options
	room    *classroom.Room
	changed <-chan struct{}
	close   func()
	width   int
	height  int
	said    string // one sentence, until the next key
	jobs    []job  // the first one is being done
	begun   bool
}

func newBase(o Options) base {
	b := base{o: o, room: o.Table.Room()}
	b.changed, b.close = o.Table.Watch()
	return b
}

// begin begins to watch the room and the clock, once: a face that comes back to
// the top, when help is closed, goes on as it was.
func (b *base) begin() (tea.Cmd, bool) {
	if b.begun {
		return nil, false
	}
	b.begun = true
	return tea.Batch(b.look(), b.tick()), true
}

// look waits for the next change of the room.
func (b *base) look() tea.Cmd {
	ctx, changed, table := b.o.Ctx, b.changed, b.o.Table
	return func() tea.Msg {
		select {
		case <-changed:
			return roomMsg{table.Room()}
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *base) tick() tea.Cmd { return b.o.Dress.After(time.Second, tickMsg{}) }

// A job is a change that waits for the one before it: keys may come faster than
// a change is saved, and each must see what the last one did.
type job struct {
	change func(*classroom.Room) classroom.Change
	then   func(error) tea.Cmd
}

// do asks for a change. What the room says no with stands on the screen.
func (b *base) do(c classroom.Change, then func(error) tea.Cmd) tea.Cmd {
	return b.doWith(func(*classroom.Room) classroom.Change { return c }, then)
}

// doWith is do for a change that depends on what the room is by then.
func (b *base) doWith(change func(*classroom.Room) classroom.Change, then func(error) tea.Cmd) tea.Cmd {
	b.jobs = append(b.jobs, job{change, then})
	if len(b.jobs) > 1 {
		return nil
	}
	return b.next()
}

func (b *base) next() tea.Cmd {
	ctx, table, j := context.WithoutCancel(b.o.Ctx), b.o.Table, b.jobs[0]
	return func() tea.Msg { return doneMsg{j.then, table.DoWith(ctx, j.change)} }
}

// done tells what became of a change, and begins the next.
func (b *base) done(m doneMsg) tea.Cmd {
	b.jobs = b.jobs[1:]
	b.room = b.o.Table.Room()
	if m.err != nil {
		b.said = sentence(m.err)
	}
	var cmds []tea.Cmd
	if len(b.jobs) > 0 {
		cmds = append(cmds, b.next())
	}
	if m.then != nil {
		cmds = append(cmds, m.then(m.err))
	}
	return tea.Batch(cmds...)
}

// sentence is an error for a person.
func sentence(err error) string {
	var no *classroom.ErrNot
	if errors.As(err, &no) {
		return no.Why
	}
	return "This was not saved: " + exercises.CleanLine(err.Error())
}

// clock is the timer, or "" when none runs.
func (b *base) clock() string {
	if b.room.Ends.IsZero() {
		return ""
	}
	left := b.room.Ends.Sub(b.o.Table.Now())
	if left <= 0 {
		return "time is up; take the time you need"
	}
	left = left.Round(time.Second)
	return fmt.Sprintf("%d:%02d left", int(left.Minutes()), int(left.Seconds())%60)
}

func (b *base) title() string {
	s := stageOf(b.room.Phase)
	if n := number(b.room.Phase); n != "" {
		return s.title + " · " + n
	}
	return s.title
}

// wheel is the key that a turn of the mouse wheel stands for.
func wheel(m tea.MouseMsg) (tea.KeyMsg, bool) {
	if m.Action == tea.MouseActionPress {
		switch m.Button {
		case tea.MouseButtonWheelUp:
			return tea.KeyMsg{Type: tea.KeyUp}, true
		case tea.MouseButtonWheelDown:
			return tea.KeyMsg{Type: tea.KeyDown}, true
		}
	}
	return tea.KeyMsg{}, false
}

func bind(k, what string) key.Binding {
	return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what))
}

// wrap breaks plain text at words. An isolate that is broken is one on each line.
func wrap(s string, width int) []string {
	lines := strings.Split(ansi.Wrap(s, max(8, width), " "), "\n")
	for i, l := range lines {
		if closed := closeIsolate(l); closed != l {
			lines[i] = closed
			if i+1 < len(lines) {
				lines[i+1] = exercises.IsolateBegin + lines[i+1]
			}
		}
	}
	return lines
}

// closeIsolate ends an isolate whose end was cut off.
func closeIsolate(s string) string {
	if strings.Count(s, exercises.IsolateBegin) > strings.Count(s, exercises.IsolateEnd) {
		return s + exercises.IsolateEnd
	}
	return s
}

// fit cuts or pads a styled line to exactly width columns.
func fit(s string, width int) string {
	w := ansi.StringWidth(s)
	if w > width {
		s = closeIsolate(ansi.Truncate(s, width, "…"))
		w = ansi.StringWidth(s)
	}
	return s + strings.Repeat(" ", max(0, width-w))
}

// rendered is wrapped text in one style, behind a margin.
func rendered(st lipgloss.Style, margin, s string, width int) []string {
	var out []string
	for _, l := range wrap(s, width-ansi.StringWidth(margin)) {
		out = append(out, margin+st.Render(l))
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// placeName is a place in few words: "2 Gateway API to Billing Service".
func placeName(sys *scenarios.System, id string) string {
	p, ok := sys.Place(id)
	switch {
	case !ok:
		return ""
	case p.Flow:
		return p.ID + " " + p.Name
	}
	return p.Name
}

// window is the part of lines that has the rows from first to last in sight;
// off is where it began last time.
func window(lines []string, rows, first, last int, off *int) []string {
	if last >= *off+rows {
		*off = last - rows + 1
	}
	if first < *off {
		*off = first
	}
	*off = max(0, min(*off, len(lines)-rows))
	return lines[*off:min(len(lines), *off+rows)]
}

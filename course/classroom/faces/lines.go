package faces

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"edu/threatlings/course/classroom"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
)

// Lines is the face of one person line by line: for screen readers and for
// terminals that can do no more.
func Lines(o Options, in io.Reader, out io.Writer) error {
	w := &oneAtATime{w: out}
	l := &lines{o: o, w: w, p: input.NewPrompter(in, w)}
	changed, stop := o.Table.Watch()
	defer stop()
	ended := make(chan struct{})
	defer close(ended)
	err := l.enter()
	if err == nil {
		l.at = l.room().Phase
		l.tell(l.p)
		go l.announce(changed, ended)
		err = l.talk()
	}
	if l.id != "" {
		if s, ok := l.room().Seat(l.id); ok && s.Session == o.Session {
			away := o.Table.Do(detached(o.Ctx), classroom.Change{Kind: classroom.Present, Seat: l.id, Off: true, Text: o.Session})
			if err == nil || errors.Is(err, input.ErrLeave) {
				err = away
			}
		}
	}
	if errors.Is(err, input.ErrLeave) {
		err = nil
	}
	return err
}

// oneAtATime keeps what is announced from standing in the middle of a line.
type oneAtATime struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes all of b at once.
func (o *oneAtATime) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(b)
}

type lines struct {
	o  Options
	w  io.Writer
	p  *input.Prompter // of the person, who is asked something at the moment
	id string

	mu   sync.Mutex
	at   classroom.Phase
	told int // questions of the team that were read out
}

func (l *lines) room() *classroom.Room { return l.o.Table.Room() }

func (l *lines) me() classroom.Seat { s, _ := l.room().Seat(l.id); return s }

func (l *lines) do(c classroom.Change) error {
	return l.o.Table.Do(detached(l.o.Ctx), c)
}

// try makes a change and says what became of it.
func (l *lines) try(c classroom.Change, done string) {
	if err := l.do(c); err != nil {
		l.p.Say("%s", sentence(err))
		return
	}
	l.p.Say("%s", done)
}

// enter asks who it is.
func (l *lines) enter() error {
	if s, ok := l.room().SeatOf(l.o.Who); ok {
		l.id = s.ID
		l.p.Say("Welcome back, %s. Your seat and your words are here.", s.Name)
		return l.do(classroom.Change{Kind: classroom.Present, Seat: l.id, Text: l.o.Session})
	}
	l.p.Say("%s: a class. Line mode. ? lists what can be typed, q leaves; everything is saved.", l.o.Work.Paper().System.Title)
	for {
		question := "How do you want to be called? Everybody in the room hears it."
		if l.room().Anonymous {
			question = "In this class nobody has a name: an empty line takes a seat. If the connection broke, type who you were, such as Guest 3."
		}
		name, err := l.p.Line(question)
		if err != nil {
			return err
		}
		if name == "q" {
			return input.ErrLeave
		}
		if old, ok := l.room().SeatNamed(classroom.Name(name)); ok && !old.Key {
			if done, err := l.number(old); err != nil || done {
				return err
			}
			continue
		}
		if l.room().Anonymous && name != "" {
			l.p.Say("There is no such guest here.")
			continue
		}
		c := classroom.Change{Kind: classroom.Sat, Name: name, Who: l.o.Who, Text: l.o.Session}
		number := ""
		if l.o.Who == "" || l.room().Anonymous {
			var err error
			if number, err = newNumber(); err != nil {
				return err
			}
			c.Secret = number
		}
		if err := l.do(c); err != nil {
			l.p.Say("%s", sentence(err))
			continue
		}
		for _, s := range l.room().Seats {
			if s.Session == l.o.Session {
				l.id = s.ID
			}
		}
		if number != "" {
			l.p.Say("Your number is %s. Should the connection break, come back as %s with this number.", number, l.me().Name)
		}
		return nil
	}
}

// number asks for the number of an old seat.
func (l *lines) number(old classroom.Seat) (bool, error) {
	n, err := l.p.Line(old.Name + " sits here already. If that is you, type your number of four digits; an empty line goes back.")
	if err != nil || n == "" {
		return false, err
	}
	if err := l.o.Guess(old.ID); err != nil {
		l.p.Say("%s", sentence(err))
		return false, nil
	}
	if !l.room().Opens(old, n) {
		l.o.Wrong(old.ID)
		l.p.Say("That is not the number of this seat. Whoever leads the class can give you a new one.")
		return false, nil
	}
	l.id = old.ID
	return true, l.do(classroom.Change{Kind: classroom.Present, Seat: l.id, Text: l.o.Session})
}

// announce tells what changes while somebody waits at the prompt.
func (l *lines) announce(changed <-chan struct{}, ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		case <-changed:
			l.news()
		}
	}
}

func (l *lines) news() {
	r := l.room()
	l.mu.Lock()
	moved := r.Phase != l.at
	l.at = r.Phase
	asked := r.Teams[l.me().Team].Asked
	from := min(l.told, len(asked))
	l.told = len(asked)
	l.mu.Unlock()
	var said bytes.Buffer
	p := input.NewPrompter(strings.NewReader(""), &said)
	if moved {
		l.tell(p)
	}
	for _, q := range asked[from:] {
		p.Say("Asked of your team: %s", q.Text)
	}
	if said.Len() > 0 { // on lines of its own, between two prompts
		_, _ = fmt.Fprintf(l.w, "\n%s> ", said.String()) // the connection may be gone
	}
}

// tell says what everybody does now.
func (l *lines) tell(p *input.Prompter) {
	r := l.room()
	s := stageOf(r.Phase)
	p.Say("%s %s", heading(s), plainStage(s))
	if s.phase == classroom.Lobby {
		var teams []string
		for i, t := range r.Teams {
			teams = append(teams, fmt.Sprintf("%d %s", i+1, t.Name))
		}
		p.Say("You are in team %s. The teams: %s.", r.Teams[l.me().Team].Name, strings.Join(teams, ", "))
	}
}

// heading is a phase's title as a sentence.
func heading(s stage) string {
	if strings.HasSuffix(s.title, "?") {
		return s.title
	}
	return s.title + "."
}

// plainStage says without keys of the full screen what to do.
func plainStage(s stage) string {
	switch s.phase {
	case classroom.Lobby:
		return "Type team and a number to choose your team. The class begins when everybody is here."
	case classroom.Reading:
		return s.people + " d reads the document, w walks the diagram."
	case classroom.Alone:
		return s.people + " Type each as a sentence."
	case classroom.Reveal:
		return "Type b to hear the top threes of all teams."
	case classroom.Over:
		return s.people + " q leaves."
	case classroom.Gather:
		return "Type t to read what your team wrote, and same 4 2 when threat 4 says the same as 2."
	case classroom.Choose:
		return "Agree on the three that matter most. Type top 3 1 5 to choose them in that order, and lock to lock them."
	case classroom.Cluster:
		return "Type b to read the board: what means the same is one row."
	case classroom.Discuss:
		return "You have three votes: v 1 4 gives two of them to rows 1 and 4 of the board."
	case classroom.Compare:
		return "Type b for the board with the key's words, k for what was missed."
	}
	return s.people
}

const lineHelp = `d reads the document, w walks the diagram.
a sentence of three words or more becomes a card; c lists your cards, e 2 writes card 2 anew.
t lists your team's threats, top 3 1 5 chooses three, lock and unlock, same 4 2 folds 4 under 2.
b reads the board, v 1 4 votes, k says what was missed.
team 2 goes to team 2, ready says that you are done, q leaves; everything is saved.`

func (l *lines) talk() error {
	for {
		line, err := l.p.Line("")
		if err != nil {
			return err
		}
		me := l.me()
		if me.Removed {
			l.p.Say("Your seat was closed by whoever leads the class. What you wrote is kept.")
			return nil
		}
		if me.Session != l.o.Session {
			l.p.Say("You sit here in another window now. This one ends.")
			return nil
		}
		word, rest, _ := strings.Cut(line, " ")
		if err := l.command(strings.ToLower(word), strings.TrimSpace(rest), line); err != nil {
			return err
		}
	}
}

func (l *lines) command(word, rest, line string) error {
	r, me := l.room(), l.me()
	switch {
	case line == "":
		l.tell(l.p)
	case line == "?":
		for _, h := range strings.Split(lineHelp, "\n") {
			l.p.Say("%s", h)
		}
	case line == "q":
		l.p.Say("Goodbye. Everything is saved.")
		return input.ErrLeave
	case line == "d":
		return input.ReadDocument(l.p, l.o.Work.Paper().Document)
	case line == "w":
		return input.Walk(l.p, l.o.Work.Paper().System)
	case line == "c":
		l.cards()
	case line == "t":
		l.list(r, me)
	case line == "b":
		l.board()
	case line == "k":
		l.key()
	case line == "ready":
		l.try(classroom.Change{Kind: classroom.Readied, Seat: l.id}, "Whoever leads the class sees that you are ready.")
	case line == "lock":
		l.try(classroom.Change{Kind: classroom.Lock, Seat: l.id, Team: me.Team}, "Your team has locked. unlock opens it again.")
	case line == "unlock":
		l.try(classroom.Change{Kind: classroom.Lock, Seat: l.id, Team: me.Team, Off: true}, "Your team can choose again.")
	case word == "e" && isNumbers(rest):
		return l.edit(rest)
	case word == "team" && isNumbers(rest):
		n, err := strconv.Atoi(rest)
		if err != nil || n < 1 || n > len(r.Teams) {
			l.p.Say("There is no team %s; there are %d.", rest, len(r.Teams))
			return nil
		}
		l.try(classroom.Change{Kind: classroom.Teamed, Seat: l.id, Team: n - 1}, "You are in team "+r.Teams[n-1].Name+" now.")
	case word == "top" && isNumbers(rest), word == "same" && isNumbers(rest):
		l.choose(word, rest, r, me)
	case word == "v" && isNumbers(rest):
		l.vote(rest)
	case len(strings.Fields(line)) >= 3:
		return l.card(-1, line)
	default:
		l.p.Say("That is nothing that can be typed here. ? lists what can.")
	}
	return nil
}

func isNumbers(s string) bool { return s != "" && strings.Trim(s, "0123456789 ,") == "" }

// pick reads numbers as the ids of a list.
func (l *lines) pick(s string, ids []string) ([]string, bool) {
	var out []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 || n > len(ids) {
			l.p.Say("There is no number %s in that list.", w)
			return nil, false
		}
		out = append(out, ids[n-1])
	}
	return out, true
}

func (l *lines) sheet() classroom.Sheet {
	s := l.room().Sheets[l.id]
	s.Cards = slices.Clone(s.Cards)
	return s
}

func (l *lines) cards() {
	n := 0
	for i, c := range l.sheet().Cards {
		if c.Text != "" {
			n++
			l.p.Say("%d. %s%s", i+1, c.Text, l.marks(c))
		}
	}
	if n == 0 {
		l.p.Say("You have no cards yet. Type a threat as a sentence.")
	}
}

func (l *lines) marks(c classroom.Card) string {
	var m []string
	if c.Letter != "" {
		m = append(m, grading.LetterNames[c.Letter])
	}
	if p := placeName(l.o.Work.Paper().System, c.Place); p != "" {
		m = append(m, p)
	}
	if len(m) == 0 {
		return ""
	}
	return " (" + strings.Join(m, ", ") + ")"
}

func (l *lines) edit(number string) error {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(l.sheet().Cards) {
		l.p.Say("There is no card %s; c lists them.", number)
		return nil
	}
	text, err := l.p.Line("Card " + number + " anew; an empty line keeps it:")
	if err != nil || text == "" {
		return err
	}
	return l.card(n-1, text)
}

// card keeps a sentence as a card at once, and then asks for its marks.
func (l *lines) card(at int, text string) error {
	s := l.sheet()
	if at < 0 {
		if at = slices.IndexFunc(s.Cards, func(c classroom.Card) bool { return c.Text == "" }); at < 0 {
			at = len(s.Cards)
			s.Cards = append(s.Cards, classroom.Card{})
		}
	}
	s.Cards[at].Text = text
	if err := l.do(classroom.Change{Kind: classroom.Wrote, Seat: l.id, Sheet: &s}); err != nil {
		l.p.Say("%s", sentence(err))
		return nil
	}
	l.p.Say("Kept as card %d.", at+1)
	names := []string{"no letter"}
	for _, x := range strings.Split(grading.Letters, "") {
		names = append(names, grading.LetterNames[x])
	}
	i, err := l.p.Choose("Letter?", names)
	if err != nil {
		return err
	}
	places := l.o.Work.Paper().System.Places()
	names = append([]string{"no place"}, func() (out []string) {
		for _, p := range places {
			out = append(out, p.Name)
		}
		return out
	}()...)
	k, err := l.p.Choose("Place?", names)
	if err != nil {
		return err
	}
	s = l.sheet()
	if i > 0 {
		s.Cards[at].Letter = grading.Letters[i-1 : i]
	}
	if k > 0 {
		s.Cards[at].Place = places[k-1].ID
	}
	l.try(classroom.Change{Kind: classroom.Wrote, Seat: l.id, Sheet: &s}, "Saved.")
	return nil
}

func (l *lines) list(r *classroom.Room, me classroom.Seat) {
	if !r.Phase.From(classroom.Gather) {
		l.p.Say("The list comes when everybody has thought alone.")
		return
	}
	g := r.Teams[me.Team]
	l.p.Say("Team %s.", g.Name)
	for i, x := range r.List(me.Team) {
		by, _ := r.Seat(x.Seat)
		top := ""
		if at := slices.Index(g.Top, x.ID); at >= 0 {
			top = fmt.Sprintf(" Place %d.", at+1)
		}
		same := ""
		if n := len(x.Folded); n > 0 {
			same = fmt.Sprintf(" (and %s the same)", plural(n, "card that says", "cards that say"))
		}
		l.p.Say("%d. %s%s By %s.%s%s", i+1, exercises.CleanLine(x.Text), l.marks(x.Card), by.Name, same, top)
		for _, f := range x.Folded {
			l.p.Say("The same: %s", exercises.CleanLine(f.Text))
		}
	}
	if g.Locked {
		l.p.Say("Your team has locked.")
	}
}

func (l *lines) choose(word, rest string, r *classroom.Room, me classroom.Seat) {
	var ids []string
	for _, x := range r.List(me.Team) {
		ids = append(ids, x.ID)
	}
	picked, ok := l.pick(rest, ids)
	if !ok {
		return
	}
	if word == "top" {
		l.try(classroom.Change{Kind: classroom.Topped, Seat: l.id, Team: me.Team, Top: picked}, "Chosen, in that order.")
		return
	}
	if len(picked) != 2 {
		l.p.Say("Type two numbers: same 4 2.")
		return
	}
	l.try(classroom.Change{Kind: classroom.Fold, Seat: l.id, Team: me.Team, Threat: picked[0], Into: picked[1]}, "Folded: both stay as they were written.")
}

func (l *lines) board() {
	r := l.room()
	if !r.Phase.From(classroom.Reveal) {
		l.p.Say("The board is shown when all teams have locked.")
		return
	}
	b, err := l.o.Table.Board()
	if err != nil {
		l.p.Say("The board is empty.")
		return
	}
	if r.Phase == classroom.Reveal {
		for _, t := range b.Teams {
			if len(t.Top) == 0 {
				l.p.Say("Team %s chose none.", t.Name)
				continue
			}
			l.p.Say("Team %s:", t.Name)
			for i, k := range t.Top {
				l.p.Say("%d. %s", i+1, t.Threats[k].Text)
			}
		}
		return
	}
	key := r.Phase.From(classroom.Compare)
	tally := r.Tally()
	for i, row := range b.Rows {
		name := row.Words
		if key {
			name = row.Title
		}
		var who []string
		for ti, t := range b.Teams {
			switch {
			case row.Places[ti] > 0:
				who = append(who, fmt.Sprintf("%s in place %d", t.Name, row.Places[ti]))
			case row.Listed[ti]:
				who = append(who, t.Name+" listed it")
			}
		}
		votes := ""
		if r.Phase.From(classroom.Discuss) {
			votes = " " + plural(tally[row.ID], "vote", "votes") + "."
		}
		said := ""
		switch {
		case !key:
		case row.Key == "":
			said = " Not in the key: that says nothing against it."
		case row.Probably:
			said = " Probably this one, " + row.Severity + " in the key."
		default:
			said = " In the key: " + row.Severity + "."
		}
		l.p.Say("%d. %s (%s).%s%s", i+1, exercises.CleanLine(name), strings.Join(who, ", "), votes, said)
	}
}

func (l *lines) vote(rest string) {
	b, err := l.o.Table.Board()
	if err != nil {
		l.p.Say("The board is empty.")
		return
	}
	var ids []string
	for _, r := range b.Rows {
		ids = append(ids, r.ID)
	}
	if picked, ok := l.pick(rest, ids); ok {
		l.try(classroom.Change{Kind: classroom.Voted, Seat: l.id, Top: picked}, "Your votes are counted.")
	}
}

func (l *lines) key() {
	if !l.room().Phase.From(classroom.Compare) {
		l.p.Say("The key is shown at the end.")
		return
	}
	b, err := l.o.Table.Board()
	if err != nil {
		l.p.Say("There is nothing to compare.")
		return
	}
	for _, s := range (classroom.Report{Board: b, System: l.o.Work.Paper().System}).Overlap() {
		l.p.Say("%s", s)
	}
	for _, e := range b.Eyes() {
		l.p.Say("%s: %d of %d.", e.Name, e.Found, e.All)
	}
	for _, m := range b.Missed {
		l.p.Say("Named by nobody: %s (%s).", m.Title, m.Severity)
	}
}

package faces

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course/classroom"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// detached is a context for what must be done although a connection has ended.
func detached(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// A door is where somebody says who they are: a name, and for an old seat the
// number that belongs to it.
type door struct {
	s     *Seat
	text  *input.Text
	again bool // an own seat's name is changed
	asked string
	seat  classroom.Seat // whose number is asked for
	said  string
}

func newDoor(s *Seat) *door {
	d := &door{s: s}
	d.text = input.NewText(s.o.Dress.Styles, "", d.question()).EnterSubmits()
	return d
}

// question is what the field of a newcomer asks for.
func (d *door) question() string {
	if d.s.room.Anonymous {
		return "press enter"
	}
	return "your name"
}

// ask empties the field for another question.
func (d *door) ask(what string) tea.Cmd {
	d.text = input.NewText(d.s.o.Dress.Styles, "", what).EnterSubmits()
	d.setSize(d.s.width)
	return d.text.Focus()
}

func (d *door) init() tea.Cmd {
	d.setSize(d.s.width)
	return d.text.Focus()
}

func (d *door) setSize(w int) { d.text.SetSize(min(40, max(10, w-8)), 1) }

func (d *door) back() bool {
	if d.again {
		d.s.door = nil
		return true
	}
	if d.asked != "" {
		d.asked, d.said = "", ""
		d.ask(d.question())
		return true
	}
	return false
}

func (d *door) key(k tea.KeyMsg) tea.Cmd {
	if k.String() != "enter" || k.Paste {
		return d.text.Update(k)
	}
	typed := strings.TrimSpace(d.text.Value())
	d.said = ""
	switch {
	case d.again:
		return d.s.do(classroom.Change{Kind: classroom.Renamed, Seat: d.s.id, Name: typed}, d.after)
	case d.asked != "":
		return d.open(typed)
	}
	if old, ok := d.s.room.SeatNamed(classroom.Name(typed)); ok && !old.Key {
		d.asked, d.seat = typed, old
		return d.ask("four digits")
	}
	if d.s.room.Anonymous && typed != "" {
		d.said = "There is no such guest here. An empty line takes a new seat."
		return nil
	}
	return d.sit(typed)
}

func (d *door) after(err error) tea.Cmd {
	if err != nil {
		d.said = sentence(err)
		return nil
	}
	d.s.door = nil
	return nil
}

// open tries the number of an old seat.
func (d *door) open(number string) tea.Cmd {
	d.text.SetValue("")
	if err := d.s.o.Guess(d.seat.ID); err != nil {
		d.said = sentence(err)
		return nil
	}
	if !d.s.room.Opens(d.seat, number) {
		d.s.o.Wrong(d.seat.ID)
		d.said = "That is not the number of this seat. Whoever leads the class can give you a new one; esc goes back."
		return nil
	}
	d.s.id = d.seat.ID
	return d.s.sitDown()
}

// sit takes a new seat.
func (d *door) sit(name string) tea.Cmd {
	c := classroom.Change{Kind: classroom.Sat, Name: name, Who: d.s.o.Who}
	number := ""
	if c.Who == "" || d.s.room.Anonymous {
		var err error
		if number, err = newNumber(); err != nil {
			d.said = sentence(err)
			return nil
		}
		c.Secret = number
	}
	c.Text = d.s.o.Session
	return d.s.do(c, func(err error) tea.Cmd {
		if err != nil {
			d.said = sentence(err)
			return nil
		}
		d.s.room = d.s.o.Table.Room()
		for _, x := range d.s.room.Seats {
			if x.Session == d.s.o.Session {
				d.s.id = x.ID
			}
		}
		d.s.number = number
		return d.s.sitDown()
	})
}

func (d *door) view() []string {
	st := d.s.o.Dress.Styles
	w := min(76, d.s.width-4)
	r := d.s.room
	var lines []string
	say := func(s string) { lines = append(lines, rendered(st.Text, "   ", s, w)...) }
	lines = append(lines, rendered(st.Strong, "   ", d.s.o.Work.Paper().System.Title+": a class", w)...)
	if r.Host != "" {
		say("Led by " + r.Host + ".")
	}
	lines = append(lines, "")
	switch {
	case d.asked != "":
		say(fmt.Sprintf("%s sits here already. If that is you, type your number of four digits; esc goes back.", exercises.Isolate(d.seat.Name)))
	case d.again:
		say("How do you want to be called?")
	case r.Anonymous:
		say("In this class nobody has a name: enter takes a seat.")
		say("If the connection broke: type who you were first, such as Guest 3.")
	default:
		say("How do you want to be called? Everybody in the room sees it.")
		if d.s.o.Who == "" {
			say("If the connection broke: type the same name again.")
		}
	}
	lines = append(lines, "", "   "+st.Accent.Render("▸ ")+d.text.View(), "")
	if d.said != "" {
		lines = append(lines, rendered(st.Warn, "   ", d.said, w)...)
	}
	return lines
}

// newNumber is the secret of somebody without a key: short enough to remember,
// and guesses are counted.
func newNumber() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(10_000))
	if err != nil {
		return "", fmt.Errorf("making a number: %w", err)
	}
	return fmt.Sprintf("%04d", n), nil
}

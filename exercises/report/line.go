package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
)

// A talk is the line-by-line face: card by card, then their order.
type talk struct {
	x  *Exercise
	p  *input.Prompter
	sh Sheet
}

func ask(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	t := &talk{x: ex.(*Exercise), p: p, sh: Parse(draft).folded()}
	t.sh.pad(t.x.Cards)
	note := input.Command{Word: "n", Help: "n adds a line to your worksheet, and so does n with your text behind it", Run: t.note, With: t.keepNote}
	rewrite := input.Command{Word: "rewrite", Help: "rewrite goes back to the sentence of the card", Run: func() error { return errRewrite }}
	err := input.WithScenario(p, t.x.scenario, []input.Command{note, rewrite}, t.run)
	if err != nil {
		return nil, err
	}
	return t.sh.Format(), nil
}

// errRewrite ends the questions about a card: its sentence is asked for again.
var errRewrite = errors.New("back to the sentence")

func (t *talk) run() error {
	t.p.Say("%s. %d cards, graded out of 100; %d is the mark. %s", strings.TrimRight(t.x.Shared.Title, "."), len(t.sh.Cards), t.x.Pass, t.x.minutes())
	t.p.Say("At any question: d reads the document, w walks the diagram, n adds a line to your worksheet, rewrite goes back to the sentence of the card.")
	if t.sh.Worksheet != "" {
		t.p.Say("On your worksheet: %s", t.sh.Worksheet)
	}
	for {
		for i := range t.sh.Cards {
			err := t.card(i)
			for errors.Is(err, errRewrite) {
				err = t.card(i)
			}
			if err != nil {
				return err
			}
		}
		err := t.order()
		i := 0
		if err == nil {
			i, err = t.p.Choose("Hand in?", []string{"Hand in", "Go through the cards again"})
		}
		if err == nil && i == 0 || err != nil && !errors.Is(err, errRewrite) {
			return err
		}
	}
}

// minutes suggests how to spend the time; nobody counts.
func (x *Exercise) minutes() string {
	if x.Read+x.Find+x.Choose == 0 {
		return ""
	}
	return fmt.Sprintf("About %d minutes to read, %d to find, %d to choose; nobody counts.", x.Read, x.Find, x.Choose)
}

func (t *talk) keep() { t.p.Keep(t.sh.Format()) }

func (t *talk) note() error {
	line, err := t.p.Line("Your note, on one line:")
	if err != nil || line == "" {
		return err
	}
	return t.keepNote(line)
}

// keepNote adds a line to the worksheet.
func (t *talk) keepNote(line string) error {
	if t.sh.Worksheet != "" {
		t.sh.Worksheet += "\n"
	}
	t.sh.Worksheet += line
	t.keep()
	t.p.Say("Kept on your worksheet.")
	return nil
}

func (t *talk) card(i int) error {
	c := &t.sh.Cards[i]
	t.p.Say("Card %d of %d.", i+1, len(t.sh.Cards))
	question := "Write the threat: who does what to which asset, so that what? (an empty line leaves the card empty)"
	if c.Text != "" {
		t.p.Say("You wrote: %s", c.Text)
		question = "Press enter to keep it, or write it anew."
	}
	line, err := t.p.Text(question, leastThreat)
	if err != nil {
		return err
	}
	if line != "" {
		c.Text = line
		t.keep()
	}
	if c.blank() {
		t.p.Say("Card %d stays empty.", i+1)
		return nil
	}
	if err := t.marks(c); err != nil {
		return err
	}
	t.p.Say("Saved.")
	return nil
}

// leastThreat is how many letters are no slip of the finger.
const leastThreat = 3

// marks asks for letter, place and severity, unless they are there and stay.
func (t *talk) marks(c *Card) error {
	if c.Letter != "" && c.Place != "" && c.Severity != "" {
		i, err := t.p.Choose(fmt.Sprintf("You chose %s, %s, %s.", grading.LetterNames[c.Letter], t.x.placeName(c.Place), c.Severity), []string{"Keep them", "Choose again"})
		if err != nil || i == 0 {
			return err
		}
	}
	var letters, places []string
	for _, l := range grading.Letters {
		letters = append(letters, grading.LetterNames[string(l)])
	}
	i, err := t.p.ChooseLetter("Letter?", letters, strings.Split(grading.Letters, ""))
	if err != nil {
		return err
	}
	c.Letter = grading.Letters[i : i+1]
	t.keep()
	all := t.x.scenario.System.Places()
	for _, p := range all {
		places = append(places, p.Name)
	}
	if i, err = t.p.Choose("Place?", places); err != nil {
		return err
	}
	c.Place = all[i].ID
	t.keep()
	if i, err = t.p.Choose("Severity?", grading.Severities); err != nil {
		return err
	}
	c.Severity = grading.Severities[i]
	t.keep()
	return nil
}

// order asks which card comes first.
func (t *talk) order() error {
	if t.sh.written() < 2 {
		return nil
	}
	t.p.Say("The order, the worst first:")
	for i, c := range t.sh.Cards {
		t.p.Say("%d. %s", i+1, orEmpty(c.Text))
	}
	for {
		line, err := t.p.Line(fmt.Sprintf("Press enter to keep it, or type the numbers in your order, such as: %s", example(len(t.sh.Cards))))
		if err != nil || line == "" {
			return err
		}
		if to, ok := permutation(line, len(t.sh.Cards)); ok {
			cards := slices.Clone(t.sh.Cards)
			for i, from := range to {
				t.sh.Cards[i] = cards[from]
			}
			t.keep()
			t.p.Say("Saved in that order.")
			return nil
		}
		t.p.Say("Each number from 1 to %d once, with blanks between them.", len(t.sh.Cards))
	}
}

// example is an order to type: the last card first.
func example(n int) string {
	out := strconv.Itoa(n)
	for i := 1; i < n; i++ {
		out += " " + strconv.Itoa(i)
	}
	return out
}

// permutation reads the numbers 1 to n, each once, as indexes.
func permutation(line string, n int) ([]int, bool) {
	var out []int
	if n < 10 && len(line) == n { // digits may stand together: 312
		line = strings.Join(strings.Split(line, ""), " ")
	}
	for _, w := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' }) {
		k, err := strconv.Atoi(w)
		if err != nil || k < 1 || k > n || slices.Contains(out, k-1) {
			return nil, false
		}
		out = append(out, k-1)
	}
	return out, len(out) == n
}

func orEmpty(s string) string {
	if s = exercises.CleanLine(s); s == "" {
		return "(empty)"
	}
	return s
}

package report

import (
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// A Card is one threat in the learner's words. Letter, place and severity are
// empty until they are chosen.
type Card struct {
	Text     string
	Letter   string // S, T, R, I, D or E
	Place    string // a flow's number or a component's id
	Severity string
	Replies  []string // to the grader's questions: words, and then the number of a statement
	Disputed string   // why the learner disagrees with the grading; "" when that is not so
}

// A Sheet is everything that a learner has written: the cards and the notes.
type Sheet struct {
	Cards     []Card
	Worksheet string
}

// What an entry of the answer begins with when it is no card.
const (
	replyMark     = "+ "
	disputeMark   = "! "
	worksheetMark = "# "
)

// Format encodes a sheet as an answer that can be read and typed: an entry
// such as "I/4/critical Anyone can …" for each card, "+ …" for a reply
// to the question about it, "! …" for a disagreement with its grading, and "# …"
// for the worksheet. Untouched cards at the
// end are left out.
func (s Sheet) Format() exercises.Answer {
	var a exercises.Answer
	cards := s.Cards
	for len(cards) > 0 && cards[len(cards)-1].untouched() {
		cards = cards[:len(cards)-1]
	}
	for _, c := range cards {
		a = append(a, orDash(c.Letter)+"/"+orDash(c.Place)+"/"+orDash(c.Severity)+" "+c.Text)
		for _, r := range c.Replies {
			a = append(a, replyMark+r)
		}
		if c.Disputed != "" {
			a = append(a, disputeMark+c.Disputed)
		}
	}
	if s.Worksheet != "" {
		a = append(a, worksheetMark+s.Worksheet)
	}
	return a
}

// Parse decodes an answer. Whatever it says is understood somehow: an entry
// without the three marks is a card with nothing chosen.
func Parse(a exercises.Answer) Sheet {
	var s Sheet
	for _, e := range a {
		if r, ok := strings.CutPrefix(e, replyMark); ok && len(s.Cards) > 0 {
			c := &s.Cards[len(s.Cards)-1]
			c.Replies = append(c.Replies, r)
			continue
		}
		if r, ok := strings.CutPrefix(e, disputeMark); ok && len(s.Cards) > 0 {
			s.Cards[len(s.Cards)-1].Disputed = r
			continue
		}
		if w, ok := strings.CutPrefix(e, worksheetMark); ok {
			if s.Worksheet != "" {
				s.Worksheet += "\n"
			}
			s.Worksheet += w
			continue
		}
		s.Cards = append(s.Cards, parseCard(e))
	}
	return s
}

// Written are the cards of an answer that have text, cleaned: those that were
// judged, in the order of the result's items.
func Written(a exercises.Answer) []Card {
	var out []Card
	for _, c := range Parse(a).Cards {
		if c = c.cleaned(); !c.blank() {
			out = append(out, c)
		}
	}
	return out
}

// Wrote is the cards in words, with what was said to the grader, and the worksheet.
func (x *Exercise) Wrote(a exercises.Answer) []string {
	var out []string
	sheet := Parse(a)
	for _, c := range sheet.Cards {
		if c = c.cleaned(); c.blank() {
			continue
		}
		text := c.Text
		var chosen []string
		if c.Letter != "" {
			chosen = append(chosen, c.Letter)
		}
		if c.Place != "" {
			chosen = append(chosen, "at "+x.placeName(c.Place))
		}
		if c.Severity != "" {
			chosen = append(chosen, c.Severity)
		}
		if len(chosen) > 0 {
			text += " (" + strings.Join(chosen, ", ") + ")"
		}
		for _, r := range c.Replies {
			if strings.Trim(r, "0123456789 ") != "" { // or else it chose a statement
				text += "\nAsked back: " + r
			}
		}
		if c.Disputed != "" {
			text += "\nI disagree: " + c.Disputed
		}
		out = append(out, text)
	}
	if sheet.Worksheet != "" {
		out = append(out, "Worksheet: "+sheet.Worksheet)
	}
	return out
}

func parseCard(e string) Card {
	head, text, _ := strings.Cut(e, " ")
	marks := strings.Split(head, "/")
	if len(marks) != 3 || !letterOrDash(marks[0]) || marks[1] == "" || !severityOrDash(marks[2]) {
		return Card{Text: e}
	}
	return Card{Text: text, Letter: undash(marks[0]), Place: undash(marks[1]), Severity: undash(marks[2])}
}

func letterOrDash(s string) bool {
	return s == "-" || len(s) == 1 && strings.Contains(grading.Letters, s)
}

func severityOrDash(s string) bool { return s == "-" || slices.Contains(grading.Severities, s) }

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func undash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// cleaned is the card without characters that no screen may be given.
func (c Card) cleaned() Card {
	c.Text = exercises.Clean(c.Text)
	c.Disputed = exercises.CleanLine(c.Disputed)
	c.Replies = slices.Clone(c.Replies)
	for i, r := range c.Replies {
		c.Replies[i] = exercises.Clean(r)
	}
	return c
}

// reply is what was said in words to the grader's question; "" for nothing.
func (c Card) reply() string {
	if len(c.Replies) == 0 {
		return ""
	}
	return c.Replies[0]
}

// blank reports whether nothing was written on the card.
func (c Card) blank() bool { return strings.TrimSpace(c.Text) == "" && len(c.Replies) == 0 }

func (c Card) untouched() bool {
	return c.Disputed == "" && c.Text == "" && c.Letter == "" && c.Place == "" && c.Severity == "" && len(c.Replies) == 0
}

// folded puts replies behind the text of their card, where they can be edited:
// what was said is kept, and the card may be asked about anew. The number of a
// statement says nothing by itself.
func (s Sheet) folded() Sheet {
	out := Sheet{Worksheet: s.Worksheet}
	for _, c := range s.Cards {
		c.Text = strings.Join(append([]string{c.Text}, c.Replies[:min(1, len(c.Replies))]...), "\n")
		c.Replies, c.Disputed = nil, ""
		out.Cards = append(out.Cards, c)
	}
	return out
}

// pad adds empty cards until there are n.
func (s *Sheet) pad(n int) {
	for len(s.Cards) < n {
		s.Cards = append(s.Cards, Card{})
	}
}

// written counts the cards with text.
func (s Sheet) written() int {
	n := 0
	for _, c := range s.Cards {
		if !c.blank() {
			n++
		}
	}
	return n
}

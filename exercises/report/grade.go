package report

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
)

// A graded report: what was handed in and how each card was judged.
type graded struct {
	x        *Exercise
	key      *grading.Key
	cards    []Card
	verdicts []grading.Verdict
	items    []exercises.Item
}

// Grade matches every card against the author's list. It may ask about a card
// once; after the reply the card is judged for good.
func (x *Exercise) Grade(ctx context.Context, a exercises.Answer) (exercises.Result, error) {
	sh := Parse(a)
	cards, err := x.handedIn(sh)
	if err != nil {
		return exercises.Result{}, err
	}
	k, err := x.key()
	if err != nil {
		return exercises.Result{}, err
	}
	g := graded{x: x, key: k.Key, cards: cards}
	var asked []grading.Card
	for i, c := range cards {
		if err := ctx.Err(); err != nil {
			return exercises.Result{}, fmt.Errorf("grading card %d: %w", i+1, err)
		}
		gc := grading.Card{Text: c.Text, Letter: c.Letter, Place: c.Place, Severity: c.Severity, Replies: c.Replies}
		if honest(c) { // what was said is as good as it was
			gc.Replies = gc.Replies[:max(0, len(gc.Replies)-1)]
		}
		asked = append(asked, gc)
		g.verdicts = append(g.verdicts, k.index.Match(gc))
	}
	g.items = make([]exercises.Item, len(cards))
	// Cards with a reply come last: a reply never makes another card the second.
	for _, replied := range []bool{false, true} {
		for i, c := range cards {
			if len(c.Replies) > 0 == replied {
				g.items[i] = g.item(i)
			}
		}
	}
	return g.result(grading.Score(k.Key, asked, g.verdicts)), nil
}

// handedIn returns the cards that have text, cleaned, or what is missing.
func (x *Exercise) handedIn(sh Sheet) ([]Card, error) {
	var cards []Card
	for i, c := range sh.Cards {
		if c = c.cleaned(); c.blank() {
			continue
		}
		if err := exercises.CheckLength(append(exercises.Answer{c.Text}, c.Replies...)); err != nil {
			return nil, exercises.Incompletef("Card %d has %s characters and at most %s can be graded. Shorten it to hand it in; all of it is kept.", i+1, thousands(len([]rune(c.Text))), thousands(exercises.MaxAnswer))
		}
		cards = append(cards, c)
	}
	switch {
	case len(cards) == 0:
		return nil, exercises.Incompletef("No card has any text yet. Write one threat, even a short one: who does what to which asset, so that what?")
	case len(cards) > x.Cards:
		return nil, exercises.Incompletef("There are %d cards and %d are asked for. Keep the %d that matter most, and move the others to your worksheet.", len(cards), x.Cards, x.Cards)
	}
	return cards, nil
}

// item is the judgement of one card.
func (g *graded) item(i int) exercises.Item {
	c, v := g.cards[i], g.verdicts[i]
	it := exercises.Item{
		Label: fmt.Sprintf("Card %d", i+1),
		Mark:  markOf(v.Status),
		Yours: g.chosen(c),
		ID:    v.ID, Reason: v.Say, Status: string(v.Status),
	}
	if honest(c) && (it.Mark == exercises.Unsure || it.Mark == exercises.Unknown) {
		g.admitted(&it, i)
	}
	if v.Title != "" && it.Mark != exercises.Unsure {
		it.Label = fmt.Sprintf("Card %d: %s", i+1, v.Title)
	}
	if it.Mark == exercises.Unsure {
		it.ID = "" // nothing is recognised for sure, and nothing is given away
		if v.Question != "" {
			it.Question, it.Choices = v.Question, v.Choices
		} else {
			it.Mark = exercises.Unknown
			it.Reason = "I could not match this with my list, and you may still be right. Ask yourself: who does it, to what, and what in the design lets them? Your text is kept."
		}
	}
	if r := c.reply(); r != "" && it.Question == "" { // while it is asked about, it stands open below
		it.Yours += "; you added: " + quoted(r)
	}
	if again := slices.IndexFunc(g.items, func(o exercises.Item) bool { return o.ID == it.ID && o.Mark == exercises.Good }); it.ID != "" && it.Mark == exercises.Good && again >= 0 {
		it.Mark = exercises.Plain
		it.Reason = fmt.Sprintf("The same threat as card %d, in other words. It counts once, so this card is free for another.", again+1)
	}
	if t, ok := g.threat(it.ID); ok {
		it.Expected = expected(g.x, c, t)
		if it.Mark == exercises.Good && len(c.Replies) == 1 {
			it.Reason += " Your reply to the question made it clear."
		}
	}
	if c.Disputed != "" {
		it.Word = "yours to judge"
		it.Reason += fmt.Sprintf(" You disagree: %s Your card and your reason are kept for the author of the list.", quoted(c.Disputed))
	}
	it.Details = g.details(i, it)
	return it
}

// honest reports whether the last thing said about a card is that its writer does not know.
func honest(c Card) bool {
	said := c.Text
	if n := len(c.Replies); n > 0 {
		said = c.Replies[n-1]
	}
	return grading.Unknowing(said)
}

// likelyFrom is how probable a threat must be for somebody who does not know more to
// be told that it is in the key. No credit hangs on it.
const likelyFrom = 0.5

// admitted is the judgement of a card whose writer does not know more: the part of a
// threat that is there is told, and what the key has of it.
func (g *graded) admitted(it *exercises.Item, i int) {
	v := g.verdicts[i]
	it.Mark, it.Word, it.ID = exercises.Unknown, "left open", ""
	it.Reason = "That is honest, and costs nothing. What my key has stands under What you missed."
	if len(v.Candidates) == 0 || v.Candidates[0].P < likelyFrom || len(g.cards[i].Replies) == 0 {
		return
	}
	t, _ := g.threat(v.Candidates[0].ID)
	left := "a part is missing. Who does what, what in the design lets them, and who is hurt?"
	if v.Status == grading.NoHarm {
		left = "the harm is missing. What does somebody do with it, and what follows?"
	}
	it.Word, it.ID = "half of it", t.ID
	it.Label = fmt.Sprintf("Card %d: %s", i+1, t.Title)
	it.Reason = "That is honest. Half of it is there: it is in my key, and " + left + " The key says: " + t.Description
}

func markOf(s grading.Status) exercises.Mark {
	switch s {
	case grading.Credited:
		return exercises.Good
	case grading.StatusHandled:
		return exercises.Handled
	case grading.AlsoValid:
		return exercises.Also
	case grading.OutOfScope:
		return exercises.Plain
	case grading.NotInKey, grading.Empty:
		return exercises.Unknown
	default: // asked, and the gates, each of which has a question
		return exercises.Unsure
	}
}

// chosen is the learner's letter, place and severity in words.
func (g *graded) chosen(c Card) string {
	parts := []string{"no letter", "no place", "no severity"}
	if c.Letter != "" {
		parts[0] = c.Letter
	}
	if c.Place != "" {
		parts[1] = g.x.placeName(c.Place)
	}
	if c.Severity != "" {
		parts[2] = c.Severity
	}
	return strings.Join(parts, " · ")
}

// expected is what the author would have chosen where the card differs.
func expected(x *Exercise, c Card, t grading.Threat) string {
	var out []string
	if !accepts(t.Stride, c.Letter) {
		out = append(out, strings.Join(t.Stride.Accept, " or "))
	}
	if !accepts(t.Place, c.Place) {
		out = append(out, x.placeNames(t.Place.Accept))
	}
	if c.Severity != t.Severity.Rating && !slices.Contains(t.Severity.Tolerate, c.Severity) {
		out = append(out, t.Severity.Rating)
	}
	return strings.Join(out, " · ")
}

func accepts(a grading.Accept, s string) bool {
	return slices.Contains(a.Accept, s) || slices.Contains(a.Also, s)
}

func (g *graded) threat(id string) (grading.Threat, bool) {
	for _, t := range g.key.Threats {
		if t.ID == id {
			return t, true
		}
	}
	return grading.Threat{}, false
}

func (x *Exercise) placeName(id string) string {
	if p, ok := x.scenario.System.Place(id); ok {
		return input.PlaceName(p)
	}
	return id
}

func (x *Exercise) placeNames(ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, x.placeName(id))
	}
	return strings.Join(names, " or ")
}

// result puts the judgement of the whole report together.
func (g *graded) result(p grading.Points) exercises.Result {
	points := int(math.Round(p.Total()))
	res := exercises.Result{
		// Whole points: what is said here, what is recorded, and what passes is one number.
		Score: min(1, float64(points)/100), Items: g.items, Explain: g.x.Shared.Explain,
		Bars: []exercises.Bar{
			{Label: "found", Value: p.Found, Max: 60},
			{Label: "chosen well", Value: p.Chosen, Max: 25},
			{Label: "named well", Value: p.Named, Max: 15},
		},
	}
	if n := g.disputed(); n > 0 {
		res.Bars = append(res.Bars, exercises.Bar{Label: "by your own mark", Value: float64(20 * n), Max: 60})
	}
	questions := 0
	for _, it := range g.items {
		if it.Question != "" {
			questions++
		}
	}
	switch {
	case questions > 0:
		res.Outcome = exercises.Asked
		res.Summary = "One question before I judge: answer it in your own words."
		if questions > 1 {
			res.Summary = fmt.Sprintf("%d questions before I judge: answer them in your own words.", questions)
		}
		res.Bars, res.Explain = nil, "" // too early
		return res                      // what was missed would give the answers away
	case res.Score >= 0.999:
		res.Outcome = exercises.Right
	default:
		res.Outcome = exercises.Partly
	}
	passed := points >= g.x.Pass
	res.Summary = fmt.Sprintf("%d of 100, %s: %d is the mark.", points, yet(passed), g.x.Pass)
	if n := g.disputed(); n > 0 {
		own := min(100, points+20*n)
		res.Summary += fmt.Sprintf(" With what you marked yourself it is %d", own)
		if !passed {
			res.Summary += ", " + yet(own >= g.x.Pass)
		}
		res.Summary += fmt.Sprintf("; the record keeps %d.", points)
	} else if n := g.unknown(); n > 0 && !passed && points+20*n >= g.x.Pass {
		res.Summary += fmt.Sprintf(" %s not in my key, and with it you would have passed: where you see a threat that I do not, disagree and mark it yourself.", many(n))
	}
	if n := len(g.cards); n < g.x.Cards {
		res.Summary += fmt.Sprintf(" You handed in %d of %d cards; an empty one earns nothing and costs nothing.", n, g.x.Cards)
	}
	res.More = g.more()
	return res
}

func yet(passed bool) string {
	if passed {
		return "passed"
	}
	return "not passed yet"
}

// many names cards that are not in the key.
func many(n int) string {
	if n == 1 {
		return "One card is"
	}
	return fmt.Sprintf("%d cards are", n)
}

// unknown counts the cards that the key does not know, and whose writer does.
func (g *graded) unknown() int {
	n := 0
	for i, c := range g.cards {
		if g.items[i].Mark == exercises.Unknown && !honest(c) {
			n++
		}
	}
	return n
}

// disputed counts the cards that earned nothing and should have, their writer says.
func (g *graded) disputed() int {
	n := 0
	for i, c := range g.cards {
		if c.Disputed != "" && g.items[i].Mark != exercises.Good {
			n++
		}
	}
	return n
}

// thousands writes a number as people read it: 12,345.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

package insights

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/scenarios"
)

// A Scenario is how the key of a reported scenario performs. It is about the
// first report of each learner: what comes after it has read the key. People are
// asked for the few that matter most, so that it is no fault of a low threat that
// few report it.
type Scenario struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Exercise string `json:"exercise"`
	File     string `json:"file"` // the key
	Learners int    `json:"learners"`
	Stale    int    `json:"stale,omitempty"`
	TooFew   bool   `json:"too_few,omitempty"` // fewer than Fewest: nothing below is filled in

	Judged     int      `json:"judged"`           // reports with no question left open
	Points     float64  `json:"points,omitempty"` // their mean, of 100; 0 for fewer than Fewest
	Cards      int      `json:"cards"`
	Threats    []Threat `json:"threats,omitempty"`    // the gravest first
	Severities []Part   `json:"severities,omitempty"` // who found at least one of that severity
	Nobody     []string `json:"nobody,omitempty"`     // ids of threats that nobody found
	Places     []Part   `json:"places,omitempty"`     // who had a card there, as the diagram is walked
	Unseen     []string `json:"unseen,omitempty"`     // ids of places with threats at which nobody had a card
	Handled    []Part   `json:"handled,omitempty"`    // who reported what is handled, or not this feature's

	Asked         Rate `json:"asked"`          // of the cards, those that were asked about
	AfterQuestion Rate `json:"after_question"` // of those, the ones that were credited then
	Open          Rate `json:"open"`           // of those, the ones whose question nobody answered
	NotInKey      Rate `json:"not_in_key"`     // of the cards
	Vague         Rate `json:"vague"`          // of the cards

	Disputes []Dispute `json:"disputes,omitempty"` // the most frequent first, of all attempts
}

// A Threat is one of the key, and how it was reported.
type Threat struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Severity string   `json:"severity"`
	Clue     string   `json:"clue"`  // what gives it away
	Place    string   `json:"place"` // where, by name
	Letters  []string `json:"letters"`
	Found    Rate     `json:"found"`
	// Of those who found it; nil for fewer than Fewest. Elsewhere is who gave it a
	// letter that the key does not take, Wrong by which; Over and Under who rated it
	// higher or lower than the key takes.
	Elsewhere *Rate  `json:"other_letter,omitempty"`
	Wrong     []Part `json:"wrong_letters,omitempty"`
	Over      *Rate  `json:"overrated,omitempty"`
	Under     *Rate  `json:"underrated,omitempty"`

	places []string // where the key has it
}

// A Dispute is how often people disagreed with what was made of their cards.
type Dispute struct {
	ID       string `json:"id,omitempty"` // what was recognised; "" for nothing
	Title    string `json:"title"`
	Learners int    `json:"learners"`
	Said     []Said `json:"said,omitempty"` // when texts were exported
}

// A Said is a card in the learner's words, and why the learner disagrees.
type Said struct {
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

// mostTexts is how many texts are listed for one thing; nobody reads more.
const mostTexts = 100

func newScenario(it *course.Item, ex papered, ts []tried) (Scenario, error) {
	p := ex.Paper()
	now, stale := split(it, ts)
	s := Scenario{
		ID: p.ID, Title: exercises.Inline(p.System.Title), Exercise: it.ID, File: p.File("key.yaml"),
		Learners: len(now), Stale: stale, TooFew: len(now) < Fewest,
	}
	if s.TooFew {
		return s, nil
	}
	key, err := p.Key()
	if err != nil {
		return s, fmt.Errorf("reading the key of %s: %w", p.ID, err)
	}
	var points []float64
	var cards []Card
	for _, t := range now {
		cards = append(cards, t.first.Cards...)
		if scored(t.first) {
			points = append(points, 100*t.first.Score)
		}
	}
	s.Judged, s.Cards = len(points), len(cards)
	if s.Judged >= Fewest {
		s.Points = mean(points)
	}
	s.count(cards)
	for _, t := range key.Threats {
		s.Threats = append(s.Threats, newThreat(t, p.System, now))
	}
	slices.SortStableFunc(s.Threats, func(a, b Threat) int {
		return cmp.Or(severity(b.Severity)-severity(a.Severity), b.Found.N-a.Found.N)
	})
	for _, t := range s.Threats {
		if t.Found.N == 0 {
			s.Nobody = append(s.Nobody, t.ID)
		}
	}
	s.bySeverity(key, now)
	s.byPlace(key, p.System, now)
	s.countHandled(key, now)
	s.dispute(key, now)
	return s, nil
}

// UnseenNames are the names of the places at which nobody had a card, though the
// key has something there.
func (s Scenario) UnseenNames() []string {
	var out []string
	for _, p := range s.Places {
		if slices.Contains(s.Unseen, p.ID) {
			out = append(out, p.Text)
		}
	}
	return out
}

func severity(s string) int { return slices.Index(grading.Severities, s) }

// count says what became of the cards.
func (s *Scenario) count(cards []Card) {
	asked, after, open, unknown, vague := 0, 0, 0, 0, 0
	for _, c := range cards {
		if c.Asked {
			asked++
		}
		switch c.Verdict {
		case AskedCredited:
			after++
		case Open:
			open++
		case NotInKey:
			unknown++
		case Vague:
			vague++
		}
	}
	s.Asked, s.AfterQuestion = rate(asked, len(cards)), rate(min(after, asked), asked)
	s.Open = rate(min(open, asked), asked)
	s.NotInKey, s.Vague = rate(unknown, len(cards)), rate(vague, len(cards))
}

// found is the card for which a learner had credit for a threat.
func (t tried) found(id string) (Card, bool) {
	for _, c := range t.first.Cards {
		if c.ID == id && c.credited() {
			return c, true
		}
	}
	return Card{}, false
}

func newThreat(t grading.Threat, sys *scenarios.System, now []tried) Threat {
	out := Threat{ID: t.ID, Title: exercises.Inline(t.Title), Severity: t.Severity.Rating,
		Clue: exercises.Inline(cmp.Or(t.Evidence.Quote, t.Evidence.Diagram)), Letters: t.Stride.Accept, places: t.Place.Accept}
	if len(t.Place.Accept) > 0 {
		out.Place = placeName(sys, t.Place.Accept[0])
	}
	n, elsewhere, over, under := 0, 0, 0, 0
	wrong := newTally()
	for _, l := range now {
		c, ok := l.found(t.ID)
		if !ok {
			continue
		}
		n++
		if c.Letter != "" && !slices.Contains(t.Stride.Accept, c.Letter) && !slices.Contains(t.Stride.Also, c.Letter) {
			elsewhere++
			wrong.add(c.Letter, c.Letter+" "+grading.LetterNames[c.Letter])
		}
		if c.Severity == "" || c.Severity == t.Severity.Rating || slices.Contains(t.Severity.Tolerate, c.Severity) {
			continue
		}
		if severity(c.Severity) > severity(t.Severity.Rating) {
			over++
		} else {
			under++
		}
	}
	out.Found = rate(n, len(now))
	if n >= Fewest {
		out.Elsewhere, out.Over, out.Under = ptr(rate(elsewhere, n)), ptr(rate(over, n)), ptr(rate(under, n))
		out.Wrong = wrong.parts(n)
	}
	return out
}

func placeName(sys *scenarios.System, id string) string {
	p, ok := sys.Place(id)
	switch {
	case !ok:
		return id
	case p.Flow:
		return p.ID + " " + exercises.Inline(p.Name)
	}
	return exercises.Inline(p.Name)
}

func (s *Scenario) bySeverity(key *grading.Key, now []tried) {
	for _, sev := range slices.Backward(grading.Severities) {
		there, n := false, 0
		for _, l := range now {
			if slices.ContainsFunc(key.Threats, func(t grading.Threat) bool {
				_, ok := l.found(t.ID)
				return ok && t.Severity.Rating == sev
			}) {
				n++
			}
		}
		for _, t := range key.Threats {
			there = there || t.Severity.Rating == sev
		}
		if there {
			s.Severities = append(s.Severities, Part{ID: sev, Text: sev, Rate: rate(n, len(now))})
		}
	}
}

func (s *Scenario) byPlace(key *grading.Key, sys *scenarios.System, now []tried) {
	for _, p := range sys.Places() {
		n := 0
		for _, l := range now {
			if slices.ContainsFunc(l.first.Cards, func(c Card) bool { return c.Place == p.ID }) {
				n++
			}
		}
		s.Places = append(s.Places, Part{ID: p.ID, Text: placeName(sys, p.ID), Rate: rate(n, len(now))})
		if n == 0 && slices.ContainsFunc(key.Threats, func(t grading.Threat) bool { return slices.Contains(t.Place.Accept, p.ID) }) {
			s.Unseen = append(s.Unseen, p.ID)
		}
	}
}

func (s *Scenario) countHandled(key *grading.Key, now []tried) {
	t := newTally()
	for _, h := range slices.Concat(key.Handled, key.OutOfScope) {
		t.n[h.ID], t.text[h.ID] = 0, exercises.Inline(h.Title)
	}
	for _, l := range now {
		told := map[string]bool{}
		for _, c := range l.first.Cards {
			if _, ok := t.text[c.ID]; ok && !told[c.ID] {
				told[c.ID] = true
				t.n[c.ID]++
			}
		}
	}
	s.Handled = t.parts(len(now))
}

// notInKey is the title of a dispute about a card in which nothing was recognised.
const notInKey = "not recognised, or asked about"

func (s *Scenario) dispute(key *grading.Key, now []tried) {
	by := map[string]*Dispute{}
	titles := map[string]string{}
	for _, t := range key.Threats {
		titles[t.ID] = t.Title
	}
	for _, h := range slices.Concat(key.Handled, key.OutOfScope, key.AlsoValid) {
		titles[h.ID] = h.Title
	}
	for _, l := range now {
		told := map[string]bool{}
		for _, a := range l.ends {
			for _, c := range a.Cards {
				if !c.Disputed {
					continue
				}
				d := by[c.ID]
				if d == nil {
					d = &Dispute{ID: c.ID, Title: exercises.Inline(cmp.Or(titles[c.ID], c.ID))}
					if c.ID == "" {
						d.Title = notInKey
					}
					by[c.ID] = d
				}
				if !told[c.ID] {
					told[c.ID] = true
					d.Learners++
				}
				if (c.Text != "" || c.Reason != "") && len(d.Said) < mostTexts {
					d.Said = append(d.Said, Said{c.Text, c.Reason})
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		s.Disputes = append(s.Disputes, *by[id])
	}
	slices.SortStableFunc(s.Disputes, func(a, b Dispute) int { return b.Learners - a.Learners })
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

package refresher

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/recall"
	"edu/threatlings/progress"
	"edu/threatlings/progress/refresh"
)

// A sitting is one visit: what is asked, and what became of it so far.
type sitting struct {
	*Refresher
	more         bool // beyond what is due
	asks         []item
	minutes      int // of the questions, without a fresh scenario
	freshMinutes int
	lastPage     int
	before       Outlook // when it began

	mu       sync.Mutex // guards what follows, and the deck, reviews and hints
	results  map[string]judged
	asked    map[string]bool      // the grader had a question
	last     map[string]time.Time // when an item was last reviewed, ever
	proposed bool                 // recorded in this sitting
}

// judged is an answer with its result, and what it was reviewed as.
type judged struct {
	answer exercises.Answer
	result exercises.Result
	review *refresh.Review // nil: it was practice
}

// rightFrom is the score from which an answer counts as remembered: another threat
// of the key is nearly so; a letter's question is right or not; a report passes.
var rightFrom = map[refresh.Kind]float64{refresh.Missed: 0.5, refresh.Letter: 0.999, refresh.Fresh: 0.7}

// Review implements course.Sitting: the first judgement in a sitting counts. What
// was reviewed within one sitting is only practised; a second review minutes later
// says nothing of what is remembered.
func (s *sitting) Review(it *course.Item, a exercises.Answer, res exercises.Result) *progress.Review {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.session.Now()
	if last, ok := s.last[it.ID]; ok && within(now.Sub(last)) {
		return nil
	}
	all := 0
	if ex, err := it.Exercise(); err == nil { // it was graded a moment ago
		all = len(ex.About().Hints)
	}
	open := s.hints[it.ID]
	r := refresh.Review{
		ID: it.ID, At: now, Right: res.Score >= rightFrom[s.kind(it.ID)],
		Hints: open > 0, LastHint: open > 0 && open >= all, Tries: 1,
	}
	if s.asked[it.ID] {
		r.Tries = 2
	}
	if it.Kind == recall.KindName {
		r.Certainty = refresh.Certainty(recall.Certainty(a))
	}
	return &progress.Review{
		Right: r.Right, Rating: string(s.deck.Rate(r)), Hints: open, LastHint: r.LastHint, Tries: r.Tries, Certainty: string(r.Certainty),
	}
}

// within reports whether something is so short ago that it was in this sitting.
func within(ago time.Duration) bool { return ago >= 0 && ago < refresh.Session }

func (s *sitting) kind(id string) refresh.Kind {
	for _, it := range s.asks {
		if it.ID == id {
			return it.Kind
		}
	}
	return ""
}

// Recorded implements course.Sitting.
func (s *sitting) Recorded(e progress.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case e.Kind == progress.Reviewed && e.Review != nil:
		r := reviewOf(e)
		s.deck.Add(r)
		s.reviews = append(s.reviews, r)
		s.last[r.ID] = r.At
		s.results[r.ID] = judged{review: &r}
	case e.Kind == progress.Hinted:
		s.hints[e.Item] = e.Hint
	case e.Kind == progress.Proposed:
		s.proposed = true
	}
}

// Judged implements course.Sitting.
func (s *sitting) Judged(it *course.Item, a exercises.Answer, res exercises.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if res.Outcome == exercises.Asked {
		s.asked[it.ID] = true
	}
	j := s.results[it.ID]
	j.answer, j.result = a, res
	s.results[it.ID] = j
}

// Result implements course.Sitting.
func (s *sitting) Result(it *course.Item) (exercises.Result, exercises.Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, ok := s.results[it.ID]
	return j.result, j.answer, ok
}

// Hints implements course.Sitting.
func (s *sitting) Hints(it *course.Item) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hints[it.ID]
}

// Visited implements course.Sitting: the last page may propose a live model.
func (s *sitting) Visited(page int) *progress.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	if page != s.lastPage || !s.propose || s.proposed {
		return nil
	}
	return &progress.Event{Kind: progress.Proposed, Item: proposedLive}
}

// State implements course.Sitting.
func (s *sitting) State() course.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, it := range s.asks {
		if s.done(it.ID) {
			n++
		}
	}
	switch n {
	case 0:
		return course.New
	case len(s.asks):
		return course.Done
	}
	return course.Begun
}

// done reports whether an item was judged for good. The caller holds mu.
func (s *sitting) done(id string) bool {
	j, ok := s.results[id]
	return ok && j.result.Outcome != exercises.Asked
}

// After implements course.Sitting: more to practise. A fresh scenario is offered
// once a sitting, and this is the same one.
func (s *sitting) After(ctx context.Context) (*course.Step, error) {
	r, err := Of(ctx, s.session, s.live)
	if err != nil {
		return nil, err
	}
	return r.sitting(true, nil)
}

// opening is the first page: what comes, why now, and how long it takes.
func (s *sitting) opening() string {
	var b strings.Builder
	b.WriteString("## A few minutes to keep it\n\n")
	missed, letters, fresh := 0, 0, 0
	for _, it := range s.asks {
		switch it.Kind {
		case refresh.Missed:
			missed++
		case refresh.Letter:
			letters++
		default:
			fresh++
		}
	}
	if n := missed + letters; n > 0 {
		fmt.Fprintf(&b, "**%s, about %s.**\n\n", count(n, "short question"), count(s.minutes, "minute"))
		if missed > 0 {
			fmt.Fprintf(&b, "- %s that you did not name in a report: one sentence of the design each, and what can go wrong?\n", count(missed, "threat"))
		}
		if letters > 0 {
			fmt.Fprintf(&b, "- %s of the six letters\n", count(letters, "question"))
		}
		b.WriteString("\n")
	}
	switch {
	case s.before.Due() == 0:
		b.WriteString("Nothing is due today; this is practice, because you wanted it.\n\n")
	case s.before.New == s.before.Due():
		b.WriteString("You met these in the course. From now on each comes back shortly before you would forget it: later and later when you know it, tomorrow when it slipped.\n\n")
	default:
		b.WriteString("They come now because by today you would forget about one in ten. What you know comes back later and later, what has slipped tomorrow.\n\n")
	}
	if fresh > 0 {
		fmt.Fprintf(&b, "At the end waits something new: **%s**, a whole feature (about %d minutes). Leave it for as long as you like.\n\n", s.fresh.title, s.freshMinutes)
	}
	b.WriteString("Stop whenever you want. What you leave stays due, and nothing is lost.\n")
	return b.String()
}

// calibrateFrom is how many answers with a certainty there must be before they are
// told: fewer say nothing.
const calibrateFrom = 5

// closing is the last page: what went how, and when each comes back.
func (s *sitting) closing() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	b.WriteString("## How it went\n\n")
	left := 0
	for _, it := range s.asks {
		if !s.done(it.ID) && it.Kind != refresh.Fresh {
			left++
			continue
		}
		b.WriteString("- " + s.line(it) + "\n")
	}
	if left > 0 {
		fmt.Fprintf(&b, "- %s left for another day. What is due stays due.\n", count(left, "question"))
	}
	b.WriteString("\n")
	if text := Calibration(refresh.Calibrate(s.reviews)); text != "" {
		b.WriteString("**How sure you were.** " + text + "\n\n")
	}
	if s.propose {
		b.WriteString(LiveProposal + "\n\n")
	}
	b.WriteString("That is enough for today: you can leave now. Or go on, and practise more.\n")
	return b.String()
}

// Calibration tells how often somebody was right when sure; "" while there are too
// few answers to say anything.
func Calibration(c refresh.Calibration) string {
	if certain(c) < calibrateFrom {
		return ""
	}
	return c.Sentence()
}

// LiveProposal proposes a second threat model, as Markdown.
const LiveProposal = "**A feature of your own?** The course is a month behind you. Nothing keeps it better than a threat model of something that your team builds now: `threatlings live` begins one, and so does *Your threat models* on the map."

// line says what became of an item that was answered, or is fresh. The caller holds mu.
func (s *sitting) line(it item) string {
	if !s.done(it.ID) {
		return fmt.Sprintf("**%s**: there whenever you like.", it.title)
	}
	j := s.results[it.ID]
	if it.Kind == refresh.Fresh {
		return fmt.Sprintf("**%s**: %s What you did not name comes back as short questions.", it.named, j.result.Summary)
	}
	if j.review == nil {
		return fmt.Sprintf("**%s**: practised; its date stays.", it.named)
	}
	how := "remembered"
	switch {
	case j.review.Rating == refresh.Again && j.review.Right:
		how = "with the last hint"
	case j.review.Rating == refresh.Again:
		how = "slipped"
	case j.review.Rating == refresh.Hard:
		how = "remembered, not easily"
	case j.review.Rating == refresh.Easy:
		how = "safely remembered"
	}
	return fmt.Sprintf("**%s**: %s. Back %s.", it.named, how, s.back(it.ID))
}

// back says when an item comes back. The caller holds mu.
func (s *sitting) back(id string) string {
	for _, c := range s.deck.Cards() {
		if c.ID == id && c.Days > 1 {
			return fmt.Sprintf("in %d days", c.Days)
		}
	}
	return "tomorrow"
}

// count is a number with its noun.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

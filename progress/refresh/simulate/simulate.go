package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"edu/threatlings/progress/refresh"
)

// The size of the simulation and what it assumes.
const (
	learners = 200
	weeks    = 52
	seed     = 2027

	// secondsAnItem is what one small question takes: reading a sentence of a
	// document, answering, reading the reason. An assumption.
	secondsAnItem = 40
	// visitItems is what fits into a visit of ten minutes.
	visitItems = 10 * 60 / secondsAnItem

	// What a learner has when the course is over: a key of sixteen threats, of
	// which some were missed; two questions for each letter; and as many
	// scenarios to come.
	keyThreats = 16
	letters    = 12
	scenarios  = 8

	// taughtDays is the middle scale of forgetting right after the course, in
	// days. An assumption: half is left after seven weeks, a third after half a year.
	taughtDays = 18

	// transfer is how much of what is known of the letters is there on a
	// scenario that was never seen. An assumption.
	transfer = 0.8
)

// A trace is what a simulated learner has of one item. It fades by a power of
// time, as in Wixted and Ebbesen, "On the form of forgetting" (1991), and not by
// the parameters of FSRS: the deck has to do with memories that it does not know.
type trace struct {
	scale float64   // days; the longer, the slower it fades
	at    time.Time // when it was last whole
}

// A learner's parameters are drawn once. Their ranges are assumptions.
type learner struct {
	decay  float64 // exponent of forgetting
	growth float64 // how much a late success slows it
	misses float64 // share of weeks without a visit
	sure   float64 // how far the feeling of certainty strays from the truth
	begin  time.Time
	items  []refresh.Item
	taught map[string]trace // without the fresh scenarios
}

// newLearner draws a learner.
func newLearner(rng *rand.Rand, begin time.Time) *learner {
	between := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	l := &learner{
		decay:  between(0.3, 0.7),
		growth: between(4, 12),
		misses: between(0.1, 0.4),
		sure:   between(0.05, 0.25),
		begin:  begin,
		taught: map[string]trace{},
	}
	teach := func(id string) {
		l.taught[id] = trace{scale: taughtDays * math.Exp(0.5*rng.NormFloat64()), at: begin}
	}
	found := between(0.35, 0.75)
	for i := range keyThreats {
		if rng.Float64() < found {
			continue
		}
		it := refresh.Item{ID: fmt.Sprintf("missed-%d", i), Kind: refresh.Missed}
		l.items = append(l.items, it)
		teach(it.ID)
	}
	for i := range letters {
		it := refresh.Item{ID: fmt.Sprintf("letter-%d", i), Kind: refresh.Letter}
		l.items = append(l.items, it)
		teach(it.ID)
	}
	for i := range scenarios {
		l.items = append(l.items, refresh.Item{ID: fmt.Sprintf("fresh-%d", i), Kind: refresh.Fresh})
	}
	return l
}

// A mind is the memory of one learner in one of the courses of events that are
// compared.
type mind struct {
	*learner
	traces map[string]trace
	rng    *rand.Rand
}

func (l *learner) mind(rng *rand.Rand) *mind {
	m := &mind{learner: l, traces: map[string]trace{}, rng: rng}
	for id, t := range l.taught {
		m.traces[id] = t
	}
	return m
}

// recall is the chance, from 0 to 1, of a right answer.
func (m *mind) recall(it refresh.Item, now time.Time) float64 {
	t, ok := m.traces[it.ID]
	if !ok {
		return transfer * m.mean(now, isLetter)
	}
	return math.Pow(1+now.Sub(t.at).Hours()/24/t.scale, -m.decay)
}

// mean is the mean recall, from 0 to 1, of the items that are counted.
func (m *mind) mean(now time.Time, counted func(refresh.Item) bool) float64 {
	sum, n := 0.0, 0
	for _, it := range m.items {
		if counted(it) {
			sum += m.recall(it, now)
			n++
		}
	}
	return sum / float64(n) // there are always letters
}

func isLetter(it refresh.Item) bool { return it.Kind == refresh.Letter }

// isTaught leaves out the fresh scenarios: whoever never refreshes has not seen
// them.
func isTaught(it refresh.Item) bool { return it.Kind != refresh.Fresh }

// firstScale is how fast an item fades after it was learned for the first time.
func (m *mind) firstScale(it refresh.Item) float64 {
	if t, ok := m.taught[it.ID]; ok {
		return t.scale
	}
	return taughtDays
}

// answer lets the learner answer, and changes what is remembered.
func (m *mind) answer(it refresh.Item, now time.Time) refresh.Review {
	p := m.recall(it, now)
	r := refresh.Review{ID: it.ID, At: now, Tries: 1, Right: m.rng.Float64() < p}
	if !r.Right && m.rng.Float64() < 0.3 { // takes hints
		r.Hints = true
		r.Right = m.rng.Float64() < 0.7
		r.LastHint = m.rng.Float64() < 0.3
	}
	if m.rng.IntN(3) == 0 { // certainty is asked now and then
		switch feels := p + m.sure*m.rng.NormFloat64(); {
		case feels > 0.85:
			r.Certainty = refresh.Sure
		case feels > 0.5:
			r.Certainty = refresh.Fairly
		default:
			r.Certainty = refresh.Guess
		}
	}
	t, seen := m.traces[it.ID]
	switch {
	case !seen:
		t.scale = taughtDays
	case r.Right && !r.Hints:
		t.scale *= 1 + m.growth*(1-p) // what is recalled late is kept longest
	case r.Right && !r.LastHint:
		t.scale *= 1 + m.growth*(1-p)/4
	default: // the reason is read: it is whole again, and fades as fast as at first
		t.scale = max(t.scale/2, m.firstScale(it))
	}
	t.at = now
	m.traces[it.ID] = t
	return r
}

// A Week is the mean over all learners, those who stayed away included, where
// nothing else is said.
type Week struct {
	Asked    map[refresh.Kind]float64 // items
	With     float64                  // share of what was taught that is recalled at the week's end
	Without  float64                  // the same, for the same learners without the refresher
	Shuffled float64                  // the same, with as many items in the same visits, drawn by chance
	Minutes  float64                  // for a visit, of those who came
	Longest  float64                  // minutes of the longest visit
	Left     float64                  // items still due after a visit, of those who came
	Came     int
}

// Result is a simulated year.
type Result struct {
	Weeks  []Week
	Sure   refresh.Share // of all learners' answers with that certainty
	Fairly refresh.Share
	Guess  refresh.Share
}

// simulate lets the learners live through a year. The same seed gives the same
// year.
func simulate(seed uint64) Result {
	res := Result{Weeks: make([]Week, weeks)}
	for i := range res.Weeks {
		res.Weeks[i].Asked = map[refresh.Kind]float64{}
	}
	begin := time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC) // a Monday
	for i := range learners {
		res.live(newLearner(newSource(seed, uint64(i)), begin), seed, uint64(i))
	}
	for i := range res.Weeks {
		w := &res.Weeks[i]
		for k := range w.Asked {
			w.Asked[k] /= learners
		}
		w.With /= learners
		w.Without /= learners
		w.Shuffled /= learners
		if w.Came > 0 {
			w.Minutes /= float64(w.Came)
			w.Left /= float64(w.Came)
		}
	}
	return res
}

// newSource is chance that repeats itself: a stream for each pair of numbers.
func newSource(a, b uint64) *rand.Rand { return rand.New(rand.NewPCG(a, b)) }

// live adds one learner's year to the sums.
func (res *Result) live(l *learner, seed, number uint64) {
	random := func(what uint64) *rand.Rand { return newSource(seed+what, number) }
	with, without, shuffled := l.mind(random(1)), l.mind(random(2)), l.mind(random(3))
	days := random(4)
	deck := refresh.NewDeck(nil, l.items)
	var log []refresh.Review
	for i := range res.Weeks {
		w := &res.Weeks[i]
		monday := l.begin.AddDate(0, 0, 7*(i+1))
		// Mostly on the same day and never at the same hour.
		now := monday.Add(time.Duration(days.IntN(8)) * time.Hour)
		if days.IntN(4) == 0 {
			now = now.AddDate(0, 0, 1+days.IntN(4))
		}
		if days.Float64() >= l.misses {
			next := deck.Next(visitItems, now, false)
			for _, c := range next {
				r := with.answer(c.Item, now)
				r.Rating = deck.Rate(r)
				deck.Add(r)
				log = append(log, r)
				w.Asked[c.Kind]++
				now = now.Add(secondsAnItem * time.Second)
			}
			for _, j := range shuffled.rng.Perm(len(l.items))[:len(next)] {
				shuffled.answer(l.items[j], now)
			}
			minutes := float64(len(next)*secondsAnItem) / 60
			w.Came++
			w.Minutes += minutes
			w.Longest = max(w.Longest, minutes)
			w.Left += float64(len(deck.Due(now)))
		}
		sunday := monday.AddDate(0, 0, 6)
		w.With += with.mean(sunday, isTaught)
		w.Without += without.mean(sunday, isTaught)
		w.Shuffled += shuffled.mean(sunday, isTaught)
	}
	c := refresh.Calibrate(log)
	for _, s := range []struct{ sum, of *refresh.Share }{{&res.Sure, &c.Sure}, {&res.Fairly, &c.Fairly}, {&res.Guess, &c.Guess}} {
		s.sum.Asked += s.of.Asked
		s.sum.Right += s.of.Right
	}
}

// items is how many items a learner was asked in a week.
func (w Week) items() float64 {
	return w.Asked[refresh.Missed] + w.Asked[refresh.Letter] + w.Asked[refresh.Fresh]
}

// told are the weeks, from 1, that the table has.
var told = [...]int{1, 2, 3, 4, 6, 8, 12, 16, 20, 26, 39, 52}

// table says the year in lines of Markdown.
func (res Result) table() []string {
	lines := []string{
		"| week | missed | letters | fresh | minutes a visit | still due | kept with | by chance | without |",
		"|---|---|---|---|---|---|---|---|---|",
	}
	for i, w := range res.Weeks {
		if slices.Contains(told[:], i+1) {
			lines = append(lines, fmt.Sprintf("| %d | %.1f | %.1f | %.1f | %.1f | %.1f | %.0f %% | %.0f %% | %.0f %% |", i+1,
				w.Asked[refresh.Missed], w.Asked[refresh.Letter], w.Asked[refresh.Fresh],
				w.Minutes, w.Left, 100*w.With, 100*w.Shuffled, 100*w.Without))
		}
	}
	return lines
}

// summary says the year in sentences of Markdown.
func (res Result) summary() string {
	last := res.Weeks[len(res.Weeks)-1]
	busiest, minutes, items, came := 0, 0.0, 0.0, 0
	for i, w := range res.Weeks {
		if w.Minutes > res.Weeks[busiest].Minutes {
			busiest = i
		}
		minutes += w.Minutes * float64(w.Came)
		items += w.items()
		came += w.Came
	}
	percent := func(s refresh.Share) string {
		of, _ := s.Of()
		return fmt.Sprintf("%.0f %%", 100*of)
	}
	return fmt.Sprintf("After a year %.0f %% of what was taught is recalled with the refresher and %.0f %% without. "+
		"It takes %.1f visits and %.0f items, %.1f minutes a visit; in the busiest one, week %d, %.1f. "+
		"Of the answers of which the learners were sure %s were right, fairly sure %s, guessed %s.",
		100*last.With, 100*last.Without,
		float64(came)/learners, items, minutes/float64(came), busiest+1, res.Weeks[busiest].Minutes,
		percent(res.Sure), percent(res.Fairly), percent(res.Guess))
}

package refresher

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/recall"
	"edu/threatlings/exercises/report"
	"edu/threatlings/progress"
	"edu/threatlings/progress/refresh"
)

// What the ids of items begin with.
const (
	missedID = "missed."            // and scenario.threat
	letterID = "letter."            // and the exercise's id
	freshID  = course.SittingPrefix // and the scenario
)

// FreshID is the id of the report on a scenario that stands in no lesson.
func FreshID(scenario string) string { return freshID + scenario }

// A handedIn is what is known of the submissions of one exercise.
type handedIn struct {
	last     time.Time
	judged   bool // one of them was, and not only asked about
	credited map[string]bool
}

// A history is what the log says, as far as the refresher needs it. What was
// forgotten is not in it.
type history struct {
	sum      progress.Summary
	handed   map[string]*handedIn // by exercise, fresh scenarios among them
	reviews  []refresh.Review
	hints    map[string]int       // open since an item was last reviewed
	finished map[string]time.Time // by lesson
	proposed map[string]int       // how often something was proposed, ever
}

// read reads the log. It is pure.
func read(events []progress.Event) history {
	h := history{proposed: map[string]int{}}
	h.forget()
	h.sum = progress.Summarize(nil)
	for _, e := range events {
		h.sum.Add(e)
		switch e.Kind {
		case progress.Submitted:
			h.submitted(e)
		case progress.Reviewed:
			h.submitted(e)
			if e.Review != nil {
				h.reviews = append(h.reviews, reviewOf(e))
				delete(h.hints, e.Item)
			}
		case progress.Hinted:
			h.hints[e.Item] = max(h.hints[e.Item], e.Hint)
		case progress.Finished:
			if _, ok := h.finished[e.Item]; !ok {
				h.finished[e.Item] = e.Time
			}
		case progress.Proposed:
			h.proposed[e.Item]++
		case progress.Forgot:
			delete(h.handed, e.Item)
			delete(h.finished, e.Item)
			delete(h.hints, e.Item)
		case progress.Restarted:
			h.forget()
		}
	}
	return h
}

func (h *history) forget() {
	h.handed, h.hints, h.finished, h.reviews = map[string]*handedIn{}, map[string]int{}, map[string]time.Time{}, nil
}

func (h *history) submitted(e progress.Event) {
	in := h.handed[e.Item]
	if in == nil {
		in = &handedIn{credited: map[string]bool{}}
		h.handed[e.Item] = in
	}
	in.last = e.Time
	in.judged = in.judged || e.Outcome != string(exercises.Asked)
	for _, id := range e.Credited {
		in.credited[id] = true
	}
}

func (h *history) reviewed(id string) bool {
	return slices.ContainsFunc(h.reviews, func(r refresh.Review) bool { return r.ID == id })
}

// itemsOf lists what the learner can be asked, in the order in which it is to be
// introduced. What was done a moment ago is ready a sitting later: it would only
// be read off the screen before.
func itemsOf(c *course.Course, h history) ([]item, error) {
	missed, err := missedOf(c, h)
	if err != nil {
		return nil, err
	}
	return append(missed, lettersOf(c, h)...), nil
}

// reportsOf joins the submissions of each scenario, of whichever exercise they are.
func reportsOf(c *course.Course, h history) (map[string]*handedIn, error) {
	out := map[string]*handedIn{}
	join := func(scenario string, in *handedIn) {
		if in == nil || !in.judged {
			return
		}
		o := out[scenario]
		if o == nil {
			o = &handedIn{judged: true, credited: map[string]bool{}}
			out[scenario] = o
		}
		if in.last.After(o.last) {
			o.last = in.last
		}
		for id := range in.credited {
			o.credited[id] = true
		}
	}
	for _, step := range c.Steps() {
		for _, it := range step.Items() {
			if it.Kind != report.Kind().Name || h.handed[it.ID] == nil {
				continue
			}
			ex, err := it.Exercise()
			if err != nil {
				return nil, fmt.Errorf("opening the report %s: %w", it.ID, err)
			}
			if x, ok := ex.(*report.Exercise); ok {
				join(x.Scenario, h.handed[it.ID])
			}
		}
	}
	for _, id := range c.Scenarios() {
		join(id, h.handed[FreshID(id)])
		join(id, h.handed[course.FreshPrefix+id])
	}
	return out, nil
}

// missedOf are the threats of each reported scenario that no report named, the
// most severe first. A report asks for three, so whoever reports other ones the
// next time has not missed the first. What was asked here once stays, so that its
// dates mean something.
func missedOf(c *course.Course, h history) ([]item, error) {
	reports, err := reportsOf(c, h)
	if err != nil {
		return nil, err
	}
	type rated struct {
		item
		severity int
	}
	var all []rated
	for _, id := range c.Scenarios() {
		in := reports[id]
		if in == nil {
			continue
		}
		k, err := c.Keyed(id)
		if err != nil {
			return nil, err
		}
		for _, t := range k.Answers.Threats {
			it := missedItem(k, t)
			if in.credited[t.ID] && !h.reviewed(it.ID) {
				continue
			}
			it.ready = in.last.Add(refresh.Session)
			all = append(all, rated{it, slices.Index(grading.Severities, t.Severity.Rating)})
		}
	}
	slices.SortStableFunc(all, func(a, b rated) int { return b.severity - a.severity })
	var out []item
	for _, r := range all {
		out = append(out, r.item)
	}
	return out, nil
}

func missedItem(k *course.Keyed, t grading.Threat) item {
	id := missedID + k.ID + "." + t.ID
	return item{
		Item:  refresh.Item{ID: id, Kind: refresh.Missed},
		title: recall.New(id, k.Scenario, t, k.Index, false).About().Title,
		named: k.System.Title + ": " + strings.TrimRight(t.Title, "."),
		make: func(certainty bool) (exercises.Exercise, string, error) {
			return recall.New(id, k.Scenario, t, k.Index, certainty), version(t.Title, t.Description, t.Evidence.Quote, t.Evidence.Diagram), nil
		},
	}
}

// version is a content hash.
func version(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
	return hex.EncodeToString(sum[:6])
}

// lettersOf are the exercises of the six letters' lessons that were done, those
// first that were not right at once.
func lettersOf(c *course.Course, h history) []item {
	var out []item
	right := map[string]bool{}
	for _, l := range grading.Letters {
		step, ok := c.Step(strings.ReplaceAll(strings.ToLower(grading.LetterNames[string(l)]), " ", "-"))
		if !ok {
			continue // an organisation's course may have others
		}
		for _, x := range step.Items() {
			p := h.sum.Items[x.ID]
			switch exercises.Outcome(p.LastOutcome) {
			case "", exercises.Asked, exercises.Written: // not done, or neither right nor wrong
				continue
			}
			it := item{
				Item:  refresh.Item{ID: letterID + x.ID, Kind: refresh.Letter},
				title: x.Title, named: x.Title, ready: p.Last.Add(refresh.Session),
			}
			seed := h.seed(it.ID, p.Last)
			it.make = func(bool) (exercises.Exercise, string, error) {
				ex, err := x.Exercise()
				if s, ok := ex.(exercises.Shuffler); ok {
					ex = s.Shuffled(seed)
				}
				return ex, x.Version, err
			}
			right[it.ID] = p.FirstScore >= 0.999
			out = append(out, it)
		}
	}
	slices.SortStableFunc(out, func(a, b item) int {
		switch {
		case right[a.ID] == right[b.ID]:
			return 0
		case right[b.ID]:
			return -1
		}
		return 1
	})
	return out
}

// seed says in which order an item is asked: the same until it was reviewed, and for
// each learner another.
func (h history) seed(id string, last time.Time) uint64 {
	reviews := 0
	for _, r := range h.reviews {
		if r.ID == id {
			reviews++
		}
	}
	sum := fnv.New64a()
	fmt.Fprintln(sum, id, last.UnixNano(), reviews)
	return sum.Sum64()
}

// freshMinutes is what a whole scenario takes, as in the lessons.
const freshMinutes = 45

// freshHints fit any scenario.
var freshHints = []string{
	"Start with the assets. What in this document would somebody pay for, and where does it lie or travel?",
	"Walk the numbers of the diagram in order. At each one read its sentence once more, and stop at words such as only, internal, temporary, later, trust and simple.",
	"Is there a number in the document that can be multiplied? What does a day of it cost, and who pays?",
	"For each check that the document describes, ask what it does not check, and who may change the record of it.",
}

// freshOf is the scenario to offer: one that was never reported, once the learner
// knows what a report is. Those that no lesson has come first, so that none is
// taken away from a lesson that is still to come. It is nil when there is none.
func freshOf(c *course.Course, h history) (*item, error) {
	reports, err := reportsOf(c, h)
	if err != nil || len(reports) == 0 {
		return nil, err
	}
	var last time.Time
	for _, in := range reports {
		if in.last.After(last) {
			last = in.last
		}
	}
	inLesson, err := lessonScenarios(c)
	if err != nil {
		return nil, err
	}
	for _, wanted := range []bool{false, true} {
		for _, id := range c.Scenarios() {
			if reports[id] != nil || inLesson[id] != wanted {
				continue
			}
			k, err := c.Keyed(id)
			if err != nil {
				return nil, err
			}
			it := freshItem(k)
			it.ready = last.Add(refresh.Session)
			return &it, nil
		}
	}
	return nil, nil
}

// lessonScenarios are the scenarios that a lesson has a report on.
func lessonScenarios(c *course.Course) (map[string]bool, error) {
	out := map[string]bool{}
	for _, step := range c.Steps() {
		for _, it := range step.Items() {
			if it.Kind != report.Kind().Name {
				continue
			}
			ex, err := it.Exercise()
			if err != nil {
				return nil, fmt.Errorf("opening the report %s: %w", it.ID, err)
			}
			if x, ok := ex.(*report.Exercise); ok {
				out[x.Scenario] = true
			}
		}
	}
	return out, nil
}

func freshItem(k *course.Keyed) item {
	id := FreshID(k.ID)
	title := k.System.Title
	return item{
		Item: refresh.Item{ID: id, Kind: refresh.Fresh}, title: title, named: title,
		make: func(bool) (exercises.Exercise, string, error) {
			return report.Of(k.Scenario, k.Answers, k.Index, exercises.About{
				ID: id, Title: title + ": your top three", Minutes: freshMinutes, Hints: freshHints,
				Prompt:  fmt.Sprintf("Something that you have not seen: read *%s*, walk its diagram, and report the **three threats that matter most**, the worst one first.\n\nOne card is one threat: who does what to which asset, over which flow, so that what harm. The worksheet is yours alone. You may leave it at any time and go on another day.", title),
				Explain: "What you remember helps here, and what you can do helps more: this document was new to you.\n\nThe key is one reviewer's list. Where it does not know your threat, that says nothing against the threat.",
			}), version(k.Document), nil
		},
	}
}

package course

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"edu/threatlings/exercises"
	"edu/threatlings/progress"
)

// A Session is one learner taking one course. Everything that is done goes
// through it, and every action is in the store when its method returns.
// It is safe for concurrent use.
type Session struct {
	Course *Course
	// Now is the clock; tests set their own.
	Now func() time.Time

	store progress.Store
	write sync.Mutex // held during a change; taken before mu
	mu    sync.Mutex
	sum   progress.Summary
	place place
}

// NewSession reads what the store holds of this course.
func NewSession(ctx context.Context, c *Course, store progress.Store) (*Session, error) {
	s := &Session{Course: c, Now: time.Now, store: store}
	events, err := s.events(ctx)
	if err != nil {
		return nil, err
	}
	s.sum = progress.Summarize(nil)
	for _, e := range events {
		if _, here := c.Step(e.Item); e.Kind == progress.Visited && !here {
			// A lesson that is no longer there, or one beside the course, is no place
			// to go on from. That somebody was here stays true.
			e.Kind = ""
		}
		s.add(e)
	}
	return s, nil
}

// add brings the summary, and the place to go on from, up to date. The caller
// holds mu.
func (s *Session) add(e progress.Event) {
	s.place = s.placeAfter(e)
	s.sum.Add(e)
}

// events are those of this course.
func (s *Session) events(ctx context.Context) ([]progress.Event, error) {
	events, err := s.store.Events(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading your progress: %w", err)
	}
	return s.Course.Of(events), nil
}

// Of is the events that belong to this course. Another one may share the log:
// what is forgotten there is not forgotten here. The slice is used again.
func (c *Course) Of(events []progress.Event) []progress.Event {
	return slices.DeleteFunc(events, func(e progress.Event) bool {
		return e.Course != "" && e.Course != c.ID
	})
}

// Events are all that happened in this course, the oldest first, what was
// forgotten included.
func (s *Session) Events(ctx context.Context) ([]progress.Event, error) { return s.events(ctx) }

// maxRegistration is how long the name of a registration may be, in characters.
const maxRegistration = 100

// Register begins an enrolment, such as "refresher 2027": what is done from now
// on counts for it. A name that was used before goes on with that enrolment.
func (s *Session) Register(ctx context.Context, name string) error {
	e, err := Registration(s.Course, name, s.Now())
	if err != nil {
		return err
	}
	defer s.writing()()
	return s.record(ctx, e)
}

// Registration is the event with which an enrolment begins, for a store that
// no session has open.
func Registration(c *Course, name string, now time.Time) (progress.Event, error) {
	name = strings.TrimSpace(exercises.CleanLine(name))
	switch n := len([]rune(name)); {
	case n == 0:
		return progress.Event{}, errors.New("a registration needs a name, such as \"refresher 2027\"")
	case n > maxRegistration:
		return progress.Event{}, fmt.Errorf("the name of a registration has %d characters, and at most %d are possible", n, maxRegistration)
	}
	return progress.Event{ID: progress.NewID(), Time: now.UTC(), Kind: progress.Registered, Course: c.ID, Answer: []string{name}}, nil
}

// Submissions are all answers that were ever handed in, the oldest first, those
// of what was forgotten and of the refresher included.
func (s *Session) Submissions(ctx context.Context) ([]progress.Event, error) {
	events, err := s.events(ctx)
	return slices.DeleteFunc(events, func(e progress.Event) bool { return e.Kind != progress.Submitted && e.Kind != progress.Reviewed }), err
}

// ReadOnly reports that nothing can be saved now, and why, in a sentence.
func (s *Session) ReadOnly() (bool, string) { return s.store.ReadOnly() }

// record appends an event and brings the summary up to date. The caller holds mu.
func (s *Session) record(ctx context.Context, e progress.Event) error {
	_, err := s.append(ctx, e)
	return err
}

// append is record, and returns the event as it stands in the store.
func (s *Session) append(ctx context.Context, e progress.Event) (progress.Event, error) {
	e.Course = s.Course.ID
	e.Time = s.Now().UTC()
	e.ID = progress.NewID()
	if err := s.stored(func() error { return s.store.Append(ctx, e) }); err != nil {
		return e, err
	}
	s.add(e)
	return e, nil
}

// writing begins a change and returns what ends it. Changes come one after the
// other. The caller holds mu in between.
func (s *Session) writing() (done func()) {
	s.write.Lock()
	s.mu.Lock()
	return func() {
		s.mu.Unlock()
		s.write.Unlock()
	}
}

// stored lets others read while something is made durable: a disk takes its
// time, and what is on a screen must not wait for it. The caller is in a change.
func (s *Session) stored(do func() error) error {
	s.mu.Unlock()
	defer s.mu.Lock()
	return do()
}

// Visit notes where the learner is, so that the next start opens there.
func (s *Session) Visit(ctx context.Context, step *Step, page int) error {
	defer s.writing()()
	if step.Sitting != nil {
		if e := step.Sitting.Visited(page); e != nil {
			return s.recordOf(ctx, step.Sitting, *e)
		}
		return nil
	}
	if s.sum.Last.Item == step.ID && s.sum.Last.Page == page {
		return nil
	}
	if err := s.record(ctx, progress.Event{Kind: progress.Visited, Item: step.ID, Page: page}); err != nil {
		return err
	}
	if s.state(step) == Done && !s.sum.Finished[step.ID] {
		return s.record(ctx, progress.Event{Kind: progress.Finished, Item: step.ID})
	}
	return nil
}

// Submit grades an answer and records both as one step. Nothing is recorded
// when the answer cannot be judged: an *exercises.Incomplete error says what is
// missing, and any other error what went wrong with saving.
func (s *Session) Submit(ctx context.Context, it *Item, a exercises.Answer) (exercises.Result, error) {
	ex, err := it.Exercise()
	if err != nil {
		return exercises.Result{}, err
	}
	if err := exercises.CheckLength(a); err != nil {
		return exercises.Result{}, err
	}
	res, err := ex.Grade(ctx, a)
	if err != nil {
		return exercises.Result{}, err
	}
	raw, err := json.Marshal(res)
	if err != nil {
		return exercises.Result{}, fmt.Errorf("keeping the result of %s: %w", it.ID, err)
	}
	defer s.writing()()
	score := res.Score
	e := progress.Event{
		Kind: progress.Submitted, Item: it.ID, Version: it.Version,
		Answer: a, Score: &score, Outcome: string(res.Outcome), Result: raw,
	}
	for _, i := range res.Items {
		if i.ID != "" && (i.Mark == exercises.Good || i.Mark == exercises.Also) {
			e.Credited = append(e.Credited, i.ID)
		}
	}
	if it.Step.Sitting != nil {
		return res, s.judged(ctx, it, e, res)
	}
	if err := s.record(ctx, e); err != nil {
		return exercises.Result{}, err
	}
	if err := s.dropDrafts(ctx, it.ID); err != nil {
		return res, fmt.Errorf("your answer is saved; clearing its draft failed: %w", err)
	}
	return res, nil
}

// judged records an answer in a sitting. While the grader waits for a reply the
// answer stays a draft. The caller holds mu.
func (s *Session) judged(ctx context.Context, it *Item, e progress.Event, res exercises.Result) error {
	sitting := it.Step.Sitting
	if res.Outcome == exercises.Asked {
		if err := s.stored(func() error { return s.store.SaveDraft(ctx, it.ID, e.Answer) }); err != nil {
			return err
		}
		sitting.Judged(it, e.Answer, res)
		return nil
	}
	e.Kind, e.Review = progress.Reviewed, sitting.Review(it, e.Answer, res)
	if err := s.recordOf(ctx, sitting, e); err != nil {
		return err
	}
	sitting.Judged(it, e.Answer, res)
	if err := s.dropDrafts(ctx, it.ID); err != nil {
		return fmt.Errorf("your answer is saved; clearing its draft failed: %w", err)
	}
	return nil
}

// recordOf records an event of a sitting. The caller holds mu.
func (s *Session) recordOf(ctx context.Context, sitting Sitting, e progress.Event) error {
	e, err := s.append(ctx, e)
	if err == nil {
		sitting.Recorded(e)
	}
	return err
}

// SaveDraft keeps an unfinished answer, durably.
func (s *Session) SaveDraft(ctx context.Context, it *Item, a exercises.Answer) error {
	defer s.writing()()
	return s.stored(func() error { return s.store.SaveDraft(ctx, it.ID, a) })
}

// dropDrafts forgets what was begun of an exercise. The caller is in a change.
func (s *Session) dropDrafts(ctx context.Context, id string) error {
	return s.stored(func() error { return errors.Join(s.store.DropDraft(ctx, id), s.store.DropDraft(ctx, remarkDraft(id))) })
}

// A Remark is what somebody has begun to say about a result and not sent yet: the
// reply to the grader's question about an item, or why they disagree about it.
type Remark struct {
	Item     int
	Disputes bool
	Text     string
}

// remarkDraft is the name of the draft of a remark in the store.
func remarkDraft(id string) string { return "remark." + id }

// SaveRemark keeps an unfinished remark, durably, beside the answer that it is about.
func (s *Session) SaveRemark(ctx context.Context, it *Item, about exercises.Answer, r Remark) error {
	head := []string{strconv.Itoa(r.Item), strconv.FormatBool(r.Disputes), r.Text}
	defer s.writing()()
	return s.stored(func() error { return s.store.SaveDraft(ctx, remarkDraft(it.ID), append(head, about...)) })
}

// Remark is what was begun to be said about the result of an answer. There is none
// about another answer: somebody tried again since.
func (s *Session) Remark(ctx context.Context, it *Item, about exercises.Answer) Remark {
	d, ok, err := s.store.Draft(ctx, remarkDraft(it.ID))
	if err != nil || !ok || len(d) < 3 || !slices.Equal(d[3:], about) {
		return Remark{}
	}
	n, err := strconv.Atoi(d[0])
	if err != nil || n < 0 {
		return Remark{}
	}
	return Remark{Item: n, Disputes: d[1] == "true", Text: d[2]}
}

// Draft is where the learner left an exercise: the draft, or else the last answer.
func (s *Session) Draft(ctx context.Context, it *Item) (exercises.Answer, error) {
	d, ok, err := s.store.Draft(ctx, it.ID)
	if err != nil || ok {
		return d, err
	}
	return nil, nil
}

// LastResult is the result of the latest submission and its answer; ok is
// false when there is none.
func (s *Session) LastResult(it *Item) (exercises.Result, exercises.Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if it.Step.Sitting != nil {
		return it.Step.Sitting.Result(it)
	}
	p, ok := s.sum.Items[it.ID]
	if !ok || len(p.LastResult) == 0 {
		return exercises.Result{}, nil, false
	}
	var res exercises.Result
	if json.Unmarshal(p.LastResult, &res) != nil {
		return exercises.Result{}, nil, false // a newer program's: it can be done again
	}
	return res, p.LastAnswer, true
}

// ErrNoHint says that the ladder has no further hint.
var ErrNoHint = errors.New("that was the last hint")

// Hint opens the next hint of an exercise and records it. It returns all that are open.
func (s *Session) Hint(ctx context.Context, it *Item) ([]string, error) {
	ex, err := it.Exercise()
	if err != nil {
		return nil, err
	}
	defer s.writing()()
	n := s.openHints(it)
	all := ex.About().Hints
	if n >= len(all) {
		return all, ErrNoHint
	}
	e, err := s.append(ctx, progress.Event{Kind: progress.Hinted, Item: it.ID, Hint: n + 1})
	if err != nil {
		return all[:n], err
	}
	if it.Step.Sitting != nil {
		it.Step.Sitting.Recorded(e)
	}
	return all[:n+1], nil
}

// openHints is how many hints of an exercise are open. The caller holds mu.
func (s *Session) openHints(it *Item) int {
	if it.Step.Sitting != nil {
		return it.Step.Sitting.Hints(it)
	}
	return s.sum.Items[it.ID].Hints
}

// Hints returns the hints that are open, and how many there are.
func (s *Session) Hints(it *Item) (open []string, all int) {
	ex, err := it.Exercise()
	if err != nil {
		return nil, 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := ex.About().Hints
	return h[:min(s.openHints(it), len(h))], len(h)
}

// Forget makes a lesson and its exercises, or one exercise, look untouched. The
// old events stay in the log.
func (s *Session) Forget(ctx context.Context, ids ...string) error {
	defer s.writing()()
	for _, id := range ids {
		if err := s.record(ctx, progress.Event{Kind: progress.Forgot, Item: id}); err != nil {
			return err
		}
		if err := s.dropDrafts(ctx, id); err != nil {
			return fmt.Errorf("forgetting the draft of %s: %w", id, err)
		}
	}
	return nil
}

// Restart begins the course again. The old events stay in the log.
func (s *Session) Restart(ctx context.Context) error {
	defer s.writing()()
	if err := s.record(ctx, progress.Event{Kind: progress.Restarted}); err != nil {
		return err
	}
	for id := range s.Course.items {
		if err := s.dropDrafts(ctx, id); err != nil {
			return fmt.Errorf("forgetting the draft of %s: %w", id, err)
		}
	}
	return nil
}

// IDs are the ids to forget for a whole lesson: its own and its exercises'.
func (s *Step) IDs() []string {
	ids := []string{s.ID}
	for _, it := range s.Items() {
		ids = append(ids, it.ID)
	}
	return ids
}

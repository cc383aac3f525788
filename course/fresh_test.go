package course_test

import (
	"errors"
	"slices"
	"testing"

	"edu/threatlings/course"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/report"
	"edu/threatlings/progress"
)

// Every scenario with a key can be taken alone, and what happens in it is in the
// log of the same course without disturbing the place to go on from.
func TestFresh(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Scenarios(); !slices.Contains(got, "billing") || slices.Contains(got, "pulse-surveys") {
		t.Errorf("scenarios with a key: %q", got)
	}
	store := progress.NewMemory()
	main, err := course.NewSession(t.Context(), c, store)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range c.Scenarios() {
		s, err := main.Fresh(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		it, ok := s.Course.Item(course.FreshPrefix + id)
		if !ok {
			t.Fatalf("%s: no exercise", id)
		}
		ex, err := it.Exercise()
		if err != nil {
			t.Fatal(err)
		}
		x := ex.(*report.Exercise)
		if x.Cards != course.FreshCards || x.Scenario != id {
			t.Errorf("%+v", x)
		}
		if _, err := s.Submit(t.Context(), it, x.Samples()[0].Answer); err != nil {
			t.Error(err)
		}
	}
	events, err := main.Events(t.Context())
	if err != nil || len(events) != len(c.Scenarios()) || len(events[0].Credited) != course.FreshCards {
		t.Errorf("%d events, %v", len(events), err)
	}
	for _, bad := range []string{"", "no-such", "../lessons", "pulse-surveys", "a/b"} {
		if _, err := main.Fresh(t.Context(), bad); !errors.Is(err, course.ErrNoScenario) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

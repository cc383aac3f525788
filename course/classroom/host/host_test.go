package host

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"edu/threatlings/course/classroom"
)

// Two people change one list at the same moment: nobody's change is lost.
func TestDoWith(t *testing.T) {
	h := New(t.Context(), Options{Log: classroom.NewMemory()})
	code, _, err := h.Create(t.Context(), classroom.Class{Scenario: "billing", Teams: []string{"Lynx"}})
	if err != nil {
		t.Fatal(err)
	}
	table, err := h.Open(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	do := func(c classroom.Change) {
		t.Helper()
		if err := table.Do(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	do(classroom.Change{Kind: classroom.Sat, Name: "Ada"})
	do(classroom.Change{Kind: classroom.Wrote, Seat: "s1", Sheet: &classroom.Sheet{Cards: []classroom.Card{{Text: "one"}, {Text: "two"}, {Text: "three"}}}})
	for range 50 {
		do(classroom.Change{Kind: classroom.Topped, Seat: "s1"})
		var wait sync.WaitGroup
		for i := range 3 {
			wait.Go(func() {
				if err := table.DoWith(t.Context(), func(r *classroom.Room) classroom.Change {
					return classroom.Change{Kind: classroom.Topped, Seat: "s1", Top: append(slices.Clone(r.Teams[0].Top), fmt.Sprint("s1.", i+1))}
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		top := slices.Sorted(slices.Values(table.Room().Teams[0].Top))
		if !slices.Equal(top, []string{"s1.1", "s1.2", "s1.3"}) {
			t.Fatalf("the team chose %v", top)
		}
	}
}

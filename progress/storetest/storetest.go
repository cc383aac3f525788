// Package storetest holds the contract that every progress.Store keeps.
package storetest

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"edu/threatlings/progress"
)

// Run tests a store. open returns the store of a name; opening the same name
// again, after Close, returns the same store.
func Run(t *testing.T, open func(t *testing.T, name string) progress.Store) {
	t.Run("events come back in order", func(t *testing.T) { order(t, open) })
	t.Run("events are all or none and never mixed", func(t *testing.T) { concurrent(t, open) })
	t.Run("unknown kinds are kept", func(t *testing.T) { unknown(t, open) })
	t.Run("an event without a kind is refused", func(t *testing.T) { kindless(t, open) })
	t.Run("the slice of events is the caller's", func(t *testing.T) { aliased(t, open) })
	t.Run("drafts are replaced and dropped", func(t *testing.T) { drafts(t, open) })
}

func event(kind, item string, page int) progress.Event {
	return progress.Event{ID: progress.NewID(), Time: time.Now().UTC().Truncate(time.Millisecond), Kind: kind, Item: item, Page: page}
}

func order(t *testing.T, open func(*testing.T, string) progress.Store) {
	s := open(t, "order")
	score := 0.5
	want := []progress.Event{
		event(progress.Visited, "a", 0),
		{ID: progress.NewID(), Time: time.Now().UTC().Truncate(time.Millisecond), Kind: progress.Submitted, Item: "a.one", Version: "v", Answer: []string{"x\ny", "\u202e emoji 🙂", ""}, Score: &score, Outcome: "partly", Credited: []string{"q"}, Result: []byte(`{"summary":"s"}`)},
		event(progress.Hinted, "a.one", 0),
	}
	for _, e := range want {
		if err := s.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	check := func(s progress.Store) {
		got, err := s.Events(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d events, want %d", len(got), len(want))
		}
		for i := range want {
			g := got[i]
			if g.ID != want[i].ID || g.Kind != want[i].Kind || !g.Time.Equal(want[i].Time) || g.Item != want[i].Item ||
				!reflect.DeepEqual(g.Answer, want[i].Answer) || !reflect.DeepEqual(g.Score, want[i].Score) || string(g.Result) != string(want[i].Result) {
				t.Errorf("event %d: %+v, want %+v", i, g, want[i])
			}
		}
	}
	check(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check(open(t, "order"))
}

func concurrent(t *testing.T, open func(*testing.T, string) progress.Store) {
	s := open(t, "concurrent")
	const writers, each = 8, 10
	var wg sync.WaitGroup
	for w := range writers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				pair := []progress.Event{event(progress.Visited, fmt.Sprint(w), 2*i), event(progress.Visited, fmt.Sprint(w), 2*i+1)}
				if err := s.Append(t.Context(), pair...); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	got, err := s.Events(t.Context())
	if err != nil || len(got) != writers*each*2 {
		t.Fatalf("%d events, %v", len(got), err)
	}
	next := map[string]int{}
	for i, e := range got {
		if e.Page != next[e.Item] {
			t.Fatalf("event %d of writer %s is page %d, want %d", i, e.Item, e.Page, next[e.Item])
		}
		if e.Page%2 == 1 && got[i-1].Item != e.Item {
			t.Fatalf("event %d: a pair was torn apart", i)
		}
		next[e.Item]++
	}
}

func unknown(t *testing.T, open func(*testing.T, string) progress.Store) {
	s := open(t, "unknown")
	if err := s.Append(t.Context(), event("from-the-future", "a", 3), event(progress.Visited, "b", 1)); err != nil {
		t.Fatal(err)
	}
	got, err := s.Events(t.Context())
	if err != nil || len(got) != 2 || got[0].Kind != "from-the-future" {
		t.Fatalf("%+v, %v", got, err)
	}
	if sum := progress.Summarize(got); sum.Last.Item != "b" {
		t.Errorf("position %+v", sum.Last)
	}
}

func kindless(t *testing.T, open func(*testing.T, string) progress.Store) {
	s := open(t, "kindless")
	if err := s.Append(t.Context(), event(progress.Visited, "a", 1), event("", "b", 1)); err == nil {
		t.Error("it was taken")
	}
	if got, err := s.Events(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("%d events were kept of what failed, %v", len(got), err)
	}
}

func aliased(t *testing.T, open func(*testing.T, string) progress.Store) {
	s := open(t, "aliased")
	events := []progress.Event{event(progress.Visited, "a", 1)}
	if err := s.Append(t.Context(), events...); err != nil {
		t.Fatal(err)
	}
	events[0].Item = "changed"
	got, err := s.Events(t.Context())
	if err != nil || len(got) != 1 {
		t.Fatalf("%d events, %v", len(got), err)
	}
	got[0].Item = "changed"
	if got, err = s.Events(t.Context()); err != nil || got[0].Item != "a" {
		t.Errorf("the store's own event was changed: %+v, %v", got, err)
	}
}

func drafts(t *testing.T, open func(*testing.T, string) progress.Store) {
	s := open(t, "drafts")
	long := ""
	for len(long) < 300 {
		long += "very/long ID\x1b"
	}
	for _, item := range []string{"a.one", "../../etc/passwd", "CON", "ÄÖ\u202e", "", ".", "x/y", "con", "nul.one", long + "a", long + "b"} {
		if _, ok, err := s.Draft(t.Context(), item); ok || err != nil {
			t.Fatalf("%q has a draft: %v", item, err)
		}
		for _, d := range [][]string{{"one"}, {"two\nlines", "", "ü🙂"}} {
			if err := s.SaveDraft(t.Context(), item, d); err != nil {
				t.Fatalf("%q: %v", item, err)
			}
			if got, ok, err := s.Draft(t.Context(), item); err != nil || !ok || !reflect.DeepEqual(got, d) {
				t.Fatalf("%q: %q, %v, %v", item, got, ok, err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, "drafts")
	if got, ok, err := s.Draft(t.Context(), "x/y"); err != nil || !ok || len(got) != 3 {
		t.Fatalf("after opening again: %q, %v, %v", got, ok, err)
	}
	if got, ok, err := s.Draft(t.Context(), long+"c"); ok || err != nil {
		t.Fatalf("another long id has a draft: %q, %v", got, err)
	}
	if _, ok, err := s.Draft(t.Context(), long+"a"); !ok || err != nil {
		t.Fatalf("a long id lost its draft: %v", err)
	}
	for range 2 {
		if err := s.DropDraft(t.Context(), "x/y"); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, _ := s.Draft(t.Context(), "x/y"); ok {
		t.Error("a dropped draft is still there")
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

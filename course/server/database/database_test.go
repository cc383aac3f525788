package database

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/classroom/logtest"
	"edu/threatlings/progress"
	"edu/threatlings/progress/storetest"
)

func open(t testing.TB, address string) *DB {
	t.Helper()
	d, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// contracts runs what holds with every database; a second handle is a second program.
func contracts(t *testing.T, fresh func(t *testing.T) (one, two *DB)) {
	t.Run("progress", func(t *testing.T) {
		one, _ := fresh(t)
		storetest.Run(t, func(t *testing.T, name string) progress.Store {
			s, err := one.Learner(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			return s
		})
	})
	t.Run("rooms", func(t *testing.T) {
		logtest.Run(t, func(t *testing.T) (classroom.Log, classroom.Log) {
			one, two := fresh(t)
			for _, d := range []*DB{one, two} {
				codes, err := d.Rooms().Rooms(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range codes { // PostgreSQL is the same one for all parts
					if err := d.Rooms().Remove(t.Context(), c); err != nil {
						t.Fatal(err)
					}
				}
			}
			return one.Rooms(), two.Rooms()
		})
	})
	t.Run("the newest window writes", func(t *testing.T) {
		one, two := fresh(t)
		newest(t, one, two)
	})
	t.Run("everybody's progress", func(t *testing.T) {
		one, two := fresh(t)
		everybody(t, one, two)
	})
	t.Run("files", func(t *testing.T) {
		one, two := fresh(t)
		for _, text := range []string{"old", "new \x00\xff"} {
			if err := one.SaveFile(t.Context(), "ada", "settings.yaml", []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := two.Files(t.Context(), "ada")
		if err != nil || len(got) != 1 || string(got["settings.yaml"]) != "new \x00\xff" {
			t.Errorf("%q, %v", got, err)
		}
		if got, err := two.Files(t.Context(), "bo"); err != nil || len(got) != 0 {
			t.Errorf("somebody else's: %q, %v", got, err)
		}
	})
}

// everybody reads what all learners did, and takes nobody's window over.
func everybody(t *testing.T, one, two *DB) {
	want := map[string]int{}
	for i, id := range []string{"everybody-ada", "everybody-bo"} {
		s, err := one.Learner(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for n := range i + 1 {
			e := progress.Event{ID: progress.NewID(), Kind: progress.Visited, Item: fmt.Sprint(id, n)}
			if err := s.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			want[e.Item] = n
		}
		defer func() {
			if err := s.SaveDraft(t.Context(), "a", nil); err != nil {
				t.Errorf("%s can write no more: %v", id, err)
			}
		}()
	}
	err := two.EachLearner(t.Context(), func(events []progress.Event) error {
		for n, e := range events {
			if at, ok := want[e.Item]; ok && at == n {
				delete(want, e.Item)
			}
		}
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("%v, not read: %v", err, want)
	}
	stop := errors.New("enough")
	calls := 0
	if err := two.EachLearner(t.Context(), func([]progress.Event) error { calls++; return stop }); !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func newest(t *testing.T, one, two *DB) {
	old, err := one.Learner(t.Context(), "two-windows")
	if err != nil {
		t.Fatal(err)
	}
	if err := old.SaveDraft(t.Context(), "a", []string{"typed in the tunnel"}); err != nil {
		t.Fatal(err)
	}
	now, err := two.Learner(t.Context(), "two-windows")
	if err != nil {
		t.Fatal(err)
	}
	if d, ok, err := now.Draft(t.Context(), "a"); err != nil || !ok || d[0] != "typed in the tunnel" {
		t.Errorf("%q, %t, %v", d, ok, err)
	}
	e := progress.Event{ID: progress.NewID(), Kind: progress.Visited, Item: "a"}
	for _, err := range []error{old.Append(t.Context(), e), old.SaveDraft(t.Context(), "a", nil), old.DropDraft(t.Context(), "a")} {
		if !errors.Is(err, progress.ErrReadOnly) || !strings.Contains(err.Error(), "another window") {
			t.Errorf("the old window: %v", err)
		}
	}
	if ro, why := old.ReadOnly(); !ro || why == "" {
		t.Errorf("the old window says %t, %q", ro, why)
	}
	if err := now.Append(t.Context(), e); err != nil {
		t.Error(err)
	}
	if ro, _ := now.ReadOnly(); ro {
		t.Error("the new window only reads")
	}
}

func TestSQLite(t *testing.T) {
	contracts(t, func(t *testing.T) (*DB, *DB) {
		file := filepath.Join(t.TempDir(), "with space & 100%.db")
		return open(t, file), open(t, file)
	})
}

// A write that fails among others takes nobody with it.
func TestOneFailsAlone(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "db"))
	log := d.Rooms()
	if err := log.Create(t.Context(), "ROOM"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 200 {
		wg.Go(func() {
			err := log.Append(context.Background(), "ROOM", classroom.Entry{Seq: 1, Data: fmt.Append(nil, i)})
			if err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			} else if !errors.Is(err, classroom.ErrBehind) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, err := log.Read(t.Context(), "ROOM", 0); err != nil || len(got) != 1 || won != 1 {
		t.Errorf("%d won, and %d entries are there, %v", won, len(got), err)
	}
}

func TestClosed(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "db"))
	s, err := d.Learner(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveDraft(t.Context(), "a", nil); !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
}

// A password is never part of what is printed.
func TestPasswordIsNotTold(t *testing.T) {
	_, err := Open(t.Context(), "postgres://ada:opensesame@/nowhere?host=/nowhere")
	if err == nil || strings.Contains(err.Error(), "opensesame") {
		t.Errorf("%v", err)
	}
}

// Nobody fills the disk: what is too much is refused and what was saved stays.
func TestRoom(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "course.db"))
	l, err := d.Learner(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 1<<20)
	if err := l.SaveDraft(t.Context(), "one", []string{strings.Repeat("x", mostEach)}); !errors.Is(err, ErrTooMuch) {
		t.Errorf("a draft that is too long: %v", err)
	}
	for range 100 { // a draft that is written again and again takes its room once
		if err := l.SaveDraft(t.Context(), "one", []string{big}); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for ; n < 100 && err == nil; n++ {
		err = l.Append(t.Context(), progress.Event{Kind: progress.Noted, Item: "house", Answer: []string{big}})
	}
	if !errors.Is(err, ErrTooMuch) || n < 60 || n > 64 {
		t.Errorf("%v after %d", err, n)
	}
	again, err := d.Learner(t.Context(), "ada") // the count is taken from what is there
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Append(t.Context(), progress.Event{Kind: progress.Noted, Item: "house", Answer: []string{big}}); !errors.Is(err, ErrTooMuch) {
		t.Errorf("in a new window: %v", err)
	}
	events, err := again.Events(t.Context())
	if err != nil || len(events) != n-1 {
		t.Errorf("%d events, %v", len(events), err)
	}
	if other, err := d.Learner(t.Context(), "bo"); err != nil || other.SaveDraft(t.Context(), "one", []string{big}) != nil {
		t.Errorf("somebody else has no room: %v", err)
	}
}

// Somebody who is erased is gone from every table and from the bytes of the file,
// while others, and the numbers, stay.
func TestErase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	erase(t, open(t, file), open(t, file))
	held := func() (found []string) {
		names, err := filepath.Glob(file + "*") // the log beside the file too
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			b, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, trace := range []string{"erase-ada", "adas own words"} {
				if strings.Contains(string(b), trace) {
					found = append(found, trace+" in "+filepath.Base(n))
				}
			}
		}
		return found
	}
	if len(held()) == 0 {
		t.Error("the log is expected to hold what was written until it is scrubbed: or else this test shows nothing")
	}
	if err := open(t, file).Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := held(); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

func erase(t *testing.T, one, two *DB) {
	ctx := t.Context()
	const ada, bo = "erase-ada", "erase-bo"
	window, err := one.Learner(ctx, ada)
	if err != nil {
		t.Fatal(err)
	}
	e := progress.Event{ID: progress.NewID(), Kind: progress.Noted, Item: "a", Answer: []string{"adas own words"}}
	for _, err := range []error{
		window.Append(ctx, e), window.SaveDraft(ctx, "a", []string{"adas own words"}), one.SaveFile(ctx, ada, "settings.yaml", []byte("adas own words")),
		two.Add(ctx, ada, progress.Event{ID: progress.NewID(), Kind: progress.Registered, Answer: []string{"onboarding"}}),
		two.Add(ctx, bo, progress.Event{ID: progress.NewID(), Kind: progress.Visited, Item: "a"}),
		one.Rooms().Create(ctx, "ERASE"),
		one.Rooms().Append(ctx, "ERASE", classroom.Entry{Seq: 1, Data: []byte("erase-ada said: adas own words")}),
		one.Rooms().Append(ctx, "ERASE", classroom.Entry{Seq: 2, Data: []byte("bos")}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	// Adding leaves an open window what it holds.
	if err := window.Append(ctx, e); err != nil {
		t.Errorf("after an event was added: %v", err)
	}
	if got, err := two.Events(ctx, ada); err != nil || len(got) != 3 {
		t.Errorf("%d events, %v", len(got), err)
	}
	ids, err := two.Learners(ctx)
	if err != nil || !slices.Contains(ids, ada) || !slices.Contains(ids, bo) {
		t.Errorf("%q, %v", ids, err)
	}

	// All or nothing.
	broken := errors.New("cannot be counted")
	err = two.Erase(ctx, ada, nil, func([]progress.Event) ([]Aggregate, error) { return nil, broken })
	if got, readErr := two.Events(ctx, ada); !errors.Is(err, broken) || readErr != nil || len(got) != 3 {
		t.Errorf("%v: %d events, %v", err, len(got), readErr)
	}

	rooms := []Rewrite{{Room: "ERASE", Seq: 1, Data: []byte("somebody said something")}}
	before, err := one.Aggregates(ctx)
	if err != nil {
		t.Fatal(err)
	}
	keep := func(events []progress.Event) ([]Aggregate, error) {
		return []Aggregate{{"events", "", "2027-01", len(events)}}, nil
	}
	if err := two.Erase(ctx, ada, rooms, keep); err != nil {
		t.Fatal(err)
	}
	if err := two.Erase(ctx, bo, nil, keep); err != nil {
		t.Fatal(err)
	}
	if err := two.Erase(ctx, ada, nil, keep); !errors.Is(err, ErrNobody) {
		t.Errorf("a second time: %v", err)
	}
	after, err := one.Aggregates(ctx)
	if err != nil || len(after) != len(before)+1 || after[len(after)-1] != (Aggregate{"events", "", "2027-01", 4}) {
		t.Errorf("%+v, %v", after, err)
	}
	ids, err = one.Learners(ctx)
	if err != nil || slices.Contains(ids, ada) || slices.Contains(ids, bo) {
		t.Errorf("%q, %v", ids, err)
	}
	if got, err := one.Files(ctx, ada); err != nil || len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
	if _, ok, err := window.Draft(ctx, "a"); ok || err != nil {
		t.Errorf("a draft: %t, %v", ok, err)
	}
	if got, err := one.Rooms().Read(ctx, "ERASE", 0); err != nil || len(got) != 2 || string(got[0].Data) != "somebody said something" || string(got[1].Data) != "bos" {
		t.Errorf("%+v, %v", got, err)
	}

	// The window that was open writes nothing any more, also when the person comes
	// again as if for the first time.
	if err := window.Append(ctx, e); !errors.Is(err, progress.ErrReadOnly) {
		t.Errorf("the old window: %v", err)
	}
	again, err := two.Learner(ctx, ada)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.SaveDraft(ctx, "b", nil); err != nil {
		t.Error(err)
	}
	if err := window.Append(ctx, e); !errors.Is(err, progress.ErrReadOnly) {
		t.Errorf("the old window, beside a new one: %v", err)
	}
	if err := two.Erase(ctx, ada, nil, keep); err != nil {
		t.Error(err)
	}
}

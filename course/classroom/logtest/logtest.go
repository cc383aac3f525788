// Package logtest holds the contract that every classroom.Log keeps.
package logtest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"edu/threatlings/course/classroom"
)

// Run tests a log. open returns a fresh log, and another that shares its rooms:
// what a second program sees. Both may be the same.
func Run(t *testing.T, open func(t *testing.T) (one, two classroom.Log)) {
	t.Run("entries come back in order", func(t *testing.T) { order(t, open) })
	t.Run("who is behind writes nothing", func(t *testing.T) { behind(t, open) })
	t.Run("a key's entry is replaced", func(t *testing.T) { keys(t, open) })
	t.Run("one of many writers at a time", func(t *testing.T) { race(t, open) })
	t.Run("rooms are apart and can go", func(t *testing.T) { rooms(t, open) })
}

func order(t *testing.T, open func(*testing.T) (classroom.Log, classroom.Log)) {
	one, two := open(t)
	if _, err := two.Read(t.Context(), "ROOM", 0); !errors.Is(err, classroom.ErrNoRoom) {
		t.Errorf("no room: %v", err)
	}
	if err := one.Append(t.Context(), "ROOM", classroom.Entry{Seq: 1}); !errors.Is(err, classroom.ErrNoRoom) {
		t.Errorf("writing in no room: %v", err)
	}
	create(t, one, "ROOM")
	if err := two.Create(t.Context(), "ROOM"); !errors.Is(err, classroom.ErrTaken) {
		t.Errorf("a second room of the code: %v", err)
	}
	want := [][]byte{[]byte("a"), {}, []byte("\x00\xff 🙂 ' \" \\"), bytes.Repeat([]byte("x"), 100_000)}
	for i, d := range want {
		l := one
		if i%2 == 1 {
			l = two
		}
		add(t, l, "ROOM", int64(i+1), "", string(d))
	}
	for after := range want {
		got, err := two.Read(t.Context(), "ROOM", int64(after))
		if err != nil || len(got) != len(want)-after {
			t.Fatalf("%d entries behind %d, %v", len(got), after, err)
		}
		for i, e := range got {
			if e.Seq != int64(after+i+1) || !bytes.Equal(e.Data, want[after+i]) || e.Key != "" {
				t.Errorf("entry %d is %d %q", after+i+1, e.Seq, e.Data[:min(len(e.Data), 20)])
			}
		}
	}
}

func behind(t *testing.T, open func(*testing.T) (classroom.Log, classroom.Log)) {
	one, two := open(t)
	create(t, one, "ROOM")
	add(t, one, "ROOM", 1, "k", "first")
	for _, seq := range []int64{0, 1, 3} {
		if err := two.Append(t.Context(), "ROOM", classroom.Entry{Seq: seq, Key: "k", Data: []byte("no")}); !errors.Is(err, classroom.ErrBehind) {
			t.Errorf("number %d: %v", seq, err)
		}
	}
	if got := read(t, one, "ROOM"); got != "1 k first" {
		t.Errorf("the room holds %q", got)
	}
}

func keys(t *testing.T, open func(*testing.T) (classroom.Log, classroom.Log)) {
	one, two := open(t)
	create(t, one, "ROOM")
	create(t, one, "OTHER")
	add(t, one, "OTHER", 1, "k", "another room's")
	add(t, one, "ROOM", 1, "k", "old")
	add(t, two, "ROOM", 2, "", "event")
	add(t, one, "ROOM", 3, "l", "l")
	add(t, two, "ROOM", 4, "k", "new")
	if got := read(t, one, "ROOM"); got != "2  event, 3 l l, 4 k new" {
		t.Errorf("the room holds %q", got)
	}
	if got := read(t, two, "OTHER"); got != "1 k another room's" {
		t.Errorf("the other room holds %q", got)
	}
	add(t, one, "ROOM", 5, "k", "newest") // the number goes on, whatever was replaced
}

func race(t *testing.T, open func(*testing.T) (classroom.Log, classroom.Log)) {
	one, two := open(t)
	create(t, one, "ROOM")
	const writers, each = 8, 15
	var wg sync.WaitGroup
	for w := range writers {
		l := one
		if w%2 == 1 {
			l = two
		}
		wg.Go(func() {
			for i := range each {
				for {
					got, err := l.Read(t.Context(), "ROOM", 0)
					if err != nil {
						t.Error(err)
						return
					}
					err = l.Append(t.Context(), "ROOM", classroom.Entry{Seq: int64(len(got) + 1), Data: fmt.Appendf(nil, "%d.%d", w, i)})
					if err == nil {
						break
					}
					if !errors.Is(err, classroom.ErrBehind) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	entries, err := two.Read(t.Context(), "ROOM", 0)
	if err != nil || len(entries) != writers*each {
		t.Fatalf("%d entries, want %d: %v", len(entries), writers*each, err)
	}
	next := map[string]int{}
	for i, e := range entries {
		w, n, _ := strings.Cut(string(e.Data), ".")
		if e.Seq != int64(i+1) || n != fmt.Sprint(next[w]) {
			t.Fatalf("entry %d is number %d, %s", i+1, e.Seq, e.Data)
		}
		next[w]++
	}
}

func rooms(t *testing.T, open func(*testing.T) (classroom.Log, classroom.Log)) {
	one, two := open(t)
	for _, r := range []string{"B", "A", "C"} {
		create(t, one, r)
		add(t, one, r, 1, "", "of "+r)
	}
	if err := two.Remove(t.Context(), "B"); err != nil {
		t.Fatal(err)
	}
	if err := two.Remove(t.Context(), "none"); err != nil {
		t.Errorf("removing what is not there: %v", err)
	}
	if got, err := one.Rooms(t.Context()); err != nil || !slices.Equal(got, []string{"A", "C"}) {
		t.Errorf("rooms %v, %v", got, err)
	}
	create(t, two, "B")
	if got := read(t, one, "B"); got != "" {
		t.Errorf("a new room of an old code holds %q", got)
	}
}

func create(t *testing.T, l classroom.Log, room string) {
	t.Helper()
	if err := l.Create(t.Context(), room); err != nil {
		t.Fatal(err)
	}
}

func add(t *testing.T, l classroom.Log, room string, seq int64, key, data string) {
	t.Helper()
	if err := l.Append(t.Context(), room, classroom.Entry{Seq: seq, Key: key, Data: []byte(data)}); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, l classroom.Log, room string) string {
	t.Helper()
	entries, err := l.Read(t.Context(), room, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, fmt.Sprintf("%d %s %s", e.Seq, e.Key, e.Data))
	}
	return strings.Join(out, ", ")
}

package classroom

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// held is a class of two people, one of whom came with a key, up to a phase.
func held(t *testing.T, to Phase) (*Room, []Entry) {
	t.Helper()
	r := &Room{Code: "K7QDX", Phase: Lobby}
	var log []Entry
	at := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	do := func(c Change) {
		t.Helper()
		at = at.Add(10 * time.Minute)
		c.At = at
		n, e, err := r.Next(c)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		r, log = n, append(log, e)
	}
	do(Change{Kind: Opened, Desk: true, Secret: "word", Class: &Class{Scenario: "billing", Teams: []string{"Lynx", "Otter"}, Host: "Cy"}})
	do(Change{Kind: Sat, Name: "Ada", Who: "fingerprint-of-ada"})
	do(Change{Kind: Sat, Name: "Bo", Secret: "1234", Team: 0})
	do(Change{Kind: Moved, Desk: true, Phase: Alone})
	do(Change{Kind: Wrote, Seat: r.Seats[0].ID, Sheet: &Sheet{Notes: "adas own note", Cards: []Card{{Text: "adas threat"}}}})
	do(Change{Kind: Wrote, Seat: r.Seats[1].ID, Sheet: &Sheet{Cards: []Card{{Text: "bos threat"}}}})
	for r.Phase != to {
		do(Change{Kind: Moved, Desk: true, Phase: r.Phase.After(1)})
	}
	return r, log
}

func TestAttended(t *testing.T) {
	r, _ := held(t, Discuss)
	if people, done := r.Attended(); done || people != nil {
		t.Errorf("before the comparison: %v, %t", people, done)
	}
	r, _ = held(t, Compare)
	people, done := r.Attended()
	if !done || len(people) != 1 {
		t.Fatalf("%+v, %t", people, done)
	}
	a := people[0]
	if a.Name != "Ada" || a.Team != "Lynx" || !a.WroteCards || a.Minutes != 90 || len(a.Person) != 32 || strings.Contains(a.Person, "ada") {
		t.Errorf("%+v", a)
	}
}

func TestWithout(t *testing.T) {
	r, log := held(t, Compare)
	if got, err := Without("K7QDX", log, "fingerprint-of-eve"); err != nil || got != nil {
		t.Errorf("somebody who was never there: %v, %v", got, err)
	}
	changed, err := Without("K7QDX", log, "fingerprint-of-ada")
	if err != nil || len(changed) == 0 {
		t.Fatalf("%v, %v", changed, err)
	}
	for _, c := range changed {
		log[c.Seq-1] = c
	}
	for _, e := range log {
		for _, trace := range []string{"Ada", "adas", r.secrets[r.Seats[0].ID]} {
			if bytes.Contains(e.Data, []byte(trace)) {
				t.Errorf("%q is left in %s", trace, e.Data)
			}
		}
	}
	again, err := Replay("K7QDX", log)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Seats) != 2 || again.Seats[0].Key || again.Phase != Compare || again.Sheets[again.Seats[1].ID].Cards[0].Text != "bos threat" {
		t.Errorf("%+v", again)
	}
	if _, ok := again.SeatOf(""); ok {
		t.Error("the seat opens to somebody without a key")
	}
	if _, ok := again.SeatOf("fingerprint-of-ada"); ok {
		t.Error("the seat is still found by its key")
	}
}

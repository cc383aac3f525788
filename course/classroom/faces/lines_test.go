package faces

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"

	"edu/threatlings/course/classroom"
)

// A transcript is what somebody typed and was told, line by line. What is typed
// stands in it behind the prompt, as on a terminal.
type transcript struct {
	mu    sync.Mutex
	more  *sync.Cond
	text  bytes.Buffer
	steps []func() string // each does what others do meanwhile, and returns what is typed then
}

func newTranscript() *transcript {
	x := &transcript{}
	x.more = sync.NewCond(&x.mu)
	return x
}

func (x *transcript) Write(b []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.more.Broadcast()
	return x.text.Write(b)
}

func (x *transcript) Read(b []byte) (int, error) {
	if len(x.steps) == 0 {
		return 0, io.EOF
	}
	line := x.steps[0]() + "\n"
	x.steps = x.steps[1:]
	if _, err := x.Write([]byte(line)); err != nil {
		return 0, err
	}
	return copy(b, line), nil
}

// until waits for something that is announced, behind what was said before.
func (x *transcript) until(from int, words string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for !strings.Contains(strings.Join(strings.Fields(x.text.String()[from:]), " "), words) {
		x.more.Wait()
	}
}

func (x *transcript) len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.text.Len()
}

// A whole class line by line, from the door to the end.
func TestLines(t *testing.T) {
	c := newTryClass(t, classroom.Class{Scenario: "billing", Host: "Odalys", Teams: []string{"Lynx", "Lemur"}}, 80, 24)
	c.do(classroom.Change{Kind: classroom.Sat, Name: "Ada", Secret: "1111"})
	c.do(classroom.Change{Kind: classroom.Wrote, Seat: "s1", Sheet: &classroom.Sheet{Cards: []classroom.Card{{Text: written["Ada"][0], Letter: "I"}, {Text: written["Ada"][1]}}}})
	x := newTranscript()
	types := func(lines ...string) {
		for _, l := range lines {
			x.steps = append(x.steps, func() string { return l })
		}
	}
	hears := func(change classroom.Change, words string) {
		x.steps = append(x.steps, func() string {
			from := x.len()
			change.Desk = true
			if err := c.table.Do(t.Context(), change); err != nil {
				t.Error(err)
			} else {
				x.until(from, words)
			}
			return ""
		})
	}
	moves := func(to classroom.Phase) {
		s := stageOf(to)
		hears(classroom.Change{Kind: classroom.Moved, Phase: to}, heading(s)+" "+plainStage(s))
	}
	types("Ada", "2222", "ada", "", "Dot", "?", "team 1", "team 2", "hm")
	moves(classroom.Reading)
	types("ready", "t")
	moves(classroom.Alone)
	types("c", "Whoever breaks into the database has every card number", "5", "9", "An engineer deletes log lines so nobody sees what he did", "1", "1", "e 9", "e 2", "An engineer deletes log lines and nobody sees it", "4", "1", "c")
	hears(classroom.Change{Kind: classroom.Asked, Team: 1, Text: "What happens to old snapshots?"}, "What happens to old snapshots?")
	moves(classroom.Gather)
	types("t", "same 2 1", "t", "b")
	moves(classroom.Choose)
	types("lock", "top 1 2", "top 1", "lock", "top 1", "unlock", "lock")
	moves(classroom.Locked)
	moves(classroom.Reveal)
	types("b")
	moves(classroom.Cluster)
	types("b")
	moves(classroom.Discuss)
	types("v 1", "v 99", "b", "k")
	moves(classroom.Compare)
	types("k", "b")
	moves(classroom.Over)
	types("lock", "q")
	o := c.options("")
	o.Ctx = context.Background()
	if err := Lines(o, x, x); err != nil {
		t.Fatal(err)
	}
	golden(t, "lines", digits.ReplaceAllString(x.text.String(), "${1}0000"))
	if s, ok := c.table.Room().SeatNamed("Dot"); !ok || s.Here {
		t.Error("whoever left is still here")
	}
}

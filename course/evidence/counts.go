package evidence

import (
	"sort"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/progress"
	"edu/threatlings/progress/records"
)

// What a Count counts.
const (
	People        = "people"         // in the month in which they began
	DonePart      = "done"           // Name is the module, or WholeCourse
	ReadyAt       = "readiness"      // Name is the level, Month that of the last event
	GuessPeople   = "guesses people" // those who did both checks
	GuessesBefore = "guesses before" // right ones of ten, added up
	GuessesAfter  = "guesses after"
)

// WholeCourse is the name of the course among its parts.
const WholeCourse = "course"

// A Count is how many people something is true of, without saying of whom. It is
// what stays of a person whose data are erased.
type Count struct {
	What  string `json:"what"`
	Name  string `json:"name,omitempty"`
	Month string `json:"month"` // such as 2027-01
	N     int    `json:"n"`
}

// CountsOf is what one person adds to an organisation's statistics. A part that
// was done for several registrations counts once; one that was not passed does not.
func CountsOf(c *course.Course, events []progress.Event) ([]Count, error) {
	events = c.Of(append([]progress.Event(nil), events...))
	if len(events) == 0 {
		return nil, nil
	}
	month := func(t time.Time) string { return t.UTC().Format("2006-01") }
	last := month(events[len(events)-1].Time)
	out := []Count{{People, "", month(events[0].Time), 1}}
	parts, err := Parts(c, events)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, p := range parts {
		if seen[p.Module] || !p.Done() || !p.Passed() {
			continue
		}
		seen[p.Module] = true
		name := p.Module
		if name == "" {
			name = WholeCourse
		}
		out = append(out, Count{DonePart, name, month(p.Completed), 1})
	}
	r, err := Ready(c, events)
	if err != nil {
		return nil, err
	}
	out = append(out, Count{ReadyAt, string(r.Level), last, 1})
	if before, after, ok := Gain(events); ok {
		out = append(out, Count{GuessPeople, "", last, 1}, Count{GuessesBefore, "", last, before}, Count{GuessesAfter, "", last, after})
	}
	return out, nil
}

// Passed reports whether nothing that there is to pass was failed.
func (p Part) Passed() bool {
	return records.Record{Score: p.Score, PassMark: p.PassMark}.Status() != records.Failed
}

// Sum adds counts up: one for each thing, name and month, in their order.
func Sum(counts []Count) []Count {
	sums := map[Count]int{}
	for _, c := range counts {
		n := c.N
		c.N = 0
		sums[c] += n
	}
	var out []Count
	for c, n := range sums {
		c.N = n
		out = append(out, c)
	}
	sort.Slice(out, func(i, k int) bool {
		a, b := out[i], out[k]
		if a.What != b.What {
			return a.What < b.What
		}
		if a.Name != b.Name {
			return a.Name < b.Name
		}
		return a.Month < b.Month
	})
	return out
}

// Total is how often something was counted, over all months. The name "" takes
// every name.
func Total(counts []Count, what, name string) int {
	n := 0
	for _, c := range counts {
		if c.What == what && (name == "" || c.Name == name) {
			n += c.N
		}
	}
	return n
}

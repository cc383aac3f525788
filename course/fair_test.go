package course_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/choice"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/reflect"
	sorting "edu/threatlings/exercises/sort"
)

// each calls f with every exercise of the course that is a T, and its part.
func each[T any](t *testing.T, f func(it *course.Item, part string, x T)) {
	t.Helper()
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, st := range c.Steps() {
		for _, it := range st.Items() {
			ex, err := it.Exercise()
			if err != nil {
				t.Fatal(err)
			}
			if x, ok := ex.(T); ok {
				n++
				f(it, st.Module.ID, x)
			}
		}
	}
	if n == 0 {
		t.Error("there is no such exercise")
	}
}

// A tally is how often something was so, and how often chance would have it.
type tally struct{ got, chance float64 }

func (c *tally) add(got bool, chance float64) {
	if got {
		c.got++
	}
	c.chance += chance
}

// fair is false for less than low and for more than high of what chance would do.
func (c *tally) fair(low, high float64) bool { return c.got >= low*c.chance && c.got <= high*c.chance }

// Neither its place nor its length gives the right option away. Opinions, in which
// everything is right, are left out.
func TestRightOptionsDoNotStandOut(t *testing.T) {
	places := map[string]*[9]tally{"one": {}, "several": {}}
	longest, shortest := map[string]*tally{"all": {}}, map[string]*tally{"all": {}}
	each(t, func(it *course.Item, part string, x *choice.Exercise) {
		var right, wrong []int
		for _, o := range x.Options {
			if n := utf8.RuneCountInString(o.Text); o.Right {
				right = append(right, n)
			} else {
				wrong = append(wrong, n)
			}
		}
		if len(wrong) == 0 {
			return
		}
		chance := float64(len(right)) / float64(len(x.Options))
		for i, o := range x.Options {
			places[x.Pick][i].add(o.Right, chance)
		}
		if x.Pick == "several" {
			if r := mean(right) / mean(wrong); r < 0.8 || r > 1.25 {
				t.Errorf("%s: right options are %.2f times as long as wrong ones", it.ID, r)
			}
			return
		}
		long, short := extremes(wrong)
		most, least := extremes(right)
		if float64(most) > 1.25*float64(long) || float64(least) < 0.75*float64(short) {
			t.Errorf("%s: the right option has %d letters, the others %v", it.ID, right, wrong)
		}
		for _, k := range []string{"all", part} {
			if longest[k] == nil {
				longest[k], shortest[k] = &tally{}, &tally{}
			}
			longest[k].add(most > long, chance)
			shortest[k].add(least < short, chance)
		}
	})
	for pick, at := range places {
		for i, c := range at[:4] {
			if !c.fair(0.5, 1.5) {
				t.Errorf("pick %s: place %d is right %.0f times; chance would make it %.1f", pick, i+1, c.got, c.chance)
			}
		}
	}
	for k, c := range longest {
		if !c.fair(0, 1.3) {
			t.Errorf("%s: the right option is the longest %.0f times; chance would make it %.1f", k, c.got, c.chance)
		}
		if s := shortest[k]; !s.fair(0, 1.3) {
			t.Errorf("%s: the right option is the shortest %.0f times; chance would make it %.1f", k, s.got, s.chance)
		}
	}
	// Nor is it a rule that the longest, or the shortest, is never right.
	if !longest["all"].fair(0.5, 1.3) || !shortest["all"].fair(0.4, 1.3) {
		t.Errorf("longest %+v, shortest %+v", *longest["all"], *shortest["all"])
	}
}

// What is to be sorted does not stand in the order of the groups: in no exercise
// do the groups come up first, second, third, and over the whole course an item is
// followed by one of the same group or of the next no more often than chance has it.
func TestSortItemsAreShuffled(t *testing.T) {
	var next tally
	each(t, func(it *course.Item, _ string, x *sorting.Exercise) {
		at := map[string]int{}
		for i, g := range x.Groups {
			at[g.ID] = i
		}
		size := make([]float64, len(x.Groups)+1)
		for _, i := range x.Items {
			size[at[i.Group]]++
		}
		pairs := 0.0 // of items, in a row or not, that would count
		for g, n := range size[:len(x.Groups)] {
			pairs += n*(n-1) + n*size[g+1]
		}
		seen, highest, order := map[int]bool{}, -1, true
		for k, i := range x.Items {
			g := at[i.Group]
			if !seen[g] {
				order = order && g > highest
				highest = g
			}
			seen[g] = true
			if k > 0 {
				before := at[x.Items[k-1].Group]
				next.add(g == before || g == before+1, pairs/float64(len(x.Items)*(len(x.Items)-1)))
			}
		}
		if order && len(x.Groups) > 2 {
			t.Errorf("%s: the items come in the order of the groups", it.ID)
		}
	})
	if !next.fair(0.6, 1.2) {
		t.Errorf("%.0f items follow one of their own group or of the one before; chance would make it %.1f", next.got, next.chance)
	}
}

// The voices of others and what a learner looks for in their own text are drawn as
// they stand: they hold no marks of Markdown.
func TestVoicesHoldNoMarks(t *testing.T) {
	each(t, func(it *course.Item, _ string, x *reflect.Exercise) {
		for _, v := range x.Voices {
			if strings.ContainsAny(v.Name+v.Text, "*`_") {
				t.Errorf("%s: %s: %s", it.ID, v.Name, v.Text)
			}
		}
		for _, c := range x.Criteria {
			if strings.ContainsAny(c, "*`_") {
				t.Errorf("%s: %s", it.ID, c)
			}
		}
	})
}

// What people write first is known, or answered with what the lesson says of it:
// a database is no hardware that one buys again.
func TestListsKnowWhatPeopleWriteFirst(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct {
		item, text string
		mark       exercises.Mark
		says       string
	}{
		{"house.assets", "silverware", exercises.Good, "Easy to carry"},
		{"house.assets", "the silver", exercises.Good, "Easy to carry"},
		{"assets.fridge", "database", exercises.Bad, "what is in it?"},
	} {
		it, ok := c.Item(q.item)
		if !ok {
			t.Fatal(q.item)
		}
		if r := grade(t, it, q.text).Items[0]; r.Mark != q.mark || !strings.Contains(r.Reason, q.says) {
			t.Errorf("%s: %q: %v, %s", q.item, q.text, r.Mark, r.Reason)
		}
	}
}

func mean(ns []int) float64 {
	sum := 0
	for _, n := range ns {
		sum += n
	}
	return float64(sum) / float64(len(ns))
}

func extremes(ns []int) (long, short int) {
	short = ns[0]
	for _, n := range ns {
		long, short = max(long, n), min(short, n)
	}
	return long, short
}

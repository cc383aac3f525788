// Package kinds is the list of kinds of exercise. Adding a kind adds its line.
package kinds

import (
	"fmt"
	"sort"
	"strings"
	"sync"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/ask"
	"edu/threatlings/exercises/budget"
	"edu/threatlings/exercises/choice"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/list"
	"edu/threatlings/exercises/rank"
	"edu/threatlings/exercises/recall"
	"edu/threatlings/exercises/reflect"
	"edu/threatlings/exercises/report"
	sorting "edu/threatlings/exercises/sort"
	"edu/threatlings/exercises/spot"
)

// All lists every kind that a lesson may hold.
func All() []input.Kind {
	return []input.Kind{
		ask.Kind(),
		budget.Kind(),
		choice.Kind(),
		list.Kind(),
		rank.Kind(),
		reflect.Kind(),
		report.Kind(),
		sorting.Kind(),
		spot.Kind(),
	}
}

// Get returns the kind with the name, those included that no lesson may hold
// because the program makes their exercises itself.
func Get(name string) (input.Kind, bool) {
	k, ok := byName()[name]
	return k, ok
}

var byName = sync.OnceValue(func() map[string]input.Kind {
	m := map[string]input.Kind{}
	for _, k := range append(All(), recall.Kind()) {
		m[k.Name] = k
	}
	return m
})

// Decoder decodes an exercise of any kind in the list.
type Decoder struct{}

// Decode hands the source to its kind.
func (Decoder) Decode(src exercises.Source) (exercises.Exercise, error) {
	var names []string
	for _, k := range All() {
		if k.Name == src.Kind {
			return k.Decode(src)
		}
		names = append(names, k.Name)
	}
	sort.Strings(names)
	return nil, &exercises.Fault{File: src.File, Line: src.Line - 1, What: fmt.Sprintf("there is no kind of exercise %q; use one of %s", src.Kind, strings.Join(names, ", "))}
}

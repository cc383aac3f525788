package threatmodel

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// FS holds what an organisation's course folder may replace: threatmodel/lens.yaml
// and threatmodel/policy.yaml.
//
//go:embed lens.yaml policy.yaml
var FS embed.FS

// Dir is the folder of these files in the course's content.
const Dir = "threatmodel"

// A Guide is what leads through a session: the questions to ask and the times
// that the organisation gives itself.
type Guide struct {
	lens   map[string]map[string][]string // kind of a place → letter → questions
	policy policy
}

type policy struct {
	About   string            `yaml:"about"`
	Propose map[string]string `yaml:"propose"` // severity → one of Times
	Names   map[string]string `yaml:"names"`   // one of Times → how it is said here
	// Practice are the scenarios to begin with.
	Practice []string `yaml:"practice"`
}

// LoadGuide reads lens.yaml and policy.yaml from a course's content; the
// program's own where it has none. Faults are *exercises.Fault, joined.
func LoadGuide(content fs.FS) (*Guide, error) {
	g := &Guide{}
	var errs []error
	for _, f := range []struct {
		name string
		into any
	}{{"lens.yaml", &g.lens}, {"policy.yaml", &g.policy}} {
		name := Dir + "/" + f.name
		b, err := fs.ReadFile(content, name)
		if errors.Is(err, fs.ErrNotExist) { // a course of its own need not have them
			b, err = FS.ReadFile(f.name)
		}
		if err != nil {
			return nil, &exercises.Fault{File: name, What: "the file cannot be read: " + err.Error()}
		}
		src := exercises.Source{YAML: b, File: name, Line: 1, FS: content}
		if err := src.Unmarshal(f.into); err != nil {
			return nil, err
		}
		errs = append(errs, g.faults(f.name, src)...)
	}
	return g, errors.Join(errs...)
}

func (g *Guide) faults(name string, src exercises.Source) (errs []error) {
	bad := func(at, format string, args ...any) { errs = append(errs, src.Fault(at, format, args...)) }
	if name == "lens.yaml" {
		for _, kind := range append([]string{"flow"}, Kinds...) {
			for _, l := range strings.Split(grading.Letters, "") {
				if len(g.lens[kind][l]) == 0 {
					bad("$."+kind, "there is no question for %s and the letter %s; write at least one", kind, l)
				}
			}
		}
		return errs
	}
	for _, s := range grading.Severities {
		if !known(Times, g.policy.Propose[s]) {
			bad("$.propose", "propose says %q for %s; use one of: %s", g.policy.Propose[s], s, strings.Join(Times, ", "))
		}
	}
	for k := range g.policy.Names {
		if !known(Times, k) {
			bad("$.names", "names has %q; the times are: %s", k, strings.Join(Times, ", "))
		}
	}
	return errs
}

func known(words []string, w string) bool {
	for _, k := range words {
		if k == w {
			return true
		}
	}
	return false
}

// Questions are what to ask at a place with a letter in mind.
func (g *Guide) Questions(m *Model, place, letter string) []string {
	kind := "flow"
	var names []string
	if c, ok := m.Component(place); ok {
		kind, names = c.Kind, []string{"{name}", c.Name}
	} else if f, ok := m.Flow(place); ok {
		from, _ := m.Component(f.From)
		to, _ := m.Component(f.To)
		names = []string{"{from}", from.Name, "{to}", to.Name}
	} else {
		return nil
	}
	var out []string
	for _, q := range g.lens[kind][letter] {
		out = append(out, strings.NewReplacer(names...).Replace(q))
	}
	return out
}

// Draw is a question for a square of the grid at which nobody has looked yet:
// the nth such square, counted round and round, so that a caller who counts up
// never meets the same one twice in a row. ok is false when all were looked at.
func (g *Guide) Draw(m *Model, n int) (place, letter, question string, ok bool) {
	type square struct{ place, letter string }
	var open []square
	cov := m.Coverage()
	for _, l := range strings.Split(grading.Letters, "") { // letter by letter: neighbours differ in place
		for _, p := range m.Places() {
			if s, _ := cov.At(p, l); s == NotYet {
				open = append(open, square{p, l})
			}
		}
	}
	if len(open) == 0 {
		return "", "", "", false
	}
	s := open[n*7%len(open)] // seven is prime: a walk over most of the squares
	q := g.Questions(m, s.place, s.letter)
	return s.place, s.letter, q[n%len(q)], true
}

// Propose is the time that the organisation's policy gives a threat, "" when it is not rated.
func (g *Guide) Propose(t Threat) string { return g.policy.Propose[t.Severity()] }

// Late reports whether a threat is to be dealt with later than the policy says.
// What is accepted or transferred has a reason and a name instead.
func (g *Guide) Late(t Threat) bool {
	least := slices.Index(Times, g.Propose(t))
	return least >= 0 && (t.Decision == "mitigate" || t.Decision == "eliminate") && slices.Index(Times, t.When) > least
}

// TimeName is a time in words, as the organisation says it.
func (g *Guide) TimeName(when string) string {
	if n := g.policy.Names[when]; n != "" {
		return n
	}
	return when
}

// Practice are the ids of the scenarios to practise on.
func (g *Guide) Practice() []string { return g.policy.Practice }

// Policy says in words where the proposed times come from.
func (g *Guide) Policy() string { return g.policy.About }

// String is for messages.
func (s State) String() string {
	switch s {
	case NotYet:
		return "not looked yet"
	case LookedAt:
		return "looked, nothing"
	case Found:
		return "found"
	}
	return fmt.Sprintf("State(%d)", int(s))
}

// ShippedGuide is the guide that the program ships.
func ShippedGuide() (*Guide, error) { return LoadGuide(embed.FS{}) }

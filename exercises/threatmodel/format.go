package threatmodel

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// maxFile is the most bytes of a model's file that is read.
const maxFile = 8 << 20

// MaxEntries is the most entries of one list of a model.
const MaxEntries = 2000

// Format writes a model as YAML, in the order of its fields, so that the same
// model is the same bytes.
func Format(m *Model) ([]byte, error) {
	m = m.cleaned()
	m.Version = Version
	b, err := yaml.MarshalWithOptions(m, yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(false))
	if err == nil {
		var back Model
		if yaml.Unmarshal(b, &back) == nil && equal(&back, m) {
			return append([]byte("# A threat model, made with threatlings. Edit it here or there: threatlings live FILE\n"), b...), nil
		}
		// Rare texts are not read back as they were written: then every text is quoted.
		b, err = yaml.MarshalWithOptions(m, yaml.JSON())
	}
	if err != nil {
		return nil, fmt.Errorf("writing the threat model down: %w", err)
	}
	return b, nil
}

// Parse reads a model. Its faults are *exercises.Fault with file and line, joined.
func Parse(file string, b []byte) (*Model, error) {
	if len(b) > maxFile {
		return nil, &exercises.Fault{File: file, What: fmt.Sprintf("the file has %d MB; a threat model has 8 at most", len(b)>>20)}
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, &exercises.Fault{File: file, Line: 1, What: "the file is empty"}
	}
	src := exercises.Source{YAML: b, File: file, Line: 1}
	var m Model
	if err := src.Unmarshal(&m); err != nil {
		return nil, err
	}
	m = *m.cleaned()
	return &m, errors.Join(m.faults(src)...)
}

// faults are what is wrong with a model as it stands in a file. Later parts of it
// name earlier ones.
func (m *Model) faults(src exercises.Source) []error {
	r := reading{src: src, zones: map[string]bool{}, parts: map[string]bool{}, places: map[string]bool{"": true}, assets: map[string]bool{"": true}}
	if !r.readable(m) {
		return r.errs
	}
	r.system(m)
	r.assetsOf(m)
	r.threats(m)
	r.looked(m)
	return r.errs
}

// A reading collects the faults of a model, and the ids that its parts may name.
type reading struct {
	src  exercises.Source
	errs []error

	zones, parts, places, assets map[string]bool
}

func (r *reading) bad(at, format string, args ...any) {
	r.errs = append(r.errs, r.src.Fault(at, format, args...))
}

// word wants one of some words, or none.
func (r *reading) word(at, what, w string, words []string) {
	if w != "" && !known(words, w) {
		r.bad(at, "%s is %q; use one of: %s", what, w, strings.Join(words, ", "))
	}
}

// ids wants every id of a list to be there and to be its own.
func (r *reading) ids() func(at, what, id string) {
	seen := map[string]bool{}
	return func(at, what, id string) {
		if id == "" || seen[id] {
			r.bad(at, "%s needs an id of its own, and %q is empty or taken", what, id)
		}
		seen[id] = true
	}
}

// readable reports whether the program knows the format, and can hold what is in it.
func (r *reading) readable(m *Model) bool {
	if m.Version < 1 || m.Version > Version {
		r.bad("$.threatlings", "the format is %d and this program knows 1 to %d; a newer program can read it", m.Version, Version)
		return false
	}
	for name, n := range map[string]int{"zones": len(m.Zones), "components": len(m.Components), "flows": len(m.Flows), "assets": len(m.Assets), "threats": len(m.Threats), "scope": len(m.Scope), "assumptions": len(m.Assumptions), "questions": len(m.Questions), "looked": len(m.Looked)} {
		if n > MaxEntries {
			r.bad("$."+name, "there are %d %s; %d are the most", n, name, MaxEntries)
			return false
		}
	}
	return true
}

// system looks at the zones, the components and the flows between them.
func (r *reading) system(m *Model) {
	newID := r.ids()
	for i, z := range m.Zones {
		newID(fmt.Sprintf("$.zones[%d].id", i), "a zone", z.ID)
		r.zones[z.ID] = true
	}
	newID = r.ids()
	for i, c := range m.Components {
		at := fmt.Sprintf("$.components[%d]", i)
		newID(at+".id", "a component", c.ID)
		r.parts[c.ID], r.places[c.ID] = true, true
		if isNumber(c.ID) {
			r.bad(at+".id", "a component cannot be called %s: numbers are flows", c.ID)
		}
		if !known(Kinds, c.Kind) {
			r.bad(at+".kind", "kind is %q; use one of: %s", c.Kind, strings.Join(Kinds, ", "))
		}
		if !r.zones[c.Zone] {
			r.bad(at+".zone", "zone is %q, which is not in the list of zones", c.Zone)
		}
	}
	newID = r.ids()
	for i, f := range m.Flows {
		at := fmt.Sprintf("$.flows[%d]", i)
		newID(at+".n", "a flow", fmt.Sprint(f.N))
		r.places[fmt.Sprint(f.N)] = true
		if f.N < 1 || f.N > 9999 {
			r.bad(at+".n", "a flow's number is from 1 to 9999, not %d", f.N)
		}
		if !r.parts[f.From] || !r.parts[f.To] {
			r.bad(at, "flow %d goes from %q to %q, and one of them is not in the list of components", f.N, f.From, f.To)
		}
	}
}

func (r *reading) assetsOf(m *Model) {
	newID := r.ids()
	for i, a := range m.Assets {
		at := fmt.Sprintf("$.assets[%d]", i)
		newID(at+".id", "an asset", a.ID)
		r.word(at+".class", "class", a.Class, Classes)
		r.assets[a.ID] = true
	}
}

func (r *reading) threats(m *Model) {
	newID := r.ids()
	letters := strings.Split(grading.Letters, "")
	for i, t := range m.Threats {
		at := fmt.Sprintf("$.threats[%d]", i)
		newID(at+".id", "a threat", t.ID)
		r.word(at+".letter", "letter", t.Letter, letters)
		r.word(at+".decision", "decision", t.Decision, Decisions)
		r.word(at+".when", "when", t.When, Times)
		if !r.places[t.Place] {
			r.bad(at+".place", "place is %q, which is no component and no flow", t.Place)
		}
		if !r.assets[t.Asset] {
			r.bad(at+".asset", "asset is %q, which is not in the list of assets", t.Asset)
		}
		if t.Likelihood < 0 || t.Likelihood > 3 || t.Impact < 0 || t.Impact > 3 {
			r.bad(at, "likelihood and impact are from 1 to 3")
		}
		if t.Date != "" && !IsDate(t.Date) {
			r.bad(at+".date", "date is %q; write it as 2027-01-31", t.Date)
		}
	}
}

// looked wants the squares at which somebody looked to be on the grid.
func (r *reading) looked(m *Model) {
	for i, l := range m.Looked {
		if l.Place == "" || !r.places[l.Place] || strings.Trim(l.Letters, grading.Letters) != "" {
			r.bad(fmt.Sprintf("$.looked[%d]", i), "looked names the place %q and the letters %q; one of them is unknown", l.Place, l.Letters)
		}
	}
}

// IsDate reports whether s is a day written as 2027-01-31.
func IsDate(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil }

// cleaned is the model without what must not reach a screen or a file.
func (m *Model) cleaned() *Model {
	c := m.Clone()
	line := func(s ...*string) {
		for _, p := range s {
			*p = exercises.CleanLine(*p)
		}
	}
	text := func(s ...*string) {
		for _, p := range s {
			lines := strings.Split(exercises.Clean(*p), "\n")
			for i, l := range lines {
				lines[i] = strings.TrimRight(l, " ")
			}
			*p = strings.TrimSpace(strings.Join(lines, "\n"))
		}
	}
	line(&c.Title, &c.Practice, &c.Document, &c.Team.Facilitator, &c.Team.Owner, &c.Team.Scribe, &c.Team.Attackers)
	text(&c.Feature, &c.Review)
	for i := range c.Zones {
		z := &c.Zones[i]
		line(&z.ID, &z.Name)
	}
	for i := range c.Components {
		p := &c.Components[i]
		line(&p.ID, &p.Name, &p.Kind, &p.Zone)
		text(&p.About)
	}
	for i := range c.Flows {
		f := &c.Flows[i]
		line(&f.From, &f.To, &f.Protocol, &f.Carries)
	}
	for i := range c.Assets {
		a := &c.Assets[i]
		line(&a.ID, &a.Name, &a.Class, &a.Owner)
	}
	for i := range c.Scope {
		line(&c.Scope[i].What, &c.Scope[i].Why)
	}
	for i := range c.Assumptions {
		line(&c.Assumptions[i].Text, &c.Assumptions[i].Who)
	}
	for i := range c.Threats {
		t := &c.Threats[i]
		line(&t.ID, &t.Letter, &t.Place, &t.Asset, &t.Decision, &t.Owner, &t.When, &t.Date)
		text(&t.Text, &t.Plan, &t.Reason)
	}
	for i := range c.Looked {
		line(&c.Looked[i].Place, &c.Looked[i].Letters)
	}
	for i := range c.Questions {
		line(&c.Questions[i].Text, &c.Questions[i].Who)
	}
	return c
}

// equal compares two models as they are written down.
func equal(a, b *Model) bool {
	x, err := yaml.MarshalWithOptions(a, yaml.JSON())
	y, err2 := yaml.MarshalWithOptions(b, yaml.JSON())
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

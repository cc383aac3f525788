// Package scenarios holds the fake features that the course practises on, and
// the types that read them: a design document, its system and its answer key.
//
// A scenario is a folder scenarios/<id> of the course's content:
//
//	design.md     the document that the learner reads
//	system.yaml   components, trust zones and numbered flows
//	diagram.txt   the system drawn in text (see the command draw)
//	diagram.map   for each cell of the drawing the place that stands there
//	key.yaml      what the author knows of it (optional; see package grading)
package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

//go:generate go run ./draw billing add-user-api pulse-surveys report-links ship-it

// FS holds the scenarios that the program ships, one folder each.
//
//go:embed */design.md */system.yaml */key.yaml */diagram.txt */diagram.map
var FS embed.FS

// A Scenario is one fake feature. It is immutable after Load.
type Scenario struct {
	ID       string
	System   *System
	Document string   // design.md, without the key's knowledge
	Diagram  *Diagram // never nil; empty when the folder has none
	dir      string
	fsys     fs.FS
}

// A System is what the diagram shows.
type System struct {
	ID         string      `yaml:"id"`
	Title      string      `yaml:"title"`
	Summary    string      `yaml:"summary"`
	Zones      []Zone      `yaml:"zones"`
	Components []Component `yaml:"components"`
	Flows      []Flow      `yaml:"flows"`
}

// A Zone is an area within which things trust each other.
type Zone struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// A Component is a box of the diagram.
type Component struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	Kind  string `yaml:"kind"` // actor, process, store or external
	Zone  string `yaml:"zone"`
	About string `yaml:"about"`
}

// A Flow is a numbered arrow of the diagram.
type Flow struct {
	N        int      `yaml:"n"`
	From     string   `yaml:"from"`
	To       string   `yaml:"to"`
	Both     bool     `yaml:"both"` // data goes both ways
	Protocol string   `yaml:"protocol"`
	Carries  []string `yaml:"carries"`
	About    string   `yaml:"about"`
}

// A Place is where a threat can be: a flow or a component.
type Place struct {
	ID       string // the flow's number, or the component's id
	Name     string // "Gateway API → Billing Service", or the component's name
	About    string
	Protocol string   // of a flow
	Carries  []string // of a flow
	Crosses  string   // the trust boundary that a flow crosses, in words; "" when it crosses none
	Flow     bool
	Cell     rune // its letter or digit in diagram.map
}

// Load reads a scenario from the course's content. Its faults are
// *exercises.Fault, joined.
func Load(fsys fs.FS, id string) (*Scenario, error) {
	if !fs.ValidPath(id) || strings.Contains(id, "/") || id == "." {
		return nil, fmt.Errorf("%q is not the name of a scenario folder", id)
	}
	s := &Scenario{ID: id, dir: path.Join("scenarios", id), fsys: fsys}
	var sys System
	if err := s.decode("system.yaml", &sys); err != nil {
		return nil, err
	}
	s.System = &sys
	doc, err := fs.ReadFile(fsys, s.File("design.md"))
	if err != nil {
		return nil, &exercises.Fault{File: s.File("design.md"), What: "the design document is missing; write it, or remove the folder"}
	}
	s.Document = string(doc)
	if s.Diagram, err = s.loadDiagram(); err != nil {
		return nil, err
	}
	return s, errors.Join(s.systemFaults()...)
}

// File is the path of one of the scenario's files in the course's content.
func (s *Scenario) File(name string) string { return path.Join(s.dir, name) }

// Key reads the answer key. The key is large: it is read when it is needed.
func (s *Scenario) Key() (*grading.Key, error) {
	var k grading.Key
	if err := s.decode("key.yaml", &k); err != nil {
		return nil, err
	}
	k.Document = s.Document
	return &k, nil
}

// ReadSystem reads a system.yaml by itself, without the rest of a scenario: for
// the command that draws the diagram of a folder that has none yet.
func ReadSystem(fsys fs.FS, name string) (*System, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	var sys System
	if err := (exercises.Source{YAML: b, File: name, Line: 1, FS: fsys}).Unmarshal(&sys); err != nil {
		return nil, err
	}
	return &sys, nil
}

func (s *Scenario) decode(name string, v any) error {
	src, err := s.source(name)
	if err != nil {
		return err
	}
	return src.Unmarshal(v)
}

func (s *Scenario) source(name string) (exercises.Source, error) {
	b, err := fs.ReadFile(s.fsys, s.File(name))
	if err != nil {
		return exercises.Source{}, &exercises.Fault{File: s.File(name), What: "the file cannot be read: " + err.Error()}
	}
	return exercises.Source{YAML: b, File: s.File(name), Line: 1, FS: s.fsys}, nil
}

// Component returns the component with the id.
func (sys *System) Component(id string) (Component, bool) {
	for _, c := range sys.Components {
		if c.ID == id {
			return c, true
		}
	}
	return Component{}, false
}

// ZoneName is the name of a zone, or the id where there is none.
func (sys *System) ZoneName(id string) string {
	for _, z := range sys.Zones {
		if z.ID == id {
			return z.Name
		}
	}
	return id
}

// Places lists the flows by number and then the components, as a learner
// walks the diagram.
func (sys *System) Places() []Place {
	var out []Place
	for _, f := range sys.Flows {
		from, _ := sys.Component(f.From)
		to, _ := sys.Component(f.To)
		arrow := " → "
		if f.Both {
			arrow = " ↔ "
		}
		p := Place{ID: strconv.Itoa(f.N), Name: from.Name + arrow + to.Name, About: f.About, Protocol: f.Protocol, Carries: f.Carries, Flow: true, Cell: flowCell(f.N)}
		if from.Zone != to.Zone {
			p.Crosses = "from " + sys.ZoneName(from.Zone) + " into " + sys.ZoneName(to.Zone)
		}
		out = append(out, p)
	}
	for i, c := range sys.Components {
		out = append(out, Place{ID: c.ID, Name: c.Name, About: c.About, Cell: componentCell(i)})
	}
	return out
}

// Place returns the place with the id.
func (sys *System) Place(id string) (Place, bool) {
	for _, p := range sys.Places() {
		if p.ID == id {
			return p, true
		}
	}
	return Place{}, false
}

// Cells beyond the digits and letters are of Unicode's private use.
const (
	manyComponents = '\ue000'
	manyFlows      = '\uf000'
)

func flowCell(n int) rune {
	switch {
	case n < 10:
		return '0' + rune(n)
	case n < 36:
		return 'A' + rune(n-10)
	}
	return manyFlows + rune(n%0x800)
}

func componentCell(i int) rune {
	if i < 26 {
		return 'a' + rune(i)
	}
	return manyComponents + rune(i%0x1000)
}

func (s *Scenario) systemFaults() []error {
	src, err := s.source("system.yaml")
	if err != nil {
		return []error{err}
	}
	var errs []error
	bad := func(at, format string, args ...any) { errs = append(errs, src.Fault(at, format, args...)) }
	sys := s.System
	if sys.ID != s.ID {
		bad("$.id", "id is %q but the folder is called %q; make them equal", sys.ID, s.ID)
	}
	if len(sys.Components) > 26 || len(sys.Flows) > 35 {
		bad("$", "a drawing holds at most 26 components and 35 flows; split the system")
		return errs
	}
	zones, ids := map[string]bool{}, map[string]bool{}
	for _, z := range sys.Zones {
		zones[z.ID] = true
	}
	for i, c := range sys.Components {
		at := fmt.Sprintf("$.components[%d]", i)
		switch {
		case c.ID == "" || c.Name == "":
			bad(at, "a component needs an id and a name")
		case ids[c.ID]:
			bad(at, "there are two components %q; rename one", c.ID)
		case !zones[c.Zone]:
			bad(at+".zone", "component %q stands in zone %q, which is not in the list of zones", c.ID, c.Zone)
		case c.Kind != "actor" && c.Kind != "process" && c.Kind != "store" && c.Kind != "external":
			bad(at+".kind", "kind is %q; use actor, process, store or external", c.Kind)
		}
		ids[c.ID] = true
	}
	for i, f := range sys.Flows {
		at := fmt.Sprintf("$.flows[%d]", i)
		if f.N != i+1 {
			bad(at+".n", "flow number %d stands in place %d; number the flows 1, 2, 3 … in order", f.N, i+1)
		}
		if !ids[f.From] || !ids[f.To] {
			bad(at, "flow %d goes from %q to %q and one of them is no component", f.N, f.From, f.To)
		}
	}
	return errs
}

// Package course puts lessons, exercises and progress together: what the
// course is, whether its content is sound, and one learner's way through it.
//
// It draws nothing. Every face (screens, lines, a server, a script) goes
// through a Session, so that there is one truth.
package course

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"
	"sync"

	"edu/threatlings/exercises"
	"edu/threatlings/lessons"
)

// A Course is loaded content. It is immutable and shared by all sessions.
type Course struct {
	ID      string
	Title   string
	Version int
	Modules []*Module

	fsys    fs.FS
	decoder exercises.Decoder
	steps   map[string]*Step
	items   map[string]*Item
	digest  func() string
	// Both are read when they are first needed.
	glossary func() []lessons.Term
	findable func() []found
	terms    sync.Map  // of a text: TermsIn
	keyed    *sync.Map // of a scenario: Keyed
}

// A Module is a part of the course.
type Module struct {
	ID      string
	Title   string
	Summary string
	Minutes string
	Able    []string
	Steps   []*Step
}

// A Step is a lesson in its place, or one that is still to be written.
type Step struct {
	ID         string // the lesson's; "" when it is coming
	Title      string
	About      string
	Minutes    int
	Objectives []string
	Sources    []string
	Optional   bool   // offered, never proposed and not counted: a test-out
	Notes      string // for whoever leads a group
	Coming     bool
	Module     *Module
	File       string
	Pages      []Page
	Sitting    Sitting // nil for a lesson
}

// A Page is text, or one exercise.
type Page struct {
	Markdown string
	Line     int
	Item     *Item

	text func() string
}

// Text is the page's text as it is now; "" for an exercise. Only the text of a
// page of a sitting ever changes.
func (p Page) Text() string {
	if p.text != nil {
		return p.text()
	}
	return p.Markdown
}

// An Item is an exercise in its place. It is decoded when it is first needed.
type Item struct {
	ID      string
	Title   string
	Kind    string
	Version string // of the content: changes when a word changes
	Step    *Step
	Page    int

	decode func() (exercises.Exercise, error)
}

// Exercise decodes the exercise, once.
func (it *Item) Exercise() (exercises.Exercise, error) { return it.decode() }

// Load reads the course from its content, which holds the folders lessons and
// scenarios. Exercises are decoded when they are needed: Check looks at all.
// Faults are *lessons.Fault and *exercises.Fault, joined.
func Load(fsys fs.FS, decoder exercises.Decoder) (*Course, error) {
	const root = "lessons"
	file := path.Join(root, "README.md")
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("reading the syllabus: %w", err)
	}
	syl, err := lessons.ParseSyllabus(file, text)
	if err != nil {
		return nil, err
	}
	c := &Course{
		ID: syl.ID, Title: syl.Title, Version: syl.Version,
		fsys: fsys, decoder: decoder,
		steps: map[string]*Step{}, items: map[string]*Item{},
	}
	c.glossary = sync.OnceValue(func() []lessons.Term {
		terms, err := readGlossary(fsys)
		if err != nil {
			return nil // Check reports it
		}
		return terms
	})
	c.findable = sync.OnceValue(c.readFindable)
	c.keyed = &sync.Map{}
	c.digest = sync.OnceValue(func() string { return digest(fsys) })
	var errs []error
	parsed := parseLessons(fsys, root, syl)
	for _, m := range syl.Modules {
		mod := &Module{ID: m.ID, Title: m.Title, Summary: m.Summary, Minutes: m.Minutes, Able: m.Able}
		c.Modules = append(c.Modules, mod)
		for _, e := range m.Entries {
			step := &Step{Title: e.Title, About: e.About, Module: mod, Coming: e.Path == ""}
			mod.Steps = append(mod.Steps, step)
			if step.Coming {
				continue
			}
			step.File = path.Join(root, e.Path)
			switch p := parsed[e.Path]; {
			case p.unread:
				errs = append(errs, &lessons.Fault{File: file, Line: e.Line, What: fmt.Sprintf("the lesson %q cannot be read; write it, or take the link away", e.Path)})
			case p.err != nil:
				errs = append(errs, p.err)
			default:
				errs = append(errs, c.addLesson(step, p.lesson))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

type parsedLesson struct {
	lesson *lessons.Lesson
	unread bool
	err    error
}

// parseLessons reads all lessons of a syllabus at once, on all processors: every
// start waits for it.
func parseLessons(fsys fs.FS, root string, syl *lessons.Syllabus) map[string]*parsedLesson {
	out := map[string]*parsedLesson{}
	var wg sync.WaitGroup
	for _, m := range syl.Modules {
		for _, e := range m.Entries {
			if e.Path == "" || out[e.Path] != nil {
				continue
			}
			p := &parsedLesson{}
			out[e.Path] = p
			wg.Go(func() {
				name := path.Join(root, e.Path)
				text, err := fs.ReadFile(fsys, name)
				if p.unread = err != nil; !p.unread {
					p.lesson, p.err = lessons.ParseLesson(name, text)
				}
			})
		}
	}
	wg.Wait()
	return out
}

func (c *Course) addLesson(step *Step, l *lessons.Lesson) error {
	step.ID, step.Title, step.Minutes, step.Objectives, step.Sources = l.ID, l.Title, l.Minutes, l.Objectives, l.Sources
	step.Optional, step.Notes = l.Optional, l.Notes
	var errs []error
	if other, ok := c.steps[step.ID]; ok {
		errs = append(errs, &lessons.Fault{File: step.File, Line: 2, What: fmt.Sprintf("the id %q is taken by %s; choose another", step.ID, other.File)})
	}
	c.steps[step.ID] = step
	for i, p := range l.Pages {
		page := Page{Markdown: p.Markdown, Line: p.Line}
		if p.Fence != nil {
			it, err := c.newItem(step, i, p.Fence)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			page.Item = it
		}
		step.Pages = append(step.Pages, page)
	}
	return errors.Join(errs...)
}

// The id and the title are read without decoding, so that opening the course
// costs no more than the first screen shows. Check compares them.
var (
	idLine    = regexp.MustCompile(`(?m)^id:[ \t]*["']?([a-z0-9][a-z0-9.-]*)["']?[ \t]*(?:#.*)?$`)
	titleLine = regexp.MustCompile(`(?m)^title:[ \t]*(.+)$`)
)

func (c *Course) newItem(step *Step, page int, f *lessons.Fence) (*Item, error) {
	g := idLine.FindSubmatch(f.YAML)
	if g == nil {
		return nil, &lessons.Fault{File: step.File, Line: f.Line, What: "the exercise has no id; write id: and lower-case letters, digits, dots and hyphens, and never change it"}
	}
	id := string(g[1])
	if other, ok := c.items[id]; ok {
		return nil, &lessons.Fault{File: step.File, Line: f.Line, What: fmt.Sprintf("the exercise id %q is taken in %s; choose another", id, other.Step.File)}
	}
	it := &Item{ID: id, Title: id, Kind: f.Kind, Step: step, Page: page}
	if t := titleLine.FindSubmatch(f.YAML); t != nil {
		it.Title = strings.Trim(strings.TrimSpace(string(t[1])), `"'`)
	}
	sum := sha256.Sum256(append([]byte(f.Kind+"\n"), f.YAML...))
	it.Version = hex.EncodeToString(sum[:6])
	src := exercises.Source{Kind: f.Kind, YAML: f.YAML, File: step.File, Line: f.Line, FS: c.fsys}
	it.decode = sync.OnceValues(func() (exercises.Exercise, error) {
		ex, err := c.decoder.Decode(src)
		if err != nil {
			return nil, err
		}
		ex.About().Kind = f.Kind
		if s, ok := ex.(exercises.Sibling); ok {
			s.Meet(func() []exercises.Exercise { return c.ofKind(f.Kind) })
		}
		return ex, nil
	})
	c.items[id] = it
	return it, nil
}

// ofKind are all exercises of a kind. One that cannot be read is left out; Check
// reports it.
func (c *Course) ofKind(kind string) []exercises.Exercise {
	var out []exercises.Exercise
	for _, st := range c.Steps() {
		for _, it := range st.Items() {
			if it.Kind != kind {
				continue
			}
			if ex, err := it.Exercise(); err == nil {
				out = append(out, ex)
			}
		}
	}
	return out
}

// Step returns the lesson with the id.
func (c *Course) Step(id string) (*Step, bool) { s, ok := c.steps[id]; return s, ok }

// Item returns the exercise with the id.
func (c *Course) Item(id string) (*Item, bool) { it, ok := c.items[id]; return it, ok }

// Steps lists every lesson that is written, in order.
func (c *Course) Steps() []*Step {
	var out []*Step
	for _, m := range c.Modules {
		for _, s := range m.Steps {
			if !s.Coming {
				out = append(out, s)
			}
		}
	}
	return out
}

// Items lists the exercises of a step, in order.
func (s *Step) Items() []*Item {
	var out []*Item
	for _, p := range s.Pages {
		if p.Item != nil {
			out = append(out, p.Item)
		}
	}
	return out
}

// After is the next written lesson, or nil at the end. Optional ones are passed
// over: their part's list offers them.
func (c *Course) After(s *Step) *Step {
	steps := c.Steps()
	for i, st := range steps {
		if st != s {
			continue
		}
		for _, next := range steps[i+1:] {
			if !next.Optional {
				return next
			}
		}
	}
	return nil
}

// Before is the written lesson before one, or nil at the beginning: it undoes After.
func (c *Course) Before(s *Step) *Step {
	var before *Step
	for _, st := range c.Steps() {
		if st == s {
			return before
		}
		if !st.Optional {
			before = st
		}
	}
	return nil
}

// Digest is the SHA-256 of the course's content: what a record says was taught.
func (c *Course) Digest() string { return c.digest() }

func digest(fsys fs.FS) string {
	var files []string
	// An unreadable file changes the digest by its absence, which is what a digest is for.
	_ = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, p)
		}
		return nil
	})
	sort.Strings(files)
	h := sha256.New()
	for _, f := range files {
		b, err := fs.ReadFile(fsys, f)
		if err != nil {
			continue
		}
		fmt.Fprintf(h, "%s %d\n", f, len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))
}

package course

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/scenarios"
	"edu/threatlings/exercises/threatmodel"
)

// Live opens threat models: it joins their files with what the course knows of
// asking, of times, and of its practice features.
type Live struct {
	Folder *threatmodel.Folder
	// At is the file in which a new model is kept; "" chooses one in the folder.
	At     string
	course *Course
	guide  func() (*threatmodel.Guide, error)
}

// Scenario reads one of the course's scenarios.
func (c *Course) Scenario(id string) (*scenarios.Scenario, error) { return scenarios.Load(c.fsys, id) }

// Live makes a Live of the course and the models in a folder.
func (c *Course) Live(f *threatmodel.Folder) *Live {
	return &Live{Folder: f, course: c, guide: sync.OnceValues(func() (*threatmodel.Guide, error) { return threatmodel.LoadGuide(c.fsys) })}
}

// Guide is the course's questions and times.
func (l *Live) Guide() (*threatmodel.Guide, error) { return l.guide() }

// A Practice is a feature that ships with the course.
type Practice struct{ ID, Title, Summary string }

// Practices are the features to practise on.
func (l *Live) Practices() ([]Practice, error) {
	g, err := l.Guide()
	if err != nil {
		return nil, err
	}
	_, err = fs.Stat(l.course.fsys, threatmodel.Dir+"/policy.yaml")
	own := err == nil
	var out []Practice
	for _, id := range g.Practice() {
		if _, err := fs.Stat(l.course.fsys, "scenarios/"+id); err != nil && !own {
			continue // a course of its own, without the program's features
		}
		s, err := scenarios.Load(l.course.fsys, id)
		if err != nil {
			return nil, fmt.Errorf("the practice feature %s (named in %s/policy.yaml): %w", id, threatmodel.Dir, err)
		}
		out = append(out, Practice{id, s.System.Title, s.System.Summary})
	}
	return out, nil
}

// A Workshop is a threat model that is open, with what belongs to it. Close it
// with Live.Close.
type Workshop struct {
	File     *threatmodel.File
	Model    *threatmodel.Model
	Guide    *threatmodel.Guide
	Document string             // the design document; "" for none
	Drawing  *scenarios.Diagram // of a practice feature; nil for others
	Key      func() (*grading.Key, error)
	Notices  []string                        // what the person should know, a sentence each
	Name     func(*threatmodel.Model) string // how a command line names it when it is closed
}

// Open opens a model by its name in the folder, or by a path.
func (l *Live) Open(name string) (*Workshop, error) {
	f, m, err := l.Folder.Open(l.Folder.Path(name))
	if err != nil {
		return nil, err
	}
	return l.workshop(f, m)
}

// OpenLastGood is Open from the last good state of the file.
func (l *Live) OpenLastGood(name string) (*Workshop, error) {
	f, m, aside, err := l.Folder.OpenLastGood(l.Folder.Path(name))
	if err != nil {
		return nil, err
	}
	w, err := l.workshop(f, m)
	if err == nil && aside != "" {
		w.Notices = append(w.Notices, "This is the last good state. What the file held is in "+aside+".")
	}
	return w, err
}

// Start begins a new model of a feature of one's own.
func (l *Live) Start() (*Workshop, error) { return l.create(threatmodel.New(threatmodel.Nameless)) }

// Close lets a model go and returns the path of its file, which may be named
// after the model's title now.
func (l *Live) Close(w *Workshop) (string, error) { return l.Folder.CloseAs(w.File, w.Model) }

// OpenDocument opens the model of a design document, the one that was saved last
// where there are several. A document that has none yet gets one in the folder.
func (l *Live) OpenDocument(path string) (*Workshop, error) {
	text, err := threatmodel.ReadText(path)
	if err != nil {
		return nil, err
	}
	own, err := l.Folder.Of(path)
	if err != nil {
		return nil, err
	}
	if len(own) > 0 {
		w, err := l.Open(own[0].Path)
		if err == nil && len(own) > 1 {
			w.Notices = append(w.Notices, fmt.Sprintf("%s has %d models; this is the one that was saved last.", filepath.Base(path), len(own)))
		}
		return w, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the design document: %w", err)
	}
	m := threatmodel.New(headline(text, filepath.Base(path)))
	m.Document = abs
	return l.create(m)
}

// headline is the first heading of a document, or the name of its file.
func headline(md, file string) string {
	for line := range strings.Lines(md) {
		if t, ok := strings.CutPrefix(line, "# "); ok && strings.TrimSpace(t) != "" {
			return threatmodel.Shorten(exercises.Inline(t), 60)
		}
	}
	return strings.TrimSuffix(file, filepath.Ext(file))
}

// StartPractice begins a new model of a practice feature.
func (l *Live) StartPractice(id string) (*Workshop, error) {
	s, err := scenarios.Load(l.course.fsys, id)
	if err != nil {
		return nil, err
	}
	return l.create(threatmodel.FromScenario(s))
}

func (l *Live) create(m *threatmodel.Model) (*Workshop, error) {
	create := l.Folder.Create
	if l.At != "" {
		create = func(m *threatmodel.Model) (*threatmodel.File, error) { return l.Folder.CreateAt(l.At, m) }
	}
	f, err := create(m)
	if err != nil {
		return nil, err
	}
	return l.workshop(f, m)
}

func (l *Live) workshop(f *threatmodel.File, m *threatmodel.Model) (w *Workshop, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	w = &Workshop{File: f, Model: m, Name: func(m *threatmodel.Model) string {
		path := l.Folder.PathAs(f, m)
		if name := strings.TrimSuffix(filepath.Base(path), ".yaml"); l.Folder.Path(name) == path {
			return name
		}
		return path
	}}
	if w.Guide, err = l.Guide(); err != nil {
		return nil, err
	}
	if m.Practice != "" {
		s, err := scenarios.Load(l.course.fsys, m.Practice)
		if err != nil { // an organisation's feature on somebody else's computer
			w.Notices = append(w.Notices, fmt.Sprintf("The practice feature %q is not in this course, so there is no document and nothing to compare with.", m.Practice))
			return w, nil
		}
		w.Document, w.Key = s.Document, s.Key
		if threatmodel.FromScenario(s).SameSystem(m) {
			w.Drawing = s.Diagram
		}
		return w, nil
	}
	doc, later, docErr := f.ReadDocument(m)
	switch {
	case docErr != nil:
		w.Notices = append(w.Notices, docErr.Error())
	case later:
		w.Notices = append(w.Notices, filepath.Base(m.Document)+" was written after you last worked here. Read it again.")
	}
	w.Document = doc
	return w, nil
}

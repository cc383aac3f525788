// Package lessons holds the course's text and reads it: a syllabus
// (README.md) and one Markdown file a lesson, with exercises in fences.
//
// It knows what an exercise fence is, and not what stands in it.
package lessons

import (
	"embed"
	"fmt"
)

// FS holds the text that the program ships. README.md is the syllabus.
//
//go:embed README.md glossary.md introduction foundations live
var FS embed.FS

// A Syllabus names every lesson of a course, in order.
type Syllabus struct {
	ID      string
	Title   string
	Version int // raised by the author when the course changes in substance
	Modules []Module
}

// A Module is a part of the course.
type Module struct {
	ID      string // "part-1", by its place in the syllabus
	Title   string // "Part 1 · Introduction to threat modeling"
	Summary string
	Minutes string   // "About 60 minutes", as the author wrote it
	Able    []string // what a learner can do afterwards
	Entries []Entry
}

// An Entry is one line of a module's list: a lesson, or one still to be written.
type Entry struct {
	Title string
	About string // one line
	Path  string // relative to the syllabus; "" when the lesson is coming
	Line  int
}

// A Lesson is one file.
type Lesson struct {
	ID         string
	Title      string
	Minutes    int // reading and exercises, for a newcomer
	Objectives []string
	Sources    []string // where its facts and figures come from
	Optional   bool     // offered, never proposed: a test-out
	Notes      string   // for whoever leads a group
	File       string
	Pages      []Page
}

// A Page is what is read at a time: either text or one exercise.
type Page struct {
	Markdown string
	Line     int    // of the file, from 1
	Fence    *Fence // an exercise; Markdown is "" then
}

// A Fence is an exercise as its author wrote it.
type Fence struct {
	Kind string
	YAML []byte
	Line int // line of the file on which YAML begins
}

// A Fault is something wrong in the text, with its place and its remedy.
type Fault struct {
	File string
	Line int
	What string
}

func (f *Fault) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What) }

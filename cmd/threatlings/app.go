package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"edu/threatlings/course"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/progress"
)

// app is what every command needs: the streams and the flags that all share.
type app struct {
	in       *os.File
	out, err *os.File
	getenv   func(string) string

	courseDir string
	dataDir   string
	plain     bool
	noColour  bool
	noMotion  bool
	noMouse   bool
	readOnly  bool
}

// folders are the places where the program keeps things.
type folders struct {
	Config string `json:"config"` // settings.yaml
	Data   string `json:"data"`   // progress: the log and the drafts
}

func (a *app) folders() folders {
	f := folders{Config: filepath.Join(xdg.ConfigHome, "threatlings"), Data: filepath.Join(xdg.DataHome, "threatlings")}
	if a.dataDir != "" {
		f.Data = a.dataDir
	}
	return f
}

func (f folders) settingsFile() string { return filepath.Join(f.Config, "settings.yaml") }

// settings reads what the person chose. A file that cannot be read or
// understood is no reason not to start: the notice says what to mend.
func (a *app) settings() (s course.Settings, notice string) {
	file := a.folders().settingsFile()
	s, err := course.ReadSettings(file)
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, course.ErrSettings):
		notice = fmt.Sprintf("Your settings in %s are not understood, so the usual ones are used. Correct the file or delete it.", file)
	default:
		notice = fmt.Sprintf("Your settings in %s cannot be read (%v), so the usual ones are used.", file, errors.Unwrap(errors.Unwrap(err)))
	}
	s.NoMotion = s.NoMotion || a.noMotion
	s.NoMouse = s.NoMouse || a.noMouse
	if a.courseDir == "" {
		a.courseDir = s.Course
	}
	return s, notice
}

// saveSettings replaces the file as a whole, so that a crash leaves the old one.
func (a *app) saveSettings(s course.Settings) error {
	f := a.folders()
	if err := os.MkdirAll(f.Config, 0o700); err != nil {
		return fmt.Errorf("making the folder for settings: %w", err)
	}
	return course.WriteSettings(f.settingsFile(), s)
}

// content is the shipped course, with an organisation's folder in front of it
// when there is one. Call done at the end.
func (a *app) content() (fsys fs.FS, done func() error, err error) {
	if a.courseDir == "" {
		return course.Embedded(), func() error { return nil }, nil
	}
	own, done, err := course.OpenFolder(a.courseDir)
	if err != nil {
		return nil, nil, fmt.Errorf("%w. Correct the path, or forget it with: threatlings --course ''", err)
	}
	return course.Overlay(own, course.Embedded()), done, nil
}

// load loads the course; its faults are printed as threatlings check prints them.
func (a *app) load(fsys fs.FS) (*course.Course, error) {
	c, err := course.Load(fsys, kinds.Decoder{})
	if err == nil {
		return c, nil
	}
	problems := course.Problems(err)
	a.printProblems(a.err, problems)
	return nil, fmt.Errorf("the course folder %s cannot be used: mend the above, or leave it out with --course ''", a.courseDir)
}

func (a *app) printProblems(w io.Writer, problems []course.Problem) {
	for _, p := range problems {
		fmt.Fprintln(w, clean(p.String()))
	}
}

// opened is a session with what must be closed after it.
type opened struct {
	session  *course.Session
	settings course.Settings
	notices  []string
	close    func() error
}

// open opens the course, the store and the settings.
func (a *app) open(ctx context.Context) (*opened, error) {
	settings, notice := a.settings()
	fsys, done, err := a.content()
	if err != nil {
		return nil, err
	}
	o := &opened{settings: settings}
	if notice != "" {
		o.notices = append(o.notices, notice)
	}
	// Both wait for the disk or the processor; together they wait once.
	var store *progress.File
	var notices []string
	var storeErr error
	opening := make(chan struct{})
	go func() {
		defer close(opening)
		store, notices, storeErr = progress.OpenFile(a.folders().Data, progress.Options{ReadOnly: a.readOnly})
	}()
	c, err := a.load(fsys)
	<-opening
	switch {
	case err != nil && storeErr == nil:
		return nil, errors.Join(err, store.Close(), done())
	case err != nil || storeErr != nil:
		return nil, errors.Join(err, storeErr, done())
	}
	o.notices = append(o.notices, notices...)
	o.close = func() error { return errors.Join(store.Close(), done()) }
	if o.session, err = course.NewSession(ctx, c, store); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

// say prints a text, broken between words where a terminal would break it anywhere.
func (a *app) say(text string) {
	if w, _, err := term.GetSize(int(a.out.Fd())); err == nil && w > 0 {
		text = broken(text, w)
	}
	fmt.Fprintln(a.out, text)
}

// broken is a text in lines of at most width columns, where its words allow it. It
// never breaks at a hyphen: commands are full of them.
func broken(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		var b strings.Builder
		at := 0
		for k, word := range strings.Split(l, " ") {
			w := ansi.StringWidth(word)
			switch {
			case k > 0 && at+1+w > width:
				b.WriteByte('\n')
				at = 0
			case k > 0:
				b.WriteByte(' ')
				at++
			}
			b.WriteString(word)
			at += w
		}
		lines[i] = b.String()
	}
	return strings.Join(lines, "\n")
}

// lineMode reports whether the course is held line by line.
func (a *app) lineMode() bool {
	return a.plain || a.getenv("ACCESSIBLE") != "" || a.getenv("TERM") == "dumb" ||
		!term.IsTerminal(int(a.in.Fd())) || !term.IsTerminal(int(a.out.Fd()))
}

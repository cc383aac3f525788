package course

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/scenarios"
	"edu/threatlings/lessons"
)

// ReadingSpeed is the number of words a minute that lesson times are reckoned
// with: unhurried reading, also in a second language. A choice of the course,
// not a measurement.
const ReadingSpeed = 200

// A Problem is a fault in the content: what is wrong, where, and how to mend it.
type Problem struct {
	File string
	Line int
	What string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What) }

// Problems flattens an error of Load, Check or a decoder into problems, sorted
// by file and line.
func Problems(err error) []Problem {
	var out []Problem
	var walk func(error)
	walk = func(err error) {
		var lf *lessons.Fault
		var xf *exercises.Fault
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				walk(e)
			}
		} else if errors.As(err, &lf) {
			out = append(out, Problem{lf.File, max(lf.Line, 1), lf.What})
		} else if errors.As(err, &xf) {
			out = append(out, Problem{xf.File, max(xf.Line, 1), xf.What})
		} else if err != nil {
			out = append(out, Problem{"course", 1, err.Error()})
		}
	}
	walk(err)
	sort.SliceStable(out, func(i, k int) bool {
		if out[i].File != out[k].File {
			return out[i].File < out[k].File
		}
		return out[i].Line < out[k].Line
	})
	return out
}

// Check loads the course and looks at everything in it: every exercise is
// decoded, every marked answer is graded, every scenario and its key is read.
// It returns all problems that it finds; none means that the content is sound.
func Check(ctx context.Context, fsys fs.FS, decoder exercises.Decoder) []Problem {
	c, err := Load(fsys, decoder)
	if err != nil {
		return Problems(err)
	}
	var errs []error
	for _, s := range c.Steps() {
		errs = append(errs, checkStep(s)...)
		for _, it := range s.Items() {
			errs = append(errs, checkItem(ctx, it)...)
		}
	}
	errs = append(errs, checkScenarios(fsys)...)
	errs = append(errs, checkOrphans(c)...)
	errs = append(errs, checkGlossary(fsys)...)
	if _, err := c.Live(nil).Practices(); err != nil {
		errs = append(errs, err)
	}
	return Problems(errors.Join(errs...))
}

func checkItem(ctx context.Context, it *Item) []error {
	line := it.Step.Pages[it.Page].Line
	fault := func(format string, args ...any) error {
		return &exercises.Fault{File: it.Step.File, Line: line, What: fmt.Sprintf(format, args...)}
	}
	ex, err := it.Exercise()
	if err != nil {
		return []error{err}
	}
	var errs []error
	if got := ex.About().ID; got != it.ID {
		errs = append(errs, fault("the id reads %q at the start of a line and %q as YAML; write it plainly", it.ID, got))
	}
	for _, s := range ex.Samples() {
		res, err := ex.Grade(ctx, s.Answer)
		switch {
		case err != nil:
			errs = append(errs, fault("exercise %s: %s cannot be graded: %v", it.ID, s.Name, err))
		case s.Full && res.Score < 0.999:
			errs = append(errs, fault("exercise %s: %s must score full marks and scores %.2f; mend the key or the answer", it.ID, s.Name, res.Score))
		case !s.Full && res.Score > 0.999:
			errs = append(errs, fault("exercise %s: %s must not score full marks and does; mend the key or the answer", it.ID, s.Name))
		}
	}
	errs = append(errs, checkText(it.Step.File, line, ex.About().Prompt, ex.About().Explain)...)
	return errs
}

// Reckoned is how many minutes a newcomer needs for the lesson: its words at
// ReadingSpeed, and the minutes that its exercises name.
func (s *Step) Reckoned() int { _, _, need := s.reckon(); return need }

func (s *Step) reckon() (words, tasks, need int) {
	for _, p := range s.Pages {
		if p.Item == nil {
			words += len(strings.Fields(p.Markdown))
		} else if ex, err := p.Item.Exercise(); err == nil {
			tasks += ex.About().Minutes
			words += len(strings.Fields(ex.About().Prompt))
		}
	}
	return words, tasks, tasks + (words+ReadingSpeed-1)/ReadingSpeed
}

// checkStep looks at the text of a lesson and at its promised time.
func checkStep(s *Step) []error {
	var errs []error
	var prose strings.Builder
	for _, p := range s.Pages {
		if p.Item == nil {
			prose.WriteString(p.Markdown + "\n")
			errs = append(errs, checkText(s.File, p.Line, p.Markdown)...)
		}
	}
	words, tasks, need := s.reckon()
	if d := need - s.Minutes; d > 2 || d < -2 {
		errs = append(errs, &lessons.Fault{File: s.File, Line: 1, What: fmt.Sprintf(
			"minutes is %d, but %d words at %d a minute and %d minutes of exercises make %d; correct the number", s.Minutes, words, ReadingSpeed, tasks, need)})
	}
	if g := readingGrade(prose.String()); g > HardestReading {
		errs = append(errs, &lessons.Fault{File: s.File, Line: 1, What: fmt.Sprintf("the lesson reads like school grade %.1f and %d is the most; shorten its sentences, and its words", g, HardestReading)})
	}
	if strings.TrimSpace(s.Notes) == "" {
		errs = append(errs, &lessons.Fault{File: s.File, Line: 1, What: "the lesson has no notes; say to whoever leads a group what to ask, what people usually say, and how long it takes"})
	}
	if s.Sources == nil {
		errs = append(errs, &lessons.Fault{File: s.File, Line: 1, What: "sources is missing; name where each fact and figure comes from, or write [] when there is none"})
	}
	if len(s.Objectives) == 0 {
		errs = append(errs, &lessons.Fault{File: s.File, Line: 1, What: "the lesson has no objectives; say what its reader can do afterwards"})
	}
	return errs
}

// widest is the column beyond which a preformatted line is cut at 60 columns.
const widest = 58

// checkText looks for what does not survive a terminal.
func checkText(file string, line int, texts ...string) []error {
	var errs []error
	for _, text := range texts {
		fenced := false
		for i, l := range strings.Split(text, "\n") {
			at := line + i
			if strings.HasPrefix(l, "```") {
				fenced = !fenced
			}
			if bad := strings.IndexFunc(l, func(r rune) bool { return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) }); bad >= 0 {
				r := []rune(l[bad:])[0]
				errs = append(errs, &lessons.Fault{File: file, Line: at, What: fmt.Sprintf("the invisible character %U; take it out (a tab becomes blanks)", r)})
			}
			if fenced && uniseg.StringWidth(l) > widest {
				errs = append(errs, &lessons.Fault{File: file, Line: at, What: fmt.Sprintf("this line is %d columns wide and at most %d fit a small window; break it", uniseg.StringWidth(l), widest)})
			}
			if strings.Contains(l, "&#") {
				errs = append(errs, &lessons.Fault{File: file, Line: at, What: "a numeric character reference; write the character itself"})
			}
		}
	}
	return errs
}

func checkScenarios(fsys fs.FS) []error {
	dirs, err := fs.ReadDir(fsys, "scenarios")
	if err != nil {
		return []error{fmt.Errorf("reading the folder of scenarios: %w", err)}
	}
	var errs []error
	for _, d := range dirs {
		if d.IsDir() {
			errs = append(errs, scenarios.Check(fsys, d.Name())...)
		}
	}
	return errs
}

func checkGlossary(fsys fs.FS) []error {
	terms, err := readGlossary(fsys)
	if err != nil {
		return []error{err}
	}
	var errs []error
	for _, t := range terms {
		errs = append(errs, checkText(glossaryFile, t.Line, t.Text, t.Example)...)
	}
	return errs
}

// checkOrphans finds lessons that no syllabus names: somebody wrote them in vain.
func checkOrphans(c *Course) []error {
	named := map[string]bool{"lessons/README.md": true, glossaryFile: true}
	for _, s := range c.Steps() {
		named[s.File] = true
	}
	var errs []error
	err := fs.WalkDir(c.fsys, "lessons", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && path.Ext(p) == ".md" && !named[p] {
			errs = append(errs, &lessons.Fault{File: p, Line: 1, What: "no line of the syllabus (lessons/README.md) names this lesson; add one, or remove the file"})
		}
		return nil
	})
	if err != nil {
		errs = append(errs, fmt.Errorf("listing the lessons: %w", err))
	}
	return errs
}

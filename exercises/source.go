package exercises

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml"
)

// A Source is the YAML of one exercise and where it stands, as a lesson holds
// it in a fence.
type Source struct {
	Kind string // the word behind "exercise" in the fence's info string
	YAML []byte // the text of the fence
	File string // for messages
	Line int    // line of File on which YAML begins, from 1
	FS   fs.FS  // the course's content, for exercises that name a scenario
}

// A Decoder makes exercises. Faults are returned as *Fault, joined with
// errors.Join when there are several.
type Decoder interface {
	Decode(Source) (Exercise, error)
}

// A Fault is something wrong in the content, with its place and its remedy.
type Fault struct {
	File string
	Line int // from 1; 0 when the whole file is meant
	What string
}

func (f *Fault) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What) }

// Unmarshal decodes the YAML strictly into v: an unknown or repeated field is
// a *Fault that names file and line.
func (s Source) Unmarshal(v any) error {
	err := s.decode(v)
	if err == nil {
		return nil
	}
	var ye yaml.Error
	if errors.As(err, &ye) && ye.GetToken() != nil && ye.GetToken().Position != nil {
		return &Fault{s.File, s.Line + ye.GetToken().Position.Line - 1, ye.GetMessage()}
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return &Fault{s.File, s.Line, first}
}

// decode turns a panic into an error: the decoder has some for odd YAML, such
// as a list without its opening bracket behind a tag.
func (s Source) decode(v any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("this YAML cannot be understood; look for a bracket or a quote that is missing, and for a stray ! or &")
		}
	}()
	if tooDeep(s.YAML) {
		return errors.New("this YAML is nested too deeply; look for a bracket that is never closed")
	}
	return yaml.NewDecoder(bytes.NewReader(s.YAML), yaml.Strict()).Decode(v)
}

// deepest is how many brackets or list marks may be open at once: the decoder's
// time grows with the square of the depth.
const deepest = 2000

// tooDeep counts without knowing quotes: text has no thousand brackets that are
// never closed.
func tooDeep(b []byte) bool {
	depth, marks := 0, 0
	for i, c := range b {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			marks = 0
		case '-', '?', ':':
			if i+1 < len(b) && (b[i+1] == ' ' || b[i+1] == '\t') {
				marks++
			}
		}
		if depth > deepest || marks > deepest {
			return true
		}
	}
	return false
}

// Fault makes a *Fault at the YAML path, such as "$.options[2].reason"; a path
// that is not there falls back to the nearest parent that is. The message says
// what is wrong and how to mend it.
func (s Source) Fault(path, format string, args ...any) error {
	return &Fault{s.File, s.lineOf(path), fmt.Sprintf(format, args...)}
}

func (s Source) lineOf(path string) int {
	for path != "" && path != "$" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.ReadNode(bytes.NewReader(s.YAML)); err == nil && node != nil && node.GetToken() != nil {
				return s.Line + node.GetToken().Position.Line - 1
			}
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return s.Line
}

// CheckAbout returns the faults of the part that all kinds share.
// hints is the least number of hints that the kind asks for.
func (s Source) CheckAbout(a *About, hints int) []error {
	var errs []error
	need := func(ok bool, path, format string, args ...any) {
		if !ok {
			errs = append(errs, s.Fault(path, format, args...))
		}
	}
	need(a.ID != "", "$.id", "the exercise has no id; give it one that is unique in the course and never change it")
	need(a.Title != "", "$.title", "the exercise has no title; a few words are enough")
	need(strings.TrimSpace(a.Prompt) != "", "$.prompt", "the exercise has no prompt; say what to do")
	need(a.Minutes > 0 && a.Minutes <= 60, "$.minutes", "minutes is %d; say how many minutes a newcomer needs, from 1 to 60", a.Minutes)
	need(len(a.Hints) >= hints, "$.hints", "there are %d hints and this kind needs at least %d, each saying a little more than the one before", len(a.Hints), hints)
	for i, h := range a.Hints {
		need(strings.TrimSpace(h) != "", fmt.Sprintf("$.hints[%d]", i), "hint %d is empty", i+1)
	}
	return errs
}

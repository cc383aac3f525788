package insights

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"edu/threatlings/exercises"
)

// A File is what one file of exported answers holds.
type File struct {
	Course  string // id of the course that the answers are to
	Answers []Answer
	Newer   int // lines of kinds that this program does not know; they were passed over
}

// Read reads a file of exported answers, strictly: an error names the file and
// the line. What kind of line it does not know it passes over, because a newer
// program wrote it. Texts lose their control characters.
func Read(file string, r io.Reader) (File, error) {
	var out File
	name := exercises.CleanLine(file)
	fail := func(line int, format string, args ...any) (File, error) {
		return File{}, fmt.Errorf("%s:%d: "+format, append([]any{name, line}, args...)...)
	}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	n := 0
	for in.Scan() {
		n++
		b := in.Bytes()
		if n == 1 {
			b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		}
		if b = bytes.TrimSpace(b); len(b) == 0 {
			continue
		}
		var kind struct {
			What *string `json:"what"`
		}
		if err := json.Unmarshal(b, &kind); err != nil {
			return fail(n, "this is no line of an export: %w", err)
		}
		switch {
		case kind.What == nil:
			return fail(n, "the line does not say what it is; it was not written by threatlings answers export --all")
		case *kind.What == lineExport:
			var h Head
			if err := strictly(b, &h); err != nil {
				return fail(n, "the head of the export cannot be read: %w", err)
			}
			switch {
			case h.Format != format:
				return fail(n, "the export has the format %d, and this program reads %d; a newer threatlings reads it", h.Format, format)
			case !isID(h.Course):
				return fail(n, "the head of the export names no course")
			case out.Course != "" && out.Course != h.Course:
				return fail(n, "the answers are to the course %q, and those before to %q; read them apart", h.Course, out.Course)
			}
			out.Course = h.Course
		case *kind.What == lineAnswer:
			if out.Course == "" {
				return fail(n, "the export has no head; its first line is missing")
			}
			var a Answer
			if err := strictly(b, &a); err != nil {
				return fail(n, "the answer cannot be read: %w", err)
			}
			if err := a.check(); err != nil {
				return fail(n, "%s", exercises.CleanLine(err.Error()))
			}
			out.Answers = append(out.Answers, a)
		default:
			out.Newer++
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fail(n+1, "the line is longer than %d bytes; no export has such lines", maxLine)
	case err != nil:
		return File{}, fmt.Errorf("reading %s: %w", name, err)
	case out.Course == "":
		return File{}, fmt.Errorf("%s holds no export; make one with: threatlings answers export --all -o FILE", name)
	}
	return out, nil
}

// strictly refuses fields that there are not, and anything behind the object.
func strictly(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something stands behind its end")
	}
	return nil
}

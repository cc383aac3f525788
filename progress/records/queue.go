package records

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"edu/threatlings/exercises/clean"
)

// ErrFull says that a queue takes nothing more. Nothing that it holds is lost, and
// nothing of what was offered is in it.
var ErrFull = errors.New("the queue is full")

// QueueSize is how many statements a queue holds when nothing else is said: some
// years of a learner without a network.
const QueueSize = 10000

const (
	rejectedDir = "rejected"
	sentName    = "sent"
)

// A Queue is a folder with one file for each statement that is yet to be sent, the
// file sent with the ids of those that a store has, and the folder rejected with
// those that a store refused, each with the reason. A statement is written once and
// sent as it was written. Two programs may use one queue at a time: at worst a
// statement is sent twice, and a store takes it once.
type Queue struct {
	dir  string
	size int
}

// OpenQueue opens or makes the queue in dir for size statements; 0 means QueueSize.
func OpenQueue(dir string, size int) (*Queue, error) {
	if size <= 0 {
		size = QueueSize
	}
	if err := os.MkdirAll(filepath.Join(dir, rejectedDir), 0o700); err != nil {
		return nil, fmt.Errorf("making the queue: %w", err)
	}
	return &Queue{dir: dir, size: size}, nil
}

// Add puts statements into the queue, durably, and returns how many were new: those
// that wait already, were sent or were refused are passed over. When not all of the
// new ones have room none is taken, and the error is ErrFull. After another error
// some may be in; adding them again does no harm.
func (q *Queue) Add(statements []Statement) (int, error) {
	known, err := q.sent()
	if err != nil {
		return 0, err
	}
	waiting, err := q.names(q.dir)
	if err != nil {
		return 0, err
	}
	refused, err := q.names(filepath.Join(q.dir, rejectedDir))
	if err != nil {
		return 0, err
	}
	for _, n := range append(refused, waiting...) {
		known[idOf(n)] = true
	}
	var fresh []Statement
	for _, s := range statements {
		id, err := uuid.Parse(s.ID)
		if err != nil || s.ID != id.String() {
			return 0, fmt.Errorf("putting a statement into the queue: %q is no id", s.ID)
		}
		if !known[s.ID] {
			known[s.ID] = true
			fresh = append(fresh, s)
		}
	}
	if len(waiting)+len(fresh) > q.size {
		return 0, fmt.Errorf("%w: it holds %d statements of %d, and %d more do not fit; send some first", ErrFull, len(waiting), q.size, len(fresh))
	}
	for i, s := range fresh {
		// The time stands first, so that names sort as things happened.
		if err := writeFile(q.dir, s.Time.UTC().Format("20060102T150405.000Z")+"_"+s.ID+".json", s.JSON); err != nil {
			return i, fmt.Errorf("putting a statement into the queue: %w", err)
		}
	}
	return len(fresh), nil
}

// Len is how many statements wait.
func (q *Queue) Len() (int, error) {
	names, err := q.names(q.dir)
	return len(names), err
}

// A Rejection is a statement that a store refused, and what the store said.
type Rejection struct{ ID, File, Reason string }

// Rejected lists what stores refused. A statement whose file is moved out of the
// folder counts as new again.
func (q *Queue) Rejected() ([]Rejection, error) {
	dir := filepath.Join(q.dir, rejectedDir)
	names, err := q.names(dir)
	if err != nil {
		return nil, err
	}
	var out []Rejection
	for _, n := range names {
		// The reason is for people: a statement without one is refused all the same.
		why, _ := os.ReadFile(filepath.Join(dir, n+".txt"))
		out = append(out, Rejection{ID: idOf(n), File: filepath.Join(dir, n), Reason: clean.Line(string(why))})
	}
	return out, nil
}

// names lists the files of statements in a folder, the oldest statement first.
func (q *Queue) names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("reading the queue: %w", err)
	}
	var out []string
	for _, e := range entries {
		if e.Type().IsRegular() && idOf(e.Name()) != "" {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// idOf is the id in the name of a statement's file, or "" for another file.
func idOf(name string) string {
	base, ok := strings.CutSuffix(name, ".json")
	_, id, found := strings.Cut(base, "_")
	if _, err := uuid.Parse(id); !ok || !found || err != nil {
		return ""
	}
	return id
}

// item is a statement that waits.
type item struct {
	name string
	body []byte
}

func (q *Queue) waiting() ([]item, error) {
	names, err := q.names(q.dir)
	if err != nil {
		return nil, err
	}
	var out []item
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(q.dir, n))
		if errors.Is(err, fs.ErrNotExist) {
			continue // another program has sent it meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("reading the queue: %w", err)
		}
		out = append(out, item{n, b})
	}
	return out, nil
}

// sent reads the ids of the statements that a store has.
func (q *Queue) sent() (map[string]bool, error) {
	b, err := os.ReadFile(filepath.Join(q.dir, sentName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading what was sent: %w", err)
	}
	out := map[string]bool{}
	for id := range bytes.FieldsSeq(b) {
		out[string(id)] = true // a torn line is nobody's id
	}
	return out, nil
}

// done notes that a store has the statements, and takes them out. A crash between
// the two sends them once more.
func (q *Queue) done(items []item) error {
	var lines strings.Builder
	for _, it := range items {
		// The line feed comes first, so that a line that a crash tore ends there.
		lines.WriteString("\n" + idOf(it.name) + "\n")
	}
	f, err := os.OpenFile(filepath.Join(q.dir, sentName), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("noting what was sent: %w", err)
	}
	_, err = f.WriteString(lines.String())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("noting what was sent: %w", err)
	}
	for _, it := range items {
		if err := os.Remove(filepath.Join(q.dir, it.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("taking what was sent out of the queue: %w", err)
		}
	}
	return nil
}

// reject parks a statement with the reason.
func (q *Queue) reject(it item, reason string) error {
	dir := filepath.Join(q.dir, rejectedDir)
	if err := writeFile(dir, it.name+".txt", []byte(reason+"\n")); err != nil {
		return fmt.Errorf("parking a statement that was refused: %w", err)
	}
	err := os.Rename(filepath.Join(q.dir, it.name), filepath.Join(dir, it.name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("parking a statement that was refused: %w", err)
	}
	return nil
}

// writeFile writes a file as a whole or not at all, and durably.
func writeFile(dir, name string, b []byte) error {
	f, err := os.CreateTemp(dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if d, err := os.Open(dir); err == nil {
		// Not every system can flush a folder; the file itself is flushed.
		_ = d.Sync()
		_ = d.Close()
	}
	return nil
}

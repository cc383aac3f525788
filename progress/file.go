package progress

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// Names in the folder of a File store.
const (
	logName   = "events.jsonl"
	lockName  = "lock"
	draftsDir = "drafts"
)

// Options says how to open a File store.
type Options struct {
	// ReadOnly takes no lock and writes nothing; the folder need not be there.
	ReadOnly bool
}

// File is the store of one person on one computer: a folder with a log of one
// JSON object a line, and one file for each draft.
type File struct {
	dir  string
	lock *flock.Flock

	mu       sync.Mutex
	log      *os.File // nil when read-only
	size     int64    // of what is whole in the log
	readOnly string   // why nothing can be written; "" when it can
	events   []Event
}

// OpenFile opens or makes the store in dir. When another program has it, it
// opens for reading only: see ReadOnly. What had to be set aside is said in the
// notices, each a sentence for the learner.
func OpenFile(dir string, o Options) (*File, []string, error) {
	f := &File{dir: dir}
	if o.ReadOnly {
		f.readOnly = "Reading only, as you asked with --read-only: nothing is saved."
		_, notices, err := f.readLog()
		return f, notices, err
	}
	if err := os.MkdirAll(filepath.Join(dir, draftsDir), 0o700); err != nil {
		return nil, nil, explain("progress cannot be kept", dir, err)
	}
	f.lock = flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	got, err := f.lock.TryLock()
	if err != nil {
		return nil, nil, explain("progress cannot be kept", dir, err)
	}
	if !got {
		f.readOnly = "Another threatlings has your progress open, so this one only reads: nothing you do here is saved. Close the other one and start again."
		_, notices, err := f.readLog()
		return f, notices, err
	}
	tail, notices, err := f.readLog()
	if err == nil {
		err = f.openLog(tail, &notices)
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.lock.Close())
	}
	return f, notices, nil
}

// explain makes an error of the file system into one with its remedy.
func explain(what, dir string, err error) error {
	fix := "Check the folder, or choose another with --data FOLDER or XDG_DATA_HOME"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		fix = "The disk is full: free some space and try again; what you typed is still on the screen"
	case errors.Is(err, syscall.EROFS):
		fix = "It is on a read-only file system: choose a folder that can be written with --data FOLDER or XDG_DATA_HOME, or look around with --read-only"
	case errors.Is(err, fs.ErrPermission):
		fix = "It may not be written by you: choose a folder that can with --data FOLDER or XDG_DATA_HOME, or look around with --read-only"
	}
	return fmt.Errorf("%s in %s. %s (%w)", what, dir, fix, err)
}

// readLog reads what is whole into events and returns what is torn at the end.
func (f *File) readLog() (tail []byte, notices []string, err error) {
	file, err := os.Open(filepath.Join(f.dir, logName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, explain("progress cannot be read", f.dir, err)
	}
	defer file.Close()
	events, size, tail, bad, err := parseLog(file)
	if err != nil {
		return nil, nil, explain("progress cannot be read", f.dir, err)
	}
	f.events, f.size = events, size
	if len(bad) > 0 {
		notices = append(notices, fmt.Sprintf("%s could not be understood in %s and %s passed over (the first is line %d). Everything else is there.",
			count(len(bad), "line"), filepath.Join(f.dir, logName), was(len(bad)), bad[0]))
	}
	return tail, notices, nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// parseLog reads a log: its events, the length of what is whole, the fragment
// behind it, and the numbers of lines that are no events.
func parseLog(r io.Reader) (events []Event, size int64, tail []byte, bad []int, err error) {
	br := bufio.NewReaderSize(r, 1<<16)
	for n := 1; ; n++ {
		line, err := br.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			// A line without its end was never acknowledged.
			return events, size, line, bad, nil
		}
		if err != nil {
			return nil, 0, nil, nil, err
		}
		size += int64(len(line))
		var e Event
		if json.Unmarshal(line, &e) != nil || e.Kind == "" {
			if len(bytes.TrimSpace(line)) > 0 {
				bad = append(bad, n)
			}
			continue
		}
		e.raw = bytes.TrimRight(line, "\n")
		events = append(events, e)
	}
}

// openLog opens the log for appending, after setting a torn tail aside.
func (f *File) openLog(tail []byte, notices *[]string) error {
	name := filepath.Join(f.dir, logName)
	log, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return explain("progress cannot be kept", f.dir, err)
	}
	if len(tail) > 0 {
		aside := filepath.Join(f.dir, "events.torn-"+time.Now().UTC().Format("20060102T150405.000")+".jsonl")
		if err := os.WriteFile(aside, tail, 0o600); err != nil {
			return errors.Join(explain("a torn line cannot be set aside", f.dir, err), log.Close())
		}
		if err := errors.Join(log.Truncate(f.size), log.Sync()); err != nil {
			return errors.Join(explain("progress cannot be mended", f.dir, err), log.Close())
		}
		*notices = append(*notices, "The last entry of your progress was cut off in the middle, probably by a power cut. The fragment is in "+aside+"; everything before it is there.")
	}
	if _, err := log.Seek(f.size, io.SeekStart); err != nil {
		return errors.Join(explain("progress cannot be kept", f.dir, err), log.Close())
	}
	f.log = log
	return syncDir(f.dir)
}

// syncDir makes the entries of a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return explain("progress cannot be kept", dir, err)
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) { // some file systems cannot sync a folder
		err = nil
	}
	if err = errors.Join(err, d.Close()); err != nil {
		return explain("progress cannot be kept", dir, err)
	}
	return nil
}

// ReadOnly implements Store.
func (f *File) ReadOnly() (bool, string) { return f.readOnly != "", f.readOnly }

func (f *File) writable() error {
	if f.readOnly != "" {
		return fmt.Errorf("%w. %s", ErrReadOnly, f.readOnly)
	}
	if f.log == nil {
		return fmt.Errorf("progress in %s is closed", f.dir)
	}
	return nil
}

// Append implements Store. A write that fails is taken back, so that the log
// never holds half an event.
func (f *File) Append(_ context.Context, events ...Event) error {
	var b bytes.Buffer
	for _, e := range events {
		line := []byte(e.raw)
		if line == nil {
			var err error
			if line, err = json.Marshal(e); err != nil {
				return fmt.Errorf("writing an event down: %w", err)
			}
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.writable(); err != nil {
		return err
	}
	_, err := f.log.WriteAt(b.Bytes(), f.size)
	if err == nil {
		err = f.log.Sync()
	}
	if err != nil {
		// The next append begins at the same place, so a failure here does no harm.
		return errors.Join(explain("progress cannot be saved", f.dir, err), f.log.Truncate(f.size))
	}
	f.size += int64(b.Len())
	f.events = append(f.events, events...)
	return nil
}

// Events implements Store.
func (f *File) Events(context.Context) ([]Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Event(nil), f.events...), nil
}

// draftFile is the file for an item's draft. The id is kept readable where it
// can be, and encoded where a file system could not hold it.
func (f *File) draftFile(item string) string {
	name := item
	plain := item != "" && len(item) <= 80 && strings.Trim(item, "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" && item[0] != '.' && item[0] != '-'
	if !plain {
		name = "_" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(item)))
		name = name[:min(len(name), 200)]
	}
	return filepath.Join(f.dir, draftsDir, name+".json")
}

type draftJSON struct {
	Item  string   `json:"item"`
	Draft []string `json:"draft"`
}

// SaveDraft implements Store: a new file takes the place of the old one.
func (f *File) SaveDraft(_ context.Context, item string, draft []string) (err error) {
	b, err := json.Marshal(draftJSON{item, draft})
	if err != nil {
		return fmt.Errorf("writing a draft down: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.writable(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = explain("your draft cannot be saved", f.dir, err)
		}
	}()
	name := f.draftFile(item)
	tmp, err := os.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return syncDir(filepath.Dir(name))
}

// Draft implements Store. A draft that cannot be understood is set aside under
// another name and reported, so that it never blocks the exercise.
func (f *File) Draft(_ context.Context, item string) ([]string, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := f.draftFile(item)
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, explain("your draft cannot be read", f.dir, err)
	}
	var d draftJSON
	if json.Unmarshal(b, &d) != nil || d.Item != item {
		if f.readOnly == "" {
			if err := os.Rename(name, name+".unreadable"); err != nil {
				return nil, false, explain("a damaged draft cannot be set aside", f.dir, err)
			}
		}
		return nil, false, nil
	}
	return d.Draft, true, nil
}

// DropDraft implements Store.
func (f *File) DropDraft(_ context.Context, item string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.writable(); err != nil {
		return err
	}
	if err := os.Remove(f.draftFile(item)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explain("a draft cannot be removed", f.dir, err)
	}
	return nil
}

// Close gives the lock back.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	if f.log != nil {
		err = f.log.Close()
		f.log = nil
	}
	if f.lock != nil {
		err = errors.Join(err, f.lock.Close())
		f.lock = nil
	}
	if err != nil {
		return fmt.Errorf("closing progress: %w", err)
	}
	return nil
}

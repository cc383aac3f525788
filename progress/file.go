package progress

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
	leftover bool     // of a failed write, behind size
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
	p, notices, err := f.readLog()
	if err == nil {
		err = f.openLog(p, &notices)
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

// readLog reads what is whole into events and returns what was read.
func (f *File) readLog() (parsed, []string, error) {
	name := filepath.Join(f.dir, logName)
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return parsed{}, nil, nil
	}
	if err != nil {
		return parsed{}, nil, explain("progress cannot be read", f.dir, err)
	}
	p := parseLog(b)
	f.events, f.size = p.events, p.size
	switch len(p.bad) {
	case 0:
		return p, nil, nil
	case 1:
		return p, []string{fmt.Sprintf("Line %d of %s could not be understood and was passed over. Everything else is there.", p.bad[0], name)}, nil
	default:
		return p, []string{fmt.Sprintf("%d lines of %s could not be understood and were passed over (the first is line %d). Everything else is there.", len(p.bad), name, p.bad[0])}, nil
	}
}

// parsed is what is found in a log.
type parsed struct {
	events  []Event
	size    int64  // of what is whole
	tail    []byte // what is torn or no JSON behind it
	bad     []int  // the numbers of lines before it that are no events
	endless bool   // the last line is whole and lacks only its end
}

// parseLog reads a log. The events refer to b.
func parseLog(b []byte) parsed {
	lines := bytes.SplitAfter(b, []byte("\n"))
	if n := len(lines) - 1; len(lines[n]) == 0 {
		lines = lines[:n]
	}
	events := decode(lines)
	p := parsed{events: events[:0], size: int64(len(b))}
	for i, line := range lines {
		last := i == len(lines)-1
		ended := line[len(line)-1] == '\n'
		p.endless = !ended
		switch {
		case events[i].Kind != "":
			p.events = append(p.events, events[i])
		case len(bytes.TrimSpace(line)) == 0: // blank, if not always to JSON
		case last && (!ended || !json.Valid(line)):
			p.tail, p.size, p.endless = line, p.size-int64(len(line)), false
		default:
			p.bad = append(p.bad, i+1)
		}
	}
	return p
}

// decode reads every line as an event; one that is none has no kind. A long
// log is read by all processors at once, because a learner waits for it.
func decode(lines [][]byte) []Event {
	events := make([]Event, len(lines))
	part := max(500, len(lines)/runtime.GOMAXPROCS(0)+1)
	var wg sync.WaitGroup
	for from := 0; from < len(lines); from += part {
		wg.Go(func() {
			for i := from; i < min(from+part, len(lines)); i++ {
				if json.Unmarshal(lines[i], &events[i]) != nil {
					events[i] = Event{}
				}
				events[i].raw = bytes.TrimRight(lines[i], "\n")
			}
		})
	}
	wg.Wait()
	return events
}

// openLog opens the log for appending, after setting a torn tail aside.
func (f *File) openLog(p parsed, notices *[]string) (err error) {
	log, err := os.OpenFile(filepath.Join(f.dir, logName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return explain("progress cannot be kept", f.dir, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, log.Close())
		}
	}()
	if len(p.tail) > 0 {
		aside := filepath.Join(f.dir, "events.torn-"+stamp()+".jsonl")
		// The fragment is safe in its own file before it leaves the log.
		if err := errors.Join(writeNew(aside, p.tail), syncDir(f.dir)); err != nil {
			return explain("a torn line cannot be set aside", f.dir, err)
		}
		if err := errors.Join(log.Truncate(f.size), log.Sync()); err != nil {
			return explain("progress cannot be mended", f.dir, err)
		}
		*notices = append(*notices, "The last entry of your progress was cut off in the middle, probably by a power cut. The fragment is in "+aside+"; everything before it is there.")
	}
	if p.endless {
		if _, err := log.WriteAt([]byte("\n"), f.size); err != nil {
			return explain("progress cannot be kept", f.dir, errors.Join(err, log.Truncate(f.size)))
		}
		f.size++ // made durable by the next append
	}
	f.log = log
	return syncDir(f.dir)
}

// stamp is the present in the name of a file.
func stamp() string { return time.Now().UTC().Format("20060102T150405.000000") }

// writeNew writes a file that is not there yet, durably but for its name.
func writeNew(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// syncDir makes the entries of a folder durable.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // which has no such thing
		return nil
	}
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
		line, err := Encode(e)
		if err != nil {
			return err
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.writable(); err != nil {
		return err
	}
	if err := f.write(b.Bytes()); err != nil {
		return explain("progress cannot be saved", f.dir, err)
	}
	f.size += int64(b.Len())
	f.events = append(f.events, events...)
	return nil
}

// write puts b behind what is whole, and takes it back when that fails. The
// caller holds mu.
func (f *File) write(b []byte) error {
	if f.leftover {
		if err := f.log.Truncate(f.size); err != nil {
			return err
		}
		f.leftover = false
	}
	_, err := f.log.WriteAt(b, f.size)
	if err == nil {
		err = f.log.Sync()
	}
	if err != nil {
		back := f.log.Truncate(f.size)
		f.leftover = back != nil
		return errors.Join(err, back)
	}
	return nil
}

// Events implements Store.
func (f *File) Events(context.Context) ([]Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.events), nil
}

// draftFile is the file for an item's draft.
func (f *File) draftFile(item string) string {
	return filepath.Join(f.dir, draftsDir, draftName(item)+".json")
}

// draftName is an id as a file may be called anywhere: readable where that is
// possible, encoded where a file system could not hold it or would fold two
// ids into one, and hashed where it is too long for that.
func draftName(item string) string {
	device, _, _ := strings.Cut(item, ".")
	plain := item != "" && len(item) <= 80 && strings.Trim(item, "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" &&
		item[0] != '.' && item[0] != '-' && !isDevice(device)
	if plain {
		return item
	}
	if len(item) > 100 {
		sum := sha256.Sum256([]byte(item))
		return "_" + hex.EncodeToString(sum[:])
	}
	return "_" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(item)))
}

// isDevice reports whether Windows takes a name for a device, whatever its ending.
func isDevice(name string) bool {
	switch name {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt")) && '0' <= name[3] && name[3] <= '9'
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
	name := f.draftFile(item)
	err := os.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return explain("a draft cannot be removed", f.dir, err)
	}
	return syncDir(filepath.Dir(name))
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

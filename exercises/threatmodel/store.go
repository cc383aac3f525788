package threatmodel

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"edu/threatlings/exercises"
)

// A Folder is where one person's models are kept, with the last good state of
// every model that was ever opened, those in other folders included.
type Folder struct {
	dir string
}

// Folders within the data folder.
const (
	modelsDir = "models"
	goodDir   = "models/last-good"
)

// OpenFolder uses the models in a data folder. Nothing is made before something is saved.
func OpenFolder(data string) *Folder { return &Folder{data} }

// An Entry is one model of a folder.
type Entry struct {
	Name    string // of the file, without its ending
	Path    string
	Title   string
	Threats int
	Changed time.Time // when it was last saved
	Err     error     // why it cannot be opened; nil when it can

	document string // where its design document is; "" when it has none
}

// List tells the models of the folder by name.
func (d *Folder) List() ([]Entry, error) { return list(filepath.Join(d.dir, modelsDir)) }

func list(dir string) ([]Entry, error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing your threat models: %w", err)
	}
	var out []Entry
	for _, f := range files {
		n := filepath.Join(dir, f.Name())
		if filepath.Ext(n) != ".yaml" || f.IsDir() {
			continue
		}
		e := Entry{Name: strings.TrimSuffix(f.Name(), ".yaml"), Path: n}
		if info, err := os.Stat(n); err == nil { // what is wrong with it, reading says
			e.Changed = info.ModTime()
		}
		b, err := os.ReadFile(n)
		if err == nil {
			var m *Model
			if m, err = Parse(n, b); err == nil {
				e.Title, e.Threats = m.Title, len(m.Threats)
			} else {
				m = &Model{Document: documentLine(b)}
			}
			e.document = documentPath(n, m)
		}
		e.Err = err
		out = append(out, e)
	}
	return out, nil
}

// Of are the models of a design document, what was saved last first: those of the
// folder, and those that lie beside the document.
func (d *Folder) Of(document string) ([]Entry, error) {
	want, err := os.Stat(document)
	if err != nil {
		return nil, fmt.Errorf("reading the design document: %w", err)
	}
	own, err := d.List()
	beside, _ := list(filepath.Dir(document)) // a folder that cannot be listed has none
	all := slices.DeleteFunc(append(own, beside...), func(e Entry) bool {
		is, err := os.Stat(e.document)
		return e.document == "" || err != nil || !os.SameFile(is, want)
	})
	slices.SortStableFunc(all, func(a, b Entry) int { return b.Changed.Compare(a.Changed) })
	return all, err
}

// Path is the file of the model that somebody names: a name of the list, or a path.
func (d *Folder) Path(name string) string {
	if own := filepath.Join(d.dir, modelsDir, name+".yaml"); name == filepath.Base(name) && exists(own) {
		return own
	}
	return name
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }

// Create makes a new file for a model in the folder. Its name is made of the title.
func (d *Folder) Create(m *Model) (*File, error) {
	dir := filepath.Join(d.dir, modelsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, cannotKeep(dir, err)
	}
	name := unique(orElse(slug(m.Title), "model"), func(n string) bool { return exists(filepath.Join(dir, n+".yaml")) })
	return d.CreateAt(filepath.Join(dir, name+".yaml"), m)
}

// CreateAt makes a new file for a model; one that is there is left alone.
func (d *Folder) CreateAt(path string, m *Model) (*File, error) {
	if exists(path) {
		return nil, fmt.Errorf("%s is there already; open it, or choose another name", path)
	}
	f, err := d.hold(path)
	if err != nil {
		return nil, err
	}
	if err := f.Save(m); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// A File is one model's file, held by one program at a time.
type File struct {
	Path string
	good string // where the last good state is kept
	step string // and on which step somebody was last
	lock *flock.Flock
	disk []byte // what the file held when it was read or written last
	// aside is set when somebody else wrote the file, and Path is another one now.
	aside bool
}

// ErrHeld says that another program has the model open.
var ErrHeld = errors.New("another threatlings has this model open; close it there first")

func (d *Folder) hold(path string) (*File, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", path, err)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real // so that one file is held once
	}
	dir := filepath.Join(d.dir, goodDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, cannotKeep(dir, err)
	}
	key := d.key(abs)
	f := &File{Path: abs, good: key + ".yaml", step: key + ".step", lock: flock.New(key+".lock", flock.SetPermissions(0o600))}
	got, err := f.lock.TryLock()
	if err != nil {
		return nil, cannotKeep(dir, err)
	}
	if !got {
		return nil, errors.Join(ErrHeld, f.lock.Close())
	}
	return f, nil
}

// key begins the names of what is known of a model's file.
func (d *Folder) key(path string) string {
	sum := sha256.Sum256([]byte(path))
	return filepath.Join(d.dir, goodDir, orElse(slug(strings.TrimSuffix(filepath.Base(path), ".yaml")), "model")+"-"+hex.EncodeToString(sum[:6]))
}

// A Refused error says that a model's file cannot be understood, and where its
// last good state is.
type Refused struct {
	Path string
	Good string // "" when there is none
	Err  error
}

func (r *Refused) Error() string {
	s := "this threat model cannot be opened:\n" + r.Err.Error() + "\nMend the file by hand"
	if r.Good != "" {
		s += ", or go on from its last good state, which is kept in " + r.Good + ", with: threatlings live open --last-good " + r.Path
	}
	return s + "."
}

func (r *Refused) Unwrap() error { return r.Err }

// Open reads a model and holds its file. A file that cannot be understood is
// left as it is: the error is a *Refused.
func (d *Folder) Open(path string) (*File, *Model, error) {
	f, err := d.hold(path)
	if err != nil {
		return nil, nil, err
	}
	m, err := f.read()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, m, nil
}

func (f *File) read() (*Model, error) {
	b, err := os.ReadFile(f.Path)
	if err != nil {
		return nil, fmt.Errorf("reading the threat model: %w", err)
	}
	m, err := Parse(f.Path, b)
	if err != nil {
		r := &Refused{Path: f.Path, Err: err}
		if exists(f.good) {
			r.Good = f.good
		}
		return nil, r
	}
	f.disk = b
	return m, f.keepGood(b)
}

// OpenLastGood goes on from the last good state of a file. What the file holds
// now is set aside beside it; the name is returned.
func (d *Folder) OpenLastGood(path string) (*File, *Model, string, error) {
	f, err := d.hold(path)
	if err != nil {
		return nil, nil, "", err
	}
	m, aside, err := f.lastGood()
	if err != nil {
		return nil, nil, "", errors.Join(err, f.Close())
	}
	return f, m, aside, nil
}

func (f *File) lastGood() (m *Model, aside string, err error) {
	b, err := os.ReadFile(f.good)
	if err != nil {
		return nil, "", fmt.Errorf("there is no last good state of %s on this computer: %w", f.Path, err)
	}
	if m, err = Parse(f.good, b); err != nil {
		return nil, "", err
	}
	if now, err := os.ReadFile(f.Path); err == nil && !bytes.Equal(now, b) {
		aside = unique(f.Path+".set-aside", exists)
		if err := os.WriteFile(aside, now, 0o600); err != nil {
			return nil, "", cannotKeep(filepath.Dir(aside), err)
		}
		f.disk = now
	}
	return m, aside, f.Save(m)
}

// ErrChanged says that somebody else has written the file since it was read.
var ErrChanged = errors.New("the file was changed by another program while it was open here")

// Save replaces the file as a whole, so that a crash leaves the old one or the
// new one. A file that somebody else changed meanwhile is not written over: from
// then on the model is saved beside it, and the error, which wraps ErrChanged and
// comes once, says where.
func (f *File) Save(m *Model) error {
	b, err := Format(m)
	if err != nil {
		return err
	}
	now, err := os.ReadFile(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("saving the threat model: %w", err)
	case bytes.Equal(now, b):
		f.disk = b
		return nil
	case !bytes.Equal(now, f.disk):
		mine := unique(strings.TrimSuffix(f.Path, ".yaml")+".mine", func(n string) bool { return exists(n + ".yaml") }) + ".yaml"
		if err := replace(mine, b); err != nil {
			return err
		}
		f.Path, f.disk, f.aside = mine, b, true
		return fmt.Errorf("%w (git, or an editor?). What you have here is in %s now, and goes on being saved there; compare the two", ErrChanged, mine)
	}
	if err := replace(f.Path, b); err != nil {
		return err
	}
	f.disk = b
	if f.aside {
		return nil // the last good state is the other file's
	}
	return f.keepGood(b)
}

// keepGood remembers what the file holds as its last good state.
func (f *File) keepGood(b []byte) error {
	if old, err := os.ReadFile(f.good); err == nil && bytes.Equal(old, b) {
		return nil
	}
	return replace(f.good, b)
}

// Step is the step on which the model was left on this computer; nil when that is
// not known.
func (f *File) Step() *Step {
	name, err := os.ReadFile(f.step)
	i := slices.IndexFunc(Steps[:], func(s StepInfo) bool { return s.Name == string(name) })
	if err != nil || i < 0 {
		return nil
	}
	s := Step(i)
	return &s
}

// KeepStep remembers the step on which somebody is.
func (f *File) KeepStep(s Step) error {
	if err := os.WriteFile(f.step, []byte(Steps[s].Name), 0o600); err != nil {
		return cannotKeep(filepath.Dir(f.step), err)
	}
	return nil
}

// Close lets the file go.
func (f *File) Close() error { return f.lock.Close() }

// replace writes a file as a whole. A link keeps being one.
func replace(name string, b []byte) error {
	dir := filepath.Dir(name)
	mode := fs.FileMode(0o600)
	if st, err := os.Stat(name); err == nil {
		mode = st.Mode().Perm() // a team's file stays readable to the team
	}
	tmp, err := os.CreateTemp(dir, ".model-*")
	if err != nil {
		return cannotKeep(dir, err)
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return errors.Join(cannotKeep(dir, err), os.Remove(tmp.Name()))
	}
	return nil
}

func cannotKeep(dir string, err error) error {
	return fmt.Errorf("the threat model cannot be kept in %s: check the folder and the space on the disk (%w)", dir, err)
}

// nameless is the beginning of a file's name while its model has no title of its own.
const nameless = "a-feature-of-our-own"

// Nameless is the title of a model that has none of its own yet.
const Nameless = "A feature of our own"

// PathAs is the path that CloseAs gives a model: one of the folder that had no
// name of its own when it was made gets one from its title.
func (d *Folder) PathAs(f *File, m *Model) string {
	dir, base := filepath.Split(f.Path)
	id := slug(m.Title)
	if own, err := filepath.EvalSymlinks(filepath.Join(d.dir, modelsDir)); err != nil || filepath.Clean(dir) != own || !strings.HasPrefix(base, nameless) || id == "" || strings.HasPrefix(id, nameless) {
		return f.Path
	}
	return filepath.Join(dir, unique(id, func(n string) bool { return exists(filepath.Join(dir, n+".yaml")) })+".yaml")
}

// CloseAs is Close, and moves the model to PathAs. It returns the path that the
// model has now.
func (d *Folder) CloseAs(f *File, m *Model) (string, error) {
	if err := f.Close(); err != nil {
		return f.Path, err
	}
	path := d.PathAs(f, m)
	if path == f.Path {
		return path, nil
	}
	if err := os.Rename(f.Path, path); err != nil {
		return f.Path, fmt.Errorf("naming the model's file after its title: %w", err)
	}
	key := d.key(path) // what is known of it goes with it, where it can
	_, _ = os.Rename(f.good, key+".yaml"), os.Rename(f.step, key+".step")
	return path, nil
}

// documentPath is where a model's design document is, seen from the model's file;
// "" when it has none.
func documentPath(file string, m *Model) string {
	if m.Document == "" || filepath.IsAbs(m.Document) {
		return m.Document
	}
	return filepath.Join(filepath.Dir(file), filepath.FromSlash(m.Document))
}

// documentLine finds the design document in a file that cannot be understood as a
// whole: it is the document's model all the same.
func documentLine(b []byte) string {
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "document: "); ok {
			return strings.Trim(strings.TrimSpace(name), `"'`)
		}
	}
	return ""
}

// ReadDocument reads the design document of a model; "" when it has none. later
// says that somebody has written it after the model was saved last.
func (f *File) ReadDocument(m *Model) (text string, later bool, err error) {
	name := documentPath(f.Path, m)
	if name == "" {
		return "", false, nil
	}
	if text, err = ReadText(name); err != nil {
		return "", false, err
	}
	doc, err := os.Stat(name)
	own, err2 := os.Stat(f.Path)
	return text, err == nil && err2 == nil && doc.ModTime().After(own.ModTime()), nil
}

// maxDocument is the most bytes of a design document that is shown.
const maxDocument = 2 << 20

// ReadText reads a design document of one's own.
func ReadText(name string) (string, error) {
	st, err := os.Stat(name)
	switch {
	case err != nil:
		return "", fmt.Errorf("reading the design document: %w", err)
	case !st.Mode().IsRegular():
		return "", fmt.Errorf("%s is no text file", name)
	case st.Size() > maxDocument:
		return "", fmt.Errorf("%s has %d MB; a design document of up to 2 MB is shown", name, st.Size()>>20)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("reading the design document: %w", err)
	}
	if slices.Contains(b, 0) {
		return "", fmt.Errorf("%s is no text file; save it as Markdown or plain text first", name)
	}
	return exercises.Clean(string(b)), nil
}

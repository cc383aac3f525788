package threatmodel

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/scenarios"
)

// scenariosFS is the shipped scenarios as a course's content has them.
type scenariosFS struct{}

func (scenariosFS) Open(name string) (fs.File, error) {
	return scenarios.FS.Open(strings.TrimPrefix(name, "scenarios/"))
}

func TestFolder(t *testing.T) {
	d := OpenFolder(t.TempDir())
	if list, err := d.List(); err != nil || len(list) != 0 {
		t.Fatalf("%v, %v", list, err)
	}
	f, err := d.Create(New("Card on File"))
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(f.Path) != "card-on-file.yaml" {
		t.Errorf("the file is %s", f.Path)
	}
	if _, _, err := d.Open(f.Path); !errors.Is(err, ErrHeld) {
		t.Errorf("a held file opens twice: %v", err)
	}
	m := New("Card on File")
	m.AddThreat(Threat{Text: "t"})
	if err := f.Save(m); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := d.Create(New("Card on File"))
	if err != nil || filepath.Base(again.Path) != "card-on-file-2.yaml" {
		t.Errorf("%v, %v", again, err)
	}
	list, err := d.List()
	if err != nil || len(list) != 2 || list[0].Threats+list[1].Threats != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if d.Path("card-on-file") != f.Path || d.Path("./x.yaml") != "./x.yaml" || d.Path("../models/card-on-file") != "../models/card-on-file" {
		t.Error("names and paths are mixed up")
	}
}

// A torn or wrongly edited file is refused with its line, is left as it is, and
// its last good state can be taken up again.
func TestRefusedAndLastGood(t *testing.T) {
	d, path := OpenFolder(t.TempDir()), filepath.Join(t.TempDir(), "team.yaml")
	m := New("Team")
	m.AddThreat(Threat{Text: "Somebody reads it."})
	f, err := d.CreateAt(path, m)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"torn":   string(good[:len(good)-20]) + "\n  \"",
		"merged": strings.Replace(string(good), "threats:", "<<<<<<< HEAD\nthreats:", 1),
		"edited": strings.Replace(string(good), "text: Somebody", "letter: Q\n  text: Somebody", 1),
		"empty":  "",
	} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := d.Open(path)
		var r *Refused
		var fault *exercises.Fault
		if !errors.As(err, &r) || !errors.As(err, &fault) || fault.Line < 1 || fault.File != path || r.Good == "" {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if now, _ := os.ReadFile(path); string(now) != bad {
			t.Errorf("%s: the file was changed", name)
		}
		if kept, _ := os.ReadFile(r.Good); string(kept) != string(good) {
			t.Errorf("%s: the last good state is %q", name, kept)
		}
	}
	broken := "threatlings: 1\ntitle: [\n"
	if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	f, back, aside, err := d.OpenLastGood(path)
	if err != nil || !equal(back, m.cleaned()) {
		t.Fatalf("%+v, %v", back, err)
	}
	if b, _ := os.ReadFile(aside); string(b) != broken {
		t.Errorf("set aside: %q in %s", b, aside)
	}
	if b, _ := os.ReadFile(path); string(b) != string(good) {
		t.Errorf("the file holds %q", b)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// What another program wrote meanwhile is not written over.
func TestChangedUnderneath(t *testing.T) {
	d, path := OpenFolder(t.TempDir()), filepath.Join(t.TempDir(), "team.yaml")
	f, err := d.CreateAt(path, New("Team"))
	if err != nil {
		t.Fatal(err)
	}
	theirs := "threatlings: 1\ntitle: Theirs\n"
	if err := os.WriteFile(path, []byte(theirs), 0o600); err != nil {
		t.Fatal(err)
	}
	mine := New("Mine")
	err = f.Save(mine)
	if !errors.Is(err, ErrChanged) {
		t.Fatalf("%v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != theirs {
		t.Errorf("theirs became %q", b)
	}
	if err := f.Save(New("Mine, later")); err != nil { // nobody is held up
		t.Fatal(err)
	}
	b, err := os.ReadFile(strings.TrimSuffix(path, ".yaml") + ".mine.yaml")
	if err != nil || !strings.Contains(string(b), "title: Mine, later") {
		t.Errorf("mine is %q, %v", b, err)
	}
	if b, _ := os.ReadFile(path); string(b) != theirs {
		t.Errorf("theirs became %q later", b)
	}
}

// One file is held once, by whatever way it is named.
func TestLinksAreOneFile(t *testing.T) {
	d, dir := OpenFolder(t.TempDir()), t.TempDir()
	path, link := filepath.Join(dir, "a.yaml"), filepath.Join(dir, "b.yaml")
	f, err := d.CreateAt(path, New("A"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no links here: ", err)
	}
	if _, _, err := d.Open(link); !errors.Is(err, ErrHeld) {
		t.Errorf("the link opens: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f, _, err = d.Open(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Save(New("B")); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Lstat(link); err != nil || st.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
}

func TestReadText(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	if s, err := ReadText(write("a.md", "# Hi\x1b[31m")); err != nil || s != "# Hi[31m" {
		t.Errorf("%q, %v", s, err)
	}
	for _, p := range []string{write("b", "a\x00b"), dir, filepath.Join(dir, "none"), write("big", strings.Repeat("x", maxDocument+1))} {
		if _, err := ReadText(p); err == nil {
			t.Errorf("%s is read", p)
		}
	}
}

// A design document has the models that name it: those of the folder, those beside
// it, and one that is torn.
func TestModelsOfADocument(t *testing.T) {
	d, dir := OpenFolder(t.TempDir()), t.TempDir()
	doc, other := filepath.Join(dir, "design.md"), filepath.Join(dir, "other.md")
	for _, name := range []string{doc, other} {
		if err := os.WriteFile(name, []byte("# A bot\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	of := func(want ...string) {
		t.Helper()
		got, err := d.Of(doc)
		var names []string
		for _, e := range got {
			names = append(names, e.Path)
		}
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("%v, %v; want %v", names, err, want)
		}
	}
	save := func(path, document string, saved int) {
		t.Helper()
		m := New("A bot")
		m.Document = document
		create := d.Create
		if path != "" {
			create = func(m *Model) (*File, error) { return d.CreateAt(path, m) }
		}
		f, err := create(m)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 3, saved, 9, 0, 0, 0, time.UTC)
		if err := errors.Join(f.Close(), os.Chtimes(f.Path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	own := func(name string) string { return filepath.Join(d.dir, modelsDir, name) }
	of()
	save("", other, 9)
	of()
	save("", doc, 1)
	of(own("a-bot-2.yaml"))
	save("", doc, 3)
	beside := filepath.Join(dir, "model.yaml")
	save(beside, "design.md", 2)
	of(own("a-bot-3.yaml"), beside, own("a-bot-2.yaml"))
	if err := os.WriteFile(own("a-bot-3.yaml"), []byte("threatlings: 1\ntitle: A bot\ndocument: "+doc+"\nthreats:\n- {"), 0o600); err != nil {
		t.Fatal(err)
	}
	of(own("a-bot-3.yaml"), beside, own("a-bot-2.yaml"))
	if _, err := d.Of(filepath.Join(dir, "none.md")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

package records

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIdentity(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "records")
	one, err := OpenIdentity(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenIdentity(dir)
	if err != nil || again != one || one.Person.HomePage != LocalHome || len(one.Person.Name) != 36 {
		t.Errorf("%+v, then %+v, %v", one, again, err)
	}
	other, err := OpenIdentity(t.TempDir())
	if err != nil || other.Person == one.Person {
		t.Errorf("two computers are %+v and %+v, %v", one, other, err)
	}
	for want, change := range map[string]func(*Identity){
		"mail address":          func(i *Identity) { i.Person.Name = "ada@example.org" },
		"home page":             func(i *Identity) { i.Person.HomePage = "mailto:ada" },
		"missing":               func(i *Identity) { i.Person.Name = "\u202e " },
		"address of activities": func(i *Identity) { i.Activities = "https://me:secret@example.org" },
	} {
		bad := one
		change(&bad)
		if err := SaveIdentity(dir, bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	if now, err := OpenIdentity(dir); err != nil || now != one {
		t.Errorf("a refused one was kept: %+v, %v", now, err)
	}
	if err := os.WriteFile(filepath.Join(dir, identityName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIdentity(dir); err == nil || !strings.Contains(err.Error(), identityName) {
		t.Errorf("a torn one: %v", err)
	}
}

// The key is made once, and is readable by its owner alone.
func TestOpenKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "records")
	one, err := OpenKey(dir, Learner)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenKey(dir, Learner)
	if err != nil || !one.Equal(again) {
		t.Errorf("another key the second time, %v", err)
	}
	if other, err := OpenKey(dir, Instructor); err != nil || one.Equal(other) {
		t.Errorf("one key for two roles, %v", err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "learner.pem"): 0o600} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, st.Mode().Perm(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "learner.pem"), []byte("secret?"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKey(dir, Learner); err == nil || strings.Contains(err.Error(), "secret?") {
		t.Errorf("%v", err)
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]int{"": 0, "a": 1, "a\n": 1, "a\nb": 2, "a\n\nb\n": 3} {
		got := Split([]byte(text))
		if len(got) != want || string(bytes.Join(got, nil)) != text {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// A person leaves the queue, those that a store refused included, and nobody else does.
func TestQueueErase(t *testing.T) {
	of := func(name string) []Statement {
		ss, err := Statements([]Record{sample(t, func(r *Record) { r.Person.Name = name })}, nil, vocabulary())
		if err != nil {
			t.Fatal(err)
		}
		return ss
	}
	ada, bo := of("u-ada"), of("u-bo")
	q := queueOf(t, append(ada, bo...))
	items, err := q.waiting()
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if bytes.Contains(it.body, []byte("u-ada")) {
			if err := q.reject(it, "400: u-ada is unknown"); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	n, err := q.Erase(Account{Name: "u-ada"})
	if err != nil || n != len(ada) {
		t.Errorf("%d of %d, %v", n, len(ada), err)
	}
	if left, err := q.Len(); err != nil || left != len(bo) {
		t.Errorf("%d are left, want %d, %v", left, len(bo), err)
	}
	err = filepath.WalkDir(q.dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if bytes.Contains(b, []byte("u-ada")) {
			t.Errorf("she is still in %s", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

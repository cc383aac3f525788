package progress_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edu/threatlings/progress"
)

func TestBackupAndRestore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[a-b]*") // no pattern, a name
	s, _ := open(t, dir)
	if err := errors.Join(s.Append(t.Context(), visited(0), visited(1)), s.SaveDraft(t.Context(), "a", []string{"draft"})); err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer
	if err := progress.Backup(dir, &backup); err != nil {
		t.Fatal(err)
	}
	if _, err := progress.Restore(dir, bytes.NewReader(backup.Bytes())); err == nil {
		t.Error("restored under a running program")
	}
	if err := errors.Join(s.Append(t.Context(), visited(2)), s.Close()); err != nil {
		t.Fatal(err)
	}
	kept, err := progress.Restore(dir, bytes.NewReader(backup.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	s, _ = open(t, dir)
	events, _ := s.Events(t.Context())
	d, ok, _ := s.Draft(t.Context(), "a")
	if len(events) != 2 || !ok || d[0] != "draft" {
		t.Errorf("%d events, draft %q", len(events), d)
	}
	old, _ := open(t, kept)
	if events, _ := old.Events(t.Context()); len(events) != 3 {
		t.Errorf("what was there before has %d events", len(events))
	}
	if left, _ := os.ReadDir(dir); len(left) != 4 { // the log, the lock, the drafts, and what was before
		t.Errorf("left behind: %v", left)
	}
}

func TestRestoreRefusesWhatIsNotWhole(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	if err := s.Append(t.Context(), visited(0)); err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer
	if err := progress.Backup(dir, &backup); err != nil {
		t.Fatal(err)
	}
	s.Close()
	whole := backup.Bytes()
	for cut := 0; cut < len(whole); cut += 7 {
		if _, err := progress.Restore(dir, bytes.NewReader(whole[:cut])); err == nil {
			t.Fatalf("a backup cut at %d of %d was restored", cut, len(whole))
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "before-restore-*")); len(left) > 0 {
		t.Error("something was set aside for a backup that was refused")
	}
}

func TestRestoreIntoNothing(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	if err := errors.Join(s.Append(t.Context(), visited(0)), s.Close()); err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer
	if err := progress.Backup(dir, &backup); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "new")
	kept, err := progress.Restore(dir, &backup)
	if err != nil || kept != "" {
		t.Fatalf("kept %q, %v", kept, err)
	}
	s, _ = open(t, dir)
	if events, _ := s.Events(t.Context()); len(events) != 1 {
		t.Errorf("%d events", len(events))
	}
}

// The id of somebody's records comes back with their progress, and their private
// key stays where it is.
func TestBackupHoldsTheIdentityAndNoKey(t *testing.T) {
	write := func(dir, name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, "records"), 0o700), os.WriteFile(filepath.Join(dir, "records", name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(file, want string) {
		t.Helper()
		if b, err := os.ReadFile(file); string(b) != want {
			t.Errorf("%s holds %q, %v", file, b, err)
		}
	}
	from := t.TempDir()
	s, _ := open(t, from)
	if err := errors.Join(s.Append(t.Context(), visited(0)), s.Close()); err != nil {
		t.Fatal(err)
	}
	var without, with bytes.Buffer
	if err := progress.Backup(from, &without); err != nil {
		t.Fatal(err)
	}
	write(from, "identity.json", "the old one")
	write(from, "learner.pem", "the old key")
	if err := progress.Backup(from, &with); err != nil {
		t.Fatal(err)
	}

	to := filepath.Join(t.TempDir(), "new")
	if kept, err := progress.Restore(to, bytes.NewReader(with.Bytes())); err != nil || kept != "" {
		t.Fatalf("kept %q, %v", kept, err)
	}
	holds(filepath.Join(to, "records", "identity.json"), "the old one")
	if left, _ := os.ReadDir(filepath.Join(to, "records")); len(left) != 1 {
		t.Errorf("beside the identity there is more: %v", left)
	}

	write(to, "identity.json", "another")
	write(to, "learner.pem", "another key")
	kept, err := progress.Restore(to, &with)
	if err != nil {
		t.Fatal(err)
	}
	holds(filepath.Join(to, "records", "identity.json"), "the old one")
	holds(filepath.Join(to, "records", "learner.pem"), "another key")
	holds(filepath.Join(kept, "identity.json"), "another")

	if _, err := progress.Restore(to, &without); err != nil {
		t.Fatal(err)
	}
	holds(filepath.Join(to, "records", "identity.json"), "the old one")
}

// An entry of an archive that somebody made up.
type entry struct {
	header tar.Header
	body   string
}

func file(name, body string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(body))}, body}
}

// archive packs entries behind a list with the right checksums of them all.
// change, when there is one, is let loose on the unpacked bytes.
func archive(t *testing.T, format int, entries []entry, change func([]byte) []byte) []byte {
	t.Helper()
	sums := map[string]string{}
	for _, e := range entries {
		sum := sha256.Sum256([]byte(e.body))
		sums[e.header.Name] = hex.EncodeToString(sum[:])
	}
	list, err := json.Marshal(map[string]any{"format": format, "files": sums})
	if err != nil {
		t.Fatal(err)
	}
	var plain, packed bytes.Buffer
	w := tar.NewWriter(&plain)
	for _, e := range append([]entry{file("threatlings-backup.json", string(list))}, entries...) {
		if err := w.WriteHeader(&e.header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err == nil { // an entry that claims to be longer than it is cannot be flushed
		_ = w.Close()
	}
	b := plain.Bytes()
	if change != nil {
		b = change(b)
	}
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func TestRestoreRefusesTricks(t *testing.T) {
	good := file("events.jsonl", `{"id":"1","kind":"visited","item":"a"}`+"\n")
	link := entry{header: tar.Header{Name: "drafts/a.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}}
	long := entry{header: tar.Header{Name: "drafts/a.json", Typeflag: tar.TypeReg, Size: 1 << 40}}
	// A file of holes: its size stands in records that the tar package writes
	// only under another name.
	holes := file("drafts/a.json", "0\n"+strings.Repeat("\x00", 510))
	holes.header.PAXRecords = map[string]string{"XXX.sparse.major": "1", "XXX.sparse.minor": "0", "XXX.sparse.name": "drafts/a.json", "XXX.sparse.realsize": "1099511627776"}
	swap := func(from, to string) func([]byte) []byte {
		return func(b []byte) []byte {
			if !bytes.Contains(b, []byte(from)) {
				t.Errorf("nothing to change: %q", from)
			}
			return bytes.ReplaceAll(b, []byte(from), []byte(to))
		}
	}
	for _, c := range []struct {
		name    string
		format  int
		entries []entry
		change  func([]byte) []byte
		want    string // "" when it is to be restored
	}{
		{"nothing wrong", 1, []entry{good, file("drafts/a.json", "{}")}, nil, ""},
		{"an identity", 2, []entry{good, file("records/identity.json", "{}")}, nil, ""},
		{"a private key", 2, []entry{good, file("records/instructor.pem", "x")}, nil, "it holds"},
		{"a newer format", 3, []entry{good}, nil, "a newer program made it"},
		{"no log", 1, []entry{file("drafts/a.json", "{}")}, nil, "the log is missing"},
		{"up and away", 1, []entry{good, file("../evil.json", "x")}, nil, `"../evil.json"`},
		{"up and away from the drafts", 1, []entry{good, file("drafts/../../evil.json", "x")}, nil, "it holds"},
		{"an absolute name", 1, []entry{good, file("/tmp/evil.json", "x")}, nil, "it holds"},
		{"a folder below", 1, []entry{good, file("drafts/b/evil.json", "x")}, nil, "it holds"},
		{"a name of Windows", 1, []entry{good, file(`drafts/..\..\evil.json`, "x")}, nil, "it holds"},
		{"a drive of Windows", 1, []entry{good, file(`drafts/c:evil.json`, "x")}, nil, "it holds"},
		{"the lock", 1, []entry{good, file("lock", "x")}, nil, "it holds"},
		{"a program", 1, []entry{good, file("drafts/evil.sh", "x")}, nil, "it holds"},
		{"a link", 1, []entry{good, link}, nil, "it holds"},
		{"the same twice", 1, []entry{good, good}, nil, "was altered"},
		{"an empty one twice", 1, []entry{good, file("drafts/a.json", ""), file("drafts/a.json", "")}, nil, "was altered"},
		{"an altered event", 1, []entry{good}, swap(`"item":"a"`, `"item":"b"`), "was altered"},
		{"a file that is not in the list", 1, []entry{good, file("drafts/a.json", "{}")}, swap(`"drafts/a.json":`, `"drafts/b.json":`), "was altered"},
		{"a terabyte that is not there", 1, []entry{good, long}, nil, "far too large"},
		{"a terabyte of holes", 1, []entry{good, holes}, swap("XXX.sparse", "GNU.sparse"), "far too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "data")
			s, _ := open(t, dir)
			if err := errors.Join(s.Append(t.Context(), visited(1), visited(2)), s.Close()); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			kept, err := progress.Restore(dir, bytes.NewReader(archive(t, c.format, c.entries, c.change)))
			if c.want == "" {
				if err != nil || kept == "" {
					t.Fatalf("kept in %q, %v", kept, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "nothing was changed") {
				t.Errorf("the error says %v", err)
			}
			if after, err := os.ReadFile(filepath.Join(dir, "events.jsonl")); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the log was touched: %q, %v", after, err)
			}
			for d, n := range map[string]int{parent: 1, dir: 3} {
				if left, err := os.ReadDir(d); err != nil || len(left) != n {
					t.Errorf("in %s: %v, %v", d, left, err)
				}
			}
		})
	}
}

//go:build unix

package progress_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"edu/threatlings/progress"
)

// TestFullDisk limits the size of files, which fails a write in its middle as a
// full disk does. It runs in a child, because a limit cannot be taken back.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("PROGRESS_FULL"); dir != "" {
		fullDisk(t, dir)
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), "PROGRESS_FULL="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s, notices := open(t, dir)
	events, _ := s.Events(t.Context())
	if len(notices) > 0 || len(events) == 0 {
		t.Errorf("%d events, notices %q", len(events), notices)
	}
	if err := s.Append(t.Context(), visited(7)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if d, ok, err := s.Draft(t.Context(), "a"); err != nil || !ok || d[0] != "small" {
		t.Errorf("the draft before: %q, %v, %v", d, ok, err)
	}
}

func fullDisk(t *testing.T, dir string) {
	s, _ := open(t, dir)
	if err := s.SaveDraft(t.Context(), "a", []string{"small"}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4096, Max: 4096}); err != nil {
		t.Skip("files cannot be limited here:", err)
	}
	var err error
	for n := 0; err == nil; n++ {
		if n > 1000 {
			t.Fatal("the limit does not work")
		}
		err = s.Append(t.Context(), visited(n))
	}
	if !strings.Contains(err.Error(), "The disk is full: free some space") {
		t.Errorf("the error says %v", err)
	}
	if err := s.SaveDraft(t.Context(), "a", []string{strings.Repeat("x", 5000)}); err == nil || !strings.Contains(err.Error(), "The disk is full") {
		t.Errorf("a draft: %v", err)
	}
}

// TestLockedFolder opens a folder that its reader may not write, as somebody
// who is not root: in a child, because that cannot be taken back.
func TestLockedFolder(t *testing.T) {
	if dir := os.Getenv("PROGRESS_LOCKED"); dir != "" {
		lockedFolder(t, dir)
		return
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, "data")
	s, _ := open(t, dir)
	if err := s.Append(t.Context(), visited(1)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	for _, p := range []string{parent, filepath.Join(dir, "drafts"), dir} {
		if err := os.Chmod(p, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(p, 0o700) })
	}
	for _, p := range []string{"events.jsonl", "lock"} {
		if err := os.Chmod(filepath.Join(dir, p), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestLockedFolder$", "-test.v")
	cmd.Dir = parent // a relative name needs no leave to pass the folders above
	cmd.Env = append(os.Environ(), "PROGRESS_LOCKED=data")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func lockedFolder(t *testing.T, dir string) {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := progress.OpenFile(dir, progress.Options{})
	if err == nil || !strings.Contains(err.Error(), "may not be written by you") || !strings.Contains(err.Error(), "--read-only") {
		t.Errorf("the error says %v", err)
	}
	_, _, err = progress.OpenFile(filepath.Join(dir, "new"), progress.Options{})
	if err == nil || !strings.Contains(err.Error(), "may not be written by you") {
		t.Errorf("the error says %v", err)
	}
	s, notices, err := progress.OpenFile(dir, progress.Options{ReadOnly: true})
	if err != nil || len(notices) > 0 {
		t.Fatalf("reading only: %v, notices %q", err, notices)
	}
	if events, err := s.Events(t.Context()); err != nil || len(events) != 1 {
		t.Errorf("reading only: %d events, %v", len(events), err)
	}
}

package progress_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"edu/threatlings/progress"
)

// TestFullFileSystem fills a real file system of 64 KB to its last byte and then
// makes it read-only. It is mounted by a child in a namespace of its own, so
// that nothing of it is seen outside and nothing is left behind.
func TestFullFileSystem(t *testing.T) {
	if dir := os.Getenv("PROGRESS_TMPFS"); dir != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
			t.Skip("mounting is not allowed here: ", err)
		}
		fullFileSystem(t, dir)
		readOnlyFileSystem(t, dir)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullFileSystem$", "-test.v")
	cmd.Env = append(os.Environ(), "PROGRESS_TMPFS="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Skip("namespaces are not allowed here: ", err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if strings.Contains(out.String(), "--- SKIP") {
		t.Skip(out.String())
	}
	t.Log(out.String())
}

func fullFileSystem(t *testing.T, dir string) {
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 16<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	s, _ := open(t, data)
	if err := s.SaveDraft(t.Context(), "a", []string{"small"}); err != nil {
		t.Fatal(err)
	}
	saved := 0
	var err error
	for ; err == nil; saved++ {
		if saved > 1000 {
			t.Fatal("the file system is never full")
		}
		err = s.Append(t.Context(), visited(saved))
	}
	saved-- // the last one was not
	if !strings.Contains(err.Error(), "The disk is full: free some space") || !strings.Contains(err.Error(), data) {
		t.Errorf("the error says %v", err)
	}
	log := filepath.Join(data, "events.jsonl")
	if b, err := os.ReadFile(log); err != nil || bytes.Count(b, []byte("\n")) != saved || b[len(b)-1] != '\n' {
		t.Errorf("%d events saved, and the log ends in %q, %v", saved, b[max(0, len(b)-50):], err)
	}
	if err := s.SaveDraft(t.Context(), "a", []string{strings.Repeat("x", 9000)}); err == nil || !strings.Contains(err.Error(), "The disk is full") {
		t.Errorf("a draft: %v", err)
	}
	if d, ok, err := s.Draft(t.Context(), "a"); err != nil || !ok || d[0] != "small" {
		t.Errorf("the draft before: %q, %v, %v", d, ok, err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), visited(saved)); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	s.Close()
	s, notices := open(t, data)
	events, _ := s.Events(t.Context())
	if len(events) != saved+1 || len(notices) > 0 {
		t.Errorf("%d events of %d, notices %q", len(events), saved+1, notices)
	}
	s.Close()
	t.Logf("full after %d events", saved)
}

func readOnlyFileSystem(t *testing.T, dir string) {
	data := filepath.Join(dir, "data")
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	_, _, err := progress.OpenFile(data, progress.Options{})
	if err == nil || !strings.Contains(err.Error(), "read-only file system: choose a folder") {
		t.Errorf("the error says %v", err)
	}
	s, _, err := progress.OpenFile(data, progress.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if events, err := s.Events(t.Context()); err != nil || len(events) == 0 {
		t.Errorf("reading only: %d events, %v", len(events), err)
	}
}

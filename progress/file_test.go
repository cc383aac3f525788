package progress_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"edu/threatlings/progress"
	"edu/threatlings/progress/storetest"
)

// The test binary plays other programs: one that appends until it is killed,
// and one that holds the lock.
func TestMain(m *testing.M) {
	switch dir := os.Getenv("PROGRESS_CHILD_DIR"); os.Getenv("PROGRESS_CHILD") {
	case "append":
		child(dir, true)
	case "hold":
		child(dir, false)
	default:
		os.Exit(m.Run())
	}
}

func child(dir string, write bool) {
	s, _, err := progress.OpenFile(dir, progress.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	for i := 0; ; i++ {
		if !write {
			time.Sleep(time.Hour) // until it is killed
		}
		e := progress.Event{ID: progress.NewID(), Time: time.Now().UTC(), Kind: progress.Visited, Item: strings.Repeat("x", i%3000), Page: i}
		if err := s.Append(context.Background(), e); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("saved", i)
	}
}

func startChild(t *testing.T, what, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PROGRESS_CHILD="+what, "PROGRESS_CHILD_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("the child said %q", lines.Text())
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, lines
}

func open(t testing.TB, dir string) (*progress.File, []string) {
	t.Helper()
	s, notices, err := progress.OpenFile(dir, progress.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, notices
}

func visited(page int) progress.Event {
	return progress.Event{ID: progress.NewID(), Time: time.Now().UTC(), Kind: progress.Visited, Item: "a", Page: page}
}

func TestStores(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		all := map[string]progress.Store{}
		storetest.Run(t, func(_ *testing.T, name string) progress.Store {
			if all[name] == nil {
				all[name] = progress.NewMemory()
			}
			return all[name]
		})
	})
	t.Run("file", func(t *testing.T) {
		dir := t.TempDir()
		storetest.Run(t, func(t *testing.T, name string) progress.Store {
			s, notices := open(t, filepath.Join(dir, name))
			if len(notices) > 0 {
				t.Errorf("notices %q", notices)
			}
			return s
		})
	})
}

func TestKilledWhileWriting(t *testing.T) {
	for round := range 10 {
		dir := t.TempDir()
		cmd, lines := startChild(t, "append", dir)
		acknowledged := -1
		for lines.Scan() {
			if _, err := fmt.Sscanf(lines.Text(), "saved %d", &acknowledged); err != nil {
				t.Fatal(lines.Text())
			}
			if acknowledged == 3+round*7 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		s, _ := open(t, dir)
		events, err := s.Events(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(events) <= acknowledged {
			t.Fatalf("%d events, but %d were acknowledged", len(events), acknowledged+1)
		}
		for i, e := range events {
			if e.Page != i {
				t.Fatalf("event %d is %d", i, e.Page)
			}
		}
	}
}

func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	if err := s.Append(t.Context(), visited(0), visited(1)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	log := filepath.Join(dir, "events.jsonl")
	f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"id":"x","kind":"visi`); err != nil {
		t.Fatal(err)
	}
	f.Close()

	s, notices := open(t, dir)
	if len(notices) != 1 || !strings.Contains(notices[0], "cut off in the middle") {
		t.Errorf("notices %q", notices)
	}
	if err := s.Append(t.Context(), visited(2)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s, notices = open(t, dir)
	events, _ := s.Events(t.Context())
	if len(events) != 3 || events[2].Page != 2 || len(notices) != 0 {
		t.Errorf("%d events, notices %q", len(events), notices)
	}
	torn, err := filepath.Glob(filepath.Join(dir, "events.torn-*"))
	if err != nil || len(torn) != 1 {
		t.Fatalf("fragments %q, %v", torn, err)
	}
	if b, _ := os.ReadFile(torn[0]); string(b) != `{"id":"x","kind":"visi` {
		t.Errorf("fragment %q", b)
	}
}

func TestGarbageInTheMiddleIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	huge := `{"id":"h","kind":"later","item":"` + strings.Repeat("y", 8<<20) + `"}`
	log := `{"id":"1","kind":"visited","item":"a"}` + "\n\x00\x01 rubbish\n" + huge + "\n" + `{"id":"2","kind":"visited","item":"b","page":4,"new_field":true}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "events.jsonl"), []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	s, notices := open(t, dir)
	events, _ := s.Events(t.Context())
	if len(events) != 3 || events[2].Page != 4 {
		t.Fatalf("%d events", len(events))
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "the first is line 2") {
		t.Errorf("notices %q", notices)
	}
	if err := s.Append(t.Context(), visited(1)); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "events.jsonl")); !bytes.HasPrefix(b, []byte(log)) {
		t.Error("the lines before were changed")
	}
}

func TestTwoPrograms(t *testing.T) {
	dir := t.TempDir()
	cmd, _ := startChild(t, "hold", dir)
	s, _ := open(t, dir)
	ro, why := s.ReadOnly()
	if !ro || !strings.Contains(why, "Another threatlings") {
		t.Fatalf("read-only %v: %s", ro, why)
	}
	if err := s.Append(t.Context(), visited(0)); !errors.Is(err, progress.ErrReadOnly) {
		t.Errorf("appending: %v", err)
	}
	if err := s.SaveDraft(t.Context(), "a", []string{"x"}); !errors.Is(err, progress.ErrReadOnly) {
		t.Errorf("a draft: %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	s.Close()
	s, _ = open(t, dir)
	if ro, why := s.ReadOnly(); ro {
		t.Errorf("the lock outlived its program: %s", why)
	}
}

func TestPermissions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	s, _ := open(t, dir)
	if err := errors.Join(s.Append(t.Context(), visited(0)), s.SaveDraft(t.Context(), "a", []string{"x"})); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(dir, func(p string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v: others can read it", p, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

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

func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := progress.OpenFile(filepath.Join(file, "below"), progress.Options{})
	if err == nil || !strings.Contains(err.Error(), "XDG_DATA_HOME") {
		t.Errorf("the error says no remedy: %v", err)
	}
	s, _, err := progress.OpenFile(filepath.Join(t.TempDir(), "none"), progress.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if ro, _ := s.ReadOnly(); !ro {
		t.Error("not read-only")
	}
}

func TestADamagedDraftBlocksNothing(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "drafts", "a.json"), []byte(`{"item":"a","dra`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Draft(t.Context(), "a"); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "drafts", "a.json.unreadable")); err != nil {
		t.Error("the damaged draft was thrown away:", err)
	}
}

func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
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

// FuzzLog: any bytes in the log open without panic, the events read are the same
// when read again, and appending works.
func FuzzLog(f *testing.F) {
	f.Add([]byte(`{"id":"1","kind":"visited","item":"a"}` + "\n"))
	f.Add([]byte("\n\n{}\n{\"kind\":\"x\"}\ntorn"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "events.jsonl"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, _ := open(t, dir)
		before, _ := s.Events(t.Context())
		if err := s.Append(t.Context(), visited(1)); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s, _ = open(t, dir)
		after, _ := s.Events(t.Context())
		if len(after) != len(before)+1 {
			t.Errorf("%d events, then %d", len(before), len(after))
		}
		progress.Summarize(after)
	})
}

func BenchmarkOpen10k(b *testing.B) {
	dir := b.TempDir()
	s, _ := open(b, dir)
	var events []progress.Event
	for i := range 10_000 {
		events = append(events, visited(i))
	}
	if err := s.Append(b.Context(), events...); err != nil {
		b.Fatal(err)
	}
	s.Close()
	for b.Loop() {
		s, _, err := progress.OpenFile(dir, progress.Options{})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

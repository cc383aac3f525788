package progress_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// child says when it is ready, and, after each event is saved, so. Events are
// up to 400 KB long, so that a kill can hit the middle of one.
func child(dir string, write bool) {
	s, _, err := progress.OpenFile(dir, progress.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	for i := 0; ; i++ {
		if !write {
			select {} // until it is killed
		}
		e := visited(i)
		e.Item = strings.Repeat("x", i*77_777%400_000)
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
	torn := 0
	for round := range 16 {
		dir := t.TempDir()
		cmd, lines := startChild(t, "append", dir)
		acknowledged := -1
		for lines.Scan() {
			if _, err := fmt.Sscanf(lines.Text(), "saved %d", &acknowledged); err != nil {
				t.Fatal(lines.Text())
			}
			if acknowledged == 2+round { // and then at some moment of the next few
				timer := time.AfterFunc(rand.N(4*time.Millisecond), func() { _ = cmd.Process.Kill() })
				defer timer.Stop()
			}
		}
		_ = cmd.Wait()
		s, notices := open(t, dir)
		torn += len(notices)
		events, err := s.Events(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(events) <= acknowledged {
			t.Fatalf("%d events, but %d were acknowledged", len(events), acknowledged+1)
		}
		for i, e := range events {
			if e.Page != i || len(e.Item) != i*77_777%400_000 {
				t.Fatalf("event %d is %d, %d bytes", i, e.Page, len(e.Item))
			}
		}
	}
	t.Logf("%d of 16 kills hit the middle of an event", torn)
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
	huge := `{"id":"h","kind":"later","item":"` + strings.Repeat("y", 32<<20) + `"}`
	log := `{"id":"1","kind":"visited","item":"a"}` + "\n\x00\x01 rubbish\n" + huge + "\n" + `{"id":"2","kind":"visited","item":"b","page":4,"new_field":true}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "events.jsonl"), []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	s, notices := open(t, dir)
	events, _ := s.Events(t.Context())
	if len(events) != 3 || events[2].Page != 4 {
		t.Fatalf("%d events", len(events))
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "Line 2 of ") {
		t.Errorf("notices %q", notices)
	}
	if err := s.Append(t.Context(), visited(1)); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "events.jsonl")); !bytes.HasPrefix(b, []byte(log)) {
		t.Error("the lines before were changed")
	}
}

// TestTheEndOfTheLog holds what may stand at the end of a log to what becomes of it.
func TestTheEndOfTheLog(t *testing.T) {
	const first = `{"id":"1","kind":"visited","item":"a"}` + "\n"
	for _, c := range []struct {
		name, tail  string
		events      int
		torn, other bool // set aside; passed over but kept
	}{
		{"nothing", "", 1, false, false},
		{"half an event", `{"id":"2","ki`, 1, true, false},
		{"zeros of a power cut", strings.Repeat("\x00", 4096), 1, true, false},
		{"rubbish with an end of line", "\xff\xfe{]\n", 1, true, false},
		{"a whole event without its end of line", `{"id":"2","kind":"visited"}`, 2, false, false},
		{"an object that is no event", `{"id":"2"}` + "\n", 1, false, true},
		{"a newer program's idea of a field", `{"id":"2","kind":"visited","answer":{"new":1}}` + "\n", 1, false, true},
		{"blank lines", "\n\n", 1, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			log := filepath.Join(dir, "events.jsonl")
			if err := os.WriteFile(log, []byte(first+c.tail), 0o600); err != nil {
				t.Fatal(err)
			}
			s, notices := open(t, dir)
			events, _ := s.Events(t.Context())
			if len(events) != c.events || len(notices) > 0 != (c.torn || c.other) {
				t.Errorf("%d events, notices %q", len(events), notices)
			}
			if err := errors.Join(s.Append(t.Context(), visited(9)), s.Close()); err != nil {
				t.Fatal(err)
			}
			s, notices = open(t, dir)
			events, _ = s.Events(t.Context())
			if len(events) != c.events+1 || events[c.events].Page != 9 || len(notices) > 0 != c.other {
				t.Errorf("opened again: %d events, notices %q", len(events), notices)
			}
			torn, _ := filepath.Glob(filepath.Join(dir, "events.torn-*"))
			if len(torn) > 0 != c.torn {
				t.Fatalf("fragments %q", torn)
			}
			if c.torn {
				if b, _ := os.ReadFile(torn[0]); string(b) != c.tail {
					t.Errorf("the fragment is %q", b)
				}
			} else if b, _ := os.ReadFile(log); !strings.HasPrefix(string(b), first+c.tail) {
				t.Error("what was in the log was changed")
			}
		})
	}
}

// TestFieldsOfANewerProgramSurvive a copy from one store into another.
func TestFieldsOfANewerProgramSurvive(t *testing.T) {
	const line = `{"id":"1","time":"2030-01-02T03:04:05Z","kind":"dreamt","item":"a","vividness":[1,2]}` + "\n"
	from, to := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "events.jsonl"), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	s, notices := open(t, from)
	events, _ := s.Events(t.Context())
	if len(notices) > 0 {
		t.Errorf("notices %q", notices)
	}
	s, _ = open(t, to)
	if err := s.Append(t.Context(), events...); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(to, "events.jsonl")); string(b) != line {
		t.Errorf("copied as %s", b)
	}
}

func TestTwoPrograms(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	if err := errors.Join(s.Append(t.Context(), visited(5)), s.Close()); err != nil {
		t.Fatal(err)
	}
	cmd, _ := startChild(t, "hold", dir)
	s, _ = open(t, dir)
	if events, err := s.Events(t.Context()); err != nil || len(events) != 1 {
		t.Errorf("the second program sees %d events, %v", len(events), err)
	}
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

// FuzzLog: any bytes in the log open without panic, the events read are the same
// when read again, and appending works.
func FuzzLog(f *testing.F) {
	f.Add([]byte(`{"id":"1","kind":"visited","item":"a"}` + "\n"))
	f.Add([]byte("\n\n{}\n{\"kind\":\"x\"}\ntorn"))
	f.Add([]byte("{}\n\v")) // space, but not to JSON
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

func BenchmarkAppend(b *testing.B) {
	s, _ := open(b, b.TempDir())
	for b.Loop() {
		if err := s.Append(b.Context(), visited(1)); err != nil {
			b.Fatal(err)
		}
	}
}

// A quarter of the events are submissions with a result of 1.2 KB.
func BenchmarkOpen10k(b *testing.B) {
	dir := b.TempDir()
	s, _ := open(b, dir)
	var events []progress.Event
	score, result := 0.75, []byte(`{"items":["`+strings.Repeat("A sentence of feedback. ", 50)+`"]}`)
	for i := range 10_000 {
		e := visited(i)
		if i%4 == 0 {
			e.Kind, e.Item, e.Answer = progress.Submitted, "house.windows", []string{"windows", "a few words of a learner's own"}
			e.Score, e.Outcome, e.Result = &score, "partly", result
		}
		events = append(events, e)
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

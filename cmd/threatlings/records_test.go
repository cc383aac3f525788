package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"edu/threatlings/course"
	"edu/threatlings/course/classroom"
	"edu/threatlings/course/classroom/host"
	"edu/threatlings/course/evidence"
	"edu/threatlings/course/server/database"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/progress"
	"edu/threatlings/progress/records"
	"edu/threatlings/progress/records/lrstest"
)

var testCourse = sync.OnceValues(func() (*course.Course, error) { return course.Load(course.Embedded(), kinds.Decoder{}) })

// finished is the events of somebody who has done all parts up to one, a minute
// apart, with one score everywhere, and words of their own.
func finished(c *course.Course, parts int, score float64, own string) []progress.Event {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	var out []progress.Event
	add := func(e progress.Event) {
		at = at.Add(time.Minute)
		e.ID, e.Time, e.Course = progress.NewID(), at, c.ID
		out = append(out, e)
	}
	for _, m := range c.Modules[:parts] {
		for _, st := range m.Steps {
			if st.Optional {
				continue
			}
			add(progress.Event{Kind: progress.Visited, Item: st.ID, Page: len(st.Pages) - 1})
			for _, it := range st.Items() {
				s := score
				add(progress.Event{Kind: progress.Submitted, Item: it.ID, Score: &s, Outcome: "partly", Answer: []string{own}})
			}
		}
	}
	return out
}

// scriptCommands are what scripts about records need beside the program: a past.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	must := func(ts *testscript.TestScript, err error) {
		if err != nil {
			ts.Fatalf("%v", err)
		}
	}
	number := func(ts *testscript.TestScript, s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		must(ts, err)
		return f
	}
	return map[string]func(*testscript.TestScript, bool, []string){
		// did PARTS SCORE WORDS: this computer's learner has done the first parts.
		"did": func(ts *testscript.TestScript, _ bool, args []string) {
			c, err := testCourse()
			must(ts, err)
			store, _, err := progress.OpenFile(filepath.Join(ts.Getenv("XDG_DATA_HOME"), "threatlings"), progress.Options{})
			must(ts, err)
			must(ts, store.Append(context.Background(), finished(c, int(number(ts, args[0])), number(ts, args[1]), args[2])...))
			must(ts, store.Close())
		},
		// served PARTS SCORE WORDS PERSON ...: people on the server have.
		"served": func(ts *testscript.TestScript, _ bool, args []string) {
			c, err := testCourse()
			must(ts, err)
			dir := filepath.Join(ts.Getenv("XDG_DATA_HOME"), "threatlings", "server")
			must(ts, os.MkdirAll(dir, 0o700))
			db, err := database.Open(context.Background(), filepath.Join(dir, "course.db"))
			must(ts, err)
			for _, p := range args[3:] {
				must(ts, db.Add(context.Background(), p, finished(c, int(number(ts, args[0])), number(ts, args[1]), args[2])...))
				must(ts, db.SaveFile(context.Background(), p, "settings.yaml", []byte("name: "+args[2])))
			}
			must(ts, db.Close())
		},
		// held PERSON WORDS: a class of somebody with a key and somebody without was
		// held here. Its code is in $CLASS.
		"held": func(ts *testscript.TestScript, _ bool, args []string) {
			dir := filepath.Join(ts.Getenv("XDG_DATA_HOME"), "threatlings", "server")
			must(ts, os.MkdirAll(dir, 0o700))
			ctx := context.Background()
			db, err := database.Open(ctx, filepath.Join(dir, "course.db"))
			must(ts, err)
			at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
			h := host.New(ctx, host.Options{Log: db.Rooms(), Now: func() time.Time { at = at.Add(5 * time.Minute); return at }})
			code, _, err := h.Create(ctx, classroom.Class{Scenario: "billing", Teams: []string{"Lynx"}, Host: "Cy"})
			must(ts, err)
			table, err := h.Open(ctx, code)
			must(ts, err)
			do := func(c classroom.Change) { must(ts, table.Do(ctx, c)) }
			do(classroom.Change{Kind: classroom.Sat, Name: args[1], Who: args[0]})
			do(classroom.Change{Kind: classroom.Sat, Name: "Bo", Secret: "1234"})
			do(classroom.Change{Kind: classroom.Moved, Desk: true, Phase: classroom.Alone})
			do(classroom.Change{Kind: classroom.Wrote, Seat: table.Room().Seats[0].ID, Sheet: &classroom.Sheet{Cards: []classroom.Card{{Text: args[1] + " saw the logs"}}}})
			do(classroom.Change{Kind: classroom.Moved, Desk: true, Phase: classroom.Compare})
			must(ts, db.Close())
			ts.Setenv("CLASS", code)
		},
		// alter FILE: one byte of a file changes, in its middle.
		"alter": func(ts *testscript.TestScript, _ bool, args []string) {
			name := ts.MkAbs(args[0])
			b, err := os.ReadFile(name)
			must(ts, err)
			if i := len(b) / 2; b[i] == 'x' {
				b[i] = 'y'
			} else {
				b[i] = 'x'
			}
			must(ts, os.WriteFile(name, b, 0o600))
		},
		// gone TEXT FOLDER: no file below a folder holds the text.
		"gone": func(ts *testscript.TestScript, _ bool, args []string) {
			must(ts, filepath.WalkDir(ts.MkAbs(args[1]), func(p string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				b, err := os.ReadFile(p)
				if strings.Contains(string(b), args[0]) || strings.Contains(p, args[0]) {
					ts.Fatalf("%q is still in %s", args[0], p)
				}
				return err
			}))
		},
	}
}

// A store is a learning record store that keeps what it is sent, when it is up.
type store struct {
	mu     sync.Mutex
	down   bool
	kept   map[string]string
	posted int
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		w.Header().Set("Retry-After", "3600")
		http.Error(w, "closed for the night", http.StatusServiceUnavailable)
		return
	}
	if r.Header.Get("Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte("me:secret")) {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	s.posted++
	b, err := io.ReadAll(r.Body)
	var list []json.RawMessage
	if err != nil || json.Unmarshal(b, &list) != nil {
		http.Error(w, "no list", http.StatusBadRequest)
		return
	}
	ids := []string{}
	for _, one := range list {
		var st struct{ ID string }
		if json.Unmarshal(one, &st) != nil {
			http.Error(w, "no statement", http.StatusBadRequest)
			return
		}
		s.kept[st.ID] = string(one)
		ids = append(ids, st.ID)
	}
	_ = json.NewEncoder(w).Encode(ids) // the client may be gone
}

// Offline is normal: what cannot be sent waits, and goes along the next time, once.
func TestSync(t *testing.T) {
	c, err := testCourse()
	if err != nil {
		t.Fatal(err)
	}
	lrs := &store{down: true, kept: map[string]string{}}
	srv := httptest.NewServer(lrs)
	defer srv.Close()
	env := home(t)
	log, _, err := progress.OpenFile(dataDir(env), progress.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const own = "words of my own"
	if err := log.Append(t.Context(), finished(c, 2, 0.8, own)...); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	program := mustBinary(t)
	sync := func(credentials string, more ...string) (string, error) {
		cmd := exec.Command(program, append([]string{"records", "sync", "--to", srv.URL, "--credentials", "-"}, more...)...)
		cmd.Env, cmd.Stdin = env, strings.NewReader(credentials)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	says := func(out string, err error, fails bool, want string) {
		t.Helper()
		if (err != nil) != fails || !strings.Contains(out, want) {
			t.Fatalf("%v: %q is not in\n%s", err, want, out)
		}
	}
	out, err := sync("me:secret")
	says(out, err, true, "7 waiting")
	if !strings.Contains(out, "Nothing is lost") {
		t.Error(out)
	}
	lrs.mu.Lock()
	lrs.down = false
	lrs.mu.Unlock()
	out, err = sync("me:wrong")
	says(out, err, true, "does not accept the user name")
	if strings.Contains(out, "wrong") {
		t.Error("the password is told")
	}
	out, err = sync("me:secret")
	says(out, err, false, "7 sent, 0 were there already, 0 refused, 0 waiting")
	out, err = sync("me:secret")
	says(out, err, false, "0 sent, 0 were there already, 0 refused, 0 waiting")
	if !strings.HasPrefix(out, "0 ") {
		t.Errorf("a second time %s", out)
	}
	if lrs.posted != 1 {
		t.Errorf("%d requests", lrs.posted)
	}
	out, err = sync("me:secret", "--answers")
	says(out, err, false, " sent, 0 were there already, 0 refused, 0 waiting")
	for _, s := range lrs.kept {
		if strings.Contains(s, own) {
			t.Fatalf("free text was sent unasked: %s", s)
		}
	}
	cmd := exec.Command(program, "records", "sync", "--to", "http://lrs.example.org", "--credentials", "-")
	cmd.Env, cmd.Stdin = env, strings.NewReader("me:secret")
	if b, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(b), "must begin with https://") {
		t.Errorf("%v: %s", err, b)
	}
}

// More than a queue holds goes out in parts.
func TestSyncMoreThanAQueueHolds(t *testing.T) {
	c, err := testCourse()
	if err != nil {
		t.Fatal(err)
	}
	who := evidence.Holder{Person: records.Account{HomePage: records.LocalHome, Name: "u-1"}, Program: "test"}
	ss, err := records.Statements(nil, evidence.Attempts(c, finished(c, 3, 1, "x"), who), records.Vocabulary{Base: "https://example.org"})
	if err != nil {
		t.Fatal(err)
	}
	lrs := &store{kept: map[string]string{}}
	srv := httptest.NewServer(lrs)
	defer srv.Close()
	send, err := records.NewSender(srv.URL, "me", "secret", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	q, err := records.OpenQueue(t.TempDir(), len(ss)+1)
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := records.Statements(nil, evidence.Attempts(c, finished(c, 1, 1, "x"), who), records.Vocabulary{Base: "https://example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Add(waiting); err != nil {
		t.Fatal(err)
	}
	if got, err := enqueueAndSend(t.Context(), send, q, ss); err != nil || got != (records.Sending{Sent: len(waiting) + len(ss)}) {
		t.Errorf("%+v of %d, %v", got, len(waiting)+len(ss), err)
	}
}

// Everything that somebody did goes into a real store, and a second time nothing does.
func TestSyncRealStore(t *testing.T) {
	endpoint := lrstest.Start(t)
	c, err := testCourse()
	if err != nil {
		t.Fatal(err)
	}
	env := home(t)
	log, _, err := progress.OpenFile(dataDir(env), progress.Options{})
	if err != nil {
		t.Fatal(err)
	}
	events := finished(c, 3, 0.8, "words, \u202e and =1+1")
	if err := errors.Join(log.Append(t.Context(), events...), log.Close()); err != nil {
		t.Fatal(err)
	}
	// Two parts and the course have something to pass, and one has not.
	n := 3*4 + 3
	for _, e := range events {
		if e.Kind == progress.Submitted {
			n++
		}
	}
	for _, n := range []int{n, 0} {
		want := fmt.Sprintf("%d sent, 0 were there already, 0 refused, 0 waiting", n)
		cmd := exec.Command(mustBinary(t), "records", "sync", "--to", endpoint, "--credentials", "-", "--answers", "--free-text")
		cmd.Env, cmd.Stdin = env, strings.NewReader("me:secret")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("%v: %q is not in\n%s", err, want, out)
		}
	}
}

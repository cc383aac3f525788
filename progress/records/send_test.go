package records

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// store is a record store that says what a test wants it to.
type store struct {
	*httptest.Server
	mu       sync.Mutex        // guards the rest: a cut connection ends before its handler does
	has      map[string][]byte // by id: the bytes of the statement
	requests []int             // how many statements each request had
	// say answers a request in the store's stead when it returns true.
	say func(w http.ResponseWriter, r *http.Request, ids []string) bool
}

func newStore(t *testing.T) *store {
	s := &store{has: map[string][]byte{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if r.Method != "POST" || r.URL.Path != "/xAPI/statements" || user != "u" || password != "p:w" ||
			r.Header.Get("X-Experience-API-Version") != "1.0.3" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("request %s %s by %s with %v", r.Method, r.URL, user, r.Header)
		}
		var list []json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, len(list))
		var ids []string
		for _, raw := range list {
			var p parsed
			if err := json.Unmarshal(raw, &p); err != nil {
				t.Error(err)
			}
			ids = append(ids, p.ID)
		}
		if s.say != nil && s.say(w, r, ids) {
			return
		}
		for i, id := range ids {
			if old, ok := s.has[id]; ok && !bytes.Equal(old, list[i]) {
				http.Error(w, "conflict", http.StatusConflict)
				return
			}
		}
		for i, id := range ids {
			s.has[id] = list[i]
		}
		_ = json.NewEncoder(w).Encode(ids)
	}))
	t.Cleanup(s.Close)
	return s
}

// set changes what the store says.
func (s *store) set(say func(w http.ResponseWriter, r *http.Request, ids []string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say = say
}

func (s *store) stored(id string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.has[id]
}

// asked is how many requests there were.
func (s *store) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// sender sends to the store, waits in no time, and says how long it would have waited.
func (s *store) sender(t *testing.T) (*Sender, *[]time.Duration) {
	t.Helper()
	out, err := NewSender(s.URL+"/xAPI/", "u", "p:w", func() time.Time { return time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	var waits []time.Duration
	out.Client = s.Server.Client()
	out.Random = func() float64 { return 0.5 }
	out.Wait = func(ctx context.Context, d time.Duration) error {
		waits = append(waits, d)
		return ctx.Err()
	}
	return out, &waits
}

// simple makes n small statements, a second apart.
func simple(n int) []Statement {
	var out []Statement
	for i := range n {
		id := uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, i)).String()
		out = append(out, Statement{ID: id, Time: time.Unix(int64(i), 0), JSON: fmt.Appendf(nil, `{"id":"%s","n":%d}`, id, i)})
	}
	return out
}

func queueOf(t *testing.T, ss []Statement) *Queue {
	t.Helper()
	q, err := OpenQueue(filepath.Join(t.TempDir(), "queue"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := q.Add(ss); err != nil || n != len(ss) {
		t.Fatalf("%d added, %v", n, err)
	}
	return q
}

func (s *store) check(t *testing.T, got Sending, err error, want Sending, requests ...int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if fmt.Sprint(s.requests) != fmt.Sprint(requests) {
		t.Errorf("requests of %v statements, want %v", s.requests, requests)
	}
}

func TestSendsInBatchesUnchanged(t *testing.T) {
	s, ss := newStore(t), simple(120)
	send, _ := s.sender(t)
	q := queueOf(t, ss)
	got, err := send.Send(t.Context(), q)
	s.check(t, got, err, Sending{Sent: 120}, 50, 50, 20)
	for _, x := range ss {
		if b := s.stored(x.ID); !bytes.Equal(b, x.JSON) {
			t.Errorf("sent %s for %s", b, x.JSON)
		}
	}
	// They are known: neither the queue nor the store gets them twice.
	if n, err := q.Add(ss); n != 0 || err != nil {
		t.Errorf("%d added again, %v", n, err)
	}
	got, err = send.Send(t.Context(), q)
	s.check(t, got, err, Sending{}, 50, 50, 20)
}

func TestConflictInABatchAndAlone(t *testing.T) {
	s, ss := newStore(t), simple(4)
	s.has[ss[2].ID] = []byte(`{"another":"version"}`)
	send, _ := s.sender(t)
	q := queueOf(t, ss)
	got, err := send.Send(t.Context(), q)
	s.check(t, got, err, Sending{Sent: 3, Already: 1}, 4, 1, 1, 1, 1)
	if n, _ := q.Add(ss); n != 0 {
		t.Errorf("%d are new again", n)
	}
}

func TestRefusedStatementIsParked(t *testing.T) {
	s, ss := newStore(t), simple(3)
	s.say = func(w http.ResponseWriter, _ *http.Request, ids []string) bool {
		if strings.Contains(strings.Join(ids, " "), ss[1].ID) {
			http.Error(w, "no \x1b[2J such\nverb", http.StatusBadRequest)
			return true
		}
		return false
	}
	send, _ := s.sender(t)
	q := queueOf(t, ss)
	got, err := send.Send(t.Context(), q)
	s.check(t, got, err, Sending{Sent: 2, Rejected: 1}, 3, 1, 1, 1)
	rejected, err := q.Rejected()
	if err != nil || len(rejected) != 1 || rejected[0].ID != ss[1].ID || rejected[0].Reason != "400: no [2J such verb" {
		t.Fatalf("rejected: %+v, %v", rejected, err)
	}
	if b, err := os.ReadFile(rejected[0].File); err != nil || !bytes.Equal(b, ss[1].JSON) {
		t.Errorf("parked as %s, %v", b, err)
	}
	if n, _ := q.Add(ss); n != 0 {
		t.Errorf("%d are new again", n)
	}
}

func TestStopsForAPerson(t *testing.T) {
	for name, c := range map[string]struct {
		say  func(w http.ResponseWriter, r *http.Request, ids []string) bool
		want error
	}{
		"401": {func(w http.ResponseWriter, _ *http.Request, _ []string) bool {
			http.Error(w, "who?", http.StatusUnauthorized)
			return true
		}, ErrCredentials},
		"403": {func(w http.ResponseWriter, _ *http.Request, _ []string) bool {
			http.Error(w, "no", http.StatusForbidden)
			return true
		}, ErrCredentials},
		"404": {func(w http.ResponseWriter, r *http.Request, _ []string) bool {
			http.NotFound(w, r)
			return true
		}, ErrNoStore},
		"a redirection": {func(w http.ResponseWriter, r *http.Request, _ []string) bool {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return true
		}, ErrNoStore},
		"a page that says 200": {func(w http.ResponseWriter, _ *http.Request, _ []string) bool {
			_, _ = io.WriteString(w, "<html>Welcome to the hotel")
			return true
		}, ErrNoStore},
		"other ids": {func(w http.ResponseWriter, _ *http.Request, ids []string) bool {
			_ = json.NewEncoder(w).Encode(append(ids[1:], uuid.NameSpaceDNS.String()))
			return true
		}, ErrNoStore},
	} {
		s := newStore(t)
		s.say = c.say
		send, waits := s.sender(t)
		got, err := send.Send(t.Context(), queueOf(t, simple(60)))
		if !errors.Is(err, c.want) || got != (Sending{Left: 60}) || s.asked() != 1 || len(*waits) != 0 {
			t.Errorf("%s: %+v, %v after %d requests", name, got, err, s.asked())
		}
		if err != nil && strings.Contains(err.Error(), "p:w") {
			t.Errorf("%s: the password is in %v", name, err)
		}
	}
}

func TestTooLargeIsHalved(t *testing.T) {
	s, ss := newStore(t), simple(7)
	s.say = func(w http.ResponseWriter, _ *http.Request, ids []string) bool {
		if len(ids) > 2 || ids[0] == ss[6].ID {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return true
		}
		return false
	}
	send, _ := s.sender(t)
	q := queueOf(t, ss)
	got, err := send.Send(t.Context(), q)
	s.check(t, got, err, Sending{Sent: 6, Rejected: 1}, 7, 4, 2, 2, 3, 2, 1)
	if r, _ := q.Rejected(); len(r) != 1 || r[0].Reason != "413: too large" {
		t.Errorf("rejected: %+v", r)
	}
}

func TestBacksOff(t *testing.T) {
	n := 0
	answers := []func(w http.ResponseWriter){
		func(w http.ResponseWriter) { http.Error(w, "broken", http.StatusInternalServerError) },
		func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "7")
			http.Error(w, "slowly", http.StatusTooManyRequests)
		},
		func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "Mon, 02 Nov 2026 00:01:00 GMT")
			http.Error(w, "later", http.StatusServiceUnavailable)
		},
		func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, // the connection is cut
	}
	s := newStore(t)
	s.say = func(w http.ResponseWriter, _ *http.Request, _ []string) bool {
		n++
		if n > len(answers) {
			return false
		}
		answers[n-1](w)
		return true
	}
	send, waits := s.sender(t)
	got, err := send.Send(t.Context(), queueOf(t, simple(3)))
	s.check(t, got, err, Sending{Sent: 3}, 3, 3, 3, 3, 3)
	if want := fmt.Sprint([]time.Duration{500 * time.Millisecond, 8 * time.Second, 62 * time.Second, 4 * time.Second}); fmt.Sprint(*waits) != want {
		t.Errorf("waited %v, want %s", *waits, want)
	}
}

func TestGivesUpAndKeepsEverything(t *testing.T) {
	for name, c := range map[string]struct {
		say   func(w http.ResponseWriter, ids []string)
		tries int
	}{
		"500 for ever":   {func(w http.ResponseWriter, _ []string) { http.Error(w, "broken", http.StatusInternalServerError) }, 5},
		"cut for ever":   {func(http.ResponseWriter, []string) { panic(http.ErrAbortHandler) }, 5},
		"cut in the 200": {func(w http.ResponseWriter, _ []string) { w.Header().Set("Content-Length", "99"); w.WriteHeader(200) }, 5},
		"wait a day": {func(w http.ResponseWriter, _ []string) {
			w.Header().Set("Retry-After", "86400")
			http.Error(w, "tomorrow", http.StatusTooManyRequests)
		}, 1},
	} {
		s := newStore(t)
		s.say = func(w http.ResponseWriter, _ *http.Request, ids []string) bool { c.say(w, ids); return true }
		send, waits := s.sender(t)
		q := queueOf(t, simple(60))
		got, err := send.Send(t.Context(), q)
		if !errors.Is(err, ErrUnavailable) || got != (Sending{Left: 60}) || s.asked() != c.tries || len(*waits) != c.tries-1 {
			t.Errorf("%s: %+v, %v, %d requests", name, got, err, s.asked())
		}
		s.set(nil)
		if got, err := send.Send(t.Context(), q); err != nil || got.Sent != 60 {
			t.Errorf("%s: then %+v, %v", name, got, err)
		}
	}
}

// The store took the statements, and the answer was lost on the way.
func TestLostAnswerMakesNoDuplicates(t *testing.T) {
	s, ss := newStore(t), simple(3)
	lost := false
	s.say = func(_ http.ResponseWriter, _ *http.Request, _ []string) bool {
		if lost {
			return false
		}
		lost = true
		for _, x := range ss {
			s.has[x.ID] = x.JSON
		}
		panic(http.ErrAbortHandler)
	}
	send, _ := s.sender(t)
	got, err := send.Send(t.Context(), queueOf(t, ss))
	s.check(t, got, err, Sending{Sent: 3}, 3, 3)
}

func TestStopsWhenAsked(t *testing.T) {
	s := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.say = func(w http.ResponseWriter, _ *http.Request, _ []string) bool {
		http.Error(w, "broken", http.StatusInternalServerError)
		return true
	}
	send, _ := s.sender(t)
	send.Wait = func(context.Context, time.Duration) error { cancel(); return ctx.Err() }
	got, err := send.Send(ctx, queueOf(t, simple(2)))
	if !errors.Is(err, context.Canceled) || got.Left != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	if err := wait(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting: %v", err)
	}
	if err := wait(t.Context(), 0); err != nil {
		t.Errorf("waiting: %v", err)
	}
}

func TestFullQueueRefusesAndLosesNothing(t *testing.T) {
	q, err := OpenQueue(t.TempDir(), 10)
	if err != nil {
		t.Fatal(err)
	}
	ss := simple(12)
	if n, err := q.Add(ss[:8]); n != 8 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := q.Add(ss[6:]); n != 0 || !errors.Is(err, ErrFull) {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := q.Len(); n != 8 || err != nil {
		t.Errorf("it holds %d, %v", n, err)
	}
	s := newStore(t)
	send, _ := s.sender(t)
	got, err := send.Send(t.Context(), q)
	s.check(t, got, err, Sending{Sent: 8}, 8)
	if n, err := q.Add(ss); n != 4 || err != nil {
		t.Errorf("then %d, %v", n, err)
	}
}

func TestQueueAfterACrash(t *testing.T) {
	ss := simple(3)
	q := queueOf(t, ss)
	for name, text := range map[string]string{".new-123": "half", "README": "not ours", sentName: "\n" + ss[0].ID[:20]} {
		if err := os.WriteFile(filepath.Join(q.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newStore(t)
	send, _ := s.sender(t)
	got, err := send.Send(t.Context(), q)
	s.check(t, got, err, Sending{Sent: 3}, 3)
	if n, err := q.Add(ss); n != 0 || err != nil {
		t.Errorf("%d are new behind a torn line, %v", n, err)
	}
	if _, err := q.Add([]Statement{{ID: "../../x"}}); err == nil {
		t.Error("a path was taken for an id")
	}
}

func TestQueueIsPrivate(t *testing.T) {
	q := queueOf(t, simple(1))
	names, err := q.names(q.dir)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]os.FileMode{q.dir: 0o700, filepath.Join(q.dir, names[0]): 0o600} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != want && os.PathSeparator == '/' {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
}

func TestSenderTakesHTTPSOnly(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"https://lrs.example.org/xAPI": true, "http://127.0.0.1:8080/xAPI": true, "http://[::1]/xAPI": true, "http://localhost/x": true,
		"http://lrs.example.org/xAPI": false, "http://10.0.0.1/xAPI": false, "http://127.0.0.1.example.org/": false,
		"https://user:secret@lrs.example.org": false, "ftp://127.0.0.1/": false, "lrs.example.org": false, "": false, "https://lrs.example.org/?a=b": false,
	} {
		_, err := NewSender(endpoint, "u", "p", time.Now)
		if (err == nil) != want {
			t.Errorf("%s: %v", endpoint, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is in %v", err)
		}
	}
}

func TestReadCredentials(t *testing.T) {
	u, p, err := ReadCredentials(strings.NewReader("name:pass:word\r\n"))
	if u != "name" || p != "pass:word" || err != nil {
		t.Errorf("got %q, %q, %v", u, p, err)
	}
	for _, bad := range []string{"", "secret", ":secret", "secret:", "a:secret\nb:secret"} {
		if _, _, err := ReadCredentials(strings.NewReader(bad)); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`["6ba7b810-9dad-11d1-80b4-00c04fd430c8"]`), "7")
	f.Add([]byte("<html>\x1b[2J"), "Mon, 02 Nov 2026 00:01:00 GMT")
	s := Sender{Now: func() time.Time { return time.Unix(0, 0) }}
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		if got := reason(body); len(got) > maxReason+4 || strings.ContainsAny(got, "\x1b\n") {
			t.Errorf("reason %q", got)
		}
		if s.after(header) < 0 {
			t.Errorf("%q asks to go back in time", header)
		}
		// No answer confirms two statements by naming one.
		it := item{name: "x_6ba7b811-9dad-11d1-80b4-00c04fd430c8.json"}
		if confirms(body, []item{it}) && confirms(body, []item{it, it}) {
			t.Errorf("%q confirms one and two", body)
		}
	})
}

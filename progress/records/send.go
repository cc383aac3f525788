package records

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"edu/threatlings/exercises/clean"
)

// Why sending stops. What was not sent waits in the queue.
var (
	ErrCredentials = errors.New("the record store does not accept the user name and password")
	ErrUnavailable = errors.New("the record store cannot be reached now")
	ErrNoStore     = errors.New("the address does not answer as a record store does")
)

const (
	batchSize   = 50
	xapiVersion = "1.0.3"
	tries       = 5               // of one request
	firstWait   = time.Second     // before the second try; it doubles
	longestWait = time.Minute     // between two tries
	patience    = 5 * time.Minute // a store that asks for more is asked another day
	maxAnswer   = 1 << 20         // bytes of an answer that are read
	maxReason   = 500             // bytes of a store's message that are kept
)

// A Sender sends what waits in a queue to one learning record store.
type Sender struct {
	endpoint       string
	user, password string

	// Client makes the requests; tests set their own. Redirections are never followed.
	Client *http.Client
	// Now is the clock, for a store that says until when to wait.
	Now func() time.Time
	// Wait waits, or returns the context's error when that ends first.
	Wait func(context.Context, time.Duration) error
	// Random is from 0 to 1: many learners' programs must not come back in step.
	Random func() float64
}

// NewSender makes a sender for an endpoint such as https://lrs.example.org/xAPI.
// Only https is taken: plain http would show the password and what people did to
// everybody on the way. A store on this computer may have http.
func NewSender(endpoint, user, password string, now func() time.Time) (*Sender, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		// The address is not repeated: there may be a password in it.
		return nil, errors.New("the record store's address must look like https://lrs.example.org/xAPI, without a name, a password or a question mark")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, errors.New("the record store's address must begin with https://; http:// is for a store on this computer only")
	}
	return &Sender{
		endpoint: strings.TrimRight(endpoint, "/"), user: user, password: password,
		Client: &http.Client{Timeout: 30 * time.Second}, Now: now, Wait: wait, Random: rand.Float64,
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// ReadCredentials reads "name:password" from a file or from standard input: a
// command line or a variable would show it to other programs. No error holds any of it.
func ReadCredentials(r io.Reader) (user, password string, err error) {
	b, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil {
		return "", "", fmt.Errorf("reading the record store's user name and password: %w", err)
	}
	text := strings.TrimRight(string(b), "\r\n")
	user, password, ok := strings.Cut(text, ":")
	if !ok || user == "" || password == "" || strings.ContainsAny(text, "\r\n") {
		return "", "", errors.New("reading the record store's user name and password: one line NAME:PASSWORD was expected")
	}
	return user, password, nil
}

// Sending says what became of the statements that waited.
type Sending struct {
	Sent     int // the store took them now
	Already  int // the store had them
	Rejected int // the store refused them; see Queue.Rejected
	Left     int // they wait on
}

// Send sends what waits, the oldest first. The error says why statements are left:
// ErrCredentials and ErrNoStore need a person, ErrUnavailable another try later.
func (s *Sender) Send(ctx context.Context, q *Queue) (Sending, error) {
	var out Sending
	items, err := q.waiting()
	for err == nil && len(items) > 0 {
		n := min(batchSize, len(items))
		err = s.batch(ctx, q, items[:n], &out)
		items = items[n:]
	}
	left, lenErr := q.Len()
	out.Left = left
	return out, errors.Join(err, lenErr)
}

// batch sends statements together, and smaller parts of them when the store's
// answer says that only a part is to blame.
func (s *Sender) batch(ctx context.Context, q *Queue, items []item, out *Sending) error {
	a, err := s.post(ctx, items)
	if err != nil {
		return err
	}
	part := 1
	switch {
	case a.status == http.StatusOK:
		out.Sent += len(items)
		return q.done(items)
	case len(items) == 1 && a.status == http.StatusConflict:
		out.Already++
		return q.done(items)
	case len(items) == 1:
		out.Rejected++
		return q.reject(items[0], fmt.Sprintf("%d: %s", a.status, a.reason))
	case a.status == http.StatusRequestEntityTooLarge:
		part = (len(items) + 1) / 2
	}
	for len(items) > 0 {
		n := min(part, len(items))
		if err := s.batch(ctx, q, items[:n], out); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

// An answer is what a store said to one request.
type answer struct {
	status int
	reason string        // its message, for people
	after  time.Duration // how long it asks to wait; 0 when it does not
	took   bool          // it confirmed the ids of all statements
}

// post sends one request until there is an answer that concerns the statements
// themselves (200, 400, 409 or 413), or a reason to stop.
func (s *Sender) post(ctx context.Context, items []item) (answer, error) {
	for try := 1; ; try++ {
		a, err := s.once(ctx, items)
		problem := fmt.Sprintf("it answered %d %s", a.status, a.reason)
		switch {
		case ctx.Err() != nil:
			return a, fmt.Errorf("sending to the record store: %w", ctx.Err())
		case err != nil:
			problem = clean.Line(err.Error())
		case a.status == http.StatusOK && a.took,
			a.status == http.StatusBadRequest, a.status == http.StatusConflict, a.status == http.StatusRequestEntityTooLarge:
			return a, nil
		case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
			return a, fmt.Errorf("%w, or they may not write there: %s", ErrCredentials, problem)
		case a.status != http.StatusTooManyRequests && a.status != http.StatusRequestTimeout && a.status < 500:
			// Also a 200 that does not name the statements: the page of a hotel's
			// network says 200 to everything.
			return a, fmt.Errorf("%w: %s", ErrNoStore, problem)
		}
		if try == tries {
			return a, fmt.Errorf("%w; tried %d times: %s", ErrUnavailable, tries, problem)
		}
		if a.after > patience {
			return a, fmt.Errorf("%w; it asks to wait for %s: %s", ErrUnavailable, a.after.Round(time.Second), problem)
		}
		// Full jitter: between nothing and a wait that doubles.
		pause := time.Duration(s.Random() * float64(min(firstWait<<(try-1), longestWait)))
		if err := s.Wait(ctx, a.after+pause); err != nil {
			return a, fmt.Errorf("sending to the record store: %w", err)
		}
	}
}

func (s *Sender) once(ctx context.Context, items []item) (answer, error) {
	bodies := make([][]byte, len(items))
	for i, it := range items {
		bodies[i] = it.body
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint+"/statements", bytes.NewReader(join(bodies, "")))
	if err != nil {
		return answer{}, fmt.Errorf("making the request: %w", err)
	}
	req.SetBasicAuth(s.user, s.password)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Experience-API-Version", xapiVersion)
	client := *s.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("reading the answer: %w", err)
	}
	a := answer{status: resp.StatusCode, reason: reason(body), after: s.after(resp.Header.Get("Retry-After"))}
	if resp.StatusCode == http.StatusOK {
		a.took = confirms(body, items)
	}
	return a, nil
}

// confirms reports whether an answer is the list of the statements' ids.
func confirms(body []byte, items []item) bool {
	var ids []string
	if json.Unmarshal(body, &ids) != nil || len(ids) != len(items) {
		return false
	}
	got := map[string]bool{}
	for _, id := range ids {
		got[strings.ToLower(id)] = true
	}
	for _, it := range items {
		if !got[idOf(it.name)] {
			return false
		}
	}
	return true
}

// after reads Retry-After: seconds, or a date. What cannot be read asks for nothing.
func (s *Sender) after(header string) time.Duration {
	if n, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, at.Sub(s.Now()))
	}
	return 0
}

// reason is a store's message as a short line of text.
func reason(body []byte) string {
	text := clean.Line(string(body))
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + " …"
	}
	return text
}

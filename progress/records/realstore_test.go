package records

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"edu/threatlings/progress/records/lrstest"
)

// validate prints what a validator by others has against each statement of a list.
const validate = `
const validator = require('@learninglocker/xapi-validation').default;
const list = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const warnings = list.map((s) => validator(s, ['statement']).map((w) => w.name + ' at ' + w.path.join('.') + ': ' + JSON.stringify(w.data)));
process.stdout.write(JSON.stringify(warnings));
`

func warnings(t *testing.T, dir string, list []byte) [][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "-e", validate)
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, bytes.NewReader(list), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var w [][]string
	if err := json.Unmarshal(out, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// realStatements is all forms, also with free text, and one that takes another back.
func realStatements(t *testing.T) []Statement {
	v := vocabulary()
	v.FreeText, v.Language = true, "en-GB"
	more := attempts()
	for i := range more {
		more[i].ID = strings.Replace(more[i].ID, "0192f000", "0192f001", 1)
	}
	free, err := Statements(nil, more, v)
	if err != nil {
		t.Fatal(err)
	}
	ss := append(everyStatement(t), free...)
	void, err := Void(ss[0].ID, Account{"https://people.example.org", "u-17"}, time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return append(ss, void)
}

func TestRealValidator(t *testing.T) {
	dir := lrstest.Peers(t)
	ss := realStatements(t)
	got := warnings(t, dir, WriteXAPI(ss))
	if len(got) != len(ss) {
		t.Fatalf("%d answers for %d statements", len(got), len(ss))
	}
	for i, w := range got {
		if len(w) > 0 {
			t.Errorf("%s\n%s", strings.Join(w, "\n"), ss[i].JSON)
		}
	}
	// It would say so if something were wrong.
	wrong := 0
	for _, w := range warnings(t, dir, bytes.ReplaceAll(WriteXAPI(ss), []byte("PT95M"), []byte("95 minutes"))) {
		wrong += len(w)
	}
	if wrong != 11 {
		t.Errorf("%d warnings for the 11 durations spoiled", wrong)
	}
	if got := warnings(t, dir, []byte(`[{"actor":{"mbox":"x"}}]`)); len(got) != 1 || len(got[0]) == 0 {
		t.Errorf("the validator takes everything: %v", got)
	}
}

// get reads from the store.
func get(t *testing.T, url string, into any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("u", "p")
	req.Header.Set("X-Experience-API-Version", xapiVersion)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %d %s", url, resp.StatusCode, b)
	}
	return resp.StatusCode
}

func TestRealStore(t *testing.T) {
	endpoint := lrstest.Start(t)
	send, err := NewSender(endpoint, "u", "p", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	send.Wait = func(context.Context, time.Duration) error { return fmt.Errorf("the store asked to wait") }
	stored := func() int {
		var list struct{ Statements []json.RawMessage }
		if code := get(t, endpoint+"/statements?limit=200", &list); code != http.StatusOK {
			t.Fatalf("listing: %d", code)
		}
		return len(list.Statements)
	}
	ss := realStatements(t)
	plain, void := ss[:len(ss)-1], ss[len(ss)-1:]
	if got, err := send.Send(t.Context(), queueOf(t, plain)); err != nil || got != (Sending{Sent: len(plain)}) {
		t.Fatalf("%+v, %v", got, err)
	}
	if n := stored(); n != len(plain) {
		t.Errorf("%d stored of %d", n, len(plain))
	}
	for _, s := range plain {
		var sent, kept map[string]any
		if code := get(t, endpoint+"/statements?statementId="+s.ID, &kept); code != http.StatusOK {
			t.Errorf("%s: %d", s.ID, code)
			continue
		}
		if err := json.Unmarshal(s.JSON, &sent); err != nil {
			t.Fatal(err)
		}
		for field, want := range sent {
			if fmt.Sprint(kept[field]) != fmt.Sprint(want) {
				t.Errorf("%s of %s\nsent %v\nkept %v", field, s.ID, want, kept[field])
			}
		}
	}

	// The same facts again, from a queue that knows nothing of the first time.
	if got, err := send.Send(t.Context(), queueOf(t, plain)); err != nil || got != (Sending{Sent: len(plain)}) {
		t.Errorf("again: %+v, %v", got, err)
	}
	// The same ids with other bytes are there already, in a batch with new ones too.
	changed := bytes.Clone(plain[3].JSON)
	fresh, err := Statements([]Record{sample(t, func(r *Record) { r.Registration = "refresher 2027" })}, nil, vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	mixed := append([]Statement{{ID: plain[3].ID, Time: plain[3].Time, JSON: bytes.Replace(changed, []byte("2026-11-0"), []byte("2026-10-0"), 1)}}, fresh...)
	if got, err := send.Send(t.Context(), queueOf(t, mixed)); err != nil || got != (Sending{Sent: len(fresh), Already: 1}) {
		t.Errorf("changed: %+v, %v", got, err)
	}
	if n, want := stored(), len(plain)+len(fresh); n != want {
		t.Errorf("then %d stored, want %d", n, want)
	}

	// A statement that the store refuses is parked, and the rest arrives.
	bad := Statement{ID: derive("bad").String(), JSON: []byte(`{"id":"` + derive("bad").String() + `","verb":{"id":"no"}}`)}
	q := queueOf(t, append([]Statement{bad}, void...))
	if got, err := send.Send(t.Context(), q); err != nil || got != (Sending{Sent: 1, Rejected: 1}) {
		t.Errorf("bad: %+v, %v", got, err)
	}
	if r, err := q.Rejected(); err != nil || len(r) != 1 || !strings.HasPrefix(r[0].Reason, "400: ") {
		t.Errorf("rejected: %+v, %v", r, err)
	}
	var gone map[string]any
	if code := get(t, endpoint+"/statements?statementId="+ss[0].ID, &gone); code != http.StatusNotFound {
		t.Errorf("what was voided: %d", code)
	}
}

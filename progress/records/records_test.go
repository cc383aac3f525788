package records

import (
	"bytes"
	"crypto/ed25519"
	"encoding/csv"
	"encoding/json"
	"errors"
	"html"
	"strings"
	"testing"
	"time"
)

func share(f float64) *float64 { return &f }

// sample is a sound record of a module that was passed.
func sample(t testing.TB, change ...func(*Record)) Record {
	t.Helper()
	zone := time.FixedZone("", 2*60*60)
	r := Record{
		Enrolment:   Enrolment{Person: Account{"https://people.example.org", "u-17"}, Course: "threatlings", Module: "stride", Registration: "onboarding"},
		CourseTitle: "Threatlings", CourseVersion: 3, ModuleTitle: "Six letters",
		Content: strings.Repeat("a1", 32), Program: "1.4.0", Mode: SelfPaced,
		Started:   time.Date(2026, 11, 2, 9, 0, 0, 0, zone),
		Completed: time.Date(2026, 11, 3, 17, 30, 0, 0, zone), ActiveMinutes: 95, Attempts: 12,
		Score: share(0.85), PassMark: share(0.8),
		Objectives: []Objective{{"spoof", "Ask who is there"}}, Frameworks: Frameworks(),
	}
	for _, c := range change {
		c(&r)
	}
	r, err := New(r)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// key is a signing key, the same for the same byte.
func key(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	for want, change := range map[string]func(*Record){
		"home page of the person": func(r *Record) { r.Person.HomePage = "mailto:ada@example.org" },
		"mail address":            func(r *Record) { r.Person.Name = "ada@example.org" },
		"registration":            func(r *Record) { r.Registration = "" },
		"SHA-256":                 func(r *Record) { r.Content = "v3" },
		"ends before":             func(r *Record) { r.Completed = r.Started.Add(-time.Hour) },
		"from 0 to 1":             func(r *Record) { r.Score = share(85) },
		"pass mark and no score":  func(r *Record) { r.Score = nil },
		"title of the module":     func(r *Record) { r.ModuleTitle = "" },
		"longer than":             func(r *Record) { r.ModuleTitle = strings.Repeat("x", maxText+1) },
		"instructor":              func(r *Record) { r.Instructor = &Account{} },
	} {
		r := sample(t)
		change(&r)
		if _, err := New(r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	r := sample(t)
	r.ValidUntil = r.ValidUntil.AddDate(1, 0, 0)
	if err := r.Check(); err == nil {
		t.Error("a record is valid for two years")
	}
	if r := sample(t, func(r *Record) { r.Evidence = InstructorAttested }); r.Evidence != SelfReported {
		t.Errorf("a new record is %s", r.Evidence)
	}
	if a, b := sample(t), sample(t, func(r *Record) { r.Registration = "refresher 2027" }); a.ID == b.ID || a.ID != sample(t).ID {
		t.Error("ids do not follow enrolments")
	}
	if got := sample(t).ValidUntil.Format(time.RFC3339); got != "2027-11-03T17:30:00+02:00" {
		t.Errorf("valid until %s", got)
	}
	failed := sample(t, func(r *Record) { r.Score = share(0.2) })
	if !failed.ValidUntil.IsZero() {
		t.Errorf("what was failed is valid until %s", failed.ValidUntil)
	}
	failed.ValidUntil = failed.Completed.AddDate(1, 0, 0) // as it was written once
	if err := failed.Check(); err != nil {
		t.Error(err)
	}
	r = sample(t)
	r.ValidUntil = time.Time{}
	if err := r.Check(); err == nil {
		t.Error("a record that was passed never ends")
	}
}

// The cases of RFC 8785 that a plain encoder gets wrong: numbers, escapes, and an
// order by UTF-16 units.
func TestCanonical(t *testing.T) {
	v := map[string]any{"€": 1e21, "\r": 4.50, "\U0001F600": "</script>&\u0007", "\ufb33": 1e-27, "1": true, "ö": nil}
	got, err := canonical(v)
	want := `{"\r":4.5,"1":true,"ö":null,"€":1e+21,"😀":"</script>&\u0007","` + "\ufb33" + `":1e-27}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
}

func TestSignedRecordIsReadBack(t *testing.T) {
	server := Signer{Server, "learn.example.org", key(1)}
	file, err := Sign(sample(t), server)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Open(file, []Key{server.Public()})
	if err != nil {
		t.Fatal(err)
	}
	if !o.Trusted || o.Evidence != ServerWitnessed || o.Signer != "learn.example.org" || !strings.Contains(o.Says(), "learn.example.org") {
		t.Errorf("got %+v: %s", o, o.Says())
	}
	if !o.Completed.Equal(sample(t).Completed) || *o.Score != 0.85 {
		t.Errorf("the record changed: %+v", o.Record)
	}
}

func TestOneAlteredByteDoesNotVerify(t *testing.T) {
	server := Signer{Server, "learn.example.org", key(1)}
	file, err := Sign(sample(t), server)
	if err != nil {
		t.Fatal(err)
	}
	for i := range file {
		for _, flip := range []byte{1, 0x20} {
			bad := bytes.Clone(file)
			bad[i] ^= flip
			if _, err := Open(bad, []Key{server.Public()}); err == nil {
				t.Errorf("byte %d of %d altered (%q), and it verifies", i, len(file), bad[i])
			}
		}
		if _, err := Open(append(bytes.Clone(file[:i]), file[i+1:]...), nil); err == nil {
			t.Errorf("byte %d left out, and it verifies", i)
		}
		if _, err := Open(append(append(bytes.Clone(file[:i]), ' '), file[i:]...), nil); err == nil {
			t.Errorf("a blank before byte %d, and it verifies", i)
		}
	}
	doctored := bytes.Replace(file, []byte(`"score":0.85`), []byte(`"score":1`), 1)
	if _, err := Open(doctored, nil); !errors.Is(err, ErrAltered) {
		t.Errorf("a better score: %v", err)
	}
}

// A record is never worth more than a trusted signer's role and its own claim.
func TestEvidenceIsNeverDressedUp(t *testing.T) {
	server := Signer{Server, "learn.example.org", key(1)}
	teacher := Signer{Instructor, "Grace", key(2)}
	learner := Signer{Learner, "Ada's laptop", key(3)}
	trusted := []Key{server.Public(), teacher.Public()}
	claims := func(l Level, s *Signer) []byte {
		r := sample(t)
		r.Evidence = l
		b, err := encode(r, s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	posing := server
	posing.Role = Instructor
	laptopPosing := learner
	laptopPosing.Role = Server
	for name, c := range map[string]struct {
		file    []byte
		trusted []Key
		want    Level
	}{
		"nobody signed":                   {claims(InstructorAttested, nil), trusted, SelfReported},
		"the learner signed":              {claims(InstructorAttested, &learner), trusted, SelfReported},
		"the learner signed, and trusted": {claims(ServerWitnessed, &learner), []Key{learner.Public()}, SelfReported},
		"a laptop that says server":       {claims(ServerWitnessed, &laptopPosing), trusted, SelfReported},
		"server, not trusted":             {claims(ServerWitnessed, &server), nil, SelfReported},
		"server, trusted":                 {claims(ServerWitnessed, &server), trusted, ServerWitnessed},
		"server signs a bigger claim":     {claims(InstructorAttested, &server), trusted, ServerWitnessed},
		"server as instructor":            {claims(InstructorAttested, &posing), trusted, SelfReported},
		"instructor":                      {claims(InstructorAttested, &teacher), trusted, InstructorAttested},
		"instructor signs a smaller":      {claims(SelfReported, &teacher), trusted, SelfReported},
	} {
		o, err := Open(c.file, c.trusted)
		if err != nil || o.Record.Evidence != c.want {
			t.Errorf("%s: %s, %v; want %s", name, o.Record.Evidence, err, c.want)
			continue
		}
		if !strings.HasPrefix(strings.ToLower(o.Says()), string(c.want)) {
			t.Errorf("%s: %s", name, o.Says())
		}
	}
	if _, err := Open(claims(ServerWitnessed, &Signer{Role: "notary", Key: key(1)}), trusted); err == nil {
		t.Error("a role that nobody knows was taken")
	}
	if _, err := Sign(sample(t), Signer{Role: "notary", Key: key(1)}); err == nil {
		t.Error("a role that nobody knows has signed")
	}
	if _, err := Sign(sample(t), Signer{Role: Server}); err == nil {
		t.Error("it was signed without a key")
	}
	b, err := Encode(Record{})
	if err == nil {
		t.Errorf("an empty record was written: %s", b)
	}
	r := sample(t)
	r.Evidence = InstructorAttested
	if b, err = Encode(r); err != nil || !bytes.Contains(b, []byte(`"evidence":"self-reported"`)) {
		t.Errorf("unsigned: %s %v", b, err)
	}
}

// What a later program adds to a record is signed too and does not stop this one.
func TestUnknownFieldsAreCovered(t *testing.T) {
	raw, err := canonical(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	s := Signer{Server, "s", key(1)}
	e := envelope{Record: json.RawMessage(strings.Replace(string(raw), "{", `{"aNewField":"x",`, 1)), Signature: &signature{Role: Server, By: "s", Key: s.Public().Public}}
	m, err := e.message()
	if err != nil {
		t.Fatal(err)
	}
	e.Signature.Value = ed25519.Sign(s.Key, m)
	file, err := canonical(e)
	if err != nil {
		t.Fatal(err)
	}
	file = append(file, '\n')
	if _, err := Open(file, nil); err != nil {
		t.Error(err)
	}
	if _, err := Open(bytes.Replace(file, []byte(`"x"`), []byte(`"y"`), 1), nil); !errors.Is(err, ErrAltered) {
		t.Errorf("the new field altered: %v", err)
	}
}

func TestKeys(t *testing.T) {
	want := []Key{Signer{Server, "learn.example.org", key(1)}.Public(), Signer{Instructor, "Grace H", key(2)}.Public()}
	got, err := ParseKeys(strings.NewReader("# whom we trust\n\n" + want[0].String() + "\n" + want[1].String() + "\n"))
	if err != nil || len(got) != 2 || got[1].Name != "Grace H" || got[0].Role != Server || !got[0].Public.Equal(want[0].Public) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"server", "learner" + strings.TrimPrefix(want[0].String(), "server"), "server ed25519:AAAA x", "server rsa:AAAA x"} {
		if _, err := ParseKeys(strings.NewReader("# one\n" + bad)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	b, err := FormatPrivateKey(key(7))
	if err != nil {
		t.Fatal(err)
	}
	if k, err := ParsePrivateKey(b); err != nil || !k.Equal(key(7)) {
		t.Errorf("got %v, %v", k, err)
	}
	if _, err := ParsePrivateKey(b[:len(b)/2]); err == nil {
		t.Error("half a key was read")
	}
}

const evil = "<script>alert(1)</script> | [x](javascript:1) `a` **b** https://evil.example www.evil.example a@b.example \x1b[2J\u202edrow\n\n# Owned"

func TestCertificate(t *testing.T) {
	o, err := Open(mustSign(t, sample(t), Signer{Server, "learn.example.org", key(1)}), []Key{Signer{Server, "learn.example.org", key(1)}.Public()})
	if err != nil {
		t.Fatal(err)
	}
	c := Certificate{Opened: o, Name: "Ada", File: "my record.json"}
	page, err := c.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"text": c.Text(), "Markdown": strings.ReplaceAll(c.Markdown(), `\`, ""), "HTML": html.UnescapeString(page)} {
		for _, want := range []string{o.ID, o.Digest, "threatlings records verify 'my record.json'", "Server-witnessed", "Certificate of completion", "6.2.2 (the part on secure design)", "85 %", "2027-11-03T17:30:00+02:00", "95 minutes"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, text)
			}
		}
	}
	for _, not := range []string{"<script", "src=", "href=", "@import", "url("} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %s", not)
		}
	}
	c.Record = sample(t, func(r *Record) { r.Score = share(0.79999) })
	if text := c.Text(); !strings.Contains(text, "Record of participation") || !strings.Contains(text, "failed, score 79.99 %, pass mark 80 %") {
		t.Errorf("of one who failed:\n%s", text)
	} else if strings.Contains(text, "PCI") || strings.Contains(text, "Ask who is there") || strings.Contains(text, "Valid until") {
		t.Errorf("one who failed has shown it all the same:\n%s", text)
	}
}

func TestCertificateEscapesWhatAPersonWrites(t *testing.T) {
	o, err := Open(mustSign(t, sample(t, func(r *Record) { r.Registration = evil }), Signer{Server, evil, key(1)}), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := Certificate{Opened: o, Name: evil, File: "x; rm -rf ~ \n'# `id`.json"}
	page, err := c.HTML()
	if err != nil {
		t.Fatal(err)
	}
	md := c.Markdown()
	for name, text := range map[string]string{"text": c.Text(), "Markdown": md, "HTML": page} {
		if strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "\n# Owned") {
			t.Errorf("%s: not clean:\n%q", name, text)
		}
	}
	if strings.Contains(page, "<script") {
		t.Errorf("a script in the page:\n%s", page)
	}
	for _, not := range []string{"<script", " | [", "x](", "https://evil", "www.evil", "a@b", " **b"} {
		if strings.Contains(strings.SplitN(md, "To check", 2)[0], not) {
			t.Errorf("%q is live in Markdown:\n%s", not, md)
		}
	}
	if got, want := c.Verify(), `threatlings records verify 'x; rm -rf ~ '\''# `+"`id`.json'"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func mustSign(t testing.TB, r Record, s Signer) []byte {
	t.Helper()
	b, err := Sign(r, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, []Record{
		sample(t),
		sample(t, func(r *Record) { r.Person.Name = "=cmd|' /C calc'!A0"; r.Score, r.PassMark = nil, nil }),
		sample(t, func(r *Record) { r.Person.Name = "x; =1+1"; r.ModuleTitle = "\t-2+3" }),
		sample(t, func(r *Record) { r.Person.Name = "＝1"; r.ModuleTitle = `say "a, b"`; r.Score = share(0.79999) }),
	}); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"user id", "title", "status", "start", "end", "score", "evidence"},
		{"u-17", "Six letters", "passed", "2026-11-02T09:00:00+02:00", "2026-11-03T17:30:00+02:00", "85", "self-reported"},
		{"'=cmd|' /C calc'!A0", "Six letters", "completed", "2026-11-02T09:00:00+02:00", "2026-11-03T17:30:00+02:00", "", "self-reported"},
		{"x;' =1+1", "'-2+3", "passed", "2026-11-02T09:00:00+02:00", "2026-11-03T17:30:00+02:00", "85", "self-reported"},
		{"'＝1", `say "a, b"`, "failed", "2026-11-02T09:00:00+02:00", "2026-11-03T17:30:00+02:00", "79.99", "self-reported"},
	}
	for i := range want {
		if i >= len(got) || strings.Join(got[i], "¦") != strings.Join(want[i], "¦") {
			t.Errorf("line %d\ngot  %q\nwant %q", i, got[i], want[i])
		}
	}
}

// Whatever the bytes, Open neither panics nor vouches for what nobody signed, and
// what it takes is written again as the same bytes.
func FuzzOpen(f *testing.F) {
	file := mustSign(f, sample(f), Signer{Server, "s", key(1)})
	plain, err := Encode(sample(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add(plain)
	f.Add([]byte(`{"record":null}`))
	f.Add([]byte(`{"record":{},"signature":{"key":"","role":"server","value":""}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := Open(b, []Key{{Server, "s", key(1).Public().(ed25519.PublicKey)}})
		if err != nil {
			return
		}
		if o.Record.Evidence != SelfReported && !bytes.Equal(b, file) {
			t.Errorf("%s for %q", o.Record.Evidence, b)
		}
		c := Certificate{Opened: o, File: "f"}
		if _, err := c.HTML(); err != nil {
			t.Error(err)
		}
		if strings.ContainsAny(c.Text()+c.Markdown(), "\x1b\u202e") {
			t.Errorf("not clean: %q", c.Text())
		}
	})
}

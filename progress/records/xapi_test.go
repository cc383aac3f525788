package records

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// attempts are of each sort, with words of the learner's own in one.
func attempts() []Attempt {
	e := Enrolment{Person: Account{"https://people.example.org", "u-17"}, Course: "threatlings", Module: "stride", Registration: "onboarding"}
	at := time.Date(2026, 11, 2, 9, 30, 0, 123456789, time.FixedZone("", 2*60*60))
	whole := e
	whole.Module = ""
	return []Attempt{
		{ID: "0192f000-0000-7000-8000-000000000001", Enrolment: e, Item: "who-asks", Title: "Who asks?", Interaction: "choice", Time: at, Response: []string{"a", "c"}, Fixed: true},
		{ID: "0192f000-0000-7000-8000-000000000002", Enrolment: e, Item: "own words", Title: "In your own words", Interaction: "long-fill-in", Time: at.Add(time.Minute), Response: []string{"my secret thought"}},
		{ID: "0192f000-0000-7000-8000-000000000003", Enrolment: e, Item: "ship/it", Title: "Ship it?", Simulation: true, Time: at.Add(2 * time.Minute), Response: []string{"another secret thought"}},
		{ID: "0192f000-0000-7000-8000-000000000004", Enrolment: whole, Item: "sort", Title: "Sort", Time: at.Add(3 * time.Minute)},
	}
}

func vocabulary() Vocabulary { return Vocabulary{Base: "https://learn.example.org/threatlings/"} }

// everyStatement is one of each form that the package writes, voiding apart.
func everyStatement(t testing.TB) []Statement {
	t.Helper()
	team, teacher := Account{"https://people.example.org", "team-blue"}, Account{"https://people.example.org", "u-1"}
	other := func(name string) func(*Record) { return func(r *Record) { r.Person.Name = name } }
	ss, err := Statements([]Record{
		sample(t),
		sample(t, other("u-18"), func(r *Record) { r.Score = share(0.2) }),
		sample(t, other("u-19"), func(r *Record) { r.Score, r.PassMark, r.Module, r.ModuleTitle = nil, nil, "", "" }),
		sample(t, other("u-20"), func(r *Record) { r.Mode, r.Team, r.Instructor = Class, &team, &teacher }),
	}, attempts(), vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return ss
}

// parsed is a statement as a store reads it.
type parsed struct {
	ID    string
	Actor map[string]any
	Verb  struct{ ID string }

	Object struct {
		ID         string
		Definition struct{ Type, InteractionType string }
	}
	Result *struct {
		Score      *struct{ Scaled *float64 }
		Success    *bool
		Completion *bool
		Duration   string
		Response   *string
	}
	Context struct {
		Registration     string
		Team, Instructor map[string]any
		Extensions       map[string]any
	}
	Timestamp string
}

func parse(t testing.TB, s Statement) parsed {
	t.Helper()
	var p parsed
	if err := json.Unmarshal(s.JSON, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestStatementsKeepTheRules(t *testing.T) {
	allowedVerbs := []string{"initialized", "answered", "completed", "passed", "failed", "terminated", "voided"}
	allowedTypes := []string{"course", "module", "simulation", "cmi.interaction"}
	seenVerb, seenType, ids := map[string]int{}, map[string]int{}, map[string]bool{}
	teams := 0
	for _, s := range everyStatement(t) {
		p := parse(t, s)
		v, known := strings.CutPrefix(p.Verb.ID, "http://adlnet.gov/expapi/verbs/")
		if !known || !slices.Contains(allowedVerbs, v) {
			t.Errorf("verb %s", p.Verb.ID)
		}
		k, known := strings.CutPrefix(p.Object.Definition.Type, "http://adlnet.gov/expapi/activities/")
		if !known || !slices.Contains(allowedTypes, k) {
			t.Errorf("activity type %s", p.Object.Definition.Type)
		}
		seenVerb[v]++
		seenType[k]++
		if ids[s.ID] || p.ID != s.ID {
			t.Errorf("id %s twice or wrong", s.ID)
		}
		ids[s.ID] = true
		if p.ID[14] != '5' {
			t.Errorf("id %s is no UUIDv5", p.ID)
		}
		if _, ok := p.Actor["account"]; !ok || len(p.Actor) != 2 || bytes.Contains(s.JSON, []byte("mbox")) {
			t.Errorf("actor %v", p.Actor)
		}
		graded := v == "passed" || v == "failed"
		if got := p.Result != nil && p.Result.Score != nil && p.Result.Success != nil; got != graded {
			t.Errorf("%s has score and success: %v", v, got)
		}
		if p.Result != nil && (p.Result.Score == nil) != (p.Result.Success == nil) {
			t.Errorf("%s has one of score and success", v)
		}
		if _, got := p.Context.Extensions["https://w3id.org/xapi/cmi5/context/extensions/masteryscore"]; got != graded {
			t.Errorf("%s has a mastery score: %v", v, got)
		}
		long := graded || v == "completed" || v == "terminated"
		if got := p.Result != nil && p.Result.Duration == "PT95M"; got != long {
			t.Errorf("%s has a duration: %v", v, got)
		}
		if got := p.Result != nil && p.Result.Completion != nil; got != (v == "completed") {
			t.Errorf("%s says completion: %v", v, got)
		}
		if k == "cmi.interaction" && p.Object.Definition.InteractionType == "" {
			t.Errorf("%s lacks its interaction type", p.Object.ID)
		}
		if p.Context.Team != nil && p.Context.Instructor != nil {
			teams++
			if p.Actor["objectType"] != "Agent" || p.Context.Team["objectType"] != "Group" {
				t.Errorf("a class's statement is not of one person in a team: %s", s.JSON)
			}
		}
	}
	for v, want := range map[string]int{"initialized": 4, "answered": 4, "completed": 4, "passed": 2, "failed": 1, "terminated": 4} {
		if seenVerb[v] != want {
			t.Errorf("%d statements %s, want %d", seenVerb[v], v, want)
		}
	}
	for _, k := range allowedTypes {
		if seenType[k] == 0 {
			t.Errorf("no activity of type %s", k)
		}
	}
	if teams != 4 {
		t.Errorf("%d statements of a class of one, want its 4", teams)
	}
}

func TestStatementsAreTheSameEveryTime(t *testing.T) {
	a, b := WriteXAPI(everyStatement(t)), WriteXAPI(everyStatement(t))
	if !bytes.Equal(a, b) {
		t.Error("the same facts became other bytes")
	}
	var list []map[string]any
	if err := json.Unmarshal(a, &list); err != nil || len(list) != 19 {
		t.Errorf("%d statements, %v", len(list), err)
	}
	ss := everyStatement(t)
	if !slices.IsSortedFunc(ss, func(x, y Statement) int { return x.Time.Compare(y.Time) }) {
		t.Error("they are not in the order of time")
	}
}

// A learner who fails, passes, and fails a repetition within one enrolment.
func TestOnePassEachRegistration(t *testing.T) {
	day := func(n int, score float64) Record {
		return sample(t, func(r *Record) {
			r.Completed = r.Completed.AddDate(0, 0, n)
			r.Score = share(score)
		})
	}
	count := func(rs ...Record) map[string]int {
		ss, err := Statements(rs, nil, vocabulary())
		if err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		for _, s := range ss {
			n[strings.TrimPrefix(parse(t, s).Verb.ID, verbs)]++
		}
		return n
	}
	n := count(day(3, 1), day(1, 0.9), day(0, 0.3), day(2, 0.1))
	for v, want := range map[string]int{"initialized": 1, "completed": 1, "passed": 1, "failed": 1, "terminated": 4} {
		if n[v] != want {
			t.Errorf("%d %s, want %d", n[v], v, want)
		}
	}
	// What was sent after the first failure is sent the same after the pass.
	early, _ := Statements([]Record{day(0, 0.3)}, nil, vocabulary())
	late, _ := Statements([]Record{day(0, 0.3), day(1, 0.9)}, nil, vocabulary())
	for _, s := range early {
		if !slices.ContainsFunc(late, func(l Statement) bool { return bytes.Equal(l.JSON, s.JSON) }) {
			t.Errorf("it changed: %s", s.JSON)
		}
	}
}

func TestFreeTextOnlyWhenAskedFor(t *testing.T) {
	v := vocabulary()
	for _, want := range []bool{false, true} {
		v.FreeText = want
		ss, err := Statements(nil, attempts(), v)
		if err != nil {
			t.Fatal(err)
		}
		out := WriteXAPI(ss)
		for _, secret := range []string{"my secret thought", "another secret thought"} {
			if bytes.Contains(out, []byte(secret)) != want {
				t.Errorf("asked for: %v; %q in it: %v", want, secret, !want)
			}
		}
		if !bytes.Contains(out, []byte(`"response":"a[,]c"`)) {
			t.Errorf("the course's own ids are missing: %s", out)
		}
	}
}

func TestStatementsRefuse(t *testing.T) {
	for _, base := range []string{"", "learn.example.org", "mailto:a@b", "https://u:p@learn.example.org", "https://learn.example.org/?x"} {
		if _, err := Statements(nil, nil, Vocabulary{Base: base}); err == nil {
			t.Errorf("base %q was taken", base)
		}
	}
	for _, change := range []func(*Attempt){
		func(a *Attempt) { a.ID = "1" }, func(a *Attempt) { a.Interaction = "essay" },
		func(a *Attempt) { a.Person.Name = "ada@example.org" }, func(a *Attempt) { a.Time = time.Time{} },
	} {
		a := attempts()[0]
		change(&a)
		if _, err := Statements(nil, []Attempt{a}, vocabulary()); err == nil {
			t.Errorf("taken: %+v", a)
		}
	}
	if _, err := Statements([]Record{{}}, nil, vocabulary()); err == nil {
		t.Error("an empty record was taken")
	}
}

func TestVoid(t *testing.T) {
	at := time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)
	who := Account{"https://people.example.org", "u-17"}
	id := everyStatement(t)[0].ID
	s, err := Void(id, who, at)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"actor":{"account":{"homePage":"https://people.example.org","name":"u-17"},"objectType":"Agent"},"id":"` + s.ID +
		`","object":{"id":"` + id + `","objectType":"StatementRef"},"timestamp":"2026-11-05T00:00:00.000Z","verb":{"display":{"en":"voided"},"id":"http://adlnet.gov/expapi/verbs/voided"}}`
	if string(s.JSON) != want {
		t.Errorf("got  %s\nwant %s", s.JSON, want)
	}
	if _, err := Void("7", who, at); err == nil {
		t.Error("the statement 7 was voided")
	}
	if _, err := Void(id, Account{}, at); err == nil {
		t.Error("nobody voided it")
	}
}

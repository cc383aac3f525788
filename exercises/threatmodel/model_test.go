package threatmodel

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/scenarios"
)

func demoModel(t *testing.T) *Model {
	t.Helper()
	m, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The model that the documentation shows has all that the review asks for, but
// for what an honest team leaves open.
func TestDemoIsWhole(t *testing.T) {
	m := demoModel(t)
	b, err := Format(m)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := Parse("demo", b); err != nil || !equal(back, m) {
		t.Fatalf("%v", err)
	}
	g, err := ShippedGuide()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range m.Checks(g) {
		if !c.OK && !strings.Contains(c.Text, "Squares") {
			t.Errorf("%s", c.Text)
		}
	}
	if len(m.Places()) != 15 || len(m.Threats) != 12 {
		t.Errorf("%d places, %d threats", len(m.Places()), len(m.Threats))
	}
	for s := range StepCount {
		if !m.Done(s) {
			t.Errorf("%s is not done", Steps[s].Name)
		}
	}
	for _, x := range m.Threats {
		for _, r := range m.Remarks(x) {
			t.Errorf("%s: %s", x.ID, r.Text)
		}
	}
}

// The table is the one that the lesson on prioritising teaches.
func TestSeverityIsTheLessonsTable(t *testing.T) {
	want := [3][3]string{{"low", "low", "medium"}, {"low", "medium", "high"}, {"medium", "high", "critical"}}
	for l := range 3 {
		for i := range 3 {
			if got := Severity(l+1, i+1); got != want[l][i] {
				t.Errorf("%d by %d is %s, want %s", l+1, i+1, got, want[l][i])
			}
		}
	}
	if Severity(0, 3) != "" || Severity(2, 0) != "" {
		t.Error("what is not rated has a severity")
	}
}

func TestPriorityAndTies(t *testing.T) {
	m := New("x")
	for i, s := range [][2]int{{1, 1}, {3, 3}, {2, 3}, {3, 2}} {
		m.AddThreat(Threat{Text: string(rune('a' + i)), Likelihood: s[0], Impact: s[1]})
	}
	order := func() (out []string) {
		for _, x := range m.Prioritised() {
			out = append(out, x.Text)
		}
		return out
	}
	if got := order(); !slices.Equal(got, []string{"b", "c", "d", "a"}) {
		t.Errorf("%v", got)
	}
	if !m.Move("d", -1) || m.Move("d", -1) || m.Move("a", -1) || m.Move("b", -1) || m.Move("none", 1) {
		t.Error("only ties move")
	}
	if got := order(); !slices.Equal(got, []string{"b", "d", "c", "a"}) {
		t.Errorf("%v", got)
	}
}

func TestCoverage(t *testing.T) {
	m := New("x")
	if _, err := m.Enter("a -> b"); err != nil {
		t.Fatal(err)
	}
	m.AddThreat(Threat{Text: "t", Place: "1", Letter: "T"})
	if !m.Look("1", "S") || !m.Look("1", "E") || m.Look("1", "S") {
		t.Error("looking and taking it back")
	}
	c := m.Coverage()
	for letter, want := range map[string]State{"S": NotYet, "T": Found, "E": LookedAt} {
		if got, _ := c.At("1", letter); got != want {
			t.Errorf("%s is %v", letter, got)
		}
	}
	if c.Unseen("1") != 4 || c.Unseen("a") != 6 {
		t.Errorf("%d and %d unseen", c.Unseen("1"), c.Unseen("a"))
	}
}

func TestRemarks(t *testing.T) {
	m := New("x")
	if _, err := m.Enter("web -> api: HTTPS cards"); err != nil {
		t.Fatal(err)
	}
	m.AddAsset(Asset{Name: "card numbers"})
	m.AddThreat(Threat{Text: "A stranger replays an old message and orders the same thing twice.", Place: "1", Letter: "T", Asset: "card-numbers"})
	for text, want := range map[string]string{
		"hackers":        "vague",
		"Encrypt the db": "fix",
		"We should encrypt the card numbers with a strong key in the database.":                        "fix",
		"Nobody can read the card numbers, because the disk is encrypted and only admins have access.": "denial",
		"An insider copies the card numbers from the database and sells them.":                         "",
		"An insider copies the customers' addresses from the database and sells them.":                 "asset",
		"Somebody replays an old message, and the same thing is ordered twice.":                        "duplicate",
	} {
		x := Threat{ID: "new", Text: text, Place: "1", Letter: "T"}
		if want == "duplicate" || want == "vague" {
			x.Asset = "card-numbers"
		}
		var codes []string
		for _, r := range m.Remarks(x) {
			codes = append(codes, r.Code)
		}
		if want == "" && len(codes) > 0 || want != "" && !slices.Contains(codes, want) {
			t.Errorf("%q: %v, want %q", text, codes, want)
		}
	}
	if r := m.Remarks(Threat{Text: "An insider copies the card numbers and sells them all."}); len(r) != 1 || r[0].Code != "place" {
		t.Errorf("a threat without a place: %v", r)
	}
}

// Every place of every practice feature has questions for every letter, and the
// names are in them.
func TestQuestions(t *testing.T) {
	g, err := ShippedGuide()
	if err != nil {
		t.Fatal(err)
	}
	m := demoModel(t)
	for _, p := range m.Places() {
		for _, l := range strings.Split(grading.Letters, "") {
			qs := g.Questions(m, p, l)
			if len(qs) < 2 {
				t.Errorf("%s %s: %d questions", p, l, len(qs))
			}
			for _, q := range qs {
				if strings.ContainsAny(q, "{}%") || !strings.HasSuffix(q, "?") {
					t.Errorf("%q", q)
				}
			}
		}
	}
	if g.Questions(m, "nowhere", "S") != nil {
		t.Error("questions for no place")
	}
	seen := map[string]bool{}
	for n := range 200 {
		place, letter, q, ok := g.Draw(m, n)
		if s, _ := m.Coverage().At(place, letter); !ok || q == "" || s != NotYet {
			t.Fatalf("drew %q for %s %s", q, place, letter)
		}
		seen[place+letter] = true
	}
	if len(seen) < 40 {
		t.Errorf("200 draws meet %d squares", len(seen))
	}
	if _, _, _, ok := g.Draw(New("empty"), 0); ok {
		t.Error("drew a question for an empty model")
	}
}

func TestPolicyProposes(t *testing.T) {
	g, err := ShippedGuide()
	if err != nil {
		t.Fatal(err)
	}
	for score, want := range map[[2]int]string{{3, 3}: "release", {2, 3}: "30 days", {2, 2}: "quarter", {1, 1}: "revisit", {0, 1}: ""} {
		if got := g.Propose(Threat{Likelihood: score[0], Impact: score[1]}); got != want {
			t.Errorf("%v: %q", score, got)
		}
	}
}

func TestLate(t *testing.T) {
	g, err := ShippedGuide()
	if err != nil {
		t.Fatal(err)
	}
	m := New("x")
	late := func(x Threat) bool {
		x.Text, m.Threats = "t", []Threat{x}
		listed := slices.ContainsFunc(m.Checks(g), func(c Check) bool { return strings.Contains(c.Text, "longer than the policy says: 1") })
		if listed != g.Late(x) {
			t.Errorf("the review lists %+v: %v", x, listed)
		}
		return listed
	}
	critical := Threat{Likelihood: 3, Impact: 3, Decision: "mitigate", When: "30 days"}
	if !late(critical) {
		t.Error("critical within 30 days is late")
	}
	for _, x := range []Threat{
		{Likelihood: 3, Impact: 3, Decision: "eliminate", When: "release"}, {Likelihood: 3, Impact: 3, Decision: "mitigate"}, {Decision: "mitigate", When: "revisit"},
		{Likelihood: 3, Impact: 3, Decision: "accept", When: "revisit"}, {Likelihood: 2, Impact: 2, Decision: "mitigate", When: "30 days"},
	} {
		if late(x) {
			t.Errorf("%+v is late", x)
		}
	}
}

// Models differ when one field of them does: what is saved depends on it.
func TestEqualLooksAtEveryField(t *testing.T) {
	if !demoModel(t).Equal(demoModel(t)) {
		t.Fatal("a model is not itself")
	}
	for i := range reflect.TypeFor[Model]().NumField() {
		m := demoModel(t)
		switch f := reflect.ValueOf(m).Elem().Field(i); f.Kind() {
		case reflect.Slice:
			f.Set(reflect.Append(f, reflect.Zero(f.Type().Elem())))
		case reflect.Struct:
			f.Field(0).SetString("other")
		case reflect.Int:
			f.SetInt(99)
		default:
			f.SetString("other")
		}
		if name := reflect.TypeFor[Model]().Field(i).Name; m.Equal(demoModel(t)) || demoModel(t).Equal(m) {
			t.Errorf("%s makes no difference", name)
		}
	}
}

// A threat is told once: its title, and what it says beyond that.
func TestTitleAndBeyond(t *testing.T) {
	long := strings.Repeat("word ", 30) + "end"
	for text, want := range map[string][2]string{
		"A thief reads the codes.":                  {"A thief reads the codes", ""},
		"A thief reads the codes":                   {"A thief reads the codes", ""},
		"A thief reads. They spend it.\nAll of it.": {"A thief reads", "They spend it.\nAll of it."},
		"Over two\nlines. And more.":                {"Over two lines", "Over two\nlines. And more."},
		long + ".":                                  {Shorten(long, titleWidth), long + "."},
		"Version 2.5 leaks. So what?":               {"Version 2.5 leaks", "So what?"},
		"":                                          {"", ""},
	} {
		if x := (Threat{Text: text}); x.Title() != want[0] || x.Beyond() != want[1] {
			t.Errorf("%q: %q and %q", text, x.Title(), x.Beyond())
		}
	}
}

// Looking for threats is done when something was found, and no place was left out.
func TestThreatsDone(t *testing.T) {
	m := New("x")
	if _, err := m.Enter("a -> b"); err != nil {
		t.Fatal(err)
	}
	done := func(want bool, when string) {
		t.Helper()
		if m.Done(ThreatsStep) != want {
			t.Errorf("%s: done is %v", when, !want)
		}
	}
	m.AddThreat(Threat{Place: "1", Letter: "S"})
	done(false, "a threat without words")
	m.Threats[0].Text = "t"
	done(false, "one place of three")
	m.Look("a", "T")
	done(false, "two of three")
	m.Look("b", "E")
	done(true, "every place")
}

func TestLacks(t *testing.T) {
	for want, x := range map[string]Threat{
		"a decision":                {},
		"a reason, a name, a time":  {Decision: "accept"},
		"a name":                    {Decision: "transfer", Reason: "r", When: "quarter"},
		"what will be done":         {Decision: "mitigate", When: "release"},
		"a date":                    {Decision: "accept", Reason: "r", Owner: "o", When: "revisit"},
		"":                          {Decision: "eliminate", Plan: "p", When: "release"},
		"what will be done, a time": {Decision: "eliminate"},
	} {
		if got := strings.Join(x.Lacks(), ", "); got != want {
			t.Errorf("%+v lacks %q, want %q", x, got, want)
		}
	}
}

// A model of the billing feature beside its key: the demo's threats are found,
// and what the key has beyond them is missed.
func TestCompare(t *testing.T) {
	s, err := scenarios.Load(scenariosFS{}, "billing")
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.Key()
	if err != nil {
		t.Fatal(err)
	}
	c := Compare(demoModel(t), key)
	if len(c.Found) < 8 || len(c.Found)+len(c.Missed) != len(key.Threats) {
		t.Errorf("found %d, missed %d of %d", len(c.Found), len(c.Missed), len(key.Threats))
	}
	for _, f := range c.Found {
		if f.Yours == "" || f.KeySeverity == "" || f.KeyWhen == "" {
			t.Errorf("%+v", f)
		}
	}
	if c := Compare(New("empty"), key); len(c.Found) != 0 || len(c.Missed) != len(key.Threats) {
		t.Error("an empty model finds something")
	}
	other := New("x")
	other.AddThreat(Threat{Text: "A meteor hits the building and everyone goes home early."})
	if c := Compare(other, key); len(c.Unknown)+len(c.Handled) != 1 || len(c.Found) != 0 {
		t.Errorf("%+v", c)
	}
}

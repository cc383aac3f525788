package records

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func day(n int) time.Time { return time.Date(2027, 1, n, 0, 0, 0, 0, time.UTC) }

// held is a record of a person and a module, valid for a year from its day.
func held(t testing.TB, id, module string, ended time.Time, change ...func(*Record)) Record {
	return sample(t, append([]func(*Record){func(r *Record) {
		r.Person.Name, r.Module = id, module
		r.Started, r.Completed = ended, ended
	}}, change...)...)
}

func fail(r *Record) { r.Score = share(0) }

func TestCoverage(t *testing.T) {
	now := day(20)
	old := now.AddDate(-1, 0, 0)
	by := func(l Level, r Record) Record { r.Evidence = l; return r }
	records := []Record{
		by(InstructorAttested, held(t, "both", "one", day(3))), by(ServerWitnessed, held(t, "both", "two", day(4))),
		held(t, "half", "one", day(3)),
		held(t, "failed", "one", day(3), fail), held(t, "failed", "two", day(3), fail),
		held(t, "again", "one", day(3), fail), held(t, "again", "one", day(4)), held(t, "again", "two", day(5)),
		held(t, "ended", "one", old), held(t, "ended", "two", day(5)),
		held(t, "stranger", "one", day(3)),
		held(t, "abroad", "one", day(3), func(r *Record) { r.Person.HomePage = "https://other.example.org" }),
	}
	roster := Roster{HomePage: "https://people.example.org", Modules: []string{"one", "two"}, Members: []Member{
		{ID: "both", Due: day(10)}, {ID: "half", Due: day(30)}, {ID: "failed", Due: day(20)}, {ID: "again"},
		{ID: "ended"}, {ID: "never", Due: day(30)}, {ID: "late", Due: day(19)}, {ID: "abroad"},
	}}
	got := Coverage(roster, records, now)
	if want := (Counts{All: 8, Done: 2, Begun: 3, Never: 3, Overdue: 3, SelfReported: 1, ServerWitnessed: 1}); got.Total != want {
		t.Errorf("got  %+v\nwant %+v", got.Total, want)
	}
	for _, l := range []struct {
		what, want string
		got        []string
	}{
		{"done", "[again both]", got.Done}, {"overdue", "[ended failed late]", got.Overdue}, {"never", "[abroad late never]", got.Never},
	} {
		if fmt.Sprint(l.got) != l.want {
			t.Errorf("%s: %v, want %s", l.what, l.got, l.want)
		}
	}
	// The last moment of validity, and the one behind it.
	one := Roster{Members: []Member{{ID: "x"}}}
	r := held(t, "x", "one", day(3))
	if c := Coverage(one, []Record{r}, r.ValidUntil.Add(-time.Second)); c.Total.Done != 1 || len(c.Overdue) != 0 {
		t.Errorf("before its end: %+v", c)
	}
	if c := Coverage(one, []Record{r}, r.ValidUntil); c.Total.Done != 0 || len(c.Overdue) != 1 {
		t.Errorf("at its end: %+v", c)
	}
}

// No group under five is shown, and none can be worked out from those that are.
func TestSmallGroupsAreNotBrokenDown(t *testing.T) {
	for _, c := range []struct {
		sizes map[string]int
		want  string
	}{
		{map[string]int{"a": 5, "b": 6}, "a 5, b 6"},
		{map[string]int{"a": 5, "b": 4}, ""},
		{map[string]int{"a": 7, "b": 5, "c": 4}, "a 7,  9"},
		{map[string]int{"b": 7, "a": 9, "c": 3, "d": 3}, "a 9, b 7,  6"},
		{map[string]int{"a": 9, "": 5}, "a 9,  5"},
		{map[string]int{"a": 4, "b": 4}, ""},
		{map[string]int{"a": 3}, ""},
		{nil, ""},
	} {
		var roster Roster
		for name, n := range c.sizes {
			for i := range n {
				roster.Members = append(roster.Members, Member{ID: fmt.Sprint(name, i), Group: name})
			}
		}
		var got []string
		for _, g := range Coverage(roster, nil, day(1)).Groups {
			got = append(got, fmt.Sprint(g.Name, " ", g.All))
			if g.Never != g.All {
				t.Errorf("%v: %+v", c.sizes, g)
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%v: %q, want %q", c.sizes, s, c.want)
		}
	}
}

func TestReportText(t *testing.T) {
	var roster Roster
	for i := range 6 {
		roster.Members = append(roster.Members, Member{ID: fmt.Sprint("p", 5-i), Group: "blue \x1b[2Jteam", Due: day(5)}, Member{ID: fmt.Sprint("q", i), Group: "tiny" + fmt.Sprint(i)})
	}
	text := Coverage(roster, []Record{held(t, "p3", "one", day(2))}, day(6)).Text()
	for _, want := range []string{
		"everybody                   12     1      0     11        5\n",
		"blue [2Jteam                 6     1      0      5        5\n",
		"all other groups             6     0      0      6        0\n",
		"1 self-reported, 0 server-witnessed, 0 instructor-attested",
		"Done:\n  p3\n", "Overdue:\n  p0\n  p1\n  p2\n  p4\n  p5\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "tiny") || strings.Contains(text, "\x1b") || strings.Contains(text, "85") {
		t.Errorf("it shows a small group, an escape or a score:\n%s", text)
	}
}

func TestParseRoster(t *testing.T) {
	zone := time.FixedZone("", -5*60*60)
	got, err := ParseRoster(strings.NewReader("\ufeffName,User ID,due,Group\r\nAda,u-1,2027-01-31,\" blue  team\"\r\nBo,u-2\r\n"), zone)
	if err != nil {
		t.Fatal(err)
	}
	want := []Member{{"u-1", "blue team", time.Date(2027, 2, 1, 0, 0, 0, 0, zone)}, {ID: "u-2"}}
	if !slices.EqualFunc(got.Members, want, func(a, b Member) bool { return a.ID == b.ID && a.Group == b.Group && a.Due.Equal(b.Due) }) {
		t.Errorf("got %+v", got.Members)
	}
	for text, want := range map[string]string{
		"":                                   "first line",
		"name,group\nx,y":                    "name its columns",
		"user id,user id\nx,y":               "there twice",
		"user id\nx\n\ny\nx":                 "line 5",
		"user id,group\nx,y\n,z":             "line 3",
		"user id,due\nx,31.1.2027":           "line 2",
		"user id\n\"x":                       "roster",
		"user id,due\nx,2027-01-31\ny,never": "line 3",
	} {
		if _, err := ParseRoster(strings.NewReader(text), zone); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseRoster(f *testing.F) {
	f.Add("user id,group,due\nx,a,2027-01-31\n")
	f.Add("\ufeffuser id\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRoster(strings.NewReader(text), time.UTC)
		if err != nil {
			return
		}
		c := Coverage(r, nil, day(1))
		if c.Total.All != len(r.Members) || c.Total.Never != len(r.Members) {
			t.Errorf("%+v of %d members", c.Total, len(r.Members))
		}
		n := 0
		for _, g := range c.Groups {
			n += g.All
			if g.All < SmallestGroup {
				t.Errorf("a group of %d is shown", g.All)
			}
		}
		if n != 0 && n != c.Total.All {
			t.Errorf("groups of %d people, and %d in all", n, c.Total.All)
		}
		if strings.Contains(c.Text(), "\x1b") {
			t.Errorf("not clean: %q", c.Text())
		}
	})
}

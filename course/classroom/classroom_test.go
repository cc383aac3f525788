package classroom

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"edu/threatlings/exercises/clean"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/scenarios"
)

type content struct{}

func (content) Open(name string) (fs.File, error) {
	return scenarios.FS.Open(strings.TrimPrefix(name, "scenarios/"))
}

func billing(t testing.TB) (*scenarios.Scenario, *grading.Key) {
	t.Helper()
	s, err := scenarios.Load(content{}, "billing")
	if err != nil {
		t.Fatal(err)
	}
	k, err := s.Key()
	if err != nil {
		t.Fatal(err)
	}
	return s, k
}

// class is four teams: the key's sample groups, and one with ideas of its own.
func class(t testing.TB) []HandIn {
	_, key := billing(t)
	var out []HandIn
	for i, g := range key.Samples {
		h := HandIn{Scenario: "billing", Team: g.Name, Members: []string{fmt.Sprint("Member ", i)}}
		for k, c := range g.Cards {
			h.Threats = append(h.Threats, Threat{Text: c.Text, Letter: c.Letter, Place: c.Place, Severity: c.Severity, By: fmt.Sprint("Member ", i)})
			h.Top = append(h.Top, k)
		}
		out = append(out, h)
	}
	own := HandIn{Scenario: "billing", Team: "Oak", Threats: []Threat{
		{Text: "The button is green and colour-blind people press it by mistake, twice.", Letter: "D", Place: "1"},
		{Text: key.Samples[0].Cards[0].Text, Letter: key.Samples[0].Cards[0].Letter, Place: key.Samples[0].Cards[0].Place},
	}, Top: []int{1}}
	return append(out, own)
}

func TestBoard(t *testing.T) {
	_, key := billing(t)
	teams := class(t)
	b, err := NewBoard(teams, NewMatcher(key), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Teams) != len(teams) || b.Found.All != len(key.Threats) || b.Found.Room+b.Found.Probably+len(b.Missed) != len(key.Threats) {
		t.Fatalf("%+v", b.Found)
	}
	told := 0
	for _, r := range b.Rows {
		told += len(r.Told)
	}
	want := 0
	for _, h := range teams {
		want += len(h.Threats)
	}
	if told != want {
		t.Errorf("the board tells %d threats of %d", told, want)
	}
	// what two teams named stands first, with both of their places
	first := b.Rows[0]
	oak := slices.IndexFunc(b.Teams, func(t Team) bool { return t.Name == "Oak" })
	if first.Teams() != 2 || first.Key != key.Samples[0].Cards[0].Threat || first.Places[oak] != 1 {
		t.Errorf("%+v", first)
	}
	own := slices.IndexFunc(b.Rows, func(r Row) bool { return r.Key == "" })
	if own < 0 || !b.Rows[own].Listed[oak] || b.Rows[own].Places[oak] != 0 {
		t.Errorf("a threat that is only listed: %+v", b.Rows)
	}
	if b.Found.Person < 2 || b.Found.Team < 2 || b.Found.Room <= b.Found.Team || b.Found.OnlyOne < 3 {
		t.Errorf("%+v", b.Found)
	}
	shares := 0
	for _, s := range b.Letter {
		shares += s.All
	}
	if shares != len(key.Threats) {
		t.Errorf("the letters count %d threats", shares)
	}
	for i := 1; i < len(b.Missed); i++ {
		if slices.Index(grading.Severities, b.Missed[i].Severity) > slices.Index(grading.Severities, b.Missed[i-1].Severity) {
			t.Errorf("missed: %v", b.Missed)
		}
	}
}

// The board is the same in whatever order the files come.
func TestBoardDoesNotDependOnOrder(t *testing.T) {
	s, key := billing(t)
	teams := class(t)
	var first string
	for range 3 {
		b, err := NewBoard(teams, NewMatcher(key), nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := Report{Board: b, System: s.System}.Write("md")
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(text)
		}
		if string(text) != first {
			t.Fatalf("another order gives\n%s\nand not\n%s", text, first)
		}
		teams = append(teams[1:], teams[0])
	}
}

// Threats that the key does not know come together when two teams mean the same.
func TestUnknownThreatsCluster(t *testing.T) {
	_, key := billing(t)
	one := HandIn{Scenario: "billing", Team: "A", Threats: []Threat{{Text: "A parrot repeats the spoken card number to all the visitors of the office.", Letter: "I", Place: "owner"}}, Top: []int{0}}
	two := HandIn{Scenario: "billing", Team: "A", Threats: []Threat{{Text: "The office parrot repeats a spoken card number to visitors.", Letter: "I", Place: "owner"}, {Text: "The lift is stuck and the parcel of stickers goes stale.", Letter: "D", Place: "owner"}}}
	b, err := NewBoard([]HandIn{one, two}, NewMatcher(key), nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.Teams[0].Name != "A" || b.Teams[1].Name != "A 2" {
		t.Errorf("names %q and %q", b.Teams[0].Name, b.Teams[1].Name)
	}
	if len(b.Rows) != 2 || b.Rows[0].Teams() != 2 || b.Rows[0].Title != two.Threats[0].Text {
		t.Errorf("%+v", b.Rows)
	}
}

func TestBoardRefuses(t *testing.T) {
	_, key := billing(t)
	if _, err := NewBoard(nil, NewMatcher(key), nil); !errors.Is(err, ErrNoHandIn) {
		t.Errorf("%v", err)
	}
	if _, err := NewBoard([]HandIn{{Scenario: "report-links", Team: "A"}}, NewMatcher(key), nil); err == nil || !strings.Contains(err.Error(), "compare them apart") {
		t.Errorf("%v", err)
	}
}

const nasty = "=cmd|' /C calc'!A0 <script>alert(1)</script> [a](javascript:x) | `x` \x1b[31m\u202e\n# head"

// What a team writes is text in every form of the report.
func TestReportIsText(t *testing.T) {
	s, key := billing(t)
	teams := append(class(t), HandIn{Scenario: "billing", Team: nasty, Members: []string{nasty}, Threats: []Threat{{Text: nasty, Letter: "S", Place: nasty, By: nasty}}, Top: []int{0}})
	for i, h := range teams { // as they come from files
		b, err := Write(h)
		if err != nil {
			t.Fatal(err)
		}
		if teams[i], err = Read("x.json", b); err != nil {
			t.Fatal(err)
		}
	}
	b, err := NewBoard(teams, NewMatcher(key), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := Report{Board: b, System: s.System, Date: "2027-01-31"}
	for _, f := range Formats {
		text, err := r.Write(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range string(text) {
			if c != '\n' && c != '\r' && (unicode.Is(unicode.Cc, c) || unicode.Is(unicode.Cf, c)) {
				t.Errorf("%s holds %U", f, c)
			}
		}
		page := string(text)
		switch f {
		case "md":
			var out bytes.Buffer
			if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(text, &out); err != nil {
				t.Fatal(err)
			}
			page = out.String()
			for _, c := range key.Threats {
				if !strings.Contains(string(text), clean.Markdown(c.Title)) {
					t.Errorf("%q is not in the report", c.Title)
				}
			}
			fallthrough
		case "html":
			for _, bad := range []string{"<script>alert", "<a ", "javascript:x\""} {
				if strings.Contains(page, bad) {
					t.Errorf("%s: %q is in the page", f, bad)
				}
			}
		case "csv":
			rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			want := 1
			for _, h := range teams {
				want += len(h.Threats)
			}
			if len(rows) != want {
				t.Errorf("%d rows of %d", len(rows), want)
			}
			for _, row := range rows {
				for _, c := range row {
					if c != "" && strings.ContainsRune("=+-@", rune(c[0])) {
						t.Errorf("a spreadsheet would execute %q", c)
					}
				}
			}
		}
	}
	if _, err := r.Write("pdf"); err == nil {
		t.Error("an unknown form is written")
	}
}

func TestRead(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                  "the format is 0",
		`[1]`:                                 "this is no hand-in",
		`{"threatlings_class":1,"team":"  "}`: "no name",
		`{"threatlings_class":1,"team":"A","threats":[{"text":"x"}],"top":[1]}`:                        "the top names threat 2",
		`{"threatlings_class":1,"team":"A","threats":[{"text":"x"}],"top":[0,0]}`:                      "named twice",
		`{"threatlings_class":1,"team":"A","top":[0,1,2,3]}`:                                           "3 in the top",
		`{"threatlings_class":1,"team":"A","threats":[{"text":"` + strings.Repeat("x", 10001) + `"}]}`: "longer than",
		strings.Repeat(" ", maxHandIn+1):                                                               "1 MB at most",
	} {
		if _, err := Read("team.json", []byte(text)); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "team.json: ") {
			t.Errorf("%.60q gives %v, want %q", text, err, want)
		}
	}
	h, err := Read("x", []byte(`{"threatlings_class":1,"team":"`+strings.Repeat("é", 50)+`","threats":[{"text":"t","letter":"STRIDE","severity":"huge"}]}`))
	if err != nil || len([]rune(h.Team)) != maxName || h.Threats[0].Letter != "" || h.Threats[0].Severity != "" {
		t.Errorf("%+v, %v", h, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, h := range class(f) {
		b, err := Write(h)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	_, key := billing(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := Read("x.json", b)
		if err != nil {
			return
		}
		if h.Scenario != "billing" {
			return
		}
		if _, err := NewBoard([]HandIn{h}, NewMatcher(key), nil); err != nil {
			t.Error(err)
		}
	})
}

// The grader's best guess lays like beside like, is no credit, and is a row's
// own until somebody says that it is so.
func TestProbably(t *testing.T) {
	s, key := billing(t)
	m := NewMatcher(key)
	const viewer = "A viewer and not only the owner can change the card since no role is checked"
	one := HandIn{Scenario: "billing", Team: "Lynx", Threats: []Threat{{ID: "a", Text: viewer, By: "Ada"}, {ID: "b", Text: "as I said, viewers do it", Same: "a"}}, Top: []int{0}}
	board := func(placed map[string]string, teams ...HandIn) (*Board, Row) {
		t.Helper()
		b, err := NewBoard(teams, m, placed)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(b.Rows, func(r Row) bool { return r.ID == "no-role-check" })
		if b.Found.Room+b.Found.Probably+len(b.Missed) != len(key.Threats) {
			t.Errorf("%+v and %d missed", b.Found, len(b.Missed))
		}
		if i < 0 {
			return b, Row{}
		}
		return b, b.Rows[i]
	}
	b, row := board(nil, one)
	if !row.Probably || len(row.Told) != 2 || !row.Told[1].Probably || b.Found.Probably != 1 || b.Found.Room != 0 || b.Found.Person != 0 || len(b.Teams[0].Keys) != 0 {
		t.Errorf("%+v, %+v", row, b.Found)
	}
	text, err := Report{Board: b, System: s.System}.Write("md")
	if err != nil || !strings.Contains(string(text), row.Title+" (probably)") || !strings.Contains(string(text), "Probably 1 more") {
		t.Errorf("%v\n%s", err, text)
	}
	if b, row = board(map[string]string{"a": "no-role-check"}, one); row.Probably || b.Found.Room != 1 || b.Found.Person != 1 {
		t.Errorf("said to be so: %+v, %+v", row, b.Found)
	}
	if b, row = board(map[string]string{"a": "own:a"}, one); row.ID != "" || b.Found.Probably != 0 || len(b.Rows) != 1 {
		t.Errorf("said not to be so: %+v", b.Rows)
	}
	sure := HandIn{Scenario: "billing", Team: "Otter", Threats: []Threat{{Text: "Any viewer may change the card with a call of their own: only the button checks who is the owner.", Letter: "E", Place: "1"}}}
	if b, row = board(nil, one, sure); row.Probably || row.Teams() != 2 || b.Found.OnlyOne != 1 || len(b.Teams[0].Keys) != 0 {
		t.Errorf("beside a sure one: %+v, %+v", row, b.Found)
	}
}

// Of what the grader lays into a row of the key, little is wrong: of the labelled
// answers that are there to be looked at, with letter and place and without.
func TestGuessesAreRarelyWrong(t *testing.T) {
	placed, wrong, more := 0, 0, 0
	for _, id := range []string{"billing", "report-links"} {
		s, err := scenarios.Load(content{}, id)
		if err != nil {
			t.Fatal(err)
		}
		key, err := s.Key()
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile("../../exercises/scenarios/" + id + "/testdata/dev.tsv")
		if err != nil {
			t.Fatal(err)
		}
		m := NewMatcher(key)
		for _, line := range strings.Split(string(b), "\n") {
			f := strings.Split(line, "\t")
			if len(f) < 4 {
				continue
			}
			for _, c := range []Threat{{Text: f[3], Letter: f[1], Place: f[2]}, {Text: f[3]}} {
				k := m.near(c)
				if k.id == "" {
					continue
				}
				placed++
				ok := slices.Contains(strings.Split(f[0], "+"), k.id)
				if !ok {
					wrong++
				}
				if ok && !k.sure {
					more++
				}
			}
		}
	}
	t.Logf("%d placed, %d wrongly, %d rightly by a guess alone", placed, wrong, more)
	if float64(wrong) > .07*float64(placed) || more < 10 {
		t.Errorf("%d of %d are placed wrongly, %d rightly by a guess", wrong, placed, more)
	}
}

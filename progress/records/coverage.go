package records

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"time"

	"edu/threatlings/exercises/clean"
)

// SmallestGroup is how many people a group needs to be broken down: of fewer,
// counts would say who it was.
const SmallestGroup = 5

// A Member is a person who is to take the course.
type Member struct {
	ID    string // as in Account.Name
	Group string // a team or a department; may be ""
	Due   time.Time
}

// A Roster is who is to take what.
type Roster struct {
	Members []Member
	// HomePage is the system of the members' ids; "" takes every system's.
	HomePage string
	// Modules are the modules that everybody needs; none means that any one record
	// will do.
	Modules []string
}

// ParseRoster reads a table with the columns user id, group and due; the last two
// may be missing, and others are passed over. Due is a day such as 2027-01-31 and
// ends when that day ends in zone. The error says on which line the fault is.
func ParseRoster(r io.Reader, zone *time.Location) (Roster, error) {
	in := csv.NewReader(r)
	in.TrimLeadingSpace = true
	in.FieldsPerRecord = -1
	column := map[string]int{}
	head, err := in.Read()
	if err != nil {
		return Roster{}, fmt.Errorf("reading the roster's first line: %w", err)
	}
	for i, name := range head {
		name = strings.ToLower(clean.Line(name)) // clean.Line drops the byte order mark of a spreadsheet
		if _, twice := column[name]; twice && name != "" {
			return Roster{}, fmt.Errorf("reading the roster: the column %q is there twice", name)
		}
		column[name] = i
	}
	if _, ok := column["user id"]; !ok {
		return Roster{}, errors.New("reading the roster: the first line must name its columns: user id, group, due")
	}
	var out Roster
	seen := map[string]bool{}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return Roster{}, fmt.Errorf("reading the roster: %w", err)
		}
		get := func(name string) string {
			if i, ok := column[name]; ok && i < len(row) {
				return clean.Line(row[i])
			}
			return ""
		}
		n, _ := in.FieldPos(0)
		m := Member{ID: get("user id"), Group: get("group")}
		switch {
		case m.ID == "":
			return Roster{}, fmt.Errorf("reading the roster: line %d has no user id", n)
		case seen[m.ID]:
			return Roster{}, fmt.Errorf("reading the roster: line %d has the user %q a second time", n, m.ID)
		}
		seen[m.ID] = true
		if due := get("due"); due != "" {
			day, err := time.ParseInLocation(time.DateOnly, due, zone)
			if err != nil {
				return Roster{}, fmt.Errorf("reading the roster: line %d: the day must look like 2027-01-31: %q", n, due)
			}
			m.Due = day.AddDate(0, 0, 1)
		}
		out.Members = append(out.Members, m)
	}
}

// Counts are of people. Done, Begun and Never make up All.
type Counts struct {
	All     int
	Done    int // everything that is needed, passed and still valid
	Begun   int // something, but not everything, or it is valid no longer
	Never   int // no record at all
	Overdue int // of those who are not done: past their day, or valid no longer
	// By the weakest evidence of each person who is done.
	SelfReported, ServerWitnessed, InstructorAttested int
}

// A Group is a part of the roster. Its Name is "" where groups that are too small
// are counted together.
type Group struct {
	Name string
	Counts
}

// A Report says how far a roster is. It holds no scores, and lists people by their
// ids alone: nobody is ranked.
type Report struct {
	Total  Counts
	Groups []Group // by name
	// Ids of those who are done, overdue, and have never started; whoever never
	// started and is past the day is in both.
	Done, Overdue, Never []string
}

// standing is how far one person is.
type standing struct {
	done, begun, overdue bool
	evidence             Level
}

// Coverage says who of a roster is done, overdue or never started, as of now.
// Records of people who are not on the roster are passed over. It is pure.
//
// Groups of fewer than SmallestGroup people are counted together and not by
// themselves. Where they are too few even together, the smallest of the other
// groups is counted with them: or else a subtraction would show them.
func Coverage(roster Roster, records []Record, now time.Time) Report {
	of := map[string][]Record{}
	for _, r := range records {
		if roster.HomePage == "" || r.Person.HomePage == roster.HomePage {
			of[r.Person.Name] = append(of[r.Person.Name], r)
		}
	}
	var out Report
	groups := map[string]*Group{}
	for _, m := range roster.Members {
		s := stand(m, roster.Modules, of[m.ID], now)
		out.Total.add(s)
		if groups[m.Group] == nil {
			groups[m.Group] = &Group{Name: m.Group}
		}
		groups[m.Group].add(s)
		if s.done {
			out.Done = append(out.Done, m.ID)
		}
		if s.overdue {
			out.Overdue = append(out.Overdue, m.ID)
		}
		if !s.done && !s.begun {
			out.Never = append(out.Never, m.ID)
		}
	}
	sort.Strings(out.Done)
	sort.Strings(out.Overdue)
	sort.Strings(out.Never)
	out.Groups = showable(groups)
	return out
}

// stand judges one person.
func stand(m Member, modules []string, records []Record, now time.Time) standing {
	s := standing{begun: len(records) > 0, evidence: InstructorAttested}
	ended := false // something that was passed is valid no longer
	has := func(fits func(Record) bool) bool {
		best, old := Level(""), false
		for _, r := range records {
			switch {
			case !fits(r) || r.Status() == Failed:
			case !now.Before(r.ValidUntil):
				old = true
			case r.Evidence.rank() > best.rank():
				best = r.Evidence
			}
		}
		if best == "" {
			ended = ended || old
			return false
		}
		s.evidence = weaker(s.evidence, best)
		return true
	}
	s.done = true
	for _, module := range modules {
		if !has(func(r Record) bool { return r.Module == module }) {
			s.done = false
		}
	}
	if len(modules) == 0 {
		s.done = has(func(Record) bool { return true })
	}
	s.overdue = !s.done && (ended || !m.Due.IsZero() && !now.Before(m.Due))
	return s
}

func (c *Counts) add(s standing) {
	c.All++
	switch {
	case s.done:
		c.Done++
		switch s.evidence {
		case InstructorAttested:
			c.InstructorAttested++
		case ServerWitnessed:
			c.ServerWitnessed++
		default:
			c.SelfReported++
		}
	case s.begun:
		c.Begun++
	default:
		c.Never++
	}
	if s.overdue {
		c.Overdue++
	}
}

func (c *Counts) join(o Counts) {
	c.All += o.All
	c.Done += o.Done
	c.Begun += o.Begun
	c.Never += o.Never
	c.Overdue += o.Overdue
	c.SelfReported += o.SelfReported
	c.ServerWitnessed += o.ServerWitnessed
	c.InstructorAttested += o.InstructorAttested
}

// showable is the groups that are large enough, and the others as one of no name.
// People without a group count among the others.
func showable(groups map[string]*Group) []Group {
	var large []Group
	var others Group
	for _, g := range groups {
		if g.All >= SmallestGroup && g.Name != "" {
			large = append(large, *g)
		} else {
			others.join(g.Counts)
		}
	}
	slices.SortFunc(large, func(a, b Group) int {
		if a.All != b.All {
			return b.All - a.All
		}
		return strings.Compare(a.Name, b.Name)
	})
	for others.All > 0 && others.All < SmallestGroup && len(large) > 0 {
		others.join(large[len(large)-1].Counts)
		large = large[:len(large)-1]
	}
	slices.SortFunc(large, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	if others.All >= SmallestGroup && len(large) > 0 {
		large = append(large, others)
	}
	return large
}

// Text is the report for a terminal or a mail.
func (r Report) Text() string {
	var b strings.Builder
	counts := func(name string, c Counts) {
		fmt.Fprintf(&b, "%-24s %5d %5d %6d %6d %8d\n", name, c.All, c.Done, c.Begun, c.Never, c.Overdue)
	}
	fmt.Fprintf(&b, "%-24s %5s %5s %6s %6s %8s\n", "", "all", "done", "begun", "never", "overdue")
	counts("everybody", r.Total)
	for _, g := range r.Groups {
		if g.Name == "" {
			g.Name = "all other groups"
		}
		counts(clean.Line(g.Name), g.Counts)
	}
	fmt.Fprintf(&b, "\nGroups of fewer than %d people are not shown by themselves.\n", SmallestGroup)
	fmt.Fprintf(&b, "Of those who are done: %d self-reported, %d server-witnessed, %d instructor-attested.\n",
		r.Total.SelfReported, r.Total.ServerWitnessed, r.Total.InstructorAttested)
	for _, l := range []struct {
		what string
		ids  []string
	}{{"Done", r.Done}, {"Overdue", r.Overdue}, {"Never started", r.Never}} {
		ids := make([]string, len(l.ids))
		for i, id := range l.ids {
			ids[i] = clean.Line(id)
		}
		if len(ids) == 0 {
			ids = []string{"nobody"}
		}
		fmt.Fprintf(&b, "\n%s:\n  %s\n", l.what, strings.Join(ids, "\n  "))
	}
	return b.String()
}

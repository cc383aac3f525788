package classroom

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"edu/threatlings/exercises/grading"
)

// A Board lays what all teams handed in side by side.
type Board struct {
	Teams []Team
	Rows  []Row // what was named by most teams first
	// Missed are the key's threats that nobody has, nor probably has, the worst first.
	Missed []Key
	Found  Breadth
	Letter map[string]Share // coverage of the key by letter and by place
	Place  map[string]Share
}

// A Team is a column of the board.
type Team struct {
	Name    string
	Members []string
	Threats []Threat
	Top     []int
	Keys    []string // ids of the key's threats that it found, in the key's order
}

// A Row is one threat, as the teams named it.
type Row struct {
	ID       string // the key's, or one of its own: where to put a threat by hand
	Key      string // id in the key; "" when the key does not know it
	Words    string // of the teams' own texts the shortest, rather one that stands here by itself than one that was put here
	Title    string // the key's, or Words
	Severity string // the key's; "" when it does not know it
	Places   []int  // for each team: 1 to 3 in its top, 0 when it is not there
	Listed   []bool // for each team: written down at all
	Told     []Told // in the teams' own words
	// Probably says that the grader is not sure of Key for any of the Told, and
	// nobody has said that it is so: the row has the key's threat, and no credit.
	Probably bool
}

// Told is a threat in a team's words.
type Told struct {
	Team   string
	Threat Threat
	Top    int // 1 to 3, or 0
	// Probably says that the threat stands in its row by the grader's best guess.
	Probably bool
}

// Teams counts the teams that have the threat at all.
func (r Row) Teams() (n int) {
	for _, l := range r.Listed {
		if l {
			n++
		}
	}
	return n
}

// A Key is a threat of the key that nobody named, with a question that leads there.
type Key struct{ ID, Title, Severity, Hint string }

// A Share is so many of so many.
type Share struct{ Found, All int }

// Breadth says how many different threats of the key were found, by whom.
type Breadth struct {
	All     int // in the key
	Room    int // by all teams together
	Team    int // by the best team
	Person  int // by the best single person; 0 where nobody is named
	OnlyOne int // by one team alone
	// Probably counts those in rows that are Probably so; they are neither in
	// Room nor missed.
	Probably int
}

// A Matcher knows which threat of a key a text means, and remembers it.
type Matcher struct {
	key   *grading.Key
	index *grading.Index

	mu   sync.Mutex
	seen map[[4]string]meant
}

// meant is a threat of the key, or "", and whether the grader is sure.
type meant struct {
	id   string
	sure bool
}

// NewMatcher makes a matcher. It is safe for concurrent use.
func NewMatcher(key *grading.Key) *Matcher {
	return &Matcher{key: key, index: grading.NewIndex(key), seen: map[[4]string]meant{}}
}

// Key is the id of the key's threat that a team's threat means, or "".
func (m *Matcher) Key(t Threat) string {
	if k := m.near(t); k.sure {
		return k.id
	}
	return ""
}

// near is the threat of the key that a team's threat means, or is perhaps about.
func (m *Matcher) near(t Threat) meant {
	c := [4]string{t.Text, t.Letter, t.Place, t.Severity}
	m.mu.Lock()
	k, ok := m.seen[c]
	m.mu.Unlock()
	if ok {
		return k
	}
	v := m.index.Match(grading.Card{Text: t.Text, Letter: t.Letter, Place: t.Place, Severity: t.Severity})
	k = meant{v.Perhaps(), v.Likely() != ""}
	m.mu.Lock()
	m.seen[c] = k
	m.mu.Unlock()
	return k
}

// Threats are those of the key.
func (m *Matcher) Threats() []grading.Threat { return m.key.Threats }

// NewBoard compares the hand-ins with the key and with each other. Teams stand in
// the order of their names; two of one name are told apart by a number. placed
// says for threats, by their ids, in which row somebody put them by hand.
func NewBoard(handIns []HandIn, m *Matcher, placed map[string]string) (*Board, error) {
	if len(handIns) == 0 {
		return nil, ErrNoHandIn
	}
	for _, h := range handIns {
		if h.Scenario != m.key.Scenario {
			return nil, fmt.Errorf("team %s worked on %q, and the others on %q: compare them apart", h.Team, h.Scenario, m.key.Scenario)
		}
	}
	b := &Board{Letter: map[string]Share{}, Place: map[string]Share{}}
	handIns = slices.Clone(handIns)
	slices.SortStableFunc(handIns, func(a, c HandIn) int {
		return cmp.Compare(strings.ToLower(a.Team), strings.ToLower(c.Team))
	})
	names := map[string]int{}
	for ti, h := range handIns {
		if names[h.Team]++; names[h.Team] > 1 {
			h.Team = fmt.Sprintf("%s %d", h.Team, names[h.Team])
		}
		h.Threats = slices.Clone(h.Threats)
		for i := range h.Threats {
			if h.Threats[i].ID == "" { // it comes from a file
				h.Threats[i].ID = fmt.Sprintf("%d.%d", ti+1, i+1)
			}
		}
		b.Teams = append(b.Teams, Team{Name: h.Team, Members: h.Members, Threats: h.Threats, Top: h.Top})
	}
	b.cluster(m, placed)
	b.count(m.key)
	return b, nil
}

// alike is the share of telling words from which two threats of one letter and
// place, which the key does not know, are one.
const alike = 0.3

// cluster puts threats that mean the same into one row, and keeps who found what.
func (b *Board) cluster(m *Matcher, placed map[string]string) {
	c := newClustering(b, m, placed)
	for _, folded := range []bool{false, true} { // a threat comes after the one that it was folded into
		for ti := range b.Teams {
			for i, t := range b.Teams[ti].Threats {
				if t.Text != "" && (t.Same != "") == folded {
					c.add(ti, i)
				}
			}
		}
	}
	for _, r := range c.order {
		if r.Title == "" {
			r.Title = shortened(r.Words)
		}
		b.Rows = append(b.Rows, *r)
	}
	for ti := range b.Teams {
		for _, k := range m.key.Threats {
			if c.found[ti][k.ID] {
				b.Teams[ti].Keys = append(b.Teams[ti].Keys, k.ID)
			}
		}
	}
	for ids := range maps.Values(c.persons) {
		b.Found.Person = max(b.Found.Person, len(ids))
	}
	rank := func(s string) int { return slices.Index(grading.Severities, s) }
	slices.SortStableFunc(b.Rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(y.Teams(), x.Teams()), cmp.Compare(rank(y.Severity), rank(x.Severity)), cmp.Compare(x.Title, y.Title))
	})
}

// A clustering is a board whose rows are being made.
type clustering struct {
	board  *Board
	m      *Matcher
	placed map[string]string

	rows   map[string]*Row
	order  []*Row            // the same in the order in which they came about
	speaks map[string][2]int // of a row: how well its Words speak for it; less is better
	rowOf  map[string]meant  // of a threat

	found   []map[string]bool          // of each team: ids of the key
	persons map[string]map[string]bool // of each person whose name is known: the same
}

func newClustering(b *Board, m *Matcher, placed map[string]string) *clustering {
	c := &clustering{
		board: b, m: m, placed: placed,
		rows: map[string]*Row{}, speaks: map[string][2]int{}, rowOf: map[string]meant{},
		found: make([]map[string]bool, len(b.Teams)), persons: map[string]map[string]bool{},
	}
	for ti := range c.found {
		c.found[ti] = map[string]bool{}
	}
	return c
}

// add puts a team's threat into its row.
func (c *clustering) add(ti, i int) {
	team := &c.board.Teams[ti]
	t := team.Threats[i]
	to := c.where(t)
	c.rowOf[t.ID] = to
	row := c.row(to.id, t)
	c.speak(row, t)
	top := slices.Index(team.Top, i) + 1
	row.Listed[ti] = true
	if top > 0 && (row.Places[ti] == 0 || top < row.Places[ti]) {
		row.Places[ti] = top
	}
	row.Told = append(row.Told, Told{team.Name, t, top, !to.sure})
	if row.Key != "" && to.sure {
		row.Probably = false
		c.credit(ti, t, row.Key)
	}
}

// where says in which row a threat belongs: where somebody put it; else with what
// its team folded it into; else by the key's threat that the grader sees in it, or
// perhaps sees; else by letter, place and likeness; else in one of its own.
func (c *clustering) where(t Threat) meant {
	if id := c.placed[t.ID]; id != "" {
		return meant{id, true}
	}
	if to := c.rowOf[t.Same]; to.id != "" {
		return to
	}
	if to := c.m.near(t); to.id != "" {
		return to
	}
	if like := likeRow(c.order, t); like != nil {
		return meant{like.ID, true}
	}
	return meant{"own:" + t.ID, true}
}

// row is the row with an id; where there is none it begins with t.
func (c *clustering) row(id string, t Threat) *Row {
	row := c.rows[id]
	if row != nil {
		return row
	}
	teams := len(c.board.Teams)
	row = &Row{ID: id, Words: t.Text, Places: make([]int, teams), Listed: make([]bool, teams)}
	if k, ok := c.m.index.Threat(id); ok {
		row.Key, row.Title, row.Severity, row.Probably = id, k.Title, k.Severity.Rating, true
	}
	c.rows[id] = row
	c.order = append(c.order, row)
	return row
}

// speak lets a row have the words of t where they speak for it better than those
// that it has: see Row.Words.
func (c *clustering) speak(row *Row, t Threat) {
	says := [2]int{0, len(t.Text)}
	if c.placed[t.ID] != "" || t.Same != "" {
		says[0] = 1
	}
	if best, ok := c.speaks[row.ID]; !ok || slices.Compare(says[:], best[:]) < 0 {
		c.speaks[row.ID], row.Words = says, t.Text
	}
}

// credit keeps that a team found a threat of the key, and who of it.
func (c *clustering) credit(ti int, t Threat, key string) {
	c.found[ti][key] = true
	if t.By == "" {
		return
	}
	who := c.board.Teams[ti].Name + "\x00" + t.By
	if c.persons[who] == nil {
		c.persons[who] = map[string]bool{}
	}
	c.persons[who][key] = true
}

// maxTitle is the most of a team's own words, in characters, that is a title.
const maxTitle = 160

func shortened(s string) string {
	if r := []rune(s); len(r) > maxTitle {
		return strings.TrimSpace(string(r[:maxTitle-1])) + "…"
	}
	return s
}

func likeRow(rows []*Row, t Threat) *Row {
	for _, r := range rows {
		if r.Key != "" {
			continue
		}
		for _, o := range r.Told {
			if o.Threat.Letter == t.Letter && o.Threat.Place == t.Place && grading.Likeness(o.Threat.Text, t.Text) >= alike {
				return r
			}
		}
	}
	return nil
}

func (b *Board) count(key *grading.Key) {
	teams := map[string]int{}
	for _, t := range b.Teams {
		b.Found.Team = max(b.Found.Team, len(t.Keys))
		for _, id := range t.Keys {
			teams[id]++
		}
	}
	b.Found.All, b.Found.Room = len(key.Threats), len(teams)
	for _, n := range teams {
		if n == 1 {
			b.Found.OnlyOne++
		}
	}
	add := func(m map[string]Share, at string, found bool) {
		s := m[at]
		s.All++
		if found {
			s.Found++
		}
		m[at] = s
	}
	for _, k := range key.Threats {
		found := teams[k.ID] > 0
		if len(k.Stride.Accept) > 0 {
			add(b.Letter, k.Stride.Accept[0], found)
		}
		if len(k.Place.Accept) > 0 {
			add(b.Place, k.Place.Accept[0], found)
		}
		if found {
			continue
		}
		if slices.ContainsFunc(b.Rows, func(r Row) bool { return r.Key == k.ID }) {
			b.Found.Probably++
			continue
		}
		m := Key{ID: k.ID, Title: k.Title, Severity: k.Severity.Rating}
		if len(k.Hints) > 0 {
			m.Hint = k.Hints[0]
		}
		b.Missed = append(b.Missed, m)
	}
	slices.SortStableFunc(b.Missed, func(x, y Key) int {
		return slices.Index(grading.Severities, y.Severity) - slices.Index(grading.Severities, x.Severity)
	})
}

package classroom

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"edu/threatlings/exercises"
)

// Kinds of change. Those of whoever leads the class need Desk.
const (
	Opened   = "opened"   // the room was made; Desk
	Moved    = "moved"    // to Phase; Desk
	Timed    = "timed"    // the timer ends in Seconds; 0 takes it away; Desk
	Sat      = "sat"      // somebody takes a new Seat: Name, Secret or Who
	Present  = "present"  // Seat is here, with the connection Text, or not
	Renamed  = "renamed"  // Seat is called Name; by Desk for good
	Numbered = "numbered" // Seat is opened by another Secret from now on; Desk
	Teamed   = "teamed"   // Seat goes to Team; behind the lobby only Desk
	Gone     = "gone"     // Seat was removed, or with Off let in again; Desk
	Wrote    = "wrote"    // Seat's sheet
	Readied  = "ready"    // Seat is ready in this phase, or with Off not
	Fold     = "fold"     // Threat says the same as Into, or with Into "" no more
	Topped   = "topped"   // Team's Top
	Lock     = "lock"     // Team locks, or with Off opens again
	Asked    = "asked"    // Team was sent a question; Desk
	Put      = "put"      // Threats go into Row of the board; Desk
	Voted    = "voted"    // Seat's votes: Top holds ids of rows
)

// A Change is something that happens in a room.
type Change struct {
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
	Desk bool      `json:"desk,omitempty"` // by whoever leads the class

	Seat string `json:"seat,omitempty"`
	Name string `json:"name,omitempty"`
	Team int    `json:"team"`
	Off  bool   `json:"off,omitempty"`

	Who    string `json:"who,omitempty"`    // the fingerprint of a key
	Secret string `json:"secret,omitempty"` // what opens a seat or the desk; kept as a hash

	Phase   Phase    `json:"phase,omitempty"`
	Seconds int      `json:"seconds,omitempty"`
	Threat  string   `json:"threat,omitempty"`
	Threats []string `json:"threats,omitempty"`
	Into    string   `json:"into,omitempty"`
	Top     []string `json:"top,omitempty"`
	Text    string   `json:"text,omitempty"`
	Sheet   *Sheet   `json:"sheet,omitempty"`
	Class   *Class   `json:"class,omitempty"`

	// Froze is filled in: what stood on the cards of the teams that lock with this
	// change. It is part of the change because the log forgets old sheets.
	Froze map[int]map[string]Card `json:"froze,omitempty"`
}

// A Class is what a room is made from.
type Class struct {
	Scenario  string   `json:"scenario"`
	Digest    string   `json:"digest,omitempty"`
	Host      string   `json:"host,omitempty"`
	Teams     []string `json:"teams"`
	Anonymous bool     `json:"anonymous,omitempty"`
}

// TeamNames are those of teams that nobody named.
var TeamNames = []string{"Lynx", "Otter", "Heron", "Badger", "Magpie", "Hare", "Newt", "Falcon", "Beaver", "Wren", "Marten", "Toad"}

// key says which earlier change a change takes the place of.
func (c Change) key() string {
	switch c.Kind {
	case Wrote, Present, Voted, Readied:
		return c.Kind + "/" + c.Seat
	case Topped:
		return fmt.Sprintf("%s/%d", c.Kind, c.Team)
	}
	return ""
}

// deskOnly are the changes that only whoever leads the class may make.
var deskOnly = []string{Opened, Moved, Timed, Gone, Asked, Put, Numbered}

// renames is how often somebody may take another name within renameTime, so
// that two people who want one name do not keep everybody from working.
const (
	renames    = 3
	renameTime = 5 * time.Minute
)

// check cleans a change and says why it is not possible.
func (r *Room) check(c *Change) error {
	c.At = c.At.UTC().Truncate(time.Millisecond)
	if err := r.allowed(c); err != nil {
		return err
	}
	switch c.Kind {
	case Opened:
		return r.checkOpened(c)
	case Moved:
		return r.checkMoved(c)
	case Timed:
		if c.Seconds < 0 || c.Seconds > 6*3600 {
			return not("A timer runs for up to six hours.")
		}
	case Sat:
		return r.checkSat(c)
	case Renamed:
		return r.checkRenamed(c)
	case Teamed:
		if r.Phase != Lobby && !c.Desk {
			return not("The class has begun. Ask whoever leads it to move you.")
		}
	case Wrote:
		return r.checkSheet(c)
	case Fold:
		return r.checkFold(c)
	case Topped, Lock:
		return r.checkTop(c)
	case Asked:
		c.Text = exercises.CleanLine(c.Text)
		if c.Text == "" {
			return not("There is no question to send.")
		}
	case Put:
		for _, id := range c.Threats {
			if _, _, ok := r.Card(id); !ok {
				return not("That threat is gone.")
			}
		}
	case Voted:
		if r.Phase != Discuss {
			return not("Votes are taken while the board is discussed.")
		}
		if len(c.Top) > MaxVotes || repeats(c.Top) {
			return not("You have %d votes, one for each row. Take one back first.", MaxVotes)
		}
	case Readied:
		c.Phase = r.Phase
	case Present:
		if s, _ := r.Seat(c.Seat); c.Off && c.Text != "" && c.Text != s.Session {
			return not("You sit here in another window now.")
		}
	case Numbered:
		if _, ok := r.Seat(c.Seat); !ok || c.Secret == "" {
			return not("There is no such seat.")
		}
		c.Secret = hash(r.Code, c.Secret)
	case Gone:
	default:
		return fmt.Errorf("%q is no change of a room", c.Kind)
	}
	return nil
}

// allowed says why a change is not possible whatever is in it: for whoever makes it,
// or for the room as it is.
func (r *Room) allowed(c *Change) error {
	if slices.Contains(deskOnly, c.Kind) && !c.Desk {
		return not("Only whoever leads the class can do that.")
	}
	if (r.Scenario == "") != (c.Kind == Opened) {
		return not("A room is made once, and first of all.")
	}
	if r.Phase == Over && !slices.Contains([]string{Moved, Present, Wrote}, c.Kind) {
		return not("The class is over.")
	}
	if c.Kind != Sat && c.Seat != "" {
		s, ok := r.Seat(c.Seat)
		if !ok {
			return not("There is no such seat.")
		}
		if s.Removed && !c.Desk && c.Kind != Present && c.Kind != Wrote {
			return not("Your seat was closed by whoever leads the class.")
		}
	}
	if c.Team < 0 || c.Team >= len(r.Teams) && c.Kind != Opened {
		return not("There is no such team.")
	}
	return nil
}

func repeats(ids []string) bool {
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			return true
		}
		seen[id] = true
	}
	return false
}

func (r *Room) checkOpened(c *Change) error {
	if c.Class == nil || c.Class.Scenario == "" {
		return not("A room needs a design document to work on.")
	}
	if n := len(c.Class.Teams); n < 1 || n > MaxTeams {
		return not("A class has 1 to %d teams.", MaxTeams)
	}
	for i, n := range c.Class.Teams {
		if c.Class.Teams[i] = Name(n); c.Class.Teams[i] == "" {
			return not("A team needs a name.")
		}
	}
	c.Class.Host = Name(c.Class.Host)
	c.Secret = hash(r.Code, c.Secret)
	return nil
}

func (r *Room) checkMoved(c *Change) error {
	if !slices.Contains(Phases, c.Phase) {
		return not("There is no such phase.")
	}
	if c.Phase == r.Phase {
		return not("The class is there already.")
	}
	c.Froze = nil
	for i, g := range r.Teams {
		if c.Phase.From(Locked) && !g.Locked { // who has not chosen by now shows what they have
			c.freeze(i, r.List(i))
		}
	}
	return nil
}

func (r *Room) checkSat(c *Change) error {
	if len(r.Seats) >= MaxSeats {
		return not("This room is full: it has %d seats.", MaxSeats)
	}
	c.Seat = fmt.Sprintf("s%d", len(r.Seats)+1)
	c.Team = r.smallest()
	c.Name = Name(c.Name)
	if r.Anonymous {
		c.Name, c.Who = "Guest "+c.Seat[1:], ""
	}
	if c.Who != "" {
		c.Who = hash(r.Code, c.Who)
	}
	if c.Secret != "" {
		c.Secret = hash(r.Code, c.Secret)
	}
	return r.freeName(c.Name, "")
}

// freeName reports why somebody cannot be called so.
func (r *Room) freeName(name, seat string) error {
	if name == "" {
		return not("Please type a name.")
	}
	for _, s := range r.Seats {
		if s.ID != seat && fold(s.Name) == fold(name) {
			return not("Somebody here is called %s already. Add a letter.", s.Name)
		}
	}
	return nil
}

// fold makes names equal that people would take for the same.
func fold(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}

func (r *Room) checkRenamed(c *Change) error {
	s, ok := r.Seat(c.Seat)
	if !ok {
		return not("There is no such seat.")
	}
	c.Name = Name(c.Name)
	switch {
	case r.Anonymous:
		return not("In this class nobody has a name.")
	case c.Desk:
	case s.Named:
		return not("Whoever leads the class has named you.")
	case len(s.renamed) >= renames && c.At.Sub(s.renamed[len(s.renamed)-renames]) < renameTime:
		return not("You have changed your name %d times. In some minutes you can do so again.", renames)
	}
	return r.freeName(c.Name, c.Seat)
}

func (r *Room) checkSheet(c *Change) error {
	if c.Sheet == nil || c.Seat == "" || len(c.Sheet.Cards) > MaxCards {
		return not("A person has up to %d cards.", MaxCards)
	}
	s := Sheet{Cards: slices.Clone(c.Sheet.Cards), Notes: exercises.Clean(c.Sheet.Notes)}
	if len([]rune(s.Notes)) > maxPage {
		return not("Your notes have more than %d characters; the end is not kept.", maxPage)
	}
	for i := range s.Cards {
		k := &s.Cards[i]
		k.Text, k.Place = strings.TrimSpace(exercises.Clean(k.Text)), exercises.CleanLine(k.Place)
		if validCard(k) != nil {
			return not("Card %d has more than %d characters; the end is not kept.", i+1, maxPage)
		}
	}
	name(&s, r.Sheets[c.Seat], c.Seat)
	c.Sheet = &s
	return nil
}

// name gives the cards of a sheet the ids that they had before. A card with the
// same words is the same card, wherever it lies now; another one is the card
// that lay at its place.
func name(s *Sheet, old Sheet, seat string) {
	s.Made = old.Made
	used := make([]bool, len(old.Cards))
	for i := range s.Cards {
		s.Cards[i].ID = ""
	}
	take := func(i, o int) { s.Cards[i].ID, used[o] = old.Cards[o].ID, true }
	for i, c := range s.Cards {
		if i < len(old.Cards) && old.Cards[i].Text == c.Text {
			take(i, i)
		}
	}
	for i, c := range s.Cards {
		for o, k := range old.Cards {
			if s.Cards[i].ID == "" && !used[o] && c.Text != "" && k.Text == c.Text {
				take(i, o)
			}
		}
	}
	for i := range s.Cards {
		switch {
		case s.Cards[i].ID != "":
		case i < len(old.Cards) && !used[i]:
			take(i, i)
		default:
			s.Made++
			s.Cards[i].ID = fmt.Sprintf("%s.%d", seat, s.Made)
		}
	}
}

// member refuses what somebody does to another team.
func (r *Room) member(c *Change) error {
	if c.Desk {
		return nil
	}
	if s, ok := r.Seat(c.Seat); !ok || s.Team != c.Team {
		return not("That belongs to another team.")
	}
	return nil
}

func (r *Room) checkFold(c *Change) error {
	if err := r.member(c); err != nil {
		return err
	}
	if r.Teams[c.Team].Locked {
		return not("Your team has locked its top three.")
	}
	in := func(id string) bool {
		_, seat, ok := r.Card(id)
		s, _ := r.Seat(seat)
		return ok && s.Team == c.Team
	}
	switch {
	case !in(c.Threat) || c.Into != "" && !in(c.Into):
		return not("That threat is not in the team's list any more.")
	case c.Into == c.Threat:
		return not("It is the same threat.")
	case r.Folded[c.Into] != "":
		return not("Choose the threat under which that one stands.")
	}
	return nil
}

func (r *Room) checkTop(c *Change) error {
	if err := r.member(c); err != nil {
		return err
	}
	g := r.Teams[c.Team]
	list := r.List(c.Team)
	switch {
	case r.Phase.From(Reveal):
		return not("The top threes are on the board already.")
	case c.Kind == Lock && c.Off:
		if r.Phase == Locked && !c.Desk {
			return not("All teams have locked.")
		}
	case c.Kind == Lock:
		if len(g.Top) == 0 && !c.Desk {
			return not("Choose your top three first.")
		}
		c.Froze = nil
		c.freeze(c.Team, list)
	case g.Locked:
		return not("Your team has locked its top three. Open it again first.")
	case len(c.Top) > MaxTop || repeats(c.Top):
		return not("The top has %d places.", MaxTop)
	default:
		for _, id := range c.Top {
			if !slices.ContainsFunc(list, func(l Listed) bool { return l.ID == id }) {
				return not("That threat is not in the team's list any more.")
			}
		}
	}
	return nil
}

func (c *Change) freeze(team int, list []Listed) {
	cards := map[string]Card{}
	for _, l := range list {
		cards[l.ID] = l.Card
		for _, f := range l.Folded {
			cards[f.ID] = f
		}
	}
	if c.Froze == nil {
		c.Froze = map[int]map[string]Card{}
	}
	c.Froze[team] = cards
}

// with is the room after a change that was checked.
func (r *Room) with(c Change) *Room {
	n := *r
	switch c.Kind {
	case Opened:
		n.applyOpened(c)
	case Moved:
		n.applyMoved(c)
	case Timed:
		n.Ends = time.Time{}
		if c.Seconds > 0 {
			n.Ends = c.At.Add(time.Duration(c.Seconds) * time.Second)
		}
	case Sat:
		n.Seats = append(slices.Clip(n.Seats), Seat{ID: c.Seat, Name: c.Name, Key: c.Who != "", Team: c.Team, Here: true, Session: c.Text, Joined: c.At})
		n.secrets = cloned(n.secrets)
		n.secrets[c.Seat] = c.Who + c.Secret
	case Present:
		n.changeSeat(c.Seat, func(s *Seat) { s.Here, s.Session = !c.Off, c.Text })
	case Renamed:
		n.changeSeat(c.Seat, func(s *Seat) {
			s.Name = c.Name
			s.Named = s.Named || c.Desk
			s.renamed = append(slices.Clip(s.renamed), c.At)
		})
	case Numbered:
		n.changeSeat(c.Seat, func(s *Seat) { s.Key = false })
		n.secrets = cloned(n.secrets)
		n.secrets[c.Seat] = c.Secret
	case Teamed:
		n.changeSeat(c.Seat, func(s *Seat) { s.Team = c.Team })
	case Gone:
		n.changeSeat(c.Seat, func(s *Seat) { s.Removed, s.Here = !c.Off, false })
	case Wrote:
		if c.Sheet != nil {
			n.Sheets = cloned(n.Sheets)
			n.Sheets[c.Seat] = *c.Sheet
			n.changeSeat(c.Seat, func(s *Seat) { s.Wrote = c.At })
		}
	case Readied:
		n.changeSeat(c.Seat, func(s *Seat) {
			if s.Ready = c.Phase; c.Off {
				s.Ready = ""
			}
		})
	case Fold:
		n.applyFold(c)
	case Topped:
		n.changeTeam(c.Team, func(g *Group) { g.Top = slices.Clone(c.Top) })
	case Lock:
		n.changeTeam(c.Team, func(g *Group) { g.Locked, g.Froze = !c.Off, c.Froze[c.Team] })
	case Asked:
		n.changeTeam(c.Team, func(g *Group) { g.Asked = append(slices.Clip(g.Asked), Question{c.Threat, c.Text, c.At}) })
	case Put:
		n.Placed = cloned(n.Placed)
		for _, id := range c.Threats {
			n.Placed[id] = c.Into
		}
	case Voted:
		n.Votes = cloned(n.Votes)
		n.Votes[c.Seat] = slices.Clone(c.Top)
	}
	return &n
}

// applyOpened, and each that follows, changes the copy that with made.
func (r *Room) applyOpened(c Change) {
	if c.Class == nil {
		return
	}
	r.Scenario, r.Digest, r.Host, r.Anonymous, r.Made, r.desk = c.Class.Scenario, c.Class.Digest, c.Class.Host, c.Class.Anonymous, c.At, c.Secret
	for _, t := range c.Class.Teams {
		r.Teams = append(r.Teams, Group{Name: t})
	}
}

func (r *Room) applyMoved(c Change) {
	r.Phase = c.Phase
	r.Steps = append(slices.Clip(r.Steps), Step{c.Phase, c.At})
	r.Ends = time.Time{}
	for i, cards := range c.Froze {
		r.changeTeam(i, func(g *Group) { g.Locked, g.Froze = true, cards })
	}
}

func (r *Room) applyFold(c Change) {
	r.Folded = cloned(r.Folded)
	for t, into := range r.Folded { // what stood under it goes along
		if into == c.Threat && c.Into != "" {
			r.Folded[t] = c.Into
		}
	}
	if r.Folded[c.Threat] = c.Into; c.Into == "" {
		delete(r.Folded, c.Threat)
	}
	r.changeTeam(c.Team, func(g *Group) {
		g.Top = slices.DeleteFunc(slices.Clone(g.Top), func(id string) bool { return id == c.Threat && c.Into != "" })
	})
}

// changeSeat changes a seat in a copy of the list: the room before shares the old one.
func (r *Room) changeSeat(id string, do func(*Seat)) {
	if i := r.seat(id); i >= 0 {
		r.Seats = slices.Clone(r.Seats)
		do(&r.Seats[i])
	}
}

// changeTeam changes a team likewise.
func (r *Room) changeTeam(i int, do func(*Group)) {
	if i >= 0 && i < len(r.Teams) {
		r.Teams = slices.Clone(r.Teams)
		do(&r.Teams[i])
	}
}

// hash keeps a secret so that who reads the log cannot simply use it.
func hash(code, secret string) string {
	sum := sha256.Sum256([]byte("threatlings class\x00" + code + "\x00" + secret))
	return hex.EncodeToString(sum[:])
}

// IsDesk reports whether a secret is that of whoever leads the class.
func (r *Room) IsDesk(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(r.desk), []byte(hash(r.Code, secret))) == 1
}

// SeatOf is the seat of whoever has a key.
func (r *Room) SeatOf(who string) (Seat, bool) {
	if who == "" {
		return Seat{}, false
	}
	for _, s := range r.Seats {
		if s.Key && r.opens(s, who) {
			return s, true
		}
	}
	return Seat{}, false
}

// SeatNamed is the seat of somebody by name.
func (r *Room) SeatNamed(name string) (Seat, bool) {
	for _, s := range r.Seats {
		if fold(s.Name) == fold(name) {
			return s, true
		}
	}
	return Seat{}, false
}

// Opens reports whether a secret, a number of four digits, opens a seat.
func (r *Room) Opens(s Seat, secret string) bool { return !s.Key && r.opens(s, secret) }

func (r *Room) opens(s Seat, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(r.secrets[s.ID]), []byte(hash(r.Code, secret))) == 1
}

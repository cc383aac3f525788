// Package threatmodel is the threat model that a person or a team makes of a
// feature of their own: what is in it, how it is kept in a file, and what can be
// said of it. It has no terminal and reads no clock; package export writes it
// for other tools.
package threatmodel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/scenarios"
)

// Version is the number of the file format that this program writes.
const Version = 1

// A Model is one threat model. The order of its lists is the author's and is
// kept; ids are made once and never change, so that two people can work on one
// file and their changes can be merged.
type Model struct {
	Version     int          `yaml:"threatlings"`
	Title       string       `yaml:"title"`
	Feature     string       `yaml:"feature,omitempty"`  // what it is, in two sentences
	Practice    string       `yaml:"practice,omitempty"` // the scenario that it is about; "" for a feature of one's own
	Document    string       `yaml:"document,omitempty"` // path of the design document, seen from the model's file
	Team        Team         `yaml:"team,omitempty"`
	Zones       []Zone       `yaml:"zones,omitempty"`
	Components  []Component  `yaml:"components,omitempty"`
	Flows       []Flow       `yaml:"flows,omitempty"`
	Assets      []Asset      `yaml:"assets,omitempty"`
	Scope       []Scoped     `yaml:"scope,omitempty"`
	Assumptions []Assumption `yaml:"assumptions,omitempty"`
	Threats     []Threat     `yaml:"threats,omitempty"`
	Looked      []Looked     `yaml:"looked,omitempty"`
	Questions   []Question   `yaml:"questions,omitempty"`
	Review      string       `yaml:"review,omitempty"` // did we do a good job?
}

// A Team is who sat around the screen.
type Team struct {
	Facilitator string `yaml:"facilitator,omitempty"`
	Owner       string `yaml:"owner,omitempty"` // of the feature
	Scribe      string `yaml:"scribe,omitempty"`
	Attackers   string `yaml:"attackers,omitempty"` // everybody else
}

// A Zone is an area within which things trust each other.
type Zone struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// Kinds of a component, in the order in which they are offered.
var Kinds = []string{"process", "store", "actor", "external"}

// A Component is a box of the diagram.
type Component struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	Kind  string `yaml:"kind"` // one of Kinds
	Zone  string `yaml:"zone"` // id of a zone
	About string `yaml:"about,omitempty"`
}

// A Flow is a numbered arrow of the diagram. Numbers stay when another flow goes.
type Flow struct {
	N        int    `yaml:"n"`
	From     string `yaml:"from"` // ids of components
	To       string `yaml:"to"`
	Both     bool   `yaml:"both,omitempty"` // data goes both ways
	Protocol string `yaml:"protocol,omitempty"`
	Carries  string `yaml:"carries,omitempty"` // what data, with commas
}

// Classes of data, from least to most.
var Classes = []string{"public", "confidential", "restricted", "secret"}

// An Asset is something worth protecting.
type Asset struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	Class string `yaml:"class,omitempty"` // one of Classes, or "" for what is no data
	Owner string `yaml:"owner,omitempty"`
}

// Scoped is something that the session looks at, or leaves out.
type Scoped struct {
	What string `yaml:"what"`
	Out  bool   `yaml:"out,omitempty"`
	Why  string `yaml:"why,omitempty"`
}

// An Assumption is taken for true until somebody has looked.
type Assumption struct {
	Text string `yaml:"text"`
	Who  string `yaml:"who,omitempty"` // finds out
}

// A Question is left open at the end.
type Question struct {
	Text string `yaml:"text"`
	Who  string `yaml:"who,omitempty"`
}

// Decisions, in the order in which they are offered.
var Decisions = []string{"mitigate", "eliminate", "transfer", "accept"}

// Times by which a decision is to be carried out.
var Times = []string{"release", "30 days", "quarter", "revisit"}

// A Threat is who does what to which asset, over which place, so that what harm.
type Threat struct {
	ID         string `yaml:"id"`
	Text       string `yaml:"text"`
	Letter     string `yaml:"letter,omitempty"`     // of STRIDE
	Place      string `yaml:"place,omitempty"`      // id of a component, or number of a flow
	Asset      string `yaml:"asset,omitempty"`      // id of an asset
	Likelihood int    `yaml:"likelihood,omitempty"` // 1 to 3, see Likelihoods; 0 is not rated
	Impact     int    `yaml:"impact,omitempty"`     // 1 to 3, see Impacts; 0 is not rated
	Decision   string `yaml:"decision,omitempty"`   // one of Decisions
	Plan       string `yaml:"plan,omitempty"`       // what will be done
	Reason     string `yaml:"reason,omitempty"`     // why so
	Owner      string `yaml:"owner,omitempty"`      // who stands for it
	When       string `yaml:"when,omitempty"`       // one of Times
	Date       string `yaml:"date,omitempty"`       // YYYY-MM-DD
	Done       bool   `yaml:"done,omitempty"`       // carried out
}

// Looked says that somebody looked at a place with letters in mind and found nothing.
type Looked struct {
	Place   string `yaml:"place"`
	Letters string `yaml:"letters"` // of STRIDE, in that order
}

// New is an empty model.
func New(title string) *Model { return &Model{Version: Version, Title: exercises.CleanLine(title)} }

// FromScenario begins a model of a practice feature: its system is drawn already.
func FromScenario(s *scenarios.Scenario) *Model {
	m := New(s.System.Title)
	m.Feature, m.Practice = s.System.Summary, s.ID
	for _, z := range s.System.Zones {
		m.Zones = append(m.Zones, Zone(z))
	}
	for _, c := range s.System.Components {
		m.Components = append(m.Components, Component(c))
	}
	for _, f := range s.System.Flows {
		m.Flows = append(m.Flows, Flow{f.N, f.From, f.To, f.Both, f.Protocol, strings.Join(f.Carries, ", ")})
	}
	return m
}

// Clone is a copy that shares nothing.
func (m *Model) Clone() *Model {
	c := *m
	c.Zones, c.Components, c.Flows = slices.Clone(m.Zones), slices.Clone(m.Components), slices.Clone(m.Flows)
	c.Assets, c.Scope, c.Assumptions = slices.Clone(m.Assets), slices.Clone(m.Scope), slices.Clone(m.Assumptions)
	c.Threats, c.Looked, c.Questions = slices.Clone(m.Threats), slices.Clone(m.Looked), slices.Clone(m.Questions)
	return &c
}

// System is what the diagram shows.
func (m *Model) System() *scenarios.System {
	sys := &scenarios.System{ID: "model", Title: m.Title, Summary: m.Feature}
	for _, z := range m.Zones {
		sys.Zones = append(sys.Zones, scenarios.Zone(z))
	}
	for _, c := range m.Components {
		sys.Components = append(sys.Components, scenarios.Component(c))
	}
	for _, f := range m.Flows {
		sys.Flows = append(sys.Flows, scenarios.Flow{N: f.N, From: f.From, To: f.To, Both: f.Both, Protocol: f.Protocol, Carries: f.Data()})
	}
	return sys
}

// SameSystem reports whether two models have the same components and flows.
func (m *Model) SameSystem(o *Model) bool {
	return slices.Equal(m.Zones, o.Zones) && slices.Equal(m.Components, o.Components) && slices.Equal(m.Flows, o.Flows)
}

// Equal reports whether two models say the same.
func (m *Model) Equal(o *Model) bool {
	return m.Version == o.Version && m.Title == o.Title && m.Feature == o.Feature && m.Practice == o.Practice && m.Document == o.Document && m.Team == o.Team && m.Review == o.Review &&
		m.SameSystem(o) && slices.Equal(m.Assets, o.Assets) && slices.Equal(m.Scope, o.Scope) && slices.Equal(m.Assumptions, o.Assumptions) &&
		slices.Equal(m.Threats, o.Threats) && slices.Equal(m.Looked, o.Looked) && slices.Equal(m.Questions, o.Questions)
}

// Data is what a flow carries, item by item.
func (f Flow) Data() []string {
	var out []string
	for _, d := range strings.Split(f.Carries, ",") {
		if d = strings.TrimSpace(d); d != "" {
			out = append(out, d)
		}
	}
	return out
}

// encryptedWords are words of a protocol that say that the line cannot be read on its way.
var encryptedWords = []string{"https", "tls", "mtls", "ssh", "sftp", "ftps", "wss", "vpn", "wireguard", "ipsec", "quic", "encrypted"}

// Encrypted reports whether the protocol says that the flow is encrypted on its way.
func (f Flow) Encrypted() bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(f.Protocol), func(r rune) bool { return !unicode.IsLetter(r) }), func(w string) bool {
		return slices.Contains(encryptedWords, w)
	})
}

// Component returns the component with the id.
func (m *Model) Component(id string) (Component, bool) {
	i := slices.IndexFunc(m.Components, func(c Component) bool { return c.ID == id })
	if i < 0 {
		return Component{}, false
	}
	return m.Components[i], true
}

// Asset returns the asset with the id.
func (m *Model) Asset(id string) (Asset, bool) {
	i := slices.IndexFunc(m.Assets, func(a Asset) bool { return a.ID == id })
	if i < 0 {
		return Asset{}, false
	}
	return m.Assets[i], true
}

// Threat returns the threat with the id, to be changed in place; nil when there is none.
func (m *Model) Threat(id string) *Threat {
	for i := range m.Threats {
		if m.Threats[i].ID == id {
			return &m.Threats[i]
		}
	}
	return nil
}

// PlaceName names a place as a sentence would: "flow 2, Gateway API → Billing
// Service", or "Billing Service"; "" when there is no such place.
func (m *Model) PlaceName(id string) string {
	p, ok := m.System().Place(id)
	switch {
	case !ok:
		return ""
	case p.Flow:
		return "flow " + p.ID + ", " + p.Name
	}
	return p.Name
}

// AddThreat adds a threat and gives it an id made of its first words.
func (m *Model) AddThreat(t Threat) *Threat {
	t.ID = m.threatID(t.Text)
	m.Threats = append(m.Threats, t)
	return &m.Threats[len(m.Threats)-1]
}

func (m *Model) threatID(text string) string {
	first := strings.Split(slug(text), "-")
	id := strings.Join(first[:min(5, len(first))], "-")
	if id == "" || isNumber(id) {
		id = "threat"
	}
	return unique(id, func(id string) bool { return m.Threat(id) != nil })
}

// AddAsset adds an asset.
func (m *Model) AddAsset(a Asset) *Asset {
	a.ID = unique(orElse(slug(a.Name), "asset"), func(id string) bool { _, ok := m.Asset(id); return ok })
	m.Assets = append(m.Assets, a)
	return &m.Assets[len(m.Assets)-1]
}

// NameThreat gives the threat at i an id made of its first words. It is for a new threat.
func (m *Model) NameThreat(i int) {
	m.Threats[i].ID = ""
	m.Threats[i].ID = m.threatID(m.Threats[i].Text)
}

// AddComponent adds a component; its zone is made if need be.
func (m *Model) AddComponent(c Component) Component {
	id := orElse(slug(c.Name), "part")
	if isNumber(id) { // numbers are flows
		id = "part-" + id
	}
	c.ID = unique(id, func(id string) bool { _, ok := m.Component(id); return ok })
	if c.Kind == "" {
		c.Kind = guessKind(c.Name)
	}
	if c.Zone == "" {
		c.Zone = m.usualZone(c.Kind)
	}
	m.Components = append(m.Components, c)
	return c
}

// AddFlow adds a flow with the next number.
func (m *Model) AddFlow(f Flow) Flow {
	f.N = 1
	for _, o := range m.Flows {
		f.N = max(f.N, o.N+1)
	}
	m.Flows = append(m.Flows, f)
	return f
}

// zone returns the id of the zone with the name, which is made if need be.
func (m *Model) zone(name string) string {
	for _, z := range m.Zones {
		if strings.EqualFold(z.Name, name) || z.ID == name {
			return z.ID
		}
	}
	id := unique(orElse(slug(name), "zone"), func(id string) bool {
		return slices.ContainsFunc(m.Zones, func(z Zone) bool { return z.ID == id })
	})
	m.Zones = append(m.Zones, Zone{id, name})
	return id
}

// usualZone is where a new component is put: people and outside services stand
// outside, so that the first arrow already crosses a trust boundary.
func (m *Model) usualZone(kind string) string {
	if kind == "actor" || kind == "external" {
		return m.zone("Outside")
	}
	for _, z := range m.Zones {
		if z.Name != "Outside" {
			return z.ID
		}
	}
	return m.zone("Our system")
}

// SetZone puts a component into the zone with the name, and drops zones that
// stand empty after it.
func (m *Model) SetZone(id, name string) {
	z := m.zone(name)
	for i := range m.Components {
		if m.Components[i].ID == id {
			m.Components[i].Zone = z
		}
	}
	m.dropEmptyZones()
}

func (m *Model) dropEmptyZones() {
	m.Zones = slices.DeleteFunc(m.Zones, func(z Zone) bool {
		return !slices.ContainsFunc(m.Components, func(c Component) bool { return c.Zone == z.ID })
	})
}

// RemovePlace takes a component with its flows, or a flow, out of the model, and
// tells what went, in a sentence or two. Threats there stay, without a place.
func (m *Model) RemovePlace(id string) string {
	gone := map[string]bool{id: true}
	told, flows, threats := "Removed "+m.PlaceName(id), []string{}, 0
	m.Flows = slices.DeleteFunc(m.Flows, func(f Flow) bool {
		if f.From == id || f.To == id {
			gone[strconv.Itoa(f.N)] = true
			flows = append(flows, strconv.Itoa(f.N))
		}
		return gone[strconv.Itoa(f.N)]
	})
	m.Components = slices.DeleteFunc(m.Components, func(c Component) bool { return c.ID == id })
	m.Looked = slices.DeleteFunc(m.Looked, func(l Looked) bool { return gone[l.Place] })
	for i := range m.Threats {
		if gone[m.Threats[i].Place] {
			m.Threats[i].Place = ""
			threats++
		}
	}
	m.dropEmptyZones()
	switch n := len(flows); {
	case n == 1:
		told += " and with it flow " + flows[0]
	case n > 1:
		told += " and with it the flows " + strings.Join(flows[:n-1], ", ") + " and " + flows[n-1]
	}
	return told + "." + without(threats, "place")
}

// without says how many threats have lost what they were about.
func without(n int, what string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " One threat has no " + what + " now."
	}
	return fmt.Sprintf(" %d threats have no %s now.", n, what)
}

// RemoveAsset takes an asset out of the model and tells so. Threats to it stay,
// without an asset.
func (m *Model) RemoveAsset(id string) string {
	a, _ := m.Asset(id)
	threats := 0
	m.Assets = slices.DeleteFunc(m.Assets, func(a Asset) bool { return a.ID == id })
	for i := range m.Threats {
		if m.Threats[i].Asset == id {
			m.Threats[i].Asset = ""
			threats++
		}
	}
	return "Removed " + a.Name + "." + without(threats, "asset")
}

// titleWidth is the most columns of a threat's title.
const titleWidth = 90

// Title is the first sentence of a threat, cut where it is too long for a line.
func (t Threat) Title() string {
	return Shorten(firstSentence(exercises.CleanLine(t.Text)), titleWidth)
}

// Beyond is what a threat says beyond its title: all of it where that was cut, and
// "" where the title is all.
func (t Threat) Beyond() string {
	text := strings.TrimSpace(exercises.Clean(t.Text))
	first := firstSentence(text)
	if t.Title() != first {
		return text
	}
	return strings.TrimSpace(strings.TrimLeft(text[len(first):], ".!?;"))
}

func firstSentence(s string) string {
	for i, r := range s {
		if strings.ContainsRune(".!?;", r) && (i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\n') {
			return s[:i]
		}
	}
	return s
}

// Shorten cuts a line to a number of columns, at a word if it can.
func Shorten(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var b strings.Builder
	w, word := 0, 0
	for g := uniseg.NewGraphemes(s); g.Next() && w+g.Width() < width; w += g.Width() {
		if g.Str() == " " {
			word = b.Len()
		}
		b.WriteString(g.Str())
	}
	cut := b.String()
	if word > len(cut)/2 {
		cut = cut[:word]
	}
	return strings.TrimRight(cut, " ,") + "…"
}

// slug makes an id of a name: ASCII letters and digits with hyphens.
func slug(s string) string {
	s = words(s)
	if len(s) > 40 {
		s = s[:40]
	}
	return strings.Trim(s, "-")
}

// words is a text as ASCII letters and digits with hyphens between the words.
func words(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case r == '\'', r == '’':
		default:
			gap = true
		}
	}
	return b.String()
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func isNumber(s string) bool { _, err := strconv.Atoi(s); return err == nil }

// unique is id, or id with the first number that is free.
func unique(id string, taken func(string) bool) string {
	for n, try := 2, id; ; n++ {
		if !taken(try) {
			return try
		}
		try = id + "-" + strconv.Itoa(n)
	}
}

// kindWords tell the kind of a component from its name.
var kindWords = map[string][]string{
	"store": {"db", "database", "table", "bucket", "store", "storage", "cache", "queue", "topic", "log", "logs", "backup", "backups", "index", "warehouse", "lake", "disk", "vault", "registry", "file", "files", "s3", "redis", "postgres", "mysql"},
	"actor": {"user", "users", "customer", "customers", "admin", "admins", "owner", "member", "viewer", "visitor", "guest", "employee", "engineer", "developer", "operator", "agent", "person", "people", "client", "buyer", "seller", "attacker", "contributor", "browser", "patient", "student", "teacher"},
}

// guessKind looks at the last word of a name first: an "admin service" is a service.
func guessKind(name string) string {
	parts := strings.Split(slug(name), "-")
	for _, kind := range []string{"store", "actor"} {
		if slices.Contains(kindWords[kind], parts[len(parts)-1]) {
			return kind
		}
	}
	return "process"
}

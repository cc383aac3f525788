package threatmodel

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"edu/threatlings/exercises"
)

// EntryHelp says what Enter understands, an example and its meaning a line.
var EntryHelp = [][2]string{
	{"web -> api: HTTPS card data", "a flow; parts that are new are made"},
	{"api <-> cache: TLS sessions", "a flow both ways"},
	{"Billing Database", "a part by itself"},
	{"api, cache in Production", "puts parts into a trust zone"},
	{"cache is a store", "process, store, actor or external"},
}

// errEntry is what a line that is not understood is told.
var errEntry = errors.New("write a flow such as  web -> api: HTTPS card data , a part's name,  api in Production , or  cache is a store")

// protocols are the words that begin the protocol of a flow in a quick entry.
var protocols = []string{
	"http", "https", "tls", "mtls", "ssh", "sftp", "ftp", "ftps", "smtp", "imap", "tcp", "udp", "grpc", "rest", "graphql", "soap", "ws", "wss",
	"websocket", "websockets", "sql", "jdbc", "odbc", "amqp", "mqtt", "kafka", "nats", "redis", "postgres", "mysql", "ldap", "ldaps", "saml", "oauth", "oidc", "dns",
	"nfs", "smb", "s3", "usb", "bluetooth", "nfc", "quic", "webhook", "rpc", "syslog", "snmp", "rdp", "vpn", "unix",
}

// Enter does what a line of quick entry says and tells what was done, in a
// sentence. An error says what to write instead; then nothing was changed.
func (m *Model) Enter(line string) (string, error) {
	line = exercises.CleanLine(line)
	for _, a := range []struct {
		arrow           string
		both, backwards bool
	}{{"<->", true, false}, {"↔", true, false}, {"->", false, false}, {"→", false, false}, {"=>", false, false}, {"<-", false, true}, {"←", false, true}} {
		if from, rest, ok := strings.Cut(line, a.arrow); ok {
			to, what, _ := strings.Cut(rest, ":")
			if a.backwards {
				from, to = to, from
			}
			return m.enterFlow(from, to, what, a.both)
		}
	}
	if names, zone, ok := cutLast(line, " in "); ok {
		return m.enterZone(names, zone)
	}
	if name, kind, ok := cutLast(line, " is "); ok {
		return m.enterKind(name, kind)
	}
	name, kind := kindInBrackets(line)
	switch c, there := m.find(name); {
	case name == "" || len([]rune(name)) > maxName:
		return "", errEntry
	case there && kind == "":
		return "", fmt.Errorf("%s is there already, as %s", c.Name, aKind(c.Kind))
	case there:
		return m.enterKind(name, kind)
	}
	c := m.AddComponent(Component{Name: name, Kind: kind})
	return fmt.Sprintf("%s, %s in %s.", c.Name, aKind(c.Kind), m.zoneName(c.Zone)), nil
}

// maxName is the most characters of a name in quick entry.
const maxName = 80

func (m *Model) enterFlow(from, to, what string, both bool) (string, error) {
	var ends [2]Component
	for _, side := range []string{from, to} {
		name, _ := kindInBrackets(strings.TrimSpace(side))
		if name == "" || len([]rune(name)) > maxName {
			return "", fmt.Errorf("an arrow needs a name on both sides, of up to %d characters, such as  web -> api", maxName)
		}
	}
	for i, side := range []string{from, to} {
		name, kind := kindInBrackets(strings.TrimSpace(side))
		c, ok := m.find(name)
		if !ok {
			c = m.AddComponent(Component{Name: name, Kind: kind})
		}
		ends[i] = c
	}
	f := Flow{From: ends[0].ID, To: ends[1].ID, Both: both}
	f.Protocol, f.Carries = splitProtocol(what)
	f = m.AddFlow(f)
	crosses := "inside " + m.zoneName(ends[0].Zone)
	if ends[0].Zone != ends[1].Zone {
		crosses = "across the boundary from " + m.zoneName(ends[0].Zone) + " into " + m.zoneName(ends[1].Zone)
	}
	return fmt.Sprintf("Flow %d, %s to %s, %s.", f.N, ends[0].Name, ends[1].Name, crosses), nil
}

func (m *Model) enterZone(names, zone string) (string, error) {
	var ids, told []string
	for _, n := range strings.FieldsFunc(names, func(r rune) bool { return r == ',' }) {
		c, ok := m.find(strings.TrimSpace(n))
		if !ok {
			return "", fmt.Errorf("there is no part called %q; write its name alone first, or an arrow from it", strings.TrimSpace(n))
		}
		ids, told = append(ids, c.ID), append(told, c.Name)
	}
	if len(ids) == 0 || zone == "" || len([]rune(zone)) > maxName {
		return "", errEntry
	}
	for _, id := range ids {
		m.SetZone(id, zone)
	}
	return fmt.Sprintf("%s: now in %s.", strings.Join(told, ", "), zone), nil
}

func (m *Model) enterKind(name, words string) (string, error) {
	i := slices.IndexFunc(m.Components, func(c Component) bool { return same(c, name) })
	if i < 0 {
		return "", fmt.Errorf("there is no part called %q; write its name alone first, or an arrow from it", name)
	}
	kind := kindOf(words)
	if kind == "" {
		return "", fmt.Errorf("a part is a process, a store, an actor or external; %q is none of them", words)
	}
	m.Components[i].Kind = kind
	return fmt.Sprintf("%s: now %s.", m.Components[i].Name, aKind(kind)), nil
}

// EnterAsset adds the asset that a line tells, "card numbers, restricted, Ada":
// its name, and then in any order its class and whose it is. It tells what was
// done; an error says what to write instead.
func (m *Model) EnterAsset(line string) (string, error) {
	name, rest, _ := strings.Cut(exercises.CleanLine(line), ",")
	a := Asset{Name: strings.TrimSpace(name)}
	for _, part := range strings.Split(rest, ",") {
		part = strings.TrimSpace(part)
		class := strings.ToLower(part)
		switch {
		case part == "":
		case a.Class == "" && slices.Contains(Classes, class):
			a.Class = class
		case a.Owner == "":
			a.Owner = part
		default:
			return "", fmt.Errorf("write one asset on a line: its name, its class (%s) and whose it is, such as  card numbers, restricted, Ada", strings.Join(Classes, ", "))
		}
	}
	switch {
	case a.Name == "":
		return "", errors.New("an asset needs a name")
	case slices.ContainsFunc(m.Assets, func(o Asset) bool { return strings.EqualFold(o.Name, a.Name) }):
		return "", fmt.Errorf("%s is there already", a.Name)
	}
	m.AddAsset(a)
	return a.Name + also(a.Class) + also(a.Owner) + ".", nil
}

// also is one more thing in a sentence; nothing for "".
func also(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}

// find looks a component up by its name or id, whatever the case.
func (m *Model) find(name string) (Component, bool) {
	i := slices.IndexFunc(m.Components, func(c Component) bool { return same(c, name) })
	if i < 0 {
		return Component{}, false
	}
	return m.Components[i], true
}

func same(c Component, name string) bool {
	return strings.EqualFold(c.Name, name) || c.ID == name || c.ID == slug(name) && name != ""
}

func (m *Model) zoneName(id string) string { return m.System().ZoneName(id) }

// kindOf reads "a store" or "data store" as store; "" when it is no kind.
func kindOf(words string) string {
	for _, w := range strings.Fields(strings.ToLower(words)) {
		switch w {
		case "process", "service", "server", "app", "function":
			return "process"
		case "store", "database", "queue", "bucket":
			return "store"
		case "actor", "person", "user", "human":
			return "actor"
		case "external", "outside", "third-party":
			return "external"
		}
	}
	return ""
}

func aKind(kind string) string {
	switch kind {
	case "actor":
		return "an actor"
	case "external":
		return "an outside service"
	}
	return "a " + kind
}

// kindInBrackets cuts "(store)" off the end of a name.
func kindInBrackets(s string) (name, kind string) {
	if i := strings.LastIndex(s, "("); i > 0 && strings.HasSuffix(s, ")") {
		if k := kindOf(s[i+1 : len(s)-1]); k != "" {
			return strings.TrimSpace(s[:i]), k
		}
	}
	return s, ""
}

// splitProtocol reads "HTTPS card data, token" as a protocol and what is
// carried. "plain HTTP" and "JSON over TLS" are protocols too.
func splitProtocol(s string) (protocol, carries string) {
	s = strings.TrimSpace(s)
	head, rest, comma := strings.Cut(s, ",")
	words := strings.Fields(head)
	n := 0
	for i, w := range words {
		if i > 2 {
			break
		}
		if slices.Contains(protocols, strings.ToLower(strings.Trim(w, "/."))) {
			n = i + 1
			if i+2 < len(words) && (words[i+1] == "over" || words[i+1] == "with") {
				n = i + 3
			}
			break
		}
	}
	protocol, carries = strings.Join(words[:n], " "), strings.Join(words[n:], " ")
	if comma {
		carries = strings.Trim(carries+", "+strings.TrimSpace(rest), ", ")
	}
	return protocol, carries
}

// cutLast cuts around the last sep, whatever its case.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(strings.ToLower(s), sep)
	if i <= 0 || len(strings.ToLower(s)) != len(s) {
		return s, "", false
	}
	return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+len(sep):]), true
}

// FlowEntry is a flow as one would type it.
func (m *Model) FlowEntry(f Flow) string {
	arrow := " -> "
	if f.Both {
		arrow = " <-> "
	}
	from, _ := m.Component(f.From)
	to, _ := m.Component(f.To)
	what := strings.TrimSpace(f.Protocol + " " + f.Carries)
	if what != "" {
		what = ": " + what
	}
	return from.Name + arrow + to.Name + what
}

// Flow returns the flow with the number, as a place names it.
func (m *Model) Flow(n string) (Flow, bool) {
	i := slices.IndexFunc(m.Flows, func(f Flow) bool { return strconv.Itoa(f.N) == n })
	if i < 0 {
		return Flow{}, false
	}
	return m.Flows[i], true
}

package threatmodel

import (
	"strings"
	"testing"
)

func TestEnter(t *testing.T) {
	for _, c := range []struct {
		lines []string
		told  string // of the last line, or a part of its error
		parts string
		flows string
	}{
		{[]string{"web -> api: HTTPS card data, token"}, "Flow 1, web to api, inside Our system.", "web:process@Our system api:process@Our system", "web -> api: HTTPS card data, token"},
		{[]string{"Customer→Web app:plain HTTP password"}, "across the boundary from Outside into Our system", "Customer:actor@Outside Web app:process@Our system", "Customer -> Web app: plain HTTP password"},
		{[]string{"a <-> b"}, "Flow 1", "a:process@Our system b:process@Our system", "a <-> b"},
		{[]string{"a <- b: orders"}, "Flow 1, b to a", "b:process@Our system a:process@Our system", "b -> a: orders"},
		{[]string{"api -> orders db: SQL over TLS orders", "API => Orders DB"}, "Flow 2, api to orders db", "api:process@Our system orders db:store@Our system", "api -> orders db: SQL over TLS orders; api -> orders db"},
		{[]string{"a -> b", "A, b in Production"}, "a, b: now in Production.", "a:process@Production b:process@Production", "a -> b"},
		{[]string{"cache", "cache is a store"}, "cache: now a store.", "cache:store@Our system", ""},
		{[]string{"CardNet (external)"}, "CardNet, an outside service in Outside.", "CardNet:external@Outside", ""},
		{[]string{"12"}, "12, a process in Our system.", "12:process@Our system", ""},
		{[]string{"a", "a"}, "a is there already", "a:process@Our system", ""},
		{[]string{"a -> "}, "an arrow needs a name on both sides", "", ""},
		{[]string{" -> b: x"}, "an arrow needs a name on both sides", "", ""},
		{[]string{"nobody in Production"}, `no part called "nobody"`, "", ""},
		{[]string{"a", "a is a banana"}, "none of them", "a:process@Our system", ""},
		{[]string{""}, "write a flow", "", ""},
		{[]string{strings.Repeat("x", 81) + " -> b"}, "up to 80 characters", "", ""},
		{[]string{"\x1b[31mred\u202e -> b"}, "Flow 1, [31mred to b", "[31mred:process@Our system b:process@Our system", "[31mred -> b"},
	} {
		m := New("x")
		told := ""
		for _, l := range c.lines {
			var err error
			if told, err = m.Enter(l); err != nil {
				told = err.Error()
			}
		}
		var parts, flows []string
		for _, p := range m.Components {
			parts = append(parts, p.Name+":"+p.Kind+"@"+m.zoneName(p.Zone))
		}
		for _, f := range m.Flows {
			flows = append(flows, m.FlowEntry(f))
		}
		if !strings.Contains(told, c.told) || strings.Join(parts, " ") != c.parts || strings.Join(flows, "; ") != c.flows {
			t.Errorf("%q tells %q; parts %q, flows %q", c.lines, told, parts, flows)
		}
		if b, err := Format(m); err != nil {
			t.Error(err)
		} else if _, err := Parse("m", b); err != nil {
			t.Errorf("%q: %v", c.lines, err)
		}
	}
}

func FuzzEnter(f *testing.F) {
	for _, s := range []string{"a -> b: HTTPS x", "a in b in c", "x is y is store", "a<->b<-c", "1 -> 2", "İ in z", "a, , b in c"} {
		f.Add(s, "b is a store")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		m := New("x")
		for _, l := range []string{one, two, one} {
			before := m.Clone()
			if _, err := m.Enter(l); err != nil && !equal(before, m) {
				t.Errorf("%q is refused (%v) and changed the model", l, err)
			}
		}
		b, err := Format(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse("m", b); err != nil {
			t.Errorf("%q, %q: %v\n%s", one, two, err, b)
		}
	})
}

func TestRemovePlaceKeepsThreats(t *testing.T) {
	m := New("x")
	for _, l := range []string{"a -> b", "b -> c", "c -> a"} {
		if _, err := m.Enter(l); err != nil {
			t.Fatal(err)
		}
	}
	m.AddThreat(Threat{Text: "one", Place: "1"})
	m.AddThreat(Threat{Text: "two", Place: "3"})
	m.AddThreat(Threat{Text: "three", Place: "b"})
	m.Look("2", "S")
	m.RemovePlace("b")
	if len(m.Components) != 2 || len(m.Flows) != 1 || m.Flows[0].N != 3 || len(m.Looked) != 0 {
		t.Errorf("%+v %+v %+v", m.Components, m.Flows, m.Looked)
	}
	if m.Threats[0].Place != "" || m.Threats[1].Place != "3" || m.Threats[2].Place != "" {
		t.Errorf("%+v", m.Threats)
	}
	if f := m.AddFlow(Flow{From: "a", To: "c"}); f.N != 4 {
		t.Errorf("the next flow is %d", f.N)
	}
}

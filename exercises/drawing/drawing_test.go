package drawing

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"edu/threatlings/exercises/scenarios"
)

func TestPlaces(t *testing.T) {
	sys := &scenarios.System{
		Components: []scenarios.Component{{ID: "a", Name: "Ann"}, {ID: "b", Name: "Bob"}, {ID: "c", Name: "Cy"}},
		Flows:      []scenarios.Flow{{N: 1, From: "a", To: "b"}, {N: 2, From: "b", To: "c"}},
	}
	drawing := strings.Join([]string{
		"┌─────┐     ┌─────┐",
		"│ Ann ├──①──► Bob │",
		"└─────┘     └──┬──┘",
		"╭╌╌╌╌╌╌╌╌╌╌╌╌╌╌│╌╌╮",
		"┌────┐         │",
		"│ Cy ◄─ ② TLS ─┘",
		"└────┘",
	}, "\n")
	want := strings.Join([]string{
		"aaaaaaa.....bbbbbbb",
		"aaaaaaa111111bbbbbb",
		"aaaaaaa.....bbbbbbb",
		"...............2...",
		"cccccc.........2",
		"ccccc22.2.222222",
		"cccccc",
	}, "\n") + "\n"
	got, err := Places(drawing, sys)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("the map is\n%s", got)
	}
	if _, err := Places(strings.ReplaceAll(drawing, "Cy", "No"), sys); err == nil || !strings.Contains(err.Error(), `"Cy"`) {
		t.Errorf("a missing component gives %v", err)
	}
	if _, err := Places(strings.ReplaceAll(drawing, "②", "─"), sys); err == nil || !strings.Contains(err.Error(), "flow 2") {
		t.Errorf("a missing number gives %v", err)
	}
}

func TestTextDrawsEveryPlace(t *testing.T) {
	sys, err := scenarios.ReadSystem(os.DirFS("../scenarios/add-user-api"), "system.yaml")
	if err != nil {
		t.Fatal(err)
	}
	checkDrawing(t, sys)
}

// No part stands on the frame of its zone.
func TestPartsStandClear(t *testing.T) {
	sys := &scenarios.System{Zones: []scenarios.Zone{{ID: "out", Name: "Outside"}, {ID: "in", Name: "Our system"}}}
	for _, c := range [][2]string{{"manager", "in"}, {"bot", "in"}, {"invoices", "in"}, {"log", "in"}, {"slack", "out"}, {"bank", "out"}, {"inbox", "out"}} {
		sys.Components = append(sys.Components, scenarios.Component{ID: c[0], Name: c[0], Kind: "process", Zone: c[1]})
	}
	for i, f := range [][2]string{{"manager", "slack"}, {"slack", "bot"}, {"bot", "invoices"}, {"bot", "bank"}, {"inbox", "bot"}, {"bot", "log"}, {"bot", "slack"}} {
		sys.Flows = append(sys.Flows, scenarios.Flow{N: i + 1, From: f[0], To: f[1]})
	}
	text := checkDrawing(t, sys)
	for _, l := range strings.Split(text, "\n") {
		for _, touching := range []string{"└─└", "└└", "┘─┘", "┘┘"} {
			if strings.Contains(l, touching) {
				t.Errorf("%q is in\n%s", touching, text)
			}
		}
	}
}

// large is a system of a number of places.
func large(n int) *scenarios.System {
	sys := &scenarios.System{}
	for z := range 4 {
		sys.Zones = append(sys.Zones, scenarios.Zone{ID: fmt.Sprint("z", z), Name: fmt.Sprint("Zone ", z)})
	}
	for i := range n / 2 {
		sys.Components = append(sys.Components, scenarios.Component{ID: fmt.Sprint("c", i), Name: fmt.Sprint("Part number ", i), Kind: "process", Zone: fmt.Sprint("z", i%4)})
	}
	for i := range n - n/2 {
		sys.Flows = append(sys.Flows, scenarios.Flow{N: i + 1, From: fmt.Sprint("c", i%(n/2)), To: fmt.Sprint("c", (i*7+3)%(n/2))})
	}
	return sys
}

func TestSixtyPlaces(t *testing.T) {
	if testing.Short() {
		t.Skip("a large drawing takes its time")
	}
	sys := large(60)
	text, places, err := Text(context.Background(), sys)
	if err != nil {
		t.Fatal(err)
	}
	d, lost := scenarios.ParseDiagram(text, places), 0
	for _, p := range sys.Places() {
		if _, _, ok := d.Lines(p.Cell); !ok {
			lost++
			if !p.Flow {
				t.Errorf("%s is not drawn", p.Name)
			}
		}
	}
	if lost > 10 { // where thirty lines cross, some numbers are drawn over
		t.Errorf("%d flows have no number in\n%s", lost, text)
	}
}

func TestHostileNames(t *testing.T) {
	sys := &scenarios.System{
		Zones: []scenarios.Zone{{ID: "end", Name: "}; x: {shape: image; icon: file:///etc/passwd}"}, {ID: "b", Name: "漢字のゾーン"}},
		Components: []scenarios.Component{
			{ID: "1", Name: "a -> b: \"quoted\" | `x` # $ { } [ ] ( ) < > & \\ ", Zone: "end"},
			{ID: "direction", Name: "👩‍👩‍👧 שלום مرحبا", Zone: "end"},
			{ID: "c", Name: strings.Repeat("very long ", 1000), Zone: "b"},
			{ID: "d", Name: "7", Zone: "b"},
			{ID: "e", Name: "漢字漢字", Zone: "b"},
			{ID: "f", Name: "\x1b[31mred\u202e", Zone: "b"},
		},
		Flows: []scenarios.Flow{{N: 7, From: "1", To: "direction"}, {N: 12, From: "direction", To: "c"}, {N: 2, From: "c", To: "d", Both: true}, {N: 3, From: "d", To: "e"}, {N: 4, From: "e", To: "f"}},
	}
	text := checkDrawing(t, sys)
	for _, want := range []string{"漢字漢字", "very long very long", "漢字のゾーン", "👩‍👩‍👧"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.ContainsAny(text, "\x1b\u202e") {
		t.Error("a control character is in the drawing")
	}
}

// checkDrawing draws a system and finds every place of it in the map.
func checkDrawing(t *testing.T, sys *scenarios.System) string {
	t.Helper()
	text, places, err := Text(context.Background(), sys)
	if err != nil {
		t.Fatal(err)
	}
	d := scenarios.ParseDiagram(text, places)
	for _, p := range sys.Places() {
		if _, _, ok := d.Lines(p.Cell); !ok {
			t.Errorf("%s %s is not in\n%s\n%s", p.ID, p.Name, text, places)
		}
	}
	return text
}

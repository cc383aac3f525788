package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edu/threatlings/exercises/scenarios"
)

// Maps that are older than their drawing light the wrong cells.
func TestShippedMapsAreFresh(t *testing.T) {
	files, err := filepath.Glob("../*/diagram.txt")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, f := range files {
		dir := filepath.Dir(f)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			sys, err := scenarios.ReadSystem(os.DirFS(dir), "system.yaml")
			if err != nil {
				t.Fatal(err)
			}
			drawing, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			want, err := placeMap(string(drawing), sys)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(dir, "diagram.map"))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != want {
				t.Error("the map is older than the drawing; run go generate in exercises/scenarios")
			}
		})
	}
}

func TestPlaceMap(t *testing.T) {
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
	got, err := placeMap(drawing, sys)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("the map is\n%s", got)
	}
	if _, err := placeMap(strings.ReplaceAll(drawing, "Cy", "No"), sys); err == nil || !strings.Contains(err.Error(), `"Cy"`) {
		t.Errorf("a missing component gives %v", err)
	}
	if _, err := placeMap(strings.ReplaceAll(drawing, "②", "─"), sys); err == nil || !strings.Contains(err.Error(), "flow 2") {
		t.Errorf("a missing number gives %v", err)
	}
}

func TestLayoutDrawsEveryPlace(t *testing.T) {
	sys, err := scenarios.ReadSystem(os.DirFS("../add-user-api"), "system.yaml")
	if err != nil {
		t.Fatal(err)
	}
	drawing, err := layout(context.Background(), sys)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := placeMap(drawing, sys); err != nil {
		t.Errorf("%v in\n%s", err, drawing)
	}
}

package main

import (
	"os"
	"path/filepath"
	"testing"

	diagrams "edu/threatlings/exercises/drawing"
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
			want, err := diagrams.Places(string(drawing), sys)
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

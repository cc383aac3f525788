package scenarios_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"edu/threatlings/exercises/scenarios"
)

// content is the folder of scenarios as the course mounts it.
func content(t *testing.T) fs.FS {
	t.Helper()
	return os.DirFS("..")
}

func folders(t *testing.T) []string {
	t.Helper()
	entries, err := fs.ReadDir(scenarios.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	if len(out) < 2 {
		t.Fatalf("only %v is shipped", out)
	}
	return out
}

func TestEveryPlaceIsDrawn(t *testing.T) {
	for _, id := range folders(t) {
		t.Run(id, func(t *testing.T) {
			s, err := scenarios.Load(content(t), id)
			if err != nil {
				t.Fatal(err)
			}
			if s.Diagram.Height() == 0 {
				t.Fatal("there is no drawing")
			}
			if w := s.Diagram.Width(); w > 60 {
				t.Errorf("the drawing is %d columns wide", w)
			}
			known := map[rune]bool{'.': true}
			for _, p := range s.System.Places() {
				known[p.Cell] = true
				if _, _, ok := s.Diagram.Lines(p.Cell); !ok {
					t.Errorf("place %s (%s) has no cell", p.ID, p.Name)
				}
			}
			for i := range s.Diagram.Height() {
				for _, r := range s.Diagram.Line(i) {
					if !known[r.Cell] {
						t.Errorf("line %d belongs to %q, which is no place", i+1, r.Cell)
					}
				}
			}
		})
	}
}

func TestMapHasTheDrawingsShape(t *testing.T) {
	for _, id := range folders(t) {
		t.Run(id, func(t *testing.T) {
			read := func(name string) []string {
				b, err := fs.ReadFile(scenarios.FS, id+"/"+name)
				if err != nil {
					t.Fatal(err)
				}
				return strings.Split(strings.TrimRight(string(b), "\n"), "\n")
			}
			drawing, places := read("diagram.txt"), read("diagram.map")
			if len(drawing) != len(places) {
				t.Fatalf("%d lines are drawn and %d mapped; make the map again with go generate", len(drawing), len(places))
			}
			for i := range drawing {
				if d, m := utf8.RuneCountInString(drawing[i]), utf8.RuneCountInString(places[i]); d != m {
					t.Errorf("line %d has %d cells and its map %d; make the map again with go generate", i+1, d, m)
				}
			}
		})
	}
}

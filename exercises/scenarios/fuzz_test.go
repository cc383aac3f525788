package scenarios

import (
	"os"
	"testing"
	"testing/fstest"

	"edu/threatlings/exercises/grading"
)

// FuzzKey: whatever stands in a key or a system, reading and checking it never
// panics, and a key that can be read can be matched against.
func FuzzKey(f *testing.F) {
	system, err := os.ReadFile("add-user-api/system.yaml")
	if err != nil {
		f.Fatal(err)
	}
	key, err := os.ReadFile("billing/key.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(system, key[:4000])
	f.Add(system, []byte("scenario: x\nthreats:\n  - {id: a, title: t, examples: [one two three]}\n"))
	f.Add([]byte("id: x\nflows: [{n: 1}]\n"), []byte("- a"))
	f.Fuzz(func(t *testing.T, system, key []byte) {
		fsys := fstest.MapFS{
			"scenarios/x/system.yaml": {Data: system},
			"scenarios/x/design.md":   {Data: []byte("One. Two.")},
			"scenarios/x/key.yaml":    {Data: key},
			"scenarios/x/diagram.txt": {Data: key},
			"scenarios/x/diagram.map": {Data: system},
		}
		Check(fsys, "x")
		s, err := Load(fsys, "x")
		if err != nil {
			return
		}
		if k, err := s.Key(); err == nil && len(key) < 20_000 {
			if v := grading.Match(k, grading.Card{Text: "Somebody reads two"}); v.Status == "" {
				t.Error("a card without a status")
			}
		}
	})
}

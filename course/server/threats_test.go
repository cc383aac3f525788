package server

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"edu/threatlings/course"
	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/exercises/threatmodel/export"
)

var update = flag.Bool("update", false, "write THREATS.md anew")

// THREATS.md is what threatlings export makes of threat-model.yaml, and every
// test that it names is there.
func TestThreats(t *testing.T) {
	const file = "threat-model.yaml"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := threatmodel.Parse(file, b)
	if err != nil {
		t.Fatal(err)
	}
	g, err := threatmodel.LoadGuide(course.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	want, err := export.Write(t.Context(), "md", m, g)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("THREATS.md", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("THREATS.md"); err != nil || string(got) != string(want) {
		t.Errorf("THREATS.md is not what the model says (%v): go test ./course/server -run TestThreats -update", err)
	}
	var tests strings.Builder
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			var src []byte
			if src, err = os.ReadFile(path); err == nil {
				tests.Write(src)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`)
	for _, x := range m.Threats {
		for _, name := range named.FindAllString(x.Plan, -1) {
			if !strings.Contains(tests.String(), "func "+name+"(") {
				t.Errorf("%s: there is no %s", x.ID, name)
			}
		}
		if x.Done && !named.MatchString(x.Plan) && !strings.Contains(x.Plan, ".go") {
			t.Errorf("%s is said to be done, and not where", x.ID)
		}
	}
}

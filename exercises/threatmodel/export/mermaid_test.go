package export

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The real Mermaid reads what we write, and finds in it what is in the model.
// MERMAID names a folder in which npm installed mermaid and jsdom; .ci/run makes one.
func TestRealMermaid(t *testing.T) {
	dir := os.Getenv("MERMAID")
	if dir == "" {
		t.Skip("SKIPPED: MERMAID names no folder with mermaid and jsdom; .ci/run installs them where there is npm")
	}
	script, err := filepath.Abs("testdata/mermaid.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range models() {
		file := filepath.Join(t.TempDir(), "m.mmd")
		if err := os.WriteFile(file, []byte(Mermaid(m)), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("node", script, file)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s\n%.2000s", name, err, out, Mermaid(m))
			continue
		}
		var got struct{ Nodes, Flows, Zones int }
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s: %v in %s", name, err, out)
		}
		if got.Nodes != len(m.Components) || got.Flows != len(m.Flows) || got.Zones != len(m.Zones) {
			t.Errorf("%s: Mermaid sees %+v, and the model has %d parts, %d flows, %d zones", name, got, len(m.Components), len(m.Flows), len(m.Zones))
		}
	}
}

package grading

import (
	"os"
	"strings"
	"testing"
)

// How well the manner of statements about one system is known from others.
func TestMannersLeaveOneOut(t *testing.T) {
	if testing.Short() {
		t.Skip("the model is fitted many times")
	}
	b, err := os.ReadFile("testdata/statements.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []Statement
	systems := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all = append(all, Statement{f[0], f[1], f[2]})
		systems[f[0]] = true
	}
	right, n := 0, 0
	confused := map[string]int{}
	for s := range systems {
		var rest []Statement
		for _, x := range all {
			if x.System != s {
				rest = append(rest, x)
			}
		}
		m, err := FitManners(rest)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			if x.System != s {
				continue
			}
			n++
			got := m.Kind(x.Text)
			if got == x.Kind {
				right++
			} else {
				confused[x.Kind+"→"+got]++
			}
		}
	}
	t.Logf("%d of %d right; %v", right, n, confused)
	if float64(right) < 0.75*float64(n) {
		t.Errorf("only %d of %d are right", right, n)
	}
	passed := 0 // what is no threat and taken for one
	for k, times := range confused {
		if strings.HasSuffix(k, "→threat") {
			passed += times
		}
	}
	if float64(passed) > 0.12*float64(n) {
		t.Errorf("%d are taken for threats and are none", passed)
	}
}

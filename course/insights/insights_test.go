package insights_test

import (
	"slices"
	"testing"

	"edu/threatlings/course/insights"
)

func TestPlantedWeaknessesComeFirst(t *testing.T) {
	r := insightsOf(t, bigClass(t))
	if r.Learners != 200 {
		t.Fatalf("%d learners", r.Learners)
	}
	var about []string
	for _, a := range r.Advice {
		about = append(about, a.About)
		t.Logf("%s: %s %s", a.About, a.What, a.Evidence)
	}
	if len(about) < 3 {
		t.Fatalf("%q", about)
	}
	first := about[:3]
	for _, planted := range []string{"billing/" + neverFound, misled, badKey} {
		if !slices.Contains(first, planted) {
			t.Errorf("%s is not among the first three: %q", planted, about)
		}
	}
}

var _ = insights.Fewest

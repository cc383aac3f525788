package evaluate

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/scenarios"
)

func grader(t testing.TB, scenario string) (*grading.Index, func(string) bool) {
	t.Helper()
	s, err := scenarios.Load(os.DirFS("../.."), scenario)
	if err != nil {
		t.Fatal(err)
	}
	k, err := s.Key()
	if err != nil {
		t.Fatal(err)
	}
	return grading.NewIndex(k), func(p string) bool { _, ok := s.System.Place(p); return ok }
}

// reportOn grades a file of a scenario's labelled answers.
func reportOn(t testing.TB, scenario, file string) Report {
	t.Helper()
	x, isPlace := grader(t, scenario)
	b, err := os.ReadFile("../../scenarios/" + scenario + "/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	answers, warnings, err := Read(file, string(b), x, isPlace)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	return Evaluate(x, answers)
}

// The book's examples: Wilson's interval for 8 of 10, and Cohen's kappa for two
// readers who say yes to 20 of 50 together and no to 15.
func TestStatistics(t *testing.T) {
	r := NewRate(8, 10)
	if math.Abs(r.Low-0.490) > 0.001 || math.Abs(r.High-0.943) > 0.001 {
		t.Errorf("8 of 10 is between %.3f and %.3f", r.Low, r.High)
	}
	if r = NewRate(0, 0); r.Value() != 0 || r.Low != 0 || r.High != 1 {
		t.Errorf("nothing of nothing is %+v", r)
	}
	var a, b []string
	for _, c := range []struct {
		n    int
		a, b string
	}{{20, "yes", "yes"}, {5, "yes", "no"}, {10, "no", "yes"}, {15, "no", "no"}} {
		for range c.n {
			a, b = append(a, c.a), append(b, c.b)
		}
	}
	if k := Agreement(a, b); math.Abs(k-0.4) > 1e-9 {
		t.Errorf("kappa is %v", k)
	}
	if Agreement(a, a) != 1 || Agreement(a, b[1:]) != 0 {
		t.Error("the ends of the scale")
	}
}

func TestQuality(t *testing.T) {
	q := quality([]decision{
		{[]string{"a"}, "a"}, {[]string{"a", "b"}, "b"}, {[]string{"a"}, "b"}, {[]string{"b"}, ""}, {nil, ""}, {nil, "a"},
	})
	if q.Precision.Hits != 2 || q.Precision.Of != 4 || q.Recall.Of != 4 || q.F1.Value != 0.5 {
		t.Errorf("%+v", q)
	}
	// Agreement 3 of 6; by chance (a 2·2 + b 2·2 + nothing 2·2) of 36.
	if want := (0.5 - 12.0/36) / (1 - 12.0/36); math.Abs(q.Kappa.Value-want) > 1e-9 {
		t.Errorf("kappa %v, want %v", q.Kappa.Value, want)
	}
}

func TestRead(t *testing.T) {
	x, isPlace := grader(t, "billing")
	list, warnings, err := Read("f", "\uFEFF# note\r\n\r\nsnapshots+stored-cards\ti\t6\ttext\twith a tab\r\nnone:handled:injection\t-\t-\tx\nshared-limit\tX\tmoon\ty\n?\tS\t1\tz\n", x, isPlace)
	if err != nil || len(list) != 3 || len(warnings) != 3 {
		t.Fatalf("%+v %q %v", list, warnings, err)
	}
	if a := list[0]; len(a.Gold) != 2 || a.Card.Letter != "I" || a.Card.Place != "6" || a.Card.Text != "text\twith a tab" || a.Line != 3 {
		t.Errorf("%+v", a)
	}
	if a := list[1]; a.Trap != "handled" || len(a.Gold) != 0 || a.Card.Letter+a.Card.Place != "" {
		t.Errorf("%+v", a)
	}
	if a := list[2]; a.Trap != "off" || a.Card.Letter+a.Card.Place != "" {
		t.Errorf("%+v", a)
	}
	for _, bad := range []string{"none:silly\tS\t1\tx", "moon\tS\t1\tx", "snapshots\tS\t1", "\tS\t1\tx"} {
		if _, _, err := Read("f", bad, x, isPlace); err == nil || !strings.HasPrefix(err.Error(), "f:1: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestReportAsJSON(t *testing.T) {
	x, _ := grader(t, "billing")
	b, err := json.Marshal(Evaluate(x, nil))
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"n", "top1", "top3", "auto", "asked", "asked_gold_in_candidates", "after_question", "always_first", "false_credit", "latency_us", "top3_ci"} {
		if _, ok := m[k]; !ok {
			t.Errorf("%s is not in %s", k, b)
		}
	}
}

// bounds are the least that must be reached; falseCredit is the most.
type bounds struct{ top3, precision, recall, kappa, falseCredit float64 }

func (r Report) atLeast(t *testing.T, what string, b bounds) {
	t.Helper()
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"right one among three", r.Top3.Value(), b.top3},
		{"precision at once", r.Auto.Precision.Value(), b.precision},
		{"recall after the question", r.After.Recall.Value(), b.recall},
		{"kappa after the question", r.After.Kappa.Value, b.kappa},
		{"no false credit", 1 - r.FalseCredit["overall"].Value(), 1 - b.falseCredit},
	} {
		if c.got < c.want {
			t.Errorf("%s: %s is %.3f, want at least %.3f", what, c.name, c.got, c.want)
		}
	}
	for trap, f := range r.FalseCredit {
		if f.Of >= 10 && f.Value() > 0.10 { // of fewer, one wrong credit says nothing
			t.Errorf("%s: %d of %d %s answers were credited at once", what, f.Hits, f.Of, trap)
		}
	}
	if first := r.AlwaysFirst; first.Recall.Hits > r.Auto.Recall.Hits || first.Precision.Of > r.Auto.Precision.Of {
		t.Errorf("%s: who always takes the first statement gains: %+v instead of %+v", what, first.Recall, r.Auto.Recall)
	}
}

// The answers that everybody may look at; the weights were fitted on them.
func TestDevelopmentAnswers(t *testing.T) {
	reportOn(t, "billing", "dev.tsv").atLeast(t, "billing", bounds{top3: 0.97, precision: 0.94, recall: 0.95, kappa: 0.93, falseCredit: 0.04})
	reportOn(t, "report-links", "dev.tsv").atLeast(t, "report-links", bounds{top3: 0.95, precision: 0.92, recall: 0.90, kappa: 0.85, falseCredit: 0.05})
}

// Answers of writers of whom nothing was seen before the grader stood. Nobody
// looks at them while tuning: when this fails after a change, look at dev.tsv.
func TestUnseenAnswers(t *testing.T) {
	reportOn(t, "billing", "test.tsv").atLeast(t, "billing, unseen", bounds{top3: 0.97, precision: 0.92, recall: 0.90, kappa: 0.85, falseCredit: 0.05})
	reportOn(t, "report-links", "test.tsv").atLeast(t, "report-links, unseen", bounds{top3: 0.97, precision: 0.88, recall: 0.90, kappa: 0.85, falseCredit: 0.07})
	reportOn(t, "ship-it", "test.tsv").atLeast(t, "ship-it, unseen", bounds{top3: 0.97, precision: 0.90, recall: 0.90, kappa: 0.85, falseCredit: 0.05})
}

// Two readers labelled the unseen answers, the second one blind. Where one of
// them would accept two threats and the other one of these, they agree.
func TestReadersAgree(t *testing.T) {
	const dir = "../../scenarios/billing/testdata/"
	first, err := os.ReadFile(dir + "test.tsv")
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(dir + "test.second.txt")
	if err != nil {
		t.Fatal(err)
	}
	kind := func(label string) []string { // of what earns nothing only why
		if rest, ok := strings.CutPrefix(label, "none:"); ok {
			trap, _, _ := strings.Cut(rest, ":")
			return []string{"none:" + trap}
		}
		return strings.Split(label, "+")
	}
	var a, b []string
	others := strings.Split(strings.TrimSpace(string(second)), "\n")[1:]
	for i, line := range strings.Split(strings.TrimSpace(string(first)), "\n")[:len(others)] {
		label, _, _ := strings.Cut(line, "\t")
		x, y := kind(label), kind(others[i])
		a, b = append(a, x[0]), append(b, y[0])
		if shared := slices.IndexFunc(x, func(id string) bool { return slices.Contains(y, id) }); shared >= 0 {
			b[i] = a[i]
		}
	}
	k := Agreement(a, b)
	t.Logf("kappa %.3f over %d answers", k, len(a))
	if len(a) < 160 || k < 0.9 {
		t.Errorf("kappa is %.3f over %d answers", k, len(a))
	}
}

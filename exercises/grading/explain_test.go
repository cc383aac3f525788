package grading

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// spell writes a verdict out, one thing a line.
func spell(v Verdict) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("status: %s", v.Status)
	line("taken for: %s (%s), sure %.2f", v.ID, v.Title, v.P)
	line("say: %s", v.Say)
	line("question: %s", v.Question)
	line("second: %s", v.Second)
	for _, c := range v.Candidates {
		line("candidate: %s %.2f", c.ID, c.P)
	}
	e := v.Explanation
	for _, m := range e.Met {
		line("met: %s = %s, %s", m.Yours, m.Key, m.How)
	}
	line("hit: %s; missing: %s", strings.Join(e.Hit, ", "), strings.Join(e.Missing, ", "))
	for _, j := range []struct {
		name string
		Judgement
	}{{"letter", e.Letter}, {"place", e.Place}, {"severity", e.Severity}} {
		line("%s: %q is %q, the key says %q: %s", j.name, j.Yours, j.Fit, j.First, j.Why)
	}
	line("runner-up: %s", e.RunnerUp)
	line("gate: %s", e.Gate)
	return b.String()
}

func TestExplanation(t *testing.T) {
	x := NewIndex(billingKey(t))
	var b strings.Builder
	for _, c := range []Card{
		{Text: "An insdier who can query the databse reads card numbers and sells them", Letter: "E", Place: "7", Severity: "high"},
		{Text: "fraudsters use us to validate dumps of cards", Letter: "T", Severity: "low"},
		{Text: "SQL injection in the card holder name", Letter: "T", Place: "1"},
		{Text: "The disk of the database is encrypted", Letter: "I"},
	} {
		fmt.Fprintf(&b, "card: %s [%s %s %s]\n%s\n", c.Text, c.Letter, c.Place, c.Severity, spell(x.Match(c)))
	}
	const file = "testdata/golden/explanation.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("explanations differ from %s (-update writes it anew):\n%s", file, b.String())
	}
}

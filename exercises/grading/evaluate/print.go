package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"edu/threatlings/exercises/grading"
)

// MarshalJSON writes the report as one object, each rate with its interval
// beside it under the same name and "_ci".
func (r Report) MarshalJSON() ([]byte, error) {
	out := map[string]any{"n": r.N}
	rate(out, "top1", r.Top1)
	rate(out, "top3", r.Top3)
	rate(out, "asked", r.Asked)
	rate(out, "asked_gold_in_candidates", r.AskedGoldInCandidates)
	rate(out, "turned_away", r.TurnedAway)
	rate(out, "handled_told", r.HandledTold)
	out["auto"], out["after_question"], out["always_first"] = r.Auto.object(), r.After.object(), r.AlwaysFirst.object()
	credit := map[string]any{}
	for k, f := range r.FalseCredit {
		rate(credit, k, f)
	}
	out["false_credit"] = credit
	out["latency_us"] = map[string]any{"p50": round(r.Latency.P50), "p99": round(r.Latency.P99)}
	return json.Marshal(out)
}

func (q Quality) object() map[string]any {
	out := map[string]any{}
	rate(out, "precision", q.Precision)
	rate(out, "recall", q.Recall)
	for name, m := range map[string]Measure{"f1": q.F1, "kappa": q.Kappa} {
		out[name], out[name+"_ci"] = round(m.Value), [2]float64{round(m.Low), round(m.High)}
	}
	return out
}

func rate(out map[string]any, name string, r Rate) {
	out[name], out[name+"_ci"] = round(r.Value()), [2]float64{round(r.Low), round(r.High)}
}

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// Print writes the report for people.
func (r Report) Print(w io.Writer) error {
	var b strings.Builder
	line := func(what, value, interval, note string) {
		fmt.Fprintf(&b, "  %-38s %5s   %-12s  %s\n", what, value, interval, note)
	}
	share := func(what string, x Rate) {
		line(what, fmt.Sprintf("%.3f", x.Value()), fmt.Sprintf("%.3f–%.3f", x.Low, x.High), fmt.Sprintf("%d of %d", x.Hits, x.Of))
	}
	measure := func(what string, m Measure) {
		line(what, fmt.Sprintf("%.3f", m.Value), fmt.Sprintf("%.3f–%.3f", m.Low, m.High), "")
	}
	fmt.Fprintf(&b, "%d answers; 95%% intervals (Wilson's for shares, bootstrap for F1 and kappa)\n\n", r.N)
	fmt.Fprintln(&b, "Which threat, among answers that deserve credit")
	share("right one first", r.Top1)
	share("right one among three", r.Top3)
	for _, q := range []struct {
		title string
		Quality
	}{{"At once", r.Auto}, {"After the question, answered honestly", r.After}, {"The same text again, then the first statement", r.AlwaysFirst}} {
		fmt.Fprintf(&b, "\n%s\n", q.title)
		share("precision", q.Precision)
		share("recall", q.Recall)
		measure("F1", q.F1)
		measure("kappa", q.Kappa)
	}
	fmt.Fprintln(&b, "\nQuestions")
	share("asked", r.Asked)
	share("right one among what is asked about", r.AskedGoldInCandidates)
	share("neither credit nor question, wrongly", r.TurnedAway)
	share("handled, and shown how", r.HandledTold)
	fmt.Fprintln(&b, "\nCredit at once for answers that deserve none")
	for _, k := range append([]string{"overall"}, Traps...) {
		share(k, r.FalseCredit[k])
	}
	fmt.Fprintf(&b, "\nTime for an answer: median %.0f µs, 99th percentile %.0f µs\n", r.Latency.P50, r.Latency.P99)
	_, err := io.WriteString(w, b.String())
	return err
}

// Explain writes what became of one answer, and why.
func (c Case) Explain(w io.Writer) error {
	var b strings.Builder
	mark := "right"
	switch {
	case !c.Right() && c.Verdict.Question != "":
		mark = "asked"
	case !c.Right():
		mark = "WRONG"
	}
	label := "none:" + c.Trap
	if c.Trap == "" {
		label = strings.Join(c.Gold, "+")
	}
	v, e := c.Verdict, c.Verdict.Explanation
	fmt.Fprintf(&b, "%d  %s\n   %s\n   label %s, verdict %s", c.Line, mark, c.Card.Text, label, v.Status)
	if v.ID != "" {
		fmt.Fprintf(&b, " %s", v.ID)
	}
	fmt.Fprintf(&b, " (%.2f)\n", v.P)
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "   %s: %s\n", name, value)
		}
	}
	field("says", v.Say)
	field("asks", v.Question)
	var met, likely []string
	for _, m := range e.Met {
		met = append(met, fmt.Sprintf("%s ↔ %s (%s)", m.Yours, m.Key, m.How))
	}
	for _, k := range v.Candidates {
		likely = append(likely, fmt.Sprintf("%s %.2f", k.ID, k.P))
	}
	field("met", strings.Join(met, ", "))
	field("speaks of", strings.Join(e.Hit, ", "))
	field("leaves out", strings.Join(e.Missing, ", "))
	for _, j := range []struct {
		name string
		grading.Judgement
	}{{"letter", e.Letter}, {"place", e.Place}} {
		if j.Fit != "" {
			field(j.name, fmt.Sprintf("%s, %s", j.Yours, j.Fit))
		}
	}
	field("reads like", e.Reads)
	field("runner-up", e.RunnerUp)
	field("likeliest", strings.Join(likely, ", "))
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/ask"
	"edu/threatlings/exercises/budget"
	"edu/threatlings/exercises/choice"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/list"
	"edu/threatlings/exercises/rank"
	"edu/threatlings/exercises/reflect"
	"edu/threatlings/exercises/report"
	"edu/threatlings/exercises/scenarios"
	sorting "edu/threatlings/exercises/sort"
	"edu/threatlings/exercises/spot"
)

// linesFor are the lines that give an answer in the line mode.
func linesFor(t *testing.T, ex exercises.Exercise, answer exercises.Answer) []string {
	t.Helper()
	numbers := func(n int, id func(int) string) string {
		var out []string
		for i := range n {
			if slices.Contains(answer, id(i)) {
				out = append(out, fmt.Sprint(i+1))
			}
		}
		return strings.Join(out, " ")
	}
	switch x := ex.(type) {
	case *choice.Exercise:
		return []string{numbers(len(x.Options), func(i int) string { return x.Options[i].ID })}
	case *spot.Exercise:
		spots := slices.Clone(x.Spots) // the numbers are the marks of the drawing
		slices.SortStableFunc(spots, func(a, b spot.Spot) int { return strings.Compare(a.Mark, b.Mark) })
		return []string{numbers(len(spots), func(i int) string { return spots[i].ID })}
	case *budget.Exercise:
		return []string{numbers(len(x.Controls), func(i int) string { return x.Controls[i].ID })}
	case *rank.Exercise:
		var out []string
		for _, id := range answer {
			out = append(out, fmt.Sprint(1+slices.IndexFunc(x.Items, func(it rank.Item) bool { return it.ID == id })))
		}
		return []string{strings.Join(out, " ")}
	case *sorting.Exercise:
		var out []string
		for _, a := range answer {
			_, g, _ := strings.Cut(a, "=")
			out = append(out, fmt.Sprint(1+slices.IndexFunc(x.Groups, func(o sorting.Group) bool { return o.ID == g })))
		}
		return append(out, "")
	case *reflect.Exercise:
		return []string{answer[0], "1"}
	case *list.Exercise:
		return append(slices.Clone(answer), "")
	case *ask.Exercise:
		return strings.Split(answer[0], "\n")
	case *report.Exercise:
		return reportLines(t, report.Parse(answer))
	}
	t.Fatalf("no lines for %T", ex)
	return nil
}

func reportLines(t *testing.T, sh report.Sheet) []string {
	t.Helper()
	s, err := scenarios.Load(course.Embedded(), "billing")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range sh.Cards {
		place := slices.IndexFunc(s.System.Places(), func(p scenarios.Place) bool { return p.ID == c.Place })
		out = append(out, c.Text, fmt.Sprint(1+strings.Index("STRIDE", c.Letter)), fmt.Sprint(1+place),
			fmt.Sprint(1+slices.Index([]string{"low", "medium", "high", "critical"}, c.Severity)))
	}
	return append(out, "", "1")
}

// runLines runs the program with lines on standard input.
func runLines(t *testing.T, env []string, lines []string, args ...string) (transcript string) {
	t.Helper()
	cmd := exec.Command(mustBinary(t), args...)
	cmd.Env = env
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, errOut.String(), tail(out.String()))
	}
	return out.String()
}

func tail(s string) string { return s[max(0, len(s)-2000):] }

// scoresOf are the scores by exercise that threatlings status --json prints.
func scoresOf(t *testing.T, env []string) map[string]float64 {
	t.Helper()
	cmd := exec.Command(mustBinary(t), "status", "--json")
	cmd.Env = env
	b, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var r statusReport
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, m := range r.Modules {
		for _, l := range m.Lessons {
			for _, e := range l.Exercises {
				if e.Score != nil {
					out[e.ID] = *e.Score
				}
			}
		}
	}
	return out
}

// TestLineModePlaysTheSame plays Part 1 and the billing report from a script of
// standard input, gets the scores that the kinds give to the same answers, and
// writes nothing that a screen reader stumbles over.
func TestLineModePlaysTheSame(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	env := home(t)
	var lines []string
	want := map[string]float64{}
	for _, step := range c.Steps() {
		if step.Optional {
			continue
		}
		for _, p := range step.Pages {
			if p.Item == nil {
				lines = append(lines, "")
				continue
			}
			ex, err := p.Item.Exercise()
			if err != nil {
				t.Fatal(err)
			}
			a := answerTo(t, ex)
			res, err := ex.Grade(t.Context(), a)
			if err != nil || res.Outcome == exercises.Asked {
				t.Fatalf("%s: %v %v", p.Item.ID, res.Outcome, err)
			}
			want[p.Item.ID] = res.Score
			lines = append(append(lines, linesFor(t, ex, a)...), "")
		}
	}
	transcript := runLines(t, env, lines)
	got := scoresOf(t, env)
	for id, s := range want {
		if g, ok := got[id]; !ok || g < s-1e-9 || g > s+1e-9 {
			t.Errorf("%s scores %v (there: %v), and the same answer %v", id, g, ok, s)
		}
	}
	if len(want) < 30 || want["billing.top-three"] < 0.9 {
		t.Errorf("%d exercises, the report %v", len(want), want["billing.top-three"])
	}
	for i, r := range transcript {
		if forbidden(r) {
			t.Fatalf("the transcript holds %U in %q", r, transcript[max(0, i-60):min(len(transcript), i+20)])
		}
	}
	for i, l := range strings.Split(transcript, "\n") {
		if len([]rune(l)) > 78 {
			t.Errorf("line %d is %d columns wide: %q", i+1, len([]rune(l)), l)
		}
	}
	if !strings.Contains(transcript, "Everything is saved") {
		t.Errorf("the end: %s", tail(transcript))
	}
}

// forbidden reports a character that has no place in the line mode: control
// characters, arrows, boxes, blocks, braille, symbols and emoji.
func forbidden(r rune) bool {
	return r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x2190 && r <= 0x2bff || r >= 0x1f000 || r == 0xfe0f || r == 0x200d
}

package grading

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// billingKey is the key that the course ships.
func billingKey(t testing.TB) *Key {
	t.Helper()
	b, err := os.ReadFile("../scenarios/billing/key.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var k Key
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&k); err != nil {
		t.Fatalf("the billing key: %v", err)
	}
	return &k
}

// A labelled answer says what a card is: ids of the key joined with "+", or
// "none:" and why it earns nothing.
type labelled struct {
	gold string
	card Card
}

// answers reads a file of labelled answers: gold, letter, place, text.
func answers(t testing.TB, name string) []labelled {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []labelled
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		f := strings.SplitN(line, "\t", 4)
		if len(f) != 4 {
			t.Fatalf("%s:%d: want gold, letter, place and text", name, i+1)
		}
		out = append(out, labelled{f[0], Card{Letter: f[1], Place: f[2], Text: f[3]}})
	}
	return out
}

// leftOut gives each phrasing of the key as a card, labelled, with an index of
// the key that has never seen it.
func leftOut(t testing.TB, each func(x *Index, a labelled)) {
	k, read := billingKey(t), texts{}
	try := func(list *[]string, i int, gold string) {
		all := *list
		*list = slices.Delete(slices.Clone(all), i, i+1)
		each(newIndex(k, read), labelled{gold, Card{Text: all[i]}})
		*list = all
	}
	for n := range k.Threats {
		th := &k.Threats[n]
		for i := range th.Examples {
			try(&th.Examples, i, th.ID)
		}
		all := th.CounterExamples
		for i, c := range all {
			if strings.HasPrefix(c.Is, "none:") {
				continue // the gates' business
			}
			th.CounterExamples = slices.Delete(slices.Clone(all), i, i+1)
			each(newIndex(k, read), labelled{c.Is, Card{Text: c.Text}})
			th.CounterExamples = all
		}
	}
	for _, hs := range [][]Handled{k.Handled, k.OutOfScope, k.AlsoValid} {
		for n := range hs {
			for i := range hs[n].Examples {
				try(&hs[n].Examples, i, hs[n].ID)
			}
		}
	}
}

// A tally counts what became of labelled answers.
type tally struct {
	worth, credited, right   int // answers that earn credit; cards credited, and rightly
	asked, askedIn           int // worth answers that were asked about; the right id among the candidates
	told                     int // worth answers that were told handled, out of scope, also valid or not in the key
	first, three             int // ranking of the right id among worth answers
	worthless                map[string]int
	falseCredit, falseAsking map[string]int
}

func (n *tally) add(x *Index, a labelled) Verdict {
	v := x.Match(a.card)
	golds := strings.Split(a.gold, "+")
	if v.Status == Credited {
		n.credited++
	}
	if x.threats[golds[0]] == nil {
		kind := strings.SplitN(a.gold, ":", 3)
		if kind[0] != "none" {
			kind = []string{"none", string(x.others[a.gold].status)}
		}
		n.worthless[kind[1]]++
		if v.Status == Credited {
			n.falseCredit[kind[1]]++
		}
		if v.Question != "" {
			n.falseAsking[kind[1]]++
		}
		return v
	}
	n.worth++
	at := slices.IndexFunc(v.Candidates, func(c Candidate) bool { return slices.Contains(golds, c.ID) })
	switch {
	case at == 0:
		n.first++
		fallthrough
	case at > 0:
		n.three++
	}
	switch {
	case v.Status == Credited && slices.Contains(golds, v.ID):
		n.right++
	case v.Question != "":
		n.asked++
		if at >= 0 {
			n.askedIn++
		}
	case v.Status != Credited:
		n.told++
	}
	return v
}

func newTally() *tally {
	return &tally{worthless: map[string]int{}, falseCredit: map[string]int{}, falseAsking: map[string]int{}}
}

func (n *tally) precision() float64 { return float64(n.right) / float64(max(1, n.credited)) }
func (n *tally) recall() float64    { return float64(n.right) / float64(max(1, n.worth)) }

// recallAfter is the recall when an honest learner answers every question.
func (n *tally) recallAfter() float64 {
	return float64(n.right+n.askedIn) / float64(max(1, n.worth))
}

func (n *tally) falseRate() float64 {
	all, wrong := 0, 0
	for k, c := range n.worthless {
		all += c
		wrong += n.falseCredit[k]
	}
	return float64(wrong) / float64(max(1, all))
}

func (n *tally) String() string {
	return fmt.Sprintf("worth %d: first %d, in three %d; credited %d, right %d (precision %.3f, recall %.3f); asked %d, right id there %d (recall after %.3f); told otherwise %d; worthless %v credited %v (%.3f) asked about %v",
		n.worth, n.first, n.three, n.credited, n.right, n.precision(), n.recall(), n.asked, n.askedIn, n.recallAfter(), n.told, n.worthless, n.falseCredit, n.falseRate(), n.falseAsking)
}

// Every phrasing of the key, matched against a key that has never seen it, with
// no letter and no place to help: the hardest case. The bounds are a little
// below what is reached.
func TestKeyLeaveOneOut(t *testing.T) {
	if testing.Short() {
		t.Skip("several seconds")
	}
	n := newTally()
	leftOut(t, func(x *Index, a labelled) {
		if v := n.add(x, a); testing.Verbose() && v.Status == Credited && v.ID != a.gold {
			t.Logf("%q is %s, taken for %s (%.2f)", a.card.Text, a.gold, v.ID, v.P)
		}
	})
	n.atLeast(t, "the key's own phrasings", bounds{first: 0.70, three: 0.87, precision: 0.92, recall: 0.42, after: 0.85, falseCredit: 0.08})
}

// Answers written from the design document alone, before the key was read. The
// weights were fitted on the first file. The second was kept aside until the
// weights stood; then the order of two checks, one gate and tellFrom were mended in
// its light, so it is not unseen any more. Both have the same writer, who is no
// learner: read the numbers as kind ones. The third is somebody else's, and
// nothing was fitted or mended with it; its letters and places are the key's own.
func TestFreshAnswers(t *testing.T) {
	x := NewIndex(billingKey(t))
	for file, b := range map[string]bounds{
		"billing-fit.tsv":    {first: 0.90, three: 0.97, precision: 0.90, recall: 0.78, after: 0.93, falseCredit: 0.03},
		"billing-second.tsv": {first: 0.88, three: 0.94, precision: 0.93, recall: 0.68, after: 0.88, falseCredit: 0.25},
		"billing-check.tsv":  {first: 0.80, three: 0.93, precision: 0.88, recall: 0.70, after: 0.89, falseCredit: 0.05},
	} {
		n := newTally()
		for _, a := range answers(t, file) {
			n.add(x, a)
		}
		n.atLeast(t, file, b)
	}
}

// bounds are the least shares that must be reached, and the most false credit.
type bounds struct{ first, three, precision, recall, after, falseCredit float64 }

func (n *tally) atLeast(t *testing.T, what string, b bounds) {
	t.Helper()
	t.Logf("%s: %v", what, n)
	worth := float64(n.worth)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"right first", float64(n.first) / worth, b.first},
		{"right among three", float64(n.three) / worth, b.three},
		{"precision", n.precision(), b.precision},
		{"recall", n.recall(), b.recall},
		{"recall after the question", n.recallAfter(), b.after},
		{"no false credit", 1 - n.falseRate(), 1 - b.falseCredit},
	} {
		if c.got < c.want {
			t.Errorf("%s: %s %.3f, want at least %.3f", what, c.name, c.got, c.want)
		}
	}
}

package grading

import (
	"bytes"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
)

// keyOf is a key that the course ships, with its document.
func keyOf(t testing.TB, scenario string) *Key {
	t.Helper()
	b, err := os.ReadFile("../scenarios/" + scenario + "/key.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var k Key
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&k); err != nil {
		t.Fatalf("the key of %s: %v", scenario, err)
	}
	doc, err := os.ReadFile("../scenarios/" + scenario + "/design.md")
	if err != nil {
		t.Fatal(err)
	}
	k.Document = string(doc)
	return &k
}

func billingKey(t testing.TB) *Key { return keyOf(t, "billing") }

// Every phrasing of the key, matched against a key that has never seen it, with
// no letter and no place to help: the hardest case. The bounds are a little
// below what is reached.
func TestKeyLeaveOneOut(t *testing.T) {
	if testing.Short() {
		t.Skip("several seconds")
	}
	t.Run("billing", func(t *testing.T) { leaveOneOut(t, "billing", 0.90, 0.91, 0.27, 0.84) })
	// Half as many phrasings, each in words of its own: what is left out is the only one of its words.
	t.Run("report-links", func(t *testing.T) { leaveOneOut(t, "report-links", 0.78, 0.75, 0.12, 0.66) })
}

func leaveOneOut(t *testing.T, scenario string, amongThree, precision, recall, after float64) {
	var worth, three, credited, right, asked, not, wrong float64
	leftOut(keyOf(t, scenario), ShippedManners(), func(x *Index, id, text string) {
		v := x.Match(Card{Text: text})
		if v.Status == Credited {
			credited++
			if v.ID == id {
				right++
			} else {
				t.Logf("%q is %s, taken for %s (%.2f)", text, id, v.ID, v.P)
			}
		}
		if x.threats[id] == nil {
			not++
			if v.Status == Credited {
				wrong++
			}
			return
		}
		worth++
		for _, c := range v.Candidates {
			if c.ID == id {
				three++
				if v.Question != "" {
					asked++
				}
			}
		}
	})
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"right among three", three / worth, amongThree},
		{"precision", right / credited, precision},
		{"recall", right / worth, recall},
		{"recall after the question", (right + asked) / worth, after},
		{"no false credit", 1 - wrong/not, 0.90},
	} {
		t.Logf("%s: %.3f", c.name, c.got)
		if c.got < c.want {
			t.Errorf("%s is %.3f, want at least %.3f", c.name, c.got, c.want)
		}
	}
}

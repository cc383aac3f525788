package grading

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// askFences reads the free-text keys of the shipped lessons: every fence with
// questions or entries, and what is near them.
func askFences(t testing.TB) map[string][]Entry {
	t.Helper()
	files, err := filepath.Glob("../../lessons/*/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no lessons:", err)
	}
	out := map[string][]Entry{}
	fence := regexp.MustCompile("(?s)```exercise (?:ask|list)\n(.*?)\n```")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range fence.FindAllSubmatch(text, -1) {
			var x struct {
				ID                       string
				Questions, Entries, Near []Entry
			}
			if err := yaml.NewDecoder(bytes.NewReader(g[1])).Decode(&x); err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			var es []Entry
			es = append(es, x.Questions...)
			es = append(es, x.Entries...)
			for _, n := range x.Near {
				n.ID = "near:" + n.ID
				es = append(es, n)
			}
			out[x.ID] = es
		}
	}
	return out
}

// loo leaves each example out in turn and matches it against the rest.
func loo(t testing.TB, each func(want string, v PhraseVerdict, text, ex string)) {
	for ex, es := range askFences(t) {
		for i, e := range es {
			for k, text := range e.Examples {
				rest := append([]Entry{}, es...)
				rest[i].Examples = append(append([]string{}, e.Examples[:k]...), e.Examples[k+1:]...)
				each(e.ID, NewPhrases(rest).Match(text), text, ex)
			}
		}
	}
}

func TestPhrasesLeaveOneOut(t *testing.T) {
	if testing.Short() {
		t.Skip("a second or two of indexing")
	}
	var n, top, credited, right, wrongClass, asked, none int
	loo(t, func(want string, v PhraseVerdict, text, ex string) {
		n++
		if v.ID == want {
			top++
		}
		switch v.Status {
		case PhraseCredited:
			credited++
			if v.ID == want {
				right++
			}
			if strings.HasPrefix(v.ID, "near:") != strings.HasPrefix(want, "near:") {
				wrongClass++
				if testing.Verbose() {
					t.Logf("%s: %q is %s, taken for %s (%.2f)", ex, text, want, v.ID, v.P)
				}
			}
		case PhraseAsked:
			asked++
		default:
			none++
		}
	})
	t.Logf("n %d, first %.3f; credited %.3f of which right %.3f, wrong class %.3f; asked %.3f, none %.3f",
		n, float64(top)/float64(n), float64(credited)/float64(n), float64(right)/float64(credited), float64(wrongClass)/float64(credited), float64(asked)/float64(n), float64(none)/float64(n))
}

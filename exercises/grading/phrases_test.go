package grading

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// loo leaves each example out in turn and gives it with what is made of the rest.
func loo(t testing.TB, each func(want string, p *Phrases, text, ex string)) {
	fences := askFences(t)
	for _, ex := range slices.Sorted(maps.Keys(fences)) {
		es, read := fences[ex], texts{}
		for i, e := range es {
			for k, text := range e.Examples {
				rest := slices.Clone(es)
				rest[i].Examples = slices.Delete(slices.Clone(e.Examples), k, k+1)
				each(e.ID, newPhrases(rest, read), text, ex)
			}
		}
	}
}

func isNear(id string) bool { return strings.HasPrefix(id, "near:") }

// Each example of the lessons' free-text keys, matched against the others. It is
// hard on purpose: the synonym that was left out is often the only one, and what
// is near differs from the key in one word.
func TestPhrasesLeaveOneOut(t *testing.T) {
	if testing.Short() {
		t.Skip("several seconds")
	}
	var n, top, credited, right, class, asked int
	loo(t, func(want string, p *Phrases, text, ex string) {
		v := p.Match(text)
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
			if isNear(v.ID) == isNear(want) {
				class++
			} else if testing.Verbose() {
				t.Logf("%s: %q is %s, taken for %s (%.2f)", ex, text, want, v.ID, v.P)
			}
		case PhraseAsked:
			asked++
		}
	})
	rate := func(a, b int) float64 { return float64(a) / float64(max(1, b)) }
	if rate(top, n) < 0.38 || rate(class, credited) < 0.78 {
		t.Error("phrases are recognised worse than they were")
	}
	t.Logf("%d texts: %.3f first; %.3f credited, of which %.3f the same entry, %.3f key or near rightly; %.3f asked", n, rate(top, n), rate(credited, n), rate(right, credited), rate(class, credited), rate(asked, n))
}

func TestPhrases(t *testing.T) {
	p := NewPhrases([]Entry{
		{ID: "people", Text: "The people who live or stay there", Examples: []string{"family", "my kids", "guests", "whoever sleeps there", "my parents", "children"}},
		{ID: "photos", Text: "Things that nobody can buy again", Examples: []string{"photos", "old letters", "grandmother's ring", "family pictures", "memories", "the photo album"}},
		{ID: "near:thief", Text: "the thief", Examples: []string{"burglars", "thieves", "robber", "somebody who breaks in"}},
	})
	for text, want := range map[string]struct {
		id     string
		status PhraseStatus
	}{
		"kids":                 {"people", PhraseCredited},
		"The kids!":            {"people", PhraseCredited},
		"the family photos":    {"photos", PhraseCredited},
		"PHOTO ALBUMS":         {"photos", PhraseCredited},
		"burglers":             {"near:thief", PhraseCredited},
		"my granmother's ring": {"photos", PhraseCredited},
		"zxcvb":                {"", PhraseNone},
		"":                     {"", PhraseNone},
		"the":                  {"", PhraseNone},
	} {
		if v := p.Match(text); v.ID != want.id || v.Status != want.status {
			t.Errorf("%q: %+v, want %v", text, v, want)
		}
	}
}

func FuzzPhrases(f *testing.F) {
	p := NewPhrases([]Entry{{ID: "a", Text: "How does the gateway know who calls?", Examples: []string{"who is calling", "authenticate the caller"}}})
	f.Add("who calls")
	f.Add("\xff\u202e")
	f.Fuzz(func(t *testing.T, text string) {
		if v := p.Match(text); v.Status == "" || (v.Status == PhraseNone) != (v.ID == "") || v.P < 0 || v.P > 1 {
			t.Fatalf("%+v", v)
		}
	})
}

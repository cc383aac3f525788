package course_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/clean"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/progress"
)

func shipped(t testing.TB) *course.Session {
	t.Helper()
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := course.NewSession(t.Context(), c, progress.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGlossary(t *testing.T) {
	c := shipped(t).Course
	if n := len(c.Glossary()); n < 60 {
		t.Errorf("%d terms", n)
	}
	var names []string
	for _, x := range c.TermsIn("The **trust boundary** crosses flows; *assets* behind it. Authorisation? No unthreatening words.") {
		names = append(names, x.Name)
	}
	if want := []string{"Trust boundary", "Data flow", "Asset", "Authorisation"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

func TestBookmarksAndNotes(t *testing.T) {
	s := shipped(t)
	step, _ := s.Course.Step("house")
	ctx := t.Context()
	if err := s.Bookmark(ctx, step, 1, true); err != nil || !s.Bookmarked(step, 1) || s.Bookmarked(step, 0) {
		t.Error("the bookmark", err)
	}
	if err := s.SetNote(ctx, step, 2, " the stair\x1b[31m outside \n"); err != nil || s.Note(step, 2) != "the stair[31m outside" && s.Note(step, 2) != "the stair outside" {
		t.Errorf("the note is %q, %v", s.Note(step, 2), err)
	}
	if err := s.Restart(ctx); err != nil || s.Note(step, 2) == "" {
		t.Error("starting again took the note away", err)
	}
	if n := len(s.Bookmarks()); n != 2 {
		t.Errorf("%d places", n)
	}
	if err := s.SetNote(ctx, step, 2, ""); err != nil || s.Note(step, 2) != "" {
		t.Error("the note stays", err)
	}
	if err := s.Bookmark(ctx, step, 1, false); err != nil || s.Bookmarked(step, 1) {
		t.Error("the bookmark stays", err)
	}
	if err := s.SetNote(ctx, step, 2, strings.Repeat("x", exercises.MaxAnswer+1)); err == nil {
		t.Error("a note of any length is taken")
	}
}

func TestSearch(t *testing.T) {
	s := shipped(t)
	step, _ := s.Course.Step("house")
	if err := s.SetNote(t.Context(), step, 1, "the stairwell worries me"); err != nil {
		t.Fatal(err)
	}
	if h := s.Search("STAIRW"); len(h) != 1 || h[0].Kind != course.HitNote || h[0].Step != step || h[0].Page != 1 || !strings.Contains(h[0].Excerpt, "worries") {
		t.Errorf("%+v", h)
	}
	if h := s.Search("trust boundary"); len(h) < 3 || h[0].Kind != course.HitTerm || h[0].Term != "Trust boundary" {
		t.Errorf("%+v", h)
	}
	if h := s.Search("egress proxy"); len(h) == 0 || h[0].Kind != course.HitDocument {
		t.Errorf("the document is not found: %+v", h)
	}
	for _, q := range []string{"", "  ", "qqqzzz", "trust qqqzzz", "\x00\xff", strings.Repeat("a ", 5000)} {
		if h := s.Search(q); len(h) != 0 {
			t.Errorf("%.20q finds %d", q, len(h))
		}
	}
	documents := 0
	for _, h := range s.Search("workspace add user") {
		if h.Kind == course.HitDocument && h.Title == "Add User API" {
			documents++
		}
	}
	if documents != 1 {
		t.Errorf("one document stands %d times among what is found", documents)
	}
	for q, want := range map[string]string{
		"spofing":         "Nothing has “spofing”. Did you mean “spoofing”?",
		"trust bonudary":  "Nothing has “bonudary”. Did you mean “boundary”?",
		"qqqzzz":          "Nothing has “qqqzzz”. The first letters of a word are enough.",
		"parcel spoofing": "Nothing has all of these words. Fewer words find more.",
	} {
		if got := s.NotFound(q); got != want {
			t.Errorf("%q: %q", q, got)
		}
	}
	// What is asked must not be answered by searching.
	for _, h := range s.Search("First the windows") {
		if h.Kind == course.HitExercise && strings.Contains(h.Excerpt, "reason") {
			t.Errorf("%+v", h)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	s := shipped(b)
	s.Search("warm")
	for b.Loop() {
		s.Search("the tr")
	}
}

// A notebook holds what was written as it was written, whatever that is.
func TestNotebook(t *testing.T) {
	s := shipped(t)
	if n := s.Notebook(""); !strings.Contains(n, "Nothing is in it yet") {
		t.Error(n)
	}
	step, _ := s.Course.Step("groceries")
	hostile := "# not a heading\n<script>alert(1)</script> [x](javascript:alert(1)) *y* שלום `z` | 🙂"
	if err := s.SetNote(t.Context(), step, 0, hostile); err != nil {
		t.Fatal(err)
	}
	it, _ := s.Course.Item("house.assets")
	if _, err := s.Submit(t.Context(), it, exercises.Answer{"the cat and <b>yeast</b>", "- my # flour"}); err != nil {
		t.Fatal(err)
	}
	page, err := s.NotebookHTML("<i>Ines</i>")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<b>", "<i>", "href=\"javascript", "<h1>not a heading", "src=", "http://", "https://"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{"# not a heading", "&lt;script&gt;alert(1)&lt;/script&gt;", "[x](javascript:alert(1))", "*y*", "שלום", "🙂", "the cat and &lt;b&gt;yeast&lt;/b&gt;", "- my # flour", "What would you hate to lose?", "@media print", "&lt;i&gt;Ines&lt;/i&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Whatever kind of exercise was answered how, its lines in the notebook are
// sentences that end once.
func TestNotebookSentencesEndOnce(t *testing.T) {
	s := shipped(t)
	twice := regexp.MustCompile(`[.?!:]["”’)]*\.|\. \(`)
	seen := 0
	for round := range 4 { // the first samples of every exercise, then the second ones, …
		var items []exercises.Item
		for _, step := range s.Course.Steps() {
			for _, it := range step.Items() {
				ex, err := it.Exercise()
				if err != nil {
					t.Fatal(err)
				}
				samples := ex.Samples()
				if round >= len(samples) {
					continue
				}
				res, err := s.Submit(t.Context(), it, samples[round].Answer)
				if err != nil {
					t.Fatalf("%s, %s: %v", it.ID, samples[round].Name, err)
				}
				items = append(items, res.Items...)
			}
		}
		lines := strings.Split(s.Notebook(""), "\n")
		for _, item := range items {
			begin := "- " + clean.Markdown(strings.TrimRight(exercises.Inline(item.Label), "."))
			for _, line := range lines {
				if !strings.HasPrefix(line, begin) {
					continue
				}
				seen++
				end := strings.TrimRight(line, `"”’)`)
				own := item.Label + "\n" + item.Yours + "\n" + item.Reason // an author may quote a question
				if len(twice.FindAllString(line, -1)) > len(twice.FindAllString(own, -1)) || !strings.ContainsAny(end[len(end)-1:], ".?!") {
					t.Error(line)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d lines", seen)
	}
}

// What is found in an answer is what the learner wrote, not the ids it is kept with.
func TestSearchLeavesIDsOut(t *testing.T) {
	s := shipped(t)
	text, _ := s.Course.Item("groceries.then-and-now")
	if _, err := s.Submit(t.Context(), text, exercises.Answer{"Grandad wiped the yoghurt", "met 1"}); err != nil {
		t.Fatal(err)
	}
	sort, _ := s.Course.Item("assets.classes")
	ex, err := sort.Exercise()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(t.Context(), sort, ex.Samples()[0].Answer); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"yoghurt wiped", "met", "restricted secret"} {
		for _, h := range s.Search(words) {
			if h.Kind == course.HitAnswer && strings.ContainsAny(h.Excerpt, "=1") {
				t.Errorf("%q finds %q", words, h.Excerpt)
			}
		}
	}
	if hits := s.Search("yoghurt wiped"); len(hits) == 0 || hits[0].Kind != course.HitAnswer {
		t.Errorf("what was written is not found: %+v", hits)
	}
}

// One's own words stand first, said as they were meant and not as they are kept, and
// the best attempt is there as well as the last.
func TestNotebookInOnesOwnWords(t *testing.T) {
	s := shipped(t)
	submit := func(id string, a ...string) {
		t.Helper()
		it, ok := s.Course.Item(id)
		if !ok {
			t.Fatal("no exercise", id)
		}
		if _, err := s.Submit(t.Context(), it, a); err != nil {
			t.Fatal(err)
		}
	}
	submit("groceries.then-and-now", "Grandad wiped the yoghurt", "met 1")
	submit("spoofing.ask", "How does the help desk know who is calling?")
	submit("welcome.this-morning", "umbrella")
	submit("billing.top-three", "I/4/critical Criminals use our free endpoint to find out which stolen cards are still valid", "# who calls it?")
	submit("billing.top-three", "D/4/high Rain floods the basement", "+ the chairs", "+ 4", "! it is wet")
	step, _ := s.Course.Step("house")
	if err := s.SetNote(t.Context(), step, 0, "the stair"); err != nil {
		t.Fatal(err)
	}
	got := s.Notebook("")
	own, rest, ok := strings.Cut(got, "\n## Part 1")
	if !ok || !strings.Contains(own, "## In your own words") {
		t.Fatal(got)
	}
	for _, want := range []string{"Grandad wiped", "help desk know", "the stair", "(D, at ④", ", high)", "Asked back: the chairs", "I disagree: it is wet"} {
		if !strings.Contains(own, want) {
			t.Errorf("%q is not among one's own words:\n%s", want, own)
		}
	}
	for _, want := range []string{"(your choice", "Your best of 2 attempts", "which stolen cards are still valid (I, at ④", "Worksheet: who calls it?"} {
		if !strings.Contains(rest, want) {
			t.Errorf("%q is not in\n%s", want, rest)
		}
	}
	for _, bad := range []string{"met 1", "D/4/high", "> \\+", "> \\!", "> \\#", "You: your choice"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q stands in the notebook", bad)
		}
	}
	page, err := s.NotebookHTML("")
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) < 6 {
		t.Errorf("%d links", len(links))
	}
	for _, l := range links {
		if !strings.Contains(page, `id="`+l[1]+`"`) {
			t.Errorf("nothing is called %q", l[1])
		}
	}
}

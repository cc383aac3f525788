package course

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/progress"
)

// What a learner does beside the course: bookmarks, notes, and looking things up.

// Bookmarked reports whether a page is bookmarked.
func (s *Session) Bookmarked(step *Step, page int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum.Bookmarks[progress.Place{Item: step.ID, Page: page}]
}

// Bookmark sets or takes away a page's bookmark.
func (s *Session) Bookmark(ctx context.Context, step *Step, page int, on bool) error {
	defer s.writing()()
	return s.record(ctx, progress.Event{Kind: progress.Bookmarked, Item: step.ID, Page: page, Off: !on})
}

// Note is what the learner noted on a page, or "".
func (s *Session) Note(step *Step, page int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum.Notes[progress.Place{Item: step.ID, Page: page}]
}

// SetNote replaces the note on a page; "" takes it away. The old one stays in the log.
func (s *Session) SetNote(ctx context.Context, step *Step, page int, text string) error {
	if err := exercises.CheckLength(exercises.Answer{text}); err != nil {
		return err
	}
	defer s.writing()()
	e := progress.Event{Kind: progress.Noted, Item: step.ID, Page: page}
	if text = strings.TrimSpace(exercises.Clean(text)); text != "" {
		e.Answer = []string{text}
	}
	return s.record(ctx, e)
}

// noteDraft is the name of the draft of a note in the store.
func noteDraft(step *Step, page int) string { return fmt.Sprintf("note.%s.%d", step.ID, page) }

// SaveNoteDraft keeps an unfinished note, durably.
func (s *Session) SaveNoteDraft(ctx context.Context, step *Step, page int, text string) error {
	defer s.writing()()
	return s.stored(func() error { return s.store.SaveDraft(ctx, noteDraft(step, page), []string{text}) })
}

// NoteDraft is an unfinished note that was never closed, or "".
func (s *Session) NoteDraft(ctx context.Context, step *Step, page int) string {
	if d, ok, err := s.store.Draft(ctx, noteDraft(step, page)); err == nil && ok && len(d) > 0 {
		return d[0]
	}
	return ""
}

// DropNoteDraft forgets an unfinished note.
func (s *Session) DropNoteDraft(ctx context.Context, step *Step, page int) error {
	defer s.writing()()
	return s.stored(func() error { return s.store.DropDraft(ctx, noteDraft(step, page)) })
}

// Kinds of Hit.
const (
	HitTerm     = "glossary"
	HitNote     = "your note"
	HitAnswer   = "your answer"
	HitLesson   = "lesson"
	HitExercise = "exercise"
	HitDocument = "document"
)

// A Hit is something that a search found.
type Hit struct {
	Kind    string
	Title   string
	Excerpt string // a few words around the first word that was found
	Step    *Step  // where it opens; nil for a term
	Page    int
	Term    string
}

// mostTerms is how many words a query may have; nobody looks for more.
const mostTerms = 20

// mostHits is how many hits a search returns.
const mostHits = 50

// A found is something that can be found.
type found struct {
	Hit
	text string // all of it
	low  string // title and text in lower case
}

// Search looks for pages, documents, terms, notes and answers in which every
// word of the query is, or begins. What is one's own comes first, then what has
// the words in its title.
func (s *Session) Search(query string) []Hit {
	terms := strings.Fields(strings.ToLower(query))
	if len(terms) == 0 || len(terms) > mostTerms {
		return nil
	}
	type ranked struct {
		found
		score int
	}
	var out []ranked
	for _, f := range append(s.own(), s.Course.findable()...) {
		score := 0
		for _, t := range terms {
			n := strings.Count(f.low, " "+t)
			if n == 0 {
				score = -1
				break
			}
			score += min(n, 5)
			if strings.Contains(words(f.Title), " "+t) {
				score += 20
			}
		}
		if score < 0 {
			continue
		}
		switch f.Kind {
		case HitNote, HitAnswer:
			score += 40
		case HitTerm:
			score += 10
		}
		f.Excerpt = excerpt(f.text, terms)
		out = append(out, ranked{f, score})
	}
	sort.SliceStable(out, func(i, k int) bool { return out[i].score > out[k].score })
	var hits []Hit
	for _, r := range out[:min(len(out), mostHits)] {
		hits = append(hits, r.Hit)
	}
	return hits
}

// NotFound says why a query finds nothing, and what may. A word that stands nowhere
// is named, with the one that is likely meant.
func (s *Session) NotFound(query string) string {
	counts := map[string]int{}
	for _, f := range append(s.own(), s.Course.findable()...) {
		for w := range strings.FieldsSeq(f.low) {
			counts[w]++
		}
	}
	known := slices.Sorted(maps.Keys(counts))
	for _, t := range strings.Fields(strings.ToLower(query)) {
		i, _ := slices.BinarySearch(known, t)
		if i < len(known) && strings.HasPrefix(known[i], t) {
			continue
		}
		say := fmt.Sprintf("Nothing has “%s”. ", exercises.CleanLine(t))
		if w := likely(t, known, counts); w != "" {
			return say + fmt.Sprintf("Did you mean “%s”?", w)
		}
		return say + "The first letters of a word are enough."
	}
	return "Nothing has all of these words. Fewer words find more."
}

// likely is the word that another one stands for: the nearest, and of those the
// most frequent; "" for none. Short words are near to too many.
func likely(t string, known []string, counts map[string]int) string {
	n := len([]rune(t))
	if n < 4 || n > 40 {
		return ""
	}
	for k := 1; k <= min(2, n/4); k++ {
		best := ""
		for _, w := range known {
			if len([]rune(w)) >= 4 && (best == "" || counts[w] > counts[best]) && grading.Near(t, w, k) {
				best = w
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

func newFound(h Hit, text string) found { return found{h, text, words(h.Title + " " + text)} }

// own is what the learner wrote.
func (s *Session) own() []found {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []found
	for _, step := range s.Course.Steps() {
		for i, p := range step.Pages {
			if n := s.sum.Notes[progress.Place{Item: step.ID, Page: i}]; n != "" {
				out = append(out, newFound(Hit{Kind: HitNote, Title: step.Title, Step: step, Page: i}, n))
			}
			if p.Item == nil {
				continue
			}
			if a := strings.Join(p.Item.wrote(s.sum.Items[p.Item.ID].LastAnswer), " "); a != "" {
				out = append(out, newFound(Hit{Kind: HitAnswer, Title: p.Item.Title, Step: step, Page: i}, a))
			}
		}
	}
	return out
}

// unmark takes Markdown's marks out of a text.
var unmark = strings.NewReplacer("*", "", "`", "", "#", "", ">", "")

// readFindable collects all that stands in the course. An exercise is found by
// its title and prompt, and never by its answers.
func (c *Course) readFindable() []found {
	var out []found
	shown := map[string]bool{} // documents: several exercises show the same one
	for _, step := range c.Steps() {
		for i, p := range step.Pages {
			h := Hit{Kind: HitLesson, Title: step.Title, Step: step, Page: i}
			if p.Item == nil {
				out = append(out, newFound(h, unmark.Replace(p.Markdown)))
				continue
			}
			ex, err := p.Item.Exercise()
			if err != nil {
				continue // opening it says why
			}
			h.Kind, h.Title = HitExercise, p.Item.Title
			out = append(out, newFound(h, unmark.Replace(ex.About().Prompt)))
			if d, ok := ex.(exercises.Documented); ok {
				title, text := d.Document()
				if shown[title+text] {
					continue
				}
				shown[title+text] = true
				out = append(out, newFound(Hit{Kind: HitDocument, Title: title, Step: step, Page: i}, unmark.Replace(text)))
			}
		}
	}
	for _, t := range c.Glossary() {
		text := t.Text + " " + t.Example + " " + strings.Join(t.Also, " ")
		out = append(out, newFound(Hit{Kind: HitTerm, Title: t.Name, Term: t.Name}, text))
	}
	return out
}

// excerpt is some words around the first place where a term stands.
func excerpt(text string, terms []string) string {
	const before, after = 20, 100
	text = strings.Join(strings.Fields(text), " ")
	at := -1
	low := strings.ToLower(text)
	if len(low) != len(text) { // a letter whose small form is longer: show the beginning
		low = ""
	}
	for _, t := range terms {
		if i := strings.Index(low, t); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	rs, from := []rune(text), 0
	if at > 0 {
		from = max(0, len([]rune(text[:at]))-before)
		for from > 0 && from < len(rs) && rs[from-1] != ' ' { // at a word
			from++
		}
	}
	to := min(len(rs), from+before+after)
	s := string(rs[from:to])
	if from > 0 {
		s = "…" + s
	}
	if to < len(rs) {
		s += "…"
	}
	return s
}

// Written counts what is in the notebook, in words.
func (s *Session) Written() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	answers := 0
	for _, it := range s.sum.Items {
		if it.Attempts > 0 {
			answers++
		}
	}
	count := func(n int, one string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %ss", n, one)
	}
	if answers+len(s.sum.Notes)+len(s.sum.Bookmarks) == 0 {
		return "what you write lands here"
	}
	return count(answers, "answer") + ", " + count(len(s.sum.Notes), "note") + ", " + count(len(s.sum.Bookmarks), "bookmark")
}

// Bookmarks lists the bookmarked pages and those with a note, in the course's order.
func (s *Session) Bookmarks() []Hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Hit
	for _, step := range s.Course.Steps() {
		for i := range step.Pages {
			at := progress.Place{Item: step.ID, Page: i}
			if s.sum.Bookmarks[at] || s.sum.Notes[at] != "" {
				out = append(out, Hit{Kind: HitNote, Title: fmt.Sprintf("%s, page %d", step.Title, i+1), Excerpt: s.sum.Notes[at], Step: step, Page: i})
			}
		}
	}
	return out
}

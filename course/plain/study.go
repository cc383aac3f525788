package plain

import (
	"fmt"
	"strings"

	"edu/threatlings/course"
	"edu/threatlings/exercises/input"
)

// study are the commands of a page of text for what a learner does beside the
// course. In an exercise they would be taken for answers.
func (t *talk) study(step *course.Step, page int) []input.Command {
	return []input.Command{
		{Word: "g", Help: "g explains the terms of this page", Run: func() error { return t.terms(step.Pages[page].Markdown) }},
		{Word: "f", Help: "f finds words in the course and in what you wrote", Run: t.find},
		{Word: "k", Help: "k keeps a bookmark on this page, or takes it away", Run: func() error { return t.bookmark(step, page) }},
		{Word: "w", Help: "w writes a note on this page", Run: func() error { return t.note(step, page) }},
	}
}

func (t *talk) terms(text string) error {
	terms := t.Session.Course.TermsIn(text)
	for _, x := range terms {
		t.p.Say("%s: %s For example: %s", x.Name, x.Text, x.Example)
	}
	if len(terms) == 0 {
		t.p.Say("This page uses no term of the glossary.")
	}
	return nil
}

// find lists what is found and opens one of it.
func (t *talk) find() error {
	words, err := t.p.Line("Which words?")
	if err != nil || words == "" {
		return err
	}
	hits := t.Session.Search(words)
	if len(hits) == 0 {
		t.p.Say("%s", t.Session.NotFound(words))
		return nil
	}
	const most = 10
	for i, h := range hits[:min(most, len(hits))] {
		t.p.Say("%d. %s (%s): %s", i+1, h.Title, h.Kind, h.Excerpt)
	}
	line, err := t.p.Line("Type a number to open it, or press enter to stay.")
	if err != nil || line == "" {
		return err
	}
	n := 0
	if _, err := fmt.Sscanf(line, "%d", &n); err != nil || n < 1 || n > min(most, len(hits)) {
		t.p.Say("You are where you were.")
		return nil
	}
	h := hits[n-1]
	if h.Step == nil {
		return t.terms(h.Term)
	}
	return jump{step: h.Step, page: h.Page}
}

func (t *talk) readOnly() bool {
	ro, why := t.Session.ReadOnly()
	if ro {
		t.p.Say("%s", why)
	}
	return ro
}

func (t *talk) bookmark(step *course.Step, page int) error {
	if t.readOnly() {
		return nil
	}
	on := !t.Session.Bookmarked(step, page)
	if err := t.Session.Bookmark(t.ctx, step, page, on); err != nil {
		return err
	}
	t.p.Say("%s", map[bool]string{true: "Bookmarked.", false: "The bookmark is gone."}[on])
	return nil
}

func (t *talk) note(step *course.Step, page int) error {
	if t.readOnly() {
		return nil
	}
	if old := t.Session.Note(step, page); old != "" {
		t.p.Say("Your note so far: %s", strings.ReplaceAll(old, "\n", " "))
	}
	line, err := t.p.Line("Your note, in one line. Enter alone leaves it as it is; a hyphen alone takes it away.")
	if err != nil || line == "" {
		return err
	}
	if line == "-" {
		line = ""
	}
	if err := t.Session.SetNote(t.ctx, step, page, line); err != nil {
		t.p.Say("%s", err.Error())
		return nil
	}
	t.p.Say("Kept.")
	return nil
}

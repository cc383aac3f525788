package course

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/clean"
	"edu/threatlings/progress"
)

// Notebook is everything that the learner wrote and was told, as Markdown: notes
// and bookmarks, and for each exercise the last answer with its grading.
func (s *Session) Notebook(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", clean.Markdown(s.Course.Title))
	who := "Notebook"
	if name != "" {
		who += " of " + clean.Markdown(name)
	}
	fmt.Fprintf(&b, "%s, %s.\n\n", who, s.Now().Format("2 January 2006"))
	empty := true
	for _, m := range s.Course.Modules {
		head := fmt.Sprintf("## %s\n\n", clean.Markdown(m.Title))
		for _, step := range m.Steps {
			if text := s.notebookStep(step); text != "" {
				b.WriteString(head + text)
				head, empty = "", false
			}
		}
	}
	if empty {
		b.WriteString("Nothing is in it yet. What you answer and note lands here.\n")
	}
	return b.String()
}

func (s *Session) notebookStep(step *Step) string {
	if step.Coming {
		return ""
	}
	var b strings.Builder
	for i, p := range step.Pages {
		s.mu.Lock()
		at := progress.Place{Item: step.ID, Page: i}
		note, marked := s.sum.Notes[at], s.sum.Bookmarks[at]
		s.mu.Unlock()
		if marked {
			fmt.Fprintf(&b, "Bookmark: page %d.\n\n", i+1)
		}
		if note != "" {
			fmt.Fprintf(&b, "Note on page %d:\n\n%s\n", i+1, quote(note))
		}
		if p.Item != nil {
			b.WriteString(s.notebookItem(p.Item))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("### %s\n\n%s", clean.Markdown(step.Title), b.String())
}

// marksInWords are the marks as the notebook says them.
var marksInWords = map[exercises.Mark]string{
	exercises.Good: "right", exercises.Also: "fits too", exercises.Bad: "not quite", exercises.Missed: "left out",
	exercises.Handled: "already handled", exercises.Unsure: "a question", exercises.Unknown: "not in the key",
}

func (s *Session) notebookItem(it *Item) string {
	res, answer, ok := s.LastResult(it)
	if !ok {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#### %s\n\n", clean.Markdown(it.Title))
	if ex, err := it.Exercise(); err == nil {
		fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(ex.About().Prompt))
	}
	var wrote []string
	for _, a := range answer {
		if strings.Contains(strings.TrimSpace(a), " ") { // words, and no ids
			wrote = append(wrote, a)
		}
	}
	if len(wrote) > 0 {
		b.WriteString("You wrote:\n\n")
		for _, w := range wrote {
			b.WriteString(quote(w) + "\n")
		}
	}
	fmt.Fprintf(&b, "**%s**\n\n", clean.Markdown(res.Summary))
	for _, i := range res.Items {
		b.WriteString("- " + notebookLine(i) + "\n")
	}
	if len(res.Items) > 0 {
		b.WriteByte('\n')
	}
	if res.Explain != "" {
		fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(res.Explain))
	}
	return b.String()
}

// notebookLine is what is said of a part of an answer, as sentences that end once.
func notebookLine(i exercises.Item) string {
	word := i.Word
	if word == "" {
		word = marksInWords[i.Mark]
	}
	line := exercises.Inline(i.Label)
	if word != "" {
		line = strings.TrimRight(line, ".") + " (" + word + ")"
	}
	line = exercises.Sentence(line)
	if i.Yours != "" {
		line += " You: " + exercises.Sentence(i.Yours)
	}
	return clean.Markdown(line + " " + exercises.Sentence(exercises.Inline(i.Reason)))
}

// quote is a learner's text as a quotation, every line of it.
func quote(text string) string {
	var b strings.Builder
	for line := range strings.Lines(exercises.Clean(text)) {
		fmt.Fprintf(&b, "> %s  \n", clean.Markdown(strings.TrimRight(line, "\n")))
	}
	return b.String()
}

// NotebookHTML is the notebook as one page that needs nothing else, and prints well.
func (s *Session) NotebookHTML(name string) (string, error) {
	var body bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.Table)) // raw HTML is left out
	if err := md.Convert([]byte(s.Notebook(name)), &body); err != nil {
		return "", fmt.Errorf("making a page of the notebook: %w", err)
	}
	return fmt.Sprintf(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>%s</title>
<style>
:root { color-scheme: light dark; }
body { font: 1.05rem/1.55 Georgia, serif; max-width: 42rem; margin: 2rem auto; padding: 0 1.2rem; }
h1, h2, h3, h4 { font-family: system-ui, sans-serif; line-height: 1.25; }
h2 { border-bottom: 1px solid; padding-bottom: .2rem; margin-top: 2.5rem; }
h4 { margin-bottom: .3rem; }
blockquote { border-left: .25rem solid; margin: .6rem 0; padding: .1rem 0 .1rem 1rem; }
blockquote p { margin: .3rem 0; }
code, pre { font-size: .85em; }
pre { overflow-x: auto; }
table { border-collapse: collapse; } td, th { border: 1px solid; padding: .2rem .5rem; text-align: left; }
@media print {
  body { margin: 0; max-width: none; font-size: 10.5pt; }
  h2 { break-before: page; } h2:first-of-type { break-before: auto; }
  h3, h4 { break-after: avoid; } li, blockquote { break-inside: avoid; }
}
</style>
</head>
<body>
%s</body>
</html>
`, html.EscapeString(s.Course.Title), body.String()), nil
}

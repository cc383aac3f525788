package course

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/clean"
	"edu/threatlings/progress"
)

// A Chapter is a part of a notebook under a heading. A part of the course has no
// text of its own: its lessons follow.
type Chapter struct {
	Level int // of the heading: 2, and 3 for a lesson
	Title string
	Text  string // Markdown
}

// Markdown is the chapter with its heading.
func (c Chapter) Markdown() string {
	return strings.Repeat("#", c.Level) + " " + clean.Markdown(c.Title) + "\n\n" + c.Text
}

// Notebook is everything that the learner wrote and was told, as Markdown.
func (s *Session) Notebook(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", clean.Markdown(s.Course.Title))
	who := "Notebook"
	if name != "" {
		who += " of " + clean.Markdown(name)
	}
	fmt.Fprintf(&b, "%s, %s.\n\n", who, s.Now().Format("2 January 2006"))
	chapters := s.Chapters()
	for _, c := range chapters {
		fmt.Fprintf(&b, "%s- [%s](#%s)\n", strings.Repeat("  ", c.Level-2), clean.Markdown(c.Title), anchor(c.Title))
	}
	b.WriteByte('\n')
	for _, c := range chapters {
		b.WriteString(c.Markdown())
	}
	if len(chapters) == 0 {
		b.WriteString("Nothing is in it yet. What you answer and note lands here.\n")
	}
	return b.String()
}

// anchor is the id of a heading, as goldmark makes it; where a title is plain, that
// is how others do too.
func anchor(title string) string {
	var b strings.Builder
	for _, r := range clean.Markdown(title) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case 'A' <= r && r <= 'Z':
			b.WriteRune(r - 'A' + 'a')
		case r == ' ', r == '-', r == '_':
			b.WriteByte('-')
		}
	}
	return b.String()
}

// Chapters are what is in the notebook: the learner's own words first, then for each
// exercise the last answer with its grading.
func (s *Session) Chapters() []Chapter {
	var own strings.Builder
	var out []Chapter
	for _, m := range s.Course.Modules {
		head := []Chapter{{Level: 2, Title: m.Title}}
		for _, step := range m.Steps {
			if step.Coming {
				continue
			}
			if text := s.ownWords(step); text != "" {
				fmt.Fprintf(&own, "**%s**\n\n%s", clean.Markdown(step.Title), text)
			}
			var told strings.Builder
			for _, it := range step.Items() {
				told.WriteString(s.notebookItem(it))
			}
			if told.Len() > 0 {
				out = append(append(out, head...), Chapter{3, step.Title, told.String()})
				head = nil
			}
		}
	}
	if own.Len() > 0 {
		out = append([]Chapter{{2, "In your own words", own.String()}}, out...)
	}
	return out
}

// ownWords is what the learner wrote in a lesson: notes, bookmarks and texts.
func (s *Session) ownWords(step *Step) string {
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
		if p.Item == nil {
			continue
		}
		if wrote := p.Item.wrote(s.Item(p.Item).LastAnswer); len(wrote) > 0 {
			fmt.Fprintf(&b, "%s\n\n%s", clean.Markdown(p.Item.Title), quotes(wrote))
		}
	}
	return b.String()
}

// wrote is what a learner wrote in an answer, without the marks with which it is
// kept; none where it is made of ids.
func (it *Item) wrote(a exercises.Answer) []string {
	ex, err := it.Exercise()
	if err != nil || a.Empty() {
		return nil
	}
	switch x := ex.(type) {
	case exercises.Writer:
		return x.Wrote(a)
	case exercises.Chooser:
		return nil
	}
	return []string{strings.Join(a, "\n")} // a list
}

func quotes(texts []string) string {
	var b strings.Builder
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			b.WriteString(quote(t) + "\n")
		}
	}
	return b.String()
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
	if wrote := it.wrote(answer); len(wrote) > 0 {
		b.WriteString("You wrote:\n\n" + quotes(wrote))
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
	b.WriteString(s.notebookBest(it))
	return b.String()
}

// notebookBest is the best of several attempts, where the last one was not as good.
func (s *Session) notebookBest(it *Item) string {
	p := s.Item(it)
	var res exercises.Result
	if p.BestScore <= p.LastScore || json.Unmarshal(p.BestResult, &res) != nil {
		return ""
	}
	text := fmt.Sprintf("Your best of %d attempts: **%s**\n\n", p.Attempts, clean.Markdown(res.Summary))
	return text + quotes(it.wrote(p.BestAnswer))
}

// chosen is what an option says that the learner chose.
const chosen = "your choice"

// notebookLine is what is said of a part of an answer, as sentences that end once.
func notebookLine(i exercises.Item) string {
	word := i.Word
	if word == "" {
		word = marksInWords[i.Mark]
	}
	if i.Yours == chosen {
		i.Yours = ""
		word = strings.TrimSuffix(chosen+", "+word, ", ")
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
		if strings.TrimSpace(line) == "" {
			continue
		}
		fmt.Fprintf(&b, "> %s  \n", clean.Markdown(strings.TrimRight(line, "\n")))
	}
	return b.String()
}

// NotebookHTML is the notebook as one page that needs nothing else, and prints well.
func (s *Session) NotebookHTML(name string) (string, error) {
	var body bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID())) // raw HTML is left out
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

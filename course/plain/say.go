package plain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"edu/threatlings/exercises"
)

// outcomes and marks in words.
var outcomes = map[exercises.Outcome]string{
	exercises.Right: "Correct: ", exercises.Partly: "Partly: ", exercises.Wrong: "Not quite: ",
	exercises.Asked: "A question first: ", exercises.Written: "",
}

var marks = map[exercises.Mark]string{
	exercises.Good: "Correct", exercises.Also: "Fits too", exercises.Bad: "Not quite", exercises.Missed: "Left out",
	exercises.Handled: "Already handled", exercises.Unsure: "A question", exercises.Unknown: "Not in my key", exercises.Plain: "",
}

// fewSections is how many sections of further reading a result has that is read out
// whole. One with more would run on for pages.
const fewSections = 2

func long(res exercises.Result) bool { return len(res.More) > fewSections }

// result says how it went, with every reason; of a long result only what became of
// each item, and more has the rest.
func (t *talk) result(res exercises.Result) {
	how := outcomes[res.Outcome]
	if res.Outcome == exercises.Partly && len(res.Bars) > 0 {
		how = "" // the summary has points, and says whether they are enough
	}
	if res.Outcome == exercises.Wrong && !res.Judged() {
		how = "" // nothing was wrong: it was not recognised
	}
	t.p.Say("\n%s%s", how, res.Summary)
	t.bars(res.Bars)
	for _, it := range res.Items {
		if long(res) {
			t.brief(it)
		} else {
			t.item(it, false)
		}
	}
	if strings.TrimSpace(res.Explain) != "" {
		t.p.Say("")
		t.text(res.Explain)
	}
	if !long(res) {
		for _, s := range res.More {
			t.section(s)
		}
	}
}

// more reads the rest of a long result, all of it or a part.
func (t *talk) more(res exercises.Result) error {
	options := []string{"All of it", "What you handed in, with the reasons"}
	for _, s := range res.More {
		if !slices.Contains(options, s.Title) {
			options = append(options, s.Title)
		}
	}
	i, ok, err := t.p.ChooseOr("Which part? Press enter to go back.", options)
	if err != nil || !ok {
		return err
	}
	if i < 2 {
		for _, it := range res.Items {
			t.item(it, false)
		}
	}
	for _, s := range res.More {
		if i == 0 || s.Title == options[i] {
			t.section(s)
		}
	}
	return nil
}

func (t *talk) section(s exercises.Section) {
	t.p.Say("\n%s:", s.Title)
	t.bars(s.Bars)
	t.text(s.Text)
}

func (t *talk) bars(bars []exercises.Bar) {
	for _, b := range bars {
		if b.Label != "" {
			t.p.Say("%s: %.0f of %.0f.", b.Label, b.Value, b.Max)
		}
	}
}

// brief says what became of an item, and the one thing that its writer needs first.
func (t *talk) brief(it exercises.Item) {
	t.p.Say("%s", heading(it))
	switch {
	case it.Expected != "":
		t.p.Say("  Better: %s", it.Expected)
	case it.Mark != exercises.Good:
		first, _, _ := strings.Cut(it.Reason, ". ")
		t.p.Say("  %s", exercises.Sentence(first))
	}
}

// heading is what an item is about, with its mark before it.
func heading(it exercises.Item) string {
	mark := marks[it.Mark]
	if it.Word != "" {
		mark = strings.ToUpper(it.Word[:1]) + it.Word[1:]
	}
	if mark == "" {
		return it.Label
	}
	return mark + ": " + it.Label
}

// item says how one item went; how also says how it was read.
func (t *talk) item(it exercises.Item, how bool) {
	t.p.Say("%s", heading(it))
	if it.Yours != "" {
		t.p.Say("  You: %s", it.Yours)
	}
	if it.Expected != "" {
		t.p.Say("  Better: %s", it.Expected)
	}
	if it.Reason != "" {
		t.p.Say("  %s", it.Reason)
	}
	for _, d := range it.Details {
		if !d.How || how {
			t.p.Say("  %s: %s", d.Label, d.Text)
		}
	}
}

// hows reports whether there is anything to say about how the words were read.
func hows(res exercises.Result) bool {
	return slices.ContainsFunc(res.Items, func(it exercises.Item) bool {
		return slices.ContainsFunc(it.Details, func(d exercises.Field) bool { return d.How })
	})
}

// details says how the words of each item were read.
func (t *talk) details(res exercises.Result) {
	for _, it := range res.Items {
		t.p.Say("%s", it.Label)
		for _, d := range it.Details {
			if d.How {
				t.p.Say("  %s: %s", d.Label, d.Text)
			}
		}
	}
}

// text reads Markdown out: headings as sentences, table rows as "head: cell"
// pairs, and everything else as it is, without marks.
func (t *talk) text(md string) {
	var heads []string
	var para []string
	flush := func() {
		if len(para) > 0 {
			t.p.Say("%s", strings.Join(para, " "))
			para = nil
		}
	}
	fenced := false
	for _, line := range strings.Split(md, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "```"):
			flush()
			fenced = !fenced
		case fenced:
			t.p.Say("%s", columns(line))
		case trimmed == "" || trimmed == ">":
			flush()
			heads = nil
		case strings.HasPrefix(trimmed, "#"):
			flush()
			t.p.Say("%s", exercises.Sentence(strings.TrimLeft(trimmed, "# ")))
		case strings.HasPrefix(trimmed, "|"):
			flush()
			heads = t.row(trimmed, heads)
		case strings.HasPrefix(trimmed, "- "), strings.HasPrefix(trimmed, "* "), numbered(trimmed):
			flush()
			para = []string{unmark(trimmed)}
		case strings.HasPrefix(trimmed, ">"):
			para = append(para, unmark(strings.TrimSpace(strings.TrimLeft(trimmed, "> "))))
		default:
			para = append(para, unmark(trimmed))
		}
		if strings.HasSuffix(line, "  ") || strings.HasSuffix(trimmed, "\\") { // a line of its own, such as a speaker's
			flush()
		}
	}
	flush()
}

// columns makes the wide gaps of a fenced text into commas.
func columns(line string) string {
	return gaps.ReplaceAllString(strings.TrimSpace(line), "$1, ")
}

var gaps = regexp.MustCompile(`([\pL\pN]) {3,}`)

func numbered(s string) bool {
	head, _, ok := strings.Cut(s, ". ")
	return ok && head != "" && strings.Trim(head, "0123456789") == ""
}

// row reads a table's row out. The first one gives the heads: they are said
// once in a table of two columns, and with every cell in a wider one.
func (t *talk) row(line string, heads []string) []string {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = unmark(strings.TrimSpace(cells[i]))
	}
	switch {
	case heads == nil:
		if named := strings.Join(cells, ""); named != "" {
			var names []string
			for _, c := range cells {
				if c != "" {
					names = append(names, c)
				}
			}
			t.p.Say("A table. Its columns: %s", exercises.Sentence(strings.Join(names, "; ")))
		}
		return cells
	case strings.Trim(line, "|-: ") == "":
		return heads
	}
	if len(cells) == 2 {
		t.p.Say("%s: %s", cells[0], exercises.Sentence(cells[1]))
		return heads
	}
	parts := []string{exercises.Sentence(cells[0])}
	for i, c := range cells[1:] {
		if i+1 < len(heads) && heads[i+1] != "" {
			c = fmt.Sprintf("%s: %s", heads[i+1], c)
		}
		parts = append(parts, exercises.Sentence(c))
	}
	t.p.Say("%s", strings.Join(parts, " "))
	return heads
}

// unmark takes the single stars of emphasis away; Say takes the double ones.
func unmark(s string) string {
	if strings.HasPrefix(s, "* ") {
		s = "- " + s[2:]
	}
	return strings.ReplaceAll(s, "*", "")
}

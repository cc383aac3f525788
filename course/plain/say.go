package plain

import (
	"fmt"
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

// result says how it went, with every reason.
func (t *talk) result(res exercises.Result) {
	t.p.Say("\n%s%s", outcomes[res.Outcome], res.Summary)
	for _, b := range res.Bars {
		t.p.Say("%s: %.0f of %.0f.", b.Label, b.Value, b.Max)
	}
	for _, it := range res.Items {
		head := it.Label
		switch m := marks[it.Mark]; {
		case it.Word != "":
			head += " (" + it.Word + ")"
		case m != "":
			head = m + ": " + head
		}
		t.p.Say("%s", head)
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
			t.p.Say("  %s: %s", d.Label, d.Text)
		}
	}
	if strings.TrimSpace(res.Explain) != "" {
		t.p.Say("")
		t.text(res.Explain)
	}
	for _, s := range res.More {
		t.p.Say("\n%s:", s.Title)
		for _, b := range s.Bars {
			if b.Label == "" {
				continue
			}
			t.p.Say("%s: %.0f of %.0f.", b.Label, b.Value, b.Max)
		}
		t.text(s.Text)
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
			t.p.Say("%s", line)
		case trimmed == "":
			flush()
			heads = nil
		case strings.HasPrefix(trimmed, "#"):
			flush()
			t.p.Say("%s.", strings.TrimRight(strings.TrimLeft(trimmed, "# "), "."))
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
	}
	flush()
}

func numbered(s string) bool {
	head, _, ok := strings.Cut(s, ". ")
	return ok && head != "" && strings.Trim(head, "0123456789") == ""
}

// row reads a table's row out; the first one gives the heads.
func (t *talk) row(line string, heads []string) []string {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = unmark(strings.TrimSpace(cells[i]))
	}
	switch {
	case heads == nil:
		return cells
	case strings.Trim(line, "|-: ") == "":
		return heads
	}
	var parts []string
	for i, c := range cells {
		if i < len(heads) && heads[i] != "" {
			c = fmt.Sprintf("%s: %s", heads[i], c)
		}
		parts = append(parts, c)
	}
	t.p.Say("%s.", strings.Join(parts, "; "))
	return heads
}

// unmark takes the single stars of emphasis away; Say takes the double ones.
func unmark(s string) string {
	if strings.HasPrefix(s, "* ") {
		s = "- " + s[2:]
	}
	return strings.ReplaceAll(s, "*", "")
}

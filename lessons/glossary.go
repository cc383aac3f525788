package lessons

import (
	"fmt"
	"strings"
)

// A Term is a word of the field in plain words, with an example.
type Term struct {
	Name    string
	Also    []string // other words for it
	Text    string
	Example string
	Line    int
}

// ParseGlossary reads glossary.md: a heading for each term, perhaps a line
// "*also: other, words*", one paragraph, and a quotation with the example. What
// stands before the first term is for readers of the file.
func ParseGlossary(file string, text []byte) ([]Term, error) {
	var terms []Term
	var err error
	fault := func(line int, format string, args ...any) {
		if err == nil {
			err = &Fault{File: file, Line: line, What: fmt.Sprintf(format, args...)}
		}
	}
	for i, line := range strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "## "); ok {
			terms = append(terms, Term{Name: strings.TrimSpace(name), Line: i + 1})
			continue
		}
		if line == "" || len(terms) == 0 {
			continue
		}
		t := &terms[len(terms)-1]
		switch also, isAlso := strings.CutPrefix(line, "*also:"); {
		case isAlso && strings.HasSuffix(also, "*"):
			for _, a := range strings.Split(strings.TrimSuffix(also, "*"), ",") {
				t.Also = append(t.Also, strings.TrimSpace(a))
			}
		case strings.HasPrefix(line, ">"):
			t.Example = strings.TrimSpace(t.Example + " " + strings.TrimSpace(line[1:]))
		default:
			t.Text = strings.TrimSpace(t.Text + " " + line)
		}
	}
	seen := map[string]bool{}
	for _, t := range terms {
		if t.Text == "" || t.Example == "" {
			fault(t.Line, "%q needs a sentence in plain words, and an example that begins with >", t.Name)
		}
		if k := strings.ToLower(t.Name); seen[k] {
			fault(t.Line, "%q stands in the glossary twice; take one away", t.Name)
		} else {
			seen[k] = true
		}
	}
	return terms, err
}

package course

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"

	"edu/threatlings/lessons"
)

const glossaryFile = "lessons/glossary.md"

// Glossary returns the terms, in alphabetical order. A course need not have one.
func (c *Course) Glossary() []lessons.Term { return c.glossary() }

func readGlossary(fsys fs.FS) ([]lessons.Term, error) {
	b, err := fs.ReadFile(fsys, glossaryFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the glossary: %w", err)
	}
	terms, err := lessons.ParseGlossary(glossaryFile, b)
	slices.SortFunc(terms, func(a, b lessons.Term) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return terms, err
}

// TermsIn returns the terms that a text uses, in the order in which it does.
func (c *Course) TermsIn(text string) []lessons.Term {
	if found, ok := c.terms.Load(text); ok {
		return found.([]lessons.Term)
	}
	found := c.termsIn(text)
	c.terms.Store(text, found) // the texts are the course's own pages: there are few
	return found
}

func (c *Course) termsIn(text string) []lessons.Term {
	type use struct {
		at   int
		term lessons.Term
	}
	low := words(text)
	var uses []use
	for _, t := range c.Glossary() {
		first := -1
		for _, name := range append([]string{t.Name}, t.Also...) {
			for _, form := range []string{name, name + "s"} {
				if i := strings.Index(low, words(form)); i >= 0 && (first < 0 || i < first) {
					first = i
				}
			}
		}
		if first >= 0 {
			uses = append(uses, use{first, t})
		}
	}
	slices.SortStableFunc(uses, func(a, b use) int { return a.at - b.at })
	var out []lessons.Term
	for _, u := range uses {
		out = append(out, u.term)
	}
	return out
}

// words is a text in lower case with nothing but words, and a blank around each.
func words(s string) string {
	return " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ") + " "
}

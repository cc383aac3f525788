package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// Check looks at everything in a scenario's folder and returns the faults: the
// system, the drawing, and that the key speaks of this document and this system.
func Check(fsys fs.FS, id string) []error {
	s, err := Load(fsys, id)
	if err != nil {
		return []error{err}
	}
	var errs []error
	for _, p := range s.System.Places() {
		if _, _, ok := s.Diagram.Lines(p.Cell); s.Diagram.Height() > 0 && !ok {
			errs = append(errs, &exercises.Fault{File: s.File("diagram.map"), Line: 1, What: fmt.Sprintf("place %s (%s) is not in the drawing; draw it, and mark its cells with %c", p.ID, p.Name, p.Cell)})
		}
	}
	if w := s.Diagram.Width(); w > 60 {
		errs = append(errs, &exercises.Fault{File: s.File("diagram.txt"), Line: 1, What: fmt.Sprintf("the drawing is %d columns wide and at most 60 fit", w)})
	}
	if _, err := fs.Stat(fsys, s.File("key.yaml")); errors.Is(err, fs.ErrNotExist) {
		return errs
	}
	key, err := s.Key()
	if err != nil {
		return append(errs, err)
	}
	src, err := s.source("key.yaml")
	if err != nil {
		return append(errs, err)
	}
	c := keyCheck{s: s, key: key, src: src}
	c.run()
	return append(errs, c.errs...)
}

type keyCheck struct {
	s    *Scenario
	key  *grading.Key
	src  exercises.Source
	errs []error
	ids  map[string]bool
}

func (c *keyCheck) need(ok bool, at, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, c.src.Fault(at, format, args...))
	}
}

func (c *keyCheck) run() {
	k := c.key
	c.need(k.Scenario == c.s.ID, "$.scenario", "scenario is %q but the folder is called %q", k.Scenario, c.s.ID)
	c.ids = map[string]bool{}
	add := func(id, at string) {
		c.need(id != "" && !c.ids[id], at, "the id %q is empty or taken", id)
		c.ids[id] = true
	}
	for i, t := range k.Threats {
		add(t.ID, fmt.Sprintf("$.threats[%d].id", i))
	}
	for list, hs := range map[string][]grading.Handled{"handled": k.Handled, "out_of_scope": k.OutOfScope, "also_valid": k.AlsoValid} {
		for i, h := range hs {
			at := fmt.Sprintf("$.%s[%d]", list, i)
			add(h.ID, at+".id")
			c.quote(h.Quote, at+".quote")
			c.need(h.Reason != "", at, "%s has no reason; say what the learner is told", h.ID)
			c.need(len(h.Examples) >= 3, at, "%s has %d examples; give at least 3 phrasings", h.ID, len(h.Examples))
			c.need(len(h.Stride) > 0 && len(h.Place) > 0, at, "%s needs stride and place: the letters and places that people look for it with", h.ID)
			for _, p := range h.Place {
				c.place(p, at+".place")
			}
			c.need(list != "handled" || h.Quote != "", at, "%s needs the sentence of the document that proves the control", h.ID)
		}
	}
	for i, t := range k.Threats {
		c.threat(t, fmt.Sprintf("$.threats[%d]", i))
	}
	for i, a := range k.Assets {
		c.need(a.Name != "" && a.Why != "", fmt.Sprintf("$.assets[%d]", i), "an asset needs a name and a why")
	}
	for i, r := range k.Remedies {
		for _, id := range r.Removes {
			c.need(c.ids[id], fmt.Sprintf("$.remedies[%d]", i), "it removes %q, which is not in the key", id)
		}
	}
	for i, g := range k.Samples {
		for n, card := range g.Cards {
			at := fmt.Sprintf("$.samples[%d].cards[%d]", i, n)
			c.need(c.ids[card.Threat], at, "the card names %q, which is not in the key", card.Threat)
			c.place(card.Place, at)
		}
	}
}

func (c *keyCheck) threat(t grading.Threat, at string) {
	c.need(t.Title != "" && t.Description != "", at, "%s needs a title and a description", t.ID)
	c.need(len(t.Stride.Accept) > 0, at+".stride", "%s accepts no letter", t.ID)
	for _, l := range slices.Concat(t.Stride.Accept, t.Stride.Also) {
		c.need(len(l) == 1 && strings.Contains(grading.Letters, l), at+".stride", "%s names the letter %q; use S, T, R, I, D or E", t.ID, l)
	}
	c.need(len(t.Place.Accept) > 0, at+".place", "%s accepts no place", t.ID)
	for _, p := range slices.Concat(t.Place.Accept, t.Place.Also) {
		c.place(p, at+".place")
	}
	for _, v := range append([]string{t.Severity.Likelihood, t.Severity.Impact, t.Severity.Rating}, t.Severity.Tolerate...) {
		c.need(slices.Contains(grading.Severities, v), at+".severity", "%s has the severity %q; use %s", t.ID, v, strings.Join(grading.Severities, ", "))
	}
	c.need(t.Evidence.Quote != "" || t.Evidence.Diagram != "", at+".evidence", "%s has no evidence; quote the sentence that gives it away", t.ID)
	c.quote(t.Evidence.Quote, at+".evidence.quote")
	c.need(len(t.Facets.Weakness) > 0 && len(t.Facets.Attack) > 0 && len(t.Facets.Harm) > 0, at+".facets", "%s needs phrases for weakness, attack and harm", t.ID)
	c.need(len(t.Examples) >= 8, at+".examples", "%s has %d examples; give at least 8 phrasings in different registers", t.ID, len(t.Examples))
	for i, x := range t.CounterExamples {
		c.need(c.ids[x.Is] || strings.HasPrefix(x.Is, "none:"), fmt.Sprintf("%s.counter_examples[%d]", at, i), "%s: a counter-example is %q, which is neither in the key nor none:…", t.ID, x.Is)
	}
	for id, q := range t.Confusable {
		c.need(c.ids[id] && strings.HasSuffix(strings.TrimSpace(q), "?"), at+".confusable", "%s: confusable %q must be an id of the key with a question", t.ID, id)
	}
	c.need(strings.HasSuffix(t.Statement, ".") && t.Statement != t.Title+".", at+".statement", "%s needs a statement: one plain sentence, not the title, that sets it apart from its neighbours", t.ID)
	c.need(len(t.Hints) == 4, at+".hints", "%s has %d hints; write four: where to look, which letter, what an attacker would do, a worked neighbour", t.ID, len(t.Hints))
	c.need(len(t.Mitigation) > 0 && t.FixBy != "", at, "%s needs a mitigation and fix_by", t.ID)
}

func (c *keyCheck) place(id, at string) {
	if _, ok := c.s.System.Place(id); !ok {
		c.need(false, at, "%q is no flow number and no component of system.yaml", id)
	}
}

func (c *keyCheck) quote(q, at string) {
	if q != "" && !strings.Contains(c.s.Document, strings.TrimSpace(q)) {
		c.need(false, at, "the document no longer says %q word for word; correct the quote, on one line", q)
	}
}

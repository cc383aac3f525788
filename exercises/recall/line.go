package recall

import (
	"context"
	"slices"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// unsaid is the last choice of how sure one is.
const unsaid = "I would rather not say"

func certaintyIndex(c string) int { return slices.Index(Certainties, c) }

// talk is the line-by-line face.
func talk(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	s := parse(draft)
	err := input.WithScenario(p, x.scenario, nil, func() error { return x.write(p, &s) })
	if err != nil {
		return nil, err
	}
	return s.format(), nil
}

// write asks for the sentence, and then how sure the learner is.
func (x *Exercise) write(p *input.Prompter, s *said) error {
	question := "Your answer, on one line (d reads the document, w walks the diagram):"
	if s.text != "" {
		p.Say("You wrote: %s", s.text)
		question = "Press enter to keep it, or write it anew."
	}
	for {
		line, err := p.Line(question)
		if err != nil {
			return err
		}
		if line != "" {
			s.text, s.replies = line, nil
			p.Keep(s.format())
		}
		if s.text != "" {
			break
		}
		p.Say("Write what comes to your mind first. A guess is welcome.")
	}
	if !x.certainty {
		return nil
	}
	i, err := p.Choose("How sure are you? It is never part of the mark.", append(slices.Clone(certaintyWords), unsaid))
	if err != nil {
		return err
	}
	if s.certainty = ""; i < len(Certainties) {
		s.certainty = Certainties[i]
	}
	p.Keep(s.format())
	return nil
}

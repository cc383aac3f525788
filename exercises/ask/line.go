package ask

import (
	"context"
	"fmt"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
)

// talk is the line-by-line face. A letter alone is a command there, so a
// question is more than one letter, as questions are.
func talk(_ context.Context, ex exercises.Exercise, p *input.Prompter, draft exercises.Answer) (exercises.Answer, error) {
	x := ex.(*Exercise)
	var a exercises.Answer
	err := input.WithScenario(p, x.scenario, nil, func() error {
		text, _ := parse(draft)
		if text != "" {
			p.Say("You wrote: %s", text)
			line, err := p.Text("Press enter to keep it, or write it anew.", leastQuestion)
			if err != nil {
				return err
			}
			if line == "" {
				a = append(exercises.Answer{}, draft...)
				return nil
			}
			a = exercises.Answer{line}
			p.Keep(a)
			return nil
		}
		return x.write(p, &a)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// leastQuestion is how many letters are no slip of the finger.
const leastQuestion = 3

// write asks for the question, or for several of them line by line.
func (x *Exercise) write(p *input.Prompter, a *exercises.Answer) error {
	p.Say("%s in %s. (d reads the document, w walks the diagram)", grading.LetterNames[x.Letter], x.scenario.System.Title)
	text := ""
	for n := 1; n <= x.Want; {
		ask := "Your question, on one line:"
		if x.Want > 1 {
			ask = fmt.Sprintf("Question %d of %d, on one line:", n, x.Want)
			if n > 1 {
				ask = fmt.Sprintf("Question %d of %d, on one line; an empty line hands in:", n, x.Want)
			}
		}
		line, err := p.Text(ask, leastQuestion)
		if err != nil {
			return err
		}
		if line == "" {
			if text != "" {
				break
			}
			p.Say("Write it as you would say it in the room. Half a sentence is enough.")
			continue
		}
		if text != "" {
			text += "\n"
		}
		text += line
		n++
		*a = exercises.Answer{text}
		p.Keep(*a)
	}
	return nil
}

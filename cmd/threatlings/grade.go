package main

import (
	"fmt"
	"os"

	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/grading/evaluate"
	"edu/threatlings/exercises/scenarios"

	"github.com/spf13/cobra"
)

func (a *app) gradeCommand() *cobra.Command {
	var scenario, answers string
	var asJSON, explain bool
	cmd := &cobra.Command{
		Use:   "grade --scenario ID --answers FILE.tsv",
		Short: "Measure the grader on labelled answers",
		Long: `Grade answers that people have labelled, and say how well it went.

A line of the file is gold, letter, place and text, with tabs between them. Gold is an id of the scenario's key, ids joined with + (either earns the credit), or none: and why it deserves no credit: none:vague, none:handled, none:off, none:negated, none:stuffed, none:fact, none:fix.`,
		Example: `  threatlings grade --scenario billing --answers answers.tsv
  threatlings grade --scenario billing --answers answers.tsv --explain | less`,
		Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, _ = a.settings() // which course folder to use
			x, isPlace, err := a.grader(scenario)
			if err != nil {
				return err
			}
			b, err := os.ReadFile(answers)
			if err != nil {
				return fmt.Errorf("the answers cannot be read: %w", err)
			}
			list, warnings, err := evaluate.Read(answers, string(b), x, isPlace)
			if err != nil {
				return err
			}
			for _, w := range warnings {
				fmt.Fprintln(a.err, clean(w))
			}
			r := evaluate.Evaluate(x, list)
			if explain {
				for _, c := range r.Cases {
					if err := c.Explain(a.out); err != nil {
						return fmt.Errorf("writing an explanation: %w", err)
					}
				}
			}
			if asJSON {
				return a.printJSON(r)
			}
			return r.Print(a.out)
		},
	}
	cmd.Flags().StringVar(&scenario, "scenario", "", "the scenario, such as billing")
	cmd.Flags().StringVar(&answers, "answers", "", "the file of labelled answers")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON object")
	cmd.Flags().BoolVar(&explain, "explain", false, "first what became of each answer, and why")
	cmd.MarkFlagsMutuallyExclusive("json", "explain")
	for _, f := range []string{"scenario", "answers"} {
		if err := cmd.MarkFlagRequired(f); err != nil {
			panic(err)
		}
	}
	return cmd
}

// grader makes the grader of a scenario, and tells which places it has.
func (a *app) grader(id string) (*grading.Index, func(string) bool, error) {
	fsys, done, err := a.content()
	if err != nil {
		return nil, nil, err
	}
	defer done()
	s, err := scenarios.Load(fsys, id)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the scenario: %w", err)
	}
	k, err := s.Key()
	if err != nil {
		return nil, nil, fmt.Errorf("reading its key: %w", err)
	}
	return grading.NewIndex(k), func(p string) bool { _, ok := s.System.Place(p); return ok }, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"edu/threatlings/course/insights"
)

func (a *app) insightsCommand() *cobra.Command {
	var format, out string
	var force bool
	cmd := &cobra.Command{
		Use:   "insights FILE...",
		Short: "See how the exercises and the keys perform, from answers without names",
		Long: `Read answers that learners exported without their names, and write how each exercise and each key performs: what is too hard, which option misleads, which threats nobody finds, what the grader does not understand, and what to do about it, the worst first.

Each FILE comes from: threatlings answers export --all. Nobody is named or ranked, and nothing is broken down for fewer than five learners. The answers are laid beside the course as it is now; --course names another.`,
		Example: `  threatlings insights answers/*.jsonl
  threatlings insights everybody.jsonl --to html -o insights.html`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(insights.Formats, format) {
				return usageError{fmt.Errorf("%q is no form of this report; use one of: %s", clean(format), strings.Join(insights.Formats, ", "))}
			}
			r, err := a.insights(cmd.Context(), args)
			if err != nil {
				return err
			}
			b, err := r.Write(format)
			if err != nil {
				return err
			}
			if err := a.writeOut(out, string(b), force); err != nil || out == "" || out == "-" {
				return err
			}
			fmt.Fprintf(a.out, "%s: %d %s, %d %s.\n", clean(out), r.Learners, plural(r.Learners, "learner", "learners"), r.Answers, plural(r.Answers, "answer", "answers"))
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "to", "md", "the `format`: "+strings.Join(insights.Formats, ", "))
	cmd.Flags().StringVarP(&out, "out", "o", "", "the `file` to write; without it the text goes to standard output")
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

// insights reads files of exported answers and lays them beside the course.
func (a *app) insights(ctx context.Context, names []string) (_ *insights.Report, err error) {
	_, _ = a.settings() // which course folder to use
	fsys, done, err := a.content()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	c, err := a.load(fsys)
	if err != nil {
		return nil, err
	}
	var files []insights.File
	for _, name := range names {
		f, err := readAnswers(name)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return insights.New(ctx, c, files)
}

func readAnswers(name string) (insights.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return insights.File{}, fmt.Errorf("the answers cannot be read: %w", err)
	}
	defer f.Close()
	return insights.Read(name, f)
}

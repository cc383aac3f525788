package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/report"
	"edu/threatlings/progress"
)

func (a *app) answersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "answers",
		Short: "Take out what you wrote",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var all bool
	export := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write the cards that you disagree about, for the course's author",
		Long: `Write the cards whose grading you disagree with, each with your reason, as proposed examples for the author of the key. The author puts a label in the place of the question mark and grades them with: threatlings grade.

Nothing is sent anywhere. The file holds what you wrote and no name.`,
		Example: `  threatlings answers export
  threatlings answers export --all my-cards.tsv`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(o *opened) error {
				events, err := o.session.Submissions(cmd.Context())
				if err != nil {
					return err
				}
				isReport := map[string]bool{}
				for _, s := range o.session.Course.Steps() {
					for _, it := range s.Items() {
						isReport[it.ID] = it.Kind == report.Kind().Name
					}
				}
				for _, id := range o.session.Course.Scenarios() {
					isReport[course.FreshPrefix+id] = true
				}
				text, n := proposals(events, isReport, all)
				if n == 0 {
					fmt.Fprintln(a.err, "There is nothing to export: you have not disagreed about any card. With --all every card is written.")
					return nil
				}
				name := strings.Join(args, "")
				if err := a.writeOut(name, text, false); err != nil || name == "" || name == "-" {
					return err
				}
				fmt.Fprintf(a.out, "%d %s in %s.\n", n, plural(n, "card", "cards"), clean(name))
				return nil
			})
		},
	}
	export.Flags().BoolVar(&all, "all", false, "every card that was handed in, contested or not")
	cmd.AddCommand(export)
	return cmd
}

// proposals writes cards as labelled answers that have no label yet: a comment
// with what the grader and the learner said, and the card. Each text comes once,
// as it was last handed in.
func proposals(events []progress.Event, isReport map[string]bool, all bool) (string, int) {
	var keys []string
	rows := map[string]string{}
	for _, e := range events {
		if !isReport[e.Item] {
			continue
		}
		for _, c := range report.Parse(e.Answer).Cards {
			text := exercises.CleanLine(strings.Join(append([]string{c.Text}, c.Replies[:min(1, len(c.Replies))]...), " "))
			if text == "" || c.Disputed == "" && !all {
				continue
			}
			about := fmt.Sprintf("# %s, version %s", e.Item, e.Version)
			if c.Disputed != "" {
				about += "; the learner disagrees: " + exercises.CleanLine(c.Disputed)
			}
			key := e.Item + "\t" + text
			if rows[key] == "" {
				keys = append(keys, key)
			}
			rows[key] = fmt.Sprintf("%s\n?\t%s\t%s\t%s\n", about, dash(c.Letter), dash(exercises.CleanLine(c.Place)), text)
		}
	}
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(rows[k])
	}
	return b.String(), len(keys)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

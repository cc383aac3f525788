package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/course/insights"
	"edu/threatlings/course/server"
	"edu/threatlings/course/server/database"
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
	cmd.AddCommand(a.answersExportCommand())
	return cmd
}

// exportFlags are those of answers export.
type exportFlags struct {
	all, cards, freeText, server, force bool
	out, database                       string
}

// file is where the export goes, and what is wrong with the command line.
func (f *exportFlags) file(args []string) (string, error) {
	switch {
	case f.out != "" && len(args) > 0:
		return "", usageError{errors.New("the file is named twice, with -o and without")}
	case f.all && f.cards:
		return "", usageError{errors.New("--all and --cards are two different files; ask for one of them")}
	case !f.all && (f.freeText || f.server):
		return "", usageError{errors.New("--free-text and --server go with --all")}
	case !f.server && f.database != "":
		return "", usageError{errors.New("--database goes with --server")}
	}
	return f.out + strings.Join(args, ""), nil
}

func (a *app) answersExportCommand() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write the cards that you disagree about, or all answers without a name, for the course's author",
		Long: `Write the cards whose grading you disagree with, each with your reason, as proposed examples for the author of the key. The author puts a label in the place of the question mark and grades them with: threatlings grade. With --cards every card is written.

With --all it is every answer without your name, a line of JSON each: a random number for you, the exercise, when (the week), how it went, and which of the author's options you chose. The author reads many such files with: threatlings insights. What you wrote yourself stays out unless you say --free-text.

With --server it is the answers of everybody who has progress on the server of this computer, or in its database; guests have none.

Nothing is sent anywhere.`,
		Example: `  threatlings answers export
  threatlings answers export --cards my-cards.tsv
  threatlings answers export --all -o answers.jsonl
  threatlings answers export --all --server -o everybody.jsonl`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := f.file(args)
			switch {
			case err != nil:
				return err
			case f.server:
				return a.exportServer(cmd.Context(), f, name)
			}
			return a.withSession(cmd, func(o *opened) error {
				if f.all {
					return a.exportOwn(cmd.Context(), o.session, f, name)
				}
				return a.exportCards(cmd.Context(), o.session, f, name)
			})
		},
	}
	cmd.Flags().BoolVar(&f.all, "all", false, "every answer, without a name, for threatlings insights")
	cmd.Flags().BoolVar(&f.cards, "cards", false, "every card that was handed in, contested or not")
	cmd.Flags().BoolVar(&f.freeText, "free-text", false, "with --all: also what was written, word for word; people may have named themselves or others in it")
	cmd.Flags().BoolVar(&f.server, "server", false, "with --all: of everybody who has progress on the server of this computer")
	cmd.Flags().StringVar(&f.database, "database", "", "with --server: the `address` of the database, as it was given to serve")
	cmd.Flags().StringVarP(&f.out, "out", "o", "", "the `file` to write; without it the text goes to standard output")
	cmd.Flags().BoolVar(&f.force, "force", false, "write over a file that is there")
	return cmd
}

// exportCards writes the contested cards, or all.
func (a *app) exportCards(ctx context.Context, s *course.Session, f exportFlags, name string) error {
	events, err := s.Submissions(ctx)
	if err != nil {
		return err
	}
	isReport := map[string]bool{}
	for _, st := range s.Course.Steps() {
		for _, it := range st.Items() {
			isReport[it.ID] = it.Kind == report.Kind().Name
		}
	}
	for _, scenario := range s.Course.Scenarios() {
		isReport[course.FreshPrefix+scenario] = true
		isReport[course.SittingPrefix+scenario] = true
	}
	text, n := proposals(events, isReport, f.cards)
	if n == 0 {
		fmt.Fprintln(a.err, "There is nothing to export: you have not disagreed about any card. With --cards every card is written, with --all every answer without your name.")
		return nil
	}
	if err := a.writeOut(name, text, f.force); err != nil || name == "" || name == "-" {
		return err
	}
	fmt.Fprintf(a.out, "%d %s in %s.\n", n, plural(n, "card", "cards"), clean(name))
	return nil
}

// exportOwn writes all answers of this learner, without a name.
func (a *app) exportOwn(ctx context.Context, s *course.Session, f exportFlags, name string) error {
	events, err := s.Events(ctx)
	if err != nil {
		return err
	}
	x := newExport(s.Course, f)
	if err := x.Add(events); err != nil {
		return err
	}
	return a.writeExport(x, f, name)
}

// exportServer writes all answers of everybody who has progress in the database
// of a server, without names. The server may be running.
func (a *app) exportServer(ctx context.Context, f exportFlags, name string) (err error) {
	_, _ = a.settings() // which course folder to use
	fsys, done, err := a.content()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	c, err := a.load(fsys)
	if err != nil {
		return err
	}
	o := server.Options{Dir: filepath.Join(a.folders().Data, "server"), Database: f.database}
	if o.Database == "" {
		o.Database = a.getenv("THREATLINGS_DATABASE")
	}
	if place := o.Place(); !o.Shared() { // opening would make an empty one
		if _, err := os.Stat(place); err != nil {
			return fmt.Errorf("there is no database of a server to be read: %w. Name it with --database", err)
		}
	}
	db, err := database.Open(ctx, o.Place())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	x := newExport(c, f)
	if err := db.EachLearner(ctx, x.Add); err != nil {
		return err
	}
	return a.writeExport(x, f, name)
}

func newExport(c *course.Course, f exportFlags) *insights.Export {
	x := insights.NewExport(c, writtenCards)
	x.FreeText = f.freeText
	return x
}

// writtenCards are the cards of a report's answer that were judged.
func writtenCards(a exercises.Answer) []insights.Card {
	var out []insights.Card
	for _, c := range report.Written(a) {
		out = append(out, insights.Card{Letter: c.Letter, Place: c.Place, Severity: c.Severity, Text: c.Text, Replies: c.Replies, Disputed: c.Disputed != "", Reason: c.Disputed})
	}
	return out
}

// writeExport writes answers without names, and says on standard error what is in
// the file.
func (a *app) writeExport(x *insights.Export, f exportFlags, name string) error {
	learners, answers := x.Count()
	if answers == 0 {
		fmt.Fprintln(a.err, "There is nothing to export: nothing was handed in yet.")
		return nil
	}
	b, err := x.Write()
	if err != nil {
		return err
	}
	if err := a.writeOut(name, string(b), f.force); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "%d %s of %d %s, without a name.\n", answers, plural(answers, "answer", "answers"), learners, plural(learners, "learner", "learners"))
	if f.freeText {
		fmt.Fprintln(a.err, "CAREFUL: everything that was written is in it, word for word: answers, cards, replies, and why somebody disagrees. People may have named themselves, others or their company in it. Read it before you pass it on.")
	}
	if x.Elsewhere > 0 {
		fmt.Fprintf(a.err, "%d %s to exercises that this course does not have, and left out.\n", x.Elsewhere, plural(x.Elsewhere, "answer was", "answers were"))
	}
	if x.TooLong > 0 {
		fmt.Fprintf(a.err, "The texts of %d %s are too long for a line and were left out.\n", x.TooLong, plural(x.TooLong, "answer", "answers"))
	}
	return nil
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

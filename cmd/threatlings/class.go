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
	"edu/threatlings/course/classroom"
	"edu/threatlings/exercises/report"
)

// classCommand is what people do in groups: together in a room on a server, or
// each group on a computer of its own with a file to hand in.
func (a *app) classCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "class",
		Short: "Lead a class, join one, or compare what groups hand in",
		Long: `For a class in groups. Whoever leads types threatlings class host; people join with the ssh that
they have.

Without a network, each group does the billing exercise round one screen and hands in a file;
whoever leads puts the files into a folder and prints the same board: who found what, what only
one group saw, and what nobody did.`,
		Example: `  threatlings class host --teams 4
  threatlings class team --team Lynx --members "Ada, Bo, Cy"
  threatlings class collect ./hand-ins --to html -o board.html`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.classHostCommand(), a.classJoinCommand(), a.classReportCommand(), a.classTeamCommand(), a.classCollectCommand())
	return cmd
}

func (a *app) classTeamCommand() *cobra.Command {
	var team, members, item string
	var force bool
	cmd := &cobra.Command{
		Use:   "team [FILE]",
		Short: "Write what this group handed in to a file, for whoever leads the class",
		Long:  "Write the group's threats and its top three to a file. The top three are the cards that were handed in last; cards that were handed in before are listed too.",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if classroom.Name(team) == "" {
				return usageError{errors.New("which team is it? Say so with --team NAME")}
			}
			return a.withSession(cmd, func(o *opened) error {
				h, err := handIn(cmd.Context(), o.session, item)
				if err != nil {
					return err
				}
				h.Team = classroom.Name(team)
				for _, m := range strings.Split(members, ",") {
					if m = classroom.Name(m); m != "" {
						h.Members = append(h.Members, m)
					}
				}
				b, err := classroom.Write(h)
				if err != nil {
					return err
				}
				name := strings.Join(args, "")
				if name == "" {
					name = "team-" + strings.ToLower(strings.Join(strings.FieldsFunc(h.Team, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') }), "-")) + ".json"
				}
				if err := a.writeOut(name, string(b), force); err != nil || name == "-" {
					return err
				}
				fmt.Fprintf(a.out, "%s: team %s, %d %s. Give the file to whoever leads the class.\n", clean(name), h.Team, len(h.Threats), plural(len(h.Threats), "threat", "threats"))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&team, "team", "", "the team's `name`")
	cmd.Flags().StringVar(&members, "members", "", "who is in it, with commas (leave it out and nobody is named)")
	cmd.Flags().StringVar(&item, "exercise", "billing.top-three", "the `exercise` that was handed in")
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

// handIn is the top three of the last submission of a report, with all cards of
// the earlier ones.
func handIn(ctx context.Context, s *course.Session, item string) (classroom.HandIn, error) {
	it, ok := s.Course.Item(item)
	if !ok {
		return classroom.HandIn{}, fmt.Errorf("there is no exercise %q; threatlings status lists the lessons", clean(item))
	}
	ex, err := it.Exercise()
	if err != nil {
		return classroom.HandIn{}, err
	}
	x, ok := ex.(*report.Exercise)
	if !ok {
		return classroom.HandIn{}, fmt.Errorf("%s is no report of threats; use billing.top-three or report-links.top-three", clean(item))
	}
	h := classroom.HandIn{Scenario: x.Scenario}
	events, err := s.Submissions(ctx)
	if err != nil {
		return h, err
	}
	seen := map[string]int{}
	for _, e := range events {
		if e.Item != it.ID {
			continue
		}
		h.Top = nil
		for _, c := range report.Parse(e.Answer).Cards {
			if strings.TrimSpace(c.Text) == "" {
				continue
			}
			i, ok := seen[c.Text]
			if !ok {
				i = len(h.Threats)
				seen[c.Text] = i
				h.Threats = append(h.Threats, classroom.Threat{})
			}
			h.Threats[i] = classroom.Threat{Text: c.Text, Letter: c.Letter, Place: c.Place, Severity: c.Severity}
			h.Top = append(h.Top, i)
		}
	}
	if len(h.Threats) == 0 {
		return h, fmt.Errorf("nothing was handed in yet: do the exercise first, with threatlings learn %s", it.ID)
	}
	h.Top = h.Top[:min(3, len(h.Top))]
	return h, nil
}

func (a *app) classCollectCommand() *cobra.Command {
	var format, out, date string
	var force bool
	cmd := &cobra.Command{
		Use:     "collect DIR",
		Short:   "Lay the hand-ins of a folder side by side",
		Long:    "Read every .json file of a folder as a team's hand-in, and print the board: what each team found, what only one team saw, what nobody did, and what to teach next. A file that is no hand-in is said and left out.",
		Example: "  threatlings class collect ./hand-ins --to html -o board.html",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			handIns, bad, err := readHandIns(args[0])
			if err != nil {
				return err
			}
			for _, e := range bad {
				fmt.Fprintln(a.err, clean(e.Error()))
			}
			if len(handIns) == 0 {
				return fmt.Errorf("there is no hand-in in %s; each team writes one with: threatlings class team --team NAME", clean(args[0]))
			}
			_, _ = a.settings()
			fsys, done, err := a.content()
			if err != nil {
				return err
			}
			defer done()
			c, err := a.load(fsys)
			if err != nil {
				return err
			}
			scenario, err := c.Scenario(handIns[0].Scenario)
			if err != nil {
				return fmt.Errorf("the teams worked on %q: %w", clean(handIns[0].Scenario), err)
			}
			key, err := scenario.Key()
			if err != nil {
				return err
			}
			board, err := classroom.NewBoard(handIns, classroom.NewMatcher(key), nil)
			if err != nil {
				return err
			}
			b, err := classroom.Report{Board: board, System: scenario.System, Date: clean(date)}.Write(format)
			if err != nil {
				return err
			}
			if err := a.writeOut(out, string(b), force); err != nil || out == "" || out == "-" {
				return err
			}
			fmt.Fprintf(a.out, "%s: %d %s.\n", clean(out), len(handIns), plural(len(handIns), "team", "teams"))
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "to", "md", "the `format`: "+strings.Join(classroom.Formats, ", "))
	cmd.Flags().StringVarP(&out, "out", "o", "", "the `file` to write; without it the text goes to standard output")
	cmd.Flags().StringVar(&date, "date", "", "a `date` to put into the report")
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

// readHandIns reads a folder. What cannot be read is returned beside what can.
func readHandIns(dir string) (out []classroom.HandIn, bad []error, err error) {
	root, err := os.OpenRoot(dir) // the files come from others: no link leads out
	if err != nil {
		return nil, nil, fmt.Errorf("reading the hand-ins: %w", err)
	}
	defer root.Close()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the hand-ins: %w", err)
	}
	for _, e := range entries {
		if strings.ToLower(filepath.Ext(e.Name())) != ".json" {
			continue
		}
		if st, err := root.Stat(e.Name()); err != nil || !st.Mode().IsRegular() || st.Size() > 1<<20 {
			bad = append(bad, fmt.Errorf("%s: left out, for it is no file of up to 1 MB", e.Name()))
			continue
		}
		b, err := root.ReadFile(e.Name())
		if err != nil {
			bad = append(bad, fmt.Errorf("%s: left out: %w", e.Name(), err))
			continue
		}
		h, err := classroom.Read(e.Name(), b)
		if err != nil {
			bad = append(bad, fmt.Errorf("left out: %w", err))
			continue
		}
		out = append(out, h)
	}
	return out, bad, nil
}

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
)

// withSession runs something that only looks.
func (a *app) withSession(cmd *cobra.Command, do func(o *opened) error) (err error) {
	a.readOnly = true // looking must not wait for a running course
	o, err := a.open(cmd.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	return do(o)
}

// writeOut writes a text to a new file, or to standard output when it has no
// name or is called -.
func (a *app) writeOut(name, text string, over bool) error {
	if name == "" || name == "-" {
		_, err := io.WriteString(a.out, text)
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if over {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already and cannot be written over; choose another name", clean(name))
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", clean(name), err)
	}
	_, err = io.WriteString(f, text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s cannot be written: %w", clean(name), err)
	}
	return nil
}

func (a *app) notebookCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "notebook [FILE]",
		Short: "Write down everything that you wrote and were told",
		Long:  "Write your notebook: notes, bookmarks, your answers and what was said of them. A FILE that ends in .html becomes one page that needs nothing else and prints well; any other one is Markdown. Without a FILE it goes to standard output.",
		Example: `  threatlings notebook my-notebook.html
  threatlings notebook | less`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(o *opened) error {
				name := strings.Join(args, "")
				text := o.session.Notebook(o.settings.Name)
				if ext := strings.ToLower(filepath.Ext(name)); ext == ".html" || ext == ".htm" {
					var err error
					if text, err = o.session.NotebookHTML(o.settings.Name); err != nil {
						return err
					}
				}
				if err := a.writeOut(name, text, force); err != nil || name == "" || name == "-" {
					return err
				}
				fmt.Fprintf(a.out, "Your notebook is in %s.\n", clean(name))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

func (a *app) searchCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "search WORDS...",
		Short:   "Look for words in the course and in what you wrote",
		Example: "  threatlings search trust boundary",
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(o *opened) error {
				query := strings.Join(args, " ")
				hits := o.session.Search(query)
				for _, h := range hits {
					where := "glossary " + h.Term
					if h.Step != nil {
						where = fmt.Sprintf("%s, page %d", h.Step.ID, h.Page+1)
					}
					fmt.Fprintf(a.out, "%s (%s; %s)\n  %s\n", clean(h.Title), h.Kind, where, clean(h.Excerpt))
				}
				if len(hits) == 0 {
					fmt.Fprintln(a.err, o.session.NotFound(query))
					return errSilent
				}
				return nil
			})
		},
	}
}

func (a *app) notesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "notes ID",
		Short: "Print the notes for whoever leads a group, for a lesson or an exercise",
		Example: `  threatlings notes house
  threatlings notes billing.top-three`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(o *opened) error {
				c := o.session.Course
				if it, ok := c.Item(args[0]); ok {
					return a.printNotes(it)
				}
				step, ok := c.Step(args[0])
				if !ok {
					return fmt.Errorf("there is no lesson or exercise %q; threatlings status lists the lessons", args[0])
				}
				fmt.Fprintf(a.out, "%s, about %s\n", step.Title, minutes(step.Minutes))
				for _, o := range step.Objectives {
					fmt.Fprintf(a.out, "- %s\n", o)
				}
				if n := strings.TrimSpace(step.Notes); n != "" {
					fmt.Fprintf(a.out, "\n%s\n", n)
				}
				for _, it := range step.Items() {
					fmt.Fprintln(a.out)
					if err := a.printNotes(it); err != nil {
						return err
					}
				}
				return nil
			})
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.ids(), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func (a *app) printNotes(it *course.Item) error {
	ex, err := it.Exercise()
	if err != nil {
		return err
	}
	n := strings.TrimSpace(ex.About().Notes)
	if n == "" {
		n = "No notes."
	}
	fmt.Fprintf(a.out, "%s (%s, about %s)\n%s\n", it.Title, it.ID, minutes(ex.About().Minutes), n)
	return nil
}

func minutes(n int) string {
	if n == 1 {
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", n)
}

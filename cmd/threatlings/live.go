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
	"edu/threatlings/course/plain"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/exercises/threatmodel/export"
)

// live is the command for threat models of one's own.
func (a *app) liveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "live [FILE]",
		Short: "Threat model a feature, alone or as a team, and keep it as a file",
		Long: `A session on one feature, from two sentences about it to decisions with a name and a date.

FILE is a design document (Markdown or text): its threat model is opened, or begun the
first time. It is kept with your models, and the first step says where; or beside the
document: threatlings live new --file threat-model.yaml. Or FILE is a model's file (.yaml),
which is opened. Without FILE you choose from your models and from the features to practise
on.`,
		Example: `  threatlings live
  threatlings live design.md
  threatlings live ./threat-model.yaml
  threatlings live new report-links`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.live(cmd.Context(), nil)
			}
			return a.live(cmd.Context(), func(l *course.Live) (*course.Workshop, error) {
				if ext := strings.ToLower(filepath.Ext(args[0])); ext == ".yaml" || ext == ".yml" {
					if _, err := os.Stat(args[0]); errors.Is(err, os.ErrNotExist) {
						return nil, fmt.Errorf("there is no %s yet; begin it with: threatlings live new --file %s", clean(args[0]), clean(args[0]))
					}
					return l.Open(args[0])
				}
				if l.Folder.Path(args[0]) != args[0] { // a name of the list
					return l.Open(args[0])
				}
				return l.OpenDocument(args[0])
			})
		},
	}
	cmd.AddCommand(a.liveListCommand(), a.liveOpenCommand(), a.liveNewCommand(), a.liveDemoCommand(), a.liveImportCommand())
	return cmd
}

// live opens the workspace, or the list of models.
func (a *app) live(ctx context.Context, start func(*course.Live) (*course.Workshop, error)) (err error) {
	if a.readOnly {
		return errors.New("a threat model is written as you go; start again without --read-only. threatlings export reads one without writing")
	}
	o, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	l := o.session.Course.Live(threatmodel.OpenFolder(a.folders().Data))
	var w *course.Workshop
	if start != nil {
		if w, err = start(l); err != nil {
			return err
		}
	}
	if a.lineMode() {
		return plain.Live(ctx, plain.LiveOptions{Live: l, Workshop: w, In: a.in, Out: a.out, Notices: o.notices})
	}
	return a.screens(ctx, o, func(t *tui.Options) { t.Live, t.Workshop, t.Models = l, w, w == nil })
}

func (a *app) liveListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List your threat models",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			entries, err := threatmodel.OpenFolder(a.folders().Data).List()
			if err != nil {
				return err
			}
			if asJSON {
				type row struct {
					Name    string `json:"name"`
					Path    string `json:"path"`
					Title   string `json:"title"`
					Threats int    `json:"threats"`
					Error   string `json:"error,omitempty"`
				}
				rows := []row{}
				for _, e := range entries {
					r := row{e.Name, e.Path, e.Title, e.Threats, ""}
					if e.Err != nil {
						r.Error = e.Err.Error()
					}
					rows = append(rows, r)
				}
				return a.printJSON(rows)
			}
			for _, e := range entries {
				if e.Err != nil {
					fmt.Fprintf(a.out, "%s  cannot be read: %s\n", clean(e.Name), clean(e.Err.Error()))
					continue
				}
				fmt.Fprintf(a.out, "%s  %s, %d %s\n", clean(e.Name), clean(e.Title), e.Threats, plural(e.Threats, "threat", "threats"))
			}
			if len(entries) == 0 {
				fmt.Fprintln(a.err, "You have no threat model yet. Begin one with: threatlings live")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	return cmd
}

func (a *app) liveOpenCommand() *cobra.Command {
	var lastGood bool
	cmd := &cobra.Command{
		Use:   "open NAME|FILE",
		Short: "Open a threat model by its name in the list, or by its file",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.live(cmd.Context(), func(l *course.Live) (*course.Workshop, error) {
				if lastGood {
					return l.OpenLastGood(args[0])
				}
				return l.Open(args[0])
			})
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.modelNames(), cobra.ShellCompDirectiveDefault
		},
	}
	cmd.Flags().BoolVar(&lastGood, "last-good", false, "go on from the last good state of a file that cannot be read; what it holds is set aside")
	return cmd
}

func (a *app) liveNewCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "new [FEATURE]",
		Short: "Begin a threat model of a practice feature, or of one of your own",
		Example: `  threatlings live new
  threatlings live new report-links
  threatlings live new --file ./threat-model.yaml`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.live(cmd.Context(), func(l *course.Live) (*course.Workshop, error) {
				l.At = file
				if len(args) == 0 {
					return l.Start()
				}
				return l.StartPractice(args[0])
			})
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "keep it in this `file`, such as one in your repository, instead of the data folder")
	return cmd
}

// modelNames lists what can be opened, for completion.
func (a *app) modelNames() []string {
	entries, err := threatmodel.OpenFolder(a.folders().Data).List()
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name+"\t"+e.Title)
	}
	return out
}

// readModel reads a model without holding its file.
func (a *app) readModel(name string) (*threatmodel.Model, error) {
	path := threatmodel.OpenFolder(a.folders().Data).Path(name)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no threat model %s; threatlings live list names yours", clean(name))
	}
	if err != nil {
		return nil, fmt.Errorf("reading the threat model: %w", err)
	}
	return threatmodel.Parse(path, b)
}

func (a *app) liveDemoCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "demo FILE",
		Short:   "Write a finished threat model of the course's billing feature, to look around in",
		Long:    "Write a finished threat model of the billing feature into a new file. It gives away what there is to find in the billing exercise of Part 2.",
		Example: "  threatlings live demo billing.yaml && threatlings live billing.yaml",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := threatmodel.Demo()
			if err != nil {
				return err
			}
			b, err := threatmodel.Format(m)
			if err != nil {
				return err
			}
			if err := a.writeOut(args[0], string(b), false); err != nil || args[0] == "-" {
				return err
			}
			fmt.Fprintf(a.out, "A finished model is in %s. Open it with: threatlings live %s\n", clean(args[0]), clean(args[0]))
			return nil
		},
	}
}

func (a *app) liveImportCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "import FILE",
		Short:   "Begin a threat model from a file of Threat Dragon 2 or an Open Threat Model",
		Example: "  threatlings live import our-model.json",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("reading what to import: %w", err)
			}
			m, notes, err := export.Import(b)
			if err != nil {
				return fmt.Errorf("%s: %w", clean(args[0]), err)
			}
			folder := threatmodel.OpenFolder(a.folders().Data)
			create := folder.Create
			if file != "" {
				create = func(m *threatmodel.Model) (*threatmodel.File, error) { return folder.CreateAt(file, m) }
			}
			f, err := create(m)
			if err != nil {
				return err
			}
			for _, n := range notes {
				fmt.Fprintln(a.err, clean(n))
			}
			fmt.Fprintf(a.out, "%d parts, %d flows, %d threats. Open it with: threatlings live %s\n", len(m.Components), len(m.Flows), len(m.Threats), clean(f.Path))
			return f.Close()
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "keep the model in this `file` instead of the data folder")
	return cmd
}

func (a *app) exportCommand() *cobra.Command {
	var format, out string
	var force bool
	cmd := &cobra.Command{
		Use:   "export MODEL",
		Short: "Write a threat model for a document, a tracker or another tool",
		Example: `  threatlings export card-on-file --to md
  threatlings export ./threat-model.yaml --to threatdragon -o model.json`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := a.readModel(args[0])
			if err != nil {
				return err
			}
			g, done, err := a.guide()
			if err != nil {
				return err
			}
			defer done()
			b, err := export.Write(cmd.Context(), format, m, g)
			if err != nil {
				return err
			}
			if err := a.writeOut(out, string(b), force); err != nil || out == "" || out == "-" {
				return err
			}
			fmt.Fprintf(a.out, "%s: %d %s.\n", clean(out), len(m.Threats), plural(len(m.Threats), "threat", "threats"))
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.modelNames(), cobra.ShellCompDirectiveDefault
		},
	}
	var about strings.Builder
	about.WriteString("Write a threat model in another form:\n\n")
	for _, f := range export.Formats {
		fmt.Fprintf(&about, "  %-13s %s\n", f[0], f[1])
	}
	cmd.Long = about.String()
	cmd.Flags().StringVar(&format, "to", "md", "the `format`: md, html, csv, threatdragon or otm")
	cmd.Flags().StringVarP(&out, "out", "o", "", "the `file` to write; without it the text goes to standard output")
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

// guide is the organisation's guide to times and questions.
func (a *app) guide() (*threatmodel.Guide, func() error, error) {
	_, _ = a.settings()
	fsys, done, err := a.content()
	if err != nil {
		return nil, nil, err
	}
	g, err := threatmodel.LoadGuide(fsys)
	if err != nil {
		return nil, nil, errors.Join(err, done())
	}
	return g, done, nil
}

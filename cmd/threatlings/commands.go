package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/progress"
	"edu/threatlings/progress/records"
)

func clean(s string) string { return exercises.CleanLine(s) }

// command is the whole command tree.
func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "threatlings",
		Short: "A course in the terminal that teaches engineers to threat model",
		Long: `Learn to threat model, in the terminal, at your own pace. Everything you type is
saved as you type it; start again tomorrow and you are where you were.`,
		Example: `  threatlings                  begin, or go on where you were
  threatlings learn spoofing   open one lesson or exercise
  threatlings status           what is done and what comes next
  threatlings --plain          the whole course line by line, for screen readers and pipes`,
		Args:          usage(cobra.NoArgs),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return a.learn(cmd.Context(), "") },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	f := root.PersistentFlags()
	f.StringVar(&a.courseDir, "course", "", "an organisation's course `folder`, in front of the shipped course; it is remembered ('' forgets it)")
	f.StringVar(&a.dataDir, "data", "", "the `folder` for progress, instead of the usual one (see threatlings paths)")
	f.BoolVar(&a.plain, "plain", false, "line mode: no full screen, colour or cursor movement (also ACCESSIBLE=1, TERM=dumb, or no terminal)")
	f.BoolVar(&a.noColour, "no-color", false, "no colour (also NO_COLOR)")
	f.BoolVar(&a.noMotion, "no-animation", false, "nothing moves or blinks")
	f.BoolVar(&a.noMouse, "no-mouse", false, "leave the mouse to the terminal, so that text can be marked")
	f.BoolVar(&a.readOnly, "read-only", false, "look around without saving anything")
	root.PersistentPreRunE = a.rememberCourse
	root.SetHelpTemplate(root.HelpTemplate() + `{{if not .HasParent}}
Exit codes: 0 fine, 1 something went wrong or check found problems, 2 the command line was not understood.
{{end}}`)
	root.AddCommand(a.learnCommand(), a.refreshCommand(), a.dueCommand(), a.liveCommand(), a.exportCommand(), a.classCommand(), a.serveCommand(), a.statusCommand(), a.recordsCommand(), a.readinessCommand(), a.checkCommand(), a.resetCommand(), a.answersCommand(), a.insightsCommand(), a.gradeCommand(), a.notebookCommand(), a.searchCommand(), a.notesCommand(),
		a.pathsCommand(), a.backupCommand(), a.restoreCommand(), a.versionCommand())
	return root
}

// usage turns a wrong number of arguments into a usage error.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// rememberCourse keeps the folder given with --course for the next time.
func (a *app) rememberCourse(cmd *cobra.Command, _ []string) error {
	if flag := cmd.Flag("course"); flag == nil || !flag.Changed {
		return nil
	}
	given := a.courseDir
	a.courseDir = ""
	s, _ := a.settings()
	if given != "" {
		abs, err := absolute(given)
		if err != nil {
			return err
		}
		given = abs
	}
	a.courseDir = given
	if s.Course == given {
		return nil
	}
	s.Course = given
	if err := a.saveSettings(s); err != nil {
		fmt.Fprintf(a.err, "The course folder is used now, and could not be remembered: %s\n", clean(err.Error()))
	}
	return nil
}

func (a *app) learnCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "learn [ID]",
		Short: "Open the course, or one lesson or exercise by its id",
		Example: `  threatlings learn
  threatlings learn billing.top-three`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.learn(cmd.Context(), strings.Join(args, ""))
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.ids(), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// ids lists what can be opened, for completion.
func (a *app) ids() []string {
	_, _ = a.settings()
	fsys, done, err := a.content()
	if err != nil {
		return nil
	}
	defer done()
	c, err := course.Load(fsys, kinds.Decoder{})
	if err != nil {
		return nil
	}
	var out []string
	for _, s := range c.Steps() {
		out = append(out, s.ID+"\t"+s.Title)
		for _, it := range s.Items() {
			out = append(out, it.ID+"\t"+it.Title)
		}
	}
	return out
}

func (a *app) checkCommand() *cobra.Command {
	var times bool
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Look for faults in the course, or in a course folder in front of it",
		Long:  "Look at everything in the course: links, ids, texts, every exercise and the answers marked in it, every scenario and its key. Prints one fault a line as file:line: what, and how to mend it.",
		Example: `  threatlings check
  threatlings check ./our-course`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				a.courseDir = args[0]
			}
			fsys, done, err := a.content()
			if err != nil {
				return err
			}
			defer done()
			problems := course.Check(cmd.Context(), fsys, kinds.Decoder{})
			a.printProblems(a.out, problems)
			if n := len(problems); n > 0 {
				fmt.Fprintf(a.err, "%d %s.\n", n, plural(n, "fault", "faults"))
				return errSilent
			}
			if times {
				return a.printTimes(fsys)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&times, "times", false, "print how long each part takes: its words at 200 a minute, and the minutes of its exercises")
	return cmd
}

// printTimes prints the minutes that each part and lesson takes.
func (a *app) printTimes(fsys fs.FS) error {
	c, err := a.load(fsys)
	if err != nil {
		return err
	}
	for _, m := range c.Modules {
		total := 0
		for _, s := range m.Steps {
			if !s.Optional {
				total += s.Reckoned()
			}
		}
		fmt.Fprintf(a.out, "%s: %d minutes (promised: %s)\n", m.Title, total, strings.TrimSuffix(m.Minutes, "."))
		for _, s := range m.Steps {
			if !s.Coming {
				fmt.Fprintf(a.out, "  %3d  %s\n", s.Reckoned(), s.ID)
			}
		}
	}
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func (a *app) pathsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "paths",
		Short: "Print where settings and progress are kept",
		Args:  usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			f := a.folders()
			if asJSON {
				return a.printJSON(f)
			}
			fmt.Fprintf(a.out, "config  %s\ndata    %s\n", f.Config, f.Data)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write all progress, drafts and the id of your records to one file (- is standard output)",
		Long: `Write all progress and drafts to one file, with the id under which your records are known.
Private keys stay out of it: backups are copied and sent, and whoever reads a key can sign with it.
Threat models stay where they are, too: they are files of their own.`,
		Example: "  threatlings backup my-progress.tar.gz",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.backup(args[0]); err != nil {
				return err
			}
			a.sayLeftOut()
			return nil
		},
	}
}

func (a *app) backup(file string) error {
	if file == "-" {
		return progress.Backup(a.folders().Data, a.out)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; choose another name, or delete it first", file)
	}
	if err != nil {
		return fmt.Errorf("making the backup: %w", err)
	}
	if err := errors.Join(progress.Backup(a.folders().Data, f), f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("making the backup: %w", err), os.Remove(file))
	}
	fmt.Fprintf(a.err, "Written to %s. Bring it back with: threatlings restore %s\n", clean(file), clean(file))
	return nil
}

// sayLeftOut says what a backup does not hold and somebody may look for in it.
func (a *app) sayLeftOut() {
	if keys := a.privateKeys(); len(keys) > 0 {
		fmt.Fprintf(a.err, "Not in it, for whoever has it signs as you: %s. If others trust your signature, keep a copy yourself, apart from the backup.\n", clean(strings.Join(keys, " and ")))
	}
	if models, err := threatmodel.OpenFolder(a.folders().Data).List(); err == nil && len(models) > 0 {
		fmt.Fprintln(a.err, "Threat models are not in it: they are files of their own. threatlings live list says which.")
	}
}

// privateKeys are the files of those that are there to sign with.
func (a *app) privateKeys() []string {
	var out []string
	for _, role := range []records.Role{records.Learner, records.Instructor} {
		file := records.KeyFile(a.folders().recordsDir(), role)
		if _, err := os.Stat(file); err == nil {
			out = append(out, file)
		}
	}
	return out
}

func (a *app) restoreCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring progress back from a backup; what is there now is kept beside it",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("opening the backup: %w", err)
			}
			defer f.Close()
			if ok, err := a.confirm(yes, "Replace your progress by what is in "+clean(args[0])+"? The present one is kept beside it."); err != nil || !ok {
				return err
			}
			kept, err := progress.Restore(a.folders().Data, f)
			if err != nil {
				return fmt.Errorf("restoring %s: %w", args[0], err)
			}
			fmt.Fprintln(a.err, "Restored.")
			if kept != "" {
				fmt.Fprintf(a.err, "What was there before is in %s.\n", clean(kept))
			}
			if _, err := os.Stat(a.folders().recordsDir()); err == nil && len(a.privateKeys()) == 0 {
				fmt.Fprintf(a.err, "Private keys are in no backup. If you kept one, put it into %s; else a new one is made when you sign, and what was signed before stays valid.\n", clean(a.folders().recordsDir()))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// confirm asks on the terminal. Without one, only --yes says yes.
func (a *app) confirm(yes bool, question string) (bool, error) {
	if yes {
		return true, nil
	}
	fmt.Fprintf(a.err, "%s [y/N] ", question)
	var line string
	if _, err := fmt.Fscanln(a.in, &line); err != nil && line == "" {
		fmt.Fprintln(a.err, "\nNothing was changed. Say --yes to do it without being asked.")
		return false, errSilent
	}
	if !strings.HasPrefix(strings.ToLower(line), "y") {
		fmt.Fprintln(a.err, "Nothing was changed.")
		return false, nil
	}
	return true, nil
}

func (a *app) resetCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "reset [ID]",
		Short: "Forget one lesson or exercise, or begin the whole course again",
		Example: `  threatlings reset house.windows   forget one exercise
  threatlings reset spoofing        forget one lesson and its exercises
  threatlings reset                 begin again from the start`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, o.close()) }()
			if ro, why := o.session.ReadOnly(); ro {
				return errors.New(why)
			}
			if len(args) == 0 {
				if ok, err := a.confirm(yes, "Begin the whole course again? A backup first may be wise: threatlings backup FILE."); err != nil || !ok {
					return err
				}
				return o.session.Restart(cmd.Context())
			}
			ids, err := idsOf(o.session.Course, args[0])
			if err != nil {
				return err
			}
			if ok, err := a.confirm(yes, fmt.Sprintf("Forget %q?", clean(args[0]))); err != nil || !ok {
				return err
			}
			return o.session.Forget(cmd.Context(), ids...)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func idsOf(c *course.Course, id string) ([]string, error) {
	if s, ok := c.Step(id); ok {
		return s.IDs(), nil
	}
	if _, ok := c.Item(id); ok {
		return []string{id}, nil
	}
	return nil, fmt.Errorf("there is no lesson or exercise %q; threatlings status lists them", clean(id))
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program and of the course",
		Args:  usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
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
			fmt.Fprintf(a.out, "threatlings %s (%s, %s/%s)\ncourse      %s version %d, digest %s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, c.ID, c.Version, c.Digest()[:16])
			return nil
		},
	}
}

// version is what the build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "development"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 10 {
				v += " " + s.Value[:10]
			}
		}
	}
	return v
}

// statusReport is what threatlings status --json prints.
type statusReport struct {
	Course   string         `json:"course"`
	Version  int            `json:"version"`
	Digest   string         `json:"digest"`
	LastSeen *time.Time     `json:"last_seen,omitempty"`
	Next     *placeReport   `json:"next,omitempty"`
	Modules  []moduleReport `json:"modules"`
}

type placeReport struct {
	Lesson string `json:"lesson"`
	Page   int    `json:"page"` // from 1
}

type moduleReport struct {
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Done    int            `json:"done"`
	All     int            `json:"all"`
	Lessons []lessonReport `json:"lessons"`
}

type lessonReport struct {
	ID        string           `json:"id,omitempty"`
	Title     string           `json:"title"`
	State     string           `json:"state"`
	Optional  bool             `json:"optional,omitempty"` // offered, and not counted
	Exercises []exerciseReport `json:"exercises,omitempty"`
}

type exerciseReport struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Kind     string   `json:"kind"`
	State    string   `json:"state"`
	Attempts int      `json:"attempts"`
	Hints    int      `json:"hints"`
	Score    *float64 `json:"score,omitempty"` // of the last attempt, 0 to 1
	Best     *float64 `json:"best,omitempty"`
}

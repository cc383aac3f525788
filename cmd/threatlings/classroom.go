package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/classroom/faces"
	"edu/threatlings/course/classroom/host"
	"edu/threatlings/course/server"
	"edu/threatlings/course/tui"
)

// hosting is what somebody who leads a class asks for.
type hosting struct {
	address   string
	o         server.Options
	class     classroom.Class
	teams     string
	code      string
	fresh     bool
	noDesk    bool
	reportDir string
}

func (a *app) classHostCommand() *cobra.Command {
	var h hosting
	cmd := &cobra.Command{
		Use:   "host",
		Short: "Lead a class: people join with the ssh that they have",
		Long: `Begin a class, and sit down at its desk. People join with one line, shown on the desk and on the
wall: nothing is installed. For the wall, open another terminal and type the line with wall+
before the code.

The class moves on when you say so: read, think alone, the team's list, top three, lock, reveal,
compare. Everything is saved as it happens: when this program ends, for whatever reason, start
it again and the class goes on where it was. ctrl+c ends it; the report can be written later.`,
		Example: `  threatlings class host --teams 4
  threatlings class host --teams "Lynx, Otter" --scenario report-links --name Ada
  threatlings class host --new --anonymous`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.hostClass(cmd.Context(), h) },
	}
	serverFlags(cmd, &h.address, &h.o)
	cmd.Flags().StringVar(&h.class.Scenario, "scenario", "billing", "the design document to work on, by its `id`")
	cmd.Flags().StringVar(&h.teams, "teams", "4", "how many teams, or their `names` with commas")
	cmd.Flags().StringVar(&h.class.Host, "name", "", "your `name`, as the class sees it")
	cmd.Flags().BoolVar(&h.class.Anonymous, "anonymous", false, "keep no names: neither in the room nor in the report")
	cmd.Flags().BoolVar(&h.fresh, "new", false, "begin a new class, although the last one may go on")
	cmd.Flags().StringVar(&h.code, "code", "", "go on with the class of this `code`")
	cmd.Flags().BoolVar(&h.noDesk, "no-desk", false, "serve only; the desk is opened with ssh desk+CODE@HOST and its word")
	cmd.Flags().StringVarP(&h.reportDir, "out", "o", ".", "the `folder` for the report that w writes")
	return cmd
}

// teamsOf reads --teams: a number, or names.
func teamsOf(s string) ([]string, error) {
	var n int
	if _, err := fmt.Sscanf(s, "%d", &n); err == nil && strings.Trim(s, "0123456789 ") == "" {
		if n < 1 || n > classroom.MaxTeams {
			return nil, fmt.Errorf("a class has 1 to %d teams", classroom.MaxTeams)
		}
		return classroom.TeamNames[:n], nil
	}
	var out []string
	for _, t := range strings.Split(s, ",") {
		if t = classroom.Name(t); t != "" {
			out = append(out, t)
		}
	}
	return out, nil
}

func (a *app) hostClass(ctx context.Context, h hosting) (err error) {
	if h.class.Teams, err = teamsOf(h.teams); err != nil {
		return usageError{err}
	}
	if h.noDesk || a.lineMode() {
		var cancel context.CancelFunc
		ctx, cancel = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM) // before it says that it can be stopped
		defer cancel()
	}
	s, err := a.startServer(h.address, h.o)
	if err != nil {
		return err
	}
	served := true
	defer func() {
		if served {
			err = errors.Join(err, s.stop())
		}
	}()
	h.class.Digest = s.course.Digest()
	code, word, err := a.chooseClass(ctx, s, h)
	if err != nil {
		return err
	}
	table, fo, err := s.Table(ctx, code)
	if err != nil {
		return err
	}
	if !h.o.Shared() { // whoever sat there when the program ended comes again
		for _, p := range table.Room().Seats {
			if p.Here {
				if err := table.Do(ctx, classroom.Change{Kind: classroom.Present, Seat: p.ID, Off: true}); err != nil {
					return err
				}
			}
		}
	}
	if h.noDesk || a.lineMode() {
		if word == "" {
			word = "(it was made on another computer)"
		}
		fmt.Fprintf(a.out, "The class %s is open.\nTo join:      %s\nThe wall:     %s\nThe desk:     %s\nIts word is:  %s\nThe host key: %s\n",
			code, s.Join(code), s.Join("wall+"+code), s.Join("desk+"+code), word, s.Fingerprint())
		served = false
		return untilStopped(ctx, s)
	}
	fo.Word = word
	fo.Save = func() (string, error) { return a.writeReport(ctx, s, code, h.reportDir) }
	settings, _ := a.settings()
	err = a.screens(ctx, &opened{settings: settings}, func(t *tui.Options) {
		t.Face = func(d tui.Dress) tui.Face {
			fo.Dress = d
			return faces.NewDesk(fo, true)
		}
	})
	fmt.Fprintf(a.out, "The class %s is kept. threatlings class host goes on with it, threatlings class report %s writes the report.\n", code, code)
	return err
}

// chooseClass goes on with a class or begins one, and returns its code and the
// word of its desk, "" when that is not known here.
func (a *app) chooseClass(ctx context.Context, s *running, h hosting) (code, word string, err error) {
	dir := filepath.Join(a.folders().Data, "server", "desks")
	if h.code != "" {
		if code = host.Code(h.code); code == "" {
			return "", "", fmt.Errorf("%q is no code of a class", clean(h.code))
		}
		if _, err := s.Rooms.Open(ctx, code); err != nil {
			return "", "", err
		}
	} else if !h.fresh {
		if code, err = s.Rooms.Latest(ctx); err != nil {
			return "", "", err
		}
		if code != "" {
			t, err := s.Rooms.Open(ctx, code)
			if err != nil {
				return "", "", err
			}
			if t.Room().Phase == classroom.Over {
				code = ""
			}
		}
	}
	if code != "" {
		b, err := os.ReadFile(filepath.Join(dir, code))
		if errors.Is(err, fs.ErrNotExist) {
			return code, "", nil // it was made on another computer
		}
		if err != nil {
			return "", "", fmt.Errorf("reading the word of the desk: %w", err)
		}
		return code, string(b), nil
	}
	if _, _, err := server.Work(s.course, h.class.Scenario); err != nil {
		return "", "", err
	}
	if code, word, err = s.Rooms.Create(ctx, h.class); err != nil {
		return "", "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", fmt.Errorf("keeping the word of the desk: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, code), []byte(word), 0o600); err != nil {
		return "", "", fmt.Errorf("keeping the word of the desk: %w", err)
	}
	return code, word, nil
}

// reportOf makes the report of a class.
func reportOf(ctx context.Context, s *server.Server, code string) (classroom.Report, error) {
	t, fo, err := s.Table(ctx, code)
	if err != nil {
		return classroom.Report{}, err
	}
	m, err := t.Matcher()
	if err != nil {
		return classroom.Report{}, err
	}
	return classroom.ReportOf(t.Room(), m, fo.Work.Paper().System, t.Now())
}

// writeReport writes the report in all its forms and says where.
func (a *app) writeReport(ctx context.Context, s *running, code, dir string) (string, error) {
	r, err := reportOf(ctx, s.Server, code)
	if err != nil {
		return "", err
	}
	for _, f := range classroom.Formats {
		b, err := r.Write(f)
		if err != nil {
			return "", err
		}
		name := filepath.Join(dir, "class-"+code+"."+f)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			return "", fmt.Errorf("writing the report: %w", err)
		}
	}
	return filepath.Join(dir, "class-"+code) + ".{" + strings.Join(classroom.Formats, ",") + "}", nil
}

func (a *app) classReportCommand() *cobra.Command {
	var o server.Options
	var format, out string
	var force bool
	cmd := &cobra.Command{
		Use:   "report [CODE]",
		Short: "Write the report of a class that was led here",
		Long: `Write what a class found: teams and people, the board, votes, what was missed, what to teach next.
Without a code it is the class of the last word written.`,
		Example: "  threatlings class report K7QDX --to html -o class.html",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx := cmd.Context()
			_, _ = a.settings()
			fsys, done, err := a.content()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, done()) }()
			if o.Course, err = a.load(fsys); err != nil {
				return err
			}
			if o.Database == "" {
				o.Database = a.getenv("THREATLINGS_DATABASE")
			}
			o.Dir = filepath.Join(a.folders().Data, "server")
			s, err := server.New(o)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Stop(ctx)) }()
			code := ""
			if len(args) > 0 {
				if code = host.Code(args[0]); code == "" {
					return fmt.Errorf("%q is no code of a class", clean(args[0]))
				}
			} else if code, err = s.Rooms.Latest(ctx); err != nil {
				return err
			}
			if code == "" {
				return errors.New("no class was held here in the last day; name an older one by its code")
			}
			r, err := reportOf(ctx, s, code)
			if errors.Is(err, classroom.ErrNoHandIn) {
				return fmt.Errorf("nobody wrote anything down in the class %s", code)
			}
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
			fmt.Fprintf(a.out, "%s: the class %s.\n", clean(out), code)
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "to", "md", "the `format`: "+strings.Join(classroom.Formats, ", "))
	cmd.Flags().StringVarP(&out, "out", "o", "", "the `file` to write; without it the text goes to standard output")
	cmd.Flags().StringVar(&o.Database, "database", "", "the `address` of the database, as it was given to class host")
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

func (a *app) classJoinCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "join CODE@HOST[:PORT]",
		Short:   "Join a class, as ssh CODE@HOST -p PORT does",
		Long:    "Join a class with the ssh of this computer. It is a shorthand: whoever has ssh needs nothing else.",
		Example: "  threatlings class join K7QDX@course.example:2222",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			argv, err := joinArgs(args[0])
			if err != nil {
				return usageError{err}
			}
			ssh, err := exec.LookPath("ssh")
			if err != nil {
				return errors.New("there is no ssh on this computer; install OpenSSH's client")
			}
			c := exec.CommandContext(cmd.Context(), ssh, argv...)
			c.Stdin, c.Stdout, c.Stderr = a.in, a.out, a.err
			if err := c.Run(); err != nil {
				return fmt.Errorf("joining with ssh: %w", err)
			}
			return nil
		},
	}
}

// joinArgs are the arguments for ssh. Nothing that somebody typed can be taken
// for one of its options.
func joinArgs(where string) ([]string, error) {
	user, rest, ok := strings.Cut(where, "@")
	parts := strings.Split(user, "+")
	code := host.Code(parts[len(parts)-1])
	server, port, _ := strings.Cut(rest, ":")
	if !ok || code == "" || server == "" || strings.HasPrefix(server, "-") || strings.Trim(port, "0123456789") != "" {
		return nil, fmt.Errorf("%q is not of the form CODE@HOST:PORT, such as K7QDX@course.example:2222", clean(where))
	}
	if port == "" {
		port = "2222"
	}
	parts[len(parts)-1] = code
	return []string{"-t", "-p", port, "-l", strings.Join(parts, "+"), "--", server}, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/course/evidence"
	"edu/threatlings/course/server"
	"edu/threatlings/course/server/database"
	"edu/threatlings/progress"
	"edu/threatlings/progress/records"
)

// source says whose records a command is about: this computer's learner, or
// everybody who takes the course on the server that runs here.
type source struct {
	server   bool
	database string
	homePage string
}

func (s *source) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&s.server, "server", false, "everybody who takes the course on the server of this computer (threatlings serve)")
	cmd.Flags().StringVar(&s.database, "database", "", "the `address` of the server's database, as it was given to serve")
	cmd.Flags().StringVar(&s.homePage, "home-page", "", "with --server: the `address` of the system in which people's ids are known")
}

// recordsDir is where a computer keeps who its records are about, its keys, and
// what is yet to be sent.
func (f folders) recordsDir() string { return filepath.Join(f.Data, "records") }

func (f folders) serverDir() string { return filepath.Join(f.Data, "server") }

func (a *app) recordsDir(s source) string {
	if s.server {
		return filepath.Join(a.folders().serverDir(), "records")
	}
	return a.folders().recordsDir()
}

// identity is who the records of a computer are about. With --read-only a new one is
// used and not kept.
func (a *app) identity(s source) (records.Identity, error) {
	if a.readOnly {
		return records.LookIdentity(a.recordsDir(s))
	}
	return records.OpenIdentity(a.recordsDir(s))
}

// mayWrite is an error where somebody asked that nothing is saved.
func (a *app) mayWrite() error {
	if a.readOnly {
		return errors.New("this keeps something on this computer; start again without --read-only")
	}
	return nil
}

// signer is who signs here. A learner's own signature proves nothing but that
// nothing was altered.
func (a *app) signer(s source) (records.Signer, error) {
	if err := a.mayWrite(); err != nil {
		return records.Signer{}, err
	}
	role, name := records.Learner, "the learner"
	if s.server {
		role = records.Server
		var err error
		if name, err = os.Hostname(); err != nil {
			name = "a server"
		}
	}
	key, err := records.OpenKey(a.recordsDir(s), role)
	return records.Signer{Role: role, Name: name, Key: key}, err
}

// A person is somebody's events, and who they are in a record.
type person struct {
	evidence.Holder
	events []progress.Event
}

// crowd is what a source holds.
type crowd struct {
	course   *course.Course
	level    records.Level
	people   []person
	base     string // of xAPI's ids
	settings course.Settings
	db       *database.DB // nil for a learner's own
	close    func() error
}

// crowd opens what a source holds. Close it.
func (a *app) crowd(ctx context.Context, s source) (*crowd, error) {
	if !s.server && (s.database != "" || s.homePage != "") {
		return nil, usageError{errors.New("--database and --home-page go with --server; for your own records there is: threatlings records identity")}
	}
	id, err := a.identity(s)
	if err != nil {
		return nil, err
	}
	if s.server {
		return a.everybody(ctx, s, id)
	}
	asked := a.readOnly
	a.readOnly = true // looking must not wait for a running course
	o, err := a.open(ctx)
	a.readOnly = asked
	if err != nil {
		return nil, err
	}
	events, err := o.session.Events(ctx)
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	return &crowd{
		course: o.session.Course, level: records.SelfReported, base: id.Activities, settings: o.settings, close: o.close,
		people: []person{{evidence.Holder{Person: id.Person, Program: version()}, events}},
	}, nil
}

// everybody reads the database of the server that runs here, or ran.
func (a *app) everybody(ctx context.Context, s source, id records.Identity) (_ *crowd, err error) {
	db, err := a.openDatabase(ctx, s)
	if err != nil {
		return nil, err
	}
	var done func() error
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
			if done != nil {
				err = errors.Join(err, done())
			}
		}
	}()
	settings, _ := a.settings()
	fsys, done, err := a.content()
	if err != nil {
		return nil, err
	}
	out := &crowd{level: records.ServerWitnessed, base: id.Activities, settings: settings, db: db}
	out.close = func() error { return errors.Join(db.Close(), done()) }
	if out.course, err = a.load(fsys); err != nil {
		return nil, err
	}
	home := s.homePage
	if home == "" {
		home = records.ServerHome
	}
	ids, err := db.Learners(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range ids {
		events, err := db.Events(ctx, l)
		if err != nil {
			return nil, err
		}
		p := person{evidence.Holder{Person: records.Account{HomePage: home, Name: l}, Program: version()}, out.course.Of(events)}
		out.people = append(out.people, p)
	}
	return out, nil
}

// openDatabase opens the server's database, and makes none where there is none.
func (a *app) openDatabase(ctx context.Context, s source) (*database.DB, error) {
	at := s.database
	if at == "" {
		at = a.getenv("THREATLINGS_DATABASE")
	}
	if at == "" {
		at = filepath.Join(a.folders().serverDir(), "course.db")
	}
	if !database.Shared(at) {
		if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("no server has kept anything in %s; name its data folder with --data, or its database with --database", clean(at))
		}
	}
	return database.Open(ctx, at)
}

// records are those of everybody, with the evidence that there is: a laptop's are
// self-reported whatever signs them, and a server saw what it has in its database.
func (c *crowd) records() ([]records.Record, error) {
	var out []records.Record
	for _, p := range c.people {
		rs, err := evidence.Records(c.course, p.events, p.Holder)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			r.Evidence = c.level
			out = append(out, r)
		}
	}
	return out, nil
}

func (c *crowd) attempts() []records.Attempt {
	var out []records.Attempt
	for _, p := range c.people {
		out = append(out, evidence.Attempts(c.course, p.events, p.Holder)...)
	}
	return out
}

func (a *app) recordsCommand() *cobra.Command {
	var src source
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "records",
		Short: "What you did as evidence for others: records, certificates, exports",
		Long: `List what was done, part by part: the result, who vouches for it, and until when it counts.

Who vouches is said honestly. What a learner's own computer graded is self-reported, whatever
signs it. A server that people connect to has seen the work: server-witnessed. Whoever led a
class can attest who took part: instructor-attested.

Nothing leaves this computer until you export it, or sync it. What you wrote in your own words
never goes along unless you ask for it.`,
		Example: `  threatlings records
  threatlings records certificate part-2 --to html -o certificate.html
  threatlings records export --csv -o training.csv
  threatlings records report --server --roster roster.csv`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := a.crowd(cmd.Context(), src)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, c.close()) }()
			return a.listRecords(c, asJSON)
		},
	}
	src.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.AddCommand(a.recordsRegisterCommand(), a.recordsIdentityCommand(), a.recordsKeyCommand(), a.recordsSignCommand(), a.recordsCertificateCommand(),
		a.recordsVerifyCommand(), a.recordsExportCommand(), a.recordsSyncCommand(), a.recordsReportCommand(), a.recordsAttestCommand(), a.recordsEraseCommand())
	return cmd
}

// recordRow is a part of the course in a list of records.
type recordRow struct {
	Person       string     `json:"person"`
	Module       string     `json:"module"` // "course" for all of it
	Title        string     `json:"title"`
	Registration string     `json:"registration"`
	Status       string     `json:"status"` // begun, completed, passed or failed
	Score        *float64   `json:"score,omitempty"`
	Attempts     int        `json:"attempts"`
	Minutes      int        `json:"active_minutes"`
	Completed    *time.Time `json:"completed,omitempty"`
	ValidUntil   *time.Time `json:"valid_until,omitempty"`
	Evidence     string     `json:"evidence"`
	Record       string     `json:"record,omitempty"`

	below []course.Below
}

func (c *crowd) rows() ([]recordRow, error) {
	out := []recordRow{}
	for _, p := range c.people {
		parts, err := evidence.Parts(c.course, p.events)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			row := recordRow{
				Person: p.Person.Name, Module: part.Module, Title: part.Title, Registration: part.Registration, Status: "begun",
				Score: part.Score, Attempts: part.Attempts, Minutes: int(part.Active / time.Minute), Evidence: string(c.level),
			}
			if row.Module == "" {
				row.Module, row.Title = evidence.WholeCourse, c.course.Title
			}
			if part.Done() {
				r, err := evidence.Record(c.course, part, p.Holder)
				if err != nil {
					return nil, err
				}
				row.Status, row.Completed, row.Record, row.below = r.Status(), &r.Completed, r.ID, part.Below
				if row.Status != records.Failed {
					row.ValidUntil = &r.ValidUntil
				}
			}
			out = append(out, row)
		}
	}
	return out, nil
}

func (a *app) listRecords(c *crowd, asJSON bool) error {
	rows, err := c.rows()
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(rows)
	}
	at := "\x00"
	for _, r := range rows {
		if head := r.Person + ", " + r.Registration; head != at {
			at = head
			fmt.Fprintf(a.out, "%s, registration %q:\n", clean(r.Person), clean(r.Registration))
		}
		status := r.Status
		if status == records.Failed {
			status = "not passed" // it can still be
		}
		line := fmt.Sprintf("  %-8s %-40s %-10s", clean(r.Module), clean(r.Title), status)
		if r.Score != nil {
			line += fmt.Sprintf(" score %d of 100,", course.Points(*r.Score))
		}
		line += fmt.Sprintf(" %d %s", r.Minutes, plural(r.Minutes, "minute", "minutes"))
		if r.Record != "" {
			line += ", " + r.Evidence
		}
		if r.ValidUntil != nil {
			line += ", valid until " + r.ValidUntil.Format(time.DateOnly)
		}
		fmt.Fprintln(a.out, line)
		if r.Module == evidence.WholeCourse {
			continue // its parts have said it
		}
		for _, b := range r.below {
			fmt.Fprintf(a.out, "           %s. To do it again: threatlings learn %s\n", clean(b.String()), b.Item.ID)
		}
	}
	if len(rows) == 0 {
		fmt.Fprintln(a.out, "Nothing was done yet. Begin with: threatlings")
	}
	return nil
}

func (a *app) recordsRegisterCommand() *cobra.Command {
	var src source
	var who string
	cmd := &cobra.Command{
		Use:   "register NAME",
		Short: "Begin an enrolment, such as \"refresher 2027\": what is done from now on counts for it",
		Long:  "Begin an enrolment. What was done before keeps its own record, and what is done from now on makes a new one. With --server it begins for everybody there, or with --person for one.",
		Example: `  threatlings records register "refresher 2027"
  threatlings records register onboarding --server`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if !src.server {
				if who != "" {
					return usageError{errors.New("--person goes with --server")}
				}
				return a.registerSelf(cmd.Context(), args[0])
			}
			c, err := a.crowd(cmd.Context(), src)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, c.close()) }()
			if err := a.mayWrite(); err != nil {
				return err
			}
			n := 0
			for _, p := range c.people {
				if who != "" && p.Person.Name != who {
					continue
				}
				e, err := course.Registration(c.course, args[0], time.Now())
				if err != nil {
					return err
				}
				if err := c.db.Add(cmd.Context(), p.Person.Name, e); err != nil {
					return err
				}
				n++
			}
			if n == 0 {
				return errors.New("there is nobody to register here")
			}
			fmt.Fprintf(a.out, "%d %s registered for %q.\n", n, plural(n, "person is", "people are"), clean(args[0]))
			return nil
		},
	}
	src.flags(cmd)
	cmd.Flags().StringVar(&who, "person", "", "with --server: the `id` of one person")
	return cmd
}

func (a *app) registerSelf(ctx context.Context, name string) (err error) {
	o, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if ro, why := o.session.ReadOnly(); ro {
		return errors.New(why)
	}
	if err := o.session.Register(ctx, name); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "What you do from now on counts for %q. What you did before keeps its own record.\n", clean(name))
	return nil
}

func (a *app) recordsIdentityCommand() *cobra.Command {
	var home, id, activities, sshKey string
	cmd := &cobra.Command{
		Use:   "identity",
		Short: "Print, or set, the id under which your records are known",
		Long:  "The id in your records. At first it is a random one that says nothing about you. Your organisation may tell you another, with the address of the system in which it is known. A mail address is refused: records are copied, and an address would go along.",
		Example: `  threatlings records identity
  threatlings records identity --home-page https://people.example.org --id e-4711`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if sshKey != "" {
				b, err := os.ReadFile(sshKey)
				if err != nil {
					return fmt.Errorf("reading the public key: %w", err)
				}
				learner, err := server.LearnerOf(b)
				if err != nil {
					return err
				}
				fmt.Fprintln(a.out, learner)
				return nil
			}
			dir := a.folders().recordsDir()
			i, err := a.identity(source{})
			if err != nil {
				return err
			}
			if home != "" || id != "" || activities != "" {
				if err := a.mayWrite(); err != nil {
					return err
				}
				if (home == "") != (id == "") {
					return usageError{errors.New("--home-page and --id go together: an id is known in one system")}
				}
				if id != "" {
					i.Person = records.Account{HomePage: home, Name: id}
				}
				if activities != "" {
					i.Activities = activities
				}
				if err := records.SaveIdentity(dir, i); err != nil {
					return err
				}
			}
			fmt.Fprintf(a.out, "id          %s\nhome page   %s\nactivities  %s\n", clean(i.Person.Name), clean(i.Person.HomePage), clean(i.Activities))
			return nil
		},
	}
	cmd.Flags().StringVar(&home, "home-page", "", "the `address` of the system in which the id is known")
	cmd.Flags().StringVar(&id, "id", "", "the `id` there; never a mail address")
	cmd.Flags().StringVar(&sshKey, "ssh-key", "", "print the id that whoever has a key has on a server, from the `file` of the public key (.pub)")
	cmd.Flags().StringVar(&activities, "activities", "", "the `address` under which xAPI's ids of the course stand; it must not change later")
	return cmd
}

func (a *app) recordsKeyCommand() *cobra.Command {
	var src source
	var instructor bool
	var name string
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Print the public key with which records are signed here",
		Long: `Print the public key, as a line for the file of keys that others trust (records verify --trust).
The private key is made when it is first needed; it stays in the data folder and is readable by you alone.

Without a flag it is your own key, which nobody needs to trust: it proves that a record was not
altered, and not that it is true.`,
		Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if src.server && instructor {
				return usageError{errors.New("--server and --instructor are two keys; ask for one")}
			}
			s, err := a.signer(src)
			if instructor {
				s.Role = records.Instructor
				s.Key, err = records.OpenKey(a.folders().recordsDir(), records.Instructor)
			}
			if err != nil {
				return err
			}
			if name != "" || instructor {
				s.Name = name
			}
			if s.Role != records.Learner {
				fmt.Fprintln(a.out, s.Public())
				return nil
			}
			fmt.Fprintf(a.out, "# self-reported, not to be trusted as evidence:\n# %s\n", s.Public())
			return nil
		},
	}
	cmd.Flags().BoolVar(&src.server, "server", false, "the key of the server of this computer")
	cmd.Flags().BoolVar(&instructor, "instructor", false, "the key with which you attest who took part in a class")
	cmd.Flags().StringVar(&name, "name", "", "the `name` in the line")
	return cmd
}

// only keeps the records of a module; "" keeps all, and "course" those of the whole.
func only(rs []records.Record, module string) ([]records.Record, error) {
	if module == "" {
		return rs, nil
	}
	out := slices.DeleteFunc(slices.Clone(rs), func(r records.Record) bool {
		return r.Module != module && (r.Module != "" || module != evidence.WholeCourse)
	})
	if len(out) == 0 {
		var there []string
		for _, r := range rs {
			m := r.Module
			if m == "" {
				m = evidence.WholeCourse
			}
			if !slices.Contains(there, m) {
				there = append(there, m)
			}
		}
		if len(there) == 0 {
			return nil, errors.New("nothing is finished yet; threatlings status says what is left")
		}
		return nil, fmt.Errorf("there is no record of %q; there are: %s", clean(module), strings.Join(there, ", "))
	}
	return out, nil
}

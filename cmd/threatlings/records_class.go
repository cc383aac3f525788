package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/course/classroom"
	"edu/threatlings/course/classroom/host"
	"edu/threatlings/course/evidence"
	"edu/threatlings/course/server"
	"edu/threatlings/course/server/database"
	"edu/threatlings/progress/records"
)

// attesting is what an instructor says about a class beside what its log holds.
type attesting struct {
	src          source
	code, name   string
	ids          string
	registration string
	out          string
	force        bool
}

func (a *app) recordsAttestCommand() *cobra.Command {
	var t attesting
	cmd := &cobra.Command{
		Use:   "attest",
		Short: "Sign a record for everybody who took part in a class that you led here",
		Long: `Sign, as the instructor, one record for each person who came to the class with a key and was not
sent away. Only a class that reached the comparison with the key can be attested, and nobody of an
anonymous one. Whoever sat there without a key has no record: a name is not a person.

A class keeps no key in the clear. Whoever takes the course on this server too has the id that they
have there; everybody else gets an id of this class, unless you say who they are: --ids names a
table (CSV) with the columns name and user id, and --home-page the system of those ids.`,
		Example: `  threatlings records attest --class K7QDX --name "Ada L." -o class.jsonl
  threatlings records attest --class K7QDX --name "Ada L." --ids people.csv --home-page https://people.example.org`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.attest(cmd.Context(), t) },
	}
	cmd.Flags().StringVar(&t.src.database, "database", "", "the `address` of the database, as it was given to class host")
	cmd.Flags().StringVar(&t.src.homePage, "home-page", "", "the `address` of the system in which the ids are known")
	cmd.Flags().StringVar(&t.code, "class", "", "the `code` of the class")
	cmd.Flags().StringVar(&t.name, "name", "", "your `name`, as those know it who trust your key")
	cmd.Flags().StringVar(&t.ids, "ids", "", "a table (CSV) of who is who")
	cmd.Flags().StringVar(&t.registration, "registration", evidence.First, "the enrolment's `name`")
	outFlags(cmd, &t.out, &t.force)
	return cmd
}

func (a *app) attest(ctx context.Context, t attesting) (err error) {
	if err := a.mayWrite(); err != nil {
		return err
	}
	code := host.Code(t.code)
	if code == "" {
		return usageError{errors.New("which class? Say so with --class CODE")}
	}
	if (t.ids != "") != (t.src.homePage != "") {
		return usageError{errors.New("--ids and --home-page go together: an id is known in one system")}
	}
	instructor, err := records.OpenIdentity(a.folders().recordsDir())
	if err != nil {
		return err
	}
	key, err := records.OpenKey(a.folders().recordsDir(), records.Instructor)
	if err != nil {
		return err
	}
	db, c, done, err := a.openServer(ctx, t.src)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	entries, err := db.Rooms().Read(ctx, code, 0)
	if err != nil {
		return err
	}
	room, err := classroom.Replay(code, entries)
	if err != nil {
		return err
	}
	people, over := room.Attended()
	switch {
	case room.Anonymous:
		return errors.New("the class was anonymous: no key was kept, so there is nobody to attest")
	case !over:
		return fmt.Errorf("the class %s has not come to the comparison with the key yet", code)
	case len(people) == 0:
		return errors.New("nobody came to the class with a key, so there is nobody to attest")
	}
	known, err := knownAs(ctx, db, room, t)
	if err != nil {
		return err
	}
	var rs []records.Record
	for _, p := range people {
		r, err := attested(c, room, p, known(p), instructor.Person, t.registration)
		if err != nil {
			return err
		}
		rs = append(rs, r)
	}
	b, err := signAll(records.Signer{Role: records.Instructor, Name: t.name, Key: key}, rs)
	if err != nil {
		return err
	}
	return a.writtenRecords(t.out, b, len(rs), t.force)
}

// attested is the record of one person in a class.
func attested(c *course.Course, room *classroom.Room, p classroom.Attendance, who, instructor records.Account, registration string) (records.Record, error) {
	_, step, err := server.Work(c, room.Scenario)
	if err != nil {
		return records.Record{}, err
	}
	s, err := c.Scenario(room.Scenario)
	if err != nil {
		return records.Record{}, err
	}
	attempts := 0
	if p.WroteCards {
		attempts = 1
	}
	digest := room.Digest // what was taught on the day
	if digest == "" {
		digest = c.Digest()
	}
	var objectives []records.Objective
	for i, o := range step.Objectives {
		objectives = append(objectives, records.Objective{ID: fmt.Sprintf("%s.%d", step.ID, i+1), Text: o})
	}
	return records.New(records.Record{
		Enrolment:   records.Enrolment{Person: who, Course: c.ID, Module: "class-" + room.Scenario, Registration: registration},
		CourseTitle: c.Title, CourseVersion: c.Version, ModuleTitle: "Class: " + s.System.Title,
		Content: digest, Program: version(), Mode: records.Class, Started: p.From, Completed: p.To,
		ActiveMinutes: max(0, p.Minutes), Attempts: attempts, Objectives: objectives, Frameworks: records.Frameworks(),
		Team: &records.Account{HomePage: records.ClassHome + room.Code, Name: strings.ReplaceAll(p.Team, "@", " at ")}, Instructor: &instructor,
	})
}

// knownAs says who somebody in a class is: as the instructor's table says, or as
// the server knows them, or by what the class itself made of their key.
func knownAs(ctx context.Context, db *database.DB, room *classroom.Room, t attesting) (func(classroom.Attendance) records.Account, error) {
	named := map[string]string{}
	if t.ids != "" {
		var err error
		if named, err = readIDs(t.ids); err != nil {
			return nil, err
		}
	}
	learners, err := db.Learners(ctx)
	if err != nil {
		return nil, err
	}
	at := map[string]string{}
	for _, l := range learners {
		if s, ok := room.SeatOf(l); ok {
			at[s.ID] = l
		}
	}
	return func(p classroom.Attendance) records.Account {
		if id := named[p.Name]; id != "" {
			return records.Account{HomePage: t.src.homePage, Name: id}
		}
		if id := at[p.Seat]; id != "" {
			return records.Account{HomePage: records.ServerHome, Name: id}
		}
		return records.Account{HomePage: records.ClassHome + room.Code, Name: p.Person}
	}, nil
}

// readIDs reads a table with the columns name and user id.
func readIDs(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("reading who is who: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading who is who: %w", err)
	}
	if len(rows) == 0 || len(rows[0]) != 2 || !strings.EqualFold(clean(rows[0][0]), "name") || !strings.EqualFold(clean(rows[0][1]), "user id") {
		return nil, errors.New("reading who is who: the first line must be: name,user id")
	}
	out := map[string]string{}
	for i, r := range rows[1:] {
		name := classroom.Name(r[0])
		if name == "" || clean(r[1]) == "" {
			return nil, fmt.Errorf("reading who is who: row %d lacks a name or an id", i+2)
		}
		if out[name] != "" {
			return nil, fmt.Errorf("reading who is who: %q is there twice", name)
		}
		out[name] = clean(r[1])
	}
	return out, nil
}

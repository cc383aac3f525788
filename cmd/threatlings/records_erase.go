package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/course/classroom"
	"edu/threatlings/course/evidence"
	"edu/threatlings/course/server/database"
	"edu/threatlings/progress"
	"edu/threatlings/progress/records"
)

// eraseWord is what must be typed before anything is erased.
const eraseWord = "erase"

func (a *app) recordsEraseCommand() *cobra.Command {
	var src source
	var who string
	var yes bool
	cmd := &cobra.Command{
		Use:   "erase",
		Short: "Remove everything about a person: yours here, or one of a server's",
		Long: `Remove your progress, drafts, records, keys and whatever waits to be sent from this computer.
Threat models stay: they are files of your team's. There is no way back; a backup first may be wise.

With --server, remove a person from the server of this computer: progress, drafts, settings, threat
models, their words in classes, and what waits to be sent. What stays is a number: that somebody
finished a part, in which month, and how ready they were. Run it while the person is not connected.

What was exported, signed or sent before is in other hands, and backups are where you put them.`,
		Example: `  threatlings records erase
  threatlings records erase --server --person 3b1f0c…`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.mayWrite(); err != nil {
				return err
			}
			if src.server != (who != "") {
				return usageError{errors.New("--server and --person ID go together; without both it is about you")}
			}
			what := "everything that you did, from this computer"
			if src.server {
				what = "the person " + clean(who) + " from this server"
			}
			if ok, err := a.typed(yes, what); err != nil || !ok {
				return err
			}
			if src.server {
				return a.erasePerson(cmd.Context(), src, who)
			}
			return a.eraseSelf()
		},
	}
	src.flags(cmd)
	cmd.Flags().StringVar(&who, "person", "", "with --server: the `id` of the person")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// typed asks for a whole word: y is typed too easily for what has no way back.
func (a *app) typed(yes bool, what string) (bool, error) {
	if yes {
		return true, nil
	}
	fmt.Fprintf(a.err, "This removes %s. There is no way back. Type the word %s to do it: ", what, eraseWord)
	line, err := bufio.NewReader(a.in).ReadString('\n')
	if strings.TrimSpace(line) == eraseWord {
		return true, nil
	}
	fmt.Fprintln(a.err, "\nNothing was erased.")
	if err != nil { // there is nobody who could answer
		return false, errSilent
	}
	return false, nil
}

func (a *app) eraseSelf() error {
	if err := progress.Erase(a.folders().Data); err != nil {
		return err
	}
	if err := os.RemoveAll(a.folders().recordsDir()); err != nil {
		return fmt.Errorf("your progress is erased; erasing your records failed: %w", err)
	}
	if err := a.forgetName(); err != nil {
		return fmt.Errorf("your progress and your records are erased; erasing your name failed: %w", err)
	}
	fmt.Fprintf(a.out, "Erased, your name too. What you exported is where you put it; threat models stay in %s.\n", clean(a.folders().Data))
	return nil
}

// forgetName takes the name out of the settings; how the screens look stays.
func (a *app) forgetName() error {
	s, err := course.ReadSettings(a.folders().settingsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Name = ""
	return a.saveSettings(s)
}

// learnerID is what the id of a learner on a server looks like. It becomes the name
// of a folder, so that nothing else will do.
var learnerID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func (a *app) erasePerson(ctx context.Context, src source, who string) (err error) {
	if !learnerID.MatchString(who) {
		return errors.New("the id of a person on a server is 32 letters and digits, as threatlings records --server prints it")
	}
	db, c, done, err := a.openServer(ctx, src)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	rooms, err := traces(ctx, db, who)
	if err != nil {
		return err
	}
	folder := filepath.Join(a.folders().serverDir(), "learners", who)
	_, statErr := os.Stat(folder)
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("removing somebody's threat models: %w", err)
	}
	unsent := 0
	qs, err := queues(a.recordsDir(src))
	if err != nil {
		return err
	}
	for _, q := range qs {
		n, err := q.Erase(records.Account{Name: who})
		if err != nil {
			return err
		}
		unsent += n
	}
	gone := db.Erase(ctx, who, rooms, func(events []progress.Event) ([]database.Aggregate, error) {
		counts, err := evidence.CountsOf(c, events)
		return aggregates(counts), err
	})
	if gone != nil && !errors.Is(gone, database.ErrNobody) {
		return gone
	}
	// Also when nobody was there: an earlier attempt may have been in somebody's way.
	if err := db.Scrub(ctx); err != nil {
		return err
	}
	if gone != nil && unsent == 0 && statErr != nil {
		return gone
	}
	fmt.Fprintf(a.out, "Erased, with %d %s that waited to be sent. What a record store has got already must be voided there.\n", unsent, plural(unsent, "statement", "statements"))
	if len(rooms) > 0 {
		fmt.Fprintln(a.out, "Their words are gone from classes too; a server that is running has an open class in its memory until it ends.")
	}
	return nil
}

// openServer opens what a server keeps, and the course that it teaches.
func (a *app) openServer(ctx context.Context, src source) (*database.DB, *course.Course, func() error, error) {
	_, _ = a.settings()
	fsys, done, err := a.content()
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := a.load(fsys)
	if err != nil {
		return nil, nil, nil, errors.Join(err, done())
	}
	db, err := a.openDatabase(ctx, src)
	if err != nil {
		return nil, nil, nil, errors.Join(err, done())
	}
	return db, c, func() error { return errors.Join(db.Close(), done()) }, nil
}

// traces are the entries of classes in which somebody appears, without them.
func traces(ctx context.Context, db *database.DB, who string) ([]database.Rewrite, error) {
	codes, err := db.Rooms().Rooms(ctx)
	if err != nil {
		return nil, err
	}
	var out []database.Rewrite
	for _, code := range codes {
		entries, err := db.Rooms().Read(ctx, code, 0)
		if err != nil {
			return nil, err
		}
		changed, err := classroom.Without(code, entries, who)
		if err != nil {
			return nil, err
		}
		for _, e := range changed {
			out = append(out, database.Rewrite{Room: code, Seq: e.Seq, Data: e.Data})
		}
	}
	return out, nil
}

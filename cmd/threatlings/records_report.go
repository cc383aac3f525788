package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/course/evidence"
	"edu/threatlings/course/server/database"
	"edu/threatlings/progress/records"
)

// totals are an organisation's statistics: of everybody whose progress is kept,
// and of those who were erased, of whom nothing else is left.
type totals struct {
	Kept, Erased []evidence.Count
}

func (t totals) all() []evidence.Count {
	return evidence.Sum(append(append([]evidence.Count(nil), t.Kept...), t.Erased...))
}

func (c *crowd) totals(ctx context.Context) (t totals, err error) {
	for _, p := range c.people {
		counts, err := evidence.CountsOf(c.course, p.events)
		if err != nil {
			return t, err
		}
		t.Kept = append(t.Kept, counts...)
	}
	t.Kept = evidence.Sum(t.Kept)
	if c.db == nil {
		return t, nil
	}
	gone, err := c.db.Aggregates(ctx)
	for _, g := range gone {
		t.Erased = append(t.Erased, evidence.Count{What: g.What, Name: g.Name, Month: g.Month, N: g.N})
	}
	return t, err
}

// aggregates are what stays of a person's events in a database.
func aggregates(counts []evidence.Count) []database.Aggregate {
	var out []database.Aggregate
	for _, x := range evidence.Sum(counts) {
		out = append(out, database.Aggregate{What: x.What, Name: x.Name, Month: x.Month, N: x.N})
	}
	return out
}

// statistics are what an organisation is told: how many, and never who.
type statistics struct {
	People int `json:"people"`
	Erased int `json:"erased"` // of these people: nothing but these numbers is left of them
	// TooFew says that nothing more is told: of fewer than records.SmallestGroup
	// people it would say who it was.
	TooFew    bool           `json:"too_few,omitempty"`
	Done      []doneCount    `json:"done,omitempty"`
	Readiness map[string]int `json:"readiness,omitempty"`
	Guesses   *guesses       `json:"guesses,omitempty"`
}

// doneCount is how many people are done with a part, those who were erased included.
type doneCount struct {
	Module string `json:"module"`
	Title  string `json:"title"`
	Done   int    `json:"done"`
	Erased int    `json:"erased"`
}

// guesses are the check before Part 1 and its twin, of those who did both.
type guesses struct {
	People int     `json:"people"`
	Before float64 `json:"before"` // right ones of ten, on average
	After  float64 `json:"after"`
}

func (t totals) statistics(c *course.Course) statistics {
	all := t.all()
	s := statistics{People: evidence.Total(all, evidence.People, ""), Erased: evidence.Total(t.Erased, evidence.People, "")}
	if s.TooFew = s.People < records.SmallestGroup; s.TooFew {
		return s
	}
	row := func(name, title string) {
		s.Done = append(s.Done, doneCount{name, title, evidence.Total(all, evidence.DonePart, name), evidence.Total(t.Erased, evidence.DonePart, name)})
	}
	for _, m := range c.Modules {
		row(m.ID, m.Title)
	}
	row(evidence.WholeCourse, c.Title)
	s.Readiness = map[string]int{}
	for _, l := range evidence.Levels {
		s.Readiness[string(l)] = evidence.Total(all, evidence.ReadyAt, string(l))
	}
	if n := evidence.Total(all, evidence.GuessPeople, ""); n >= records.SmallestGroup {
		s.Guesses = &guesses{n, float64(evidence.Total(all, evidence.GuessesBefore, "")) / float64(n), float64(evidence.Total(all, evidence.GuessesAfter, "")) / float64(n)}
	}
	return s
}

func (s statistics) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s, erased: %d.\n", s.People, plural(s.People, "person", "people"), s.Erased)
	for _, d := range s.Done {
		fmt.Fprintf(&b, "  %-8s %-40s done %d, erased: %d done\n", clean(d.Module), clean(d.Title), d.Done, d.Erased)
	}
	return b.String() + s.ready()
}

// ready is how many people are at which level, and what the checks showed.
func (s statistics) ready() string {
	if s.TooFew {
		return fmt.Sprintf("Fewer than %d people are not broken down: it would say who it was.\n", records.SmallestGroup)
	}
	var b strings.Builder
	b.WriteString("Readiness:\n")
	for _, l := range evidence.Levels {
		fmt.Fprintf(&b, "  %-40s %d\n", l.String(), s.Readiness[string(l)])
	}
	if g := s.Guesses; g != nil {
		fmt.Fprintf(&b, "Ten guesses, %d people: on average %.1f right before Part 1, %.1f after Part 2.\n", g.People, g.Before, g.After)
	}
	return b.String()
}

// An inquiry is what somebody wants to know of an organisation.
type inquiry struct {
	source
	roster, trust string
	modules       []string
	asJSON        bool
}

func (a *app) recordsReportCommand() *cobra.Command {
	var q inquiry
	cmd := &cobra.Command{
		Use:   "report [FILE ...]",
		Short: "Who of a roster is done, overdue, or never started",
		Long: `Say how far an organisation is. The roster is a table (CSV) with the columns user id, group and
due. Records come from FILES (signed records, one a line, or folders of them), from the server of
this computer, or both. Groups of fewer than five people are not shown by themselves, and nobody
is ranked.

Without a roster, --server prints what everybody there adds up to. Who was erased is in those
numbers still, and nowhere else.`,
		Example: `  threatlings records report --roster roster.csv ./records --trust keys.txt
  threatlings records report --server
  threatlings records report --server --roster roster.csv --module part-1 --module part-2`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := q.check(args); err != nil {
				return err
			}
			var on served
			if q.server {
				var err error
				if on, err = a.served(cmd.Context(), q.source); err != nil {
					return err
				}
			}
			if q.roster == "" {
				return a.printStatistics(on.statistics, q.asJSON)
			}
			return a.printCoverage(q, on, args)
		},
	}
	q.flags(cmd)
	cmd.Flags().StringVar(&q.roster, "roster", "", "a table (CSV) of who is to take the course")
	cmd.Flags().StringVar(&q.trust, "trust", "", "a `file` with the keys that you trust; without it every record in FILES is self-reported")
	cmd.Flags().StringArrayVar(&q.modules, "module", []string{evidence.WholeCourse}, "what everybody needs: a `part` such as part-2, class-billing, or course; may be repeated")
	cmd.Flags().BoolVar(&q.asJSON, "json", false, "as JSON")
	return cmd
}

// check says what is missing to answer an inquiry about some files.
func (q inquiry) check(files []string) error {
	if len(files) == 0 && !q.server {
		return usageError{errors.New("whose records? Name files or folders, or say --server")}
	}
	if q.roster == "" && (!q.server || len(files) > 0) {
		return usageError{errors.New("records in files are held against a list of people: --roster FILE")}
	}
	return nil
}

// served is what the server of this computer knows of everybody.
type served struct {
	records    []records.Record
	totals     totals
	statistics *statistics
}

func (a *app) served(ctx context.Context, src source) (on served, err error) {
	c, err := a.crowd(ctx, src)
	if err != nil {
		return on, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if on.totals, err = c.totals(ctx); err != nil {
		return on, err
	}
	s := on.totals.statistics(c.course)
	on.statistics = &s
	on.records, err = c.records()
	return on, err
}

func (a *app) printStatistics(s *statistics, asJSON bool) error {
	if asJSON {
		return a.printJSON(s)
	}
	_, err := fmt.Fprint(a.out, s.text())
	return err
}

// printCoverage holds the records of a server and of files against a roster.
func (a *app) printCoverage(q inquiry, on served, files []string) error {
	keys, err := trusted(q.trust)
	if err != nil {
		return err
	}
	more, bad, err := readRecords(files, keys)
	if err != nil {
		return err
	}
	for _, e := range bad {
		fmt.Fprintln(a.err, clean(e.Error()))
	}
	list, err := q.list()
	if err != nil {
		return err
	}
	report := records.Coverage(list, append(on.records, more...), time.Now())
	if q.asJSON {
		return a.printJSON(struct {
			records.Report
			Statistics *statistics `json:"statistics,omitempty"`
		}{report, on.statistics})
	}
	fmt.Fprint(a.out, report.Text())
	if q.server {
		fmt.Fprintf(a.out, "\nErased, and so on no list: %d done.\n", evidence.Total(on.totals.Erased, evidence.DonePart, evidence.WholeCourse))
	}
	return nil
}

// list is who is to take what.
func (q inquiry) list() (records.Roster, error) {
	list, err := readRoster(q.roster)
	if err != nil {
		return list, err
	}
	// What somebody names with --home-page is the system of the roster, too.
	list.HomePage = q.homePage
	for _, m := range q.modules {
		if m == evidence.WholeCourse {
			m = ""
		}
		list.Modules = append(list.Modules, m)
	}
	return list, nil
}

func readRoster(file string) (records.Roster, error) {
	f, err := os.Open(file)
	if err != nil {
		return records.Roster{}, fmt.Errorf("reading the roster: %w", err)
	}
	defer f.Close()
	return records.ParseRoster(f, time.Local)
}

func (a *app) readinessCommand() *cobra.Command {
	var src source
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "readiness",
		Short: "What you find on your own, and the next step",
		Long: `Say how much of what matters you find alone: by severity, in each design document that has an
answer key. Only your first hand-in on a document counts, and only without a hint, because
afterwards you know what there is. It is no mark and no badge: it says how much help from
security a session of yours needs.

With --server it says how many people are how far, and not who.`,
		Example: `  threatlings readiness
  threatlings readiness take ship-it`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if !src.server {
				return a.withSession(cmd, func(o *opened) error {
					events, err := o.session.Events(cmd.Context())
					if err != nil {
						return err
					}
					r, err := evidence.Ready(o.session.Course, events)
					if err != nil {
						return err
					}
					if asJSON {
						return a.printJSON(r)
					}
					a.say(strings.TrimRight(r.Text(func(id string) string { return "threatlings readiness take " + id }), "\n"))
					return nil
				})
			}
			c, err := a.crowd(cmd.Context(), src)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, c.close()) }()
			t, err := c.totals(cmd.Context())
			if err != nil {
				return err
			}
			stats := t.statistics(c.course)
			if asJSON {
				return a.printJSON(stats)
			}
			_, err = fmt.Fprint(a.out, stats.ready())
			return err
		},
	}
	src.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.AddCommand(&cobra.Command{
		Use:   "take SCENARIO",
		Short: "Show what you find in a document that you do not know: twelve cards, no help",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.learnFrom(cmd.Context(), func(o *opened) (string, error) {
				s, err := o.session.Fresh(cmd.Context(), args[0])
				if err != nil {
					return "", err
				}
				o.session = s
				return course.FreshPrefix + args[0], nil
			})
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			_, _ = a.settings()
			fsys, done, err := a.content()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			defer func() { _ = done() }() // nothing was written
			c, err := a.load(fsys)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return c.Scenarios(), cobra.ShellCompDirectiveNoFileComp
		},
	})
	return cmd
}

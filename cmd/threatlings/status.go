package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/course/evidence"
	"edu/threatlings/progress"
)

func (a *app) statusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print what is done and what comes next",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(o *opened) error {
				r := statusOf(o.session)
				if asJSON {
					return a.printJSON(r)
				}
				events, err := o.session.Events(cmd.Context())
				if err != nil {
					return err
				}
				a.printStatus(r, o.session, events)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func statusOf(s *course.Session) statusReport {
	r := statusReport{Course: s.Course.ID, Version: s.Course.Version, Digest: s.Course.Digest()}
	if t := s.LastSeen(); !t.IsZero() {
		r.LastSeen = &t
	}
	if step, page, ok := s.Next(); ok {
		r.Next = &placeReport{step.ID, page + 1}
	}
	for _, m := range s.Course.Modules {
		mr := moduleReport{ID: m.ID, Title: m.Title}
		mr.Done, mr.All = s.Count(m)
		for _, st := range m.Steps {
			lr := lessonReport{ID: st.ID, Title: st.Title, State: s.State(st).String(), Optional: st.Optional}
			for _, it := range st.Items() {
				p := s.Item(it)
				er := exerciseReport{ID: it.ID, Title: it.Title, Kind: it.Kind, State: s.ItemState(it).String(), Attempts: p.Attempts, Hints: p.Hints}
				if p.Attempts > 0 {
					last, best := p.LastScore, p.BestScore
					er.Score, er.Best = &last, &best
				}
				lr.Exercises = append(lr.Exercises, er)
			}
			mr.Lessons = append(mr.Lessons, lr)
		}
		r.Modules = append(r.Modules, mr)
	}
	return r
}

// open are the titles of a part's lessons that count and are not done.
func (m moduleReport) open() []string {
	var out []string
	for _, l := range m.Lessons {
		if !l.Optional && l.State != course.Done.String() {
			out = append(out, l.Title)
		}
	}
	return out
}

func (a *app) printStatus(r statusReport, s *course.Session, events []progress.Event) {
	for _, m := range r.Modules {
		fmt.Fprintf(a.out, "%s: %d of %d\n", m.Title, m.Done, m.All)
		for _, l := range m.Lessons {
			id := l.ID
			if id == "" {
				id = "-"
			}
			optional := ""
			if l.Optional {
				optional = " (optional)"
			}
			fmt.Fprintf(a.out, "  %-7s %-24s %s%s\n", l.State, id, l.Title, optional)
		}
		if left := m.open(); len(left) > 0 && m.Done > 0 && len(left) <= 3 {
			fmt.Fprintf(a.out, "  Left: %s\n", strings.Join(left, "; "))
		}
	}
	for _, m := range s.Course.Modules {
		for _, b := range s.Below(m) {
			fmt.Fprintf(a.out, "Not passed yet: %s. To do it again: threatlings learn %s\n", clean(b.String()), b.Item.ID)
		}
	}
	if before, after, ok := evidence.Gain(events); ok {
		fmt.Fprintf(a.out, "Ten guesses: %d of 10 right before Part 1, %d of 10 after Part 2.\n", before, after)
	}
	if r.Next == nil {
		fmt.Fprintln(a.out, "Everything that is written is done.")
		return
	}
	step, _ := s.Course.Step(r.Next.Lesson)
	fmt.Fprintf(a.out, "Next: %s, page %d of %d. Go on with: threatlings\n", step.Title, r.Next.Page, len(step.Pages))
}

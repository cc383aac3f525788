package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"edu/threatlings/course"
	"edu/threatlings/course/plain"
	"edu/threatlings/course/refresher"
	"edu/threatlings/course/tui"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/progress/refresh"
)

// toTheCourse is for whoever has nothing to refresh yet.
const toTheCourse = "There is nothing to refresh yet, because nothing is behind you: begin the course with threatlings, and come back a day after your first letter or report."

func (a *app) refreshCommand() *cobra.Command {
	var more bool
	cmd := &cobra.Command{
		Use:   "refresh",
		Short: "Ten minutes of what you are about to forget",
		Long: `Ask again what the course taught, shortly before it would be forgotten: threats that you did not
name in a report, and questions of the six letters. What you know comes back later and later, what
has slipped tomorrow. Stop whenever you want.`,
		Example: `  threatlings refresh
  threatlings refresh --more   practise what is not due yet, too`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.refresh(cmd.Context(), more) },
	}
	cmd.Flags().BoolVar(&more, "more", false, "practise what is not due yet, too")
	return cmd
}

// refresh holds a sitting of the refresher, on a full screen or line by line, or
// says when there will be one.
func (a *app) refresh(ctx context.Context, more bool) (err error) {
	o, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	live := a.models(o.session)
	r, err := refresher.Of(ctx, o.session, live)
	if err != nil {
		return err
	}
	step, err := r.Sitting(more)
	if err != nil {
		return err
	}
	if step == nil {
		for _, n := range o.notices {
			fmt.Fprintln(a.err, clean(n))
		}
		a.say(nothingDue(r.Outlook(), o.session.Now()))
		return nil
	}
	if a.lineMode() {
		return plain.Run(ctx, plain.Options{
			Session: o.session, Kinds: kinds.Get, In: a.in, Out: a.out, Notices: o.notices, Step: step, Live: live,
		})
	}
	return a.screens(ctx, o, func(t *tui.Options) {
		t.Step = step
		if !a.readOnly {
			t.Live = live
		}
	})
}

// models is where this person's threat models are.
func (a *app) models(s *course.Session) *course.Live {
	return s.Course.Live(threatmodel.OpenFolder(a.folders().Data))
}

// nothingDue says why there is nothing to ask, and when there will be.
func nothingDue(o refresher.Outlook, now time.Time) string {
	switch {
	case o.Nothing():
		return toTheCourse
	case !o.Ahead:
		return o.Wait(now)
	case o.Next.IsZero():
		return "Nothing is due. To practise all the same: threatlings refresh --more"
	}
	return fmt.Sprintf("Nothing is due. The next comes %s. To practise ahead of time: threatlings refresh --more", refresher.Day(o.Next, now))
}

func (a *app) dueCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "due",
		Short: "Print what the refresher would ask now, and when the next comes",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(o *opened) error {
				r, err := refresher.Of(cmd.Context(), o.session, a.models(o.session))
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(dueOf(r.Outlook()))
				}
				a.printDue(r.Outlook(), o.session.Now())
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// dueReport is what threatlings due --json prints.
type dueReport struct {
	Due         int             `json:"due"`
	Missed      int             `json:"missed"`  // of them: threats that no report named
	Letters     int             `json:"letters"` // of them: questions of a letter
	New         int             `json:"new"`     // of them: asked for the first time
	Next        *time.Time      `json:"next,omitempty"`
	Fresh       string          `json:"fresh,omitempty"` // title of a scenario that is offered
	Live        bool            `json:"live"`            // a second model of one's own is proposed
	Calibration certaintyReport `json:"calibration"`
}

// certaintyReport says how often an answer was right, by how sure its writer was.
type certaintyReport struct {
	Sure   shareReport `json:"sure"`
	Fairly shareReport `json:"fairly"`
	Guess  shareReport `json:"guess"`
}

type shareReport struct {
	Right int `json:"right"`
	Asked int `json:"asked"`
}

func dueOf(o refresher.Outlook) dueReport {
	share := func(s refresh.Share) shareReport { return shareReport{s.Right, s.Asked} }
	r := dueReport{
		Due: o.Due(), Missed: o.Missed, Letters: o.Letters, New: o.New, Fresh: o.Fresh, Live: o.Live,
		Calibration: certaintyReport{share(o.Calibration.Sure), share(o.Calibration.Fairly), share(o.Calibration.Guess)},
	}
	if !o.Next.IsZero() {
		next := o.Next.UTC()
		r.Next = &next
	}
	return r
}

func (a *app) printDue(o refresher.Outlook, now time.Time) {
	if o.Due() == 0 {
		a.say(nothingDue(o, now))
	} else {
		var parts []string
		if o.Missed > 0 {
			parts = append(parts, fmt.Sprintf("%d %s that you did not name in a report", o.Missed, plural(o.Missed, "threat", "threats")))
		}
		if o.Letters > 0 {
			parts = append(parts, fmt.Sprintf("%d %s of the six letters", o.Letters, plural(o.Letters, "question", "questions")))
		}
		text := fmt.Sprintf("%d due: %s.", o.Due(), strings.Join(parts, ", "))
		if o.New > 0 {
			text += fmt.Sprintf(" %d for the first time.", o.New)
		}
		a.say(text + " Go through them with: threatlings refresh")
		if !o.Next.IsZero() {
			fmt.Fprintf(a.out, "The next: %s.\n", refresher.Day(o.Next, now))
		}
	}
	if o.Fresh != "" {
		a.say(fmt.Sprintf("New to you, if you like: %s. It waits at the end of a sitting.", clean(o.Fresh)))
	}
	if text := refresher.Calibration(o.Calibration); text != "" {
		a.say(text)
	}
	if o.Live {
		a.say("The course is a month behind you. A threat model of what your team builds now: threatlings live")
	}
}

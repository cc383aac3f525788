package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/workspace"
)

// LiveOptions is what a conversation about a threat model is made from.
type LiveOptions struct {
	Live     *course.Live
	Workshop *course.Workshop // nil: the person chooses one
	In       io.Reader
	Out      io.Writer
	Notices  []string
}

// Live makes a threat model by lines, until the person leaves.
func Live(_ context.Context, o LiveOptions) (err error) {
	p := input.NewPrompter(o.In, o.Out)
	p.Commands = []input.Command{{Word: "q", Also: []string{"quit", "exit"}, Help: "q leaves; everything is saved", Run: func() error { return input.ErrLeave }}}
	for _, n := range o.Notices {
		p.Say("%s", n)
	}
	defer func() {
		if errors.Is(err, input.ErrLeave) {
			p.Say("Goodbye. Everything is saved.")
			err = nil
		}
		err = errors.Join(err, p.Err())
	}()
	w := o.Workshop
	if w == nil {
		if w, err = chooseModel(p, o.Live); err != nil {
			return err
		}
	}
	defer func() {
		if _, failed := o.Live.Close(w); failed != nil {
			err = failed
		}
	}()
	for _, n := range w.Notices {
		p.Say("%s", n)
	}
	p.Say("Threat model: %s. Every line is saved in %s. At any question: n goes to the next step, b a step back, s lists the steps, q leaves, ? says what else.", w.Model.Title, w.File.Path)
	p.Commands = nil // the conversation has its own
	return workspace.Talk(p, workspace.Options{
		Model: w.Model, Guide: w.Guide, Name: w.Name, Path: func() string { return w.File.Path }, Document: w.Document, Key: w.Key, At: w.File.Step(), Save: w.File.Save, KeepStep: w.File.KeepStep, Now: time.Now,
	})
}

func chooseModel(p *input.Prompter, l *course.Live) (*course.Workshop, error) {
	entries, err := l.Folder.List()
	if err != nil {
		return nil, err
	}
	practices, err := l.Practices()
	if err != nil {
		return nil, err
	}
	var names []string
	var open []func() (*course.Workshop, error)
	for _, e := range entries {
		names = append(names, fmt.Sprintf("Go on with %s: %s", e.Name, e.Title))
		open = append(open, func() (*course.Workshop, error) { return l.Open(e.Path) })
	}
	names = append(names, "Begin with a feature of your own")
	open = append(open, func() (*course.Workshop, error) { return l.Start() })
	for _, f := range practices {
		names = append(names, "Practise on "+f.Title+": "+f.Summary)
		open = append(open, func() (*course.Workshop, error) { return l.StartPractice(f.ID) })
	}
	for {
		i, err := p.Choose("Which threat model?", names)
		if err != nil {
			return nil, err
		}
		w, err := open[i]()
		if err == nil {
			return w, nil
		}
		p.Say("%s", err.Error())
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"

	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course/plain"
	"edu/threatlings/course/tui"
	_ "edu/threatlings/course/tui/early" // before Bubble Tea asks the terminal
	"edu/threatlings/exercises/kinds"
)

func absolute(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("finding the course folder: %w", err)
	}
	return abs, nil
}

// learn opens the course, on a full screen or line by line.
func (a *app) learn(ctx context.Context, id string) error {
	return a.learnFrom(ctx, func(o *opened) (string, error) {
		if _, err := idsOf(o.session.Course, id); id != "" && err != nil {
			return "", err
		}
		return id, nil
	})
}

// learnFrom is learn from where begin says, which may choose another course.
func (a *app) learnFrom(ctx context.Context, begin func(*opened) (id string, err error)) (err error) {
	o, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	id, err := begin(o)
	if err != nil {
		return err
	}
	if a.lineMode() {
		return plain.Run(ctx, plain.Options{
			Session: o.session, Kinds: kinds.Get, In: a.in, Out: a.out, Notices: o.notices, Open: id, Live: a.models(o.session),
		})
	}
	return a.screens(ctx, o, func(t *tui.Options) {
		t.Open = id
		if !a.readOnly {
			t.Live = a.models(o.session)
		}
	})
}

// screens runs the full-screen program until it ends, for whatever reason, and
// saves what the screens still hold.
func (a *app) screens(ctx context.Context, o *opened, begin func(*tui.Options)) error {
	look := tui.LookOf(a.getenv, a.noColour)
	if o.settings.Theme == "dark" || o.settings.Theme == "light" || o.settings.Theme == "mono" {
		look.Ask, look.Dark = false, o.settings.Theme != "light"
	}
	opt := tui.Options{
		Session: o.session, Kinds: kinds.Get, Pages: tui.NewPages(), Settings: o.settings, Save: a.saveSettings,
		Look: look, Out: a.out, Notices: o.notices, Version: version(),
	}
	begin(&opt)
	model := tui.New(ctx, opt)
	var running atomic.Pointer[tea.Program]
	opts := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithAltScreen(), tea.WithFPS(120),
		tea.WithInput(tui.Keys(a.in, look, running.Load)), tea.WithOutput(a.out),
	}
	if !o.settings.NoMouse {
		opts = append(opts, tea.WithMouseCellMotion())
	}
	p := tea.NewProgram(model, opts...)
	running.Store(p)
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP) // the terminal was closed: end in order
	defer signal.Stop(hup)
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-hup:
			p.Quit()
		case <-ended:
		}
	}()
	_, err := p.Run()
	if flushErr := model.Flush(); flushErr != nil {
		return fmt.Errorf("saving what you typed last: %w", flushErr)
	}
	if closeErr := model.Close(); closeErr != nil {
		return fmt.Errorf("closing the threat model: %w", closeErr)
	}
	if err != nil && !errors.Is(err, tea.ErrInterrupted) {
		return fmt.Errorf("running the screens: %w", err)
	}
	return nil
}

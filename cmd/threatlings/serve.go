package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"edu/threatlings/course/server"
	"edu/threatlings/exercises/kinds"
)

// stopWait is how long a server that is asked to stop waits for its seats.
const stopWait = 15 * time.Second

func (a *app) serveCommand() *cobra.Command {
	var address string
	var o server.Options
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Offer the course over SSH to everyone who connects",
		Long: `Offer the course to everyone who connects with the ssh that they have; nothing is installed.
Each person's progress is kept under the fingerprint of their key; who has no key looks around
as a guest. Nobody gets a shell, a file or a port. ssh plain@HOST gives the course line by line.

Progress and the host key lie in the folder "server" of the data folder. ctrl+c, or SIGTERM,
stops in order: what people are typing is saved.`,
		Example: `  threatlings serve
  threatlings serve --address :22 --data /var/lib/threatlings`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), address, o) },
	}
	cmd.Flags().StringVar(&address, "address", ":2222", "the `address` to listen on")
	cmd.Flags().IntVar(&o.Seats, "seats", 500, "the most connections at once")
	cmd.Flags().IntVar(&o.Each, "each", 60, "the most connections from one address")
	cmd.Flags().DurationVar(&o.Idle, "idle", time.Hour, "how long a connection may say nothing")
	return cmd
}

func (a *app) serve(ctx context.Context, address string, o server.Options) (err error) {
	_, _ = a.settings()
	fsys, done, err := a.content()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if o.Course, err = a.load(fsys); err != nil {
		return err
	}
	o.Kinds, o.Version, o.Dir = kinds.Get, version(), filepath.Join(a.folders().Data, "server")
	o.Log = slog.New(slog.NewTextHandler(a.err, nil))
	s, err := server.New(o)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listening on %s: %w. Choose another with --address", clean(address), err)
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return fmt.Errorf("reading the address: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		if host, err = os.Hostname(); err != nil {
			host = "HOST"
		}
	}
	fmt.Fprintf(a.out, "The course is at:  ssh learn@%s -p %s\nIts host key is:   %s\nctrl+c stops, and saves what people are typing.\n", host, port, s.Fingerprint())
	ctx, cancel := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	wait, stop := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
	defer stop()
	return errors.Join(s.Stop(wait), <-served)
}

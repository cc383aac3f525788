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

	"edu/threatlings/course"
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

Progress and the host key lie in the folder "server" of the data folder, or with --database in a
PostgreSQL, so that several servers behind one name share everybody's progress and all classes;
give each of them the same host_key. ctrl+c, or SIGTERM, stops in order: what people are typing
is saved.`,
		Example: `  threatlings serve
  threatlings serve --address :22 --data /var/lib/threatlings`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), address, o) },
	}
	serverFlags(cmd, &address, &o)
	return cmd
}

// serverFlags are those of every command that is a server.
func serverFlags(cmd *cobra.Command, address *string, o *server.Options) {
	cmd.Flags().StringVar(address, "address", ":2222", "the `address` to listen on")
	cmd.Flags().StringVar(&o.Address, "public", "", "the `host:port` that people are told to connect to")
	cmd.Flags().StringVar(&o.Database, "database", "", "a PostgreSQL `address` that several servers share (default: a file); the environment variable THREATLINGS_DATABASE keeps a password off the command line")
	cmd.Flags().IntVar(&o.Seats, "seats", 500, "the most connections at once")
	cmd.Flags().IntVar(&o.Each, "each", 60, "the most connections from one address")
	cmd.Flags().DurationVar(&o.Idle, "idle", time.Hour, "how long a connection may say nothing")
}

// A running server.
type running struct {
	*server.Server
	course *course.Course
	served chan error
	stop   func() error // in order: what people are typing is saved
}

// startServer opens the course, listens and serves.
func (a *app) startServer(address string, o server.Options) (*running, error) {
	_, _ = a.settings()
	fsys, done, err := a.content()
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*running, error) { return nil, errors.Join(err, done()) }
	if o.Course, err = a.load(fsys); err != nil {
		return fail(err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fail(fmt.Errorf("listening on %s: %w. Choose another with --address", clean(address), err))
	}
	if o.Address == "" {
		if o.Address, err = reachable(l.Addr()); err != nil {
			return fail(errors.Join(err, l.Close()))
		}
	}
	if o.Database == "" {
		o.Database = a.getenv("THREATLINGS_DATABASE")
	}
	o.Kinds, o.Version, o.Dir = kinds.Get, version(), filepath.Join(a.folders().Data, "server")
	s, err := server.New(o)
	if err != nil {
		return fail(errors.Join(err, l.Close()))
	}
	r := &running{Server: s, course: o.Course, served: make(chan error, 1)}
	go func() { r.served <- s.Serve(l) }()
	r.stop = func() error {
		wait, cancel := context.WithTimeout(context.Background(), stopWait)
		defer cancel()
		return errors.Join(s.Stop(wait), <-r.served, done())
	}
	return r, nil
}

// reachable is an address as people on other machines may type it.
func reachable(addr net.Addr) (string, error) {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "", fmt.Errorf("reading the address: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		if host, err = os.Hostname(); err != nil {
			host = "HOST"
		}
	}
	return net.JoinHostPort(host, port), nil
}

func (a *app) serve(ctx context.Context, address string, o server.Options) error {
	ctx, cancel := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM) // before it says that it can be stopped
	defer cancel()
	o.Log = slog.New(slog.NewTextHandler(a.err, nil))
	s, err := a.startServer(address, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "The course is at:  %s\nIts host key is:   %s\nctrl+c stops, and saves what people are typing.\n", s.Join("learn"), s.Fingerprint())
	return untilStopped(ctx, s)
}

// untilStopped waits for the end of the context, or of the server itself, and
// stops in order.
func untilStopped(ctx context.Context, s *running) error {
	select {
	case err := <-s.served:
		s.served <- nil // it is asked again below
		return errors.Join(err, s.stop())
	case <-ctx.Done():
		return s.stop()
	}
}

// Command loadtest sits many people down at a server of the course on loopback,
// lets each press a key a second while reading and typing, and prints how long
// the answers took, what was written for a key, and how much memory a seat takes.
//
// Server and clients share this one machine: the figures are the server's and
// the clients' together, and say more as ratios between rows than by themselves.
package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"edu/threatlings/course"
	"edu/threatlings/course/server"
	"edu/threatlings/exercises/kinds"
)

func main() {
	seats := flag.String("seats", "100,500,1000,2000", "how many `people`, one number or several with commas")
	keys := flag.Int("keys", 20, "how many keys each presses, one a second")
	serve := flag.Bool("serve", false, "be the server (started by the test itself)")
	flag.Parse()
	var err error
	if *serve {
		err = beServer()
	} else {
		err = run(*seats, *keys)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// beServer serves in a process of its own, so that its memory is its own.
func beServer() error {
	dir, err := os.MkdirTemp("", "loadtest-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		return err
	}
	s, err := server.New(server.Options{Course: c, Kinds: kinds.Get, Dir: dir, Seats: 1 << 20, Each: 1 << 20, Rate: 1 << 20})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	fmt.Println(l.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test closes it
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_ = s.Stop(ctx) // the process ends with it
	}()
	return s.Serve(l)
}

// clientMemory is how many bytes the clients take before they collect garbage.
const clientMemory = 1 << 30

func run(list string, keys int) error {
	// The clients' own garbage is nobody's wait: they collect none while they can do without.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(clientMemory)
	fmt.Printf("%6s  %12s  %12s  %10s  %12s  %14s\n", "seats", "key p50 (ms)", "key p99 (ms)", "bytes/key", "MB RSS/seat", "first p50 (ms)")
	for _, f := range strings.Split(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(f))
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of seats", f)
		}
		if err := once(n, keys); err != nil {
			return fmt.Errorf("%d seats: %w", n, err)
		}
	}
	return nil
}

// once measures one number of seats against a server of its own.
func once(n, keys int) (err error) {
	cmd := exec.Command(os.Args[0], "-serve")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the server: %w", err)
	}
	defer func() {
		_ = in.Close()
		err = errors.Join(err, cmd.Wait())
	}()
	var addr string
	if _, err := fmt.Fscanln(out, &addr); err != nil {
		return fmt.Errorf("reading the server's address: %w", err)
	}
	before := resident(cmd.Process.Pid)
	people := make([]*person, n)
	defer func() {
		for _, p := range people {
			if p != nil {
				_ = p.conn.Close()
			}
		}
	}()
	for i := range people { // one after the other: how long does a new one wait?
		if people[i], err = sit(addr); err != nil {
			return fmt.Errorf("seat %d: %w", i+1, err)
		}
	}
	var wg sync.WaitGroup
	for i, p := range people {
		wg.Go(func() {
			time.Sleep(time.Second * time.Duration(i) / time.Duration(n)) // spread over a second
			p.live(keys)
		})
	}
	wg.Wait()
	var took, first []time.Duration
	var written int64
	for _, p := range people {
		if p.err != nil {
			return p.err
		}
		took, first = append(took, p.took...), append(first, p.first)
		written += p.written.Load() - p.began
	}
	slices.Sort(took)
	slices.Sort(first)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("%6d  %12.1f  %12.1f  %10d  %12.3f  %14.1f\n", n, ms(took[len(took)/2]), ms(took[len(took)*99/100]), written/int64(len(took)), float64(resident(cmd.Process.Pid)-before)/float64(n)/(1<<20), ms(first[len(first)/2]))
	return nil
}

// resident is the memory of a process in bytes, 0 where that cannot be known.
func resident(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// A person is one connection with a terminal.
type person struct {
	conn    *ssh.Client
	in      io.Writer
	came    chan time.Time
	written atomic.Int64
	began   int64
	first   time.Duration
	took    []time.Duration
	err     error
}

// sit connects and waits for the first frame.
func sit(addr string) (*person, error) {
	_, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	key, err := ssh.NewSignerFromKey(priv)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	conn, err := ssh.Dial("tcp", addr, &ssh.ClientConfig{User: "learn", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	sess, err := conn.NewSession()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening a session: %w", err), conn.Close())
	}
	p := &person{conn: conn, came: make(chan time.Time, 1)}
	in, err1 := sess.StdinPipe()
	out, err2 := sess.StdoutPipe()
	began := time.Now()
	if err := errors.Join(err1, err2, sess.RequestPty("xterm-256color", 24, 80, ssh.TerminalModes{}), sess.Shell()); err != nil {
		return nil, errors.Join(fmt.Errorf("opening a terminal: %w", err), conn.Close())
	}
	p.in = in
	go func() {
		buf := make([]byte, 1<<14)
		for {
			n, err := out.Read(buf)
			if n > 0 {
				p.written.Add(int64(n))
				select {
				case p.came <- time.Now():
				default:
				}
			}
			if err != nil {
				return
			}
		}
	}()
	p.first = (<-p.came).Sub(began)
	return p, nil
}

// live reads a lesson, does an exercise and types, one key a second.
func (p *person) live(keys int) {
	const quiet = 200 * time.Millisecond
	settle := func() {
		for {
			select {
			case <-p.came:
			case <-time.After(quiet):
				return
			}
		}
	}
	settle()
	p.began = p.written.Load()
	// Each key changes something: a page on, two choices, the page before, a note.
	script := []string{"\x1b[C", "j", "k", "\x10", "n", "a", "b", "c", "d", "e", "f", "g", "\x1b"}
	for i := range keys {
		key := "\r" // begin
		if i > 0 {
			key = script[(i-1)%len(script)]
		}
		select { // a frame that came late is no answer to this key
		case <-p.came:
		default:
		}
		began := time.Now()
		if _, err := io.WriteString(p.in, key); err != nil {
			p.err = fmt.Errorf("typing: %w", err)
			return
		}
		select {
		case t := <-p.came:
			p.took = append(p.took, t.Sub(began))
		case <-time.After(10 * time.Second):
			p.err = fmt.Errorf("key %d got no answer in ten seconds", i)
			return
		}
		settle()
		time.Sleep(max(0, time.Second-time.Since(began)))
	}
}

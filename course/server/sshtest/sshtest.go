// Package sshtest is a person at a terminal with a real SSH client.
package sshtest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hinshun/vt10x"
	"golang.org/x/crypto/ssh"
)

// Key makes a key.
func Key(t testing.TB) ssh.Signer {
	t.Helper()
	_, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ssh.NewSignerFromKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Dial connects with a key, or as a guest without one.
func Dial(addr, user string, key ssh.Signer) (*ssh.Client, error) {
	auth := []ssh.AuthMethod{ssh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return nil, nil })}
	if key != nil {
		auth = []ssh.AuthMethod{ssh.PublicKeys(key)}
	}
	return ssh.Dial("tcp", addr, &ssh.ClientConfig{User: user, Auth: auth, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second})
}

// A Client is a person with a terminal.
type Client struct {
	t    testing.TB
	conn *ssh.Client
	sess *ssh.Session
	in   io.WriteCloser
	vt   vt10x.Terminal
	raw  bytes.Buffer
	mu   sync.Mutex
	wake chan struct{}
	gone chan struct{}

	stalled atomic.Bool
}

// Sit connects and opens a terminal; without a terminal when term is "".
func Sit(t testing.TB, addr, user, term string, key ssh.Signer, width, height int) *Client {
	t.Helper()
	conn, err := Dial(addr, user, key)
	if err != nil {
		t.Fatal(err)
	}
	sess, err := conn.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{t: t, conn: conn, sess: sess, vt: vt10x.New(vt10x.WithSize(width, height)), wake: make(chan struct{}, 1), gone: make(chan struct{})}
	if term != "" {
		if err := sess.RequestPty(term, height, width, ssh.TerminalModes{}); err != nil {
			t.Fatal(err)
		}
	}
	if c.in, err = sess.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := sess.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := sess.Shell(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.gone)
		buf := make([]byte, 1<<15)
		for {
			if c.stalled.Load() {
				_ = conn.Wait() // nothing is taken until the connection ends
				return
			}
			n, err := out.Read(buf)
			c.mu.Lock()
			c.raw.Write(buf[:n])
			_, _ = c.vt.Write(buf[:n]) // the emulator's writes do not fail
			c.mu.Unlock()
			select {
			case c.wake <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close() })
	return c
}

// Screen is what the terminal shows.
func (c *Client) Screen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.vt.String()
}

// Said is every byte that came.
func (c *Client) Said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw.String()
}

// Send types.
func (c *Client) Send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c.in, s); err != nil {
		c.t.Fatal(err)
	}
}

// TrySend types and returns what went wrong: the connection may be cut meanwhile.
func (c *Client) TrySend(s string) error {
	_, err := io.WriteString(c.in, s)
	return err
}

func (c *Client) until(what string, get func() string) {
	c.t.Helper()
	limit := time.After(20 * time.Second)
	for !strings.Contains(get(), what) {
		select {
		case <-c.wake:
		case <-c.gone:
			if !strings.Contains(get(), what) {
				c.t.Fatalf("%q never came before the end of:\n%s", what, get())
			}
		case <-limit:
			c.t.Fatalf("%q never came:\n%s", what, get())
		}
	}
}

// Shows waits until something stands on the screen.
func (c *Client) Shows(what string) { c.t.Helper(); c.until(what, c.Screen) }

// Says waits until something came.
func (c *Client) Says(what string) { c.t.Helper(); c.until(what, c.Said) }

// Ends waits until the server has closed the session.
func (c *Client) Ends() {
	c.t.Helper()
	select {
	case <-c.gone:
	case <-time.After(10 * time.Second):
		c.t.Fatalf("the session goes on:\n%s", c.Screen())
	}
}

// Stall takes nothing more of what is sent.
func (c *Client) Stall() { c.stalled.Store(true) }

// Resize makes the window another size. The terminal here stays as it is.
func (c *Client) Resize(width, height int) error { return c.sess.WindowChange(height, width) }

// Drop cuts the connection, as a tunnel does.
func (c *Client) Drop() {
	c.t.Helper()
	if err := c.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		c.t.Fatal(err)
	}
}

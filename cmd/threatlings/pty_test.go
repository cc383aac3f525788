package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// buildDir is where the program under test is built, and binary builds it once.
var (
	buildDir = filepath.Join(os.TempDir(), fmt.Sprintf("threatlings-test-%d", os.Getpid()))
	binary   = sync.OnceValues(func() (string, error) {
		name := filepath.Join(buildDir, "threatlings")
		out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("%w: %s", err, out)
		}
		return name, nil
	})
)

func mustBinary(t testing.TB) string {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal("building the program:", err)
	}
	return name
}

// A terminal is the real program in a pseudo-terminal with an emulator behind it.
type terminal struct {
	t    testing.TB
	cmd  *exec.Cmd
	pty  *os.File
	vt   vt10x.Terminal
	wake chan struct{}
	done chan struct{}

	mu      sync.Mutex
	written int       // bytes the program has written
	stamp   time.Time // when the first byte came since it was set to zero; the emulator has not read it then
	raw     strings.Builder
}

// home is an environment with folders of its own.
func home(t testing.TB) []string {
	dir := t.TempDir()
	return []string{
		"HOME=" + dir, "XDG_DATA_HOME=" + dir + "/data", "XDG_CONFIG_HOME=" + dir + "/config", "XDG_STATE_HOME=" + dir + "/state", "XDG_CACHE_HOME=" + dir + "/cache",
		"TERM=xterm-256color", "COLORFGBG=15;0", "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TZ=UTC",
	}
}

// dataDir is where an environment made by home keeps progress.
func dataDir(env []string) string {
	for _, e := range env {
		if d, ok := strings.CutPrefix(e, "XDG_DATA_HOME="); ok {
			return filepath.Join(d, "threatlings")
		}
	}
	return ""
}

func start(t testing.TB, env []string, cols, rows int, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command(mustBinary(t), args...)
	cmd.Env = env
	return startCommand(t, cmd, cols, rows)
}

func startCommand(t testing.TB, cmd *exec.Cmd, cols, rows int) *terminal {
	t.Helper()
	p, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, cmd: cmd, pty: p, vt: vt10x.New(vt10x.WithSize(cols, rows)), wake: make(chan struct{}, 1), done: make(chan struct{})}
	go x.read()
	t.Cleanup(x.kill)
	return x
}

func (x *terminal) read() {
	defer close(x.done)
	buf := make([]byte, 1<<16)
	for {
		n, err := x.pty.Read(buf)
		came := time.Now()
		x.mu.Lock()
		if n > 0 {
			if x.stamp.IsZero() {
				x.stamp = came
			}
			x.written += n
			x.raw.Write(buf[:n])
			_, _ = x.vt.Write(buf[:n]) // the emulator's writes do not fail
		}
		x.mu.Unlock()
		select {
		case x.wake <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// screen is what stands on the screen, without trailing blanks.
func (x *terminal) screen() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	lines := strings.Split(x.vt.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \x00")
	}
	return strings.Join(lines, "\n")
}

// firstByte waits for the first byte behind the first n, and says when it came.
func (x *terminal) firstByte(n int) time.Time {
	for x.bytes() == n {
		<-x.wake
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	came := x.stamp
	x.stamp = time.Time{}
	return came
}

func (x *terminal) bytes() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.written
}

func (x *terminal) send(keys string) {
	if _, err := io.WriteString(x.pty, keys); err != nil && !errors.Is(err, syscall.EIO) {
		x.t.Fatal("typing:", err)
	}
}

// until waits until the screen is as wanted, and returns it.
func (x *terminal) until(what string, ok func(screen string) bool) string {
	x.t.Helper()
	s, found := x.try(ok)
	if !found {
		x.t.Fatalf("the screen never showed %s:\n%s", what, s)
	}
	return s
}

func (x *terminal) try(ok func(string) bool) (string, bool) {
	deadline := time.After(20 * time.Second)
	for {
		if s := x.screen(); ok(s) {
			return s, true
		}
		select {
		case <-x.wake:
		case <-x.done:
			s := x.screen()
			return s, ok(s)
		case <-deadline:
			return x.screen(), false
		}
	}
}

func (x *terminal) shows(text string) string {
	x.t.Helper()
	return x.until("“"+text+"”", func(s string) bool { return strings.Contains(s, text) })
}

// settle waits until the program has written nothing for a while: what it does
// about a key has come to rest.
func (x *terminal) settle() {
	for {
		select {
		case <-x.wake:
		case <-x.done:
			return
		case <-time.After(40 * time.Millisecond):
			return
		}
	}
}

// kill ends the program without giving it a chance.
func (x *terminal) kill() {
	if x.cmd.ProcessState == nil {
		_ = x.cmd.Process.Kill() // it may have ended
		_ = x.cmd.Wait()
	}
	_ = x.pty.Close()
	<-x.done
}

// wait waits for the program to end by itself.
func (x *terminal) wait() error {
	err := x.cmd.Wait()
	_ = x.pty.Close()
	<-x.done
	return err
}

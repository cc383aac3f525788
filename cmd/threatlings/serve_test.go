package main

import (
	"bufio"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// The server says how to get in, takes a connection, and ends in order.
func TestServe(t *testing.T) {
	cmd := exec.Command(mustBinary(t), "serve", "--address", "127.0.0.1:0")
	cmd.Env = home(t)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // it may have ended
	lines := bufio.NewScanner(out)
	var said []string
	for range 3 {
		if !lines.Scan() {
			t.Fatalf("the server ended: %q, %v", said, lines.Err())
		}
		said = append(said, lines.Text())
	}
	m := regexp.MustCompile(`ssh learn@(127\.0\.0\.1) -p (\d+)`).FindStringSubmatch(said[0])
	if m == nil || !strings.Contains(said[1], "SHA256:") {
		t.Fatalf("%q", said)
	}
	conn, err := net.Dial("tcp", m[1]+":"+m[2])
	if err != nil {
		t.Fatal(err)
	}
	greeting, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(greeting, "SSH-2.0-threatlings") {
		t.Errorf("%q, %v", greeting, err)
	}
	_ = conn.Close()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

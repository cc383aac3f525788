// Package lrstest starts a learning record store by others, for the tests of
// whoever sends something to one.
package lrstest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Peers is the folder in which a validator and a store by others are installed.
// Without it the test is skipped, and says so.
func Peers(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("XAPI_NODE_DIR")
	if dir == "" {
		t.Skip("SKIPPED: set XAPI_NODE_DIR to a folder with @learninglocker/xapi-validation@3.0.0 and @learninglocker/xapi-statements@7.8.0")
	}
	return dir
}

// Start runs a record store by others, in memory, and returns its endpoint.
func Start(t testing.TB) string {
	t.Helper()
	dir := Peers(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd := exec.CommandContext(ctx, "node", filepath.Join("node_modules", "@learninglocker", "xapi-statements", "dist", "server.js"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "MODELS_REPO=memory", "STORAGE_REPO=memory", "AUTH_REPO=test", "EVENTS_REPO=test", fmt.Sprintf("EXPRESS_PORT=%d", port))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		in := bufio.NewScanner(out)
		for in.Scan() {
			if strings.Contains(in.Text(), "Listening on port") {
				select {
				case ready <- true:
				default: // said once already
				}
			}
		}
		close(ready)
	}()
	t.Cleanup(func() {
		cancel()
		<-drained
		_ = cmd.Wait() // it was killed
	})
	if !<-ready {
		t.Fatal("the store did not start within a minute")
	}
	return fmt.Sprintf("http://127.0.0.1:%d/xAPI", port)
}

//go:build unix

// Package postgrestest starts a PostgreSQL of a test's own, on a socket of its own.
package postgrestest

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Start starts a server and returns its address. Where there is no PostgreSQL
// the test is skipped, and says so.
func Start(t testing.TB) string {
	t.Helper()
	bin := find()
	if bin == "" {
		t.Skip("SKIPPED: there is no PostgreSQL here; Debian's package postgresql has it")
	}
	dir, err := os.MkdirTemp("", "pg") // a socket's path is at most 107 bytes: t.TempDir may be too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	as := owner(t, dir)
	data := filepath.Join(dir, "data")
	run := func(args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, args[0]), args[1:]...)
		cmd.Dir = dir
		cmd.SysProcAttr = as
		return cmd
	}
	if out, err := run("initdb", "-D", data, "-U", "course", "-A", "trust", "-E", "UTF8", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	log := filepath.Join(dir, "log")
	server := run("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=60")
	f, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	server.Stdout, server.Stderr = f, f
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGINT) // a fast shutdown
		_ = server.Wait()
	})
	address := fmt.Sprintf("postgres://course@/postgres?host=%s", url.QueryEscape(dir))
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) { // no timing depends on it
		if err = db.PingContext(t.Context()); err == nil {
			return address
		}
		if time.Now().After(limit) {
			b, _ := os.ReadFile(log)
			t.Fatalf("PostgreSQL did not start: %v\n%s", err, b)
		}
	}
}

// find is the folder of the programs; Debian keeps them out of the path.
func find() string {
	places, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Sort(places)
	slices.Reverse(places)
	if p, err := exec.LookPath("initdb"); err == nil {
		places = append([]string{filepath.Dir(p)}, places...)
	}
	for _, p := range places {
		if _, err := os.Stat(filepath.Join(p, "initdb")); err == nil {
			return p
		}
	}
	return ""
}

// owner hands the folder to somebody else where the test is root, as whom
// PostgreSQL refuses to run.
func owner(t testing.TB, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range strings.Fields("postgres nobody") {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			continue
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			continue
		}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	t.Skip("SKIPPED: PostgreSQL does not run as root, and there is nobody else here")
	return nil
}

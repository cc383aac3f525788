//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"edu/threatlings/course/server/database/postgrestest"
	"edu/threatlings/course/server/sshtest"
)

// Two servers on one PostgreSQL show the same class, the one what was written on
// the other within a second; and when one of them is killed nobody loses a word.
func TestTwoServers(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a PostgreSQL")
	}
	address := postgrestest.Start(t)
	one := &classTest{t: t, env: append(home(t), "THREATLINGS_DATABASE="+address), addr: "127.0.0.1:0", saved: map[string]bool{}}
	one.host("--teams", "Lynx,Otter")

	serve := exec.Command(mustBinary(t), "serve", "--address", "127.0.0.1:0")
	serve.Env, serve.Stderr = append(home(t), "THREATLINGS_DATABASE="+address), os.Stderr
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill() }) // it is killed below
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`-p (\d+)`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("the second server says %q", line)
	}
	two := &classTest{t: t, addr: "127.0.0.1:" + m[1], code: one.code, saved: map[string]bool{}}

	desk := one.openDesk()
	wall := one.sit("wall+", nil, 120, 40)
	wall.Shows("ssh " + one.code + "@")
	ada := &pupil{name: "Ada", key: sshtest.Key(t)}
	one.join(ada)
	bo := &pupil{name: "Bo"}
	two.join(bo)
	wall.Shows("2 here")
	one.forth(desk, "Reading")
	bo.Shows("Card on File")
	one.forth(desk, "Thinking alone")
	for _, p := range []*pupil{ada, bo} {
		p.Shows("Thinking alone")
		p.Send("\t\t\t")
		p.Shows("[cards]")
	}
	one.written(ada, types(ada, said(0)))
	two.written(bo, types(bo, said(1)))

	// how long until the desk at the first server knows of a threat at the second
	began := time.Now()
	desk.Shows("Otter         1 threat")
	if took := time.Since(began); took > time.Second {
		t.Errorf("the other server showed it after %v", took)
	}

	// more is written there, and that server loses its power
	const more = " and nobody looks!"
	two.written(bo, types(bo, more))
	if err := serve.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = serve.Wait() // killed
	bo.Ends()
	two.addr = one.addr
	two.back(bo)
	bo.Shows("nobody looks!")

	one.forth(desk, "The team's list")
	for _, p := range []*pupil{ada, bo} {
		p.Shows("The class has moved on")
		p.Send("\x0e")
		p.Shows("Read what the others in your team wrote")
	}
	one.forth(desk, "Choosing three")
	for _, phase := range []string{"All locked", "All at once"} {
		one.forth(desk, phase)
	}
	wall.Shows("Lynx")
	for _, name := range []string{"md", "json"} {
		cmd := exec.Command(mustBinary(t), "class", "report", one.code, "--to", name)
		cmd.Env, cmd.Stderr = one.env, os.Stderr
		b, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{said(0), said(1) + more} {
			if !strings.Contains(string(b), text) {
				t.Errorf("the report (%s) lacks %q:\n%s", name, text, b)
			}
		}
	}
}

// types types and returns what was typed.
func types(p *pupil, text string) string {
	p.Send(text)
	return text
}

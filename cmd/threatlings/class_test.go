package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/server/sshtest"
)

// A class under test: the real program is its host, and everybody is a real SSH client.
type classTest struct {
	t          *testing.T
	env        []string
	addr       string
	cmd        *exec.Cmd
	code, word string
	saved      map[string]bool // every threat that was called saved
}

// host starts the host, or starts it again on the same address.
func (c *classTest) host(args ...string) {
	c.t.Helper()
	c.cmd = exec.Command(mustBinary(c.t), append([]string{"class", "host", "--no-desk", "--address", c.addr}, args...)...)
	c.cmd.Env, c.cmd.Stderr = c.env, os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = c.cmd.Process.Kill() }) // it may have ended
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), "The host key") {
			break
		}
	}
	m := regexp.MustCompile(`The class (\w{5}) is open\.\nTo join: +ssh (\w{5})@[\d.]+ -p (\d+)\n(?s:.*)Its word is: +(\w{10})\n`).FindStringSubmatch(said)
	if m == nil || m[1] != m[2] {
		c.t.Fatalf("the host says %q", said)
	}
	if c.code != "" && (c.code != m[1] || c.word != m[4]) {
		c.t.Fatalf("another class: %q", said)
	}
	c.code, c.word = m[1], m[4]
	c.addr = "127.0.0.1:" + m[3]
}

// kill takes the host's power away.
func (c *classTest) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		c.t.Fatal(err)
	}
	_ = c.cmd.Wait() // killed
}

func (c *classTest) sit(prefix string, key ssh.Signer, w, h int) *sshtest.Client {
	c.t.Helper()
	return sshtest.Sit(c.t, c.addr, prefix+c.code, "xterm-256color", key, w, h)
}

// openDesk sits down at the desk with its word.
func (c *classTest) openDesk() *sshtest.Client {
	c.t.Helper()
	d := c.sit("desk+", nil, 120, 50)
	d.Shows("has the word of its desk")
	d.Send(c.word + "\r")
	d.Shows("next phase")
	return d
}

// forth moves the class to its next phase.
func (c *classTest) forth(d *sshtest.Client, title string) {
	c.t.Helper()
	d.Send("n")
	d.Shows("n once more: the class goes to “" + title + "”")
	d.Send("n")
	if title == "The end" {
		d.Shows("The report is written with w")
		return
	}
	d.Shows(title + " · ")
}

// A pupil is one of twenty, with or without a key.
type pupil struct {
	name   string
	key    ssh.Signer
	number string
	*sshtest.Client
}

func (c *classTest) join(p *pupil) {
	c.t.Helper()
	p.Client = c.sit("", p.key, 80, 24)
	p.Shows("How do you want to be called?")
	p.Send(p.name + "\r")
	p.Shows("Welcome, " + p.name + ".")
	if p.key == nil {
		p.Shows("Your number is ")
		p.number = regexp.MustCompile(`Your number is (\d{4})`).FindStringSubmatch(p.Screen())[1]
	}
}

// back is somebody whose connection was cut.
func (c *classTest) back(p *pupil) {
	c.t.Helper()
	p.Client = c.sit("", p.key, 80, 24)
	if p.key == nil {
		p.Shows("How do you want to be called?")
		p.Send(p.name + "\r")
		p.Shows("type your number of four")
		p.Send(p.number + "\r")
	}
	p.Shows("› " + p.name + " ")
}

// written waits until a threat that was typed is called saved.
func (c *classTest) written(p *pupil, text string) {
	c.t.Helper()
	p.Shows(text[strings.LastIndex(text, " ")+1:])
	p.Shows("· saved")
	c.saved[text] = true
}

// A whole class: an instructor, a wall, four teams of five; people drop out and
// come back, one is late, two fight for a name, and the host dies twice.
func TestClassOverSSH(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty people take their time")
	}
	c := &classTest{t: t, env: home(t), addr: "127.0.0.1:0", saved: map[string]bool{}}
	c.host("--teams", "4", "--name", "Odalys")
	desk := c.openDesk()
	wall := c.sit("wall+", nil, 120, 40)
	wall.Shows("ssh " + c.code + "@")

	var class []*pupil
	for i := range 19 {
		p := &pupil{name: fmt.Sprintf("Pupil%02d", i)}
		if i%2 == 0 {
			p.key = sshtest.Key(t)
		}
		class = append(class, p)
		c.join(p)
	}
	wall.Shows("19 here")

	// two want to be called the same, again and again
	for range 2 {
		class[1].Send("n")
		class[1].Shows("How do you want to be called?")
		class[1].Send("Pupil02\r")
		class[1].Shows("called Pupil02 already")
		class[1].Send("\x1b")
		class[1].Shows("Find your team")
	}
	c.forth(desk, "Reading")
	class[4].Shows("Card on File")
	c.forth(desk, "Thinking alone")

	// everybody writes; three are cut off in the middle of it
	for i, p := range class {
		p.Shows("Thinking alone")
		p.Send("\t\t\t")
		p.Shows("[cards]")
		p.Send(said(i))
	}
	for i, p := range class {
		c.written(p, said(i))
	}
	for _, i := range []int{2, 5, 9} {
		class[i].Drop()
	}
	wall.Shows("3 away")

	c.kill()
	c.host()
	desk = c.openDesk()
	desk.Shows("Thinking alone · 3 of 10")
	wall = c.sit("wall+", nil, 120, 40)
	for i, p := range class {
		c.back(p)
		p.Shows("[cards]")
		p.Shows(fmt.Sprintf("%02d!", i)) // the end of what was written there
	}
	late := &pupil{name: "Latecomer"}
	late.Client = c.sit("", nil, 80, 24)
	late.Shows("How do you want to be called?")
	late.Send("Latecomer\r")
	late.Shows("Thinking alone")
	late.Shows("Your number is ")
	late.number = regexp.MustCompile(`Your number is (\d{4})`).FindStringSubmatch(late.Screen())[1]
	class = append(class, late)
	late.Send("\t\t\t")
	const last = "Anyone inside production can call the Billing Service and skip the limit"
	late.Send(last)
	c.written(late, last)
	wall.Shows("20 here")

	// who is typing is not moved; the others go along
	c.forth(desk, "The team's list")
	class[0].Shows("The class has moved on")
	class[0].Send(" indeed.")
	class[0].Shows("indeed.")
	c.saved[said(0)], c.saved[said(0)+" indeed."] = false, true
	for _, p := range class {
		p.Shows("The class has moved on")
		p.Send("\x0e")
		p.Shows("Fold together")
	}
	c.forth(desk, "Choosing three")
	teams := map[string][]*pupil{}
	for _, p := range class {
		p.Shows("Choosing three")
		team := regexp.MustCompile(`Class \w+ › (\w+) ›`).FindStringSubmatch(p.Screen())[1]
		teams[team] = append(teams[team], p)
	}
	if len(teams) != 4 {
		t.Fatalf("%d teams", len(teams))
	}
	locked := 0
	for _, members := range teams {
		if len(members) != 5 {
			t.Errorf("a team of %d", len(members))
		}
		members[0].Send("1j2j3")
		members[4].Shows("3 of 3 chosen")
		if locked == 2 {
			c.kill() // once more, with two teams locked
			c.host()
			desk = c.openDesk()
			wall = c.sit("wall+", nil, 120, 40)
			for _, p := range class {
				c.back(p)
				p.Shows("Choosing three")
			}
			members[1].Shows("3 of 3 chosen")
			members[1].Shows("2 of 4 teams have locked")
		}
		members[1].Send("l")
		members[2].Shows("✓ locked")
		locked++
	}
	wall.Shows("teams have locked")
	for _, phase := range []string{"All locked", "All at once"} {
		c.forth(desk, phase)
	}
	for team := range teams {
		wall.Shows(team)
	}
	c.forth(desk, "What is the same")
	c.forth(desk, "What first?")
	for _, p := range class {
		p.Shows("0 of 3 votes given")
		p.Send(" j j ")
		p.Shows("3 of 3 votes given")
	}
	c.forth(desk, "The key")
	wall.Shows("Named by nobody")
	class[3].Shows("threats in the key")
	c.forth(desk, "The end")
	class[7].Shows("The class is over")

	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("the host ended with %v", err)
	}
	c.checkReport()
}

// checkReport holds that the report has every threat that was called saved, and
// everybody's name.
func (c *classTest) checkReport() {
	t := c.t
	t.Helper()
	cmd := exec.Command(mustBinary(t), "class", "report", c.code, "--to", "json")
	cmd.Env, cmd.Stderr = c.env, os.Stderr
	b, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		classroom.Board
		People  int            `json:"people"`
		Host    string         `json:"host"`
		Votes   map[string]int `json:"votes"`
		Present []struct {
			Name, Team string
			Cards      int
		} `json:"attendance"`
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	var texts, names []string
	for _, row := range r.Rows {
		for _, told := range row.Told {
			texts = append(texts, told.Threat.Text)
		}
	}
	for _, team := range r.Teams {
		names = append(names, team.Members...)
		if len(team.Top) != 3 {
			t.Errorf("%s has %d in its top", team.Name, len(team.Top))
		}
	}
	for text, is := range c.saved {
		if is && !slices.Contains(texts, text) {
			t.Errorf("%q was called saved and is not in the report: %q", text, texts)
		}
	}
	for _, p := range r.Present {
		if p.Name == "" || p.Team == "" || p.Cards != 1 {
			t.Errorf("attendance: %+v", p)
		}
	}
	votes := 0
	for _, n := range r.Votes {
		votes += n
	}
	if len(texts) != 20 || len(r.Present) != 20 || len(names) != 20 || r.People != 20 || r.Host != "Odalys" || votes != 60 || r.Found.Room < 5 {
		t.Errorf("%d threats, %d names, %d people, led by %q, %d votes, %+v", len(texts), len(names), r.People, r.Host, votes, r.Found)
	}
}

// said is what a pupil writes.
func said(i int) string { return fmt.Sprintf("%s says %02d!", ideas[i%len(ideas)], i) }

// ideas are what the class comes up with, in its own words.
var ideas = []string{
	"Someone who gets into the database reads every card number",
	"With my own token I change the card of another workspace named in the body",
	"Criminals try stolen cards and our answers tell them which still work",
	"A viewer and not only the owner can change the card since no role is checked",
	"Whoever finds an old shared token can change how the company pays",
	"Nightly snapshots with all the cards lie unencrypted in the data team's bucket",
	"An engineer deletes log lines so nobody sees what he did",
	"A prod admin copies rows and nothing records it",
	"Thousands of paid checks a day run up our bill at CardNet",
	"The hop behind the gateway is plain HTTP so an insider listens to the cards",
}

// The classroom's commands say what is wrong before anything is started.
func TestJoinArgs(t *testing.T) {
	for in, want := range map[string]string{
		"K7QDX@course.example:2200":      "-t -p 2200 -l K7QDX -- course.example",
		"k7-qdx@course.example":          "-t -p 2222 -l K7QDX -- course.example",
		"wall+k7qdx@course.example:22":   "-t -p 22 -l wall+K7QDX -- course.example",
		"K7QDX@-oProxyCommand=evil":      "",
		"K7QDX@host:2222 -oProxyCommand": "",
		"course.example":                 "",
		"K7QD0@course.example":           "",
	} {
		args, err := joinArgs(in)
		if got := strings.Join(args, " "); got != want || (err == nil) != (want != "") {
			t.Errorf("%q gives %q, %v", in, got, err)
		}
	}
}

package server

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/server/sshtest"
)

// class makes a class and returns its code and the word of its desk.
func (h *site) class(c classroom.Class) (code, word string) {
	h.t.Helper()
	if c.Scenario == "" {
		c.Scenario = "billing"
	}
	if c.Teams == nil {
		c.Teams = []string{"Lynx", "Otter"}
	}
	code, word, err := h.s.Rooms.Create(h.t.Context(), c)
	if err != nil {
		h.t.Fatal(err)
	}
	return code, word
}

// join comes into a class without a key and returns the number of the seat.
func (h *site) join(code, name string) (*sshtest.Client, string) {
	h.t.Helper()
	c := h.sit(code, "xterm-256color", nil)
	c.Shows("How do you want to be called?")
	c.Send(name + "\r")
	c.Shows("Your number is ")
	return c, regexp.MustCompile(`Your number is (\d{4})`).FindStringSubmatch(c.Screen())[1]
}

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Ten thousand connects that say nothing leave room for one who does, and a
// client that never gets as far as a terminal is not kept.
func TestManyConnects(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1_000
	}
	h := start(t, t.TempDir(), func(o *Options) { o.Each, o.Slow = 10, 200*time.Millisecond })
	for range n {
		c, err := net.Dial("tcp", h.addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
	limit := time.Now().Add(20 * time.Second)
	for { // the server counts them out in its own time
		c, err := h.dial("learn", sshtest.Key(t))
		if err == nil {
			_ = c.Wait() // it opens no terminal, and is closed
			break
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

// Who comes too often waits, by the clock; somebody else does not.
func TestPace(t *testing.T) {
	c := &clock{at: time.Now()}
	g := newGate(1000, 1000, 60, c.now)
	in := 0
	for range 500 {
		if g.enter("one") {
			in++
		}
	}
	if in != 60 || !g.enter("two") {
		t.Errorf("%d came in at once", in)
	}
	c.move(2 * time.Second)
	in = 0
	for range 10 {
		if g.enter("one") {
			in++
		}
	}
	if in != 2 {
		t.Errorf("two seconds are worth %d connections", in)
	}
	for i := range 3 * mostComing {
		g.enter(fmt.Sprint(i))
	}
	if len(g.came) > mostComing {
		t.Errorf("%d addresses are remembered", len(g.came))
	}
}

// A window of two thousand million lines is drawn as a large one, and a change that
// is none is refused.
func TestHugeWindow(t *testing.T) {
	h := start(t, t.TempDir(), nil)
	_, sess := h.session("learn")
	out, err := sess.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	const huge = 1<<31 - 1
	if err := errors.Join(sess.RequestPty("xterm-256color", huge, huge, ssh.TerminalModes{}), sess.Shell(), sess.WindowChange(huge, huge)); err != nil {
		t.Fatal(err)
	}
	if ok, err := sess.SendRequest("window-change", true, []byte("x")); err != nil || ok {
		t.Errorf("half a size was taken: %v, %v", ok, err)
	}
	var m runtime.MemStats
	read := bufio.NewReader(out)
	for said := ""; !strings.Contains(said, "Begin"); {
		b, err := read.ReadString('n')
		if said += b; err != nil {
			t.Fatalf("%v after %d bytes", err, len(said))
		}
	}
	if runtime.ReadMemStats(&m); m.HeapAlloc > 1<<30 {
		t.Errorf("the server takes %d MB", m.HeapAlloc>>20)
	}
	c := h.sit("learn", "xterm", nil)
	c.Shows("Begin")
	if err := c.Resize(huge, huge); err != nil {
		t.Fatal(err)
	}
	if err := c.Resize(80, 24); err != nil {
		t.Fatal(err)
	}
	c.Send("\r")
	c.Shows("Good morning")
}

// A client that takes nothing of what it is sent holds nobody up, and is let go
// with what it typed.
func TestSlowReader(t *testing.T) {
	if testing.Short() {
		t.Skip("a slow one takes its time")
	}
	dir, key := t.TempDir(), sshtest.Key(t)
	h := start(t, dir, func(o *Options) { o.Slow = 500 * time.Millisecond })
	other := h.sit("learn", "xterm-256color", sshtest.Key(t))
	other.Shows("Begin")

	slow := sshtest.Sit(t, h.addr, "learn", "xterm-256color", key, 250, 250)
	slow.Shows("Begin")
	slow.Send("\r")
	slow.Shows("Good morning")
	slow.Send("n")
	slow.Shows("What do you want to remember?")
	slow.Send("\x1b[200~" + strings.Repeat("Mind the gap. ", 700) + "\x1b[201~and the slow step")
	slow.Shows("slow step")
	slow.Stall()
	for i := 0; slow.Resize(250-i%2*20, 250) == nil; i++ { // the whole screen is drawn anew
		if i%20 == 0 {
			other.Send("g")
			other.Shows("Glossary")
			other.Send("\x1b")
			other.Shows("Begin")
		}
	}
	c := h.sit("learn", "xterm-256color", key)
	c.Shows("Continue")
	c.Send("\r")
	c.Shows("Good morning")
	c.Send("n")
	c.Shows("slow step")
}

// Ten megabytes that are pasted, as one paste, as keys, and as one line, cost
// the server little, and others go on.
func TestHugePaste(t *testing.T) {
	if testing.Short() {
		t.Skip("thirty megabytes")
	}
	h := start(t, t.TempDir(), nil)
	other := h.sit("learn", "xterm-256color", sshtest.Key(t))
	other.Shows("Begin")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	flood := strings.Repeat("All your cards are belong to us. ", 10<<20/33)
	for name, f := range map[string]struct{ user, term, open, text string }{
		"paste": {"learn", "xterm-256color", "\x1b[200~", flood},
		"keys":  {"learn", "xterm-256color", "", flood},
		"line":  {"learn", "", "", flood},
	} {
		c := h.sit(f.user, f.term, sshtest.Key(t))
		if f.term != "" {
			c.Shows("Begin")
			c.Send("\r")
			c.Shows("Good morning")
			c.Send("n")
			c.Shows("What do you want to remember?")
		} else {
			c.Says("Line mode")
		}
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_ = c.TrySend(f.open + f.text) // it ends when the connection is cut
		}()
		for range 30 {
			other.Send("g")
			other.Shows("Glossary")
			other.Send("\x1b")
			other.Shows("Begin")
		}
		runtime.ReadMemStats(&after)
		if peak := after.HeapInuse >> 20; peak > 512 { // with garbage, of the server and of this test
			t.Errorf("%s: the process takes %d MB", name, peak)
		}
		// What is kept is asked more strictly: how much waits to be collected depends
		// on the machine.
		runtime.GC()
		runtime.ReadMemStats(&after)
		grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
		t.Logf("%s: %d kB", name, grown>>10)
		if grown > 80<<20 {
			t.Errorf("%s: the server keeps %d MB more", name, grown>>20)
		}
		c.Drop()
		<-sent
	}
}

// No control sequence of one person reaches the screen of another, from neither face.
func TestControlSequencesStayOut(t *testing.T) {
	h := start(t, t.TempDir(), nil)
	code, word := h.class(classroom.Class{})
	wall := h.sit("wall+"+code, "xterm-256color", nil)
	wall.Shows("ssh " + code + "@")
	const evil = "\x1b]0;gotcha\x07Mal\x1b[2Jlory\u202egnp\u200b\u0000\u009b31m"
	m := h.sit("plain+"+code, "", nil)
	m.Says("How do you want to be called?")
	m.Send(evil + "\n")
	m.Says("Your number is ")
	desk := h.sit("desk+"+code, "xterm-256color", nil)
	desk.Shows("has the word of its desk")
	desk.Send(word + "\r")
	desk.Shows("next phase")
	for _, phase := range []string{"Reading", "Thinking alone"} {
		desk.Send("n")
		desk.Shows("n once more: the class goes to “" + phase + "”")
		desk.Send("n")
		desk.Shows(phase + " · ")
	}
	m.Send("w\n")
	m.Send("a " + evil + " reads every card in the database \x1b[5mnow\n")
	peer, _ := h.join(code, "Bo")
	peer.Shows("Thinking alone")
	limit := time.Now().Add(20 * time.Second)
	room := func() *classroom.Room {
		table, err := h.s.Rooms.Open(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		return table.Room()
	}
	for len(room().Seats) < 2 && time.Now().Before(limit) {
		runtime.Gosched()
	}
	for _, s := range room().Seats {
		if strings.ContainsAny(s.Name, "\x1b\x07\u202e\u200b\u009b\x00") {
			t.Errorf("the name is %q", s.Name)
		}
	}
	for who, c := range map[string]*sshtest.Client{"the wall": wall, "the desk": desk, "a neighbour": peer} {
		for _, bad := range []string{"gotcha\x07", "\x1b]0;", "\x1b[5m", "\u202e", "\u200b", "\u009b"} {
			if strings.Contains(c.Said(), bad) {
				t.Errorf("%s was sent %q", who, bad)
			}
		}
	}
	wall.Shows("2 here")
}

// Codes cannot be tried out, and end a day after the last word.
func TestCodes(t *testing.T) {
	c := &clock{at: time.Now()}
	h := start(t, t.TempDir(), func(o *Options) { o.Now = c.now })
	code, _ := h.class(classroom.Class{})
	for i := range missCodes {
		g := h.sit("wall+"+strings.Repeat("A", 4)+string("CDEFHJKLMN"[i]), "xterm", nil)
		g.Says("no class of that code here")
		g.Ends()
	}
	g := h.sit("wall+"+code, "xterm", nil)
	g.Says("Too many wrong codes")
	g.Ends()
	c.move(missTime + time.Second)
	g = h.sit("wall+"+code, "xterm", nil)
	g.Shows("ssh " + code + "@")
	c.move(25 * time.Hour)
	g = h.sit("wall+"+code, "xterm", nil)
	g.Says("no class of that code here")
}

// Another's seat opens with its number alone, which cannot be tried out; nor can
// the word of the desk.
func TestSecrets(t *testing.T) {
	c := &clock{at: time.Now()}
	h := start(t, t.TempDir(), func(o *Options) { o.Now = c.now })
	code, word := h.class(classroom.Class{})
	ada, number := h.join(code, "Ada")
	ada.Drop()
	thief := h.sit(code, "xterm-256color", nil)
	thief.Shows("How do you want to be called?")
	thief.Send("Ada\r")
	thief.Shows("type your number of four")
	for i := range missSeat {
		wrong := fmt.Sprintf("%04d", i)
		if wrong == number {
			wrong = "9999"
		}
		thief.Send(wrong + "\r")
		thief.Shows("That is not the number")
	}
	thief.Send(number + "\r")
	thief.Shows("Too many wrong ones")
	c.move(missTime + time.Second)
	thief.Send(number + "\r") // whoever has the number is Ada
	thief.Shows("› Ada ")

	desk := h.sit("desk+"+code, "xterm-256color", nil)
	desk.Shows("has the word of its desk")
	for range missSeat {
		desk.Send("AAAAAAAAAA\r")
		desk.Shows("not the word")
	}
	desk.Send(word + "\r")
	desk.Shows("Too many wrong ones")
}

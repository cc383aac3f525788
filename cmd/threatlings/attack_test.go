package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestAHugeAnswerOnALine: a megabyte is refused in one sentence and kept.
func TestAHugeAnswerOnALine(t *testing.T) {
	env := home(t)
	huge := strings.Repeat("é", 1<<20)
	out := runLines(t, env, []string{huge, "", "q"}, "learn", "groceries.then-and-now")
	if !strings.Contains(out, "1048576 characters and at most 10000 can be graded") && !strings.Contains(out, "Now compare it") {
		t.Errorf("the answer to a megabyte: %s", tail(out))
	}
	l := &life{t: t, env: env}
	if d := l.draft("groceries.then-and-now"); len(d) == 0 || d[0] != huge {
		t.Errorf("the draft has %d entries: something was lost", len(d))
	}
}

// TestAHugePaste: a megabyte is pasted; the program stays alive, keeps all of
// it, and says what to do.
func TestAHugePaste(t *testing.T) {
	env := home(t)
	x := start(t, env, 80, 24, "learn", "groceries.then-and-now")
	x.shows("done writing")
	huge := strings.Repeat("word ", 200_000)
	go x.send("\x1b[200~" + huge + "\x1b[201~")
	x.shows("at most 10000 can be graded")
	x.shows("saved ")
	x.send("!")
	x.shows("1000001 characters")
	x.send("\x03")
	if err := x.wait(); err != nil {
		t.Errorf("leaving: %v", err)
	}
	l := &life{t: t, env: env}
	if d := l.draft("groceries.then-and-now"); len(d) != 1 || len(d[0]) != len(huge)+1 {
		t.Errorf("the draft is not what was pasted")
	}
}

// TestSignalsSaveWhatWasTyped: a closed terminal and a polite kill lose nothing.
func TestSignalsSaveWhatWasTyped(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{"hangup": syscall.SIGHUP, "terminate": syscall.SIGTERM, "interrupt": syscall.SIGINT} {
		env := home(t)
		x := start(t, env, 80, 24, "learn", "groceries.then-and-now")
		x.shows("done writing")
		x.send("half a sentence that")
		x.shows("half a sentence that")
		if err := x.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = x.wait() // the exit code differs by signal
		l := &life{t: t, env: env}
		if d := l.draft("groceries.then-and-now"); len(d) == 0 || d[0] != "half a sentence that" {
			t.Errorf("%s: the draft is %q", name, d)
		}
	}
}

// TestASecondProgramOnlyReads says so on its first screen.
func TestASecondProgramOnlyReads(t *testing.T) {
	env := home(t)
	one := start(t, env, 80, 24)
	one.shows("Begin")
	two := start(t, env, 80, 24)
	two.shows("NOT SAVED")
	two.shows("Another threatlings has your progress open")
	two.send("\r")
	two.shows("page 1 of")
	if _, err := os.Stat(dataDir(env)); err != nil {
		t.Fatal(err)
	}
}

// TestAMuteTerminal answers no query at all and gets its first frame.
func TestAMuteTerminal(t *testing.T) {
	var env []string
	for _, e := range home(t) {
		if !strings.HasPrefix(e, "COLORFGBG=") {
			env = append(env, e)
		}
	}
	x := start(t, env, 80, 24)
	x.shows("Begin")
}

// TestAnAnsweringTerminal: a light background changes the theme, and the answer
// is never taken for keys.
func TestAnAnsweringTerminal(t *testing.T) {
	var env []string
	for _, e := range home(t) {
		if !strings.HasPrefix(e, "COLORFGBG=") {
			env = append(env, e)
		}
	}
	x := start(t, env, 80, 24, "learn", "groceries.then-and-now")
	x.send("\x1b]11;rgb:ffff/ffff/ffff\x07")
	x.shows("done writing")
	x.send("abc")
	x.shows("abc")
	if s := x.screen(); strings.Contains(s, "rgb") {
		t.Errorf("the answer was typed:\n%s", s)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if raw := x.raw.String(); !strings.Contains(raw, "\x1b]11;?") {
		t.Error("the terminal was not asked")
	}
}

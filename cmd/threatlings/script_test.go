package main

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"edu/threatlings/course/server/database"
	"edu/threatlings/progress"
)

// Scripts call the program as "threatlings": the test binary plays it.
func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){
		"threatlings": func() { os.Exit(run(os.Args[1:])) },
	})
}

// tidy removes the built program after the tests.
type tidy struct{ m *testing.M }

func (x tidy) Run() int {
	defer os.RemoveAll(buildDir)
	return x.m.Run()
}

func TestScripts(t *testing.T) {
	commands := scriptCommands()
	commands["onserver"] = onServer
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: commands,
		Setup: func(e *testscript.Env) error {
			for _, v := range []string{"DATA", "CONFIG", "STATE", "CACHE"} {
				e.Setenv("XDG_"+v+"_HOME", e.WorkDir+"/"+v)
			}
			e.Setenv("TERM", "dumb")
			e.Setenv("TZ", "UTC")
			e.Setenv("GORACE", os.Getenv("GORACE")) // how the race detector behaves in the program too
			return nil
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// onServer puts a log into a server's database, as somebody's progress: onserver
// DATABASE WHO LOG.
func onServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: onserver DATABASE WHO LOG")
	}
	ctx := context.Background()
	db, err := database.Open(ctx, ts.MkAbs(args[0]))
	ts.Check(err)
	store, err := db.Learner(ctx, args[1])
	ts.Check(err)
	for _, line := range bytes.Split([]byte(ts.ReadFile(args[2])), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		e, err := progress.Decode(line)
		ts.Check(err)
		ts.Check(store.Append(ctx, e))
	}
	ts.Check(store.Close())
	ts.Check(db.Close())
}

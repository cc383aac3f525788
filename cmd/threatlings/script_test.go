package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
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
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: scriptCommands(),
		Setup: func(e *testscript.Env) error {
			for _, v := range []string{"DATA", "CONFIG", "STATE", "CACHE"} {
				e.Setenv("XDG_"+v+"_HOME", e.WorkDir+"/"+v)
			}
			e.Setenv("TERM", "dumb")
			e.Setenv("TZ", "UTC")
			return nil
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

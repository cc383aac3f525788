// Command threatlings teaches engineers to threat model on their own.
//
// This package wires the parts together and prints an error once. It decides
// nothing about the course.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"edu/threatlings/cmd/threatlings/collect"
	"edu/threatlings/exercises"
)

// Exit codes, as "threatlings --help" documents them.
const (
	exitFailed = 1 // something went wrong, or check found problems
	exitUsage  = 2 // the command line was not understood
)

func main() { os.Exit(run(os.Args[1:])) }

// errSilent ends the program with exitFailed; everything has been said.
var errSilent = errors.New("said already")

// usageError is a command line that was not understood.
type usageError struct{ error }

func run(args []string) int {
	time.AfterFunc(100*time.Millisecond, collect.Done) // the first frame takes less than half of that
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv}
	cmd := a.command()
	cmd.SetArgs(args)
	err := cmd.Execute()
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errSilent):
		return exitFailed
	case errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command"):
		fmt.Fprintf(os.Stderr, "threatlings: %s\nRun threatlings --help to see what there is.\n", exercises.CleanLine(err.Error()))
		return exitUsage
	default:
		fmt.Fprintf(os.Stderr, "threatlings: %s\n", exercises.CleanLine(err.Error()))
		return exitFailed
	}
}

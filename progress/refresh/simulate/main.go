// Simulate shows what the refresher asks, and what it is good for, before it has
// asked anybody: a year of two hundred learners who forget, with a clock of its
// own.
//
//	go run ./progress/refresh/simulate
//
// prints a table and draws .pictures/refresher.svg.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	out := flag.String("o", ".pictures/refresher.svg", "the `file` to draw")
	flag.Parse()
	if err := run(*out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

// run draws the plot into a file and prints the rest.
func run(out string, w io.Writer) error {
	res := simulate(seed)
	if _, err := fmt.Fprintf(w, "%s\n\n%s\n", strings.Join(res.table(), "\n"), res.summary()); err != nil {
		return fmt.Errorf("printing the table: %w", err)
	}
	if err := os.WriteFile(out, []byte(res.plot()), 0o644); err != nil {
		return fmt.Errorf("drawing the plot: %w", err)
	}
	return nil
}

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
	"os"
	"strings"
)

func main() {
	out := flag.String("o", ".pictures/refresher.svg", "the `file` to draw")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	res := simulate(seed)
	fmt.Println(strings.Join(res.table(), "\n"))
	fmt.Println()
	fmt.Println(res.summary())
	if err := os.WriteFile(out, []byte(res.plot()), 0o644); err != nil {
		return fmt.Errorf("drawing the plot: %w", err)
	}
	return nil
}

// Command draw makes diagram.txt and diagram.map of a scenario folder from its
// system.yaml.
//
// A drawing that is already there is kept, because shipped ones are touched up
// by hand; only its map is made again. With -anew the drawing is laid out
// again too. The layout engine is large and slow: it belongs to this command
// and is not part of the program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	diagrams "edu/threatlings/exercises/drawing"
	"edu/threatlings/exercises/scenarios"
)

func main() {
	anew := flag.Bool("anew", false, "lay the drawing out again, even where there is one")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: draw [-anew] folder…")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	for _, dir := range flag.Args() {
		if err := run(dir, *anew); err != nil {
			fmt.Fprintln(os.Stderr, "draw:", err)
			os.Exit(1)
		}
	}
}

// run draws one scenario folder.
func run(dir string, anew bool) error {
	sys, err := scenarios.ReadSystem(os.DirFS(dir), "system.yaml")
	if err != nil {
		return fmt.Errorf("reading the system in %s: %w", dir, err)
	}
	txt := filepath.Join(dir, "diagram.txt")
	old, err := os.ReadFile(txt)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the drawing: %w", err)
	}
	drawing := string(old)
	if anew || len(old) == 0 {
		if drawing, _, err = diagrams.Text(context.Background(), sys); err != nil {
			return fmt.Errorf("laying out %s: %w", dir, err)
		}
		if err := os.WriteFile(txt, []byte(drawing), 0o644); err != nil {
			return fmt.Errorf("saving the drawing: %w", err)
		}
	}
	places, err := diagrams.Places(drawing, sys)
	if err != nil {
		return fmt.Errorf("mapping %s: %w", txt, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "diagram.map"), []byte(places), 0o644); err != nil {
		return fmt.Errorf("saving the map: %w", err)
	}
	return nil
}

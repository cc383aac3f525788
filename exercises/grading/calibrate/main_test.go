package main

import (
	"os"
	"testing"

	"edu/threatlings/exercises/grading"
)

// The shipped weights are those that the labelled answers lead to: whoever
// changes a key, the answers or the grader runs the calibration again. A little
// drift, from a phrasing more, is no reason to.
func TestShippedWeightsHaveNotDrifted(t *testing.T) {
	if testing.Short() {
		t.Skip("fits everything again")
	}
	repo := os.DirFS("../../..")
	sets, err := readSets(repo)
	if err != nil {
		t.Fatal(err)
	}
	statements, err := readStatements(repo)
	if err != nil {
		t.Fatal(err)
	}
	manners, weights, err := fit(sets, statements, nil)
	if err != nil {
		t.Fatal(err)
	}
	weights.Phrase = grading.Shipped.Phrase
	if d := weights.Rounded().Drift(grading.Shipped); d > 0.35 {
		t.Errorf("the weights differ by %.2f from the shipped ones; go run ./exercises/grading/calibrate -write", d)
	}
	if manners.String() != grading.ShippedManners().String() {
		t.Error("the manners of statements differ from the shipped ones; go run ./exercises/grading/calibrate -write")
	}
}

package records

import (
	"encoding/csv"
	"fmt"
	"io"
	"time"

	"edu/threatlings/exercises/clean"
)

// WriteCSV writes records as a table for an LMS that imports external training.
// Times have their offset, scores go from 0 to 100, and the last column says who
// vouches for the line. No cell is a formula for a spreadsheet.
func WriteCSV(w io.Writer, rs []Record) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	lines := [][]string{{"user id", "title", "status", "start", "end", "score", "evidence"}}
	for _, r := range rs {
		score := ""
		if r.Score != nil {
			score = percent(*r.Score)
		}
		lines = append(lines, []string{
			clean.Cell(r.Person.Name), clean.Cell(r.Title()), r.Status(),
			r.Started.Format(time.RFC3339), r.Completed.Format(time.RFC3339), score, clean.Cell(string(r.Evidence)),
		})
	}
	if err := out.WriteAll(lines); err != nil {
		return fmt.Errorf("writing the table of records: %w", err)
	}
	return nil
}

package export

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"edu/threatlings/exercises/clean"
	"edu/threatlings/exercises/threatmodel"
)

// CSV writes the threats as a table (RFC 4180, UTF-8), worst first. A cell that
// a spreadsheet would take for a formula begins with an apostrophe instead.
func CSV(m *threatmodel.Model, g *threatmodel.Guide) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{{"Diagram", "Place", "Asset", "Title", "STRIDE", "Likelihood", "Impact", "Severity", "Decision", "Reason", "When", "Owner", "Mitigation"}}
	for _, t := range m.Prioritised() {
		rate := func(n int, words []string) string {
			if n == 0 {
				return ""
			}
			return fmt.Sprintf("%d %s", n, words[n-1])
		}
		rows = append(rows, []string{
			m.Title, placeOf(m, t), assetOf(m, t), line(t.Text), letterName(t.Letter),
			rate(t.Likelihood, threatmodel.Likelihoods), rate(t.Impact, threatmodel.Impacts), t.Severity(),
			decisionOf(t), line(t.Reason), whenOf(t, g), t.Owner, line(t.Plan),
		})
	}
	for _, r := range rows {
		for i, c := range r {
			r[i] = clean.Cell(c)
		}
		if err := w.Write(r); err != nil {
			return nil, fmt.Errorf("writing the table: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

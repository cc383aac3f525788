package threatmodel

import _ "embed"

//go:embed demo.yaml
var demo []byte

// Demo is a finished threat model of the course's billing feature, as a team
// might have left it: the one that the documentation shows.
func Demo() (*Model, error) { return Parse("demo.yaml", demo) }

package grading

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// billingKey is the key that the course ships.
func billingKey(t testing.TB) *Key {
	t.Helper()
	b, err := os.ReadFile("../scenarios/billing/key.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var k Key
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&k); err != nil {
		t.Fatalf("the billing key: %v", err)
	}
	return &k
}

// A labelled answer says what a card is: ids of the key joined with "+", or
// "none:" and why it earns nothing.
type labelled struct {
	gold string
	card Card
}

// answers reads a file of labelled answers: gold, letter, place, text.
func answers(t testing.TB, name string) []labelled {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []labelled
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		f := strings.SplitN(line, "\t", 4)
		if len(f) != 4 {
			t.Fatalf("%s:%d: want gold, letter, place and text", name, i+1)
		}
		out = append(out, labelled{f[0], Card{Letter: f[1], Place: f[2], Text: f[3]}})
	}
	return out
}

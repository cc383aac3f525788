// Package classroom is what groups do together: each hands in its threats and
// its top three, and all of them are laid side by side. It has no terminal and
// no network, and reads no clock.
package classroom

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// Version is the number of the file format of a hand-in.
const Version = 1

// A HandIn is what one team hands in, as a file of its own.
type HandIn struct {
	Version  int      `json:"threatlings_class"`
	Scenario string   `json:"scenario"`
	Team     string   `json:"team"`
	Members  []string `json:"members,omitempty"` // left out in an anonymous class
	Threats  []Threat `json:"threats"`           // all that the team wrote down
	Top      []int    `json:"top"`               // of Threats, the worst first
}

// A Threat is one of a team.
type Threat struct {
	ID       string `json:"id,omitempty"`
	Same     string `json:"same,omitempty"` // the id of the team's threat that says the same
	Text     string `json:"text"`
	Letter   string `json:"letter,omitempty"`
	Place    string `json:"place,omitempty"`
	Severity string `json:"severity,omitempty"`
	By       string `json:"by,omitempty"` // who wrote it, where a team keeps that
}

// Limits of a hand-in: it comes from somebody else's computer.
const (
	maxHandIn  = 1 << 20
	maxThreats = 300
	maxMembers = 40
	maxName    = 40 // characters
	maxTop     = 3
)

// Write writes a hand-in. The same one is the same bytes.
func Write(h HandIn) ([]byte, error) {
	h.Version = Version
	b, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the hand-in: %w", err)
	}
	return append(b, '\n'), nil
}

// Read reads a hand-in from the file with the name. What is in it is cleaned;
// what is too long or makes no sense is an error that names the file.
func Read(name string, b []byte) (HandIn, error) {
	fail := func(format string, args ...any) (HandIn, error) {
		return HandIn{}, fmt.Errorf("%s: "+format, append([]any{name}, args...)...)
	}
	if len(b) > maxHandIn {
		return fail("a hand-in has 1 MB at most")
	}
	var h HandIn
	if err := json.Unmarshal(b, &h); err != nil {
		return fail("this is no hand-in of a team: %w", err)
	}
	if h.Version != Version {
		return fail("the format is %d and this program knows %d", h.Version, Version)
	}
	h.Team, h.Scenario = Name(h.Team), exercises.CleanLine(h.Scenario)
	if h.Team == "" {
		return fail("the team has no name")
	}
	if len(h.Threats) > maxThreats || len(h.Members) > maxMembers || len(h.Top) > maxTop {
		return fail("a hand-in has up to %d threats, %d members and %d in the top", maxThreats, maxMembers, maxTop)
	}
	for i, m := range h.Members {
		h.Members[i] = Name(m)
	}
	for i := range h.Threats {
		t := &h.Threats[i]
		if len([]rune(t.Text)) > exercises.MaxAnswer {
			return fail("threat %d is longer than %d characters", i+1, exercises.MaxAnswer)
		}
		t.ID, t.Same = "", "" // they are a room's own
		t.Text, t.Place, t.By = exercises.CleanLine(t.Text), exercises.CleanLine(t.Place), Name(t.By)
		if !strings.Contains(grading.Letters, t.Letter) || len(t.Letter) > 1 {
			t.Letter = ""
		}
		if !slices.Contains(grading.Severities, t.Severity) {
			t.Severity = ""
		}
	}
	seen := map[int]bool{}
	for _, i := range h.Top {
		if i < 0 || i >= len(h.Threats) || seen[i] {
			return fail("the top names threat %d, which is not there or is named twice", i+1)
		}
		seen[i] = true
	}
	return h, nil
}

// Name is a person's or a team's name as it may stand on everybody's screen.
func Name(s string) string {
	r := []rune(exercises.CleanLine(s))
	return strings.TrimSpace(string(r[:min(len(r), maxName)]))
}

// ErrNoHandIn says that there is nothing to compare.
var ErrNoHandIn = errors.New("no team has handed anything in")

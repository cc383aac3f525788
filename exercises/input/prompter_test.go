package input_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"edu/threatlings/exercises/input"
)

func prompter(typed ...string) (*input.Prompter, *strings.Builder) {
	var out strings.Builder
	return input.NewPrompter(strings.NewReader(strings.Join(append(typed, ""), "\n")), &out), &out
}

// A new menu closes the open one, enter and b leave it, and the question that
// was open is there again, whole when the menu carried it out of sight.
func TestMenusDoNotNest(t *testing.T) {
	p, out := prompter("w", "d", "w", "1", "d", "", "d", "b", "Flow")
	err := input.WithScenario(p, kiosk(t), nil, func() error {
		i, err := p.Choose("Which?", []string{"Place", "Flow"})
		if i != 1 {
			t.Errorf("chose %d", i)
		}
		return err
	})
	if err != nil {
		t.Fatal(err, out)
	}
	if got := strings.Count(out.String(), "1. Place"); got != 2 {
		t.Errorf("the options are listed %d times, want at first and behind the diagram:\n%s", got, out)
	}
	if got := strings.Count(out.String(), "Which?"); got != 4 {
		t.Errorf("the question is there %d times:\n%s", got, out)
	}
}

func TestCommandsByOtherWords(t *testing.T) {
	p, _ := prompter("note who pays?", "QUIT", "never read")
	noted := ""
	p.Commands = []input.Command{
		{Word: "note", Run: func() error { return nil }, With: func(s string) error { noted = s; return nil }},
		{Word: "q", Also: []string{"quit"}, Run: func() error { return input.ErrLeave }},
	}
	if line, err := p.Line("Well?"); !errors.Is(err, input.ErrLeave) || noted != "who pays?" {
		t.Errorf("line %q, %v, noted %q", line, err, noted)
	}
}

// A slip of the finger is asked about, and counts when it is typed again.
func TestTextAsksAboutSlips(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"who can read it", "who can read it"},
		{"1|who can read it", "who can read it"},
		{"no|no", "no"},
		{"17|3|a threat", "a threat"},
		{"g|", ""},
	} {
		p, out := prompter(strings.Split(c.typed, "|")...)
		if got, err := p.Text("Threat?", 3); err != nil || got != c.want {
			t.Errorf("%q gives %q (%v)\n%s", c.typed, got, err, out)
		}
	}
}

func TestEnterTurnsOnEnterOnly(t *testing.T) {
	p, out := prompter("v", "2nd question?", "AGAIN")
	if got, err := p.Enter("Press enter.", "again"); err != nil || got != "again" {
		t.Errorf("%q %v", got, err)
	}
	if got := strings.Count(out.String(), "is not kept"); got != 2 {
		t.Errorf("said %d times that it is not kept:\n%s", got, out)
	}
}

func TestChooseReadsNumbersLettersAndBeginnings(t *testing.T) {
	options := []string{"Spoofing", "Tampering", "Denial of service", "Data"}
	for typed, want := range map[string]int{"2": 1, "spoof": 0, "DATA": 3, "t": 1, "D": 2, "x|1": 0, "da": 3} {
		p, out := prompter(strings.Split(typed, "|")...)
		p.Commands = []input.Command{{Word: "d", Run: func() error { t.Error("d ran a command"); return nil }}}
		if got, err := p.ChooseLetter("Letter?", options, []string{"S", "T", "D", "A"}); err != nil || got != want {
			t.Errorf("%q gives %d (%v)\n%s", typed, got, err, out)
		}
	}
}

// After a line that could not be read, enter asks again and hands nothing in.
func TestChooseSeveralAfterAMistake(t *testing.T) {
	for typed, want := range map[string][]int{"2431": {1, 3, 2, 0}, "2,4": {1, 3}, "": nil, "9||": nil, "apples||31": {2, 0}, "pears": {1}} {
		p, out := prompter(strings.Split(typed, "|")...)
		got, err := p.ChooseSeveral("Which?", []string{"plums", "pears", "cherries", "nuts"}, true)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q gives %v (%v), want %v\n%s", typed, got, err, want, out)
		}
	}
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"what lies *behind* each wall":        "what lies behind each wall",
		"**Bold**, *so* (*it*) is":            "Bold, so (it) is",
		"2*3*4, 5 * 6 * 7":                    "2*3*4, 5 * 6 * 7",
		"Part 1 · Letters":                    "Part 1, Letters",
		"Gateway → Service":                   "Gateway to Service",
		"find  →  rate  →  mend\nthen a → b.": "find, then rate, then mend\nthen a to b.",
	} {
		if got := input.PlainText(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

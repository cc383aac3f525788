package threatmodel

import (
	"errors"
	"strings"
	"testing"

	"edu/threatlings/exercises"
)

func FuzzFormat(f *testing.F) {
	for _, s := range []string{"plain", "two\nlines", " - x: y", "'", "\"", "a: b", "#", "|\n x", "\ttab", "yes", "12", "ü 漢 👩‍👩‍👧", "\x1b[31m\u202e", "a\n\n\nb", "  lead\n trail  ", "- ", "? ", "%TAG", "@x", "`", "*a &b !c", "{[", "...", "---", "null", "~", "\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := New(s)
		m.Feature, m.Review = s, s
		m.AddComponent(Component{Name: s, About: s})
		m.AddAsset(Asset{Name: s})
		m.AddThreat(Threat{Text: s, Plan: s, Reason: s, Owner: s})
		m.Scope = []Scoped{{What: s, Why: s}}
		b, err := Format(m)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse("m.yaml", b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if !equal(back, m.cleaned()) {
			t.Errorf("came back as %+v of %+v:\n%s", back, m.cleaned(), b)
		}
		again, err := Format(back)
		if err != nil || string(again) != string(b) {
			t.Errorf("written again it is\n%s\nand was\n%s", again, b)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("threatlings: 1\ntitle: x\nthreats:\n- id: a\n  text: b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse("m.yaml", b)
		if err != nil {
			return
		}
		if _, err := Format(m); err != nil {
			t.Error(err)
		}
	})
}

func TestFaultsNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"": "m.yaml:1: the file is empty",
		"threatlings: 1\ntitle: x\nthreats:\n- id: a\n  text: b\n  letter: X\n":        "m.yaml:6: letter is \"X\"",
		"threatlings: 1\ntitle: x\nflows:\n- n: 1\n  from: a\n  to: b\n":               "m.yaml:4: flow 1 goes from",
		"threatlings: 1\ntitle: x\nthreats:\n- id: a\n  text: b\n- id: a\n  text: c\n": "m.yaml:6: a threat needs an id of its own",
		"threatlings: 7\ntitle: x\n":              "m.yaml:1: the format is 7",
		"threatlings: 1\ntitle: x\nthraets: []\n": "m.yaml:3: unknown field",
		"threatlings: 1\ntitle: [x\n":             "m.yaml:2: ",
		"threatlings: 1\ntitle: x\nthreats:\n- id: a\n  text: b\n  when: revisit\n  date: tomorrow\n": "m.yaml:7: date is",
	} {
		_, err := Parse("m.yaml", []byte(text))
		var f *exercises.Fault
		if !errors.As(err, &f) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %s", text, err, want)
		}
	}
}

// A file made to cost time is refused at once.
func TestDeepFileIsRefused(t *testing.T) {
	for _, s := range []string{strings.Repeat("[", 1<<20), strings.Repeat("{a: ", 1<<18), strings.Repeat("- ", 1<<20)} {
		if _, err := Parse("m.yaml", []byte("threatlings: 1\ntitle: "+s)); err == nil || !strings.Contains(err.Error(), "nested too deeply") {
			t.Errorf("%.10q gives %v", s, err)
		}
	}
}

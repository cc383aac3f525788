package main

import (
	"strings"
	"testing"
	"time"

	"edu/threatlings/course/refresher"
)

// What cannot be practised yet is not recommended, and when it can be is said.
func TestNothingDue(t *testing.T) {
	noon := time.Date(2027, 3, 2, 12, 0, 0, 0, time.Local)
	for _, c := range []struct {
		o    refresher.Outlook
		want string
		more bool
	}{
		{refresher.Outlook{}, toTheCourse, false},
		{refresher.Outlook{Next: noon.Add(9 * time.Hour)}, "today at 21:00", false},
		{refresher.Outlook{Next: noon.Add(9 * time.Hour), Ahead: true}, "The next comes today at 21:00", true},
		{refresher.Outlook{Fresh: "Ship It", Ahead: true}, "Nothing is due", true},
	} {
		got := nothingDue(c.o, noon)
		if !strings.Contains(got, c.want) || strings.Contains(got, "--more") != c.more {
			t.Errorf("%+v: %q", c.o, got)
		}
	}
}

func TestBrokenBetweenWords(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one two three", 7, "one two\nthree"},
		{"type: threatlings refresh --more", 28, "type: threatlings refresh\n--more"},
		{"  kept  as it is\nand a line", 40, "  kept  as it is\nand a line"},
		{"unbreakable", 4, "unbreakable"},
		{"zwei 名前 x", 9, "zwei 名前\nx"},
	} {
		if got := broken(c.text, c.width); got != c.want {
			t.Errorf("%q, %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

package tui

import (
	"math"
	"strconv"
	"testing"
)

// Backgrounds that terminals of each kind have, from pure to washed out.
var (
	darkBackgrounds  = []string{"#000000", "#1e1e1e", "#282c34", "#002b36"}
	lightBackgrounds = []string{"#ffffff", "#fdf6e3", "#f2f2f2"}
)

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	channel := func(c uint64) float64 {
		x := float64(c&0xff) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(v>>16) + 0.7152*channel(v>>8) + 0.0722*channel(v)
}

// contrast is the ratio that WCAG 2 defines.
func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestEveryColourCanBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		p           palette
		backgrounds []string
		text, line  float64
	}{
		"dark":       {darkPalette, darkBackgrounds, 4.5, 3},
		"light":      {lightPalette, lightBackgrounds, 4.5, 3},
		"high dark":  {highDark, darkBackgrounds, 7, 4.5},
		"high light": {highLight, lightBackgrounds, 7, 4.5},
	} {
		texts := map[string]string{"text": tt.p.text, "quiet": tt.p.quiet, "accent": tt.p.accent, "good": tt.p.good, "bad": tt.p.bad, "warn": tt.p.warn}
		for l, c := range tt.p.letters {
			texts[l] = c
		}
		if len(tt.p.letters) != 6 {
			t.Errorf("%s: %d letters", name, len(tt.p.letters))
		}
		for _, bg := range tt.backgrounds {
			for what, c := range texts {
				if c != "" && contrast(t, c, bg) < tt.text {
					t.Errorf("%s: %s %s on %s is %.1f:1, want %.1f:1", name, what, c, bg, contrast(t, c, bg), tt.text)
				}
			}
			if c := contrast(t, tt.p.frame, bg); c < tt.line {
				t.Errorf("%s: frame %s on %s is %.1f:1, want %.1f:1", name, tt.p.frame, bg, c, tt.line)
			}
		}
	}
}

package tui

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/charmbracelet/glamour/ansi"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"edu/threatlings/exercises/input"
)

// palette is every colour of a theme as #rrggbb; "" leaves the terminal's own.
// A test measures each against the darkest and the lightest background that a
// terminal of its kind is likely to have.
type palette struct {
	text, quiet, accent, good, bad, warn, frame string
	letters                                     map[string]string // STRIDE, used for nothing else
}

var (
	darkPalette = palette{
		quiet: "#a3a9b5", accent: "#5fd7c8", good: "#8fd694", bad: "#ff9a8d", warn: "#f2c46d", frame: "#7d8594",
		letters: map[string]string{"S": "#7fb8ff", "T": "#f0a96b", "R": "#c9a6ff", "I": "#6fd3e8", "D": "#f58fb5", "E": "#c5d86d"},
	}
	lightPalette = palette{
		quiet: "#565c66", accent: "#00695f", good: "#1d6b2a", bad: "#b3261e", warn: "#7a5300", frame: "#767c86",
		letters: map[string]string{"S": "#1a5fb4", "T": "#96490a", "R": "#7a3fb8", "I": "#00687a", "D": "#a81f5f", "E": "#586200"},
	}
	highDark = palette{
		text: "#ffffff", quiet: "#e0e0e0", accent: "#ffff66", good: "#7dff7d", bad: "#ffb0a8", warn: "#ffd75f", frame: "#ffffff",
		letters: map[string]string{"S": "#a8d1ff", "T": "#ffc48f", "R": "#dcc4ff", "I": "#8feaff", "D": "#ffb3d1", "E": "#e2f58a"},
	}
	highLight = palette{
		text: "#000000", quiet: "#2b2b2b", accent: "#00403a", good: "#004d0d", bad: "#7a0000", warn: "#4d3300", frame: "#000000",
		letters: map[string]string{"S": "#00327a", "T": "#5c2a00", "R": "#4a1580", "I": "#003d4a", "D": "#700038", "E": "#333a00"},
	}
)

// Themes are the names that a person can choose, with what each is.
var Themes = []struct{ Name, About string }{
	{"auto", "dark or light, as the terminal is"},
	{"dark", "for a dark background"},
	{"light", "for a light background"},
	{"contrast", "high contrast, dark or light as the terminal is"},
	{"mono", "no colour: bold, underline and reversed only"},
}

// A theme is every look of one session, made once and handed down.
type theme struct {
	name   string // unique for a rendered page: part of the cache's key
	styles *input.Styles
	title  lipgloss.Style
	md     ansi.StyleConfig
	prof   termenv.Profile

	strong, quiet pen // of what stands in every frame
	bar, rest     pen // the part of a bar that is done, and the rest

	bindings sync.Map // of a key and what it does: how the footer says it
}

// A pen writes a line of text in a style. lipgloss can do much more, and takes a
// hundred times as long.
type pen struct{ before, after string }

func newPen(s lipgloss.Style) pen {
	before, after, _ := strings.Cut(s.Render("x"), "x")
	return pen{before, after}
}

func (p pen) write(text string) string { return p.before + text + p.after }

// binding is how the footer says what a key does. There are few of them, and they
// stand in every frame.
func (t *theme) binding(key, does string) string {
	k := [2]string{key, does}
	if s, ok := t.bindings.Load(k); ok {
		return s.(string)
	}
	s := t.strong.write(key) + " " + t.quiet.write(does)
	t.bindings.Store(k, s)
	return s
}

// newTheme makes a theme for a colour profile and a background.
func newTheme(name string, dark bool, prof termenv.Profile) *theme {
	if prof == termenv.Ascii {
		name = "mono"
	}
	r := lipgloss.NewRenderer(nil)
	r.SetColorProfile(prof)
	r.SetHasDarkBackground(dark)
	var p palette
	switch {
	case name == "mono":
		// A mono theme still draws bold and reversed: those are no colours.
		prof = termenv.ANSI
		r.SetColorProfile(prof)
	case name == "contrast" && dark:
		p = highDark
	case name == "contrast":
		p = highLight
	case name == "light" || name == "auto" && !dark:
		p = lightPalette
	default:
		p = darkPalette
	}
	t := &theme{name: fmt.Sprintf("%s-%v-%d", name, dark, prof), prof: prof}
	style := func(colour string) lipgloss.Style {
		s := r.NewStyle()
		if colour != "" {
			s = s.Foreground(nearest(colour, prof))
		}
		return s
	}
	letters := map[string]lipgloss.Style{}
	for _, l := range strings.Split("STRIDE", "") {
		letters[l] = style(p.letters[l]).Bold(true)
	}
	plain := style(p.text)
	t.styles = &input.Styles{
		Text:       plain,
		Quiet:      style(p.quiet),
		Strong:     style(p.text).Bold(true),
		Accent:     style(p.accent).Bold(true),
		Selected:   style(p.accent).Bold(true).Reverse(true),
		Good:       style(p.good),
		Bad:        style(p.bad),
		Warn:       style(p.warn),
		Frame:      style(p.frame),
		FrameFocus: style(p.accent),
		Letter: func(l string) lipgloss.Style {
			if s, ok := letters[l]; ok {
				return s
			}
			return plain
		},
	}
	t.title = style(p.text).Bold(true)
	t.strong, t.quiet = newPen(t.styles.Strong), newPen(t.styles.Quiet)
	t.bar, t.rest = newPen(style(p.accent)), newPen(style(p.frame))
	t.md = markdownStyle(p)
	return t
}

// nearest is a colour #rrggbb as a terminal of few colours can show it. lipgloss
// would look for it anew whenever something is drawn.
func nearest(colour string, prof termenv.Profile) lipgloss.Color {
	switch c := prof.Color(colour).(type) {
	case termenv.ANSIColor:
		return lipgloss.Color(strconv.Itoa(int(c)))
	case termenv.ANSI256Color:
		return lipgloss.Color(strconv.Itoa(int(c)))
	}
	return lipgloss.Color(colour)
}

// markdownStyle is how lessons and documents look. Headings and code differ by
// weight and marks too, never by colour alone.
func markdownStyle(p palette) ansi.StyleConfig {
	yes := true
	str := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	num := func(n uint) *uint { return &n }
	heading := ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Bold: &yes, Color: str(p.accent), BlockSuffix: "\n"}}
	return ansi.StyleConfig{
		Document:       ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Color: str(p.text)}},
		BlockQuote:     ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Color: str(p.quiet)}, Margin: num(1), IndentToken: str("│ ")},
		List:           ansi.StyleList{LevelIndent: 2},
		Heading:        heading,
		H1:             heading,
		H2:             heading,
		H3:             ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Bold: &yes, BlockSuffix: "\n"}},
		Emph:           ansi.StylePrimitive{Italic: &yes},
		Strong:         ansi.StylePrimitive{Bold: &yes},
		Strikethrough:  ansi.StylePrimitive{CrossedOut: &yes},
		HorizontalRule: ansi.StylePrimitive{Color: str(p.frame), Format: "\n────────\n"},
		Item:           ansi.StylePrimitive{BlockPrefix: "· "},
		Enumeration:    ansi.StylePrimitive{BlockPrefix: ". "},
		Code:           ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Color: str(p.accent)}},
		CodeBlock:      ansi.StyleCodeBlock{StyleBlock: ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Color: str(p.quiet)}, Margin: num(2)}},
		Table:          ansi.StyleTable{CenterSeparator: str("┼"), ColumnSeparator: str("│"), RowSeparator: str("─")},
		Link:           ansi.StylePrimitive{Underline: &yes},
		LinkText:       ansi.StylePrimitive{Bold: &yes},
		Image:          ansi.StylePrimitive{Italic: &yes},
		ImageText:      ansi.StylePrimitive{Italic: &yes},
	}
}

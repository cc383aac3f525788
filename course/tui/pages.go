package tui

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/charmbracelet/glamour"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"edu/threatlings/lessons"
)

// Pages renders Markdown, each text once for a width and a theme, and shares
// the result between all sessions of a program. It is safe for concurrent use.
type Pages struct {
	mu    sync.Mutex
	done  map[pageKey]*page
	order []pageKey // oldest first
	drawn map[pageLook]string

	themes map[themeKey]*theme
}

type themeKey struct {
	name    string
	dark    bool
	profile termenv.Profile
}

// theme makes a theme once for all sessions: it never changes.
func (p *Pages) theme(name string, dark bool, prof termenv.Profile) *theme {
	k := themeKey{name, dark, prof}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.themes == nil {
		p.themes = map[themeKey]*theme{}
	}
	if p.themes[k] == nil {
		if len(p.themes) > 100 { // there are few names, unless somebody invents them
			clear(p.themes)
		}
		p.themes[k] = newTheme(name, dark, prof)
	}
	return p.themes[k]
}

type pageKey struct {
	md    string
	width int
	theme string
}

type page struct {
	once  sync.Once
	text  string
	lines []string // of text; nobody changes them
	done  atomic.Bool
	terms sync.Once
	spots []spot
}

// maxPages bounds the cache; a course has about a hundred pages and people have a few widths.
const maxPages = 600

// maxDrawn bounds those that are drawn, each of some 3 KB: a page scrolled by a line is another one.
const maxDrawn = 1000

// NewPages makes an empty cache.
func NewPages() *Pages { return &Pages{done: map[pageKey]*page{}, drawn: map[pageLook]string{}} }

func (p *Pages) render(md string, width int, t *theme) string {
	return p.page(md, width, t).text
}

// page is a rendered text.
func (p *Pages) page(md string, width int, t *theme) *page {
	k := pageKey{md, width, t.name}
	p.mu.Lock()
	pg := p.done[k]
	if pg == nil {
		pg = &page{}
		p.done[k] = pg
		p.order = append(p.order, k)
		if len(p.order) > maxPages {
			delete(p.done, p.order[0])
			p.order = p.order[1:]
		}
	}
	p.mu.Unlock()
	pg.once.Do(func() {
		pg.text = renderMarkdown(md, width, t)
		pg.lines = strings.Split(pg.text, "\n")
		pg.done.Store(true)
	})
	return pg
}

// explain finds the terms of a glossary on a rendered text, once. A text belongs to
// one glossary.
func (pg *page) explain(terms func() []lessons.Term) []spot {
	pg.terms.Do(func() { pg.spots = spots(pg.lines, terms()) })
	return pg.spots
}

// has reports whether a text is rendered already: showing it costs nothing.
func (p *Pages) has(md string, width int, t *theme) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	pg := p.done[pageKey{md, width, t.name}]
	return pg != nil && pg.done.Load()
}

// pageLook is all that a page of text is drawn from, where no outline stands beside it.
type pageLook struct {
	text          string // rendered
	page, pages   int
	off, term     int
	width, height int
	explained     bool // its terms are underlined
	theme         string
}

// draw is a page as it stands on a screen: made once, for all who have the same
// page before them.
func (p *Pages) draw(l pageLook, make func() string) string {
	p.mu.Lock()
	s, ok := p.drawn[l]
	p.mu.Unlock()
	if ok {
		return s
	}
	s = make()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.drawn) >= maxDrawn {
		clear(p.drawn)
	}
	p.drawn[l] = s
	return s
}

// renderMarkdown renders without a cache. A text that glamour cannot render is
// shown as it is: the words matter more than their look. Lines are wrapped here
// and not by glamour, which forgets the marks of lists: only tables need to know
// the width before.
func renderMarkdown(md string, width int, t *theme) string {
	md = strings.ReplaceAll(md, "\t", "    ")
	var lines []string
	for _, part := range tablesApart(md) {
		w := 0
		if strings.HasPrefix(part, "|") {
			w = width
		}
		text, err := rawMarkdown(part, w, t)
		if err != nil {
			text = part
		}
		for _, l := range strings.Split(strings.Trim(squeeze(text), "\n"), "\n") {
			lines = append(lines, hang(l, width)...)
		}
		lines = append(lines, "")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// tablesApart cuts a text before and behind each of its tables.
func tablesApart(md string) []string {
	var parts []string
	var cur []string
	table, fenced := false, false
	for _, l := range strings.Split(md, "\n") {
		if strings.HasPrefix(strings.TrimSpace(l), "```") {
			fenced = !fenced
		}
		if is := !fenced && strings.HasPrefix(l, "|"); is != table {
			parts, cur, table = append(parts, strings.Join(cur, "\n")), nil, is
		}
		cur = append(cur, l)
	}
	parts = append(parts, strings.Join(cur, "\n"))
	return slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" })
}

// lineMark is what stands before the text of a line: the mark of a list or of
// a quotation.
var lineMark = regexp.MustCompile(`^ *(?:· |\d{1,3}\. |(?:│ ?)+)?`)

// hang wraps a line at words. What follows stands below the text of the first
// line, and a quotation keeps its bar.
func hang(l string, width int) []string {
	if ansi.StringWidth(l) <= width {
		return []string{l}
	}
	mark := lineMark.FindString(l)
	under := strings.Repeat(" ", ansi.StringWidth(mark))
	if strings.Contains(mark, "│") {
		under = mark
	}
	room := max(8, width-ansi.StringWidth(mark))
	lines := strings.Split(ansi.Wrap(l[len(mark):], room, " "), "\n")
	active := "" // the style that a wrapped line begins with
	for i, x := range lines {
		begin := active
		for _, seq := range styleSequence.FindAllString(x, -1) {
			switch {
			case seq == "\x1b[m" || seq == "\x1b[0m":
				active = ""
			case strings.HasPrefix(seq, "\x1b[0;"):
				active = seq
			default:
				active += seq
			}
		}
		x = begin + strings.TrimLeft(x, " ")
		if active != "" {
			x += "\x1b[0m"
		}
		if lines[i] = under + x; i == 0 {
			lines[i] = mark + x
		}
	}
	return lines
}

var styleSequence = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func rawMarkdown(md string, width int, t *theme) (string, error) {
	r, err := glamour.NewTermRenderer(glamour.WithStyles(t.md), glamour.WithColorProfile(t.prof), glamour.WithWordWrap(width))
	if err != nil {
		return "", err
	}
	return r.Render(md)
}

package tui

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/charmbracelet/glamour"
	"github.com/charmbracelet/x/ansi"
)

// Pages renders Markdown, each text once for a width and a theme, and shares
// the result between all sessions of a program. It is safe for concurrent use.
type Pages struct {
	mu    sync.Mutex
	done  map[pageKey]*page
	order []pageKey // oldest first
}

type pageKey struct {
	md    string
	width int
	theme string
}

type page struct {
	once sync.Once
	text string
	done atomic.Bool
}

// maxPages bounds the cache; a course has about a hundred pages and people have a few widths.
const maxPages = 600

// NewPages makes an empty cache.
func NewPages() *Pages { return &Pages{done: map[pageKey]*page{}} }

func (p *Pages) render(md string, width int, t *theme) string {
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
		pg.done.Store(true)
	})
	return pg.text
}

// has reports whether a text is rendered already: showing it costs nothing.
func (p *Pages) has(md string, width int, t *theme) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	pg := p.done[pageKey{md, width, t.name}]
	return pg != nil && pg.done.Load()
}

// renderMarkdown renders without a cache. A text that glamour cannot render is
// shown as it is: the words matter more than their look.
func renderMarkdown(md string, width int, t *theme) string {
	md = strings.ReplaceAll(md, "\t", "    ")
	if out, err := rawMarkdown(md, width, t); err == nil {
		md = out
	}
	lines := strings.Split(squeeze(md), "\n")
	for i, l := range lines {
		if ansi.StringWidth(l) > width {
			lines[i] = ansi.Hardwrap(l, width, true)
		}
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func rawMarkdown(md string, width int, t *theme) (string, error) {
	r, err := glamour.NewTermRenderer(glamour.WithStyles(t.md), glamour.WithColorProfile(t.prof), glamour.WithWordWrap(width))
	if err != nil {
		return "", err
	}
	return r.Render(md)
}

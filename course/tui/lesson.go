package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/lessons"
)

// lesson shows one lesson page by page: text to read, or an exercise to do.
type lesson struct {
	env           *env
	step          *course.Step
	page          int
	width, height int
	opened        bool

	md       string   // the text of the page, as it was when the page was opened
	lines    []string // the rendered text of the page; nil while it is rendered
	rendered string   // what lines are made of
	off      int
	terms    []spot    // of the glossary, where they stand in lines
	term     int       // the one that is open; -1 for none
	ex       *exercise // when the page is an exercise

	drawn   string   // the page as it was drawn last
	drawnAs pageLook // and how it stood then
	stale   bool     // the exercise heard of something since
}

const (
	outlineFrom  = 110 // columns from which the outline stands beside the lesson
	outlineWidth = 32
	leftMargin   = 3
)

func newLesson(e *env, step *course.Step, page int) *lesson {
	return &lesson{env: e, step: step, page: max(0, min(page, len(step.Pages)-1))}
}

// renderedMsg says that the text of a page is ready in the cache.
type renderedMsg struct {
	l    *lesson
	page int
}

func (m renderedMsg) to() screen { return m.l }

func (l *lesson) Init() tea.Cmd {
	if l.opened {
		return nil
	}
	l.opened = true
	return l.goTo(l.page)
}

// goTo opens a page of this lesson.
func (l *lesson) goTo(page int) tea.Cmd {
	l.page, l.off, l.lines, l.ex, l.stale = page, 0, nil, nil, true
	l.terms, l.term = nil, -1
	p := l.step.Pages[page]
	l.md = p.Text()
	visit := func() tea.Msg {
		if ro, _ := l.env.Session.ReadOnly(); ro {
			return nil
		}
		if err := l.env.Session.Visit(l.env.ctx, l.step, page); err != nil {
			return noteMsg{err.Error()}
		}
		return nil
	}
	if p.Item != nil {
		l.ex = newExercise(l.env, l, p.Item)
		l.layout()
		return tea.Batch(visit, l.ex.open())
	}
	if l.width > 0 && l.env.Pages.has(l.md, l.textWidth(), l.env.theme) {
		l.layout() // no blank page in between
	}
	return tea.Batch(visit, l.render())
}

// render has the page rendered in a command, and its neighbours after it, so
// that turning a page costs nothing.
func (l *lesson) render() tea.Cmd {
	page, md, width, th := l.page, l.md, l.textWidth(), l.env.theme
	if width <= 0 {
		return nil
	}
	return func() tea.Msg {
		l.env.Pages.render(md, width, th)
		go func() {
			for _, n := range []int{page + 1, page - 1} {
				if n >= 0 && n < len(l.step.Pages) && l.step.Pages[n].Markdown != "" {
					l.env.Pages.render(l.step.Pages[n].Markdown, width, th)
				}
			}
		}()
		return renderedMsg{l, page}
	}
}

func (l *lesson) hasOutline() bool {
	return l.width >= outlineFrom && (l.ex == nil || !l.ex.kind.Whole)
}

// room is the width of the column that holds the page.
func (l *lesson) room() int {
	if l.hasOutline() {
		return l.width - outlineWidth
	}
	return l.width
}

func (l *lesson) textWidth() int { return min(l.room()-2*leftMargin, measure) }

// rows is what is left for the page below the progress bar.
func (l *lesson) rows() int { return l.height - 2 }

func (l *lesson) SetSize(w, h int) {
	l.width, l.height, l.stale = w, h, true
	l.layout()
}

func (l *lesson) layout() {
	if l.width == 0 {
		return
	}
	if l.ex != nil {
		if l.ex.kind.Whole {
			l.ex.SetSize(l.width, l.height)
		} else {
			l.ex.SetSize(l.textWidth(), l.rows())
		}
		return
	}
	if pg := l.env.Pages.page(l.md, l.textWidth(), l.env.theme); l.lines == nil || pg.text != l.rendered {
		l.rendered, l.lines = pg.text, pg.lines
		if l.step.Sitting == nil { // its texts are of no lesson, and each is another one
			l.terms = pg.explain(func() []lessons.Term { return l.env.Session.Course.TermsIn(l.md) })
		}
	}
	l.off = max(0, min(l.off, len(l.lines)-l.rows()))
}

func (l *lesson) Restyle() {
	l.stale = true
	if l.ex != nil {
		l.ex.Restyle()
	}
}

func (l *lesson) Typing() bool { return l.ex != nil && l.ex.typing() }

// Flush saves what was typed, and where the learner is: a page that was turned a
// moment ago may still be on its way to the disk.
func (l *lesson) Flush() error {
	if l.ex != nil {
		if err := l.ex.flush(); err != nil {
			return err
		}
	}
	if ro, _ := l.env.Session.ReadOnly(); ro || l.step.Sitting != nil {
		return nil
	}
	// Where somebody is must not keep them from leaving; that it was not saved was
	// said when the page was turned.
	_ = l.env.Session.Visit(l.env.ctx, l.step, l.page)
	return nil
}

// Back closes the term that is open, or what is open in the exercise.
func (l *lesson) Back() bool {
	l.stale = true
	if l.ex == nil && l.term >= 0 {
		l.term = -1
		return true
	}
	return l.ex != nil && l.ex.Back()
}

func (l *lesson) Crumb() string {
	part, _, _ := strings.Cut(l.step.Module.Title, " · ")
	return part + " › " + l.step.Title
}

func (l *lesson) Status() string {
	page := fmt.Sprintf("page %d of %d", l.page+1, len(l.step.Pages))
	if l.env.Session.Note(l.step, l.page) != "" {
		page = "note · " + page
	}
	if l.env.Session.Bookmarked(l.step, l.page) {
		page = "bookmark · " + page
	}
	if l.ex != nil {
		if s := l.ex.status(); s != "" {
			return s + " · " + page
		}
	}
	return page
}

func (l *lesson) Help() []key.Binding {
	if l.ex != nil {
		h := l.ex.Help()
		if !slices.ContainsFunc(h, func(b key.Binding) bool { return b.Help().Key == "esc" }) {
			h = append(h, leaveKey)
		}
		if !l.Typing() && l.step.Sitting == nil {
			h = append(h, keys.note, keys.bookmark)
		}
		return h
	}
	if l.term >= 0 {
		return termKeys
	}
	return pageKeys(len(l.lines) > l.rows(), len(l.terms) > 0, l.step.Sitting != nil)
}

var (
	leaveKey = as(keys.back, "esc", "back")
	termKeys = []key.Binding{as(keys.tab, "tab", "next word"), as(keys.back, "esc", "close"), keys.glossary}
)

// pageKeys are the keys of a page of text. They stand below each of them, and there
// are eight sets in all.
var pageKeys = func() func(long, terms, sitting bool) []key.Binding {
	sets := map[[3]bool][]key.Binding{}
	both := []bool{false, true}
	for _, long := range both {
		for _, terms := range both {
			for _, sitting := range both {
				h := []key.Binding{keys.prev, as(keys.enter, "enter", "go on")}
				if long {
					h = append(h, as(keys.up, "↑↓", "scroll"))
				}
				if terms {
					h = append(h, as(keys.tab, "tab", "explain a word"))
				}
				h = append(h, leaveKey, keys.glossary)
				if !sitting {
					h = append(h, keys.bookmark, keys.note)
				}
				sets[[3]bool{long, terms, sitting}] = slices.Clip(h) // they are everybody's
			}
		}
	}
	return func(long, terms, sitting bool) []key.Binding { return sets[[3]bool{long, terms, sitting}] }
}()

func (l *lesson) Update(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case tickMsg, savedMsg: // they change what the header says, and nothing of the page
	default:
		l.stale = true
	}
	switch msg := msg.(type) {
	case renderedMsg:
		if msg.page == l.page {
			l.layout()
		}
		return nil
	case turnMsg:
		return l.turn(msg.by)
	}
	if k, ok := msg.(tea.KeyMsg); ok {
		if cmd, used := l.studyKey(k); used {
			return cmd
		}
	}
	if l.ex != nil {
		if k, ok := msg.(tea.KeyMsg); ok {
			switch {
			case key.Matches(k, keys.skip):
				return l.turn(1)
			case key.Matches(k, keys.before):
				return l.turn(-1)
			}
		}
		if m, ok := msg.(tea.MouseMsg); ok && !l.ex.kind.Whole {
			m.Y -= 2
			m.X -= leftMargin
			if l.hasOutline() {
				m.X -= outlineWidth
			}
			msg = m
		}
		return l.ex.Update(msg)
	}
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return l.textKey(msg)
	case tea.MouseMsg:
		switch msg.Button {
		case tea.MouseButtonWheelUp:
			l.scroll(-3)
		case tea.MouseButtonWheelDown:
			l.scroll(3)
		case tea.MouseButtonLeft:
			l.click(msg)
		}
	}
	return nil
}

// click opens the term that was clicked.
func (l *lesson) click(m tea.MouseMsg) {
	x, y := m.X-leftMargin, m.Y-2+l.off
	if l.hasOutline() {
		x -= outlineWidth
	}
	for i, s := range l.terms {
		if m.Action == tea.MouseActionPress && s.line == y && x >= s.col && x < s.col+s.width {
			l.term = i
		}
	}
}

func (l *lesson) textKey(k tea.KeyMsg) tea.Cmd {
	switch {
	case key.Matches(k, keys.next, keys.skip):
		return l.turn(1)
	case key.Matches(k, keys.prev, keys.before):
		return l.turn(-1)
	case key.Matches(k, keys.tab):
		l.nextTerm(1)
	case key.Matches(k, keys.shiftTab):
		l.nextTerm(-1)
	case key.Matches(k, keys.enter) && l.term >= 0:
		l.term = -1
	case key.Matches(k, keys.enter), k.String() == " ":
		if l.off+l.rows() < len(l.lines) {
			l.scroll(l.rows() - 1)
			return nil
		}
		return l.turn(1)
	case key.Matches(k, keys.up):
		l.scroll(-1)
	case key.Matches(k, keys.down):
		l.scroll(1)
	case key.Matches(k, keys.pageUp):
		l.scroll(1 - l.rows())
	case key.Matches(k, keys.pageDown):
		l.scroll(l.rows() - 1)
	case key.Matches(k, keys.top):
		l.off = 0
	case key.Matches(k, keys.bottom):
		l.scroll(len(l.lines))
	case key.Matches(k, keys.contents) && l.step.Sitting == nil:
		return push(newModule(l.env, l.step.Module))
	}
	return nil
}

func (l *lesson) scroll(by int) { l.off = max(0, min(l.off+by, len(l.lines)-l.rows())) }

// turn goes to the next or the previous page, and from the last one to what
// comes after the lesson.
func (l *lesson) turn(by int) tea.Cmd {
	if err := l.Flush(); err != nil {
		return failed(err)
	}
	switch to := l.page + by; {
	case to < 0:
		if before := l.env.Session.Course.Before(l.step); before != nil && l.step.Sitting == nil {
			return instead(newLesson(l.env, before, len(before.Pages)-1))
		}
		return note("This is the first page. esc goes back.")
	case to < len(l.step.Pages):
		return l.goTo(to)
	}
	if l.step.Sitting != nil {
		return l.after()
	}
	next := l.env.Session.Course.After(l.step)
	if next == nil || next.Module != l.step.Module {
		return instead(newEnding(l.env, l.step.Module, next))
	}
	return instead(newLesson(l.env, next, l.env.Session.Resume(next)))
}

// after goes on behind the last page of a sitting: to the next one, or to the map.
func (l *lesson) after() tea.Cmd {
	return func() tea.Msg {
		next, err := l.step.Sitting.After(l.env.ctx)
		switch {
		case err != nil:
			return failed(err)()
		case next == nil:
			return goMsg{home: true}
		}
		return goMsg{s: newLesson(l.env, next, 0)}
	}
}

func (l *lesson) View() string {
	if l.ex != nil && l.ex.kind.Whole {
		return l.ex.View()
	}
	if l.hasOutline() || l.ex == nil && len(l.lines) == 0 {
		return l.draw()
	}
	if l.ex != nil {
		if l.stale || l.drawn == "" {
			l.drawn, l.drawnAs, l.stale = l.draw(), pageLook{}, false
		}
		return l.drawn
	}
	now := pageLook{l.rendered, l.page, len(l.step.Pages), l.off, l.term, l.width, l.height, l.step.Sitting == nil, l.env.theme.name}
	if l.drawn == "" || now != l.drawnAs {
		l.drawn, l.drawnAs = l.env.Pages.draw(now, l.draw), now
	}
	return l.drawn
}

func (l *lesson) draw() string {
	st := l.env.theme.styles
	room := l.room()
	margin := strings.Repeat(" ", leftMargin)
	bar := " " + l.env.theme.progress(l.page+1, len(l.step.Pages), room-2)
	if l.ex != nil {
		title := margin + st.Accent.Render(ansi.Truncate(exercises.CleanLine(l.ex.item.Title), room-2*leftMargin, "…"))
		page := bar + "\n" + title + "\n" + margin + strings.ReplaceAll(l.ex.View(), "\n", "\n"+margin)
		if !l.hasOutline() {
			return page
		}
		return beside(l.outline(), strings.Split(page, "\n"), outlineWidth, l.height)
	}
	lines := append(make([]string, 0, l.height), bar, "")
	meaning := l.meaning()
	end := min(len(l.lines), l.off+l.rows()-len(meaning))
	for i := min(l.off, end); i < end; i++ {
		lines = append(lines, margin+l.underlined(i))
	}
	for len(meaning) > 0 && len(lines) < 2+l.rows()-len(meaning) {
		lines = append(lines, "")
	}
	for _, x := range meaning {
		lines = append(lines, margin+x)
	}
	if len(meaning) == 0 && end < len(l.lines) && len(lines) > 2 {
		last := len(lines) - 1
		lines[last] = margin + st.Quiet.Render(fmt.Sprintf("… %d more lines: ↓ or enter", len(l.lines)-end+1))
	}
	if !l.hasOutline() {
		return strings.Join(lines, "\n")
	}
	return beside(l.outline(), lines, outlineWidth, l.height)
}

// outline lists the lessons of the part, with this one marked.
func (l *lesson) outline() []string {
	st := l.env.theme.styles
	steps := l.step.Module.Steps
	at := 0
	for i, s := range steps {
		if s == l.step {
			at = i
		}
	}
	var out []string
	off := scrollTo(0, at, at, l.height, len(steps))
	for _, s := range steps[off:min(len(steps), off+l.height)] {
		state := l.env.Session.State(s)
		if s == l.step && s.Sitting == nil && state == course.New {
			state = course.Begun
		}
		mark := st.Quiet.Render(stateMarks[state])
		if state == course.Done {
			mark = st.Good.Render(stateMarks[state])
		}
		title := ansi.Truncate(s.Title, outlineWidth-7, "…")
		switch {
		case s == l.step:
			out = append(out, cursorMark(st, true)+mark+" "+st.Accent.Render(title))
		default:
			out = append(out, cursorMark(st, false)+mark+" "+st.Quiet.Render(title))
		}
	}
	return out
}

// beside puts two columns of lines side by side.
func beside(left, right []string, leftWidth, rows int) string {
	var b strings.Builder
	for i := 0; i < rows; i++ {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(fit(l, leftWidth))
		b.WriteString(r)
	}
	return b.String()
}

// turnMsg asks the lesson for another page; an exercise sends it when it is done.
type turnMsg struct {
	l  *lesson
	by int
}

func (m turnMsg) to() screen { return m.l }

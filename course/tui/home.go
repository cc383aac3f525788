package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course"
	"edu/threatlings/course/refresher"
	"edu/threatlings/exercises/input"
)

// home is the map of the course: go on, the parts, and the settings. It needs
// no rendered Markdown, so it is there at once.
type home struct {
	env           *env
	width, height int
	cursor        int
	rows          []homeRow
	parts         int  // the first row of a part
	tools         int  // rows below the parts
	welcome       bool // nothing was ever done

	// refresh is what there is to refresh; nil while it is looked up, and where
	// there is nothing yet.
	refresh *refresher.Outlook
}

// outlookMsg brings what there is to refresh.
type outlookMsg struct {
	h   *home
	o   refresher.Outlook
	err error
}

func (m outlookMsg) to() screen { return m.h }

type homeRow struct {
	draw func(width int, on bool) []string
	open func() tea.Cmd
}

func newHome(e *env) *home { return &home{env: e} }

// Init reads the state of things: it runs again whenever the learner comes back.
// What there is to refresh takes the log and the keys, so it comes later.
func (h *home) Init() tea.Cmd {
	h.fill()
	return func() tea.Msg {
		r, err := refresher.Of(h.env.ctx, h.env.Session, h.env.Live)
		if err != nil {
			return outlookMsg{h: h, err: err}
		}
		return outlookMsg{h: h, o: r.Outlook()}
	}
}

// looked takes what there is to refresh. The cursor stays where it is.
func (h *home) looked(m outlookMsg) tea.Cmd {
	before := h.refresh != nil
	h.refresh = nil
	if m.err == nil && !m.o.Nothing() {
		h.refresh = &m.o
	}
	if now := h.refresh != nil; now != before {
		at := h.parts + len(h.env.Session.Course.Modules) // of the row
		switch {
		case now && h.cursor >= at:
			h.cursor++
		case !now && h.cursor > at:
			h.cursor--
		}
	}
	h.fill()
	if m.err != nil {
		return failed(fmt.Errorf("looking for what to refresh: %w", m.err))
	}
	return nil
}

// From puts the cursor on what leads on from the lesson that was left: the first
// row, or its part.
func (h *home) From(left screen) {
	if _, ok := left.(*ending); ok {
		h.cursor = 0
	}
	l, ok := left.(*lesson)
	if !ok || l.step.Sitting != nil {
		return
	}
	if step, _, ok := h.env.Session.Next(); ok && step == l.step {
		h.cursor = 0
	} else if i := slices.Index(h.env.Session.Offers(step), l.step); ok && i >= 0 {
		h.cursor = 1 + i
	} else if i := slices.Index(h.env.Session.Course.Modules, l.step.Module); i >= 0 {
		h.cursor = h.parts + i
	}
}

// fill makes the rows.
func (h *home) fill() {
	s := h.env.Session
	h.rows, h.tools = nil, 0
	h.welcome = s.LastSeen().IsZero()
	if step, page, ok := s.Next(); ok {
		h.rows = append(h.rows, homeRow{
			draw: func(w int, on bool) []string { return h.drawContinue(step, page, w, on) },
			open: func() tea.Cmd { return push(newLesson(h.env, step, page)) },
		})
		for _, st := range s.Offers(step) {
			h.rows = append(h.rows, homeRow{
				draw: func(w int, on bool) []string { return []string{h.drawStep("or first", st, 0, w, on)} },
				open: func() tea.Cmd { return push(newLesson(h.env, st, s.Resume(st))) },
			})
		}
	} else if below := h.below(); len(below) > 0 {
		b := below[0]
		h.rows = append(h.rows, homeRow{
			draw: func(w int, on bool) []string {
				return h.drawNext("Once more", b.Item.Title, fmt.Sprintf("All is done, and this is not passed yet: %d of 100, and %d is the mark. A record says so until it is; your best report counts.", course.Points(b.Score), course.Points(b.Mark)), w, on)
			},
			open: func() tea.Cmd { return push(newLesson(h.env, b.Item.Step, b.Item.Page)) },
		})
	} else if h.env.Live != nil {
		h.rows = append(h.rows, homeRow{
			draw: func(w int, on bool) []string {
				return h.drawNext("What next", "A threat model of your own", "All of the course is done. What keeps it best is a feature that your team builds now.", w, on)
			},
			open: func() tea.Cmd { return push(newModels(h.env)) },
		})
	} else {
		h.rows = append(h.rows, homeRow{
			draw: func(w int, on bool) []string {
				return []string{h.mark(on) + "Everything that is written is done.", "   " + h.env.theme.styles.Quiet.Render("Open a part to read or practise again.")}
			},
			open: func() tea.Cmd { return note("You have done all there is. Open a part below to practise again.") },
		})
	}
	h.parts = len(h.rows)
	for _, m := range s.Course.Modules {
		done, all := s.Count(m)
		h.rows = append(h.rows, homeRow{
			draw: func(w int, on bool) []string { return []string{h.drawModule(m, done, all, w, on)} },
			open: func() tea.Cmd { return push(newModule(h.env, m)) },
		})
	}
	if h.refresh != nil {
		when := h.refresh.When(s.Now())
		h.rows = append(h.rows, homeRow{
			draw: func(w int, on bool) []string {
				return []string{h.mark(on) + fit("Refresher", 26) + h.env.theme.styles.Quiet.Render(when)}
			},
			open: h.env.refresher,
		})
		h.tools++
	}
	h.rows = append(h.rows, homeRow{
		draw: func(w int, on bool) []string {
			return []string{h.mark(on) + fit("Your notebook", 26) + h.env.theme.styles.Quiet.Render(h.env.Session.Written())}
		},
		open: func() tea.Cmd { return push(newNotebook(h.env)) },
	})
	if h.env.Live != nil {
		h.rows = append(h.rows, homeRow{
			draw: func(w int, on bool) []string {
				return []string{h.mark(on) + fit("Your threat models", 26) + h.env.theme.styles.Quiet.Render("a live session on a feature")}
			},
			open: func() tea.Cmd { return push(newModels(h.env)) },
		})
		h.tools++
	}
	h.tools += 2
	h.rows = append(h.rows, homeRow{
		draw: func(w int, on bool) []string {
			return []string{h.mark(on) + fit("Settings", 26) + h.env.theme.styles.Quiet.Render("theme, motion, mouse, your name")}
		},
		open: func() tea.Cmd { return push(newSettings(h.env)) },
	})
	h.cursor = min(h.cursor, len(h.rows)-1)
}

// refresher opens a sitting: of what is due, or of practice when nothing is.
func (e *env) refresher() tea.Cmd {
	return func() tea.Msg {
		r, err := refresher.Of(e.ctx, e.Session, e.Live)
		if err != nil {
			return failed(err)()
		}
		step, err := r.Sitting(r.Outlook().Due() == 0)
		switch {
		case err != nil:
			return failed(err)()
		case step == nil:
			return noteMsg{r.Outlook().Wait(e.Session.Now())}
		}
		return pushMsg{newLesson(e, step, 0)}
	}
}

func (h *home) SetSize(w, height int) { h.width, h.height = w, height }
func (h *home) Restyle()              {}
func (h *home) Back() bool            { return false }
func (h *home) Crumb() string         { return "threatlings" }

func (h *home) Status() string {
	s := h.env.Session
	done, all := 0, 0
	for _, m := range s.Course.Modules {
		d, a := s.Count(m)
		done, all = done+d, all+a
	}
	if name := h.env.Settings.Name; name != "" {
		return fmt.Sprintf("%s · %d of %d lessons", name, done, all)
	}
	return fmt.Sprintf("%d of %d lessons", done, all)
}

func (h *home) Help() []key.Binding {
	return []key.Binding{keys.up, as(keys.enter, "enter", "open"), keys.search, as(keys.note, "n", "notebook"), as(keys.glossary, "g", "glossary"), as(keys.quit, "ctrl+c", "leave")}
}

func (h *home) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case outlookMsg:
		return h.looked(msg)
	case tea.KeyMsg:
		switch {
		case key.Matches(msg, keys.up):
			h.cursor = max(0, h.cursor-1)
		case key.Matches(msg, keys.down):
			h.cursor = min(len(h.rows)-1, h.cursor+1)
		case key.Matches(msg, keys.enter, keys.next):
			return h.rows[h.cursor].open()
		case key.Matches(msg, keys.search):
			return push(newSearch(h.env))
		case key.Matches(msg, keys.note):
			return push(newNotebook(h.env))
		case key.Matches(msg, keys.glossary):
			return push(newGlossary(h.env, "", ""))
		case msg.String() == ",":
			return push(newSettings(h.env))
		default:
			if n := int(msg.String()[0] - '0'); len(msg.String()) == 1 && n >= 1 && n <= len(h.env.Session.Course.Modules) {
				h.cursor = h.parts + n - 1
				return h.rows[h.cursor].open()
			}
		}
	case tea.MouseMsg:
		if msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft {
			if _, owner := h.lines(); msg.Y >= 0 && msg.Y < len(owner) && owner[msg.Y] >= 0 {
				h.cursor = owner[msg.Y]
				return h.rows[h.cursor].open()
			}
		}
	}
	return nil
}

func (h *home) View() string {
	lines, _ := h.lines()
	return strings.Join(lines, "\n")
}

// lines draws the screen, and says for each line which row it belongs to (-1: none).
func (h *home) lines() (lines []string, owner []int) {
	st := h.env.theme.styles
	w := min(h.width-4, measure)
	add := func(row int, ls ...string) {
		for _, l := range ls {
			lines, owner = append(lines, l), append(owner, row)
		}
	}
	add(-1, "   "+h.env.theme.title.Render(h.env.Session.Course.Title), "")
	if h.welcome && h.height >= 18 {
		for _, l := range wrap("A course to read and to do, alone or with others. Everything you type is saved as you type it, nothing is timed, and a wrong answer costs nothing. Press enter to begin.", w) {
			add(-1, "   "+st.Text.Render(l))
		}
		add(-1, "")
	}
	for i, r := range h.rows {
		add(i, r.draw(w, i == h.cursor)...)
		if i == h.parts-1 || i == len(h.rows)-h.tools-1 {
			add(-1, "")
		}
	}
	add(-1, "")
	for _, n := range h.env.Notices {
		for _, l := range wrap(n, w) {
			add(-1, "   "+st.Warn.Render(l))
		}
	}
	if ro, why := h.env.Session.ReadOnly(); ro {
		for _, l := range wrap(why, w) {
			add(-1, "   "+st.Warn.Render(l))
		}
	} else if t := h.env.Session.LastSeen(); !t.IsZero() {
		add(-1, "   "+st.Quiet.Render("Last here "+when(t, h.env.Session.Now())+". Everything is saved."))
	}
	return lines, owner
}

func (h *home) mark(on bool) string { return cursorMark(h.env.theme.styles, on) }

func cursorMark(st *input.Styles, on bool) string {
	if on {
		return " " + st.Accent.Render("▸") + " "
	}
	return "   "
}

func (h *home) drawContinue(step *course.Step, page, w int, on bool) []string {
	word := "Continue"
	if h.welcome {
		word = "Begin"
	}
	out := []string{h.drawStep(word, step, page, w, on)}
	if step.About != "" {
		out = append(out, "   "+h.env.theme.styles.Quiet.Render(ansi.Truncate(step.About, w-2, "…")))
	}
	return out
}

// below are the reports that have not reached their mark.
func (h *home) below() []course.Below {
	var out []course.Below
	for _, m := range h.env.Session.Course.Modules {
		out = append(out, h.env.Session.Below(m)...)
	}
	return out
}

// drawNext is what is left to do when every lesson is done, and why.
func (h *home) drawNext(word, title, why string, w int, on bool) []string {
	st := h.env.theme.styles
	style := st.Strong
	if on {
		style = st.Accent
	}
	out := []string{h.mark(on) + style.Render(fit(word, 11)) + st.Strong.Render(ansi.Truncate(title, w-11, "…"))}
	for _, l := range wrap(why, w-2) {
		out = append(out, "   "+st.Quiet.Render(l))
	}
	return out
}

// drawStep is a lesson that can be opened at a page.
func (h *home) drawStep(word string, step *course.Step, page, w int, on bool) string {
	st := h.env.theme.styles
	left := max(1, step.Minutes*(len(step.Pages)-page)/max(1, len(step.Pages)))
	right := fmt.Sprintf("about %d min", left)
	title := ansi.Truncate(step.Title, max(10, w-14-len(right)), "…")
	style := st.Strong
	if on {
		style = st.Accent
	}
	return h.mark(on) + style.Render(fit(word, 11)) + st.Strong.Render(fit(title, max(0, w-11-len(right)))) + st.Quiet.Render(right)
}

func (h *home) drawModule(m *course.Module, done, all, w int, on bool) string {
	st := h.env.theme.styles
	part, name, ok := strings.Cut(m.Title, " · ")
	if !ok {
		part, name = "", m.Title
	}
	count := fmt.Sprintf("%2d of %2d", done, all)
	const least = 6 // columns of the bar
	nameWidth := min(34, w-3-8-least-2-len(count))
	barWidth := max(least, w-8-nameWidth-2-len(count)-1)
	if name = fitApart(name, nameWidth); on {
		name = st.Accent.Render(name)
	} else {
		name = st.Text.Render(name)
	}
	return h.mark(on) + st.Strong.Render(fit(part, 8)) + name + h.env.theme.progress(done, all, barWidth) + "  " + st.Quiet.Render(count)
}

// progress is a thin bar: the done part is drawn heavier, so that it needs no colour.
func (t *theme) progress(done, all, width int) string {
	n := 0
	if all > 0 {
		n = done * width / all
		if done > 0 {
			n = max(1, n)
		}
	}
	return t.bar.write(strings.Repeat("━", n)) + t.rest.write(strings.Repeat("─", width-n))
}

// when says a time as a person would.
func when(t, now time.Time) string {
	t = t.Local()
	now = now.Local()
	clock := t.Format("15:04")
	day := func(x time.Time) time.Time {
		return time.Date(x.Year(), x.Month(), x.Day(), 12, 0, 0, 0, time.UTC)
	}
	switch days := int(day(now).Sub(day(t)).Hours() / 24); {
	case days <= 0:
		return "today at " + clock
	case days == 1:
		return "yesterday at " + clock
	case days < 7:
		return "on " + t.Format("Monday") + " at " + clock
	default:
		return "on " + t.Format("2 January 2006")
	}
}

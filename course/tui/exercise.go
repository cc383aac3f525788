package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// draftDelay is how long after a key press the draft is on its way to the
// disk. With the writing itself it stays under half a second.
const draftDelay = 200 * time.Millisecond

// exercise is an exercise page of a lesson: answering, then the result.
type exercise struct {
	env    *env
	lesson *lesson
	item   *course.Item
	kind   input.Kind

	ex     exercises.Exercise
	face   input.Screen
	result *result
	broken string // why the exercise cannot be shown

	width, height  int
	off, promptOff int  // the first lines of the face and of the prompt in sight
	promptRows     int  // how many rows the prompt had in the last view
	began          bool // a key went to the face: before that the prompt comes first
	placed         bool // the learner has scrolled the prompt
	grading        bool
	hints          hints
	ahead          []tea.KeyMsg // keys that came before the face was there

	saver   *saver
	known   exercises.Answer // what the saver was last told
	remark  course.Remark    // the same of what is typed below a result
	dirty   bool             // something was typed that no save has begun with
	saving  int              // number of the draft on its way to the disk; 0 for none
	ticking bool
	savedAt time.Time
}

// A saver writes drafts in order: an older one that is late is dropped.
type saver struct {
	mu     sync.Mutex
	next   int         // number of the next draft
	done   int         // highest number that reached the disk, or was overtaken by a submission
	handed atomic.Bool // the answer that is being read is handed in
}

func newExercise(e *env, l *lesson, it *course.Item) *exercise {
	k, ok := e.Kinds(it.Kind)
	x := &exercise{env: e, lesson: l, item: it, kind: k, saver: &saver{}}
	if !ok {
		x.broken = fmt.Sprintf("This exercise is of the kind %q, which this version of the program does not know. Update the program, or go on with ctrl+n.", it.Kind)
	}
	return x
}

type (
	openedMsg struct {
		x      *exercise
		ex     exercises.Exercise
		draft  exercises.Answer
		result *exercises.Result
		answer exercises.Answer
		remark course.Remark
		hints  []string
		all    int
		err    error
	}
	tickMsg  struct{ x *exercise }
	savedMsg struct {
		x   *exercise
		n   int
		at  time.Time
		err error
	}
	gradedMsg struct {
		x      *exercise
		answer exercises.Answer
		result exercises.Result
		remark course.Remark
		at     time.Time
		err    error
	}
)

func (m openedMsg) to() screen { return m.x.lesson }
func (m tickMsg) to() screen   { return m.x.lesson }
func (m savedMsg) to() screen  { return m.x.lesson }
func (m gradedMsg) to() screen { return m.x.lesson }

// open reads the exercise and where the learner was in it.
func (x *exercise) open() tea.Cmd {
	if x.broken != "" {
		return nil
	}
	width, th := x.width, x.env.theme
	return func() tea.Msg {
		m := openedMsg{x: x}
		if m.ex, m.err = x.item.Exercise(); m.err != nil {
			return m
		}
		s := x.env.Session
		if m.draft, m.err = s.Draft(x.env.ctx, x.item); m.err != nil {
			return m
		}
		if res, a, ok := s.LastResult(x.item); ok {
			m.result, m.answer, m.remark = &res, a, s.Remark(x.env.ctx, x.item, a)
		}
		m.hints, m.all = s.Hints(x.item)
		if width > 0 {
			x.env.Pages.render(m.ex.About().Prompt, width, th)
		}
		return m
	}
}

func (x *exercise) opened(m openedMsg) tea.Cmd {
	if m.err != nil {
		x.broken = "This exercise cannot be opened: " + exercises.CleanLine(m.err.Error()) + ". ctrl+n goes on without it."
		return nil
	}
	x.ex, x.hints = m.ex, hints{open: m.hints, all: m.all}
	start := m.draft
	if m.result != nil && m.draft.Empty() {
		x.showResult(*m.result, m.answer, m.remark)
		start = m.answer
	}
	x.known = slices.Clone(start)
	cmds := []tea.Cmd{x.newFace(start, false)}
	for _, k := range x.ahead {
		cmds = append(cmds, x.Update(k))
	}
	x.ahead = nil
	return tea.Batch(cmds...)
}

func (x *exercise) newFace(start exercises.Answer, again bool) tea.Cmd {
	x.face = x.kind.Screen(x.ex, input.Options{
		Styles: x.env.theme.styles,
		Draft:  start,
		Again:  again,
		Markdown: func(md string, width int) string {
			return x.env.Pages.render(md, width, x.env.theme)
		},
	})
	x.SetSize(x.width, x.height)
	return x.face.Init()
}

// Restyle makes the face again with the new looks; what was typed stays.
func (x *exercise) Restyle() {
	if x.face != nil {
		x.newFace(x.face.Answer(), false)
	}
}

func (x *exercise) SetSize(w, h int) {
	x.width, x.height = w, h
	if w == 0 {
		return
	}
	if x.face != nil {
		x.sizeFace(h)
	}
	if x.result != nil {
		x.result.SetSize(x.resultWidth(), h)
	}
}

// sizeFace tells the face what the prompt leaves of so many rows.
func (x *exercise) sizeFace(rows int) {
	if _, pages := x.face.(input.Pager); !pages && !x.kind.Whole {
		rows -= len(x.prompt())
	}
	x.face.SetSize(x.width, max(fewRows, rows))
}

// resultWidth leaves the margins to a result where the face takes the whole screen.
func (x *exercise) resultWidth() int {
	w := x.width
	if x.kind.Whole {
		w -= 2 * leftMargin
	}
	return min(w, measure)
}

func (x *exercise) typing() bool {
	if x.result != nil {
		return x.result.typing()
	}
	return true
}

func (x *exercise) status() string {
	switch {
	case x.grading:
		return "reading your answer"
	case x.ex == nil || x.result != nil && x.remark.Text == "":
		return ""
	case x.dirty || x.saving != 0:
		return "saving"
	case !x.savedAt.IsZero():
		return "saved " + x.savedAt.Local().Format("15:04:05")
	}
	return fmt.Sprintf("about %d min", x.ex.About().Minutes)
}

func (x *exercise) Back() bool {
	if x.hints.shown {
		x.hints.shown = false
		return true
	}
	if x.result != nil {
		return x.result.closes()
	}
	return x.face != nil && x.face.Back()
}

func (x *exercise) Help() []key.Binding {
	switch {
	case x.result != nil:
		return x.result.Help()
	case x.face == nil:
		return []key.Binding{keys.skip}
	}
	h := x.face.Help()
	if x.hints.all > 0 {
		h = append(h, keys.hint)
	}
	return append(h, as(keys.skip, "ctrl+n", "later"))
}

// Update handles the exercise's own messages and gives the rest to the face
// or to the result.
func (x *exercise) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case openedMsg:
		if msg.x == x {
			return x.opened(msg)
		}
		return nil
	case tickMsg:
		if msg.x == x {
			return x.tick()
		}
		return nil
	case savedMsg:
		if msg.x == x {
			return x.saved(msg)
		}
		return nil
	case gradedMsg:
		if msg.x == x {
			return x.graded(msg)
		}
		return nil
	case hintMsg:
		if msg.x == x {
			x.hints.open, x.hints.shown = msg.open, true
			if errors.Is(msg.err, course.ErrNoHint) {
				return note("That was the last hint. Try an answer: the result explains every part of it.")
			}
			if msg.err != nil {
				return failed(msg.err)
			}
		}
		return nil
	case replyMsg:
		return x.submit(msg.answer)
	case input.Submit:
		return x.submit(x.face.Answer())
	case tea.KeyMsg:
		if x.result == nil && x.ex != nil && key.Matches(msg, keys.hint) {
			return x.nextHint()
		}
		if x.result == nil && x.pageKey(msg) {
			return nil
		}
	case tea.MouseMsg:
		if x.result == nil && !x.kind.Whole {
			return x.mouse(msg)
		}
	}
	if x.result != nil {
		return x.toResult(msg)
	}
	if k, ok := msg.(tea.KeyMsg); ok && x.face == nil && x.broken == "" {
		x.ahead = append(x.ahead, k)
	}
	if x.face == nil || x.grading {
		return nil
	}
	return x.toFace(msg)
}

// pageKey scrolls a prompt that is cut, and gives it all the room it can have.
func (x *exercise) pageKey(k tea.KeyMsg) bool {
	if x.face == nil || x.kind.Whole || x.paging() || x.promptRows >= len(x.prompt()) {
		return false
	}
	switch by := max(1, x.promptRows-2); {
	case key.Matches(k, keys.pageUp):
		x.promptOff -= by
	case key.Matches(k, keys.pageDown) && x.promptOff+x.promptRows >= len(x.prompt())-1: // without the blank line
		return true // there is no more of it
	case key.Matches(k, keys.pageDown):
		x.promptOff += by
	default:
		return false
	}
	x.began, x.placed = false, true
	return true
}

// paging reports whether the face has something open that takes the place of the prompt.
func (x *exercise) paging() bool {
	p, ok := x.face.(input.Pager)
	return ok && p.Paging()
}

// mouse gives the face what happens in it; the wheel over a prompt scrolls that.
func (x *exercise) mouse(m tea.MouseMsg) tea.Cmd {
	switch {
	case x.face == nil:
		return nil
	case m.Y >= x.promptRows:
		m.Y += x.off - x.promptRows
		return x.toFace(m)
	case m.Button == tea.MouseButtonWheelUp:
		x.promptOff, x.placed = x.promptOff-3, true
	case m.Button == tea.MouseButtonWheelDown:
		x.promptOff, x.placed = x.promptOff+3, true
	}
	return nil
}

func (x *exercise) toFace(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case tea.KeyMsg, tea.MouseMsg:
		x.began = true
	}
	cmd := x.face.Update(msg)
	if a := x.face.Answer(); !slices.Equal(a, x.known) {
		x.known = slices.Clone(a)
		x.dirty = true
	}
	return tea.Batch(cmd, x.later())
}

// later has what was typed sent to the disk soon, unless that is so already.
func (x *exercise) later() tea.Cmd {
	if !x.dirty || x.ticking {
		return nil
	}
	x.ticking = true
	return x.env.After(draftDelay, tickMsg{x})
}

// toResult gives a message to the result. What is typed there is saved as a draft is.
func (x *exercise) toResult(msg tea.Msg) tea.Cmd {
	cmd := x.result.Update(msg)
	if x.result == nil {
		return cmd
	}
	if m := x.result.remark(); m != x.remark {
		x.remark, x.dirty = m, true
	}
	return tea.Batch(cmd, x.later())
}

// tick sends the draft to the disk.
func (x *exercise) tick() tea.Cmd {
	x.ticking = false
	if ro, _ := x.env.Session.ReadOnly(); ro || !x.dirty || x.grading {
		return nil
	}
	x.saver.mu.Lock()
	x.saver.next++
	n := x.saver.next
	x.saver.mu.Unlock()
	write := x.writer()
	x.dirty, x.saving = false, n
	return func() tea.Msg { return savedMsg{x, n, x.env.Session.Now(), x.save(n, write)} }
}

// writer is what writes down what is there now: the answer, or below a result what
// is said about it.
func (x *exercise) writer() func() error {
	s := x.env.Session
	if x.result != nil {
		about, remark := x.result.answer, x.remark
		return func() error { return s.SaveRemark(x.env.ctx, x.item, about, remark) }
	}
	draft := slices.Clone(x.known)
	return func() error { return s.SaveDraft(x.env.ctx, x.item, draft) }
}

func (x *exercise) save(n int, write func() error) error {
	x.saver.mu.Lock()
	defer x.saver.mu.Unlock()
	if n <= x.saver.done {
		return nil
	}
	if err := write(); err != nil {
		return err
	}
	x.saver.done = n
	return nil
}

func (x *exercise) saved(m savedMsg) tea.Cmd {
	if x.saving == m.n {
		x.saving = 0
	}
	if m.err != nil {
		x.dirty = true // the next key, or leaving, tries again
		return failed(m.err)
	}
	x.savedAt = m.at
	return nil
}

// flush saves at once what is not on the disk: the learner leaves.
func (x *exercise) flush() error {
	if ro, _ := x.env.Session.ReadOnly(); ro || x.face == nil {
		return nil
	}
	x.saver.mu.Lock()
	n, pending := x.saver.next+1, x.dirty || x.saver.done < x.saver.next
	x.saver.next = n
	x.saver.mu.Unlock()
	if !pending || x.grading && x.saver.handed.Load() {
		return nil
	}
	if err := x.save(n, x.writer()); err != nil {
		return err
	}
	x.dirty = false
	return nil
}

func (x *exercise) submit(a exercises.Answer) tea.Cmd {
	if ro, why := x.env.Session.ReadOnly(); ro {
		return note("Nothing can be handed in now: " + why)
	}
	x.grading = true
	ctx := context.WithoutCancel(x.env.ctx) // what was handed in counts, also of somebody who has gone
	x.saver.handed.Store(false)
	return func() tea.Msg {
		x.saver.mu.Lock()
		defer x.saver.mu.Unlock()
		res, err := x.env.Session.Submit(ctx, x.item, a)
		if err == nil {
			x.saver.done = x.saver.next // a draft on its way is older than this
			x.saver.handed.Store(true)
		}
		m := gradedMsg{x: x, answer: a, result: res, at: x.env.Session.Now(), err: err}
		if res.Outcome == exercises.Asked { // in a sitting, it may have been answered by half before
			m.remark = x.env.Session.Remark(ctx, x.item, a)
		}
		return m
	}
}

func (x *exercise) graded(m gradedMsg) tea.Cmd {
	x.grading = false
	var inc *exercises.Incomplete
	if errors.As(m.err, &inc) {
		if x.result != nil {
			x.result.unsent()
		}
		return tea.Batch(note(inc.Need), x.later()) // the time for the draft may have come meanwhile
	}
	if m.err != nil {
		x.dirty = true
		return tea.Batch(failed(fmt.Errorf("your answer is still here: %w", m.err)), x.later())
	}
	x.dirty, x.savedAt, x.hints.shown = false, m.at, false
	x.showResult(m.result, m.answer, m.remark)
	x.result.SetSize(x.resultWidth(), x.height)
	return x.result.Init()
}

// showResult shows how an answer was judged, and what was begun to be said about it.
func (x *exercise) showResult(res exercises.Result, a exercises.Answer, m course.Remark) {
	x.result = newResult(x.env, x, res, a, m)
	x.remark = x.result.remark()
}

// again goes back from the result to the answer, as it was.
func (x *exercise) again() tea.Cmd {
	start := x.result.answer
	x.result, x.remark, x.dirty, x.off, x.promptOff, x.began, x.placed, x.savedAt = nil, course.Remark{}, false, 0, 0, false, false, time.Time{}
	cmd := x.newFace(start, true)
	x.known = slices.Clone(x.face.Answer())
	return cmd
}

func (x *exercise) prompt() []string {
	lines := x.env.Pages.page(x.ex.About().Prompt, x.width, x.env.theme).lines
	return append(lines[:len(lines):len(lines)], "") // they belong to everybody
}

// fewRows is what a face gets in any case.
const fewRows = 6

// share divides rows between a prompt and a face with so many lines each, of which
// least lines of the face must be seen.
func share(rows, prompt, face, least int) (promptRows, faceRows int) {
	faceRows = min(face, rows, max(rows-prompt, least))
	return min(prompt, rows-faceRows), faceRows
}

// lines are the prompt, and below it the face; where there is no room for both, a
// part of each. The prompt comes first until a key goes to the face, and then what
// the face wants to be seen.
func (x *exercise) lines(rows int) []string {
	st := x.env.theme.styles
	x.sizeFace(rows) // a hint takes some of them
	prompt, face := x.prompt(), strings.Split(x.face.View(), "\n")
	if len(prompt)+len(face) > rows {
		prompt = prompt[:len(prompt)-1] // the blank line between them
	}
	first, last := x.face.Focus()
	least, up, down := fewRows, "pgup", "pgdn"
	switch want := last - first + 1; {
	case x.paging(): // which takes the keys, until it is closed
		least, up, down = want, "esc", "esc"
	case x.began:
		if first > 0 {
			want++ // for the line that says what is cut above
		}
		if last < len(face)-1 {
			want++
		}
		least = min(max(least, want), rows-1) // and one line that says so of the prompt
	}
	n, m := share(rows, len(prompt), len(face), least)
	x.promptRows = n
	if x.began && !x.placed {
		x.promptOff = len(prompt) // its end, where what is asked stands more often than not
	}
	x.promptOff = max(0, min(x.promptOff, len(prompt)-n))
	x.off = input.Keep(x.off, first, last, m, len(face))
	out := input.Window(prompt, x.promptOff, n, up, down, st.Quiet)
	return append(out, input.Window(face, x.off, m, "↑", "↓", st.Quiet)...)
}

func (x *exercise) View() string {
	st := x.env.theme.styles
	switch {
	case x.broken != "":
		return strings.Join(wrap(x.broken, max(10, x.width-1)), "\n")
	case x.face == nil:
		return ""
	case x.result != nil:
		view := x.result.View()
		if x.kind.Whole {
			view = indent(view, leftMargin)
		}
		return view
	}
	if x.kind.Whole {
		return strings.Join(x.hints.over(strings.Split(x.face.View(), "\n"), x.width, x.height, st), "\n")
	}
	panel := x.hints.panel(x.width, x.height-fewRows, st)
	lines := x.lines(max(1, x.height-len(panel)))
	for len(panel) > 0 && len(lines) < x.height-len(panel) {
		lines = append(lines, "")
	}
	return strings.Join(append(lines, panel...), "\n")
}

func indent(s string, n int) string {
	pad := strings.Repeat(" ", n)
	return pad + strings.ReplaceAll(s, "\n", "\n"+pad)
}

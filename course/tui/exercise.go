package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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

	width, height int
	off           int
	grading       bool
	hints         hints
	ahead         []tea.KeyMsg // keys that came before the face was there

	saver   *saver
	known   exercises.Answer // what the saver was last told
	dirty   bool             // something was typed that no save has begun with
	saving  int              // number of the draft on its way to the disk; 0 for none
	ticking bool
	savedAt time.Time
}

// A saver writes drafts in order: an older one that is late is dropped.
type saver struct {
	mu   sync.Mutex
	next int // number of the next draft
	done int // highest number that reached the disk, or was overtaken by a submission
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
			m.result, m.answer = &res, a
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
		x.result = newResult(x.env, x, *m.result, m.answer)
		start = m.answer
	}
	x.known = slices.Clone(start)
	cmds := []tea.Cmd{x.newFace(start)}
	for _, k := range x.ahead {
		cmds = append(cmds, x.Update(k))
	}
	x.ahead = nil
	return tea.Batch(cmds...)
}

func (x *exercise) newFace(start exercises.Answer) tea.Cmd {
	x.face = x.kind.Screen(x.ex, input.Options{
		Styles: x.env.theme.styles,
		Draft:  start,
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
		x.newFace(x.face.Answer())
	}
}

func (x *exercise) SetSize(w, h int) {
	x.width, x.height = w, h
	if w == 0 {
		return
	}
	if x.face != nil {
		x.face.SetSize(w, h)
	}
	if x.result != nil {
		x.result.SetSize(x.resultWidth(), h)
	}
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
	case x.result != nil || x.ex == nil:
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
	case tea.MouseMsg:
		if x.result == nil && !x.kind.Whole {
			msg.Y += x.off - x.promptHeight()
			if x.face == nil || msg.Y < 0 {
				return nil
			}
			return x.toFace(msg)
		}
	}
	if x.result != nil {
		return x.result.Update(msg)
	}
	if k, ok := msg.(tea.KeyMsg); ok && x.face == nil && x.broken == "" {
		x.ahead = append(x.ahead, k)
	}
	if x.face == nil || x.grading {
		return nil
	}
	return x.toFace(msg)
}

func (x *exercise) toFace(msg tea.Msg) tea.Cmd {
	cmd := x.face.Update(msg)
	if a := x.face.Answer(); !slices.Equal(a, x.known) {
		x.known = slices.Clone(a)
		x.dirty = true
	}
	return tea.Batch(cmd, x.later())
}

// later has the draft sent to the disk soon, unless that is so already.
func (x *exercise) later() tea.Cmd {
	if !x.dirty || x.ticking {
		return nil
	}
	x.ticking = true
	return x.env.After(draftDelay, tickMsg{x})
}

// tick sends the draft to the disk.
func (x *exercise) tick() tea.Cmd {
	x.ticking = false
	if ro, _ := x.env.Session.ReadOnly(); ro || !x.dirty || x.grading || x.result != nil {
		return nil
	}
	x.saver.mu.Lock()
	x.saver.next++
	n := x.saver.next
	x.saver.mu.Unlock()
	draft := slices.Clone(x.known)
	x.dirty, x.saving = false, n
	return func() tea.Msg { return savedMsg{x, n, x.env.Session.Now(), x.save(n, draft)} }
}

func (x *exercise) save(n int, draft exercises.Answer) error {
	x.saver.mu.Lock()
	defer x.saver.mu.Unlock()
	if n <= x.saver.done {
		return nil
	}
	if err := x.env.Session.SaveDraft(x.env.ctx, x.item, draft); err != nil {
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
	if x.result != nil {
		return nil
	}
	if ro, _ := x.env.Session.ReadOnly(); ro || x.face == nil {
		return nil
	}
	x.saver.mu.Lock()
	n, pending := x.saver.next+1, x.dirty || x.saver.done < x.saver.next
	x.saver.next = n
	x.saver.mu.Unlock()
	if !pending || x.grading {
		return nil
	}
	if err := x.save(n, x.known); err != nil {
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
	return func() tea.Msg {
		x.saver.mu.Lock()
		defer x.saver.mu.Unlock()
		res, err := x.env.Session.Submit(x.env.ctx, x.item, a)
		if err == nil {
			x.saver.done = x.saver.next // a draft on its way is older than this
		}
		return gradedMsg{x, a, res, x.env.Session.Now(), err}
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
	x.result = newResult(x.env, x, m.result, m.answer)
	x.result.SetSize(x.resultWidth(), x.height)
	return x.result.Init()
}

// again goes back from the result to the answer, as it was.
func (x *exercise) again() tea.Cmd {
	start := x.result.answer
	x.result, x.off, x.savedAt = nil, 0, time.Time{}
	x.known = slices.Clone(start)
	return x.newFace(start)
}

func (x *exercise) prompt() []string {
	lines := x.env.Pages.page(x.ex.About().Prompt, x.width, x.env.theme).lines
	return append(lines[:len(lines):len(lines)], "") // they belong to everybody
}

func (x *exercise) promptHeight() int {
	if x.ex == nil {
		return 0
	}
	return len(x.prompt())
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
	var lines []string
	if x.kind.Whole {
		lines = strings.Split(x.face.View(), "\n")
	} else {
		prompt := x.prompt()
		lines = append(prompt, strings.Split(x.face.View(), "\n")...)
		first, last := x.face.Focus()
		first, last = first+len(prompt), last+len(prompt)
		if last < x.height { // the prompt stays in sight as long as it can
			first = 0
		}
		x.off = scrollTo(x.off, first, last, x.height, len(lines))
		more := x.off + x.height
		lines = lines[x.off:min(more, len(lines))]
	}
	return strings.Join(x.hints.over(lines, x.width, x.height, st), "\n")
}

func indent(s string, n int) string {
	pad := strings.Repeat(" ", n)
	return pad + strings.ReplaceAll(s, "\n", "\n"+pad)
}

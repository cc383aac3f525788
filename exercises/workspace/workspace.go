// Package workspace is where a threat model is made: one screen a step, free to
// go back and forth, saved at every change; and the same as a conversation by
// lines.
package workspace

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/scenarios"
	"edu/threatlings/exercises/threatmodel"
)

// Options is what a workspace is made from.
type Options struct {
	Styles   *input.Styles
	Markdown func(md string, width int) string
	Model    *threatmodel.Model
	Guide    *threatmodel.Guide
	Name     func(*threatmodel.Model) string // how a command line names the model after this session
	Path     func() string                   // the file that the model is kept in now
	Document string                          // the design document as Markdown; "" for none
	// Drawing is the diagram of Model when it is there already; nil otherwise.
	Drawing *scenarios.Diagram
	// Key is what the author of a practice feature knows; nil for a feature of one's own.
	Key func() (*grading.Key, error)
	// At is the step on which the model was left; nil when that is not known.
	At *threatmodel.Step
	// Save keeps the model, durably.
	Save func(*threatmodel.Model) error
	// KeepStep remembers the step; nil where there is nowhere to.
	KeepStep func(threatmodel.Step) error
	// Draw lays a system out. It may take seconds and is called in the background.
	Draw  func(context.Context, *scenarios.System) (text, places string, err error)
	Now   func() time.Time
	After func(time.Duration, tea.Msg) tea.Cmd
}

// How long after a change the model is saved and drawn, and after a failure
// saved once more.
const (
	saveDelay  = 400 * time.Millisecond
	retryDelay = 3 * time.Second
	drawDelay  = 300 * time.Millisecond
)

// A view is the screen of one step.
type view interface {
	// lines draws the step into a room.
	lines(width, height int) []string
	// key handles a key and reports whether it was one of the step's.
	key(k tea.KeyMsg) (used bool, cmd tea.Cmd)
	help() []key.Binding
}

// Screen is the workspace on a full screen.
type Screen struct {
	o     Options
	m     *threatmodel.Model
	step  threatmodel.Step
	views [threatmodel.StepCount]view
	form  *form
	over  overlay // what covers the step: the document, the diagram, a comparison

	width, height int
	status        string // said once, after a key
	statusBad     bool

	undo   []*threatmodel.Model
	before *threatmodel.Model // of the edit that is under way
	saver  *saver
	due    bool  // a save is about to begin
	failed error // of the last save

	diagram  *scenarios.Diagram
	drawn    string // the system that the diagram shows
	drawing  string // the one that is being drawn; "" when none is
	drawDue  bool
	drawFail string

	began   time.Time
	entered time.Time // the step that is open
	ticking bool
}

// An overlay covers the step until esc.
type overlay interface {
	lines(width, height int) []string
	key(k tea.KeyMsg) (used bool, cmd tea.Cmd)
	help() []key.Binding
	title() string
}

type (
	saveMsg  struct{ s *Screen }
	savedMsg struct {
		s   *Screen
		err error
	}
	drawMsg  struct{ s *Screen }
	drawnMsg struct {
		s            *Screen
		system       string
		text, places string
		err          error
	}
	minuteMsg struct{ s *Screen }
)

// Target is the workspace that a message is for, nil for other messages: they
// must reach it even when another screen lies on top.
func Target(msg tea.Msg) *Screen {
	switch msg := msg.(type) {
	case saveMsg:
		return msg.s
	case savedMsg:
		return msg.s
	case drawMsg:
		return msg.s
	case drawnMsg:
		return msg.s
	case minuteMsg:
		return msg.s
	}
	return nil
}

// New makes a workspace on the step on which the model was left, or else on the
// first that is not done. A practice feature that nobody has worked on yet opens on
// the first one, where its document is.
func New(o Options) *Screen {
	s := &Screen{o: o, m: o.Model, saver: &saver{save: o.Save, keepStep: o.KeepStep}}
	s.saver.saved.Store(s.m.Clone())
	s.saver.step.Store(-1)
	s.views = [threatmodel.StepCount]view{
		newFeature(s), newSystem(s), newAssets(s), newScope(s), newAssumptions(s), newThreats(s), newPriority(s), newDecisions(s), newReview(s),
	}
	fresh := s.m.Practice != "" && len(s.m.Assets)+len(s.m.Threats)+len(s.m.Scope)+len(s.m.Assumptions) == 0
	for !fresh && s.step < threatmodel.ReviewStep && s.m.Done(s.step) {
		s.step++
	}
	if o.At != nil {
		s.step = *o.At
	}
	s.began = o.Now()
	s.entered = s.began
	if o.Drawing != nil {
		s.diagram, s.drawn = o.Drawing, s.systemKey()
	}
	return s
}

// Init begins the clock and the first drawing.
func (s *Screen) Init() tea.Cmd {
	var cmds []tea.Cmd
	if !s.ticking {
		s.ticking = true
		cmds = append(cmds, s.o.After(time.Minute, minuteMsg{s}))
	}
	return tea.Batch(append(cmds, s.drawLater())...)
}

// SetSize gives the columns and rows.
func (s *Screen) SetSize(w, h int) { s.width, s.height = w, max(8, h) }

// Model is the model as it is now.
func (s *Screen) Model() *threatmodel.Model { return s.m }

// Typing reports whether letters are text now.
func (s *Screen) Typing() bool {
	if s.form != nil {
		return true
	}
	e := s.entry()
	return e != nil && s.over == nil && e.typing
}

// entry is the step's line for quick entry; nil where there is none.
func (s *Screen) entry() *entryLine {
	switch v := s.views[s.step].(type) {
	case *systemStep:
		return v.entryLine
	case *assetsStep:
		return v.entryLine
	}
	return nil
}

// Status is what the header says: whether all is saved, and the agenda.
func (s *Screen) Status() string {
	info := threatmodel.Steps[s.step]
	minutes := int(s.o.Now().Sub(s.entered).Minutes())
	clock := fmt.Sprintf("%d of about %d min", minutes, info.Minutes)
	switch {
	case s.failed != nil:
		return "NOT SAVED · " + clock
	case !s.kept():
		return "saving · " + clock
	}
	return "saved · " + clock
}

// kept reports whether the model on the disk is this one.
func (s *Screen) kept() bool { return s.saver.saved.Load().Equal(s.m) }

// Flush saves what is not saved yet.
func (s *Screen) Flush() error {
	s.endEdit()
	s.keepStep()
	if s.kept() {
		return nil
	}
	s.failed = s.saver.write(s.m.Clone(), s.saver.next())
	return s.failed
}

// keep has what is not saved and drawn yet saved and drawn soon. It looks at the
// model and not at what was done, so that nothing that changes it can forget to.
func (s *Screen) keep() tea.Cmd {
	var step tea.Cmd
	if v := s.saver; threatmodel.Step(v.step.Load()) != s.step {
		v.step.Store(int64(s.step))
		step = func() tea.Msg { v.writeStep(); return nil }
	}
	if s.due || s.kept() {
		return tea.Batch(step, s.drawLater())
	}
	s.due = true
	delay := saveDelay
	if s.failed != nil {
		delay = retryDelay
	}
	return tea.Batch(s.o.After(delay, saveMsg{s}), step, s.drawLater())
}

func (s *Screen) keepStep() {
	s.saver.step.Store(int64(s.step))
	s.saver.writeStep()
}

// A saver writes one model at a time, and never an older one over a newer one.
type saver struct {
	save  func(*threatmodel.Model) error
	saved atomic.Pointer[threatmodel.Model] // what is on the disk

	keepStep func(threatmodel.Step) error
	step     atomic.Int64 // the step that is to be kept; -1 before the first

	mu      sync.Mutex
	asked   atomic.Int64
	written int64
}

func (v *saver) next() int64 { return v.asked.Add(1) }

func (v *saver) write(m *threatmodel.Model, n int64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if n < v.written {
		return nil
	}
	if err := v.save(m); err != nil {
		return err
	}
	v.written = n
	v.saved.Store(m)
	return nil
}

// writeStep keeps the newest step. Where somebody is must not be in their way: when
// it cannot be kept, nothing is said.
func (v *saver) writeStep() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.keepStep != nil {
		_ = v.keepStep(threatmodel.Step(v.step.Load()))
	}
}

// maxUndo is how many changes can be taken back.
const maxUndo = 100

// edit changes the model as one step that can be taken back.
func (s *Screen) edit(do func(m *threatmodel.Model)) {
	s.begin()
	do(s.m)
	s.endEdit()
}

// begin remembers the model before an edit.
func (s *Screen) begin() {
	if s.before == nil {
		s.before = s.m.Clone()
	}
}

// endEdit keeps what begin remembered, if anything has changed since.
func (s *Screen) endEdit() {
	if s.before == nil {
		return
	}
	if !s.before.Equal(s.m) {
		s.undo = append(s.undo, s.before)
		if len(s.undo) > maxUndo {
			s.undo = s.undo[1:]
		}
	}
	s.before = nil
}

func (s *Screen) takeBack() {
	if len(s.undo) == 0 {
		s.say("There is nothing to take back.")
		return
	}
	*s.m = *s.undo[len(s.undo)-1]
	s.undo = s.undo[:len(s.undo)-1]
	s.say("Taken back.")
}

func (s *Screen) say(format string, args ...any) {
	s.status, s.statusBad = fmt.Sprintf(format, args...), false
}
func (s *Screen) sayBad(err error) { s.status, s.statusBad = sentence(err.Error()), true }

// sentence begins with a capital letter.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// open shows a form. The edit ends when it is left.
func (s *Screen) open(f *form) tea.Cmd {
	s.begin()
	f.st = s.o.Styles
	s.form = f
	return f.focus()
}

func (s *Screen) closeForm() {
	f := s.form
	s.form = nil
	if f.done != nil {
		f.done()
	}
	s.endEdit()
}

// Back closes what is open: a form, an overlay, the entry line. What is to be
// done after it is AfterBack's.
func (s *Screen) Back() bool {
	switch {
	case s.form != nil:
		s.closeForm()
		return true
	case s.over != nil:
		s.over = nil
		return true
	}
	if e := s.entry(); e != nil && e.typing {
		e.stop()
		return true
	}
	if th, ok := s.views[s.step].(*threatsStep); ok && th.list {
		th.list = false
		return true
	}
	return false
}

// AfterBack saves and draws what Back has left.
func (s *Screen) AfterBack() tea.Cmd { return s.keep() }

// Update handles a message. Whatever it was, what it changed is on its way to the
// disk after it.
func (s *Screen) Update(msg tea.Msg) tea.Cmd { return tea.Batch(s.handle(msg), s.keep()) }

func (s *Screen) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case saveMsg:
		return s.save()
	case savedMsg:
		if msg.err != nil && (s.failed == nil || s.failed.Error() != msg.err.Error()) { // said once, and tried again until it succeeds
			s.sayBad(msg.err)
		}
		s.failed = msg.err
	case drawMsg:
		s.drawDue = false
		return s.draw()
	case drawnMsg:
		return s.take(msg)
	case minuteMsg:
		s.due = false // should the timer of a save have been lost, another is set
		return s.o.After(time.Minute, minuteMsg{s})
	case tea.KeyMsg:
		return s.key(msg)
	case tea.MouseMsg:
		return s.mouse(msg)
	}
	return nil
}

// save writes the model in a command.
func (s *Screen) save() tea.Cmd {
	s.due = false
	if s.kept() { // a save that was under way has written it
		s.failed = nil
		return nil
	}
	m, n, v := s.m.Clone(), s.saver.next(), s.saver
	return func() tea.Msg { return savedMsg{s, v.write(m, n)} }
}

func (s *Screen) key(k tea.KeyMsg) tea.Cmd {
	s.status = ""
	if s.form != nil {
		done, cmd := s.form.key(k)
		if done {
			s.closeForm()
		}
		return cmd
	}
	if s.over != nil {
		if used, cmd := s.over.key(k); used {
			return cmd
		}
	} else if used, cmd := s.views[s.step].key(k); used {
		return cmd
	}
	switch k := k.String(); k {
	case "ctrl+n", "]":
		s.goTo(min(s.step+1, threatmodel.ReviewStep))
	case "ctrl+p", "[":
		s.goTo(max(s.step-1, 0))
	case "1", "2", "3", "4", "5", "6", "7", "8", "9":
		s.goTo(threatmodel.Step(k[0] - '1'))
	case "u", "ctrl+z":
		s.takeBack()
	case "ctrl+t":
		s.toggle(newReading(s))
	case "ctrl+d":
		s.toggle(newWalk(s))
	}
	return nil
}

// toggle opens an overlay, or closes it when it is the one that is open.
func (s *Screen) toggle(o overlay) {
	if s.over != nil && s.over.title() == o.title() {
		s.over = nil
		return
	}
	s.over = o
}

func (s *Screen) goTo(step threatmodel.Step) {
	s.over = nil
	if step != s.step {
		s.step, s.entered = step, s.o.Now()
	}
}

func (s *Screen) mouse(m tea.MouseMsg) tea.Cmd {
	if m.Action != tea.MouseActionPress || s.form != nil {
		return nil
	}
	switch m.Button {
	case tea.MouseButtonWheelUp:
		return s.key(tea.KeyMsg{Type: tea.KeyUp})
	case tea.MouseButtonWheelDown:
		return s.key(tea.KeyMsg{Type: tea.KeyDown})
	case tea.MouseButtonLeft:
		if m.Y == 0 {
			if step, ok := s.tabAt(m.X); ok {
				s.goTo(step)
			}
		}
	}
	return nil
}

// Help lists the keys that work now.
func (s *Screen) Help() []key.Binding {
	switch {
	case s.form != nil:
		return []key.Binding{bind("esc", "done"), bind("tab", "next field"), bind("←→", "choose")}
	case s.over != nil:
		return append(s.over.help(), bind("esc", "close"))
	}
	out := s.views[s.step].help()
	if !s.Typing() {
		out = append(out, bind("1-9", "step"), bind("u", "undo"))
	}
	if s.o.Document != "" {
		out = append(out, bind("ctrl+t", "document"))
	}
	if s.step != threatmodel.SystemStep {
		out = append(out, bind("ctrl+d", "diagram"))
	}
	return append(out, bind("ctrl+n", "next step"))
}

func bind(k, what string) key.Binding {
	return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what))
}

// wideFrom is the width from which steps stand beside something.
const wideFrom = 100

// tabs are the steps, by name where there is room.
func (s *Screen) tabs() []string {
	var out []string
	for i := range threatmodel.StepCount {
		name := fmt.Sprint(int(i) + 1)
		if i == s.step || s.width >= 112 {
			name += " " + threatmodel.Steps[i].Name
		}
		if s.m.Done(i) {
			name += "✓"
		}
		if i == s.step {
			name = "▸" + name
		}
		out = append(out, " "+name+" ")
	}
	return out
}

func (s *Screen) tabAt(x int) (threatmodel.Step, bool) {
	col := 0
	for i, t := range s.tabs() {
		if col += ansi.StringWidth(t); x < col {
			return threatmodel.Step(i), true
		}
	}
	return 0, false
}

// View draws the workspace.
func (s *Screen) View() string {
	st := s.o.Styles
	var b strings.Builder
	for i, t := range s.tabs() {
		switch {
		case threatmodel.Step(i) == s.step:
			b.WriteString(st.Accent.Render(t))
		case s.m.Done(threatmodel.Step(i)):
			b.WriteString(st.Text.Render(t))
		default:
			b.WriteString(st.Quiet.Render(t))
		}
	}
	lines := []string{b.String()}
	margin := "  "
	w := s.width - 2*len(margin)
	ask := threatmodel.Steps[s.step].Ask
	if s.over != nil {
		ask = s.over.title()
	}
	for _, l := range wrap(ask, min(w, 100)) {
		lines = append(lines, margin+st.Quiet.Render(l))
	}
	lines = append(lines, "")
	var foot []string
	if s.status != "" {
		style, mark := st.Good, ""
		if s.statusBad {
			style, mark = st.Warn, "! "
		}
		for _, l := range wrap(mark+s.status, min(w, 100)) {
			foot = append(foot, margin+style.Render(l))
		}
		foot = append([]string{""}, foot[:min(len(foot), 4)]...)
	}
	room := max(3, s.height-len(lines)-len(foot))
	var body []string
	switch {
	case s.form != nil:
		body = s.form.view(w, room)
	case s.over != nil:
		body = s.over.lines(w, room)
	default:
		body = s.views[s.step].lines(w, room)
	}
	for len(body) < room {
		body = append(body, "")
	}
	for _, l := range body[:room] {
		lines = append(lines, margin+l)
	}
	return clip(append(lines, foot...), s.width, s.height)
}

// clip holds a view to its size.
func clip(lines []string, width, height int) string {
	lines = lines[:min(len(lines), height)]
	for i, l := range lines {
		if ansi.StringWidth(l) > width {
			lines[i] = ansi.Truncate(l, width, "…")
		}
	}
	return strings.Join(lines, "\n")
}

// Restyle takes other looks.
func (s *Screen) Restyle(st *input.Styles) {
	s.o.Styles = st
	if s.form != nil {
		s.form.st = st
	}
}

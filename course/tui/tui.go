// Package tui is the course on a full screen.
//
// The root model is a stack of screens between a header and a footer. Screens
// meet only through push, pop and messages of their own; nothing is read or
// written in Update: work happens in commands.
package tui

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// Options is what a program of screens is made from.
type Options struct {
	Session *course.Session
	Kinds   func(name string) (input.Kind, bool)
	Pages   *Pages
	// Settings are the person's; Save keeps changed ones.
	Settings course.Settings
	Save     func(course.Settings) error
	Look     Look
	Out      io.Writer // where the terminal is asked for its background
	Notices  []string  // said once, on the first screen
	Version  string
	// Live opens threat models; nil where there is nowhere to keep them.
	Live *course.Live
	// Workshop is the threat model to begin with; Models begins with the list of them.
	Workshop *course.Workshop
	Models   bool
	// Open is the lesson or exercise to begin with; "" begins with the map.
	Open string
	// Step is a step to begin with that is no lesson: a sitting of the refresher.
	Step *course.Step
	// Face takes the place of the map, and of the course with it: a class.
	Face func(Dress) Face
	// After sends a message later; nil is tea.Tick. Tests do not wait.
	After func(time.Duration, tea.Msg) tea.Cmd
}

// env is what every screen of a session shares. It is changed only by the root.
type env struct {
	Options
	ctx   context.Context
	theme *theme
}

// A screen fills the room between header and footer and believes that it is
// the whole terminal.
type screen interface {
	Init() tea.Cmd
	Update(tea.Msg) tea.Cmd
	View() string
	SetSize(width, height int)
	Crumb() string       // where the learner is, for the header
	Status() string      // what the header says at the right
	Help() []key.Binding // the keys that work now
	Back() bool          // esc was used inside; the screen stays
}

// typing is a screen that takes letters as text, so that ? is not help.
type typing interface{ Typing() bool }

// afterwards is a screen that has something to do after esc was used inside.
type afterwards interface{ AfterBack() tea.Cmd }

// returned is a screen that wants to know which one was left for it.
type returned interface{ From(screen) }

// flusher is a screen that may hold something unsaved.
type flusher interface{ Flush() error }

// restyled is a screen that keeps rendered text and must draw it again.
type restyled interface{ Restyle() }

type (
	pushMsg struct{ s screen }
	popMsg  struct {
		only screen       // leave this one, when it is on top; nil is whatever is
		keys []tea.KeyMsg // for the screen below
	}
	goMsg struct { // leave this screen, or all but the map, and open another
		home bool
		s    screen // may be nil
	}
	noteMsg    struct{ text string } // a sentence for the footer, until the next key
	settingMsg struct{ s course.Settings }
)

func push(s screen) tea.Cmd    { return func() tea.Msg { return pushMsg{s} } }
func pop() tea.Msg             { return popMsg{} }
func note(text string) tea.Cmd { return func() tea.Msg { return noteMsg{text} } }
func instead(s screen) tea.Cmd { return func() tea.Msg { return goMsg{s: s} } }
func fromMap(s screen) tea.Cmd { return func() tea.Msg { return goMsg{home: true, s: s} } }
func failed(err error) tea.Cmd { return note(exercises.CleanLine(err.Error())) }

// Smallest window that is drawn.
const (
	minWidth  = 60
	minHeight = 20
	measure   = 76 // columns of running text at most
)

// Model is the root: it owns the stack, the frame and the theme.
type Model struct {
	env           *env
	stack         []screen
	width, height int
	note          string
	ready         bool // the background is known, or was waited for long enough
	frame         frame
}

// New makes the root model of one session.
func New(ctx context.Context, o Options) *Model {
	if o.After == nil {
		o.After = func(d time.Duration, msg tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return msg })
		}
	}
	m := &Model{env: &env{Options: o, ctx: ctx}, ready: !o.Look.Ask}
	m.env.theme = o.Look.theme(o.Settings.Theme, o.Pages)
	if o.Face != nil {
		m.stack = []screen{newFaced(m.env)}
	} else {
		m.stack = []screen{newHome(m.env)}
	}
	return m
}

// Init starts the first screen and the wait for the terminal's background.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.top().Init()}
	if !m.ready {
		cmds = append(cmds, m.env.Look.ask(m.env.Out), m.env.After(backgroundWait, backgroundMsg{dark: true, timeout: true}))
	}
	if w := m.env.Workshop; w != nil {
		m.env.Workshop = nil // closed with its screen
		cmds = append(cmds, push(newLive(m.env, w)))
	} else if m.env.Models {
		cmds = append(cmds, push(newModels(m.env)))
	} else if m.env.Step != nil {
		cmds = append(cmds, push(newLesson(m.env, m.env.Step, 0)))
	} else if cmd := m.env.open(m.env.Open); cmd != nil {
		cmds = append(cmds, cmd)
	}
	return tea.Batch(cmds...)
}

func (m *Model) top() screen { return m.stack[len(m.stack)-1] }

// Update handles what belongs to the frame and hands the rest to the screen on top.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.resize()
		return m, nil
	case backgroundMsg:
		m.background(msg)
		return m, nil
	case settingMsg:
		m.restyle(msg.s)
		return m, nil
	case pushMsg:
		if twice(m.top(), msg.s) {
			return m, nil // its key was pressed twice before it was there
		}
		m.stack = append(m.stack, msg.s)
		m.resize()
		return m, msg.s.Init()
	case popMsg:
		if msg.only != nil && msg.only != m.top() {
			return m, nil // help was opened over it
		}
		cmds := []tea.Cmd{m.pop(1)}
		for _, k := range msg.keys {
			cmds = append(cmds, m.keys(k))
		}
		return m, tea.Batch(cmds...)
	case goMsg:
		return m, m.goTo(msg)
	case noteMsg:
		m.note = msg.text
		return m, nil
	case tea.KeyMsg:
		return m, m.keys(msg)
	case tea.MouseMsg:
		msg.Y -= headerHeight
		return m, m.top().Update(msg)
	case addressed:
		return m, m.deliver(msg)
	}
	return m, m.top().Update(msg)
}

// twice reports whether a screen that is to be opened lies on top already.
func twice(top, next screen) bool {
	switch next.(type) {
	case *noteScreen, *glossary, *search:
		return reflect.TypeOf(top) == reflect.TypeOf(next)
	}
	return false
}

// typedAhead is the most letters in one message that are taken for keys pressed
// quickly one after the other; more is a paste by a terminal that does not say so.
const typedAhead = 64

// keys handles a key. Letters that were typed faster than they were read come
// in one message, and each of them is a key of its own.
func (m *Model) keys(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyRunes && !msg.Paste && !msg.Alt && len(msg.Runes) > 1 && len(msg.Runes) <= typedAhead {
		var cmds []tea.Cmd
		for _, r := range msg.Runes {
			one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
			if r == ' ' {
				one.Type = tea.KeySpace
			}
			cmds = append(cmds, m.keys(one))
		}
		return tea.Batch(cmds...)
	}
	m.note = ""
	if cmd, ok := m.globalKey(msg); ok {
		return cmd
	}
	return m.top().Update(msg)
}

// addressed is a message for one screen, which may no longer be on top. A
// message for a screen that has gone is dropped.
type addressed interface{ to() screen }

func (m *Model) deliver(msg addressed) tea.Cmd {
	for _, s := range m.stack {
		if s == msg.to() {
			return s.Update(msg)
		}
	}
	return nil
}

func (m *Model) globalKey(k tea.KeyMsg) (tea.Cmd, bool) {
	isTyping := false
	if t, ok := m.top().(typing); ok {
		isTyping = t.Typing()
	}
	switch {
	case key.Matches(k, keys.quit):
		if err := m.Flush(); err != nil {
			return failed(err), true // stay: something is not saved
		}
		return tea.Quit, true
	case m.tooSmall():
		return nil, true
	case key.Matches(k, keys.back):
		if m.top().Back() {
			if a, ok := m.top().(afterwards); ok {
				return a.AfterBack(), true
			}
			return nil, true
		}
		if len(m.stack) == 1 {
			if m.env.Face != nil {
				return note("ctrl+c leaves; everything is saved."), true
			}
			return note("This is the map. ctrl+c leaves; everything is saved."), true
		}
		return m.pop(1), true
	case key.Matches(k, keys.help), k.String() == "?" && !isTyping:
		if _, open := m.top().(*helpScreen); open {
			return m.pop(1), true
		}
		return push(newHelp(m.env, m.top())), true
	}
	return nil, false
}

// pop removes n screens, saving what they hold.
func (m *Model) pop(n int) tea.Cmd {
	left := m.top()
	for ; n > 0 && len(m.stack) > 1; n-- {
		if f, ok := m.top().(flusher); ok {
			if err := f.Flush(); err != nil {
				return failed(err)
			}
		}
		if c, ok := m.top().(io.Closer); ok {
			if err := c.Close(); err != nil {
				return failed(err)
			}
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	m.resize()
	cmd := m.top().Init()
	if r, ok := m.top().(returned); ok {
		r.From(left)
	}
	return cmd
}

func (m *Model) goTo(msg goMsg) tea.Cmd {
	n := 1
	if msg.home {
		n = len(m.stack) - 1
	}
	cmd := m.pop(n)
	if msg.s == nil {
		return cmd
	}
	m.stack = append(m.stack, msg.s)
	m.resize()
	return tea.Batch(cmd, msg.s.Init())
}

// Flush saves what any screen still holds. It is called before the program ends.
func (m *Model) Flush() error {
	for _, s := range m.stack {
		if f, ok := s.(flusher); ok {
			if err := f.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close lets go what the screens hold. It is called after Flush, at the end.
func (m *Model) Close() error {
	for _, s := range m.stack {
		if c, ok := s.(io.Closer); ok {
			if err := c.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Model) tooSmall() bool { return m.width < minWidth || m.height < minHeight }

func (m *Model) resize() {
	if !m.tooSmall() {
		m.top().SetSize(m.width, m.height-headerHeight-footerHeight)
	}
}

func (m *Model) background(msg backgroundMsg) {
	if m.ready && msg.timeout {
		return
	}
	m.ready = true
	if msg.timeout || m.env.Look.Dark == msg.dark {
		return
	}
	m.env.Look.Dark = msg.dark
	m.restyle(m.env.Settings)
}

func (m *Model) restyle(s course.Settings) {
	m.env.Settings = s
	m.env.theme = m.env.Look.theme(s.Theme, m.env.Pages)
	for _, sc := range m.stack {
		if r, ok := sc.(restyled); ok {
			r.Restyle()
		}
	}
	m.resize()
}

// open is the command that opens a lesson, an exercise or a part by its id; nil for "".
func (e *env) open(id string) tea.Cmd {
	if id == "" {
		return nil
	}
	if step, ok := e.Session.Course.Step(id); ok {
		return push(newLesson(e, step, e.Session.Resume(step)))
	}
	if it, ok := e.Session.Course.Item(id); ok {
		return push(newLesson(e, it.Step, it.Page))
	}
	for _, m := range e.Session.Course.Modules {
		if m.ID == id {
			return push(newModule(e, m))
		}
	}
	return note(fmt.Sprintf("There is no lesson or exercise %q. threatlings status lists them.", exercises.CleanLine(id)))
}

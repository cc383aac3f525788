package tui

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"edu/threatlings/course"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/progress"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// A player drives the root model with keys, running every command at once.
type player struct {
	t     *testing.T
	m     *Model
	store progress.Store
	quit  bool
	// holds says which messages of commands are held until they are released.
	holds func(tea.Msg) bool
	held  []tea.Msg
}

func newPlayer(t *testing.T, cols, rows int, change func(*Options)) *player {
	t.Helper()
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	return newPlayerOf(t, c, progress.NewMemory(), cols, rows, change)
}

func newPlayerOf(t *testing.T, c *course.Course, store progress.Store, cols, rows int, change func(*Options)) *player {
	t.Helper()
	s, err := course.NewSession(t.Context(), c, store)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { now = now.Add(time.Second); return now }
	o := Options{
		Session: s, Kinds: kinds.Get, Pages: NewPages(), Look: Look{Profile: termenv.TrueColor, Dark: true}, Version: "test",
		Settings: course.Settings{NoMotion: true}, // a blinking cursor never comes to rest
		Save:     func(course.Settings) error { return nil },
		After:    func(_ time.Duration, msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } },
	}
	if change != nil {
		change(&o)
	}
	p := &player{t: t, m: New(context.Background(), o), store: store}
	p.run(p.m.Init())
	p.send(tea.WindowSizeMsg{Width: cols, Height: rows})
	return p
}

func (p *player) send(msg tea.Msg) {
	p.t.Helper()
	_, cmd := p.m.Update(msg)
	p.run(cmd)
}

func (p *player) run(cmd tea.Cmd) {
	p.t.Helper()
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			p.run(c)
		}
	case tea.QuitMsg:
		p.quit = true
	default:
		if p.holds != nil && p.holds(msg) {
			p.held = append(p.held, msg)
			return
		}
		p.send(msg)
	}
}

// release sends what was held, and what is held meanwhile.
func (p *player) release() {
	p.t.Helper()
	for len(p.held) > 0 {
		msg := p.held[0]
		p.held = p.held[1:]
		p.send(msg)
	}
}

var named = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "f1": tea.KeyF1, "f2": tea.KeyF2, "space": tea.KeySpace, "ctrl+c": tea.KeyCtrlC, "ctrl+n": tea.KeyCtrlN, "ctrl+p": tea.KeyCtrlP,
	"ctrl+s": tea.KeyCtrlS, "backspace": tea.KeyBackspace, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
}

// keys presses keys, separated by blanks.
func (p *player) keys(keys string) *player {
	p.t.Helper()
	for _, k := range strings.Fields(keys) {
		switch kt, ok := named[k]; {
		case k == "space":
			p.send(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
		case ok:
			p.send(tea.KeyMsg{Type: kt})
		default:
			p.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)})
		}
	}
	return p
}

// types types a text, one key at a time.
func (p *player) types(text string) *player {
	p.t.Helper()
	for _, r := range text {
		if r == ' ' {
			p.send(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
			continue
		}
		p.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
	return p
}

// plain is the screen without looks. Every frame is measured on the way.
func (p *player) plain() string {
	p.t.Helper()
	view := p.m.View()
	lines := strings.Split(view, "\n")
	if !p.m.tooSmall() && len(lines) != p.m.height {
		p.t.Errorf("the frame has %d rows of %d", len(lines), p.m.height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > p.m.width && !p.m.tooSmall() {
			p.t.Errorf("row %d is %d columns wide of %d: %q", i+1, w, p.m.width, ansi.Strip(l))
		}
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func (p *player) shows(text string) *player {
	p.t.Helper()
	if s := p.plain(); !strings.Contains(s, text) {
		p.t.Fatalf("the screen does not show %q:\n%s", text, s)
	}
	return p
}

// golden compares the screen with testdata/name.txt.
func (p *player) golden(name string) {
	p.t.Helper()
	got := p.plain()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, []byte(got), 0o644)); err != nil {
			p.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatal(err)
	}
	if got != string(want) {
		p.t.Errorf("%s is not as it was; if it should be so: go test ./course/tui -update\n%s", name, got)
	}
}

var sizes = [][2]int{{60, 20}, {80, 24}, {120, 40}}

func TestScreensAtEverySize(t *testing.T) {
	for _, size := range sizes {
		for name, open := range map[string]func(*player){
			"home":     func(*player) {},
			"module":   func(p *player) { p.keys("1") },
			"lesson":   func(p *player) { p.keys("enter right") },
			"help":     func(p *player) { p.keys("enter f1") },
			"settings": func(p *player) { p.keys(",") },
		} {
			t.Run(fmt.Sprintf("%s-%d", name, size[0]), func(t *testing.T) {
				p := newPlayer(t, size[0], size[1], nil)
				open(p)
				p.golden(fmt.Sprintf("%s-%d", name, size[0]))
			})
		}
	}
}

func TestATinyWindowKeepsEverything(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	p.keys("enter right")
	before := p.plain()
	p.send(tea.WindowSizeMsg{Width: 30, Height: 10})
	p.shows("30×10")
	p.keys("enter down x")
	p.send(tea.WindowSizeMsg{Width: 1, Height: 1})
	_ = p.plain()
	p.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	if after := p.plain(); after != before {
		t.Errorf("the screen changed:\n%s", after)
	}
	p.send(tea.WindowSizeMsg{Width: 30, Height: 10})
	p.keys("ctrl+c")
	if !p.quit {
		t.Error("ctrl+c did not leave from a tiny window")
	}
}

func TestEscLeadsHomeFromEverywhere(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range c.Steps() {
		for page := range step.Pages {
			p := newPlayerOf(t, c, progress.NewMemory(), 80, 24, nil)
			p.send(pushMsg{newLesson(p.m.env, step, page)})
			for range 4 {
				p.keys("esc")
			}
			p.shows(c.Title)
		}
	}
}

// Every page of the course fits every size, in every theme.
func TestEveryPageFits(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	for _, th := range Themes {
		for _, size := range sizes {
			if th.Name != "dark" && size[0] != 60 && testing.Short() {
				continue
			}
			p := newPlayerOf(t, c, progress.NewMemory(), size[0], size[1], func(o *Options) { o.Settings.Theme = th.Name })
			for _, step := range c.Steps() {
				for page := range step.Pages {
					p.send(pushMsg{newLesson(p.m.env, step, page)})
					_ = p.plain()
					p.keys("esc")
				}
			}
		}
	}
}

func TestHelpScrollsByThePage(t *testing.T) {
	for _, page := range []string{"pgdown", "space"} {
		p := newPlayer(t, 60, 20, nil)
		p.keys("f1").shows("On this screen").shows("↓ or pgdn")
		p.keys(page + " " + page + " " + page).shows("for screen")
		p.keys("pgup pgup pgup").shows("On this screen")
	}
}

func TestNoColourHasNoColour(t *testing.T) {
	p := newPlayer(t, 80, 24, func(o *Options) { o.Look.Profile = termenv.Ascii })
	p.keys("enter right")
	for _, code := range []string{"[38;", "[48;", "[3" + "1m", "[9"} {
		if strings.Contains(p.m.View(), "\x1b"+code) {
			t.Errorf("the screen holds the colour %q", code)
		}
	}
}

func TestThemeChangesAtOnce(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	before := p.m.View()
	p.keys(",  right right").shows("light: for a light background")
	p.keys("esc")
	if p.m.View() == before {
		t.Error("the theme did not change")
	}
}

func TestANameLosesItsControlCharacters(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	p.keys(", down down down enter")
	p.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("Zoë\x1b]0;x\x07 \u202e名前🙂"), Paste: true})
	p.keys("enter esc").shows("Zoë]0;x 名前🙂 · 0 of")
}

func TestLateMessagesAreDropped(t *testing.T) {
	p := newPlayer(t, 80, 24, nil)
	step := p.m.env.Session.Course.Steps()[1]
	l := newLesson(p.m.env, step, 0)
	p.send(renderedMsg{l, 0})
	p.send(turnMsg{l, 1})
	p.shows(p.m.env.Session.Course.Title)
}

func TestNothingIsSavedReadOnly(t *testing.T) {
	dir := t.TempDir()
	holder, _, err := progress.OpenFile(dir, progress.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	store, _, err := progress.OpenFile(dir, progress.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	p := newPlayerOf(t, c, store, 80, 24, nil)
	p.shows("NOT SAVED").shows("Reading only")
	p.keys("enter right").shows("NOT SAVED")
	if events, _ := store.Events(t.Context()); len(events) > 0 {
		t.Error("something was written")
	}
}

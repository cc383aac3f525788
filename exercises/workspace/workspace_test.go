package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input/inputtest"
	"edu/threatlings/exercises/scenarios"
	"edu/threatlings/exercises/threatmodel"
)

// A player drives a workspace with keys. Messages that are sent later wait until
// the player runs them.
type player struct {
	t     testing.TB
	s     *Screen
	later []tea.Msg
	saved *threatmodel.Model
	fail  error
	draws int
	now   time.Time
}

func newPlayer(t testing.TB, m *threatmodel.Model, width, height int, change func(*Options)) *player {
	t.Helper()
	g, err := threatmodel.ShippedGuide()
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	in := inputtest.Options()
	o := Options{
		Styles: in.Styles, Markdown: in.Markdown, Model: m, Guide: g, Name: func(*threatmodel.Model) string { return "a-model" }, Path: func() string { return "/home/ada/.local/share/threatlings/models/a-model.yaml" }, Now: func() time.Time { return p.now },
		Save: func(m *threatmodel.Model) error {
			if p.fail == nil {
				p.saved = m.Clone()
			}
			return p.fail
		},
		Draw: func(_ context.Context, sys *scenarios.System) (string, string, error) {
			p.draws++
			text, places := "", ""
			for _, pl := range sys.Places() {
				text += fmt.Sprintf("[%s]\n", pl.ID)
				places += strings.Repeat(string(pl.Cell), len(pl.ID)+2) + "\n"
			}
			return text, places, nil
		},
		After: func(_ time.Duration, msg tea.Msg) tea.Cmd {
			return func() tea.Msg { // a command that nobody runs does nothing
				if _, ok := msg.(minuteMsg); !ok {
					p.later = append(p.later, msg)
				}
				return nil
			}
		},
	}
	if change != nil {
		change(&o)
	}
	p.s = New(o)
	p.run(p.s.Init())
	p.s.SetSize(width, height)
	return p
}

func (p *player) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			p.run(c)
		}
	default:
		if Target(msg) == p.s {
			p.run(p.s.Update(msg))
		}
	}
}

// wait lets what was put off happen, until nothing is.
func (p *player) wait() {
	for n := 0; len(p.later) > 0; n++ {
		if n > 100 {
			p.t.Fatal("messages without end")
		}
		p.round()
	}
}

// round lets happen what was put off up to now.
func (p *player) round() {
	now := p.later
	p.later = nil
	for _, msg := range now {
		p.run(p.s.Update(msg))
	}
}

var named = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"ctrl+n": tea.KeyCtrlN, "ctrl+p": tea.KeyCtrlP, "ctrl+t": tea.KeyCtrlT, "ctrl+d": tea.KeyCtrlD, "ctrl+u": tea.KeyCtrlU, "backspace": tea.KeyBackspace, "end": tea.KeyEnd, "home": tea.KeyHome, "space": tea.KeySpace, "pgdown": tea.KeyPgDown,
}

// keys presses keys: names of keys, or 'text' that is typed letter by letter.
func (p *player) keys(keys ...string) *player {
	p.t.Helper()
	for _, k := range keys {
		if typ, ok := named[k]; ok {
			msg := tea.KeyMsg{Type: typ}
			if typ == tea.KeySpace {
				msg.Runes = []rune(" ")
			}
			if typ == tea.KeyEsc {
				p.s.Back()
				p.run(p.s.AfterBack())
				continue
			}
			p.run(p.s.Update(msg))
			continue
		}
		for _, r := range strings.Trim(k, "'") {
			msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
			if r == ' ' {
				msg.Type = tea.KeySpace
			}
			p.run(p.s.Update(msg))
		}
	}
	return p
}

func (p *player) screen() string { return ansi.Strip(p.s.View()) }

func (p *player) sees(want ...string) {
	p.t.Helper()
	for _, w := range want {
		if !strings.Contains(p.screen(), w) {
			p.t.Errorf("%q is not on\n%s", w, p.screen())
		}
	}
}

// golden compares the screen with a file, and holds it to its size.
func (p *player) golden(name string) {
	p.t.Helper()
	got := p.screen()
	lines := strings.Split(got, "\n")
	if len(lines) > p.s.height {
		p.t.Errorf("%s has %d lines of %d", name, len(lines), p.s.height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > p.s.width {
			p.t.Errorf("%s: line %d has %d columns of %d", name, i, w, p.s.width)
		}
		lines[i] = strings.TrimRight(l, " ")
	}
	inputtest.Golden(p.t, fmt.Sprintf("%s-%d", name, p.s.width), strings.Join(lines, "\n")+"\n")
}

func demo(t testing.TB) *threatmodel.Model {
	t.Helper()
	m, err := threatmodel.Demo()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

type scenariosFS struct{}

func (scenariosFS) Open(name string) (fs.File, error) {
	return scenarios.FS.Open(strings.TrimPrefix(name, "scenarios/"))
}

func billing(t testing.TB) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Load(scenariosFS{}, "billing")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every step of a finished model, at three widths.
func TestScreens(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		p := newPlayer(t, demo(t), width, 20, func(o *Options) {
			s := billing(t)
			o.Key, o.Drawing, o.Document = s.Key, s.Diagram, s.Document
		})
		for step := range threatmodel.StepCount {
			p.keys(fmt.Sprint(int(step)+1), "home")
			p.golden(strings.ToLower(threatmodel.Steps[step].Name))
			if p.s.step != step {
				t.Fatalf("on step %d", p.s.step)
			}
		}
		p.keys("c").golden2("compare").keys("esc", "2", "tab").golden2("diagram").keys("tab", "ctrl+t").golden2("document").keys("ctrl+t")
		p.keys("6", "down", "right", "right", "right", "e").golden2("threat-form").keys("esc", "t").golden2("threat-list").keys("tab")
		p.keys("8", "down", "enter").golden2("decision-form").keys("esc", "7", "enter").golden2("priority-form").keys("esc")
		if !reflect.DeepEqual(p.s.m, demo(t)) {
			t.Error("looking changed the model")
		}
	}
}

func (p *player) golden2(name string) *player {
	p.t.Helper()
	p.golden(name)
	return p
}

func TestEmptyScreens(t *testing.T) {
	p := newPlayer(t, threatmodel.New("New"), 80, 20, nil)
	for step := range threatmodel.StepCount {
		p.keys("esc", fmt.Sprint(int(step)+1))
		p.golden("empty-" + strings.ToLower(threatmodel.Steps[step].Name))
	}
}

// A model from nothing, by keys alone.
func TestFromNothing(t *testing.T) {
	p := newPlayer(t, threatmodel.New("A feature of our own"), 80, 20, nil)
	p.keys("enter", "ctrl+u", "'Gift cards'", "tab", "'People buy a card. Others spend it.'", "esc")
	p.keys("2", "'buyer -> shop: HTTPS card'", "enter", "'shop -> db: SQL over TLS codes'", "enter", "'nothing ->'", "enter").sees("! An arrow needs a name on both sides")
	p.keys("ctrl+u", "esc").sees("①", "shop -> db: SQL over TLS codes")
	p.keys("3", "'gift codes, confidential, Ada'", "enter", "esc").sees("gift codes", "confidential", "Ada")
	p.keys("4", "a", "'the shop page'", "tab", "right", "tab", "'another team'", "esc").sees("out  the shop page")
	p.keys("5", "a", "'Codes are random'", "tab", "tab", "'Bo'", "esc", "o", "'Who may refund?'", "esc").sees("we assume  Codes are random", "open       Who may refund?")
	p.keys("6", "down", "right", "right", "right", "enter", "'An insider reads the gift codes and spends them.'", "esc")
	p.keys("space").sees("Something was found here")
	p.keys("right", "space").sees("Looked, and nothing")
	p.keys("7", "right", "right", "b", "b", "b").sees("6  I  high")
	p.keys("8", "enter", "m", "tab", "'Hash the codes'", "tab", "tab", "'Bo'", "esc").sees("mitigate", "within 30 days")
	p.keys("9", "w", "'We looked late at the database.'", "esc").sees("✓ Each threat has a decision")
	p.wait()
	m := p.saved
	if m == nil || m.Title != "Gift cards" || len(m.Flows) != 2 || len(m.Components) != 3 || len(m.Assets) != 1 || !m.Scope[0].Out || len(m.Assumptions) != 1 || len(m.Questions) != 1 {
		t.Fatalf("%+v", m)
	}
	x := m.Threats[0]
	if x.ID != "an-insider-reads-the-gift" || x.Place != "2" || x.Letter != "I" || x.Score() != 6 || x.Decision != "mitigate" || x.When != "30 days" || x.Owner != "Bo" || !x.Decided() {
		t.Errorf("%+v", x)
	}
	if m.Assets[0].ID != "gift-codes" || m.Assets[0].Class != "confidential" {
		t.Errorf("%+v", m.Assets)
	}
	if p.draws == 0 || p.s.drawn != p.s.systemKey() {
		t.Error("the diagram was not drawn")
	}
	if b, err := threatmodel.Format(m); err != nil {
		t.Error(err)
	} else if _, err := threatmodel.Parse("m", b); err != nil {
		t.Error(err)
	}
}

// Every change can be taken back, one at a time.
func TestUndo(t *testing.T) {
	p := newPlayer(t, demo(t), 80, 20, nil)
	p.keys("3", "home", "x").sees("Removed card data. 6 threats have no asset now. u brings it back.")
	p.keys("7", "right", "b", "8", "d", "6", "t", "x", "4", "a", "'more'", "esc")
	if len(p.s.m.Assets) == len(demo(t).Assets) {
		t.Fatal("nothing was removed")
	}
	for range 10 {
		p.keys("u")
	}
	p.sees("nothing to take back")
	if !reflect.DeepEqual(p.s.m, demo(t)) {
		t.Errorf("taking back leads to %+v", p.s.m)
	}
}

// What is typed is saved without leaving the form; a failed save is said, and
// leaving tries again and stays.
func TestSaving(t *testing.T) {
	p := newPlayer(t, threatmodel.New("x"), 80, 20, nil)
	p.keys("4", "a", "'half a na'")
	if !strings.HasPrefix(p.s.Status(), "saving") {
		t.Errorf("status %q", p.s.Status())
	}
	p.wait()
	if p.saved == nil || p.saved.Scope[0].What != "half a na" || !strings.HasPrefix(p.s.Status(), "saved") {
		t.Errorf("%+v, %q", p.saved, p.s.Status())
	}
	p.fail = errors.New("the disk is full")
	p.keys("'me'")
	p.round()
	p.sees("! The disk is full")
	if !strings.HasPrefix(p.s.Status(), "NOT SAVED") || p.s.Flush() == nil {
		t.Errorf("status %q", p.s.Status())
	}
	p.round() // it is tried again, and fails again
	if p.fail = nil; !strings.HasPrefix(p.s.Status(), "NOT SAVED") {
		t.Errorf("status %q", p.s.Status())
	}
	p.wait() // and again, with no key, until it succeeds
	if p.saved.Scope[0].What != "half a name" || !strings.HasPrefix(p.s.Status(), "saved") {
		t.Errorf("%+v, %q", p.saved.Scope, p.s.Status())
	}
	p.fail = errors.New("the disk is full again")
	p.keys("' x'", "backspace", "backspace", "'!'")
	p.round()
	p.fail = nil
	if err := p.s.Flush(); err != nil || p.saved.Scope[0].What != "half a name!" {
		t.Errorf("%v, %+v", err, p.saved.Scope)
	}
}

// Whatever was done while a save was due, and whatever had gone wrong before, what
// stands on the screen reaches the disk without another key.
func TestEverythingIsSaved(t *testing.T) {
	for name, keys := range map[string][]string{
		"a line that is not understood":          {"2", "a", "'-> q'", "enter", "ctrl+u", "'one -> two'", "enter"},
		"the same, with the list behind it":      {"2", "a", "'-> q'", "enter", "ctrl+u", "esc", "x"},
		"a line that is there already":           {"2", "a", "'one'", "enter", "'one'", "enter"},
		"removed, taken back, and the next step": {"2", "x", "u", "3", "x"},
		"the next step at once":                  {"3", "x", "4"},
		"a form that esc closes":                 {"4", "a", "'late'", "esc", "ctrl+d"},
		"a form that stays open":                 {"4", "a", "'late'"},
		"the document over it":                   {"7", "right", "ctrl+t"},
		"nothing to take back":                   {"u", "3", "x"},
		"a rating":                               {"7", "right", "8", "d", "9"},
		"a class, by arrows":                     {"3", "enter", "tab", "right"},
		"moved":                                  {"4", "home", "J"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlayer(t, demo(t), 80, 20, nil)
			p.keys(keys...)
			for again := range 2 { // the second time nothing of the first may be in the way
				p.wait()
				if !reflect.DeepEqual(p.saved, p.s.m) || !strings.HasPrefix(p.s.Status(), "saved") || reflect.DeepEqual(p.saved, demo(t)) {
					t.Fatalf("round %d: %q", again, p.s.Status())
				}
				p.keys("esc", "esc", "5", "a", fmt.Sprintf("'more %d'", again))
			}
		})
	}
}

// Nothing that is typed at a list is lost: a letter that is no command begins a
// line, several lines can be pasted, and what is not understood stays.
func TestTypingAtAList(t *testing.T) {
	p := newPlayer(t, demo(t), 80, 20, nil)
	flows, assets := len(p.s.m.Flows), len(p.s.m.Assets)
	p.keys("2").sees("  a adds a part or a flow")
	p.keys("'inbox -> bot: SMTP pdf'").sees("▸ inbox -> bot: SMTP pdf")
	p.keys("enter")
	if n := len(p.s.m.Flows); n != flows+1 || p.s.m.FlowEntry(p.s.m.Flows[n-1]) != "inbox -> bot: SMTP pdf" {
		t.Errorf("%+v", p.s.m.Flows)
	}
	for _, word := range []string{"export", "jobs", "kafka", "lambda", "gateway", "Grafana", "zone map", "(mail)"} {
		p.keys("esc", "'"+word+"'").sees("▸ " + word)
		p.keys("ctrl+u")
	}
	p.keys("esc", "3")
	p.run(p.s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("the bank api key, secret\nIBANs of suppliers, Ada, restricted\n\ncompany money\na, b, c\nlast"), Paste: true}))
	p.keys("enter").sees("! Write one asset on a line")
	got := p.s.m.Assets[assets:]
	if len(got) != 3 || got[0].Name != "the bank api key" || got[0].Class != "secret" || got[1].Class != "restricted" || got[1].Owner != "Ada" || got[1].ID != "ibans-of-suppliers" || got[2].Name != "company money" {
		t.Errorf("%+v", got)
	}
	if rest := p.s.entry().text.Value(); rest != "a, b, c\nlast" {
		t.Errorf("%q stays", rest)
	}
	p.keys("ctrl+u", "esc", "u").sees("Taken back")
	if len(p.s.m.Assets) != assets {
		t.Error("a paste is one step to take back")
	}
}

// What goes with an entry that is removed is said.
func TestRemovedWith(t *testing.T) {
	p := newPlayer(t, threatmodel.New("x"), 80, 20, nil)
	p.keys("2", "'manager -> slack'", "enter", "'slack <-> bot'", "enter", "'bot -> bank'", "enter", "esc", "down", "down", "down", "down")
	p.s.m.AddThreat(threatmodel.Threat{Text: "t", Place: "2", Letter: "S"})
	p.keys("x").sees("Removed slack and with it the flows 1 and 2. One threat has no place now. u", "brings it back.")
	p.keys("u", "home", "x").sees("Removed flow 1, manager → slack. u brings it back.")
	if len(p.s.m.Components) != 4 || len(p.s.m.Flows) != 2 || p.s.m.Threats[0].Place != "2" {
		t.Errorf("%+v", p.s.m)
	}
}

// The first field that is empty is the one to write in.
func TestFeatureBeginsWhereNothingIs(t *testing.T) {
	p := newPlayer(t, threatmodel.New("Slack invoice bot"), 80, 20, nil)
	p.keys("enter", "'A bot pays.'", "esc")
	if p.s.m.Title != "Slack invoice bot" || p.s.m.Feature != "A bot pays." {
		t.Errorf("%q, %q", p.s.m.Title, p.s.m.Feature)
	}
}

// A digit at the time begins a date; a day that is none is said and not kept, and
// so is what the policy wants sooner.
func TestDates(t *testing.T) {
	m := threatmodel.New("x")
	m.AddThreat(threatmodel.Threat{Text: "t", Likelihood: 3, Impact: 3, Date: "2026-04-01"})
	p := newPlayer(t, m, 80, 20, nil)
	x := &m.Threats[0]
	p.keys("8", "enter", "m", "tab", "'Do it'", "tab", "tab", "'Bo'", "tab")
	if x.When != "release" {
		t.Fatalf("%+v", x)
	}
	p.keys("'w'").sees("Later than the policy says for what is critical: before release.")
	p.keys("'2026-13-40'").sees("2026-13-40 is no day of the calendar", "It still needs a date.")
	p.keys("esc").sees("! 2026-13-40 is no day of the calendar. A date is written as 2027-01-31.", "needs a date")
	if x.When != "revisit" || x.Date != "" || x.Decided() {
		t.Fatalf("%+v", x)
	}
	p.keys("enter", "tab", "tab", "tab", "tab", "'2026-03-01'").sees("2026-03-01 has passed already.")
	p.keys("ctrl+u", "'2026-03-02'", "esc", "9").sees("✓ Each threat has a decision", "? Threats that wait longer than the policy says: 1.")
	if x.Date != "2026-03-02" {
		t.Errorf("%+v", x)
	}
}

// While the first drawing is on its way, nobody is told that there is no part.
func TestFirstDrawing(t *testing.T) {
	p := newPlayer(t, threatmodel.New("x"), 80, 20, nil)
	p.keys("2", "tab").sees("a part by itself")
	p.keys("'a -> b'", "enter").sees("drawing …")
	p.wait()
	p.sees("[a]")
}

// What is out of sight of a list is counted, above and below.
func TestOutOfSight(t *testing.T) {
	p := newPlayer(t, large(), 60, 20, nil)
	for _, step := range []string{"2", "7", "8"} {
		p.keys(step, "home").sees("more below")
		p.keys("end").sees("more above")
		for range 15 {
			p.keys("up")
		}
		p.sees("more above · ", "more below")
	}
	p.keys("3") // of which there is one
	if s := p.screen(); strings.Contains(s, " more ") {
		t.Errorf("nothing is out of sight of\n%s", s)
	}
}

// In a small window the question stands before what is known of the place.
func TestSmallWindow(t *testing.T) {
	p := newPlayer(t, demo(t), 60, 16, nil)
	p.keys("6", "down", "right")
	p.sees("and could change what goes by?")
	p.golden("threats-small")
}

// A model opens on the step on which it was left, also when nothing was changed.
func TestWhereItWasLeft(t *testing.T) {
	d := threatmodel.OpenFolder(t.TempDir())
	f, err := d.Create(demo(t))
	if err != nil {
		t.Fatal(err)
	}
	if f.Step() != nil {
		t.Error("a new model was left nowhere")
	}
	p := newPlayer(t, demo(t), 80, 20, func(o *Options) { o.KeepStep = f.KeepStep })
	p.sees("▸9 Review")
	p.keys("3", "6", "4")
	if at := f.Step(); at == nil || *at != threatmodel.ScopeStep { // as if it were killed now
		t.Fatalf("left at %v", at)
	}
	newPlayer(t, demo(t), 80, 20, func(o *Options) { o.At = f.Step() }).sees("▸4 Scope")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// A timer that never came back is set again within a minute.
func TestLostTimer(t *testing.T) {
	p := newPlayer(t, demo(t), 80, 20, nil)
	p.keys("3", "x")
	p.later = nil // lost
	p.run(p.s.Update(minuteMsg{p.s}))
	p.wait()
	if !reflect.DeepEqual(p.saved, p.s.m) {
		t.Errorf("saved %+v", p.saved)
	}
}

// What esc closes is saved like everything else, and so is what comes after it.
func TestEscSaves(t *testing.T) {
	p := newPlayer(t, demo(t), 80, 20, nil)
	p.keys("6", "t")
	for n, name := range []string{"one", "two"} {
		p.keys("a", "'"+name+"'")
		p.wait()
		p.keys("esc") // gives the entry its id, and nothing else happens
		p.wait()
		if p.saved == nil || len(p.saved.Threats) != len(demo(t).Threats)+n+1 || p.saved.Threat(name) == nil || !strings.HasPrefix(p.s.Status(), "saved") {
			t.Fatalf("%s: %q, %+v", name, p.s.Status(), p.saved)
		}
	}
}

// An older save never lands on a newer one.
func TestSaverOrder(t *testing.T) {
	var last string
	v := &saver{save: func(m *threatmodel.Model) error { last = m.Title; return nil }}
	one, two := v.next(), v.next()
	if err := errors.Join(v.write(threatmodel.New("two"), two), v.write(threatmodel.New("one"), one)); err != nil || last != "two" {
		t.Errorf("%q, %v", last, err)
	}
}

// An entry that is left empty goes; nothing that was typed does.
func TestBlankEntriesGo(t *testing.T) {
	p := newPlayer(t, demo(t), 80, 20, nil)
	for _, step := range []string{"3", "4", "5"} {
		p.keys(step, "a", "esc")
	}
	p.keys("6", "enter", "esc", "t", "a", "esc")
	if !reflect.DeepEqual(p.s.m, demo(t)) {
		t.Errorf("%+v", p.s.m)
	}
}

// A drawing that comes late does not take the place of a newer one, and a
// failing one costs the picture alone.
func TestDrawing(t *testing.T) {
	p := newPlayer(t, threatmodel.New("x"), 120, 20, nil)
	p.keys("2", "'a -> b'", "enter")
	old := p.s.systemKey()
	p.keys("'b -> c'", "enter")
	p.wait()
	if p.s.drawn == old || p.s.drawn != p.s.systemKey() {
		t.Error("the newest system is not drawn")
	}
	p.s.o.Draw = func(context.Context, *scenarios.System) (string, string, error) { panic("engine") }
	p.keys("'c -> d'", "enter")
	p.wait()
	p.sees("cannot be drawn: the layout engine failed")
}

// Odd text is text: it breaks no frame and is kept as it is.
func TestOddText(t *testing.T) {
	for _, text := range []string{"👩‍👩‍👧 漢字漢字 שלום مرحبا", strings.Repeat("long ", 500), "\x1b[31m\u202e", "\"]|x| -->"} {
		p := newPlayer(t, demo(t), 60, 20, nil)
		p.keys("3", "a")
		p.run(p.s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}))
		p.keys("enter", "esc", "6", "enter")
		p.run(p.s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}))
		for range 2 {
			for i, l := range strings.Split(p.screen(), "\n") {
				if ansi.StringWidth(l) > 60 || strings.ContainsAny(l, "\x1b\u202e") {
					t.Errorf("%.20q: line %d is %q", text, i, l)
				}
			}
			p.keys("esc", "t")
		}
	}
}

// Nobody is caught: from everywhere esc leads out, and every step is one key away.
func TestNoDeadEnd(t *testing.T) {
	for _, open := range [][]string{{"1", "enter"}, {"2", "a"}, {"2", "enter"}, {"3", "a"}, {"6", "enter"}, {"6", "t", "enter"}, {"8", "enter"}, {"9", "w"}, {"9", "c"}, {"ctrl+t"}, {"ctrl+d"}} {
		p := newPlayer(t, demo(t), 80, 20, func(o *Options) { o.Key = func() (*grading.Key, error) { return billing(t).Key() } })
		p.keys(open...)
		for n := 0; p.s.Back(); n++ {
			if n > 3 {
				t.Fatalf("%v: esc does not lead out", open)
			}
		}
		p.keys("1").sees("▸1 Feature")
	}
}

func large() *threatmodel.Model {
	m := threatmodel.New("Large")
	for i := range 30 {
		m.AddComponent(threatmodel.Component{Name: fmt.Sprint("Part ", i), Kind: threatmodel.Kinds[i%4]})
	}
	for i := range 30 {
		m.AddFlow(threatmodel.Flow{From: m.Components[i].ID, To: m.Components[(i*7+3)%30].ID, Protocol: "HTTPS", Carries: "orders"})
	}
	m.AddAsset(threatmodel.Asset{Name: "orders"})
	places := m.Places()
	for i := range 300 {
		m.AddThreat(threatmodel.Threat{Text: fmt.Sprintf("Somebody number %d changes the orders of another customer on their way, so that %d parcels go astray.", i, i*7), Letter: letters[i%6], Place: places[i%len(places)], Likelihood: 1 + i%3, Impact: 1 + i/3%3, Asset: "orders"})
	}
	return m
}

// BenchmarkKey is a key and the frame after it, in a model of 60 places and 300
// threats. It must stay under 16 ms, a frame at 60 a second.
func BenchmarkKey(b *testing.B) {
	for _, c := range []struct {
		name string
		open []string
		key  []string
	}{
		{"grid", []string{"6"}, []string{"down"}},
		{"list", []string{"6", "t"}, []string{"down"}},
		{"typing", []string{"6", "enter"}, []string{"x"}},
		{"rating", []string{"7"}, []string{"right"}},
		{"deciding", []string{"8"}, []string{"down"}},
		{"review", []string{"9"}, []string{"down"}},
		{"system", []string{"2", "esc"}, []string{"down"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := newPlayer(b, large(), 120, 40, nil)
			p.wait()
			p.keys(c.open...)
			b.ResetTimer()
			for b.Loop() {
				p.keys(c.key...)
				_ = p.s.View()
				_ = p.s.Status()
				p.later = nil
			}
		})
	}
}

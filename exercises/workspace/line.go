package workspace

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/input"
	"edu/threatlings/exercises/threatmodel"
)

// Talk makes a threat model by lines: the same steps, entries and forms as the
// screen. Every line is saved. It returns input.ErrLeave when the person leaves.
func Talk(p *input.Prompter, o Options) error {
	o.Styles = &input.Styles{Letter: func(string) lipgloss.Style { return lipgloss.NewStyle() }}
	o.Markdown = func(md string, _ int) string { return md }
	o.After = func(time.Duration, tea.Msg) tea.Cmd { return nil }
	t := &talk{p: p, s: New(o)}
	before := p.Commands
	defer func() { p.Commands = before }()
	p.Commands = append([]input.Command{
		{Word: "n", Help: "n goes to the next step", Run: func() error { return goStep(min(t.s.step+1, threatmodel.ReviewStep)) }},
		{Word: "b", Help: "b goes a step back", Run: func() error { return goStep(max(t.s.step-1, 0)) }},
		{Word: "s", Help: "s lists the steps", Run: t.steps},
		{Word: "u", Help: "u takes the last change back", Run: t.undo},
		{Word: "d", Help: "d reads the design document", Run: t.document},
		{Word: "w", Help: "w reads the diagram out", Run: func() error { input.ReadOut(p, t.s.m.System()); return nil }},
		{Word: "q", Help: "q leaves; everything is saved", Run: func() error { return input.ErrLeave }},
		{Word: "?", Help: "? says what can be typed", Run: t.help},
	}, before...)
	for {
		err := t.step()
		var to elsewhere
		if errors.As(err, &to) {
			t.s.step = to.step
			continue
		}
		if failed := t.s.Flush(); failed != nil {
			return failed
		}
		return err
	}
}

type talk struct {
	p *input.Prompter
	s *Screen
}

// elsewhere leaves a step for another. It travels as an error.
type elsewhere struct{ step threatmodel.Step }

func (elsewhere) Error() string { return "going to another step" }

func goStep(s threatmodel.Step) error { return elsewhere{s} }

func (t *talk) help() error {
	for _, c := range t.p.Commands {
		t.p.Say("  %s", c.Help)
	}
	t.p.Say("  a adds, a number changes that entry, x and a number removes it")
	return nil
}

func (t *talk) steps() error {
	var names []string
	for i := range threatmodel.StepCount {
		name := threatmodel.Steps[i].Name
		if t.s.m.Done(i) {
			name += ", done"
		}
		names = append(names, name)
	}
	i, err := t.p.Choose("The steps. Which one?", names)
	if err != nil {
		return err
	}
	return goStep(threatmodel.Step(i))
}

func (t *talk) undo() error {
	t.s.endEdit()
	t.s.takeBack()
	t.p.Say("%s", t.s.status)
	if err := t.s.Flush(); err != nil {
		return err
	}
	return goStep(t.s.step)
}

func (t *talk) document() error {
	if t.s.o.Document == "" {
		t.p.Say("There is no design document.")
		return nil
	}
	return input.ReadDocument(t.p, t.s.o.Document)
}

// step holds one step until the person goes to another.
func (t *talk) step() error {
	info := threatmodel.Steps[t.s.step]
	t.p.Say("Step %d of %d, %s. %s", int(t.s.step)+1, int(threatmodel.StepCount), info.Name, info.Ask)
	switch v := t.s.views[t.s.step].(type) {
	case featureStep:
		return t.feature(v)
	case *systemStep:
		return t.entries(v.list, `Type a flow such as "web -> api: HTTPS card data", a part's name, "api in Production", or "cache is a store".`, v.entryLine)
	case *threatsStep:
		return t.threats(v)
	case *priorityStep:
		return t.ordered(func(i int, id string) *form { v.c.id = id; v.key(tea.KeyMsg{Type: tea.KeyEnter}); return t.taken() }, func(th threatmodel.Threat) string {
			if th.Score() == 0 {
				return "not rated: " + th.Title()
			}
			return fmt.Sprintf("%s (%d): %s", th.Severity(), th.Score(), th.Title())
		}, "A number rates that threat. up and a number, or down and a number, breaks a tie.")
	case *decisionsStep:
		return t.ordered(func(i int, id string) *form { return v.form(id) }, func(th threatmodel.Threat) string {
			lacks := ""
			if l := th.Lacks(); len(l) > 0 {
				lacks = "; needs " + strings.Join(l, " and ")
			}
			return fmt.Sprintf("%s, %s%s: %s", said(th.Severity(), "not rated"), said(th.Decision, "open"), lacks, th.Title())
		}, "A number decides about that threat.")
	case *reviewStep:
		return t.review()
	case *assetsStep:
		return t.entries(v.list, `Type an asset, a line each, such as "card numbers, restricted, Ada": its name, its class, and whose it is.`, v.entryLine)
	case assumptionsView:
		return t.entries(v.list, "", nil)
	case *list:
		return t.entries(v, "", nil)
	}
	return nil
}

// taken is the form that a view has just opened: the talk fills it in instead.
func (t *talk) taken() *form {
	f := t.s.form
	t.s.form = nil
	return f
}

func (t *talk) feature(v featureStep) error {
	m := t.s.m
	t.p.Say("%s. %s", strings.TrimRight(m.Title, "."), said(m.Feature, "Nothing is written about it yet."))
	for {
		line, err := t.p.Line("e changes it, n goes on.")
		if err != nil {
			return err
		}
		if line != "e" && line != "a" {
			t.p.Say("Type e or n; ? says what else.")
			continue
		}
		v.edit()
		if err := t.fill(t.taken()); err != nil {
			return err
		}
	}
}

// loop asks for lines until one leads elsewhere, and saves after each. The hint
// is said once.
func (t *talk) loop(hint string, do func(line string) error) error {
	for ask := hint; ; ask = "" {
		line, err := t.p.Line(ask)
		if err != nil {
			return err
		}
		if err := do(line); err != nil {
			return err
		}
		if err := t.s.Flush(); err != nil {
			return err
		}
	}
}

// entries is a step that holds a list. Lines that are none of the commands are
// quick entries where there is one.
func (t *talk) entries(l *list, hint string, entry *entryLine) error {
	t.tell(l)
	if hint == "" {
		hint = "a adds " + l.what + ", a number changes one, x and a number removes one, n goes on."
	} else {
		hint += " A number changes an entry, x and a number removes one, n goes on."
	}
	return t.loop(hint, func(line string) error {
		switch i, remove, ok := entryNumber(line, l.n()); {
		case ok && remove:
			l.removeOne(i)
			t.p.Say("%s", t.s.status)
			t.tell(l)
		case ok:
			t.s.begin()
			if err := t.fill(l.form(i)); err != nil {
				return err
			}
			t.tell(l)
		case line == "a" && entry == nil:
			return t.add(l)
		case entry != nil && line != "" && line != "a": // elsewhere a adds
			entry.text.SetValue(line)
			entry.enter()
			entry.text.SetValue("")
			t.p.Say("%s", t.s.status)
		default:
			t.p.Say("%s", hint)
		}
		return nil
	})
}

// add fills a new entry in. One that stays empty goes.
func (t *talk) add(l *list) error {
	l.addOne()
	f := t.taken()
	err := t.fill(f)
	f.done()
	t.s.endEdit()
	if err == nil {
		t.tell(l)
	}
	return err
}

// tell reads a list out.
func (t *talk) tell(l *list) {
	if l.n() == 0 {
		if l.empty != "" {
			t.p.Say("%s", l.empty)
		}
		return
	}
	for i := range l.n() {
		if l.plain != nil {
			t.p.Say("%d. %s", i+1, l.plain(i))
			continue
		}
		t.p.Say("%d. %s", i+1, strings.Join(strings.Fields(ansi.Strip(l.row(i, 2000))), " "))
	}
}

// entryNumber reads "3" or "x 3".
func entryNumber(line string, n int) (i int, remove, ok bool) {
	rest, remove := strings.CutPrefix(line, "x ")
	i, err := strconv.Atoi(strings.TrimSpace(rest))
	return i - 1, remove, err == nil && i >= 1 && i <= n
}

// fill asks for each field of a form. What is entered is in the model, and on
// the disk, line by line.
func (t *talk) fill(f *form) error {
	t.p.Say("%s. Enter keeps what is there, a hyphen empties it.", strings.TrimRight(f.title, ".?"))
	defer t.s.endEdit()
	for k := 0; k < len(f.shown()); k++ {
		x := f.shown()[k]
		if x.text != nil {
			if err := t.fillText(x); err != nil {
				return err
			}
		} else {
			if err := t.fillChoice(x); err != nil {
				return err
			}
		}
		t.s.begin() // saving ends an edit; the form is one
		if err := t.keep(); err != nil {
			return err
		}
	}
	if f.below != nil {
		for _, l := range f.below(70) {
			t.p.Say("%s", ansi.Strip(l))
		}
	}
	return nil
}

// keep saves within an edit that goes on.
func (t *talk) keep() error {
	if t.s.kept() {
		return nil
	}
	return t.s.saver.write(t.s.m.Clone(), t.s.saver.next())
}

func (t *talk) fillText(x *field) error {
	now := ""
	if v := x.value(); v != "" {
		now = " Now: " + v
	}
	line, err := t.p.Line(strings.TrimRight(x.label, "?") + "?" + now)
	switch {
	case err != nil:
		return err
	case line == "":
		return nil
	case line == "-":
		line = ""
	}
	x.text.SetValue(line)
	x.keep(line)
	return nil
}

func (t *talk) fillChoice(x *field) error {
	for i, o := range x.options {
		now := ""
		if i == x.chosen {
			now = ", now chosen"
		}
		t.p.Say("  %d. %s%s", i+1, o.label, now)
	}
	for {
		line, err := t.p.Line(x.label + "? A number, or enter.")
		if err != nil || line == "" {
			return err
		}
		n, err := strconv.Atoi(line)
		if err == nil && n >= 1 && n <= len(x.options) {
			x.chosen = n - 1
			x.keep(x.value())
			return nil
		}
		t.p.Say("Type one number from 1 to %d.", len(x.options))
	}
}

func (t *talk) threats(v *threatsStep) error {
	t.tell(v.all)
	hint := "a adds a threat, p asks you a question about a place, g tells where nobody has looked, a number changes a threat, x and a number removes it, n goes on."
	return t.loop(hint, func(line string) error {
		i, remove, ok := entryNumber(line, v.all.n())
		switch {
		case ok && remove:
			v.all.removeOne(i)
			t.p.Say("%s", t.s.status)
		case ok:
			t.s.begin()
			return t.fill(v.all.form(i))
		case line == "a":
			return t.add(v.all)
		case line == "p":
			return t.prompt(v)
		case line == "g":
			t.grid()
		default:
			t.p.Say("%s", hint)
		}
		return nil
	})
}

// prompt draws a question for a square at which nobody has looked.
func (t *talk) prompt(v *threatsStep) error {
	place, letter, q, ok := t.s.o.Guide.Draw(t.s.m, v.draws)
	if !ok {
		t.p.Say("Every place was looked at with every letter, or there is no place yet.")
		return nil
	}
	v.draws++
	i, err := t.p.Choose(fmt.Sprintf("%s at %s. %s", grading.LetterNames[letter], t.s.m.PlaceName(place), q), []string{"I have a threat", "I looked, and there is nothing", "Another time"})
	if err != nil {
		return err
	}
	switch i {
	case 1:
		t.s.edit(func(m *threatmodel.Model) { m.Look(place, letter) })
	case 0:
		v.all.addOne()
		f := t.taken()
		th := &t.s.m.Threats[len(t.s.m.Threats)-1]
		th.Place, th.Letter = place, letter
		done := f.done
		f = v.form(len(t.s.m.Threats) - 1)
		err := t.fill(f)
		done()
		return err
	}
	return nil
}

// grid tells what was looked at, place by place.
func (t *talk) grid() {
	cov := t.s.m.Coverage()
	for _, p := range t.s.m.Places() {
		var say []string
		for _, l := range letters {
			switch state, n := cov.At(p, l); state {
			case threatmodel.Found:
				say = append(say, fmt.Sprintf("%s %d found", l, n))
			case threatmodel.LookedAt:
				say = append(say, l+" nothing")
			}
		}
		if len(say) == 0 {
			say = []string{"not looked yet"}
		}
		t.p.Say("%s: %s", t.s.m.PlaceName(p), strings.Join(say, ", "))
	}
}

// ordered is a step over the threats in the order of their priority.
func (t *talk) ordered(form func(i int, id string) *form, row func(threatmodel.Threat) string, hint string) error {
	tell := func() {
		for i, th := range t.s.m.Prioritised() {
			t.p.Say("%d. %s", i+1, row(th))
		}
		if len(t.s.m.Threats) == 0 {
			t.p.Say(noThreats)
		}
	}
	tell()
	hint += " n goes on."
	return t.loop(hint, func(line string) error {
		order := t.s.m.Prioritised()
		by, rest := 0, line
		for word, n := range map[string]int{"up ": -1, "down ": 1} {
			if r, ok := strings.CutPrefix(line, word); ok {
				by, rest = n, r
			}
		}
		i, remove, ok := entryNumber(rest, len(order))
		switch {
		case !ok || remove:
			t.p.Say("%s", hint)
			return nil
		case by != 0:
			moved := false
			t.s.edit(func(m *threatmodel.Model) { moved = m.Move(order[i].ID, by) })
			if !moved {
				t.p.Say("By hand only ties are broken: its neighbour there has another score.")
			}
		default:
			t.s.begin()
			if err := t.fill(form(i, order[i].ID)); err != nil {
				return err
			}
		}
		tell()
		return nil
	})
}

func (t *talk) review() error {
	missing := 0
	for _, c := range t.s.m.Checks(t.s.o.Guide) {
		if !c.OK {
			missing++
			t.p.Say("Still open, step %d: %s", int(c.Step)+1, c.Text)
		}
	}
	if missing == 0 {
		t.p.Say("Nothing is missing.")
	}
	t.p.Say("Take it along: threatlings export %s --to md. Or html, threatdragon, otm, csv.", t.s.o.Name(t.s.m))
	hint := "e looks back at your own work, q leaves."
	if t.s.o.Key != nil {
		hint = "e looks back at your own work, c compares with what the author of this feature knows, q leaves."
	}
	return t.loop(hint, func(line string) error {
		v := t.s.views[threatmodel.ReviewStep].(*reviewStep)
		switch {
		case line == "e":
			v.write()
			return t.fill(t.taken())
		case line == "c" && t.s.o.Key != nil:
			v.compare()
			if t.s.over == nil {
				t.p.Say("%s", t.s.status)
				return nil
			}
			t.p.Say("%s", t.s.over.title())
			for _, l := range t.s.over.lines(10000, 100000) {
				t.p.Say("%s", strings.TrimSpace(ansi.Strip(l)))
			}
			t.s.over = nil
		default:
			t.p.Say("%s", hint)
		}
		return nil
	})
}

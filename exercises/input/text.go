package input

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
)

// drawnMost is the most characters that a Text edits itself: a text area costs
// time with every line it holds.
const drawnMost = exercises.MaxAnswer

// keptMost is the most bytes of a text that is kept at all: nobody wrote that.
const keptMost = 2 << 20

// Text is a field for free text. What is too long for it is kept aside and not
// cut: Value returns all that was typed or pasted, up to keptMost.
type Text struct {
	areas *spare          // of those that look like this one
	whole *textarea.Model // one of its own, where none can be shared
	kept  reflect.Value   // what is its own of a shared one

	styles *Styles
	look   look
	height int    // of the field, 0 before SetSize
	width  int    // as well
	rest   string // what a large paste left over

	// What was asked for last, and "" or 0 when something may have changed.
	drawn, value string
	rows         int
}

// NewText makes a field with a text in it. It has no frame.
func NewText(s *Styles, value, placeholder string) *Text {
	t := &Text{styles: s, look: look{placeholder: placeholder}}
	t.areas = s.areasOf(t.look)
	if own().kept == nil {
		t.whole = t.areas.make()
	} else {
		t.kept = t.areas.newOwn()
	}
	t.insert(value)
	return t
}

// EnterSubmits leaves enter to the screen; alt+enter and ctrl+j begin a new line.
func (t *Text) EnterSubmits() *Text {
	t.look.submits = true
	t.areas = t.styles.areasOf(t.look)
	if t.whole != nil {
		t.whole.KeyMap.InsertNewline.SetKeys("alt+enter", "ctrl+j")
	}
	return t
}

// with does something with the text area.
func (t *Text) with(do func(*textarea.Model)) {
	if t.whole != nil {
		do(t.whole)
		return
	}
	a := t.areas.get()
	lend(a, t.kept)
	if a.Focused() { // its own looks, and not those of the last field
		a.Focus()
	} else {
		a.Blur()
	}
	do(a)
	keep(t.kept, a)
	t.areas.put(a)
}

// SetValue replaces the text.
func (t *Text) SetValue(s string) {
	t.rest = ""
	t.with(func(a *textarea.Model) { a.SetValue("") })
	t.insert(s)
}

// changed forgets what was known of the text as it stood.
func (t *Text) changed() { t.drawn, t.value, t.rows = "", "", 0 }

func (t *Text) insert(s string) {
	t.changed()
	s = exercises.Clean(s)
	t.with(func(a *textarea.Model) {
		have := a.Length()
		if r := []rune(s); have+len(r) > drawnMost {
			room := max(0, drawnMost-have)
			t.aside(string(r[room:]))
			s = string(r[:room])
		}
		a.InsertString(s)
	})
}

// aside keeps what is too long to be edited.
func (t *Text) aside(s string) {
	room := max(0, keptMost-len(t.rest))
	t.rest += strings.ToValidUTF8(s[:min(room, len(s))], "")
}

// Value is the whole text.
func (t *Text) Value() string { return t.edited() + t.rest }

// edited is the text without what is kept aside.
func (t *Text) edited() string {
	if t.value == "" {
		t.with(func(a *textarea.Model) { t.value = a.Value() })
	}
	return t.value
}

// SetSize gives the columns and the lines to draw.
func (t *Text) SetSize(width, height int) {
	width, height = max(4, width), max(1, height)
	if t.width == width && t.height == height {
		return
	}
	t.changed()
	t.width, t.height = width, height
	t.with(func(a *textarea.Model) {
		a.SetWidth(width)
		a.SetHeight(height)
		t.follow(a)
	})
}

// follow brings the cursor into sight. A text area does that when it hears
// something, and with the lines that it drew last.
func (t *Text) follow(a *textarea.Model) {
	if t.height == 0 || t.short(a) < t.height {
		return
	}
	_ = a.View()
	*a, _ = a.Update(nil)
}

// Focus makes the field take keys.
func (t *Text) Focus() (cmd tea.Cmd) {
	t.changed()
	t.with(func(a *textarea.Model) {
		cmd = a.Focus()
		t.follow(a)
	})
	return cmd
}

// Blur makes the field take no keys.
func (t *Text) Blur() {
	t.changed()
	t.with(func(a *textarea.Model) { a.Blur() })
}

// Focused reports whether the field takes keys.
func (t *Text) Focused() (yes bool) {
	t.with(func(a *textarea.Model) { yes = a.Focused() })
	return yes
}

// Line is the line of the text on which the cursor stands, from 0.
func (t *Text) Line() (n int) {
	t.with(func(a *textarea.Model) { n = a.Line() })
	return n
}

// Update handles a message. A paste arrives as one key message, of any size.
func (t *Text) Update(msg tea.Msg) (cmd tea.Cmd) {
	k, isKey := msg.(tea.KeyMsg)
	if isKey && k.Type == tea.KeyRunes && (k.Paste || len(k.Runes) > 1) {
		t.insert(string(k.Runes))
		return nil
	}
	t.with(func(a *textarea.Model) {
		types := isKey && !k.Alt && (k.Type == tea.KeyRunes || k.Type == tea.KeySpace)
		switch {
		case isKey && (k.Type == tea.KeyRunes || k.Type == tea.KeySpace) && a.Length() >= drawnMost:
			t.aside(string(k.Runes))
		case types && len(k.Runes) == 1 && a.Focused() && t.height > 0 && t.short(a) < t.height-1:
			// Nothing needs to scroll. A text area would compare a letter with each of
			// its two dozen keys first.
			t.changed()
			a.InsertRune(k.Runes[0])
		default:
			t.changed()
			*a, cmd = a.Update(msg)
		}
	})
	return cmd
}

// View draws the field: as many lines as SetSize gave. A text area styles each
// empty line below a text by itself, which is most of its work; those below a
// text of one paragraph are added here.
func (t *Text) View() string {
	if t.drawn != "" {
		return t.drawn
	}
	t.with(func(a *textarea.Model) {
		height, rows := a.Height(), t.short(a)
		if rows >= height {
			t.drawn = a.View()
			return
		}
		a.SetHeight(rows)
		t.drawn = a.View() + strings.Repeat("\n", height-rows)
		a.SetHeight(height)
	})
	return t.drawn
}

// short is how many lines a text of one paragraph takes; of a longer one it is
// not known, and more than any.
func (t *Text) short(a *textarea.Model) int {
	if t.rows == 0 {
		switch {
		case a.LineCount() != 1:
			t.rows = math.MaxInt
		case a.Length() == 0:
			t.rows = 1 + strings.Count(ansi.Wrap(a.Placeholder, max(1, a.Width()), ""), "\n")
		default:
			t.rows = a.LineInfo().Height
		}
	}
	return t.rows
}

// Framed draws the field, which is four columns narrower, in a frame, and under it
// its Note.
func (t *Text) Framed(frame lipgloss.Style, width int) []string {
	rule := strings.Repeat("─", max(0, width-2))
	lines := []string{frame.Render("┌" + rule + "┐")}
	for _, l := range strings.Split(t.View(), "\n") {
		l = ansi.Truncate(l, width-4, "")
		pad := strings.Repeat(" ", max(0, width-4-ansi.StringWidth(l)))
		lines = append(lines, frame.Render("│ ")+l+pad+frame.Render(" │"))
	}
	lines = append(lines, frame.Render("└"+rule+"┘"))
	if n := t.Note(); n != "" {
		for _, l := range strings.Split(ansi.Wordwrap(n, width, " "), "\n") {
			lines = append(lines, t.styles.Warn.Render(l))
		}
	}
	return lines
}

// Note says that the text is too long to be handed in; "" when it is not.
func (t *Text) Note() string {
	if t.rest == "" {
		return ""
	}
	n := utf8.RuneCountInString(t.Value())
	if len(t.rest) >= keptMost-utf8.UTFMax {
		return fmt.Sprintf("%d characters: no more is taken, and at most %d can be graded. ctrl+x drops those that are not shown.", n, exercises.MaxAnswer)
	}
	return fmt.Sprintf("%d characters, at most %d can be graded. All of it is kept; ctrl+k and ctrl+u delete, ctrl+x drops the %d that are not shown.", n, exercises.MaxAnswer, utf8.RuneCountInString(t.rest))
}

// DropRest gives up what is not shown, when the learner says so.
func (t *Text) DropRest() { t.rest = "" }

// Blank reports whether nothing was written.
func (t *Text) Blank() bool { return strings.TrimSpace(t.Value()) == "" }

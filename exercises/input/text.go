package input

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"
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
	area  textarea.Model
	rest  string // what a large paste left over
	sized bool
	drawn string // what View returned last; "" when something may have changed
	rows  int    // what short returned last; 0 when something may have changed
}

// NewText makes a field with a text in it. It has no frame.
func NewText(s *Styles, value, placeholder string) *Text {
	t := &Text{}
	a := &t.area
	makeArea(a)
	a.Placeholder = placeholder
	a.FocusedStyle = textarea.Style{Base: s.Text, Text: s.Text, Placeholder: s.Quiet, EndOfBuffer: s.Quiet}
	a.BlurredStyle = a.FocusedStyle
	a.Cursor.Style = s.Accent
	t.insert(value)
	return t
}

// firstArea is a text area of which all others are copies.
var firstArea = sync.OnceValue(func() textarea.Model {
	a := textarea.New()
	a.ShowLineNumbers = false
	a.Prompt = ""
	a.CharLimit = 0
	a.MaxHeight = 0
	a.Cursor.SetMode(cursor.CursorStatic)
	a.KeyMap.InsertNewline.SetKeys("alt+enter", "ctrl+j", "enter")
	lean(&a)
	return a
})

// makeArea makes a text area in its place. bubbles reserves room for 10,000 lines
// in each, which is 240 KB and most of the time that it takes; a server makes one
// for everybody who writes. So a new one is a copy of the first, with lines,
// viewport and cache of its own. Where a later bubbles keeps these elsewhere it is
// made as bubbles does it; a test says so.
func makeArea(a *textarea.Model) {
	*a = firstArea()
	view, ok := field(a, "viewport", reflect.Pointer)
	if !ok || !lean(a) {
		*a = textarea.New()
		return
	}
	own := reflect.New(view.Type().Elem())
	own.Elem().Set(view.Elem())
	view.Set(own)
	// A text area that hears of another limit makes itself a new cache.
	a.Focus()
	a.MaxHeight = cachedLines
	*a, _ = a.Update(nil)
	a.MaxHeight = 0
	a.Blur()
}

// cachedLines is how many lines a text area keeps wrapped.
const cachedLines = 256

// lean gives a text area lines of its own, without the room that is reserved.
func lean(a *textarea.Model) bool {
	lines, ok := field(a, "value", reflect.Slice)
	if ok {
		lines.Set(reflect.AppendSlice(reflect.MakeSlice(lines.Type(), 0, lines.Len()), lines))
	}
	return ok
}

// field is a field of a text area that bubbles keeps to itself.
func field(a *textarea.Model, name string, kind reflect.Kind) (reflect.Value, bool) {
	f := reflect.ValueOf(a).Elem().FieldByName(name)
	if !f.IsValid() || f.Kind() != kind {
		return f, false
	}
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem(), true
}

// EnterSubmits leaves enter to the screen; alt+enter and ctrl+j begin a new line.
func (t *Text) EnterSubmits() *Text {
	t.area.KeyMap.InsertNewline.SetKeys("alt+enter", "ctrl+j")
	return t
}

// SetValue replaces the text.
func (t *Text) SetValue(s string) {
	t.rest = ""
	t.changed()
	t.area.SetValue("")
	lean(&t.area)
	t.insert(s)
}

// changed forgets what was known of the text as it stood.
func (t *Text) changed() { t.drawn, t.rows = "", 0 }

func (t *Text) insert(s string) {
	t.changed()
	s = exercises.Clean(s)
	have := t.area.Length()
	if r := []rune(s); have+len(r) > drawnMost {
		keep := max(0, drawnMost-have)
		t.aside(string(r[keep:]))
		s = string(r[:keep])
	}
	t.area.InsertString(s)
}

// aside keeps what is too long to be edited.
func (t *Text) aside(s string) {
	room := max(0, keptMost-len(t.rest))
	t.rest += strings.ToValidUTF8(s[:min(room, len(s))], "")
}

// Value is the whole text.
func (t *Text) Value() string { return t.area.Value() + t.rest }

// SetSize gives the columns and the lines to draw.
func (t *Text) SetSize(width, height int) {
	if t.sized && t.area.Width() == max(4, width) && t.area.Height() == max(1, height) {
		return
	}
	t.changed()
	t.area.SetWidth(max(4, width))
	t.area.SetHeight(max(1, height))
	t.sized = true
	t.follow()
}

// follow brings the cursor into sight. A text area does that when it hears
// something, and with the lines that it drew last.
func (t *Text) follow() {
	if !t.sized || t.short() < t.area.Height() {
		return
	}
	_ = t.area.View()
	t.area, _ = t.area.Update(nil)
}

// Focus makes the field take keys.
func (t *Text) Focus() tea.Cmd {
	t.changed()
	cmd := t.area.Focus()
	t.follow()
	return cmd
}

// Blur makes the field take no keys.
func (t *Text) Blur() {
	t.changed()
	t.area.Blur()
}

// Focused reports whether the field takes keys.
func (t *Text) Focused() bool { return t.area.Focused() }

// Line is the line of the text on which the cursor stands, from 0.
func (t *Text) Line() int { return t.area.Line() }

// Update handles a message. A paste arrives as one key message, of any size.
func (t *Text) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyMsg); ok && k.Type == tea.KeyRunes && (k.Paste || len(k.Runes) > 1) {
		t.insert(string(k.Runes))
		return nil
	}
	if k, ok := msg.(tea.KeyMsg); ok && t.area.Length() >= drawnMost && (k.Type == tea.KeyRunes || k.Type == tea.KeySpace) {
		t.aside(string(k.Runes))
		return nil
	}
	var cmd tea.Cmd
	if k, ok := msg.(tea.KeyMsg); ok && t.letter(k) {
		return nil
	}
	t.changed()
	t.area, cmd = t.area.Update(msg)
	return cmd
}

// letter types a letter where nothing needs to scroll. A text area would compare
// it with each of its two dozen keys first.
func (t *Text) letter(k tea.KeyMsg) bool {
	if k.Alt || k.Type != tea.KeyRunes && k.Type != tea.KeySpace || len(k.Runes) != 1 || !t.area.Focused() || !t.sized || t.short() >= t.area.Height()-1 {
		return false
	}
	t.changed()
	t.area.InsertRune(k.Runes[0])
	return true
}

// View draws the field: as many lines as SetSize gave. A text area styles each
// empty line below a text by itself, which is most of its work; those below a
// text of one paragraph are added here.
func (t *Text) View() string {
	if t.drawn != "" {
		return t.drawn
	}
	height, rows := t.area.Height(), t.short()
	if rows >= height {
		t.drawn = t.area.View()
		return t.drawn
	}
	t.area.SetHeight(rows)
	t.drawn = t.area.View() + strings.Repeat("\n", height-rows)
	t.area.SetHeight(height)
	return t.drawn
}

// short is how many lines a text of one paragraph takes; of a longer one it is
// not known, and more than any.
func (t *Text) short() int {
	if t.rows == 0 {
		switch {
		case t.area.LineCount() != 1:
			t.rows = math.MaxInt
		case t.area.Length() == 0:
			t.rows = 1 + strings.Count(ansi.Wrap(t.area.Placeholder, max(1, t.area.Width()), ""), "\n")
		default:
			t.rows = t.area.LineInfo().Height
		}
	}
	return t.rows
}

// Note says that the text is too long to be handed in; "" when it is not.
func (t *Text) Note() string {
	if t.rest == "" {
		return ""
	}
	n := t.area.Length() + utf8.RuneCountInString(t.rest)
	if len(t.rest) >= keptMost-utf8.UTFMax {
		return fmt.Sprintf("%d characters: no more is taken, and at most %d can be graded. ctrl+x drops those that are not shown.", n, exercises.MaxAnswer)
	}
	return fmt.Sprintf("%d characters, at most %d can be graded. All of it is kept; ctrl+k and ctrl+u delete, ctrl+x drops the %d that are not shown.", n, exercises.MaxAnswer, utf8.RuneCountInString(t.rest))
}

// DropRest gives up what is not shown, when the learner says so.
func (t *Text) DropRest() { t.rest = "" }

// Blank reports whether nothing was written.
func (t *Text) Blank() bool { return strings.TrimSpace(t.Value()) == "" }

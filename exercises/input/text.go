package input

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"

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
	area   textarea.Model
	styles Styles
	rest   string // what a large paste left over
	sized  bool
}

// NewText makes a field with a text in it. It has no frame.
func NewText(s Styles, value, placeholder string) *Text {
	a := textarea.New()
	a.ShowLineNumbers = false
	a.Prompt = ""
	a.Placeholder = placeholder
	a.CharLimit = 0
	a.MaxHeight = 0
	a.FocusedStyle = textarea.Style{Base: s.Text, Text: s.Text, Placeholder: s.Quiet, EndOfBuffer: s.Quiet}
	a.BlurredStyle = a.FocusedStyle
	a.Cursor.Style = s.Accent
	a.Cursor.SetMode(cursor.CursorStatic)
	a.KeyMap.InsertNewline.SetKeys("alt+enter", "ctrl+j", "enter")
	t := &Text{area: a, styles: s}
	lean(&t.area)
	t.insert(value)
	return t
}

// lean gives back the room for 10,000 lines that a text area reserves, 240 KB:
// a server has one for everybody who writes. It is made anew as the text grows.
// Where a later bubbles keeps its lines elsewhere, nothing is given back; a test
// says so.
func lean(a *textarea.Model) {
	f := reflect.ValueOf(a).Elem().FieldByName("value")
	if !f.IsValid() || f.Kind() != reflect.Slice {
		return
	}
	lines := reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
	lines.Set(reflect.AppendSlice(reflect.MakeSlice(lines.Type(), 0, lines.Len()), lines))
}

// EnterSubmits leaves enter to the screen; alt+enter and ctrl+j begin a new line.
func (t *Text) EnterSubmits() *Text {
	t.area.KeyMap.InsertNewline.SetKeys("alt+enter", "ctrl+j")
	return t
}

// SetValue replaces the text.
func (t *Text) SetValue(s string) {
	t.rest = ""
	t.area.SetValue("")
	lean(&t.area)
	t.insert(s)
}

func (t *Text) insert(s string) {
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
	t.area.SetWidth(max(4, width))
	t.area.SetHeight(max(1, height))
	t.sized = true
	t.follow()
}

// follow brings the cursor into sight. A text area does that when it hears
// something, and with the lines that it drew last.
func (t *Text) follow() {
	if !t.sized {
		return
	}
	_ = t.area.View()
	t.area, _ = t.area.Update(nil)
}

// Focus makes the field take keys.
func (t *Text) Focus() tea.Cmd {
	cmd := t.area.Focus()
	t.follow()
	return cmd
}

// Blur makes the field take no keys.
func (t *Text) Blur() { t.area.Blur() }

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
	t.area, cmd = t.area.Update(msg)
	return cmd
}

// View draws the field: as many lines as SetSize gave. A text area styles each
// empty line below a text by itself, which is most of its work; those below a
// text of one paragraph are added here.
func (t *Text) View() string {
	height, rows := t.area.Height(), t.area.LineInfo().Height
	if t.area.LineCount() != 1 || t.area.Length() == 0 || rows >= height {
		return t.area.View()
	}
	t.area.SetHeight(rows)
	defer t.area.SetHeight(height)
	return t.area.View() + strings.Repeat("\n", height-rows)
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

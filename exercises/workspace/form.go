package workspace

import (
	"slices"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/input"
)

// An option of a field that is chosen: what is kept and what is shown.
type option struct{ value, label string }

// A field is one row of a form: a text, or one of some options.
type field struct {
	label   string
	lines   int         // of a text, as drawn; 0 for a choice
	text    *input.Text // nil for a choice
	options []option
	chosen  int
	keep    func(value string) // puts the value into the model
	hidden  func() bool        // nil: always there
	hint    string             // shown while the field has the focus
	digit   string             // the option that a digit chooses; it is typed into the next field
}

// A form edits one entry of the model. What is typed is in the model at once;
// leaving the form takes nothing back (undo does).
type form struct {
	title  string
	fields []*field
	cur    int
	top    int
	st     *input.Styles
	below  func(width int) []string // remarks under the fields; may be nil
	done   func()                   // when the form is left
	typed  string                   // letters typed at a choice, to find an option by its beginning
}

func (s *Screen) text(label, value, placeholder string, lines int, keep func(string)) *field {
	t := input.NewText(s.o.Styles, value, placeholder)
	if lines == 1 {
		t.EnterSubmits()
	}
	return &field{label: label, lines: lines, text: t, keep: keep}
}

func choice(label, value string, options []option, keep func(string)) *field {
	f := &field{label: label, options: options, keep: keep}
	f.choose(value)
	return f
}

// choose shows an option.
func (f *field) choose(value string) {
	f.chosen = max(0, slices.IndexFunc(f.options, func(o option) bool { return o.value == value }))
}

// words makes options of words that are shown as they are kept, with a blank one first.
func words(none string, list []string) []option {
	out := []option{{"", none}}
	for _, w := range list {
		out = append(out, option{w, w})
	}
	return out
}

func (f *field) value() string {
	if f.text != nil {
		return strings.TrimSpace(f.text.Value())
	}
	return f.options[f.chosen].value
}

func (f *form) shown() []*field {
	var out []*field
	for _, x := range f.fields {
		if x.hidden == nil || !x.hidden() {
			out = append(out, x)
		}
	}
	return out
}

// focus gives the keys to the field with the cursor.
func (f *form) focus() tea.Cmd {
	for _, x := range f.fields {
		if x.text != nil {
			x.text.Blur()
		}
	}
	shown := f.shown()
	f.cur = max(0, min(f.cur, len(shown)-1))
	f.typed = ""
	if t := shown[f.cur].text; t != nil {
		return t.Focus()
	}
	return nil
}

// key handles a key; done means that the form is to be left.
func (f *form) key(k tea.KeyMsg) (done bool, cmd tea.Cmd) {
	shown := f.shown()
	f.cur = max(0, min(f.cur, len(shown)-1))
	x := shown[f.cur]
	move := func(by int) tea.Cmd {
		f.cur = (f.cur + by + len(shown)) % len(shown)
		return f.focus()
	}
	switch k.String() {
	case "tab":
		return false, move(1)
	case "shift+tab":
		return false, move(-1)
	case "ctrl+s", "f5":
		return true, nil
	case "enter":
		if x.text == nil || x.lines == 1 {
			if f.cur == len(shown)-1 {
				return true, nil
			}
			return false, move(1)
		}
	case "up":
		if x.text == nil || x.text.AtTop() {
			return false, move(-1)
		}
	case "down":
		if x.text == nil || x.text.AtBottom() {
			return false, move(1)
		}
	}
	if x.digit != "" && len(k.Runes) > 0 && unicode.IsDigit(k.Runes[0]) {
		x.choose(x.digit)
		x.keep(x.value())
		move(1)
		f.shown()[f.cur].text.SetValue("")
		_, cmd := f.key(k)
		return false, cmd
	}
	if x.text == nil {
		before := x.chosen
		f.choose(x, k)
		if x.chosen != before {
			x.keep(x.value())
		}
		return false, nil
	}
	before := x.text.Value()
	cmd = x.text.Update(k)
	if x.text.Value() != before {
		x.keep(x.value())
	}
	return false, cmd
}

// choose walks the options with the arrows, and finds one by what it begins with.
func (f *form) choose(x *field, k tea.KeyMsg) {
	n := len(x.options)
	switch k.String() {
	case "right", " ":
		x.chosen = (x.chosen + 1) % n
	case "left":
		x.chosen = (x.chosen + n - 1) % n
	case "home":
		x.chosen = 0
	case "end":
		x.chosen = n - 1
	case "backspace":
		x.chosen, f.typed = 0, ""
	default:
		if k.Type != tea.KeyRunes {
			return
		}
		for _, typed := range []string{f.typed + string(k.Runes), string(k.Runes)} {
			for i, o := range x.options {
				if o.value != "" && (hasPrefixFold(o.label, typed) || hasPrefixFold(o.value, typed) && x.digit == "") {
					x.chosen, f.typed = i, typed
					return
				}
			}
		}
	}
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// labelWidth is the columns of a field's label.
const labelWidth = 13

// view draws the form into a room.
func (f *form) view(width, height int) []string {
	st := f.st
	lines := []string{st.Strong.Render(f.title), ""}
	first, last := 0, 0
	w := min(width, 80) - labelWidth - 2
	for i, x := range f.shown() {
		mark, label := "  ", st.Quiet
		if i == f.cur {
			mark, label, first = st.Accent.Render("▸ "), st.Accent, len(lines)
		}
		head := mark + label.Render(fit(x.label, labelWidth))
		if x.text != nil {
			x.text.SetSize(w, x.lines)
			for k, l := range strings.Split(x.text.View(), "\n") {
				if k > 0 {
					head = strings.Repeat(" ", labelWidth+2)
				}
				lines = append(lines, head+l)
			}
		} else {
			lines = append(lines, head+f.options(x, i == f.cur, w))
		}
		if i == f.cur {
			if x.hint != "" {
				for _, l := range wrap(x.hint, w) {
					lines = append(lines, strings.Repeat(" ", labelWidth+2)+st.Quiet.Render(l))
				}
			}
			last = len(lines) - 1
		}
	}
	if f.below != nil {
		lines = append(append(lines, ""), f.below(min(width, 80))...)
	}
	f.top = follow(f.top, height, len(lines), first, last)
	return lines[f.top:min(len(lines), f.top+height)]
}

// options draws a choice: all of it in a row where there is room, otherwise
// what is chosen between arrows.
func (f *form) options(x *field, on bool, width int) string {
	st := f.st
	all := 0
	for _, o := range x.options {
		all += ansi.StringWidth(o.label) + 3
	}
	if all > width {
		label := ansi.Truncate(x.options[x.chosen].label, width-4, "…")
		if on {
			return st.Accent.Render("◂ ") + st.Selected.Render(label) + st.Accent.Render(" ▸")
		}
		return "  " + label
	}
	var b strings.Builder
	for i, o := range x.options {
		switch {
		case i == x.chosen && on:
			b.WriteString(st.Selected.Render("["+o.label+"]") + " ")
		case i == x.chosen:
			b.WriteString(st.Strong.Render("["+o.label+"]") + " ")
		default:
			b.WriteString(" " + st.Quiet.Render(o.label) + "  ")
		}
	}
	return b.String()
}

// follow is the nearest scroll position at which lines first to last are in sight.
func follow(top, size, all, first, last int) int {
	if last >= top+size {
		top = last - size + 1
	}
	if first < top {
		top = first
	}
	return max(0, min(top, all-size))
}

// fit cuts or pads to exactly width columns.
func fit(s string, width int) string {
	if w := ansi.StringWidth(s); w <= width {
		return s + strings.Repeat(" ", width-w)
	}
	return ansi.Truncate(s, width, "…")
}

func wrap(s string, width int) []string {
	return strings.Split(ansi.Wrap(s, max(4, width), " "), "\n")
}

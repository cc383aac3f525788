package input

import "github.com/charmbracelet/bubbles/textarea"

// AtTop reports whether the cursor stands in the first drawn line, so that up
// may leave the field.
func (t *Text) AtTop() (yes bool) {
	t.with(func(a *textarea.Model) { yes = a.Line() == 0 && a.LineInfo().RowOffset == 0 })
	return yes
}

// AtBottom reports whether the cursor stands in the last drawn line, so that
// down may leave the field.
func (t *Text) AtBottom() (yes bool) {
	t.with(func(a *textarea.Model) {
		info := a.LineInfo()
		yes = a.Line() == a.LineCount()-1 && info.RowOffset >= info.Height-1
	})
	return yes
}

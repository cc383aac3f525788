package input

// AtTop reports whether the cursor stands in the first drawn line, so that up
// may leave the field.
func (t *Text) AtTop() bool { return t.area.Line() == 0 && t.area.LineInfo().RowOffset == 0 }

// AtBottom reports whether the cursor stands in the last drawn line, so that
// down may leave the field.
func (t *Text) AtBottom() bool {
	info := t.area.LineInfo()
	return t.area.Line() == t.area.LineCount()-1 && info.RowOffset >= info.Height-1
}

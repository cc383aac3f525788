package input

import (
	"reflect"
	"sync"
	"unsafe"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textarea"
)

// A text area of bubbles takes 12 KB for its looks and keys, 240 KB for lines that
// it might hold one day, and most of the time that a field takes to open. On a
// server a thousand people write at once. So fields that look alike share some text
// areas, and each field keeps what is its own: its lines, its cursor and its size.
//
// bubbles keeps these to itself. Where a later one has other fields, each field gets
// a text area as bubbles makes it; a test says so.

// ownFields are what of a text area belongs to one text.
var ownFields = []string{"width", "height", "value", "focus", "col", "row", "lastCharOffset", "viewport"}

// own is where these stand: the number of each in a text area, and a struct of them
// alone. The struct is nil when one is missing.
var own = sync.OnceValue(func() (o struct {
	at   []int
	kept reflect.Type
}) {
	area := reflect.TypeFor[textarea.Model]()
	var fields []reflect.StructField
	for _, name := range ownFields {
		f, ok := area.FieldByName(name)
		if !ok || name == "value" && f.Type.Kind() != reflect.Slice || name == "viewport" && f.Type.Kind() != reflect.Pointer {
			return o
		}
		o.at = append(o.at, f.Index[0])
		fields = append(fields, reflect.StructField{Name: "Own_" + name, Type: f.Type})
	}
	o.kept = reflect.StructOf(fields)
	return o
})

// wrappedLines is how many lines a shared text area keeps wrapped.
const wrappedLines = 4096

// A look is what fields have in common that share text areas.
type look struct {
	placeholder string
	submits     bool // enter is left to the screen
}

// areas are text areas for each look.
type areas struct {
	mu    sync.Mutex
	pools map[look]*sync.Pool
}

func (s *Styles) areasOf(l look) *sync.Pool {
	s.areas.mu.Lock()
	defer s.areas.mu.Unlock()
	if p := s.areas.pools[l]; p != nil {
		return p
	}
	if s.areas.pools == nil {
		s.areas.pools = map[look]*sync.Pool{}
	}
	p := &sync.Pool{New: func() any { return s.newArea(l) }}
	s.areas.pools[l] = p
	return p
}

func (s *Styles) newArea(l look) *textarea.Model {
	a := textarea.New()
	a.ShowLineNumbers = false
	a.Prompt = ""
	a.CharLimit = 0
	a.Cursor.SetMode(cursor.CursorStatic)
	a.KeyMap.InsertNewline.SetKeys("alt+enter", "ctrl+j")
	if !l.submits {
		a.KeyMap.InsertNewline.SetKeys("alt+enter", "ctrl+j", "enter")
	}
	a.Placeholder = l.placeholder
	a.FocusedStyle = textarea.Style{Base: s.Text, Text: s.Text, Placeholder: s.Quiet, EndOfBuffer: s.Quiet}
	a.BlurredStyle = a.FocusedStyle
	a.Cursor.Style = s.Accent
	// A text area that hears of another limit makes itself a new cache.
	a.Focus()
	a.MaxHeight = wrappedLines
	a, _ = a.Update(nil)
	a.MaxHeight = 0
	a.Blur()
	return &a
}

// ownOf is what belongs to an empty text.
func ownOf(a *textarea.Model) reflect.Value {
	kept := reflect.New(own().kept).Elem()
	keep(kept, a)
	for i, name := range ownFields {
		f := kept.Field(i)
		switch name {
		case "value": // without the room that is reserved
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case "viewport":
			view := reflect.New(f.Type().Elem())
			view.Elem().Set(f.Elem())
			f.Set(view)
		case "focus":
			f.SetBool(false)
		case "col", "row", "lastCharOffset":
			f.SetInt(0)
		}
	}
	return kept
}

// keep takes what is a text's own out of a text area.
func keep(kept reflect.Value, a *textarea.Model) {
	area := reflect.ValueOf(a).Elem()
	for i, at := range own().at {
		kept.Field(i).Set(open(area.Field(at)))
	}
}

// lend puts it into a text area.
func lend(a *textarea.Model, kept reflect.Value) {
	area := reflect.ValueOf(a).Elem()
	for i, at := range own().at {
		open(area.Field(at)).Set(kept.Field(i))
	}
}

// open makes a field of another package one that can be read and written.
func open(f reflect.Value) reflect.Value {
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

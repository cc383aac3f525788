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

// areas are text areas that nobody uses at the moment, for each look.
type areas struct {
	mu    sync.Mutex
	spare map[look]*spare
}

// spare is a sync.Pool that garbage collection leaves alone: whoever writes while
// it runs would have to make new text areas then, of all times.
type spare struct {
	mu    sync.Mutex
	areas []*textarea.Model
	make  func() *textarea.Model
	empty reflect.Value // what is a text's own that nobody has written in
}

// mostSpare is how many text areas of a look are kept, of 12 KB each: so many are
// used at the same moment.
const mostSpare = 16

func (s *spare) get() *textarea.Model {
	s.mu.Lock()
	n := len(s.areas)
	if n == 0 {
		s.mu.Unlock()
		return s.make()
	}
	a := s.areas[n-1]
	s.areas = s.areas[:n-1]
	s.mu.Unlock()
	return a
}

func (s *spare) put(a *textarea.Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.areas) < mostSpare {
		s.areas = append(s.areas, a)
	}
}

func (s *Styles) areasOf(l look) *spare {
	s.areas.mu.Lock()
	defer s.areas.mu.Unlock()
	if p := s.areas.spare[l]; p != nil {
		return p
	}
	if s.areas.spare == nil {
		s.areas.spare = map[look]*spare{}
	}
	p := &spare{make: func() *textarea.Model { return s.newArea(l) }}
	if own().kept != nil {
		a := p.make()
		p.empty = reflect.New(own().kept).Elem()
		keep(p.empty, a)
		p.empty = p.newOwn()
		p.put(a)
	}
	s.areas.spare[l] = p
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

// newOwn is what belongs to an empty text.
func (s *spare) newOwn() reflect.Value {
	kept := reflect.New(own().kept).Elem()
	kept.Set(s.empty)
	for i, name := range ownFields {
		switch f := kept.Field(i); name {
		case "value": // without the room that is reserved
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case "viewport":
			view := reflect.New(f.Type().Elem())
			view.Elem().Set(f.Elem())
			f.Set(view)
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

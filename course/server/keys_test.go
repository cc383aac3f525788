package server

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// raw hands on bytes as they are.
func raw(b []byte) []tea.Msg { return []tea.Msg{string(b)} }

// heard is what comes of the pieces that somebody sends, with each paste in brackets.
func heard(t *testing.T, decode func([]byte) []tea.Msg, pieces ...string) (msgs []tea.Msg) {
	t.Helper()
	r, w := io.Pipe()
	go func() {
		for _, p := range pieces {
			_, _ = io.WriteString(w, p)
		}
		_ = w.Close()
	}()
	k := &keys{r: r, decode: decode}
	for {
		more, err := k.next()
		msgs = append(msgs, more...)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Errorf("the end is %v", err)
			}
			return msgs
		}
	}
}

func TestTornKeys(t *testing.T) {
	for _, pieces := range [][]string{{"\x1b", "[A"}, {"\x1b[", "1;5", "A"}, {"\x1bO", "P"}, {"a\xc3", "\xa9"}, {"\xf0\x9f", "\x91\xa9"}, {"plain"}, {"\x1b[A\x1b[", "B"}} {
		if got, want := heard(t, raw, pieces...), []tea.Msg{strings.Join(pieces, "")}; !reflect.DeepEqual(got, want) {
			t.Errorf("%q came as %q", pieces, got)
		}
	}
	r, w := io.Pipe()
	k := &keys{r: r, decode: raw}
	for _, key := range []string{"\x1b", "a", "\x1b"} { // each is sent when the one before has come
		go func() { _, _ = io.WriteString(w, key) }()
		if got, err := k.next(); err != nil || !reflect.DeepEqual(got, []tea.Msg{key}) {
			t.Errorf("%q came as %q, %v", key, got, err)
		}
	}
}

// Pastes come whole, however they are sent; very long ones in several parts, and
// nothing in them is a key.
func TestPastes(t *testing.T) {
	typed := func(s string) tea.Msg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s), Paste: true} }
	for _, c := range []struct {
		pieces []string
		want   []tea.Msg
	}{
		{[]string{"a" + pasteStart + "one\rtwo\x1b[A" + pasteEnd + "b"}, []tea.Msg{"a", typed("one\rtwo\x1b[A"), "b"}},
		{[]string{pasteStart[:3], pasteStart[3:] + "ün", "d\xc3", "\xbc" + pasteEnd[:2], pasteEnd[2:]}, []tea.Msg{typed("ündü")}},
		{[]string{pasteStart + pasteEnd + pasteStart + "x" + pasteEnd}, []tea.Msg{typed("x")}},
	} {
		if got := heard(t, raw, c.pieces...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q came as %q", c.pieces, got)
		}
	}
	long := strings.Repeat("Ein Gruß\n", 1<<15)
	got := heard(t, raw, pasteStart, long, pasteEnd, "q")
	text := ""
	for _, m := range got[:len(got)-1] {
		k := m.(tea.KeyMsg)
		if text += string(k.Runes); !k.Paste || len(k.Runes) > pasteMost {
			t.Fatalf("a part of %d runes, a paste: %t", len(k.Runes), k.Paste)
		}
	}
	if text != long || got[len(got)-1] != "q" {
		t.Errorf("%d bytes came as %d, and then %q", len(long), len(text), got[len(got)-1])
	}
}

// However bytes are cut into packets, none is lost and none moves.
func FuzzTorn(f *testing.F) {
	f.Add([]byte("\x1b[1;5A\xc3"), uint8(3))
	f.Add([]byte("a"+pasteStart+"b\xc3\xa9"+pasteEnd+"c"), uint8(1))
	f.Add([]byte(pasteStart+pasteStart+pasteEnd+pasteEnd), uint8(5))
	f.Fuzz(func(t *testing.T, b []byte, at uint8) {
		cut := min(int(at), len(b))
		var want []byte
		ended := true
		for rest := b; len(rest) > 0; {
			i := bytes.Index(rest, []byte(pasteStart))
			if i < 0 {
				want = append(want, rest...)
				break
			}
			want = append(want, rest[:i]...)
			rest = rest[i+len(pasteStart):]
			if i = bytes.Index(rest, []byte(pasteEnd)); i < 0 {
				ended = false // what is kept of it is lost with the connection
				break
			}
			for text := rest[:i]; len(text) > 0; {
				r, n := utf8.DecodeRune(text)
				if r != utf8.RuneError {
					want = append(want, text[:n]...)
				}
				text = text[n:]
			}
			rest = rest[i+len(pasteEnd):]
		}
		var got []byte
		for _, m := range heard(t, raw, string(b[:cut]), string(b[cut:])) {
			switch m := m.(type) {
			case string:
				if len(m) > readMost {
					t.Errorf("%d bytes at once", len(m))
				}
				got = append(got, m...)
			case tea.KeyMsg:
				got = append(got, string(m.Runes)...)
			}
		}
		if ended && !bytes.Equal(got, want) {
			t.Errorf("%q, cut at %d, came as %q", b, cut, got)
		}
	})
}

// A decoder says what Bubble Tea says, and remembers nothing.
func TestDecoders(t *testing.T) {
	ds := &decoders{ctx: t.Context(), keep: 1}
	for typed, want := range map[string][]string{
		"a":                      {"a"},
		"two words":              {"two", " ", "words"},
		"\r":                     {"enter"},
		"\x1b":                   {"esc"},
		"\x1b[A\x1b[B":           {"up", "down"},
		"\x1b[1;5C":              {"ctrl+right"},
		"\x1b[Z\t":               {"shift+tab", "tab"},
		"\x1bx":                  {"alt+x"},
		"\x03":                   {"ctrl+c"},
		"日本é":                    {"日本é"},
		strings.Repeat("a", 255): {strings.Repeat("a", 255)},
	} {
		for range 2 {
			var got []string
			for _, m := range ds.decode([]byte(typed)) {
				got = append(got, m.(tea.KeyMsg).String())
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%q is %q and not %q", typed, got, want)
			}
		}
	}
	msgs := ds.decode([]byte("\x1b[<64;3;4M"))
	if m, ok := msgs[0].(tea.MouseMsg); !ok || m.Button != tea.MouseButtonWheelUp || m.X != 2 || m.Y != 3 {
		t.Errorf("a mouse's wheel is %v", msgs)
	}
}

// Whatever bytes come, decoders answer, and the next one who types hears nothing of it.
func FuzzDecoders(f *testing.F) {
	for _, s := range []string{"\x1b[M", "\x1b[<1;2;3M", "\x1b[200", "\x1b\x1b[200~x", "\xff\x1b", "\x00", "\x1b[I"} {
		f.Add([]byte(s))
	}
	ds := &decoders{ctx: f.Context(), keep: 1}
	f.Fuzz(func(t *testing.T, b []byte) {
		heard(t, ds.decode, string(b))
		if got := ds.decode([]byte("\x1b[A")); len(got) != 1 || got[0].(tea.KeyMsg).Type != tea.KeyUp {
			t.Errorf("after %q an arrow is %v", b, got)
		}
	})
}

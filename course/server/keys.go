package server

import (
	"bytes"
	"io"
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	// joinWait is how long the rest of a key is waited for.
	joinWait = 10 * time.Millisecond
	// readMost is how much is read at once, and given to a decoder.
	readMost = 255
	// pasteMost is how much of a paste is kept until its end is seen; more comes as
	// several pastes.
	pasteMost = 64 << 10
)

// What a terminal sends before and after a paste.
const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// keys are those that somebody types. No key is torn: an escape sequence or a
// character that comes in two packets is waited for, because Bubble Tea misreads
// halves. A lone escape key passes after joinWait.
//
// Most keys come whole, so that it needs no goroutine while nothing is torn.
type keys struct {
	r      io.Reader
	decode func([]byte) []tea.Msg // what Bubble Tea calls whole keys; at most readMost bytes

	buf     [readMost]byte
	rest    []byte     // read, and not handed on yet
	pasting bool       // rest is within a paste
	late    chan chunk // a read that took longer than the rest of a key is waited for
}

// A chunk is what one read brought.
type chunk struct {
	b   []byte
	err error
}

// next waits for something that is typed, and returns it. What came before an
// error comes with it.
func (k *keys) next() ([]tea.Msg, error) {
	for {
		err := k.read()
		for !k.pasting && err == nil && torn(k.rest) && len(k.rest) < pasteMost {
			var came bool
			if came, err = k.more(); !came {
				break
			}
		}
		if msgs := k.take(); len(msgs) > 0 || err != nil {
			return msgs, err
		}
	}
}

// read puts what one read brings behind the rest.
func (k *keys) read() error {
	if k.late != nil {
		return k.add(<-k.late)
	}
	n, err := k.r.Read(k.buf[:])
	return k.add(chunk{k.buf[:n], err})
}

func (k *keys) add(c chunk) error {
	k.late = nil
	k.rest = append(k.rest, c.b...)
	return c.err
}

// more waits a moment for the rest of a key, and reports whether something came.
func (k *keys) more() (bool, error) {
	late := make(chan chunk, 1)
	go func() {
		n, err := k.r.Read(k.buf[:])
		late <- chunk{k.buf[:n], err}
	}()
	k.late = late
	t := time.NewTimer(joinWait)
	defer t.Stop()
	select {
	case c := <-late:
		return true, k.add(c)
	case <-t.C:
		return false, nil
	}
}

// take takes from the rest what can be handed on.
func (k *keys) take() (msgs []tea.Msg) {
	for len(k.rest) > 0 {
		if k.pasting {
			text, found := k.pasted()
			if len(text) > 0 {
				msgs = append(msgs, paste(text))
			}
			if !found {
				return msgs
			}
			continue
		}
		typed := k.rest
		i := bytes.Index(typed, []byte(pasteStart))
		if k.pasting = i >= 0; k.pasting {
			typed = typed[:i]
			i += len(pasteStart)
		} else {
			i = len(typed)
		}
		for len(typed) > 0 {
			n := whole(typed)
			msgs = append(msgs, k.decode(typed[:n])...)
			typed = typed[n:]
		}
		k.drop(i)
	}
	return msgs
}

// pasted takes from the rest what is known to belong to a paste, and reports
// whether its end was found.
func (k *keys) pasted() (text []byte, found bool) {
	if i := bytes.Index(k.rest, []byte(pasteEnd)); i >= 0 {
		text = bytes.Clone(k.rest[:i])
		k.drop(i + len(pasteEnd))
		k.pasting = false
		return text, true
	}
	if len(k.rest) < pasteMost {
		return nil, false
	}
	n := len(k.rest) - len(pasteEnd) // its beginning may be there
	for n > 0 && !utf8.RuneStart(k.rest[n]) {
		n--
	}
	text = bytes.Clone(k.rest[:n])
	k.drop(n)
	return text, false
}

// drop forgets the first n bytes of the rest, and its memory when it was much.
func (k *keys) drop(n int) {
	if k.rest = append(k.rest[:0], k.rest[n:]...); len(k.rest) == 0 && cap(k.rest) > readMost {
		k.rest = nil
	}
}

// paste is a paste as Bubble Tea has it.
func paste(text []byte) tea.Msg {
	k := tea.KeyMsg{Type: tea.KeyRunes, Paste: true}
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r != utf8.RuneError {
			k.Runes = append(k.Runes, r)
		}
		text = text[n:]
	}
	return k
}

// whole is how many bytes of b, at most readMost, end with a key.
func whole(b []byte) int {
	if len(b) <= readMost {
		return len(b)
	}
	n := readMost
	for n > 1 && torn(b[:n]) {
		n--
	}
	return n
}

// torn reports whether the end of b is the beginning of a key: an unfinished
// escape sequence or character.
func torn(b []byte) bool {
	if i := bytes.LastIndexByte(b, 0x1b); i >= 0 && len(b)-i < 32 {
		switch seq := b[i+1:]; {
		case len(seq) == 0:
			return true
		case seq[0] == 'O':
			return len(seq) == 1
		case seq[0] == '[':
			for _, c := range seq[1:] {
				if c >= 0x40 && c <= 0x7e {
					return false
				}
			}
			return true
		}
	}
	for k := 1; k <= min(3, len(b)); k++ {
		if c := b[len(b)-k]; utf8.RuneStart(c) {
			return c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-k:])
		}
	}
	return false
}

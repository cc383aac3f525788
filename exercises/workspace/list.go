package workspace

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/exercises/threatmodel"
)

// A list is a step that holds entries: they are added, edited, removed and moved.
type list struct {
	s     *Screen
	cur   int
	top   int
	empty string // what an empty list says
	what  string // one of them, for the keys: "an asset"

	n      func() int
	row    func(i, width int) string
	plain  func(i int) string // the row in words, for the line mode; nil: as it is drawn
	form   func(i int) *form
	add    func() // appends an empty entry; nil where entries are typed as lines
	blank  func(i int) bool
	remove func(i int) (told string) // says what else went; "" for nothing
	named  func(i int)               // gives a new entry its id, once it has words; may be nil
	swap   func(i, k int)            // nil: they are not moved
	detail func(i, width int) []string
}

func (l *list) clamp() { l.cur = max(0, min(l.cur, l.n()-1)) }

func (l *list) key(k tea.KeyMsg) (bool, tea.Cmd) {
	l.clamp()
	switch k.String() {
	case "up", "k":
		l.cur = max(0, l.cur-1)
	case "down", "j":
		l.cur = min(l.n()-1, l.cur+1)
	case "home", "g":
		l.cur = 0
	case "end", "G":
		l.cur = l.n() - 1
	case "pgdown":
		l.cur = min(l.n()-1, l.cur+8)
	case "pgup":
		l.cur = max(0, l.cur-8)
	case "a", "insert":
		return true, l.addOne()
	case "enter", "e", "right", "l":
		if l.n() == 0 {
			return true, l.addOne()
		}
		return true, l.edit(l.cur)
	case "x", "delete", "backspace":
		if l.n() == 0 {
			return true, nil
		}
		l.removeOne(l.cur)
	case "J", "K", "shift+down", "shift+up":
		by := 1
		if k.String() == "K" || k.String() == "shift+up" {
			by = -1
		}
		if i := l.cur + by; l.swap != nil && i >= 0 && i < l.n() {
			cur := l.cur
			l.s.edit(func(*threatmodel.Model) { l.swap(cur, i) })
			l.cur = i
		}
	default:
		return false, nil
	}
	l.cur = max(0, l.cur)
	return true, nil
}

// removeOne takes an entry out and says so.
func (l *list) removeOne(i int) {
	told := ""
	l.s.edit(func(*threatmodel.Model) { told = said(l.remove(i), "Removed.") })
	l.s.say("%s u brings it back.", told)
	l.clamp()
}

func (l *list) addOne() tea.Cmd {
	if l.n() >= threatmodel.MaxEntries {
		l.s.say("The list is full.")
		return nil
	}
	l.s.begin()
	l.add()
	l.cur = l.n() - 1
	cmd := l.edit(l.cur)
	if done, i := l.s.form.done, l.cur; l.named != nil {
		l.s.form.done = func() {
			if !l.blank(i) {
				l.named(i)
			}
			done()
		}
	}
	return cmd
}

// edit opens the form of an entry. One that is left empty goes.
func (l *list) edit(i int) tea.Cmd {
	l.s.begin()
	f := l.form(i)
	f.done = func() {
		if i < l.n() && l.blank(i) {
			l.remove(i)
			l.clamp()
		}
	}
	return l.s.open(f)
}

func (l *list) lines(width, height int) []string {
	l.clamp()
	st := l.s.o.Styles
	if l.n() == 0 {
		var out []string
		for _, t := range wrap(l.empty, min(width, 76)) {
			out = append(out, st.Text.Render(t))
		}
		if l.add == nil {
			return out
		}
		return append(out, "", st.Accent.Render("▸ ")+st.Text.Render("a")+st.Quiet.Render(" adds "+l.what))
	}
	var detail []string
	if l.detail != nil {
		detail = l.detail(l.cur, min(width, 96))
	}
	room := max(1, height-len(detail)-1)
	out := l.s.window(&l.top, room, l.n(), l.cur, func(i int) string { return l.row(i, width-2) })
	if len(detail) > 0 {
		for len(out) < room {
			out = append(out, "")
		}
		out = append(append(out, ""), detail...)
	}
	return out
}

// window is the n rows of a list as far as there is room, with a pointer at one of
// them, and how many are out of sight.
func (s *Screen) window(top *int, room, n, cur int, row func(i int) string) []string {
	if n > room && room > 2 {
		room--
	}
	*top = follow(*top, room, n, cur, cur)
	var out []string
	for i := *top; i < min(n, *top+room); i++ {
		if i == cur {
			out = append(out, s.o.Styles.Accent.Render("▸ ")+row(i))
		} else {
			out = append(out, "  "+row(i))
		}
	}
	if room > 1 && n > room {
		var more []string
		for _, m := range []struct {
			n     int
			where string
		}{{*top, "above"}, {n - *top - room, "below"}} {
			if m.n > 0 {
				more = append(more, fmt.Sprintf("%d more %s", m.n, m.where))
			}
		}
		out = append(out, s.o.Styles.Quiet.Render("  "+strings.Join(more, " · ")))
	}
	return out
}

func (l *list) help() []key.Binding {
	out := []key.Binding{bind("a", "add"), bind("enter", "edit"), bind("x", "remove")}
	if l.swap != nil {
		out = append(out, bind("J K", "move"))
	}
	return out
}

func swapIn[T any](s *[]T) func(i, k int) {
	return func(i, k int) { (*s)[i], (*s)[k] = (*s)[k], (*s)[i] }
}

func removeFrom[T any](s *[]T, i int) { *s = append((*s)[:i:i], (*s)[i+1:]...) }

// columns lays cells side by side; the last one takes what is left.
func columns(width int, widths []int, cells ...string) string {
	var b strings.Builder
	left := width
	for i, c := range cells {
		w := left
		if i < len(widths) && i < len(cells)-1 {
			w = min(widths[i], left)
		}
		if w <= 0 {
			break
		}
		if i < len(cells)-1 {
			b.WriteString(fit(c, w-1) + " ")
		} else {
			b.WriteString(fit(c, w))
		}
		left -= w
	}
	return strings.TrimRight(b.String(), " ")
}

// beside puts two columns of lines side by side; the left one is w columns wide.
func beside(left, right []string, w int, between string) []string {
	var out []string
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		out = append(out, fit(l, w)+between+r)
	}
	return out
}

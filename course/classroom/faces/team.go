package faces

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course/classroom"
	"edu/threatlings/exercises"
)

// A teamList is what a team wrote down, and its top three.
type teamList struct {
	seat    *Seat
	cursor  int
	off     int
	merging string // the threat that is to be folded into another
}

func (l *teamList) list() []classroom.Listed { return l.seat.room.List(l.seat.me().Team) }

func (l *teamList) group() classroom.Group { return l.seat.room.Teams[l.seat.me().Team] }

// clamp keeps the cursor within a list that others change.
func (l *teamList) clamp() { l.cursor = max(0, min(l.cursor, len(l.list())-1)) }

// keep leaves the cursor on the threat where it was, or on the one into which that
// was folded, although others fold threats above: 1 must not choose another one.
func (l *teamList) keep(id string) {
	if i := slices.IndexFunc(l.list(), func(x classroom.Listed) bool {
		return x.ID == id || slices.ContainsFunc(x.Folded, func(c classroom.Card) bool { return c.ID == id })
	}); i >= 0 {
		l.cursor = i
	}
	l.clamp()
}

// at is the id of the threat under the cursor.
func (l *teamList) at() string {
	x, _ := l.current()
	return x.ID
}

func (l *teamList) current() (classroom.Listed, bool) {
	list := l.list()
	if l.cursor >= len(list) {
		return classroom.Listed{}, false
	}
	return list[l.cursor], true
}

func (l *teamList) change(c classroom.Change) tea.Cmd {
	c.Seat, c.Team = l.seat.id, l.seat.me().Team
	return l.seat.do(c, nil)
}

// choose changes the top three from what it is by then.
func (l *teamList) choose(to func([]string) []string) tea.Cmd {
	id, team := l.seat.id, l.seat.me().Team
	return l.seat.doWith(func(r *classroom.Room) classroom.Change {
		return classroom.Change{Kind: classroom.Topped, Seat: id, Team: team, Top: to(r.Teams[team].Top)}
	}, nil)
}

func (l *teamList) key(k string) tea.Cmd {
	l.clamp()
	x, ok := l.current()
	switch k {
	case "down", "j":
		l.cursor++
		l.clamp()
		return nil
	case "up", "k":
		l.cursor--
		l.clamp()
		return nil
	case "l":
		return l.change(classroom.Change{Kind: classroom.Lock, Off: l.group().Locked})
	}
	if !ok {
		return nil
	}
	switch k {
	case "1", "2", "3":
		return l.choose(func(top []string) []string { return place(top, x.ID, int(k[0]-'1')) })
	case "0", "backspace", "delete":
		return l.choose(func(top []string) []string {
			return slices.DeleteFunc(slices.Clone(top), func(id string) bool { return id == x.ID })
		})
	case "m":
		if l.merging = x.ID; len(l.list()) < 2 {
			l.merging = ""
		}
	case "u":
		if n := len(x.Folded); n > 0 {
			return l.change(classroom.Change{Kind: classroom.Fold, Threat: x.Folded[n-1].ID})
		}
	case "enter":
		if from := l.merging; from != "" {
			l.merging = ""
			return l.change(classroom.Change{Kind: classroom.Fold, Threat: from, Into: x.ID})
		}
	}
	return nil
}

// place gives a threat its place among three; what is there moves on.
func place(top []string, id string, at int) []string {
	out := slices.DeleteFunc(slices.Clone(top), func(o string) bool { return o == id })
	out = slices.Insert(out, min(at, len(out)), id)
	return out[:min(len(out), classroom.MaxTop)]
}

func (l *teamList) help() []key.Binding {
	if l.merging != "" {
		return []key.Binding{bind("enter", "they are the same"), bind("↑↓", "choose"), bind("esc", "no")}
	}
	switch {
	case l.group().Locked && l.seat.room.Phase.From(classroom.Locked):
		return []key.Binding{bind("↑↓", "look")}
	case l.group().Locked:
		return []key.Binding{bind("↑↓", "look"), bind("l", "open again")}
	case l.seat.at == classroom.Gather:
		return []key.Binding{bind("↑↓", "choose"), bind("m", "same as…"), bind("u", "take out again")}
	}
	return []key.Binding{bind("1 2 3", "its place"), bind("0", "none"), bind("l", "lock"), bind("m", "same as…"), bind("↑↓", "choose")}
}

func (l *teamList) name(seat string) string {
	s, _ := l.seat.room.Seat(seat)
	return exercises.Isolate(s.Name)
}

func (l *teamList) view(width, rows int) []string {
	st := l.seat.o.Dress.Styles
	g, list := l.group(), l.list()
	w := min(width-4, 112)
	head := rendered(st.Quiet, "  ", stageOf(l.seat.at).people, w+2)
	switch {
	case g.Locked:
		head = append(head, "  "+st.Good.Render("✓ locked")+st.Quiet.Render("  "+l.others()))
	case l.merging != "":
		head = append(head, rendered(st.Warn, "  ", "Which one says the same? Go to it and press enter.", w+2)...)
	default:
		line := plural(len(list), "threat", "threats") + "."
		if l.seat.at != classroom.Gather || len(g.Top) > 0 {
			line = fmt.Sprintf("%s, %d of %d chosen. %s", plural(len(list), "threat", "threats"), len(g.Top), classroom.MaxTop, l.others())
		}
		head = append(head, "  "+st.Quiet.Render(line))
	}
	head = append(head, "")
	if len(list) == 0 {
		return append(head, rendered(st.Text, "  ", "Nobody in your team has written anything yet. ctrl+o goes to your cards.", w)...)
	}
	l.clamp()
	var lines []string
	var first, last int
	for i, x := range list {
		if i == l.cursor {
			first = len(lines)
		}
		lines = append(lines, l.row(i, x, g, w)...)
		if i == l.cursor {
			last = len(lines) - 1
		}
	}
	return append(head, window(lines, max(3, rows-len(head)), first, last, &l.off)...)
}

// others says how far the rest of the class is.
func (l *teamList) others() string {
	if !l.seat.room.Phase.From(classroom.Choose) {
		return ""
	}
	n, all := l.seat.room.LockedTeams()
	return fmt.Sprintf("%d of %d teams have locked.", n, all)
}

func (l *teamList) row(i int, x classroom.Listed, g classroom.Group, w int) []string {
	st := l.seat.o.Dress.Styles
	text, lead := st.Text, "  "
	if i == l.cursor {
		text, lead = st.Accent, st.Accent.Render("▸ ")
	}
	if x.ID == l.merging {
		lead = st.Warn.Render("+ ")
	}
	mark := "    "
	if at := slices.Index(g.Top, x.ID); at >= 0 {
		mark = st.Selected.Render(fmt.Sprintf("[%d]", at+1)) + " "
	}
	words := wrap(exercises.Isolate(exercises.CleanLine(x.Text)), w-6)
	if i != l.cursor && len(words) > 1 {
		words = []string{fit(words[0]+" …", w-6)}
	}
	var out []string
	for j, l := range words {
		if j > 0 {
			lead, mark = "  ", "    "
		}
		out = append(out, lead+mark+text.Render(l))
	}
	if i != l.cursor {
		if n := len(x.Folded); n > 0 {
			out[0] += st.Quiet.Render(fmt.Sprintf("  +%d", n))
		}
		return out
	}
	by := []string{l.name(x.Seat)}
	if p := placeName(l.seat.o.Work.Paper().System, x.Place); p != "" {
		by = append(by, p)
	}
	if x.Severity != "" {
		by = append(by, x.Severity)
	}
	line := "      "
	if x.Letter != "" {
		line += st.Letter(x.Letter).Render(x.Letter) + st.Quiet.Render(" · ")
	}
	out = append(out, line+st.Quiet.Render(strings.Join(by, " · ")))
	for _, f := range x.Folded {
		out = append(out, hangIn(st.Quiet.Render, "      ", "+ ", exercises.Isolate(exercises.CleanLine(f.Text)), w)...)
	}
	if len(x.Folded) > 0 && !g.Locked {
		out = append(out, "      "+st.Quiet.Render("u takes the last one out again"))
	}
	return out
}

func hangIn(style func(...string) string, margin, mark, s string, w int) []string {
	var out []string
	for i, l := range wrap(s, w-len(margin)-len(mark)) {
		lead := strings.Repeat(" ", len(mark))
		if i == 0 {
			lead = mark
		}
		out = append(out, margin+style(lead+l))
	}
	return out
}

package faces

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course/classroom"
	"edu/threatlings/course/tui"
)

// A Wall is the face that a projector shows. It never shows what one person or
// one team has before all of them are revealed.
type Wall struct {
	base
	off int
}

// NewWall makes the face for a projector.
func NewWall(o Options) *Wall { return &Wall{base: newBase(o)} }

func (w *Wall) Init() tea.Cmd            { cmd, _ := w.begin(); return cmd }
func (w *Wall) SetSize(width, h int)     { w.width, w.height = width, h }
func (w *Wall) Crumb() string            { return w.o.Work.Paper().System.Title }
func (w *Wall) Status() string           { return w.title() }
func (w *Wall) Back() bool               { return false }
func (w *Wall) Typing() bool             { return false }
func (w *Wall) Flush() error             { w.close(); return nil }
func (w *Wall) Restyle(d tui.Dress)      { w.o.Dress = d }
func (w *Wall) Help() []key.Binding      { return []key.Binding{bind("↑↓", "scroll")} }
func (b *base) moved(r *classroom.Room)  { b.room = r }
func (b *base) people() (here, away int) { return count(b.room) }

func count(r *classroom.Room) (here, away int) {
	for _, s := range r.Seats {
		switch {
		case s.Removed:
		case s.Here:
			here++
		default:
			away++
		}
	}
	return here, away
}

// Update takes a message.
func (w *Wall) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case roomMsg:
		if msg.room.Phase != w.room.Phase {
			w.off = 0
		}
		w.moved(msg.room)
		return w.look()
	case tickMsg:
		return w.tick()
	case tea.MouseMsg:
		if k, ok := wheel(msg); ok {
			return w.Update(k)
		}
	case tea.KeyMsg:
		switch msg.String() {
		case "down", "j", "pgdown", " ":
			w.off += 3
		case "up", "k", "pgup":
			w.off = max(0, w.off-3)
		}
	}
	return nil
}

// View draws the wall.
func (w *Wall) View() string {
	st := w.o.Dress.Styles
	stg := stageOf(w.room.Phase)
	width := w.width - 8
	var lines []string
	center := func(s string) string {
		return strings.Repeat(" ", max(0, (w.width-len([]rune(s)))/2)) + s
	}
	timer := func() {
		if w.room.Ends.IsZero() {
			return
		}
		left := max(0, w.room.Ends.Sub(w.o.Table.Now()).Round(time.Second))
		lines = append(lines, "")
		if left == 0 {
			lines = append(lines, st.Accent.Render(center("Time is up; take the time you need.")))
			return
		}
		for _, l := range bigType(fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60)) {
			lines = append(lines, st.Accent.Render(center(l)))
		}
	}
	here, away := w.people()
	switch p := w.room.Phase; {
	case p == classroom.Lobby:
		lines = append(lines, st.Text.Render(center("Type this into a terminal:")), "", st.Strong.Render(center(w.o.Join)), "")
		roster := w.roster(width)
		if len(lines)+6+3+len(roster) <= w.height-2 { // the line above has the code too
			for _, l := range bigType(w.room.Code) {
				lines = append(lines, st.Accent.Render(center(l)))
			}
			lines = append(lines, "")
		}
		lines = append(lines, st.Quiet.Render(center("The server says that its key is")), st.Quiet.Render(center(w.o.Fingerprint)), "")
		lines = append(lines, roster...)
	case p.From(classroom.Reveal) && p != classroom.Over:
		lines = append(lines, w.boardOf(width)...)
	case p == classroom.Over:
		lines = append(lines, "", st.Strong.Render(center("Thank you.")), "")
		if b, err := w.o.Table.Board(); err == nil {
			lines = append(lines, margin(boardView{st: st, board: b, width: width}.eyes())...)
		}
	default:
		lines = append(lines, "")
		lines = append(lines, rendered(st.Strong, "    ", stg.title, width)...)
		lines = append(lines, "")
		lines = append(lines, rendered(st.Text, "    ", stg.people, width)...)
		timer()
		lines = append(lines, "")
		if p.From(classroom.Choose) {
			n, all := w.room.LockedTeams()
			for _, l := range bigType(fmt.Sprintf("%d/%d", n, all)) {
				lines = append(lines, st.Accent.Render(center(l)))
			}
			lines = append(lines, st.Quiet.Render(center("teams have locked")), "")
		} else if n := w.room.ReadyPeople(); n > 0 {
			lines = append(lines, "    "+st.Good.Render(fmt.Sprintf("%d of %d ready", n, here)), "")
		}
		lines = append(lines, w.roster(width)...)
	}
	rows := w.height - 2
	below := len(lines) > w.off+rows
	w.off = max(0, min(w.off, len(lines)-rows))
	lines = lines[w.off:min(len(lines), w.off+rows)]
	for len(lines) < rows {
		lines = append(lines, "")
	}
	parts := []string{fmt.Sprintf("%d here", here)}
	if away > 0 {
		parts[0] += fmt.Sprintf(", %d away", away)
	}
	if below {
		parts = append([]string{"↓ more"}, parts...)
	}
	if w.room.Phase != classroom.Lobby {
		join := "to join: " + w.o.Join
		if len(strings.Join(parts, "  ·  ")+join)+4+5 > w.width {
			join = w.o.Join
		}
		parts = append(parts, join)
	}
	foot := strings.Join(parts, "  ·  ")
	lines = append(lines, "", "    "+st.Quiet.Render(foot))
	return strings.Join(lines, "\n")
}

// roster is who is in which team, and who is missing.
func (w *Wall) roster(width int) []string {
	st := w.o.Dress.Styles
	var out []string
	for i, t := range w.room.Teams {
		members := w.room.Members(i)
		if len(members) == 0 {
			continue
		}
		var parts []string
		for _, m := range members {
			n := m.Name
			if !m.Here {
				n += " (away)"
			}
			parts = append(parts, n)
		}
		mark := "  "
		if t.Locked {
			mark = "✓ "
		}
		for j, l := range wrap(strings.Join(parts, ", "), width-18) {
			name := "    " + strings.Repeat(" ", 16)
			if j == 0 {
				name = "    " + st.Strong.Render(fit(mark+t.Name, 16))
			}
			out = append(out, name+st.Text.Render(l))
		}
	}
	return out
}

func (w *Wall) boardOf(width int) []string {
	st := w.o.Dress.Styles
	b, err := w.o.Table.Board()
	if err != nil {
		return rendered(st.Text, "    ", "Nobody has written anything down.", width)
	}
	v := boardView{st: st, sys: w.o.Work.Paper().System, board: b, room: w.room, width: width, big: true, key: w.room.Phase.From(classroom.Compare), cursor: -1, picked: -1}
	draw := func() (lines []string) {
		switch {
		case w.room.Phase == classroom.Reveal:
			return v.tops()
		case v.key:
			lines = append(v.missed(classroom.Report{Board: b, System: v.sys}, false), "")
		}
		head, rows, _, _ := v.rows()
		return append(append(lines, head...), rows...)
	}
	lines := draw()
	if len(lines) > w.height-2 { // rather all of it than air between
		v.big = false
		lines = draw()
	}
	return margin(lines)
}

func margin(lines []string) []string {
	for i, l := range lines {
		if l != "" {
			lines[i] = "    " + l
		}
	}
	return lines
}

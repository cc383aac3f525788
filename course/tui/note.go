package tui

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// noteScreen takes a note on a page. What is typed is kept as a draft within
// half a second, and becomes the note when the screen is left.
type noteScreen struct {
	env   *env
	step  *course.Step
	page  int
	area  *input.Text
	saved string // the note as it is in the log
	kept  string // the draft as it is on the disk
	ahead bool   // a draft is about to be written

	drawn, of string // the screen as it was drawn last, and of what text

	leaving bool         // esc was pressed, and the note is on its way to the disk
	later   []tea.KeyMsg // keys for whatever comes after it

	mu   sync.Mutex
	gone bool // the note was taken: no draft of it is written any more
}

// keptMsg says what the draft is on the disk.
type keptMsg struct {
	n    *noteScreen
	text string
}

func (m keptMsg) to() screen { return m.n }

// noteTickMsg says that it is time to keep the draft.
type noteTickMsg struct{ n *noteScreen }

func (m noteTickMsg) to() screen { return m.n }

// noteDelay is how long after a key the draft is written.
const noteDelay = 400 * time.Millisecond

func newNote(e *env, step *course.Step, page int) *noteScreen {
	n := &noteScreen{env: e, step: step, page: page}
	n.saved = e.Session.Note(step, page)
	n.kept = n.saved
	if draft := e.Session.NoteDraft(e.ctx, step, page); draft != "" {
		n.kept = draft
	}
	n.area = input.NewText(e.theme.styles, n.kept, "What do you want to remember?")
	n.area.Focus()
	return n
}

func (n *noteScreen) Init() tea.Cmd { return nil }
func (n *noteScreen) SetSize(w, h int) {
	n.area.SetSize(min(w-2*leftMargin, measure), max(3, h-4))
}
func (n *noteScreen) Crumb() string { return "Note › " + n.step.Title }
func (n *noteScreen) Typing() bool  { return true }

// Back leaves, once what was typed is the note: the screen says so meanwhile.
func (n *noteScreen) Back() bool { return true }

// AfterBack makes the text the note and leaves then.
func (n *noteScreen) AfterBack() tea.Cmd {
	if n.leaving {
		n.later = append(n.later, tea.KeyMsg{Type: tea.KeyEsc})
		return nil
	}
	n.leaving = true
	text := n.area.Value()
	return func() tea.Msg { return takenMsg{n, n.take(text)} }
}

// takenMsg says what became of the note.
type takenMsg struct {
	n   *noteScreen
	err error
}

func (m takenMsg) to() screen { return m.n }

// taken leaves; what was typed ahead goes to the screen below.
func (n *noteScreen) taken(err error) tea.Cmd {
	later := n.later
	n.leaving, n.later = false, nil
	if err == nil {
		return func() tea.Msg { return popMsg{n, later} }
	}
	cmds := []tea.Cmd{failed(err)} // the text stands here, and the keys belong to it
	for _, k := range later {
		cmds = append(cmds, n.Update(k))
	}
	return tea.Batch(cmds...)
}

func (n *noteScreen) Status() string {
	if n.leaving || n.area.Value() != n.kept {
		return "saving"
	}
	return "saved"
}
func (n *noteScreen) Help() []key.Binding { return noteKeys }

var noteKeys = []key.Binding{as(keys.back, "esc", "done"), as(keys.enter, "enter", "new line")}

func (n *noteScreen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case noteTickMsg:
		n.ahead = false
		return n.keep()
	case keptMsg:
		n.kept = m.text
		return nil
	case takenMsg:
		return n.taken(m.err)
	case tea.KeyMsg:
		if n.leaving {
			n.later = append(n.later, m)
			return nil
		}
	}
	before := n.area.Value()
	cmd := n.area.Update(msg)
	if n.area.Value() != before && !n.ahead {
		n.ahead = true
		n.mu.Lock()
		n.gone = false // leaving failed elsewhere, and the person goes on writing
		n.mu.Unlock()
		return tea.Batch(cmd, n.env.After(noteDelay, noteTickMsg{n}))
	}
	return cmd
}

// keep writes the draft.
func (n *noteScreen) keep() tea.Cmd {
	text := n.area.Value()
	return func() tea.Msg {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.gone {
			return nil
		}
		if err := n.env.Session.SaveNoteDraft(n.env.ctx, n.step, n.page, text); err != nil {
			return failed(err)()
		}
		return keptMsg{n, text}
	}
}

// Flush makes the text the note.
func (n *noteScreen) Flush() error { return n.take(n.area.Value()) }

func (n *noteScreen) take(text string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	text = strings.TrimSpace(text)
	if text != n.saved {
		if err := n.env.Session.SetNote(n.env.ctx, n.step, n.page, text); err != nil {
			return err
		}
		n.saved = text
	}
	if err := n.env.Session.DropNoteDraft(n.env.ctx, n.step, n.page); err != nil {
		return err
	}
	n.gone = true
	return nil
}

func (n *noteScreen) View() string {
	text := n.area.View()
	if text == n.of && n.drawn != "" {
		return n.drawn
	}
	margin := strings.Repeat(" ", leftMargin)
	n.of = text
	n.drawn = margin + n.env.theme.styles.Quiet.Render("Yours alone. It lands in your notebook; an empty note is taken away.") +
		"\n\n" + margin + strings.ReplaceAll(text, "\n", "\n"+margin)
	return n.drawn
}

var errReadOnlyNote = errors.New("nothing can be noted: progress is open for reading only")

// studyKey handles what works on every page of a lesson: the letters where
// nothing is typed, the function keys everywhere.
func (l *lesson) studyKey(k tea.KeyMsg) (tea.Cmd, bool) {
	if l.Typing() && len(k.Runes) > 0 {
		return nil, false
	}
	readOnly, _ := l.env.Session.ReadOnly()
	switch {
	case key.Matches(k, keys.glossary):
		return push(newGlossary(l.env, l.text(), "")), true
	case key.Matches(k, keys.search):
		return push(newSearch(l.env)), true
	case key.Matches(k, keys.bookmark, keys.note) && l.step.Sitting != nil:
		return note("Bookmarks and notes belong to a lesson: a page of the refresher is another one tomorrow."), true
	case key.Matches(k, keys.bookmark, keys.note) && readOnly:
		return failed(errReadOnlyNote), true
	case key.Matches(k, keys.bookmark):
		on := !l.env.Session.Bookmarked(l.step, l.page)
		step, page := l.step, l.page
		return func() tea.Msg {
			if err := l.env.Session.Bookmark(l.env.ctx, step, page, on); err != nil {
				return noteMsg{exercises.CleanLine(err.Error())}
			}
			if on {
				return noteMsg{"Bookmarked. Your notebook lists it."}
			}
			return noteMsg{"The bookmark is gone."}
		}, true
	case key.Matches(k, keys.note):
		if err := l.Flush(); err != nil {
			return failed(err), true
		}
		return push(newNote(l.env, l.step, l.page)), true
	}
	return nil, false
}

// text is what the page says, for the glossary.
func (l *lesson) text() string {
	p := l.step.Pages[l.page]
	if p.Item == nil {
		return l.md
	}
	if l.ex != nil && l.ex.ex != nil {
		return l.ex.ex.About().Prompt
	}
	return ""
}

// Package input is the contract of a kind's two faces: a full-screen component
// and a line-by-line conversation. Both only collect an answer; grading and
// saving belong to the course.
package input

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"edu/threatlings/exercises"
)

// A Kind is everything that the program knows of a kind of exercise.
type Kind struct {
	Name string // as in the fence: ```exercise NAME
	// Decode makes the exercise; its faults are *exercises.Fault, joined.
	Decode func(exercises.Source) (exercises.Exercise, error)
	// Screen makes the full-screen face of an exercise that Decode made.
	Screen func(exercises.Exercise, Options) Screen
	// Ask is the line-by-line face. It starts from draft, keeps every line that
	// was entered with p.Keep, and returns the answer, or ErrLeave.
	Ask func(ctx context.Context, ex exercises.Exercise, p *Prompter, draft exercises.Answer) (exercises.Answer, error)
	// Whole is set when the screen shows the prompt itself and uses the whole
	// height that SetSize gives (a workspace). Otherwise the prompt is drawn
	// above it and stays there, as far as there is room.
	Whole bool
}

// Options is what a screen is made from.
type Options struct {
	Styles *Styles
	Draft  exercises.Answer // where the learner was; empty at first
	// Again says that Draft was judged, and that the learner wants to do better.
	Again bool
	// Markdown renders text to a width; the result is cached and shared.
	Markdown func(md string, width int) string
}

// A Screen is the full-screen face of one exercise.
//
// It receives key, mouse and its own messages in Update and changes itself
// (pointer receiver). Mouse messages arrive with coordinates relative to its own top
// left corner. It sends Submit (see SubmitCmd) when the learner hands in.
type Screen interface {
	Init() tea.Cmd
	Update(tea.Msg) tea.Cmd
	// SetSize gives the columns there are, and the rows that are worth filling: those
	// that the prompt leaves, which may be few. It is called before the first View and
	// at every change of size.
	SetSize(width, height int)
	// View draws all of it, no line wider than the width. Unless the kind is
	// Whole it may be taller than the height: it is scrolled so that Focus stays in sight.
	View() string
	// Focus is the first and the last line of View that must stay in sight.
	Focus() (first, last int)
	// Answer is the answer so far: saved as a draft, submitted when handed in.
	Answer() exercises.Answer
	// Help lists the keys that work now, most useful first.
	Help() []key.Binding
	// Back is asked when esc is pressed: true means that it was used here
	// (a popup closed) and the screen stays.
	Back() bool
}

// A Pager is a Screen in which something can be opened to be read. SetSize gives it
// all rows there are, for what it opens may take the place of the prompt.
type Pager interface {
	Screen
	// Paging reports whether pgup and pgdown belong to what is open, and not to the prompt.
	Paging() bool
}

// Submit is the message with which a screen hands its Answer in.
type Submit struct{}

// SubmitCmd sends Submit.
func SubmitCmd() tea.Msg { return Submit{} }

// Styles are the looks that a screen may use; it makes none of its own, so that
// every theme holds everywhere. Nothing may be said by colour alone.
type Styles struct {
	Text       lipgloss.Style // ordinary text
	Quiet      lipgloss.Style // labels, secondary text; still 4.5:1
	Strong     lipgloss.Style // bold
	Accent     lipgloss.Style // what is active: the cursor's row, the focused frame's title
	Selected   lipgloss.Style // a chip or button that is chosen (reversed or boxed)
	Good       lipgloss.Style // a right answer
	Bad        lipgloss.Style // a wrong one
	Warn       lipgloss.Style // partly, a question
	Frame      lipgloss.Style // colour of a border
	FrameFocus lipgloss.Style // colour of the border that has the focus
	// Letter is the style of a STRIDE letter ("S" … "E"), used for nothing else.
	Letter func(letter string) lipgloss.Style

	areas areas
}

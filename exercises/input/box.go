package input

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// A Box is a framed field for free text with a button under it: tab goes
// between them, so that enter is a new line in the one and done in the other.
type Box struct {
	Text     *Text
	Button   string // what the button says, such as "Hand in"
	styles   *Styles
	width    int
	onButton bool
}

// NewBox makes a box. Focus it before use.
func NewBox(s *Styles, value, placeholder, button string) *Box {
	return &Box{Text: NewText(s, value, placeholder), Button: button, styles: s}
}

// SetSize gives the columns of the frame and the lines inside it.
func (b *Box) SetSize(width, lines int) {
	b.width = width
	b.Text.SetSize(width-4, lines)
}

// Focus puts the cursor into the text.
func (b *Box) Focus() tea.Cmd {
	b.onButton = false
	return b.Text.Focus()
}

// Update handles a message; done means that the button was pressed, or ctrl+s.
func (b *Box) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, b.Text.Update(msg)
	}
	switch s := k.String(); {
	case s == "ctrl+s":
		return true, nil
	case s == "tab" || s == "shift+tab":
		if b.onButton {
			return false, b.Focus()
		}
		b.onButton = true
		b.Text.Blur()
	case b.onButton && (s == "enter" || s == " "):
		return true, nil
	case b.onButton && s == "up":
		return false, b.Focus()
	case b.onButton && (k.Type == tea.KeyRunes || s == "backspace"): // somebody writes on
		b.Focus()
		return false, b.Text.Update(msg)
	case b.onButton:
	case s == "ctrl+x":
		b.Text.DropRest()
	default:
		return false, b.Text.Update(msg)
	}
	return false, nil
}

// Help lists the keys that work now.
func (b *Box) Help() []key.Binding {
	bind := func(k, what string) key.Binding { return key.NewBinding(key.WithKeys(k), key.WithHelp(k, what)) }
	if b.onButton {
		return []key.Binding{bind("enter", strings.ToLower(b.Button)), bind("tab", "write on")}
	}
	return []key.Binding{bind("tab", "done writing")}
}

// Shown are the lines of Lines that must be in sight: the field while somebody
// writes, for the button can wait.
func (b *Box) Shown(lines []string) (first, last int) {
	if b.onButton {
		return 0, len(lines) - 1
	}
	return 0, len(lines) - 3
}

// Lines draws the frame, the field and the button.
func (b *Box) Lines() []string {
	st := b.styles
	frame := st.FrameFocus
	if b.onButton {
		frame = st.Frame
	}
	lines := b.Text.Framed(frame, b.width)
	button := "[ " + b.Button + " ]"
	if b.onButton {
		return append(lines, "", st.Accent.Render("▸ ")+st.Selected.Render(button))
	}
	return append(lines, "", "  "+st.Quiet.Render(button))
}

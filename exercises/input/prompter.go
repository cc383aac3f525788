package input

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises"
)

// ErrLeave says that the learner left (q, or the end of the input). What was
// entered has been kept.
var ErrLeave = errors.New("left")

// lineWidth is the column at which the line mode wraps.
const lineWidth = 76

// A Prompter is one conversation by lines: it prints whole new lines, never moves
// the cursor, and never writes a control, box-drawing, braille or emoji character.
type Prompter struct {
	in  *bufio.Reader
	out io.Writer

	// Commands are the one-word inputs that work at every question, beside
	// numbers and text. Running one prints something and asks again, unless it
	// returns an error, which ends the conversation.
	Commands []Command
	// Keep is called with the draft after every line that changed it.
	Keep func(draft exercises.Answer)

	err error // first error of the writer
}

// A Command is a one-word input such as "h".
type Command struct {
	Word string // what is typed
	Help string // one line: "h gives a hint"
	Run  func() error
}

// NewPrompter makes a Prompter. Nothing is read or written yet.
func NewPrompter(in io.Reader, out io.Writer) *Prompter {
	return &Prompter{in: bufio.NewReader(in), out: out, Keep: func(exercises.Answer) {}}
}

// Err is the first error met while writing.
func (p *Prompter) Err() error { return p.err }

// Say prints text, wrapped, as whole lines. Markdown emphasis is left out.
func (p *Prompter) Say(format string, args ...any) {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	p.write(ansi.Wordwrap(PlainText(text), lineWidth, " "))
}

func (p *Prompter) write(text string) {
	if _, err := io.WriteString(p.out, strings.TrimRight(text, "\n")+"\n"); err != nil && p.err == nil {
		p.err = fmt.Errorf("writing to the terminal: %w", err)
	}
}

// Line asks for one line of text. An empty line is returned as "".
func (p *Prompter) Line(question string) (string, error) {
	for {
		if question != "" {
			p.Say("%s", question)
		}
		if _, err := io.WriteString(p.out, "> "); err != nil && p.err == nil {
			p.err = fmt.Errorf("writing to the terminal: %w", err)
		}
		if p.err != nil {
			return "", p.err
		}
		line, err := p.in.ReadString('\n')
		if err != nil && line == "" {
			p.write("")
			if errors.Is(err, io.EOF) {
				return "", ErrLeave
			}
			return "", fmt.Errorf("reading your input: %w", err)
		}
		line = strings.TrimSpace(exercises.Clean(line))
		cmd, ok := p.command(line)
		if !ok {
			return line, nil
		}
		if err := cmd.Run(); err != nil {
			return "", err
		}
	}
}

func (p *Prompter) command(line string) (Command, bool) {
	for _, c := range p.Commands {
		if strings.EqualFold(line, c.Word) {
			return c, true
		}
	}
	return Command{}, false
}

// Choose asks for one of the numbered options and returns its index. The
// options are printed one a line.
func (p *Prompter) Choose(question string, options []string) (int, error) {
	p.list(question, options)
	for {
		line, err := p.Line("")
		if err != nil {
			return 0, err
		}
		nums, bad := numbers(line, len(options))
		if bad == "" && len(nums) == 1 {
			return nums[0], nil
		}
		p.Say("Type one number from 1 to %d.", len(options))
	}
}

// ChooseSeveral asks for any of the numbered options and returns their
// indexes in the order typed. none allows an empty answer.
func (p *Prompter) ChooseSeveral(question string, options []string, none bool) ([]int, error) {
	p.list(question, options)
	for {
		line, err := p.Line("")
		if err != nil {
			return nil, err
		}
		nums, bad := numbers(line, len(options))
		switch {
		case bad != "":
			p.Say("%q is not a number from 1 to %d. Type the numbers with blanks between them, such as: 1 3", bad, len(options))
		case len(nums) == 0 && !none:
			p.Say("Type at least one number from 1 to %d.", len(options))
		default:
			return nums, nil
		}
	}
}

func (p *Prompter) list(question string, options []string) {
	p.Say("%s", question)
	for i, o := range options {
		p.write(ansi.Wordwrap(fmt.Sprintf("  %d. %s", i+1, PlainText(o)), lineWidth, " "))
	}
}

// numbers reads the distinct option numbers of a line as indexes, and the first word that is none.
func numbers(line string, n int) (out []int, bad string) {
	seen := map[int]bool{}
	for _, w := range strings.FieldsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) {
		k, err := strconv.Atoi(strings.TrimSuffix(w, "."))
		if err != nil || k < 1 || k > n {
			return nil, w
		}
		if !seen[k] {
			seen[k] = true
			out = append(out, k-1)
		}
	}
	return out, ""
}

// PlainText makes text fit for the line mode: Markdown emphasis goes, and
// every character that a screen reader stumbles over (boxes, arrows, braille,
// emoji, circled digits, control characters) becomes plain words or nothing.
func PlainText(s string) string {
	s = plainReplacer.Replace(exercises.Clean(s))
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0x2460 && r <= 0x2468: // ① … ⑨
			return '1' + (r - 0x2460)
		case r >= 0x2190 && r <= 0x2bff, r >= 0x1f000 && r <= 0x1faff, r == 0xfe0f, r == 0x200d:
			return -1
		}
		return r
	}, s)
}

var plainReplacer = strings.NewReplacer(
	"**", "", "`", "", " ↔ ", " to and from ", " → ", " to ", "→", " to ", " × ", " by ", "✓", "yes", "✗", "no", "•", "-", "▸", "-",
	"“", `"`, "”", `"`, "‘", "'", "’", "'", "…", "...",
)

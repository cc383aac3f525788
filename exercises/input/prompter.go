package input

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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

	// Commands are the inputs that work at every question, beside numbers and
	// text. Running one prints something and asks again, unless it returns an
	// error, which ends the conversation.
	Commands []Command
	// Keep is called with the draft after every line that changed it.
	Keep func(draft exercises.Answer)

	inside bool  // a command is running, and what it asks can be closed
	lines  int   // how many were written
	err    error // first error of the writer
}

// A Command is a one-word input such as "h".
type Command struct {
	Word string   // what is typed
	Also []string // other words for it
	Help string   // one line: "h gives a hint"
	Run  func() error
	// With runs the command when text follows the word on the same line; nil
	// where such a line is an answer.
	With func(text string) error
}

// closed ends what a running command asks: the learner typed another command.
type closed struct{ by func() error }

func (*closed) Error() string { return "closed by another command" }

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
	p.write(wrap(PlainText(text)))
}

// wrap breaks lines at blanks and never behind a hyphen: "e-" at the end of a
// line is read as a word.
func wrap(text string) string {
	const hyphen, unbroken = "-", "\u2011"
	return strings.ReplaceAll(ansi.Wordwrap(strings.ReplaceAll(text, hyphen, unbroken), lineWidth, " "), unbroken, hyphen)
}

func (p *Prompter) write(text string) {
	text = strings.TrimRight(text, "\n") + "\n"
	p.lines += strings.Count(text, "\n")
	if _, err := io.WriteString(p.out, text); err != nil && p.err == nil {
		p.err = fmt.Errorf("writing to the terminal: %w", err)
	}
}

// Line asks for one line of text. An empty line is returned as "".
func (p *Prompter) Line(question string) (string, error) {
	say := func() {
		if question != "" {
			p.Say("%s", question)
		}
	}
	say()
	return p.line(func(bool) { say() }, nil)
}

// line reads one line. A command is run, and then again repeats the question;
// long says that what the command printed has carried it out of sight. An
// answer, when own says that it is one, goes before a command of the same name.
func (p *Prompter) line(again func(long bool), own func(string) bool) (string, error) {
	for {
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
		run := p.command(line)
		if p.inside && (strings.EqualFold(line, "b") || strings.EqualFold(line, "back")) {
			run = func() error { return nil } // back only closes what is open
		}
		if run == nil || own != nil && own(line) {
			return line, nil
		}
		if p.inside { // menus do not nest: the new one closes this one
			return "", &closed{run}
		}
		before := p.lines
		if err := p.run(run); err != nil {
			return "", err
		}
		again(p.lines-before > longOutput)
	}
}

// longOutput is how many lines of a command's output carry a question out of sight.
const longOutput = 8

// run runs a command, and the one that closes it.
func (p *Prompter) run(cmd func() error) error {
	defer func() { p.inside = false }()
	for {
		p.inside = true
		err := cmd()
		var c *closed
		if !errors.As(err, &c) {
			return err
		}
		cmd = c.by
	}
}

// command is what a line runs; nil when it is an answer.
func (p *Prompter) command(line string) func() error {
	for _, c := range p.Commands {
		for _, w := range append([]string{c.Word}, c.Also...) {
			if strings.EqualFold(line, w) {
				return c.Run
			}
		}
		word, text, ok := strings.Cut(line, " ")
		if ok && c.With != nil && strings.EqualFold(word, c.Word) {
			return func() error { return c.With(strings.TrimSpace(text)) }
		}
	}
	return nil
}

// Enter waits for enter. Anything else is no answer to it and turns no page.
func (p *Prompter) Enter(question string, others ...string) (string, error) {
	for {
		line, err := p.Line(question)
		if err != nil || line == "" {
			return "", err
		}
		for _, o := range others {
			if strings.EqualFold(line, o) {
				return o, nil
			}
		}
		p.Say("Nothing is asked here, so what you typed is not kept. ? says what can be typed.")
	}
}

// Text asks for text in the learner's own words. A line of fewer than least
// letters, or a lone number, is rather a slip of the finger: it counts only
// when it is typed a second time.
func (p *Prompter) Text(question string, least int) (string, error) {
	line, err := p.Line(question)
	for err == nil && slip(line, least) {
		var second string
		p.Say("Is %q your answer? Type it once more to keep it, or write what you mean.", line)
		if second, err = p.Line(question); second == line {
			break
		}
		line = second
	}
	return line, err
}

func slip(line string, least int) bool {
	_, err := strconv.Atoi(line)
	return line != "" && (err == nil || utf8.RuneCountInString(line) < least)
}

// Choose asks for one of the numbered options and returns its index. The
// options are printed one a line. An unmistakable beginning of an option does too.
func (p *Prompter) Choose(question string, options []string) (int, error) {
	i, _, err := p.choose(question, options, nil, false)
	return i, err
}

// ChooseOr is Choose where enter alone leaves; ok is false then.
func (p *Prompter) ChooseOr(question string, options []string) (i int, ok bool, err error) {
	return p.choose(question, options, nil, true)
}

// ChooseLetter is Choose for options with a letter each, which may be typed as
// well, and goes before a command of the same letter.
func (p *Prompter) ChooseLetter(question string, options, letters []string) (int, error) {
	i, _, err := p.choose(question, options, letters, false)
	return i, err
}

func (p *Prompter) choose(question string, options, letters []string, leaves bool) (int, bool, error) {
	p.list(question, options)
	i, ok, err := p.Pick(options, letters, leaves, func(long bool) {
		if long {
			p.list(question, options)
		} else {
			p.Say("%s", question)
		}
	})
	return i, ok, err
}

// Pick reads which of some options is meant, which the caller has printed with
// their numbers: by number, by its letter where it has one, or by an
// unmistakable beginning. again repeats the question after a command, whole
// when it is out of sight. Where enter leaves, ok is false for it.
func (p *Prompter) Pick(options, letters []string, leaves bool, again func(long bool)) (i int, ok bool, err error) {
	own := func(line string) bool { return index(letters, line) >= 0 }
	for {
		line, err := p.line(again, own)
		if err != nil {
			return 0, false, err
		}
		if line == "" && leaves {
			return 0, false, nil
		}
		if i := meant(line, options, letters); i >= 0 {
			return i, true, nil
		}
		p.Say("Type one number from 1 to %d, or how your choice begins.", len(options))
	}
}

// meant is the index of the option that a line names; -1 for none.
func meant(line string, options, letters []string) int {
	nums, bad := numbers(line, len(options))
	if bad == "" && len(nums) == 1 {
		return nums[0]
	}
	if i := index(letters, line); i >= 0 || line == "" {
		return i
	}
	if i := index(options, line); i >= 0 {
		return i
	}
	found := -1
	for i, o := range options {
		if n := len(line); len(o) >= n && strings.EqualFold(o[:n], line) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

func index(words []string, line string) int {
	return slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, line) })
}

// ChooseSeveral asks for any of the numbered options and returns their
// indexes in the order typed. none allows an empty answer, but not right after
// a line that could not be read: that one was meant to say something.
func (p *Prompter) ChooseSeveral(question string, options []string, none bool) ([]int, error) {
	p.list(question, options)
	again := func(long bool) {
		if long {
			p.list(question, options)
		} else {
			p.Say("%s", question)
		}
	}
	mistaken := false
	for {
		line, err := p.line(again, nil)
		if err != nil {
			return nil, err
		}
		nums, bad := numbers(line, len(options))
		if bad != "" {
			if i := meant(line, options, nil); i >= 0 {
				nums, bad = []int{i}, ""
			}
		}
		switch {
		case bad != "":
			mistaken = true
			p.Say("%q is not a number from 1 to %d. Type the numbers with blanks between them, such as: 1 3", bad, len(options))
		case len(nums) == 0 && mistaken:
			mistaken = false
			p.Say("%s", question)
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
		p.write(wrap(fmt.Sprintf("  %d. %s", i+1, PlainText(o))))
	}
}

// numbers reads the distinct option numbers of a line as indexes, and the first
// word that is none. Where one digit is enough for every option, several may
// stand together, such as 2431.
func numbers(line string, n int) (out []int, bad string) {
	seen := map[int]bool{}
	for _, w := range strings.FieldsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) {
		each := []string{strings.TrimSuffix(w, ".")}
		if n < 10 && len(w) > 1 && strings.Trim(w, "0123456789") == "" {
			each = strings.Split(w, "")
		}
		for _, d := range each {
			k, err := strconv.Atoi(d)
			if err != nil || k < 1 || k > n {
				return nil, w
			}
			if !seen[k] {
				seen[k] = true
				out = append(out, k-1)
			}
		}
	}
	return out, ""
}

// PlainText makes text fit for the line mode: Markdown emphasis goes, and
// every character that a screen reader stumbles over (boxes, arrows, braille,
// emoji, circled digits, control characters) becomes plain words or nothing.
func PlainText(s string) string {
	s = exercises.Clean(s)
	for line := range strings.Lines(s) {
		if steps.MatchString(line) && strings.Count(line, "→") > 1 {
			s = strings.Replace(s, line, steps.ReplaceAllString(line, ", then "), 1)
		}
	}
	s = emphasis.ReplaceAllString(plainReplacer.Replace(s), "$1$2$3")
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

var (
	// steps are the arrows between more than two things: one behind the other.
	steps = regexp.MustCompile(` *→ *`)
	// emphasis is the single star, not one between numbers or words.
	emphasis = regexp.MustCompile(`(^|[^\pL\pN*])\*([^*\s](?:[^*\n]*[^*\s])?)\*($|[^\pL\pN*])`)
)

var plainReplacer = strings.NewReplacer(
	"**", "", "`", "", " ↔ ", " to and from ", " → ", " to ", "→", " to ", " × ", " by ", " · ", ", ", "✓", "yes", "✗", "no", "•", "-", "▸", "-",
	"“", `"`, "”", `"`, "‘", "'", "’", "'", "…", "...",
)

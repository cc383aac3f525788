package tui

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/input"
)

// result shows how an answer was judged: first how it went, then why, item by
// item, then what else belongs to it, one tab each. Where there are many details,
// an item opens with enter. When the grader has a question, it is asked here, in place; and
// here the learner may disagree with it.
type result struct {
	env    *env
	x      *exercise
	res    exercises.Result
	answer exercises.Answer

	width, height int
	tab, off      int
	tabs          []tab
	chosen        int   // index of the item that the keys are on, where items have details
	open          bool  // its details are shown
	how           bool  // and with them how the words were read
	starts        []int // the first line of each item
	asking        int   // index of the item with a question, -1 for none
	disputing     bool  // the field takes why the learner disagrees with the chosen item
	disputed      int   // the item that was disagreed about last
	field         textinput.Model
	sent          bool
}

type tab struct {
	title string
	lines []string
}

// replyMsg hands an answer in again, with the reply to the grader's question.
type replyMsg struct {
	x      *exercise
	answer exercises.Answer
}

func (m replyMsg) to() screen { return m.x.lesson }

func newResult(e *env, x *exercise, res exercises.Result, a exercises.Answer, begun course.Remark) *result {
	r := &result{env: e, x: x, res: res, answer: a, asking: -1}
	r.open = r.folds()
	if _, ok := x.ex.(exercises.Replier); ok {
		for i, it := range res.Items {
			if it.Question != "" {
				r.asking = i
				break
			}
		}
	}
	r.field = newField(e, 2000)
	r.field.Placeholder = "answer in a few words"
	switch {
	case begun.Disputes && r.disputable() && begun.Item < len(res.Items) && begun.Text != "":
		r.chosen = begun.Item
		r.dispute()
		r.field.SetValue(begun.Text)
	case r.asking >= 0:
		r.field.Focus()
		if !begun.Disputes && begun.Item == r.asking {
			r.field.SetValue(begun.Text)
		}
	}
	return r
}

// remark is what is being said about the result, and not sent yet.
func (r *result) remark() course.Remark {
	switch {
	case r.asking >= 0:
		return course.Remark{Item: r.asking, Text: r.field.Value()}
	case r.field.Value() != "":
		return course.Remark{Item: r.disputed, Disputes: true, Text: r.field.Value()}
	}
	return course.Remark{}
}

// dispute opens the field for why the learner disagrees with the chosen item. What
// was begun about it before stands there again.
func (r *result) dispute() tea.Cmd {
	if r.disputed != r.chosen {
		r.field.SetValue("")
	}
	r.disputing, r.disputed = true, r.chosen
	r.field.Placeholder = "what did the grader miss?"
	r.scroll(0)
	return r.field.Focus()
}

func (r *result) Init() tea.Cmd {
	if r.asking >= 0 && !r.env.Settings.NoMotion {
		return textinput.Blink
	}
	return nil
}

func (r *result) typing() bool { return r.asking >= 0 || r.disputing }

// folds reports whether items open and close: those that can be disputed have many
// details. Where there is a line or two, it is shown with the item.
func (r *result) folds() bool {
	_, ok := r.x.ex.(exercises.Disputer)
	return ok && slices.ContainsFunc(r.res.Items, func(it exercises.Item) bool { return len(it.Details) > 0 })
}

// disputable reports whether the learner may disagree with the chosen item now.
func (r *result) disputable() bool {
	return r.tab == 0 && r.folds() && r.asking < 0 && r.res.Outcome != exercises.Asked
}

// closes closes what is open before the screen is left.
func (r *result) closes() bool {
	if r.disputing {
		r.disputing = false
		r.field.Blur()
		return true
	}
	return false
}

// unsent gives the reply back to the learner: it was not recorded.
func (r *result) unsent() { r.sent = false }

func (r *result) SetSize(w, h int) {
	r.width, r.height = w, h
	r.field.Width = max(10, w-6)
	r.tabs = []tab{{"Result", r.main()}}
	for _, s := range r.res.More {
		var lines []string
		for _, b := range s.Bars {
			if b.Label == "" {
				lines = append(lines, "")
				continue
			}
			lines = append(lines, r.bar(b, 36))
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		text := r.env.Pages.render(s.Text, w, r.env.theme)
		r.tabs = append(r.tabs, tab{exercises.CleanLine(s.Title), append(lines, strings.Split(text, "\n")...)})
	}
	r.tab = min(r.tab, len(r.tabs)-1)
	switch {
	case r.asking >= 0: // what is asked about
		r.choose(r.asking, r.open)
	case r.disputing:
		r.choose(r.chosen, r.open)
	case r.open && r.chosen == 0 && r.overflows(): // first what became of every card
		r.choose(0, false)
	default:
		r.scroll(0)
	}
}

func (r *result) Help() []key.Binding {
	if r.asking >= 0 {
		return []key.Binding{as(keys.enter, "enter", "answer"), as(keys.up, "↑↓", "scroll"), as(keys.skip, "ctrl+n", "later")}
	}
	if r.disputing {
		return []key.Binding{as(keys.enter, "enter", "keep it")}
	}
	if r.tab == 0 && r.folds() {
		h := []key.Binding{as(keys.enter, "enter", "why")}
		if len(r.tabs) > 1 {
			h = append(h, as(keys.tab, "tab", "more"))
		}
		h = append(h, keys.again)
		if r.disputable() {
			h = append(h, keys.disagree)
		}
		return append(h, as(keys.next, "→", "go on"), as(keys.up, "↑↓", "card"))
	}
	var h []key.Binding
	if len(r.tabs) > 1 {
		h = append(h, keys.tab)
	}
	h = append(h, as(keys.enter, "enter", "go on"), keys.again)
	if r.overflows() {
		h = append(h, as(keys.up, "↑↓", "scroll"))
	}
	return h
}

func (r *result) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if r.typing() {
			return r.askKey(msg)
		}
		return r.key(msg)
	case tea.MouseMsg:
		switch msg.Button {
		case tea.MouseButtonWheelUp:
			r.scroll(-3)
		case tea.MouseButtonWheelDown:
			r.scroll(3)
		}
		return nil
	}
	if r.typing() {
		var cmd tea.Cmd
		r.field, cmd = r.field.Update(msg)
		return cmd
	}
	return nil
}

func (r *result) askKey(k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "up":
		r.scroll(-1)
	case "down":
		r.scroll(1)
	case "enter":
		text := strings.TrimSpace(exercises.Clean(r.field.Value()))
		if r.sent {
			return nil
		}
		if text == "" && r.disputing {
			return note("Say in a few words what the grader missed, or leave it with esc.")
		}
		if text == "" {
			return note("Answer in a few words, or leave it for later with ctrl+n.")
		}
		r.sent = true
		var a exercises.Answer
		if r.disputing {
			a = r.x.ex.(exercises.Disputer).Dispute(r.answer, r.chosen, text)
		} else {
			a = r.x.ex.(exercises.Replier).Reply(r.answer, r.asking, text)
		}
		return func() tea.Msg { return replyMsg{r.x, a} }
	default:
		var cmd tea.Cmd
		r.field, cmd = r.field.Update(k)
		return cmd
	}
	return nil
}

func (r *result) key(k tea.KeyMsg) tea.Cmd {
	turn := func(by int) tea.Cmd { return func() tea.Msg { return turnMsg{r.x.lesson, by} } }
	if r.tab == 0 && r.folds() && r.foldKey(k) {
		return nil
	}
	switch {
	case key.Matches(k, keys.disagree) && r.disputable():
		return r.dispute()
	case key.Matches(k, keys.tab):
		r.tab, r.off = (r.tab+1)%len(r.tabs), 0
	case key.Matches(k, keys.shiftTab):
		r.tab, r.off = (r.tab+len(r.tabs)-1)%len(r.tabs), 0
	case key.Matches(k, keys.again):
		return r.x.again()
	case key.Matches(k, keys.enter), k.String() == " ":
		if r.off+r.rows() < len(r.tabs[r.tab].lines) {
			r.scroll(r.rows() - 1)
			return nil
		}
		if r.folds() && r.tab < len(r.tabs)-1 { // a report: what was missed is the half of it
			r.tab, r.off = r.tab+1, 0
			return nil
		}
		return turn(1)
	case key.Matches(k, keys.next):
		return turn(1)
	case key.Matches(k, keys.prev):
		return turn(-1)
	case key.Matches(k, keys.up):
		r.scroll(-1)
	case key.Matches(k, keys.down):
		r.scroll(1)
	case key.Matches(k, keys.pageUp):
		r.scroll(1 - r.rows())
	case key.Matches(k, keys.pageDown):
		r.scroll(r.rows() - 1)
	case key.Matches(k, keys.top):
		r.off = 0
	case key.Matches(k, keys.bottom):
		r.scroll(len(r.tabs[r.tab].lines))
	}
	return nil
}

// foldKey moves among items that have details, and opens and closes them. Enter
// always gets on: it opens what is closed, then goes to the next, and behind the
// last one it is not ours.
func (r *result) foldKey(k tea.KeyMsg) bool {
	last := len(r.res.Items) - 1
	switch {
	case key.Matches(k, keys.up) && r.chosen > 0:
		r.choose(r.chosen-1, r.open)
	case key.Matches(k, keys.down) && r.chosen < last:
		r.choose(r.chosen+1, r.open)
	case key.Matches(k, keys.words) && r.open:
		r.how = !r.how
		r.choose(r.chosen, true)
	case key.Matches(k, keys.enter) && !r.open:
		r.choose(r.chosen, true)
	case key.Matches(k, keys.enter) && r.chosen < last:
		r.choose(r.chosen+1, true)
	default:
		return false
	}
	return true
}

// choose moves to an item and shows it from its first line.
func (r *result) choose(i int, open bool) {
	r.chosen, r.open = i, open
	r.tabs[0].lines = r.main()
	r.off = 0
	if i > 0 {
		r.scroll(r.starts[i])
	}
}

func (r *result) scroll(by int) {
	if len(r.tabs) == 0 {
		return
	}
	r.off = max(0, min(r.off+by, len(r.tabs[r.tab].lines)-r.rows()))
}

func (r *result) overflows() bool {
	return len(r.tabs) > 0 && len(r.tabs[r.tab].lines) > r.rows()
}

// rows is what is left for the text of a tab.
func (r *result) rows() int {
	rows := r.height
	if len(r.res.More) > 0 {
		rows -= 2
	}
	if r.typing() {
		rows -= len(r.question())
	}
	return max(1, rows)
}

func (r *result) View() string {
	st := r.env.theme.styles
	var lines []string
	if len(r.tabs) > 1 {
		lines = append(lines, r.tabBar(), "")
	}
	text := r.tabs[r.tab].lines
	end := min(len(text), r.off+r.rows())
	lines = append(lines, text[r.off:end]...)
	if end < len(text) {
		how := "↓ or enter"
		if r.tab == 0 && r.folds() { // those go to the next card
			how = "space or pgdn"
		}
		lines[len(lines)-1] = st.Quiet.Render(fmt.Sprintf("… %d more lines: %s", len(text)-end+1, how))
	}
	if r.typing() {
		for len(lines) < r.height-len(r.question()) {
			lines = append(lines, "")
		}
		lines = append(lines, r.question()...)
	}
	return strings.Join(lines, "\n")
}

// tabBar names the tabs; where they do not fit, the open one, its number, and the next.
func (r *result) tabBar() string {
	st := r.env.theme.styles
	var b strings.Builder
	width := 0
	for i, t := range r.tabs {
		name := " " + t.title + " "
		if i == r.tab {
			name = st.Selected.Render("[" + t.title + "]")
		} else {
			name = st.Quiet.Render(name)
		}
		width += ansi.StringWidth(name) + 1
		b.WriteString(name + " ")
	}
	if width <= r.width {
		return b.String()
	}
	here := "[" + ansi.Truncate(r.tabs[r.tab].title, r.width-22, "…") + "]"
	next := fmt.Sprintf("  %d of %d, tab: %s", r.tab+1, len(r.tabs), r.tabs[(r.tab+1)%len(r.tabs)].title)
	return st.Selected.Render(here) + st.Quiet.Render(ansi.Truncate(next, r.width-ansi.StringWidth(here), "…"))
}

// question is the grader's question with the field for the reply.
func (r *result) question() []string {
	st := r.env.theme.styles
	out := []string{st.Frame.Render(strings.Repeat("─", r.width))}
	it, text := exercises.Item{}, "You disagree. What is in your card that the grader did not see? It is kept for the author of the list, and the card is yours to judge."
	if r.asking >= 0 {
		it = r.res.Items[r.asking]
		text = it.Question
	} else {
		it.Label = r.res.Items[r.chosen].Label
	}
	if len(r.res.Items) > 1 {
		text = exercises.CleanLine(it.Label) + ": " + text
	}
	for _, l := range wrap(text, r.width) {
		out = append(out, st.Warn.Render(l))
	}
	for i, c := range it.Choices {
		for n, l := range wrap(exercises.CleanLine(c), r.width-5) {
			lead := "     "
			if n == 0 {
				lead = st.Accent.Render(fmt.Sprintf("  %d  ", i+1))
			}
			out = append(out, lead+st.Text.Render(l))
		}
	}
	return append(out, st.Accent.Render("> ")+r.field.View())
}

// outcomeWords begin the first line: a mark and words, so that colour is not needed.
func outcomeStyle(o exercises.Outcome, st *input.Styles) (mark string, style func(...string) string) {
	switch o {
	case exercises.Right:
		return "✓", st.Good.Render
	case exercises.Asked:
		return "?", st.Warn.Render
	case exercises.Written:
		return "·", st.Text.Render
	case exercises.Wrong:
		return "✗", st.Bad.Render
	default:
		return "◐", st.Warn.Render
	}
}

// markWords are the marks of an item, in a sign and in words.
var markWords = map[exercises.Mark]struct{ sign, word string }{
	exercises.Good:    {"✓", "right"},
	exercises.Also:    {"✓", "fits too"},
	exercises.Bad:     {"✗", "not quite"},
	exercises.Missed:  {"○", "left out"},
	exercises.Handled: {"◇", "already handled"},
	exercises.Unsure:  {"?", "a question"},
	exercises.Unknown: {"–", "not in my key"},
	exercises.Plain:   {"·", ""},
}

func (r *result) main() []string {
	st := r.env.theme.styles
	mark, style := outcomeStyle(r.res.Outcome, st)
	if r.res.Outcome == exercises.Wrong && !r.res.Judged() {
		mark, style = markWords[exercises.Unknown].sign, st.Text.Render
	}
	var out []string
	for i, l := range wrap(exercises.Inline(r.res.Summary), r.width-2) {
		lead := "  "
		if i == 0 {
			lead = style(mark) + " "
		}
		out = append(out, lead+st.Strong.Render(l))
	}
	out = append(out, "")
	for _, b := range r.res.Bars {
		out = append(out, r.bar(b, 18))
	}
	if len(r.res.Bars) > 0 {
		out = append(out, "")
	}
	r.starts = r.starts[:0]
	for i, it := range r.res.Items {
		r.starts = append(r.starts, len(out))
		out = append(out, r.itemLines(it, r.folds() && i == r.chosen)...)
	}
	if r.res.Explain != "" {
		out = append(out, st.Frame.Render(strings.Repeat("─", min(r.width, 24))))
		out = append(out, strings.Split(r.env.Pages.render(r.res.Explain, r.width, r.env.theme), "\n")...)
	}
	return out
}

// bar draws a part of the whole, with room for a label before it.
func (r *result) bar(b exercises.Bar, label int) string {
	st := r.env.theme.styles
	num := fmt.Sprintf("%3.0f of %.0f", b.Value, b.Max)
	label = min(label, r.width/2)
	name := fit(exercises.CleanLine(b.Label), label-1) + " "
	w := max(6, min(40, r.width-label-len(num)-2))
	n := 0
	if b.Max > 0 {
		n = int(b.Value/b.Max*float64(w) + 0.5)
	}
	n = max(0, min(w, n))
	return st.Text.Render(name) + r.env.theme.bar.write(strings.Repeat("█", n)) + r.env.theme.rest.write(strings.Repeat("░", w-n)) + " " + st.Quiet.Render(num)
}

// itemLines shows an item; of those with details the chosen one stands out, and
// only that one is open.
func (r *result) itemLines(it exercises.Item, chosen bool) []string {
	st := r.env.theme.styles
	style := st.Text
	switch it.Mark {
	case exercises.Good, exercises.Also:
		style = st.Good
	case exercises.Bad:
		style = st.Bad
	case exercises.Missed, exercises.Unsure, exercises.Handled:
		style = st.Warn
	}
	m := markWords[it.Mark]
	word := it.Word
	if word == "" {
		word = m.word
	}
	if word != "" {
		word = " · " + exercises.CleanLine(word)
	}
	var out []string
	cursor := "" // a place for it, where there is something to choose
	if r.folds() {
		cursor = "  "
	}
	for i, l := range wrap(exercises.Inline(exercises.CleanLine(it.Label))+word, r.width-2-len(cursor)) {
		lead := cursor + "  "
		switch {
		case i == 0 && chosen:
			lead = st.Accent.Render("▸ ") + style.Render(m.sign) + " "
		case i == 0:
			lead = cursor + style.Render(m.sign) + " "
		}
		if chosen {
			out = append(out, lead+st.Selected.Render(l))
			continue
		}
		out = append(out, lead+st.Strong.Render(l))
	}
	say := func(text string, s func(...string) string) {
		if strings.TrimSpace(text) == "" {
			return
		}
		for _, l := range wrap(text, r.width-4) {
			out = append(out, "    "+s(l))
		}
	}
	switch {
	case it.Yours != "" && it.Expected != "":
		say("you: "+exercises.Clean(it.Yours)+"   better: "+exercises.Inline(it.Expected), st.Quiet.Render)
	case it.Yours != "":
		say("you: "+exercises.Clean(it.Yours), st.Quiet.Render)
	case it.Expected != "":
		say("better: "+exercises.Inline(it.Expected), st.Quiet.Render)
	}
	say(exercises.Inline(it.Reason), st.Text.Render)
	if chosen && r.open || !r.folds() {
		hidden := false
		for _, d := range it.Details {
			if d.How && !r.how {
				hidden = true
				continue
			}
			out = append(out, r.detail(d)...)
		}
		if hidden && r.res.Outcome != exercises.Asked {
			say("w shows how your words were read", st.Quiet.Render)
		}
	}
	return append(out, "")
}

func (r *result) detail(d exercises.Field) []string {
	const label = 18
	st := r.env.theme.styles
	var out []string
	for i, l := range wrap(exercises.Clean(d.Text), r.width-4-label) {
		lead := strings.Repeat(" ", label)
		if i == 0 {
			lead = fit(exercises.CleanLine(d.Label), label)
		}
		out = append(out, "    "+st.Quiet.Render(lead)+stress(l, d.Marked, st))
	}
	return out
}

// stress shows a line with some of its words standing out.
func stress(line string, words []string, st *input.Styles) string {
	if len(words) == 0 {
		return st.Text.Render(line)
	}
	var b strings.Builder
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' }
	for rest := line; rest != ""; {
		n := strings.IndexFunc(rest, word)
		if n < 0 {
			n = len(rest)
		}
		if n > 0 {
			b.WriteString(st.Text.Render(rest[:n]))
			rest = rest[n:]
			continue
		}
		if n = strings.IndexFunc(rest, func(r rune) bool { return !word(r) }); n < 0 {
			n = len(rest)
		}
		style := st.Text
		if slices.Contains(words, strings.ToLower(rest[:n])) {
			style = st.Accent
		}
		b.WriteString(style.Render(rest[:n]))
		rest = rest[n:]
	}
	return b.String()
}

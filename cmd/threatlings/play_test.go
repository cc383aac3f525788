package main

import (
	"context"
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/ask"
	"edu/threatlings/exercises/budget"
	"edu/threatlings/exercises/choice"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/list"
	"edu/threatlings/exercises/rank"
	"edu/threatlings/exercises/reflect"
	"edu/threatlings/exercises/report"
	sorting "edu/threatlings/exercises/sort"
	"edu/threatlings/exercises/spot"
	"edu/threatlings/progress"
)

// topThree is what the player reports about the billing feature.
var topThree = exercises.Answer{
	"I/4/critical As an attacker I open an account and feed it a list of ten thousand stolen cards to learn which are live",
	"I/billing-db/critical Prod admins can read card data straight from the database; better not to store it at all",
	"D/4/high Can I make 120 calls a minute and drain the company's account on validation fees?",
}

// linksTopThree is the same about Report Links.
var linksTopThree = exercises.Answer{
	"I/4/critical I have a link that ends in 1482, so I try 1483 and look at somebody else's sales.",
	"I/6/critical Anyone on the internet can list the bucket and look at every shared dashboard.",
	"D/5/high Sixty calls a minute of forty seconds each: one laptop keeps the engine busy for everyone.",
}

// answerTo is the player's answer to an exercise: right where there is a right one.
func answerTo(t *testing.T, ex exercises.Exercise) exercises.Answer {
	t.Helper()
	switch x := ex.(type) {
	case *reflect.Exercise:
		return exercises.Answer{"We stayed at home, and I gave up the market on Saturdays.", "met 1"}
	case *list.Exercise:
		var a exercises.Answer
		for _, e := range x.Entries[:x.Want] {
			a = append(a, e.Text)
		}
		return a
	case *ask.Exercise:
		var lines []string
		for _, q := range x.Questions[:x.Want] {
			lines = append(lines, q.Text)
		}
		return exercises.Answer{strings.Join(lines, "\n")}
	case *report.Exercise:
		if x.Scenario == "report-links" {
			return linksTopThree
		}
		return topThree
	}
	for _, s := range ex.Samples() {
		if s.Full {
			return s.Answer
		}
	}
	t.Fatalf("%s has no right answer", ex.About().ID)
	return nil
}

// keysFor are the keys that turn a draft into an answer and hand it in, one
// string a key or a typed text.
func keysFor(t *testing.T, ex exercises.Exercise, answer, draft exercises.Answer) []string {
	t.Helper()
	const enter, tab = "\r", "\t"
	var keys []string
	toggle := func(ids []string, name func(i int) string) {
		for i, id := range ids {
			if slices.Contains(answer, id) != slices.Contains(draft, id) {
				keys = append(keys, name(i))
			}
		}
		keys = append(keys, enter)
	}
	switch x := ex.(type) {
	case *choice.Exercise:
		var ids []string
		for _, o := range x.Options {
			ids = append(ids, o.ID)
		}
		if x.Pick == "several" {
			toggle(ids, func(i int) string { return fmt.Sprint(i + 1) })
			break
		}
		keys = append(keys, fmt.Sprint(slices.Index(ids, answer[0])+1))
		keys = append(keys, enter)
	case *spot.Exercise:
		if x.Picture == "" { // there may be ten, and no key is called 10
			for _, s := range x.Spots {
				if slices.Contains(answer, s.ID) != slices.Contains(draft, s.ID) {
					keys = append(keys, " ")
				}
				keys = append(keys, "j")
			}
			keys = append(keys, enter)
			break
		}
		var ids []string
		for _, s := range x.Spots {
			ids = append(ids, s.ID)
		}
		toggle(ids, func(i int) string {
			if m := x.Spots[i].Mark; m != "" {
				return m
			}
			return fmt.Sprint(i + 1)
		})
	case *budget.Exercise:
		for _, c := range x.Controls { // there may be ten, and no key is called 10
			if slices.Contains(answer, c.ID) != slices.Contains(draft, c.ID) {
				keys = append(keys, " ")
			}
			keys = append(keys, "j")
		}
		keys = append(keys, enter)
	case *sorting.Exercise:
		keys = sortKeys(x, answer, enter)
	case *rank.Exercise:
		keys = rankKeys(x, answer, draft)
		keys = append(keys, enter)
		if len(draft) == 0 && !slices.Contains(keys, "K") { // it asks first
			keys = append(keys, enter)
		}
	case *reflect.Exercise:
		text := ""
		if len(draft) > 0 {
			text = draft[0]
		}
		if len(draft) < 2 {
			keys = append(keys, rest(answer[0], text), tab, enter)
		}
		if !slices.Contains(draft, "met 1") {
			keys = append(keys, "1")
		}
		keys = append(keys, "\x13")
	case *list.Exercise:
		keys = typed(rest(strings.Join(answer, "\n"), strings.Join(draft, "\n")))
		keys = append(keys, tab, enter)
	case *ask.Exercise:
		text := ""
		if len(draft) > 0 {
			text = draft[0]
		}
		keys = append(typed(rest(answer[0], text)), "\x13")
	case *report.Exercise:
		keys = reportKeys(report.Parse(answer), report.Parse(draft))
	default:
		t.Fatalf("no keys for %T", ex)
	}
	return keys
}

// rest is what is still to be typed behind a draft.
func rest(want, draft string) string {
	if r, ok := strings.CutPrefix(want, draft); ok {
		return r
	}
	return want // the test compares drafts itself
}

// typed is a text as keys: ctrl+j begins a new line in every field.
func typed(s string) []string {
	var out []string
	for i, l := range strings.Split(s, "\n") {
		if i > 0 {
			out = append(out, "\n")
		}
		for _, w := range strings.SplitAfter(l, " ") {
			if w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

func sortKeys(x *sorting.Exercise, answer exercises.Answer, enter string) []string {
	var keys []string
	for range x.Items { // wherever the cursor is: to the top
		keys = append(keys, "\x1b[A")
	}
	for _, it := range x.Items {
		for _, a := range answer {
			if g, ok := strings.CutPrefix(a, it.ID+"="); ok {
				for n, group := range x.Groups {
					if group.ID == g {
						keys = append(keys, fmt.Sprint(n+1))
					}
				}
			}
		}
	}
	return append(keys, enter)
}

func rankKeys(x *rank.Exercise, answer, draft exercises.Answer) []string {
	order := slices.Clone(draft)
	for _, it := range x.Items {
		if !slices.Contains(order, it.ID) {
			order = append(order, it.ID)
		}
	}
	var keys []string
	cursor := 0
	for i, id := range answer {
		at := slices.Index(order, id)
		for ; cursor < at; cursor++ {
			keys = append(keys, "j")
		}
		for ; cursor > at; cursor-- {
			keys = append(keys, "k")
		}
		for ; cursor > i; cursor-- {
			keys = append(keys, "K")
			order[cursor], order[cursor-1] = order[cursor-1], order[cursor]
		}
	}
	return keys
}

func reportKeys(want, have report.Sheet) []string {
	var keys []string
	if len(have.Cards) == 0 {
		keys = append(keys, "\x1b[Z") // from the document to the cards
	}
	for i, c := range want.Cards {
		var h report.Card
		if i < len(have.Cards) {
			h = have.Cards[i]
		}
		keys = append(keys, "\x1b[F") // the end of the text
		keys = append(keys, typed(rest(c.Text, h.Text))...)
		keys = append(keys, "\r", c.Letter, "\r")
		keys = append(keys, placeKeys(c.Place)...)
		keys = append(keys, "\r", fmt.Sprint(slices.Index([]string{"low", "medium", "high", "critical"}, c.Severity)+1), "\r")
	}
	return append(keys, "\x13")
}

// placeKeys choose a place: a flow by its number, a component by walking to it
// from flow 7.
func placeKeys(place string) []string {
	if len(place) == 1 {
		return []string{place}
	}
	keys := []string{"7"}
	for _, c := range []string{"owner", "gateway", "billing-service", "billing-db"} {
		keys = append(keys, "\x1b[C")
		if c == place {
			break
		}
	}
	return keys
}

// A life is one learner in one home: the program may be killed and started as
// often as one likes.
type life struct {
	t     *testing.T
	env   []string
	x     *terminal
	kills int // how many are still to come
	dice  *rand.Rand

	item *course.Item // the exercise being done
	safe string       // text that the screen has called saved
}

// TestPlayedWithKills plays Part 1 and the billing report in the real program,
// from the first screen to the last result. It is killed at twenty random
// moments on the way and started again, and must lose nothing that the screen
// had called saved.
func TestPlayedWithKills(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the whole course in a pseudo-terminal")
	}
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	l := &life{t: t, env: home(t), kills: 20, dice: rand.New(rand.NewSource(seed))}
	l.x = start(t, l.env, 80, 24)
	l.x.shows("Begin")
	l.x.send("\r")
	for _, step := range c.Steps() {
		if step.Optional {
			continue
		}
		for page := range step.Pages {
			for !l.page(step, page) { // killed: the page again, from where it was
			}
		}
	}
	l.x.kill()
	if l.kills > 0 {
		t.Errorf("%d kills were left over", l.kills)
	}
	scores := l.scores()
	for _, step := range c.Steps() {
		for _, it := range step.Items() {
			if s, ok := scores[it.ID]; !step.Optional && (!ok || s < 0.999 && it.Kind != "reflect" && it.Kind != "report") {
				t.Errorf("%s scores %.2f", it.ID, s)
			}
		}
	}
	if s := scores["billing.top-three"]; s < 0.9 {
		t.Errorf("the report scores %.2f", s)
	}
}

// scores are the last scores by exercise, from the log.
func (l *life) scores() map[string]float64 {
	sum := progress.Summarize(l.events())
	out := map[string]float64{}
	for id, it := range sum.Items {
		out[id] = it.LastScore
	}
	return out
}

func (l *life) events() []progress.Event {
	l.t.Helper()
	store, _, err := progress.OpenFile(dataDir(l.env), progress.Options{ReadOnly: true})
	if err != nil {
		l.t.Fatal(err)
	}
	defer store.Close()
	events, err := store.Events(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	return events
}

func (l *life) draft(id string) exercises.Answer {
	l.t.Helper()
	store, _, err := progress.OpenFile(dataDir(l.env), progress.Options{ReadOnly: true})
	if err != nil {
		l.t.Fatal(err)
	}
	defer store.Close()
	d, _, err := store.Draft(context.Background(), id)
	if err != nil {
		l.t.Fatal(err)
	}
	return d
}

var header = regexp.MustCompile(`(?m)^ Part \d+ › (.*?)  .*page (\d+) of \d+$`)

// here says which page of which lesson is on the screen.
func here(screen string) (title string, page int, ok bool) {
	g := header.FindStringSubmatch(screen)
	if g == nil {
		return "", 0, false
	}
	page, _ = strconv.Atoi(g[2])
	return strings.TrimSuffix(strings.TrimSpace(g[1]), "…"), page - 1, true
}

func isAt(screen string, step *course.Step, page int) bool {
	title, n, ok := here(screen)
	return ok && n == page && strings.HasPrefix(step.Title, title)
}

// kill ends the program with SIGKILL, compares the disk with what the screen had
// said, and starts it again where it was.
func (l *life) kill(step *course.Step, page int) {
	l.t.Helper()
	l.x.kill()
	if l.item != nil {
		d := strings.Join(l.draft(l.item.ID), "\n")
		graded := progress.Summarize(l.events()).Items[l.item.ID].Attempts > 0
		if !graded && !strings.Contains(d, l.safe) {
			l.t.Errorf("%s: the screen had called %q saved, and the draft is %q", l.item.ID, l.safe, d)
		}
	}
	l.x = start(l.t, l.env, 80, 24)
	l.x.until("the map", func(s string) bool { return strings.Contains(s, "Continue") || strings.Contains(s, "Begin ") })
	l.x.send("\r")
	s := l.x.until("a page", func(s string) bool { _, _, ok := here(s); return ok })
	if isAt(s, step, page) {
		return
	}
	// The kill came before the page was noted, or after the lesson was done: walk there.
	l.x.send("\x1b")
	l.x.until("the map", func(s string) bool { return strings.Contains(s, "threatlings  ") })
	l.x.kill()
	l.x = start(l.t, l.env, 80, 24, "learn", step.ID)
	s = l.x.until("a page", func(s string) bool { _, _, ok := here(s); return ok })
	for _, n, _ := here(s); n != page; _, n, _ = here(s) {
		key, to := "\x0e", n+1
		if n > page {
			key, to = "\x10", n-1
		}
		l.x.send(key)
		s = l.x.until("the page beside it", func(s string) bool { return isAt(s, step, to) })
	}
}

// mayKill rolls the dice before a key; true means that the program was killed
// and stands on the page again.
func (l *life) mayKill(chance float64, step *course.Step, page int) bool {
	if l.kills == 0 || l.dice.Float64() > chance {
		return false
	}
	l.kills--
	l.kill(step, page)
	return true
}

// page plays the page on the screen and turns it; false means that the program
// was killed on the way.
func (l *life) page(step *course.Step, page int) bool {
	l.t.Helper()
	l.x.until(fmt.Sprintf("%s page %d", step.ID, page+1), func(s string) bool { return isAt(s, step, page) })
	l.item, l.safe = step.Pages[page].Item, ""
	if l.item != nil && !l.exercise(step, page) || l.item == nil && l.mayKill(0.2, step, page) {
		return false
	}
	l.item = nil
	l.x.send("\x0e") // on to the next page
	if page < len(step.Pages)-1 {
		return true
	}
	s := l.x.until("what comes next", func(s string) bool {
		return !isAt(s, step, page)
	})
	if strings.Contains(s, "is done.") { // the ending of a part
		l.x.send("\r")
	}
	return true
}

func (l *life) exercise(step *course.Step, page int) bool {
	l.t.Helper()
	ex, err := l.item.Exercise()
	if err != nil {
		l.t.Fatal(err)
	}
	done := func(s string) bool { return strings.Contains(s, "try again") }
	open := func(s string) bool {
		return strings.Contains(s, ex.About().Title) || strings.Contains(s, "[document]") || strings.Contains(s, "[cards]")
	}
	s := l.x.until("the exercise", func(s string) bool { return open(s) || done(s) })
	if done(s) {
		if _, ok := l.scores()[l.item.ID]; ok { // it was graded in the moment of the kill
			return true
		}
		// Half a frame: the header is this page's, the footer that of the result before.
		l.x.until("the exercise, and no result", func(s string) bool { return open(s) && !done(s) })
	}
	before := ""
	for _, k := range keysFor(l.t, ex, answerTo(l.t, ex), l.draft(l.item.ID)) {
		if l.mayKill(0.06, step, page) {
			return false
		}
		l.x.send(k)
		if len(k) < 4 || k[0] < ' ' {
			before = ""
			continue
		}
		// A short tail may stand somewhere else on the screen.
		if tail := strings.TrimSpace(before + k); before != "" && len(tail) >= 12 && l.dice.Intn(5) == 0 {
			// Once the words are on the screen, "saved" speaks of them too.
			l.x.until("“"+tail+"” saved", func(s string) bool {
				return strings.Contains(s, "saved ") && strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(s, "│", " ")), " "), tail)
			})
			l.safe = tail
		}
		before = k
	}
	l.x.until("the result", done)
	if _, ok := l.scores()[l.item.ID]; !ok {
		l.t.Errorf("%s: the result is on the screen and nothing in the log", l.item.ID)
	}
	return true
}

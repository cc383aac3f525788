// Command calibrate fits the grader's global weights on labelled answers, shows
// what they do to a scenario that they have not seen, and with -write ships them.
//
// It reads every exercises/scenarios/*/testdata/dev.tsv beside its key, the
// kinds of statement in exercises/grading/testdata/statements.tsv, and the
// free-text keys of the lessons. It never reads a test.tsv. Run it at the top of
// the repository:
//
//	go run ./exercises/grading/calibrate
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"edu/threatlings/course"
	"edu/threatlings/exercises/ask"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/grading/evaluate"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/exercises/list"
	"edu/threatlings/exercises/scenarios"
)

func main() {
	write := flag.Bool("write", false, "write the weights into the grading package")
	without := flag.String("without", "", "give these `terms` no weight, to see what they are good for; such as soft,manner")
	flag.Parse()
	if *write && *without != "" {
		fmt.Fprintln(os.Stderr, "calibrate: -without is for looking; it is not written")
		os.Exit(2)
	}
	if err := run(os.DirFS("."), os.Stdout, strings.Split(*without, ","), *write); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate:", err)
		os.Exit(1)
	}
}

// A set is a scenario with its labelled answers.
type set struct {
	name    string
	key     *grading.Key
	answers []evaluate.Answer
}

// training is the set as the fit takes it.
func (s set) training() grading.Training {
	t := grading.Training{Key: s.key}
	for _, a := range s.answers {
		t.Answers = append(t.Answers, a.Labelled)
	}
	return t
}

func run(repo fs.FS, w io.Writer, without []string, write bool) error {
	sets, err := readSets(repo)
	if err != nil {
		return err
	}
	statements, err := readStatements(repo)
	if err != nil {
		return err
	}
	manners, weights, err := fit(sets, statements, without)
	if err != nil {
		return err
	}
	if weights.Phrase, err = fitPhrases(); err != nil {
		return err
	}
	weights = weights.Rounded()
	printWeights(w, weights)
	for _, s := range sets {
		if err := leaveOut(w, sets, statements, without, s.name); err != nil {
			return err
		}
		fmt.Fprintf(w, "\n== %s, fitted with everything\n\n", s.name)
		if err := evaluate.Evaluate(grading.With(s.key, weights, manners), s.answers).Print(w); err != nil {
			return err
		}
	}
	if !write {
		return nil
	}
	return errors.Join(
		os.WriteFile("exercises/grading/manner.tsv", []byte(manners.String()), 0o644),
		os.WriteFile("exercises/grading/fitted.go", []byte(source(weights)), 0o644),
	)
}

// fit learns from everything there is.
func fit(sets []set, statements []grading.Statement, without []string) (grading.Manners, grading.Weights, error) {
	manners, err := grading.FitManners(allStatements(sets, statements, ""))
	if err != nil {
		return manners, grading.Weights{}, err
	}
	var examples []grading.Training
	var unseen []grading.Manners // for each, learned without it
	for _, s := range sets {
		m, err := grading.FitManners(allStatements(sets, statements, s.name))
		if err != nil {
			return m, grading.Weights{}, err
		}
		examples, unseen = append(examples, s.training()), append(unseen, m)
	}
	return manners, grading.Calibrate(examples, unseen, statements, without...), nil
}

// leaveOut fits without one scenario and says what that does to it.
func leaveOut(w io.Writer, sets []set, statements []grading.Statement, without []string, name string) error {
	if len(sets) < 2 {
		return nil
	}
	var rest []set
	var out set
	for _, s := range sets {
		if s.name == name {
			out = s
		} else {
			rest = append(rest, s)
		}
	}
	manners, weights, err := fit(rest, statements, without)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n== %s, fitted without it\n\n", name)
	return evaluate.Evaluate(grading.With(out.key, weights.Rounded(), manners), out.answers).Print(w)
}

// allStatements are the statements, and the answers of every scenario but one.
func allStatements(sets []set, statements []grading.Statement, but string) []grading.Statement {
	kinds := map[string]string{"": "threat", "handled": "threat", "off": "threat", "fix": "fix", "negated": "negated", "fact": "fact", "vague": "vague", "stuffed": "vague"}
	out := append([]grading.Statement(nil), statements...)
	for _, s := range sets {
		for _, a := range s.answers {
			if kind, ok := kinds[a.Trap]; ok && s.name != but {
				out = append(out, grading.Statement{System: s.name, Kind: kind, Text: a.Card.Text})
			}
		}
	}
	return out
}

func readSets(repo fs.FS) ([]set, error) {
	root, err := fs.Sub(repo, "exercises")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(root, "scenarios/*/testdata/dev.tsv")
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, errors.New("there are no labelled answers; run this at the top of the repository"))
	}
	var sets []set
	for _, f := range files {
		s := set{name: path.Base(path.Dir(path.Dir(f)))}
		sc, err := scenarios.Load(root, s.name)
		if err != nil {
			return nil, err
		}
		if s.key, err = sc.Key(); err != nil {
			return nil, err
		}
		b, err := fs.ReadFile(root, f)
		if err != nil {
			return nil, err
		}
		isPlace := func(p string) bool { _, ok := sc.System.Place(p); return ok }
		if s.answers, _, err = evaluate.Read(f, string(b), grading.NewIndex(s.key), isPlace); err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return sets, nil
}

func readStatements(repo fs.FS) ([]grading.Statement, error) {
	const name = "exercises/grading/testdata/statements.tsv"
	b, err := fs.ReadFile(repo, name)
	if err != nil {
		return nil, err
	}
	var out []grading.Statement
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("%s:%d: a line is system, kind and text with tabs between them", name, i+1)
		}
		out = append(out, grading.Statement{System: f[0], Kind: f[1], Text: f[2]})
	}
	return out, nil
}

// fitPhrases fits how sure short texts are, on the free-text keys of the lessons.
func fitPhrases() (w [4]float64, err error) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		return w, err
	}
	var sets [][]grading.Entry
	for _, s := range c.Steps() {
		for _, it := range s.Items() {
			x, err := it.Exercise()
			if err != nil {
				return w, err
			}
			var entries []grading.Entry
			add := func(id, text string, examples []string) {
				entries = append(entries, grading.Entry{ID: id, Text: text, Examples: examples})
			}
			switch x := x.(type) {
			case *ask.Exercise:
				for _, q := range x.Questions {
					add(q.ID, q.Text, q.Examples)
				}
				for _, q := range x.Near {
					add(nearMark+q.ID, q.Text, q.Examples)
				}
			case *list.Exercise:
				for _, e := range x.Entries {
					add(e.ID, e.Text, e.Examples)
				}
				for _, e := range x.Near {
					add(nearMark+e.ID, e.Text, e.Examples)
				}
			default:
				continue
			}
			sets = append(sets, entries)
		}
	}
	return grading.FitPhrases(sets, func(a, b string) bool { return near(a) == near(b) }), nil
}

// nearMark begins the ids of what is understood and does not count.
const nearMark = "near:"

func near(id string) bool { return strings.HasPrefix(id, nearMark) }

func printWeights(w io.Writer, ws grading.Weights) {
	for _, g := range []struct {
		title string
		names []string
		xs    []float64
	}{
		{"rank", grading.RankNames[:], ws.Rank[:]}, {"sure", grading.SureNames[:], ws.Sure[:]},
		{"told", grading.ToldNames[:], ws.Told[:]}, {"phrase", grading.ToldNames[:], ws.Phrase[:]},
	} {
		fmt.Fprintln(w, g.title)
		for i, x := range g.xs {
			fmt.Fprintf(w, "  %-10s %6.2f\n", g.names[i], x)
		}
	}
}

// source is fitted.go.
func source(ws grading.Weights) string {
	list := func(xs []float64) string {
		return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(xs)), ", "), "[]")
	}
	return fmt.Sprintf(`package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{%s},
	Sure:   [...]float64{%s},
	Told:   [...]float64{%s},
	Phrase: [...]float64{%s},
}
`, list(ws.Rank[:]), list(ws.Sure[:]), list(ws.Told[:]), list(ws.Phrase[:]))
}

package course_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/progress"
)

// yes is a kind for tests: its right answer is "yes", and its answer "fail" cannot be judged.
type yes struct{ shared exercises.About }

func (y *yes) About() *exercises.About { return &y.shared }
func (y *yes) Samples() []exercises.Sample {
	return []exercises.Sample{{Name: "yes", Answer: exercises.Answer{"yes"}, Full: true}, {Name: "no", Answer: exercises.Answer{"no"}}}
}
func (y *yes) Grade(_ context.Context, a exercises.Answer) (exercises.Result, error) {
	if a.Empty() {
		return exercises.Result{}, exercises.Incompletef("Say yes or no.")
	}
	if a[0] == y.shared.Explain {
		return exercises.Result{Score: 1, Outcome: exercises.Right, Summary: "Yes."}, nil
	}
	return exercises.Result{Outcome: exercises.Wrong, Summary: "No."}, nil
}

type decoder struct{}

func (decoder) Decode(src exercises.Source) (exercises.Exercise, error) {
	var x struct {
		Shared exercises.About `yaml:",inline"`
	}
	if src.Kind != "yes" {
		return nil, src.Fault("$", "there is no kind %q", src.Kind)
	}
	if err := src.Unmarshal(&x); err != nil {
		return nil, err
	}
	return &yes{x.Shared}, errors.Join(src.CheckAbout(&x.Shared, 0)...)
}

const syllabus = "---\nid: c\ntitle: C\nversion: 1\n---\n## Part 1 · One\n\nAbout it.\n\n1. [First](m/1.md): one\n2. [Second](m/2.md): two\n3. Third (coming)\n"

func lesson(id, body string) string {
	return "---\nid: " + id + "\ntitle: L " + id + "\nminutes: 3\nobjectives: [x]\nnotes: n\nsources: []\n---\n" + body
}

func yesFence(id string) string {
	return "```exercise yes\nid: " + id + "\ntitle: T " + id + "\nminutes: 2\nprompt: Well?\nhints: [one, two]\nexplain: \"yes\"\n```\n"
}

func content() fstest.MapFS {
	return fstest.MapFS{
		"lessons/README.md": {Data: []byte(syllabus)},
		"lessons/m/1.md":    {Data: []byte(lesson("first", "Text.\n\n"+yesFence("first.a")+"\nMore.\n"))},
		"lessons/m/2.md":    {Data: []byte(lesson("second", yesFence("second.a")+yesFence("second.b")))},
		"scenarios/.keep":   {Data: nil},
	}
}

func load(t *testing.T, fsys fs.FS) *course.Course {
	t.Helper()
	c, err := course.Load(fsys, decoder{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheckFindsNothingInSoundContent(t *testing.T) {
	for _, p := range course.Check(t.Context(), content(), decoder{}) {
		t.Error(p)
	}
}

func TestCheckNamesFileLineAndRemedy(t *testing.T) {
	for name, tt := range map[string]struct {
		file, text, want string
	}{
		"missing lesson":    {"lessons/README.md", strings.Replace(syllabus, "m/2.md", "m/9.md", 1), `lessons/README.md:11: the lesson "m/9.md" cannot be read`},
		"unknown kind":      {"lessons/m/1.md", lesson("first", strings.Replace(yesFence("first.a"), "exercise yes", "exercise nope", 1)), `lessons/m/1.md:10: there is no kind "nope"`},
		"no id":             {"lessons/m/1.md", lesson("first", "```exercise yes\ntitle: x\n```\n"), "lessons/m/1.md:10: the exercise has no id"},
		"id taken":          {"lessons/m/2.md", lesson("second", yesFence("first.a")), `lessons/m/2.md:10: the exercise id "first.a" is taken in lessons/m/1.md`},
		"lesson id taken":   {"lessons/m/2.md", lesson("first", "x"), `lessons/m/2.md:2: the id "first" is taken`},
		"unknown field":     {"lessons/m/1.md", lesson("first", strings.Replace(yesFence("first.a"), "hints:", "hnits:", 1)), "lessons/m/1.md:14: unknown field"},
		"wrong key":         {"lessons/m/1.md", lesson("first", strings.Replace(yesFence("first.a"), `"yes"`, `"no"`, 1)), "exercise first.a: yes must score full marks"},
		"orphan":            {"lessons/m/3.md", lesson("third", "x"), "lessons/m/3.md:1: no line of the syllabus"},
		"minutes":           {"lessons/m/1.md", strings.Replace(lesson("first", yesFence("first.a")), "minutes: 3", "minutes: 30", 1), "lessons/m/1.md:1: minutes is 30"},
		"control character": {"lessons/m/1.md", lesson("first", "Te\u202ext.\n\n"+yesFence("first.a")), "lessons/m/1.md:9: the invisible character U+202E"},
		"wide fence":        {"lessons/m/1.md", lesson("first", "```text\n"+strings.Repeat("x", 70)+"\n```\n"+yesFence("first.a")), "is 70 columns wide"},
		"bad scenario":      {"scenarios/x/system.yaml", "id: y\nnope: 1\n", "scenarios/x/system.yaml:2: unknown field"},
	} {
		fsys := content()
		fsys[tt.file] = &fstest.MapFile{Data: []byte(tt.text)}
		found := false
		var all []string
		for _, p := range course.Check(t.Context(), fsys, decoder{}) {
			all = append(all, p.String())
			found = found || strings.Contains(p.String(), tt.want)
		}
		if !found {
			t.Errorf("%s: got %q, want %q", name, all, tt.want)
		}
	}
}

func TestOverlayFirstLayerWins(t *testing.T) {
	own := fstest.MapFS{"lessons/m/1.md": {Data: []byte(lesson("first", "Ours.\n"))}, "lessons/m/own.md": {Data: []byte("x")}}
	fsys := course.Overlay(own, content())
	c := load(t, fsys)
	s, _ := c.Step("first")
	if s.Pages[0].Markdown != "Ours." {
		t.Errorf("page %q", s.Pages[0].Markdown)
	}
	entries, err := fs.ReadDir(fsys, "lessons/m")
	if err != nil || len(entries) != 3 {
		t.Errorf("%v, %v", entries, err)
	}
	if _, err := fsys.Open("../x"); err == nil {
		t.Error("a path with .. was opened")
	}
}

func TestEmbeddedHoldsLessonsAndScenarios(t *testing.T) {
	seen := map[string]bool{}
	err := fs.WalkDir(course.Embedded(), ".", func(p string, _ fs.DirEntry, err error) error {
		seen[p] = true
		return err
	})
	if err != nil || !seen["lessons/README.md"] || !seen["scenarios/billing/design.md"] {
		t.Errorf("%v, %d files", err, len(seen))
	}
}

func TestCourseFolderMadeByAnEnemy(t *testing.T) {
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(t.TempDir(), "secret.md")
	must(os.WriteFile(secret, []byte("SECRET"), 0o600))
	must(os.MkdirAll(filepath.Join(dir, "lessons", "m"), 0o700))
	must(os.Symlink(secret, filepath.Join(dir, "lessons", "m", "1.md")))
	must(syscall.Mkfifo(filepath.Join(dir, "lessons", "m", "2.md"), 0o600))
	must(os.WriteFile(filepath.Join(dir, "lessons", "big.md"), make([]byte, 5<<20), 0o600))
	fsys, done, err := course.OpenFolder(dir)
	must(err)
	defer done()
	for _, name := range []string{"lessons/m/1.md", "lessons/m/2.md", "lessons/big.md"} {
		if b, err := fs.ReadFile(fsys, name); err == nil {
			t.Errorf("%s was read: %.10q", name, b)
		}
	}
	// What cannot be read is reported, and not replaced by the layer below.
	if _, err := course.Load(course.Overlay(fsys, content()), decoder{}); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("loading: %v", err)
	}
}

func session(t *testing.T, store progress.Store) *course.Session {
	t.Helper()
	s, err := course.NewSession(t.Context(), load(t, content()), store)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { now = now.Add(time.Second); return now }
	return s
}

func TestSessionResumesWhereItWas(t *testing.T) {
	store := progress.NewMemory()
	s := session(t, store)
	first, _ := s.Course.Step("first")
	if step, page, ok := s.Next(); step.ID != "first" || page != 0 || !ok {
		t.Fatalf("a new learner begins at %v page %d", step, page)
	}
	a, _ := s.Course.Item("first.a")
	if err := errors.Join(s.Visit(t.Context(), first, 1), s.SaveDraft(t.Context(), a, exercises.Answer{"ye"})); err != nil {
		t.Fatal(err)
	}

	s = session(t, store)
	if step, page, _ := s.Next(); step.ID != "first" || page != 1 {
		t.Errorf("resumed at %v page %d", step, page)
	}
	if d, err := s.Draft(t.Context(), a); err != nil || len(d) != 1 || d[0] != "ye" {
		t.Errorf("draft %q, %v", d, err)
	}
	if _, err := s.Submit(t.Context(), a, exercises.Answer{""}); err == nil {
		t.Error("an empty answer was graded")
	}
	if d, _ := s.Draft(t.Context(), a); len(d) == 0 {
		t.Error("a refused answer lost its draft")
	}
	if res, err := s.Submit(t.Context(), a, exercises.Answer{"yes"}); err != nil || res.Score != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	if d, _ := s.Draft(t.Context(), a); len(d) != 0 {
		t.Errorf("the draft outlived the answer: %q", d)
	}

	s = session(t, store)
	if res, answer, ok := s.LastResult(a); !ok || res.Summary != "Yes." || answer[0] != "yes" {
		t.Errorf("%+v %q %v", res, answer, ok)
	}
	if s.State(first) != course.Done {
		t.Errorf("first is %v", s.State(first))
	}
	if done, all := s.Count(s.Course.Modules[0]); done != 1 || all != 3 {
		t.Errorf("%d of %d", done, all)
	}
	// The last page of a lesson that is done has not been seen yet: stay there.
	if step, page, _ := s.Next(); step.ID != "first" || page != 1 {
		t.Errorf("next is %v page %d", step, page)
	}
	if err := s.Visit(t.Context(), first, 2); err != nil {
		t.Fatal(err)
	}
	if step, _, _ := s.Next(); step.ID != "second" {
		t.Errorf("next is %s", step.ID)
	}
}

// Looking into a lesson, or reading one again, does not move the place to go on
// from; an answer does, and reading on.
func TestALookMovesNothing(t *testing.T) {
	s := session(t, progress.NewMemory())
	first, _ := s.Course.Step("first")
	second, _ := s.Course.Step("second")
	a, _ := s.Course.Item("first.a")
	b, _ := s.Course.Item("second.b")
	visit := func(step *course.Step, pages ...int) {
		for _, page := range pages {
			if err := s.Visit(t.Context(), step, page); err != nil {
				t.Fatal(err)
			}
		}
	}
	submit := func(it *course.Item) {
		if _, err := s.Submit(t.Context(), it, exercises.Answer{"yes"}); err != nil {
			t.Fatal(err)
		}
	}
	at := func(what string, want *course.Step, page int) {
		t.Helper()
		if step, p, ok := s.Next(); step != want || p != page || ok != (want != nil) {
			t.Errorf("%s: next is %v page %d", what, step, p)
		}
	}
	visit(second, 0)
	at("a look", first, 0)
	if st := s.State(second); st != course.New {
		t.Errorf("a look makes a lesson %v", st)
	}
	visit(first, 0, 1)
	visit(second, 1)
	at("a look from a page", first, 1)
	submit(a)
	visit(first, 2)
	visit(second, 0)
	at("going on", second, 0)
	visit(second, 1)
	submit(b)
	visit(first, 0, 1) // read again
	at("reading again", second, 1)
	submit(a)
	at("doing again", second, 1)
	submit(second.Items()[0])
	at("the end", nil, 0)
	visit(first, 0, 1)
	at("looking back", nil, 0)
}

// A lesson that is offered is gone on with where it was read, and no longer when its
// part is done.
func TestAnOfferedLessonEndsWithItsPart(t *testing.T) {
	fsys := content()
	fsys["lessons/README.md"] = &fstest.MapFile{Data: []byte(strings.Replace(syllabus, "1. [First]", "1. [Test out](m/0.md): zero\n1. [First]", 1))}
	fsys["lessons/README.md"].Data = []byte(strings.Replace(string(fsys["lessons/README.md"].Data), "3. Third (coming)\n", "", 1))
	fsys["lessons/m/0.md"] = &fstest.MapFile{Data: []byte(strings.Replace(lesson("out", "Text.\n\n"+yesFence("out.a")+yesFence("out.b")), "notes: n", "notes: n\noptional: true", 1))}
	s, err := course.NewSession(t.Context(), load(t, fsys), progress.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	out, _ := s.Course.Step("out")
	first, _ := s.Course.Step("first")
	if got := s.Offers(first); len(got) != 1 || got[0] != out {
		t.Errorf("offered before the first lesson: %v", got)
	}
	for page := range 2 {
		if err := s.Visit(t.Context(), out, page); err != nil {
			t.Fatal(err)
		}
	}
	if step, page, _ := s.Next(); step != first || page != 0 {
		t.Errorf("leafing through it, next is %v page %d", step, page)
	}
	answer := func(id string) {
		it, _ := s.Course.Item(id)
		if _, err := s.Submit(t.Context(), it, exercises.Answer{"yes"}); err != nil {
			t.Fatal(err)
		}
	}
	answer("out.a")
	if step, page, _ := s.Next(); step != out || page != 1 {
		t.Errorf("next is %v page %d", step, page)
	}
	for _, id := range []string{"first.a", "second.a", "second.b"} {
		answer(id)
	}
	if step, _, ok := s.Next(); ok {
		t.Errorf("all is done, and next is %v", step)
	}
}

func TestForgetAndRestartKeepTheLog(t *testing.T) {
	store := progress.NewMemory()
	s := session(t, store)
	a, _ := s.Course.Item("first.a")
	b, _ := s.Course.Item("second.a")
	for _, it := range []*course.Item{a, b} {
		if _, err := s.Submit(t.Context(), it, exercises.Answer{"yes"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Forget(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if s.ItemState(a) != course.New || s.ItemState(b) != course.Done {
		t.Errorf("a is %v, b is %v", s.ItemState(a), s.ItemState(b))
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.ItemState(b) != course.New {
		t.Error("b survived the restart")
	}
	if events, _ := store.Events(t.Context()); len(events) != 4 {
		t.Errorf("%d events in the log, want all 4", len(events))
	}
}

func TestCoursesThatShareALogDoNotMeet(t *testing.T) {
	store := progress.NewMemory()
	s := session(t, store)
	a, _ := s.Course.Item("first.a")
	if _, err := s.Submit(t.Context(), a, exercises.Answer{"yes"}); err != nil {
		t.Fatal(err)
	}
	if err := store.Append(t.Context(), progress.Event{ID: progress.NewID(), Kind: progress.Restarted, Course: "another"}); err != nil {
		t.Fatal(err)
	}
	if s := session(t, store); s.ItemState(a) != course.Done {
		t.Error("a restart of another course began this one again")
	}
}

func TestHintsClimb(t *testing.T) {
	s := session(t, progress.NewMemory())
	a, _ := s.Course.Item("first.a")
	if open, all := s.Hints(a); len(open) != 0 || all != 2 {
		t.Errorf("%q of %d", open, all)
	}
	for n := 1; n <= 2; n++ {
		if open, err := s.Hint(t.Context(), a); err != nil || len(open) != n {
			t.Errorf("hint %d: %q, %v", n, open, err)
		}
	}
	if _, err := s.Hint(t.Context(), a); !errors.Is(err, course.ErrNoHint) {
		t.Errorf("a third hint: %v", err)
	}
}

func TestATooLongAnswerIsRefusedKindly(t *testing.T) {
	s := session(t, progress.NewMemory())
	a, _ := s.Course.Item("first.a")
	_, err := s.Submit(t.Context(), a, exercises.Answer{strings.Repeat("é", 1<<20)})
	var inc *exercises.Incomplete
	if !errors.As(err, &inc) || !strings.Contains(inc.Need, "1048576 characters and at most 10000") {
		t.Errorf("%v", err)
	}
}

// The packages that a server, a test or another front end links must not bring
// a terminal library with them.
func TestNoTerminalBehindTheWall(t *testing.T) {
	for _, pkg := range []string{"course", "course/evidence", "course/insights", "lessons", "progress", "exercises", "exercises/grading", "exercises/scenarios", "exercises/threatmodel", "exercises/threatmodel/export", "course/classroom"} {
		out, err := exec.Command("go", "list", "-deps", "edu/threatlings/"+pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, dep := range strings.Fields(string(out)) {
			if strings.HasPrefix(dep, "github.com/charmbracelet/") || strings.HasPrefix(dep, "github.com/muesli/termenv") {
				t.Errorf("%s links %s", pkg, dep)
			}
		}
	}
	for pkg, never := range map[string][]string{"lessons": {"exercises", "progress", "course"}, "progress": {"exercises", "lessons", "course"}, "progress/records": {"exercises", "lessons", "course"}, "exercises/clean": {"exercises", "lessons", "progress", "course"}, "exercises": {"lessons", "progress", "course"}} {
		out, err := exec.Command("go", "list", "-deps", "edu/threatlings/"+pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range never {
			if strings.Contains(string(out), "edu/threatlings/"+n+"\n") {
				t.Errorf("%s imports %s", pkg, n)
			}
		}
	}
}

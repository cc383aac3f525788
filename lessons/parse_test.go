package lessons

import (
	"strings"
	"testing"
)

const lesson = "---\nid: a\ntitle: A\nminutes: 3\nobjectives: [do]\nsources: []\n---\nFirst page.\n\n---\n\nSecond.\n\n```exercise choice\nid: a.one\n```\n\nThird.\n\n```text\n---\n```\n"

func TestParseLessonSplitsPages(t *testing.T) {
	l, err := ParseLesson("x.md", []byte(lesson))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range l.Pages {
		if p.Fence != nil {
			got = append(got, "exercise "+p.Fence.Kind)
			if p.Fence.Line != 15 || string(p.Fence.YAML) != "id: a.one\n" {
				t.Errorf("fence at line %d with %q", p.Fence.Line, p.Fence.YAML)
			}
			continue
		}
		got = append(got, p.Markdown)
	}
	want := []string{"First page.", "Second.", "exercise choice", "Third.\n\n```text\n---\n```"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("pages %q, want %q", got, want)
	}
}

func TestParseLessonFaults(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"no front matter":  {"Hello", "x.md:1: the file does not begin with front matter"},
		"front not closed": {"---\nid: a\n", "x.md:1: the front matter does not end"},
		"unknown field":    {"---\nid: a\ntitel: A\n---\n", "x.md:3: front matter: unknown field"},
		"no minutes":       {"---\nid: a\ntitle: A\n---\ntext", "x.md:1: minutes is 0"},
		"open fence":       {"---\nid: a\ntitle: A\nminutes: 1\n---\n```text\nfoo", "x.md:6: this fence is never closed"},
		"unlabelled fence": {"---\nid: a\ntitle: A\nminutes: 1\n---\n```\nfoo\n```", "x.md:6: a fence without a label"},
		"no kind":          {"---\nid: a\ntitle: A\nminutes: 1\n---\n```exercise\nfoo\n```", "x.md:6: an exercise fence names one kind"},
		"empty":            {"---\nid: a\ntitle: A\nminutes: 1\n---\n\n", "x.md:1: the lesson has no text"},
	} {
		_, err := ParseLesson("x.md", []byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestParseSyllabus(t *testing.T) {
	s, err := ParseSyllabus("README.md", []byte("---\nid: c\ntitle: C\nversion: 2\n---\nIntro.\n\n## Part 1 · One\nAbout it.\n\nAbout 60 minutes.\n\nAfter it you can:\n- walk\n\n1. [First](one/01.md): enticing.\n2. Second: later (coming)\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := s.Modules[0]
	if m.ID != "part-1" || m.Summary != "About it." || m.Minutes != "About 60 minutes" || len(m.Able) != 1 {
		t.Errorf("module %+v", m)
	}
	if e := m.Entries[0]; e.Path != "one/01.md" || e.About != "enticing." || e.Line != 16 {
		t.Errorf("entry %+v", e)
	}
	if e := m.Entries[1]; e.Path != "" || e.Title != "Second" || e.About != "later" {
		t.Errorf("coming entry %+v", e)
	}
	if _, err := ParseSyllabus("README.md", []byte("---\nid: c\ntitle: C\n---\n## P\n1. [x](../../etc/passwd.md)\n")); err == nil {
		t.Error("a link out of the folder was taken")
	}
}

// FuzzParse: no bytes make the parsers panic, and what they accept has pages.
func FuzzParse(f *testing.F) {
	f.Add([]byte(lesson))
	f.Add([]byte("---\nid: a\ntitle: A\nminutes: 1\n---\n```exercise x\n"))
	f.Add([]byte("---\n---\n## a\n1. [b](c.md): d\n- e\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := ParseLesson("f", b); err == nil && (len(l.Pages) == 0 || l.ID == "") {
			t.Errorf("accepted without pages or id: %q", b)
		}
		if s, err := ParseSyllabus("f", b); err == nil && len(s.Modules) == 0 {
			t.Errorf("accepted without parts: %q", b)
		}
	})
}

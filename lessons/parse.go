package lessons

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

type parser struct {
	file  string
	lines []string
	errs  []error
}

func (p *parser) fault(line int, format string, args ...any) {
	p.errs = append(p.errs, &Fault{p.file, line, fmt.Sprintf(format, args...)})
}

// newParser splits text into lines and decodes its front matter strictly into
// v. body is the index of the first line behind the front matter.
func newParser(file string, text []byte, v any) (p *parser, body int) {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	p = &parser{file: file, lines: strings.Split(string(text), "\n")}
	if p.lines[0] != "---" {
		p.fault(1, "the file does not begin with front matter; begin it with a line ---, the fields, and another line ---")
		return p, 0
	}
	end := 1
	for end < len(p.lines) && p.lines[end] != "---" {
		end++
	}
	if end == len(p.lines) {
		p.fault(1, "the front matter does not end; close it with a line ---")
		return p, end
	}
	front := strings.Join(p.lines[1:end], "\n")
	if err := decodeYAML(front, v); err != nil {
		line, what := 2, err.Error()
		var ye yaml.Error
		if errors.As(err, &ye) {
			what = ye.GetMessage()
			if t := ye.GetToken(); t != nil && t.Position != nil {
				line = 1 + t.Position.Line
			}
		}
		what, _, _ = strings.Cut(what, "\n")
		p.fault(line, "front matter: %s", what)
	}
	return p, end + 1
}

// decodeYAML decodes strictly. The library panics on some texts that are no
// YAML (a tag in front of nothing, for one): that is a fault like any other.
func decodeYAML(text string, v any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("this is not understood as YAML: %v", r)
		}
	}()
	return yaml.NewDecoder(strings.NewReader(text), yaml.Strict()).Decode(v)
}

// ParseLesson reads one lesson. Its faults are *Fault, joined.
func ParseLesson(file string, text []byte) (*Lesson, error) {
	var front struct {
		ID         string   `yaml:"id"`
		Title      string   `yaml:"title"`
		Minutes    int      `yaml:"minutes"`
		Objectives []string `yaml:"objectives"`
		Sources    []string `yaml:"sources"`
		Optional   bool     `yaml:"optional"`
		Notes      string   `yaml:"notes"`
	}
	p, i := newParser(file, text, &front)
	l := &Lesson{ID: front.ID, Title: front.Title, Minutes: front.Minutes, Objectives: front.Objectives, Sources: front.Sources, Optional: front.Optional, Notes: front.Notes, File: file}
	if len(p.errs) == 0 {
		if l.ID == "" || l.Title == "" {
			p.fault(1, "a lesson needs an id and a title in its front matter")
		}
		if l.Minutes <= 0 {
			p.fault(1, "minutes is %d; say how long a newcomer needs, reading and exercises", l.Minutes)
		}
		p.pages(l, i)
		if len(l.Pages) == 0 {
			p.fault(1, "the lesson has no text")
		}
	}
	return l, errors.Join(p.errs...)
}

// pages splits the body at lines "---" and around exercise fences.
func (p *parser) pages(l *Lesson, i int) {
	var page []string
	start := i
	flush := func(next int) {
		if md := strings.Trim(strings.Join(page, "\n"), "\n"); strings.TrimSpace(md) != "" {
			for start < len(p.lines) && strings.TrimSpace(p.lines[start]) == "" {
				start++
			}
			l.Pages = append(l.Pages, Page{Markdown: md, Line: start + 1})
		}
		page, start = nil, next
	}
	for i < len(p.lines) {
		line := p.lines[i]
		switch {
		case line == "---":
			flush(i + 1)
		case strings.HasPrefix(line, "```"):
			info := strings.Fields(strings.TrimPrefix(line, "```"))
			end := i + 1
			for end < len(p.lines) && strings.TrimRight(p.lines[end], " ") != "```" {
				end++
			}
			switch {
			case end == len(p.lines):
				p.fault(i+1, "this fence is never closed; end it with a line ```")
				flush(end)
				return
			case len(info) == 0:
				p.fault(i+1, "a fence without a label; write ```text for plain text")
			case info[0] == "exercise" && len(info) != 2:
				p.fault(i+1, "an exercise fence names one kind, such as ```exercise choice")
			}
			if len(info) == 2 && info[0] == "exercise" {
				flush(end + 1)
				l.Pages = append(l.Pages, Page{Line: i + 1, Fence: &Fence{
					Kind: info[1], YAML: []byte(strings.Join(p.lines[i+1:end], "\n") + "\n"), Line: i + 2,
				}})
			} else {
				page = append(page, p.lines[i:end+1]...)
			}
			i = end
		default:
			page = append(page, line)
		}
		i++
	}
	flush(i)
}

var (
	linked  = regexp.MustCompile(`^\d+\. \[([^\]]+)\]\(([^)\s]+)\)(?:[:.]? *(.*))?$`)
	coming  = regexp.MustCompile(`^\d+\. ([^\[].*?)(?: \(coming\))?$`)
	minutes = regexp.MustCompile(`^(About .*minutes?)\.?$`)
)

// ParseSyllabus reads the syllabus. Its faults are *Fault, joined.
func ParseSyllabus(file string, text []byte) (*Syllabus, error) {
	var front struct {
		ID      string `yaml:"id"`
		Title   string `yaml:"title"`
		Version int    `yaml:"version"`
	}
	p, i := newParser(file, text, &front)
	s := &Syllabus{ID: front.ID, Title: front.Title, Version: front.Version}
	if len(p.errs) == 0 && (s.ID == "" || s.Title == "") {
		p.fault(1, "the syllabus needs an id and a title in its front matter")
	}
	for ; i < len(p.lines); i++ {
		p.syllabusLine(s, strings.TrimRight(p.lines[i], " "), i+1)
	}
	if len(p.errs) == 0 && len(s.Modules) == 0 {
		p.fault(1, "the syllabus has no parts; begin each with a line ## and its title")
	}
	return s, errors.Join(p.errs...)
}

func (p *parser) syllabusLine(s *Syllabus, line string, n int) {
	if title, ok := strings.CutPrefix(line, "## "); ok {
		s.Modules = append(s.Modules, Module{ID: fmt.Sprintf("part-%d", len(s.Modules)+1), Title: title})
		return
	}
	if len(s.Modules) == 0 || line == "" {
		return
	}
	m := &s.Modules[len(s.Modules)-1]
	if g := linked.FindStringSubmatch(line); g != nil {
		target := path.Clean(g[2])
		if strings.HasPrefix(target, "..") || path.IsAbs(target) || !strings.HasSuffix(target, ".md") {
			p.fault(n, "the link %q leaves the folder of lessons or is no .md file", g[2])
			return
		}
		m.Entries = append(m.Entries, Entry{Title: g[1], Path: target, About: g[3], Line: n})
	} else if g := coming.FindStringSubmatch(line); g != nil {
		title, about, _ := strings.Cut(g[1], ": ")
		m.Entries = append(m.Entries, Entry{Title: title, About: about, Line: n})
	} else if able, ok := strings.CutPrefix(line, "- "); ok {
		m.Able = append(m.Able, able)
	} else if g := minutes.FindStringSubmatch(line); g != nil {
		m.Minutes = g[1]
	} else if m.Summary == "" {
		m.Summary = line
	}
}

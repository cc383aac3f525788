package workspace

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"edu/threatlings/exercises/threatmodel"
)

// reviewStep says what is missing, and how to take the model along.
type reviewStep struct {
	s        *Screen
	cur, top int
}

func newReview(s *Screen) view { return &reviewStep{s: s} }

func (v *reviewStep) key(k tea.KeyMsg) (bool, tea.Cmd) {
	checks := v.s.m.Checks(v.s.o.Guide)
	switch k.String() {
	case "up", "k":
		v.cur = max(0, v.cur-1)
	case "down", "j":
		v.cur = min(len(checks)-1, v.cur+1)
	case "enter", "right":
		if c := checks[min(v.cur, len(checks)-1)]; c.Step != threatmodel.ReviewStep {
			v.s.goTo(c.Step)
			return true, nil
		}
		return true, v.write()
	case "w", "e":
		return true, v.write()
	case "c":
		if v.s.o.Key == nil {
			v.s.say("There is nothing to compare with: the feature is your own. Show it to somebody.")
			return true, nil
		}
		return true, v.compare()
	default:
		return false, nil
	}
	return true, nil
}

func (v *reviewStep) write() tea.Cmd {
	s := v.s
	return s.open(&form{title: "Did we do a good job?", fields: []*field{
		s.text("Looking back", s.m.Review, "What did we see only late? Whom should we have asked? What do we look at next time?", 6, func(t string) { s.m.Review = t }),
	}})
}

func (v *reviewStep) compare() tea.Cmd {
	key, err := v.s.o.Key()
	if err != nil {
		v.s.sayBad(err)
		return nil
	}
	v.s.over = newComparison(v.s, threatmodel.Compare(v.s.m, key))
	return nil
}

func (v *reviewStep) lines(width, height int) []string {
	s, st := v.s, v.s.o.Styles
	checks := s.m.Checks(s.o.Guide)
	v.cur = min(v.cur, len(checks)-1)
	var tail []string
	name := s.o.Name(s.m)
	tail = append(tail, "", st.Quiet.Render("Take it along, as md, html, threatdragon, otm or csv:"))
	for _, l := range strings.Split(ansi.Hardwrap("threatlings export "+name+" --to md", width-2, true), "\n") { // a path has no blanks
		tail = append(tail, "  "+st.Text.Render(l))
	}
	if s.o.Key != nil {
		tail = append(tail, st.Text.Render("c")+st.Quiet.Render(" compares with what the author of this feature knows"))
	}
	room := max(3, height-len(tail))
	out := s.window(&v.top, room, len(checks), v.cur, func(i int) string {
		c := checks[i]
		sign, style := st.Good.Render("✓ "), st.Quiet
		if !c.OK {
			sign, style = st.Warn.Render("? "), st.Text
		}
		return sign + style.Render(fit(c.Text, width-4))
	})
	return append(out, tail[:min(len(tail), height-len(out))]...)
}

func (v *reviewStep) help() []key.Binding {
	out := []key.Binding{bind("enter", "go there"), bind("w", "look back")}
	if v.s.o.Key != nil {
		out = append(out, bind("c", "compare"))
	}
	return out
}

// comparison shows a model beside the key of a practice feature.
type comparison struct {
	s   *Screen
	c   threatmodel.Comparison
	off int
	all int
}

func newComparison(s *Screen, c threatmodel.Comparison) overlay { return &comparison{s: s, c: c} }

func (c *comparison) title() string {
	return fmt.Sprintf("Beside the key: you found %d of %d. The key is one reviewer's list; where it does not know your threat, that says nothing against it.", len(c.c.Found), len(c.c.Found)+len(c.c.Missed))
}

func (c *comparison) lines(width, height int) []string {
	st := c.s.o.Styles
	w := min(width, 96)
	var out []string
	add := func(style lipgloss.Style, indent int, text string) {
		for _, l := range wrap(text, w-indent) {
			out = append(out, strings.Repeat(" ", indent)+style.Render(l))
		}
	}
	if len(c.c.Found) > 0 {
		add(st.Strong, 0, "Found")
		for _, f := range c.c.Found {
			add(st.Good, 2, "✓ "+f.Title)
			add(st.Quiet, 4, "yours: "+f.Yours)
			add(st.Quiet, 4, fmt.Sprintf("you: %s, %s · the key: %s, %s", said(f.Severity, "not rated"), said(f.When, "no time"), f.KeySeverity, f.KeyWhen))
			if f.Plan != "" {
				add(st.Quiet, 4, "the key would: "+f.Plan)
			}
		}
		out = append(out, "")
	}
	if len(c.c.Missed) > 0 {
		add(st.Strong, 0, "Missed, by place")
		for _, f := range c.c.Missed {
			add(st.Warn, 2, "· "+f.Place+": "+f.Title+" ("+f.KeySeverity+")")
			if f.Quote != "" {
				add(st.Quiet, 4, "“"+f.Quote+"”")
			}
		}
		out = append(out, "")
	}
	for _, part := range []struct {
		name string
		list []threatmodel.Other
	}{{"The design deals with it already, or it is out of scope", c.c.Handled}, {"Not in the key: perhaps you saw more than its author", c.c.Unknown}} {
		if len(part.list) == 0 {
			continue
		}
		add(st.Strong, 0, part.name)
		for _, o := range part.list {
			add(st.Text, 2, "· "+o.Yours)
			if o.Why != "" {
				add(st.Quiet, 4, o.Why)
			}
		}
		out = append(out, "")
	}
	c.all = len(out)
	c.off = max(0, min(c.off, c.all-height))
	return out[c.off:min(c.all, c.off+height)]
}

func said(s, none string) string {
	if s == "" {
		return none
	}
	return s
}

func (c *comparison) key(k tea.KeyMsg) (bool, tea.Cmd) {
	switch k.String() {
	case "down", "j":
		c.off++
	case "up", "k":
		c.off--
	case "pgdown", " ":
		c.off += 10
	case "pgup":
		c.off -= 10
	case "home":
		c.off = 0
	case "end":
		c.off = c.all
	default:
		return false, nil
	}
	c.off = max(0, c.off)
	return true, nil
}

func (c *comparison) help() []key.Binding { return []key.Binding{bind("↑↓", "scroll")} }

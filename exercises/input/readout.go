package input

import (
	"strings"

	"edu/threatlings/exercises/scenarios"
)

// ReadDocument reads a Markdown document to the learner, part by part if there
// are several: headings and tables become sentences.
func ReadDocument(p *Prompter, md string) error {
	titles, parts := documentParts(md)
	if len(parts) == 1 {
		p.Say("%s", parts[0])
		return nil
	}
	i, ok, err := p.ChooseOr("Which part of the document? Press enter to go back to your question.", append([]string{"All of it"}, titles...))
	if err != nil || !ok {
		return err
	}
	if i > 0 {
		p.Say("%s", parts[i-1])
		return nil
	}
	for _, text := range parts {
		p.Say("%s", text+"\n")
	}
	return nil
}

// documentParts cuts a document at its "## " headings. What stands above the
// first one is a part with the document's own title.
func documentParts(md string) (titles, parts []string) {
	title, cur := "The beginning", []string{}
	fenced := false
	flush := func() {
		text := strings.TrimSpace(strings.Join(cur, "\n"))
		if text != "" {
			titles, parts = append(titles, title), append(parts, title+".\n"+text)
		}
		cur = nil
	}
	for _, l := range strings.Split(md, "\n") {
		if strings.HasPrefix(l, "```") {
			fenced = !fenced
			continue
		}
		switch {
		case fenced:
			cur = append(cur, l)
		case strings.HasPrefix(l, "# "):
			title = strings.TrimPrefix(l, "# ")
		case strings.HasPrefix(l, "## "):
			flush()
			title = strings.TrimPrefix(l, "## ")
		case strings.HasPrefix(l, "|"):
			if row := tableRow(l); row != "" {
				cur = append(cur, row)
			}
		default:
			cur = append(cur, strings.TrimLeft(strings.ReplaceAll(l, "*", ""), "#> "))
		}
	}
	flush()
	if len(parts) == 0 {
		return []string{title}, []string{title}
	}
	return titles, parts
}

// tableRow makes a sentence of a row of a table, and nothing of its ruler.
func tableRow(l string) string {
	if strings.Trim(l, "|-: ") == "" {
		return ""
	}
	var cells []string
	for _, c := range strings.Split(strings.Trim(l, "| "), "|") {
		if c = strings.TrimSpace(c); c != "" {
			cells = append(cells, c)
		}
	}
	return strings.Join(cells, "; ") + "."
}

// WithScenario makes d and w work at every question while talk runs: d reads the
// scenario's document, w walks its diagram.
func WithScenario(p *Prompter, s *scenarios.Scenario, more []Command, talk func() error) error {
	before := p.Commands
	defer func() { p.Commands = before }()
	own := append([]Command{
		{Word: "d", Also: []string{"document"}, Help: "d reads the document", Run: func() error { return ReadDocument(p, s.Document) }},
		{Word: "w", Also: []string{"walk", "diagram"}, Help: "w walks the diagram", Run: func() error { return Walk(p, s.System) }},
	}, more...)
	p.Commands = append(own, before...)
	return talk()
}

// Walk reads the diagram: all of it, or from flow to flow with enter.
func Walk(p *Prompter, sys *scenarios.System) error {
	i, ok, err := p.ChooseOr("The diagram of "+sys.Title+". Press enter to go back to your question.", []string{"Read all of it", "Walk from flow to flow"})
	if err != nil || !ok {
		return err
	}
	if i == 0 {
		ReadOut(p, sys)
		return nil
	}
	for i, f := range sys.Flows {
		p.Say("%s", FlowSentence(sys, f))
		if i == len(sys.Flows)-1 {
			break
		}
		line, err := p.Line("Press enter for the next one, or type stop.")
		if err != nil {
			return err
		}
		if line != "" {
			return nil
		}
	}
	p.Say("That was the last one.")
	return nil
}

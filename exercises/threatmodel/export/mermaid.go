package export

import (
	"fmt"
	"strings"

	"edu/threatlings/exercises/threatmodel"
)

// labelWidth is the most columns of a label in a diagram.
const labelWidth = 60

// Mermaid draws a model's system as a Mermaid flowchart. Ids are our own and
// every label is quoted and escaped, so that no name can be taken for syntax.
func Mermaid(m *threatmodel.Model) string {
	var b strings.Builder
	b.WriteString("flowchart TB\n")
	ids := map[string]string{}
	for i, c := range m.Components {
		ids[c.ID] = fmt.Sprintf("c%d", i+1)
	}
	for i, z := range m.Zones {
		fmt.Fprintf(&b, "  subgraph z%d [%s]\n", i+1, mermaidLabel(z.Name))
		for _, c := range m.Components {
			if c.Zone != z.ID {
				continue
			}
			open, end := "(", ")" // a process
			switch c.Kind {
			case "store":
				open, end = "[(", ")]"
			case "actor":
				open, end = "[", "]"
			case "external":
				open, end = "[[", "]]"
			}
			fmt.Fprintf(&b, "    %s%s%s%s\n", ids[c.ID], open, mermaidLabel(c.Name), end)
		}
		b.WriteString("  end\n")
	}
	for _, f := range m.Flows {
		arrow := "-->"
		if f.Both {
			arrow = "<-->"
		}
		label := fmt.Sprint(f.N)
		if f.Protocol != "" {
			label += " " + f.Protocol
		}
		fmt.Fprintf(&b, "  %s %s|%s| %s\n", ids[f.From], arrow, mermaidLabel(label), ids[f.To])
	}
	return b.String()
}

// mermaidLabel quotes a label. What Mermaid, its Markdown strings or a browser
// would read as syntax becomes Mermaid's own entity code.
func mermaidLabel(s string) string {
	s = threatmodel.Shorten(line(s), labelWidth)
	if s == "" {
		s = " "
	}
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\"#&<>`|[](){};:*_~\\%$=", r) {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

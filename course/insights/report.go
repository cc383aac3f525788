package insights

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	texttemplate "text/template"

	"edu/threatlings/exercises/clean"
)

// Formats are the forms of a report.
var Formats = []string{"md", "html", "json"}

// Write writes the report in one of the Formats.
func (r *Report) Write(format string) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch format {
	case "md":
		var t *texttemplate.Template
		if t, err = texttemplate.New("report.md").Funcs(texttemplate.FuncMap(words)).Funcs(texttemplate.FuncMap{"text": clean.Markdown}).ParseFS(templates, "report.md"); err == nil {
			err = t.Execute(&b, r)
		}
	case "html":
		var t *template.Template
		if t, err = template.New("report.html").Funcs(words).ParseFS(templates, "report.html"); err == nil {
			err = t.Execute(&b, r)
		}
	case "json":
		e := json.NewEncoder(&b)
		e.SetIndent("", "  ")
		err = e.Encode(r)
	default:
		return nil, fmt.Errorf("%q is no form of this report; use one of: %s", format, strings.Join(Formats, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return b.Bytes(), nil
}

//go:embed report.md report.html
var templates embed.FS

// words are what the templates say numbers with.
var words = template.FuncMap{
	"percent": percent, "number": number, "signed": signed, "of": ofAll, "interval": interval,
	"bar": newBar, "plural": plural, "fewest": func() int { return Fewest },
	"list": func(s []string) string { return strings.Join(s, ", ") },
}

// barWidth is the width of a whole bar, in pixels.
const barWidth = 160

// A bar is a share with its interval, in pixels.
type bar struct {
	W, Share, Low, High int
	Says                string // for who cannot see it
}

func newBar(r Rate) bar {
	px := func(x float64) int { return int(x*barWidth + 0.5) }
	return bar{W: barWidth, Share: px(r.Share), Low: px(r.Low), High: px(r.High), Says: ofAll(r) + ", " + interval(r)}
}

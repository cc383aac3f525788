package records

import (
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"edu/threatlings/exercises/clean"
)

// A Certificate is a record for people to read.
type Certificate struct {
	Opened
	Name string // what the holder wants to be called; "" for the id alone
	File string // the record's file, for the command that verifies it
}

// A Row is a line of a certificate: what it is, and what it says.
type Row struct{ Label, Value string }

// Heading promises no more than what happened.
func (c Certificate) Heading() string {
	if c.Status() == Failed {
		return "Record of participation"
	}
	return "Certificate of completion"
}

// Verify is the command that checks the record.
func (c Certificate) Verify() string { return "threatlings records verify " + shellWord(c.File) }

// Rows is what the certificate says, line by line.
func (c Certificate) Rows() []Row {
	var rows []Row
	add := func(label, value string) {
		if value = clean.Line(value); value != "" {
			rows = append(rows, Row{label, value})
		}
	}
	if c.Name != "" {
		add("Name", c.Name+" (as the holder writes it; not part of the record)")
	}
	add("Person", c.Person.Name+" at "+c.Person.HomePage)
	add("Course", fmt.Sprintf("%s (%s, version %d)", c.CourseTitle, c.Course, c.CourseVersion))
	if c.Module != "" {
		add("Module", c.ModuleTitle+" ("+c.Module+")")
	}
	add("Registration", c.Registration)
	add("Mode", c.Mode)
	if c.Team != nil {
		add("Team", c.Team.Name)
	}
	if c.Instructor != nil {
		add("Instructor", c.Instructor.Name)
	}
	add("Started", c.Started.Format(time.RFC3339))
	add("Ended", c.Completed.Format(time.RFC3339))
	add("Active", count(c.ActiveMinutes, "minute"))
	add("Attempts", strconv.Itoa(c.Attempts))
	result := c.Status()
	if c.Score != nil {
		result += ", score " + percent(*c.Score) + " %"
		if c.PassMark != nil {
			result += ", pass mark " + percent(*c.PassMark) + " %"
		}
	}
	add("Result", result)
	if c.Status() != Failed { // or else it would claim what was not shown
		for _, o := range c.Objectives {
			add("Objective", o.Text)
		}
		for _, f := range c.Frameworks {
			part := ""
			if f.Part != "" {
				part = " (the part on " + f.Part + ")"
			}
			add("Helps to show", f.Name+" "+f.Clause+part)
		}
		add("Valid until", c.ValidUntil.Format(time.RFC3339))
	}
	add("Program", c.Program)
	add("Content", "sha256:"+c.Content)
	add("Evidence", c.Says())
	if c.KeyID != "" {
		add("Signing key", c.KeyID)
	}
	add("Record", c.ID)
	add("Digest", "sha256:"+c.Digest)
	return rows
}

// Text is the certificate for a terminal or a mail.
func (c Certificate) Text() string {
	var b strings.Builder
	h := c.Heading()
	fmt.Fprintf(&b, "%s\n%s\n\n", h, strings.Repeat("=", len(h)))
	for _, r := range c.Rows() {
		fmt.Fprintf(&b, "%-14s %s\n", r.Label+":", r.Value)
	}
	fmt.Fprintf(&b, "\nTo check the record:\n\n    %s\n", c.Verify())
	return b.String()
}

// Markdown is the certificate as a document.
func (c Certificate) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n| | |\n|---|---|\n", c.Heading())
	for _, r := range c.Rows() {
		fmt.Fprintf(&b, "| %s | %s |\n", r.Label, clean.Markdown(r.Value))
	}
	// An indented block: no file name can end it.
	fmt.Fprintf(&b, "\nTo check the record:\n\n    %s\n", c.Verify())
	return b.String()
}

//go:embed certificate.html
var certificateHTML string

// HTML is the certificate as one page that loads nothing, runs nothing and prints
// well.
func (c Certificate) HTML() (string, error) {
	t, err := template.New("certificate").Parse(certificateHTML)
	if err != nil {
		return "", fmt.Errorf("reading the certificate's template: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, c); err != nil {
		return "", fmt.Errorf("writing the certificate: %w", err)
	}
	return b.String(), nil
}

// percent never rounds up: 79.996 % does not look like a pass mark of 80.
func percent(share float64) string {
	const hair = 1e-9 // what binary fractions lose: 0.29*10000 is 2899.9999999999995
	return strconv.FormatFloat(math.Floor(share*10000+hair)/100, 'f', -1, 64)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// Package records turns what a person did into evidence that others can use: a
// completion record that can be signed and checked, a certificate, a table for a
// learning management system (LMS), xAPI statements for a learning record store
// (LRS), and a coverage report for an organisation.
//
// It exists apart from package progress because here data leave the learner's
// computer: what is said must be true, what a person wrote is escaped or left
// out, and nothing claims more than a signature proves.
package records

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/gowebpki/jcs"
)

// A Level says who vouches for a record.
type Level string

// The levels of evidence, from the weakest to the strongest.
const (
	SelfReported       Level = "self-reported"       // graded on the learner's own computer
	ServerWitnessed    Level = "server-witnessed"    // done on a server, which signed it
	InstructorAttested Level = "instructor-attested" // an instructor was there and signed it
)

// Modes of a record.
const (
	SelfPaced = "self-paced"
	Class     = "class"
)

// What became of a module, as Record.Status says it.
const (
	Completed = "completed" // done, where there is nothing to pass
	Passed    = "passed"
	Failed    = "failed"
)

// Format is the version of the form of a Record.
const Format = 1

// ValidMonths is how long a record counts: PCI DSS 6.2.2 asks for training at
// least once every twelve months.
const ValidMonths = 12

// maxText is how long one text of a record may be, in bytes: far more than any
// title or id has, and little enough for every store.
const maxText = 1000

// An Account is a person, or a team, in the system at HomePage. Name is an opaque
// id there, never a mail address.
type Account struct {
	HomePage string `json:"homePage"`
	Name     string `json:"name"`
}

// An Enrolment is one person taking one module once. Module is "" for the course
// as a whole; Registration is the organisation's word, such as "onboarding" or
// "refresher 2027".
type Enrolment struct {
	Person       Account `json:"person"`
	Course       string  `json:"course"`
	Module       string  `json:"module,omitempty"`
	Registration string  `json:"registration"`
}

// UUID is the enrolment's id: the same wherever it is worked out.
func (e Enrolment) UUID() uuid.UUID {
	return derive("registration", e.Person.HomePage, e.Person.Name, e.Course, e.Module, e.Registration)
}

// An Objective is something that the learner can do now, in the course's words.
type Objective struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// A Framework is a requirement that a record helps to show, and which part of it.
type Framework struct {
	Name   string `json:"name"`
	Clause string `json:"clause"`
	Part   string `json:"part,omitempty"`
}

// A Record says that a person went through a module. There is one for each
// enrolment. Make it with New; Encode and Sign write it, Open reads it.
type Record struct {
	Format int    `json:"format"`
	ID     string `json:"id"` // UUID, derived from the enrolment
	Enrolment
	CourseTitle   string      `json:"courseTitle"`
	CourseVersion int         `json:"courseVersion"`
	ModuleTitle   string      `json:"moduleTitle,omitempty"`
	Content       string      `json:"content"` // SHA-256 of what was taught, in hex
	Program       string      `json:"program"` // version of the program
	Mode          string      `json:"mode"`
	Started       time.Time   `json:"started"`
	Completed     time.Time   `json:"completed"`
	ActiveMinutes int         `json:"activeMinutes"`
	Attempts      int         `json:"attempts"`
	Score         *float64    `json:"score,omitempty"`    // 0 to 1; nil when nothing is scored
	PassMark      *float64    `json:"passMark,omitempty"` // 0 to 1; nil when there is nothing to pass
	Objectives    []Objective `json:"objectives,omitempty"`
	Frameworks    []Framework `json:"frameworks,omitempty"`
	ValidUntil    time.Time   `json:"validUntil,omitzero"` // none where the module was failed
	Evidence      Level       `json:"evidence"`
	Team          *Account    `json:"team,omitempty"`       // of a class
	Instructor    *Account    `json:"instructor,omitempty"` // of a class
}

// Frameworks is what a course in threat modeling helps to show. PCI DSS 6.2.2
// asks for more than design, so that only a part of it is claimed.
func Frameworks() []Framework {
	return []Framework{
		{Name: "PCI DSS", Clause: "6.2.2", Part: "secure design"},
		{Name: "ISO/IEC 27001", Clause: "A.6.3"},
		{Name: "NIST SSDF", Clause: "PO.2.2"},
		{Name: "SOC 2", Clause: "CC1.4"},
	}
}

// New completes a record: format, id, validity and times in whole seconds. Its
// evidence is self-reported until somebody signs. The error says what a record
// lacks.
func New(r Record) (Record, error) {
	r.Format = Format
	r.ID = r.UUID().String()
	r.Started = r.Started.Truncate(time.Second)
	r.Completed = r.Completed.Truncate(time.Second)
	r.ValidUntil = time.Time{}
	if r.Status() != Failed {
		r.ValidUntil = r.Completed.AddDate(0, ValidMonths, 0)
	}
	r.Evidence = SelfReported
	return r, r.Check()
}

// Check returns what is wrong with a record, all of it, or nil.
func (r Record) Check() error {
	var faults []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	bad(r.Format != Format, "its format is %d, and this program knows %d", r.Format, Format)
	bad(r.ID != r.UUID().String(), "its id does not belong to its enrolment")
	bad(r.CourseVersion < 1, "the version of the course is missing")
	bad(!isDigest(r.Content), "the digest of the content is not a SHA-256")
	bad(r.Started.IsZero() || r.Completed.IsZero(), "it lacks a start or an end")
	bad(r.Completed.Before(r.Started), "it ends before it starts")
	bad(r.ActiveMinutes < 0 || r.Attempts < 0, "minutes or attempts are negative")
	bad(!isShare(r.Score) || !isShare(r.PassMark), "score and pass mark go from 0 to 1")
	bad(r.PassMark != nil && r.Score == nil, "it has a pass mark and no score")
	bad((r.ValidUntil.After(r.Completed.AddDate(0, ValidMonths, 0)) || r.ValidUntil.Before(r.Completed)) &&
		(r.Status() != Failed || !r.ValidUntil.IsZero()),
		"it must be valid for %d months at most, from its end on", ValidMonths)
	bad(r.Evidence.rank() == 0, "the level of evidence %q is unknown", r.Evidence)
	for _, f := range []struct{ what, text string }{
		{"course", r.Course}, {"registration", r.Registration}, {"title of the course", r.CourseTitle},
		{"program version", r.Program}, {"mode", r.Mode},
	} {
		bad(f.text == "", "the %s is missing", f.what)
	}
	bad(r.Module != "" && r.ModuleTitle == "", "the title of the module is missing")
	faults = append(faults, r.Person.check("person"))
	if r.Team != nil {
		faults = append(faults, r.Team.check("team"))
	}
	if r.Instructor != nil {
		faults = append(faults, r.Instructor.check("instructor"))
	}
	texts := []string{r.Course, r.Module, r.Registration, r.CourseTitle, r.ModuleTitle, r.Program, r.Mode}
	for _, o := range r.Objectives {
		texts = append(texts, o.ID, o.Text)
	}
	for _, f := range r.Frameworks {
		texts = append(texts, f.Name, f.Clause, f.Part)
	}
	for _, t := range texts {
		bad(len(t) > maxText || !utf8.ValidString(t), "a text is longer than %d bytes, or is no text", maxText)
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("the record is not sound: %w", err)
	}
	return nil
}

// Status is Passed or Failed where there is a pass mark, and else Completed.
func (r Record) Status() string {
	switch {
	case r.PassMark == nil || r.Score == nil:
		return Completed
	case *r.Score >= *r.PassMark:
		return Passed
	default:
		return Failed
	}
}

// Title is the module's title, or the course's when the record is for all of it.
func (r Record) Title() string {
	if r.Module == "" {
		return r.CourseTitle
	}
	return r.ModuleTitle
}

// rank orders the levels; 0 is no level at all.
func (l Level) rank() int {
	switch l {
	case SelfReported:
		return 1
	case ServerWitnessed:
		return 2
	case InstructorAttested:
		return 3
	}
	return 0
}

func weaker(a, b Level) Level {
	if a.rank() < b.rank() {
		return a
	}
	return b
}

func (a Account) check(what string) error {
	u, err := url.Parse(a.HomePage)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || len(a.HomePage) > maxText:
		return fmt.Errorf("the home page of the %s must be a web address such as https://people.example.org", what)
	case strings.TrimSpace(a.Name) == "" || len(a.Name) > maxText || !utf8.ValidString(a.Name):
		return fmt.Errorf("the id of the %s is missing or too long", what)
	case strings.Contains(a.Name, "@"):
		return fmt.Errorf("the id of the %s looks like a mail address; use an id that says nothing about the person", what)
	}
	return nil
}

func isShare(f *float64) bool { return f == nil || !math.IsNaN(*f) && *f >= 0 && *f <= 1 }

func isDigest(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// derive makes a UUIDv5 of parts. They are joined as JSON, so that no two lists
// of parts are the same text.
func derive(parts ...string) uuid.UUID {
	b, _ := json.Marshal(parts) // strings always marshal
	return uuid.NewSHA1(uuid.NewSHA1(uuid.NameSpaceOID, []byte("threatlings records")), b)
}

// canonical is the RFC 8785 form of a value: the one sequence of bytes that is
// signed, hashed and sent.
func canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	b, err = jcs.Transform(b)
	if err != nil {
		return nil, fmt.Errorf("writing canonical JSON: %w", err)
	}
	return b, nil
}

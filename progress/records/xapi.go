package records

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The vocabulary. Some stores refuse every other verb.
const (
	verbs      = "http://adlnet.gov/expapi/verbs/"
	activities = "http://adlnet.gov/expapi/activities/"
	// masteryScore is the extension of cmi5 that says what had to be reached.
	masteryScore = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore"
)

// An Attempt is one answer that was handed in.
type Attempt struct {
	ID string // of the event that it comes from: a UUID
	Enrolment
	Item        string // the exercise's id
	Title       string
	Simulation  bool   // a whole scenario rather than a question
	Interaction string // xAPI's interactionType; "" is "other"
	Time        time.Time
	Response    []string
	// Fixed says that every part of Response is an id of the course's. Everything
	// else is free text, and stays here unless it is asked for.
	Fixed bool
}

// Vocabulary says how an organisation's statements look.
type Vocabulary struct {
	// Base is the web address under which the ids of activities stand, such as
	// https://learn.example.org/threatlings. It must not change later: a store
	// knows an activity by its id.
	Base     string
	Language string // of titles, such as "en", which "" means
	FreeText bool   // send what learners wrote in their own words
}

// A Statement is one xAPI 1.0.3 statement, as the bytes that are kept and sent.
type Statement struct {
	ID   string // UUID
	Time time.Time
	JSON []byte // canonical
}

type agent struct {
	ObjectType string  `json:"objectType"`
	Account    Account `json:"account"`
}

type verb struct {
	ID      string            `json:"id"`
	Display map[string]string `json:"display"`
}

type activity struct {
	ObjectType string      `json:"objectType"`
	ID         string      `json:"id"`
	Definition *definition `json:"definition,omitempty"`
}

type definition struct {
	Type            string            `json:"type"`
	Name            map[string]string `json:"name,omitempty"`
	InteractionType string            `json:"interactionType,omitempty"`
}

type outcome struct {
	Score      *score `json:"score,omitempty"`
	Success    *bool  `json:"success,omitempty"`
	Completion *bool  `json:"completion,omitempty"`
	Duration   string `json:"duration,omitempty"`
	Response   string `json:"response,omitempty"`
}

type score struct {
	Scaled float64 `json:"scaled"`
}

type setting struct {
	Registration      string                `json:"registration"`
	Instructor        *agent                `json:"instructor,omitempty"`
	Team              *agent                `json:"team,omitempty"`
	Revision          string                `json:"revision,omitempty"`
	Platform          string                `json:"platform,omitempty"`
	Language          string                `json:"language,omitempty"`
	ContextActivities map[string][]activity `json:"contextActivities,omitempty"`
	Extensions        map[string]any        `json:"extensions,omitempty"`
}

// said is a statement before it is written. Object is an activity, or what a
// voiding statement refers to.
type said struct {
	ID        string   `json:"id"`
	Actor     agent    `json:"actor"`
	Verb      verb     `json:"verb"`
	Object    any      `json:"object"`
	Result    *outcome `json:"result,omitempty"`
	Context   *setting `json:"context,omitempty"`
	Timestamp string   `json:"timestamp"`
}

// interactions are xAPI's; the value says whether a response is a list of ids.
func interactions() map[string]bool {
	return map[string]bool{"choice": true, "sequencing": true, "matching": true, "likert": true, "true-false": false,
		"fill-in": false, "long-fill-in": false, "performance": false, "numeric": false, "other": false}
}

// Statements says records and attempts as xAPI statements, in the order of their
// times. It is pure: the same facts become the same bytes with the same ids, so
// that a store that gets them again has no duplicates.
//
// For each enrolment there is at most one statement that it was initialized, one
// completed and one passed; of several records of an enrolment the first counts,
// and a failure after a pass says nothing. Score and success stand on passed and
// failed alone. Faults are joined, and then there are no statements at all.
func Statements(records []Record, attempts []Attempt, v Vocabulary) ([]Statement, error) {
	u, err := url.Parse(v.Base)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the base of activity ids must be a web address such as https://learn.example.org/threatlings")
	}
	v.Base = strings.TrimRight(v.Base, "/")
	if v.Language == "" {
		v.Language = "en"
	}
	var faults []error
	var all []said
	once := map[string]bool{}
	sorted := slices.Clone(records)
	sort.SliceStable(sorted, func(i, k int) bool { return sorted[i].Completed.Before(sorted[k].Completed) })
	for _, r := range sorted {
		if err := r.Check(); err != nil {
			faults = append(faults, fmt.Errorf("record %s: %w", r.ID, err))
			continue
		}
		all = append(all, v.record(r, once)...)
	}
	for _, a := range attempts {
		s, err := v.attempt(a)
		if err != nil {
			faults = append(faults, fmt.Errorf("attempt %s at %s: %w", a.ID, a.Item, err))
			continue
		}
		if !once[s.ID] {
			once[s.ID] = true
			all = append(all, s)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return write(all)
}

// Void makes the statement that takes an earlier one back. The actor is whoever
// takes it back; stores do not let a voiding statement be voided.
func Void(id string, actor Account, at time.Time) (Statement, error) {
	target, err := uuid.Parse(id)
	if err != nil {
		return Statement{}, fmt.Errorf("taking a statement back: %q is no statement's id", id)
	}
	if err := actor.check("actor"); err != nil {
		return Statement{}, fmt.Errorf("taking a statement back: %w", err)
	}
	out, err := write([]said{{
		ID:        derive("voided", target.String()).String(),
		Actor:     agent{"Agent", actor},
		Verb:      verb{verbs + "voided", map[string]string{"en": "voided"}},
		Object:    map[string]string{"objectType": "StatementRef", "id": target.String()},
		Timestamp: stamp(at),
	}})
	if err != nil {
		return Statement{}, err
	}
	return out[0], nil
}

// record says one record. once remembers what an enrolment has already.
func (v Vocabulary) record(r Record, once map[string]bool) []said {
	reg := r.UUID().String()
	class := "module"
	if r.Module == "" {
		class = "course"
	}
	object := v.activity(r.Enrolment, class, r.Title())
	// Whole minutes: some stores compare durations as text, so there is one way
	// to write one.
	took := fmt.Sprintf("PT%dM", r.ActiveMinutes)
	yes, no := true, false
	status := r.Status()
	var out []said
	say := func(name string, at time.Time, key string, result *outcome) {
		id := derive("statement", reg, name, key).String()
		if once[id] {
			return
		}
		once[id] = true
		c := v.setting(r.Enrolment)
		c.Revision, c.Platform = r.Content, "threatlings "+r.Program
		c.Extensions = map[string]any{v.Base + "/extensions/evidence": string(r.Evidence)}
		if result != nil && result.Score != nil && r.PassMark != nil {
			c.Extensions[masteryScore] = *r.PassMark
		}
		if r.Module != "" {
			c.ContextActivities = map[string][]activity{"parent": {v.course(r.Course)}}
		}
		if r.Instructor != nil {
			c.Instructor = &agent{"Agent", *r.Instructor}
		}
		if r.Team != nil {
			c.Team = &agent{"Group", *r.Team}
		}
		out = append(out, said{ID: id, Actor: agent{"Agent", r.Person}, Verb: v.verb(name), Object: object, Result: result, Context: &c, Timestamp: stamp(at)})
	}
	say("initialized", r.Started, "", nil)
	say("completed", r.Completed, "", &outcome{Completion: &yes, Duration: took})
	passed := derive("statement", reg, Passed, "").String()
	switch {
	case status == Passed:
		say(Passed, r.Completed, "", &outcome{Score: &score{*r.Score}, Success: &yes, Duration: took})
	case status == Failed && !once[passed]:
		say(Failed, r.Completed, stamp(r.Completed), &outcome{Score: &score{*r.Score}, Success: &no, Duration: took})
	}
	say("terminated", r.Completed, stamp(r.Completed), &outcome{Duration: took})
	return out
}

func (v Vocabulary) attempt(a Attempt) (said, error) {
	if _, err := uuid.Parse(a.ID); err != nil {
		return said{}, errors.New("its id is no UUID")
	}
	if err := a.Person.check("person"); err != nil {
		return said{}, err
	}
	if a.Course == "" || a.Registration == "" || a.Item == "" || a.Title == "" || a.Time.IsZero() {
		return said{}, errors.New("it lacks a course, a registration, an exercise, a title or a time")
	}
	if a.Interaction == "" {
		a.Interaction = "other"
	}
	list, known := interactions()[a.Interaction]
	if !known {
		return said{}, fmt.Errorf("xAPI has no interaction type %q", a.Interaction)
	}
	class := "cmi.interaction"
	if a.Simulation {
		class = "simulation"
	}
	object := v.activity(a.Enrolment, class, a.Title)
	object.ID = v.Base + "/course/" + url.PathEscape(a.Course) + "/exercise/" + url.PathEscape(a.Item)
	if !a.Simulation {
		object.Definition.InteractionType = a.Interaction
	}
	s := said{
		ID:    derive("statement", a.UUID().String(), "answered", strings.ToLower(a.ID)).String(),
		Actor: agent{"Agent", a.Person}, Verb: v.verb("answered"), Object: object, Timestamp: stamp(a.Time),
	}
	c := v.setting(a.Enrolment)
	c.ContextActivities = map[string][]activity{"grouping": {v.course(a.Course)}}
	if a.Module != "" {
		module := v.activity(a.Enrolment, "module", "")
		c.ContextActivities["parent"] = []activity{module}
	}
	s.Context = &c
	if len(a.Response) > 0 && (a.Fixed || v.FreeText) {
		between := "\n"
		if list {
			between = "[,]"
		}
		s.Result = &outcome{Response: strings.Join(a.Response, between)}
	}
	return s, nil
}

func (v Vocabulary) verb(name string) verb {
	return verb{verbs + name, map[string]string{"en": name}}
}

// course is a course as a bare id: its title stands where the course is the object.
func (v Vocabulary) course(id string) activity {
	return activity{"Activity", v.Base + "/course/" + url.PathEscape(id), &definition{Type: activities + "course"}}
}

func (v Vocabulary) activity(e Enrolment, class, title string) activity {
	a := v.course(e.Course)
	if e.Module != "" {
		a.ID += "/module/" + url.PathEscape(e.Module)
	}
	a.Definition.Type = activities + class
	if title != "" {
		a.Definition.Name = map[string]string{v.Language: title}
	}
	return a
}

func (v Vocabulary) setting(e Enrolment) setting {
	return setting{Registration: e.UUID().String(), Language: v.Language}
}

// stamp is a time as a store keeps it: UTC, milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// write orders statements by time, and those of one moment as a course goes.
func write(all []said) ([]Statement, error) {
	order := []string{"initialized", "answered", Completed, Passed, Failed, "terminated", "voided"}
	rank := func(s said) int { return slices.Index(order, strings.TrimPrefix(s.Verb.ID, verbs)) }
	sort.SliceStable(all, func(i, k int) bool {
		a, b := all[i], all[k]
		if a.Timestamp != b.Timestamp {
			return a.Timestamp < b.Timestamp
		}
		if rank(a) != rank(b) {
			return rank(a) < rank(b)
		}
		return a.ID < b.ID
	})
	var out []Statement
	for _, s := range all {
		b, err := canonical(s)
		if err != nil {
			return nil, fmt.Errorf("statement %s: %w", s.ID, err)
		}
		at, err := time.Parse(time.RFC3339, s.Timestamp)
		if err != nil {
			return nil, fmt.Errorf("statement %s: %w", s.ID, err)
		}
		out = append(out, Statement{ID: s.ID, Time: at, JSON: b})
	}
	return out, nil
}

// WriteXAPI writes statements as one JSON array, a statement a line, each as it
// would be sent.
func WriteXAPI(statements []Statement) []byte {
	raw := make([]json.RawMessage, len(statements))
	for i, s := range statements {
		raw[i] = s.JSON
	}
	return join(raw, "\n")
}

// join makes a JSON array of parts without touching their bytes.
func join[T ~[]byte](parts []T, feed string) []byte {
	out := []byte("[" + feed)
	for i, p := range parts {
		if i > 0 {
			out = append(out, ","+feed...)
		}
		out = append(out, p...)
	}
	return append(out, feed+"]"+feed...)
}

package progress_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"edu/threatlings/progress"
)

// at is a moment, so many minutes into the story.
func at(minute int) time.Time {
	return time.Date(2027, 3, 1, 9, minute, 0, 0, time.UTC)
}

// story makes events of words such as "visited house 2", "submitted house.a
// 0.5 partly", "hinted house.a 1", "forgot house"; the nth happens in minute n.
func story(t *testing.T, lines ...string) []progress.Event {
	t.Helper()
	var events []progress.Event
	for i, l := range lines {
		w := append(strings.Fields(l), "", "", "")
		e := progress.Event{ID: fmt.Sprint(i), Time: at(i), Kind: w[0], Item: w[1]}
		var err error
		switch e.Kind {
		case progress.Visited:
			_, err = fmt.Sscan(w[2], &e.Page)
		case progress.Hinted:
			_, err = fmt.Sscan(w[2], &e.Hint)
		case progress.Submitted:
			var score float64
			_, err = fmt.Sscan(w[2], &score)
			e.Score, e.Outcome, e.Version = &score, w[3], "v"+fmt.Sprint(i)
			e.Answer, e.Result = []string{w[2]}, json.RawMessage(w[2])
		}
		if err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		events = append(events, e)
	}
	return events
}

func TestSummarize(t *testing.T) {
	tried := func(n int, first, last, best float64, from, to int) progress.Item {
		text, top := fmt.Sprint(last), fmt.Sprint(best)
		return progress.Item{Attempts: n, FirstScore: first, LastScore: last, BestScore: best, LastOutcome: "partly",
			LastAnswer: []string{text}, LastResult: json.RawMessage(text), BestAnswer: []string{top}, BestResult: json.RawMessage(top), Version: "v" + fmt.Sprint(to), First: at(from), Last: at(to)}
	}
	hinted := tried(1, 1, 1, 1, 2, 2)
	hinted.Hints = 2
	type (
		items    = map[string]progress.Item
		pages    = map[string]map[int]bool
		finished = map[string]bool
	)
	for _, c := range []struct {
		name  string
		story []string
		want  progress.Summary
	}{
		{"nothing", nil, progress.Summary{}},
		{"pages", []string{"visited house 0", "visited house 1", "visited shop 0", "finished house", "visited house 0"}, progress.Summary{
			Pages: pages{"house": {0: true, 1: true}, "shop": {0: true}}, Finished: finished{"house": true},
			Last: progress.Position{Item: "house", Time: at(4)}}},
		{"first, last and best", []string{"submitted a 0.5 partly", "submitted a 0.75 partly", "submitted a 0.25 partly"}, progress.Summary{
			Items: items{"a": tried(3, 0.5, 0.25, 0.75, 0, 2)}, Last: progress.Position{Time: at(2)}}},
		{"hints before an answer", []string{"hinted a 1", "hinted a 2", "submitted a 1 partly"}, progress.Summary{
			Items: items{"a": hinted}, Last: progress.Position{Time: at(2)}}},
		{"a hint again opens no fewer", []string{"hinted a 2", "hinted a 1"}, progress.Summary{
			Items: items{"a": {Hints: 2}}, Last: progress.Position{Time: at(1)}}},
		{"kinds of a newer program", []string{"visited house 1", "dreamt house", "dreamt"}, progress.Summary{
			Pages: pages{"house": {1: true}}, Last: progress.Position{Item: "house", Page: 1, Time: at(2)}}},
		{"an exercise forgotten", []string{"hinted a 1", "submitted a 1 partly", "submitted b 0 partly", "forgot a"}, progress.Summary{
			Items: items{"b": tried(1, 0, 0, 0, 2, 2)}, Last: progress.Position{Time: at(3)}}},
		{"and done again", []string{"submitted a 1 partly", "forgot a", "submitted a 0.5 partly"}, progress.Summary{
			Items: items{"a": tried(1, 0.5, 0.5, 0.5, 2, 2)}, Last: progress.Position{Time: at(2)}}},
		{"a lesson forgotten", []string{"visited shop 1", "finished shop", "visited house 2", "finished house", "forgot house"}, progress.Summary{
			Pages: pages{"shop": {1: true}}, Finished: finished{"shop": true}, Last: progress.Position{Item: "house", Time: at(4)}}},
		{"started again", []string{"visited house 2", "finished house", "submitted a 1 partly", "restarted", "visited shop 0"}, progress.Summary{
			Pages: pages{"shop": {0: true}}, Last: progress.Position{Item: "shop", Time: at(4)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want.Items == nil {
				c.want.Items = items{}
			}
			if c.want.Pages == nil {
				c.want.Pages = pages{}
			}
			if c.want.Bookmarks == nil {
				c.want.Bookmarks = map[progress.Place]bool{}
			}
			if c.want.Notes == nil {
				c.want.Notes = map[progress.Place]string{}
			}
			if c.want.Finished == nil {
				c.want.Finished = finished{}
			}
			if got := progress.Summarize(story(t, c.story...)); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

package ask

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
)

// What was said about one question says nothing about another, and makes none
// the same as another.
func TestReplyBelongsToItsQuestion(t *testing.T) {
	x := exercise(t, "want: 1", "want: 2")
	a := exercises.Answer{"who has access to the store\nIs somebody near the kiosk's network?"}
	a = x.Reply(a, 1, "Who in the office may read the ticket store, and who can listen on the hall's network?")
	if want := "+2 Who in the office"; !strings.HasPrefix(a[1], want) {
		t.Fatalf("the answer is %q", a)
	}
	res, err := x.Grade(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	if it := res.Items[0]; it.Mark != exercises.Good || it.ID != "who-reads-store" || it.Yours != "who has access to the store" {
		t.Errorf("the first question became %+v", it)
	}
	if it := res.Items[1]; !strings.Contains(it.Yours, "ticket store") {
		t.Errorf("the reply is not with its question: %+v", it)
	}
}

func TestParseReplies(t *testing.T) {
	text, replies := parse(exercises.Answer{"a\nb", "+ to the first", "+2 to the second", "+x no reply"})
	if want := []reply{{0, "to the first"}, {1, "to the second"}}; !reflect.DeepEqual(replies, want) || text != "a\nb\n+x no reply" {
		t.Errorf("%q %+v", text, replies)
	}
}

// The headline says what the comment says, and names the letter that is better.
func TestHeadlines(t *testing.T) {
	x := exercise(t, "near:\n", `near:
  - {id: general, text: Is the connection of the machine secure?, examples: [is it secure, is it safe from hackers, is the machine hacked, safety of tickets], reason: True and too wide.}
  - {id: fix-tls, text: Use TLS in the hall., examples: [turn TLS on, encrypt the hall, add a certificate to the kiosk, switch to HTTPS], reason: That may well be the remedy.}
`)
	for text, want := range map[string]struct{ word, summary, expected string }{
		"denial of service by many tickets": {"for another letter", "belongs elsewhere", "a question for D, Denial of service"},
		"is it secure":                      {"too wide", "too wide", ""},
		"turn TLS on":                       {"a remedy", "A remedy", ""},
	} {
		res, err := x.Grade(context.Background(), exercises.Answer{text})
		if err != nil {
			t.Fatal(err)
		}
		it := res.Items[0]
		if it.Word != want.word || !strings.Contains(res.Summary, want.summary) || it.Expected != want.expected || res.Score != nearScore {
			t.Errorf("%q: %q, %+v", text, res.Summary, it)
		}
	}
}

// The question back comes before the explanation, which would answer it.
func TestAskedExplainsNothing(t *testing.T) {
	for _, text := range []string{"tickets", "encrypted?", "You should encrypt the hall's network so that nobody can listen."} {
		res, err := exercise(t).Grade(context.Background(), exercises.Answer{text})
		if err != nil || res.Outcome != exercises.Asked || res.Explain != "" || res.More != nil || res.Score != 0 {
			t.Errorf("%q: %+v %v", text, res, err)
		}
	}
}

// A question with no word of the key's but the names of the system's parts gets
// no marks for what it stands near.
func TestNamesOfPartsAreNoQuestion(t *testing.T) {
	for _, text := range []string{"Is the kiosk a duck?", "Does the ticket service sing at the kiosk?"} {
		res, err := exercise(t).Grade(context.Background(), exercises.Answer{text})
		if err != nil || res.Score != 0 {
			t.Errorf("%q: %+v %v", text, res.Items, err)
		}
	}
}

// A remedy has the form of one; the name of a weakness has not.
func TestClaims(t *testing.T) {
	for text, want := range map[string]bool{
		"mass assignment - any field goes in the record": false,
		"mass assignment":                            false,
		"log tamper - who can delete lines":          false,
		"timing -> who answered when":                false,
		"retry storm from a buggy script":            false,
		"Use TLS between kiosk and service":          true,
		"The service should check every field":       true,
		"We must rotate the key":                     true,
		"please encrypt it":                          true,
		"Encrypt":                                    false,
		"put a thief in the middle and read it all":  false,
		"The link works for ever":                    false,
		"Nobody can read it because it is encrypted": true,
	} {
		if got := claims(text); got != want {
			t.Errorf("%q: %v (%s)", text, got, grading.ShippedManners().Kind(text))
		}
	}
}

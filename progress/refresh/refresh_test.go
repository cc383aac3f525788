package refresh

import (
	"strings"
	"testing"
)

func TestRate(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Review
		row  int
		want Rating
	}{
		{"wrong", Review{}, 0, Again},
		{"wrong and sure", Review{Certainty: Sure}, 2, Again},
		{"wrong with a hint on the second try", Review{Hints: true, Tries: 2}, 0, Again},
		{"the last hint", Review{Right: true, Hints: true, LastHint: true}, 2, Again},
		{"the last hint alone", Review{Right: true, LastHint: true}, 0, Again},
		{"a hint", Review{Right: true, Hints: true, Certainty: Sure}, 2, Hard},
		{"second try", Review{Right: true, Tries: 2, Certainty: Sure}, 2, Hard},
		{"a guess", Review{Right: true, Tries: 1, Certainty: Guess}, 2, Hard},
		{"alone", Review{Right: true, Tries: 1}, 2, Good},
		{"alone, tries not counted", Review{Right: true}, 0, Good},
		{"fairly sure", Review{Right: true, Certainty: Fairly}, 2, Good},
		{"sure, first", Review{Right: true, Certainty: Sure}, 0, Good},
		{"sure, second", Review{Right: true, Certainty: Sure}, 1, Good},
		{"sure, third in a row", Review{Right: true, Certainty: Sure}, 2, Easy},
		{"sure, fourth in a row", Review{Right: true, Certainty: Sure}, 3, Good},
		{"a certainty of a later version", Review{Right: true, Certainty: "quite"}, 2, Good},
	} {
		if got := Rate(tt.r, tt.row); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestDeckRatesByTheRow(t *testing.T) {
	d := NewDeck(nil, many(Letter, 1))
	r := Review{ID: "l0", At: start, Right: true, Certainty: Sure}
	var got []string
	for i := range 7 {
		r.Right = i != 3
		r.Rating = d.Rate(r)
		got = append(got, string(r.Rating))
		d.Add(r)
		r.At = r.At.Add(10 * day)
	}
	if want := "good good easy again good good easy"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// The recorded rating counts, but never against a failure, and one that is not
// known is rated anew.
func TestRecordedRating(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Review
		days int
	}{
		{"recorded", Review{Right: true, Rating: Easy}, 16},
		{"a failure that says hard", Review{Rating: Hard}, 1},
		{"the last hint that says good", Review{Right: true, LastHint: true, Rating: Good}, 1},
		{"missing", Review{Right: true}, 3},
		{"of a later version", Review{Right: true, Rating: "splendid"}, 3},
		{"right that an older rule failed", Review{Right: true, Rating: Again}, 1},
	} {
		tt.r.ID, tt.r.At = "l0", start
		if got := only(t, NewDeck([]Review{tt.r}, many(Letter, 1))).Days; got != tt.days {
			t.Errorf("%s: %d days, want %d", tt.name, got, tt.days)
		}
	}
}

func TestCalibration(t *testing.T) {
	answers := func(c Certainty, right, wrong int) []Review {
		var log []Review
		for i := range right + wrong {
			log = append(log, Review{ID: "l0", Right: i < right, Certainty: c})
		}
		return log
	}
	for _, tt := range []struct {
		name string
		log  []Review
		want string
	}{
		{"nothing", nil, "You have not said yet how sure you are."},
		{"never asked", answers(NotAsked, 5, 5), "You have not said yet how sure you are."},
		{"little", answers(Guess, 1, 2), "You were right when guessing, 1 of 3 times. That is too little to tell whether you can trust the feeling."},
		{"trusted", append(answers(Sure, 9, 1), answers(Fairly, 3, 1)...), "You were right when sure, 9 of 10 times; when fairly sure, 3 of 4 times. When you feel sure, you can mostly trust it."},
		{"too sure", answers(Sure, 7, 3), "You were right when sure, 7 of 10 times. You are surer than you are right: when you feel sure, look for the sentence that shows it."},
		{"too modest", answers(Guess, 8, 2), "You were right when guessing, 8 of 10 times. You know more than you think: speak up sooner."},
	} {
		if got := Calibrate(tt.log).Sentence(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	// A second try or the last hint is not what the learner was sure of.
	c := Calibrate([]Review{
		{Right: true, Certainty: Sure, Tries: 2},
		{Right: true, Certainty: Sure, LastHint: true},
		{Right: true, Certainty: Sure, Hints: true, Tries: 1},
	})
	if c.Sure != (Share{Right: 1, Asked: 3}) {
		t.Errorf("%+v", c)
	}
	if of, ok := c.Sure.Of(); !ok || of != 1.0/3 {
		t.Errorf("share %v, %v", of, ok)
	}
	if _, ok := c.Guess.Of(); ok {
		t.Error("a share of no answers")
	}
}

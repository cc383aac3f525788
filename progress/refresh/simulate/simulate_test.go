package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"edu/threatlings/progress/refresh"
)

const again = "; go run ./progress/refresh/simulate says what it is now"

// What holds for whichever learners are drawn.
func TestBounds(t *testing.T) {
	for _, s := range []uint64{seed, 1, 99} {
		res := simulate(s)
		for i, w := range res.Weeks {
			n := i + 1
			if w.Minutes >= 10 || w.Longest > 10 {
				t.Errorf("seed %d, week %d: %.1f minutes a visit, the longest %.1f", s, n, w.Minutes, w.Longest)
			}
			if w.Left > 2 {
				t.Errorf("seed %d, week %d: %.1f items are still due after a visit: they pile up", s, n, w.Left)
			}
			if w.items()*secondsAnItem/60 >= 10 {
				t.Errorf("seed %d, week %d: %.1f items", s, n, w.items())
			}
			if n >= 4 && w.With < w.Without+0.15 || n >= 12 && w.With < w.Without+0.4 {
				t.Errorf("seed %d, week %d: %.2f with and %.2f without", s, n, w.With, w.Without)
			}
			if n >= 12 && w.With < w.Shuffled+0.01 {
				t.Errorf("seed %d, week %d: %.2f by date and %.2f by chance", s, n, w.With, w.Shuffled)
			}
			if w.With < 0.7 || w.With > 0.97 {
				t.Errorf("seed %d, week %d: %.2f is recalled", s, n, w.With)
			}
			if w.Came < learners/2 || w.Came > learners*95/100 {
				t.Errorf("seed %d, week %d: %d came", s, n, w.Came)
			}
			if w.Asked[refresh.Missed] == 0 || w.Asked[refresh.Letter] == 0 || w.Asked[refresh.Fresh] == 0 {
				t.Errorf("seed %d, week %d: a kind is never asked: %v", s, n, w.Asked)
			}
		}
		if last := res.Weeks[weeks-1]; last.items() > 3 || last.With < 0.85 || last.Without > 0.35 {
			t.Errorf("seed %d: the year ends with %+v", s, last)
		}
		sure, _ := res.Sure.Of()
		fairly, _ := res.Fairly.Of()
		guess, _ := res.Guess.Of()
		if sure <= fairly || fairly <= guess {
			t.Errorf("seed %d: right when sure %.2f, fairly %.2f, guessing %.2f", s, sure, fairly, guess)
		}
	}
}

func TestSameSeedSameYear(t *testing.T) {
	if a, b := simulate(5), simulate(5); !reflect.DeepEqual(a, b) {
		t.Error("two runs differ")
	}
	if reflect.DeepEqual(simulate(5), simulate(6)) {
		t.Error("the seed does nothing")
	}
}

// A memory fades, and a question mends it: more when it comes late.
func TestMemory(t *testing.T) {
	day := 24 * time.Hour
	begin := time.Date(2027, 1, 4, 0, 0, 0, 0, time.UTC)
	it := refresh.Item{ID: "letter-0", Kind: refresh.Letter}
	after := func(wait time.Duration) float64 {
		l := &learner{decay: 0.5, growth: 8, begin: begin, items: []refresh.Item{it},
			taught: map[string]trace{it.ID: {scale: taughtDays, at: begin}}}
		for n := uint64(0); ; n++ { // until the answer is right alone
			m := l.mind(newSource(n, 0))
			if got := m.recall(it, begin); got != 1 {
				t.Fatalf("at first %.2f is recalled", got)
			}
			if r := m.answer(it, begin.Add(wait)); r.Right && !r.Hints {
				return m.recall(it, begin.Add(wait+30*day))
			}
		}
	}
	if soon, late := after(day), after(30*day); soon >= late {
		t.Errorf("asked after a day %.2f, after a month %.2f", soon, late)
	}
}

// The picture and the README that are shown are those of this program.
func TestShownIsCurrent(t *testing.T) {
	res := simulate(seed)
	root := filepath.Join("..", "..", "..")
	picture, err := os.ReadFile(filepath.Join(root, ".pictures", "refresher.svg"))
	if err != nil {
		t.Fatal(err)
	}
	if string(picture) != res.plot() {
		t.Error(".pictures/refresher.svg is of another year" + again)
	}
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range append(res.table(), res.summary()) {
		if !strings.Contains(string(readme), line) {
			t.Errorf("the README lacks %q%s", line, again)
		}
	}
}

func TestRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "plot.svg")
	if err := run(out, io.Discard); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	bars, curves := 0, 0
	for d := xml.NewDecoder(file); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal("the plot is no XML:", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			switch e.Name.Local {
			case "rect":
				bars++
			case "polyline":
				curves++
			}
		}
	}
	if want := 3*weeks + 3 + 1; bars != want || curves != 3 {
		t.Errorf("%d rectangles and %d curves, want %d and 3", bars, curves, want)
	}
	if err := run(filepath.Join(t.TempDir(), "no", "plot.svg"), io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into a folder that is not there: %v", err)
	}
}

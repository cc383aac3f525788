package insights_test

import (
	"strings"
	"testing"
	"unicode"

	"edu/threatlings/course/insights"
)

const (
	head   = `{"what":"export","format":1,"course":"threatlings","free_text":false}`
	answer = `{"what":"answer","learner":5,"n":1,"item":"recap.four-days","version":"0a1b","kind":"choice","attempt":1,"hints":0,"week":"2026-W07","score":1,"outcome":"right","chosen":["plan"]}`
)

// Every fault is told with its file and line.
func TestReadIsStrict(t *testing.T) {
	with := func(old, now string) string {
		if !strings.Contains(answer, old) {
			t.Fatalf("the answer has no %s", old)
		}
		return head + "\n\n" + strings.Replace(answer, old, now, 1)
	}
	for text, want := range map[string]string{
		"":                                 "a.jsonl holds no export",
		answer:                             "a.jsonl:1: the export has no head",
		"x":                                "a.jsonl:1: this is no line of an export",
		"{}":                               "a.jsonl:1: the line does not say what it is",
		strings.Replace(head, "1", "2", 1): "a.jsonl:1: the export has the format 2",
		head + "\n" + strings.Replace(head, "threatlings", "b", 1): `a.jsonl:2: the answers are to the course "b"`,
		with(`"n":1`, `"n":0`):                            "a.jsonl:3: n is 0",
		with(`"score":1`, `"score":1.5`):                  "a.jsonl:3: score is 1.5",
		with(`"score":1`, `"score":1e999`):                "a.jsonl:3: the answer cannot be read",
		with(`"score":1`, `"points":1`):                   `unknown field "points"`,
		with("2026-W07", "2026-02-14"):                    "a.jsonl:3: week must look like 2026-W07",
		with(`"right"`, `"superb"`):                       "a.jsonl:3: there is no such outcome",
		with(`"learner":5`, `"learner":-5`):               "a.jsonl:3: learner is -5",
		with(`recap.four-days`, `a b`):                    "a.jsonl:3: item is no id",
		with(`["plan"]}`, `["plan"]}{}`):                  "a.jsonl:3:",
		with(`["plan"]`, `[],"cards":[{"verdict":"no"}]`): "a.jsonl:3: card 1 has a verdict",
		head + "\n" + strings.Repeat("x", 1<<20):          "a.jsonl:2: the line is longer than 1048576 bytes",
	} {
		_, err := insights.Read("a.jsonl", strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.200q: %v, want %s", text, err, want)
		}
	}
}

func TestReadPassesOverWhatIsNewer(t *testing.T) {
	f, err := insights.Read("a", strings.NewReader("\xef\xbb\xbf"+head+"\r\n"+`{"what":"gaze","x":[1]}`+"\n"+answer+"\n"))
	if err != nil || f.Newer != 1 || len(f.Answers) != 1 || f.Course != "threatlings" {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestReadCleansTexts(t *testing.T) {
	f, err := insights.Read("a", strings.NewReader(head+"\n"+strings.Replace(answer, `"chosen":["plan"]`, `"texts":["a\u001b[31mred\u202e\nline"],"cards":[{"verdict":"vague","reason":"b\u0007"}]`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Answers[0].Texts[0]; got != "a[31mred line" {
		t.Errorf("%q", got)
	}
	if got := f.Answers[0].Cards[0].Reason; got != "b" {
		t.Errorf("%q", got)
	}
}

// Whatever is read can be reported, and shows no control characters.
func FuzzRead(f *testing.F) {
	f.Add(head + "\n" + answer)
	f.Add(head + "\n" + strings.ReplaceAll(answer, "choice", "report"))
	f.Add(head + "\n" + `{"what":"answer","learner":1,"n":1,"item":"billing.top-three","version":"1","kind":"report","attempt":1,"hints":0,"minutes":3,"week":"2026-W07","score":0.5,"outcome":"asked","cards":[{"letter":"I","place":"4","severity":"high","id":"snapshots","verdict":"asked, then credited","asked":true,"text":"<b>","replies":["x"],"disputed":true,"reason":"\u001b"}]}`)
	f.Add(`{"what":"export"}` + "\n" + `{"what":7}`)
	f.Add("[[[[[[")
	c := load(f)
	item, _ := c.Item("recap.four-days")
	report, _ := c.Item("billing.top-three")
	f.Add(head + "\n" + strings.Replace(answer, "0a1b", item.Version, 1))
	f.Fuzz(func(t *testing.T, text string) {
		file, err := insights.Read("f\x1b", strings.NewReader(text))
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
				t.Errorf("%q", err)
			}
			return
		}
		file.Course = c.ID
		// Six learners said the same, to the present version: everything is broken down.
		var all []insights.Answer
		for i := range 6 {
			for _, a := range file.Answers {
				a.Learner = int64(i + 1)
				switch a.Item {
				case item.ID:
					a.Version = item.Version
				case report.ID:
					a.Version = report.Version
				}
				all = append(all, a)
			}
		}
		file.Answers = all
		r, err := insights.New(t.Context(), c, []insights.File{file})
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range insights.Formats {
			b, err := r.Write(form)
			if err != nil {
				t.Fatal(err)
			}
			if strings.ContainsFunc(string(b), func(r rune) bool { return r != '\n' && unicode.IsControl(r) || r == '\u202e' }) {
				t.Errorf("%s holds a control character: %q", form, b)
			}
			if form == "html" && strings.Contains(string(b), "<script") {
				t.Errorf("a script: %s", b)
			}
		}
	})
}

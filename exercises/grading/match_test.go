package grading

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// Answers that must come out as they do, whatever letter is chosen, and with none.
var settled = []struct {
	text   string
	status Status
	id     string
}{
	{"As an attacker I open an account and feed it a list of ten thousand stolen cards to learn which are live", Credited, "card-testing"},
	{"Prod admins can read card data straight from the database; better not to store it at all", Credited, "stored-cards"},
	{"Can I make 120 calls a minute and drain the company's account on validation fees?", Credited, "fee-drain"},
	{"SQL injection in the card holder name", StatusHandled, "injection"},
	{"Hackers could hack it", Vague, ""},
	{"Somebody deletes lines from the billing logs to hide what he did", Credited, "log-tampering"},
	{"I put another company's workspace id into the body and replace their card", Credited, "cross-workspace"},
	{"A colleague's card ends up in the log files", StatusHandled, "cards-in-logs"},
	{"We charge the customer twice", OutOfScope, "charging"},
	{"Ransomware encrypts the backups", AlsoValid, "snapshot-integrity"},
	{"Make the API tokens expire after a month", FixOnly, ""},
	{"It is not true that anyone in production can read card data on the way to the Billing Service", ControlClaimed, ""},
	{"The disk of the database is encrypted", NoHarm, ""},
	{"The first 2,000 checks a day are free", NoHarm, ""},
	{"My cat would like a bigger box, with a red blanket", NotInKey, ""},
	{"", Empty, ""},
	{" \t\n", Empty, ""},
	{strings.Repeat("card token database log ", 20), Stuffed, ""},
}

func TestSettled(t *testing.T) {
	x := NewIndex(billingKey(t))
	for _, c := range settled {
		for _, l := range append(strings.Split(Letters, ""), "") {
			v := x.Match(Card{Text: c.text, Letter: l})
			if v.Status != c.status || v.ID != c.id {
				t.Errorf("%q with letter %q: %s %s (%.2f, %v), want %s %s", c.text, l, v.Status, v.ID, v.P, v.Candidates, c.status, c.id)
			}
		}
	}
}

func TestHandledShowsTheSentence(t *testing.T) {
	x := NewIndex(billingKey(t))
	v := x.Match(Card{Text: "SQL injection in the card holder name"})
	if !strings.Contains(v.Say, "every query is parameterised") {
		t.Errorf("no sentence of the document in %q", v.Say)
	}
	if v = x.Match(Card{Text: "Hackers could hack it"}); v.Question == "" {
		t.Error("vague, and no question")
	}
}

// bank is every answer that there is to try things on.
func bank(t testing.TB) []Card {
	var out []Card
	for _, th := range billingKey(t).Threats {
		for _, e := range th.Examples {
			out = append(out, Card{Text: e, Letter: th.Stride.Accept[0], Place: th.Place.Accept[0]})
		}
	}
	out = append(out, devCards(t)...)
	if !testing.Short() {
		return out
	}
	var some []Card // every tenth: the race detector takes its time
	for i := 0; i < len(out); i += 10 {
		some = append(some, out[i])
	}
	return some
}

// devCards are the cards of the answers that everybody may look at.
func devCards(t testing.TB) []Card {
	t.Helper()
	b, err := os.ReadFile("../scenarios/billing/testdata/dev.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []Card
	for line := range strings.Lines(string(b)) {
		if f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4); len(f) == 4 {
			out = append(out, Card{Letter: strings.Trim(f[1], "-"), Place: strings.Trim(f[2], "-"), Text: f[3]})
		}
	}
	return out
}

// typo swaps two letters in the middle of the longest word.
func typo(s string) string {
	long := ""
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) {
		if len(w) > len(long) {
			long = w
		}
	}
	if len(long) < 7 {
		return s
	}
	m := len(long) / 2
	return strings.Replace(s, long, long[:m]+string(long[m+1])+string(long[m])+long[m+2:], 1)
}

// What changes nothing about the meaning may move a card between credit and a
// question, and never to another threat or out of sight.
func TestSameMeaning(t *testing.T) {
	x := NewIndex(billingKey(t))
	changes := map[string]func(string) string{
		"upper case":  strings.ToUpper,
		"lower case":  strings.ToLower,
		"a typo":      typo,
		"small talk":  func(s string) string { return s + " Hope that helps. Thanks a lot and have a nice weekend!" },
		"a greeting":  func(s string) string { return "Hello! " + s },
		"other order": reversed,
		"odd spacing": func(s string) string { return "  " + strings.ReplaceAll(s, " ", "\t ") + "\n\n" },
		"full width":  func(s string) string { return strings.ReplaceAll(s, "card", "ｃａｒｄ") },
		"invisible":   func(s string) string { return strings.ReplaceAll(s, "e", "e\u200b") },
	}
	type credited struct {
		card Card
		id   string
	}
	var all []credited
	for _, c := range bank(t) {
		if v := x.Match(c); v.Status == Credited {
			all = append(all, credited{c, v.ID})
		}
	}
	for name, change := range changes {
		lost := 0
		for _, before := range all {
			after := before.card
			after.Text = change(after.Text)
			switch v := x.Match(after); {
			case v.Status == Credited && v.ID != before.id:
				t.Errorf("%s moves credit from %s to %s: %q", name, before.id, v.ID, after.Text)
			case v.Status != Credited:
				lost++
				if v.Question == "" && name != "a typo" {
					t.Errorf("%s turns credit into %s without a question: %q", name, v.Status, after.Text)
				}
			}
		}
		t.Logf("%s: %d of %d credited cards are asked about", name, lost, len(all))
		if len(all) < 30 || lost*20 > len(all) {
			t.Errorf("%s: %d of %d credited cards lose their credit", name, lost, len(all))
		}
	}
}

func reversed(s string) string {
	parts := strings.SplitAfter(s, ". ")
	for i, k := 0, len(parts)-1; i < k; i, k = i+1, k-1 {
		parts[i], parts[k] = parts[k], parts[i]
	}
	return strings.Join(parts, " ")
}

func TestLetterNeverMovesCredit(t *testing.T) {
	x := NewIndex(billingKey(t))
	for _, c := range bank(t) {
		credited := map[string]bool{}
		for _, l := range append(strings.Split(Letters, ""), "", "x") {
			c.Letter = l
			if v := x.Match(c); v.Status == Credited {
				credited[v.ID] = true
			}
		}
		if len(credited) > 1 {
			t.Errorf("the letter moves the credit between %v: %q", credited, c.Text)
		}
	}
}

func TestDeniedIsNeverCredited(t *testing.T) {
	x := NewIndex(billingKey(t))
	for _, c := range bank(t) {
		for _, s := range []string{"It is not true that %s", "It isn't true that %s", "%s That is not true.", "It's impossible that %s", "It is not the case that %s"} {
			denied := c
			denied.Text = fmt.Sprintf(s, c.Text)
			denied.Replies = []string{"as I said"}
			for _, d := range []Card{{Text: denied.Text, Letter: c.Letter, Place: c.Place}, denied} {
				if v := x.Match(d); v.Status == Credited {
					t.Errorf("credited as %s: %q", v.ID, d.Text)
				}
			}
		}
	}
}

// "Nobody can tell who did it" is a threat; "nobody can do it" denies one.
func TestDenies(t *testing.T) {
	for text, want := range map[string]bool{
		"Nobody can tell who changed the card":                    false,
		"no one can prove which admin read the cards":             false,
		"It is impossible to say who deleted the lines":           false,
		"With this flood nobody can save a card":                  false,
		"nobody could read the stored cards":                      true,
		"An attacker can't read the database":                     true,
		"It is not possible for a viewer to replace the card":     true,
		"There's no way to steal a token":                         true,
		"Attackers cannot be traced, since the token is shared":   false,
		"The signature is not checked, so anybody can forge it":   false,
		"It’s not true that the token can be stolen":              true,
		"nobody checks whether the caller may change the card":    false,
		"not possible to steal cards; but impossible to prove so": true,
	} {
		if got := denies(normalise(text)); got != want {
			t.Errorf("%q denies: %v", text, got)
		}
	}
}

func TestReplyIsReadTogether(t *testing.T) {
	x := NewIndex(billingKey(t))
	c := Card{Text: "card data at 2", Letter: "I", Place: "2"}
	v := x.Match(c)
	if v.Question == "" || v.Status == Credited {
		t.Fatalf("%+v", v)
	}
	c.Replies = []string{"Somebody inside production listens on the plain HTTP hop and collects the cards and tokens"}
	v = x.Match(c)
	if v.Status != Credited || v.ID != "plaintext-hop" || !v.AfterQuestion {
		t.Errorf("%+v", v)
	}
	c.Replies = []string{"I have no idea"}
	if v = x.Match(c); v.Status == Credited {
		t.Errorf("a reply without content earns credit: %+v", v)
	}
}

// Two telegrams are no list of key words, and a reply that misses the question
// takes away nothing that the card says.
func TestRepliesOfPeopleInAHurry(t *testing.T) {
	x := NewIndex(billingKey(t))
	for _, c := range []struct {
		card, reply string
		status      Status
		id          string
	}{
		{"viewer role swaps card (shared token, button hidden only)", "viewer uses ws token via api, replaces owners card", Credited, "no-role-check"},
		{"card testing: cardnet reason verbatim = oracle", "carder w/ stolen list learns which are live, owners robbed", Credited, "card-testing"},
		{"old ws cards kept, breach bigger", "closed customers cards get stolen too though they left", Credited, "kept-after-closing"},
		{"old ws cards kept, breach bigger", "banana", Asked, ""},
		{"Hackers could hack it", "banana", NotInKey, ""},
		{"Make the API tokens expire after a month", "banana", NotInKey, ""},
	} {
		if v := x.Match(Card{Text: c.card, Replies: []string{c.reply}}); v.Status != c.status || v.ID != c.id {
			t.Errorf("%q, %q: %s %q", c.card, c.reply, v.Status, v.ID)
		}
	}
}

func TestTwoThreatsInOneCard(t *testing.T) {
	x := NewIndex(billingKey(t))
	v := x.Match(Card{Text: "Every engineer can delete lines from the billing logs and hide what he did. The nightly snapshots are not encrypted, and the data team can read every card in them."})
	ids := []string{v.ID, v.Second}
	if v.Status != Credited || !reflect.DeepEqual(ids, []string{"log-tampering", "snapshots"}) && !reflect.DeepEqual(ids, []string{"snapshots", "log-tampering"}) {
		t.Errorf("%s %v", v.Status, ids)
	}
	all := ""
	for _, th := range billingKey(t).Threats[:8] {
		all += th.Title + ". " + th.Examples[0] + " "
	}
	if v = x.Match(Card{Text: all}); v.Status != Stuffed || v.Question == "" {
		t.Errorf("eight threats in one card: %s", v.Status)
	}
}

func TestQuestionsGiveNothingAway(t *testing.T) {
	k := billingKey(t)
	x := NewIndex(k)
	asked := 0
	for _, c := range devCards(t) {
		v := x.Match(c)
		if v.Question == "" {
			continue
		}
		asked++
		if v.Say == "" || !strings.Contains(v.Question, "?") {
			t.Errorf("%q is asked %q", c.Text, v.Question)
		}
		for _, th := range k.Threats {
			if strings.Contains(v.Question+v.Say, th.Title) {
				t.Errorf("%q gives away a title: %q", c.Text, v.Question)
			}
		}
	}
	if asked < 10 {
		t.Errorf("only %d questions were seen", asked)
	}
}

// An index of the same key says the same, and so does one that many use at once.
func TestSameVerdictEveryTime(t *testing.T) {
	k := billingKey(t)
	x, y := NewIndex(k), NewIndex(k)
	var wg sync.WaitGroup
	for _, c := range devCards(t)[:40] {
		wg.Go(func() {
			if v, w, u := x.Match(c), y.Match(c), x.Match(c); !reflect.DeepEqual(v, w) || !reflect.DeepEqual(v, u) {
				t.Errorf("%q:\n%+v\n%+v\n%+v", c.Text, v, w, u)
			}
		})
	}
	wg.Wait()
}

// What is mostly about things of which neither the key nor the document speaks
// is asked about before it is credited.
func TestParrotsAreAskedAbout(t *testing.T) {
	v := NewIndex(billingKey(t)).Match(Card{Text: "A pirate parrot steals the cards of the workspace with a trebuchet so that customers cry", Letter: "I", Place: "billing-db"})
	if v.Status == Credited || v.Question == "" {
		t.Errorf("%s, %q", v.Status, v.Question)
	}
}

// A question back gives no single word back, at most four, and does not ask for
// a harm or a deed that the card names in its own words.
func TestQuestionsAskForWhatIsMissing(t *testing.T) {
	x := NewIndex(billingKey(t))
	for _, c := range append(devCards(t), Card{Text: "Someone sitting on the inside network reads the cards as they go past because that bit is not secret", Letter: "I", Place: "2"}) {
		v := x.Match(c)
		about, _, ok := strings.Cut(v.Question, ".")
		if v.Status != Asked || !ok {
			continue
		}
		if n := strings.Count(about, "“"); n == 1 || n > 4 {
			t.Errorf("%q gives back %d words: %s", c.Text, n, v.Question)
		}
	}
	lacking := Explanation{Missing: []string{"harm"}}
	for text, asked := range map[string]bool{"Somebody floods it": true, "Somebody floods it and we pay the bill": false} {
		q := x.askMissing(lacking, "fee-drain", x.read(Card{Text: text}))
		if strings.Contains(q, "who is hurt") != asked {
			t.Errorf("%q: %s", text, q)
		}
	}
}

// That somebody does not know is understood however it is put, and nothing else is
// taken for it.
func TestUnknowing(t *testing.T) {
	for _, s := range []string{"i dont know", "I don’t know.", "dunno", "No idea!", "sorry, no idea", "i dont remember", "I do not know that anymore", "not sure", "idk", "I have no clue", "I can't say", "i forgot"} {
		if !Unknowing(s) {
			t.Errorf("%q is not understood", s)
		}
	}
	for _, s := range []string{"", "nobody knows who did it", "we do not know who reads the log", "I don't know who calls", "Do they know?", "no idea who is calling the service", "they know", "a guess", strings.Repeat("sorry ", 40) + "dunno"} {
		if Unknowing(s) {
			t.Errorf("%q is taken for not knowing", s)
		}
	}
}

// What is near something out of scope and near no threat is told so, and never that
// the document says it.
func TestOutOfScopeIsNoFactOfTheDocument(t *testing.T) {
	x := NewIndex(billingKey(t))
	const text = "XSS on the web teams page steals the card number before it even gets to us"
	for _, c := range []Card{{Text: text}, {Text: text, Letter: "I", Place: "1"}, {Text: text, Letter: "T", Place: "owner"}, {Text: text, Letter: "S", Place: "4"}} {
		if v := x.Match(c); v.Status != OutOfScope || v.ID != "web-page" {
			t.Errorf("%s/%s: %s %q, asked %q", c.Letter, c.Place, v.Status, v.ID, v.Question)
		}
	}
}

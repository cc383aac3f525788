package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/exercises/threatmodel/export"
)

// A model of eight places and twelve threats is typed into the real program
// from nothing, with a kill in the middle; what it exports agrees with the model.
func TestLiveFromNothing(t *testing.T) {
	env := home(t)
	x := start(t, env, 80, 24, "live")
	x.shows("Begin: a feature of your own")
	x.send("\x1b[B")
	x.shows("without an account") // what is cut in the list is told below it
	x.send("\x1b[A")
	x.until("the first row", func(s string) bool { return strings.Contains(s, "▸ Begin:") })
	x.send("\r")
	x.shows("Nothing is written yet")
	x.send("\r")
	x.shows("Facilitator")
	x.send("\x15Gift cards\tPeople buy a card, and others spend it.")
	x.shows("others spend it.")
	x.send("\x0e") // typed into the field, not a step: forms keep their keys
	x.send("\x1b")
	x.shows("goes on to the system")
	x.send("2")
	x.shows("a part by itself")
	for i, line := range []string{"buyer -> shop: HTTPS card, code", "shop -> codes db: SQL over TLS codes", "shop <-> bank (external): HTTPS payments", "codes db -> shop: plain TCP codes"} {
		x.send(line + "\r")
		x.shows(fmt.Sprintf("Flow %d,", i+1))
	}
	x.send("codes db in Vault\r")
	x.shows("codes db: now in Vault.")
	x.shows("saved ·")
	x.kill() // as if the power went

	x = start(t, env, 80, 24, "live", "open", "a-feature-of-our-own")
	x.shows("▸2 System") // where it was left
	x.send("3")
	x.shows("▸3 Assets")
	x.send("gift codes, confidential, Ada\r")
	x.shows("gift codes, confidential, Ada.")
	x.send("\x1b")
	x.shows("a adds an asset")
	x.send("4a")
	x.shows("look at it")
	x.send("the shop\t\t\r")
	x.shows("in   the shop")
	x.send("5a")
	x.shows("an open question")
	x.send("Codes are random\t\tBo\r")
	x.shows("Bo")
	x.send("6")
	x.shows("not looked")
	for i := range 12 {
		x.send("\r")
		x.shows("A threat: who does what")
		text := fmt.Sprintf("Thief %d takes the gift codes on their way.", i+1)
		x.send(text)
		x.shows(text)
		x.send("\x1b")
		x.shows("not looked")
		if i%6 == 5 {
			x.send("\x1b[B") // the next place
		} else {
			x.send("\x1b[C") // the next letter
		}
	}
	x.send("7")
	x.shows("how likely ↑")
	for i := range 12 {
		x.send("\x1b[1~" + strings.Repeat("j", 11)) // what is not rated stands last
		x.send(strings.Repeat("\x1b[C", 1+i%3) + strings.Repeat("b", 1+i/4))
	}
	x.until("twelve rated threats", func(s string) bool { return !strings.Contains(s, "not rated") })
	x.send("8\x1b[1~\r")
	x.shows("Carried out")
	x.send("a\tcheaper\tAda")
	x.shows("Ada")
	x.send("\x1b")
	x.shows("8 Decisions")
	x.shows("saved ·")
	x.send("\x03")
	if err := x.wait(); err != nil {
		t.Fatal(err)
	}

	file := filepath.Join(dataDir(env), "models", "gift-cards.yaml") // named after its title at the end
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := threatmodel.Parse(file, b)
	if err != nil {
		t.Fatal(err)
	}
	if m.Title != "Gift cards" || len(m.Places()) != 8 || len(m.Threats) != 12 || len(m.Assets) != 1 || len(m.Scope) != 1 || len(m.Assumptions) != 1 {
		t.Fatalf("the model has %d places, %d threats:\n%s", len(m.Places()), len(m.Threats), b)
	}
	rated, accepted := 0, 0
	for _, th := range m.Threats {
		if th.Score() > 0 {
			rated++
		}
		if th.Decision == "accept" && th.Reason == "cheaper" && th.Owner == "Ada" {
			accepted++
		}
	}
	if rated != 12 || accepted != 1 {
		t.Errorf("%d rated, %d accepted", rated, accepted)
	}
	exported := map[string]string{}
	for _, f := range export.Formats {
		cmd := exec.Command(mustBinary(t), "export", "gift-cards", "--to", f[0])
		cmd.Env = env
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", f[0], err)
		}
		exported[f[0]] = string(out)
	}
	rows, err := csv.NewReader(strings.NewReader(exported["csv"])).ReadAll()
	if err != nil || len(rows) != 13 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if n := strings.Count(exported["md"], "\n### "); n != 12 {
		t.Errorf("%d threats in Markdown", n)
	}
	if n := strings.Count(exported["html"], "<h3>"); n != 12 {
		t.Errorf("%d threats in HTML", n)
	}
	for _, f := range []string{"threatdragon", "otm"} {
		back, notes, err := export.Import([]byte(exported[f]))
		if err != nil || len(notes) > 0 {
			t.Fatalf("%s: %v %v", f, err, notes)
		}
		if len(back.Threats) != 12 || len(back.Components) != 4 || len(back.Flows) != 4 || len(back.Zones) != len(m.Zones) || back.HeatMap() == (threatmodel.HeatMap{}) {
			t.Errorf("%s has %d threats, %d parts, %d flows, %d zones", f, len(back.Threats), len(back.Components), len(back.Flows), len(back.Zones))
		}
	}
}

// What the header calls saved is on the disk, whatever went wrong before: the
// program is killed as soon as it says so, after a mistyped arrow and after keys
// that came faster than anything is saved.
func TestLiveSavedIsSaved(t *testing.T) {
	env := home(t)
	x := start(t, env, 80, 24, "live", "new")
	kept := func(what string) *threatmodel.Model {
		t.Helper()
		x.until(what+", saved", func(s string) bool { return strings.Contains(s, what) && strings.Contains(s, "saved ·") })
		x.kill()
		b, err := os.ReadFile(filepath.Join(dataDir(env), "models", "a-feature-of-our-own.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := threatmodel.Parse("model", b)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	x.shows("goes on to the system")
	x.send("2")
	x.shows("a part by itself")
	x.send("aa -> bb: cc\r")
	x.shows("Flow 1,")
	x.send("-> q\r")
	x.shows("An arrow needs a name")
	x.send("\x15bb -> dd: ee\r")
	if m := kept("Flow 2,"); len(m.Flows) != 2 || m.Flows[1].Carries != "ee" {
		t.Fatalf("%+v", m.Flows)
	}

	x = start(t, env, 80, 24, "live", "open", "a-feature-of-our-own")
	x.shows("▸2 System")
	x.shows("bb -> dd")
	x.send("xu3\x0ea") // ctrl+n goes to the next step, also from a line
	x.shows("look at it")
	x.send("the shop")
	if m := kept("the shop"); len(m.Flows) != 2 || len(m.Scope) != 1 || m.Scope[0].What != "the shop" {
		t.Fatalf("%+v %+v", m.Flows, m.Scope)
	}
}

// A design document opens the model that belongs to it, says where that is kept,
// and that somebody has written the document since.
func TestLiveDocument(t *testing.T) {
	env, doc := home(t), filepath.Join(t.TempDir(), "design.md")
	if err := os.WriteFile(doc, []byte("# Second bot\n\nIt pays.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	x := start(t, env, 80, 24, "live", doc)
	x.shows("Kept in")
	x.send("\rA bot pays invoices.")
	x.shows("A bot pays invoices.")
	x.send("\x1b")
	x.shows("goes on to the system")
	x.send("\x03")
	if err := x.wait(); err != nil {
		t.Fatal(err)
	}
	models := filepath.Join(dataDir(env), "models")
	for n, want := range []string{"Second bot", "design.md was written after you last worked here"} {
		x = start(t, env, 80, 24, "live", doc)
		if s := x.shows(want); n == 0 && strings.Contains(s, "was written after") {
			t.Errorf("nobody has written it:\n%s", s)
		}
		x.send("\x10") // to the step before
		x.until("the feature", func(s string) bool {
			return strings.Contains(s, "A bot pays invoices.") && strings.Contains(s, "Kept in")
		})
		x.send("\x03")
		if err := x.wait(); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(models, "*.yaml"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%v, %v", files, err)
		}
		st, err := os.Stat(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(doc, time.Time{}, st.ModTime().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
}

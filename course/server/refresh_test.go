package server

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"edu/threatlings/course/server/sshtest"
	"edu/threatlings/progress"
)

// Somebody who handed in a report over SSH is asked again there, on a full screen
// and line by line, and what was answered is kept in the database.
func TestRefresherOverSSH(t *testing.T) {
	h := start(t, t.TempDir(), nil)
	key := sshtest.Key(t)
	sum := sha256.Sum256(key.PublicKey().Marshal())
	id := hex.EncodeToString(sum[:16])
	store, err := h.s.db.Learner(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	score := 0.3
	err = store.Append(t.Context(), progress.Event{
		ID: progress.NewID(), Time: time.Now().AddDate(0, 0, -3).UTC(), Kind: progress.Submitted, Course: h.s.o.Course.ID,
		Item: "billing.top-three", Score: &score, Outcome: "partly", Credited: []string{"card-testing"},
	})
	if err == nil {
		err = store.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	c := h.sit("learn", "xterm-256color", key)
	c.Shows("6 due")
	for range 6 { // past what may come first, and the parts
		c.Send("\x1b[B")
	}
	c.Shows("▸ Refresher")
	c.Send("\r")
	c.Shows("6 short questions")
	c.Send("\x0e")
	c.Shows("What can go wrong here?")
	c.Send("a thief who reaches the database reads all cards with their CVV")
	c.Send("\x13")
	c.Shows("Yes, that is it.")
	c.Drop()
	c.Ends()

	p := h.sit("plain", "", key)
	p.Says("Refresher: 5 due. Type m and then r")
	p.Send("m\n")
	p.Says("Type r for it.")
	p.Send("r\n")
	p.Says("5 short questions")
}

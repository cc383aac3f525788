package records

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"edu/threatlings/exercises/clean"
)

// Home pages of ids that no organisation gave. Names under .invalid belong to
// nobody, for ever (RFC 2606): they say which kind of id it is, and lead nowhere.
const (
	LocalHome  = "https://threatlings.invalid/local"   // a random id of one computer
	ServerHome = "https://threatlings.invalid/ssh-key" // made from the key with which somebody came to a server
	ClassHome  = "https://threatlings.invalid/class/"  // of one class, whose code follows
	activityAt = "https://threatlings.invalid/xapi"
)

const identityName = "identity.json"

// An Identity is who the records of a computer are about.
type Identity struct {
	Person Account `json:"person"`
	// Activities is the web address under which xAPI's ids of the course's parts
	// stand. It must not change once statements were sent.
	Activities string `json:"activities"`
}

// Check returns what is wrong with an identity.
func (i Identity) Check() error {
	if err := i.Person.check("person"); err != nil {
		return err
	}
	u, err := url.Parse(i.Activities)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("the address of activities must be a web address such as https://learn.example.org/threatlings")
	}
	return nil
}

// OpenIdentity reads the identity in dir. Where there is none a random one is made
// and kept: it says nothing about the person.
func OpenIdentity(dir string) (Identity, error) {
	i, err := LookIdentity(dir)
	if err != nil {
		return i, err
	}
	if _, err := os.Stat(filepath.Join(dir, identityName)); errors.Is(err, fs.ErrNotExist) {
		return i, SaveIdentity(dir, i)
	}
	return i, nil
}

// LookIdentity is OpenIdentity that keeps nothing: where there is none, the random
// one is another each time.
func LookIdentity(dir string) (Identity, error) {
	b, err := os.ReadFile(filepath.Join(dir, identityName))
	if errors.Is(err, fs.ErrNotExist) {
		return Identity{Account{LocalHome, uuid.NewString()}, activityAt}, nil
	}
	if err != nil {
		return Identity{}, fmt.Errorf("reading who the records are about: %w", err)
	}
	var i Identity
	if err := json.Unmarshal(b, &i); err != nil {
		return Identity{}, fmt.Errorf("reading who the records are about, in %s: %w", filepath.Join(dir, identityName), err)
	}
	if err := i.Check(); err != nil {
		return Identity{}, fmt.Errorf("reading who the records are about, in %s: %w", filepath.Join(dir, identityName), err)
	}
	return i, nil
}

// SaveIdentity keeps an identity, as a whole or not at all.
func SaveIdentity(dir string, i Identity) error {
	i.Person = Account{strings.TrimSpace(i.Person.HomePage), clean.Line(i.Person.Name)}
	if err := i.Check(); err != nil {
		return err
	}
	b, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return fmt.Errorf("keeping who the records are about: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keeping who the records are about: %w", err)
	}
	if err := writeFile(dir, identityName, append(b, '\n')); err != nil {
		return fmt.Errorf("keeping who the records are about: %w", err)
	}
	return nil
}

// KeyFile is where the signing key of a role is kept in dir.
func KeyFile(dir string, role Role) string { return filepath.Join(dir, string(role)+".pem") }

// OpenKey reads the signing key of a role in dir, for its owner's eyes alone. Where
// there is none it is made.
func OpenKey(dir string, role Role) (ed25519.PrivateKey, error) {
	file := KeyFile(dir, role)
	b, err := os.ReadFile(file)
	if err == nil {
		return ParsePrivateKey(b)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the signing key: %w", err)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a signing key: %w", err)
	}
	if b, err = FormatPrivateKey(key); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keeping the signing key: %w", err)
	}
	if err := writeFile(dir, filepath.Base(file), b); err != nil { // 0600
		return nil, fmt.Errorf("keeping the signing key: %w", err)
	}
	return key, nil
}

// Split parts a file of several records, one a line, into files of one.
func Split(file []byte) [][]byte {
	var out [][]byte
	for len(file) > 0 {
		n := len(file)
		for i, c := range file {
			if c == '\n' {
				n = i + 1
				break
			}
		}
		out = append(out, file[:n])
		file = file[n:]
	}
	return out
}

// Erase takes what is about a person out of a queue, what waits and what was
// refused, and returns how many statements that were. What a store has already
// stays there.
func (q *Queue) Erase(person Account) (int, error) {
	n := 0
	for _, dir := range []string{q.dir, filepath.Join(q.dir, rejectedDir)} {
		names, err := q.names(dir)
		if err != nil {
			return n, err
		}
		for _, name := range names {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if errors.Is(err, fs.ErrNotExist) {
				continue // sent meanwhile
			}
			if err != nil {
				return n, fmt.Errorf("reading the queue: %w", err)
			}
			var s struct{ Actor struct{ Account Account } }
			if json.Unmarshal(b, &s) != nil || s.Actor.Account.Name != person.Name {
				continue
			}
			if err := errors.Join(gone(filepath.Join(dir, name)), gone(filepath.Join(dir, name+".txt"))); err != nil {
				return n, fmt.Errorf("taking a statement out of the queue: %w", err)
			}
			n++
		}
	}
	return n, nil
}

func gone(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

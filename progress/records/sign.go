package records

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"

	"edu/threatlings/exercises/clean"
)

// ErrAltered says that a record is not, byte for byte, what was written or signed.
var ErrAltered = errors.New("the record was altered after it was written")

// maxFile is how large the file of a record may be, in bytes.
const maxFile = 1 << 20

// purpose is signed along with a record, so that a signature made for anything
// else never fits one.
const purpose = "threatlings completion record 1"

// A Role is what a signer is to a record.
type Role string

// The roles. A learner's own signature shows that a record was not altered, and
// nothing else.
const (
	Learner    Role = "learner"
	Server     Role = "server"
	Instructor Role = "instructor"
)

func (r Role) known() bool { return r == Learner || r == Server || r == Instructor }

// level is the strongest evidence that a signer of the role can give.
func (r Role) level() Level {
	switch r {
	case Server:
		return ServerWitnessed
	case Instructor:
		return InstructorAttested
	}
	return SelfReported
}

// A Signer signs records.
type Signer struct {
	Role Role
	Name string // whom people know, such as the server's name
	Key  ed25519.PrivateKey
}

// Public is what others must trust for this signer's records to count.
func (s Signer) Public() Key {
	return Key{Role: s.Role, Name: s.Name, Public: s.Key.Public().(ed25519.PublicKey)}
}

// A Key is a signer whom a reader trusts. Its role is what the reader says it is.
type Key struct {
	Role   Role
	Name   string
	Public ed25519.PublicKey
}

// String is the key as a line of a file of trusted keys.
func (k Key) String() string {
	return fmt.Sprintf("%s ed25519:%s %s", k.Role, base64.StdEncoding.EncodeToString(k.Public), clean.Line(k.Name))
}

// ParseKeys reads trusted keys: one a line, as Key.String writes them. Empty lines
// and those that begin with # are passed over.
func ParseKeys(r io.Reader) ([]Key, error) {
	var keys []Key
	in := bufio.NewScanner(r)
	for n := 1; in.Scan(); n++ {
		text := strings.TrimSpace(in.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		role, rest, _ := strings.Cut(text, " ")
		key, name, _ := strings.Cut(strings.TrimSpace(rest), " ")
		b64, ok := strings.CutPrefix(key, "ed25519:")
		pub, err := base64.StdEncoding.Strict().DecodeString(b64)
		if !ok || err != nil || len(pub) != ed25519.PublicKeySize || (Role(role) != Server && Role(role) != Instructor) {
			return nil, fmt.Errorf("reading trusted keys: line %d must be \"server ed25519:KEY NAME\" or \"instructor ed25519:KEY NAME\"", n)
		}
		keys = append(keys, Key{Role: Role(role), Name: clean.Line(name), Public: pub})
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("reading trusted keys: %w", err)
	}
	return keys, nil
}

// FormatPrivateKey writes a private key as PEM (PKCS #8), as other tools read it.
func FormatPrivateKey(k ed25519.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return nil, fmt.Errorf("writing the signing key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ParsePrivateKey reads what FormatPrivateKey wrote. No error holds any of it.
func ParsePrivateKey(b []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("reading the signing key: it is no PEM block \"PRIVATE KEY\"")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("reading the signing key: it is no PKCS #8 key")
	}
	key, ok := k.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("reading the signing key: it is no Ed25519 key")
	}
	return key, nil
}

// envelope is the file of a record. The record stays the bytes that were signed:
// a later program may have put more into it than this one knows.
type envelope struct {
	Record    json.RawMessage `json:"record"`
	Signature *signature      `json:"signature,omitempty"`
}

type signature struct {
	Role  Role   `json:"role"`
	By    string `json:"by"`
	Key   []byte `json:"key"`
	Value []byte `json:"value"`
}

// message is what is signed: everything in the file but the signature's value.
func (e envelope) message() ([]byte, error) {
	return canonical(struct {
		Purpose string          `json:"purpose"`
		Record  json.RawMessage `json:"record"`
		Role    Role            `json:"role"`
		By      string          `json:"by"`
		Key     []byte          `json:"key"`
	}{purpose, e.Record, e.Signature.Role, e.Signature.By, e.Signature.Key})
}

// Encode writes a record that nobody signs. It is self-reported, whatever it says.
func Encode(r Record) ([]byte, error) {
	r.Evidence = SelfReported
	return encode(r, nil)
}

// Sign writes a record with a signature over it. Its level of evidence becomes
// what the signer's role can give: the caller knows that it is true.
func Sign(r Record, s Signer) ([]byte, error) {
	if len(s.Key) != ed25519.PrivateKeySize {
		return nil, errors.New("signing the record: there is no key")
	}
	if !s.Role.known() {
		return nil, fmt.Errorf("signing the record: the role %q is unknown", s.Role)
	}
	r.Evidence = s.Role.level()
	return encode(r, &s)
}

func encode(r Record, s *Signer) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	record, err := canonical(r)
	if err != nil {
		return nil, err
	}
	e := envelope{Record: record}
	if s != nil {
		e.Signature = &signature{Role: s.Role, By: clean.Line(s.Name), Key: s.Public().Public}
		m, err := e.message()
		if err != nil {
			return nil, err
		}
		e.Signature.Value = ed25519.Sign(s.Key, m)
	}
	b, err := canonical(e)
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// Opened is a record that was read and checked.
type Opened struct {
	// Record's Evidence is what is proved: never more than the record claims, and
	// never more than a signer gives whom the reader trusts.
	Record
	Claimed Level  // what the record says
	Digest  string // SHA-256 of the record as it stands in the file, in hex
	Role    Role   // of the signer, or ""; the reader's word for it when Trusted
	Signer  string // whom the reader knows when Trusted, else what the file says
	KeyID   string // the first half of the SHA-256 of the signer's key, in hex, or ""
	Trusted bool   // the signature is of a key that the reader trusts
}

// Open reads the file of a record and checks it: its form, its signature, and
// whether the signer is among those whom the reader trusts. Every byte counts: a
// file that is not exactly what Encode or Sign wrote is ErrAltered.
func Open(file []byte, trusted []Key) (Opened, error) {
	if len(file) > maxFile {
		return Opened{}, fmt.Errorf("the file of a record has at most %d bytes, and this one has %d", maxFile, len(file))
	}
	var e envelope
	if err := json.Unmarshal(file, &e); err != nil {
		return Opened{}, fmt.Errorf("%w, or is none: %w", ErrAltered, err)
	}
	// Written again it must be the same bytes: that leaves no room for blanks,
	// fields beside the signed ones, or another spelling of the same value.
	again, err := canonical(e)
	if err != nil || !bytes.Equal(append(again, '\n'), file) {
		return Opened{}, fmt.Errorf("%w: it is not in the form in which records are written", ErrAltered)
	}
	o := Opened{}
	if err := json.Unmarshal(e.Record, &o.Record); err != nil {
		return Opened{}, fmt.Errorf("reading the record: %w", err)
	}
	proved := SelfReported
	if s := e.Signature; s != nil {
		if !s.Role.known() {
			return Opened{}, errors.New("reading the record: it is signed in a role that this program does not know")
		}
		m, err := e.message()
		if err != nil {
			return Opened{}, err
		}
		if len(s.Key) != ed25519.PublicKeySize || !ed25519.Verify(s.Key, m, s.Value) {
			return Opened{}, fmt.Errorf("%w: the signature does not fit", ErrAltered)
		}
		id := sha256.Sum256(s.Key)
		o.KeyID, o.Role, o.Signer = hex.EncodeToString(id[:16]), s.Role, clean.Line(s.By)
		for _, k := range trusted {
			// A key counts only in the role in which it is trusted and signed.
			if bytes.Equal(k.Public, s.Key) && k.Role == s.Role {
				o.Trusted, o.Signer, proved = true, clean.Line(k.Name), k.Role.level()
				break
			}
		}
	}
	if err := o.Record.Check(); err != nil {
		return Opened{}, err
	}
	sum := sha256.Sum256(e.Record)
	o.Digest = hex.EncodeToString(sum[:])
	o.Claimed = o.Record.Evidence
	o.Record.Evidence = weaker(o.Claimed, proved)
	return o, nil
}

// Says is one sentence on what the record is worth as evidence.
func (o Opened) Says() string {
	switch {
	case o.Record.Evidence == InstructorAttested:
		return "Instructor-attested: the instructor " + quoted(o.Signer) + " signed this record."
	case o.Record.Evidence == ServerWitnessed:
		return "Server-witnessed: the server " + quoted(o.Signer) + " saw the work, graded it and signed this record."
	case o.Role == "":
		return "Self-reported: the learner's own computer graded this, and nobody signed it."
	case o.Role == Learner:
		return "Self-reported: the learner's own computer graded and signed this; the signature shows only that it was not altered since."
	case o.Trusted:
		return "Self-reported: " + quoted(o.Signer) + " signed this record and does not claim to have seen the work."
	default:
		return "Self-reported as far as can be proved here: it is signed by a " + string(o.Role) + " who is called " + quoted(o.Signer) +
			", with the key " + o.KeyID + ", which is not among the keys that you trust."
	}
}

func quoted(s string) string { return "“" + s + "”" }

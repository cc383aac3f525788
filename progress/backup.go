package progress

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	manifestName = "threatlings-backup.json"
	backupFormat = 2 // 1 has no identity
	// identityName is the id under which somebody's records are known (see
	// records.OpenIdentity): without it a restored computer makes other records of
	// the same work. The private keys beside it are in no backup: whoever reads one
	// could sign with them.
	identityName = "records/identity.json"
	maxBackup    = 256 << 20 // bytes, unpacked: far beyond any learner's
)

// manifest stands first in a backup and says what must be in it.
type manifest struct {
	Format int               `json:"format"`
	Made   time.Time         `json:"made"`
	Files  map[string]string `json:"files"` // name → SHA-256 in hex
}

// Backup writes the log, the drafts and the identity in dir as one .tar.gz. It reads
// a store that another program has open just as well: what is whole at that moment.
func Backup(dir string, w io.Writer) error {
	files := map[string][]byte{}
	log, err := os.ReadFile(filepath.Join(dir, logName))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no progress in %s yet; nothing to back up", dir)
	}
	if err != nil {
		return explain("progress cannot be read", dir, err)
	}
	files[logName] = log[:bytes.LastIndexByte(log, '\n')+1]
	switch id, err := os.ReadFile(filepath.Join(dir, identityName)); {
	case err == nil:
		files[identityName] = id
	case !errors.Is(err, fs.ErrNotExist):
		return explain("who the records are about cannot be read", dir, err)
	}
	drafts, err := os.ReadDir(filepath.Join(dir, draftsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explain("drafts cannot be read", dir, err)
	}
	for _, d := range drafts {
		if filepath.Ext(d.Name()) != ".json" || !d.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, draftsDir, d.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // handed in meanwhile
		}
		if err != nil {
			return explain("drafts cannot be read", dir, err)
		}
		files[draftsDir+"/"+d.Name()] = b
	}
	total := 0
	for _, b := range files {
		total += len(b)
	}
	if total > maxBackup {
		return fmt.Errorf("progress in %s is larger than a backup may be (%d MB); copy the folder instead", dir, maxBackup>>20)
	}
	return writeBackup(w, files)
}

func writeBackup(w io.Writer, files map[string][]byte) error {
	m := manifest{Format: backupFormat, Made: time.Now().UTC().Truncate(time.Second), Files: map[string]string{}}
	var names []string
	for n, b := range files {
		sum := sha256.Sum256(b)
		m.Files[n] = hex.EncodeToString(sum[:])
		names = append(names, n)
	}
	sort.Strings(names)
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the backup's list: %w", err)
	}
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	put := func(name string, b []byte) {
		if err == nil {
			err = t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b)), ModTime: m.Made, Typeflag: tar.TypeReg})
		}
		if err == nil {
			_, err = t.Write(b)
		}
	}
	put(manifestName, head)
	for _, n := range names {
		put(n, files[n])
	}
	if err = errors.Join(err, t.Close(), z.Close()); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	return nil
}

// Restore puts what is in a backup in place of what is in dir. Everything is
// verified before anything is touched. What was there is kept in a folder
// beside it, whose name is returned; "" when there was nothing.
func Restore(dir string, r io.Reader) (kept string, err error) {
	files, err := readBackup(r)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", explain("progress cannot be kept", dir, err)
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	if got, err := lock.TryLock(); err != nil {
		return "", explain("progress cannot be kept", dir, err)
	} else if !got {
		return "", errors.New("another threatlings has your progress open; close it and restore again")
	}
	defer func() { err = errors.Join(err, lock.Close()) }()

	fresh, err := os.MkdirTemp(dir, ".restore-")
	if err != nil {
		return "", explain("progress cannot be restored", dir, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	if err := writeFiles(fresh, files); err != nil {
		return "", explain("progress cannot be restored", dir, err)
	}
	kept, err = replace(dir, fresh)
	switch {
	case err != nil && kept != "":
		return kept, explain("progress was restored only in part (what was there before is in "+kept+")", dir, err)
	case err != nil:
		return "", explain("progress cannot be restored", dir, err)
	}
	return kept, nil
}

// replace puts what is in fresh in place of what is in dir, which it keeps in a
// folder. At every moment there is a whole log in dir: the old one stays until the
// new one takes its name, as the last step.
func replace(dir, fresh string) (kept string, err error) {
	files := []string{logName}
	if _, err := os.Stat(filepath.Join(fresh, identityName)); err == nil {
		files = []string{identityName, logName}
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(identityName)), 0o700); err != nil {
			return "", err
		}
	}
	aside := filepath.Join(dir, "before-restore-"+stamp())
	if err := os.Mkdir(aside, 0o700); err != nil {
		return "", err
	}
	there := false
	for _, n := range files {
		switch err := keepFile(filepath.Join(dir, n), filepath.Join(aside, filepath.Base(n))); {
		case err == nil:
			there = true
		case !errors.Is(err, fs.ErrNotExist):
			return "", errors.Join(err, os.RemoveAll(aside))
		}
	}
	if err := syncDir(aside); err != nil {
		return "", errors.Join(err, os.RemoveAll(aside))
	}
	err = os.Rename(filepath.Join(dir, draftsDir), filepath.Join(aside, draftsDir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if !there {
			if err := os.Remove(aside); err != nil {
				return "", err
			}
			aside = ""
		}
	case err != nil:
		return aside, err
	}
	for _, n := range append([]string{draftsDir}, files...) {
		if err := os.Rename(filepath.Join(fresh, n), filepath.Join(dir, n)); err != nil {
			return aside, err
		}
		if err := syncDir(filepath.Dir(filepath.Join(dir, n))); err != nil {
			return aside, err
		}
	}
	return aside, nil
}

// keepFile gives a file a second name, or copies it where names cannot be shared.
func keepFile(name, second string) error {
	err := os.Link(name, second)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return writeNew(second, b)
}

func writeFiles(dir string, files map[string][]byte) error {
	drafts := filepath.Join(dir, draftsDir)
	if err := os.Mkdir(drafts, 0o700); err != nil {
		return err
	}
	for n, b := range files {
		name := filepath.Join(dir, filepath.FromSlash(n))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := writeNew(name, b); err != nil {
			return err
		}
	}
	return errors.Join(syncDir(drafts), syncDir(dir))
}

// readBackup reads and verifies a backup.
func readBackup(r io.Reader) (map[string][]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, notOurs("it is not compressed as one is")
	}
	t := tar.NewReader(io.LimitReader(z, 2*maxBackup)) // headers and padding count here
	m, err := readManifest(t)
	if err != nil {
		return nil, err
	}
	files, rest := map[string][]byte{}, int64(maxBackup)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, notOurs("it is cut off or damaged")
		}
		if h.Typeflag != tar.TypeReg || !isBackedUp(h.Name) {
			return nil, notOurs(fmt.Sprintf("it holds %q", h.Name))
		}
		b, err := readEntry(t, h, &rest)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		if _, again := files[h.Name]; again || m.Files[h.Name] != hex.EncodeToString(sum[:]) {
			return nil, notOurs(fmt.Sprintf("%q was altered", h.Name))
		}
		files[h.Name] = b
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(z, maxBackup)); err != nil { // the checksum stands at the end
		return nil, notOurs("it is cut off or damaged")
	}
	for n := range m.Files {
		if _, ok := files[n]; !ok {
			return nil, notOurs(fmt.Sprintf("%q is missing", n))
		}
	}
	if _, ok := files[logName]; !ok {
		return nil, notOurs("the log is missing")
	}
	return files, nil
}

func notOurs(why string) error {
	return fmt.Errorf("this is no whole backup of threatlings (%s); nothing was changed", why)
}

// readManifest reads the first entry.
func readManifest(t *tar.Reader) (manifest, error) {
	h, err := t.Next()
	if err != nil {
		return manifest{}, notOurs("it is cut off or damaged")
	}
	rest := int64(maxBackup)
	b, err := readEntry(t, h, &rest)
	if err != nil {
		return manifest{}, err
	}
	var m manifest
	if h.Name != manifestName || json.Unmarshal(b, &m) != nil || m.Format < 1 || m.Format > backupFormat {
		return manifest{}, notOurs("its list is missing, or a newer program made it")
	}
	return m, nil
}

// readEntry reads an entry of at most rest bytes, and takes them off rest. The
// size is checked before reading: a few bytes of archive may claim to be a
// file with a terabyte of holes.
func readEntry(t *tar.Reader, h *tar.Header, rest *int64) ([]byte, error) {
	if *rest -= h.Size; *rest < 0 {
		return nil, notOurs("it is far too large")
	}
	b, err := io.ReadAll(t)
	if err != nil {
		return nil, notOurs("it is cut off or damaged")
	}
	return b, nil
}

// isBackedUp reports whether a backup may hold a file of this name: the log, the
// identity, or a draft right in its folder.
func isBackedUp(name string) bool {
	draft, ok := strings.CutPrefix(name, draftsDir+"/")
	return name == logName || name == identityName || ok && fs.ValidPath(draft) && !strings.ContainsAny(draft, "/\\:\x00") && filepath.Ext(draft) == ".json"
}

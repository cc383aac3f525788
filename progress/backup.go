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
	maxBackup    = 512 << 20 // bytes, unpacked: far beyond any learner's
)

// manifest stands first in a backup and says what must be in it.
type manifest struct {
	Format int               `json:"format"`
	Made   time.Time         `json:"made"`
	Files  map[string]string `json:"files"` // name → SHA-256 in hex
}

// Backup writes the log and the drafts in dir as one .tar.gz. It reads a store
// that another program has open just as well: what is whole at that moment.
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
	drafts, err := filepath.Glob(filepath.Join(dir, draftsDir, "*.json"))
	if err != nil {
		return explain("drafts cannot be read", dir, err)
	}
	for _, d := range drafts {
		b, err := os.ReadFile(d)
		if errors.Is(err, fs.ErrNotExist) {
			continue // handed in meanwhile
		}
		if err != nil {
			return explain("drafts cannot be read", dir, err)
		}
		files[draftsDir+"/"+filepath.Base(d)] = b
	}
	return writeBackup(w, files)
}

func writeBackup(w io.Writer, files map[string][]byte) error {
	m := manifest{Format: 1, Made: time.Now().UTC().Truncate(time.Second), Files: map[string]string{}}
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
	if kept, err = setAside(dir); err != nil {
		return "", err
	}
	for _, n := range []string{logName, draftsDir} {
		if err := os.Rename(filepath.Join(fresh, n), filepath.Join(dir, n)); err != nil {
			return kept, explain("progress cannot be restored", dir, err)
		}
	}
	return kept, syncDir(dir)
}

func writeFiles(dir string, files map[string][]byte) error {
	if err := os.Mkdir(filepath.Join(dir, draftsDir), 0o700); err != nil {
		return err
	}
	for n, b := range files {
		f, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(n)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(b)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// setAside moves the log and the drafts of dir into a new folder in it.
func setAside(dir string) (string, error) {
	aside := filepath.Join(dir, "before-restore-"+time.Now().UTC().Format("20060102T150405.000"))
	moved := false
	for _, n := range []string{logName, draftsDir} {
		if _, err := os.Lstat(filepath.Join(dir, n)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if !moved {
			if err := os.Mkdir(aside, 0o700); err != nil {
				return "", explain("progress cannot be set aside", dir, err)
			}
			moved = true
		}
		if err := os.Rename(filepath.Join(dir, n), filepath.Join(aside, n)); err != nil {
			return "", explain("progress cannot be set aside", dir, err)
		}
	}
	if !moved {
		return "", nil
	}
	return aside, nil
}

// readBackup reads and verifies a backup.
func readBackup(r io.Reader) (map[string][]byte, error) {
	notOurs := func(why string) error {
		return fmt.Errorf("this is no whole backup of threatlings (%s); nothing was changed", why)
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, notOurs("it is not compressed as one is")
	}
	t := tar.NewReader(io.LimitReader(z, maxBackup))
	var m manifest
	files := map[string][]byte{}
	for first := true; ; first = false {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, notOurs("it is cut off or damaged")
		}
		b, err := io.ReadAll(t)
		if err != nil {
			return nil, notOurs("it is cut off or damaged")
		}
		if first {
			if h.Name != manifestName || json.Unmarshal(b, &m) != nil || m.Format != 1 {
				return nil, notOurs("its list is missing, or a newer program made it")
			}
			continue
		}
		draft, isDraft := strings.CutPrefix(h.Name, draftsDir+"/")
		if h.Typeflag != tar.TypeReg || h.Name != logName && (!isDraft || strings.ContainsAny(draft, `/\:`) || !strings.HasSuffix(draft, ".json") || !fs.ValidPath(draft)) {
			return nil, notOurs(fmt.Sprintf("it holds %q", h.Name))
		}
		sum := sha256.Sum256(b)
		if m.Files[h.Name] != hex.EncodeToString(sum[:]) || files[h.Name] != nil {
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

package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Erase removes the log, what was set aside of it, all drafts, and what a restored
// backup took the place of, in dir. Other files stay. It removes nothing while another
// program has them open. What a disk or a backup still holds of removed files is
// beyond it.
func Erase(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return explain("progress cannot be erased", dir, err)
	}
	if !got {
		return errors.New("another threatlings has your progress open; close it first. Nothing was erased")
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		for _, ours := range []string{"events*.jsonl", draftsDir, "before-restore-*", ".restore-*"} {
			if is, _ := filepath.Match(ours, e.Name()); is { // the patterns are good ones
				err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
			}
		}
	}
	if err != nil {
		err = explain("not all of your progress could be erased", dir, err)
	} else if err = syncDir(dir); err != nil {
		err = fmt.Errorf("erasing progress: %w", err)
	}
	return errors.Join(err, lock.Close())
}

package server

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"edu/threatlings/course"
)

// readSettings reads what a learner chose; a guest has chosen nothing.
func readSettings(dir string) (course.Settings, error) {
	if dir == "" {
		return course.Settings{}, nil
	}
	s, err := course.ReadSettings(filepath.Join(dir, settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return course.Settings{}, nil
	}
	return s, err
}

func writeSettings(dir string, s course.Settings) error {
	if dir == "" {
		return nil
	}
	s.Course = "" // the server decides what the course is
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return course.WriteSettings(filepath.Join(dir, settingsFile), s)
}

const settingsFile = "settings.yaml"

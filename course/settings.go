package course

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

// Settings are what a person chose. They are kept in the configuration file.
type Settings struct {
	Name     string `yaml:"name,omitempty" json:"name,omitempty"`     // as the learner wants to be called
	Theme    string `yaml:"theme,omitempty" json:"theme,omitempty"`   // auto, dark, light, contrast or mono
	NoMotion bool   `yaml:"no_motion,omitempty" json:"no_motion"`     // nothing moves or blinks
	NoMouse  bool   `yaml:"no_mouse,omitempty" json:"no_mouse"`       // leave the mouse to the terminal
	Course   string `yaml:"course,omitempty" json:"course,omitempty"` // an organisation's folder in front of the course
}

// ReadSettings reads a file of settings. The error wraps fs.ErrNotExist when
// there is none, and ErrSettings when it is not understood.
func ReadSettings(file string) (Settings, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return Settings{}, fmt.Errorf("reading the settings: %w", err)
	}
	return ParseSettings(b)
}

// ParseSettings reads settings. The error wraps ErrSettings.
func ParseSettings(b []byte) (Settings, error) {
	var s Settings
	if err := yaml.Unmarshal(b, &s); err != nil {
		return Settings{}, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return s, nil
}

// FormatSettings writes settings as ParseSettings reads them.
func FormatSettings(s Settings) ([]byte, error) {
	b, err := yaml.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("writing the settings down: %w", err)
	}
	return b, nil
}

// ErrSettings says that a file of settings is not understood.
var ErrSettings = errors.New("the settings are not understood")

// WriteSettings replaces the file as a whole, so that a crash leaves the old one.
// Its folder must be there.
func WriteSettings(file string, s Settings) error {
	b, err := FormatSettings(s)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".settings-*")
	if err != nil {
		return fmt.Errorf("saving the settings: %w", err)
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("saving the settings: %w", err), os.Remove(tmp.Name()))
	}
	return nil
}

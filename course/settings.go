package course

// Settings are what a person chose. They are kept in the configuration file.
type Settings struct {
	Name     string `yaml:"name,omitempty" json:"name,omitempty"`     // as the learner wants to be called
	Theme    string `yaml:"theme,omitempty" json:"theme,omitempty"`   // auto, dark, light, contrast or mono
	NoMotion bool   `yaml:"no_motion,omitempty" json:"no_motion"`     // nothing moves or blinks
	NoMouse  bool   `yaml:"no_mouse,omitempty" json:"no_mouse"`       // leave the mouse to the terminal
	Course   string `yaml:"course,omitempty" json:"course,omitempty"` // an organisation's folder in front of the course
}

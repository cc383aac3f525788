package server

import (
	"context"

	"edu/threatlings/course"
)

// settingsFile is the name of a learner's settings in the database.
const settingsFile = "settings.yaml"

// settings reads what a learner chose; a guest has chosen nothing.
func (x *seat) settings(ctx context.Context) (course.Settings, error) {
	id := x.learner()
	if id == "" {
		return course.Settings{}, nil
	}
	files, err := x.s.db.Files(ctx, id)
	if err != nil || files[settingsFile] == nil {
		return course.Settings{}, err
	}
	return course.ParseSettings(files[settingsFile])
}

func (x *seat) saveSettings(ctx context.Context, s course.Settings) error {
	id := x.learner()
	if id == "" {
		return nil
	}
	s.Course = "" // the server decides what the course is
	b, err := course.FormatSettings(s)
	if err != nil {
		return err
	}
	return x.s.db.SaveFile(context.WithoutCancel(ctx), id, settingsFile, b)
}

package course

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"

	"edu/threatlings/exercises/scenarios"
	"edu/threatlings/exercises/threatmodel"
	"edu/threatlings/lessons"
)

// maxFile is the largest file that a course folder may hold, in bytes.
const maxFile = 4 << 20

// Embedded is the content that the program ships.
func Embedded() fs.FS {
	return mounts{"lessons": lessons.FS, "scenarios": scenarios.FS, threatmodel.Dir: threatmodel.FS}
}

// Overlay puts layers in front of one another: the first layer that has a file
// wins. A folder lists what all layers have. Nothing is merged within a file.
func Overlay(layers ...fs.FS) fs.FS { return overlay(layers) }

// OpenFolder opens an organisation's course folder. Nothing outside of the
// folder can be reached through it: neither .. nor a link leads out. Close it
// after use.
func OpenFolder(dir string) (fs.FS, func() error, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the course folder: %w", err)
	}
	return limited{root.FS()}, root.Close, nil
}

// limited refuses what is no regular file or folder (a pipe would wait for
// ever) and files too large to be a lesson.
type limited struct{ fs.FS }

func (l limited) Open(name string) (fs.File, error) {
	info, err := fs.Stat(l.FS, name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() && (!info.Mode().IsRegular() || info.Size() > maxFile) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("not a regular file of at most %d MB", maxFile>>20)}
	}
	return l.FS.Open(name)
}

type mounts map[string]fs.FS

func (m mounts) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	first, rest, _ := strings.Cut(name, "/")
	if sub, ok := m[first]; ok {
		if rest == "" {
			rest = "."
		}
		return sub.Open(rest)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (m mounts) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		first, rest, _ := strings.Cut(name, "/")
		if sub, ok := m[first]; ok {
			return fs.ReadDir(sub, path.Join(".", rest))
		}
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	var out []fs.DirEntry
	for n, sub := range m {
		info, err := fs.Stat(sub, ".")
		if err != nil {
			return nil, err
		}
		out = append(out, named{fs.FileInfoToDirEntry(info), n})
	}
	sort.Slice(out, func(i, k int) bool { return out[i].Name() < out[k].Name() })
	return out, nil
}

func (m mounts) Stat(name string) (fs.FileInfo, error) {
	if name == "." {
		return fs.Stat(lessons.FS, ".")
	}
	f, err := m.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}

type named struct {
	fs.DirEntry
	name string
}

func (n named) Name() string { return n.name }

type overlay []fs.FS

func (o overlay) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	for _, l := range o {
		f, err := l.Open(name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (o overlay) Stat(name string) (fs.FileInfo, error) {
	for _, l := range o {
		info, err := fs.Stat(l, name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return info, err
		}
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	seen := map[string]fs.DirEntry{}
	found := false
	for _, l := range o {
		entries, err := fs.ReadDir(l, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = true
		for _, e := range entries {
			if _, ok := seen[e.Name()]; !ok {
				seen[e.Name()] = e
			}
		}
	}
	if !found {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	out := make([]fs.DirEntry, 0, len(seen))
	for _, e := range seen {
		out = append(out, e)
	}
	sort.Slice(out, func(i, k int) bool { return out[i].Name() < out[k].Name() })
	return out, nil
}

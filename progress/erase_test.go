package progress

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestErase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := Erase(dir); err != nil {
		t.Errorf("nothing there: %v", err)
	}
	s, _, err := OpenFile(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	const own = "words of my own"
	if err := s.Append(t.Context(), Event{ID: NewID(), Kind: Noted, Item: "a", Answer: []string{own}}); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveDraft(t.Context(), "a", []string{own}); err != nil {
		t.Fatal(err)
	}
	if err := Erase(dir); err == nil || !strings.Contains(err.Error(), "Nothing was erased") {
		t.Errorf("while it is open: %v", err)
	}
	var backup bytes.Buffer
	if err := Backup(dir, &backup); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := Restore(dir, &backup)
	if err != nil || kept == "" {
		t.Fatalf("%q, %v", kept, err)
	}
	for name, text := range map[string]string{"events.torn-1.jsonl": own, "a-model.yaml": "our model"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Erase(dir); err != nil {
		t.Fatal(err)
	}
	var left []string
	err = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, d.Name())
		}
		return err
	})
	if err != nil || strings.Join(left, " ") != "a-model.yaml lock" {
		t.Errorf("%q is left, %v", left, err)
	}
}

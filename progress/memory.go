package progress

import (
	"context"
	"slices"
	"sync"
)

// Memory is a store that forgets everything at the end: for tests and previews.
type Memory struct {
	mu     sync.Mutex
	events []Event
	drafts map[string][]string
}

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{drafts: map[string][]string{}} }

// Append implements Store.
func (m *Memory) Append(_ context.Context, events ...Event) error {
	if err := checkKinds(events); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, events...)
	return nil
}

// Events implements Store.
func (m *Memory) Events(context.Context) ([]Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events), nil
}

// SaveDraft implements Store.
func (m *Memory) SaveDraft(_ context.Context, item string, draft []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drafts[item] = slices.Clone(draft)
	return nil
}

// Draft implements Store.
func (m *Memory) Draft(_ context.Context, item string) ([]string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.drafts[item]
	return slices.Clone(d), ok, nil
}

// DropDraft implements Store.
func (m *Memory) DropDraft(_ context.Context, item string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.drafts, item)
	return nil
}

// ReadOnly implements Store.
func (m *Memory) ReadOnly() (bool, string) { return false, "" }

// Close implements Store.
func (m *Memory) Close() error { return nil }

package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"edu/threatlings/progress"
)

// elsewhere is what a window is told when its learner opened another one. The
// newest window writes: an older one is often a connection that broke and has
// not noticed.
const elsewhere = "You have opened the course in another window, so this one only reads: nothing you do here is saved."

// Limits of what is kept for one person, so that nobody fills the disk. The
// whole course done twice, with all its results, is some three million bytes.
const (
	mostEach = 4 << 20  // bytes of one event, draft or file
	mostAll  = 64 << 20 // bytes of all events, drafts and files
)

// ErrTooMuch says that a person has no room for more.
var ErrTooMuch = errors.New("there is no room for this on the server: it keeps 64 MB for each person. What was saved before is kept")

// A learner is the progress of one person.
type learner struct {
	d      *DB
	id     string
	holder int64
	over   atomic.Bool // somebody else holds it

	mu     sync.Mutex
	size   int64          // bytes that are kept
	drafts map[string]int // bytes of each draft that there is
}

// room takes room for so many bytes in place of others.
func (l *learner) room(n, instead int) error {
	size := l.size + int64(n) - int64(instead)
	if n > mostEach || size > mostAll {
		return ErrTooMuch
	}
	l.size = size
	return nil
}

// draftRoom takes room for a draft in place of what it took before.
func (l *learner) draftRoom(item string, n int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.room(n, l.drafts[item])
	if err == nil {
		l.drafts[item] = n
	}
	return err
}

// has reports whether there is a draft. As long as this window writes nobody else
// does, so that most questions about drafts need no database.
func (l *learner) has(draft string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.drafts[draft]
	return ok || l.over.Load()
}

// sizeOf is how many bytes are kept for somebody.
const sizeOf = `SELECT
	COALESCE((SELECT SUM(LENGTH(data)) FROM events WHERE learner = $1), 0) +
	COALESCE((SELECT SUM(LENGTH(data)) FROM drafts WHERE learner = $1), 0) +
	COALESCE((SELECT SUM(LENGTH(data)) FROM files WHERE learner = $1), 0)`

// Learner opens the progress of a person for writing. A window that has it open
// already only reads from here on.
func (d *DB) Learner(ctx context.Context, id string) (progress.Store, error) {
	l := &learner{d: d, id: id, drafts: map[string]int{}}
	err := d.change(ctx, func(tx *sql.Tx) error {
		// It begins with the time, so that a window of somebody who was erased
		// holds nothing of the same person who comes again.
		return tx.QueryRow(`INSERT INTO learners (id, holder) VALUES ($1, $2)
			ON CONFLICT (id) DO UPDATE SET holder = learners.holder + 1 RETURNING holder`, id, time.Now().UnixNano()).Scan(&l.holder)
	})
	if err == nil {
		err = d.sql.QueryRowContext(ctx, sizeOf, id).Scan(&l.size)
	}
	if err == nil {
		err = l.readDrafts(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("opening somebody's progress: %w", err)
	}
	return l, nil
}

// readDrafts notes which drafts there are.
func (l *learner) readDrafts(ctx context.Context) error {
	rows, err := l.d.sql.QueryContext(ctx, "SELECT item, LENGTH(data) FROM drafts WHERE learner = $1", l.id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var item string
		var n int
		if err := rows.Scan(&item, &n); err != nil {
			return err
		}
		l.drafts[item] = n
	}
	return rows.Err()
}

// save changes what belongs to the learner, as long as this window holds it. do
// returns how many rows it changed. With PostgreSQL the learner's row is locked
// before it; a SQLite file has one writer, so that each statement of do looks for
// itself whether this window holds the learner, and changes nothing when it does not.
func (l *learner) save(ctx context.Context, do func(*sql.Tx) (int64, error)) error {
	if l.over.Load() {
		return fmt.Errorf("%w. %s", progress.ErrReadOnly, elsewhere)
	}
	err := l.d.change(ctx, func(tx *sql.Tx) error {
		if l.d.shared {
			if err := l.held(tx); err != nil {
				return err
			}
		}
		n, err := do(tx)
		if err == nil && n == 0 {
			err = l.held(tx)
		}
		return err
	})
	switch {
	case errors.Is(err, progress.ErrReadOnly):
		return fmt.Errorf("%w. %s", progress.ErrReadOnly, elsewhere)
	case err != nil:
		return fmt.Errorf("saving progress: %w", err)
	}
	return nil
}

// held returns ErrReadOnly when another window holds the learner.
func (l *learner) held(tx *sql.Tx) error {
	var holder int64
	get, err := l.d.prepared(tx, "SELECT holder FROM learners WHERE id = $1"+l.d.forUpdate())
	if err != nil {
		return err
	}
	err = get.QueryRow(l.id).Scan(&holder)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // no row: the person was erased
		return err
	}
	if holder != l.holder {
		l.over.Store(true)
		return progress.ErrReadOnly
	}
	return nil
}

// Append implements progress.Store.
func (l *learner) Append(ctx context.Context, events ...progress.Event) error {
	lines, err := encoded(events)
	if err != nil {
		return err
	}
	n := 0
	for _, line := range lines {
		n += len(line)
	}
	l.mu.Lock()
	err = l.room(n, 0)
	l.mu.Unlock()
	if err != nil {
		return err
	}
	return l.save(ctx, func(tx *sql.Tx) (int64, error) { return l.insert(tx, lines) })
}

func encoded(events []progress.Event) ([][]byte, error) {
	lines := make([][]byte, len(events))
	for i, e := range events {
		var err error
		if lines[i], err = progress.Encode(e); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// What is written of a learner; and the same for a window that must hold the
// learner, whose number comes last.
const (
	putEvent  = "INSERT INTO events (learner, n, data) VALUES ($1, (SELECT COALESCE(MAX(n), 0) + 1 FROM events WHERE learner = $1), $2)"
	putDraft  = "INSERT INTO drafts (learner, item, data) VALUES ($1, $2, $3) ON CONFLICT (learner, item) DO UPDATE SET data = excluded.data"
	dropDraft = "DELETE FROM drafts WHERE learner = $1 AND item = $2"

	ifHeld        = "EXISTS (SELECT 1 FROM learners WHERE id = $1 AND holder = "
	putEventHeld  = "INSERT INTO events (learner, n, data) SELECT $1, (SELECT COALESCE(MAX(n), 0) + 1 FROM events WHERE learner = $1), $2 WHERE " + ifHeld + "$3)"
	putDraftHeld  = "INSERT INTO drafts (learner, item, data) SELECT $1, $2, $3 WHERE " + ifHeld + "$4) ON CONFLICT (learner, item) DO UPDATE SET data = excluded.data"
	dropDraftHeld = dropDraft + " AND " + ifHeld + "$3)"
)

// exec runs a statement, or what it is for a window that must hold the learner,
// and returns how many rows it changed.
func (l *learner) exec(tx *sql.Tx, query, held string, args ...any) (int64, error) {
	if !l.d.shared && l.holder != 0 {
		query, args = held, append(args, l.holder)
	}
	s, err := l.d.prepared(tx, query)
	if err != nil {
		return 0, err
	}
	res, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insert puts events behind those that are there. Nobody else writes meanwhile.
func (l *learner) insert(tx *sql.Tx, lines [][]byte) (rows int64, err error) {
	for _, line := range lines {
		n, err := l.exec(tx, putEvent, putEventHeld, l.id, line)
		if err != nil {
			return rows, err
		}
		rows += n
	}
	return rows, nil
}

// Events implements progress.Store.
func (l *learner) Events(ctx context.Context) ([]progress.Event, error) { return l.d.events(ctx, l.id) }

// EachLearner hands the events of one learner after another to do, and stops at
// its first error. It says nothing of who they are, and leaves them undisturbed:
// nobody's window becomes one that only reads.
func (d *DB) EachLearner(ctx context.Context, do func([]progress.Event) error) error {
	ids, err := d.Learners(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		events, err := d.events(ctx, id)
		if err != nil {
			return err
		}
		if err := do(events); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) events(ctx context.Context, id string) ([]progress.Event, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT data FROM events WHERE learner = $1 ORDER BY n", id)
	if err != nil {
		return nil, fmt.Errorf("reading progress: %w", err)
	}
	return scanEvents(rows)
}

// scanEvents reads rows of events and closes them.
func scanEvents(rows *sql.Rows) ([]progress.Event, error) {
	defer rows.Close()
	var out []progress.Event
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, fmt.Errorf("reading progress: %w", err)
		}
		e, err := progress.Decode(b)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading progress: %w", err)
	}
	return out, nil
}

// SaveDraft implements progress.Store.
func (l *learner) SaveDraft(ctx context.Context, item string, draft []string) error {
	b, err := json.Marshal(draft)
	if err != nil {
		return fmt.Errorf("writing a draft down: %w", err)
	}
	if err := l.draftRoom(item, len(b)); err != nil {
		return err
	}
	return l.save(ctx, func(tx *sql.Tx) (int64, error) { return l.exec(tx, putDraft, putDraftHeld, l.id, item, b) })
}

// Draft implements progress.Store.
func (l *learner) Draft(ctx context.Context, item string) ([]string, bool, error) {
	if !l.has(item) {
		return nil, false, nil
	}
	var b []byte
	err := l.d.sql.QueryRowContext(ctx, "SELECT data FROM drafts WHERE learner = $1 AND item = $2", l.id, item).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading a draft: %w", err)
	}
	var draft []string
	if err := json.Unmarshal(b, &draft); err != nil {
		return nil, false, fmt.Errorf("reading the draft of %s: %w", item, err)
	}
	return draft, true, nil
}

// DropDraft implements progress.Store.
func (l *learner) DropDraft(ctx context.Context, item string) error {
	if !l.has(item) {
		return nil
	}
	err := l.save(ctx, func(tx *sql.Tx) (int64, error) { return l.exec(tx, dropDraft, dropDraftHeld, l.id, item) })
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.size -= int64(l.drafts[item])
		delete(l.drafts, item)
	}
	return err
}

// ReadOnly implements progress.Store.
func (l *learner) ReadOnly() (bool, string) {
	if l.over.Load() {
		return true, elsewhere
	}
	return false, ""
}

// Close implements progress.Store. There is nothing to give back: a window
// holds a learner until another one does.
func (l *learner) Close() error { return nil }

// SaveFile keeps a small file of a learner's, such as the settings.
func (d *DB) SaveFile(ctx context.Context, learner, name string, data []byte) error {
	err := d.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO files (learner, name, data) VALUES ($1, $2, $3)
			ON CONFLICT (learner, name) DO UPDATE SET data = excluded.data`, learner, name, data)
		return err
	})
	if err != nil {
		return fmt.Errorf("saving %s: %w", name, err)
	}
	return nil
}

// Files returns the files of a learner by their names.
func (d *DB) Files(ctx context.Context, learner string) (map[string][]byte, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT name, data FROM files WHERE learner = $1", learner)
	if err != nil {
		return nil, fmt.Errorf("reading somebody's files: %w", err)
	}
	defer rows.Close()
	out := map[string][]byte{}
	for rows.Next() {
		var name string
		var b []byte
		if err := rows.Scan(&name, &b); err != nil {
			return nil, fmt.Errorf("reading somebody's files: %w", err)
		}
		out[name] = b
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading somebody's files: %w", err)
	}
	return out, nil
}

package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"edu/threatlings/progress"
)

// Learners are the ids of everybody whose progress is kept, in their order.
func (d *DB) Learners(ctx context.Context) ([]string, error) {
	rows, err := d.sql.QueryContext(ctx, `SELECT id FROM learners
		UNION SELECT DISTINCT learner FROM events UNION SELECT DISTINCT learner FROM files ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("listing the learners: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("listing the learners: %w", err)
		}
		out = append(out, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("listing the learners: %w", err)
	}
	return out, nil
}

// Events are those of a learner. Unlike Learner it takes nothing out of the hands
// of a window in which the course is open.
func (d *DB) Events(ctx context.Context, learner string) ([]progress.Event, error) {
	return d.events(ctx, learner)
}

// Add appends events to a learner's, and leaves an open window what it holds.
func (d *DB) Add(ctx context.Context, id string, events ...progress.Event) error {
	l := &learner{d: d, id: id}
	lines, err := encoded(events)
	if err != nil {
		return err
	}
	err = d.change(ctx, func(tx *sql.Tx) error {
		// A learner who came for a class alone has no row to lock yet.
		if _, err := tx.Exec("INSERT INTO learners (id, holder) VALUES ($1, 0) ON CONFLICT DO NOTHING", id); err != nil {
			return err
		}
		var holder int64
		if err := tx.QueryRow("SELECT holder FROM learners WHERE id = $1"+d.forUpdate(), id).Scan(&holder); err != nil {
			return err
		}
		_, err := l.insert(tx, lines)
		return err
	})
	if err != nil {
		return fmt.Errorf("adding to somebody's progress: %w", err)
	}
	return nil
}

// An Aggregate is a number without a person: what stays of those who are erased.
type Aggregate struct {
	What, Name, Month string
	N                 int
}

// Aggregates are what stays of everybody who was erased.
func (d *DB) Aggregates(ctx context.Context) ([]Aggregate, error) {
	rows, err := d.sql.QueryContext(ctx, "SELECT what, name, month, n FROM aggregates ORDER BY what, name, month")
	if err != nil {
		return nil, fmt.Errorf("reading the statistics of who was erased: %w", err)
	}
	defer rows.Close()
	var out []Aggregate
	for rows.Next() {
		var a Aggregate
		if err := rows.Scan(&a.What, &a.Name, &a.Month, &a.N); err != nil {
			return nil, fmt.Errorf("reading the statistics of who was erased: %w", err)
		}
		out = append(out, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the statistics of who was erased: %w", err)
	}
	return out, nil
}

// ErrNobody says that nothing is kept of a person.
var ErrNobody = errors.New("nothing is kept of that person")

// A Rewrite is what the entry of a room becomes; Data nil is not possible.
type Rewrite struct {
	Room string
	Seq  int64
	Data []byte
}

// Erase removes a person: events, drafts and files, and puts the rewritten entries
// of rooms in place of those in which the person appears. keep makes the numbers
// that stay, from the events that are removed; all of it happens, or nothing. A
// window in which the person has the course open only reads from here on.
//
// Afterwards Scrub takes what was removed out of the file.
func (d *DB) Erase(ctx context.Context, id string, rooms []Rewrite, keep func([]progress.Event) ([]Aggregate, error)) error {
	err := d.change(ctx, func(tx *sql.Tx) error {
		var events []progress.Event
		rows, err := tx.Query("SELECT data FROM events WHERE learner = $1 ORDER BY n", id)
		if err != nil {
			return err
		}
		if events, err = scanEvents(rows); err != nil {
			return err
		}
		counts, err := keep(events)
		if err != nil {
			return err
		}
		var gone int64
		for _, q := range []string{
			"DELETE FROM events WHERE learner = $1", "DELETE FROM drafts WHERE learner = $1",
			"DELETE FROM files WHERE learner = $1", "DELETE FROM learners WHERE id = $1",
		} {
			res, err := tx.Exec(q, id)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			gone += n
		}
		for _, r := range rooms {
			if _, err := tx.Exec("UPDATE entries SET data = $3 WHERE room = $1 AND seq = $2", r.Room, r.Seq, r.Data); err != nil {
				return err
			}
		}
		if gone == 0 && len(rooms) == 0 {
			return ErrNobody
		}
		for _, a := range counts {
			if _, err := tx.Exec(`INSERT INTO aggregates (what, name, month, n) VALUES ($1, $2, $3, $4)
				ON CONFLICT (what, name, month) DO UPDATE SET n = aggregates.n + excluded.n`, a.What, a.Name, a.Month, a.N); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("erasing a person: %w", err)
	}
	return nil
}

// ErrInUse says that the file still holds what was removed: another program reads it.
var ErrInUse = errors.New("what was removed is out of reach, and its bytes leave the database's file when nobody has it open; run the same again later")

// Scrub takes the bytes of what was removed out of a SQLite file and its log. A
// PostgreSQL overwrites them in its own time; its archives and backups are its
// administrator's.
func (d *DB) Scrub(ctx context.Context) error {
	if d.shared {
		if _, err := d.sql.ExecContext(ctx, "VACUUM events, drafts, files, learners, entries"); err != nil {
			return fmt.Errorf("tidying the database: %w", err)
		}
		return nil
	}
	if _, err := d.sql.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("tidying the database: %w (%w)", ErrInUse, err)
	}
	var busy, pages, moved int
	if err := d.sql.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("tidying the database: %w", err)
	}
	if busy != 0 {
		return fmt.Errorf("tidying the database: %w", ErrInUse)
	}
	return nil
}

package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"edu/threatlings/course/classroom"
)

// rooms implements classroom.Log.
type rooms struct{ d *DB }

// Rooms is the log of all classes.
func (d *DB) Rooms() classroom.Log { return rooms{d} }

// Create implements classroom.Log.
func (r rooms) Create(ctx context.Context, room string) error {
	err := r.d.change(ctx, func(tx *sql.Tx) error {
		res, err := tx.Exec("INSERT INTO rooms (code, last) VALUES ($1, 0) ON CONFLICT DO NOTHING", room)
		return one(res, err, classroom.ErrTaken)
	})
	if err != nil {
		return fmt.Errorf("making the room %s: %w", room, err)
	}
	return nil
}

// one is err, or otherwise no when not exactly one row was changed.
func one(res sql.Result, err, no error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n != 1 {
		err = no
	}
	return err
}

// Append implements classroom.Log.
func (r rooms) Append(ctx context.Context, room string, e classroom.Entry) error {
	if e.Data == nil {
		e.Data = []byte{}
	}
	err := r.d.change(ctx, func(tx *sql.Tx) error {
		var last int64
		err := tx.QueryRow("SELECT last FROM rooms WHERE code = $1"+r.d.forUpdate(), room).Scan(&last)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return classroom.ErrNoRoom
		case err != nil:
			return err
		case last+1 != e.Seq:
			return classroom.ErrBehind
		}
		if _, err := tx.Exec("UPDATE rooms SET last = $2 WHERE code = $1", room, e.Seq); err != nil {
			return err
		}
		if e.Key != "" {
			if _, err := tx.Exec("DELETE FROM entries WHERE room = $1 AND k = $2", room, e.Key); err != nil {
				return err
			}
		}
		_, err = tx.Exec("INSERT INTO entries (room, seq, k, data) VALUES ($1, $2, $3, $4)", room, e.Seq, e.Key, e.Data)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing in the room %s: %w", room, err)
	}
	return nil
}

// Read implements classroom.Log.
func (r rooms) Read(ctx context.Context, room string, after int64) ([]classroom.Entry, error) {
	out, err := r.read(ctx, room, after)
	if err != nil {
		return nil, fmt.Errorf("reading the room %s: %w", room, err)
	}
	return out, nil
}

func (r rooms) read(ctx context.Context, room string, after int64) ([]classroom.Entry, error) {
	rows, err := r.d.sql.QueryContext(ctx, "SELECT seq, k, data FROM entries WHERE room = $1 AND seq > $2 ORDER BY seq", room, after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []classroom.Entry
	for rows.Next() {
		var e classroom.Entry
		if err := rows.Scan(&e.Seq, &e.Key, &e.Data); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	if err := rows.Err(); err != nil || len(out) > 0 {
		return out, err
	}
	var last int64
	err = r.d.sql.QueryRowContext(ctx, "SELECT last FROM rooms WHERE code = $1", room).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		err = classroom.ErrNoRoom
	}
	return nil, err
}

// Rooms implements classroom.Log.
func (r rooms) Rooms(ctx context.Context) ([]string, error) {
	rows, err := r.d.sql.QueryContext(ctx, "SELECT code FROM rooms ORDER BY code")
	if err != nil {
		return nil, fmt.Errorf("listing the rooms: %w", err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return nil, fmt.Errorf("listing the rooms: %w", err)
		}
		out = append(out, code)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("listing the rooms: %w", err)
	}
	return out, nil
}

// Remove implements classroom.Log.
func (r rooms) Remove(ctx context.Context, room string) error {
	err := r.d.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec("DELETE FROM entries WHERE room = $1", room); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM rooms WHERE code = $1", room)
		return err
	})
	if err != nil {
		return fmt.Errorf("removing the room %s: %w", room, err)
	}
	return nil
}

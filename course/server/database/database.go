// Package database keeps what servers keep: everybody's progress, and the rooms
// of classes. One server uses a SQLite file; several share a PostgreSQL.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// A DB is an open database. It is safe for concurrent use.
type DB struct {
	sql    *sql.DB
	shared bool // other servers write here too

	stmts  sync.Map   // of a query: *sql.Stmt
	writes chan write // of SQLite, which has one writer; nil with PostgreSQL
	busy   bool       // the last writes came together; for the writer alone
	closed chan struct{}
	done   chan struct{}
}

// schema makes what is not there. BYTEA is a name that SQLite takes for BLOB.
const schema = `
CREATE TABLE IF NOT EXISTS learners (id TEXT PRIMARY KEY, holder BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS events (learner TEXT NOT NULL, n BIGINT NOT NULL, data BYTEA NOT NULL, PRIMARY KEY (learner, n));
CREATE TABLE IF NOT EXISTS drafts (learner TEXT NOT NULL, item TEXT NOT NULL, data BYTEA NOT NULL, PRIMARY KEY (learner, item));
CREATE TABLE IF NOT EXISTS files (learner TEXT NOT NULL, name TEXT NOT NULL, data BYTEA NOT NULL, PRIMARY KEY (learner, name));
CREATE TABLE IF NOT EXISTS aggregates (what TEXT NOT NULL, name TEXT NOT NULL, month TEXT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (what, name, month));
CREATE TABLE IF NOT EXISTS rooms (code TEXT PRIMARY KEY, last BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (room TEXT NOT NULL, seq BIGINT NOT NULL, k TEXT NOT NULL, data BYTEA NOT NULL, PRIMARY KEY (room, seq));
CREATE INDEX IF NOT EXISTS entries_by_key ON entries (room, k);
`

// schemaLock is the number under which servers that start at once wait for one
// another while they make the tables. Any number would do.
const schemaLock = 7_247_151

// connections is the most that one server opens to PostgreSQL, whose default is
// to take 100 in all.
const connections = 16

// Open opens a database: an address such as postgres://user@host/name, or the
// path of a SQLite file, whose folder must be there.
func Open(ctx context.Context, address string) (*DB, error) {
	d := &DB{shared: Shared(address), closed: make(chan struct{}), done: make(chan struct{})}
	var err error
	if d.shared {
		d.sql, err = sql.Open("pgx", address)
	} else {
		d.sql, err = openFile(address)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", hide(err, address))
	}
	if err := d.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("preparing the database: %w", hide(err, address)), d.sql.Close())
	}
	if d.shared {
		close(d.done)
	} else {
		d.writes = make(chan write)
		go d.write()
	}
	return d, nil
}

// Shared reports whether an address is that of a database which several servers
// can use at once.
func Shared(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// hide keeps a password that is part of the address out of an error.
func hide(err error, address string) error {
	u, bad := url.Parse(address)
	if bad != nil || u.User == nil {
		return err
	}
	if p, ok := u.User.Password(); ok && p != "" && strings.Contains(err.Error(), p) {
		return errors.New(strings.ReplaceAll(err.Error(), p, "…"))
	}
	return err
}

func openFile(path string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}
	// What was said to be saved must survive a power cut: synchronous is FULL.
	// Whoever is erased must not be found in the file's free pages: secure_delete.
	u.RawQuery = url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "secure_delete(ON)"}, "_txlock": {"immediate"}}.Encode()
	return sql.Open("sqlite", u.String())
}

func (d *DB) prepare(ctx context.Context) error {
	if !d.shared {
		d.sql.SetMaxOpenConns(4) // one writes, the others read
		_, err := d.sql.ExecContext(ctx, schema)
		return err
	}
	d.sql.SetMaxOpenConns(connections)
	d.sql.SetMaxIdleConns(connections)
	d.sql.SetConnMaxIdleTime(time.Minute)
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it does nothing after a commit
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", schemaLock); err != nil {
		return err
	}
	for _, s := range strings.Split(schema, ";") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Close finishes what is being written and closes the database. It may be
// called again.
func (d *DB) Close() error {
	select {
	case <-d.closed:
	default:
		close(d.closed)
	}
	<-d.done
	if err := d.sql.Close(); err != nil {
		return fmt.Errorf("closing the database: %w", err)
	}
	return nil
}

// ErrClosed says that the database was closed.
var ErrClosed = errors.New("the database is closed")

// A write is work in a transaction that waits for its turn. It may be done twice,
// when what it did at first was taken back.
type write struct {
	do   func(*sql.Tx) error
	done chan error
}

// change runs do in a transaction: all of it is durable when change returns nil,
// and none of it otherwise. The context does not stop it half-way. It may be run
// again after it was undone, so that it must change nothing but the database, or
// the same in the same way.
func (d *DB) change(ctx context.Context, do func(*sql.Tx) error) error {
	ctx = context.WithoutCancel(ctx)
	if d.writes == nil {
		return d.together(ctx, do)
	}
	w := write{do, make(chan error, 1)}
	select {
	case d.writes <- w:
		return <-w.done
	case <-d.closed:
		return ErrClosed
	}
}

// mostWrites is the most writes that are made durable at once. A SQLite file has
// one writer, and waiting for the disk is what a write costs: a thousand people
// who type share that wait.
const mostWrites = 256

// linger is how long a write waits for others when the last one was not alone.
const linger = 8 * time.Millisecond

// write makes the writes of a SQLite file until it is closed.
func (d *DB) write() {
	defer close(d.done)
	for {
		select {
		case w := <-d.writes:
			batch := []write{w}
			if d.busy { // others are about to come: one commit for all of them
				time.Sleep(linger)
			}
			for more := true; more && len(batch) < mostWrites; {
				select {
				case w := <-d.writes:
					batch = append(batch, w)
				default:
					more = false
				}
			}
			d.busy = len(batch) > 1
			d.commit(batch)
		case <-d.closed:
			return
		}
	}
}

// commit runs a batch in one transaction. A write that fails is undone alone: then
// all are done again, each of them so that it can be taken back. That is rare, and
// to prepare for it every time would be half of the work.
func (d *DB) commit(batch []write) {
	errs := make([]error, len(batch))
	err := d.together(context.Background(), func(tx *sql.Tx) error {
		for _, w := range batch {
			if err := w.do(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && len(batch) == 1 {
		errs[0], err = err, nil
	} else if err != nil {
		err = d.together(context.Background(), func(tx *sql.Tx) (broken error) {
			for i, w := range batch {
				if errs[i], broken = within(tx, w.do); broken != nil {
					return broken
				}
			}
			return nil
		})
	}
	for i, w := range batch {
		if errs[i] == nil {
			errs[i] = err
		}
		w.done <- errs[i]
	}
}

// together runs do in a transaction.
func (d *DB) together(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// within runs do and takes it back when it fails. The second error is one of
// the whole transaction.
func within(tx *sql.Tx, do func(*sql.Tx) error) (failed, broken error) {
	if _, err := tx.Exec("SAVEPOINT one"); err != nil {
		return nil, err
	}
	if err := do(tx); err != nil {
		_, broken := tx.Exec("ROLLBACK TO one")
		return err, broken
	}
	_, err := tx.Exec("RELEASE one")
	return nil, err
}

// prepared is a query in a transaction. Reading SQL costs SQLite more than doing
// what it says, so that a query is read once for each connection.
func (d *DB) prepared(tx *sql.Tx, query string) (*sql.Stmt, error) {
	s, ok := d.stmts.Load(query)
	if !ok {
		fresh, err := d.sql.Prepare(query)
		if err != nil {
			return nil, err
		}
		if s, ok = d.stmts.LoadOrStore(query, fresh); ok {
			if err := fresh.Close(); err != nil {
				return nil, err
			}
		}
	}
	return tx.Stmt(s.(*sql.Stmt)), nil
}

// forUpdate locks the row that is read until the transaction ends. SQLite has
// one writer anyway, and no such words.
func (d *DB) forUpdate() string {
	if d.shared {
		return " FOR UPDATE"
	}
	return ""
}

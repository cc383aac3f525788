//go:build unix

package database

import (
	"context"
	"sync"
	"testing"

	"edu/threatlings/course/server/database/postgrestest"
)

func TestPostgres(t *testing.T) {
	address := postgrestest.Start(t)
	contracts(t, func(t *testing.T) (*DB, *DB) { return open(t, address), open(t, address) })
	t.Run("erasing", func(t *testing.T) {
		d := open(t, address)
		erase(t, d, open(t, address))
		if err := d.Scrub(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("servers start at once", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				d, err := Open(context.Background(), address)
				if err == nil {
					err = d.Close()
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

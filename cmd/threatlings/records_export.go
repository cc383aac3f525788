package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"edu/threatlings/progress/records"
)

// maxRecords is how large a file of records may be, in bytes.
const maxRecords = 64 << 20

// readRecords reads files of records, and folders of them. What does not verify is
// returned beside what does.
func readRecords(paths []string, keys []records.Key) (out []records.Record, bad []error, err error) {
	for _, p := range paths {
		st, err := os.Stat(p)
		if err != nil {
			return nil, nil, fmt.Errorf("reading the records: %w", err)
		}
		dir, names := filepath.Dir(p), []string{filepath.Base(p)}
		if st.IsDir() {
			dir, names = p, nil
			entries, err := os.ReadDir(p)
			if err != nil {
				return nil, nil, fmt.Errorf("reading the records: %w", err)
			}
			for _, e := range entries {
				if ext := strings.ToLower(filepath.Ext(e.Name())); ext == ".json" || ext == ".jsonl" {
					names = append(names, e.Name())
				}
			}
		}
		root, err := os.OpenRoot(dir) // the files come from others: no link leads out
		if err != nil {
			return nil, nil, fmt.Errorf("reading the records: %w", err)
		}
		for _, n := range names {
			rs, faults := readRecordFile(root, n, keys)
			out, bad = append(out, rs...), append(bad, faults...)
		}
		if err := root.Close(); err != nil {
			return nil, nil, fmt.Errorf("reading the records: %w", err)
		}
	}
	return out, bad, nil
}

func readRecordFile(root *os.Root, name string, keys []records.Key) (out []records.Record, bad []error) {
	if st, err := root.Stat(name); err != nil || !st.Mode().IsRegular() || st.Size() > maxRecords {
		return nil, []error{fmt.Errorf("%s: left out, for it is no file of up to %d MB", name, maxRecords>>20)}
	}
	b, err := root.ReadFile(name)
	if err != nil {
		return nil, []error{fmt.Errorf("%s: left out: %w", name, err)}
	}
	for i, l := range records.Split(b) {
		o, err := records.Open(l, keys)
		if err != nil {
			bad = append(bad, fmt.Errorf("%s, line %d: left out: %w", name, i+1, err))
			continue
		}
		out = append(out, o.Record)
	}
	return out, bad
}

// facts are what is to be exported or sent: records, and if asked for answers.
type facts struct {
	records  []records.Record
	attempts []records.Attempt
	base     string
}

// outward says what leaves this computer, and how.
type outward struct {
	source
	trust             string
	answers, freeText bool
}

func (o *outward) flags(cmd *cobra.Command) {
	o.source.flags(cmd)
	cmd.Flags().StringVar(&o.trust, "trust", "", "with FILES: a `file` with the keys that you trust; without it every record in them is self-reported")
	cmd.Flags().BoolVar(&o.answers, "answers", false, "each answer too, for xAPI; of what was written in one's own words only that it was")
	cmd.Flags().BoolVar(&o.freeText, "free-text", false, "with --answers: also the words")
}

// facts collects from files, or else from what the source holds.
func (a *app) facts(ctx context.Context, o outward, files []string) (f facts, err error) {
	if o.freeText && !o.answers {
		return f, usageError{errors.New("--free-text goes with --answers")}
	}
	if len(files) > 0 {
		if o.server || o.answers {
			return f, usageError{errors.New("files hold records and no answers: leave --server and --answers out, or the files")}
		}
		keys, err := trusted(o.trust)
		if err != nil {
			return f, err
		}
		id, err := a.identity(o.source)
		if err != nil {
			return f, err
		}
		f.base = id.Activities
		var bad []error
		f.records, bad, err = readRecords(files, keys)
		for _, e := range bad {
			fmt.Fprintln(a.err, clean(e.Error()))
		}
		return f, err
	}
	c, err := a.crowd(ctx, o.source)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	f.base = c.base
	if f.records, err = c.records(); err != nil {
		return f, err
	}
	if o.answers {
		f.attempts = c.attempts()
	}
	return f, nil
}

func (f facts) statements(freeText bool) ([]records.Statement, error) {
	return records.Statements(f.records, f.attempts, records.Vocabulary{Base: f.base, FreeText: freeText})
}

func (a *app) recordsExportCommand() *cobra.Command {
	var o outward
	var csv, xapi, force bool
	var out string
	cmd := &cobra.Command{
		Use:   "export [FILE ...]",
		Short: "Write records as a table for an LMS, or as xAPI statements",
		Long:  "Write records for other systems: --csv is a table that an LMS imports as external training, --xapi a list of xAPI 1.0.3 statements. They are your own, with --server everybody's there, or those in FILES (signed records, or folders of them).",
		Example: `  threatlings records export --csv -o training.csv
  threatlings records export --xapi --server -o statements.json
  threatlings records export --csv ./records --trust keys.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if csv == xapi {
				return usageError{errors.New("say in which form: --csv or --xapi")}
			}
			if csv && (o.answers || o.freeText) {
				return usageError{errors.New("a table has no answers in it: --answers and --free-text go with --xapi")}
			}
			f, err := a.facts(cmd.Context(), o, args)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			n, what := len(f.records), plural(len(f.records), "record", "records")
			if csv {
				err = records.WriteCSV(&b, f.records)
			} else {
				var ss []records.Statement
				if ss, err = f.statements(o.freeText); err == nil {
					n, what = len(ss), plural(len(ss), "statement", "statements")
					b.Write(records.WriteXAPI(ss))
				}
			}
			if err != nil {
				return err
			}
			if err := a.writeOut(out, b.String(), force); err != nil || out == "" || out == "-" {
				return err
			}
			fmt.Fprintf(a.out, "%s: %d %s.\n", clean(out), n, what)
			return nil
		},
	}
	o.flags(cmd)
	cmd.Flags().BoolVar(&csv, "csv", false, "as a table")
	cmd.Flags().BoolVar(&xapi, "xapi", false, "as xAPI statements")
	outFlags(cmd, &out, &force)
	return cmd
}

func (a *app) recordsSyncCommand() *cobra.Command {
	var o outward
	var to, credentials string
	cmd := &cobra.Command{
		Use:   "sync [FILE ...]",
		Short: "Send records to your organisation's learning record store",
		Long: `Send records as xAPI statements to a learning record store. What cannot be sent now waits in the
data folder and goes along the next time; what the store refuses lies beside it with the reason.

The user name and the password are one line NAME:PASSWORD, in a file or on standard input: a
command line would show them to other programs.`,
		Example: `  threatlings records sync --to https://lrs.example.org/xAPI --credentials lrs.txt
  pass lrs | threatlings records sync --to https://lrs.example.org/xAPI --credentials - --server`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.mayWrite(); err != nil {
				return err
			}
			if to == "" || credentials == "" {
				return usageError{errors.New("say where to send, and as whom: --to URL --credentials FILE (- is standard input)")}
			}
			user, password, err := a.credentials(credentials)
			if err != nil {
				return err
			}
			send, err := records.NewSender(to, user, password, time.Now)
			if err != nil {
				return err
			}
			f, err := a.facts(cmd.Context(), o, args)
			if err != nil {
				return err
			}
			ss, err := f.statements(o.freeText)
			if err != nil {
				return err
			}
			q, err := records.OpenQueue(queueDir(a.recordsDir(o.source), to), 0)
			if err != nil {
				return err
			}
			ctx, cancel := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer cancel()
			return a.sync(ctx, send, q, ss)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&to, "to", "", "the `address` of the record store, such as https://lrs.example.org/xAPI")
	cmd.Flags().StringVar(&credentials, "credentials", "", "a `file` with NAME:PASSWORD; - is standard input")
	return cmd
}

// queueDir is where what is for one store waits: another store gets everything anew.
func queueDir(dir, to string) string {
	sum := sha256.Sum256([]byte(strings.TrimRight(to, "/")))
	return filepath.Join(dir, "queue", hex.EncodeToString(sum[:8]))
}

func (a *app) credentials(file string) (user, password string, err error) {
	var in io.Reader = a.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", "", fmt.Errorf("reading the record store's user name and password: %w", err)
		}
		defer f.Close()
		in = f
	}
	return records.ReadCredentials(in)
}

// syncChunk is how many statements are queued at a time: a whole organisation's may
// be more than a queue holds.
const syncChunk = 1000

// enqueueAndSend queues what is new and sends what waits. When the queue is full it
// is sent first. What does not fit while the store is away is queued another time:
// it is derived from what was done, and that stays.
func enqueueAndSend(ctx context.Context, send *records.Sender, q *records.Queue, ss []records.Statement) (done records.Sending, err error) {
	flush := func() error {
		now, err := send.Send(ctx, q)
		done.Sent, done.Already, done.Rejected, done.Left = done.Sent+now.Sent, done.Already+now.Already, done.Rejected+now.Rejected, now.Left
		return err
	}
	for chunk := range slices.Chunk(ss, syncChunk) {
		_, err := q.Add(chunk)
		if errors.Is(err, records.ErrFull) {
			if err := flush(); err != nil {
				return done, err
			}
			_, err = q.Add(chunk)
		}
		if err != nil {
			return done, err
		}
	}
	return done, flush()
}

// sync sends, and says what became of it.
func (a *app) sync(ctx context.Context, send *records.Sender, q *records.Queue, ss []records.Statement) error {
	done, err := enqueueAndSend(ctx, send, q, ss)
	fmt.Fprintf(a.out, "%d sent, %d were there already, %d refused, %d waiting.\n", done.Sent, done.Already, done.Rejected, done.Left)
	if done.Rejected > 0 {
		refused, listErr := q.Rejected()
		if listErr != nil {
			return errors.Join(err, listErr)
		}
		for _, r := range refused {
			fmt.Fprintf(a.err, "Refused: %s (%s)\n", clean(r.Reason), clean(r.File))
		}
	}
	if errors.Is(err, records.ErrUnavailable) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w. Nothing is lost: it waits here, and the same command sends it another time", err)
	}
	return err
}

// queues are the queues of all stores that something was ever meant for.
func queues(dir string) ([]*records.Queue, error) {
	entries, err := os.ReadDir(filepath.Join(dir, "queue"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the queues: %w", err)
	}
	var out []*records.Queue
	for _, e := range slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() }) {
		q, err := records.OpenQueue(filepath.Join(dir, "queue", e.Name()), 0)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"edu/threatlings/progress/records"
)

func (a *app) recordsSignCommand() *cobra.Command {
	var src source
	var out, who string
	var force bool
	cmd := &cobra.Command{
		Use:   "sign [MODULE]",
		Short: "Write records that can be checked for alterations, one a line",
		Long:  "Write the records of what is finished, signed with the key of this computer. A learner's own signature shows only that nothing was altered since: the record stays self-reported. With --server the server signs what it has seen.",
		Example: `  threatlings records sign part-2 -o part-2.json
  threatlings records sign --server -o everybody.jsonl`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			c, err := a.crowd(cmd.Context(), src)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, c.close()) }()
			rs, err := c.records()
			if err != nil {
				return err
			}
			if rs, err = only(of(rs, who), strings.Join(args, "")); err != nil {
				return err
			}
			b, err := a.sign(src, rs)
			if err != nil {
				return err
			}
			return a.writtenRecords(out, b, len(rs), force)
		},
	}
	src.flags(cmd)
	cmd.Flags().StringVar(&who, "person", "", "with --server: the `id` of one person, to give them theirs")
	outFlags(cmd, &out, &force)
	return cmd
}

// of keeps the records of a person; "" keeps all.
func of(rs []records.Record, who string) []records.Record {
	return slices.DeleteFunc(slices.Clone(rs), func(r records.Record) bool { return who != "" && r.Person.Name != who })
}

func outFlags(cmd *cobra.Command, out *string, force *bool) {
	cmd.Flags().StringVarP(out, "out", "o", "", "the `file` to write; without it the text goes to standard output")
	cmd.Flags().BoolVar(force, "force", false, "write over a file that is there")
}

// sign signs records with the key of this computer, one a line.
func (a *app) sign(src source, rs []records.Record) ([]byte, error) {
	if len(rs) == 0 {
		return nil, errors.New("nothing is finished yet; threatlings status says what is left")
	}
	s, err := a.signer(src)
	if err != nil {
		return nil, err
	}
	return signAll(s, rs)
}

func signAll(s records.Signer, rs []records.Record) ([]byte, error) {
	var b bytes.Buffer
	for _, r := range rs {
		one, err := records.Sign(r, s)
		if err != nil {
			return nil, err
		}
		b.Write(one)
	}
	return b.Bytes(), nil
}

func (a *app) writtenRecords(out string, b []byte, n int, force bool) error {
	if err := a.writeOut(out, string(b), force); err != nil || out == "" || out == "-" {
		return err
	}
	fmt.Fprintf(a.out, "%s: %d %s. Check with: threatlings records verify %s\n", clean(out), n, plural(n, "record", "records"), clean(out))
	return nil
}

func (a *app) recordsCertificateCommand() *cobra.Command {
	var format, out, record, trust string
	var force bool
	cmd := &cobra.Command{
		Use:   "certificate [MODULE]",
		Short: "Write a certificate of a part, or of the whole course",
		Long:  "Write a certificate to read or print. It says what it is worth, and how to check the record behind it. With -o the record itself is written beside it, as FILE.json. Without MODULE it is for the whole course, or for the last part that is finished. A record that a server or an instructor signed for you becomes one with --record FILE.",
		Example: `  threatlings records certificate
  threatlings records certificate part-2 --to html -o certificate.html`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := trusted(trust)
			if err != nil {
				return err
			}
			name, signed, err := a.certified(cmd.Context(), record, strings.Join(args, ""))
			if err != nil {
				return err
			}
			if format == "json" {
				return a.writtenRecords(out, signed, 1, force)
			}
			opened, err := records.Open(signed, keys)
			if err != nil {
				return err
			}
			file := out + ".json"
			if out == "" || out == "-" {
				file = "record.json"
			}
			text, err := certificate(records.Certificate{Opened: opened, Name: name, File: filepath.Base(file)}, format)
			if err != nil {
				return err
			}
			if out == "" || out == "-" {
				fmt.Fprintln(a.err, "The record behind it: the same command with --to json -o record.json")
				return a.writeOut(out, text, force)
			}
			if err := a.writeOut(file, string(signed), force); err != nil {
				return err
			}
			if err := a.writeOut(out, text, force); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s is the certificate, and %s the record behind it. Hand on both.\n", clean(out), clean(file))
			return nil
		},
	}
	cmd.Flags().StringVar(&record, "record", "", "make it of a signed record in a `file`, instead of your own progress")
	cmd.Flags().StringVar(&trust, "trust", "", "with --record: a `file` with the keys that you trust")
	cmd.Flags().StringVar(&format, "to", "text", "the `format`: text, md, html, json")
	outFlags(cmd, &out, &force)
	return cmd
}

// certified is the signed record for a certificate, and what its holder wants to be
// called: the last one in a file that somebody else signed, or one's own, signed
// now. Of several the latest counts, and the one for the most: the whole stands last.
func (a *app) certified(ctx context.Context, file, module string) (name string, signed []byte, err error) {
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", nil, fmt.Errorf("reading the record: %w", err)
		}
		for _, l := range records.Split(b) {
			o, err := records.Open(l, nil)
			if err != nil {
				return "", nil, fmt.Errorf("reading the record: %w", err)
			}
			if fits, err := only([]records.Record{o.Record}, module); err == nil && len(fits) > 0 {
				signed = l
			}
		}
		if signed == nil {
			return "", nil, fmt.Errorf("there is no such record in %s", clean(file))
		}
		settings, _ := a.settings()
		return clean(settings.Name), signed, nil
	}
	c, err := a.crowd(ctx, source{})
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	rs, err := c.records()
	if err != nil {
		return "", nil, err
	}
	if rs, err = only(rs, module); err != nil {
		return "", nil, err
	}
	signed, err = a.sign(source{}, rs[max(0, len(rs)-1):])
	return clean(c.settings.Name), signed, err
}

func certificate(c records.Certificate, format string) (string, error) {
	switch format {
	case "text":
		return c.Text(), nil
	case "md":
		return c.Markdown(), nil
	case "html":
		return c.HTML()
	}
	return "", usageError{fmt.Errorf("there is no certificate as %q; there are text, md, html and json", clean(format))}
}

func (a *app) recordsVerifyCommand() *cobra.Command {
	var trust string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check that records were not altered, and say what they are worth",
		Long:  "Check every record in a file. One altered byte is found, and ends with exit code 1. Whether a signature proves more than that is for you to say: --trust names a file with the keys of servers and instructors that you trust, one line each, as threatlings records key prints them.",
		Example: `  threatlings records verify part-2.json
  threatlings records verify everybody.jsonl --trust keys.txt`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			keys, err := trusted(trust)
			if err != nil {
				return err
			}
			b, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("reading the records: %w", err)
			}
			lines := records.Split(b)
			if len(lines) == 0 {
				return fmt.Errorf("there is no record in %s", clean(args[0]))
			}
			bad := 0
			for i, l := range lines {
				o, err := records.Open(l, keys)
				if err != nil {
					bad++
					fmt.Fprintf(a.out, "Record %d does NOT verify: %s\n", i+1, clean(err.Error()))
					continue
				}
				until := ""
				if o.Status() != records.Failed {
					until = ", valid until " + o.ValidUntil.Format(time.DateOnly)
				}
				fmt.Fprintf(a.out, "Record %d is as it was written: %s, %s, %s%s.\n  %s\n  Digest sha256:%s\n", i+1, clean(o.Person.Name), clean(o.Title()), o.Status(), until, clean(o.Says()), o.Digest)
			}
			if bad > 0 {
				return errSilent
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&trust, "trust", "", "a `file` with the keys that you trust")
	return cmd
}

// trusted reads a file of keys; "" is none.
func trusted(file string) ([]records.Key, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("reading the trusted keys: %w", err)
	}
	defer f.Close()
	return records.ParseKeys(f)
}

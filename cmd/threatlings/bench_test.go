package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"edu/threatlings/course"
	"edu/threatlings/exercises/kinds"
	"edu/threatlings/progress"
)

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// firstFrame starts a program and measures until the text is on the screen.
func firstFrame(b *testing.B, cmd *exec.Cmd, text string) time.Duration {
	b.Helper()
	t0 := time.Now()
	x := startCommand(b, cmd, 100, 30)
	x.shows(text)
	d := time.Since(t0)
	x.kill()
	return d
}

// BenchmarkStart measures from the start of the process to the first whole
// frame in a pty, beside a bare Bubble Tea program in the same run. The mute
// terminal answers no query at all.
func BenchmarkStart(b *testing.B) {
	ours := mustBinary(b)
	bare := filepath.Join(buildDir, "bare")
	if out, err := exec.Command("go", "build", "-o", bare, "./testdata/bare").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	env := home(b)
	mute := slices.DeleteFunc(slices.Clone(env), func(s string) bool { return strings.HasPrefix(s, "COLORFGBG=") })
	run := func(name string, env []string) *exec.Cmd {
		cmd := exec.Command(name)
		cmd.Env = env
		return cmd
	}
	var yard, mine, silent []time.Duration
	for b.Loop() {
		for range 11 {
			yard = append(yard, firstFrame(b, run(bare, env), "first frame"))
			mine = append(mine, firstFrame(b, run(ours, env), "f1 help"))
			silent = append(silent, firstFrame(b, run(ours, mute), "f1 help"))
		}
	}
	b.ReportMetric(ms(median(yard)), "bare-ms")
	b.ReportMetric(ms(median(mine)), "ms")
	b.ReportMetric(float64(median(mine))/float64(median(yard)), "ratio-to-bare")
	b.ReportMetric(ms(median(silent)-median(mine)), "mute-more-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkKey measures from a key press to the first byte that answers it, and
// what is written for a line of scroll and for a page, at 100×30.
func BenchmarkKey(b *testing.B) {
	env := home(b)
	x := start(b, env, 100, 30, "learn", "spoofing")
	x.shows("page 1 of")
	var times []time.Duration
	var sizes []float64
	press := func(key string) {
		before := x.bytes()
		x.mu.Lock()
		x.stamp = time.Time{}
		x.mu.Unlock()
		t0 := time.Now()
		x.send(key)
		times = append(times, x.firstByte(before).Sub(t0))
		x.settle()
		sizes = append(sizes, float64(x.bytes()-before))
	}
	for b.Loop() {
		for range 25 {
			press("\x1b[C")
			press("\x1b[D")
		}
	}
	slices.Sort(times)
	slices.Sort(sizes)
	b.ReportMetric(ms(times[len(times)/2]), "p50-ms")
	b.ReportMetric(ms(times[len(times)*99/100]), "p99-ms")
	b.ReportMetric(sizes[len(sizes)/2], "page-bytes")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkScroll measures the bytes written for one line of scroll at 100×30.
func BenchmarkScroll(b *testing.B) {
	env := home(b)
	x := start(b, env, 100, 30, "learn", "billing.top-three")
	x.shows("[document]")
	x.settle()
	var sizes []float64
	for b.Loop() {
		for i := range 50 {
			before := x.bytes()
			x.send([]string{"\x1b[B", "\x1b[A"}[i/25]) // down, and up again
			for x.bytes() == before {
				<-x.wake
			}
			x.settle()
			sizes = append(sizes, float64(x.bytes()-before))
		}
	}
	slices.Sort(sizes)
	b.ReportMetric(sizes[len(sizes)/2], "line-bytes")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkResident measures the resident memory after ten pages, in MB, and
// the size of the program.
func BenchmarkResident(b *testing.B) {
	var rss []float64
	for b.Loop() {
		x := start(b, home(b), 100, 30, "learn", "spoofing")
		x.shows("page 1 of")
		for range 10 {
			x.send("\x1b[C")
			x.settle()
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", x.cmd.Process.Pid))
		if err != nil {
			b.Skip("no /proc here:", err)
		}
		for _, l := range strings.Split(string(status), "\n") {
			var kb float64
			if n, _ := fmt.Sscanf(l, "VmRSS: %f kB", &kb); n == 1 {
				rss = append(rss, kb/1024)
			}
		}
		x.kill()
	}
	info, err := os.Stat(mustBinary(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(rss[len(rss)/2], "MB-resident")
	b.ReportMetric(float64(info.Size())/(1<<20), "MB-program")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLoad loads the course as every start does.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := course.Load(course.Embedded(), kinds.Decoder{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck looks at everything in the course.
func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		if p := course.Check(b.Context(), course.Embedded(), kinds.Decoder{}); len(p) > 0 {
			b.Fatal(p[0])
		}
	}
}

// BenchmarkAppend appends one event and syncs it to the disk, beside a bare
// write and sync of as many bytes in the same run.
func BenchmarkAppend(b *testing.B) {
	dir := b.TempDir()
	store, _, err := progress.OpenFile(filepath.Join(dir, "store"), progress.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	raw, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	line := []byte(strings.Repeat("x", 180))
	var ours, bare []time.Duration
	for b.Loop() {
		t0 := time.Now()
		if err := store.Append(b.Context(), progress.Event{ID: progress.NewID(), Time: t0.UTC(), Kind: progress.Visited, Item: "spoofing", Page: 1}); err != nil {
			b.Fatal(err)
		}
		t1 := time.Now()
		if _, err := raw.Write(line); err != nil {
			b.Fatal(err)
		}
		if err := raw.Sync(); err != nil {
			b.Fatal(err)
		}
		ours, bare = append(ours, t1.Sub(t0)), append(bare, time.Since(t1))
	}
	b.ReportMetric(ms(median(ours)), "ms")
	b.ReportMetric(float64(median(ours))/float64(median(bare)), "ratio-to-write+fsync")
}

package grading

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// BenchmarkLongTexts judges 10,000 characters of the kinds that make work:
// unknown words near words of the key, many sentences, letters that stand for
// many, no spaces. Each is to stay under 10 ms on a quiet machine.
func BenchmarkLongTexts(b *testing.B) {
	x := NewIndex(billingKey(b))
	all := ""
	for _, c := range bank(b) {
		all += c.Text + " "
	}
	var odd strings.Builder
	for i := 0; odd.Len() < 10_000; i++ {
		odd.WriteString("c" + string(rune('a'+i%26)) + "rd" + string(rune('a'+i/26%26)) + "tabase ")
	}
	for name, text := range map[string]string{
		"real words":    all,
		"unknown words": odd.String(),
		"sentences":     strings.ReplaceAll(all, " a ", ". "),
		"one word":      strings.Repeat("database", 1250),
		"expanding":     strings.Repeat("ﷺ ", 5000),
		"newlines":      strings.Repeat("card\n", 2000),
	} {
		if r := []rune(text); len(r) > 10_000 {
			text = string(r[:10_000])
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				x.Match(Card{Text: text, Letter: "I", Place: "2"})
			}
		})
	}
}

var statuses = []Status{Credited, StatusHandled, OutOfScope, AlsoValid, NotInKey, Empty, Asked, Vague, Stuffed, ControlClaimed, NoHarm, FixOnly}

func FuzzMatch(f *testing.F) {
	for _, c := range settled {
		f.Add(c.text, "I", "2", "")
	}
	for _, c := range bank(f)[:40] {
		f.Add(c.Text, c.Letter, c.Place, "because of the token")
	}
	f.Add("\x00\xff\u202e nobody can ", "Ω", "../..", "\n")
	x := NewIndex(billingKey(f))
	f.Fuzz(func(t *testing.T, text, letter, place, reply string) {
		c := Card{Text: text, Letter: letter, Place: place}
		if reply != "" {
			c.Replies = []string{reply}
		}
		v := x.Match(c)
		if !slices.Contains(statuses, v.Status) || v.P < 0 || v.P > 1 || v.Say == "" {
			t.Fatalf("%+v", v)
		}
		if v.Status == Credited && x.threats[v.ID] == nil {
			t.Fatalf("credit for %q", v.ID)
		}
		if v.AfterQuestion != (reply != "") || v.Question != "" && !utf8.ValidString(v.Question) {
			t.Fatalf("%+v", v)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	x := NewIndex(billingKey(b))
	cards := bank(b)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		x.Match(cards[i%len(cards)])
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkIndex(b *testing.B) {
	k := billingKey(b)
	for b.Loop() {
		NewIndex(k)
	}
}

// An index stays small beside the 20 MB that it may have.
func TestIndexIsSmall(t *testing.T) {
	k := billingKey(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := NewIndex(k)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(x)
	took := float64(after.HeapAlloc) - float64(before.HeapAlloc)
	t.Logf("%.1f MB", took/1e6)
	if took > 20e6 {
		t.Errorf("the index takes %.1f MB", took/1e6)
	}
}

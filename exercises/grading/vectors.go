package grading

import (
	_ "embed"
	"math"
	"strings"
	"sync"
)

// Word vectors tell that "crook" is near "thief". The file holds words, one a
// line and the most frequent first, an empty line, and vectorDims signed bytes
// for each of them.
//
//go:embed vectors.bin
var vectorFile string

const vectorDims = 100

// vectors are words in a space where likeness of meaning is an angle.
type vectors struct {
	at   map[string]int
	data string
}

var wordVectors = sync.OnceValue(func() vectors {
	words, data, _ := strings.Cut(vectorFile, "\n\n")
	v := vectors{at: make(map[string]int, len(data)/vectorDims), data: data}
	for w := range strings.SplitSeq(words, "\n") {
		v.at[w] = len(v.at)
	}
	return v
})

// A direction is one word's vector, of unit length.
type direction []float32

// of returns the direction of a word, or nil.
func (v vectors) of(word string) direction {
	i, ok := v.at[word]
	if !ok {
		return nil
	}
	d, sum := make(direction, vectorDims), 0.0
	for k := range d {
		x := float32(int8(v.data[i*vectorDims+k]))
		d[k] = x
		sum += float64(x) * float64(x)
	}
	norm := float32(math.Sqrt(sum))
	for k := range d {
		d[k] /= norm
	}
	return d
}

// cosine adds up in four places at once: it is what takes longest in a match.
func (d direction) cosine(o direction) float64 {
	var a, b, c, e float32
	o = o[:len(d)]
	for k := 0; k+3 < len(d); k += 4 {
		a += d[k] * o[k]
		b += d[k+1] * o[k+1]
		c += d[k+2] * o[k+2]
		e += d[k+3] * o[k+3]
	}
	return float64(a + b + c + e)
}

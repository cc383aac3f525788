package course

import (
	"regexp"
	"strings"
	"unicode"
)

// HardestReading is the school grade above which a lesson is too hard to read.
const HardestReading = 10

var (
	fenceText = regexp.MustCompile("(?s)```.*?```")
	linkText  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// readingGrade is the school grade (American) that a text in Markdown asks for,
// by the formula of Flesch and Kincaid (J. P. Kincaid and others, Derivation of
// new readability formulas, 1975): 0.39 words a sentence + 11.8 syllables a word − 15.59.
// Syllables are counted by groups of vowels, which is right for most words.
func readingGrade(markdown string) float64 {
	text := linkText.ReplaceAllString(fenceText.ReplaceAllString(markdown, "\n"), "$1")
	sentences, words, syllables := 0, 0, 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "|") { // a table is no prose
			continue
		}
		n := 0
		for _, w := range strings.Fields(line) {
			letters := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
			if letters == "" {
				continue
			}
			n++
			syllables += syllablesOf(letters)
			if strings.ContainsAny(w[len(w)-1:], ".!?:") || strings.HasSuffix(w, ".**") || strings.HasSuffix(w, ".*") || strings.HasSuffix(w, "\"") {
				sentences++
				words += n
				n = 0
			}
		}
		if n > 0 { // a heading or an item of a list ends with its line
			sentences++
			words += n
		}
	}
	if words == 0 {
		return 0
	}
	return 0.39*float64(words)/float64(sentences) + 11.8*float64(syllables)/float64(words) - 15.59
}

func syllablesOf(word string) int {
	n, vowel := 0, false
	low := strings.ToLower(word)
	for _, r := range low {
		is := strings.ContainsRune("aeiouy", r)
		if is && !vowel {
			n++
		}
		vowel = is
	}
	if strings.HasSuffix(low, "e") && !strings.HasSuffix(low, "le") && n > 1 {
		n--
	}
	return max(1, n)
}

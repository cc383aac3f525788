package grading

import (
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

// maxRunes is the most of a text that is read. It is more than a card can hold.
const maxRunes = 12_000

// A token is one word of a text.
type token struct {
	raw  string // as the learner wrote it, lower-cased
	stem string
	stop bool // a function word: it carries no meaning of its own here
}

// A sentence is a run of tokens between full stops.
type sentence []token

// contractions are expanded so that a negation is always the word "not".
var contractions = strings.NewReplacer(
	"can't", "can not", "cannot", "can not", "won't", "will not", "shan't", "shall not", "n't", " not",
	"'re", " are", "'ve", " have", "'ll", " will", "i'm", "i am", "let's", "let us", "what's", "what is", "it's", "it is", "that's", "that is", "there's", "there is",
	"who's", "who is", "gonna", "going to", "wanna", "want to",
)

// shorthand is how engineers abbreviate what a document spells out.
var shorthand = map[string]string{
	"db": "database", "dbs": "databases", "creds": "credentials", "cred": "credential", "pw": "password", "pwd": "password", "auth": "authentication",
	"authn": "authentication", "authz": "authorisation", "svc": "service", "prod": "production", "acct": "account", "req": "request", "reqs": "requests",
	"cc": "card", "pan": "card number", "pans": "card numbers", "mitm": "man in the middle", "dos": "denial of service", "ddos": "flood", "sqli": "sql injection",
	"xss": "script injection", "infra": "infrastructure", "perms": "permissions", "admins": "admins", "msg": "message", "mins": "minutes", "min": "minute", "u": "you", "ppl": "people",
	"cert": "certificate", "certs": "certificates", "log": "log", "env": "environment", "ws": "workspace", "authorization": "authorisation", "ids": "ids", "e-mail": "email",
}

// stops are function words, and the verbs that say nothing by themselves.
var stops = set(`a an the this that these those some any each every all both either neither no none such other another same own
i you he she it we they me him her us them my your his its our their mine yours ours theirs myself himself itself themselves someone somebody anyone anybody everyone everybody something anything everything one ones who whom whose which what where when why how
is are was were be been being am do does did doing done have has had having will would shall should can could may might must
and or but nor so yet if then else than as of at by for from in into onto on off out over under up down to toward with without within about against between through during before after above below again further once here there
not only just also too very more most much many few little less least even still ever never always often sometimes
because while until although though since unless whether via per like get gets got getting go goes going went make makes made let lets us ok okay please well really actually basically simply maybe perhaps etc ie eg
s t re ve ll d m don now way thing things kind lot bit
hello hi hey dear thanks thank hope helps nice weekend regards greetings cheers sorry think believe suppose afraid worry worried`)

// generic words name no particular threat: a text of nothing else is vague.
var generic = set(`hack hacks hacked hacker hackers hacking attack attacks attacked attacker attackers attacking bad actor actors evil malicious guy guys person people user users someone stranger
steal steals stole stolen stealing data information info system systems security secure insecure unsafe safe breach breached breaches leak leaks leaked risk risks risky threat threats vulnerability vulnerabilities vulnerable problem problems issue issues
access accesses accessed exploit exploits exploited compromise compromised danger dangerous harm damage bug bugs flaw flaws hole holes weak weakness thing stuff something everything it application app software feature code api happen happens wrong possible
spoofing tampering repudiation disclosure denial service elevation privilege stride confidentiality integrity availability authentication non cyber criminal criminals intruder intruders enemy use uses used using abuse abused misuse break breaks broken protect protected`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// normalise makes two spellings of one text equal: compatibility forms, case,
// quotes, invisible characters, contractions.
func normalise(s string) string {
	s = strings.ToLower(cut(norm.NFKC.String(cut(s)))) // one letter can stand for eighteen
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '’' || r == '‘' || r == '`' || r == '´':
			return '\''
		case r == '\n':
			return '.'
		case unicode.Is(unicode.Cc, r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return contractions.Replace(s)
}

func cut(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxRunes {
			return s[:i]
		}
	}
	return s
}

// readText splits a text into sentences of tokens.
func readText(s string) []sentence { return readNormal(normalise(s)) }

// readNormal splits a normalised text.
func readNormal(s string) []sentence {
	known := map[string][]token{} // stemming is slow, and words come again
	var out []sentence
	var cur sentence
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			w := word.String()
			if known[w] == nil {
				known[w] = tokensOf(w)
			}
			cur = append(cur, known[w]...)
			word.Reset()
		}
	}
	rs := []rune(s)
	for i, r := range rs {
		between := i > 0 && i+1 < len(rs) && unicode.IsDigit(rs[i-1]) && unicode.IsDigit(rs[i+1])
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			word.WriteRune(r)
		case (r == ',' || r == '.') && between: // 10,000 and 1.5 are one word
			if r == '.' {
				word.WriteRune(r)
			}
		case r == '\'': // possessive: the s that follows is a stop word
			flush()
		case r == '.' || r == '!' || r == '?' || r == ';':
			flush()
			if len(cur) > 0 {
				out = append(out, cur)
				cur = nil
			}
		default:
			flush()
		}
	}
	flush()
	if len(cur) > 0 {
		out = append(out, cur)
	}
	return out
}

// tokensOf makes tokens of one word: more than one where shorthand stands for several.
func tokensOf(w string) []token {
	long, ok := shorthand[w]
	if !ok {
		return []token{newToken(w)}
	}
	var out []token
	for _, f := range strings.Fields(long) {
		t := newToken(f)
		t.raw = w
		out = append(out, t)
	}
	return out
}

func newToken(w string) token {
	return token{raw: w, stem: english.Stem(w, false), stop: stops[w]}
}

// content is the tokens of all sentences that carry meaning.
func content(ss []sentence) []token {
	var out []token
	for _, s := range ss {
		for _, t := range s {
			if !t.stop {
				out = append(out, t)
			}
		}
	}
	return out
}

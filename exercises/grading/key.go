// Package grading matches a threat in a learner's own words against the answer
// key of a scenario: offline, deterministic, and explained.
//
// It credits when it is sure, asks when it is not, and says "not in my key, and
// you may still be right" when it finds nothing. Letter and place are a
// prior, never a veto.
//
// Word vectors were tried and left out. With 10,000 of GloVe's words in 100
// dimensions (1.1 MB) the right threat came first in 291 of 306 answers to a
// scenario that the weights had not seen, without them in 289, and credit, recall
// and false credit were the same within one answer.
package grading

// Letters are the STRIDE letters in order.
const Letters = "STRIDE"

// LetterNames are the names of the Letters, in the same order.
var LetterNames = map[string]string{
	"S": "Spoofing", "T": "Tampering", "R": "Repudiation",
	"I": "Information disclosure", "D": "Denial of service", "E": "Elevation of privilege",
}

// Severities are the ratings from least to most.
var Severities = []string{"low", "medium", "high", "critical"}

// A Key is what the author of a scenario knows of it: one reviewer's list.
type Key struct {
	Scenario   string         `yaml:"scenario"`
	Threats    []Threat       `yaml:"threats"`
	Handled    []Handled      `yaml:"handled"`      // true worries that the design already deals with
	OutOfScope []Handled      `yaml:"out_of_scope"` // true, and not this feature's
	AlsoValid  []Handled      `yaml:"also_valid"`   // right, and in no one's top three here
	Facts      []Fact         `yaml:"facts"`        // true statements of the document that name no harm
	Assets     []Asset        `yaml:"assets"`
	Remedies   []SharedRemedy `yaml:"remedies"` // one change that removes several threats
	Samples    []SampleGroup  `yaml:"samples"`  // strong answers with little overlap
	// Document is the text that the key is about, as Markdown: what it says by
	// itself is a fact and no threat.
	Document string `yaml:"-"`
}

// A Threat is one entry of the key.
type Threat struct {
	ID          string   `yaml:"id"`
	Title       string   `yaml:"title"`
	Description string   `yaml:"description"` // weakness → attack → harm
	Stride      Accept   `yaml:"stride"`
	Place       Accept   `yaml:"place"` // flow numbers and component ids
	Severity    Severity `yaml:"severity"`
	Evidence    Evidence `yaml:"evidence"`
	Facets      Facets   `yaml:"facets"`
	Examples    []string `yaml:"examples"` // the threat in other people's words, many registers
	// CounterExamples look alike and are not this threat.
	CounterExamples []CounterExample `yaml:"counter_examples"`
	// Statement says in one plain sentence what sets the threat apart, for a
	// learner whom the grader could not understand. It is not the title.
	Statement  string            `yaml:"statement"`
	Confusable map[string]string `yaml:"confusable"` // neighbour's id → the question that separates them
	Hints      []string          `yaml:"hints"`      // where to look, which letter, what would an attacker do here, a worked neighbour
	Mitigation []string          `yaml:"mitigation"`
	FixBy      string            `yaml:"fix_by"` // before release, 30 days, this quarter, revisit
}

// Accept lists first choices and defensible ones ("also": no loss, and a word about why).
type Accept struct {
	Accept []string `yaml:"accept"`
	Also   []string `yaml:"also"`
	Why    string   `yaml:"why"` // one sentence, shown with the judgement
}

// Severity is the author's rating with its reason.
type Severity struct {
	Likelihood string   `yaml:"likelihood"`
	Impact     string   `yaml:"impact"`
	Rating     string   `yaml:"rating"`
	Tolerate   []string `yaml:"tolerate"` // other ratings that a fair reader may give
	Why        string   `yaml:"why"`
}

// Evidence is the sentence of the document that gives the threat away, word
// for word; Quote may be empty only when Diagram says what in the diagram does.
type Evidence struct {
	Quote   string `yaml:"quote"`
	Diagram string `yaml:"diagram"`
}

// Facets are the parts of a whole threat, as short phrases.
type Facets struct {
	Weakness []string `yaml:"weakness"`
	Attack   []string `yaml:"attack"`
	Harm     []string `yaml:"harm"`
}

// A CounterExample is a text that is not the threat, and what it is: another
// id of the key, or one of none:vague, none:handled, none:off, none:fact, none:fix, none:negated.
type CounterExample struct {
	Text string `yaml:"text"`
	Is   string `yaml:"is"`
}

// Handled is a worry that earns no credit here, with the reason.
type Handled struct {
	ID       string   `yaml:"id"`
	Title    string   `yaml:"title"`
	Quote    string   `yaml:"quote"`    // the sentence of the document that deals with it; may be empty for also_valid
	Reason   string   `yaml:"reason"`   // what to tell the learner, two sentences at most
	Leftover string   `yaml:"leftover"` // optional: the threat id that is left over beside it
	Stride   []string `yaml:"stride"`   // letters under which people look for it
	Place    []string `yaml:"place"`    // where they do
	Examples []string `yaml:"examples"`
}

// A Fact is a true statement that names no harm.
type Fact struct {
	Text string `yaml:"text"`
	Near string `yaml:"near"` // optional: the threat that it could lead to
}

// An Asset is something worth protecting.
type Asset struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	Class    string   `yaml:"class"` // public, confidential, restricted, secret; empty for what is no data
	Why      string   `yaml:"why"`
	Examples []string `yaml:"examples"`
}

// A SharedRemedy is one change that removes several threats at once.
type SharedRemedy struct {
	Text    string   `yaml:"text"`
	Removes []string `yaml:"removes"`
}

// A SampleGroup is a strong top three in somebody's own words.
type SampleGroup struct {
	Name  string       `yaml:"name"`
	About string       `yaml:"about"` // who they are, in a sentence
	Cards []SampleCard `yaml:"cards"`
}

// A SampleCard is one threat of a sample group.
type SampleCard struct {
	Threat   string `yaml:"threat"` // id in the key
	Text     string `yaml:"text"`
	Letter   string `yaml:"letter"`
	Place    string `yaml:"place"`
	Severity string `yaml:"severity"`
}

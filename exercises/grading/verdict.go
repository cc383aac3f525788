package grading

// A Card is a threat in a learner's words.
type Card struct {
	Text     string
	Letter   string   // a STRIDE letter, or ""
	Place    string   // a flow number or component id, or ""
	Severity string   // one of Severities, or ""
	Replies  []string // to the grader's questions: words, and then the number of a statement
}

// Status is what became of a card.
type Status string

// The statuses of a Verdict. Asked and the gates after it come with a question.
const (
	Credited      Status = "credited"
	StatusHandled Status = "handled"      // the design deals with it already
	OutOfScope    Status = "out of scope" // true, and not this feature's
	AlsoValid     Status = "also valid"   // right, and not in this key

	NotInKey Status = "not in my key" // nothing alike; the learner may still be right
	Empty    Status = "empty"

	Asked          Status = "asked"           // perhaps one of the key's: a part is missing
	Vague          Status = "vague"           // only words that fit everything
	Stuffed        Status = "stuffed"         // words without sentences, or many threats at once
	ControlClaimed Status = "control claimed" // says that something is secure
	NoHarm         Status = "no harm named"   // a fact of the document, and nothing that follows from it
	FixOnly        Status = "fix only"        // a remedy without the threat
)

// A Verdict is how a card was judged, and why.
type Verdict struct {
	Status        Status
	ID            string      // what in the key it was taken for; "" for none; not to be shown while Asked
	Title         string      // of that; "" while Asked
	P             float64     // how sure, 0 to 1
	Question      string      // to be asked in place, when there is one
	Choices       []string    // statements to choose from by number, when the question is which of them is meant
	Say           string      // one kind sentence or two
	AfterQuestion bool        // there was a reply
	Second        string      // id of another threat read in another sentence
	Candidates    []Candidate // what it may have meant, likeliest first, threats only; never to be shown as a menu
	Explanation   Explanation
}

// A Candidate is what a card may have meant.
type Candidate struct {
	ID string
	P  float64
}

// An Explanation says how a verdict came about.
type Explanation struct {
	Phrase   string   // what the key says that is most alike
	Met      []Met    // the learner's words and those of the phrase
	Hit      []string // of weakness, attack, harm: what the card speaks of
	Missing  []string // what it leaves out
	Letter   Judgement
	Place    Judgement
	Severity Judgement
	RunnerUp string // what else it could have been, and why it was not taken
	Reads    string // what kind of statement it looks like, when that is no threat
	Gate     Status // the gate that fired; "" for none
}

// A Met is a pair of words that met.
type Met struct {
	Yours string
	Key   string
	How   string // "same word", "same stem", "typing error mended"
}

// A Judgement says how a letter, a place or a severity fits the key.
type Judgement struct {
	Yours string
	Fit   Fit
	First []string // what the key puts first
	Why   string   // the key's reason
}

// Fit is how well a choice fits.
type Fit string

// The fits of a Judgement, which is empty where no threat was recognised.
const (
	FitFirst Fit = "first choice" // the key's own
	FitAlso  Fit = "defensible"   // no loss
	FitOther Fit = "another"      // the key says something else
	FitNone  Fit = "not chosen"
)

package course_test

import (
	"strings"
	"testing"

	"edu/threatlings/course"
	"edu/threatlings/exercises"
	"edu/threatlings/exercises/ask"
	"edu/threatlings/exercises/kinds"
)

func grade(t *testing.T, it *course.Item, text string) exercises.Result {
	t.Helper()
	ex, err := it.Exercise()
	if err != nil {
		t.Fatal(err)
	}
	res, err := ex.Grade(t.Context(), exercises.Answer{text})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// What would fit any system earns nothing in any of the questions of the course.
func TestVagueQuestionsEarnNothing(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	asks := 0
	for _, st := range c.Steps() {
		for _, it := range st.Items() {
			if ex, err := it.Exercise(); err != nil {
				t.Fatal(err)
			} else if _, ok := ex.(*ask.Exercise); !ok {
				continue
			}
			asks++
			for _, text := range []string{
				"I would worry that somebody does something bad with it", "Can somebody do something bad?", "What if it goes wrong?", "Somebody could do harm to us and our customers.",
				"hackers might attack it", "Is everything fine here?", "I do not know", "What happens when something happens?", "someone bad", "everything could be attacked by anyone at any time",
				"Could there be a problem?", "Is there a risk that we do not know of?", "How do we deal with evil people?", "nothing", "test", "Maybe an attacker finds a way in.",
			} {
				if res := grade(t, it, text); res.Items[0].Mark == exercises.Good {
					t.Errorf("%s: %q is credited as %s", it.ID, text, res.Items[0].ID)
				}
			}
		}
	}
	if asks < 12 {
		t.Errorf("%d exercises ask for questions", asks)
	}
}

// Questions that were put by somebody who had not seen the key: most are known,
// and none is taken for one of another letter.
func TestQuestionsOfStrangers(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	known, all := 0, 0
	for id, questions := range map[string]string{
		"pulse.spoofing":    "Can someone guess the number in the link?|are link numbers sequential|If somebody steals my mail, can they answer as me?|how long is the number?|What happens if an admin's single sign-on session is left open on a laptop?",
		"pulse.tampering":   "who can edit answers after they were given|If someone else has my link, can they overwrite what I wrote?|Do you keep the original when an administrator corrects something?|Can someone answer more than once and skew the results?|Is there a checksum or history for the answers table?",
		"pulse.repudiation": "Is there a log of what admins look at?|what exactly does the portal log besides login|When a twelfth admin is created, who can tell which one of the eleven did it?|can admins delete the logs?|How would you prove which admin corrected the mark?",
		"pulse.disclosure":  "With only 3 people in a team, can't you tell who wrote it?|Can you link the time of the answer to when someone was online?|Is it really anonymous if the link number is stored next to the answer?|Who else has access to the database?|do backups exist and who reads them?",
		"pulse.denial":      "What if all 600 click at nine o'clock?|Can someone paste a whole book into the comment?|what happens when the one machine dies on monday morning?|Can one person fill up the disk?|How many requests per second can the app handle?",
		"pulse.elevation":   "Why can any admin create another admin?|who removes admins who leave the People team?|Do all eleven need to see single answers?|does the app's database user have more permissions than it needs?|Could a colleague with the right URL open the admin pages?",
	} {
		it, ok := c.Item(id)
		if !ok {
			t.Fatal(id)
		}
		for _, q := range strings.Split(questions, "|") {
			all++
			switch res := grade(t, it, q); res.Items[0].Mark {
			case exercises.Good:
				known++
			case exercises.Plain:
				t.Errorf("%s: %q is taken for another letter: %s", id, q, res.Items[0].Reason)
			}
		}
	}
	if known < all*9/10 {
		t.Errorf("%d of %d are known", known, all)
	}
}

// What newcomers asked, and were given marks for under the wrong letter, or for two
// words, or for what they did not know.
func TestQuestionsThatEarnNoFullMarks(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct {
		id, text string
		mark     exercises.Mark
		says     string // in the word, what is expected, the question or the reason
	}{
		{"spoofing.ask", "can someone change the role on the way?", exercises.Plain, "a question for T"},
		{"spoofing.ask", "can postbird employees read the invitation", exercises.Plain, "a question for I"},
		{"spoofing.ask", "who is", exercises.Unsure, "Say it as a question"},
		{"spoofing.ask", "whats the proof the program is the customer", exercises.Good, ""},
		{"tampering.ask", "can someone change the role on the way?", exercises.Good, ""},
		{"information-disclosure.ask", "i dont know", exercises.Unknown, "That is honest"},
		{"information-disclosure.ask", "Who could see the workspace?", exercises.Good, "Whoever is inside"},
		{"pulse.disclosure", "small teams", exercises.Unsure, "Say it as a question"},
		{"pulse.disclosure", "What about small teams?", exercises.Good, ""},
		{"pulse.denial", "team of 3 the boss can guess who wrote it", exercises.Plain, "a question for I"},
		{"pulse.elevation", "can someone answer the survey 1000 times with very long comments", exercises.Plain, "a question for D"},
		{"pulse.elevation", "can any admin make another admin, whos checking", exercises.Good, "Power that multiplies itself"},
		{"pulse.elevation", "who can become admin and who removes them when they leave", exercises.Good, ""},
		{"pulse.disclosure", "what if 600 people click the link at 9 am", exercises.Plain, "a question for D"},
		{"pulse.tampering", "who has answered", exercises.Plain, "Reading is I"},
		{"pulse.repudiation", "who changed the answer", exercises.Good, ""},
		{"information-disclosure.ask", "can Paolo make himself an admin", exercises.Plain, "a question for E"},
		{"information-disclosure.ask", "does the error show if someone is already member?", exercises.Good, "oracle"},
	} {
		it, ok := c.Item(q.id)
		if !ok {
			t.Fatal(q.id)
		}
		got := grade(t, it, q.text).Items[0]
		if all := strings.Join([]string{got.Word, got.Expected, got.Question, got.Reason}, "\n"); got.Mark != q.mark || !strings.Contains(all, q.says) {
			t.Errorf("%s: %q is %s: %s", q.id, q.text, got.Mark, all)
		}
	}
}

// Each way to put a question of Pulse Surveys is tried with a word left out: nearly
// none is lost to another letter. And under another letter none earns full marks.
func TestQuestionsKeepTheirLetter(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	pulse, all, lost := []*course.Item{}, 0, 0
	for _, it := range mustStep(t, c, "pulse").Items() {
		if ex, err := it.Exercise(); err == nil && ex.About().Kind == "ask" {
			pulse = append(pulse, it)
		}
	}
	for i, it := range pulse {
		ex, _ := it.Exercise()
		for _, q := range ex.(*ask.Exercise).Questions {
			for _, text := range q.Examples {
				all++
				words := strings.Fields(text)
				middle := len(words) / 2
				if got := grade(t, it, strings.Join(append(words[:middle:middle], words[middle+1:]...), " ")).Items[0]; got.Word == "for another letter" {
					lost++
				}
				other := pulse[(i+1)%len(pulse)]
				if got := grade(t, other, text).Items[0]; got.Mark == exercises.Good {
					t.Errorf("%s is credited in %s: %q", it.ID, other.ID, text)
				}
			}
		}
	}
	if len(pulse) != 6 || lost*50 > all {
		t.Errorf("%d exercises; %d of %d questions are told to be for another letter", len(pulse), lost, all)
	}
}

func mustStep(t *testing.T, c *course.Course, id string) *course.Step {
	t.Helper()
	st, ok := c.Step(id)
	if !ok {
		t.Fatal(id)
	}
	return st
}

// Whoever is asked back and then asks well is not held to their first words.
func TestAReplyStandsAlone(t *testing.T) {
	c, err := course.Load(course.Embedded(), kinds.Decoder{})
	if err != nil {
		t.Fatal(err)
	}
	it, _ := c.Item("denial-of-service.ask")
	ex, err := it.Exercise()
	if err != nil {
		t.Fatal(err)
	}
	for _, first := range []string{"the fields", "the log", "roles and names"} {
		res, err := ex.Grade(t.Context(), exercises.Answer{first, "+ how many invitations per minute are allowed"})
		if err != nil || res.Items[0].Mark != exercises.Good {
			t.Errorf("%q and a good reply: %v, %v", first, res.Items[0], err)
		}
	}
}

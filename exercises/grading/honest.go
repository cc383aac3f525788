package grading

import "regexp"

// Unknowing reports whether a text says nothing but that its writer does not know.
// That is honest, and no answer that somebody could be right with.
func Unknowing(text string) bool {
	return len(text) <= mostUnknowing && unknowing.MatchString(wordsOf(readText(text)))
}

// mostUnknowing is the longest way of saying so, in bytes.
const mostUnknowing = 120

var unknowing = regexp.MustCompile(`^((sorry|well|hm+|um+|honestly|to be honest) )*(i )?((really|just|honestly|still) )?` +
	`((do not|dont|did not|didnt|can not|cant) ((really|actually|even) )?(know|remember|recall|say|tell)|dunno|idk|am not sure|not sure|forgot|have forgotten|(have )?no (idea|clue))` +
	`( (sorry|it|this|that|yet|anymore|any more|either|here|at all|the answer|what to (say|write|ask)|how|why|who|what))*$`)

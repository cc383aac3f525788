package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{0.73, 1.5, 1.56, 3.33, 4.36, 3.27, 3.61, 1.55, 1.45},
	Sure:   [...]float64{-4.89, 0.08, 0.24, 0.37, 1.15, 0.58, 0.37, -0.06, 0.86, 1.41},
	Told:   [...]float64{-2.82, 0, 0.39, 1.2},
	Phrase: [...]float64{0.38, 0.07, 0.19, 0.56},
}

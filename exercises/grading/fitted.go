package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{0.96, 0.86, 1.58, 3.74, 4.53, 2.62, 3.78, 1.54, 1.37},
	Sure:   [...]float64{-5.3, 0.04, 0.27, 0.41, 1.33, 0.76, 0.33, -0.03, 1.07, 1.51},
	Told:   [...]float64{-2.84, 0.11, 0.42, 0.26},
	Phrase: [...]float64{0.54, 0.05, 0.17, 0.66},
}

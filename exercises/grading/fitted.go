package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{1.43, 0.67, 1.76, 3.89, 4.43, 1.74, 3.58, 2.68, 1.56, 1.27},
	Sure:   [...]float64{-5.91, 0.04, 0.26, 0.46, 1.83, 0.27, 0.42, 0.35, 0, 1, 2.01},
	Told:   [...]float64{-2.39, 0.03, 0.45, 0.69},
	Phrase: [...]float64{0.51, 0.04, 0.17, 0.65},
}

package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{1.5, 0.65, 1.74, 3.91, 4.49, 1.77, 3.61, 2.51, 1.62, 1.27},
	Sure:   [...]float64{-5.92, 0.05, 0.26, 0.45, 1.88, 0.19, 0.4, 0.34, 0, 0.96, 2.01},
	Told:   [...]float64{-2.45, 0.03, 0.45, 0.71},
	Phrase: [...]float64{0.49, 0.06, 0.17, 0.24},
}

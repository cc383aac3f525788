package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{0.58, 1.33, 1.5, 3.43, 4.46, 3.29, 3.92, 1.47, 1.44},
	Sure:   [...]float64{-4.94, 0.09, 0.22, 0.36, 0.93, 0.96, 0.35, -0.23, 0.6, 1.23},
	Told:   [...]float64{-3.04, 0, 0.4, 1.08},
	Phrase: [...]float64{0.28, 0.09, 0.19, 0.93},
}

package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{0.91, 1.38, 1.3, 4.36, 4.62, 0.77, 2.83, 1.99, 1.93, 1.54},
	Sure:   [...]float64{-3.45, 0, 0.18, 0.49, 2.17, 0, 0, 0.41, 0, 0.82},
	Told:   [...]float64{-1.94, 0, 0.4, 0},
	Phrase: [...]float64{0.29, 0.08, 0.2, 0.51},
}

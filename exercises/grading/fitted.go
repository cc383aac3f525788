package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{1.5, 0.65, 1.74, 3.91, 4.49, 1.77, 3.61, 2.51, 1.62, 1.27},
	Sure:   [...]float64{-4.88, 0, 0.24, 0.5, 1.97, 0, 0, 0.34, 0, 0.72, 1.99, -0.03},
	Told:   [...]float64{-1.87, 0, 0.47, 0.57},
	Phrase: [...]float64{0.49, 0.06, 0.17, 0.24},
}

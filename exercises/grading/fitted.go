package grading

// Shipped are the weights in force. Written by
// go run ./exercises/grading/calibrate -write; do not edit.
var Shipped = Weights{
	Rank:   [...]float64{0.95, 0.77, 1.59, 3.75, 4.57, 2.59, 3.81, 1.52, 1.33},
	Sure:   [...]float64{-5.36, 0.05, 0.27, 0.39, 1.44, 0.73, 0.33, 0, 1.2, 1.55},
	Told:   [...]float64{-2.92, 0.13, 0.42, 0.37},
	Phrase: [...]float64{0.53, 0.05, 0.17, 0.65},
}

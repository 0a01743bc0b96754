import Foundation

// Foundation's functions under names that no parameter hides.

/// The natural logarithm.
func logarithm(_ value: Double) -> Double { log(value) }

/// log(1 + x) without loss for small x.
func logarithmOnePlus(_ value: Double) -> Double { log1p(value) }

/// exp(x) - 1 without loss for small x.
func exponentialMinusOne(_ value: Double) -> Double { expm1(value) }

/// The exponential function.
func exponential(_ value: Double) -> Double { exp(value) }

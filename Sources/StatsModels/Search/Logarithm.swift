import Foundation

/// The natural logarithm, under a name that no parameter hides.
func logarithm(_ value: Double) -> Double { log(value) }

import Foundation

/// Sums logarithms of positive numbers by multiplying them while the product stays in range.
struct PivotLogs {
  private var product = 1.0
  private var sum = 0.0

  @inline(__always)
  mutating func add(_ value: Double) {
    product *= value
    if product > 1e200 || product < 1e-200 {
      sum += log(product)
      product = 1
    }
  }

  var value: Double { sum + log(product) }
}

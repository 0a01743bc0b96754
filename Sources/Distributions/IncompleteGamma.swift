import Foundation

extension SpecialFunctions {
  /// Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x).
  package static func incompleteGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    guard a > 0, x >= 0 else { return (.nan, .nan) }
    if x == 0 { return (0, 1) }
    if x == .infinity { return (1, 0) }
    if x < a + 1 {
      let lower = min(1, gammaTerm(a, x) * gammaSeries(a, x))
      return (lower, 1 - lower)
    }
    let upper = min(1, gammaTerm(a, x) * gammaFraction(a, x))
    return (1 - upper, upper)
  }

  /// Σ x^k / (a (a + 1) … (a + k)).
  static func gammaSeries(_ a: Double, _ x: Double) -> Double {
    var term = 1 / a
    var sum = term
    var k = 1.0
    while k < 2e7 {
      term *= x / (a + k)
      let next = sum + term
      if next == sum { break }
      sum = next
      k += 1
    }
    return sum
  }

  /// Legendre's continued fraction of Γ(a, x) x^-a e^x, by Lentz's method.
  static func gammaFraction(_ a: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / (abs(b) < tiny ? tiny : b)
    var h = d
    var k = 1.0
    while k < 2e7 {
      let numerator = -k * (k - a)
      b += 2
      d = numerator * d + b
      if abs(d) < tiny { d = tiny }
      c = b + numerator / c
      if abs(c) < tiny { c = tiny }
      d = 1 / d
      let step = d * c
      h *= step
      if abs(step - 1) < 1e-16 { break }
      k += 1
    }
    return h
  }
}

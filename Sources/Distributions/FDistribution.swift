import Foundation

/// Fisher's F distribution.
package struct FDistribution: Sendable {
  /// Degrees of freedom of the numerator.
  package let d1: Double
  /// Degrees of freedom of the denominator; infinity gives χ²/d1.
  package let d2: Double

  /// A distribution with d1 and d2 degrees of freedom; where either is not positive every value is NaN.
  package init(_ d1: Double, _ d2: Double) {
    self.d1 = d1
    self.d2 = d2
  }

  package var isValid: Bool { d1 > 0 && d2 > 0 && d1 < .infinity }
  /// Beyond this the denominator's spread is below rounding.
  var isChiSquared: Bool { d2 > 1e14 }

  /// The density at f.
  package func pdf(_ f: Double) -> Double {
    guard isValid, !f.isNaN else { return .nan }
    if f < 0 || f == .infinity { return 0 }
    if f == 0 { return d1 < 2 ? .infinity : (d1 == 2 ? 1 : 0) }
    if isChiSquared { return d1 * ChiSquared(d1).pdf(d1 * f) }
    let (x, y) = arguments(f)
    return SpecialFunctions.betaTerm(d1 / 2, d2 / 2, x, y, excess: excess(f, y)) / f
  }

  /// P(F ≤ f).
  package func cdf(_ f: Double) -> Double { tails(f).lower }

  /// P(F > f).
  package func sf(_ f: Double) -> Double { tails(f).upper }

  /// The f with P(F ≤ f) = p; NaN outside 0 ... 1.
  package func ppf(_ p: Double) -> Double {
    guard isValid, p >= 0, p <= 1 else { return .nan }
    if p == 0 { return 0 }
    if p == 1 { return .infinity }
    if p > 0.5 { return isf(1 - p) }
    return solveQuantile(target: p, start: 1, rising: true) { (tails($0).lower, pdf($0)) }
  }

  /// The f with P(F > f) = q; NaN outside 0 ... 1.
  package func isf(_ q: Double) -> Double {
    guard isValid, q >= 0, q <= 1 else { return .nan }
    if q == 0 { return .infinity }
    if q == 1 { return 0 }
    if q > 0.5 { return ppf(1 - q) }
    return solveQuantile(target: q, start: 1, rising: false) { (tails($0).upper, pdf($0)) }
  }

  private func tails(_ f: Double) -> (lower: Double, upper: Double) {
    guard isValid, !f.isNaN else { return (.nan, .nan) }
    if f <= 0 { return (0, 1) }
    if f == .infinity { return (1, 0) }
    if isChiSquared { return SpecialFunctions.incompleteGamma(d1 / 2, d1 / 2 * f) }
    let (x, y) = arguments(f)
    return SpecialFunctions.incompleteBeta(d1 / 2, d2 / 2, x: x, y: y, excess: excess(f, y))
  }

  /// d1/2 - (d1 + d2)/2 x, of which x would lose the last digits: d1/2 y (1 - f).
  func excess(_ f: Double, _ y: Double) -> Double { d1 / 2 * y * (1 - f) }

  /// d1 f / (d1 f + d2) and its complement, neither formed by subtraction.
  func arguments(_ f: Double) -> (x: Double, y: Double) {
    let ratio = d1 / d2 * f
    if ratio > 1 {
      let inverse = d2 / d1 / f
      return (1 / (1 + inverse), inverse / (1 + inverse))
    }
    return (ratio / (1 + ratio), 1 / (1 + ratio))
  }
}

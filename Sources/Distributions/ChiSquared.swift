import Foundation

/// The χ² distribution.
package struct ChiSquared: Sendable {
  /// Degrees of freedom; positive, not necessarily whole.
  package let df: Double

  /// A distribution with `df` degrees of freedom; where `df` is not positive every value is NaN.
  package init(_ df: Double) { self.df = df }

  package var isValid: Bool { df > 0 && df < .infinity }

  /// The density at x.
  package func pdf(_ x: Double) -> Double {
    guard isValid, !x.isNaN else { return .nan }
    if x < 0 || x == .infinity { return 0 }
    if x == 0 { return df < 2 ? .infinity : (df == 2 ? 0.5 : 0) }
    return SpecialFunctions.gammaTerm(df / 2, x / 2) / x
  }

  /// P(X ≤ x).
  package func cdf(_ x: Double) -> Double { tails(x).lower }

  /// P(X > x).
  package func sf(_ x: Double) -> Double { tails(x).upper }

  /// The x with P(X ≤ x) = p; NaN outside 0 ... 1.
  package func ppf(_ p: Double) -> Double {
    guard isValid, p >= 0, p <= 1 else { return .nan }
    if p == 0 { return 0 }
    if p == 1 { return .infinity }
    if p > 0.5 { return isf(1 - p) }
    return solveQuantile(target: p, start: df, rising: true) { (tails($0).lower, pdf($0)) }
  }

  /// The x with P(X > x) = q; NaN outside 0 ... 1.
  package func isf(_ q: Double) -> Double {
    guard isValid, q >= 0, q <= 1 else { return .nan }
    if q == 0 { return .infinity }
    if q == 1 { return 0 }
    if q > 0.5 { return ppf(1 - q) }
    return solveQuantile(target: q, start: df, rising: false) { (tails($0).upper, pdf($0)) }
  }

  private func tails(_ x: Double) -> (lower: Double, upper: Double) {
    guard isValid, !x.isNaN else { return (.nan, .nan) }
    return x <= 0 ? (0, 1) : SpecialFunctions.incompleteGamma(df / 2, x / 2)
  }
}

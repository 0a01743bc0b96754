import Foundation

extension SpecialFunctions {
  /// Regularised incomplete beta function I_x(a, b) and its complement I_y(b, a), y = 1 - x.
  ///
  /// Both arguments x and y are taken so that neither tail suffers from rounding of the other; so is
  /// excess = a - (a + b) x where it is known to more digits than they are.
  package static func incompleteBeta(
    _ a: Double, _ b: Double, x: Double, y: Double, excess: Double? = nil
  ) -> (lower: Double, upper: Double) {
    guard a > 0, b > 0, x >= 0, y >= 0 else { return (.nan, .nan) }
    if x == 0 { return (0, 1) }
    if y == 0 { return (1, 0) }
    let excess = excess ?? betaExcess(a, b, x, y)
    // The continued fraction converges fast on the near side of the mean, about.
    if x * (a + b + 2) < a + 1 {
      let lower = min(1, betaTerm(a, b, x, y, excess: excess) * betaFraction(a, b, x, y, excess))
      return (lower, 1 - lower)
    }
    let upper = min(1, betaTerm(b, a, y, x, excess: -excess) * betaFraction(b, a, y, x, -excess))
    return (1 - upper, upper)
  }

  /// I_x(a, b) over x^a y^b / B(a, b), by the contracted continued fraction of A. R. DiDonato and A. H. Morris
  /// (ACM algorithm 708, `BFRAC`).
  ///
  /// It is driven by λ = a - (a + b)x, which is given. The textbook fraction takes 1 minus ratios
  /// close to 1 when a is large, and lost five digits at a = 5e5.
  static func betaFraction(
    _ a: Double, _ b: Double, _ x: Double, _ y: Double, _ lambda: Double
  ) -> Double {
    let c = 1 + lambda
    let c0 = b / a
    let c1 = 1 + 1 / a
    var p = 1.0
    var s = a + 1
    var (oldNumerator, oldDenominator) = (0.0, 1.0)
    var (numerator, denominator) = (1.0, c / c1)
    var value = c1 / c
    var n = 1.0
    while n < 1e7 {
      let t = n / a
      let w = n * (b - n) * x
      let e = a / s
      let alpha = p * (p + c0) * e * e * (w * x)
      let beta = n + w / s + (1 + t) / (c1 + t + t) * (c + n * (y + 1))
      p = 1 + t
      s += 2
      (oldNumerator, numerator) = (numerator, alpha * oldNumerator + beta * numerator)
      (oldDenominator, denominator) = (denominator, alpha * oldDenominator + beta * denominator)
      let previous = value
      value = numerator / denominator
      if abs(value - previous) <= 1e-16 * value { break }
      oldNumerator /= denominator
      oldDenominator /= denominator
      numerator = value
      denominator = 1
      n += 1
    }
    return value
  }
}

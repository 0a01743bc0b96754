import Foundation

/// Logarithms of the incomplete gamma and beta functions, for tails whose probabilities underflow.
extension SpecialFunctions {
  /// log (x^a e^-x / Γ(a)).
  static func logGammaTerm(_ a: Double, _ x: Double) -> Double {
    guard x > 0 else { return -.infinity }
    if a < 20 { return a * log(x) - x - logGamma(a) }
    return 0.5 * log(a / (2 * Double.pi)) - stirlingError(a) - deviance(a, x)
  }

  /// log (x^a y^b / B(a, b)) with y = 1 - x.
  static func logBetaTerm(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
    guard x > 0, y > 0 else { return -.infinity }
    let n = a + b
    if n < 100 {
      return a * logNear(x, y) + b * logNear(y, x) + logGamma(n) - logGamma(a) - logGamma(b)
    }
    if min(a, b) < 15 {
      let (s, l) = (min(a, b), max(a, b))
      let (xs, xl) = a < b ? (x, y) : (y, x)
      let bracket = l * (logNear(xl, xs) + log1p(s / l)) - 0.5 * log1p(s / l) - s
      return s * log(n * xs) - logGamma(s) + bracket + stirlingError(n) - stirlingError(l)
    }
    let correction = stirlingError(n) - stirlingError(a) - stirlingError(b)
    return 0.5 * log(a / n * b / (2 * Double.pi)) + correction - deviance(a, n * x) - deviance(b, n * y)
  }

  /// log P(a, x) and log Q(a, x).
  static func logIncompleteGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    guard x > 0 else { return (-.infinity, 0) }
    if x == .infinity { return (0, -.infinity) }
    if x < a + 1 {
      let lower = min(0, logGammaTerm(a, x) + log(gammaSeries(a, x)))
      return (lower, logComplement(lower))
    }
    let upper = min(0, logGammaTerm(a, x) + log(gammaFraction(a, x)))
    return (logComplement(upper), upper)
  }

  /// log I_x(a, b) and log I_y(b, a), y = 1 - x.
  static func logIncompleteBeta(
    _ a: Double, _ b: Double, x: Double, y: Double
  ) -> (lower: Double, upper: Double) {
    guard x > 0 else { return (-.infinity, 0) }
    guard y > 0 else { return (0, -.infinity) }
    if x * (a + b + 2) < a + 1 {
      let lower = min(0, logBetaTerm(a, b, x, y) + log(betaFraction(a, b, x, y)))
      return (lower, logComplement(lower))
    }
    let upper = min(0, logBetaTerm(b, a, y, x) + log(betaFraction(b, a, y, x)))
    return (logComplement(upper), upper)
  }

  /// log (1 - e^l), keeping digits at both ends.
  static func logComplement(_ l: Double) -> Double {
    l > -0.693 ? log(-expm1(l)) : log1p(-exp(l))
  }
}

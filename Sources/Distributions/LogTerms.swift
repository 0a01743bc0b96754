import Foundation

/// Logarithms of the incomplete gamma and beta functions, for tails whose probabilities underflow.
extension SpecialFunctions {
  /// log (x^a e^-x / Γ(a)).
  static func logGammaTerm(_ a: Double, _ x: Double) -> Double {
    guard x > 0 else { return -.infinity }
    if a < 20 {
      let term = gammaTerm(a, x)
      return term > 1e-290 ? log(term) : a * log(x) - x - logGamma(a)
    }
    return 0.5 * log(a / (2 * Double.pi)) - stirlingError(a) - deviance(a, x)
  }

  /// log (x^a y^b / B(a, b)) with y = 1 - x.
  static func logBetaTerm(
    _ a: Double, _ b: Double, _ x: Double, _ y: Double, excess: Double? = nil
  ) -> Double {
    guard x > 0, y > 0 else { return -.infinity }
    let n = a + b
    if n < 100 {
      let term = betaTerm(a, b, x, y)
      if term > 1e-290 { return log(term) }
      return a * logNear(x, y) + b * logNear(y, x) + logGamma(n) - logGamma(a) - logGamma(b)
    }
    if min(a, b) < 15 {
      let (s, l) = (min(a, b), max(a, b))
      let (xs, xl) = a < b ? (x, y) : (y, x)
      let bracket = l * (logNear(xl, xs) + log1p(s / l)) - 0.5 * log1p(s / l) - s
      return s * log(n * xs) - logGamma(s) + bracket + stirlingError(n) - stirlingError(l)
    }
    let correction = stirlingError(n) - stirlingError(a) - stirlingError(b)
    let excess = excess ?? betaExcess(a, b, x, y)
    let exponent =
      correction - deviance(a, n * x, difference: excess) - deviance(b, n * y, difference: -excess)
    return 0.5 * log(a / n * b / (2 * Double.pi)) + exponent
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
    _ a: Double, _ b: Double, x: Double, y: Double, excess: Double? = nil
  ) -> (lower: Double, upper: Double) {
    guard x > 0 else { return (-.infinity, 0) }
    guard y > 0 else { return (0, -.infinity) }
    let excess = excess ?? betaExcess(a, b, x, y)
    if x * (a + b + 2) < a + 1 {
      let term = logBetaTerm(a, b, x, y, excess: excess)
      let lower = min(0, term + log(betaFraction(a, b, x, y, excess)))
      return (lower, logComplement(lower))
    }
    let term = logBetaTerm(b, a, y, x, excess: -excess)
    let upper = min(0, term + log(betaFraction(b, a, y, x, -excess)))
    return (logComplement(upper), upper)
  }

  /// log (1 - e^l), keeping digits at both ends.
  static func logComplement(_ l: Double) -> Double {
    l > -0.693 ? log(-expm1(l)) : log1p(-exp(l))
  }
}

import Foundation

/// Student's t distribution.
package struct StudentT: Sendable {
  /// Degrees of freedom; positive, not necessarily whole. Infinity is the normal distribution.
  package let df: Double

  /// A distribution with `df` degrees of freedom; where `df` is not positive every value is NaN.
  package init(_ df: Double) { self.df = df }

  /// From here on Hill's normal approximation is exact to rounding, and the continued fraction slow.
  static let large = 1e6

  /// The density at t.
  package func pdf(_ t: Double) -> Double {
    guard df > 0, !t.isNaN else { return .nan }
    if df == .infinity { return Normal.pdf(t) }
    if t.magnitude == .infinity { return 0 }
    let half = df / 2
    let ratio =
      df < 40
      ? tgamma(half + 0.5) / tgamma(half) / (df * Double.pi).squareRoot()
      : exp(
        half * log1p(0.5 / half) - 0.5 + SpecialFunctions.stirlingError(half + 0.5)
          - SpecialFunctions.stirlingError(half)) / (2 * Double.pi).squareRoot()
    let square = t * t / df
    if square == .infinity {
      return ratio * exp(-(df + 1) * (log(abs(t)) - 0.5 * log(df)))
    }
    return ratio * (square < 1 ? exp(-(half + 0.5) * log1p(square)) : pow(1 + square, -(half + 0.5)))
  }

  /// P(T ≤ t).
  package func cdf(_ t: Double) -> Double { sf(-t) }

  /// P(T > t).
  package func sf(_ t: Double) -> Double {
    guard df > 0, !t.isNaN else { return .nan }
    let upper = tails(abs(t)).outside / 2
    return t > 0 ? upper : 1 - upper
  }

  /// The t with P(T ≤ t) = p; NaN outside 0 ... 1.
  package func ppf(_ p: Double) -> Double {
    guard df > 0, p >= 0, p <= 1 else { return .nan }
    if p == 0.5 { return 0 }
    if df == .infinity { return Normal.ppf(p) }
    let distance = abs(p - 0.5)
    let guess = abs(Normal.ppf(p))
    if distance < 0.25 {
      let t = solveQuantile(target: 2 * distance, start: guess, rising: true) {
        (tails($0).inside, 2 * pdf($0))
      }
      return p < 0.5 ? -t : t
    }
    let outer = p < 0.5 ? p : 1 - p
    if outer == 0 { return p < 0.5 ? -.infinity : .infinity }
    if let t = powerLaw(outer) { return p < 0.5 ? -t : t }
    // Far out the tail is a power law, which the normal guess cannot know; Newton in logarithms can.
    let t = solveQuantile(target: 2 * outer, start: min(guess, 1e3), rising: false) {
      (tails($0).outside, 2 * pdf($0))
    }
    return p < 0.5 ? -t : t
  }

  /// The t with P(T > t) = q where df/t² is below rounding: q = x^a / (2a B(a, 1/2)) with a = df/2, x = df/t².
  private func powerLaw(_ q: Double) -> Double? {
    let a = df / 2
    guard a < 100 else { return nil }
    let logX = (log(2 * q) + logPowerFactor) / a
    return logX < -40 ? df.squareRoot() * exp(-logX / 2) : nil
  }

  /// log (a B(a, 1/2)) with a = df/2: far out P(|T| > t) is (df/t²)^a over its exponential.
  var logPowerFactor: Double {
    let a = df / 2
    let beta =
      SpecialFunctions.logGamma(a) + SpecialFunctions.logGamma(0.5) - SpecialFunctions.logGamma(a + 0.5)
    return log(a) + beta
  }

  /// The t with P(T > t) = q; NaN outside 0 ... 1.
  package func isf(_ q: Double) -> Double {
    let t = ppf(q)
    return t == 0 ? 0 : -t
  }

  /// P(|T| < t) and P(|T| > t) for t ≥ 0.
  private func tails(_ t: Double) -> (inside: Double, outside: Double) {
    if df > StudentT.large {
      let z = df == .infinity ? t : hill(t)
      return (erf(z * 0.5.squareRoot()), 2 * Normal.sf(z))
    }
    var ratio = t * t / df
    if ratio < 1 {
      let y = ratio / (1 + ratio)
      let both = SpecialFunctions.incompleteBeta(df / 2, 0.5, x: 1 / (1 + ratio), y: y)
      return (both.upper, both.lower)
    }
    ratio = df / t / t
    if ratio < 1e-280 {
      let outside = exp(df / 2 * (log(df) - 2 * log(t)) - logPowerFactor)
      return (1 - outside, outside)
    }
    let both = SpecialFunctions.incompleteBeta(df / 2, 0.5, x: ratio / (1 + ratio), y: 1 / (1 + ratio))
    return (both.upper, both.lower)
  }

  /// The normal deviate with the same tail probability (G. W. Hill, CACM algorithm 395, 1970).
  func hill(_ t: Double) -> Double {
    let a = df - 0.5
    let b = 48 * a * a
    let square = t * t / df
    // a log1p(t²/df) = t² to rounding where df is so large that t²/df underflows the logarithm's digits.
    let z2 = square == .infinity ? a * 2 * (log(t) - 0.5 * log(df)) : a * log1p(square)
    let inner = ((((-0.4 * z2 - 3.3) * z2 - 24) * z2 - 85.5) / (0.8 * z2 * z2 + 100 + b) + z2 + 3) / b
    return (inner + 1) * z2.squareRoot()
  }
}

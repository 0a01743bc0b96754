import Foundation

/// A distribution on the line: what every distribution of this module can be asked.
package protocol UnivariateDistribution: Sendable {
  /// The density, or of a discrete distribution the probability, at x.
  func density(_ x: Double) -> Double
  /// P(X ≤ x) and P(X > x), each to full relative accuracy.
  func tails(at x: Double) -> (lower: Double, upper: Double)
  /// The logarithm of the density where the density itself may underflow.
  func logDensity(_ x: Double) -> Double
  /// Logarithms of both tails where these may underflow.
  func logTails(at x: Double) -> (lower: Double, upper: Double)
  /// The x with P(X ≤ x) = p, for 0 < p < 1.
  func quantile(lower p: Double) -> Double
  /// The x with P(X > x) = q, for 0 < q < 1.
  func quantile(upper q: Double) -> Double
  /// The interval that holds all probability.
  var support: (low: Double, high: Double) { get }
  /// Whether all values are whole numbers.
  var isDiscrete: Bool { get }
  /// Whether the parameters define a distribution.
  var isValid: Bool { get }
  /// Expected value; NaN or infinite where the integral is.
  var mean: Double { get }
  /// Variance; NaN or infinite where the integral is.
  var variance: Double { get }
}

extension UnivariateDistribution {
  package var isDiscrete: Bool { false }
  package func logDensity(_ x: Double) -> Double { log(density(x)) }
  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    let both = tails(at: x)
    return (
      both.upper < 0.5 ? log1p(-both.upper) : log(both.lower),
      both.lower < 0.5 ? log1p(-both.lower) : log(both.upper)
    )
  }
}

/// The standard normal distribution as a value.
package struct StandardNormal: UnivariateDistribution {
  package init() {}
  package var isValid: Bool { true }
  package var support: (low: Double, high: Double) { (-.infinity, .infinity) }
  package var mean: Double { 0 }
  package var variance: Double { 1 }
  package func density(_ x: Double) -> Double { Normal.pdf(x) }
  package func logDensity(_ x: Double) -> Double { -0.5 * x * x - 0.5 * log(2 * Double.pi) }
  package func tails(at x: Double) -> (lower: Double, upper: Double) { (Normal.cdf(x), Normal.sf(x)) }
  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    (Normal.logsf(-x), Normal.logsf(x))
  }
  package func quantile(lower p: Double) -> Double { Normal.ppf(p) }
  package func quantile(upper q: Double) -> Double { Normal.isf(q) }
}

extension Normal {
  /// log P(Z > x), also where the probability underflows.
  package static func logsf(_ x: Double) -> Double {
    if x < -1 { return log1p(-sf(-x)) }
    if x < 30 { return log(sf(x)) }
    // The asymptotic series of Mills' ratio; at 30 its next term is 1e-16.
    let w = 1 / (x * x)
    let series = 1 - w * (1 - 3 * w * (1 - 5 * w * (1 - 7 * w * (1 - 9 * w * (1 - 11 * w)))))
    return -0.5 * x * x - log(x) - 0.5 * log(2 * Double.pi) + log(series)
  }
}

extension StudentT: UnivariateDistribution {
  package var isValid: Bool { df > 0 }
  package var support: (low: Double, high: Double) { (-.infinity, .infinity) }
  package var mean: Double { df > 1 ? 0 : .infinity }
  package var variance: Double {
    df > 2 ? (df == .infinity ? 1 : df / (df - 2)) : (df > 1 ? .infinity : .nan)
  }
  package func density(_ x: Double) -> Double { pdf(x) }
  package func logDensity(_ x: Double) -> Double {
    let value = pdf(x)
    if value > 1e-290 || !value.isFinite { return log(value) }
    // Where t²/df would underflow, t is normal to rounding.
    if df > 1e300 { return StandardNormal().logDensity(x) }
    let square = x * x / df
    let tail = square < .infinity ? log1p(square) : 2 * log(abs(x)) - log(df)
    return log(pdf(0)) - (df + 1) / 2 * tail
  }
  package func tails(at x: Double) -> (lower: Double, upper: Double) { (cdf(x), sf(x)) }
  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    let outer = logOutside(abs(x)) - log(2)
    let inner = log1p(-exp(outer))
    return x > 0 ? (inner, outer) : (outer, inner)
  }
  package func quantile(lower p: Double) -> Double { ppf(p) }
  package func quantile(upper q: Double) -> Double { isf(q) }

  /// log P(|T| > t).
  private func logOutside(_ t: Double) -> Double {
    // Hill's series diverges where t² is not small beside df; far out the fraction is quick for any df.
    if df > StudentT.large, t < 100 || df > 1e300 {
      return log(2) + Normal.logsf(df == .infinity ? t : hill(t))
    }
    let ratio = t * t / df
    if ratio < 1 {
      return SpecialFunctions.logIncompleteBeta(
        df / 2, 0.5, x: 1 / (1 + ratio), y: ratio / (1 + ratio)
      ).lower
    }
    let inverse = df / t / t
    // The next factor of the power law differs from 1 by less than df/t².
    if inverse < 1e-17 { return df / 2 * (log(df) - 2 * log(t)) - logPowerFactor }
    let value = SpecialFunctions.logIncompleteBeta(
      df / 2, 0.5, x: inverse / (1 + inverse), y: 1 / (1 + inverse))
    return value.lower
  }
}

extension ChiSquared: UnivariateDistribution {
  package var support: (low: Double, high: Double) { (0, .infinity) }
  package var mean: Double { df }
  package var variance: Double { 2 * df }
  package func density(_ x: Double) -> Double { pdf(x) }
  package func logDensity(_ x: Double) -> Double {
    let value = pdf(x)
    if value > 1e-290 || x <= 0 || !value.isFinite { return log(value) }
    return SpecialFunctions.logGammaTerm(df / 2, x / 2) - log(x)
  }
  package func tails(at x: Double) -> (lower: Double, upper: Double) { (cdf(x), sf(x)) }
  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    SpecialFunctions.logIncompleteGamma(df / 2, x / 2)
  }
  package func quantile(lower p: Double) -> Double { ppf(p) }
  package func quantile(upper q: Double) -> Double { isf(q) }
}

extension FDistribution: UnivariateDistribution {
  package var support: (low: Double, high: Double) { (0, .infinity) }
  package var mean: Double { d2 > 2 ? (d2 == .infinity ? 1 : d2 / (d2 - 2)) : .infinity }
  package var variance: Double {
    if d2 == .infinity { return 2 / d1 }
    return d2 > 4 ? 2 * d2 * d2 * (d1 + d2 - 2) / (d1 * (d2 - 2) * (d2 - 2) * (d2 - 4)) : .infinity
  }
  package func density(_ x: Double) -> Double { pdf(x) }
  package func logDensity(_ x: Double) -> Double {
    let value = pdf(x)
    if value > 1e-290 || x <= 0 || !value.isFinite { return log(value) }
    if isChiSquared { return log(d1) + ChiSquared(d1).logDensity(d1 * x) }
    let (p, q) = arguments(x)
    return SpecialFunctions.logBetaTerm(d1 / 2, d2 / 2, p, q, excess: excess(x, q)) - log(x)
  }
  package func tails(at x: Double) -> (lower: Double, upper: Double) { (cdf(x), sf(x)) }
  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    if isChiSquared { return SpecialFunctions.logIncompleteGamma(d1 / 2, d1 / 2 * x) }
    let (p, q) = arguments(x)
    return SpecialFunctions.logIncompleteBeta(d1 / 2, d2 / 2, x: p, y: q, excess: excess(x, q))
  }
  package func quantile(lower p: Double) -> Double { ppf(p) }
  package func quantile(upper q: Double) -> Double { isf(q) }
}

extension StudentizedRange: UnivariateDistribution {
  package var support: (low: Double, high: Double) { (0, .infinity) }
  package var mean: Double { .nan }
  package var variance: Double { .nan }
  package func density(_ x: Double) -> Double { pdf(x) }
  package func tails(at x: Double) -> (lower: Double, upper: Double) { (cdf(x), sf(x)) }
  package func quantile(lower p: Double) -> Double { ppf(p) }
  package func quantile(upper q: Double) -> Double { isf(q) }
}

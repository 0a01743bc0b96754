import Foundation

/// The gamma distribution of a shape, with scale 1.
package struct GammaDistribution: UnivariateDistribution {
  package let shape: Double

  package init(_ shape: Double) { self.shape = shape }

  package var isValid: Bool { shape > 0 && shape < .infinity }
  package var support: (low: Double, high: Double) { (0, .infinity) }
  package var mean: Double { shape }
  package var variance: Double { shape }

  package func density(_ x: Double) -> Double {
    if x == 0 { return shape < 1 ? .infinity : (shape == 1 ? 1 : 0) }
    return x == .infinity ? 0 : SpecialFunctions.gammaTerm(shape, x) / x
  }

  package func logDensity(_ x: Double) -> Double {
    let value = density(x)
    if value > 1e-290 || x == 0 || !value.isFinite { return log(value) }
    return SpecialFunctions.logGammaTerm(shape, x) - log(x)
  }

  package func tails(at x: Double) -> (lower: Double, upper: Double) {
    SpecialFunctions.incompleteGamma(shape, x)
  }

  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    SpecialFunctions.logIncompleteGamma(shape, x)
  }

  package func quantile(lower p: Double) -> Double {
    if p > 0.5 { return quantile(upper: 1 - p) }
    return solveQuantile(target: p, start: shape, rising: true) { (tails(at: $0).lower, density($0)) }
  }

  package func quantile(upper q: Double) -> Double {
    if q > 0.5 { return quantile(lower: 1 - q) }
    return solveQuantile(target: q, start: shape, rising: false) { (tails(at: $0).upper, density($0)) }
  }
}

/// The beta distribution.
package struct BetaDistribution: UnivariateDistribution {
  package let a: Double
  package let b: Double

  package init(_ a: Double, _ b: Double) {
    self.a = a
    self.b = b
  }

  package var isValid: Bool { a > 0 && b > 0 && a < .infinity && b < .infinity }
  package var support: (low: Double, high: Double) { (0, 1) }
  package var mean: Double { a / (a + b) }
  package var variance: Double { a * b / ((a + b) * (a + b) * (a + b + 1)) }

  package func density(_ x: Double) -> Double {
    if x == 0 { return a < 1 ? .infinity : (a == 1 ? b : 0) }
    if x == 1 { return b < 1 ? .infinity : (b == 1 ? a : 0) }
    return SpecialFunctions.betaTerm(a, b, x, 1 - x) / x / (1 - x)
  }

  package func logDensity(_ x: Double) -> Double {
    let value = density(x)
    if value > 1e-290 || x <= 0 || x >= 1 || !value.isFinite { return log(value) }
    return SpecialFunctions.logBetaTerm(a, b, x, 1 - x) - log(x) - log1p(-x)
  }

  package func tails(at x: Double) -> (lower: Double, upper: Double) {
    SpecialFunctions.incompleteBeta(a, b, x: x, y: 1 - x)
  }

  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    SpecialFunctions.logIncompleteBeta(a, b, x: x, y: 1 - x)
  }

  // x / (1 - x) · b/a has the F distribution with 2a and 2b degrees of freedom.
  package func quantile(lower p: Double) -> Double { fraction(FDistribution(2 * a, 2 * b).ppf(p)) }
  package func quantile(upper q: Double) -> Double { fraction(FDistribution(2 * a, 2 * b).isf(q)) }

  private func fraction(_ f: Double) -> Double {
    let odds = a / b * f
    return odds < .infinity ? odds / (1 + odds) : 1
  }
}

/// The distribution of e^(sZ), Z standard normal.
package struct LogNormalDistribution: UnivariateDistribution {
  package let s: Double

  package init(_ s: Double) { self.s = s }

  package var isValid: Bool { s > 0 && s < .infinity }
  package var support: (low: Double, high: Double) { (0, .infinity) }
  package var mean: Double { exp(s * s / 2) }
  package var variance: Double { expm1(s * s) * exp(s * s) }
  package func density(_ x: Double) -> Double { x > 0 ? Normal.pdf(log(x) / s) / (s * x) : 0 }

  package func logDensity(_ x: Double) -> Double {
    x > 0 ? StandardNormal().logDensity(log(x) / s) - log(s) - log(x) : -.infinity
  }

  package func tails(at x: Double) -> (lower: Double, upper: Double) {
    StandardNormal().tails(at: log(x) / s)
  }

  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    StandardNormal().logTails(at: log(x) / s)
  }

  package func quantile(lower p: Double) -> Double { exp(s * Normal.ppf(p)) }
  package func quantile(upper q: Double) -> Double { exp(s * Normal.isf(q)) }
}

/// The exponential distribution with mean 1.
package struct ExponentialDistribution: UnivariateDistribution {
  package init() {}
  package var isValid: Bool { true }
  package var support: (low: Double, high: Double) { (0, .infinity) }
  package var mean: Double { 1 }
  package var variance: Double { 1 }
  package func density(_ x: Double) -> Double { exp(-x) }
  package func logDensity(_ x: Double) -> Double { -x }
  package func tails(at x: Double) -> (lower: Double, upper: Double) { (-expm1(-x), exp(-x)) }
  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    (SpecialFunctions.logComplement(-x), -x)
  }
  package func quantile(lower p: Double) -> Double { -log1p(-p) }
  package func quantile(upper q: Double) -> Double { -log(q) }
}

/// The uniform distribution on 0 ... 1.
package struct UniformDistribution: UnivariateDistribution {
  package init() {}
  package var isValid: Bool { true }
  package var support: (low: Double, high: Double) { (0, 1) }
  package var mean: Double { 0.5 }
  package var variance: Double { 1.0 / 12 }
  package func density(_ x: Double) -> Double { 1 }
  package func tails(at x: Double) -> (lower: Double, upper: Double) { (x, 1 - x) }
  package func quantile(lower p: Double) -> Double { p }
  package func quantile(upper q: Double) -> Double { 1 - q }
}

import Foundation

/// Gamma and beta functions, and the densities that the incomplete ones share.
///
/// Far into the tails the relative error must stay near 1e-14, so nothing here is formed as the exponential of a
/// difference of large logarithms: powers are taken directly while they are in range, and by Loader's saddle-point
/// form (C. Loader, "Fast and accurate computation of binomial probabilities", 2000) beyond.
package enum SpecialFunctions {
  /// log |Γ(x)|, free of the global sign variable of C's `lgamma`.
  package static func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }

  /// log Γ(x) minus its Stirling approximation (x - 1/2) log x - x + log √2π, for x ≥ 15.
  static func stirlingError(_ x: Double) -> Double {
    let w = 1 / (x * x)
    return stirlingSeries.reduce(0) { $0 * w + $1 } / x
  }

  /// B_2k / (2k (2k - 1)) for k = 8 ... 1: at x = 15 the next term is below 1e-20.
  private static let stirlingSeries: [Double] = [
    -0.029_550_653_594_771_242, 0.006_410_256_410_256_410, -0.001_917_526_917_526_917_5,
    8.417_508_417_508_417_5e-4, -5.952_380_952_380_952_4e-4, 7.936_507_936_507_936_5e-4,
    -0.002_777_777_777_777_777_8, 0.083_333_333_333_333_333,
  ]

  /// x log(x/m) + m - x, without cancellation near x = m.
  ///
  /// - Parameter difference: x - m, where it is known to more digits than m is.
  static func deviance(_ x: Double, _ m: Double, difference: Double? = nil) -> Double {
    let difference = difference ?? x - m
    let v = difference / (x + m)
    // The series has 25 terms at most here; beyond, the sum loses no more than two bits.
    guard abs(v) < 0.5 else { return x > 0 ? x * log(x / m) + m - x : m }
    var sum = difference * v
    var term = 2 * x * v
    let v2 = v * v
    for k in 1..<1000 {
      term *= v2
      let next = sum + term / Double(2 * k + 1)
      if next == sum { break }
      sum = next
    }
    return sum
  }

  /// x^a e^-x / Γ(a).
  static func gammaTerm(_ a: Double, _ x: Double) -> Double {
    if x <= 0 { return 0 }
    if a < 20 {
      let power = pow(x, a)
      if power > 1e-290, power < 1e290, x < 700 { return power / tgamma(a) * exp(-x) }
      return exp(a * log(x) - x - logGamma(a))
    }
    return (a / (2 * Double.pi)).squareRoot() * exp(-stirlingError(a) - deviance(a, x))
  }

  /// a - (a + b) x where y = 1 - x, from the smaller of the two, which has all its digits.
  static func betaExcess(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
    x <= y ? a.addingProduct(-(a + b), x) : -b.addingProduct(-(a + b), y)
  }

  /// x^a y^b / B(a, b), where y = 1 - x is given because it may be tiny.
  ///
  /// - Parameter excess: a - (a + b) x, where it is known to more digits than x is.
  static func betaTerm(
    _ a: Double, _ b: Double, _ x: Double, _ y: Double, excess: Double? = nil
  ) -> Double {
    if x <= 0 || y <= 0 { return 0 }
    let n = a + b
    if n < 100 {
      let (p, q) = (pow(x, a), pow(y, b))
      // What a + b lost to rounding changes Γ(a + b) by its product with about log n.
      let lost = min(a, b) - (n - max(a, b))
      let beta = tgamma(a) / (tgamma(n) * (1 + lost * log(n))) * tgamma(b)
      let value = p / beta * q
      if p > 1e-290, q > 1e-290, value > 1e-290 { return value }
      return exp(a * log(x) + b * log(y) - log(beta))
    }
    if min(a, b) < 15 {
      // One large parameter: the small one's power directly, Γ(n)/Γ(large) x^large by the saddle point.
      let (s, l) = (min(a, b), max(a, b))
      let (xs, xl) = a < b ? (x, y) : (y, x)
      // l log xl + log Γ(n) - log Γ(l) - s log n = -(bracket below) + Stirling corrections.
      let bracket = l * (logNear(xl, xs) + log1p(s / l)) - 0.5 * log1p(s / l) - s
      // The exponential in two halves: it may underflow where the product does not.
      let half = exp((bracket + stirlingError(n) - stirlingError(l)) / 2)
      return pow(n * xs, s) / tgamma(s) * half * half
    }
    let correction = stirlingError(n) - stirlingError(a) - stirlingError(b)
    let excess = excess ?? betaExcess(a, b, x, y)
    let exponent =
      correction - deviance(a, n * x, difference: excess) - deviance(b, n * y, difference: -excess)
    return (a / n * b / (2 * Double.pi)).squareRoot() * exp(exponent)
  }

  /// log x, given also y = 1 - x.
  static func logNear(_ x: Double, _ y: Double) -> Double { y < 0.5 ? log1p(-y) : log(x) }
}

import Foundation

extension SpecialFunctions {
  /// Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x).
  package static func incompleteGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    guard a > 0, x >= 0 else { return (.nan, .nan) }
    if x == 0 { return (0, 1) }
    if x == .infinity { return (1, 0) }
    if a > largeShape { return uniformGamma(a, x) }
    if x < a + 1 {
      let lower = min(1, gammaTerm(a, x) * gammaSeries(a, x))
      return (lower, 1 - lower)
    }
    let upper = min(1, gammaTerm(a, x) * gammaFraction(a, x))
    return (1 - upper, upper)
  }

  /// Shape beyond which series would take thousands of terms, and the expansion for large ones has fourteen digits.
  private static let largeShape = 1e5

  /// Temme's uniform expansion of P(a, x) and Q(a, x) for large a: the normal tail at √a η with ½η² = x/a − 1 − log(x/a), and
  /// a correction in powers of 1/a and of η. Where η is not small, one tail is 0.
  ///
  /// Source: N. Temme, SIAM J. Math. Anal. 10 (1979) 757-766; NIST DLMF 8.12.
  private static func uniformGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    let exponent = deviance(a, x)
    let eta = (x < a ? -1 : 1) * (2 * exponent / a).squareRoot()
    let first: [Double] = [
      -1.0 / 3, 1.0 / 12, -2.0 / 135, 1.0 / 864, 1.0 / 2835, -139.0 / 777_600, 1.0 / 25_515,
    ]
    let second: [Double] = [-1.0 / 540, -1.0 / 288, 1.0 / 378, -77.0 / 77_760, 1.0 / 4860]
    func polynomial(_ coefficients: [Double]) -> Double {
      coefficients.reversed().reduce(0) { $0 * eta + $1 }
    }
    let tail = Normal.sf((2 * exponent).squareRoot())
    let correction =
      exp(-exponent) / (2 * Double.pi * a).squareRoot() * (polynomial(first) + polynomial(second) / a)
    if x < a {
      let lower = tail - correction
      return (lower, 1 - lower)
    }
    let upper = tail + correction
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

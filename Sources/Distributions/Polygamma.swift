import Foundation

/// Derivatives of log Γ.
extension SpecialFunctions {
  /// ψ(x), ψ'(x) and ψ''(x) for x > 0: by the recurrence up to 9 and Stirling's series from there.
  package static func polygamma(
    _ x: Double
  ) -> (digamma: Double, trigamma: Double, tetragamma: Double) {
    guard x > 0, x.isFinite else { return x == .infinity ? (.infinity, 0, 0) : (.nan, .nan, .nan) }
    var (first, second, third) = (0.0, 0.0, 0.0)
    var z = x
    while z < 9 {
      let r = 1 / z
      first -= r
      second += r * r
      third -= 2 * r * r * r
      z += 1
    }
    let r = 1 / z
    let w = r * r
    var sums = SIMD4<Double>()
    for term in terms { sums = sums * w + term }
    let (a, b, c) = (sums.x, sums.y, sums.z)
    first += log(z) - 0.5 * r - a * w
    second += r + 0.5 * w + b * w * r
    third += -w - w * r - c * w * w
    return (first, second, third)
  }

  /// ψ(x), the derivative of log Γ(x), for x > 0.
  package static func digamma(_ x: Double) -> Double { polygamma(x).digamma }

  /// B_2k / 2k, B_2k and (2k + 1) B_2k for k = 9 … 1: terms of the three series.
  private static let terms: [SIMD4<Double>] = {
    let bernoulliNumbers: [Double] = [
      1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798,
    ]
    return bernoulliNumbers.enumerated().reversed().map { k, bernoulli -> SIMD4<Double> in
      let order = Double(2 * (k + 1))
      return SIMD4<Double>(bernoulli / order, bernoulli, (order + 1) * bernoulli, 0)
    }
  }()
}

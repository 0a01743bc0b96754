import Foundation

/// Derivatives of log Γ.
extension SpecialFunctions {
  /// ψ(x), ψ'(x) and ψ''(x) for x > 0: by the recurrence up to 12 and Stirling's series from there.
  package static func polygamma(
    _ x: Double
  ) -> (digamma: Double, trigamma: Double, tetragamma: Double) {
    guard x > 0, x.isFinite else { return x == .infinity ? (.infinity, 0, 0) : (.nan, .nan, .nan) }
    var (first, second, third) = (0.0, 0.0, 0.0)
    var z = x
    while z < 12 {
      let r = 1 / z
      first -= r
      second += r * r
      third -= 2 * r * r * r
      z += 1
    }
    let r = 1 / z
    let w = r * r
    // B_2k / 2k, B_2k and (2k + 1) B_2k for k = 1 …: terms of the three series.
    var (a, b, c) = (0.0, 0.0, 0.0)
    for (k, bernoulli) in bernoulliNumbers.enumerated().reversed() {
      let order = Double(2 * (k + 1))
      a = a * w + bernoulli / order
      b = b * w + bernoulli
      c = c * w + (order + 1) * bernoulli
    }
    first += log(z) - 0.5 * r - a * w
    second += r + 0.5 * w + b * w * r
    third += -w - w * r - c * w * w
    return (first, second, third)
  }

  /// ψ(x), the derivative of log Γ(x), for x > 0.
  package static func digamma(_ x: Double) -> Double { polygamma(x).digamma }

  /// B_2, B_4 … B_18.
  private static let bernoulliNumbers: [Double] = [
    1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798,
  ]
}

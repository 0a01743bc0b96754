import Foundation

/// Gauss's rules of integration on (-1, 1).
enum GaussLegendre {
  /// 20 points.
  static let twenty = rule(20)
  /// 10 points.
  static let ten = rule(10)

  /// The zeros of Legendre's polynomial by Newton's method, with their weights.
  private static func rule(_ n: Int) -> [(x: Double, weight: Double)] {
    (1...n).map { i in
      var x = cos(.pi * (Double(i) - 0.25) / (Double(n) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        var (previous, value) = (1.0, x)
        for k in 2...n {
          (previous, value) = (
            value, (Double(2 * k - 1) * x * value - Double(k - 1) * previous) / Double(k)
          )
        }
        slope = Double(n) * (x * value - previous) / (x * x - 1)
        let step = value / slope
        x -= step
        if abs(step) < 1e-16 { break }
      }
      return (x, 2 / ((1 - x * x) * slope * slope))
    }
  }
}

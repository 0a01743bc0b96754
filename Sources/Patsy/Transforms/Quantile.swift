#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// Sample quantiles by linear interpolation between order statistics.
///
/// For n sorted values the quantile at probability p lies at position p (n − 1), counted from 0. This is
/// type 7 of Hyndman and Fan (1996), the rule of R's `quantile` and of numpy's `percentile`; the rounding
/// follows numpy, which interpolates from the nearer of the two neighbours.
struct Quantile {
  private let sorted: [Double]

  /// The order statistics of `values`; a NaN among them makes every quantile NaN.
  init(_ values: [Double]) {
    sorted = values.contains(where: \.isNaN) ? [] : values.sorted()
  }

  /// The quantile at `probability`, clamped to 0…1.
  func callAsFunction(_ probability: Double) -> Double {
    guard let first = sorted.first, !probability.isNaN else { return .nan }
    let position = min(max(probability, 0), 1) * Double(sorted.count - 1)
    let below = position.rounded(.down)
    let index = Int(below)
    guard index + 1 < sorted.count else { return sorted.last ?? first }
    let weight = position - below
    let step = sorted[index + 1] - sorted[index]
    return weight < 0.5
      ? sorted[index] + step * weight
      : sorted[index + 1] - step * (1 - weight)
  }

  /// Quantiles at the `count` inner points of an even division of 0…1 into `count + 1` parts.
  func inner(_ count: Int) -> [Double] {
    guard count > 0 else { return [] }
    // Percentages, as patsy passes them to numpy: the detour over 100 decides the last bit.
    let step = 1 / Double(count + 1)
    return (1...count).map { self(100 * (Double($0) * step) / 100) }
  }
}

import Foundation

extension stats {
  /// The geometric mean exp(Σ w log x / Σ w): 0 where a value is 0, NaN where one is negative.
  ///
  /// - Parameter weights: a weight for each value, nil for equal ones.
  /// - Throws: ``StatisticsError`` for weights of another number, and values that are no numbers.
  ///
  /// Python: scipy.stats.gmean
  public static func gmean(
    _ a: any Sample, weights: (any Sample)? = nil, nanPolicy: NanPolicy = .propagate
  ) throws -> Double {
    exp(try weightedMean(a, weights, nanPolicy) { log($0) })
  }

  /// The harmonic mean Σ w / Σ (w / x): 0 where a value is 0, NaN where one is negative.
  ///
  /// - Parameter weights: a weight for each value, nil for equal ones.
  /// - Throws: ``StatisticsError`` for weights of another number, and values that are no numbers.
  ///
  /// Python: scipy.stats.hmean
  public static func hmean(
    _ a: any Sample, weights: (any Sample)? = nil, nanPolicy: NanPolicy = .propagate
  ) throws -> Double {
    1 / (try weightedMean(a, weights, nanPolicy) { $0 < 0 ? .nan : 1 / $0 })
  }

  /// The mean of a function of the values; NaN without values.
  private static func weightedMean(
    _ a: any Sample, _ weights: (any Sample)?, _ policy: NanPolicy, _ function: (Double) -> Double
  ) throws -> Double {
    let samples = try paired([a] + (weights.map { [$0] } ?? []), policy, names: "values and weights")
    guard let samples, !samples[0].isEmpty else { return .nan }
    let values = samples[0].map(function)
    // A value of 0 makes an infinite term, about which no rounding need be corrected.
    guard samples.count == 2 else { return values.sum.isFinite ? values.mean : values.sum }
    return zip(values, samples[1]).reduce(0) { $0 + $1.0 * $1.1 } / samples[1].sum
  }
}

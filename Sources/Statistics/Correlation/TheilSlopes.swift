import Foundation

/// A straight line by the median of slopes. Python: scipy.stats._stats_mstats_common.TheilslopesResult
public struct TheilslopesResult: Sendable {
  /// The median of the slopes between all pairs of points.
  public let slope: Double
  /// Value of the line at 0.
  public let intercept: Double
  /// Lower limit of the slope.
  public let lowSlope: Double
  /// Upper limit of the slope.
  public let highSlope: Double
}

/// How the intercept of a line by medians is found. Python: the argument method of theilslopes
public enum TheilIntercept: String, Sendable, CaseIterable {
  /// From the medians of x and y.
  case separate
  /// As the median of y - slope x.
  case joint
}

extension stats {
  /// The line of Theil and Sen: the median of the slopes between all pairs of points, with limits by Kendall's τ.
  ///
  /// Takes time and memory that grow with the square of the number of points.
  /// - Parameters:
  ///   - y: the values of the line.
  ///   - x: where they are; nil for 0, 1, 2, ….
  ///   - alpha: the confidence of the limits, or one less it.
  ///   - method: how the intercept is found.
  /// - Throws: ``StatisticsError`` for unequal lengths, fewer than two points, and values that are no numbers.
  ///
  /// Python: scipy.stats.theilslopes
  public static func theilslopes(
    _ y: any Sample, _ x: (any Sample)? = nil, alpha: Double = 0.95, method: TheilIntercept = .separate,
    nanPolicy: NanPolicy = .propagate
  ) throws -> TheilslopesResult {
    let places = try x ?? (0..<y.sampleValues().count).map(Double.init)
    guard let points = try paired([y, places], nanPolicy, names: "y and x") else {
      return TheilslopesResult(slope: .nan, intercept: .nan, lowSlope: .nan, highSlope: .nan)
    }
    let (y, x) = (points[0], points[1])
    guard x.count >= 2 else { throw StatisticsError("a line needs two points: there are \(x.count)") }
    var slopes: [Double] = []
    for i in x.indices {
      for j in 0..<i where x[i] != x[j] { slopes.append((y[i] - y[j]) / (x[i] - x[j])) }
    }
    slopes.sort()
    let slope = slopes.median
    let intercept =
      method == .joint ? zip(x, y).map { $1 - slope * $0 }.median : y.median - slope * x.median
    let limits = senLimits(slopes, x, y, alpha)
    return TheilslopesResult(slope: slope, intercept: intercept, lowSlope: limits.low, highSlope: limits.high)
  }

  /// P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968), equation 2.6.
  private static func senLimits(
    _ slopes: [Double], _ x: [Double], _ y: [Double], _ alpha: Double
  ) -> ConfidenceInterval {
    func cubic(_ n: Double) -> Double { n * (n - 1) * (2 * n + 5) }
    let ties = (Ranks(x).ties + Ranks(y).ties).reduce(0) { $0 + cubic($1) }
    let deviation = ((cubic(Double(y.count)) - ties) / 18).squareRoot()
    let half = norm.ppf((alpha > 0.5 ? 1 - alpha : alpha) / 2) * deviation
    guard !slopes.isEmpty, half.isFinite else { return ConfidenceInterval(low: .nan, high: .nan) }
    let count = Double(slopes.count)
    let upper = min(Int(((count - half) / 2).rounded(.toNearestOrEven)), slopes.count - 1)
    let lower = max(Int(((count + half) / 2).rounded(.toNearestOrEven)) - 1, 0)
    guard lower < slopes.count, upper >= 0 else { return ConfidenceInterval(low: .nan, high: .nan) }
    return ConfidenceInterval(low: slopes[lower], high: slopes[upper])
  }
}

import Foundation

/// What ``stats/describe(_:ddof:bias:nanPolicy:)`` finds. Python: scipy.stats._stats_py.DescribeResult
public struct DescribeResult: Sendable {
  /// Number of values.
  public let nobs: Int
  /// Smallest and largest value.
  public let minmax: (min: Double, max: Double)
  /// Arithmetic mean.
  public let mean: Double
  /// Variance.
  public let variance: Double
  /// Skewness.
  public let skewness: Double
  /// Excess kurtosis.
  public let kurtosis: Double
}

extension stats {
  /// The sample skewness m₃ / m₂^1.5; without `bias` the k-statistics' estimate.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.skew
  public static func skew(
    _ a: any Sample, bias: Bool = true, nanPolicy: NanPolicy = .propagate
  ) throws -> Double {
    guard let x = try independent([a], nanPolicy)?[0], let m2 = spread(x) else { return .nan }
    let n = Double(x.count)
    let value = x.centralMoment(3) / (m2 * m2.squareRoot())
    return bias || n <= 2 ? value : (n * (n - 1)).squareRoot() / (n - 2) * value
  }

  /// The kurtosis m₄ / m₂², less 3 in `fisher`'s definition; without `bias` the k-statistics' estimate.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.kurtosis
  public static func kurtosis(
    _ a: any Sample, fisher: Bool = true, bias: Bool = true, nanPolicy: NanPolicy = .propagate
  ) throws -> Double {
    guard let x = try independent([a], nanPolicy)?[0], let m2 = spread(x) else { return .nan }
    let n = Double(x.count)
    var value = x.centralMoment(4) / (m2 * m2)
    if !bias, n > 3 { value = ((n * n - 1) * value - 3 * (n - 1) * (n - 1)) / ((n - 2) * (n - 3)) + 3 }
    return fisher ? value - 3 : value
  }

  /// The second moment, nil where it is nothing but rounding.
  private static func spread(_ x: [Double]) -> Double? {
    guard !x.isEmpty else { return nil }
    let m2 = x.centralMoment(2)
    let rounding = 0x1p-52 * x.mean
    return m2 > rounding * rounding ? m2 : nil
  }

  /// Each value's distance from the mean in standard deviations.
  ///
  /// With `.omit` missing values stay missing and the others ignore them.
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.zscore
  public static func zscore(
    _ a: any Sample, ddof: Double = 0, nanPolicy: NanPolicy = .propagate
  ) throws -> [Double] {
    let values = try a.sampleValues()
    guard let kept = try independent([values], nanPolicy)?[0], !kept.isEmpty, !kept.isConstant else {
      return values.map { _ in .nan }
    }
    let (center, deviation) = (kept.mean, kept.variance(ddof: ddof).squareRoot())
    return values.map { ($0 - center) / deviation }
  }

  /// The standard error of the mean.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.sem
  public static func sem(_ a: any Sample, ddof: Double = 1, nanPolicy: NanPolicy = .propagate) throws
    -> Double
  {
    guard let x = try independent([a], nanPolicy)?[0], !x.isEmpty else { return .nan }
    return (x.variance(ddof: ddof) / Double(x.count)).squareRoot()
  }

  /// The difference of two percentiles, the quartiles by default, interpolated linearly.
  ///
  /// - Throws: ``StatisticsError`` for percentages outside 0 ... 100 and values that are no numbers.
  ///
  /// Python: scipy.stats.iqr
  public static func iqr(
    _ x: any Sample, rng: (Double, Double) = (25, 75), scale: Double = 1, nanPolicy: NanPolicy = .propagate
  ) throws -> Double {
    guard rng.0 >= 0, rng.0 <= 100, rng.1 >= 0, rng.1 <= 100 else {
      throw StatisticsError("the percentages of rng must be between 0 and 100, not \(rng.0) and \(rng.1)")
    }
    guard let values = try independent([x], nanPolicy)?[0], !values.isEmpty else { return .nan }
    let ordered = values.sorted()
    return abs(percentile(ordered, rng.1) - percentile(ordered, rng.0)) / scale
  }

  private static func percentile(_ ordered: [Double], _ percentage: Double) -> Double {
    let position = percentage / 100 * Double(ordered.count - 1)
    let low = Int(position)
    let high = min(low + 1, ordered.count - 1)
    return ordered[low] + (position - Double(low)) * (ordered[high] - ordered[low])
  }

  /// The most frequent value, the smallest of several, and how often it occurs; NaN and 0 of nothing.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.mode
  public static func mode(
    _ a: any Sample, nanPolicy: NanPolicy = .propagate
  ) throws -> (mode: Double, count: Int) {
    var values = try a.sampleValues()
    let missing = values.count { $0.isNaN }
    if missing > 0, nanPolicy == .raise { _ = try independent([values], .raise) }
    values = values.filter { !$0.isNaN }.sorted()
    var best = (mode: Double.nan, count: nanPolicy == .propagate ? missing : 0)
    var start = 0
    for i in values.indices where i + 1 == values.count || values[i + 1] != values[i] {
      // A number goes before missing values that are as many.
      if i + 1 - start > best.count || (best.mode.isNaN && i + 1 - start == best.count) {
        best = (values[i], i + 1 - start)
      }
      start = i + 1
    }
    return best
  }

  /// Count, range and moments of a sample.
  ///
  /// - Throws: ``StatisticsError`` for an empty sample and values that are no numbers.
  ///
  /// Python: scipy.stats.describe
  public static func describe(
    _ a: any Sample, ddof: Double = 1, bias: Bool = true, nanPolicy: NanPolicy = .propagate
  ) throws -> DescribeResult {
    let all = try a.sampleValues()
    let x = try independent([all], nanPolicy)?[0]
    guard !(x ?? all).isEmpty else {
      throw StatisticsError("stats.describe needs at least one value: the input is empty")
    }
    return DescribeResult(
      nobs: (x ?? all).count, minmax: (x?.min() ?? .nan, x?.max() ?? .nan), mean: x?.mean ?? .nan,
      variance: x?.variance(ddof: ddof) ?? .nan, skewness: try x.map { try skew($0, bias: bias) } ?? .nan,
      kurtosis: try x.map { try kurtosis($0, bias: bias) } ?? .nan)
  }

  /// The quantiles of a probability plot: those of a distribution at the medians of uniform order statistics (Filliben),
  /// and the ordered sample, with the line through them.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.probplot
  public static func probplot(
    _ x: any Sample, dist: Distribution = norm()
  ) throws -> (osm: [Double], osr: [Double], slope: Double, intercept: Double, r: Double) {
    let ordered = try x.sampleValues().sorted()
    guard !ordered.isEmpty else { return ([], [], .nan, .nan, 0) }
    let n = Double(ordered.count)
    let last = pow(0.5, 1 / n)
    let medians = (1...ordered.count).map { i in
      i == ordered.count ? last : (i == 1 ? 1 - last : (Double(i) - 0.3175) / (n + 0.365))
    }
    let theoretical = dist.ppf(medians)
    guard ordered.count > 1 else { return (theoretical, ordered, .nan, .nan, .nan) }
    let line = try linregress(theoretical, ordered)
    return (theoretical, ordered, line.slope, line.intercept, line.rvalue)
  }
}

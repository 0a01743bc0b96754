import Distributions
import Foundation

/// A Kolmogorov–Smirnov test. Python: scipy.stats._stats_py.KstestResult
public struct KstestResult: Sendable {
  /// The largest difference of the distribution functions in the direction of the alternative.
  public let statistic: Double
  /// The probability of a difference at least as large under the null hypothesis.
  public let pvalue: Double
  /// The value where the difference is largest.
  public let statisticLocation: Double
  /// 1 where the first distribution function is above, -1 where it is below.
  public let statisticSign: Int

  static let undefined = KstestResult(
    statistic: .nan, pvalue: .nan, statisticLocation: .nan, statisticSign: 0)
}

extension stats {
  /// The test that two samples come from one distribution; NaN when one is empty.
  ///
  /// Exact up to 10,000 values in the larger sample, at a cost of the product of both sizes.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.ks_2samp
  public static func ks2samp(
    _ data1: any Sample, _ data2: any Sample, alternative: Alternative = .twoSided,
    method: RankTestMethod = .auto, nanPolicy: NanPolicy = .propagate
  ) throws -> KstestResult {
    guard let samples = try independent([data1, data2], nanPolicy) else { return .undefined }
    let (a, b) = (samples[0].sorted(), samples[1].sorted())
    guard !a.isEmpty, !b.isEmpty else { return .undefined }
    let extremes = distributionDifferences(a, b)
    let isBelow = alternative == .less || (alternative == .twoSided && extremes.below > extremes.above)
    let (n1, n2) = (a.count, b.count)
    let lcm = n1 / greatestCommonDivisor(n1, n2) * n2
    var d = max(0, isBelow ? extremes.below : extremes.above)
    let p: Double
    if method == .exact || (method == .auto && max(n1, n2) <= 10_000) {
      let steps = Int((d * Double(lcm)).rounded())
      d = Double(steps) / Double(lcm)
      p = latticePvalue(n1, n2, lcm: lcm, steps: steps, isTwoSided: alternative == .twoSided)
    } else {
      let (m, n) = (Double(max(n1, n2)), Double(min(n1, n2)))
      let en = m * n / (m + n)
      if alternative == .twoSided {
        p = kolmogorovTail(d, Int(en.rounded(.toNearestOrEven)))
      } else {
        // J. L. Hodges' correction of Smirnov's limit (1958), formula 5.3.
        let z = en.squareRoot() * d
        p = exp(-2 * z * z - 2 * z * (m + 2 * n) / (m * n * (m + n)).squareRoot() / 3)
      }
    }
    return KstestResult(
      statistic: d, pvalue: max(0, min(1, p)),
      statisticLocation: isBelow ? extremes.belowAt : extremes.aboveAt,
      statisticSign: isBelow ? -1 : 1)
  }

  /// The test that a sample comes from a distribution: `stats.kstest(x, stats.norm())`.
  ///
  /// - Parameter method: exact, also by `.auto`, or by Kolmogorov's limit, which changes two-sided p-values only.
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.kstest
  public static func kstest(
    _ rvs: any Sample, _ cdf: Distribution, alternative: Alternative = .twoSided,
    method: RankTestMethod = .auto, nanPolicy: NanPolicy = .propagate
  ) throws -> KstestResult {
    try ks1samp(rvs, { cdf.cdf($0) }, alternative: alternative, method: method, nanPolicy: nanPolicy)
  }

  /// The test that a sample has a given distribution function.
  ///
  /// Two-sided p-values are exact up to 2,000 values; scipy's are an approximation beyond 140, good to 1e-5.
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.ks_1samp
  public static func ks1samp(
    _ x: any Sample, _ cdf: (Double) -> Double, alternative: Alternative = .twoSided,
    method: RankTestMethod = .auto, nanPolicy: NanPolicy = .propagate
  ) throws -> KstestResult {
    guard let ordered = try independent([x], nanPolicy)?[0].sorted() else { return .undefined }
    guard !ordered.isEmpty else { return .undefined }
    let n = Double(ordered.count)
    var (above, aboveAt, below, belowAt) = (-Double.infinity, Double.nan, -Double.infinity, Double.nan)
    for (i, value) in ordered.enumerated() {
      let f = cdf(value)
      if Double(i + 1) / n - f > above { (above, aboveAt) = (Double(i + 1) / n - f, value) }
      if f - Double(i) / n > below { (below, belowAt) = (f - Double(i) / n, value) }
    }
    let isBelow = alternative == .less || (alternative == .twoSided && below >= above)
    let d = isBelow ? below : above
    let p =
      alternative == .twoSided
      ? (method == .asymptotic ? kolmogorovLimit(d * n.squareRoot()) : kolmogorovTail(d, ordered.count))
      : smirnovTail(d, n)
    return KstestResult(
      statistic: d, pvalue: max(0, min(1, p)), statisticLocation: isBelow ? belowAt : aboveAt,
      statisticSign: isBelow ? -1 : 1)
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  /// The largest differences of two empirical distribution functions in both directions and where they are.
  private static func distributionDifferences(
    _ a: [Double], _ b: [Double]
  ) -> (above: Double, aboveAt: Double, below: Double, belowAt: Double) {
    var result = (above: -Double.infinity, aboveAt: Double.nan, below: -Double.infinity, belowAt: Double.nan)
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      let value = j >= b.count || (i < a.count && a[i] <= b[j]) ? a[i] : b[j]
      while i < a.count, a[i] <= value { i += 1 }
      while j < b.count, b[j] <= value { j += 1 }
      let difference = Double(i) / Double(a.count) - Double(j) / Double(b.count)
      if difference > result.above { (result.above, result.aboveAt) = (difference, value) }
      if -difference > result.below { (result.below, result.belowAt) = (-difference, value) }
    }
    return result
  }

  /// The share of the monotone lattice paths from (0, 0) to (n1, n2) that somewhere are `steps` / lcm or more off the
  /// diagonal: every term positive, so that small probabilities keep their digits.
  private static func latticePvalue(_ n1: Int, _ n2: Int, lcm: Int, steps: Int, isTwoSided: Bool) -> Double {
    if steps == 0 { return 1 }
    let (stepUp, stepDown) = (lcm / n1, lcm / n2)
    var crossed = [Double](repeating: 0, count: n2 + 1)
    for i in 0...n1 {
      for j in 0...n2 {
        let offset = i * stepUp - j * stepDown
        if offset >= steps || (isTwoSided && -offset >= steps) {
          crossed[j] = 1
        } else if i + j > 0 {
          // Of the paths to (i, j) a share of i / (i + j) comes from (i - 1, j).
          let left = j > 0 ? Double(j) * crossed[j - 1] : 0
          crossed[j] = (Double(i) * crossed[j] + left) / Double(i + j)
        }
      }
    }
    return crossed[n2]
  }
}

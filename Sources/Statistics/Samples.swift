import Distributions
import Foundation

/// The numbers of several samples after the policy for missing ones; nil when the answer is to be NaN.
///
/// - Throws: ``StatisticsError`` when the policy is `raise` and a value is missing.
func independent(_ samples: [any stats.Sample], _ policy: stats.NanPolicy) throws -> [[Double]]? {
  let values = try samples.map { try $0.sampleValues() }
  guard values.contains(where: { $0.contains(where: \.isNaN) }) else { return values }
  switch policy {
  case .propagate: return nil
  case .omit: return values.map { $0.filter { !$0.isNaN } }
  case .raise:
    throw StatisticsError("the input contains nan: leave missing values out with nanPolicy: .omit")
  }
}

/// Like `independent`, of samples whose values belong together: a place where one is missing is left out of all.
///
/// - Throws: ``StatisticsError`` for unequal lengths too.
func paired(_ samples: [any stats.Sample], _ policy: stats.NanPolicy, names: String) throws -> [[Double]]? {
  let values = try samples.map { try $0.sampleValues() }
  if let other = values.first(where: { $0.count != values[0].count }) {
    throw StatisticsError(
      "\(names) must have the same length: they have \(values[0].count) and \(other.count) values")
  }
  guard values.contains(where: { $0.contains(where: \.isNaN) }) else { return values }
  switch policy {
  case .propagate: return nil
  case .omit:
    let kept = values[0].indices.filter { i in values.allSatisfy { !$0[i].isNaN } }
    return values.map { column in kept.map { column[$0] } }
  case .raise:
    throw StatisticsError("the input contains nan: leave missing values out with nanPolicy: .omit")
  }
}

/// Sum, mean and centred moments of a sample.
extension [Double] {
  var sum: Double { reduce(0, +) }

  /// The mean, corrected once for the rounding of the sum.
  var mean: Double {
    guard !isEmpty else { return .nan }
    let first = sum / Double(count)
    guard first.isFinite else { return first }
    return first + reduce(0) { $0 + ($1 - first) } / Double(count)
  }

  /// Σ(x - mean)^power / n.
  func centralMoment(_ power: Int) -> Double {
    let center = mean
    var total = 0.0
    for value in self {
      let d = value - center
      var term = d
      for _ in 1..<power { term *= d }
      total += term
    }
    return total / Double(count)
  }

  /// Σ(x - mean)² / (n - ddof).
  func variance(ddof: Double = 1) -> Double {
    let n = Double(count)
    return n - ddof > 0 ? centralMoment(2) * n / (n - ddof) : .nan
  }

  /// Whether all values equal the first.
  var isConstant: Bool { allSatisfy { $0 == self[0] } }

  /// The middle value, or the mean of the middle two.
  var median: Double {
    guard !isEmpty else { return .nan }
    let ordered = sorted()
    let half = count / 2
    return count % 2 == 1 ? ordered[half] : (ordered[half - 1] + ordered[half]) / 2
  }
}

/// Ranks with ties at their mean, and the sizes of the groups of equal values.
struct Ranks {
  let values: [Double]
  let ties: [Double]

  init(_ x: [Double]) {
    let order = x.indices.sorted { x[$0] < x[$1] }
    var ranks = [Double](repeating: 0, count: x.count)
    var sizes: [Double] = []
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, x[order[end]] == x[order[start]] { end += 1 }
      let rank = Double(start + end + 1) / 2
      for i in start..<end { ranks[order[i]] = rank }
      sizes.append(Double(end - start))
      start = end
    }
    values = ranks
    ties = sizes
  }

  /// Σ(t³ - t) over groups of equal values.
  var tieTerm: Double { ties.reduce(0) { $0 + ($1 * $1 * $1 - $1) } }
  var hasTies: Bool { ties.contains { $0 > 1 } }
}

/// The p-value of a statistic that is normal or t under the null hypothesis.
func pvalue(_ statistic: Double, _ distribution: stats.Distribution, _ alternative: stats.Alternative)
  -> Double
{
  if statistic.isNaN { return .nan }
  switch alternative {
  case .less: return distribution.cdf(statistic)
  case .greater: return distribution.sf(statistic)
  case .twoSided:
    let p = 2 * distribution.sf(abs(statistic))
    return p > 1 ? 1 : p
  }
}

/// A test's statistic and p-value. Python: scipy.stats._stats_py.SignificanceResult
public struct SignificanceResult: Sendable {
  /// The test statistic.
  public let statistic: Double
  /// The probability of a statistic at least as extreme under the null hypothesis.
  public let pvalue: Double

  /// A result of these numbers.
  public init(statistic: Double, pvalue: Double) { (self.statistic, self.pvalue) = (statistic, pvalue) }

  static let undefined = SignificanceResult(statistic: .nan, pvalue: .nan)
}

/// A confidence interval. Python: scipy.stats._common.ConfidenceInterval
public struct ConfidenceInterval: Sendable {
  /// Lower limit.
  public let low: Double
  /// Upper limit.
  public let high: Double
}

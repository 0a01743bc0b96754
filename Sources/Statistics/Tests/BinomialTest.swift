import Foundation

/// The exact test of a proportion. Python: scipy.stats._result_classes.BinomTestResult
public struct BinomTestResult: Sendable {
  /// Number of successes.
  public let k: Int
  /// Number of trials.
  public let n: Int
  /// Which departures count as evidence.
  public let alternative: stats.Alternative
  /// The share of successes.
  public let statistic: Double
  /// The probability of a number at least as extreme under the null hypothesis.
  public let pvalue: Double

  /// How a proportion's limits are found. Python: the argument method of proportion_ci
  public enum IntervalMethod: String, Sendable, CaseIterable {
    /// Clopper and Pearson's: proportions that the exact test does not reject.
    case exact
    /// Wilson's, by the normal approximation under each proportion.
    case wilson
    /// Wilson's with continuity correction.
    case wilsoncc
  }

  /// A confidence interval of the proportion; one-sided when the test is.
  ///
  /// - Throws: ``StatisticsError`` when the level is not between 0 and 1.
  ///
  /// Python: BinomTestResult.proportion_ci
  public func proportionCi(
    confidenceLevel: Double = 0.95, method: IntervalMethod = .exact
  ) throws -> ConfidenceInterval {
    guard confidenceLevel >= 0, confidenceLevel <= 1 else {
      throw StatisticsError("confidenceLevel must be a number between 0 and 1, not \(confidenceLevel)")
    }
    let limits =
      method == .exact
      ? exactLimits(confidenceLevel) : wilsonLimits(confidenceLevel, isCorrected: method == .wilsoncc)
    return ConfidenceInterval(
      low: alternative == .less || k == 0 ? 0 : limits.low,
      high: alternative == .greater || k == n ? 1 : limits.high)
  }

  /// Quantiles of beta distributions, which the tails of the binomial ones are.
  private func exactLimits(_ level: Double) -> (low: Double, high: Double) {
    let tail = alternative == .twoSided ? (1 - level) / 2 : 1 - level
    let (successes, failures) = (Double(k), Double(n - k))
    return (
      stats.beta(successes, failures + 1).ppf(tail), stats.beta(successes + 1, failures).isf(tail)
    )
  }

  /// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
  /// methods 3 and 4.
  private func wilsonLimits(_ level: Double, isCorrected: Bool) -> (low: Double, high: Double) {
    let z = stats.norm.ppf(alternative == .twoSided ? 0.5 + 0.5 * level : level)
    let (count, p) = (Double(n), statistic)
    let q = 1 - p
    let scale = 2 * (count + z * z)
    let center = (2 * count * p + z * z) / scale
    guard isCorrected else {
      let half = z / scale * (4 * count * p * q + z * z).squareRoot()
      return (center - half, center + half)
    }
    let low = (1 + z * (z * z - 2 - 1 / count + 4 * p * (count * q + 1)).squareRoot()) / scale
    let high = (1 + z * (z * z + 2 - 1 / count + 4 * p * (count * q - 1)).squareRoot()) / scale
    return (center - low, center + high)
  }
}

extension stats {
  /// The exact test of a proportion.
  ///
  /// - Parameters:
  ///   - k: number of successes.
  ///   - n: number of trials.
  ///   - p: the probability of a success under the null hypothesis.
  /// - Throws: ``StatisticsError`` for more successes than trials, for negative ones, for no trial, and for a probability
  ///   outside 0 ... 1.
  ///
  /// Python: scipy.stats.binomtest
  public static func binomtest(
    _ k: Int, _ n: Int, p: Double = 0.5, alternative: Alternative = .twoSided
  ) throws -> BinomTestResult {
    guard n >= 1, (0...n).contains(k) else {
      throw StatisticsError("k (\(k)) must lie between 0 and n (\(n)), and n be 1 or more")
    }
    guard p >= 0, p <= 1 else { throw StatisticsError("p (\(p)) must be in range [0, 1]") }
    let trials = binom(Double(n), p)
    let count = Double(k)
    let pvalue =
      switch alternative {
      case .less: trials.cdf(count)
      case .greater: trials.sf(count - 1)
      case .twoSided: twoSided(k, n, p, trials)
      }
    return BinomTestResult(
      k: k, n: n, alternative: alternative, statistic: count / Double(n), pvalue: Swift.min(1, pvalue))
  }

  /// The probability of numbers that are no more likely than k.
  private static func twoSided(_ k: Int, _ n: Int, _ p: Double, _ trials: Distribution) -> Double {
    let expected = p * Double(n)
    if Double(k) == expected { return 1 }
    // Numbers as likely as k but for rounding count, by scipy's measure.
    let limit = trials.pmf(Double(k)) * (1 + 1e-7)
    if Double(k) < expected {
      // From the other end, where probabilities fall, the first number that is likelier.
      let last = last(in: Int(expected.rounded(.up))...n) { trials.pmf(Double($0)) > limit }
      return trials.cdf(Double(k)) + trials.sf(Double(last ?? Int(expected.rounded(.up)) - 1))
    }
    let middle = Int(expected.rounded(.down))
    // Probabilities rise up to the expected number.
    let likelier = last(in: 0...middle) { trials.pmf(Double($0)) <= limit }
    return trials.cdf(Double(likelier ?? -1)) + trials.sf(Double(k - 1))
  }

  /// The last number of a range that passes a test, which numbers pass up to one of them; nil if none does.
  private static func last(in range: ClosedRange<Int>, where passes: (Int) -> Bool) -> Int? {
    var (low, high) = (range.lowerBound, range.upperBound + 1)
    while low < high {
      let middle = low + (high - low) / 2
      if passes(middle) { low = middle + 1 } else { high = middle }
    }
    return low == range.lowerBound ? nil : low - 1
  }
}

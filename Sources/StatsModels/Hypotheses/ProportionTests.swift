import Distributions
import Foundation
import Statistics

/// Which departures from the hypothesis count. Python: the argument alternative of statsmodels.stats.proportion
public enum ProportionAlternative: String, Sendable, CaseIterable {
  /// Both directions.
  case twoSided = "two-sided"
  /// The proportion, or the first less the second, is smaller.
  case smaller
  /// It is larger.
  case larger
}

/// Whether a proportion is a given one, or two are the same, by the normal distribution.
///
/// - Parameters:
///   - count: numbers of successes, one or two.
///   - nobs: numbers of trials.
///   - value: the proportion, which one sample needs, or the difference under the hypothesis.
///   - alternative: which departures count.
///   - propVar: the proportion that the variance is computed from; nil takes the estimate, of two samples the pooled one.
/// - Throws: ``StatsModelsError`` for other numbers of samples, one sample without `value`, and counts that are none.
///
/// Python: statsmodels.stats.proportion.proportions_ztest
public func proportionsZtest(
  _ count: [Double], _ nobs: [Double], value: Double? = nil, alternative: ProportionAlternative = .twoSided,
  propVar: Double? = nil
) throws -> SignificanceResult {
  guard count.count == nobs.count, (1...2).contains(count.count) else {
    throw StatsModelsError(
      .invalidArgument,
      "there are \(count.count) counts and \(nobs.count) numbers of trials: the test takes one or two of each"
    )
  }
  guard count.count == 2 || value != nil else {
    throw StatsModelsError(.invalidArgument, "value must be provided for a 1-sample test")
  }
  guard zip(count, nobs).allSatisfy({ $0 >= 0 && $0 <= $1 && $1 > 0 && $1.isFinite }) else {
    throw StatsModelsError(
      .invalidArgument, "counts lie between 0 and the numbers of trials, which are positive")
  }
  let shares = zip(count, nobs).map { $0 / $1 }
  let difference = shares.count == 1 ? shares[0] : shares[0] - shares[1]
  let share = propVar ?? count.reduce(0, +) / nobs.reduce(0, +)
  let variance = share * (1 - share) * nobs.reduce(0) { $0 + 1 / $1 }
  let z = (difference - (value ?? 0)) / variance.squareRoot()
  let p =
    switch alternative {
    case .twoSided: 2 * Normal.sf(abs(z))
    case .smaller: Normal.cdf(z)
    case .larger: Normal.sf(z)
    }
  return SignificanceResult(statistic: z, pvalue: p)
}

/// Whether both kinds of change in a table of paired answers are as frequent: McNemar's test.
///
/// - Parameters:
///   - table: counts, two rows of two.
///   - exact: by the binomial distribution, else by χ².
///   - correction: Yates's, of χ².
/// - Throws: ``StatsModelsError`` for a table of another shape or with negative counts.
///
/// Python: statsmodels.stats.contingency_tables.mcnemar
public func mcnemar(_ table: [[Double]], exact: Bool = true, correction: Bool = true) throws
  -> SignificanceResult
{
  guard table.count == 2, table.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 >= 0 && $0.isFinite } })
  else {
    throw StatsModelsError(.invalidArgument, "table must have two rows of two counts that are not negative")
  }
  let (b, c) = (table[0][1], table[1][0])
  if exact {
    let smaller = min(b, c)
    let p = b == c ? 1 : 2 * stats.binom.cdf(smaller, b + c, 0.5)
    return SignificanceResult(statistic: smaller, pvalue: min(1, p))
  }
  let gap = abs(b - c) - (correction ? 1 : 0)
  let statistic = gap * gap / (b + c)
  return SignificanceResult(statistic: statistic, pvalue: ChiSquared(1).sf(statistic))
}

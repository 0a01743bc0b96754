import Foundation

/// The result of a t-test. Python: scipy.stats._stats_py.TtestResult
public struct TtestResult: Sendable {
  /// The t statistic.
  public let statistic: Double
  /// The probability of a statistic at least as extreme under the null hypothesis.
  public let pvalue: Double
  /// Degrees of freedom.
  public let df: Double
  let alternative: stats.Alternative
  let standardError: Double
  let estimate: Double

  init(estimate: Double, standardError: Double, df: Double, null: Double = 0, alternative: stats.Alternative)
  {
    statistic = (estimate - null) / standardError
    pvalue = Statistics.pvalue(statistic, stats.t(df), alternative)
    (self.df, self.alternative, self.standardError, self.estimate) = (
      df, alternative, standardError, estimate
    )
  }

  /// A confidence interval of the mean, or of the difference of means; one-sided when the test is.
  ///
  /// An infinite limit is NaN where the standard error is 0, as in scipy.
  /// - Throws: ``StatisticsError`` when the level is not between 0 and 1.
  ///
  /// Python: TtestResult.confidence_interval
  public func confidenceInterval(confidenceLevel: Double = 0.95) throws -> ConfidenceInterval {
    guard confidenceLevel >= 0, confidenceLevel <= 1 else {
      throw StatisticsError("confidenceLevel must be a number between 0 and 1, not \(confidenceLevel)")
    }
    let t = stats.t(df)
    switch alternative {
    case .less:
      return ConfidenceInterval(
        low: estimate - .infinity * standardError, high: estimate + t.ppf(confidenceLevel) * standardError)
    case .greater:
      return ConfidenceInterval(
        low: estimate - t.ppf(confidenceLevel) * standardError, high: estimate + .infinity * standardError)
    case .twoSided:
      let half = t.isf((1 - confidenceLevel) / 2) * standardError
      return ConfidenceInterval(low: estimate - half, high: estimate + half)
    }
  }
}

extension stats {
  /// The t-test for the means of two independent samples; Welch's without `equalVar`.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers, and for missing ones if the policy says so.
  ///
  /// Python: scipy.stats.ttest_ind
  public static func ttestInd(
    _ a: any Sample, _ b: any Sample, equalVar: Bool = true, nanPolicy: NanPolicy = .propagate,
    alternative: Alternative = .twoSided
  ) throws -> TtestResult {
    guard let samples = try independent([a, b], nanPolicy) else { return undefined(alternative) }
    let (a, b) = (samples[0], samples[1])
    return ttestIndFromStats(
      mean1: a.mean, std1: a.variance().squareRoot(), nobs1: a.count, mean2: b.mean,
      std2: b.variance().squareRoot(), nobs2: b.count, equalVar: equalVar, alternative: alternative)
  }

  /// The t-test for two independent samples of which means, standard deviations and sizes are known.
  ///
  /// Python: scipy.stats.ttest_ind_from_stats
  public static func ttestIndFromStats(
    mean1: Double, std1: Double, nobs1: Int, mean2: Double, std2: Double, nobs2: Int, equalVar: Bool = true,
    alternative: Alternative = .twoSided
  ) -> TtestResult {
    guard nobs1 > 0, nobs2 > 0 else { return undefined(alternative) }
    let (n1, n2) = (Double(nobs1), Double(nobs2))
    let (v1, v2) = (std1 * std1, std2 * std2)
    var df = n1 + n2 - 2
    var error: Double
    if equalVar {
      // A sample of one says nothing about the variance, and takes nothing away.
      let squares = (nobs1 > 1 ? (n1 - 1) * v1 : 0) + (nobs2 > 1 ? (n2 - 1) * v2 : 0)
      error = (squares / df * (1 / n1 + 1 / n2)).squareRoot()
    } else {
      let (e1, e2) = (v1 / n1, v2 / n2)
      df = (e1 + e2) * (e1 + e2) / (e1 * e1 / (n1 - 1) + e2 * e2 / (n2 - 1))
      if df.isNaN { df = 1 }
      error = (e1 + e2).squareRoot()
    }
    if df <= 0 { error = .nan }
    return TtestResult(estimate: mean1 - mean2, standardError: error, df: df, alternative: alternative)
  }

  /// The t-test for the mean of differences between paired samples.
  ///
  /// - Throws: ``StatisticsError`` for samples of different length, and as ``ttestInd(_:_:equalVar:nanPolicy:alternative:)``.
  ///
  /// Python: scipy.stats.ttest_rel
  public static func ttestRel(
    _ a: any Sample, _ b: any Sample, nanPolicy: NanPolicy = .propagate, alternative: Alternative = .twoSided
  ) throws -> TtestResult {
    guard let samples = try paired([a, b], nanPolicy, names: "paired samples") else {
      return undefined(alternative)
    }
    return oneSample(zip(samples[0], samples[1]).map { $0 - $1 }, 0, alternative)
  }

  /// The t-test for the mean of one sample.
  ///
  /// - Parameter popmean: the mean under the null hypothesis.
  /// - Throws: as ``ttestInd(_:_:equalVar:nanPolicy:alternative:)``.
  ///
  /// Python: scipy.stats.ttest_1samp
  public static func ttest1samp(
    _ a: any Sample, _ popmean: Double, nanPolicy: NanPolicy = .propagate,
    alternative: Alternative = .twoSided
  ) throws -> TtestResult {
    guard let values = try independent([a], nanPolicy)?[0] else { return undefined(alternative) }
    return oneSample(values, popmean, alternative)
  }

  private static func oneSample(
    _ values: [Double], _ popmean: Double, _ alternative: Alternative
  ) -> TtestResult {
    guard !values.isEmpty else { return undefined(alternative) }
    let n = Double(values.count)
    return TtestResult(
      estimate: values.mean, standardError: (values.variance() / n).squareRoot(), df: n - 1, null: popmean,
      alternative: alternative)
  }

  private static func undefined(_ alternative: Alternative) -> TtestResult {
    TtestResult(estimate: .nan, standardError: .nan, df: .nan, alternative: alternative)
  }
}

import Foundation

/// The Anderson–Darling statistic beside the values that it must exceed. Python: scipy.stats._morestats.AndersonResult
public struct AndersonResult: Sendable {
  /// The statistic.
  public let statistic: Double
  /// What the statistic must exceed at each level.
  public let criticalValues: [Double]
  /// The levels, in percent.
  public let significanceLevel: [Double]
  /// Location and scale of the distribution that was fitted.
  public let fitParams: (loc: Double, scale: Double)
}

/// The distributions that ``stats/anderson(_:dist:nanPolicy:)`` knows. Python: the argument dist
public enum AndersonDistribution: String, Sendable, CaseIterable {
  /// Normal, with mean and standard deviation of the sample.
  case norm
  /// Exponential, with the mean of the sample.
  case expon
}

extension stats {
  /// The Anderson–Darling test that a sample comes from a distribution of a family.
  ///
  /// - Throws: ``StatisticsError`` for an empty or constant sample and values that are no numbers.
  ///
  /// Python: scipy.stats.anderson
  public static func anderson(
    _ x: any Sample, dist: AndersonDistribution = .norm, nanPolicy: NanPolicy = .propagate
  ) throws -> AndersonResult {
    let values = try independent([x], nanPolicy)?[0].sorted() ?? [.nan]
    guard let first = values.first else {
      throw StatisticsError("stats.anderson needs at least one value: the input is empty")
    }
    let n = Double(values.count)
    let fit: Distribution
    let critical: [Double]
    let parameters: (Double, Double)
    switch dist {
    case .norm:
      parameters = (values.mean, values.variance().squareRoot())
      fit = norm(loc: parameters.0, scale: parameters.1)
      critical = [0.561, 0.631, 0.752, 0.873, 1.035].map { $0 / (1 + 0.75 / n + 2.25 / (n * n)) }
    case .expon:
      parameters = (0, values.mean)
      fit = expon(scale: parameters.1)
      critical = [0.916, 1.062, 1.321, 1.591, 1.959].map { $0 / (1 + 0.6 / n) }
    }
    let (lower, upper) = (fit.logcdf(values), fit.logsf(values))
    var sum = 0.0
    for i in values.indices { sum += Double(2 * i + 1) / n * (lower[i] + upper[values.count - 1 - i]) }
    return AndersonResult(
      statistic: first.isNaN ? .nan : -n - sum,
      criticalValues: critical.map { ($0 * 1000).rounded(.toNearestOrEven) / 1000 },
      significanceLevel: [15, 10, 5, 2.5, 1], fitParams: (parameters.0, parameters.1))
  }

  /// Jarque and Bera's test of normality: skewness and kurtosis together.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.jarque_bera
  public static func jarqueBera(_ x: any Sample, nanPolicy: NanPolicy = .propagate) throws
    -> SignificanceResult
  {
    guard let values = try independent([x], nanPolicy)?[0], !values.isEmpty else { return .undefined }
    let (s, k) = (try skew(values), try kurtosis(values))
    let statistic = Double(values.count) / 6 * (s * s + k * k / 4)
    return SignificanceResult(statistic: statistic, pvalue: chi2.sf(statistic, 2))
  }

  /// The correlation of a yes or no with a number: Pearson's; NaN of fewer than two pairs.
  ///
  /// - Throws: ``StatisticsError`` for unequal lengths and values that are no numbers.
  ///
  /// Python: scipy.stats.pointbiserialr
  public static func pointbiserialr(
    _ x: any Sample, _ y: any Sample, nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    guard let pair = try paired([x, y], nanPolicy, names: "x and y"), pair[0].count >= 2 else {
      return .undefined
    }
    let r = try pearsonr(pair[0], pair[1])
    return SignificanceResult(statistic: r.statistic, pvalue: r.pvalue)
  }

  /// Which rule keeps the share of false discoveries. Python: the argument method of false_discovery_control
  public enum FalseDiscoveryMethod: String, Sendable, CaseIterable {
    /// Benjamini and Hochberg's.
    case bh
    /// Benjamini and Yekutieli's, under any dependence.
    case by
  }

  /// P-values adjusted so that the share of false discoveries stays below the level.
  ///
  /// - Throws: ``StatisticsError`` for numbers that are not between 0 and 1.
  ///
  /// Python: scipy.stats.false_discovery_control
  public static func falseDiscoveryControl(
    _ ps: any Sample, method: FalseDiscoveryMethod = .bh
  ) throws -> [Double] {
    let p = try ps.sampleValues()
    guard p.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
      throw StatisticsError("`ps` must include only numbers between 0 and 1: leave missing ones out first")
    }
    let m = Double(p.count)
    let factor = method == .by ? (0..<p.count).reduce(0) { $0 + 1 / Double($1 + 1) } : 1
    var (result, smallest) = (p, 1.0)
    for (rank, i) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated().reversed() {
      smallest = min(smallest, p[i] * m / Double(rank + 1) * factor)
      result[i] = smallest
    }
    return result
  }
}

extension ContinuousFamily {
  /// The interval with equal tails that holds a share of the probability. Python: rv_continuous.interval
  public func interval(_ confidence: Double, loc: Double = 0, scale: Double = 1) -> (
    low: Double, high: Double
  ) {
    self(loc: loc, scale: scale).interval(confidence)
  }
}

extension OneShapeFamily {
  /// The interval with equal tails that holds a share of the probability. Python: rv_continuous.interval
  public func interval(
    _ confidence: Double, _ shape: Double, loc: Double = 0, scale: Double = 1
  ) -> (low: Double, high: Double) {
    self(shape, loc: loc, scale: scale).interval(confidence)
  }
}

extension stats {
  /// The normal distribution of the largest likelihood: mean and standard deviation with divisor n.
  ///
  /// - Throws: ``StatisticsError`` for an empty sample and values that are not finite.
  ///
  /// Python: scipy.stats.norm.fit
  public static func normFit(_ data: any Sample) throws -> (loc: Double, scale: Double) {
    let x = try data.sampleValues()
    guard !x.isEmpty, x.allSatisfy(\.isFinite) else {
      throw StatisticsError("a fit needs finite values: leave missing ones out first")
    }
    return (x.mean, x.variance(ddof: 0).squareRoot())
  }
}

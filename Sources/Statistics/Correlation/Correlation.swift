import Foundation

/// A linear correlation and its test. Python: scipy.stats._result_classes.PearsonRResult
public struct PearsonRResult: Sendable {
  /// Pearson's correlation coefficient.
  public let statistic: Double
  /// The probability of a coefficient at least as extreme where the variables are independent and normal.
  public let pvalue: Double
  let count: Double
  let alternative: stats.Alternative

  /// A confidence interval by Fisher's transformation; one-sided when the test is.
  ///
  /// Python: PearsonRResult.confidence_interval
  public func confidenceInterval(confidenceLevel: Double = 0.95) -> ConfidenceInterval {
    let error = count > 3 ? (1 / (count - 3)).squareRoot() : .infinity
    let z = atanh(statistic)
    switch alternative {
    case .twoSided:
      let half = stats.norm.isf((1 - confidenceLevel) / 2) * error
      return count > 3
        ? ConfidenceInterval(low: tanh(z - half), high: tanh(z + half)) : ConfidenceInterval(low: -1, high: 1)
    case .less:
      let high = count > 3 ? tanh(z + stats.norm.ppf(confidenceLevel) * error) : 1
      return ConfidenceInterval(low: -1, high: high)
    case .greater:
      let low = count > 3 ? tanh(z - stats.norm.ppf(confidenceLevel) * error) : -1
      return ConfidenceInterval(low: low, high: 1)
    }
  }
}

/// A straight line by least squares. Python: scipy.stats._stats_py.LinregressResult
public struct LinregressResult: Sendable {
  /// Slope of the line.
  public let slope: Double
  /// Value of the line at 0.
  public let intercept: Double
  /// Correlation coefficient.
  public let rvalue: Double
  /// The p-value of the hypothesis that the slope is 0.
  public let pvalue: Double
  /// Standard error of the slope.
  public let stderr: Double
  /// Standard error of the intercept.
  public let interceptStderr: Double
}

extension stats {
  /// Pearson's correlation of two variables; NaN when one is constant.
  ///
  /// - Throws: ``StatisticsError`` for unequal lengths, fewer than two pairs and values that are no numbers.
  ///
  /// Python: scipy.stats.pearsonr
  public static func pearsonr(
    _ x: any Sample, _ y: any Sample, alternative: Alternative = .twoSided, nanPolicy: NanPolicy = .propagate
  ) throws -> PearsonRResult {
    guard let pair = try paired([x, y], nanPolicy, names: "x and y") else {
      let count = Double(try x.sampleValues().count)
      return PearsonRResult(statistic: .nan, pvalue: .nan, count: count, alternative: alternative)
    }
    let (x, y) = (pair[0], pair[1])
    guard x.count >= 2 else {
      throw StatisticsError("x and y must have length at least 2: they have \(x.count)")
    }
    let n = Double(x.count)
    let found = correlation(x, y)
    var r = found.r
    var p = correlationPvalue(r, found.rest, n - 2, alternative)
    if x.count == 2, !r.isNaN { (r, p) = (r.rounded(), 1) }
    return PearsonRResult(statistic: r, pvalue: p, count: n, alternative: alternative)
  }

  /// The cosine r of the angle between the centred vectors, each scaled first so that no square overflows, and 1 - r²,
  /// which keeps its digits where r is near ±1.
  private static func correlation(_ x: [Double], _ y: [Double]) -> (r: Double, rest: Double) {
    guard !x.isConstant, !y.isConstant else { return (.nan, .nan) }
    func unit(_ values: [Double]) -> [Double] {
      let center = values.mean
      let deviations = values.map { $0 - center }
      let largest = deviations.reduce(0) { max($0, abs($1)) }
      let norm = largest * deviations.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
      return deviations.map { $0 / norm }
    }
    let (u, v) = (unit(x), unit(y))
    let cosine = zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
    guard cosine.isFinite else { return (.nan, .nan) }
    let r = max(-1, min(1, cosine))
    let rest = abs(r) < 0.9 ? (1 - r) * (1 + r) : zip(u, v).reduce(0) { $0 + pow($1.1 - cosine * $1.0, 2) }
    return (r, rest)
  }

  /// - Parameter rest: 1 - r².
  private static func correlationPvalue(
    _ r: Double, _ rest: Double, _ df: Double, _ alternative: Alternative
  ) -> Double {
    if r.isNaN || df <= 0 { return .nan }
    return Statistics.pvalue(r * (df / rest).squareRoot(), t(df), alternative)
  }

  /// Spearman's rank correlation; NaN when a variable is constant.
  ///
  /// - Throws: ``StatisticsError`` for unequal lengths and values that are no numbers.
  ///
  /// Python: scipy.stats.spearmanr
  public static func spearmanr(
    _ a: any Sample, _ b: any Sample, nanPolicy: NanPolicy = .propagate, alternative: Alternative = .twoSided
  ) throws -> SignificanceResult {
    guard let pair = try paired([a, b], nanPolicy, names: "a and b"), pair[0].count > 1 else {
      return .undefined
    }
    var (r, rest) = correlation(Ranks(pair[0]).values, Ranks(pair[1]).values)
    // Ranks that agree in full agree exactly.
    if 1 - abs(r) < 4e-16 * Double(pair[0].count) { (r, rest) = (r.sign == .minus ? -1 : 1, 0) }
    return SignificanceResult(
      statistic: r, pvalue: correlationPvalue(r, rest, Double(pair[0].count - 2), alternative))
  }

  /// A straight line by least squares and the test of its slope; NaN of fewer than two pairs.
  ///
  /// - Throws: ``StatisticsError`` for unequal lengths, equal x and values that are no numbers.
  ///
  /// Python: scipy.stats.linregress
  public static func linregress(
    _ x: any Sample, _ y: any Sample, alternative: Alternative = .twoSided, nanPolicy: NanPolicy = .propagate
  ) throws -> LinregressResult {
    guard let pair = try paired([x, y], nanPolicy, names: "x and y"), pair[0].count >= 2 else {
      return LinregressResult(
        slope: .nan, intercept: .nan, rvalue: .nan, pvalue: .nan, stderr: .nan, interceptStderr: .nan)
    }
    let (x, y) = (pair[0], pair[1])
    guard !x.isConstant else {
      throw StatisticsError("a line needs x values that differ: all \(x.count) values are \(x[0])")
    }
    let (n, xMean, yMean) = (Double(x.count), x.mean, y.mean)
    let xx = x.centralMoment(2)
    let xy = zip(x, y).reduce(0) { $0 + ($1.0 - xMean) * ($1.1 - yMean) } / n
    let slope = xy / xx
    let yy = y.centralMoment(2)
    let (r, rest) = correlation(x, y)
    // scipy keeps a perfect line's t finite by this much.
    let statistic = r * ((n - 2) / (rest + 2e-20)).squareRoot()
    var p = Statistics.pvalue(statistic, t(n - 2), alternative)
    var error = (rest * yy / xx / (n - 2)).squareRoot()
    if x.count == 2 { (p, error) = (y[0] == y[1] ? 1 : 0, 0) }
    return LinregressResult(
      slope: slope, intercept: yMean - slope * xMean, rvalue: r, pvalue: p, stderr: error,
      interceptStderr: error * (xx + xMean * xMean).squareRoot())
  }
}

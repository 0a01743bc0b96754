import Foundation

/// Differences of all pairs of means. Python: scipy.stats._hypotests.TukeyHSDResult
public struct TukeyHSDResult: Sendable {
  /// The mean of sample i less that of sample j.
  public let statistic: [[Double]]
  /// P-values, adjusted for the number of pairs; 1 on the diagonal.
  public let pvalue: [[Double]]
  let errors: [[Double]]
  let degrees: [[Double]]

  /// Simultaneous intervals of the differences. Python: TukeyHSDResult.confidence_interval
  ///
  /// - Throws: ``StatisticsError`` for a level that is not between 0 and 1.
  public func confidenceInterval(confidenceLevel: Double = 0.95) throws -> (low: [[Double]], high: [[Double]])
  {
    guard confidenceLevel > 0, confidenceLevel < 1 else {
      throw StatisticsError("Confidence level must be between 0 and 1, not \(confidenceLevel)")
    }
    let groups = Double(statistic.count)
    var known: [Double: Double] = [:]
    let half = errors.indices.map { i in
      errors[i].indices.map { j -> Double in
        let df = degrees[i][j]
        if df.isNaN { return .nan }
        let quantile = known[df] ?? stats.studentizedRange(groups, df).isf(1 - confidenceLevel)
        known[df] = quantile
        return quantile * errors[i][j]
      }
    }
    let combined = { (sign: Double) in
      statistic.indices.map { i in statistic[i].indices.map { statistic[i][$0] + sign * half[i][$0] } }
    }
    return (combined(-1), combined(1))
  }
}

extension stats {
  /// Tukey's test of all pairs of means; Games and Howell's without `equalVar`.
  ///
  /// - Throws: ``StatisticsError`` for fewer than two samples, samples of fewer than two values, and values that are no
  ///   numbers.
  ///
  /// Python: scipy.stats.tukey_hsd
  public static func tukeyHsd(_ samples: any Sample..., equalVar: Bool = true) throws -> TukeyHSDResult {
    try tukeyHsd(samples, equalVar: equalVar)
  }

  /// Tukey's test of an array of samples. Python: scipy.stats.tukey_hsd(*args)
  public static func tukeyHsd(_ samples: [any Sample], equalVar: Bool = true) throws -> TukeyHSDResult {
    let groups = try samples.map { try $0.sampleValues() }
    guard groups.count > 1 else { throw StatisticsError("there must be more than 1 treatment") }
    guard groups.allSatisfy({ $0.count > 1 }) else {
      throw StatisticsError("Input samples must be greater than one in length")
    }
    if let bad = groups.joined().first(where: { !$0.isFinite }) {
      throw StatisticsError("Input samples must be finite: there is \(bad)")
    }
    let sizes = groups.map { Double($0.count) }
    let (means, variances) = (groups.map(\.mean), groups.map { $0.variance() })
    let total = sizes.sum - Double(groups.count)
    let pooled = zip(variances, sizes).reduce(0) { $0 + $1.0 * ($1.1 - 1) } / total
    func table(_ value: (Int, Int) -> Double) -> [[Double]] {
      groups.indices.map { i in groups.indices.map { value(i, $0) } }
    }
    let errors = table { i, j in
      equalVar
        ? (pooled * (1 / sizes[i] + 1 / sizes[j]) / 2).squareRoot()
        : ((variances[i] / sizes[i] + variances[j] / sizes[j]) / 2).squareRoot()
    }
    let degrees = table { i, j in
      if equalVar { return total }
      let (a, b) = (variances[i] / sizes[i], variances[j] / sizes[j])
      return (a + b) * (a + b) / (a * a / (sizes[i] - 1) + b * b / (sizes[j] - 1))
    }
    let count = Double(groups.count)
    return TukeyHSDResult(
      statistic: table { means[$0] - means[$1] },
      pvalue: table { i, j in
        i == j ? 1 : studentizedRange(count, degrees[i][j]).sf(abs(means[i] - means[j]) / errors[i][j])
      }, errors: errors, degrees: degrees)
  }
}

import Foundation

/// What deviations are taken from in Levene's and Fligner's test. Python: the argument center
public enum LeveneCenter: String, Sendable, CaseIterable {
  /// The median: the test of Brown and Forsythe.
  case median
  /// The mean: Levene's own.
  case mean
  /// The mean without a share of the values at both ends.
  case trimmed
}

extension stats {
  /// The Kruskal–Wallis test: one-way analysis of variance of ranks.
  ///
  /// - Throws: ``StatisticsError`` for fewer than two samples and values that are no numbers.
  ///
  /// Python: scipy.stats.kruskal
  public static func kruskal(
    _ samples: any Sample..., nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult { try kruskal(samples, nanPolicy: nanPolicy) }

  /// The Kruskal–Wallis test of an array of samples. Python: scipy.stats.kruskal(*samples)
  public static func kruskal(
    _ samples: [any Sample], nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    try atLeast(2, samples, "kruskal")
    guard let groups = try independent(samples, nanPolicy), groups.allSatisfy({ !$0.isEmpty }) else {
      return .undefined
    }
    let ranks = Ranks(groups.flatMap { $0 })
    let n = Double(ranks.values.count)
    var (start, between) = (0, 0.0)
    for group in groups {
      let total = ranks.values[start..<start + group.count].reduce(0, +)
      between += total * total / Double(group.count)
      start += group.count
    }
    let h = (12 / (n * (n + 1)) * between - 3 * (n + 1)) / (1 - ranks.tieTerm / (n * n * n - n))
    return SignificanceResult(statistic: h, pvalue: chi2.sf(h, Double(groups.count - 1)))
  }

  /// Friedman's test of repeated measurements: each sample one treatment, its values in the order of the subjects.
  ///
  /// - Throws: ``StatisticsError`` for fewer than three samples, unequal lengths and values that are no numbers.
  ///
  /// Python: scipy.stats.friedmanchisquare
  public static func friedmanchisquare(
    _ samples: any Sample..., nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult { try friedmanchisquare(samples, nanPolicy: nanPolicy) }

  /// Friedman's test of an array of samples. Python: scipy.stats.friedmanchisquare(*samples)
  public static func friedmanchisquare(
    _ samples: [any Sample], nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    try atLeast(3, samples, "friedmanchisquare")
    guard let columns = try paired(samples, nanPolicy, names: "the samples"), !columns[0].isEmpty else {
      return .undefined
    }
    let (k, n) = (Double(columns.count), Double(columns[0].count))
    var totals = [Double](repeating: 0, count: columns.count)
    var tieTerm = 0.0
    for row in columns[0].indices {
      let ranks = Ranks(columns.map { $0[row] })
      for (j, rank) in ranks.values.enumerated() { totals[j] += rank }
      tieTerm += ranks.tieTerm
    }
    let squares = totals.reduce(0) { $0 + $1 * $1 }
    let correction = 1 - tieTerm / (k * (k * k - 1) * n)
    let statistic = (12 / (k * n * (k + 1)) * squares - 3 * n * (k + 1)) / correction
    return SignificanceResult(statistic: statistic, pvalue: chi2.sf(statistic, k - 1))
  }

  /// One-way analysis of variance; Welch's without `equalVar`.
  ///
  /// - Throws: ``StatisticsError`` for fewer than two samples and values that are no numbers.
  ///
  /// Python: scipy.stats.f_oneway
  public static func fOneway(
    _ samples: any Sample..., equalVar: Bool = true, nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult { try fOneway(samples, equalVar: equalVar, nanPolicy: nanPolicy) }

  /// One-way analysis of variance of an array of samples. Python: scipy.stats.f_oneway(*samples)
  public static func fOneway(
    _ samples: [any Sample], equalVar: Bool = true, nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    try atLeast(2, samples, "fOneway")
    guard let groups = try independent(samples, nanPolicy), groups.allSatisfy({ !$0.isEmpty }) else {
      return .undefined
    }
    let all = groups.flatMap { $0 }
    let (k, n) = (Double(groups.count), Double(all.count))
    guard n > k, !all.isConstant else { return .undefined }
    if groups.allSatisfy(\.isConstant) {
      return SignificanceResult(statistic: .infinity, pvalue: equalVar ? 0 : .nan)
    }
    if !equalVar { return welch(groups) }
    let center = all.mean
    let between = groups.reduce(0) { $0 + Double($1.count) * pow($1.mean - center, 2) }
    let within = groups.reduce(0) { $0 + $1.centralMoment(2) * Double($1.count) }
    let ratio = between / (k - 1) / (within / (n - k))
    return SignificanceResult(statistic: ratio, pvalue: f.sf(ratio, k - 1, n - k))
  }

  /// B. L. Welch, "On the comparison of several mean values", Biometrika 38 (1951).
  private static func welch(_ groups: [[Double]]) -> SignificanceResult {
    let k = Double(groups.count)
    let weights = groups.map { Double($0.count) / $0.variance() }
    let means = groups.map(\.mean)
    let center = zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 } / weights.sum
    let above = zip(weights, means).reduce(0) { $0 + $1.0 * pow($1.1 - center, 2) } / (k - 1)
    let spread = zip(groups, weights).reduce(0) { total, pair in
      total + pow(1 - pair.1 / weights.sum, 2) / Double(pair.0.count - 1)
    }
    let ratio = above / (1 + 2 * (k - 2) / (k * k - 1) * spread)
    return SignificanceResult(statistic: ratio, pvalue: f.sf(ratio, k - 1, (k * k - 1) / (3 * spread)))
  }

  /// Levene's test of equal variances.
  ///
  /// - Parameter proportiontocut: the share of values left out at each end when the centre is `.trimmed`.
  /// - Throws: ``StatisticsError`` for fewer than two samples and values that are no numbers.
  ///
  /// Python: scipy.stats.levene
  public static func levene(
    _ samples: any Sample..., center: LeveneCenter = .median, proportiontocut: Double = 0.05,
    nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    try levene(samples, center: center, proportiontocut: proportiontocut, nanPolicy: nanPolicy)
  }

  /// Levene's test of an array of samples. Python: scipy.stats.levene(*samples)
  public static func levene(
    _ samples: [any Sample], center: LeveneCenter = .median, proportiontocut: Double = 0.05,
    nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    try atLeast(2, samples, "levene")
    guard let groups = try independent(samples, nanPolicy), groups.allSatisfy({ !$0.isEmpty }) else {
      return .undefined
    }
    let deviations = groups.map { self.deviations($0, from: center, proportiontocut) }
    let (k, n) = (Double(groups.count), Double(groups.reduce(0) { $0 + $1.count }))
    let means = deviations.map(\.mean)
    let overall = zip(deviations, means).reduce(0) { $0 + Double($1.0.count) * $1.1 } / n
    let between = zip(deviations, means).reduce(0) { $0 + Double($1.0.count) * pow($1.1 - overall, 2) }
    let within = deviations.reduce(0) { $0 + $1.centralMoment(2) * Double($1.count) }
    let w = (n - k) * between / ((k - 1) * within)
    return SignificanceResult(statistic: w, pvalue: f.sf(w, k - 1, n - k))
  }

  /// The distances of values from their centre.
  static func deviations(_ group: [Double], from center: LeveneCenter, _ share: Double) -> [Double] {
    let middle =
      switch center {
      case .median: group.median
      case .mean: group.mean
      case .trimmed: trimmedMean(group, share)
      }
    return group.map { abs($0 - middle) }
  }

  private static func trimmedMean(_ x: [Double], _ share: Double) -> Double {
    let cut = Int(share * Double(x.count))
    return cut * 2 < x.count ? Array(x.sorted()[cut..<x.count - cut]).mean : .nan
  }

  /// Bartlett's test of equal variances of normal samples.
  ///
  /// - Throws: ``StatisticsError`` for fewer than two samples and values that are no numbers.
  ///
  /// Python: scipy.stats.bartlett
  public static func bartlett(
    _ samples: any Sample..., nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult { try bartlett(samples, nanPolicy: nanPolicy) }

  /// Bartlett's test of an array of samples. Python: scipy.stats.bartlett(*samples)
  public static func bartlett(
    _ samples: [any Sample], nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    try atLeast(2, samples, "bartlett")
    guard let groups = try independent(samples, nanPolicy), groups.allSatisfy({ $0.count > 1 }) else {
      return .undefined
    }
    let k = Double(groups.count)
    let freedom = groups.map { Double($0.count - 1) }
    let variances = groups.map { $0.variance() }
    let total = freedom.sum
    let pooled = zip(freedom, variances).reduce(0) { $0 + $1.0 * $1.1 } / total
    let above = total * log(pooled) - zip(freedom, variances).reduce(0) { $0 + $1.0 * log($1.1) }
    let below = 1 + (freedom.reduce(0) { $0 + 1 / $1 } - 1 / total) / (3 * (k - 1))
    return SignificanceResult(statistic: above / below, pvalue: chi2.sf(above / below, k - 1))
  }

  static func atLeast(_ count: Int, _ samples: [any Sample], _ name: String) throws {
    guard samples.count >= count else {
      throw StatisticsError(
        "stats.\(name) needs at least \(count) samples, each an argument: it got \(samples.count)")
    }
  }
}

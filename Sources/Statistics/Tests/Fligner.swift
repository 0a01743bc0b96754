extension stats {
  /// The Fligner–Killeen test of equal variances, by normal scores of the ranks of deviations.
  ///
  /// - Parameters:
  ///   - center: what deviations are taken from.
  ///   - proportiontocut: the share of values left out at each end when the centre is `.trimmed`.
  /// - Throws: ``StatisticsError`` for fewer than two samples and values that are no numbers.
  ///
  /// Python: scipy.stats.fligner
  public static func fligner(
    _ samples: any Sample..., center: LeveneCenter = .median, proportiontocut: Double = 0.05,
    nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    try fligner(samples, center: center, proportiontocut: proportiontocut, nanPolicy: nanPolicy)
  }

  /// The Fligner–Killeen test of an array of samples. Python: scipy.stats.fligner(*samples)
  public static func fligner(
    _ samples: [any Sample], center: LeveneCenter = .median, proportiontocut: Double = 0.05,
    nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    try atLeast(2, samples, "fligner")
    guard let groups = try independent(samples, nanPolicy), groups.allSatisfy({ !$0.isEmpty }) else {
      return .undefined
    }
    let deviations = groups.flatMap { self.deviations($0, from: center, proportiontocut) }
    let scale = 2 * (Double(deviations.count) + 1)
    let scores = norm.ppf(Ranks(deviations).values.map { $0 / scale + 0.5 })
    let overall = scores.mean
    var (start, between) = (0, 0.0)
    for group in groups {
      let distance = Array(scores[start..<start + group.count]).mean - overall
      between += Double(group.count) * distance * distance
      start += group.count
    }
    let statistic = between / scores.variance()
    return SignificanceResult(statistic: statistic, pvalue: chi2.sf(statistic, Double(groups.count - 1)))
  }
}

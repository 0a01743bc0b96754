/// The distribution of a test statistic. Python: the argument distribution of brunnermunzel
public enum BrunnerMunzelDistribution: String, Sendable, CaseIterable {
  /// Student's t with Satterthwaite's degrees of freedom.
  case t
  /// The normal distribution, for fifty values or more.
  case normal
}

extension stats {
  /// The Brunner–Munzel test of two independent samples: whether values of one tend to be greater, whatever the variances.
  ///
  /// NaN for samples without a value, and where all ranks of a sample agree with its own.
  /// - Throws: ``StatisticsError`` for values that are no numbers, and for missing ones if the policy says so.
  ///
  /// Python: scipy.stats.brunnermunzel
  public static func brunnermunzel(
    _ x: any Sample, _ y: any Sample, alternative: Alternative = .twoSided,
    distribution: BrunnerMunzelDistribution = .t, nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    guard let samples = try independent([x, y], nanPolicy), !samples[0].isEmpty, !samples[1].isEmpty else {
      return .undefined
    }
    let (n1, n2) = (Double(samples[0].count), Double(samples[1].count))
    let ranks = Ranks(samples[0] + samples[1]).values
    let places = [Array(ranks[..<samples[0].count]), Array(ranks[samples[0].count...])]
    // By how much more than by its own values each value is surpassed.
    let spreads = zip(places, samples).map { places, sample in
      let own = Ranks(sample).values
      let surplus = zip(places, own).map { $0 - $1 }
      return surplus.variance() * Double(sample.count)
    }
    let total = spreads.sum
    let statistic = n1 * n2 * (places[1].mean - places[0].mean) / ((n1 + n2) * total.squareRoot())
    let df =
      total * total / (spreads[0] * spreads[0] / (n1 - 1) + spreads[1] * spreads[1] / (n2 - 1))
    return SignificanceResult(
      statistic: statistic,
      pvalue: Statistics.pvalue(-statistic, distribution == .t ? t(df) : norm(), alternative))
  }
}

import Foundation

/// How a rank test computes its p-value. Python: the argument method
public enum RankTestMethod: String, Sendable, CaseIterable {
  /// Exact for small samples without ties, otherwise the normal approximation.
  case auto
  /// The normal approximation, corrected for ties.
  case asymptotic
  /// The exact distribution without ties.
  case exact
}

extension stats {
  /// The Mann–Whitney U test of two independent samples.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers, and for missing ones if the policy says so.
  ///
  /// Python: scipy.stats.mannwhitneyu
  public static func mannwhitneyu(
    _ x: any Sample, _ y: any Sample, useContinuity: Bool = true, alternative: Alternative = .twoSided,
    method: RankTestMethod = .auto, nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    guard let samples = try independent([x, y], nanPolicy), !samples[0].isEmpty, !samples[1].isEmpty else {
      return .undefined
    }
    let (n1, n2) = (samples[0].count, samples[1].count)
    let ranks = Ranks(samples[0] + samples[1])
    let (m1, m2) = (Double(n1), Double(n2))
    let u1 = ranks.values[..<n1].reduce(0, +) - m1 * (m1 + 1) / 2
    let u2 = m1 * m2 - u1
    let u = alternative == .greater ? u1 : (alternative == .less ? u2 : max(u1, u2))
    let isExact = method == .exact || (method == .auto && min(n1, n2) <= 8 && !ranks.hasTies)
    var p: Double
    if isExact {
      p = MannWhitneyCounts(n1, n2).upperTail(Int(u))
    } else {
      let n = m1 + m2
      let spread = (m1 * m2 / 12 * ((n + 1) - ranks.tieTerm / (n * (n - 1)))).squareRoot()
      let z = (u - m1 * m2 / 2 - (useContinuity ? 0.5 : 0)) / spread
      p = norm.sf(z)
    }
    if alternative == .twoSided { p *= 2 }
    return SignificanceResult(statistic: u1, pvalue: p.isNaN ? p : max(0, min(1, p)))
  }
}

/// The distribution of U without ties: arrangements by value of U, as fractions of all.
struct MannWhitneyCounts {
  private let fractions: [Double]

  /// The counts are the coefficients of the Gaussian binomial coefficient Π (1 - q^(n+i)) / (1 - q^i).
  init(_ n1: Int, _ n2: Int) {
    let (m, n) = (min(n1, n2), max(n1, n2))
    let size = m * n
    // Only the lower half: the distribution is symmetric, and small counts lose no digits there.
    let half = size / 2
    var counts = [Double](repeating: 0, count: half + 1)
    counts[0] = 1
    // Each factor is divided by its limit at q = 1, so that the sum over all U stays 1 and nothing overflows.
    for i in 1...m {
      let (up, down) = (n + i, i)
      if up <= half { for k in stride(from: half, through: up, by: -1) { counts[k] -= counts[k - up] } }
      if down <= half { for k in down...half { counts[k] += counts[k - down] } }
      let ratio = Double(down) / Double(up)
      for k in 0...half { counts[k] *= ratio }
    }
    fractions = (0...size).map { counts[min($0, size - $0)] }
  }

  /// P(U ≥ u).
  func upperTail(_ u: Int) -> Double {
    guard u < fractions.count else { return 0 }
    return fractions[max(0, u)...].reversed().reduce(0, +)
  }
}

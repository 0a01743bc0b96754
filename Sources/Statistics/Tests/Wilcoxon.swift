import Foundation

extension stats {
  /// What Wilcoxon's test does with differences of zero. Python: the argument zero_method
  public enum ZeroMethod: String, Sendable, CaseIterable {
    /// They are left out.
    case wilcox
    /// They are ranked, and their ranks dropped.
    case pratt
    /// They are ranked, and their ranks go half to each side.
    case zsplit
  }

  /// Wilcoxon's signed-rank test of differences, or of the differences of two paired samples.
  ///
  /// With `.auto` the p-value is exact up to 50 differences without ties and zeros, exact over all sign changes up to
  /// 13 differences with them, otherwise the normal approximation: as in scipy.
  ///
  /// - Throws: ``StatisticsError`` for samples of different length and values that are no numbers.
  ///
  /// Python: scipy.stats.wilcoxon
  public static func wilcoxon(
    _ x: any Sample, _ y: (any Sample)? = nil, zeroMethod: ZeroMethod = .wilcox, correction: Bool = false,
    alternative: Alternative = .twoSided, method: RankTestMethod = .auto, nanPolicy: NanPolicy = .propagate
  ) throws -> SignificanceResult {
    guard let samples = try paired([x] + (y.map { [$0] } ?? []), nanPolicy, names: "x and y"),
      !samples[0].isEmpty
    else { return .undefined }
    let differences = samples.count == 2 ? zip(samples[0], samples[1]).map { $0 - $1 } : samples[0]
    guard !differences.contains(where: \.isNaN) else { return .undefined }
    let ranks = SignedRanks(differences, zeroMethod)
    var method = method
    var permutes = false
    if method == .auto {
      let isPlain = !ranks.hasTies && !differences.contains(0)
      method = isPlain && differences.count <= 50 ? .exact : .asymptotic
      permutes = !isPlain && differences.count <= 13
    }
    let p: Double
    if permutes {
      p = ranks.signChangePvalue(alternative)
    } else if method == .exact {
      p = ranks.exactPvalue(alternative)
    } else {
      var z = (ranks.plus - ranks.mean) / ranks.spread
      if correction {
        let sign =
          alternative == .greater ? 1.0 : (alternative == .less ? -1 : (z > 0 ? 1 : (z < 0 ? -1 : 0)))
        z -= sign * 0.5 / ranks.spread
      }
      p = pvalue(z, norm(), alternative)
    }
    let statistic = alternative == .twoSided ? min(ranks.plus, ranks.minus) : ranks.plus
    return SignificanceResult(statistic: statistic, pvalue: p)
  }
}

/// Ranks of absolute differences and their sums by sign.
private struct SignedRanks {
  let plus, minus, mean, spread: Double
  let hasTies: Bool
  let count: Int
  /// Ranks of the differences that are not zero.
  private let ranks: [Double]
  /// What zeros add to both sums.
  private let fromZeros: Double

  init(_ differences: [Double], _ zeroMethod: stats.ZeroMethod) {
    let kept = zeroMethod == .wilcox ? differences.filter { $0 != 0 } : differences
    let all = Ranks(kept.map(abs))
    let n = Double(kept.count)
    let zeros = Double(kept.count { $0 == 0 })
    func total(_ condition: (Double) -> Bool) -> Double {
      zip(kept, all.values).reduce(0) { condition($1.0) ? $0 + $1.1 : $0 }
    }
    fromZeros = zeroMethod == .zsplit ? total { $0 == 0 } / 2 : 0
    plus = total { $0 > 0 } + fromZeros
    minus = total { $0 < 0 } + fromZeros
    var variance = n * (n + 1) * (2 * n + 1)
    var center = n * (n + 1) / 4
    var tieTerm = all.tieTerm
    if zeroMethod == .pratt {
      center -= zeros * (zeros + 1) / 4
      variance -= zeros * (zeros + 1) * (2 * zeros + 1)
      tieTerm -= zeros * zeros * zeros - zeros
    }
    mean = center
    spread = ((variance - tieTerm / 2) / 24).squareRoot()
    hasTies = all.hasTies
    count = kept.count
    ranks = zip(kept, all.values).filter { $0.0 != 0 }.map(\.1)
  }

  /// From the distribution of the sum of a random subset of 1 ... n.
  func exactPvalue(_ alternative: stats.Alternative) -> Double {
    let largest = count * (count + 1) / 2
    var chances = [Double](repeating: 0, count: largest + 1)
    chances[0] = 1
    for rank in 1...max(1, count) where rank <= count {
      for k in stride(from: largest, through: 0, by: -1) {
        chances[k] = 0.5 * (chances[k] + (k >= rank ? chances[k - rank] : 0))
      }
    }
    func below(_ k: Double) -> Double { chances[...min(largest, Int(k))].reduce(0, +) }
    // P(W ≥ k) = P(W ≤ largest - k), which adds the small terms.
    let lower = below(plus.rounded(.up))
    let upper = below(Double(largest) - plus.rounded(.down))
    switch alternative {
    case .less: return lower
    case .greater: return upper
    case .twoSided: return min(1, 2 * min(lower, upper))
    }
  }

  /// Over all changes of sign of the differences; twice the ranks are whole numbers.
  func signChangePvalue(_ alternative: stats.Alternative) -> Double {
    let doubled = ranks.map { Int(2 * $0) }
    let largest = doubled.reduce(0, +)
    var chances = [Double](repeating: 0, count: largest + 1)
    chances[0] = 1
    for rank in doubled {
      for k in stride(from: largest, through: 0, by: -1) {
        chances[k] = 0.5 * (chances[k] + (k >= rank ? chances[k - rank] : 0))
      }
    }
    let observed = Int((2 * (plus - fromZeros)).rounded())
    let lower = chances[...observed].reduce(0, +)
    let upper = chances[observed...].reduce(0, +)
    switch alternative {
    case .less: return lower
    case .greater: return upper
    case .twoSided: return min(1, 2 * min(lower, upper))
    }
  }
}

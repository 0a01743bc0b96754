import Foundation

/// How ties enter Kendall's τ. Python: the argument variant
public enum KendallVariant: String, Sendable, CaseIterable {
  /// τ-b: pairs tied in either variable leave the denominator.
  case b
  /// τ-c: scaled by the smaller number of distinct values.
  case c
}

extension stats {
  /// Kendall's rank correlation.
  ///
  /// - Throws: ``StatisticsError`` for unequal lengths, `.exact` with ties, and values that are no numbers.
  ///
  /// Python: scipy.stats.kendalltau
  public static func kendalltau(
    _ x: any Sample, _ y: any Sample, nanPolicy: NanPolicy = .propagate, method: RankTestMethod = .auto,
    variant: KendallVariant = .b, alternative: Alternative = .twoSided
  ) throws -> SignificanceResult {
    guard let pair = try paired([x, y], nanPolicy, names: "x and y"), !pair[0].isEmpty else {
      return .undefined
    }
    let pairs = ConcordantPairs(pair[0], pair[1])
    let isTied = pairs.tiedX > 0 || pairs.tiedY > 0
    guard pairs.tiedX < pairs.total, pairs.tiedY < pairs.total else { return .undefined }
    if method == .exact, isTied {
      throw StatisticsError(
        "the exact distribution of Kendall's tau needs values without ties: use method: .auto")
    }
    let isFew = pairs.count <= 33 || min(pairs.discordant, pairs.total - pairs.discordant) <= 1
    let isExact = method == .exact || (method == .auto && !isTied && isFew)
    return SignificanceResult(
      statistic: pairs.tau(variant),
      pvalue: isExact ? pairs.exactPvalue(alternative) : pairs.normalPvalue(alternative))
  }
}

/// The pairs of observations, counted by order in O(n log n).
private struct ConcordantPairs {
  let count: Int
  let total, tiedX, tiedY, tiedBoth, discordant: Double
  private let xTies, yTies: [Double]

  init(_ x: [Double], _ y: [Double]) {
    count = x.count
    func pairs(_ sizes: [Double]) -> Double { sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 } }
    total = Double(count) * Double(count - 1) / 2
    (xTies, yTies) = (Ranks(x).ties, Ranks(y).ties)
    (tiedX, tiedY) = (pairs(xTies), pairs(yTies))
    let order = x.indices.sorted { x[$0] != x[$1] ? x[$0] < x[$1] : y[$0] < y[$1] }
    var (both, run) = ([Double](), 1.0)
    for (i, j) in zip(order, order.dropFirst()) {
      if x[i] == x[j], y[i] == y[j] {
        run += 1
      } else {
        both.append(run)
        run = 1
      }
    }
    tiedBoth = pairs(both + [run])
    var values = order.map { y[$0] }
    discordant = Self.inversions(&values)
  }

  /// Sorts by merging; how many pairs stood in falling order.
  private static func inversions(_ values: inout [Double]) -> Double {
    var (result, width) = (0.0, 1)
    var merged = values
    while width < values.count {
      for start in stride(from: 0, to: values.count, by: 2 * width) {
        let middle = min(start + width, values.count)
        let end = min(start + 2 * width, values.count)
        var (i, j) = (start, middle)
        for k in start..<end {
          if i < middle, j >= end || values[i] <= values[j] {
            merged[k] = values[i]
            i += 1
          } else {
            merged[k] = values[j]
            result += Double(middle - i)
            j += 1
          }
        }
      }
      swap(&values, &merged)
      width *= 2
    }
    return result
  }

  /// Concordant less discordant pairs.
  private var difference: Double { total - tiedX - tiedY + tiedBoth - 2 * discordant }

  func tau(_ variant: KendallVariant) -> Double {
    let value: Double
    switch variant {
    case .b: value = difference / (total - tiedX).squareRoot() / (total - tiedY).squareRoot()
    case .c:
      let classes = Double(min(xTies.count, yTies.count))
      value = 2 * difference / (Double(count * count) * (classes - 1) / classes)
    }
    return value.isNaN ? value : max(-1, min(1, value))
  }

  func normalPvalue(_ alternative: stats.Alternative) -> Double {
    let n = Double(count)
    let m = n * (n - 1)
    func cubic(_ sizes: [Double], _ term: (Double) -> Double) -> Double {
      sizes.reduce(0) { $0 + $1 * ($1 - 1) * term($1) }
    }
    let ends = cubic(xTies) { 2 * $0 + 5 } + cubic(yTies) { 2 * $0 + 5 }
    let triples = cubic(xTies) { $0 - 2 } * cubic(yTies) { $0 - 2 }
    let variance = (m * (2 * n + 5) - ends) / 18 + 2 * tiedX * tiedY / m + triples / (9 * m * (n - 2))
    return pvalue(difference / variance.squareRoot(), stats.norm(), alternative)
  }

  /// From the numbers of permutations by inversions, as fractions; only the shorter tail is built.
  func exactPvalue(_ alternative: stats.Alternative) -> Double {
    let shorter = Int(min(discordant, total - discordant))
    var chances = [Double](repeating: 0, count: shorter + 1)
    chances[0] = 1
    for n in stride(from: 2, through: count, by: 1) {
      var (sums, running) = (chances, 0.0)
      for k in chances.indices {
        running += chances[k] - (k >= n ? chances[k - n] : 0)
        sums[k] = running / Double(n)
      }
      chances = sums
    }
    let tail = chances.reduce(0, +)
    if alternative == .twoSided { return min(1, 2 * tail) }
    let isInTail = (alternative == .greater) == (discordant <= total - discordant)
    return isInTail ? min(1, tail) : 1 - (tail - chances[shorter])
  }
}

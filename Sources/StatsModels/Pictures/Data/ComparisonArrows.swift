/// Arrows from means toward their neighbours, two of which overlap where the means do not differ significantly.
///
/// Lengths r (upward) and l (downward) with r_i + l_j ≈ t_ij for every pair of a smaller mean i and a larger one j, t_ij the
/// difference that is just significant: a least-squares problem in which pairs near that difference weigh most. Pairs
/// that still say the wrong are given more weight; where the differences of standard errors admit no solution, some stay.
struct ComparisonArrows {
  /// Upper ends; the mean itself for the largest.
  private(set) var upper: [Double]
  /// Lower ends; the mean itself for the smallest.
  private(set) var lower: [Double]
  /// Pairs whose arrows say the wrong.
  private(set) var wrong: [(Int, Int)] = []

  private struct Pair {
    let small: Int
    let large: Int
    let difference: Double
    let threshold: Double
    var weight: Double
  }

  /// Rounds in which wrong pairs gain weight, and sweeps of each.
  private static let (rounds, sweeps) = (40, 200)

  /// - Parameters:
  ///   - means: the means; pairs with one that is nan are passed over.
  ///   - thresholds: the difference of two means that is just significant, by positions, the first one smaller.
  init(means: [Double], thresholds: [(first: Int, second: Int, value: Double)]) {
    upper = means
    lower = means
    var pairs = thresholds.compactMap { first, second, value -> Pair? in
      guard means[first].isFinite, means[second].isFinite, value > 0, value.isFinite else { return nil }
      let isRising = means[first] <= means[second]
      let difference = abs(means[second] - means[first])
      let gap = abs(difference - value) / value
      return Pair(
        small: isRising ? first : second, large: isRising ? second : first, difference: difference,
        threshold: value, weight: 1 / (0.02 + gap * gap))
    }
    guard !pairs.isEmpty else { return }
    let usual = pairs.reduce(0) { $0 + $1.threshold } / Double(pairs.count) / 2
    var up = [Double](repeating: usual, count: means.count)
    var down = up
    for _ in 0..<Self.rounds {
      Self.solve(pairs, usual, &up, &down)
      let bad = pairs.indices.filter { !Self.isRight(pairs[$0], up, down) }
      wrong = bad.map { (pairs[$0].small, pairs[$0].large) }
      if bad.isEmpty { break }
      for position in bad { pairs[position].weight *= 4 }
    }
    for pair in pairs {
      upper[pair.small] = means[pair.small] + up[pair.small]
      lower[pair.large] = means[pair.large] - down[pair.large]
    }
  }

  private static func isRight(_ pair: Pair, _ up: [Double], _ down: [Double]) -> Bool {
    let overlaps = up[pair.small] + down[pair.large] > pair.difference
    return overlaps == (pair.threshold > pair.difference)
  }

  /// Coordinate descent; a weak pull to half the mean threshold makes the solution unique.
  private static func solve(_ pairs: [Pair], _ usual: Double, _ up: inout [Double], _ down: inout [Double]) {
    let pull = 1e-3
    for _ in 0..<sweeps {
      var (sums, weights) = (
        [Double](repeating: pull * usual, count: up.count), [Double](repeating: pull, count: up.count)
      )
      for pair in pairs {
        sums[pair.small] += pair.weight * (pair.threshold - down[pair.large])
        weights[pair.small] += pair.weight
      }
      up = zip(sums, weights).map { max($0 / $1, 0) }
      sums = [Double](repeating: pull * usual, count: up.count)
      weights = [Double](repeating: pull, count: up.count)
      for pair in pairs {
        sums[pair.large] += pair.weight * (pair.threshold - up[pair.small])
        weights[pair.large] += pair.weight
      }
      down = zip(sums, weights).map { max($0 / $1, 0) }
    }
  }
}

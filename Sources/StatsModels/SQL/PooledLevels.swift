import MixedModels

/// Sums of the levels of a lone random intercept, those with the same number of rows together.
///
/// The likelihood sees a level l through n_l, its number of rows, and s_l = Σ v over them, v being the entries without
/// the column of ones; levels with the same n add up to their number m, Σ s_l and Σ s_l s_l'. Any m vectors with these
/// sums give the same likelihood: s̄ + L q_l with Σ s_l s_l' − m s̄ s̄' = LL' and q_l the rows of orthonormal contrasts.
struct PooledLevels {
  /// Number of levels, and the rows of each.
  let levels: Int
  let size: Int
  /// Σ s_l, and the lower triangles of Σ s_l s_l' and of Σ v v' over all rows, row by row.
  private let sum: [Double]
  private let between: [Double]
  private let products: [Double]

  /// Share of a square below which what is left of it is rounding.
  private static let rounding = 1e-14

  /// Number of sums in a row of the statement, for v of some entries: they follow the rows of a level and their number.
  static func sumCount(_ entries: Int) -> Int { entries + entries * (entries + 1) }

  /// - Parameter row: n, m, Σ s_l, Σ s_l s_l', Σ v v'.
  init?(_ row: [SQLValue], entries: Int) {
    let triangle = entries * (entries + 1) / 2
    guard row.count == 2 + Self.sumCount(entries), let size = row[0].whole, let levels = row[1].whole,
      size > 0,
      levels > 0
    else { return nil }
    (self.size, self.levels) = (size, levels)
    let numbers = row.dropFirst(2).map { $0.number ?? .nan }
    sum = Array(numbers[..<entries])
    between = Array(numbers[entries..<(entries + triangle)])
    products = Array(numbers[(entries + triangle)...])
  }

  /// The lower triangle of Σ (1, v)(1, v)' over the rows, row by row.
  var gram: [Double] {
    var result = [Double(levels * size)]
    var place = 0
    for (a, first) in sum.enumerated() {
      result.append(first)
      result += products[place...(place + a)]
      place += a + 1
    }
    return result
  }

  /// Σ (1, v) of `levels` levels with the sums of the pooled ones, level after level.
  var equivalentSums: [Double] {
    let entries = sum.count
    let mean = sum.map { $0 / Double(levels) }
    let factor = spread(mean)
    var result: [Double] = []
    result.reserveCapacity(levels * (entries + 1))
    for level in 0..<levels {
      result.append(Double(size))
      for e in 0..<entries {
        var value = mean[e]
        // Column j of Helmert's contrasts: equal up to its level j, minus their sum in the next one, then nothing.
        for (j, column) in factor.enumerated() where level <= j + 1 {
          let norm = (Double(j + 1) * Double(j + 2)).squareRoot()
          value += column[e] * (level <= j ? 1 : -Double(j + 1)) / norm
        }
        result.append(value)
      }
    }
    return result
  }

  /// Columns of L, with pivots; no more than m − 1.
  private func spread(_ mean: [Double]) -> [[Double]] {
    let entries = sum.count
    var left = [[Double]](repeating: [Double](repeating: 0, count: entries), count: entries)
    var limits: [Double] = []
    var place = 0
    for a in 0..<entries {
      for b in 0...a {
        left[a][b] = between[place] - mean[a] * sum[b]
        left[b][a] = left[a][b]
        place += 1
      }
      limits.append(Self.rounding * between[place - 1])
    }
    var columns: [[Double]] = []
    while columns.count < min(entries, levels - 1) {
      let open = (0..<entries).filter { left[$0][$0] > limits[$0] }
      // Relative to its own square: entries have different units.
      guard
        let pivot = open.max(by: { left[$0][$0] / limits[$0] < left[$1][$1] / limits[$1] })
      else { break }
      let root = left[pivot][pivot].squareRoot()
      let column = left[pivot].map { $0 / root }
      for a in 0..<entries { for b in 0..<entries { left[a][b] -= column[a] * column[b] } }
      limits[pivot] = .infinity
      columns.append(column)
    }
    return columns
  }
}

/// How the association of two columns is measured.
/// Python: the argument method of DataFrame.corr
public enum CorrelationMethod: String, Sendable, CaseIterable {
  /// Pearson's correlation of the numbers.
  case pearson
  /// Kendall's τ-b.
  case kendall
  /// Spearman's: Pearson's correlation of the ranks.
  case spearman
}

extension DataFrame {
  /// The correlations of all pairs of columns, rows labelled by the columns' names; each pair over the rows where
  /// both have values.
  ///
  /// - Parameters:
  ///   - method: how association is measured.
  ///   - minPeriods: the least number of such rows; a pair with fewer is missing.
  ///   - numericOnly: whether columns of texts and categories are left out; otherwise they are an error.
  /// - Throws: ``DataFrameError`` for texts and categories.
  ///
  /// Python: DataFrame.corr
  public func corr(
    method: CorrelationMethod = .pearson, minPeriods: Int = 1, numericOnly: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    let kendall = method == .kendall
    return try pairwise("corr()", minPeriods, numericOnly, diagonal: kendall ? 1 : nil) { x, y in
      switch method {
      case .pearson: Association.pearson(x, y)
      case .spearman: Association.pearson(Association.ranks(x), Association.ranks(y))
      case .kendall: Association.kendall(x, y)
      }
    }
  }

  /// The covariances of all pairs of columns with divisor n - `ddof`, rows labelled by the columns' names; each pair
  /// over the rows where both have values.
  ///
  /// - Throws: ``DataFrameError`` for texts and categories, unless only numbers are wanted.
  ///
  /// Python: DataFrame.cov
  public func cov(
    minPeriods: Int = 1, ddof: Int = 1, numericOnly: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    try pairwise("cov()", minPeriods, numericOnly) { x, y in Association.covariance(x, y, ddof: ddof) }
  }

  private func pairwise(
    _ operation: String, _ minPeriods: Int, _ numericOnly: Bool, diagonal: Double? = nil,
    _ measure: ([Double], [Double]) -> Double
  ) throws(DataFrameError) -> DataFrame {
    let chosen = numericOnly ? columns.filter { $0.isNumeric || $0.type == .boolean } : columns
    for column in chosen { if let error = column.typeError(operation) { throw error } }
    let values = chosen.map(Aggregation.numbers)
    var table = chosen.map { _ in [Double](repeating: .nan, count: chosen.count) }
    for i in chosen.indices {
      for j in 0...i {
        let rows = (0..<rowCount).filter { !values[i][$0].isNaN && !values[j][$0].isNaN }
        if rows.count < Swift.max(minPeriods, 1) { continue }
        // pandas has 1 on Kendall's diagonal, whatever the values.
        let isDiagonal = i == j && diagonal != nil
        table[i][j] =
          isDiagonal
          ? diagonal ?? .nan : measure(rows.map { values[i][$0] }, rows.map { values[j][$0] })
        table[j][i] = table[i][j]
      }
    }
    return DataFrame(
      uncheckedColumns: zip(chosen, table).map { Column(name: $0.name, $1) },
      rowLabels: RowLabels(chosen.map(\.name)))
  }
}

extension Column {
  /// The correlation with another column, over the rows where both have values.
  ///
  /// - Throws: ``DataFrameError`` for texts and categories, and for different lengths.
  ///
  /// Python: Series.corr
  public func corr(_ other: Column, method: CorrelationMethod = .pearson) throws(DataFrameError) -> Double {
    let pair = try DataFrame(columns: [renamed("x"), other.renamed("y")])
    return try pair.corr(method: method)["y"].doubles?.first ?? .nan
  }
}

/// Measures of association of two rows of numbers without missing ones.
enum Association {
  /// The covariance with divisor n - `ddof`.
  static func covariance(_ x: [Double], _ y: [Double], ddof: Int) -> Double {
    x.count > ddof ? product(x, y) / Double(x.count - ddof) : .nan
  }

  /// Pearson's correlation, nan for numbers that do not vary.
  static func pearson(_ x: [Double], _ y: [Double]) -> Double {
    let scale = (product(x, x) * product(y, y)).squareRoot()
    return scale > 0 ? Swift.min(Swift.max(product(x, y) / scale, -1), 1) : .nan
  }

  /// The sum of products of deviations from the means.
  private static func product(_ x: [Double], _ y: [Double]) -> Double {
    let (meanX, meanY) = (mean(x), mean(y))
    return zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
  }

  private static func mean(_ x: [Double]) -> Double { Column(x).mean() }

  /// The ranks, equal numbers sharing the mean of theirs.
  static func ranks(_ x: [Double]) -> [Double] { Column(x).rank().doubles ?? [] }

  /// Kendall's τ-b = (concordant - discordant) / √((pairs - ties in x)(pairs - ties in y)), by Knight's method:
  /// the discordant pairs are the exchanges that sort y after x (JASA 61, 1966, 436).
  static func kendall(_ x: [Double], _ y: [Double]) -> Double {
    let (a, b) = (SortKeys(Column(x)).keys, SortKeys(Column(y)).keys)
    let order = RadixSort.sorted(RadixSort.sorted(Array(x.indices), by: b), by: a)
    let all = pairs(x.count)
    let tiesX = ties(order) { a[$0] == a[$1] }
    let tiesBoth = ties(order) { a[$0] == a[$1] && b[$0] == b[$1] }
    let tiesY = ties(RadixSort.sorted(order, by: b)) { b[$0] == b[$1] }
    var sorted = order.map { b[$0] }
    let discordant = exchanges(&sorted)
    let difference = Double(all - tiesX - tiesY + tiesBoth) - 2 * Double(discordant)
    let scale = Double(all - tiesX).squareRoot() * Double(all - tiesY).squareRoot()
    return scale > 0 ? difference / scale : .nan
  }

  private static func pairs(_ count: Int) -> Int { count * (count - 1) / 2 }

  /// The number of pairs of equal neighbours in sorted rows.
  private static func ties(_ order: [Int], _ areEqual: (Int, Int) -> Bool) -> Int {
    var (total, run) = (0, 1)
    for place in order.indices.dropFirst() {
      if areEqual(order[place - 1], order[place]) {
        run += 1
      } else {
        total += pairs(run)
        run = 1
      }
    }
    return total + pairs(run)
  }

  /// Sorts by merging and returns how many pairs stood in the wrong order.
  private static func exchanges(_ values: inout [UInt64]) -> Int {
    var other = values
    var count = 0
    var width = 1
    while width < values.count {
      for start in stride(from: 0, to: values.count, by: 2 * width) {
        let middle = Swift.min(start + width, values.count)
        let end = Swift.min(start + 2 * width, values.count)
        var (left, right) = (start, middle)
        for place in start..<end {
          if left < middle, right == end || values[left] <= values[right] {
            other[place] = values[left]
            left += 1
          } else {
            other[place] = values[right]
            right += 1
            count += middle - left
          }
        }
      }
      swap(&values, &other)
      width *= 2
    }
    return count
  }
}

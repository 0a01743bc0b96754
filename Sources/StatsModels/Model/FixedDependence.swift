import LinearAlgebra

/// How the dropped columns of a rank-deficient fixed design depend on the kept ones: X_dropped = X_kept · C.
struct FixedDependence: Sendable {
  let kept: [Int]
  let dropped: [Int]
  /// One row for each kept column, one column for each dropped one.
  let coefficients: Matrix

  /// Rounding of a design's entries, relative to the size of a row's terms, that counts as no difference: well above
  /// that of products of columns, well below any entry that means something.
  private static let tolerance = 1e-7

  /// Coefficient of a column of length 1, in parts of the largest, that is rounding where columns are told apart to 1e-9.
  private static let rounding = 1e-9

  /// Work in multiplications above which the dependence is left unsaid: a second or so.
  private static let limit = 2e9

  /// The dependence, nil when the design is too large to look for it.
  ///
  /// Exact dependence holds in every subset of rows, and any that keep the rank determine it: rows are taken
  /// at equal distances, twice as many when they do not do.
  init?(exog: Matrix, dropped: [Int]) {
    let isDropped = Set(dropped)
    let kept = (0..<exog.columns).filter { !isDropped.contains($0) }
    self.kept = kept
    self.dropped = dropped
    guard !dropped.isEmpty else { return nil }
    var count = min(exog.rows, 4 * max(kept.count, 1))
    while true {
      guard Double(count) * Double(kept.count) * Double(exog.columns) <= Self.limit else { return nil }
      let rows = (0..<count).map { $0 * exog.rows / count }
      let sample = exog.selecting(rows: rows)
      if let found = Self.solve(sample.selecting(columns: kept), sample.selecting(columns: dropped)) {
        coefficients = found
        return
      }
      if count == exog.rows { return nil }
      count = min(2 * count, exog.rows)
    }
  }

  /// Least squares with columns scaled to unit length; nil when `kept` is not of full rank.
  static func solve(_ kept: Matrix, _ dropped: Matrix) -> Matrix? {
    let lengths = (0..<kept.columns).map { norm(kept.column($0)) }
    guard lengths.allSatisfy({ $0 > 0 }) else { return nil }
    var scaled = kept
    for j in 0..<kept.columns { for i in 0..<kept.rows { scaled[i, j] /= lengths[j] } }
    let factored = PivotedQR(scaled, tolerance: 1e-9)
    guard factored.rank == kept.columns else { return nil }
    let projected = factored.q.transposedTimes(dropped)
    var result = Matrix(rows: kept.columns, columns: dropped.columns)
    for column in 0..<dropped.columns {
      var solution = [Double](repeating: 0, count: kept.columns)
      for i in solution.indices.reversed() {
        let rest = solution.indices[(i + 1)...].reduce(projected[i, column]) {
          $0 - factored.r[i, $1] * solution[$1]
        }
        solution[i] = rest / factored.r[i, i]
      }
      let largest = solution.reduce(0) { max($0, abs($1)) }
      // rounding that is left where a column has no part would be all there is in rows without the others
      for (place, j) in factored.pivots.enumerated() where abs(solution[place]) > rounding * largest {
        result[j, column] = solution[place] / lengths[j]
      }
    }
    return result
  }

  private static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// Rows of a fixed design that lie outside of the space of the data's rows: no estimate is defined there.
  func inestimableRows(of exog: Matrix) -> [Int] {
    (0..<exog.rows).filter { row in
      dropped.indices.contains { position in
        var (difference, size) = (exog[row, dropped[position]], abs(exog[row, dropped[position]]))
        for (place, column) in kept.enumerated() {
          let part = exog[row, column] * coefficients[place, position]
          difference -= part
          size += abs(part)
        }
        return abs(difference) > Self.tolerance * size
      }
    }
  }

  /// The combination of kept columns that a dropped one is, `2*a - b`; nil for one too long to print.
  func text(of position: Int, names: [String]) -> String? {
    let column = coefficients.column(position)
    let largest = column.reduce(0) { max($0, abs($1)) }
    let parts = kept.indices.filter { abs(column[$0]) > Self.tolerance * largest }
    // A sum of more columns than a line holds explains nothing.
    guard parts.count <= 6 else { return nil }
    if parts.isEmpty { return "0" }
    return parts.enumerated().map { place, part in
      let value = column[part]
      let size = abs(abs(value) - 1) < Self.tolerance ? "" : PythonFormat.general(abs(value), 6) + "*"
      let sign = place == 0 ? (value < 0 ? "-" : "") : value < 0 ? " - " : " + "
      return "\(sign)\(size)'\(names[kept[part]])'"
    }.joined()
  }
}

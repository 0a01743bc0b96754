internal import LinearAlgebra

/// A form whose parameters θ are entries of T, each filling one or several, and whose reported parameters are entries
/// of S.
protocol LinearForm: CovarianceForm {
  /// Number of θ.
  func count(width: Int) -> Int
  /// Calls with each θ's position and each entry of T that it fills, θ by θ.
  func forEachEntry(width: Int, _ body: (_ theta: Int, _ row: Int, _ column: Int) -> Void)
}

extension LinearForm {
  var demand: ColumnDemand { .none }

  func parameters(width: Int) -> [FormParameter] {
    var rows = [[Int]](repeating: [], count: count(width: width))
    var kinds = rows.map { _ in FormParameter.Kind.deviation }
    forEachEntry(width: width) { i, row, column in
      rows[i].append(row)
      if row != column { kinds[i] = .loading }
    }
    return zip(kinds, rows).map { FormParameter(kind: $0, rows: $1) }
  }

  func entries(width: Int) -> [(row: Int, column: Int)]? {
    var entries: [(row: Int, column: Int)] = []
    forEachEntry(width: width) { entries.append(($1, $2)) }
    return entries.count == count(width: width) ? entries : nil
  }

  func root(_ theta: ArraySlice<Double>, width: Int) -> Matrix {
    var result = Matrix(rows: width, columns: width)
    forEachEntry(width: width) { result[$1, $2] = theta[theta.startIndex + $0] }
    return result
  }

  /// Entries that share a parameter are averaged in the square.
  func theta(roots: [Matrix]) -> [Double] {
    let count = count(width: roots[0].rows)
    var values = [Double](repeating: 0, count: count)
    var squares = values
    var entries = [Int](repeating: 0, count: count)
    for root in roots {
      forEachEntry(width: root.rows) { i, row, column in
        values[i] = root[row, column]
        squares[i] += values[i] * values[i]
        entries[i] += 1
      }
    }
    return values.indices.map { i in
      entries[i] == 1 ? values[i] : (squares[i] / Double(entries[i])).squareRoot()
    }
  }

  func slopes(_ theta: ArraySlice<Double>, root: Matrix) -> [Matrix] {
    let k = root.rows
    var result = theta.map { _ in Matrix(rows: k, columns: k) }
    forEachEntry(width: k) { i, row, column in
      for c in 0..<k {
        result[i][row, c] += root[c, column]
        result[i][c, row] += root[c, column]
      }
    }
    return result
  }

  /// 2 (F T) at the parameter's entries.
  func gradient(_ derivative: Matrix, _ theta: ArraySlice<Double>, root: Matrix) -> [Double] {
    var result = [Double](repeating: 0, count: theta.count)
    forEachEntry(width: root.rows) { i, row, column in
      var value = 0.0
      for c in 0..<root.rows { value += derivative[row, c] * root[c, column] }
      result[i] += 2 * value
    }
    return result
  }

  /// 2 (F⁺)_ac for parameters in the same column of T, F⁺ of each run of columns: exact where T vanishes.
  func boundaryCurvature(_ derivative: Matrix, _ theta: ArraySlice<Double>) -> Matrix {
    let k = derivative.rows
    var positive = Matrix(rows: k, columns: k)
    for run in runs(width: k) {
      let first = run.lowerBound
      if run.count == 1 {
        positive[first, first] = max(derivative[first, first], 0)
      } else {
        // a run of several columns is all there are
        positive = (try? SymmetricEigen(derivative).applying { max($0, 0) }) ?? derivative
      }
    }
    var result = Matrix(rows: theta.count, columns: theta.count)
    forEachEntry(width: k) { i, row, column in
      forEachEntry(width: k) { j, other, otherColumn in
        if column == otherColumn { result[i, j] += 2 * positive[row, other] }
      }
    }
    return result
  }

  /// The gradient in T says nothing where a variance is zero, d deviance / dT_aa² = F_aa does.
  func reopened(
    _ theta: ArraySlice<Double>, derivatives: [Matrix], scales: ArraySlice<Double>
  ) -> [Double]? {
    var slopes = [Double](repeating: 0, count: theta.count)
    for derivative in derivatives {
      forEachEntry(width: derivative.rows) { if $1 == $2 { slopes[$0] += derivative[$1, $2] } }
    }
    var result = Array(theta)
    for (i, scale) in scales.enumerated()
    where LinearReopening.applies(result[i], slope: slopes[i], scale: scale) {
      result[i] = LinearReopening.size * scale
    }
    return result == Array(theta) ? nil : result
  }

  func vectors(width: Int) -> [[Int]] { [] }
  func farCorrelations(from theta: ArraySlice<Double>, root: Matrix) -> [[Double]] { [] }

  // MARK: Reported parameters

  var reportsEntries: Bool { true }

  func values(of s: Matrix) -> [Double] { reported(width: s.rows).map { s[$0.row, $0.column] } }

  func covariance(values: [Double], width: Int) -> Matrix {
    var result = Matrix(rows: width, columns: width)
    for (value, entry) in zip(values, reported(width: width)) {
      result[entry.row, entry.column] = value
      result[entry.column, entry.row] = value
    }
    return result
  }

  func slope(_ i: Int, at s: Matrix) -> Matrix {
    let entry = reported(width: s.rows)[i]
    var result = Matrix(rows: s.rows, columns: s.rows)
    result[entry.row, entry.column] = 1
    result[entry.column, entry.row] = 1
    return result
  }

  func derivative(_ derivative: Matrix, by i: Int, at s: Matrix) -> Double {
    let entry = reported(width: s.rows)[i]
    let value = derivative[entry.row, entry.column]
    return entry.kind == .variance ? value : 2 * value
  }

  func curvature(_ i: Int, _ j: Int, at s: Matrix) -> Matrix? { nil }
  func isAtBound(_ i: Int, at s: Matrix) -> Bool { false }
}

/// Where an entry of T that vanishes is opened again, and how far, in parts of its typical size.
enum LinearReopening {
  static let size = 0.3
  /// Sizes, and decreases of the deviance from zero to the typical size, that are none.
  private static let negligible = 1e-3

  /// - Parameter slope: d deviance / dT² at zero.
  static func applies(_ value: Double, slope: Double, scale: Double) -> Bool {
    abs(value) < negligible * scale && slope * scale * scale < -negligible
  }
}

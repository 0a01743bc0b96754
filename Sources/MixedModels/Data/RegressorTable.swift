import Foundation
internal import LinearAlgebra

/// The distinct data columns of a model: fixed, random and response, each read once per row.
///
/// Entry 0 stands for the column of ones. Entry c ≥ 1 holds v = (raw − shift) · scale, where the shift
/// removes a large mean (only when the fixed effects contain a constant, so that the model is the same)
/// and the scale, a power of two, brings v near 1 without rounding. With prior weights every row, its one included, is
/// multiplied by √w before it is summed.
struct RegressorTable: Sendable {
  /// One data column with its shift and scale.
  struct Column: Sendable {
    /// The column's values, less `origin` where that is not 0.
    var values: ArraySlice<Double>
    var shift = 0.0
    var scale = 1.0
    /// What is missing from `values` where the column of ones is 1.
    var origin = 0.0
    /// What is taken from `values` where the column of ones is 1.
    var rest: Double { shift - origin }
  }

  /// A regressor in terms of the table: raw = `constant` for entry 0, else v / scale + shift.
  struct Reference: Sendable, Equatable {
    var entry: Int
    var constant: Double
  }

  private(set) var columns: [Column] = []
  private(set) var fixed: [Reference] = []
  private(set) var random: [[Reference]] = []
  private(set) var response = Reference(entry: 0, constant: 0)
  let rowCount: Int
  /// √w of each row; nil where all are 1.
  let roots: [Double]?
  /// What the rows are where they are no single observations.
  let cells: CellRows?
  /// Whether the fixed part is orthonormal columns and the response their residual.
  private var isOrthonormal = false
  /// Number of observations that the rows stand for.
  var observations: Int { cells?.observations ?? rowCount }

  /// Number of entries, ones included, rounded up so that rows fill whole vectors.
  var width: Int { paddedWidth(columns.count + 1) }
  /// Whether the fixed effects contain a non-zero constant column.
  var hasConstant: Bool { fixed.contains { $0.entry == 0 && $0.constant != 0 } }

  init(_ rows: Rows) {
    let (y, x, terms) = (rows.response, rows.fixed, rows.terms)
    rowCount = y.count
    roots = rows.roots
    cells = rows.cells
    for j in 0..<x.columns {
      fixed.append(reference(to: x.storage[j * x.rows..<(j + 1) * x.rows]))
    }
    for term in terms {
      random.append(
        term.columns.map { column in
          guard let column else { return Reference(entry: 0, constant: 1) }
          return reference(to: column[...])
        })
    }
    let far = cells?.farColumns.first { $0.sum == y }
    columns.append(far.map { Column(values: $0.values[...], origin: $0.origin) } ?? Column(values: y[...]))
    response = Reference(entry: columns.count, constant: 0)
    chooseShifts(terms: terms)
  }

  /// A table whose fixed part is the given orthonormal columns, of rows times √w, and whose response is `residual`.
  init(replacing table: RegressorTable, fixed q: [[Double]], residual: [Double]) {
    self = table
    isOrthonormal = true
    fixed = []
    for column in q {
      columns.append(Column(values: table.unweighted(column)[...]))
      fixed.append(Reference(entry: columns.count, constant: 0))
    }
    columns.append(Column(values: table.unweighted(residual)[...]))
    response = Reference(entry: columns.count, constant: 0)
    dropUnused()
    for c in columns.indices where columns[c].scale == 1 { columns[c].scale = scale(of: columns[c]) }
  }

  /// The table with another response; nil where columns depend on it, or rows are cells.
  func replacing(response values: [Double]) -> RegressorTable? {
    guard !isOrthonormal, cells == nil else { return nil }
    var result = self
    var column = Column(values: values[...])
    if hasConstant { column.shift = centre(of: column.values) }
    column.scale = scale(of: column)
    result.columns[response.entry - 1] = column
    return result
  }

  /// Values of rows times √w without that factor.
  private func unweighted(_ column: [Double]) -> [Double] {
    roots.map { zip(column, $0).map { $0 / $1 } } ?? column
  }

  /// The values of an entry, row by row, times √w.
  func weightedValues(of entry: Int) -> [Double] {
    let values =
      entry == 0
      ? cells?.ones ?? [Double](repeating: 1, count: rowCount)
      : standardized(columns[entry - 1])
    return roots.map { zip(values, $0).map { $0 * $1 } } ?? values
  }

  /// A column with its shift and scale; deviations from means have no shift.
  private func standardized(_ column: Column) -> [Double] {
    guard let cells else { return column.values.map { ($0 - column.shift) * column.scale } }
    return zip(column.values, cells.ones).map { ($0 - column.rest * $1) * column.scale }
  }

  /// The coefficients of a regressor over the table's entries.
  func coefficients(of reference: Reference) -> [Double] {
    var result = [Double](repeating: 0, count: width)
    if reference.entry == 0 {
      result[0] = reference.constant
    } else {
      let column = columns[reference.entry - 1]
      result[reference.entry] = 1 / column.scale
      result[0] = column.shift
    }
    return result
  }

  private mutating func reference(to values: ArraySlice<Double>) -> Reference {
    if let constant = constant(of: values) { return Reference(entry: 0, constant: constant) }
    if let far = cells?.farColumns.first(where: { $0.sum[...].elementsEqualFast(values) }) {
      for (c, column) in columns.enumerated()
      where column.origin == far.origin && column.values.elementsEqualFast(far.values[...]) {
        return Reference(entry: c + 1, constant: 0)
      }
      columns.append(Column(values: far.values[...], origin: far.origin))
      return Reference(entry: columns.count, constant: 0)
    }
    for (c, column) in columns.enumerated() where column.values.elementsEqualFast(values) {
      return Reference(entry: c + 1, constant: 0)
    }
    columns.append(Column(values: values))
    return Reference(entry: columns.count, constant: 0)
  }

  /// The multiple of the column of ones that a column is; nil for another, or for zeros.
  private func constant(of values: ArraySlice<Double>) -> Double? {
    if let cells {
      guard let first = cells.ones.firstIndex(where: { $0 != 0 }) else { return nil }
      let constant = values[values.startIndex + first] / cells.ones[first]
      return constant != 0 && zip(values, cells.ones).allSatisfy { $0 == constant * $1 } ? constant : nil
    }
    guard let first = values.first, first != 0, first.isFinite,
      values.dropLast().elementsEqualFast(values.dropFirst())
    else { return nil }
    return first
  }

  private mutating func chooseShifts(terms: [RandomTerm]) {
    var mayShift = [Bool](repeating: hasConstant, count: columns.count)
    for (t, term) in terms.enumerated() {
      let closed = term.covariance.form.standardisation == .basis && random[t].contains { $0.entry == 0 }
      if !closed { for r in random[t] where r.entry > 0 { mayShift[r.entry - 1] = false } }
    }
    for c in columns.indices {
      if mayShift[c] { columns[c].shift = columns[c].origin + centre(of: columns[c].values) }
      columns[c].scale = scale(of: columns[c])
    }
  }

  private mutating func dropUnused() {
    let used = Set((fixed + random.flatMap { $0 } + [response]).map(\.entry)).subtracting([0]).sorted()
    let position = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0 + 1) })
    func moved(_ r: Reference) -> Reference {
      Reference(entry: position[r.entry] ?? 0, constant: r.constant)
    }
    columns = used.map { columns[$0 - 1] }
    fixed = fixed.map(moved)
    random = random.map { $0.map(moved) }
    response = moved(response)
  }

  /// Mean over at most about a thousand rows spread over the data.
  private func centre(of values: ArraySlice<Double>) -> Double {
    if let cells {
      let means = zip(values, cells.ones).filter { $1 != 0 }
      let mean = means.reduce(0) { $0 + $1.0 / Double(means.count) }
      return mean.isFinite ? mean : 0
    }
    let stride = max(1, values.count / 1024)
    var sum = 0.0
    var count = 0.0
    for i in Swift.stride(from: values.startIndex, to: values.endIndex, by: stride) {
      sum += values[i] / 1024
      count += 1
    }
    let mean = count > 0 ? sum * (1024 / count) : 0
    return mean.isFinite ? mean : 0
  }

  private func scale(of column: Column) -> Double {
    let stride = max(1, column.values.count / 1024)
    var largest = 0.0
    if cells != nil {
      var unscaled = column
      unscaled.scale = 1
      largest = standardized(unscaled).reduce(0) { max($0, abs($1)) }
      return Self.scale(largest: largest)
    }
    for i in Swift.stride(from: column.values.startIndex, to: column.values.endIndex, by: stride) {
      largest = max(largest, abs(column.values[i] - column.shift))
    }
    if largest == 0 { for v in column.values { largest = max(largest, abs(v - column.shift)) } }
    return Self.scale(largest: largest)
  }

  /// The power of two that brings a size near 1.
  private static func scale(largest: Double) -> Double {
    guard largest > 0, largest.isFinite else { return 1 }
    let exponent = max(-1020, min(1020, -Int(largest.exponent)))
    return Double(sign: .plus, exponent: exponent, significand: 1)
  }
}

/// `count` rounded up to 2, 4 or a multiple of 4.
func paddedWidth(_ count: Int) -> Int { count <= 2 ? 2 : (count + 3) / 4 * 4 }

extension ArraySlice<Double> {
  /// Whether both slices hold the same bits.
  fileprivate func elementsEqualFast(_ other: ArraySlice<Double>) -> Bool {
    guard count == other.count else { return false }
    return withUnsafeBytes { a in
      other.withUnsafeBytes { b in
        guard let x = a.baseAddress, let y = b.baseAddress, x != y else { return true }
        return memcmp(x, y, a.count) == 0
      }
    }
  }
}

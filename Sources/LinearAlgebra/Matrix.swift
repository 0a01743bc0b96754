import ProgramStop

/// Dense matrix of `Double`, stored by columns.
///
/// Element (i, j) is at `storage[i + j * rows]`: the order of Fortran, BLAS and LAPACK.
public struct Matrix: Sendable, Equatable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// The `rows * columns` elements, column after column.
  public var storage: [Double]

  /// A matrix whose elements all equal `value`.
  @inlinable
  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.rows = rows
    self.columns = columns
    self.storage = [Double](repeating: value, count: Self.elementCount(rows, columns))
  }

  /// A matrix over elements given column after column; `storage.count` must be `rows * columns`.
  @inlinable
  public init(rows: Int, columns: Int, columnMajor storage: [Double]) {
    if storage.count != Self.elementCount(rows, columns) {
      Self.stopMismatch(storage.count, rows, columns)
    }
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// A matrix from a literal list of rows; rows of unequal length stop the program.
  ///
  /// For rows that come from outside the source code use ``init(rowsOf:)``, which throws.
  public init(_ rows: [[Double]]) {
    guard let matrix = try? Matrix(rowsOf: rows) else {
      stop(
        "Matrix: rows of unequal length \(rows.prefix(8).map(\.count))\(rows.count > 8 ? " …" : ""). init(rowsOf:) "
          + "throws instead")
    }
    self = matrix
  }

  /// A matrix from a list of rows.
  ///
  /// - Throws: ``RaggedRowsError`` when the rows differ in length.
  public init(rowsOf rows: [[Double]]) throws {
    let width = rows.first?.count ?? 0
    if let bad = rows.firstIndex(where: { $0.count != width }) {
      throw RaggedRowsError(row: bad, count: rows[bad].count, expected: width)
    }
    self.init(rows: rows.count, columns: width)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { self[i, j] = value }
    }
  }

  /// The n × n identity.
  public static func identity(_ n: Int) -> Matrix {
    var result = Matrix(rows: n, columns: n)
    for i in 0..<n { result[i, i] = 1 }
    return result
  }

  /// Element in row `i`, column `j`, both from 0; a position out of range stops with a message, ``get(_:_:)`` is nil
  /// there.
  @inlinable
  public subscript(i: Int, j: Int) -> Double {
    get {
      if i < 0 || i >= rows || j < 0 || j >= columns { stopOutside(i, j) }
      return storage[i + j * rows]
    }
    set {
      if i < 0 || i >= rows || j < 0 || j >= columns { stopOutside(i, j) }
      storage[i + j * rows] = newValue
    }
  }

  /// Element in row `i`, column `j`, nil where there is none.
  public func get(_ i: Int, _ j: Int) -> Double? {
    i >= 0 && i < rows && j >= 0 && j < columns ? storage[i + j * rows] : nil
  }

  /// The elements of column `j`; a position out of range stops with a message.
  @inlinable
  public func column(_ j: Int) -> [Double] {
    if j < 0 || j >= columns { stopOutside(nil, j) }
    return Array(storage[j * rows..<(j + 1) * rows])
  }

  /// The elements of row `i`; a position out of range stops with a message.
  @inlinable
  public func row(_ i: Int) -> [Double] {
    if i < 0 || i >= rows { stopOutside(i, nil) }
    return (0..<columns).map { self[i, $0] }
  }

  /// Number of elements; dimensions that no memory holds stop with a message.
  @usableFromInline
  static func elementCount(_ rows: Int, _ columns: Int) -> Int {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    if rows < 0 || columns < 0 { stop("Matrix: negative dimension \(rows) × \(columns)") }
    if overflow { stop("Matrix: \(rows) × \(columns) elements are more than memory can hold") }
    return count
  }

  @usableFromInline
  static func stopMismatch(_ count: Int, _ rows: Int, _ columns: Int) -> Never {
    stop("Matrix: \(count) elements for \(rows) × \(columns). init(rowsOf:) throws instead")
  }

  /// Stops for a row, a column or both that do not exist.
  @usableFromInline
  func stopOutside(_ i: Int?, _ j: Int?) -> Never {
    let place = [i.map { "row \($0)" }, j.map { "column \($0)" }].compactMap { $0 }.joined(separator: ", ")
    stop("Matrix: no \(place) in a matrix of \(rows) × \(columns), counted from 0. get(_:_:) is nil there")
  }

  /// The transpose, `columns` × `rows`.
  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for j in 0..<columns {
      for i in 0..<rows { result.storage[j + i * columns] = storage[i + j * rows] }
    }
    return result
  }
}

/// Rows of unequal length given to ``Matrix/init(rowsOf:)``.
public struct RaggedRowsError: Error, Sendable, CustomStringConvertible {
  /// Position of the first row whose length differs from the first row's.
  public let row: Int
  /// Its length.
  public let count: Int
  /// The first row's length.
  public let expected: Int

  /// Names the row and both lengths.
  public var description: String {
    "row \(row) has \(count) elements, the first row has \(expected)"
  }
}

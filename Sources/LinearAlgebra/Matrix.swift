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
    precondition(rows >= 0 && columns >= 0, "Matrix: negative dimension \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.storage = [Double](repeating: value, count: rows * columns)
  }

  /// A matrix over elements given column after column; `storage.count` must be `rows * columns`.
  @inlinable
  public init(rows: Int, columns: Int, columnMajor storage: [Double]) {
    precondition(
      storage.count == rows * columns,
      "Matrix: \(storage.count) elements for \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// A matrix from a literal list of rows; rows of unequal length stop the program.
  ///
  /// For rows that come from outside the source code use ``init(rowsOf:)``, which throws.
  public init(_ rows: [[Double]]) {
    guard let matrix = try? Matrix(rowsOf: rows) else {
      preconditionFailure("Matrix: rows of unequal length \(rows.map(\.count))")
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

  /// Element in row `i`, column `j`, both from 0.
  @inlinable
  public subscript(i: Int, j: Int) -> Double {
    get {
      precondition(i >= 0 && i < rows && j >= 0 && j < columns, "Matrix: index out of range")
      return storage[i + j * rows]
    }
    set {
      precondition(i >= 0 && i < rows && j >= 0 && j < columns, "Matrix: index out of range")
      storage[i + j * rows] = newValue
    }
  }

  /// The elements of column `j`.
  @inlinable
  public func column(_ j: Int) -> [Double] { Array(storage[j * rows..<(j + 1) * rows]) }

  /// The elements of row `i`.
  @inlinable
  public func row(_ i: Int) -> [Double] { (0..<columns).map { self[i, $0] } }

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

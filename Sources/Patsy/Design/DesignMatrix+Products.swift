import LinearAlgebra

extension DesignMatrix {
  /// Calls `body` with one block of rows after another, at least once; of about two megabytes unless told otherwise.
  package func forEachBlock(rows: Int? = nil, _ body: (Matrix) throws -> Void) rethrows {
    let size = max(1, rows ?? (1 << 18) / max(1, columnCount))
    let columns = columns
    var start = 0
    repeat {
      let end = min(start + size, rowCount)
      try body(columns.matrix(rows: start..<end))
      start = end
    } while start < rowCount
  }

  /// X b, for one coefficient per column: the linear predictor of each row.
  ///
  /// The whole ``matrix`` is not made. As many coefficients as columns are needed; another number stops the program.
  ///
  /// Python: numpy.dot(X, b)
  public static func * (design: DesignMatrix, coefficients: [Double]) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(design.rowCount)
    design.forEachBlock { result += $0 * coefficients }
    return result
  }

  /// X'X, both triangles, without the whole ``matrix``.
  ///
  /// Python: numpy.dot(X.T, X)
  public func gram() -> Matrix {
    var sum = Matrix(rows: columnCount, columns: columnCount)
    // Blocks with as many rows as columns at least: their own products weigh no more than they do.
    forEachBlock(rows: max(columnCount, (1 << 18) / max(1, columnCount))) { sum = sum + $0.gram() }
    return sum
  }
}

extension Matrix {
  /// A matrix from a list of columns of equal length; `rows` is needed when there are none.
  package init(columns: [[Double]], rows: Int? = nil) {
    let count = columns.first?.count ?? rows ?? 0
    var storage = [Double]()
    storage.reserveCapacity(count * columns.count)
    for column in columns {
      precondition(column.count == count, "Matrix: columns of unequal length \(columns.map(\.count))")
      storage.append(contentsOf: column)
    }
    self.init(rows: count, columns: columns.count, columnMajor: storage)
  }

  /// A square matrix with the given diagonal.
  package init(diagonal: [Double]) {
    self.init(rows: diagonal.count, columns: diagonal.count)
    for (i, value) in diagonal.enumerated() { self[i, i] = value }
  }

  /// The elements (i, i).
  package var diagonal: [Double] { (0..<min(rows, columns)).map { self[$0, $0] } }

  /// The sum of the diagonal.
  package var trace: Double { diagonal.reduce(0, +) }

  /// (A + A')/2.
  package var symmetrized: Matrix {
    precondition(rows == columns, "Matrix: symmetrized needs a square matrix, not \(shape)")
    var result = self
    for j in 0..<columns {
      for i in 0..<j {
        let mean = (self[i, j] + self[j, i]) / 2
        result[i, j] = mean
        result[j, i] = mean
      }
    }
    return result
  }

  /// The columns at `positions`, in that order.
  package func selecting(columns positions: [Int]) -> Matrix {
    var result = [Double]()
    result.reserveCapacity(rows * positions.count)
    for j in positions { result.append(contentsOf: storage[j * rows..<(j + 1) * rows]) }
    return Matrix(rows: rows, columns: positions.count, columnMajor: result)
  }

  /// The rows at `positions`, in that order.
  package func selecting(rows positions: [Int]) -> Matrix {
    var result = [Double]()
    result.reserveCapacity(columns * positions.count)
    for j in 0..<columns {
      for i in positions { result.append(self[i, j]) }
    }
    return Matrix(rows: positions.count, columns: columns, columnMajor: result)
  }

  /// The columns of `self` followed by those of `other`.
  package func appending(columnsOf other: Matrix) -> Matrix {
    precondition(rows == other.rows, "Matrix: \(shape) beside \(other.shape)")
    return Matrix(rows: rows, columns: columns + other.columns, columnMajor: storage + other.storage)
  }

  /// The rows of `self` followed by those of `other`.
  package func appending(rowsOf other: Matrix) -> Matrix {
    precondition(columns == other.columns, "Matrix: \(shape) above \(other.shape)")
    var result = [Double]()
    result.reserveCapacity(storage.count + other.storage.count)
    for j in 0..<columns {
      result.append(contentsOf: storage[j * rows..<(j + 1) * rows])
      result.append(contentsOf: other.storage[j * other.rows..<(j + 1) * other.rows])
    }
    return Matrix(rows: rows + other.rows, columns: columns, columnMajor: result)
  }

  /// True when no element is NaN or infinite.
  package var isFinite: Bool { storage.allSatisfy(\.isFinite) }

  /// The largest absolute element, 0 for an empty matrix; NaN elements are passed over.
  package var maximumMagnitude: Double { storage.reduce(0) { max($0, abs($1)) } }

  /// `transform` applied to every element.
  @inlinable
  package func mapElements(_ transform: (Double) -> Double) -> Matrix {
    Matrix(rows: rows, columns: columns, columnMajor: storage.map(transform))
  }

  /// `combine` applied to corresponding elements.
  @inlinable
  package func zip(_ other: Matrix, _ combine: (Double, Double) -> Double) -> Matrix {
    precondition(rows == other.rows && columns == other.columns, "Matrix: shapes differ")
    return Matrix(
      rows: rows, columns: columns, columnMajor: Swift.zip(storage, other.storage).map(combine))
  }
}

extension [Double] {
  /// Whether an element is NaN: eight at a time, which `contains` does not do.
  package var containsNaN: Bool {
    withUnsafeBufferPointer { values in
      var found = SIMDMask<SIMD8<Int64>>(repeating: false)
      let whole = values.count / 8 * 8
      let start = UnsafeRawPointer(values.baseAddress)
      for i in stride(from: 0, to: whole, by: 8) {
        guard let start else { break }
        let eight = start.loadUnaligned(fromByteOffset: 8 * i, as: SIMD8<Double>.self)
        found .|= eight .!= eight
      }
      return any(found) || values[whole...].contains(where: \.isNaN)
    }
  }
}

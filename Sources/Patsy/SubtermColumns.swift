import LinearAlgebra

/// Fills the columns of one block: products of the factors' columns.
struct SubtermColumns {
  /// One factor's part in the products.
  enum Part {
    case numbers(Matrix)
    case codes([Int32], ContrastMatrix)

    var columnCount: Int {
      switch self {
      case .numbers(let matrix): matrix.columns
      case .codes(_, let contrast): contrast.columnSuffixes.count
      }
    }
  }

  let factors: [Part]
  /// Positions in the data of the rows kept, nil when all are.
  let positions: [Int]?
  /// The rows to write, counted among those kept.
  let rows: Range<Int>

  /// Writes all columns into `block`, one after another.
  func fill(_ block: UnsafeMutableBufferPointer<Double>) {
    if factors.count == 1, case .codes(let codes, let contrast) = factors[0],
      let indicators = contrast.indicators
    {
      fillIndicators(block, codes, indicators.omitted)
      return
    }
    var start = 0
    ColumnCombinations.forEach(factors.map(\.columnCount)) { choice in
      write(choice, into: UnsafeMutableBufferPointer(rebasing: block[start..<(start + rows.count)]))
      start += rows.count
    }
  }

  /// One pass over the rows fills all indicator columns of a factor.
  private func fillIndicators(
    _ block: UnsafeMutableBufferPointer<Double>, _ codes: [Int32], _ omitted: Int?
  ) {
    block.initialize(repeating: 0)
    let skipped = omitted ?? .max
    let height = rows.count
    codes.withUnsafeBufferPointer { codes in
      forEachRow { row, position in
        let code = Int(codes[position])
        if code == skipped { return }
        block[(code > skipped ? code - 1 : code) * height + row] = 1
      }
    }
  }

  /// Calls `body` with each row's place in the block and in the data.
  @inline(__always)
  private func forEachRow(_ body: (Int, Int) -> Void) {
    if let positions {
      positions.withUnsafeBufferPointer { positions in
        for row in 0..<rows.count { body(row, positions[rows.lowerBound + row]) }
      }
    } else {
      for row in 0..<rows.count { body(row, rows.lowerBound + row) }
    }
  }

  private func write(_ choice: [Int], into target: UnsafeMutableBufferPointer<Double>) {
    guard let first = factors.first else {
      target.initialize(repeating: 1)
      return
    }
    apply(first, choice[0], target) { $1 }
    for (factor, column) in zip(factors, choice).dropFirst() {
      apply(factor, column, target) { $0 * $1 }
    }
  }

  @inline(__always)
  private func apply(
    _ factor: Part, _ column: Int, _ target: UnsafeMutableBufferPointer<Double>,
    _ combine: (Double, Double) -> Double
  ) {
    switch factor {
    case .numbers(let matrix):
      matrix.storage.withUnsafeBufferPointer { source in
        let start = column * matrix.rows
        forEachRow { row, position in target[row] = combine(target[row], source[start + position]) }
      }
    case .codes(let codes, let contrast):
      let table = contrast.column(column)
      table.withUnsafeBufferPointer { table in
        codes.withUnsafeBufferPointer { codes in
          forEachRow { row, position in target[row] = combine(target[row], table[Int(codes[position])]) }
        }
      }
    }
  }
}

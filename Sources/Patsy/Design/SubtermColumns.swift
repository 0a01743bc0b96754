import LinearAlgebra

/// The columns of one block of a design, as the values of its factors: products of the factors' columns.
///
/// Nothing of the size of the block is stored. Values are those of all rows of the data; the rows kept are picked
/// when columns are written.
struct SubtermColumns: Sendable {
  /// One factor's part in the products.
  enum Part: Sendable {
    case numbers(Matrix)
    case codes([Int32], ContrastMatrix)

    var columnCount: Int {
      switch self {
      case .numbers(let matrix): matrix.columns
      case .codes(_, let contrast): contrast.columnSuffixes.count
      }
    }
  }

  /// The rows of a design that are written.
  struct Rows {
    /// Positions in the data of the design's rows, nil when these are all rows of the data.
    let positions: [Int]?
    /// The rows to write, counted among the design's.
    let range: Range<Int>

    /// Calls `body` with each row's place among those written and its place in the data.
    @inline(__always)
    func forEach(_ body: (Int, Int) -> Void) {
      if let positions {
        positions.withUnsafeBufferPointer { positions in
          for row in 0..<range.count { body(row, positions[range.lowerBound + row]) }
        }
      } else {
        for row in 0..<range.count { body(row, range.lowerBound + row) }
      }
    }
  }

  /// The factors; the leftmost one's columns vary fastest.
  let factors: [Part]

  /// Number of columns.
  var columnCount: Int { factors.reduce(1) { $0 * $1.columnCount } }

  /// The values of a block that is one numerical factor of one column, for all rows of the data.
  var plainNumbers: Matrix? {
    guard factors.count == 1, case .numbers(let matrix) = factors[0] else { return nil }
    return matrix
  }

  /// Writes all columns into `block`, one after another.
  func fill(_ block: UnsafeMutableBufferPointer<Double>, _ rows: Rows) {
    if factors.count == 1, case .codes(let codes, let contrast) = factors[0],
      let indicators = contrast.indicators
    {
      fillIndicators(block, rows, codes, indicators.omitted)
      return
    }
    var start = 0
    ColumnCombinations.forEach(factors.map(\.columnCount)) { choice in
      write(
        choice, into: UnsafeMutableBufferPointer(rebasing: block[start..<(start + rows.range.count)]), rows)
      start += rows.range.count
    }
  }

  /// Writes one column.
  func fill(_ target: UnsafeMutableBufferPointer<Double>, column: Int, _ rows: Rows) {
    var rest = column
    let choice = factors.map { factor in
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: factor.columnCount)
      rest = quotient
      return remainder
    }
    write(choice, into: target, rows)
  }

  /// One pass over the rows fills all indicator columns of a factor.
  private func fillIndicators(
    _ block: UnsafeMutableBufferPointer<Double>, _ rows: Rows, _ codes: [Int32], _ omitted: Int?
  ) {
    block.initialize(repeating: 0)
    let skipped = omitted ?? .max
    let height = rows.range.count
    codes.withUnsafeBufferPointer { codes in
      rows.forEach { row, position in
        let code = Int(codes[position])
        if code == skipped { return }
        block[(code > skipped ? code - 1 : code) * height + row] = 1
      }
    }
  }

  private func write(_ choice: [Int], into target: UnsafeMutableBufferPointer<Double>, _ rows: Rows) {
    guard let first = factors.first else {
      target.initialize(repeating: 1)
      return
    }
    if case .numbers(let matrix) = first, rows.positions == nil {
      let start = choice[0] * matrix.rows
      _ = target.initialize(
        fromContentsOf: matrix.storage[start + rows.range.lowerBound..<start + rows.range.upperBound])
    } else {
      apply(first, choice[0], target, rows) { $1 }
    }
    for (factor, column) in zip(factors, choice).dropFirst() {
      apply(factor, column, target, rows) { $0 * $1 }
    }
  }

  @inline(__always)
  private func apply(
    _ factor: Part, _ column: Int, _ target: UnsafeMutableBufferPointer<Double>, _ rows: Rows,
    _ combine: (Double, Double) -> Double
  ) {
    switch factor {
    case .numbers(let matrix):
      matrix.storage.withUnsafeBufferPointer { source in
        let start = column * matrix.rows
        rows.forEach { row, position in target[row] = combine(target[row], source[start + position]) }
      }
    case .codes(let codes, let contrast):
      let table = contrast.column(column)
      table.withUnsafeBufferPointer { table in
        codes.withUnsafeBufferPointer { codes in
          rows.forEach { row, position in target[row] = combine(target[row], table[Int(codes[position])]) }
        }
      }
    }
  }
}

import LinearAlgebra

/// Fills the columns of one block: products of the factors' columns.
struct SubtermColumns {
  /// One factor's part in the products.
  struct Part {
    enum Content {
      case numbers(Matrix)
      case codes([Int32], ContrastMatrix)
    }

    let content: Content
    let origin: Origin?
    let hasMissingCodes: Bool

    init(_ content: Content, origin: Origin?) {
      self.content = content
      self.origin = origin
      if case .codes(let codes, _) = content {
        hasMissingCodes = codes.contains { $0 < 0 }
      } else {
        hasMissingCodes = false
      }
    }

    var columnCount: Int {
      switch content {
      case .numbers(let matrix): matrix.columns
      case .codes(_, let contrast): contrast.columnSuffixes.count
      }
    }
  }

  let factors: [Part]
  let rows: Int

  /// Writes all columns into `block`, one after another; zeros where codes are not `safe` to use.
  func fill(_ block: UnsafeMutableBufferPointer<Double>, safe: Bool) {
    guard safe else {
      block.initialize(repeating: 0)
      return
    }
    if factors.count == 1, case .codes(let codes, let contrast) = factors[0].content,
      let indicators = contrast.indicators
    {
      fillIndicators(block, codes, indicators.omitted)
      return
    }
    var column = 0
    ColumnCombinations.forEach(factors.map(\.columnCount)) { choice in
      let target = UnsafeMutableBufferPointer(rebasing: block[(column * rows)..<((column + 1) * rows)])
      write(choice, into: target)
      column += 1
    }
  }

  /// One pass over the rows fills all indicator columns of a factor.
  private func fillIndicators(
    _ block: UnsafeMutableBufferPointer<Double>, _ codes: [Int32], _ omitted: Int?
  ) {
    block.initialize(repeating: 0)
    let skipped = omitted ?? .max
    codes.withUnsafeBufferPointer { codes in
      for row in 0..<rows {
        let code = Int(codes[row])
        if code == skipped { continue }
        block[(code > skipped ? code - 1 : code) * rows + row] = 1
      }
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
    switch factor.content {
    case .numbers(let matrix):
      matrix.storage.withUnsafeBufferPointer { source in
        let start = column * rows
        for row in 0..<rows { target[row] = combine(target[row], source[start + row]) }
      }
    case .codes(let codes, let contrast):
      let table = contrast.column(column)
      table.withUnsafeBufferPointer { table in
        codes.withUnsafeBufferPointer { codes in
          for row in 0..<rows { target[row] = combine(target[row], table[Int(codes[row])]) }
        }
      }
    }
  }
}

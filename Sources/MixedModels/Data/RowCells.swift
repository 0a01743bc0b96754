/// Cells of rows that share the levels of all terms.
struct RowCells {
  /// The cell of each row.
  private(set) var codes: [Int32]
  private(set) var count = 1
  /// A row of each cell.
  private(set) var representatives: [Int32]

  /// Share of the data's rows above which their cells are no gain.
  static let worthwhile = 0.5

  /// - Returns: nil where cells are hardly fewer than rows.
  init?(_ terms: [RandomTerm], count rows: Int) {
    codes = [Int32](repeating: 0, count: rows)
    for term in terms {
      var seen: [Int: Int32] = [:]
      for i in 0..<rows {
        let key = Int(codes[i]) * (term.levelCount + 1) + Int(term.codes[i] + 1)
        let next = Int32(seen.count)
        codes[i] = seen[key, default: next]
        if codes[i] == next { seen[key] = next }
      }
      count = seen.count
      if Double(count) >= Self.worthwhile * Double(rows) { return nil }
    }
    representatives = [Int32](repeating: -1, count: count)
    for (i, code) in codes.enumerated() where representatives[Int(code)] < 0 {
      representatives[Int(code)] = Int32(i)
    }
  }
}

/// Columns of data, each once.
struct DistinctColumns {
  /// Where a column is found.
  enum Place {
    /// A multiple of the column of ones.
    case constant(Double)
    /// A position among `values`.
    case column(Int)

    /// The entry of an observation that it is, after that of ones; nil for multiples of ones.
    var entry: Int? {
      if case .column(let position) = self { return position + 1 }
      return nil
    }
  }

  private let count: Int
  private(set) var values: [[Double]] = []

  init(count: Int) { self.count = count }

  mutating func place(_ column: [Double]) -> Place {
    if let first = column.first, column.allSatisfy({ $0 == first }) { return .constant(first) }
    if let position = values.firstIndex(of: column) { return .column(position) }
    values.append(column)
    return .column(values.count - 1)
  }
}

/// Which rows belong together: a group for each row, and the rows of each group.
struct Grouping: Sendable {
  /// The group of each row, -1 for rows that belong to none.
  let codes: [Int32]
  /// The first row of each group.
  let firstRows: [Int]

  /// Number of groups.
  var count: Int { firstRows.count }

  /// Rows with equal values in all columns.
  ///
  /// - Parameters:
  ///   - sorted: whether groups are in the order of their values; otherwise in order of appearance.
  ///   - keepsMissing: whether a missing value is a value; otherwise its rows belong to no group.
  init(_ columns: [Column], rowCount: Int, sorted: Bool = true, keepsMissing: Bool = false) {
    self.init(KeyCodes(columns, rowCount: rowCount, keepsMissing: keepsMissing), sorted: sorted)
  }

  /// Rows with equal codes.
  init(_ keys: KeyCodes, sorted: Bool = true) {
    var keys = keys
    keys.close()
    let firstRows = Self.firstRows(keys.codes, keys.count)
    if sorted {
      self.init(codes: keys.codes, firstRows: firstRows)
      return
    }
    let order = firstRows.indices.sorted { firstRows[$0] < firstRows[$1] }
    var rank = [Int32](repeating: 0, count: order.count)
    for (position, index) in order.enumerated() { rank[index] = Int32(truncatingIfNeeded: position) }
    self.init(codes: keys.codes.map { $0 < 0 ? -1 : rank[Int($0)] }, firstRows: order.map { firstRows[$0] })
  }

  /// Groups given by their codes, and the first row of each.
  init(codes: [Int32], firstRows: [Int]) {
    self.codes = codes
    self.firstRows = firstRows
  }

  /// All rows in one group.
  init(single rowCount: Int) { self.init([], rowCount: rowCount) }

  private static func firstRows(_ codes: [Int32], _ count: Int) -> [Int] {
    var rows = [Int](repeating: -1, count: count)
    rows.withUnsafeMutableBufferPointer { rows in
      for row in codes.indices.reversed() where codes[row] >= 0 { rows[Int(codes[row])] = row }
    }
    return rows
  }

  /// Number of rows of each group.
  var sizes: [Int] {
    var sizes = [Int](repeating: 0, count: count)
    sizes.withUnsafeMutableBufferPointer { sizes in
      for code in codes where code >= 0 { sizes[Int(code)] += 1 }
    }
    return sizes
  }

  /// The rows group by group, in their order within each, and where each group starts (and the last one ends).
  func ordered() -> (rows: [Int], starts: [Int]) {
    var starts = [0]
    starts.reserveCapacity(count + 1)
    for size in sizes { starts.append(starts[starts.count - 1] + size) }
    var next = starts
    var rows = [Int](repeating: 0, count: starts[count])
    rows.withUnsafeMutableBufferPointer { rows in
      next.withUnsafeMutableBufferPointer { next in
        for (row, code) in codes.enumerated() where code >= 0 {
          rows[next[Int(code)]] = row
          next[Int(code)] += 1
        }
      }
    }
    return (rows, starts)
  }
}

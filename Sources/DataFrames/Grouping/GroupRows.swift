/// One row for each group, chosen by the values of a column.
enum GroupRows {
  /// The first or last row with a value, -1 for groups without one.
  static func end(_ column: Column, _ grouping: Grouping, last: Bool) -> [Int] {
    let missing = column.missingRows
    var rows = [Int](repeating: -1, count: grouping.count)
    for (row, code) in grouping.codes.enumerated() where code >= 0 && missing?[row] != true {
      if last || rows[Int(code)] < 0 { rows[Int(code)] = row }
    }
    return rows
  }

  /// The first row with the least or greatest value, -1 for groups without a value.
  static func extreme(_ column: Column, _ grouping: Grouping, greatest: Bool) -> [Int] {
    var keys = SortKeys(column)
    if greatest { keys.reverse() }
    var rows = [Int](repeating: -1, count: grouping.count)
    var best = [UInt64](repeating: SortKeys.missing, count: grouping.count)
    grouping.codes.withUnsafeBufferPointer { codes in
      keys.keys.withUnsafeBufferPointer { keys in
        for row in codes.indices where codes[row] >= 0 && keys[row] < best[Int(codes[row])] {
          best[Int(codes[row])] = keys[row]
          rows[Int(codes[row])] = row
        }
      }
    }
    return rows
  }

  /// The row at a place of each group, counted from its end when negative; -1 where a group is shorter.
  static func nth(_ place: Int, _ grouping: Grouping) -> [Int] {
    let (rows, starts) = grouping.ordered()
    return (0..<grouping.count).map { group in
      let size = starts[group + 1] - starts[group]
      let position = place < 0 ? size + place : place
      return position >= 0 && position < size ? rows[starts[group] + position] : -1
    }
  }
}

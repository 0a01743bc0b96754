/// The rows of each group, in file order.
struct GroupRows: Sendable {
  private let order: [Int32]
  private let starts: [Int]

  /// Sorts rows by code, stably, in one counting pass.
  init(codes: [Int32], groupCount: Int) {
    var starts = [0] + Self.sizes(codes, groupCount: groupCount)
    for group in 0..<groupCount { starts[group + 1] += starts[group] }
    var next = starts
    var order = [Int32](repeating: 0, count: starts[groupCount])
    for (row, code) in codes.enumerated() where code >= 0 {
      order[next[Int(code)]] = Int32(truncatingIfNeeded: row)
      next[Int(code)] += 1
    }
    self.order = order
    self.starts = starts
  }

  /// Number of groups.
  var count: Int { starts.count - 1 }

  /// Rows of a group.
  subscript(group: Int) -> ArraySlice<Int32> { order[starts[group]..<starts[group + 1]] }

  /// Number of rows of each group.
  static func sizes(_ codes: [Int32], groupCount: Int) -> [Int] {
    var sizes = [Int](repeating: 0, count: groupCount)
    for code in codes where code >= 0 { sizes[Int(code)] += 1 }
    return sizes
  }
}

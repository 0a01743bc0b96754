/// Which rank equal values get.
/// Python: the argument method of Series.rank
public enum RankMethod: String, Sendable, CaseIterable {
  /// The mean of their ranks.
  case average
  /// The least of their ranks.
  case min
  /// The greatest of their ranks.
  case max
  /// Ranks in order of appearance.
  case first
  /// The least of their ranks, the next value having the next rank.
  case dense
}

extension Column {
  /// The rank of each value, from 1; missing for missing values. Categories without an order rank by their values.
  ///
  /// - Parameters:
  ///   - method: which rank equal values get.
  ///   - ascending: whether the least value has rank 1.
  ///   - pct: whether ranks are divided by the greatest one.
  /// Python: Series.rank
  public func rank(method: RankMethod = .average, ascending: Bool = true, pct: Bool = false) -> Column {
    ranked(method, ascending: ascending, pct: pct, Grouping(single: count))
  }

  /// The rank of each value in its group.
  func ranked(_ method: RankMethod, ascending: Bool, pct: Bool, _ grouping: Grouping) -> Column {
    var sortKeys = SortKeys(valuesInOrder)
    if !ascending { sortKeys.reverse() }
    let keys = sortKeys.keys
    let present = (0..<count).filter { keys[$0] != SortKeys.missing && grouping.codes[$0] >= 0 }
    let groups = grouping.codes.map { UInt64(UInt32(bitPattern: $0)) }
    let order = RadixSort.sorted(present, by: [groups, keys])
    var result = [Double](repeating: .nan, count: count)
    var start = 0
    while start < order.count {
      let group = groups[order[start]]
      let end = order[start...].firstIndex { groups[$0] != group } ?? order.count
      Self.rank(order[start..<end], keys, method, pct: pct, into: &result)
      start = end
    }
    return Column(name: name, storage: .double(result))
  }

  /// The column, its levels sorted where they are categories without an order.
  private var valuesInOrder: Column {
    guard case .categorical(let values) = storage, !values.ordered else { return self }
    return Column(storage: .categorical(Categorical(self, levels: values.levels.sorted())))
  }

  /// Ranks sorted rows.
  private static func rank(
    _ order: ArraySlice<Int>, _ keys: [UInt64], _ method: RankMethod, pct: Bool, into result: inout [Double]
  ) {
    var start = order.startIndex
    var distinct = 0.0
    while start < order.endIndex {
      var end = start + 1
      while end < order.endIndex, keys[order[end]] == keys[order[start]] { end += 1 }
      distinct += 1
      let first = Double(start - order.startIndex + 1)
      let last = Double(end - order.startIndex)
      for position in start..<end {
        result[order[position]] =
          switch method {
          case .average: (first + last) / 2
          case .min: first
          case .max: last
          case .first: Double(position - order.startIndex + 1)
          case .dense: distinct
          }
      }
      start = end
    }
    if pct {
      let greatest = method == .dense ? distinct : Double(order.count)
      for row in order { result[row] /= greatest }
    }
  }
}

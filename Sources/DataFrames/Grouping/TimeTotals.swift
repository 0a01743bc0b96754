/// Means, middles and sums of the times of each group.
struct TimeTotals {
  private let times: TimeColumn
  private let grouping: Grouping

  init(_ times: TimeColumn, _ grouping: Grouping) {
    self.times = times
    self.grouping = grouping
  }

  /// The value of each group, nil for functions that make no times of times.
  ///
  /// - Throws: ``DataFrameError`` for a quantile outside 0 to 1.
  func value(of function: Aggregation) throws -> TimeColumn? {
    switch function {
    case .mean, .median, .quantile: break
    case .sum where times.kind == .span: return totals
    default: return nil
    }
    // Counted from the first time, so that doubles hold the microseconds of moments exactly.
    let origin = times.microseconds.first { $0 != TimeColumn.missing } ?? 0
    let distances = times.microseconds.map {
      $0 == TimeColumn.missing ? Double.nan : Double($0 &- origin)
    }
    let column = try function(Column(distances), grouping)
    let found = (column.doubles ?? []).map { distance in
      distance.isNaN
        ? TimeColumn.missing : origin &+ (Int(exactly: distance.rounded(.towardZero)) ?? 0)
    }
    return TimeColumn(times.kind, microseconds: found)
  }

  private var totals: TimeColumn {
    var sums = [Int](repeating: 0, count: grouping.count)
    for (row, code) in grouping.codes.enumerated() where code >= 0 {
      let value = times.microseconds[row]
      if value != TimeColumn.missing { sums[Int(code)] &+= value }
    }
    return TimeColumn(.span, microseconds: sums)
  }
}

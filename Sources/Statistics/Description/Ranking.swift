extension stats {
  /// Which rank equal values get. Python: the argument method of rankdata
  public enum RankMethod: String, Sendable, CaseIterable {
    /// The mean of their places.
    case average
    /// The first of their places.
    case min
    /// The last of their places.
    case max
    /// Ranks without gaps.
    case dense
    /// Places in the order given.
    case ordinal
  }

  /// Ranks from 1; all NaN where a value is, unless it is omitted.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.rankdata
  public static func rankdata(
    _ a: any Sample, method: RankMethod = .average, nanPolicy: NanPolicy = .propagate
  ) throws -> [Double] {
    let x = try a.sampleValues()
    guard x.contains(where: \.isNaN) else { return ranks(x, method) }
    if nanPolicy == .raise { _ = try independent([x], .raise) }
    guard nanPolicy == .omit else { return x.map { _ in .nan } }
    var rest = ranks(x.filter { !$0.isNaN }, method)[...]
    return x.map { $0.isNaN ? .nan : rest.removeFirst() }
  }

  private static func ranks(_ x: [Double], _ method: RankMethod) -> [Double] {
    let order = x.indices.sorted { (x[$0], $0) < (x[$1], $1) }
    var result = [Double](repeating: 0, count: x.count)
    var (start, group) = (0, 0.0)
    while start < order.count {
      var end = start + 1
      while end < order.count, x[order[end]] == x[order[start]] { end += 1 }
      group += 1
      for place in start..<end {
        result[order[place]] =
          switch method {
          case .average: Double(start + end + 1) / 2
          case .min: Double(start + 1)
          case .max: Double(end)
          case .dense: group
          case .ordinal: Double(place + 1)
          }
      }
      start = end
    }
    return result
  }

  /// The mean without a share of the values at each end; NaN where none is left.
  ///
  /// - Throws: ``StatisticsError`` for a share above half, and values that are no numbers.
  ///
  /// Python: scipy.stats.trim_mean
  public static func trimMean(
    _ a: any Sample, _ proportiontocut: Double, nanPolicy: NanPolicy = .propagate
  ) throws -> Double {
    guard let x = try independent([a], nanPolicy)?[0], !x.isEmpty else { return .nan }
    let cut = Int(Swift.max(0, proportiontocut * Double(x.count)))
    guard proportiontocut >= 0, 2 * cut <= x.count else {
      throw StatisticsError(
        "Proportion too big: \(proportiontocut) of \(x.count) values at each end are more than all; give one below 0.5"
      )
    }
    return Array(x.sorted()[cut..<x.count - cut]).mean
  }
}

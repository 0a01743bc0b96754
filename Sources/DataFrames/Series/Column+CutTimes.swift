// Dates and spans in intervals.

extension Column {
  /// The interval of each date or span among bins given by their edges, `["2020-01-01", "2020-07-01"]`, as ordered
  /// categories; missing outside.
  ///
  /// - Parameters:
  ///   - edges: the edges of the bins, increasing.
  ///   - labels: a label for each bin; nil for intervals as `(2020-01-01 00:00:00, 2020-07-01 00:00:00]`.
  ///   - right: whether a bin holds its right edge; otherwise its left one.
  ///   - includeLowest: whether the first bin holds its left edge too.
  /// - Throws: ``DataFrameError`` for a column of another type, for edges that are no dates or do not increase, and for a
  ///   wrong number of labels.
  ///
  /// Python: pandas.cut
  public func cut(
    bins edges: [String], labels: [String]? = nil, right: Bool = true, includeLowest: Bool = false
  ) throws(DataFrameError) -> Column {
    guard case .time(let times) = storage else {
      throw DataFrameError(
        .wrongType,
        "cut: column \(PythonText.quoted(name)) holds no dates: bins of numbers have numbers as edges")
    }
    return try TimeBins(times).cut(
      self, edges: edges, labels, right: right, includeLowest: includeLowest)
  }
}

/// Bins of microseconds, which doubles hold exactly for 285 years on either side of 1970.
struct TimeBins {
  private let times: TimeColumn
  private let values: [Double]

  init(_ times: TimeColumn) {
    self.times = times
    values = times.microseconds.map { $0 == TimeColumn.missing ? .nan : Double($0) }
  }

  /// Bins of given edges.
  func cut(
    _ column: Column, edges: [String], _ labels: [String]?, right: Bool, includeLowest: Bool
  ) throws(DataFrameError) -> Column {
    var found: [Int] = []
    for edge in edges {
      guard let place = times.parse(edge) else {
        throw DataFrameError(.invalidArgument, "cut: the edge \(PythonText.quoted(edge)) is no date or span")
      }
      found.append(place)
    }
    guard found.count >= 2, zip(found, found.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DataFrameError(.invalidArgument, "cut: the edges of bins must increase, and be two or more")
    }
    return try binned(column, found, labels, right: right, includeLowest: includeLowest)
  }

  /// Bins of equal width; the first one, or the last one, grows by a thousandth so that it holds its end.
  func cut(_ column: Column, _ count: Int, _ labels: [String]?, right: Bool) throws(DataFrameError) -> Column
  {
    let known = times.microseconds.filter { $0 != TimeColumn.missing }
    guard count >= 1, let low = known.min(), let high = known.max() else {
      throw DataFrameError(.invalidArgument, "cut: \(count) bins of \(known.count) dates: there must be both")
    }
    // Dates that are all equal get a second on either side, as in pandas.
    let margin = low == high ? CalendarTime.second : 0
    let (first, last) = (low - margin, high + margin)
    let width = Double(last - first) / Double(count)
    var edges = (0..<count).map { first + Int(Double($0) * width) } + [last]
    if margin == 0 {
      let more = Int(Double(high - low) * 0.001)
      if right { edges[0] -= more } else { edges[count] += more }
    }
    return try binned(column, edges, labels, right: right, includeLowest: false)
  }

  /// Bins whose edges are quantiles.
  func qcut(_ column: Column, _ fractions: [Double], _ labels: [String]?) throws(DataFrameError) -> Column {
    let ordered = values.filter { !$0.isNaN }.sorted()
    let places = fractions.map { Self.quantile(ordered, $0) }
    guard places.count >= 2, zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DataFrameError(
        .invalidArgument, "qcut: the quantiles of the dates are not distinct: take fewer bins")
    }
    return try binned(
      column, places.map { Int($0) }, labels, right: true, includeLowest: true)
  }

  /// The quantile by numpy's rounding, which decides about the last microsecond; nan without values.
  private static func quantile(_ ordered: [Double], _ fraction: Double) -> Double {
    guard let last = ordered.indices.last else { return .nan }
    let place = fraction * Double(last)
    let (lower, upper) = (ordered[Int(place)], ordered[Swift.min(Int(place) + 1, last)])
    let weight = place - place.rounded(.down)
    return weight < 0.5 ? lower + (upper - lower) * weight : upper - (upper - lower) * (1 - weight)
  }

  private func binned(
    _ column: Column, _ edges: [Int], _ labels: [String]?, right: Bool, includeLowest: Bool
  ) throws(DataFrameError) -> Column {
    var shown = edges
    // The first bin holds its edge: it begins a microsecond before.
    if includeLowest, right { shown[0] -= 1 }
    let texts = shown.map { TimeColumn.text(times.kind, $0, short: false) }
    let names = zip(texts, texts.dropFirst()).map { right ? "(\($0), \($1)]" : "[\($0), \($1))" }
    return try column.binned(values, edges.map(Double.init), labels ?? names, right, includeLowest)
  }
}

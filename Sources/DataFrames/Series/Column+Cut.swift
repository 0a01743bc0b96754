import Foundation

// Numbers in intervals.

extension Column {
  /// The interval of each number among bins given by their edges, as ordered categories; missing outside.
  ///
  /// - Parameters:
  ///   - edges: the edges of the bins, increasing.
  ///   - labels: a label for each bin; nil for intervals as `(0, 10]`.
  ///   - right: whether a bin holds its right edge; otherwise its left one.
  ///   - includeLowest: whether the first bin holds its left edge too.
  ///   - precision: decimals of the intervals' edges.
  /// - Throws: ``DataFrameError`` for edges that do not increase, and for a wrong number of labels.
  ///
  /// Python: pandas.cut
  public func cut(
    bins edges: [Double], labels: [String]? = nil, right: Bool = true, includeLowest: Bool = false,
    precision: Int = 3
  ) throws(DataFrameError) -> Column {
    guard edges.count >= 2, zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DataFrameError(.invalidArgument, "cut: the edges of bins must increase, and be two or more")
    }
    return try cut(edges, labels, isWhole: false, right, includeLowest, precision)
  }

  /// The interval of each number among bins given by whole edges, as
  /// ``cut(bins:labels:right:includeLowest:precision:)-([Double],_,_,_,_)`` has it; the intervals show whole numbers.
  ///
  /// - Throws: ``DataFrameError`` for edges that do not increase, and for a wrong number of labels.
  ///
  /// Python: pandas.cut
  public func cut(
    bins edges: [Int], labels: [String]? = nil, right: Bool = true, includeLowest: Bool = false,
    precision: Int = 3
  ) throws(DataFrameError) -> Column {
    guard edges.count >= 2, zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DataFrameError(.invalidArgument, "cut: the edges of bins must increase, and be two or more")
    }
    // As in pandas the edge that moves down makes all of them fractions.
    let isWhole = !(right && includeLowest)
    return try cut(edges.map(Double.init), labels, isWhole: isWhole, right, includeLowest, precision)
  }

  /// The intervals between edges; two equal edges hold the numbers that equal them.
  func cut(
    _ edges: [Double], _ labels: [String]?, isWhole: Bool, _ right: Bool, _ includeLowest: Bool,
    _ precision: Int
  ) throws(DataFrameError) -> Column {
    if case .time = storage {
      throw DataFrameError(
        .wrongType,
        "cut: column \(PythonText.quoted(name)) holds times: bins: [\"2020-01-01\", …] gives their edges")
    }
    if let error = typeError("cut()") { throw error }
    let names = Bins.names(
      edges, isWhole: isWhole, right: right, includeLowest: includeLowest, precision: precision)
    return try binned(Aggregation.numbers(self), edges, labels ?? names, right, includeLowest)
  }

  /// The bins of values, as ordered categories of given names.
  func binned(
    _ values: [Double], _ edges: [Double], _ names: [String], _ right: Bool, _ includeLowest: Bool
  ) throws(DataFrameError) -> Column {
    guard names.count == edges.count - 1 else {
      throw DataFrameError(.lengthMismatch, "cut: \(names.count) labels for \(edges.count - 1) bins")
    }
    let codes = values.map { Bins.code($0, edges, right: right, includeLowest: includeLowest) }
    guard Set(names).count == names.count else {
      throw DataFrameError(.invalidArgument, "cut: labels repeat: \(names.joined(separator: ", "))")
    }
    return Column(
      name: name,
      storage: .categorical(
        Categorical(uncheckedLevels: names.map(ColumnValue.string), codes: codes, ordered: true)))
  }

  /// The interval of each number, date or span among a number of bins of equal width from the least to the greatest one.
  ///
  /// - Throws: ``DataFrameError`` without bins or numbers, for infinite numbers, and for a wrong number of labels.
  ///
  /// Python: pandas.cut
  public func cut(
    bins count: Int, labels: [String]? = nil, right: Bool = true, precision: Int = 3
  ) throws(DataFrameError) -> Column {
    if case .time(let times) = storage { return try TimeBins(times).cut(self, count, labels, right: right) }
    if let error = typeError("cut()") { throw error }
    let (low, high) = (min(), max())
    guard count >= 1, low.isFinite, high.isFinite else {
      throw DataFrameError(
        .invalidArgument, "cut: \(count) bins of numbers from \(low) to \(high): there must be both")
    }
    let edges = Self.equalEdges(count, low, high, right: right)
    return try cut(bins: edges, labels: labels, right: right, precision: precision)
  }

  /// Edges of bins of equal width; the first bin, or the last one, grows by a thousandth so that it holds its end.
  static func equalEdges(_ count: Int, _ low: Double, _ high: Double, right: Bool) -> [Double] {
    // Numbers that are all equal get bins a thousandth of them wide, as in pandas.
    let margin = low == high ? (low == 0 ? 0.001 : 0.001 * low.magnitude) : 0
    let (first, last) = (low - margin, high + margin)
    let width = (last - first) / Double(count)
    var edges = (0..<count).map { first + Double($0) * width } + [last]
    if margin == 0 {
      if right { edges[0] -= (high - low) * 0.001 } else { edges[count] += (high - low) * 0.001 }
    }
    return edges
  }

  /// The interval of each number, date or span among bins that hold about as many each.
  ///
  /// - Throws: ``DataFrameError`` without bins or numbers, and when two quantiles are equal.
  ///
  /// Python: pandas.qcut
  public func qcut(_ count: Int, labels: [String]? = nil, precision: Int = 3) throws(DataFrameError) -> Column
  {
    guard count >= 1 else { throw DataFrameError(.invalidArgument, "qcut: \(count) bins") }
    return try qcut((0...count).map { Double($0) / Double(count) }, labels: labels, precision: precision)
  }

  /// The interval of each number, date or span among bins whose edges are given quantiles.
  ///
  /// - Throws: ``DataFrameError`` without numbers, when two quantiles are equal, and for a fraction outside 0 to 1.
  ///
  /// Python: pandas.qcut
  public func qcut(
    _ fractions: [Double], labels: [String]? = nil, precision: Int = 3
  ) throws(DataFrameError) -> Column {
    if let bad = fractions.first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw DataFrameError(.invalidArgument, "qcut: \(bad) is no fraction from 0 to 1")
    }
    if case .time(let times) = storage { return try TimeBins(times).qcut(self, fractions, labels) }
    if let error = typeError("qcut()") { throw error }
    let edges = quantile(fractions)
    // One bin may hold nothing but equal numbers, as in pandas.
    let isOneBin = edges.count == 2 && !edges[0].isNaN
    guard isOneBin || (edges.count > 2 && zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 })) else {
      throw DataFrameError(
        .invalidArgument,
        "qcut: quantiles \(edges.map { PythonText.of($0) }.joined(separator: ", ")) are not distinct: take fewer bins"
      )
    }
    return try cut(edges, labels, isWhole: false, true, true, precision)
  }
}

/// Intervals between edges.
private enum Bins {
  /// The bin of a number, -1 for none.
  static func code(_ value: Double, _ edges: [Double], right: Bool, includeLowest: Bool) -> Int32 {
    if value.isNaN { return -1 }
    if includeLowest, right, value == edges[0] { return 0 }
    // The number of edges before the value.
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low + high) / 2
      if right ? edges[middle] < value : edges[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low == 0 || low == edges.count ? -1 : Int32(truncatingIfNeeded: low - 1)
  }

  /// The names of the intervals, `(0.0, 10.5]`, with more decimals where edges would look equal.
  static func names(
    _ edges: [Double], isWhole: Bool, right: Bool, includeLowest: Bool, precision: Int
  ) -> [String] {
    // Doubles have at most 17 digits that count.
    let precision = Swift.min(precision, 19)
    let digits =
      (precision..<20).first { digits in
        Set(edges.map { rounded($0, digits) }).count == Set(edges).count
      } ?? precision
    var shown = edges.map { rounded($0, digits) }
    if includeLowest, right { shown[0] -= pow(10, -Double(digits)) }
    let texts = shown.map { isWhole ? String(Int($0)) : PythonText.of($0) }
    return zip(texts, texts.dropFirst()).map { right ? "(\($0), \($1)]" : "[\($0), \($1))" }
  }

  /// The number with as many decimals, or digits that count if it is below 1.
  private static func rounded(_ value: Double, _ precision: Int) -> Double {
    guard value.isFinite, value != 0 else { return value }
    let whole = value.rounded(.towardZero)
    let fraction = value - whole
    let digits =
      whole != 0 || fraction == 0 ? precision : precision - 1 - Int(log10(fraction.magnitude).rounded(.down))
    let scale = pow(10, Double(digits))
    // Beyond its digits a number is what it is.
    let scaled = value * scale
    return scaled.magnitude < 0x1p53 ? scaled.rounded(.toNearestOrEven) / scale : value
  }
}

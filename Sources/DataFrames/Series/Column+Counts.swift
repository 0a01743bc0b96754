// How often values occur.

extension Column {
  /// The distinct values with how often each occurs, as a frame of the values, under the column's name (`index`
  /// without one), and `count` or `proportion`.
  ///
  /// Levels of categories that do not occur have the count 0.
  /// - Parameters:
  ///   - normalize: whether shares stand in place of counts.
  ///   - sort: whether the most frequent come first; otherwise in order of appearance, categories and bins in theirs.
  ///   - ascending: whether the least frequent come first.
  ///   - bins: a number of intervals of equal width, in place of the numbers themselves.
  ///   - dropna: whether missing values are left out.
  /// - Throws: ``DataFrameError`` as ``cut(bins:labels:right:precision:)`` does, for bins.
  ///
  /// Python: Series.value_counts
  public func valueCounts(
    normalize: Bool, sort: Bool = true, ascending: Bool = false, bins: Int? = nil, dropna: Bool = true
  ) throws(DataFrameError) -> DataFrame {
    if let bins {
      return try binned(bins).valueCounts(
        normalize: normalize, sort: sort, ascending: ascending, dropna: true)
    }
    let (codes, levels) = factorized()
    var counts = [Int](repeating: 0, count: levels.count)
    var firstRows: [Int] = []
    var gaps = 0
    var firstGap: (row: Int, place: Int)?
    for (row, code) in codes.enumerated() {
      if code < 0 {
        if gaps == 0 { firstGap = (row, firstRows.count) }
        gaps += 1
        continue
      }
      if counts[Int(code)] == 0 { firstRows.append(row) }
      counts[Int(code)] += 1
    }
    var entries: [(value: ColumnValue?, count: Int)]
    if case .categorical = storage {
      entries = levels.indices.map { (levels[$0], counts[$0]) }
      if !dropna, gaps > 0 { entries.append((nil, gaps)) }
    } else {
      entries = firstRows.map { (self[$0], counts[Int(codes[$0])]) }
      if !dropna, let firstGap { entries.insert((nil, gaps), at: firstGap.place) }
    }
    if sort {
      entries = entries.enumerated().sorted { a, b in
        let (x, y) = (a.element.count, b.element.count)
        return x == y ? a.offset < b.offset : ascending ? x < y : x > y
      }.map(\.element)
    }
    let values = Column(entries.map(\.value)).likeLevels(of: self)
    let numbers = entries.map(\.count)
    let total = Double(numbers.reduce(0, +))
    return try DataFrame(columns: [
      values.renamed(name.isEmpty ? "index" : name),
      normalize
        ? Column(name: "proportion", numbers.map { Double($0) / total }) : Column(name: "count", numbers),
    ])
  }

  /// Intervals of equal width of which the first holds the least number, as pandas makes them for counts.
  private func binned(_ count: Int) throws(DataFrameError) -> Column {
    if let error = typeError("valueCounts(bins:)") { throw error }
    let (low, high) = (min(), max())
    guard count >= 1, low.isFinite, high.isFinite else {
      throw DataFrameError(
        .invalidArgument, "valueCounts: \(count) bins of numbers from \(low) to \(high): there must be both")
    }
    let edges = Self.equalEdges(count, low, high, right: true)
    return try cut(edges, nil, isWhole: false, true, true, 3)
  }

  /// Values that stand for rows of a column, with its type.
  private func likeLevels(of column: Column) -> Column {
    switch column.storage {
    case .categorical(let known):
      Column(storage: .categorical(Categorical(self, levels: known.levels, ordered: known.ordered)))
    case .time(let times):
      Column(
        storage: .time(
          TimeColumn(
            times.kind, microseconds: strings.map { $0.flatMap(times.parse) ?? TimeColumn.missing })))
    case .string: astype(.string)
    case .double: astype(.double)
    default: self
    }
  }

  /// The greatest values, equal ones in the rows' order; missing ones where there are no others.
  /// Python: Series.nlargest
  public func nlargest(_ n: Int = 5) -> Column { sorted(ascending: false).head(Swift.max(n, 0)) }

  /// The least values, equal ones in the rows' order; missing ones where there are no others.
  /// Python: Series.nsmallest
  public func nsmallest(_ n: Int = 5) -> Column { sorted().head(Swift.max(n, 0)) }

  /// Whether no value occurs twice; missing values are equal.
  /// Python: Series.is_unique
  public var isUnique: Bool { nunique() == nonMissingCount && count - nonMissingCount <= 1 }

  /// Where a value repeats an earlier one; missing values are equal.
  /// Python: Series.duplicated
  public func duplicated(keep: DuplicateRule = .first) -> Mask {
    let frame = DataFrame(uncheckedColumns: [self], rowLabels: RowLabels(count: count))
    return (try? frame.duplicated(keep: keep)) ?? Mask([Bool](repeating: false, count: count))
  }
}

/// Which ends of an interval belong to it.
/// Python: the argument inclusive of Series.between
public enum IntervalEnds: String, Sendable, CaseIterable {
  /// Both.
  case both
  /// Neither.
  case neither
  /// The lower one.
  case left
  /// The upper one.
  case right
}

extension Column {
  /// Where the value lies between two others.
  /// - Parameters:
  ///   - lower: the lower end.
  ///   - upper: the upper end.
  ///   - inclusive: which ends count as between.
  ///
  /// Python: Series.between
  public func between(
    _ lower: some ColumnScalar, _ upper: some ColumnScalar, inclusive: IntervalEnds
  ) -> Mask {
    let above = inclusive == .both || inclusive == .left ? self >= lower : self > lower
    let below = inclusive == .both || inclusive == .right ? self <= upper : self < upper
    return above & below
  }
}

/// Where missing values go in a sorted frame.
/// Python: the argument na_position of DataFrame.sort_values
public enum MissingPosition: String, Sendable, CaseIterable {
  /// Before all values.
  case first
  /// After all values.
  case last
}

extension DataFrame {
  /// The rows sorted by several columns, the first one deciding, the next among its equal values, and so on; equal
  /// rows keep their order.
  ///
  /// - Parameters:
  ///   - names: the columns.
  ///   - ascending: one for all columns, or one for each; ascending unless told otherwise.
  ///   - naPosition: where missing values go.
  ///   - ignoreIndex: whether the rows are numbered anew.
  /// - Throws: ``DataFrameError`` for an unknown name, and for a number of directions that fits no columns.
  ///
  /// Python: DataFrame.sort_values
  public func sortValues(
    by names: [String], ascending: [Bool] = [true], naPosition: MissingPosition = .last,
    ignoreIndex: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    guard ascending.count == names.count || ascending.count == 1 else {
      throw DataFrameError(
        .lengthMismatch, "sortValues: \(ascending.count) directions for \(names.count) columns")
    }
    let sorted =
      if let count = UInt32(exactly: rowCount) {
        rows(places: try order(Array(0..<count), names, ascending, naPosition))
      } else {
        rows(uncheckedPositions: try order(Array(0..<rowCount), names, ascending, naPosition))
      }
    return ignoreIndex ? sorted.resetIndex(drop: true) : sorted
  }

  /// The rows at some places, which are the labels too where rows are numbered from 0.
  private func rows(places: [UInt32]) -> DataFrame {
    DataFrame(
      uncheckedColumns: columns.map { $0.rows(uncheckedPositions: places) },
      rowLabels: rowLabels.areDefault ? RowLabels(places: places) : rowLabels.picked(places))
  }

  /// Rows sorted by columns; what that takes is gone before they are picked.
  private func order<Row: FixedWidthInteger>(
    _ rows: [Row], _ names: [String], _ ascending: [Bool], _ naPosition: MissingPosition
  ) throws(DataFrameError) -> [Row] {
    var keys: [[UInt64]] = []
    for (position, name) in names.enumerated() {
      var key = SortKeys(try column(name))
      if !ascending[ascending.count == 1 ? 0 : position] { key.reverse() }
      if naPosition == .first { key.putMissingFirst() }
      keys.append(key.keys)
    }
    return RadixSort.sorted(rows, by: keys)
  }

  /// The rows sorted by a column; equal values keep their order.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.sort_values
  public func sortValues(
    by name: String, ascending: Bool = true, naPosition: MissingPosition = .last, ignoreIndex: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    try sortValues(by: [name], ascending: [ascending], naPosition: naPosition, ignoreIndex: ignoreIndex)
  }

  /// The rows sorted by their labels: as values of the type that ``DataFrame/setIndex(_:)`` took, as numbers if all are whole
  /// numbers, else as texts.
  /// Python: DataFrame.sort_index
  public func sortIndex(ascending: Bool = true) -> DataFrame {
    rows(uncheckedPositions: rowLabels.values.sortedPositions(ascending: ascending))
  }

  /// The rows with the greatest values, the greatest first; of equal ones the first rows.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.nlargest
  public func nlargest(_ n: Int, _ names: [String]) throws(DataFrameError) -> DataFrame {
    try sortValues(by: names, ascending: [false]).head(Swift.max(n, 0))
  }

  /// The rows with the least values, the least first; of equal ones the first rows.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.nsmallest
  public func nsmallest(_ n: Int, _ names: [String]) throws(DataFrameError) -> DataFrame {
    try sortValues(by: names).head(Swift.max(n, 0))
  }

  /// Where a row repeats another one. Missing values are equal.
  ///
  /// - Parameters:
  ///   - subset: the columns that count, nil for all.
  ///   - keep: which one of equal rows is not a duplicate.
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.duplicated
  public func duplicated(subset: [String]? = nil, keep: DuplicateRule = .first) throws(DataFrameError) -> Mask
  {
    let chosen = try subset.map { names throws(DataFrameError) in try selecting(names).columns } ?? columns
    if chosen.isEmpty { return Mask([Bool](repeating: false, count: rowCount)) }
    let grouping = Grouping(chosen, rowCount: rowCount, keepsMissing: true)
    var kept = [Bool](repeating: false, count: rowCount)
    switch keep {
    case .first: for row in grouping.firstRows { kept[row] = true }
    case .last:
      var last = grouping.firstRows
      for (row, code) in grouping.codes.enumerated() { last[Int(code)] = row }
      for row in last { kept[row] = true }
    case .none:
      let sizes = grouping.sizes
      for row in 0..<rowCount { kept[row] = sizes[Int(grouping.codes[row])] == 1 }
    }
    return !Mask(kept)
  }

  /// The rows without those that repeat another one. Missing values are equal.
  ///
  /// - Parameters:
  ///   - subset: the columns that count, nil for all.
  ///   - keep: which one of equal rows is kept.
  ///   - ignoreIndex: whether the rows are numbered anew.
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.drop_duplicates
  public func dropDuplicates(
    subset: [String]? = nil, keep: DuplicateRule = .first, ignoreIndex: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    let kept = filter(!(try duplicated(subset: subset, keep: keep)))
    return ignoreIndex ? kept.resetIndex(drop: true) : kept
  }
}

/// Which one of equal rows is kept.
/// Python: the argument keep of DataFrame.drop_duplicates
public enum DuplicateRule: String, Sendable, CaseIterable {
  /// The first one.
  case first
  /// The last one.
  case last
  /// None of them; Python's `False`.
  case none
}

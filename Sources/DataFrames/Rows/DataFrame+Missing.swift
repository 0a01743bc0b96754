/// When a row with missing values goes.
/// Python: the argument how of DataFrame.dropna
public enum MissingRule: String, Sendable, CaseIterable {
  /// When any value is missing.
  case any
  /// When all values are missing.
  case all
}

extension DataFrame {
  /// The rows with enough values.
  ///
  /// - Parameters:
  ///   - subset: the columns that count, nil for all.
  ///   - how: whether a row goes for any missing value or only when all are missing.
  ///   - thresh: the least number of values of a row that stays, instead of `how`.
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.dropna
  public func dropna(
    subset: [String]? = nil, how: MissingRule, thresh: Int? = nil
  ) throws(DataFrameError) -> DataFrame {
    let chosen = try subset.map { names throws(DataFrameError) in try selecting(names) } ?? self
    if how == .all, thresh == nil, chosen.columns.isEmpty { return self }
    let needed = thresh ?? (how == .any ? chosen.columns.count : 1)
    let counts = try chosen.count(axis: 1)
    return filter(counts >= needed)
  }

  /// The rows with at least a number of values.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.dropna(thresh=)
  public func dropna(subset: [String]? = nil, thresh: Int) throws(DataFrameError) -> DataFrame {
    try dropna(subset: subset, how: .any, thresh: thresh)
  }

  /// The columns without any missing value, or those with at least one value.
  /// Python: DataFrame.dropna(axis=1)
  public func dropnaColumns(how: MissingRule = .any) -> DataFrame {
    let kept = columns.filter { how == .any ? !$0.hasMissing : $0.nonMissingCount > 0 }
    return DataFrame(uncheckedColumns: kept, rowLabels: rowLabels)
  }

  /// Where each value is present.
  /// Python: DataFrame.notna
  public func notna() -> DataFrame {
    DataFrame(uncheckedColumns: columns.map { Column(name: $0.name, $0.notna()) }, rowLabels: rowLabels)
  }

  /// The frame with a value for each named column in place of its missing ones.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.fillna
  public func fillna(_ values: [String: ColumnValue]) throws(DataFrameError) -> DataFrame {
    for name in values.keys.sorted() { _ = try column(name) }
    let filled = columns.map { column in values[column.name].map { column.fillna($0) } ?? column }
    return DataFrame(uncheckedColumns: filled, rowLabels: rowLabels)
  }

  /// Missing values filled with the last value above them.
  /// Python: DataFrame.ffill
  public func ffill() -> DataFrame {
    DataFrame(uncheckedColumns: columns.map { $0.ffill() }, rowLabels: rowLabels)
  }

  /// Missing values filled with the next value below them.
  /// Python: DataFrame.bfill
  public func bfill() -> DataFrame {
    DataFrame(uncheckedColumns: columns.map { $0.bfill() }, rowLabels: rowLabels)
  }
}

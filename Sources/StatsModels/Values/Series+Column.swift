import DataFrames

extension Series: ColumnConvertible {
  /// Number of values.
  public var columnCount: Int? { count }
  /// The values as a column of numbers.
  public func columnStorage(broadcastTo count: Int) -> Column.Storage { .double(values) }
  /// The labels, by which values find their rows: `data["resid"] = results.resid`.
  public var labelsOfRows: [String]? { index }
}

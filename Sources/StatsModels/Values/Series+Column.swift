import DataFrames

extension Series: ColumnConvertible {
  /// Number of values.
  public var columnCount: Int? { count }
  /// The values as a column of numbers.
  public func column(broadcastTo count: Int) -> Column { Column(values) }
  /// The labels, by which values find their rows: `data["resid"] = results.resid`.
  public var labelsOfRows: [String]? { index }
}

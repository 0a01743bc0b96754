/// One row of a data frame, its values by column name.
public struct DataRow: Sendable {
  private let frame: DataFrame
  /// The position of the row in its frame.
  public let position: Int

  init(_ frame: DataFrame, _ position: Int) {
    self.frame = frame
    self.position = position
  }

  /// The row's label.
  /// Python: Series.name
  public var label: String { frame.rowLabels[position] }

  /// The names of the columns.
  public var columnNames: [String] { frame.columnNames }

  /// The values in the order of the columns, nil where missing.
  public var values: [ColumnValue?] { frame.columns.map { $0[position] } }

  /// The value in a column, nil where it is missing; a wrong name stops with a message that lists the nearest ones.
  public subscript(name: String) -> ColumnValue? { frame[name][position] }

  /// The value in a column as a number, nan where it is missing or a text; a wrong name stops with a message.
  public func double(_ name: String) -> Double { self[name]?.number ?? .nan }

  /// The value in a column as a whole number, nil where it is missing or none; a wrong name stops with a message.
  public func integer(_ name: String) -> Int? { self[name]?.wholeNumber }

  /// The value in a column as Python's `str` prints it, nil where it is missing; a wrong name stops with a message.
  public func string(_ name: String) -> String? { self[name]?.description }
}

extension DataFrame {
  /// The rows one after the other with their labels: `for (label, row) in data.iterrows() { row["x"] }`.
  ///
  /// Whole columns are faster by far: `data["x"] + data["y"]`.
  /// Python: DataFrame.iterrows
  public func iterrows() -> some Sequence<(label: String, row: DataRow)> {
    (0..<rowCount).lazy.map { (rowLabels[$0], DataRow(self, $0)) }
  }

  /// The row at a position; one out of range stops with a message.
  /// Python: DataFrame.iloc
  public func row(_ position: Int) -> DataRow {
    require(
      position >= 0 && position < rowCount, "no row at position \(position): there are \(rowCount) rows")
    return DataRow(self, position)
  }

  /// The column of what a function makes of each row: `data.apply { $0.double("x") > 3 ? "high" : "low" }`.
  ///
  /// - Throws: what the function throws.
  ///
  /// Python: DataFrame.apply(axis=1)
  public func apply<Value: ColumnElement>(_ function: (DataRow) throws -> Value) rethrows -> Column {
    Column(try (0..<rowCount).map { try function(DataRow(self, $0)) })
  }
}

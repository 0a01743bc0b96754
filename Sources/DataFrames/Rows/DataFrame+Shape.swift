// A frame as a whole.

extension DataFrame {
  /// Number of rows and of columns.
  /// Python: DataFrame.shape
  public var shape: (rows: Int, columns: Int) { (rowCount, columnCount) }
  /// Whether there are no rows or no columns.
  /// Python: DataFrame.empty
  public var isEmpty: Bool { rowCount == 0 || columnCount == 0 }
  /// The type of each column, by name.
  /// Python: DataFrame.dtypes
  public var dtypes: [String: ColumnType] {
    Dictionary(columns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
  }

  /// Names, numbers of values and types of the columns, as a text.
  ///
  /// pandas also tells the memory.
  /// Python: DataFrame.info
  public func info() -> String {
    var lines = ["\(rowCount) rows, \(columnCount) columns"]
    let table = DataFrame(
      uncheckedColumns: [
        Column(name: "Column", columnNames),
        Column(name: "Non-Null Count", columns.map { "\($0.nonMissingCount) non-null" }),
        Column(name: "Dtype", columns.map(\.type.pandasName)),
      ], rowLabels: RowLabels(count: columnCount))
    if columnCount > 0 { lines.append(table.toString()) }
    return lines.joined(separator: "\n")
  }

  /// Rows as columns and columns as rows: the columns are named by the row labels, the rows labelled by the columns' names.
  ///
  /// Columns of different types become numbers if all are numbers, texts otherwise.
  /// - Throws: ``DataFrameError`` for row labels that repeat.
  ///
  /// Python: DataFrame.transpose
  public func transpose() throws(DataFrameError) -> DataFrame {
    let all = Column.concatenated(columns)
    let turned = rowLabels.enumerated().map { row, label in
      all.rows(uncheckedPositions: columns.indices.map { $0 * rowCount + row }).renamed(label)
    }
    if turned.isEmpty { return try DataFrame(columns: [], rowLabels: RowLabels(columnNames)) }
    return try DataFrame(columns: turned, rowLabels: RowLabels(columnNames))
  }

  /// What a function makes of each column.
  ///
  /// - Throws: what the function throws, and ``DataFrameError`` when it gives another number of rows.
  ///
  /// Python: DataFrame.transform
  public func transform(_ function: (Column) throws -> Column) throws -> DataFrame {
    try DataFrame(
      columns: columns.map { try function($0).renamed($0.name) }, rowLabels: columns.isEmpty ? nil : rowLabels
    )
  }

  /// Functions of all columns, one row each, labelled by their names: `data[["x", "y"]].agg([.mean, .std])`.
  ///
  /// - Throws: ``DataFrameError`` for a column that has no such value, as the mean of texts.
  ///
  /// Python: DataFrame.agg
  public func agg(_ functions: [Aggregation]) throws -> DataFrame {
    let all = Grouping(single: rowCount)
    let results = try columns.map { column -> Column in
      // Without rows there is no group.
      let pieces = try functions.map { function in
        rowCount > 0 ? try function(column, all) : Column(name: column.name, [Double.nan])
      }
      return Column.concatenated(pieces).renamed(column.name)
    }
    return try DataFrame(
      columns: results, rowLabels: RowLabels(functions.map(\.name)))
  }

  /// Numbers rounded to a number of decimals; columns of other types stay.
  /// Python: DataFrame.round
  public func round(_ decimals: Int = 0) -> DataFrame {
    DataFrame(
      uncheckedColumns: columns.map { $0.isNumeric ? $0.round(decimals) : $0 }, rowLabels: rowLabels)
  }

  /// Where each value is one of several.
  /// Python: DataFrame.isin
  public func isin(_ values: some ColumnConvertible) -> DataFrame {
    DataFrame(
      uncheckedColumns: columns.map { Column(name: $0.name, $0.isin(values)) }, rowLabels: rowLabels)
  }

  /// The frame with row labels replaced; labels that are none of the frame's are passed over.
  /// Python: DataFrame.rename(index=)
  public func rename(index labels: [String: String]) -> DataFrame {
    DataFrame(uncheckedColumns: columns, rowLabels: RowLabels(rowLabels.map { labels[$0] ?? $0 }))
  }

  /// The rows with the greatest values of a column, the greatest first; of equal ones the first rows.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.nlargest
  public func nlargest(_ n: Int, _ name: String) throws(DataFrameError) -> DataFrame {
    try nlargest(n, [name])
  }

  /// The rows with the least values of a column, the least first; of equal ones the first rows.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.nsmallest
  public func nsmallest(_ n: Int, _ name: String) throws(DataFrameError) -> DataFrame {
    try nsmallest(n, [name])
  }
}

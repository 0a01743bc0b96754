extension DataFrame {
  /// The values in wide form: a row for each key, a column for each distinct value of a column.
  ///
  /// The keys are columns, as after pandas' `reset_index()`; missing keys come first.
  /// - Parameters:
  ///   - index: the key column.
  ///   - columns: the column whose values become names.
  ///   - values: the column of values.
  /// - Throws: ``DataFrameError`` for unknown names, and when two rows have the same index and column:
  ///   ``pivotTable(values:index:columns:aggfunc:fillValue:margins:)-(_,String,_,_,_,_)`` combines such rows.
  ///
  /// Python: DataFrame.pivot
  public func pivot(index: String, columns: String, values: String) throws(DataFrameError) -> DataFrame {
    let grid = try Spreading(self, index: [index], columns: [columns], keepsMissing: true)
    return try table(grid, grid.spread(try column(values), try grid.soleRows()))
  }

  /// The values of several columns in wide form, keyed by several columns; results are named `x_a` for the
  /// values `x` where `columns` is `a`.
  ///
  /// - Parameters:
  ///   - index: the key columns.
  ///   - columns: the columns whose values become names, joined by `_`.
  ///   - values: the columns of values, nil for all others.
  /// - Throws: ``DataFrameError`` for unknown names, and when two rows have the same index and columns.
  ///
  /// Python: DataFrame.pivot
  public func pivot(
    index: [String], columns: [String], values: [String]? = nil
  ) throws(DataFrameError) -> DataFrame {
    let grid = try Spreading(self, index: index, columns: columns, keepsMissing: true)
    let rows = try grid.soleRows()
    var spread: [Column] = []
    for name in values ?? others(index + columns) {
      spread += grid.spread(try column(name), rows, prefix: name + "_")
    }
    return try table(grid, spread)
  }

  /// A table of summaries: a row for each key, a column for each distinct value of a column.
  ///
  /// The keys are columns, as after pandas' `reset_index()`. Rows with a missing key are left out, and so are columns
  /// of nothing but missing values.
  /// - Parameters:
  ///   - values: the column to summarise.
  ///   - index: the key columns.
  ///   - columns: the columns whose values become names, joined by `_`; none for one column of the values' name.
  ///   - aggfunc: what becomes of the values of a cell.
  ///   - fillValue: what stands in cells without values.
  ///   - margins: whether a row and a column `All` summarise everything.
  /// - Throws: ``DataFrameError`` for unknown names, and for values that have no such summary.
  ///
  /// Python: DataFrame.pivot_table
  public func pivotTable(
    values: String, index: [String], columns: [String] = [], aggfunc: Aggregation = .mean,
    fillValue: Double? = nil, margins: Bool = false
  ) throws -> DataFrame {
    try PivotTable(self, [values], index, columns, aggfunc, margins: margins).frame(fillValue) {
      columns.isEmpty ? values : $1
    }
  }

  /// A table of summaries of several columns: for the values `x` where `columns` is `a` there is a column `x_a`, for all
  /// values `x` `x_All`, in the order of the names.
  ///
  /// Margins summarise the rows that have all of the values.
  /// - Parameters:
  ///   - values: the columns to summarise.
  ///   - index: the key columns.
  ///   - columns: the columns whose values become names, joined by `_`; none for one column of each of the values.
  ///   - aggfunc: what becomes of the values of a cell.
  ///   - fillValue: what stands in cells without values.
  ///   - margins: whether a row, and a column of each of the values, `All` summarise everything.
  /// - Throws: ``DataFrameError`` for unknown names, and for values that have no such summary.
  ///
  /// Python: DataFrame.pivot_table
  public func pivotTable(
    values: [String], index: [String], columns: [String] = [], aggfunc: Aggregation = .mean,
    fillValue: Double? = nil, margins: Bool = false
  ) throws -> DataFrame {
    try PivotTable(self, values, index, columns, aggfunc, margins: margins).frame(fillValue) {
      columns.isEmpty ? $0 : "\($0)_\($1)"
    }
  }

  /// A table of summaries keyed by one column, as
  /// ``pivotTable(values:index:columns:aggfunc:fillValue:margins:)-(String,[String],_,_,_,_)`` makes it.
  ///
  /// Python: DataFrame.pivot_table
  public func pivotTable(
    values: String, index: String, columns: String, aggfunc: Aggregation = .mean, fillValue: Double? = nil,
    margins: Bool = false
  ) throws -> DataFrame {
    try pivotTable(
      values: values, index: [index], columns: [columns], aggfunc: aggfunc, fillValue: fillValue,
      margins: margins)
  }

  /// The names of the other columns.
  private func others(_ names: [String]) -> [String] { columnNames.filter { !names.contains($0) } }

  private func table(_ grid: Spreading, _ spread: [Column]) throws(DataFrameError) -> DataFrame {
    try DataFrame(columns: grid.rowKeys + spread, rowLabels: RowLabels(count: grid.rows.count))
  }
}

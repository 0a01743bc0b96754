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
    _ = try column(values)
    guard !columns.isEmpty else {
      let result = try groupby(index).agg([values: aggfunc])
      return fillValue.map { result.fillna($0) } ?? result
    }
    let complete = try dropna(subset: index + columns)
    let source = try complete.column(values)
    let grid = try Spreading(complete, index: index, columns: columns, keepsMissing: false)
    let (grouping, groupOfCell) = try grid.cells()
    let summary = try aggfunc(source, grouping)
    var spread = grid.spread(summary, groupOfCell.map { $0 >= 0 && !summary.isMissing($0) ? $0 : -1 })
    let kept = spread.indices.filter { spread[$0].nonMissingCount > 0 }
    spread = kept.map { spread[$0] }
    var keys = grid.rowKeys
    if margins, !spread.isEmpty {
      let total = try Column.concatenated([
        aggfunc(source, grid.rows), aggfunc(source, Grouping(single: source.count)),
      ])
      let bottom = try aggfunc(source, grid.columns)
      spread = zip(kept, spread).map { Column.concatenated([$1, bottom.rows([$0])]).renamed($1.name) }
      spread.append(total.renamed("All"))
      keys = keys.enumerated().map { position, key in
        Column.concatenated([key.astype(.string), Column([position == 0 ? "All" : ""])])
      }
    }
    // A row without any value goes, as in pandas.
    let result = try DataFrame(columns: keys + spread)
    let empty = (0..<result.rowCount).map { row in spread.allSatisfy { $0.isMissing(row) } }
    let filled = result.filter(Mask(empty.map { !$0 })).resetIndex(drop: true)
    guard let fillValue else { return filled }
    return try DataFrame(
      columns: filled.columns.enumerated().map { position, column in
        position < keys.count ? column : column.fillna(fillValue)
      })
  }

  /// A table of summaries keyed by one column, as
  /// ``pivotTable(values:index:columns:aggfunc:fillValue:margins:)-(_,[String],_,_,_,_)`` makes it.
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

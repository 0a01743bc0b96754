/// Summaries of columns for each pair of keys.
struct PivotTable {
  /// The rows that have all keys.
  private let source: DataFrame
  private let values: [String]
  private let aggfunc: Aggregation
  private let margins: Bool
  private let grid: Spreading
  /// Whether there are keys that become columns.
  private let hasColumns: Bool
  private let cells: (grouping: Grouping, groupOfCell: [Int])
  /// The rows that margins summarise: those that have all values.
  private let marginRows: [Int]

  /// - Throws: ``DataFrameError`` for unknown names, and for too many cells.
  init(
    _ frame: DataFrame, _ values: [String], _ index: [String], _ columns: [String], _ aggfunc: Aggregation,
    margins: Bool
  ) throws {
    source = try frame.dropna(subset: index + columns)
    self.values = values.sorted { ColumnValue.string($0) < ColumnValue.string($1) }
    (self.aggfunc, self.margins, hasColumns) = (aggfunc, margins, !columns.isEmpty)
    grid = try Spreading(source, index: index, columns: columns, keepsMissing: false)
    cells = try grid.cells()
    let complete = try source.selecting(values).columns.map { $0.notna().values }
    marginRows = (0..<source.rowCount).filter { row in complete.allSatisfy { $0[row] } }
  }

  /// The table without rows and columns of nothing but missing values, but for the last row of margins, as in pandas.
  ///
  /// - Parameter name: the name of the column of a value's name and a key.
  func frame(_ fillValue: Double?, name: (String, String) -> String) throws -> DataFrame {
    let spread = try values.flatMap { value in
      try block(source.column(value)).map { $0.renamed(name(value, $0.name)) }
    }
    let hasTotal = margins && !spread.isEmpty
    let keys = hasTotal ? grid.rowKeys.enumerated().map(withTotal) : grid.rowKeys
    let result = try DataFrame(columns: keys + spread)
    let isPresent = (0..<result.rowCount).map { row in
      (hasTotal && row == grid.rows.count) || spread.contains { !$0.isMissing(row) }
    }
    let found = result.filter(Mask(isPresent)).resetIndex(drop: true)
    guard let fillValue else { return found }
    return try DataFrame(
      columns: found.columns.enumerated().map { position, column in
        position < keys.count ? column : column.fillna(fillValue)
      })
  }

  private func withTotal(_ position: Int, _ key: Column) -> Column {
    Column.concatenated([key.astype(.string), Column([position == 0 ? "All" : ""])])
  }

  /// The columns of a value, named by their keys.
  private func block(_ column: Column) throws -> [Column] {
    let summary = try aggfunc(column, cells.grouping)
    let positions = cells.groupOfCell.map { $0 >= 0 && !summary.isMissing($0) ? $0 : -1 }
    let spread = grid.spread(summary, positions)
    let kept = spread.indices.filter { spread[$0].nonMissingCount > 0 }
    guard margins, !kept.isEmpty else { return kept.map { spread[$0] } }
    let corner = try total(column)
    let bottom = hasColumns ? try margin(column, grid.columns) : corner
    var result = kept.map { place in
      Column.concatenated([spread[place], bottom.rows([place])]).renamed(spread[place].name)
    }
    if hasColumns {
      result.append(Column.concatenated([try margin(column, grid.rows), corner]).renamed("All"))
    }
    return result.filter { $0.nonMissingCount > 0 }
  }

  /// The summary of all rows that margins summarise, of none if there are none.
  private func total(_ column: Column) throws -> Column {
    let all = Grouping(codes: [Int32](repeating: 0, count: marginRows.count), firstRows: [0])
    return try aggfunc(column.rows(uncheckedPositions: marginRows), all)
  }

  /// A summary of each group over the rows that margins summarise, missing for groups without any.
  private func margin(_ column: Column, _ grouping: Grouping) throws -> Column {
    let codes = marginRows.map { grouping.codes[$0] }
    let present = Set(codes).sorted()
    var places = [Int](repeating: -1, count: grouping.count)
    for (place, code) in present.enumerated() { places[Int(code)] = place }
    let groups = Grouping(
      codes: codes.map { Int32(truncatingIfNeeded: places[Int($0)]) },
      firstRows: present.map { code in codes.firstIndex(of: code) ?? 0 })
    return try aggfunc(column.rows(uncheckedPositions: marginRows), groups).rows(withGaps: places)
  }
}

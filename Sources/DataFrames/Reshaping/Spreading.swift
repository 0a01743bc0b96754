/// Values spread over a grid: a row for each group of rows, a column for each group of columns.
struct Spreading {
  /// The groups that become rows.
  let rows: Grouping
  /// The groups that become columns.
  let columns: Grouping
  /// The key columns of the rows, one row a group.
  let rowKeys: [Column]
  /// The name of each column.
  let columnNames: [String]

  /// A grid of key columns.
  ///
  /// - Throws: ``DataFrameError`` for unknown names.
  init(
    _ frame: DataFrame, index: [String], columns names: [String], keepsMissing: Bool
  ) throws(DataFrameError) {
    let indexColumns = try frame.selecting(index).columns
    let nameColumns = try frame.selecting(names).columns
    rows = Grouping(indexColumns, rowCount: frame.rowCount, keepsMissing: keepsMissing).missingFirst(
      indexColumns)
    columns = Grouping(nameColumns, rowCount: frame.rowCount, keepsMissing: keepsMissing)
      .missingFirst(nameColumns)
    let (rowGroups, columnGroups) = (rows, columns)
    rowKeys = indexColumns.map { $0.rows(uncheckedPositions: rowGroups.firstRows) }
    columnNames = columnGroups.firstRows.map { row in
      nameColumns.map { $0[row]?.description ?? "nan" }.joined(separator: "_")
    }
  }

  /// Number of cells.
  ///
  /// - Throws: ``DataFrameError`` when there would be too many to hold.
  func cellCount() throws(DataFrameError) -> Int {
    let (cells, overflow) = rows.count.multipliedReportingOverflow(by: columns.count)
    if overflow || cells > Int(Int32.max) {
      throw DataFrameError(
        .invalidArgument,
        "a table of \(rows.count) rows and \(columns.count) columns is too large: its columns should have few "
          + "distinct values")
    }
    return cells
  }

  /// The only row of each cell, by columns, -1 for none.
  ///
  /// - Throws: ``DataFrameError`` when two rows belong to a cell.
  func soleRows() throws(DataFrameError) -> [Int] {
    var found = [Int](repeating: -1, count: try cellCount())
    for (row, code) in rows.codes.enumerated() where code >= 0 && columns.codes[row] >= 0 {
      let cell = Int(columns.codes[row]) * rows.count + Int(code)
      if found[cell] >= 0 {
        throw DataFrameError(
          .repeatedKey,
          "pivot: rows \(found[cell]) and \(row) have the same index and column: pivotTable(aggfunc:) "
            + "combines such rows")
      }
      found[cell] = row
    }
    return found
  }

  /// The cells as groups of rows: those that occur, in order of columns, and the group of each cell.
  func cells() throws(DataFrameError) -> (grouping: Grouping, groupOfCell: [Int]) {
    let count = try cellCount()
    let pairs = KeyCodes(
      codes: zip(columns.codes, rows.codes).map {
        $0 < 0 || $1 < 0 ? -1 : $0 * Int32(truncatingIfNeeded: rows.count) + $1
      }, count: count)
    let grouping = Grouping(pairs)
    var groupOfCell = [Int](repeating: -1, count: count)
    for (group, row) in grouping.firstRows.enumerated() { groupOfCell[Int(pairs.codes[row])] = group }
    return (grouping, groupOfCell)
  }

  /// One column for each group of columns; values come from the given positions, -1 for none.
  ///
  /// As in pandas one gap makes all columns of whole numbers floating-point ones.
  func spread(_ values: Column, _ positions: [Int], prefix: String = "") -> [Column] {
    let hasGap = positions.contains(-1)
    var source = values
    if hasGap, case .integer(_, nil) = values.storage { source = values.astype(.double) }
    return columnNames.indices.map { column in
      let range = column * rows.count..<(column + 1) * rows.count
      return source.rows(withGaps: Array(positions[range])).renamed(prefix + columnNames[column])
    }
  }
}

extension Grouping {
  /// The same groups with that of a missing key first, where there is one key and pandas puts it.
  func missingFirst(_ keys: [Column]) -> Grouping {
    guard keys.count == 1, let last = firstRows.last, keys[0].isMissing(last) else { return self }
    let count = Int32(truncatingIfNeeded: count)
    return Grouping(
      codes: codes.map { $0 == count - 1 ? 0 : $0 + 1 }, firstRows: [last] + firstRows.dropLast())
  }
}

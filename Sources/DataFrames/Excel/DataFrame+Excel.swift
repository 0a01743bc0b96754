extension DataFrame {
  /// Reads a sheet of an Excel workbook (.xlsx).
  ///
  /// Columns become whole numbers, numbers, truth values, dates or texts by their cells' values; formulas give the values
  /// that were saved with them. Texts that mark a missing value in a CSV file do so here. An empty sheet has no columns.
  /// - Parameters:
  ///   - path: the file.
  ///   - sheet: the name of the sheet; nil for the first one.
  ///   - header: the row of the names, from 0; those before it are passed over. Nil for none: the names are `0`, `1`, ….
  ///   - usecols: the columns to keep, nil for all.
  /// - Throws: ``DataFrameError`` for a file that cannot be read or is no workbook, for an unknown sheet or column.
  ///
  /// Python: pandas.read_excel
  public init(
    excel path: String, sheet: String? = nil, header: Int? = 0, usecols: [String]? = nil
  ) throws(DataFrameError) {
    let file = try FileBytes(path: path)
    let cells = try withExtendedLifetime(file) { () throws(DataFrameError) in
      let workbook = try Workbook(file.bytes, path: path)
      return try workbook.cells(workbook.file(sheet, path: path))
    }
    let frame = try Self.frame(cells, header: header, path: path)
    self = try usecols.map { names throws(DataFrameError) in try frame.selecting(names) } ?? frame
  }

  /// Reads the sheet at a position, from 0, of an Excel workbook, as ``init(excel:sheet:header:usecols:)`` does.
  ///
  /// - Throws: ``DataFrameError`` as there.
  ///
  /// Python: pandas.read_excel
  public init(excel path: String, sheet: Int, header: Int? = 0, usecols: [String]? = nil)
    throws(DataFrameError)
  {
    let names = try Self.sheetNames(excel: path)
    guard names.indices.contains(sheet) else {
      throw DataFrameError(
        .positionOutOfRange, "no sheet at position \(sheet): there are \(names.count)", path: path)
    }
    try self.init(excel: path, sheet: names[sheet], header: header, usecols: usecols)
  }

  /// The names of the sheets of an Excel workbook.
  ///
  /// - Throws: ``DataFrameError`` for a file that cannot be read or is no workbook.
  ///
  /// Python: pandas.ExcelFile.sheet_names
  public static func sheetNames(excel path: String) throws(DataFrameError) -> [String] {
    let file = try FileBytes(path: path)
    return try withExtendedLifetime(file) { () throws(DataFrameError) in
      try Workbook(file.bytes, path: path).sheets.map(\.name)
    }
  }

  private static func frame(_ cells: [[Workbook.Cell?]], header: Int?, path: String) throws(DataFrameError)
    -> DataFrame
  {
    let width = cells.reduce(0) { Swift.max($0, $1.count) }
    let first = header.map { $0 + 1 } ?? 0
    if width == 0, first <= 1 { return DataFrame() }
    guard width > 0, first >= 0, first <= cells.count else {
      throw DataFrameError(.emptyFile, "no header: the sheet has \(cells.count) rows", path: path)
    }
    let names =
      header.map { row in
        CSVHeader.distinct((0..<width).map { text(cells[row].indices.contains($0) ? cells[row][$0] : nil) })
      } ?? (0..<width).map(String.init)
    let rows = cells[first...]
    let columns = names.enumerated().map { place, name in
      column(name, rows.map { $0.indices.contains(place) ? $0[place] : nil })
    }
    return try DataFrame(columns: columns, rowLabels: RowLabels(count: rows.count))
  }

  private static func text(_ cell: Workbook.Cell?) -> String {
    switch cell {
    case nil: ""
    case .level(let level)?: level.description
    case .moment(let moment)?: TimeColumn(.moment, microseconds: [moment]).texts[0] ?? ""
    }
  }

  private static func column(_ name: String, _ cells: [Workbook.Cell?]) -> Column {
    let markers = Set(CSVOptions.defaultMissingMarkers + [""])
    var isDates = false
    let levels = cells.map { cell -> ColumnValue? in
      switch cell {
      case nil: return nil
      case .level(.string(let text))? where markers.contains(text): return nil
      case .level(let level)?: return level
      case .moment?:
        isDates = true
        return .string(text(cell))
      }
    }
    let isMixed = zip(cells, levels).contains { cell, level in
      if case .level? = cell { return level != nil }
      return false
    }
    if isDates, !isMixed {
      let moments = cells.map { cell in
        if case .moment(let moment)? = cell { moment } else { TimeColumn.missing }
      }
      return Column(name: name, storage: .time(TimeColumn(.moment, microseconds: moments)))
    }
    let column = Column(name: name, storage: ColumnValue.columnStorage(levels))
    // As in a CSV file whole numbers beside missing ones are floating-point numbers.
    return column.type == .integer && column.hasMissing ? column.astype(.double) : column
  }
}

extension Workbook {
  /// The file of a sheet, of the first one without a name.
  fileprivate func file(_ sheet: String?, path: String) throws(DataFrameError) -> String {
    guard let name = sheet ?? sheets.first?.name, let found = sheets.first(where: { $0.name == name }) else {
      throw DataFrameError(
        .unknownName, NearestNames.message("sheet", sheet ?? "", among: sheets.map(\.name)), path: path)
    }
    return found.file
  }
}

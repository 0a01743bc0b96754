extension DataFrame {
  /// The values of several columns one below the other: long form, a row for each value.
  ///
  /// Values of different types become numbers if all are numbers, texts otherwise.
  /// - Parameters:
  ///   - idVars: the columns that identify a row; their values repeat.
  ///   - valueVars: the columns whose values are stacked, nil for all others.
  ///   - varName: the name of the column that holds the names of the stacked columns.
  ///   - valueName: the name of the column of values.
  /// - Throws: ``DataFrameError`` for unknown names and for names that would repeat.
  ///
  /// Python: DataFrame.melt
  public func melt(
    idVars: [String] = [], valueVars: [String]? = nil, varName: String = "variable",
    valueName: String = "value"
  ) throws(DataFrameError) -> DataFrame {
    let identifiers = try selecting(idVars).columns
    let stacked: [Column]
    if let valueVars {
      stacked = try selecting(valueVars).columns
    } else {
      stacked = columns.filter { column in !identifiers.contains { $0.name == column.name } }
    }
    let rows = Array(0..<rowCount)
    let repeated = stacked.flatMap { _ in rows }
    let names = StringColumn(
      pool: stacked.map(\.name),
      codes: stacked.indices.flatMap { [Int32](repeating: Int32(truncatingIfNeeded: $0), count: rowCount) })
    let values = stacked.isEmpty ? Column([Double]()) : Column.concatenated(stacked)
    return try DataFrame(
      columns: identifiers.map { $0.rows(uncheckedPositions: repeated) } + [
        Column(name: varName, storage: .string(names)), values.renamed(valueName),
      ])
  }
}

// Rows and columns by label.

extension DataFrame {
  /// The frame without the rows of given labels.
  ///
  /// - Throws: ``DataFrameError`` for a label that no row has.
  ///
  /// Python: DataFrame.drop
  public func drop(labels: [String]) throws(DataFrameError) -> DataFrame {
    let unwanted = Set(try rows(labels: labels).rowLabels)
    return filter(Mask(rowLabels.map { !unwanted.contains($0) }))
  }

  /// The rows with given labels, in the order of the labels; a label that no row has gives missing values.
  ///
  /// - Throws: ``DataFrameError`` when a label of the frame repeats.
  ///
  /// Python: DataFrame.reindex
  public func reindex(_ labels: [String]) throws(DataFrameError) -> DataFrame {
    let positions = rowLabels.positions()
    if let repeated = rowLabels.first(where: { (positions[$0]?.count ?? 0) > 1 }) {
      throw DataFrameError(.repeatedKey, "reindex: row label \(PythonText.quoted(repeated)) repeats")
    }
    let rows = labels.map { positions[$0]?.first ?? -1 }
    return DataFrame(
      uncheckedColumns: columns.map { $0.rows(withGaps: rows) }, rowLabels: RowLabels(labels))
  }

  /// The frame with the row labels as its first column, and new labels `"0"`, `"1"`, ….
  ///
  /// - Throws: ``DataFrameError`` when a column has that name.
  ///
  /// Python: DataFrame.reset_index
  public func resetIndex(names name: String) throws(DataFrameError) -> DataFrame {
    try DataFrame(columns: [rowLabels.values.renamed(name)] + columns)
  }

  /// The frame with columns renamed by a function.
  ///
  /// - Throws: ``DataFrameError`` when two columns would have the same name.
  ///
  /// Python: DataFrame.rename(columns=)
  public func rename(columns transform: (String) -> String) throws(DataFrameError) -> DataFrame {
    try DataFrame(columns: columns.map { $0.renamed(transform($0.name)) }, rowLabels: rowLabels)
  }

  /// The frame with new names for all columns, in their order.
  ///
  /// - Throws: ``DataFrameError`` for another number of names and for repeated ones.
  ///
  /// Python: DataFrame.set_axis
  public func setColumnNames(_ names: [String]) throws(DataFrameError) -> DataFrame {
    guard names.count == columns.count else {
      throw DataFrameError(.lengthMismatch, "\(names.count) names for \(columns.count) columns")
    }
    return try DataFrame(columns: zip(columns, names).map { $0.renamed($1) }, rowLabels: rowLabels)
  }

  /// The frame with columns added or replaced, in the order written: `data.assigning(["z": data["x"] * 2])`.
  ///
  /// - Throws: ``DataFrameError`` when a length is not `rowCount`.
  ///
  /// Python: DataFrame.assign
  public func assigning(
    _ values: KeyValuePairs<String, any ColumnConvertible>
  ) throws(DataFrameError) -> DataFrame {
    var result = self
    for (name, column) in values { try result.assign(name, column) }
    return result
  }

  /// Adds a column at a position.
  ///
  /// - Throws: ``DataFrameError`` for a position out of range, a name that exists and a length that does not fit.
  ///
  /// Python: DataFrame.insert
  public mutating func insert(
    _ position: Int, _ name: String, _ values: any ColumnConvertible
  ) throws(DataFrameError) {
    guard (0...columns.count).contains(position) else {
      throw DataFrameError(
        .positionOutOfRange, "insert: position \(position) is not from 0 to \(columns.count)")
    }
    if contains(name) {
      throw DataFrameError(.repeatedName, "insert: there is a column \(PythonText.quoted(name)) already")
    }
    var extended = self
    try extended.assign(name, values)
    var order = columnNames
    order.insert(name, at: position)
    self = try extended.selecting(order)
  }

  /// The columns of given types.
  /// Python: DataFrame.select_dtypes
  public func selectDtypes(include types: [ColumnType]) -> DataFrame {
    DataFrame(uncheckedColumns: columns.filter { types.contains($0.type) }, rowLabels: rowLabels)
  }

  /// The columns without those of given types.
  /// Python: DataFrame.select_dtypes
  public func selectDtypes(exclude types: [ColumnType]) -> DataFrame {
    DataFrame(uncheckedColumns: columns.filter { !types.contains($0.type) }, rowLabels: rowLabels)
  }

  /// The label of the first row with the greatest value of a column; nil without values.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: Series.idxmax
  public func idxmax(_ name: String) throws(DataFrameError) -> String? {
    try column(name).argmax().map { rowLabels[$0] }
  }

  /// The label of the first row with the least value of a column; nil without values.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: Series.idxmin
  public func idxmin(_ name: String) throws(DataFrameError) -> String? {
    try column(name).argmin().map { rowLabels[$0] }
  }

  /// The distinct rows of some columns with how often each occurs, the most frequent first, in a column `count`.
  ///
  /// Rows with a missing value do not count; equal counts are in the order of first appearance.
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.value_counts
  public func valueCounts(_ names: [String]? = nil) throws(DataFrameError) -> DataFrame {
    let sizes = try groupby(names ?? columnNames, sort: false).size().rename(columns: ["size": "count"])
    return try sizes.sortValues(by: "count", ascending: false, ignoreIndex: true)
  }
}

extension Column {
  /// The position of the first greatest value, nil without values.
  /// Python: Series.argmax
  public func argmax() -> Int? { extreme(greatest: true) }
  /// The position of the first least value, nil without values.
  /// Python: Series.argmin
  public func argmin() -> Int? { extreme(greatest: false) }

  /// A column has no row labels: ``argmax()`` is the position, ``DataFrame/idxmax(_:)`` the label.
  /// Python: Series.idxmax
  @available(
    *, unavailable,
    message:
      "a column has no row labels: argmax() is the position, as in data[i, \"y\"]; data.idxmax(\"x\") is the label"
  )
  public func idxmax() -> Int? { argmax() }
  /// A column has no row labels: ``argmin()`` is the position, ``DataFrame/idxmin(_:)`` the label.
  /// Python: Series.idxmin
  @available(
    *, unavailable,
    message:
      "a column has no row labels: argmin() is the position, as in data[i, \"y\"]; data.idxmin(\"x\") is the label"
  )
  public func idxmin() -> Int? { argmin() }

  private func extreme(greatest: Bool) -> Int? {
    GroupRows.extreme(self, Grouping(single: count), greatest: greatest).first.flatMap { $0 < 0 ? nil : $0 }
  }
}

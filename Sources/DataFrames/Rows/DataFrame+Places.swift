// Values at rows and columns, read and set: what pandas' loc, iloc and at do.

extension DataFrame {
  /// The values of a column in the rows where a mask is true: `data[data["x"] > 3, "y"]`.
  ///
  /// Setting gives these rows other values; the type widens where it must, and a new name makes a column that is missing
  /// elsewhere. A wrong name, mask or number of values stops with a message; ``assign(_:where:_:)`` throws instead.
  /// Python: DataFrame.loc
  public subscript(mask: Mask, name: String) -> Column {
    get { self[mask][name] }
    set { set(name, mask, newValue) }
  }

  /// Sets a column in the rows where a mask is true from an array or a single value.
  @_disfavoredOverload
  public subscript(mask: Mask, name: String) -> any ColumnConvertible {
    get { self[mask][name] as Column }
    set { set(name, mask, newValue) }
  }

  /// Makes the values of a column missing in the rows where a mask is true: `data[data["x"] < 0, "x"] = nil`.
  ///
  /// The type of the column stays, but whole numbers become floating-point ones; a new name makes a column of missing
  /// numbers. A wrong mask stops with a message.
  /// Python: DataFrame.loc
  @_disfavoredOverload
  public subscript(mask: Mask, name: String) -> Never? {
    @available(*, unavailable, message: "nil can be assigned; isna() tells where values are missing")
    get { nil }
    set { set(name, mask, Double.nan) }
  }

  /// Makes all values of a column missing: `data["x"] = nil`; a new name makes a column of missing numbers, and
  /// `data["g"] = [String?](repeating: nil, count: data.rowCount)` one of missing texts.
  /// Python: DataFrame.__setitem__
  @_disfavoredOverload
  public subscript(name: String) -> Never? {
    @available(*, unavailable, message: "nil can be assigned; isna() tells where values are missing")
    get { nil }
    set { set(name, Mask([Bool](repeating: true, count: rowCount)), Double.nan) }
  }

  /// Some columns of the rows where a mask is true; wrong names and masks stop with a message.
  /// Python: DataFrame.loc
  public subscript(mask: Mask, names: [String]) -> DataFrame { self[names][mask] }

  /// The value of a column in the row at a position, nil where it is missing; `data[3, "x"] = 2.5` sets it.
  ///
  /// A wrong name or position stops with a message.
  /// Python: DataFrame.iat
  public subscript(position: Int, name: String) -> ColumnValue? {
    get { self[name][position] }
    set {
      require(
        position >= 0 && position < rowCount, "no row at position \(position): there are \(rowCount) rows")
      var chosen = [Bool](repeating: false, count: rowCount)
      chosen[position] = true
      set(name, Mask(chosen), Column([newValue]))
    }
  }

  /// The value of a column in the first row of a label, nil where it is missing.
  ///
  /// - Throws: ``DataFrameError`` for an unknown label or name.
  ///
  /// Python: DataFrame.at
  public func at(_ label: String, _ name: String) throws(DataFrameError) -> ColumnValue? {
    try rows(labels: [label]).column(name)[0]
  }

  /// The rows and columns at the positions of two ranges; one out of range stops with a message.
  /// Python: DataFrame.iloc
  public subscript(positions: Range<Int>, columns: Range<Int>) -> DataFrame {
    require(
      columns.lowerBound >= 0 && columns.upperBound <= columnCount,
      "no columns at positions \(columns): there are \(columnCount)")
    let chosen = Array(self.columns[columns])
    return DataFrame(uncheckedColumns: chosen, rowLabels: rowLabels)[positions]
  }

  /// Gives a column other values in the rows where a mask is true: a single value, or one for each of them.
  ///
  /// - Throws: ``DataFrameError`` for a mask or values of another number, and for a value that is none of the levels of a
  ///   column of categories.
  ///
  /// Python: DataFrame.loc
  public mutating func assign(
    _ name: String, where mask: Mask, _ values: any ColumnConvertible
  ) throws(DataFrameError) {
    guard mask.count == rowCount else {
      throw DataFrameError(
        .lengthMismatch, "a mask of \(mask.count) rows cannot choose from \(rowCount) rows")
    }
    let chosen = mask.positions
    let new = Column(name: name, storage: values.columnStorage(broadcastTo: chosen.count))
    guard new.count == chosen.count else {
      throw DataFrameError(
        .lengthMismatch,
        "column \(PythonText.quoted(name)): \(new.count) values for the \(chosen.count) rows that the mask chooses"
      )
    }
    if chosen.isEmpty, contains(name) { return }
    let old = contains(name) ? self[name] as Column : new.missing(count: rowCount)
    let fitting = try old.levelsFitting(new)
    let both = Column.concatenated([old, fitting])
    var sources = Array(0..<rowCount)
    for (place, row) in chosen.enumerated() { sources[row] = rowCount + place }
    try assign(name, both.rows(uncheckedPositions: sources))
  }

  private mutating func set(_ name: String, _ mask: Mask, _ values: any ColumnConvertible) {
    do { try assign(name, where: mask, values) } catch { stop(error.message) }
  }
}

extension Column {
  /// Values as categories of this column's levels, where it has levels.
  fileprivate func levelsFitting(_ values: Column) throws(DataFrameError) -> Column {
    guard case .categorical(let known) = storage else { return values }
    let found = values.factorized().levels
    if let unknown = found.first(where: { !known.levels.contains($0) }) {
      throw DataFrameError(
        .wrongType,
        "column \(PythonText.quoted(name)) has no level \(unknown.debugDescription): cat.addCategories adds one, "
          + "astype(.string) takes any text")
    }
    return Column(
      name: name, storage: .categorical(Categorical(values, levels: known.levels, ordered: known.ordered)))
  }
}

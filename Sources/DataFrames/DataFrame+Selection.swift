// Choosing rows and columns. Rows keep their labels.

extension DataFrame {
  /// The named columns, in the order of the names; a wrong name stops with a message that lists the nearest
  /// ones.
  public subscript(names: [String]) -> DataFrame {
    do { return try selecting(names) } catch { stop(error.message) }
  }

  /// The named columns, in the order of the names.
  ///
  /// - Throws: ``DataFrameError`` for an unknown or repeated name.
  public func selecting(_ names: [String]) throws(DataFrameError) -> DataFrame {
    var selected: [Column] = []
    for name in names { selected.append(try column(name)) }
    return try DataFrame(columns: selected, rowLabels: rowLabels)
  }

  /// The frame without the named columns.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.drop(columns=)
  public func drop(columns names: [String]) throws(DataFrameError) -> DataFrame {
    for name in names { _ = try column(name) }
    return DataFrame(uncheckedColumns: columns.filter { !names.contains($0.name) }, rowLabels: rowLabels)
  }

  /// The frame with columns renamed; names that are no columns are passed over.
  ///
  /// - Throws: ``DataFrameError`` when two columns would have the same name.
  ///
  /// Python: DataFrame.rename(columns=)
  public func rename(columns names: [String: String]) throws(DataFrameError) -> DataFrame {
    try DataFrame(columns: columns.map { $0.renamed(names[$0.name] ?? $0.name) }, rowLabels: rowLabels)
  }

  /// The rows where a mask is true; a mask of another length stops with a message.
  public subscript(mask: Mask) -> DataFrame { filter(mask) }

  /// The rows at the positions of a range; one out of range stops with a message.
  /// Python: DataFrame.iloc
  public subscript(positions: Range<Int>) -> DataFrame { rows(Array(positions.clamped(to: 0..<rowCount))) }

  /// The rows where a mask is true; a mask of another length stops with a message.
  public func filter(_ mask: Mask) -> DataFrame {
    require(mask.count == rowCount, "a mask of \(mask.count) rows cannot filter \(rowCount) rows")
    return rows(uncheckedPositions: mask.positions)
  }

  /// The rows where an array is true; one of another length stops with a message.
  public func filter(_ mask: [Bool]) -> DataFrame { filter(Mask(mask)) }

  /// The rows where a mask is true, for masks that come from outside the source code.
  ///
  /// - Throws: ``DataFrameError`` for a mask of another length.
  public func rows(where mask: Mask) throws(DataFrameError) -> DataFrame {
    guard mask.count == rowCount else {
      throw DataFrameError(
        .lengthMismatch, "a mask of \(mask.count) rows cannot select from \(rowCount) rows")
    }
    return rows(uncheckedPositions: mask.positions)
  }

  /// The rows at given positions, in their order; one out of range stops with a message.
  /// Python: DataFrame.iloc
  public func rows(_ positions: [Int]) -> DataFrame {
    do { return try rows(at: positions) } catch { stop(error.message) }
  }

  /// The rows at given positions, in their order, for positions that come from outside the source code.
  ///
  /// - Throws: ``DataFrameError`` for a position out of range.
  public func rows(at positions: [Int]) throws(DataFrameError) -> DataFrame {
    if let bad = positions.first(where: { $0 < 0 || $0 >= rowCount }) {
      throw DataFrameError(.positionOutOfRange, "no row at position \(bad): there are \(rowCount) rows")
    }
    return rows(uncheckedPositions: positions)
  }

  /// The rows with given labels, in the order of the labels; of a repeated label all rows.
  ///
  /// - Throws: ``DataFrameError`` for a label that no row has.
  ///
  /// Python: DataFrame.loc
  public func rows(labels: [String]) throws(DataFrameError) -> DataFrame {
    let known = rowLabels.positions()
    var positions: [Int] = []
    for label in labels {
      guard let found = known[label] else {
        throw DataFrameError(
          .unknownName, NearestNames.message("row", label, among: Array(rowLabels.prefix(5000))))
      }
      positions += found
    }
    return rows(uncheckedPositions: positions)
  }

  /// The rows without any missing value.
  /// Python: DataFrame.dropna
  public func dropna() -> DataFrame { keepingComplete(columns) }

  /// The rows without a missing value in the named columns.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.dropna(subset=)
  public func dropna(subset names: [String]) throws(DataFrameError) -> DataFrame {
    keepingComplete(try selecting(names).columns)
  }

  /// The rows sorted by the values of a column, missing ones last; equal values keep their order.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.sort_values
  public func sorted(by name: String, ascending: Bool = true) throws(DataFrameError) -> DataFrame {
    rows(uncheckedPositions: try column(name).sortedPositions(ascending: ascending))
  }

  /// The frame with the values of a column as row labels, the column taken out.
  ///
  /// - Throws: ``DataFrameError`` for an unknown name.
  ///
  /// Python: DataFrame.set_index
  public func setIndex(_ name: String) throws(DataFrameError) -> DataFrame {
    let labels = try column(name)
    return DataFrame(
      uncheckedColumns: columns.filter { $0.name != name },
      rowLabels: RowLabels(values: labels, isNamed: true))
  }

  /// The frame with the row labels `"0"`, `"1"`, …; labels from ``setIndex(_:)`` become the first column again, under
  /// their name.
  ///
  /// Other labels go, where pandas makes a column `index` of them: ``resetIndex(names:)``. A name that a column has
  /// meanwhile stops with a message.
  /// - Parameter drop: whether labels with a name go, too.
  ///
  /// Python: DataFrame.reset_index
  public func resetIndex(drop: Bool = false) -> DataFrame {
    var labels: [Column] = []
    if !drop, let name = rowLabels.name {
      require(
        !contains(name),
        "resetIndex: there is a column \(PythonText.quoted(name)) already: resetIndex(drop: true) leaves the labels out, "
          + "resetIndex(names:) gives them another name")
      labels = [rowLabels.values.renamed(name)]
    }
    return DataFrame(uncheckedColumns: labels + columns, rowLabels: RowLabels(count: rowCount))
  }

  /// The frame with given row labels.
  ///
  /// - Throws: ``DataFrameError`` when their number is not `rowCount`.
  public func labeled(_ labels: RowLabels) throws(DataFrameError) -> DataFrame {
    try DataFrame(columns: columns, rowLabels: labels)
  }

  private func keepingComplete(_ columns: [Column]) -> DataFrame {
    var complete = [Bool](repeating: true, count: rowCount)
    for column in columns where column.hasMissing {
      for (row, missing) in column.isna().values.enumerated() where missing { complete[row] = false }
    }
    return complete.contains(false) ? filter(Mask(complete)) : self
  }

  /// The rows at positions known to be in range.
  func rows(uncheckedPositions positions: [some FixedWidthInteger]) -> DataFrame {
    DataFrame(
      uncheckedColumns: columns.map { $0.rows(uncheckedPositions: positions) },
      rowLabels: rowLabels.picked(positions))
  }
}

extension RowLabels {
  /// The labels as a column of the type that they were made of: whole numbers where all are without one.
  var values: Column {
    if areNumbers { return Column(numbers) }
    let texts = Array(self)
    guard let source else {
      let whole = texts.compactMap { text in Int(text).flatMap { String($0) == text ? $0 : nil } }
      return whole.count == texts.count ? Column(whole) : Column(texts)
    }
    let isText = source.type == .string || source.type == .categorical
    let labels = Column(texts.map { $0 == "nan" && !isText ? nil : Optional($0) })
    return (try? labels.converted(to: source.type)) ?? labels
  }
}

// Summaries of each row over the columns, `axis: 1`. Missing values do not count unless `skipna` is false.

extension DataFrame {
  /// The sum of each row, 0 for none; whole numbers if all columns are.
  /// - Throws: ``DataFrameError`` for texts and categories, and for another axis than 1.
  ///
  /// Python: DataFrame.sum(axis=1)
  public func sum(axis: Int, skipna: Bool = true) throws(DataFrameError) -> Column {
    let columns = try rowWise("sum", axis)
    if columns.allSatisfy({ $0.type == .integer || $0.type == .boolean }),
      !columns.contains(where: \.hasMissing)
    {
      let whole = columns.map { column -> [Int] in
        if case .integer(let values, _) = column.storage { return values }
        return column.booleans?.map { $0 == true ? 1 : 0 } ?? []
      }
      var sums = [Int](repeating: 0, count: rowCount)
      for values in whole { for row in sums.indices { sums[row] &+= values[row] } }
      return Column(storage: .integer(sums, missing: nil))
    }
    return rows(columns, skipna) { $0.reduce(0, +) }
  }

  /// The arithmetic mean of each row.
  /// - Throws: ``DataFrameError`` for texts and categories, and for another axis than 1.
  ///
  /// Python: DataFrame.mean(axis=1)
  public func mean(axis: Int, skipna: Bool = true) throws(DataFrameError) -> Column {
    rows(try rowWise("mean", axis), skipna) { $0.reduce(0, +) / Double($0.count) }
  }

  /// The median of each row.
  /// - Throws: ``DataFrameError`` for texts and categories, and for another axis than 1.
  ///
  /// Python: DataFrame.median(axis=1)
  public func median(axis: Int, skipna: Bool = true) throws(DataFrameError) -> Column {
    rows(try rowWise("median", axis), skipna) { numbers in
      GroupQuantiles.quantile(of: &numbers, at: 0.5)
    }
  }

  /// The least number of each row.
  /// - Throws: ``DataFrameError`` for texts and categories, and for another axis than 1.
  ///
  /// Python: DataFrame.min(axis=1)
  public func min(axis: Int, skipna: Bool = true) throws(DataFrameError) -> Column {
    rows(try rowWise("min", axis), skipna) { $0.min() ?? .nan }
  }

  /// The greatest number of each row.
  /// - Throws: ``DataFrameError`` for texts and categories, and for another axis than 1.
  ///
  /// Python: DataFrame.max(axis=1)
  public func max(axis: Int, skipna: Bool = true) throws(DataFrameError) -> Column {
    rows(try rowWise("max", axis), skipna) { $0.max() ?? .nan }
  }

  /// The variance of each row, with divisor n - `ddof`.
  /// - Throws: ``DataFrameError`` for texts and categories, and for another axis than 1.
  ///
  /// Python: DataFrame.var(axis=1)
  public func `var`(axis: Int, skipna: Bool = true, ddof: Int = 1) throws(DataFrameError) -> Column {
    rows(try rowWise("var", axis), skipna) { numbers in
      guard numbers.count > ddof else { return .nan }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count - ddof)
    }
  }

  /// The standard deviation of each row, with divisor n - `ddof`.
  /// - Throws: ``DataFrameError`` for texts and categories, and for another axis than 1.
  ///
  /// Python: DataFrame.std(axis=1)
  public func std(axis: Int, skipna: Bool = true, ddof: Int = 1) throws(DataFrameError) -> Column {
    try self.var(axis: axis, skipna: skipna, ddof: ddof).map { $0.squareRoot() }
  }

  /// The number of values of each row that are not missing.
  /// - Throws: ``DataFrameError`` for another axis than 1.
  ///
  /// Python: DataFrame.count(axis=1)
  public func count(axis: Int) throws(DataFrameError) -> Column {
    try Self.checkAxis("count", axis)
    var counts = [Int](repeating: 0, count: rowCount)
    for column in columns {
      let missing = column.missingRows
      for row in counts.indices where missing?[row] != true { counts[row] += 1 }
    }
    return Column(storage: .integer(counts, missing: nil))
  }

  private static func checkAxis(_ operation: String, _ axis: Int) throws(DataFrameError) {
    if axis == 1 { return }
    throw DataFrameError(
      .invalidArgument,
      "\(operation)(axis: \(axis)): axis 1 summarises each row; columns are summarised one by one, as "
        + "data[\"x\"].\(operation)(), or by describe()")
  }

  /// The columns of numbers and truth values; others are an error.
  private func rowWise(_ operation: String, _ axis: Int) throws(DataFrameError) -> [Column] {
    try Self.checkAxis(operation, axis)
    for column in columns { if let error = column.typeError("\(operation)(axis: 1)") { throw error } }
    return columns
  }

  /// A summary of the numbers of each row.
  private func rows(_ columns: [Column], _ skipna: Bool, _ summary: (inout [Double]) -> Double) -> Column {
    let values = columns.map(Aggregation.numbers)
    var numbers: [Double] = []
    let summaries = (0..<rowCount).map { row -> Double in
      numbers.removeAll(keepingCapacity: true)
      for column in values {
        if !column[row].isNaN { numbers.append(column[row]) } else if !skipna { return .nan }
      }
      return summary(&numbers)
    }
    return Column(storage: .double(summaries))
  }
}

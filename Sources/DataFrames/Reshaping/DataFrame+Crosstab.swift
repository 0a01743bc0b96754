/// What the counts of a table are divided by.
/// Python: the argument normalize of pandas.crosstab
public enum CrosstabNormalization: String, Sendable, CaseIterable {
  /// The number of all rows.
  case all
  /// The number of rows in each row of the table.
  case index
  /// The number of rows in each column of the table.
  case columns
}

extension DataFrame {
  /// How often each pair of values occurs: a row for each value of one column, a column for each of the other.
  ///
  /// Rows with a missing value are left out.
  /// - Parameters:
  ///   - index: the values that become rows, under the column's name (`row_0` without a name).
  ///   - columns: the values that become columns.
  ///   - normalize: what counts are divided by; nil leaves counts.
  ///   - margins: whether a row and a column `All` give the sums, or the shares of all rows: of shares in each row there
  ///     is the row alone, in each column the column alone.
  /// - Throws: ``DataFrameError`` for columns of different lengths.
  ///
  /// Python: pandas.crosstab
  public static func crosstab(
    _ index: Column, _ columns: Column, normalize: CrosstabNormalization? = nil, margins: Bool = false
  ) throws -> DataFrame {
    let rowName = index.name.isEmpty ? "row_0" : index.name
    let pairs = try DataFrame(columns: [index.renamed("index"), columns.renamed("columns")])
    // A row counts where both values are present.
    let complete = pairs.dropna()
    let grid = try Spreading(complete, index: ["index"], columns: ["columns"], keepsMissing: false)
    var counts = [[Int]](repeating: [Int](repeating: 0, count: grid.rows.count), count: grid.columns.count)
    for (row, code) in grid.rows.codes.enumerated() { counts[Int(grid.columns.codes[row])][Int(code)] += 1 }
    var key = grid.rowKeys[0].renamed(rowName)
    var rowSums = grid.rows.sizes
    var columnSums = grid.columns.sizes
    var names = grid.columnNames
    if margins, normalize != .columns {
      for column in counts.indices { counts[column].append(columnSums[column]) }
      rowSums.append(complete.rowCount)
      key = Column.concatenated([key.astype(.string), Column(["All"])])
    }
    if margins, normalize != .index {
      counts.append(rowSums)
      columnSums.append(complete.rowCount)
      names.append("All")
    }
    guard let normalize else {
      return try DataFrame(columns: [key] + zip(names, counts).map { Column(name: $0, $1) })
    }
    let shares = counts.enumerated().map { column, cells in
      cells.enumerated().map { row, count -> Double in
        let total =
          switch normalize {
          case .all: complete.rowCount
          case .index: rowSums[row]
          case .columns: columnSums[column]
          }
        return Double(count) / Double(total)
      }
    }
    return try DataFrame(columns: [key] + zip(names, shares).map { Column(name: $0, $1) })
  }

  /// Truth columns in place of columns of labels: `g_a` says where `g` is `a`.
  ///
  /// - Parameters:
  ///   - names: the columns to replace; nil for those of texts and categories.
  ///   - prefixSep: what stands between the column's name and the value.
  ///   - dropFirst: whether the first value gets no column.
  ///   - dummyNa: whether missing values get a column `g_nan`; otherwise they are false everywhere.
  /// - Throws: ``DataFrameError`` for unknown names and for names that would repeat.
  ///
  /// Python: pandas.get_dummies
  public func getDummies(
    _ names: [String]? = nil, prefixSep: String = "_", dropFirst: Bool = false, dummyNa: Bool = false
  ) throws(DataFrameError) -> DataFrame {
    let chosen =
      try names.map { names throws(DataFrameError) in try selecting(names).columns }
      ?? columns.filter { $0.type == .string || $0.type == .categorical }
    let replaced = Set(chosen.map(\.name))
    var result = columns.filter { !replaced.contains($0.name) }
    for column in chosen {
      result += column.dummies(prefix: column.name + prefixSep, dropFirst: dropFirst, dummyNa: dummyNa)
    }
    return try DataFrame(columns: result, rowLabels: rowLabels)
  }
}

extension Column {
  /// A truth column for each distinct value, named after it.
  fileprivate func dummies(prefix: String, dropFirst: Bool, dummyNa: Bool) -> [Column] {
    let (codes, levels) = factorized()
    var wanted = levels.indices.map { (name: prefix + levels[$0].description, code: Int32($0)) }
    if dummyNa { wanted.append((prefix + "nan", -1)) }
    if dropFirst { wanted = Array(wanted.dropFirst()) }
    return wanted.map { name, code in
      Column(name: name, storage: .boolean(codes.map { $0 == code }, missing: nil))
    }
  }
}

import DataFrames
import Patsy

/// The rows of the data that a model uses: chosen by `subset`, less those with missing values.
struct FormulaRows {
  private let all: DataFrame
  /// Positions in the whole data, nil for all rows.
  private var positions: [Int]?

  init(data: DataFrame) { all = data }

  /// Number of rows.
  var count: Int { positions?.count ?? all.rowCount }

  /// The selected rows.
  var data: DataFrame { positions.map { all.rows($0) } ?? all }

  mutating func select(_ positions: [Int]) throws {
    self.positions = positions
  }

  /// The `groups` argument: a column's name, or a label for each row of the whole data.
  func groups(_ specifier: any ColumnSpecifier, of data: DataFrame) throws -> (
    name: String, column: String?, labels: Column
  ) {
    if let name = specifier.columnName {
      return (name, name, try data.column(name))
    }
    guard let labels = specifier.labels else {
      throw StatsModelsError(.invalidArgument, "groups must be a column's name or labels")
    }
    guard labels.count == data.rowCount else {
      let hint: String
      if labels.count == 1, case .string(let name)? = labels[0], data.contains(name) {
        hint = "; for the column write groups: \"\(name)\", not a list"
      } else {
        hint = ""
      }
      throw StatsModelsError(
        .lengthMismatch, "groups has \(labels.count) labels, the data \(data.rowCount) rows" + hint)
    }
    let column = !labels.name.isEmpty && data.contains(labels.name) ? labels.name : nil
    return ("Group", column, labels)
  }

  /// The `weights` or `offset` argument: the column's name where it is one, and a value for each row of the whole data.
  func numbers(_ specifier: any ColumnSpecifier, argument: String) throws -> Column {
    if let name = specifier.columnName { return try all.column(name) }
    guard let values = specifier.labels else {
      throw StatsModelsError(.invalidArgument, "\(argument) must be a column's name or numbers")
    }
    guard values.count == all.rowCount else {
      throw StatsModelsError(
        .lengthMismatch, "\(argument) has \(values.count) values, the data \(all.rowCount) rows")
    }
    return values
  }

  /// The selected rows of such an argument.
  func selectingNumbers(_ column: Column, argument: String) throws -> RowNumbers {
    let values = try RowNumbers.numbers(of: selecting(column), argument: argument)
    return RowNumbers(column: all.contains(column.name) ? column.name : nil, values: values)
  }

  /// Leaves out the rows whose weight is 0.
  ///
  /// - Returns: the warning that tells.
  mutating func dropUnweighted(_ weights: Column) throws -> FitWarning? {
    let total = count
    let numbers = try selectingNumbers(weights, argument: "weights")
    guard let kept = try numbers.weighted(labels: data.rowLabels) else { return nil }
    positions = kept.map { positions?[$0] ?? $0 }
    return RowNumbers.warning(unweighted: total - kept.count, of: total)
  }

  /// The selected rows of a column over the whole data.
  func selecting(_ column: Column) -> Column {
    positions.map { column.rows($0) } ?? column
  }

  /// Drops rows where a variable that some formula names, the groups' label, a weight or an offset is missing.
  mutating func dropMissing(
    plan: FormulaPlan, groups: (name: String, column: String?, labels: Column)?,
    numbers: [(name: String, column: Column)]
  ) -> DroppedRows {
    var columns = plan.variableNames.filter(all.contains).map { (name: $0, column: all[$0] as Column) }
    if let groups, !columns.contains(where: { $0.name == groups.column }) {
      columns.append((groups.column ?? "groups", groups.labels))
    }
    columns += numbers.filter { number in !columns.contains { $0.name == number.column.name } }
    let before = positions ?? Array(0..<all.rowCount)
    let kept = before.filter { row in columns.allSatisfy { !$0.column.isMissing(row) } }
    if kept.count < before.count { positions = kept }
    return DroppedRows(
      count: before.count - kept.count, total: before.count,
      missing: columns.map { column in
        (column.name, before.count { column.column.isMissing($0) })
      }.filter { $0.1 > 0 })
  }
}

/// Rows that a model leaves out because they lack values.
struct DroppedRows {
  let count: Int
  /// Number of rows before.
  let total: Int
  /// What is missing: columns, and the number of rows in which each has no value.
  let missing: [(name: String, count: Int)]

  /// The warning that tells, nil when nothing was dropped.
  var warning: FitWarning? {
    guard count > 0 else { return nil }
    // The columns that cost most rows come first: a few of them explain the loss.
    let worst = missing.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
    let shown = worst.prefix(8).map { "'\($0.element.name)' in \($0.element.count)" }.joined(separator: ", ")
    return FitWarning(
      kind: .droppedRows,
      message: "\(count) of \(total) rows have missing values and were dropped: no value of \(shown)"
        + (worst.count > 8 ? ", … (\(worst.count) columns)" : ""))
  }
}

extension FormulaPlan {
  /// All names that occur in the formulas, sorted, columns of the data or not.
  var variableNames: [String] {
    let terms =
      fixed.lhsTermlist + fixed.rhsTermlist + blocks.flatMap { $0.effects + ($0.grouping.map { [$0] } ?? []) }
      + components.flatMap(\.terms)
    return Set(terms.flatMap(\.factors).flatMap(\.variableNames)).sorted()
  }
}

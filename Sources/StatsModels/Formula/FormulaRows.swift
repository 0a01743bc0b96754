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
  func groups(_ specifier: any GroupSpecifier, of data: DataFrame) throws -> (
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

  /// The selected rows of a column over the whole data.
  func selecting(_ column: Column) -> Column {
    positions.map { column.rows($0) } ?? column
  }

  /// Drops rows where a variable that some formula names, or the groups' label, is missing; returns their number.
  mutating func dropMissing(plan: FormulaPlan, groups: Column?) -> Int {
    var columns = plan.variableNames.filter(all.contains).map { all[$0] as Column }
    if let groups { columns.append(groups) }
    let before = positions ?? Array(0..<all.rowCount)
    let kept = before.filter { row in columns.allSatisfy { !$0.isMissing(row) } }
    if kept.count < before.count { positions = kept }
    return before.count - kept.count
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

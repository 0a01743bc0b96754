import DataFrames
import MixedModels
import Patsy
import SQLModels

extension SQLModelQuery {
  /// - Parameter mixed: of each variable, whether it holds values of a type that it should not: SQLite keeps values of
  ///   any type in any column.
  func require(rows: Int, mixed: [Bool]) throws {
    guard rows > 0 else {
      throw StatsModelsError(
        .notEnoughData, "there are no rows to fit: the table is empty, or no row is chosen")
    }
    for (column, isMixed) in zip(variables, mixed) where isMixed {
      let words = column.kind == .text ? "numbers among its texts" : "texts or binary data among its numbers"
      throw StatsModelsError(
        .invalidArgument,
        "the column '\(column.name)' holds \(words): cast it to one type in a query or view",
        values: [column.name])
    }
  }

  /// - Parameter counts: of each variable, the rows in which it has no value.
  /// - Returns: those that lead to rows being dropped, by name.
  func missing(_ counts: [Int], of rows: Int) throws -> [String: Int] {
    let missing = zip(variables, counts).filter { $1 > 0 }
    guard arguments.drops || missing.isEmpty else {
      let list = missing.map { "'\($0.name)' has no value in \($1)" }.joined(separator: ", ")
      throw StatsModelsError(
        .missingValues,
        "\(list) of \(rows) rows: choose rows that have all values, or use missing: .drop",
        values: missing.map(\.0.name))
    }
    return arguments.drops
      ? Dictionary(missing.map { ($0.name, $1) }, uniquingKeysWith: { first, _ in first }) : [:]
  }

  func require(used count: Int) throws {
    guard count > 0 else {
      throw StatsModelsError(.notEnoughData, "there are no rows to fit: all rows were dropped")
    }
  }

  /// - Parameters:
  ///   - gaps: rows in which an entry has no value.
  ///   - count: rows that are used.
  func require(_ entry: Int, of entries: AggregateEntries, gaps: Int, count: Int) throws {
    guard gaps > 0 else { return }
    throw StatsModelsError(
      .missingValues,
      "'\(entries.name(of: entry))' has no value in \(gaps) of \(count) rows: its functions give none outside "
        + "of their domain; choose rows or functions that do",
      values: [entries.name(of: entry)])
  }

  /// - Parameter wrong: rows in which an entry is nan or infinite.
  func notFinite(_ entry: Int, of entries: AggregateEntries, in wrong: Int, count: Int) -> StatsModelsError {
    StatsModelsError(
      .nonFiniteValues,
      "'\(entries.name(of: entry))' is nan or infinite in \(wrong) of \(count) rows: leave these rows out",
      values: [entries.name(of: entry)])
  }

  /// - Parameter numbers: the least weight, the largest, and the sums of logarithms and inverses.
  func require(weights numbers: [Double]) throws {
    guard numbers[0] > 0, numbers.allSatisfy(\.isFinite) else {
      throw StatsModelsError(
        .invalidArgument,
        "the smallest weight is \(numbers[0]), the largest \(numbers[1]): weights must be positive numbers, inverse to the "
          + "variance of the row; leave rows out, or give them the weight 0")
    }
  }

  static func missing(key: AggregateKey) -> StatsModelsError {
    StatsModelsError(
      .missingValues, "'\(key.code)' has no value in some rows: choose rows that have one", values: [key.code]
    )
  }

  static func unknown(_ level: ColumnValue, key: AggregateKey) -> StatsModelsError {
    if NAAction.drop.isCategoricalNA(level) {
      return StatsModelsError(
        .missingValues,
        "'\(key.code)' has the text \(level.debugDescription) in some rows, which formulas take for a missing value: leave these "
          + "rows out, or write another text in a query or view", values: [key.code])
    }
    return StatsModelsError(
      .unknownLevel,
      "'\(key.code)' has the level \(level.debugDescription), which is none of the formula's, or came while the "
        + "table was read",
      values: [level.description])
  }

  /// - Parameters:
  ///   - count: of cells.
  ///   - size: numbers that each takes.
  static func requireMemory(cells count: Int, size: Int) throws {
    guard 24 * count * size < MemoryBudget.available / 2 else {
      throw StatsModelsError(
        .insufficientMemory,
        "the factors have more than \(count - 1) combinations of levels, whose sums take half of the memory: leave a "
          + "factor out, or choose rows")
    }
  }
}

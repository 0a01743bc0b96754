import DataFrames
import SQLModels

extension DataFrame {
  /// The rows that a query selects, all of them: for tables that fit into memory.
  ///
  /// Numbers, texts and truth values keep their types; NULL is a missing value.
  /// ```swift
  /// let data = try await DataFrame(query: "SELECT * FROM sales WHERE year = 2024", on: executor)
  /// ```
  /// - Throws: the database's errors, and `StatsModelsError` for a column of values of several types.
  ///
  /// Python: pandas.read_sql_query
  public init(query: String, on executor: some SQLExecutor) async throws {
    let columns = try await executor.columns(of: query)
    var values = [[SQLValue]](repeating: [], count: columns.count)
    try await executor.run(query) { row in
      for (position, value) in row.enumerated() where position < values.count {
        values[position].append(value)
      }
    }
    try self.init(columns: zip(columns, values).map { try Self.column($0, $1) })
  }

  private static func column(_ column: SQLColumn, _ values: [SQLValue]) throws -> Column {
    let isText = values.contains { if case .text = $0 { true } else { false } }
    if isText {
      let texts = try values.map { value -> String? in
        switch value {
        case .null: return nil
        case .text(let text): return text
        default:
          throw StatsModelsError(
            .invalidArgument,
            "the column '\(column.name)' holds values of several types: cast it to one in the query",
            values: [column.name])
        }
      }
      return Column(name: column.name, texts)
    }
    if column.kind == .boolean { return Column(name: column.name, values.map { $0.whole.map { $0 != 0 } }) }
    let isWhole = values.allSatisfy {
      switch $0 {
      case .null, .integer: true
      default: false
      }
    }
    if isWhole, column.kind != .double { return Column(name: column.name, values.map(\.whole)) }
    return Column(name: column.name, values.map(\.number))
  }
}

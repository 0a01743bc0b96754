/// What a model's rows are selected from: a table, a file that the database reads, or a query.
///
/// Not in statsmodels.
public struct SQLSource: Sendable, Hashable {
  private enum Content: Sendable, Hashable {
    case table([String])
    case file(String)
    case query(String)
  }
  private let content: Content

  /// A table or view by the parts of its name, `.table("sales", "orders")`; they are quoted, whatever they hold.
  public static func table(_ parts: String...) -> SQLSource { SQLSource(content: .table(parts)) }

  /// A table by the parts of its name.
  public static func table(parts: [String]) -> SQLSource { SQLSource(content: .table(parts)) }

  /// A file that DuckDB or Spark reads: Parquet or CSV by its ending.
  public static func file(_ path: String) -> SQLSource { SQLSource(content: .file(path)) }

  /// A query whose text comes from a trusted place: it is part of the statements as it stands.
  public static func query(trusted sql: String) -> SQLSource { SQLSource(content: .query(sql)) }

  /// The table of that name, to be made and filled.
  ///
  /// - Throws: ``SQLError`` for what is no table.
  package func target(_ dialect: SQLDialect) throws(SQLError) -> String {
    guard case .table = content else {
      throw SQLError("rows are written into a table: give .table(…), neither a file nor a query")
    }
    return try sql(dialect)
  }

  /// What stands after FROM.
  public func sql(_ dialect: SQLDialect) throws(SQLError) -> String {
    switch content {
    case .table(let parts):
      guard !parts.isEmpty else { throw SQLError("the table has no name") }
      var quoted: [String] = []
      for part in parts { quoted.append(try dialect.quoted(part)) }
      return quoted.joined(separator: ".")
    case .file(let path):
      switch dialect {
      case .duckDB: return try dialect.text(path)
      case .spark:
        let format = path.lowercased().hasSuffix(".csv") ? "csv" : "parquet"
        return "\(format).\(try dialect.quoted(path))"
      default: throw SQLError("\(dialect) reads no files: name a table")
      }
    case .query(let sql): return "(\(sql)) AS t"
    }
  }
}

/// A condition on rows in the database's own language, from a trusted place: it is part of the statements as it stands.
///
/// Not in statsmodels.
public struct SQLCondition: Sendable, Hashable {
  /// The condition's text.
  public let sql: String

  /// A condition such as `"year" >= 2020`.
  public init(trusted sql: String) { self.sql = sql }

  /// The text in parentheses, which a comment at its end does not hide.
  package var clause: String { "(\(sql)\(sql.contains(/--|#/) ? "\n" : ""))" }
}

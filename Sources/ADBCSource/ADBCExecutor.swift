import SQLModels

/// A connection by a driver of Arrow Database Connectivity, which its maker provides as a shared library: for DuckDB (and
/// with it Parquet and CSV files), PostgreSQL, Snowflake, BigQuery, Flight SQL and others.
///
/// ```swift
/// let executor = try ADBCExecutor(driver: "/usr/lib/libduckdb.so", entry: "duckdb_adbc_init", dialect: .duckDB)
/// let model = try await MixedLM.fromSQL(
///   formula: "y ~ x + (1 | g)", source: .file("sales.parquet"), on: executor)
/// ```
/// Not in statsmodels.
public struct ADBCExecutor: SQLExecutor {
  private let connection: ADBCConnection
  /// How the database writes SQL.
  public let dialect: SQLDialect

  /// Loads a driver and connects.
  ///
  /// - Parameters:
  ///   - driver: absolute path of the shared library.
  ///   - entry: name of its function that makes the driver; found out unless told.
  ///   - options: what the driver needs of the database, `["uri": "postgresql:///sales"]`, `["path": "sales.duckdb"]`.
  ///     Passwords belong into files and variables that the driver reads, such as `.pgpass`.
  ///   - dialect: how the database writes SQL; told by the library's name unless given.
  ///   - preload: libraries that the driver takes for loaded.
  /// - Throws: ``SQLError`` for a library that cannot be loaded or is no driver, and the driver's own messages.
  public init(
    driver: String, entry: String? = nil, options: [String: String] = [:], dialect: SQLDialect? = nil,
    preload: [String] = []
  ) throws {
    guard driver.hasPrefix("/") else {
      throw SQLError(
        "the driver's path must be absolute, and '\(driver)' is not: libraries are not searched for")
    }
    let name = driver.split(separator: "/").last.map(String.init)?.lowercased() ?? ""
    guard let found = dialect ?? Self.dialect(of: name) else {
      throw SQLError("the name '\(name)' does not tell what database the driver is for: give its dialect")
    }
    self.dialect = found
    connection = try ADBCConnection(driver: driver, entry: entry, options: options, preload: preload)
  }

  /// The dialect that the name of a library tells.
  private static func dialect(of name: String) -> SQLDialect? {
    let names: [(String, SQLDialect)] = [
      ("duckdb", .duckDB), ("postgres", .postgreSQL), ("sqlite", .sqlite), ("snowflake", .snowflake),
      ("bigquery", .bigQuery), ("spark", .spark), ("databricks", .spark),
    ]
    return names.first { name.contains($0.0) }?.1
  }

  /// Names and types of a statement's columns.
  public func columns(of statement: String) async throws -> [SQLColumn] {
    // SQLite has types of values, not of columns.
    let rows = dialect == .sqlite ? 1000 : 0
    return try await StatementCancellation.run {
      try connection.columns(of: "SELECT * FROM (\(statement)) AS t LIMIT \(rows)", $0)
    }
  }

  /// Runs one SELECT. A task that is cancelled ends it, if the driver can end statements.
  ///
  /// - Throws: the driver's messages, `CancellationError`.
  public func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
    try await StatementCancellation.run { try connection.run(statement, $0, row: row) }
  }

  private func control(_ statement: String) async throws {
    try await StatementCancellation.run { try connection.run(statement, $0) { _ in } }
  }

  /// Begins a transaction that reads.
  public func begin() async throws {
    switch dialect {
    case .postgreSQL:
      try await control("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    case .duckDB, .sqlite: try await control("BEGIN TRANSACTION")
    default: break
    }
  }

  /// Ends it.
  public func end() async {
    switch dialect {
    case .postgreSQL, .duckDB, .sqlite: try? connection.run("COMMIT", StatementCancellation()) { _ in }
    default: break
    }
  }
}

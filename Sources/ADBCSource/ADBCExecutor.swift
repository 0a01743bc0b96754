import SQLModels

/// A connection by a driver of Arrow Database Connectivity, which its maker provides as a shared library: for DuckDB (and
/// with it Parquet and CSV files), PostgreSQL, Snowflake, BigQuery, Flight SQL and others.
///
/// ```swift
/// let executor = try ADBCExecutor(driver: "/usr/lib/libduckdb.so", entry: "duckdb_adbc_init", dialect: .duckDB)
/// let model = try await MixedLM.fromSQL(
///   formula: "y ~ x + (1 | g)", source: .file("sales.parquet"), on: executor)
/// ```
/// It only reads unless told otherwise: statements are run as queries and as nothing else, files of DuckDB are opened for
/// reading, and sessions of PostgreSQL and SQLite refuse to write.
/// Not in statsmodels.
public struct ADBCExecutor: SQLWriter {
  private let connection: ADBCConnection
  private let access: SQLAccess
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
  ///   - access: whether ``write(_:)`` may change the database.
  /// - Throws: ``SQLError`` for a library that cannot be loaded or is no driver, and the driver's own messages.
  public init(
    driver: String, entry: String? = nil, options: [String: String] = [:], dialect: SQLDialect? = nil,
    preload: [String] = [], access: SQLAccess = .read
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
    self.access = access
    var options = options
    let path = options["path"] ?? ""
    if access == .read, found == .duckDB, options["access_mode"] == nil, !path.isEmpty, path != ":memory:" {
      options["access_mode"] = "READ_ONLY"
    }
    connection = try ADBCConnection(driver: driver, entry: entry, options: options, preload: preload)
    for statement in Self.preparation(found, access) { try connection.run(statement) }
  }

  /// What a session begins with: one for reading refuses to write, and PostgreSQL keeps notices to itself.
  private static func preparation(_ dialect: SQLDialect, _ access: SQLAccess) -> [String] {
    switch (dialect, access) {
    case (.postgreSQL, .read):
      ["SET client_min_messages = warning", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"]
    case (.postgreSQL, .write): ["SET client_min_messages = warning"]
    case (.sqlite, .read): ["PRAGMA query_only = 1"]
    default: []
    }
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
      try connection.columns(of: "\(Self.query(statement)) LIMIT \(rows)", $0)
    }
  }

  /// A statement that cannot be but a query: within parentheses databases parse nothing else.
  private static func query(_ statement: String) -> String { "SELECT * FROM (\(statement)\n) AS t" }

  /// Runs one SELECT. A task that is cancelled ends it, if the driver can end statements.
  ///
  /// - Throws: the driver's messages, `CancellationError`.
  public func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
    try await StatementCancellation.run { try connection.run(Self.query(statement), $0, row: row) }
  }

  /// Runs statements that change the database: all of them or none where a driver's transactions are known, those of
  /// DuckDB, PostgreSQL and SQLite. A task that is cancelled ends the one that runs.
  ///
  /// - Throws: ``SQLError`` for a connection that was opened for reading, the driver's messages, `CancellationError`.
  public func write(_ statements: [String]) async throws {
    guard access == .write else { throw SQLAccess.refusal }
    do {
      try await StatementCancellation.run { cancellation in
        if hasTransactions { try connection.run("BEGIN TRANSACTION", cancellation) }
        for statement in statements { try connection.run(statement, cancellation) }
        if hasTransactions { try connection.run("COMMIT", cancellation) }
      }
    } catch {
      await control("ROLLBACK")
      throw error
    }
  }

  private var hasTransactions: Bool { [.postgreSQL, .duckDB, .sqlite].contains(dialect) }

  /// Ends a transaction, whatever was cancelled.
  private func control(_ statement: String) async {
    guard hasTransactions else { return }
    await StatementCancellation.finish { try connection.run(statement, $0) }
  }

  /// Begins a transaction that reads.
  public func begin() async throws {
    guard hasTransactions else { return }
    let kind = dialect == .postgreSQL ? " ISOLATION LEVEL REPEATABLE READ READ ONLY" : ""
    try await StatementCancellation.run { try connection.run("BEGIN TRANSACTION\(kind)", $0) }
  }

  /// Ends it.
  public func end() async { await control("COMMIT") }
}

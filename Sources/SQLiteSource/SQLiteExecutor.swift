#if SQLite
  import Foundation
  import GRDB
  import GRDBSQLite
  import SQLModels

  /// A connection to an SQLite database, which it only reads unless told otherwise.
  ///
  /// ```swift
  /// let model = try await MixedLM.fromSQL(
  ///   formula: "y ~ x + (1 | g)", source: .table("sales"), on: SQLiteExecutor(path: "sales.db"))
  /// ```
  /// Not in statsmodels.
  public struct SQLiteExecutor: SQLWriter {
    private let reader: any DatabaseReader
    /// The same connection, where it may write.
    private let writer: (any DatabaseWriter)?
    /// Whether the connection is this one's alone, so that a transaction may stay open between statements.
    private let isOwn: Bool

    /// SQLite's.
    public var dialect: SQLDialect { .sqlite }

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: of a file that exists.
    ///   - access: whether ``write(_:)`` may change it.
    /// - Throws: the database's error for a file that is not there or is no database.
    public init(path: String, access: SQLAccess = .read) throws {
      var configuration = Configuration()
      configuration.readonly = access == .read
      configuration.allowsUnsafeTransactions = true
      configuration.busyMode = .timeout(30)
      if access == .read { configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = 1") } }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw SQLError("there is no database '\(path)'")
      }
      if isFolder.boolValue { throw SQLError("'\(path)' is a folder, and no database of SQLite") }
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      // A file that is no database is found out by the first read of its schema.
      _ = try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM sqlite_master") }
      reader = queue
      writer = access == .write ? queue : nil
      isOwn = true
    }

    /// Reads through a connection of the caller's.
    public init(_ reader: any DatabaseReader) {
      self.reader = reader
      writer = nil
      isOwn = false
    }

    /// Reads and writes through a connection of the caller's.
    public init(writer: any DatabaseWriter) {
      reader = writer
      self.writer = writer
      isOwn = false
    }

    /// Names and declared types; where none is declared, the type of the values.
    public func columns(of statement: String) async throws -> [SQLColumn] {
      try await reading { database, _ in
        let prepared = try Self.prepare(statement, database)
        return try prepared.columnNames.enumerated().map { position, name in
          if let type = sqlite3_column_decltype(prepared.sqliteStatement, Int32(position)) {
            let column = SQLColumn(name: name, type: String(cString: type))
            if column.kind != .other { return column }
          }
          return SQLColumn(name: name, kind: try Self.kind(of: name, in: statement, database))
        }
      }
    }

    /// The types that occur in a column.
    private static func kind(of name: String, in sql: String, _ database: Database) throws -> SQLColumn.Kind {
      let quoted = try SQLDialect.sqlite.quoted(name)
      let types = try String.fetchAll(
        database,
        sql: "SELECT DISTINCT typeof(\(quoted)) FROM (\(sql)) AS t WHERE \(quoted) IS NOT NULL LIMIT 4")
      switch Set(types) {
      case ["integer"]: return .integer
      // A column without values has no value in any row, whatever its type: that is told where it is used.
      case ["real"], ["integer", "real"], []: return .double
      case ["text"]: return .text
      default: return .other
      }
    }

    /// Runs one SELECT. A task that is cancelled interrupts it.
    ///
    /// - Throws: the database's error, ``SQLError`` for a statement that would write, `CancellationError`.
    public func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
      try await reading { database, _ in try Self.run(statement, database, row) }
    }

    /// Runs statements that change the database, all of them or none. A task that is cancelled interrupts them.
    ///
    /// - Throws: ``SQLError`` for a connection that was opened for reading, the database's error, `CancellationError`.
    public func write(_ statements: [String]) async throws {
      guard let writer else { throw SQLAccess.refusal }
      try await StatementCancellation.run { cancellation in
        try writer.write { database in
          try Self.interruptible(database, cancellation) { database, _ in
            for statement in statements { try database.execute(sql: statement) }
          }
        }
      }
    }

    private func reading<T>(_ body: (Database, SQLiteConnection) throws -> T) async throws -> T {
      try await StatementCancellation.run { cancellation in
        try reader.unsafeRead { try Self.interruptible($0, cancellation, body) }
      }
    }

    private static func interruptible<T>(
      _ database: Database, _ cancellation: StatementCancellation,
      _ body: (Database, SQLiteConnection) throws -> T
    ) throws -> T {
      guard let connection = database.sqliteConnection else { throw SQLError("the connection is closed") }
      let address = UInt(bitPattern: connection)
      return try cancellation.run(stop: { sqlite3_interrupt(OpaquePointer(bitPattern: address)) }) {
        try body(database, connection)
      }
    }

    private static func run(_ sql: String, _ database: Database, _ body: ([SQLValue]) throws -> Void) throws {
      let statement = try prepare(sql, database)
      let names = statement.columnNames
      let handle = statement.sqliteStatement
      defer { sqlite3_reset(handle) }
      var values = [SQLValue](repeating: .null, count: names.count)
      while true {
        let code = sqlite3_step(handle)
        if code == SQLITE_DONE { return }
        guard code == SQLITE_ROW else {
          throw DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: database.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }, sql: sql)
        }
        for position in names.indices {
          values[position] = try value(handle, Int32(position), name: names[position])
        }
        try body(values)
      }
    }

    private static func value(_ row: SQLiteStatement, _ position: Int32, name: String) throws -> SQLValue {
      switch sqlite3_column_type(row, position) {
      case SQLITE_NULL: return .null
      case SQLITE_INTEGER: return .integer(Int(sqlite3_column_int64(row, position)))
      case SQLITE_FLOAT: return .double(sqlite3_column_double(row, position))
      case SQLITE_TEXT:
        let count = Int(sqlite3_column_bytes(row, position))
        let bytes = UnsafeRawBufferPointer(start: sqlite3_column_text(row, position), count: count)
        guard let text = Self.text(bytes) else { throw SQLError(noText: name) }
        return .text(text)
      default: throw SQLError(binary: name)
      }
    }

    /// A text of bytes; nil of bytes that are no UTF-8, several of which would be the same text.
    static func text(_ bytes: some Collection<UInt8>) -> String? {
      let text = String(decoding: bytes, as: UTF8.self)
      return text.utf8.elementsEqual(bytes) ? text : nil
    }

    private static func prepare(_ sql: String, _ database: Database) throws -> Statement {
      let statement = try database.makeStatement(sql: sql)
      guard statement.isReadonly else { throw SQLError("only SELECT is run, and this writes: \(sql)") }
      return statement
    }

    /// Begins a transaction that reads.
    public func begin() async throws {
      guard isOwn else { return }
      try await reading { database, _ in try database.execute(sql: "BEGIN DEFERRED TRANSACTION") }
    }

    /// Ends it.
    public func end() async {
      guard isOwn else { return }
      await StatementCancellation.finish { _ in try reader.unsafeRead { try $0.execute(sql: "COMMIT") } }
    }
  }

  extension SQLError {
    init(binary column: String) {
      self.init("the column '\(column)' holds binary data: cast it in a query or view")
    }

    init(noText column: String) {
      self.init(
        "the column '\(column)' holds texts that are no UTF-8: leave these rows out, or write them anew")
    }
  }

  extension SQLiteExecutor: SQLFolding {
    package func fold(
      _ arguments: [SQLFoldArgument], over rows: String, _ body: (SQLFoldBatch) throws -> Void
    ) async throws -> Bool {
      try await reading { database, connection in
        try SQLiteFold.run(arguments, over: rows, on: connection, body) {
          try Self.run($0, database) { _ in }
        }
      }
    }
  }
#endif

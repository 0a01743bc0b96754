#if SQLite
  import GRDB
  import GRDBSQLite
  import SQLModels

  /// An aggregate function that hands on the rows it is called with, in batches.
  struct SQLiteFold {
    /// Rows of a batch: its columns stay in a core's own cache, and what a batch costs is little to what its rows do.
    private static let batchSize = 4096
    private static let name = "statsmodels_sums"

    private let columns: UnsafeMutableBufferPointer<SQLiteFoldColumn>
    private var count = 0
    private let body: (SQLFoldBatch) throws -> Void
    private var failure: (any Error)?

    private init(_ arguments: [SQLFoldArgument], _ body: @escaping (SQLFoldBatch) throws -> Void) {
      columns = .allocate(capacity: arguments.count)
      _ = columns.initialize(from: arguments.map { SQLiteFoldColumn($0, capacity: Self.batchSize) })
      self.body = body
    }

    private func deallocate() {
      for column in columns { column.deallocate() }
      columns.deinitialize()
      columns.deallocate()
    }

    /// Runs the function over rows of a connection, on which it is registered as long as that takes.
    ///
    /// - Parameter run: runs a statement to its end.
    /// - Returns: false where the connection takes no function of so many arguments.
    static func run(
      _ arguments: [SQLFoldArgument], over rows: String, on connection: SQLiteConnection,
      _ body: (SQLFoldBatch) throws -> Void, run: (String) throws -> Void
    ) throws -> Bool {
      guard arguments.count <= sqlite3_limit(connection, SQLITE_LIMIT_FUNCTION_ARG, -1) else { return false }
      return try withoutActuallyEscaping(body) { body in
        let fold = UnsafeMutablePointer<SQLiteFold>.allocate(capacity: 1)
        fold.initialize(to: SQLiteFold(arguments, body))
        defer {
          fold.pointee.deallocate()
          fold.deinitialize(count: 1)
          fold.deallocate()
        }
        let flags = SQLITE_UTF8 | SQLITE_DIRECTONLY
        let code = sqlite3_create_function_v2(
          connection, name, -1, flags, fold, nil,
          { context, _, values in
            guard let values, let fold = sqlite3_user_data(context) else { return }
            if !fold.assumingMemoryBound(to: SQLiteFold.self).pointee.take(values) {
              sqlite3_result_error(context, "the sums were given up", -1)
            }
          },
          { context in
            guard let fold = sqlite3_user_data(context) else { return }
            let isDone = fold.assumingMemoryBound(to: SQLiteFold.self).pointee.flush()
            sqlite3_result_int(context, isDone ? 1 : 0)
          }, nil)
        guard code == SQLITE_OK else { return false }
        defer { sqlite3_create_function_v2(connection, name, -1, flags, nil, nil, nil, nil, nil) }
        let list = arguments.map(\.sql).joined(separator: ", ")
        do { try run("SELECT \(name)(\(list)) \(rows)") } catch { throw fold.pointee.failure ?? error }
        if let failure = fold.pointee.failure { throw failure }
        return true
      }
    }

    /// Takes in a row.
    ///
    /// - Returns: whether there is no error.
    @inline(__always)
    private mutating func take(_ values: UnsafeMutablePointer<OpaquePointer?>) -> Bool {
      for place in columns.indices { columns[place].take(values[place], at: count) }
      count += 1
      return count < Self.batchSize || flush()
    }

    /// Hands on what was taken in.
    private mutating func flush() -> Bool {
      guard failure == nil else { return false }
      defer { count = 0 }
      do {
        if count > 0 {
          try body(SQLFoldBatch(count: count, columns: columns.indices.map { try columns[$0].batch(count) }))
        }
      } catch { failure = error }
      return failure == nil
    }
  }
#endif

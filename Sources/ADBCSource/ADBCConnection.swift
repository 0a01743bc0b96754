import CADBC
import Foundation
import SQLModels

/// A driver with one open connection; calls come one at a time.
final class ADBCConnection: @unchecked Sendable {
  private let driver: UnsafeMutablePointer<AdbcDriver>
  private let database: UnsafeMutablePointer<AdbcObject>
  private let connection: UnsafeMutablePointer<AdbcObject>
  private let lock = NSLock()
  private var isOpen = false

  init(driver path: String, entry: String?, options: [String: String], preload: [String]) throws {
    driver = .allocate(capacity: 1)
    driver.initialize(to: AdbcDriver())
    database = .allocate(capacity: 1)
    database.initialize(to: AdbcObject())
    connection = .allocate(capacity: 1)
    connection.initialize(to: AdbcObject())
    for library in preload where dlopen(library, RTLD_NOW | RTLD_GLOBAL) == nil {
      throw SQLError("cannot load \(library): \(Self.loadingError)")
    }
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw SQLError("cannot load the driver \(path): \(Self.loadingError)")
    }
    let names = entry.map { [$0] } ?? Self.entries(path)
    guard let symbol = names.lazy.compactMap({ dlsym(library, $0) }).first else {
      throw SQLError(
        "\(path) is no ADBC driver: it has no function \(names.joined(separator: ", ")); give its entry")
    }
    let make = unsafeBitCast(symbol, to: AdbcDriverInit.self)
    do { try check("load the driver") { make(1_001_000, driver, $0) } } catch {
      // A driver of the first revision, which has no way to end a statement that runs.
      driver.pointee = AdbcDriver()
      try check("load the driver") { make(1_000_000, driver, $0) }
    }
    database.pointee.private_driver = UnsafeMutableRawPointer(driver)
    connection.pointee.private_driver = UnsafeMutableRawPointer(driver)
    try check("open the database") { driver.pointee.database_new?(database, $0) ?? 1 }
    for (key, value) in options.sorted(by: { $0.key < $1.key }) {
      // The value may hold what nobody should read.
      try check("set the option '\(key)'") {
        driver.pointee.database_set_option?(database, key, value, $0) ?? 1
      }
    }
    try check("open the database") { driver.pointee.database_init?(database, $0) ?? 1 }
    try check("connect") { driver.pointee.connection_new?(connection, $0) ?? 1 }
    try check("connect") { driver.pointee.connection_init?(connection, database, $0) ?? 1 }
    isOpen = true
  }

  deinit {
    // Libraries stay loaded: drivers leave threads behind.
    if isOpen {
      var error = AdbcError()
      _ = driver.pointee.connection_release?(connection, &error)
      _ = driver.pointee.database_release?(database, &error)
      error.release?(&error)
    }
    connection.deallocate()
    database.deallocate()
    driver.deallocate()
  }

  private static var loadingError: String { dlerror().map { String(cString: $0) } ?? "unknown error" }

  /// Names that drivers give their entry: `AdbcDriverPostgresqlInit` of `libadbc_driver_postgresql.so`.
  private static func entries(_ path: String) -> [String] {
    var name = path.split(separator: "/").last.map(String.init) ?? ""
    name = String(name.prefix { $0 != "." })
    if name.hasPrefix("lib") { name.removeFirst(3) }
    let words = name.split(separator: "_").filter { $0 != "adbc" && $0 != "driver" }
    let own = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    return ["AdbcDriverInit", "AdbcDriver\(own)Init", "duckdb_adbc_init"]
  }

  private func check(_ action: String, _ body: (UnsafeMutablePointer<AdbcError>) -> AdbcStatus) throws {
    var error = AdbcError()
    let status = body(&error)
    defer { error.release?(&error) }
    guard status != 0 else { return }
    let message = error.message.map { String(cString: $0) } ?? "status \(status)"
    throw SQLError("cannot \(action): \(message)")
  }

  // MARK: - Statements

  func columns(of sql: String, _ cancellation: StatementCancellation) throws -> [SQLColumn] {
    try lock.withLock {
      try execute(sql, cancellation) { _, schema in try ArrowReader.columns(schema) }
    }
  }

  /// - Parameter cancellation: what ends the statement; nil for none.
  func run(
    _ sql: String, _ cancellation: StatementCancellation? = nil, row: ([SQLValue]) throws -> Void = { _ in }
  ) throws {
    let cancellation = cancellation ?? StatementCancellation()
    try lock.withLock {
      try execute(sql, cancellation) { stream, schema in
        while true {
          var array = ArrowArray()
          guard stream.pointee.get_next?(stream, &array) == 0 else { throw Self.failure(stream, sql) }
          guard array.release != nil else { return }
          defer { array.release?(&array) }
          try ArrowReader.read(&array, schema, row)
        }
      }
    }
  }

  private static func failure(_ stream: UnsafeMutablePointer<ArrowArrayStream>, _ sql: String) -> SQLError {
    let message = stream.pointee.get_last_error?(stream).map { String(cString: $0) } ?? "unknown error"
    return SQLError("the database stopped: \(message)")
  }

  private func execute<T>(
    _ sql: String, _ cancellation: StatementCancellation,
    _ body: (UnsafeMutablePointer<ArrowArrayStream>, ArrowSchema) throws -> T
  ) throws -> T {
    // In memory of its own: another thread may end it.
    let statement = UnsafeMutablePointer<AdbcObject>.allocate(capacity: 1)
    statement.initialize(to: AdbcObject(private_data: nil, private_driver: UnsafeMutableRawPointer(driver)))
    defer { statement.deallocate() }
    try check("make a statement") { driver.pointee.statement_new?(connection, statement, $0) ?? 1 }
    defer {
      var error = AdbcError()
      _ = driver.pointee.statement_release?(statement, &error)
      error.release?(&error)
    }
    try check("set a statement") { driver.pointee.statement_set_sql_query?(statement, sql, $0) ?? 1 }
    let address = UInt(bitPattern: statement)
    let stop: @Sendable () -> Void = {
      var error = AdbcError()
      _ = self.driver.pointee.statement_cancel?(UnsafeMutablePointer(bitPattern: address), &error)
      error.release?(&error)
    }
    return try cancellation.run(stop: stop) {
      var stream = ArrowArrayStream()
      try check("run a statement") {
        driver.pointee.statement_execute_query?(statement, &stream, nil, $0) ?? 1
      }
      defer { stream.release?(&stream) }
      var schema = ArrowSchema()
      guard stream.get_schema?(&stream, &schema) == 0 else { throw Self.failure(&stream, sql) }
      defer { schema.release?(&schema) }
      return try body(&stream, schema)
    }
  }
}

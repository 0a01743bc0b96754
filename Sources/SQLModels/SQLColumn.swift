/// A column as the database reports it.
///
/// Not in statsmodels.
public struct SQLColumn: Sendable, Hashable {
  /// What a column's values are.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Whole numbers.
    case integer
    /// Other numbers.
    case double
    /// Texts.
    case text
    /// Truth values.
    case boolean
    /// Dates, binary data and what else models have no use for.
    case other
  }
  /// The column's name.
  public let name: String
  /// What its values are.
  public let kind: Kind
  /// Whether the database says that it compares texts by other rules than byte by byte.
  package private(set) var isCollated = false

  /// A column.
  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// A column of texts that a database compares by rules of its own.
  package static func collated(_ name: String) -> SQLColumn {
    var column = SQLColumn(name: name, kind: .text)
    column.isCollated = true
    return column
  }

  /// A column of a type as databases write it: `BIGINT`, `double precision`, `NUMERIC(10,2)`, `VARCHAR(20)`.
  public init(name: String, type: String) {
    let type = type.lowercased()
    func holds(_ words: String...) -> Bool { words.contains { type.contains($0) } }
    if holds("bool") || type == "bit" {
      kind = .boolean
    } else if holds("interval", "point", "date", "time", "[]", "array", "struct", "map", "list") {
      kind = .other
    } else if holds("int", "serial", "long") && !holds("numeric", "decimal") {
      kind = .integer
    } else if holds("double", "float", "real", "num", "decimal") {
      kind = .double
    } else if holds("char", "text", "string", "clob", "enum", "uuid") {
      kind = .text
    } else {
      kind = .other
    }
    self.name = name
  }
}

/// One value of a result.
///
/// Not in statsmodels.
public enum SQLValue: Sendable, Hashable {
  /// NULL.
  case null
  /// A whole number; a truth value is 1 or 0.
  case integer(Int)
  /// Another number.
  case double(Double)
  /// A text.
  case text(String)

  /// The number; nil of NULL and texts that are none.
  public var number: Double? {
    switch self {
    case .null: nil
    case .integer(let value): Double(value)
    case .double(let value): value
    case .text(let text): Double(text)
    }
  }

  /// The whole number; nil of what is none.
  public var whole: Int? {
    switch self {
    case .integer(let value): value
    case .double(let value): Int(exactly: value)
    case .text(let text): Int(text)
    case .null: nil
    }
  }
}

/// What runs statements: a connection to a database. Drivers of one's own conform.
///
/// Not in statsmodels.
public protocol SQLExecutor: Sendable {
  /// How the database writes SQL.
  var dialect: SQLDialect { get }

  /// Names and types of the columns of a SELECT, whose rows are not read.
  func columns(of statement: String) async throws -> [SQLColumn]

  /// Runs one SELECT and calls `row` with each row of its result.
  func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws

  /// Begins a transaction that reads: all statements up to ``end()`` see the same data.
  func begin() async throws

  /// Ends it.
  func end() async
}

/// A connection that may change its database, where it was opened for that.
///
/// Not in statsmodels.
public protocol SQLWriter: SQLExecutor {
  /// Runs statements that change the database: all of them or, where it has transactions for that, none.
  ///
  /// - Throws: ``SQLError`` for a connection that was opened for reading, and the database's own errors.
  func write(_ statements: [String]) async throws
}

/// What a connection may do.
///
/// Not in statsmodels.
public enum SQLAccess: Sendable, Hashable {
  /// Run queries.
  case read
  /// Make and fill tables too, but only by ``SQLWriter/write(_:)``.
  case write

  /// Why a connection for reading does not write.
  package static let refusal = SQLError(
    "this connection was opened for reading: open one with access: .write to write tables")
}

extension SQLExecutor {
  /// Nothing: what statements see is compared instead.
  public func begin() async throws {}
  /// Nothing.
  public func end() async {}
}

import DataFrames

/// How a database writes SQL: quotes, types and functions.
///
/// Not in statsmodels.
public struct SQLDialect: Sendable, Hashable, CustomStringConvertible {
  /// The name by which the command knows the dialect: `sqlite`, `postgresql`, ….
  public let name: String

  /// SQLite 3.35 and later, built with its mathematical functions.
  public static let sqlite = SQLDialect(name: "sqlite")
  /// PostgreSQL 12 and later.
  public static let postgreSQL = SQLDialect(name: "postgresql")
  /// DuckDB.
  public static let duckDB = SQLDialect(name: "duckdb")
  /// Spark SQL 3 and later, Databricks.
  public static let spark = SQLDialect(name: "spark")
  /// BigQuery's GoogleSQL.
  public static let bigQuery = SQLDialect(name: "bigquery")
  /// Snowflake.
  public static let snowflake = SQLDialect(name: "snowflake")

  /// All dialects.
  public static let all: [SQLDialect] = [.sqlite, .postgreSQL, .duckDB, .spark, .bigQuery, .snowflake]

  private init(name: String) { self.name = name }

  /// The dialect of a name; nil for others.
  public init?(named name: String) {
    guard let found = Self.all.first(where: { $0.name == name.lowercased() }) else { return nil }
    self = found
  }

  /// The name.
  public var description: String { name }
}

extension SQLDialect {
  /// A name in the dialect's quotes, whatever it holds.
  ///
  /// - Throws: ``SQLError`` for a name that no quotes can hold.
  public func quoted(_ identifier: String) throws(SQLError) -> String {
    let scalars = identifier.unicodeScalars
    guard !scalars.isEmpty, !scalars.contains("\0") else {
      throw SQLError("a name in the database is empty or holds a zero byte")
    }
    switch self {
    case .spark: return "`\(Self.doubling("`", in: identifier))`"
    case .bigQuery:
      guard
        !scalars.contains(where: { $0 == "`" || $0 == "\\" || Character($0).isNewline }
        )
      else { throw SQLError("BigQuery has no way to write the name '\(identifier)'") }
      return "`\(identifier)`"
    default: return "\"\(Self.doubling("\"", in: identifier))\""
    }
  }

  /// A text in quotes, or by its bytes where the dialect might read quoted ones as another text: backslashes are escapes or
  /// not by a setting, Spark before version 4 drops doubled quotes, and replaces `${…}`.
  ///
  /// - Throws: ``SQLError`` for a text that databases do not hold.
  package func text(_ text: String) throws(SQLError) -> String {
    let scalars = text.unicodeScalars
    guard !scalars.contains("\0") else {
      throw SQLError("a text holds a zero byte, which no text of SQL can")
    }
    let interprets: Set<SQLDialect> = [.spark, .bigQuery, .snowflake]
    if interprets.contains(self),
      scalars.contains(where: { "\\'$".unicodeScalars.contains($0) || Character($0).isNewline })
    {
      let bytes = text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      switch self {
      case .spark: return "CAST(X'\(bytes)' AS STRING)"
      case .bigQuery: return "CAST(FROM_HEX('\(bytes)') AS STRING)"
      default: return "HEX_DECODE_STRING('\(bytes)')"
      }
    }
    let quoted = Self.doubling("'", in: text)
    // PostgreSQL reads backslashes of plain literals by a setting, and those of this form always as escapes.
    if self == .postgreSQL, scalars.contains("\\") { return "E'\(Self.doubling("\\", in: quoted))'" }
    return "'\(quoted)'"
  }

  /// A text with each scalar of a kind twice. Not each character: a quote with an accent is another character to Swift,
  /// and a quote to the database.
  private static func doubling(_ scalar: Unicode.Scalar, in text: String) -> String {
    var result = String.UnicodeScalarView()
    for next in text.unicodeScalars {
      result.append(next)
      if next == scalar { result.append(next) }
    }
    return String(result)
  }

  /// A number to its last digit, never read as an integer or a decimal. Negative ones stand in parentheses: two minus
  /// signs begin a comment.
  package func number(_ value: Double) -> String {
    var text = "\(value)"
    if !text.contains("e") { text += "e0" }
    if self == .postgreSQL { return "CAST(\(value < 0 ? "'\(text)'" : text) AS DOUBLE PRECISION)" }
    return value < 0 ? "(\(text))" : text
  }

  /// The type of doubles.
  private var doubleType: String {
    switch self {
    case .sqlite: "REAL"
    case .postgreSQL: "DOUBLE PRECISION"
    case .bigQuery: "FLOAT64"
    default: "DOUBLE"
    }
  }

  /// The type of a column that holds values of a kind.
  package func type(_ kind: SQLColumn.Kind) -> String {
    switch kind {
    case .integer: self == .sqlite ? "INTEGER" : self == .bigQuery ? "INT64" : "BIGINT"
    case .double: doubleType
    case .boolean: self == .bigQuery ? "BOOL" : "BOOLEAN"
    case .text, .other:
      self == .sqlite || self == .postgreSQL
        ? "TEXT" : self == .spark || self == .bigQuery ? "STRING" : "VARCHAR"
    }
  }

  /// A column of texts that are equal only byte by byte: its collation may take upper and lower case, or texts with and
  /// without spaces after them, for the same.
  package func binary(_ sql: String, isCollated: Bool) -> String {
    switch self {
    case .sqlite: "\(sql) COLLATE BINARY"
    // Enumerations and texts of other types have no collation of their own.
    case .postgreSQL: "CAST(\(sql) AS TEXT) COLLATE \"C\""
    case .duckDB: "CAST(\(sql) AS VARCHAR) COLLATE \"binary\""
    // Spark before version 4 knows no collations.
    case .spark: isCollated ? "\(sql) COLLATE UTF8_BINARY" : sql
    default: sql
    }
  }

  /// A value as a double.
  package func double(_ sql: String) -> String { "CAST(\(sql) AS \(doubleType))" }

  /// Whether a double is nan or infinite; null and finite ones are not.
  package func isNotFinite(_ sql: String) -> String {
    switch self {
    case .sqlite: "ABS(\(sql)) > 1.7976931348623157e308"
    case .postgreSQL: "\(sql) IN ('NaN', 'Infinity', '-Infinity')"
    case .duckDB: "NOT isfinite(\(sql))"
    case .bigQuery: "IS_NAN(\(sql)) OR IS_INF(\(sql))"
    case .snowflake: "\(sql) IN ('NaN', 'inf', '-inf')"
    default: "isnan(\(sql)) OR ABS(\(sql)) = double('inf')"
    }
  }

  /// Whether a column of doubles is nan.
  package func isNaN(_ sql: String) -> String? {
    switch self {
    case .sqlite: nil
    case .postgreSQL, .snowflake: "\(sql) = 'NaN'"
    case .bigQuery: "IS_NAN(\(sql))"
    default: "isnan(\(sql))"
    }
  }

  package func logarithm10(_ sql: String) -> String {
    self == .snowflake ? "LOG(10, \(sql))" : "LOG10(\(sql))"
  }

  /// A named parameter.
  package func parameter(_ name: String) -> String {
    switch self {
    case .bigQuery: "@\(name)"
    case .duckDB: "$\(name)"
    default: ":\(name)"
    }
  }

  /// The truth values as constants.
  package func truth(_ value: Bool) -> String {
    self == .sqlite ? (value ? "1" : "0") : (value ? "TRUE" : "FALSE")
  }
}

/// Why something cannot be said in SQL.
///
/// Not in statsmodels.
public struct SQLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What happened, and what to do.
  public let message: String
  /// Whether the source lacks a column, so that rows would not help either.
  package private(set) var lacksColumn = false

  /// A column that the source lacks.
  package init(noColumn name: String, among names: [String]) {
    message = NearestNames.message("column", name, among: names)
    lacksColumn = true
  }

  /// An error with a message.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}

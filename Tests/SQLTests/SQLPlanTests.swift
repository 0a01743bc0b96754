import StatsModels
import Testing

/// Statements as text: quotes, literals, refusals.
struct SQLPlanTests {
  static let schema: [SQLColumn] = [
    .init(name: "y", kind: .double), .init(name: "x", kind: .integer), .init(name: "g", kind: .text),
    .init(name: "f", kind: .text), .init(name: "b", kind: .boolean), .init(name: "day", kind: .other),
    .init(name: "a\"b`c", kind: .double),
  ]

  private func plan(_ formula: String, _ dialect: SQLDialect, table: String = "t") throws -> [String] {
    try SQLPlan(formula: formula, source: .table(table), schema: Self.schema, dialect: dialect).statements
  }

  @Test(arguments: [
    (SQLDialect.sqlite, "\"", "REAL", ":", "\"g\" COLLATE BINARY"),
    (.postgreSQL, "\"", "DOUBLE PRECISION", ":", "CAST(\"g\" AS TEXT) COLLATE \"C\""),
    (.duckDB, "\"", "DOUBLE", "$", "CAST(\"g\" AS VARCHAR) COLLATE \"binary\""),
    (.spark, "`", "DOUBLE", ":", "`g`"), (.bigQuery, "`", "FLOAT64", "@", "`g`"),
    (.snowflake, "\"", "DOUBLE", ":", "\"g\""),
  ])
  func theSumsOfEachDialect(
    _ dialect: SQLDialect, quote q: String, type: String, mark: String, key: String
  ) throws {
    let statement = try #require(plan("y ~ x + (1 + x | g)", dialect).last)
    #expect(
      statement == "WITH v AS (SELECT \(key) AS k0, (CAST(\(q)x\(q) AS \(type)) - \(mark)shift_1) AS m1, "
        + "(CAST(\(q)y\(q) AS \(type)) - \(mark)shift_2) AS m2 FROM \(q)t\(q)) SELECT k0, COUNT(*), SUM(m1), SUM(m2), "
        + "SUM(m1 * m1), SUM(m1 * m2), SUM(m2 * m2) FROM v GROUP BY k0")
  }

  @Test(arguments: SQLDialect.all)
  func negativeNumbersMakeNoComments(_ dialect: SQLDialect) throws {
    let text = try plan("y ~ I(x - -0.61) + I(x*-2e-9) + (1 | g)", dialect).joined(separator: "\n")
    #expect(!text.contains("--"))
  }

  @Test func whatTransformsRememberStandsAsParameters() throws {
    let statements = try plan("y ~ center(x) + standardize(np.exp(x)) + (1 | g)", .duckDB)
    #expect(
      statements.count { $0.contains("- $mean_1") } == 3
        && statements.count { $0.contains("- $mean_2) / $deviation_2") } == 2)
    #expect(
      statements[1].hasPrefix("SELECT AVG(CAST(\"x\" AS DOUBLE)), ") && statements[2].contains("$mean_1"))
  }

  @Test func namesAreQuotedByDialect() throws {
    let formula = "y ~ Q('a\"b`c') + (1 | g)"
    #expect(try plan(formula, .postgreSQL).last?.contains("\"a\"\"b`c\"") == true)
    #expect(try plan(formula, .spark).last?.contains("`a\"b``c`") == true)
    #expect(throws: (any Error).self) { try plan(formula, .bigQuery) }
    #expect(
      try plan("y ~ x + (1 | g)", .sqlite, table: "t\"; DROP TABLE t; --").last?.contains(
        "\"t\"\"; DROP TABLE t; --\"") == true)
    #expect(throws: (any Error).self) { try plan("y ~ x + (1 | g)", .sqlite, table: "t\0") }
    #expect(throws: (any Error).self) { try plan("y ~ x + (1 | g)", .sqlite, table: "") }
  }

  @Test func textsAreQuotedOrWrittenByTheirBytes() throws {
    let hostile = "y ~ I(f == \"it's; DROP\") + (1 | g)"
    #expect(try plan(hostile, .duckDB).last?.contains("'it''s; DROP'") == true)
    #expect(try plan(hostile, .bigQuery).last?.contains("FROM_HEX('697427733b2044524f50')") == true)
    for (text, bytes) in [("a\\\\", "615c"), ("it's", "69742773"), ("${x}", "247b787d"), ("\\n", "0a")] {
      #expect(try plan("y ~ I(f == \"\(text)\") + (1 | g)", .spark).last?.contains("X'\(bytes)'") == true)
    }
    #expect(throws: (any Error).self) { try plan("y ~ I(f == 'a\\x00') + (1 | g)", .spark) }
    #expect(try plan("y ~ I(f == 'a\\\\\"') + (1 | g)", .postgreSQL).last?.contains("E'a\\\\\"'") == true)
  }

  /// To Swift a quote with an accent is one character, and no quote.
  @Test(arguments: SQLDialect.all, ["\u{301}", "\u{200D}", "\u{FE0F}"])
  func accentsDoNotHideQuotes(_ dialect: SQLDialect, accent: String) throws {
    let text = "a'\(accent) OR 1 = 1"
    let statement = try? plan("y ~ I(f == \"\(text)\") + (1 | g)", dialect).last
    #expect(statement.map { $0.unicodeScalars.count { $0 == "'" } % 2 == 0 } ?? (dialect == .bigQuery))
    let mark: Unicode.Scalar = dialect == .spark || dialect == .bigQuery ? "`" : "\""
    #expect(statement?.contains("OR 1") != true || ![.spark, .bigQuery, .snowflake].contains(dialect))
    let table = try? plan("y ~ x + (1 | g)", dialect, table: "t\(mark)\(accent) u").last
    #expect(table.map { $0.unicodeScalars.count { $0 == mark } % 2 == 0 } ?? (dialect == .bigQuery))
  }

  @Test(arguments: [
    "bs(x, df=4)", "cr(x, df=3)", "I(x % 2)", "I(x // 2)", "x.rank()", "np.median(x)", "nosuch",
    "np.nosuch(x)", "day",
    "I(f < 'a')", "I((0 < x) and (x < 1))", "I(0 < x < 1)", "C(x + 1)", "I(f == 1)", "I(x if b else y)",
    "f.str.upper()", "I(b + b)",
  ])
  func whatSQLCannotComputeHasItsPlace(_ code: String) throws {
    let formula = "y ~ x + \(code) + (1 | g)"
    let error = #expect(throws: PatsyError.self) { try plan(formula, .sqlite) }
    #expect(error?.origin != nil, "\(code): \(error.map { "\($0)" } ?? "")")
    // A column that is not there is not in rows either.
    #expect(error.map { "\($0)".contains("DataFrame(query:on:)") } == (code != "nosuch"))
  }

  @Test func interactionsGroupByLevels() throws {
    let statements = try plan("y ~ f * x + b + (1 | g)", .duckDB)
    #expect(statements.count == 4)
    #expect(statements[1].contains("GROUP BY"))
    #expect(statements.last?.hasSuffix("GROUP BY k0, k1, k2") == true)
    #expect(statements.allSatisfy { !$0.contains(";") && ($0.hasPrefix("SELECT") || $0.hasPrefix("WITH")) })
  }
}

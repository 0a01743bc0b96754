#if SQLite
  import Foundation
  import GRDB
  import SQLModels
  import SQLiteSource
  import StatsModels
  import TestSupport
  import Testing

  /// Sums by the aggregate function of the package's own against sums by GROUP BY, and the ends of statements.
  struct SQLiteScanTests {
    /// The driver without its aggregate function.
    private struct Grouping: SQLExecutor {
      let inner: SQLiteExecutor
      var dialect: SQLDialect { .sqlite }

      func columns(of statement: String) async throws -> [SQLColumn] {
        try await inner.columns(of: statement)
      }
      func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
        try await inner.run(statement, row: row)
      }
    }

    /// Arguments of a model besides its formula.
    private struct Case: Sendable, CustomStringConvertible {
      let formula: String
      var groups: String?
      var vcFormula: [String: String]?
      var weights: String?
      var offset: String?
      var condition: String?
      var description: String { "\(formula) \(groups ?? "") \(weights ?? "") \(condition ?? "")" }

      func aggregates(_ executor: some SQLExecutor, _ missing: MissingHandling) async throws -> Aggregates {
        try await .fromSQL(
          formula: formula, source: .table("t"), on: executor, groups: groups, vcFormula: vcFormula,
          weights: weights, offset: offset, whereClause: condition.map { SQLCondition(trusted: $0) },
          missing: missing)
      }
    }

    private static let cases = [
      Case(formula: "y ~ x + (1 + x | g)"), Case(formula: "y ~ x + (1 | g) + (1 + z | h)"),
      Case(formula: "y ~ f * x + (1 | g/k)", weights: "w"),
      Case(formula: "y ~ center(x) + C(k, Sum) + (0 + f | g)", offset: "o", condition: "x > -1"),
      Case(formula: "y ~ x + f", groups: "g", vcFormula: ["h": "0 + C(h)"], weights: "w", offset: "o"),
      Case(formula: "y ~ np.where((k == 1) | (f == 'low'), x, z) + (1 | g:h)"),
      // A number that is a key too, and keys that are no whole numbers.
      Case(formula: "y ~ k + x + (1 | k) + (1 | z)"),
      Case(formula: "y ~ x", groups: "", vcFormula: ["g": "0 + C(g)"]),
    ]

    @Test(arguments: cases, [MissingHandling.none, .drop])
    private func sumsAreThoseOfGroups(_ model: Case, _ missing: MissingHandling) async throws {
      var generator = SeededGenerator(seed: 31)
      // More rows than a batch has.
      let data = RandomTable.make(rows: 5000, missing: missing == .drop, using: &generator)
      let executor = try SQLiteExecutor(SQLiteTests.database(data))
      let own = try await model.aggregates(executor, missing)
      let other = try await model.aggregates(Grouping(inner: executor), missing)
      #expect(own.nobs == other.nobs && own.cellCount == other.cellCount)
      #expect(own.smallestCell == other.smallestCell)
      let (a, b) = (try MixedLM(aggregates: own), try MixedLM(aggregates: other))
      let fit = try await b.fit()
      let (left, right) = (try a.loglike(fit.paramsObject), try b.loglike(fit.paramsObject))
      #expect(distance([left], [right], scale: abs(right)) < 1e-13, "\(model): \(left) and \(right)")
    }

    @Test func valuesOfEveryTypeAreLevels() async throws {
      let queue = try DatabaseQueue()
      try await queue.write { database in
        try database.execute(sql: "CREATE TABLE t (y DOUBLE, g, c TEXT COLLATE NOCASE)")
        // A whole number and its double are one value; upper and lower case are two.
        let keys = ["1", "1.0", "-0.0", "0", "2.5", "9007199254740993", "9007199254740992.0", "-7", "1e300"]
        for row in 0..<90 {
          try database.execute(
            sql: "INSERT INTO t VALUES (?, \(keys[row % keys.count]), ?)",
            arguments: [Double(row * row % 17), row % 4 < 2 ? "Ä\(row % 2)a" : "Ä\(row % 2)A"])
        }
      }
      let executor = SQLiteExecutor(queue)
      for own in [true, false] {
        let number = Case(formula: "y ~ 1 + (1 | g)")
        let sums =
          try await own
          ? number.aggregates(executor, .none) : number.aggregates(Grouping(inner: executor), .none)
        #expect(sums.cellCount == 7, "\(own)")
      }
      let texts = try await Case(formula: "y ~ 1 + (1 | c)").aggregates(executor, .none)
      #expect(texts.cellCount == 4)
    }

    @Test func whatCannotBeSummedIsSaidAlike() async throws {
      let rows: [(String, String)] = [
        ("(1, NULL, 'a')", "y ~ x + (1 | g)"), ("(1, 2, NULL)", "y ~ x + (1 | g)"),
        ("(1, 'b', 'a')", "y ~ x + (1 | g)"), ("(1, 1e999, 'a')", "y ~ x + (1 | g)"),
        ("(1, -1, 'a')", "y ~ np.log(x) + (1 | g)"), ("(1, x'00', 'a')", "y ~ x + (1 | g)"),
        ("(1, 0.5, 'a')", "y ~ x + (1 | g) + (1 | np.sqrt(x - 2) > 0)"),
      ]
      for (row, formula) in rows {
        let queue = try DatabaseQueue()
        try await queue.write { database in
          try database.execute(
            sql:
              "CREATE TABLE t (y DOUBLE, x DOUBLE, g TEXT); INSERT INTO t VALUES (3, 2, 'a'), (4, 3, 'b'), \(row)"
          )
        }
        let model = Case(formula: formula)
        let executor = SQLiteExecutor(queue)
        let own = await #expect(throws: StatsModelsError.self) { try await model.aggregates(executor, .none) }
        let other = await #expect(throws: StatsModelsError.self) {
          try await model.aggregates(Grouping(inner: executor), .none)
        }
        #expect(own?.message == other?.message && own?.code == other?.code, "\(row)")
      }
    }

    /// The first rows do not tell how large later ones are.
    @Test func scalesAreThoseOfAllRows() async throws {
      let queue = try DatabaseQueue()
      try await queue.write { database in
        try database.execute(
          sql: """
            CREATE TABLE t (y DOUBLE, x DOUBLE, g INTEGER);
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
            INSERT INTO t SELECT (i * 7 % 11) * CASE WHEN i < 5000 THEN 1 ELSE 1e100 END, i % 13, i % 20 FROM n
            """)
      }
      let executor = SQLiteExecutor(queue)
      let model = Case(formula: "y ~ x + (1 | g)")
      let fits = try await [
        MixedLM(aggregates: model.aggregates(executor, .none)).fit(),
        MixedLM(aggregates: model.aggregates(Grouping(inner: executor), .none)).fit(),
      ]
      #expect(distance([fits[0].llf], [fits[1].llf], scale: abs(fits[1].llf)) < 1e-12)
    }

    @Test func oneStatementOfOneAggregateReadsTheTable() async throws {
      var generator = SeededGenerator(seed: 32)
      let queue = try SQLiteTests.database(RandomTable.make(rows: 50, using: &generator))
      let log = StatementTrace()
      try await queue.read { $0.trace { log.append("\($0)") } }
      _ = try await Case(formula: "y ~ x + (1 + x | g) + (1 | h)").aggregates(SQLiteExecutor(queue), .none)
      try await queue.read { $0.trace() }
      let reading = log.all.filter { $0.contains("FROM") }
      #expect(reading.count == 1 && reading[0].contains("SELECT statsmodels_sums("), "\(reading)")
      // The caller's connection is left as it was.
      await #expect(throws: DatabaseError.self) {
        try await queue.read { try Int.fetchOne($0, sql: "SELECT statsmodels_sums(y) FROM t") }
      }
    }

    /// A table that somebody changes between statements, where no transaction keeps it.
    @Test(arguments: [
      "UPDATE t SET y = y + 1 WHERE g = 1", "DELETE FROM t WHERE g = 1", "UPDATE t SET x = -x",
    ])
    func changesBetweenStatementsAreFound(_ change: String) async throws {
      var generator = SeededGenerator(seed: 33)
      let queue = try SQLiteTests.database(RandomTable.make(rows: 500, using: &generator))
      let executor = Changing(inner: SQLiteExecutor(queue)) {
        try queue.write { try $0.execute(sql: change) }
      }
      for pools in [false, true] {
        let error = await #expect(throws: StatsModelsError.self) {
          try await Aggregates.fromSQL(
            formula: "y ~ x + (1 | g)", source: .table("t"), on: executor, poolsLevels: pools)
        }
        #expect(error?.message.hasPrefix("the table changed between statements") == true, "\(change)")
        try await queue.write { try $0.execute(sql: "UPDATE t SET g = 1 WHERE g = 2") }
      }
    }

    /// Changes the table before sums are taken.
    private struct Changing: SQLExecutor {
      let inner: SQLiteExecutor
      let change: @Sendable () throws -> Void
      var dialect: SQLDialect { .sqlite }

      func columns(of statement: String) async throws -> [SQLColumn] {
        try await inner.columns(of: statement)
      }
      func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
        if statement.contains("GROUP BY") { try change() }
        try await inner.run(statement, row: row)
      }
    }

    private static let endless =
      "WITH RECURSIVE n(y) AS (SELECT 1.0 UNION ALL SELECT y + 1 FROM n) SELECT y, y AS x, 1 AS g FROM n"

    @Test(.timeLimit(.minutes(1))) func cancelledTasksEndStatements() async throws {
      let executor = SQLiteExecutor(try DatabaseQueue())
      await expectCancellation("statement") {
        try await executor.run("SELECT COUNT(*) FROM (\(Self.endless))") { _ in }
      }
      await expectCancellation("sums") {
        _ = try await Aggregates.fromSQL(
          formula: "y ~ x + (1 | g)", source: .query(trusted: Self.endless), on: executor)
      }
      await expectCancellation("scan") {
        _ = try await executor.fold([.init(sql: "y", role: .number)], over: "FROM (\(Self.endless))") { _ in }
      }
      // The connection goes on.
      var rows = 0
      try await executor.run("SELECT 1") { _ in rows += 1 }
      #expect(rows == 1)
    }

    @Test func textsOfFormulasAreTextsInStatements() async throws {
      let texts = [
        "it's", "' OR 1 = 1 --", "\"g\"", "a\\'b", "x'); DROP TABLE t; --", "größe\u{301}", "%", "",
      ]
      let queue = try DatabaseQueue()
      try await queue.write { database in
        try database.execute(sql: "CREATE TABLE t (y DOUBLE, f TEXT, g INTEGER)")
        for row in 0..<160 {
          try database.execute(
            sql: "INSERT INTO t VALUES (?, ?, ?)",
            arguments: [Double(row * row % 23), texts[row % texts.count], row % 5])
        }
      }
      let executor = SQLiteExecutor(queue)
      let data = try await DataFrame(query: "SELECT * FROM t", on: executor)
      for text in texts {
        let code = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let formula = "y ~ I(1 * (f == \"\(code)\")) + (1 | g)"
        let own = try await MixedLM.fromSQL(formula: formula, source: .table("t"), on: executor).fit()
        let rows = try await mixedlm(formula, data).fit()
        #expect(distance([own.llf], [rows.llf], scale: abs(rows.llf)) < 1e-12, "\(text)")
      }
    }
  }

  /// Statements that a connection ran.
  private final class StatementTrace: @unchecked Sendable {
    private let lock = NSLock()
    private var statements: [String] = []
    var all: [String] { lock.withLock { statements } }
    func append(_ statement: String) { lock.withLock { statements.append(statement) } }
  }
#endif
